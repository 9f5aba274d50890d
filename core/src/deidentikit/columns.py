"""The columns of a table: what a step makes of each cell, worked out once for equal cells of one subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, cast

from .action import Action
from .columncells import Cells, Key, Who
from .context import Context
from .daycolumn import DaySteps
from .errors import FieldError
from .filetype import Batch, Column, Step
from .kinds import canonical_text
from .plan import Plan

_ROOM: Final = 1 << 18
"""Cells remembered at a time, shared among all columns."""
_PEOPLE: Final = 1 << 16
"""Subjects remembered at a time."""


class Columns:
    """The work on one table. Results are remembered from batch to batch, within bounds."""

    __slots__ = (
        "_batch",
        "_context",
        "_first",
        "_made",
        "_nobody",
        "_people",
        "_rows",
        "_somebody",
        "_steps",
        "_subject",
        "_texts",
        "_who",
    )

    def __init__(self, plan: Plan, context: Context) -> None:
        """context : the file's; it knows the subject where that is read from the input's path"""
        self._context = context
        self._subject = plan.subject
        self._people: dict[str, Context] = {}
        self._texts = _Subjects()
        self._nobody = context.rows([None])[0]
        self._nobody.bind(_no_originals)
        (self._somebody,) = self._nobody.rows([""])
        self._made: dict[tuple[Step, str], Cells] = {}
        self._steps: list[DaySteps] = []
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
            made = self._made[step, column.path] = Cells(step, self._context_of)
            for each in self._made.values():
                each.room = _ROOM // len(self._made)
        made.turn_to(column)
        assert self._batch is not None
        try:
            column.put(self._new(column, cells, made))
        except FieldError as error:
            if made.failed is None:
                raise
            row = next(row for row, key in enumerate(self._keys(cells, made)) if key == made.failed)
            raise error.at(column.place(row)) from None
        if made.reads:
            self._context.bind(self._batch.original)
        return made.fallbacks

    def _new(self, column: Column, cells: Sequence[str], made: Cells) -> Sequence[str]:
        """The new cells."""
        keys = self._keys(cells, made)
        new = self._at_once(column, cells, made)
        if new is None:
            return [*map(made.__getitem__, keys)]
        if None in new:
            return [made[key] if text is None else text for text, key in zip(new, keys, strict=True)]
        return cast(Sequence[str], new)

    def _at_once(self, column: Column, cells: Sequence[str], made: Cells) -> Sequence[str | None] | None:
        """The new cells, where the action treats a column as a whole; None for those that it has to be asked for."""
        by_row = self._by_row(made)
        if by_row and made.day_column is not None:
            steps = self._days(made.action).of(self._whose())
            if steps is not None:
                return made.day_column.moved(column, cells, steps)
        if not made.at_once:
            return None
        if by_row:
            return made.many(cells, [*map(str, self._whose())], self._context)
        return made.learn(cells, self._context.subject_or_row if made.by_subject else "", self._context)

    def _days(self, action: Action) -> DaySteps:
        """The days by which an action moves; equal actions move alike."""
        for steps in self._steps:
            if steps.action == action:
                return steps
        self._steps.append(DaySteps(action, self._passing))
        return self._steps[-1]

    def _passing(self, who: str | int) -> Context:
        """A context that serves until the next one is asked for."""
        if isinstance(who, int):
            return self._context_of(who)
        self._somebody.set_subject(who, "")
        return self._somebody

    def _by_row(self, made: Cells) -> bool:
        """Whether a result depends on whose row it is."""
        return made.by_subject and (self._subject is None or self._subject.path is None)

    def _keys(self, cells: Sequence[str], made: Cells) -> Iterable[Key]:
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
            if not found:
                who = rows
            elif None in found:
                who = [row if name is None else name for row, name in zip(rows, found, strict=True)]
            else:
                who = cast(Sequence[str], found)
            self._who = who
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
    """Canonical texts of subjects by the text of their cells; None for an empty one."""

    def __missing__(self, text: str) -> str | None:
        if len(self) >= _PEOPLE:
            self.clear()
        found = self[text] = canonical_text(text) or None
        return found
