"""The index of further images in one file (CIPA DC-007, Multi-Picture Format)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Mapping
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import BytesSource, Source
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.fieldtypes import LONG, UNDEFINED
from deidentikit_image_metadata.ifd import Entry, read_layout

from .markers import Token
from .segments import MPF_HEAD

_NUMBER_OF_IMAGES: Final = 0xB001
_ENTRIES: Final = 0xB002
_IDENTIFIERS: Final = 0xB003
_RECORD: Final = 16
_IDENTIFIER: Final = 33
_LARGE_THUMBNAILS: Final = frozenset({0x010001, 0x010002})
_LIMIT: Final = 1 << 32


@attrs.frozen
class MpEntry:
    """One image of the index.

    offset : from the TIFF header in the index's segment; 0 for the first image
    depends : numbers of images, counted from 1, that belong to this one
    """

    attributes: int
    size: int
    offset: int
    depends: tuple[int, int]

    @property
    def is_thumbnail(self) -> bool:
        """A smaller copy of the first image."""
        return self.attributes & 0xFFFFFF in _LARGE_THUMBNAILS


@attrs.frozen
class MpIndex:
    """The index in one segment of the first image.

    base : where offsets count from
    """

    token: Token
    base: int
    data: bytes
    entries: tuple[MpEntry, ...]

    def position(self, entry: MpEntry) -> int:
        """Where an image begins."""
        return self.base + entry.offset if entry.offset else 0

    def rewritten(self, ends: Mapping[int, int], dropped: Collection[int], moved: Callable[[int], int]) -> bytes:
        """The segment's payload for the images that stay.

        ends : where images ended, by their places in `entries`; others are not in the file and stay as listed
        dropped : places of images that are taken out
        moved : from a position in the source to the one in the output
        Raises FileError (``too-large``) where an offset passes 4 GiB.
        """
        editor = Editor(BytesSource(self.data), exif=True)
        ifd = editor.structure.top[0]
        order = editor.layout.order
        kept = [place for place in range(len(self.entries)) if place not in dropped]
        numbers = {place + 1: number for number, place in enumerate(kept, 1)}
        records = b""
        for place in kept:
            entry = self.entries[place]
            size, offset = entry.size, entry.offset
            if (end := ends.get(place)) is not None:
                start = self.position(entry)
                size += (moved(end) - moved(start)) - (end - start)
                offset = moved(start) - moved(self.base) if offset else 0
            if not (0 <= size < _LIMIT and 0 <= offset < _LIMIT):
                raise FileError("too-large", "the images of the file lie further apart than their index can say")
            depends = (numbers.get(number, 0) for number in entry.depends)
            records += struct.pack(order + "IIIHH", entry.attributes, size, offset, *depends)
        if dropped:
            count, identifiers = ifd.find(_NUMBER_OF_IMAGES), ifd.find(_IDENTIFIERS)
            if count is not None:
                editor.overwrite(ifd, count, LONG, struct.pack(order + "I", len(kept)))
            if identifiers is not None:
                data = editor.value(identifiers).data
                places = (place * _IDENTIFIER for place in kept)
                editor.overwrite(ifd, identifiers, UNDEFINED, b"".join(data[at : at + _IDENTIFIER] for at in places))
        found = ifd.find(_ENTRIES)
        assert found is not None
        editor.overwrite(ifd, found, UNDEFINED, records)
        return MPF_HEAD + editor.overlay.to_bytes()


def read_index(source: Source, token: Token) -> MpIndex | None:
    """The index in a segment, or None where it holds none.

    An image other than the first holds a segment of this kind without index.
    Raises FileError (``mpf-malformed``) for one that cannot be read.
    """
    base = token.body + len(MPF_HEAD)
    data = source.pread(token.end - base, base)
    try:
        read_layout(BytesSource(data))
        editor = Editor(BytesSource(data), exif=True)
    except FileError:
        raise FileError("mpf-malformed", "the index of the file's images cannot be read") from None
    found = editor.structure.top[0].find(_ENTRIES)
    if found is None:
        return None
    return MpIndex(token, base, data, _entries(editor, found))


def _entries(editor: Editor, entry: Entry) -> tuple[MpEntry, ...]:
    if entry.broken or entry.type != UNDEFINED or not entry.count or entry.count % _RECORD:
        raise FileError("mpf-malformed", "the index of the file's images cannot be read")
    records = struct.iter_unpack(editor.layout.order + "IIIHH", editor.value(entry).data)
    return tuple(
        MpEntry(attributes, size, offset, (first, second)) for attributes, size, offset, first, second in records
    )
