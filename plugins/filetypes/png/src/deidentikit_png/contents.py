"""What the chunks of one file hold, and what they are to hold instead."""

from __future__ import annotations

import zlib
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.splice import Source

from .chunks import Chunk, checksum, stored_checksum
from .inflating import Budget
from .texts import HEAD, TextHead, read_head

MAX_VALUE: Final = 1 << 26
"""Bytes of a chunk whose value is still read; no limit for chunks that stay or go as a whole."""


@attrs.frozen(eq=False)
class Contents:
    """The data of chunks, and their edits.

    changed : new data of chunks by where they start; None for a chunk that goes
    added : types and data of new chunks
    """

    source: Source
    budget: Budget
    changed: dict[int, bytes | None] = attrs.field(factory=dict)
    added: list[tuple[str, bytes]] = attrs.field(factory=list)

    @property
    def edited(self) -> bool:
        """Whether anything is to change."""
        return bool(self.changed or self.added)

    def data(self, chunk: Chunk) -> bytes:
        """A chunk's data in the source. Raises FieldError (``too-large``, ``checksum``)."""
        if chunk.length > MAX_VALUE:
            raise FieldError("too-large", f"the chunk is too large to be read: more than {MAX_VALUE >> 20} MiB")
        data = self.source.pread(chunk.length, chunk.data_start)
        if checksum(chunk.type, data) != stored_checksum(self.source, chunk):
            raise FieldError("checksum", "the chunk's checksum is wrong, so is its value perhaps; remove or replace it")
        return data

    def text_head(self, chunk: Chunk) -> TextHead | None:
        """What stands before the text of a text chunk."""
        return read_head(chunk.type, self.source.pread(min(HEAD, chunk.length), chunk.data_start))

    def text(self, chunk: Chunk, head: TextHead) -> bytes:
        """The text of a text chunk, inflated. Raises FieldError as `data` and `Budget.inflate` do."""
        data = self.data(chunk)
        if not head.compressed:
            return data[head.body :]
        return b"".join(self.budget.inflate(self.source, chunk.data_start + head.body, chunk.data_end))

    def put_text(self, chunk: Chunk, head: TextHead, text: bytes) -> None:
        """Give a text chunk another text, compressed as it was."""
        before = self.source.pread(head.body, chunk.data_start)
        self.changed[chunk.start] = before + (zlib.compress(text, 9) if head.compressed else text)

    def put(self, chunk: Chunk, data: bytes) -> None:
        """Give a chunk other data."""
        self.changed[chunk.start] = data

    def remove(self, chunk: Chunk) -> None:
        """Take a chunk out."""
        self.changed[chunk.start] = None

    def measure(self, chunk: Chunk, at: int) -> None:
        """Inflate a compressed stream without keeping it, to see how much it holds.

        at : where in the chunk's data the stream begins
        Raises FieldError (``inflated-size``); a damaged stream is none of its business.
        """
        try:
            for _ in self.budget.inflate(self.source, chunk.data_start + at, chunk.data_end):
                pass
        except FieldError as error:
            if error.reason == "inflated-size":
                raise
