"""Metadata with a structure of its own, EXIF and XMP, wherever in a file it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Final

from deidentikit.splice import BytesSource
from deidentikit_image_metadata import exif, xmp
from deidentikit_image_metadata.ifd import XMP_PACKET
from deidentikit_image_metadata.items import Item, property_item, tag_item

from .fields import ExifTag

NEW_EXIF: Final = b"MM\0*" + (8).to_bytes(4, "big") + bytes(6)
"""An EXIF block without tags."""


class Body(ABC):
    """A body of metadata, open for editing."""

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """Its fields. Asked before any edit."""

    @property
    @abstractmethod
    def changed(self) -> bool:
        """Whether anything was edited."""

    def settle(self) -> None:
        """Take out what goes along with an edit. Asked once, after all edits, where there were some."""

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The edited body; empty where nothing is left of it."""

    @abstractmethod
    def verify(self, data: bytes) -> None:
        """Read again what `to_bytes` gave. Raises FileError."""

    def nested(self) -> Iterator[tuple[bytes, Callable[[bytes], None]]]:
        """XMP packets within it, each with what puts another in its place."""
        yield from ()


class ExifBody(exif.Exif, Body):
    """A TIFF structure with the tags of EXIF.

    thumbnail_dropped : an edit took the small copy of the picture out, which shows what was, with metadata of its own
    """

    def __init__(self, data: bytes, block: str) -> None:
        """
        block : how its tags are called
        Raises FileError as `Editor` does.
        """
        self._header = exif.HEADER if data.startswith(exif.HEADER) else b""
        super().__init__(data[len(self._header) :])
        self.thumbnail_dropped = False
        self._block = block

    def items(self) -> Iterator[Item]:
        for tag in self.tags:
            yield tag_item(tag, "eXIf:", ExifTag(tag, self._block))

    def settle(self) -> None:
        self.thumbnail_dropped = self.remove_thumbnails() > 0
        self.zero_orphans()

    def to_bytes(self, room: int | None = None) -> bytes:
        data = super().to_bytes(room)
        return self._header + data if data else b""

    def verify(self, data: bytes) -> None:
        self.editor.check(BytesSource(data[len(self._header) :]))

    def nested(self) -> Iterator[tuple[bytes, Callable[[bytes], None]]]:
        for tag in self.holders({XMP_PACKET}):
            yield self.editor.original(tag.entry).data, tag.put


class XmpBody(Body):
    """An XMP packet."""

    def __init__(self, data: bytes) -> None:
        """Raises FileError as `Packet` does."""
        self._header = xmp.HEADER if data.startswith(xmp.HEADER) else b""
        self._packet = xmp.Packet(data[len(self._header) :])

    def items(self) -> Iterator[Item]:
        for found in self._packet.properties:
            yield property_item(found, f"xmp:{found.path}", "xmp:")

    @property
    def changed(self) -> bool:
        return self._packet.changed

    def to_bytes(self) -> bytes:
        return self._header + self._packet.to_bytes()

    def verify(self, data: bytes) -> None:
        xmp.Packet(data[len(self._header) :])


def is_xmp(data: bytes) -> bool:
    """Whether a body that may be EXIF or XMP is XMP, as its first bytes tell."""
    return data.startswith(xmp.HEADER) or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
