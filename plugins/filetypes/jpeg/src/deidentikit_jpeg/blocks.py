"""Bodies of metadata as blocks of fields: EXIF, XMP, IPTC, image resources, comments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import BytesSource
from deidentikit_image_metadata import extension, photoshop
from deidentikit_image_metadata.coverage import payloads
from deidentikit_image_metadata.exif import Exif
from deidentikit_image_metadata.ifd import IPTC_BLOCK, XMP_PACKET
from deidentikit_image_metadata.iptc import Iptc, title
from deidentikit_image_metadata.items import Item, property_item, tag_item
from deidentikit_image_metadata.names import Key
from deidentikit_image_metadata.photoshop import Resource, Resources
from deidentikit_image_metadata.xmp import Packet, Property

from .fields import Comment, CommentField, ResourceField, ThumbnailField
from .markers import MAX_PAYLOAD, walk
from .names import part_key
from .segments import NEEDED, Holding, holding

_NESTED_TAGS: Final = {XMP_PACKET: Holding.XMP, IPTC_BLOCK: Holding.IPTC}
_NESTED_RESOURCES: Final = {
    photoshop.IPTC: Holding.IPTC,
    photoshop.XMP: Holding.XMP,
    **dict.fromkeys(photoshop.EXIF, Holding.EXIF),
}
_THUMBNAIL_HEADER: Final = 28


@attrs.frozen
class Nest:
    """A body of metadata within another one.

    put, drop : give it other bytes, take it out
    """

    holding: Holding
    data: bytes
    put: Callable[[bytes], None]
    drop: Callable[[], None]


class Block(ABC):
    """A body of metadata, open for editing."""

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """Its own fields, not those of what is nested in it. Asked before any edit."""

    @property
    @abstractmethod
    def changed(self) -> bool:
        """Whether anything was edited."""

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The edited body; empty where nothing is left of it. Asked where something was edited."""

    def nests(self) -> Iterator[Nest]:
        """What is nested in it."""
        yield from ()

    def remove_gps(self) -> int:
        """Take all positions out; how many fields or blocks of them went."""
        return 0

    def thumbnails(self) -> list[bytes]:
        """The small copies of the picture that it holds; bytes of a JPEG stream, or none for other codings."""
        return []

    def remove_thumbnails(self) -> int:
        """Take the small copies of the picture out; how many went."""
        return 0


class ExifBlock(Exif, Block):
    """A TIFF structure with the tags of EXIF."""

    def __init__(self, data: bytes) -> None:
        """Raises FileError as `Editor` does."""
        super().__init__(data)
        self._items = [tag_item(tag) for tag in self.tags]
        if self.thumbnail_ifds:
            field = ThumbnailField(self.remove_thumbnails)
            self._items.append(Item(field, "Thumbnail", (part_key("Thumbnail"),), (), "image"))

    def items(self) -> Iterator[Item]:
        return iter(self._items)

    def nests(self) -> Iterator[Nest]:
        for tag in self.holders(_NESTED_TAGS):
            yield Nest(_NESTED_TAGS[tag.entry.tag], self.editor.original(tag.entry).data, tag.put, tag.remove)

    def to_bytes(self, room: int | None = MAX_PAYLOAD) -> bytes:
        return super().to_bytes(room)

    def thumbnails(self) -> list[bytes]:
        source = self.editor.overlay
        found = (extent for ifd in self.thumbnail_ifds for extent in payloads(ifd, source))
        return [source.pread(length, offset) for offset, length in found if offset]


class XmpBlock(Block):
    """An XMP packet, or an extension of one."""

    def __init__(self, data: bytes) -> None:
        """Raises FileError as `Packet` does."""
        self.packet = Packet(data)
        self.pointer = extension.pointer(self.packet)

    def items(self) -> Iterator[Item]:
        for found in self.packet.properties:
            if found is not self.pointer:
                yield property_item(found, found.path, "XMP.")

    @property
    def changed(self) -> bool:
        return self.packet.changed

    def to_bytes(self) -> bytes:
        return self.packet.to_bytes()

    def remove_gps(self) -> int:
        return self._remove([found for found in self.packet.properties if found.name.casefold().startswith("exif:gps")])

    def remove_thumbnails(self) -> int:
        return self._remove(self.packet.find("xmp:Thumbnails"))

    def _remove(self, found: Sequence[Property]) -> int:
        for each in found:
            each.remove()
        return len(found)


class IptcBlock(Block):
    """IPTC data sets."""

    def __init__(self, data: bytes) -> None:
        """Raises FileError as `Iptc` does."""
        self.iptc = Iptc(data)

    def items(self) -> Iterator[Item]:
        for field in self.iptc.fields:
            texts = field.path, title(field.key)
            yield Item(field, field.path, (("iptc", *field.key),), texts, "IPTC")

    @property
    def changed(self) -> bool:
        return self.iptc.changed

    def to_bytes(self) -> bytes:
        return self.iptc.to_bytes()


class PhotoshopBlock(Block):
    """Photoshop image resources."""

    def __init__(self, data: bytes) -> None:
        """Raises FileError as `Resources` does."""
        self.resources = Resources(data)

    def items(self) -> Iterator[Item]:
        for resource in self.resources.resources:
            if resource.id not in _NESTED_RESOURCES and resource.id != photoshop.IPTC_DIGEST:
                path = f"Photoshop.{resource.title}"
                field = ResourceField(self.resources, resource)
                keys: tuple[Key, ...] = (("resource", resource.id),)
                if resource.id in photoshop.THUMBNAILS:
                    keys += (part_key("Thumbnail"),)
                texts = () if resource.id == photoshop.COLOUR_PROFILE else (path, resource.title)
                yield Item(field, path, keys, texts, "resource")

    def nests(self) -> Iterator[Nest]:
        for resource in self.resources.resources:
            if resource.id in _NESTED_RESOURCES:
                yield Nest(_NESTED_RESOURCES[resource.id], resource.data, *self._writers(resource))

    def _writers(self, resource: Resource) -> tuple[Callable[[bytes], None], Callable[[], None]]:
        def put(data: bytes) -> None:
            self.resources.replace(resource, data)

        def drop() -> None:
            self.resources.remove(resource)

        return put, drop

    @property
    def changed(self) -> bool:
        return self.resources.changed

    def to_bytes(self) -> bytes:
        return self.resources.to_bytes()

    def _thumbnail_resources(self) -> list[Resource]:
        return [resource for resource in self.resources.left if resource.id in photoshop.THUMBNAILS]

    def thumbnails(self) -> list[bytes]:
        return [resource.data[_THUMBNAIL_HEADER:] for resource in self._thumbnail_resources()]

    def remove_thumbnails(self) -> int:
        found = self._thumbnail_resources()
        for resource in found:
            self.resources.remove(resource)
        return len(found)


class CommentBlock(Block):
    """A comment segment."""

    def __init__(self, data: bytes) -> None:
        self.field = CommentField(Comment(data, data))

    def items(self) -> Iterator[Item]:
        yield Item(self.field, "COM", (part_key("COM"),), ("COM", "Comment"), "comment")

    @property
    def changed(self) -> bool:
        return self.field.comment.data != self.field.comment.original

    def to_bytes(self) -> bytes:
        return self.field.comment.data or b""


BLOCKS: Final[dict[Holding, Callable[[bytes], Block]]] = {
    Holding.EXIF: ExifBlock,
    Holding.XMP: XmpBlock,
    Holding.EXTENSION: XmpBlock,
    Holding.IPTC: IptcBlock,
    Holding.PHOTOSHOP: PhotoshopBlock,
    Holding.COMMENT: CommentBlock,
}
"""How what a body holds is opened. Holdings that are absent here are not looked into."""


def is_plain(data: bytes) -> bool:
    """Whether a small copy of the picture carries no metadata of its own."""
    if not data.startswith(b"\xff\xd8"):
        return True
    try:
        tokens = walk(BytesSource(data))
    except FileError:
        return False
    return all(holding(token) in NEEDED for token in tokens) and not data[tokens[-1].end :].strip(b"\0")
