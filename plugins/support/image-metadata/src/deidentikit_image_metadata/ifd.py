"""The image file directories (IFDs) of a TIFF structure: a whole TIFF file, or the one in an EXIF block.

Source: TIFF 6.0 section 2, BigTIFF (Adobe and AWare Systems), TIFF Technical Note 1 (SubIFDs), EXIF 2.32
section 4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from enum import Enum
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import Source

from .fieldtypes import IFD, IFD8, OFFSET_CODES, WIDTHS

SUB_IFDS: Final = 330
EXIF_IFD: Final = 34665
GPS_IFD: Final = 34853
INTEROP_IFD: Final = 40965
GLOBAL_IFD: Final = 400
IMAGE_DESCRIPTION: Final = 270
XMP_PACKET: Final = 700
IPTC_BLOCK: Final = 33723
IMAGE_RESOURCES: Final = 34377
COLOUR_PROFILE: Final = 34675
MAKER_NOTE: Final = 37500


class IfdKind(Enum):
    """What an IFD describes; it decides which names its tags have."""

    IMAGE = "image"
    THUMBNAIL = "thumbnail"
    SUB = "sub"
    EXIF = "exif"
    GPS = "gps"
    INTEROP = "interop"


POINTERS: Final = {
    SUB_IFDS: IfdKind.SUB,
    GLOBAL_IFD: IfdKind.SUB,
    EXIF_IFD: IfdKind.EXIF,
    GPS_IFD: IfdKind.GPS,
    INTEROP_IFD: IfdKind.INTEROP,
}
"""Tags whose values are offsets of IFDs."""
IFD_TYPES: Final = frozenset({IFD, IFD8})
IMAGES: Final = frozenset({IfdKind.IMAGE, IfdKind.THUMBNAIL, IfdKind.SUB})
"""IFDs that describe an image: a page, a thumbnail, an image under a page."""
_LEAVES: Final = frozenset({IfdKind.GPS, IfdKind.INTEROP})
_NAMES: Final = {IfdKind.EXIF: "Exif", IfdKind.GPS: "GPS", IfdKind.INTEROP: "Interop"}


@attrs.frozen
class Layout:
    """Byte order and field sizes of a structure.

    order : ``<`` or ``>``
    big : BigTIFF, with 64-bit offsets
    """

    order: str
    big: bool

    @property
    def count_size(self) -> int:
        """Bytes of the number of records, with which a table begins."""
        return 8 if self.big else 2

    @property
    def record_size(self) -> int:
        """Bytes of a record: tag, field type, count and value field."""
        return 20 if self.big else 12

    @property
    def slot_size(self) -> int:
        """Bytes of a record's value field, which holds a short value or an offset."""
        return 8 if self.big else 4

    @property
    def first_link(self) -> int:
        """Where the offset of the first IFD stands."""
        return 8 if self.big else 4

    @property
    def header_size(self) -> int:
        """Bytes of the header."""
        return 16 if self.big else 8

    @property
    def count_code(self) -> str:
        """The number of records, as `struct` has it."""
        return "Q" if self.big else "H"

    @property
    def record_code(self) -> str:
        """A record, as `struct` has it."""
        return "HHQ8s" if self.big else "HHI4s"

    @property
    def offset_code(self) -> str:
        """An offset, as `struct` has it."""
        return "Q" if self.big else "I"

    def pack(self, code: str, *numbers: int) -> bytes:
        """Numbers in the structure's byte order; `code` as `struct` has it. Raises struct.error."""
        return struct.pack(self.order + code, *numbers)

    def unpack(self, code: str, data: bytes) -> tuple[int, ...]:
        """The numbers in some bytes; `code` as `struct` has it. Raises struct.error."""
        return struct.unpack(self.order + code, data)


@attrs.frozen
class Stored:
    """A value as it stands in the file: field type, bytes, and the structure's byte order."""

    type: int
    data: bytes
    order: str


@attrs.define(eq=False)
class Entry:
    """One entry of an IFD.

    slot : the record's value field, 4 bytes, in BigTIFF 8
    broken : why its value cannot be read: ``unknown-type``, ``value-beyond-end``; else empty
    """

    tag: int
    type: int
    count: int
    slot: bytes
    broken: str = ""

    @property
    def size(self) -> int:
        """Length of the value in bytes; 0 for an unknown type."""
        return WIDTHS.get(self.type, 0) * self.count

    @property
    def inline(self) -> bool:
        """The value stands in the record itself."""
        return self.size <= len(self.slot)


@attrs.define(eq=False)
class Link:
    """Where the offset of an IFD stands: the header, the IFD before it, or an entry of its parent.

    index : which of the entry's offsets
    """

    owner: Ifd | None = None
    entry: Entry | None = None
    index: int = 0


@attrs.define(eq=False)
class Ifd:
    """One IFD.

    links : every place that holds its offset; SubIFDs are often both listed and chained
    capacity : how many records its table has room for
    linked : the table ends with the offset of a next IFD; some writers leave it out of EXIF and GPS IFDs
    path : ``page.0``, ``page.0.sub.1``, ``page.0.Exif``; of an EXIF block ``IFD0``, ``IFD1``, ``Exif``,
        ``GPS``, ``Interop``
    page : the number of the page (or IFD0, IFD1) that it belongs to
    """

    kind: IfdKind
    path: str
    page: int
    offset: int
    layout: Layout
    links: list[Link]
    parent: Ifd | None = None
    entries: list[Entry] = attrs.field(factory=list)
    next: int = 0
    capacity: int = 0
    linked: bool = True
    children: list[Ifd] = attrs.field(factory=list)

    @property
    def end(self) -> int:
        """Where the table ends, its room included."""
        return self.record_at(self.capacity) + self.linked * self.layout.slot_size

    def record_at(self, index: int) -> int:
        """Where a record stands."""
        return self.offset + self.layout.count_size + index * self.layout.record_size

    def value_at(self, entry: Entry) -> int:
        """Where the value of one of its entries stands."""
        if entry.inline or entry.broken == "unknown-type":
            return self.record_at(self.entries.index(entry)) + self.layout.record_size - self.layout.slot_size
        (offset,) = self.layout.unpack(self.layout.offset_code, entry.slot)
        return offset

    def find(self, tag: int) -> Entry | None:
        """The first entry of a tag."""
        return next((entry for entry in self.entries if entry.tag == tag), None)

    def packed(self) -> bytes:
        """The table as bytes, zeros in what room is left."""
        layout = self.layout
        parts = [layout.pack(layout.count_code, len(self.entries))]
        record = struct.Struct(layout.order + layout.record_code)
        parts += [record.pack(entry.tag, entry.type, entry.count, entry.slot) for entry in self.entries]
        if self.linked:
            parts.append(layout.pack(layout.offset_code, self.next))
        return b"".join(parts).ljust(self.end - self.offset, b"\0")


@attrs.frozen
class WalkLimits:
    """Where a walk stops and refuses. Depth counts SubIFDs within SubIFDs."""

    ifds: int = 100_000
    entries: int = 1_000_000
    depth: int = 8


@attrs.define
class Structure:
    """All IFDs of a TIFF structure. `top` holds the chain that starts in the header."""

    layout: Layout
    top: list[Ifd]

    def __iter__(self) -> Iterator[Ifd]:
        """Every IFD, each before its children, in the order of the chain."""
        stack = self.top[::-1]
        while stack:
            ifd = stack.pop()
            yield ifd
            stack += ifd.children[::-1]


def read_layout(source: Source) -> Layout:
    """Byte order and size of a TIFF header. Raises FileError (``not-tiff``)."""
    head = source.pread(16, 0)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is not None and len(head) >= 8:
        (magic,) = struct.unpack(order + "H", head[2:4])
        if magic == 42:
            return Layout(order, big=False)
        if magic == 43 and len(head) == 16 and struct.unpack(order + "HH", head[4:8]) == (8, 0):
            return Layout(order, big=True)
    raise FileError("not-tiff", "there is no TIFF header")


def walk(source: Source, *, exif: bool = False, limits: WalkLimits | None = None) -> Structure:
    """Read every IFD: the chain of the header, SubIFDs, EXIF, GPS and interoperability IFDs.

    exif : the structure is an EXIF block, whose second IFD describes the thumbnail
    Raises FileError: ``not-tiff``, ``ifd-truncated``, ``ifd-loop`` (an IFD that is reached twice),
    ``ifd-pointer`` (an offset of an IFD that cannot be read), ``ifd-limit``.
    """
    return _Walker(source, exif, limits or WalkLimits()).walk()


class _Walker:
    def __init__(self, source: Source, exif: bool, limits: WalkLimits) -> None:
        self._source = source
        self._exif = exif
        self._limits = limits
        self._layout = read_layout(source)
        self._record = struct.Struct(self._layout.order + self._layout.record_code)
        self._seen: set[int] = set()
        self._entries = 0

    def walk(self) -> Structure:
        layout = self._layout
        size = layout.slot_size
        (first,) = layout.unpack(layout.offset_code, self._source.pread(size, layout.first_link))
        if not first:
            raise FileError("ifd-truncated", "the TIFF header names no IFD")
        return Structure(layout, self._chain(first, Link(), None, IfdKind.IMAGE, 0))

    def _chain(
        self, offset: int, link: Link, parent: Ifd | None, kind: IfdKind, depth: int, listed: Collection[int] = ()
    ) -> list[Ifd]:
        """An IFD and those that its kind chains to it, up to one that is listed elsewhere."""
        chain: list[Ifd] = []
        while offset and not (chain and offset in listed):
            if parent is None and self._exif and chain:
                kind = IfdKind.THUMBNAIL
            path, page = self._name(kind, parent, len(chain))
            ifd = self._read(offset, Ifd(kind, path, page, offset, self._layout, [link], parent), depth)
            chain.append(ifd)
            offset = ifd.next if kind in IMAGES else 0
            link = Link(ifd)
        return chain

    def _name(self, kind: IfdKind, parent: Ifd | None, at: int) -> tuple[str, int]:
        if parent is None:
            return (f"IFD{at}" if self._exif else f"page.{at}"), at
        return child_path(kind, parent, len(parent.children) + at, exif=self._exif), parent.page

    def _read(self, offset: int, ifd: Ifd, depth: int) -> Ifd:
        if offset in self._seen:
            raise FileError("ifd-loop", f"{ifd.path} is an IFD that was reached before")
        self._seen.add(offset)
        layout = self._layout
        head = self._source.pread(layout.count_size, offset)
        if len(head) < layout.count_size:
            raise FileError("ifd-truncated", f"{ifd.path} lies beyond the end")
        (count,) = layout.unpack(layout.count_code, head)
        self._entries += count
        if len(self._seen) > self._limits.ifds or self._entries > self._limits.entries:
            raise FileError("ifd-limit", "there are more IFDs or entries than the limit allows")
        length = count * layout.record_size
        data = self._source.pread(length + layout.slot_size, offset + layout.count_size)
        if len(data) < length + layout.slot_size * (ifd.kind in IMAGES):
            raise FileError("ifd-truncated", f"{ifd.path} runs beyond the end")
        ifd.capacity = count
        ifd.entries = [self._entry(*fields) for fields in self._record.iter_unpack(data[:length])]
        ifd.linked = ifd.kind in IMAGES or not self._lacks_link(ifd)
        if ifd.linked:
            (ifd.next,) = layout.unpack(layout.offset_code, data[length:])
        for entry in ifd.entries:
            if (kind := pointed_kind(ifd.kind, entry)) is not None:
                self._follow(ifd, entry, kind, depth)
        return ifd

    def _entry(self, tag: int, type: int, count: int, slot: bytes) -> Entry:
        entry = Entry(tag, type, count, slot)
        if type not in WIDTHS:
            entry.broken = "unknown-type"
        elif not entry.inline:
            (offset,) = self._layout.unpack(self._layout.offset_code, slot)
            if offset + entry.size > self._source.size:
                entry.broken = "value-beyond-end"
        return entry

    def _lacks_link(self, ifd: Ifd) -> bool:
        """Whether one of an IFD's values, or the end, stands where its link should be."""
        end = ifd.end
        if end > self._source.size:
            return True
        starts = (ifd.value_at(entry) for entry in ifd.entries if not (entry.inline or entry.broken))
        return any(end - self._layout.slot_size <= start < end for start in starts)

    def _follow(self, ifd: Ifd, entry: Entry, kind: IfdKind, depth: int) -> None:
        if depth >= self._limits.depth:
            raise FileError("ifd-limit", f"{ifd.path} lies deeper than the limit allows")
        offsets = read_offsets(self._source, ifd, entry) if entry.count <= self._limits.ifds else None
        if offsets is None:
            raise FileError("ifd-pointer", f"{ifd.path} has an offset of an IFD that cannot be read")
        chains: dict[int, list[Ifd]] = {}
        listed = frozenset(offsets)
        for index, offset in enumerate(offsets):
            chain = self._chain(offset, Link(ifd, entry, index), ifd, kind, depth + 1, listed)
            ifd.children += chain
            if chain:
                chains[offset] = chain
        self._join(chains)

    def _join(self, chains: dict[int, list[Ifd]]) -> None:
        """Note the second link of IFDs that are listed and chained as well."""
        order = {offset: at for at, offset in enumerate(chains)}
        for offset, chain in chains.items():
            last = chain[-1]
            if last.kind in IMAGES and last.next:
                if order[last.next] <= order[offset]:
                    raise FileError("ifd-loop", f"{last.path} is followed by an IFD that was reached before")
                chains[last.next][0].links.append(Link(last))


def child_path(kind: IfdKind, parent: Ifd, at: int, *, exif: bool) -> str:
    """The path of an IFD that an entry of `parent` points to; `at` counts its SubIFDs."""
    if kind is IfdKind.SUB:
        return f"{parent.path}.sub.{at}"
    plain = exif and parent.page == 0 and parent.kind is not IfdKind.SUB
    return _NAMES[kind] if plain else f"{parent.path}.{_NAMES[kind]}"


def pointed_kind(kind: IfdKind, entry: Entry) -> IfdKind | None:
    """What an entry in an IFD of this kind points to, if it points to IFDs."""
    if kind in _LEAVES:
        return None
    if kind is IfdKind.EXIF and entry.tag in (SUB_IFDS, GLOBAL_IFD):
        return None
    return POINTERS.get(entry.tag, IfdKind.SUB if entry.type in IFD_TYPES else None)


def read_offsets(source: Source, ifd: Ifd, entry: Entry) -> tuple[int, ...] | None:
    """The whole numbers of an entry such as StripOffsets; None where it holds none or is broken."""
    code = OFFSET_CODES.get(entry.type)
    if code is None or entry.broken:
        return None
    data = entry.slot[: entry.size] if entry.inline else source.pread(entry.size, ifd.value_at(entry))
    return struct.unpack(f"{ifd.layout.order}{entry.count}{code}", data)
