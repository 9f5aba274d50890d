"""Editing the IFDs of a TIFF structure without moving anything that is not edited.

Values are written over in place or put at the end; image data, maker notes and every other value keep
their offsets. What is given up is filled with zeros, as soon as nothing else uses it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import chain
from typing import Final

from deidentikit.errors import FieldError, FileError
from deidentikit.splice import Source

from .coverage import Coverage, Extent, metadata_extents, not_zero, payloads, value_extent
from .fieldtypes import IFD8, LONG, OFFSET_CODES, WIDTHS
from .ifd import (
    IMAGES,
    POINTERS,
    Entry,
    Ifd,
    IfdKind,
    Link,
    Stored,
    Structure,
    WalkLimits,
    child_path,
    pointed_kind,
    read_offsets,
    walk,
)
from .overlay import Overlay

LOCATED: Final = frozenset(
    {
        *(273, 279),  # StripOffsets, StripByteCounts
        *(324, 325),  # TileOffsets, TileByteCounts
        *(513, 514),  # JPEGInterchangeFormat and its length
        *(519, 520, 521),  # JPEGQTables, JPEGDCTables, JPEGACTables
    }
)
"""Tags that say where image data stands; they go only together with the data, by dropping the IFD."""
REQUIRED_TAGS: Final = LOCATED | {
    *(256, 257, 322, 323, 278),  # size of image, tiles and strips
    *(258, 277, 338, 339, 284, 266),  # BitsPerSample, SamplesPerPixel, ExtraSamples, SampleFormat, order of samples
    *(259, 292, 293, 317, 347, 50674),  # Compression and its options, Predictor, JPEGTables, LercParameters
    *(262, 320, 332, 334),  # PhotometricInterpretation, ColorMap, InkSet, NumberOfInks
    *(512, 515, 517, 518, 529, 530, 531, 532),  # old-style JPEG; YCbCr
    *(32995, 32996, 32997, 32998),  # SGI: Matteing, DataType, ImageDepth, TileDepth
    *(33421, 33422),  # colour filter array (TIFF/EP)
    *(50706, 50710, 50711, 50712, 50714, 50717, 50829),  # DNG: version, colour filter array, levels, ActiveArea
}
"""Tags without which the pixels of a TIFF page cannot be decoded, or not to the same values."""
MAX_VALUE: Final = 1 << 26
_CLASSIC_END: Final = 1 << 32


class Editor:
    """The IFDs of one structure, open for editing. All edits go to `overlay`; the source stays as it is."""

    def __init__(self, source: Source, *, exif: bool = False, limits: WalkLimits | None = None) -> None:
        """
        exif : the structure is an EXIF block of a JPEG, PNG or other file, not a TIFF file
        Raises FileError as `walk` does.
        """
        self.exif = exif
        self.overlay = Overlay(source)
        self.structure = walk(source, exif=exif, limits=limits)
        self.layout = self.structure.layout
        self._found: dict[Entry, Entry] = {}
        self._rooms: dict[Entry, Extent] = {}
        self._gone: set[Ifd] = set()
        self._coverage = Coverage(self.structure, source)

    # reading

    def value(self, entry: Entry) -> Stored:
        """The value that an entry has now. Raises FieldError (``undecodable``, ``too-large``)."""
        return self._read(entry, self.overlay)

    def original(self, entry: Entry) -> Stored:
        """The value that an entry had in the source; of no bytes if it was inserted. Raises as `value`."""
        return self._read(self._found.get(entry, entry), self.overlay.source)

    def _read(self, entry: Entry, source: Source) -> Stored:
        if entry.broken:
            raise FieldError("undecodable", "the value cannot be read: it is of unknown type or runs beyond the end")
        if entry.size > MAX_VALUE:
            raise FieldError("too-large", "the value is too large to be read")
        if entry.inline:
            data = entry.slot[: entry.size]
        else:
            data = source.pread(entry.size, self._offset(entry))
        return Stored(entry.type, data, self.layout.order)

    def _offset(self, entry: Entry) -> int:
        (offset,) = self.layout.unpack(self.layout.offset_code, entry.slot)
        return offset

    def required(self, ifd: Ifd, tag: int) -> bool:
        """Whether `remove` refuses a tag of an IFD."""
        image = not self.exif and ifd.kind in (IfdKind.IMAGE, IfdKind.SUB)
        return ifd.kind in IMAGES and tag in (REQUIRED_TAGS if image else LOCATED)

    def has(self, ifd: Ifd, entry: Entry) -> bool:
        """Whether an entry is still there: it may have gone with the entry that points to its IFD."""
        return ifd not in self._gone and entry in ifd.entries

    def edited(self, entry: Entry) -> bool:
        """Whether an entry was given another value, removed or inserted."""
        return entry in self._found

    # editing values

    def overwrite(self, ifd: Ifd, entry: Entry, type: int, data: bytes) -> None:
        """Give an entry a value: in place if it fits there, else at the end; the old bytes are gone.

        Raises FieldError (``required``) for offsets of IFDs and of image data, FileError (``ifd-overlap``,
        ``too-large``).
        """
        if self._points(ifd, entry):
            raise FieldError("required", "the tag holds offsets, which cannot be replaced")
        if not entry.broken and entry.size <= MAX_VALUE and self.value(entry) == Stored(type, data, self.layout.order):
            return
        self._remember(entry)
        self._place(ifd, entry, type, data)
        self._rewrite(ifd)

    def _points(self, ifd: Ifd, entry: Entry) -> bool:
        return pointed_kind(ifd.kind, entry) is not None or (ifd.kind in IMAGES and entry.tag in LOCATED)

    def _remember(self, entry: Entry) -> None:
        if entry not in self._found:
            self._found[entry] = Entry(entry.tag, entry.type, entry.count, entry.slot, entry.broken)

    def _place(self, ifd: Ifd, entry: Entry, type: int, data: bytes) -> None:
        room = self._room(ifd, entry)
        if len(data) <= self.layout.slot_size:
            slot = data.ljust(self.layout.slot_size, b"\0")
            self._free(room)
        elif room is not None and not entry.broken and self._fits(len(data), room):
            self.overlay.pwrite(data.ljust(room[1] - room[0], b"\0"), room[0])
            self._rooms[entry] = room
            slot = entry.slot
        else:
            slot = self.layout.pack(self.layout.offset_code, self._append(data))
            self._free(room)
            self._rooms.pop(entry, None)
        entry.type, entry.count, entry.slot, entry.broken = type, len(data) // WIDTHS[type], slot, ""

    def _fits(self, length: int, room: Extent) -> bool:
        return length <= room[1] - room[0] and self._coverage.exclusive(room)

    def _room(self, ifd: Ifd, entry: Entry) -> Extent | None:
        """The bytes outside the record that an entry has to itself or shares, within the file."""
        if entry in self._rooms:
            return self._rooms[entry]
        extent = value_extent(ifd, entry)
        if extent is None or not entry.broken:
            return extent
        size = self.overlay.source.size
        return (extent[0], size) if extent[0] < size else None

    def _free(self, room: Extent | None) -> None:
        for start, end in self._coverage.release(room) if room is not None else ():
            self.overlay.zero(start, end)

    def _append(self, data: bytes) -> int:
        offset = self.overlay.append(data, 8 if self.layout.big else 2)
        if not self.layout.big and self.overlay.size >= _CLASSIC_END:
            raise FileError("too-large", "the edited file would pass the 4 GiB that its format allows")
        return offset

    # editing tables

    def remove(self, ifd: Ifd, entry: Entry) -> None:
        """Take an entry out with its value, and with the IFDs it points to.

        An EXIF, GPS, interoperability, sub or thumbnail IFD that loses its last entry is dropped itself.
        Raises FieldError (``required``), FileError (``ifd-overlap``).
        """
        if self.required(ifd, entry.tag):
            raise FieldError("required", "the image cannot be decoded without this tag")
        if doomed := [child for child in ifd.children if any(link.entry is entry for link in child.links)]:
            chained = _followers(doomed, ifd.children)
            ifd.children = [child for child in ifd.children if child not in chained]
            self._discard(chained)
        self._remove_entry(ifd, entry)

    def _remove_entry(self, ifd: Ifd, entry: Entry) -> None:
        self._remember(entry)
        self._free(self._room(ifd, entry))
        self._rooms.pop(entry, None)
        ifd.entries.remove(entry)
        self._rewrite(ifd)
        if not ifd.entries and ifd.kind is not IfdKind.IMAGE:
            self.drop([ifd])

    def insert(self, ifd: Ifd, tag: int, type: int, data: bytes) -> Entry:
        """Put a new entry into an IFD, in the order of tags; a table without room moves to the end.

        Raises FileError (``ifd-overlap``, ``too-large``).
        """
        entry = Entry(tag, type, 0, bytes(self.layout.slot_size))
        self._found[entry] = Entry(tag, type, 0, entry.slot)
        self._place(ifd, entry, type, data)
        at = next((at for at, other in enumerate(ifd.entries) if other.tag > tag), len(ifd.entries))
        ifd.entries.insert(at, entry)
        if len(ifd.entries) <= ifd.capacity:
            self._rewrite(ifd)
        else:
            self._move(ifd)
        return entry

    def create(self, parent: Ifd, tag: int) -> Ifd:
        """A new IFD without entries, pointed to by a new entry of `parent`: `EXIF_IFD`, `GPS_IFD`..."""
        kind = POINTERS[tag]
        path = child_path(kind, parent, len(parent.children), exif=self.exif)
        ifd = Ifd(kind, path, parent.page, 0, self.layout, [], parent, capacity=1)
        ifd.offset = self._append(bytes(ifd.end))
        type = IFD8 if self.layout.big else LONG
        entry = self.insert(parent, tag, type, self.layout.pack(self.layout.offset_code, ifd.offset))
        ifd.links.append(Link(parent, entry))
        parent.children.append(ifd)
        return ifd

    def _move(self, ifd: Ifd) -> None:
        """Put an IFD's table at the end and patch what points to it."""
        old = ifd.offset, ifd.end
        ifd.capacity, ifd.linked = len(ifd.entries), True
        ifd.offset = self._append(bytes(ifd.end - ifd.offset))
        self.overlay.pwrite(ifd.packed(), ifd.offset)
        self._free(old)
        for link in ifd.links:
            self._point(link, ifd.offset)

    def _rewrite(self, ifd: Ifd) -> None:
        if not self._coverage.exclusive((ifd.offset, ifd.end)):
            raise FileError("ifd-overlap", f"something else lies over the table of {ifd.path}")
        self.overlay.pwrite(ifd.packed(), ifd.offset)

    def _point(self, link: Link, offset: int) -> None:
        """Write the offset of an IFD where a link has it."""
        owner = link.owner
        if owner is None:
            self.overlay.pwrite(self.layout.pack(self.layout.offset_code, offset), self.layout.first_link)
        elif link.entry is None:
            owner.next = offset
            self._rewrite(owner)
        else:
            offsets = list(self._offsets(owner, link.entry))
            offsets[link.index] = offset
            self._set_offsets(owner, link.entry, offsets)

    def _offsets(self, ifd: Ifd, entry: Entry) -> tuple[int, ...]:
        return read_offsets(self.overlay, ifd, entry) or ()

    def _set_offsets(self, ifd: Ifd, entry: Entry, offsets: list[int]) -> None:
        try:
            data = self.layout.pack(f"{len(offsets)}{OFFSET_CODES[entry.type]}", *offsets)
        except struct.error:
            raise FileError("too-large", f"{ifd.path} has no room for the offset of a moved IFD") from None
        self._place(ifd, entry, entry.type, data)
        self._rewrite(ifd)

    # dropping IFDs

    def drop(self, ifds: Iterable[Ifd]) -> None:
        """Take whole IFDs out: tables, values, image data, thumbnail, and all IFDs under them.

        Their bytes become zeros; the file keeps its length. Raises FieldError (``required``) for the
        only page, or the first IFD of an EXIF block.
        """
        doomed = list(ifds)
        for ifd in doomed:
            if ifd not in self._gone:
                self._unlink(ifd)
        self._discard(doomed)

    def _unlink(self, ifd: Ifd) -> None:
        siblings = self.structure.top if ifd.parent is None else ifd.parent.children
        if ifd.parent is None and (len(siblings) == 1 or (self.exif and ifd is siblings[0])):
            raise FieldError("required", "the file cannot be without its first image directory")
        after = next((other for other in siblings if _chain_link(other, ifd) is not None), None)
        if after is not None:
            after.links = [link for link in after.links if link.owner is not ifd]
        for link in ifd.links:
            if link.entry is None or (after is not None and not after.links):
                self._point(link, 0 if after is None else after.offset)
                if after is not None:
                    after.links.append(link)
            else:
                self._unlist(link, siblings)
        siblings.remove(ifd)

    def _unlist(self, link: Link, siblings: list[Ifd]) -> None:
        """Take one offset out of a pointer entry, and the entry with its last offset."""
        assert link.owner is not None
        assert link.entry is not None
        offsets = list(self._offsets(link.owner, link.entry))
        del offsets[link.index]
        if not any(offsets):
            self._remove_entry(link.owner, link.entry)
            return
        self._set_offsets(link.owner, link.entry, offsets)
        for other in (other for ifd in siblings for other in ifd.links if other.entry is link.entry):
            other.index -= other.index > link.index

    def _discard(self, roots: list[Ifd]) -> None:
        """Zero what IFDs used that nothing points to any more."""
        gone: list[Ifd] = []
        stack = list(roots)
        while stack:
            ifd = stack.pop()
            if ifd not in self._gone:
                self._gone.add(ifd)
                gone.append(ifd)
                stack += ifd.children
        for start, end in self._coverage.release_payload(gone):
            self.overlay.zero(start, end)
        for ifd in gone:
            for entry in ifd.entries:
                self._remember(entry)
                self._free(self._room(ifd, entry))
            self._free((ifd.offset, ifd.end))

    # the whole

    def reserve(self, extent: Extent) -> None:
        """Count bytes as image data although no IFD lists them: further planes of a stack."""
        self._coverage.reserve(extent)

    def orphans(self) -> list[Extent]:
        """Stretches that no IFD points to and that hold anything but zeros.

        A maker note may point to some of them, so they are zeroed on purpose only.
        """
        return list(not_zero(self.overlay, self._coverage.orphans()))

    def zero_orphans(self) -> int:
        """Zero what no IFD points to; how many bytes that were not zero lay in such stretches."""
        orphans = self.orphans()
        for start, end in orphans:
            self.overlay.zero(start, end)
        return sum(end - start for start, end in orphans)

    def used_size(self) -> int:
        """How many bytes of an EXIF block are needed; what follows them is unused and zero."""
        extents = (extent for ifd in self.structure for extent in metadata_extents(ifd, self.overlay.size))
        payload = (offset + length for ifd in self.structure for offset, length in payloads(ifd, self.overlay))
        used = max(chain((end for _, end in extents), payload, [self.layout.header_size]))
        rest = self.overlay.pread(self.overlay.size - used, used)
        return min(used + len(rest.rstrip(b"\0")), self.overlay.size)

    def check(self, written: Source) -> None:
        """Walk what was written. Raises FileError (``verify``) if its IFDs are not the edited ones."""
        try:
            found = walk(written, exif=self.exif)
        except FileError as error:
            raise FileError("verify", f"the output cannot be read again: {error.reason}") from None
        if _tables(self.structure) != _tables(found):
            raise FileError("verify", "the output's image directories are not what was meant")
        if any(self._coverage.holds_image_data(patch.start, patch.end) for patch in self.overlay.patches()):
            raise FileError("verify", "an edit would have changed image data")


def _tables(structure: Structure) -> dict[int, tuple[int, list[tuple[int, int, int, bytes]]]]:
    """Every IFD by its offset: its link and its records."""
    return {
        ifd.offset: (ifd.next, [(entry.tag, entry.type, entry.count, entry.slot) for entry in ifd.entries])
        for ifd in structure
    }


def _chain_link(ifd: Ifd, owner: Ifd) -> Link | None:
    """The link by which `owner` is followed by `ifd`."""
    return next((link for link in ifd.links if link.owner is owner and link.entry is None), None)


def _followers(ifds: list[Ifd], siblings: list[Ifd]) -> list[Ifd]:
    """IFDs and all that are reached only through their chains."""
    found = list(ifds)
    for sibling in siblings:
        if sibling not in found and any(link.owner in found for link in sibling.links):
            found.append(sibling)
    return found
