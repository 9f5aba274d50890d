"""Bounded decompression: a few bytes can stand for gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from deidentikit.errors import FieldError
from deidentikit.splice import Source

_PIECE: Final = 1 << 18


class Budget:
    """How much the compressed chunks of one file may inflate to, all together."""

    def __init__(self, limit: int) -> None:
        """limit : bytes"""
        self.limit = limit
        self._left = limit
        self._counted: set[int] = set()

    def inflate(self, source: Source, start: int, end: int) -> Iterator[bytes]:
        """The content of a zlib stream in pieces. A stream counts once, however often it is read.

        Raises FieldError: ``inflated-size`` beyond the limit, ``undecodable`` for a stream that is damaged or cut.
        """
        self._spend(0)
        new = start not in self._counted
        self._counted.add(start)
        stream = zlib.decompressobj()
        for at in range(start, end, _PIECE):
            data = source.pread(min(_PIECE, end - at), at)
            while data and not stream.eof:
                try:
                    piece = stream.decompress(data, _PIECE)
                except zlib.error:
                    raise FieldError("undecodable", "the compressed stream is damaged") from None
                data = stream.unconsumed_tail
                if new:
                    self._spend(len(piece))
                if piece:
                    yield piece
            if stream.eof:
                return
        raise FieldError("undecodable", "the compressed stream is cut off")

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise FieldError(
                "inflated-size",
                f"the compressed chunks hold more than {self.limit >> 20} MiB; raise `max-inflated` or remove them",
            )
