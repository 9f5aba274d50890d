"""EXIF blocks: TIFF structures within files of other types (EXIF 2.32 section 4.5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from deidentikit.splice import BytesSource

from .edit import Editor
from .fields import TagField
from .ifd import GPS_IFD, IMAGES, MAKER_NOTE, Ifd, IfdKind

HEADER: Final = b"Exif\0\0"
"""What a JPEG APP1 segment of EXIF begins with."""


class Exif:
    """An EXIF block, open for editing.

    tags : its entries as fields, as they were before any edit
    """

    def __init__(self, data: bytes) -> None:
        """
        data : the block from its TIFF header on
        Raises FileError as `Editor` does.
        """
        self.editor = Editor(BytesSource(data), exif=True)
        self.tags = tuple(TagField(self.editor, ifd, entry) for ifd in self.editor.structure for entry in ifd.entries)

    def holders(self, numbers: Collection[int]) -> Iterator[TagField]:
        """The entries of these tags that can hold metadata of other kinds, as far as they can be read."""
        for tag in self.tags:
            if tag.entry.tag in numbers and tag.ifd.kind in IMAGES and not tag.entry.broken:
                yield tag

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return self.editor.overlay.changed

    @property
    def maker_note(self) -> bool:
        """Whether it has a maker note, which may point to any place in it."""
        return any(ifd.find(MAKER_NOTE) is not None for ifd in self.editor.structure)

    @property
    def image(self) -> Ifd:
        """The IFD of the picture itself."""
        return self.editor.structure.top[0]

    @property
    def thumbnail_ifds(self) -> list[Ifd]:
        """The IFDs of small copies of the picture."""
        return self.editor.structure.top[1:]

    def remove_thumbnails(self) -> int:
        """Take the small copies of the picture out, with what describes them; how many went."""
        ifds = self.thumbnail_ifds
        self.editor.drop(ifds)
        return len(ifds)

    def remove_gps(self) -> int:
        """Take all positions out; how many GPS IFDs went."""
        found = [
            (ifd, entry)
            for ifd in self.editor.structure
            for entry in ifd.entries
            if entry.tag == GPS_IFD and ifd.kind not in (IfdKind.GPS, IfdKind.INTEROP)
        ]
        for ifd, entry in found:
            self.editor.remove(ifd, entry)
        return len(found)

    def zero_orphans(self) -> int:
        """Zero what no IFD points to, unless a maker note may; how many bytes that were not zero."""
        return 0 if self.maker_note else self.editor.zero_orphans()

    def to_bytes(self, room: int | None = None) -> bytes:
        """The edited block; empty where no tag is left.

        Zeros behind the last value in use are left out, unless there is a maker note, which may point there.

        room : the most bytes for which a maker note is so respected; any number without
        """
        if not any(ifd.entries for ifd in self.editor.structure):
            return b""
        data = self.editor.overlay.to_bytes()
        if self.maker_note and (room is None or len(data) <= room):
            return data
        return data[: self.editor.used_size()]
