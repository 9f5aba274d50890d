"""Columns of dates without time that an action moves by days: sums in place of values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from operator import add
from typing import Final

from .action import Action
from .context import Context
from .errors import FieldError
from .filetype import Column
from .kinds import Form, Moment

_ROOM: Final = 1 << 15
_PEOPLE: Final = 1 << 16
"""Subjects whose days are remembered at a time."""
_NO_DAY: Final = -(1 << 40)
"""A day, and a number of days, whose sum with any other leaves the calendar."""
_LAST: Final = date.max.toordinal()
_FULL_WIDTH: Final = Moment(1999, 11, 11)
"""Its parts have all their digits, so a cell that spells it is a model of how such cells are spelled."""


class DayColumn:
    """What the cells of one column mean as days, and how days are spelled there."""

    def __init__(self, form: Form) -> None:
        self._days = _Days(form)
        self._spelled = _Spelled(self._days)

    def moved(self, column: Column, cells: Iterable[str], steps: Iterable[int]) -> list[str | None]:
        """Each cell moved by as many days as its step says.

        None for a cell that is not a date spelled with full width like the others, or would leave the calendar.
        """
        self._days.column = column
        return [*map(self._spelled.__getitem__, map(add, map(self._days.__getitem__, cells), steps))]


class DaySteps:
    """By how many days an action moves the dates of each row, for all columns on which it acts."""

    def __init__(self, action: Action, context_of: Callable[[str | int], Context]) -> None:
        """context_of : for a subject, or for the number of a row that has none"""
        self.action = action
        self._known = _Steps(action, context_of)
        self._whose: Sequence[str | int] = ()
        self._steps: Sequence[int] = ()

    def of(self, whose: Sequence[str | int]) -> Sequence[int] | None:
        """The days of each row, beyond the calendar where `apply` has to tell; None: it does more than move by days.

        whose : each row's subject, or its number
        """
        if whose is not self._whose:
            try:
                self._steps = [*map(self._known.__getitem__, whose)]
            except _NoDays:
                return None
            self._whose = whose
        return self._steps


class _NoDays(Exception):
    """The action does more than move dates by days."""


class _Steps(dict[str | int, int]):
    """The days by whose they are."""

    def __init__(self, action: Action, context_of: Callable[[str | int], Context]) -> None:
        super().__init__()
        self._action = action
        self._context_of = context_of

    def __missing__(self, who: str | int) -> int:
        try:
            days = self._action.days(self._context_of(who))
        except FieldError:
            return _NO_DAY
        if days is None:
            raise _NoDays
        if isinstance(who, str):
            if len(self) >= _PEOPLE:
                self.clear()
            self[who] = days
        return days


class _Days(dict[str, int]):
    """The ordinals of cells."""

    column: Column
    model: str | None = None

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form

    def __missing__(self, cell: str) -> int:
        if len(self) >= _ROOM:
            self.clear()
        try:
            number = self._read(cell)
        except FieldError:
            number = None
        self[cell] = found = _NO_DAY if number is None else number
        return found

    def _read(self, cell: str) -> int | None:
        value = self.column.decode(cell, self.form)
        number = value.ordinal if isinstance(value, Moment) else None
        if number is None:
            return None
        if self.model is None:
            self.model = self.column.encode(_FULL_WIDTH, cell, self.form)
        return number if self.column.encode(value, self.model, self.form) == cell else None


class _Spelled(dict[int, str | None]):
    """The cells of ordinals."""

    def __init__(self, days: _Days) -> None:
        super().__init__()
        self._days = days

    def __missing__(self, number: int) -> str | None:
        days = self._days
        if days.model is None or not 1 <= number <= _LAST:
            return None
        if len(self) >= _ROOM:
            self.clear()
        try:
            self[number] = cell = days.column.encode(Moment.of_ordinal(number), days.model, days.form)
        except FieldError:
            return None
        return cell
