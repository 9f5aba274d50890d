"""What one step makes of the cells of one column: remembered where cells repeat, many at once where that is faster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from types import NoneType
from typing import Final, cast

from .action import Action, Verdict
from .context import Context
from .daycolumn import DayColumn
from .errors import FieldError
from .filetype import Column, Step
from .kinds import Form, Opaque, Value
from .memo import check_readable
from .nesting import is_by_subject, is_deterministic, reads_of
from .results import many_results, result_of

_VALUES: Final = 1 << 16
"""Values of a column remembered at a time."""
_LENGTH: Final = 256
"""Longer cells are worked out each time."""

Who = str | int | None
"""Whose cell it is: a subject, or a row's number where the row names none; None where that does not matter."""
Key = str | tuple[Who, str, *tuple[str, ...]]
"""What decides a cell's result: the cell; or whose it is, the cell, and other cells of the row."""


class Cells(dict[Key, str]):
    """New cells of a column by what decides them; a missing one is worked out.

    by_subject : a result depends on whose cell it is
    reads : other columns that a result depends on
    room : how many are remembered
    at_once : the action treats many values at once
    day_column : for an action that moves dates by days
    fallbacks : cells of this batch that `on-error` emptied
    failed : what the last result that could not be worked out was for
    """

    def __init__(self, step: Step, context_of: Callable[[Who], Context]) -> None:
        super().__init__()
        action = step.action
        self._step = step
        self.action = action
        self._form = step.form
        self._context_of = context_of
        self.by_subject = is_by_subject(action)
        self.reads = tuple(dict.fromkeys(reads_of(action)))
        self.room = 0
        self._remembers = is_deterministic(action)
        one_by_one = type(action).apply_field is Action.apply_field
        plain = self._remembers and one_by_one and not self.reads
        self.at_once = plain and type(action).apply_many is not Action.apply_many
        self.day_column = DayColumn(step.form) if plain and type(action).days is not Action.days else None
        self._values = _Values(step.form, _VALUES if self.by_subject else 0)
        self.fallbacks = 0
        self.failed: Key | None = None

    def turn_to(self, column: Column) -> None:
        """Take cells from the column in its next batch."""
        self._column = column
        self._limits = column.limits
        self._values.column = column
        self.fallbacks = 0
        self.failed = None

    def learn(self, cells: Sequence[str], subject: str, context: Context) -> Sequence[str | None]:
        """The new cells, for all cells of one subject; None for those that are to be asked for one by one."""
        new = [*map(self.get, cells)]
        if None in new:
            rows = [row for row, text in enumerate(new) if text is None]
            missing = [*dict.fromkeys(cell for row in rows if len(cell := cells[row]) <= _LENGTH)]
            texts = self.many(missing, [subject] * len(missing), context)
            found = {cell: text for cell, text in zip(missing, texts, strict=True) if text is not None}
            for row in rows:
                new[row] = found.get(cells[row])
            if len(self) + len(found) > self.room:
                self.clear()
            self.update(found)
        return new

    def many(self, cells: Sequence[str], subjects: Sequence[str], context: Context) -> Sequence[str | None]:
        """The new cells, worked out at once; None for those that are to be asked for one by one."""
        values = [*map(self._values.__getitem__, cells)]
        if {NoneType, Opaque}.isdisjoint(map(type, values)):
            return self._treated(cast(list[Value], values), cells, subjects, context)
        taken = [value is not None and not isinstance(value, Opaque) for value in values]
        some = [value for value in values if value is not None and not isinstance(value, Opaque)]
        return _spread(self._treated(some, [*compress(cells, taken)], [*compress(subjects, taken)], context), taken)

    def _treated(
        self, values: Sequence[Value], cells: Sequence[str], subjects: Sequence[str], context: Context
    ) -> Sequence[str | None]:
        """As `many`, where every cell holds a value."""
        action, form, encode = self.action, self._form, self._column.encode_many
        try:
            made = many_results(action.apply_many(values, subjects, context), len(values), action, form.kind)
            if made is None:
                return [None] * len(cells)
            results = [value for value in made if value is not None]
            if len(results) == len(cells):
                return encode(results, cells, form)
            taken = [value is not None for value in made]
            return _spread(encode(results, [*compress(cells, taken)], form), taken)
        except FieldError:
            return [None] * len(cells)

    def __missing__(self, key: Key) -> str:
        others: Sequence[str] = ()
        if isinstance(key, str):
            who, cell = None, key
        elif self.reads:
            who, cell, *others = key
        else:
            who, cell = key  # type: ignore[misc]
        context = self._context_of(who)
        context.limits = self._limits
        if self.reads:
            row = {name: (text,) if text else () for name, text in zip(self.reads, others, strict=True)}
            context.bind(row.__getitem__)
        try:
            made = self._result(cell, context)
        except FieldError:
            if self._step.on_error == "refuse":
                self.failed = key
                raise
            self.fallbacks += 1
            return self._column.encode(None, cell, self._form)
        if type(who) is not int and self._remembers and len(cell) <= _LENGTH:
            if len(self) >= self.room:
                self.clear()
            self[key] = made
        return made

    def _result(self, cell: str, context: Context) -> str:
        value = self._values[cell]
        if value is None:
            value = self._column.decode(cell, self._form)
            if value is None:
                return cell
        if isinstance(value, bytes):
            check_readable(value, self.action)
        result = result_of(self.action, value, context, self._form.kind)
        if isinstance(result, Verdict):
            return cell if result is Verdict.KEEP else self._column.encode(None, cell, self._form)
        return self._column.encode(result, cell, self._form)


class _Values(dict[str, Value | None]):
    """What cells hold; None for one that is empty or cannot be read.

    room : how many are remembered
    """

    column: Column

    def __init__(self, form: Form, room: int) -> None:
        super().__init__()
        self._form = form
        self._room = room

    def __missing__(self, cell: str) -> Value | None:
        try:
            value = self.column.decode(cell, self._form)
        except FieldError:
            value = None
        if self._room and len(cell) <= _LENGTH:
            if len(self) >= self._room:
                self.clear()
            self[cell] = value
        return value


def _spread(texts: Iterable[str | None], taken: Iterable[bool]) -> list[str | None]:
    """The texts in the rows that were taken, None in the others."""
    left = iter(texts)
    return [next(left) if one else None for one in taken]
