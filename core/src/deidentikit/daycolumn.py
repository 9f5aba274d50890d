"""Columns of dates without time that an action moves by days: sums in place of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from operator import add
from typing import Final

from .action import Action
from .context import Context
from .errors import FieldError
from .filetype import Column
from .kinds import Form, Moment

_ROOM: Final = 1 << 15
"""Dates of a column that are remembered at a time, read and spelled."""
_PEOPLE: Final = 1 << 16
"""Subjects whose days are remembered at a time."""
_SPAN: Final = 1 << 17
"""Days, the first date in their middle, of which a column's dates are."""
_FARTHEST: Final = 1 << 15
"""Days by which they are moved, at most, either way."""
_MOVED: Final = _SPAN + 2 * _FARTHEST
"""Days among which the moved dates are, counted from 0."""
_NO_DAY: Final = _MOVED + _FARTHEST
"""In place of a date: no step leads back from there."""
_NO_STEP: Final = _NO_DAY + 2 * _FARTHEST
"""In place of a step: leads out of the days from everywhere."""
_DAYS: Final = _NO_DAY + _FARTHEST + 1
_LAST: Final = date.max.toordinal()
_FULL_WIDTH: Final = Moment(1999, 11, 11)
"""Its parts have all their digits, so a cell that spells it is a model of how such cells are spelled."""


class DayColumn:
    """What the cells of one column mean as days, and how days are spelled there."""

    def __init__(self, form: Form) -> None:
        self._days = _Days(form)
        self._spelled: list[str | None] = []
        self._known = 0

    def moved(self, column: Column, cells: Sequence[str], steps: Sequence[int]) -> list[str | None]:
        """Each cell moved by as many days as its step says, of `DaySteps`.

        None for a cell that is not a date spelled with full width like the others, would leave the calendar, or
        is far from the others.
        """
        self._days.column = column
        if not self._spelled:
            self._spelled = [None] * _DAYS
        days = [*map(add, map(self._days.__getitem__, cells), steps)]
        try:
            new = [*map(self._spelled.__getitem__, days)]
        except IndexError:
            new = [self._spelled[day] if day < _DAYS else None for day in days]
        if None in new:
            new = [self._text(day) if text is None else text for text, day in zip(new, days, strict=True)]
        return new

    def _text(self, day: int) -> str | None:
        """How a day is spelled."""
        if day >= _MOVED:
            return None
        text = self._spelled[day]
        if text is None:
            text = self._days.spell(day)
            if self._known >= _ROOM:
                self._spelled = [None] * _DAYS
                self._known = 0
            self._known += 1
            self._spelled[day] = text
        return text


class DaySteps:
    """By how many days an action moves the dates of each row, for all columns on which it acts."""

    def __init__(self, action: Action, context_of: Callable[[str | int], Context]) -> None:
        """context_of : for a subject, or for the number of a row that has none"""
        self.action = action
        self._known = _Steps(action, context_of)
        self._whose: Sequence[str | int] = ()
        self._steps: Sequence[int] = ()

    def of(self, whose: Sequence[str | int]) -> Sequence[int] | None:
        """The days of each row, out of reach where `apply` has to tell; None: it does more than move by days.

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
        self._shared: dict[int, int] = {}  # one object for equal numbers of days stays near the processor

    def __missing__(self, who: str | int) -> int:
        try:
            days = self._action.days(self._context_of(who))
        except FieldError:
            return _NO_STEP
        if days is None:
            raise _NoDays
        if not -_FARTHEST <= days <= _FARTHEST:
            days = _NO_STEP
        days = self._shared.setdefault(days, days)
        if isinstance(who, str):
            if len(self) >= _PEOPLE:
                self.clear()
            self[who] = days
        return days


class _Days(dict[str, int]):
    """The days of cells, counted from the earliest that one of them could be moved to."""

    column: Column
    _model: str | None = None
    _first: int | None = None

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, cell: str) -> int:
        if len(self) >= _ROOM:
            self.clear()
        try:
            number = self._read(cell)
        except FieldError:
            number = None
        self[cell] = found = _NO_DAY if number is None else self._day(number)
        return found

    def spell(self, day: int) -> str | None:
        """The cell that holds a day; None beyond the calendar, and before a cell has shown how days are spelled."""
        if self._first is None or self._model is None or not 1 <= self._first + day <= _LAST:
            return None
        try:
            return self.column.encode(Moment.of_ordinal(self._first + day), self._model, self._form)
        except FieldError:
            return None

    def _day(self, number: int) -> int:
        if self._first is None:
            self._first = number - _SPAN // 2 - _FARTHEST
        day = number - self._first
        return day if _FARTHEST <= day < _FARTHEST + _SPAN else _NO_DAY

    def _read(self, cell: str) -> int | None:
        value = self.column.decode(cell, self._form)
        number = value.ordinal if isinstance(value, Moment) else None
        if number is None:
            return None
        if self._model is None:
            self._model = self.column.encode(_FULL_WIDTH, cell, self._form)
        return number if self.column.encode(value, self._model, self._form) == cell else None
