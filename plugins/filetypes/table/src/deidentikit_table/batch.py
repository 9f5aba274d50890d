"""Some thousand rows of a table: their columns as fields, and the rows with the edits made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import UNLIMITED, Column, Limits, Place, Step
from deidentikit.kinds import Form, Kind, Value

from .cells import Spelling
from .dialect import MARK
from .reading import Block, Head
from .selectors import Columns


class TableBatch:
    """A block of rows. Cells are edited as they are spelled."""

    def __init__(self, block: Block, columns: Columns, spelling: Spelling, quote: str | None) -> None:
        self._block = block
        self._columns = columns
        self._quote = quote
        self.spelling = spelling
        self.quotes = block.quotes
        self.edited: dict[int, Sequence[str]] = {}
        self.removed: set[int] = set()
        self._cells: dict[int, list[str]] = {}

    def matches(self) -> Iterator[tuple[Column, Step]]:
        for at, path, step in self._columns.steps:
            yield TableColumn(self, at, path), step

    def absent(self) -> Iterator[tuple[Place, Step]]:
        return iter(())

    def original(self, name: str) -> Sequence[str]:
        """The texts that stand in the column, each once; no empty ones."""
        at = self._columns.reads[name]
        return () if at is None else self._texts(self.cells(at))

    def current(self, name: str) -> Sequence[str]:
        at = self._columns.reads[name]
        if at is None or at in self.removed:
            return ()
        return self._texts(self.edited.get(at) or self.cells(at))

    def rows(self) -> int:
        return self._block.rows

    def subjects(self, name: str) -> Sequence[str]:
        """The original texts of a column, row by row; none at all where there is no such column."""
        at = self._columns.reads[name]
        if at is None:
            return ()
        cells = self.cells(at)
        if not self.quotes or not self.spelling.any_quoted(cells):
            return cells
        texts = {cell: self.spelling.text(cell) for cell in set(cells)}
        return [*map(texts.__getitem__, cells)]

    def cells(self, at: int) -> list[str]:
        """The original cells of a column, as they are spelled."""
        if at not in self._cells:
            self._cells[at] = self._block.cells[at :: self._columns.width + 1]
        return self._cells[at]

    def number(self, row: int) -> int:
        """The number in the file of a row of the batch, counted from 0."""
        return self._block.number(row)

    def comments(self) -> int:
        """How many comment lines stand between the rows."""
        return sum(not line.blank for line in self._block.lines)

    def _texts(self, cells: Sequence[str]) -> list[str]:
        return [text for text in dict.fromkeys(map(self.spelling.text, dict.fromkeys(cells))) if text]

    def marked(self, gone: frozenset[int], *, comments: bool) -> Iterator[str]:
        """The rows with all edits made, as marked text.

        gone : columns to leave out, as the first batch decided; columns removed since are emptied
        comments : keep comment lines
        """
        self.edited.update({at: [""] * self.rows() for at in self.removed - gone})
        cells, width = self._edited_cells(gone)
        begin = 0
        for line in self._block.lines:
            end = line.at * (width + 1)
            if begin < end:
                yield MARK.join(cells[begin:end]) + MARK
                begin = end
            if comments or line.blank:
                yield line.text
        if begin < len(cells):
            yield MARK.join(cells[begin:] if begin else cells) + MARK

    def _edited_cells(self, gone: frozenset[int]) -> tuple[list[str], int]:
        """The block's cells anew, and how many columns are left."""
        width = self._columns.width
        kept = [at for at in range(width) if at not in gone]
        cells = self._block.cells
        if gone:
            stride = len(kept) + 1
            left = [""] * (self.rows() * stride)
            left[len(kept) :: stride] = cells[width :: width + 1]
            for place, at in enumerate(kept):
                left[place::stride] = self.edited.get(at) or self.cells(at)
            cells = left
        else:
            for at, new in self.edited.items():
                cells[at :: width + 1] = new
        if len(kept) == 1 and self.rows():
            cells[0::2] = visible(cells[0::2], self._quote)
        return cells, len(kept)


class TableColumn:
    """A column's cells in one batch."""

    def __init__(self, batch: TableBatch, at: int, path: str) -> None:
        self._batch = batch
        self._at = at
        self.path = path
        self.decode = batch.spelling.decode
        self.encode = batch.spelling.encode
        self.encode_many = batch.spelling.encode_many

    @property
    def required(self) -> bool:
        return False

    @property
    def limits(self) -> Limits:
        return UNLIMITED

    def cells(self) -> Sequence[str]:
        return self._batch.cells(self._at)

    def put(self, cells: Sequence[str]) -> None:
        if len(cells) != self._batch.rows():
            raise ValueError("a column needs as many cells as there are rows")
        self._batch.edited[self._at] = cells

    def place(self, row: int) -> str:
        return f"{self.path}, row {self._batch.number(row)}"

    def read(self, form: Form) -> Sequence[Value | None]:
        return [self.decode(cell, form) for cell in self.cells()]

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        if form.kind is Kind.NATIVE:
            self._fill(values)
        else:
            pairs = zip(values, self.cells(), strict=True)
            self.put([self.encode(value, cell, form) for value, cell in pairs])

    def remove(self) -> None:
        self._batch.removed.add(self._at)

    def _fill(self, texts: Sequence[Value | None]) -> None:
        """One text of the profile in every row, or none."""
        if len(texts) > 1:
            raise FieldError("wrong-kind", "a cell holds one text, not several")
        text = texts[0] if texts else ""
        if not isinstance(text, str):
            raise FieldError("wrong-kind", "the action's result is no text")
        spelling = self._batch.spelling
        plain, quoted = (spelling.spell(text, quoted=wanted) for wanted in (False, True))
        if plain == quoted or not self._batch.quotes:
            self.put([plain] * self._batch.rows())
        else:
            self.put([quoted if spelling.is_quoted(cell) else plain for cell in self.cells()])


def visible(cells: Sequence[str], quote: str | None) -> Sequence[str]:
    """Cells of a table's only column, where an empty one would make a blank line.

    Raises FileError (``blank-row``) where there are no quotes to show it.
    """
    if "" not in cells:
        return cells
    if quote is None:
        raise FileError("blank-row", "a row would be left blank, which only quotes could show, and `quote` is none")
    return [cell or quote * 2 for cell in cells]


def marked_head(head: Head, gone: frozenset[int], quote: str | None, *, comments: bool) -> Iterator[str]:
    """The first row, if it is a header, with the lines before it, as marked text."""
    yield from (line for line in head.lines if comments or MARK in line)
    kept: Sequence[str] = [cell for at, cell in enumerate(head.cells) if at not in gone]
    if kept:
        yield MARK.join((*(visible(kept, quote) if len(kept) == 1 else kept), head.line_end, ""))
