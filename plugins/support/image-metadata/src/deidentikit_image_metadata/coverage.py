"""Which bytes of a TIFF structure its IFDs use, and which no IFD points to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from typing import Final

from deidentikit.errors import FileError
from deidentikit.splice import CHUNK, Source

from .ifd import Entry, Ifd, Structure, read_offsets

Extent = tuple[int, int]

_PAYLOADS: Final = ((273, 279), (324, 325), (513, 514))
"""Tags that hold the offsets and the lengths of strips, tiles and a JPEG stream (TIFF 6.0)."""
_QUANTISATION: Final = 519
_HUFFMAN: Final = (520, 521)
_MANY: Final = 100_000
_UNKNOWN: Final = 0


class Coverage:
    """The extents that IFD tables, values and image data take up.

    Tables and values are counted one by one, since each can be freed; image data is one set of bytes.
    It is built from what was read: bytes appended later have one user and need no account.
    """

    def __init__(self, structure: Structure, source: Source) -> None:
        self._source = source
        self._structure = structure
        self._uses = Counter([(0, structure.layout.header_size)])
        self._uses.update(extent for ifd in structure for extent in metadata_extents(ifd, source.size))
        self._extents = sorted(self._uses)
        self._reach: list[int] = []
        for _, end in self._extents:
            self._reach.append(max(end, self._reach[-1] if self._reach else 0))
        self._payload: list[Extent] | None = None
        self._reserved: list[Extent] = []

    def reserve(self, extent: Extent) -> None:
        """Count bytes as image data although no IFD lists them."""
        self._reserved.append((extent[0], min(extent[1], self._source.size)))
        self._payload = None

    def holds_image_data(self, start: int, end: int) -> bool:
        """Whether image data that is still in the structure lies within these bytes."""
        return any(overlaps(self._payload_spans(), start, end))

    def exclusive(self, extent: Extent) -> bool:
        """Whether these bytes of a table or a value have one user only. Raises FileError (``ifd-overlap``)."""
        start, end = extent
        if start >= self._source.size:
            return True
        self._keep_apart(start, end)
        return sum(self._uses[other] for other in self._meeting(start, end)) <= 1

    def release(self, extent: Extent) -> Iterator[Extent]:
        """One user of a table or a value gives it up: the parts of it that nobody else uses.

        Raises FileError (``ifd-overlap``) where it lies over image data, which cannot be freed with it.
        """
        start, end = extent
        if start >= self._source.size:
            yield extent
            return
        end = min(end, self._source.size)
        if self._uses[start, end] > 0:
            self._uses[start, end] -= 1
        self._keep_apart(start, end)
        yield from gaps(merged(self._meeting(start, end)), start, end)

    def _keep_apart(self, start: int, end: int) -> None:
        if self.holds_image_data(start, end):
            raise FileError("ifd-overlap", "a table or a value lies over the image data")

    def release_payload(self, ifds: Iterable[Ifd]) -> Iterator[Extent]:
        """The image data of IFDs that are no longer in the structure, as far as nothing else uses it."""
        freed = merged(self._payload_extents(ifds))
        self._payload = None
        for start, end in freed:
            used = chain(self._meeting(start, end), overlaps(self._payload_spans(), start, end))
            yield from gaps(merged(used), start, end)

    def orphans(self) -> Iterator[Extent]:
        """The stretches of the source that nothing uses, whatever they hold."""
        live = (extent for extent, users in self._uses.items() if users)
        yield from gaps(merged(chain(live, self._payload_spans())), 0, self._source.size)

    def _payload_spans(self) -> list[Extent]:
        if self._payload is None:
            self._payload = merged(chain(self._payload_extents(self._structure), self._reserved))
        return self._payload

    def _payload_extents(self, ifds: Iterable[Ifd]) -> Iterator[Extent]:
        size = self._source.size
        for ifd in ifds:
            for offset, length in payloads(ifd, self._source):
                if 0 < offset < size:
                    yield offset, min(offset + length, size) if length != _UNKNOWN else self._next_extent(offset)

    def _next_extent(self, offset: int) -> int:
        """Where data of unknown length ends at the latest."""
        at = bisect_right(self._extents, (offset, self._source.size))
        return self._extents[at][0] if at < len(self._extents) else self._source.size

    def _meeting(self, start: int, end: int) -> Iterator[Extent]:
        """The extents still in use that share a byte with this one."""
        at = bisect_left(self._extents, (end,))
        steps = 0
        while at and self._reach[at - 1] > start:
            at -= 1
            steps += 1
            if steps > _MANY:
                raise FileError("ifd-overlap", "too many values lie over each other")
            if self._extents[at][1] > start and self._uses[self._extents[at]]:
                yield self._extents[at]


def metadata_extents(ifd: Ifd, size: int) -> Iterator[Extent]:
    """An IFD's table and its values outside the table, cut at the end of the source."""
    for extent in chain([(ifd.offset, ifd.end)], (value_extent(ifd, entry) for entry in ifd.entries)):
        if extent is not None and extent[0] < size:
            yield extent[0], min(extent[1], size)


def value_extent(ifd: Ifd, entry: Entry) -> Extent | None:
    """Where a value stands that is not in the record itself; None for one that is, or of unknown type."""
    if entry.inline:
        return None
    offset = ifd.value_at(entry)
    return offset, offset + entry.size


def payloads(ifd: Ifd, source: Source) -> Iterator[tuple[int, int]]:
    """Offset and length of an IFD's strips, tiles, JPEG streams and old-style JPEG tables; 0: length unknown."""
    for offset_tag, length_tag in _PAYLOADS:
        lengths = chain(_numbers(ifd, length_tag, source), repeat(_UNKNOWN))
        yield from zip(_numbers(ifd, offset_tag, source), lengths, strict=False)
    yield from ((offset, 64) for offset in _numbers(ifd, _QUANTISATION, source))
    for tag in _HUFFMAN:
        yield from ((offset, 16 + sum(source.pread(16, offset))) for offset in _numbers(ifd, tag, source))


def _numbers(ifd: Ifd, tag: int, source: Source) -> Iterator[int]:
    for entry in ifd.entries:
        if entry.tag == tag:
            yield from read_offsets(source, ifd, entry) or ()


def merged(extents: Iterable[Extent]) -> list[Extent]:
    """The same bytes as extents that are sorted and apart."""
    out: list[Extent] = []
    for start, end in sorted(extents):
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((start, end))
    return out


def overlaps(spans: list[Extent], start: int, end: int) -> Iterator[Extent]:
    """The members of a merged list that share a byte with an extent."""
    at = max(bisect_right(spans, (start, start)) - 1, 0)
    while at < len(spans) and spans[at][0] < end:
        if spans[at][1] > start:
            yield spans[at]
        at += 1


def gaps(spans: list[Extent], start: int, end: int) -> Iterator[Extent]:
    """What a merged list leaves of an extent."""
    for low, high in spans:
        if low >= end:
            break
        if low > start:
            yield start, low
        start = max(start, high)
    if start < end:
        yield start, end


def not_zero(source: Source, extents: Iterable[Extent]) -> Iterator[Extent]:
    """Those extents that hold anything but zeros."""
    for start, end in extents:
        for low in range(start, end, CHUNK):
            if source.pread(min(CHUNK, end - low), low).strip(b"\0"):
                yield start, end
                break
