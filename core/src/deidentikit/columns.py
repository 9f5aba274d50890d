"""The columns of a table: what a step makes of each cell, worked out once for equal cells of one subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from .action import Action, Verdict
from .context import Context, subject_text
from .errors import FieldError
from .filetype import Batch, Column, Step
from .kinds import Value
from .memo import check_readable
from .plan import Plan

_ROOM: Final = 1 << 17
"""Cells remembered at a time, shared among all columns."""
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
            column.put([*map(made.__getitem__, self._keys(cells, made))])
        except FieldError as error:
            if made.failed is None:
                raise
            row = next(row for row, key in enumerate(self._keys(cells, made)) if key == made.failed)
            raise error.at(column.place(row)) from None
        if made.reads:
            self._context.bind(self._batch.original)
        return made.fallbacks

    def _keys(self, cells: Sequence[str], made: _Cells) -> Iterable[Key]:
        """What decides each row's result."""
        whose = made.by_subject and (self._subject is None or self._subject.path is None)
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
            if len(self._people) >= _ROOM:
                self._people.clear()
            (context,) = self._context.rows([who])
            self._people[who] = context
        return context


def _trouble(field: str | None, *, absent: bool) -> str:
    if field is None:
        return "the profile names no subject for this file type; add `subject:`"
    return f"the column {field!r} that names the subject is absent" if absent else "the row's subject is empty"


class _Subjects(dict[str, str | None]):
    """Canonical texts of subjects by the text of their cells."""

    def __missing__(self, text: str) -> str | None:
        if len(self) >= _ROOM:
            self.clear()
        found = self[text] = subject_text((text,))
        return found


class _Cells(dict[Key, str]):
    """New cells of a column by what decides them; a missing one is worked out.

    by_subject : a result depends on whose cell it is
    reads : other columns that a result depends on
    room : how many are remembered
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
        self._one_by_one = type(action).apply_field is Action.apply_field
        self.by_subject = action.by_subject
        self.reads = tuple(dict.fromkeys(_reads(action)))
        self.room = _ROOM
        self.fallbacks = 0
        self.failed: Key | None = None

    def turn_to(self, column: Column) -> None:
        """Take cells from the column in its next batch."""
        self._column = column
        self._limits = column.limits
        self.fallbacks = 0
        self.failed = None

    def __missing__(self, key: Key) -> str:
        who, cell, *others = (None, key) if isinstance(key, str) else key
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
        if not isinstance(who, int) and self._action.deterministic and len(cell) <= _LENGTH:
            if len(self) >= self.room:
                self.clear()
            self[key] = made
        return made

    def _result(self, cell: str, context: Context) -> str:
        action, column, form = self._action, self._column, self._form
        value = column.decode(cell, form)
        if value is None:
            return cell
        if isinstance(value, bytes):
            check_readable(value, action)
        result = action.apply(value, context) if self._one_by_one else _as_whole(action, value, context)
        if result is Verdict.KEEP:
            return cell
        return column.encode(None if result is Verdict.REMOVE else result, cell, form)


def _as_whole(action: Action, value: Value, context: Context) -> Value | Verdict:
    """What an action that treats whole fields makes of one cell."""
    result = action.apply_field((value,), context)
    if isinstance(result, Verdict):
        return result
    if len(result) != 1:
        raise FieldError("wrong-kind", f"{action.name} does not make one value of one")
    return result[0]


def _reads(action: Action) -> Iterator[str]:
    yield from action.reads()
    for part in action.nested().values():
        yield from _reads(part)
