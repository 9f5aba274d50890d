"""What of a source is in memory while its headers are walked."""

from __future__ import annotations

from typing import Final

from deidentikit.errors import FileError
from deidentikit.splice import Source

FIRST_READ: Final = 1 << 16
HEAD_MAX: Final = 1 << 22
"""How many of the source's first bytes are kept at most, where its headers reach as far."""
_WINDOW: Final = 1 << 18
_GAP: Final = 1 << 17
"""A header that begins within this many bytes behind the head lets the head grow."""


class Window:
    """Reads a source in windows, from the front on; what lies between two is stepped over.

    source : the bytes to walk, `size` of them
    head : the first of them, grown as needed up to `HEAD_MAX` and kept
    """

    def __init__(self, source: Source, head: bytes) -> None:
        self.source = source
        self.size = source.size
        self.head = head
        self._data = head
        self._base = 0

    def peek(self, pos: int, count: int) -> bytes:
        """Up to `count` bytes at `pos`, read anew where the window does not hold them."""
        at = pos - self._base
        if at >= 0 and at + count <= len(self._data):
            return self._data[at : at + count]
        return self.source.pread(max(0, min(count, self.size - pos)), pos)

    def _fill(self, pos: int) -> bool:
        """Make a window that holds the header at `pos`. False where the source ends within it."""
        if len(self._data) - (pos - self._base) >= min(12, self.size - pos) or pos + 8 > self.size:
            return False
        have = len(self.head)
        if self._base == 0 and pos <= have + _GAP and have < HEAD_MAX:
            self.head += self.source.pread(min(3 * have, self.size - have), have)
            self._data = self.head
        else:
            self._data = self.source.pread(min(_WINDOW, self.size - pos), pos)
            self._base = pos
        if len(self._data) - (pos - self._base) < min(12, self.size - pos):
            raise FileError("truncated", "the file is shorter than it was when it was opened")
        return True

    def _go_back(self, pos: int) -> None:
        """Have a window in which a walk can go on at `pos`, which was passed before."""
        if pos < self._base:
            self._data, self._base = (self.head, 0) if pos < len(self.head) else (b"", pos)

    def _zeros_from(self, pos: int) -> bool:
        """Whether all bytes from `pos` on are zero."""
        while pos < self.size:
            chunk = self.source.pread(min(1 << 20, self.size - pos), pos)
            if not chunk or chunk.count(0) != len(chunk):
                return False
            pos += len(chunk)
        return True
