"""Metadata with a structure of its own, EXIF and XMP, wherever in a file it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Final

from deidentikit.splice import BytesSource
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.fields import TagField
from deidentikit_image_metadata.ifd import IMAGES, MAKER_NOTE, type_name
from deidentikit_image_metadata.names import Item, property_key, spared, tag_keys, tag_texts
from deidentikit_image_metadata.xmp import Packet

from .fields import ExifTag

NEW_EXIF: Final = b"MM\0*" + (8).to_bytes(4, "big") + bytes(6)
"""An EXIF block without tags."""
_EXIF_HEADER: Final = b"Exif\0\0"
_XMP_HEADER: Final = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_TAG: Final = 700


class Body(ABC):
    """A body of metadata, open for editing."""

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """Its fields. Asked before any edit."""

    @property
    @abstractmethod
    def changed(self) -> bool:
        """Whether anything was edited."""

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The edited body; empty where nothing is left of it. Asked after all edits, where there were some."""

    @abstractmethod
    def verify(self, data: bytes) -> None:
        """Read again what `to_bytes` gave. Raises FileError."""

    def nested(self) -> Iterator[tuple[bytes, Callable[[bytes], None]]]:
        """XMP packets within it, each with what puts another in its place."""
        yield from ()


class ExifBody(Body):
    """A TIFF structure with the tags of EXIF.

    thumbnail_dropped : an edit took the small copy of the picture out, which shows what was, with metadata of its own
    """

    def __init__(self, data: bytes, block: str) -> None:
        """
        block : how its tags are called
        Raises FileError as `Editor` does.
        """
        self._header = _EXIF_HEADER if data.startswith(_EXIF_HEADER) else b""
        self.editor = Editor(BytesSource(data[len(self._header) :]), exif=True)
        self.thumbnail_dropped = False
        self._block = block
        self._tags = [TagField(self.editor, ifd, entry) for ifd in self.editor.structure for entry in ifd.entries]

    def items(self) -> Iterator[Item]:
        for tag in self._tags:
            kind, number = tag.ifd.kind, tag.entry.tag
            texts = tag_texts(kind, tag.tag, "eXIf:")
            reached = () if spared(tag.tag) else texts
            field = ExifTag(tag, self._block)
            yield Item(field, texts[0], tag_keys(kind, number), reached, type_name(tag.entry.type))

    @property
    def changed(self) -> bool:
        return self.editor.overlay.changed

    def _has_note(self) -> bool:
        return any(ifd.find(MAKER_NOTE) is not None for ifd in self.editor.structure)

    def to_bytes(self) -> bytes:
        thumbnails = self.editor.structure.top[1:]
        self.editor.drop(thumbnails)
        self.thumbnail_dropped = bool(thumbnails)
        if not any(ifd.entries for ifd in self.editor.structure):
            return b""
        noted = self._has_note()
        if not noted:
            self.editor.zero_orphans()
        data = self.editor.overlay.to_bytes()
        return self._header + (data if noted else data[: self.editor.used_size()])

    def verify(self, data: bytes) -> None:
        self.editor.check(BytesSource(data[len(self._header) :]))

    def nested(self) -> Iterator[tuple[bytes, Callable[[bytes], None]]]:
        for tag in self._tags:
            if tag.entry.tag == _XMP_TAG and tag.ifd.kind in IMAGES and not tag.entry.broken:
                yield self.editor.original(tag.entry).data, self._putter(tag)

    def _putter(self, tag: TagField) -> Callable[[bytes], None]:
        def put(data: bytes) -> None:
            if self.editor.has(tag.ifd, tag.entry):
                self.editor.overwrite(tag.ifd, tag.entry, tag.entry.type, data)

        return put


class XmpBody(Body):
    """An XMP packet."""

    def __init__(self, data: bytes) -> None:
        """Raises FileError as `Packet` does."""
        self._header = _XMP_HEADER if data.startswith(_XMP_HEADER) else b""
        self._packet = Packet(data[len(self._header) :])

    def items(self) -> Iterator[Item]:
        for found in self._packet.properties:
            keys = property_key(found.name), property_key(found.path)
            texts = f"xmp:{found.path}", found.path, found.name
            yield Item(found, f"xmp:{found.path}", keys, texts, "XMP", valued=not found.structured)

    @property
    def changed(self) -> bool:
        return self._packet.changed

    def to_bytes(self) -> bytes:
        return self._header + self._packet.to_bytes()

    def verify(self, data: bytes) -> None:
        Packet(data[len(self._header) :])


def is_xmp(data: bytes) -> bool:
    """Whether a body that may be EXIF or XMP is XMP, as its first bytes tell."""
    return data.startswith(_XMP_HEADER) or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
