"""A table that is read, edited and written some thousand rows at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.filetype import Batch, Document
from deidentikit.splice import Sink, Source

from .batch import TableBatch, marked_head
from .cells import Spelling
from .dialect import LIKELY, MARK, Dialect
from .marking import unmark
from .reading import BlockReader, PieceReader
from .selectors import Columns, Matcher, check_headers

REMOVE_COMMENTS: Final = "remove-comments"


class TableDocument(Document):
    """A table in constant memory; nothing of it is read before the first batch is asked for."""

    def __init__(self, source: Source, matcher: Matcher, dialect: Dialect, *, comments: bool) -> None:
        """comments : keep comment lines and the lines before the table"""
        self._reader = BlockReader(source, dialect)
        self._matcher = matcher
        self._comments = comments
        self._columns = Columns(0, (), {})
        self._digest = b""
        self._dropped_lines = 0

    def batches(self) -> Iterator[Batch]:
        return self._batches()

    def _batches(self) -> Iterator[TableBatch]:
        spelling: Spelling | None = None
        for block in self._reader.blocks():
            if spelling is None:
                spelling = self._begin()
            yield TableBatch(block, self._columns, spelling, self._reader.dialect.quote)

    def _begin(self) -> Spelling:
        """Look at the first row."""
        reader = self._reader
        head, dialect = reader.head, reader.dialect
        spelling = Spelling(dialect, reader.text.encoding)
        texts = [spelling.text(cell) for cell in head.cells]
        alone = len(texts) == 1 and not spelling.is_quoted(head.cells[0])
        if alone and not self._matcher.is_idle and any(char in texts[0] for char in LIKELY):
            raise FileError(
                "delimiter",
                f"row {head.number} holds no delimiter, but others that are likely; say which with `delimiter`",
            )
        if dialect.header:
            check_headers(texts, head.number)
        self._columns = self._matcher.columns(texts if dialect.header else None, len(texts))
        return spelling

    def write(self, sink: Sink) -> None:
        raise NotImplementedError("a table is written as it is read; use rewrite")

    def rewrite(self, sink: Sink, edit: Callable[[Batch], None]) -> None:
        reader = self._reader
        digest = hashlib.blake2b()
        gone: frozenset[int] | None = None
        sink.write(reader.text.mark)

        def put(texts: Iterator[str]) -> None:
            text = "".join(texts)
            digest.update(text.encode())
            sink.write(unmark(text, reader.dialect.delimiter or ",").encode(reader.text.encoding))

        for batch in self._batches():
            edit(batch)
            if gone is None:
                gone = frozenset(batch.removed)
                if gone and len(gone) == reader.width:
                    raise FileError("no-columns", "the rules remove every column; leave the file out instead")
                put(self._head(gone))
            put(batch.marked(gone, comments=self._comments))
            if not self._comments:
                self._dropped_lines += batch.comments()
        self._digest = digest.digest()

    def _head(self, gone: frozenset[int]) -> Iterator[str]:
        head, dialect = self._reader.head, self._reader.dialect
        if not self._comments:
            self._dropped_lines += sum(MARK not in line for line in head.lines)
        if not dialect.header:
            head = attrs.evolve(head, cells=())
        return marked_head(head, gone, dialect.quote, comments=self._comments)

    def check(self, written: Source) -> None:
        """The output, cut into cells again, has to give exactly the cells that were meant."""
        dialect = attrs.evolve(
            self._reader.dialect,
            encoding=self._reader.text.encoding,
            skip_rows=self._reader.dialect.skip_rows if self._comments else 0,
        )
        digest = hashlib.blake2b()
        try:
            again = PieceReader(written, dialect)
            for _, pieces in again.pieces():
                for piece in pieces:
                    digest.update((piece if isinstance(piece, str) else piece.text).encode())
        except FileError as error:
            raise FileError("verify", f"the output does not read as a table: {error.reason}") from None
        if digest.digest() != self._digest or again.text.mark != self._reader.text.mark:
            raise FileError("verify", "the output does not hold the cells that were meant")

    def effects(self) -> Mapping[str, int]:
        return {REMOVE_COMMENTS: self._dropped_lines} if self._dropped_lines else {}
