"""The columns of a table: what a step makes of each cell, worked out once for equal cells of one subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from .action import Action, Verdict
from .context import Context, subject_text
from .daycolumn import DayColumn
from .errors import FieldError
from .filetype import Batch, Column, Step
from .kinds import Value
from .memo import check_readable
from .nesting import is_by_subject, is_deterministic, reads_of
from .plan import Plan
from .results import result_of

_ROOM: Final = 1 << 18
"""Cells remembered at a time, shared among all columns."""
_PEOPLE: Final = 1 << 16
"""Subjects, and values of a column, remembered at a time."""
_LENGTH: Final = 256
"""Longer cells are worked out each time."""

Who = str | int | None
"""Whose cell it is: a subject, or a row's number where the row names none; None where that does not matter."""
Key = str | tuple[Who, str, *tuple[str, ...]]
"""What decides a cell's result: the cell; or whose it is, the cell, and other cells of the row."""


class Columns:
    """The work on one table. Results are remembered from batch to batch, within bounds."""

    __slots__ = ("_batch", "_context", "_first", "_made", "_nobody", "_people", "_rows", "_subject", "_texts", "_who")

    def __init__(self, plan: Plan, context: Context) -> None:
        """context : the file's; it knows the subject where that is read from the input's path"""
        self._context = context
        self._subject = plan.subject
        self._people: dict[str, Context] = {}
        self._texts = _Subjects()
        self._nobody = context.rows([None])[0]
        self._nobody.bind(_no_originals)
        self._made: dict[tuple[Step, str], _Cells] = {}
        self._batch: Batch | None = None
        self._first = 1
        self._rows = 0
        self._who: Sequence[str | int] | None = None

    def open(self, batch: Batch, rows: int) -> None:
        """Turn to the next batch."""
        self._first += self._rows
        self._rows = rows
        self._batch = batch
        self._who = None

    def apply(self, column: Column, step: Step) -> int:
        """Put what a step makes of a column's cells in their place; gives how many cells `on-error` emptied.

        Raises FieldError that tells the row.
        """
        cells = column.cells()
        if not cells:
            return 0
        made = self._made.get((step, column.path))
        if made is None:
            made = self._made[step, column.path] = _Cells(step, self._context_of)
            for each in self._made.values():
                each.room = _ROOM // len(self._made)
        made.turn_to(column)
        assert self._batch is not None
        try:
            column.put(self._moved(column, cells, made) or [*map(made.__getitem__, self._keys(cells, made))])
        except FieldError as error:
            if made.failed is None:
                raise
            row = next(row for row, key in enumerate(self._keys(cells, made)) if key == made.failed)
            raise error.at(column.place(row)) from None
        if made.reads:
            self._context.bind(self._batch.original)
        return made.fallbacks

    def _moved(self, column: Column, cells: Sequence[str], made: _Cells) -> Sequence[str] | None:
        """The cells of a column whose action moves dates by the days of each row's subject; None for others."""
        if made.days is None or not self._by_row(made):
            return None
        try:
            steps = [*map(made.days.__getitem__, self._whose())]
        except (FieldError, _NoDays):
            return None
        moved = made.day_column.moved(column, cells, steps)
        if None not in moved:
            return moved  # type: ignore[return-value]
        return [made[key] if new is None else new for new, key in zip(moved, self._keys(cells, made), strict=True)]

    def _by_row(self, made: _Cells) -> bool:
        """Whether a result depends on whose row it is."""
        return made.by_subject and (self._subject is None or self._subject.path is None)

    def _keys(self, cells: Sequence[str], made: _Cells) -> Iterable[Key]:
        """What decides each row's result."""
        whose = self._by_row(made)
        if not whose and not made.reads:
            return cells
        who: Iterable[Who] = self._whose() if whose else [None] * len(cells)
        assert self._batch is not None
        others = [self._batch.subjects(name) or [""] * len(cells) for name in made.reads]
        return zip(who, cells, *others, strict=True)

    def _whose(self) -> Sequence[str | int]:
        """Each row's subject; its number where it names none."""
        who = self._who
        if who is None:
            rows = range(self._first, self._first + self._rows)
            field = None if self._subject is None else self._subject.field
            assert self._batch is not None
            texts = () if field is None else self._batch.subjects(field)
            self._nobody.set_subject(None, _trouble(field, absent=not texts))
            found = [*map(self._texts.__getitem__, texts)]
            known = found or [None] * self._rows
            who = self._who = [row if name is None else name for row, name in zip(rows, known, strict=True)]
        return who

    def _context_of(self, who: Who) -> Context:
        if who is None:
            return self._context
        if isinstance(who, int):
            self._nobody.row = who
            return self._nobody
        context = self._people.get(who)
        if context is None:
            if len(self._people) >= _PEOPLE:
                self._people.clear()
            (context,) = self._context.rows([who])
            context.bind(_no_originals)
            self._people[who] = context
        return context


def _trouble(field: str | None, *, absent: bool) -> str:
    if field is None:
        return "the profile names no subject for this file type; add `subject:`"
    return f"the column {field!r} that names the subject is absent" if absent else "the row's subject is empty"


def _no_originals(name: str) -> Sequence[str]:
    """Originals of rows are bound row by row; a batch is not to be kept for them."""
    raise FieldError("no-field", "other fields cannot be read here")


class _Subjects(dict[str, str | None]):
    """Canonical texts of subjects by the text of their cells."""

    def __missing__(self, text: str) -> str | None:
        if len(self) >= _PEOPLE:
            self.clear()
        found = self[text] = subject_text((text,))
        return found


class _NoDays(Exception):
    """The action does more than move dates by days."""


class _Days(dict[str | int, int]):
    """By how many days an action moves dates, by whose they are."""

    def __init__(self, action: Action, context_of: Callable[[Who], Context]) -> None:
        super().__init__()
        self._action = action
        self._context_of = context_of

    def __missing__(self, who: str | int) -> int:
        days = self._action.days(self._context_of(who))
        if days is None:
            raise _NoDays
        if isinstance(who, str):
            if len(self) >= _PEOPLE:
                self.clear()
            self[who] = days
        return days


class _Cells(dict[Key, str]):
    """New cells of a column by what decides them; a missing one is worked out.

    by_subject : a result depends on whose cell it is
    reads : other columns that a result depends on
    room : how many are remembered
    days, day_column : for an action that moves dates by days
    fallbacks : cells of this batch that `on-error` emptied
    failed : what the last result that could not be worked out was for
    """

    def __init__(self, step: Step, context_of: Callable[[Who], Context]) -> None:
        super().__init__()
        action = step.action
        self._step = step
        self._action = action
        self._form = step.form
        self._context_of = context_of
        self.by_subject = is_by_subject(action)
        self.reads = tuple(dict.fromkeys(reads_of(action)))
        self.room = _ROOM
        self._remembers = is_deterministic(action)
        one_by_one = type(action).apply_field is Action.apply_field
        moves = type(action).days is not Action.days and self._remembers and one_by_one and not self.reads
        self.days = _Days(action, context_of) if moves else None
        self.day_column = DayColumn(step.form)
        self._values: dict[str, Value | None] = {}
        self.fallbacks = 0
        self.failed: Key | None = None

    def turn_to(self, column: Column) -> None:
        """Take cells from the column in its next batch."""
        self._column = column
        self._limits = column.limits
        self.fallbacks = 0
        self.failed = None

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
        value = self._values.get(cell, "")
        if value == "":
            value = self._column.decode(cell, self._form)
            if self.by_subject and len(cell) <= _LENGTH:
                if len(self._values) >= _PEOPLE:
                    self._values.clear()
                self._values[cell] = value
        if value is None:
            return cell
        if isinstance(value, bytes):
            check_readable(value, self._action)
        result = result_of(self._action, value, context, self._form.kind)
        if isinstance(result, Verdict):
            return cell if result is Verdict.KEEP else self._column.encode(None, cell, self._form)
        return self._column.encode(result, cell, self._form)
