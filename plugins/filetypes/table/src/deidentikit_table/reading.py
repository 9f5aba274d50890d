"""Reading a table front to back: pieces of whole rows, then blocks of rows of one width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import Source

from .dialect import LINE_ENDS, MARK, UNENDED, Dialect
from .marking import LINE_END, Marked, Misquoted, first_row, mark, rows_before, split_comments
from .text import TextSource, Undecodable

MAX_ROW: Final = 1 << 23
"""Characters of the longest row; an open quote could otherwise take in the whole file."""
_MAX_LEADING: Final = 100_000
_ENDS: Final = frozenset((*LINE_ENDS, UNENDED))

Piece = Marked | str
"""Whole rows, or the text of lines that are no rows."""


class PieceReader:
    """The rows and the other lines of a table in the order of the file.

    dialect : with the delimiter found, once the first rows were read
    text : the source as text
    """

    def __init__(self, source: Source, dialect: Dialect) -> None:
        self.text = TextSource(source, dialect.encoding)
        self.dialect = dialect
        self._row = 0

    def pieces(self) -> Iterator[tuple[int, list[Piece]]]:
        """Pieces of some thousand rows each, with the number of rows and other lines before them.

        Raises FileError (``nul``, ``undecodable``, ``quotes``, ``row-too-long``, ``delimiter``, ``encoding``)
        that tells the row, counted from 1 with all lines.
        """
        rest = ""
        wanted = 0
        skip = self.dialect.skip_rows
        texts = self.text.pieces()
        while True:
            text, last = self._next(texts, rest)
            rest += text
            if len(rest) < wanted and not last:
                continue
            before = self._row
            pieces: list[Piece] = []
            if skip:
                skipped, skip, rest = _skip(rest, skip, last=last)
                if skipped:
                    self._row += self.dialect.skip_rows - skip
                    pieces.append(skipped)
            if not skip and self._delimited(rest, last=last):
                made, rest = self._cut(rest, last=last)
                pieces += made
            if pieces:
                yield before, pieces
            if last:
                return
            if len(rest) > MAX_ROW:
                raise FileError(
                    "row-too-long", f"row {self._row + 1}: more than {MAX_ROW} characters, or an open quote"
                )
            wanted = 0 if pieces else 2 * len(rest)

    def _next(self, texts: Iterator[tuple[str, bool]], rest: str) -> tuple[str, bool]:
        """The next text, and whether it is the last."""
        try:
            text, last = next(texts)
        except Undecodable:
            row = self._row + rows_before(rest, self.dialect) + 1
            raise FileError("undecodable", f"row {row}: there are bytes that are no {self.text.encoding}") from None
        if MARK in text:
            row = self._row + rows_before(rest + text[: text.index(MARK)], self.dialect) + 1
            raise FileError("nul", f"row {row}: a NUL byte; this is no table, or its encoding is another")
        return text, last

    def _delimited(self, text: str, *, last: bool) -> bool:
        """Whether the delimiter is known; it is looked for in the first row, once that is whole."""
        if self.dialect.delimiter is None:
            found = first_row(text, self.dialect, last=last)
            if found is None:
                return False
            self.dialect = self.dialect.in_row(found)
        return True

    def _cut(self, text: str, *, last: bool) -> tuple[list[Piece], str]:
        comment = self.dialect.comment
        segments, rest, whole = [(False, text)], "", last
        if comment is not None and comment in text:
            segments, rest = split_comments(text, self.dialect, last=last)
            whole = True
        pieces: list[Piece] = []
        for is_comment, segment in segments:
            if is_comment:
                pieces.append(segment)
                self._row += 1
                continue
            try:
                marked, left = mark(segment, self.dialect, last=whole)
            except Misquoted as error:
                row = self._row + error.rows + 1
                raise FileError(
                    "quotes",
                    f"row {row}: a quote is open, or stands within a cell;"
                    " if quotes are plain text here, say `quote: none`",
                ) from None
            rest = left or rest
            self._row += marked.rows
            if marked.rows:
                pieces.append(marked)
        return pieces, rest


def _skip(text: str, count: int, *, last: bool) -> tuple[str, int, str]:
    """The first lines of a text, how many are still to skip, and the rest."""
    at = 0
    for found in LINE_END.finditer(text):
        if not count or (found.end() == len(text) and found[0] == "\r" and not last):
            break
        at = found.end()
        count -= 1
    if last and count:
        return text, 0, ""
    return text[:at], count, text[at:]


@attrs.frozen
class Line:
    """A line that is no row.

    at : how many rows of its block stand before it
    text : marked, where it is blank
    """

    at: int
    text: str

    @property
    def blank(self) -> bool:
        """It is no comment and was not skipped."""
        return MARK in self.text


@attrs.define(eq=False)
class Block:
    """Rows of one width.

    cells : all cells as they are spelled, and behind each row its line end
    rows : how many there are
    lines : what stands between them
    quotes : some cell may stand in quotes
    first : the number of its first row or line in the file, from 1
    """

    cells: list[str]
    rows: int
    lines: list[Line]
    first: int
    quotes: bool = False

    def number(self, row: int) -> int:
        """The number in the file of a row of the block, counted from 0."""
        return self.first + row + sum(line.at <= row for line in self.lines)


@attrs.frozen
class Head:
    """The first row, and the lines before it.

    cells : as they are spelled; none if the table has no row at all
    line_end : the line end behind it
    number : its number in the file, from 1
    """

    lines: Sequence[str] = ()
    cells: Sequence[str] = ()
    line_end: str = "\n"
    number: int = 0


class BlockReader(PieceReader):
    """The rows of a table in blocks.

    head : the first row, known once the first block was given; it is in no block if it is a header
    """

    head: Head = Head()

    def blocks(self) -> Iterator[Block]:
        """At least one block. Raises FileError as `pieces` does, and for rows of another width (``ragged``)."""
        leading: list[str] = []
        given = False
        for before, pieces in self.pieces():
            block = Block([], 0, [], before + 1)
            number = before
            for piece in pieces:
                if isinstance(piece, str):
                    if self.head.cells:
                        block.lines.append(Line(block.rows, piece))
                    else:
                        leading.append(piece)
                    number += max(1, len(LINE_END.findall(piece)))
                    continue
                cells = piece.text.split(MARK)
                cells.pop()
                block.quotes |= piece.quotes
                rows = piece.rows
                if not self.head.cells:
                    taken = self._find_head(cells, leading, number)
                    rows -= taken
                    number += taken
                    block.first = number + 1
                if cells:
                    self._add(block, cells, rows, piece.line_end, number)
                number += rows
            if self.head.cells:
                given = True
                yield block
        if not given:
            self.head = Head(lines=leading)
            yield Block([], 0, [], 1)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.head.cells)

    def _find_head(self, cells: list[str], leading: list[str], number: int) -> int:
        """Take the first row from the cells, or only look at it where it is no header; gives the rows taken."""
        begin = taken = 0
        for at, cell in enumerate(cells):
            if cell not in _ENDS:
                continue
            row = cells[begin:at]
            if len(row) > 1 or row[0].strip():
                self.head = Head(tuple(leading), tuple(row), cell, number + taken + 1)
                if self.dialect.header:
                    begin, taken = at + 1, taken + 1
                break
            leading.append(MARK.join((*row, cell, "")))
            begin, taken = at + 1, taken + 1
        if len(leading) > _MAX_LEADING:
            raise FileError("no-header", f"the first {_MAX_LEADING} lines hold no row")
        del cells[:begin]
        return taken

    def _add(self, block: Block, cells: list[str], rows: int, line_end: str | None, number: int) -> None:
        width = self.width
        ends = cells[width :: width + 1]
        regular = len(cells) == rows * (width + 1) == len(ends) * (width + 1) and (
            ends.count(line_end) == rows if line_end is not None else _ENDS.issuperset(ends)
        )
        if not regular or (width == 1 and "" in cells):
            rows, cells = self._rows_one_by_one(block, cells, number)
        if block.cells:
            block.cells += cells
        else:
            block.cells = cells
        block.rows += rows

    def _rows_one_by_one(self, block: Block, cells: list[str], number: int) -> tuple[int, list[str]]:
        """The rows among the cells; blank lines go to the block's lines."""
        width = self.width
        out: list[str] = []
        rows = begin = 0
        for at, cell in enumerate(cells):
            if cell not in _ENDS:
                continue
            number += 1
            count = at - begin
            if count == width and (width > 1 or cells[begin]):
                out += cells[begin : at + 1]
                rows += 1
            elif count == 1 and not cells[begin].strip():
                block.lines.append(Line(block.rows + rows, MARK.join((*cells[begin : at + 1], ""))))
            else:
                raise FileError("ragged", f"row {number} has {count} cells, and the first row has {width}")
            begin = at + 1
        return rows, out
