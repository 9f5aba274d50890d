"""Random access edits over a source that itself stays as it is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

from deidentikit.splice import CHUNK, Patch, Sink, Source, splice

_ZEROS: Final = bytes(CHUNK)


class Overlay:
    """A source with ranges written over and bytes appended; itself a source of the result.

    Only what is written is held in memory; a range of zeros costs nothing, however long it is.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._data: list[bytes | None] = []  # None stands for zeros
        self._tail = bytearray()

    @property
    def size(self) -> int:
        """Length of the result in bytes."""
        return self.source.size + len(self._tail)

    @property
    def changed(self) -> bool:
        """Whether anything was written at all."""
        return bool(self._starts or self._tail)

    def pread(self, count: int, offset: int) -> bytes:
        """Exactly `count` bytes of the result from `offset`, fewer only at its end."""
        end = min(offset + count, self.size)
        if end <= offset:
            return b""
        border = self.source.size
        head = self._pread_source(offset, min(end, border)) if offset < border else b""
        if end <= border:
            return head
        return head + bytes(self._tail[max(offset - border, 0) : end - border])

    def _pread_source(self, start: int, end: int) -> bytes:
        first = bisect_right(self._ends, start)
        data = self.source.pread(end - start, start)
        if first == len(self._starts) or self._starts[first] >= end:
            return data
        out = bytearray(data)
        for at in range(first, bisect_left(self._starts, end)):
            low, high = max(self._starts[at], start), min(self._ends[at], end)
            out[low - start : high - start] = self._piece(at, low, high)
        return bytes(out)

    def _piece(self, at: int, low: int, high: int) -> bytes:
        data = self._data[at]
        start = self._starts[at]
        return bytes(high - low) if data is None else data[low - start : high - start]

    def pwrite(self, data: bytes, offset: int) -> None:
        """Write over bytes that are there. Raises ValueError past the end of the result."""
        self._put(offset, offset + len(data), data)

    def zero(self, start: int, end: int) -> None:
        """Write zeros over ``[start, end)``. Raises ValueError past the end of the result."""
        self._put(start, end, None)

    def append(self, data: bytes, align: int = 1) -> int:
        """Put bytes at the end, after zeros up to a multiple of `align`; the offset they got."""
        self._tail += bytes(-self.size % align)
        offset = self.size
        self._tail += data
        return offset

    def _put(self, start: int, end: int, data: bytes | None) -> None:
        if start < 0 or end > self.size:
            raise ValueError(f"range {start}:{end} is not within {self.size} bytes")
        border = self.source.size
        if end > border:
            low = max(start, border)
            fresh = bytes(end - low) if data is None else data[low - start :]
            self._tail[low - border : end - border] = fresh
            end = low
        if start < end:
            self._put_source(start, end, None if data is None else bytes(data[: end - start]))

    def _put_source(self, start: int, end: int, data: bytes | None) -> None:
        """Keep extents sorted and apart: what stood under the new one is cut away."""
        first = bisect_right(self._ends, start)
        last = bisect_left(self._starts, end)
        starts, ends, pieces = [start], [end], [data]
        if first < last:
            if (low := self._starts[first]) < start:
                starts.insert(0, low)
                ends.insert(0, start)
                pieces.insert(0, self._part(first, low, start))
            if (high := self._ends[last - 1]) > end:
                starts.append(end)
                ends.append(high)
                pieces.append(self._part(last - 1, end, high))
        self._starts[first:last] = starts
        self._ends[first:last] = ends
        self._data[first:last] = pieces

    def _part(self, at: int, low: int, high: int) -> bytes | None:
        return None if self._data[at] is None else self._piece(at, low, high)

    def patches(self) -> Iterator[Patch]:
        """The edits within the source, sorted; what was appended is not among them."""
        for start, end, data in zip(self._starts, self._ends, self._data, strict=True):
            if data is not None:
                yield Patch(start, end, data)
                continue
            for low in range(start, end, CHUNK):
                high = min(low + CHUNK, end)
                yield Patch(low, high, _ZEROS[: high - low])

    def write(self, sink: Sink) -> None:
        """Write the result to a sink in one pass; what was not edited is copied as ranges."""
        splice(self.source, sink, self.patches())
        if self._tail:
            sink.write(self._tail)

    def to_bytes(self) -> bytes:
        """The whole result in memory; for structures that are small."""
        return self.pread(self.size, 0)
