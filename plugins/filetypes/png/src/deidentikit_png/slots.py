"""The chunks of a file as items that rules can name, with the metadata that stands in them."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from deidentikit_image_metadata.items import Item
from deidentikit_image_metadata.names import Key

from .chunks import Chunk, Layout
from .contents import Contents
from .fields import ChunkField, MalformedText, TextField, TimeField, UnknownField
from .names import XMP, chunk_key, text_key
from .rawprofile import profile_name
from .regions import Region, exif_region, profile_region, xmp_region
from .texts import XMP_KEYWORD
from .types import COLOUR, PUBLIC, TEXTS, holds_value, is_required


@attrs.frozen(eq=False)
class Slot:
    """A chunk, and the body of metadata in it."""

    chunk: Chunk
    item: Item
    region: Region | None = None

    @property
    def malformed(self) -> bool:
        """A text chunk of which no keyword can be read."""
        return isinstance(self.item.field, MalformedText)


def read_slots(layout: Layout, contents: Contents) -> Iterator[Slot]:
    """Every chunk of a file, in its order."""
    for chunk in layout.chunks:
        yield _text_slot(contents, chunk) if chunk.type in TEXTS else _slot(contents, chunk)


def _slot(contents: Contents, chunk: Chunk) -> Slot:
    kind = chunk.type
    field = ChunkField(contents, chunk)
    if kind == "tIME":
        field = TimeField(contents, chunk)
    elif kind not in PUBLIC and not is_required(kind):
        field = UnknownField(contents, chunk)
    texts = () if is_required(kind) or kind in COLOUR else (kind,)
    item = Item(field, kind, (chunk_key(kind),), texts, _described(chunk), valued=holds_value(kind))
    return Slot(chunk, item, exif_region(contents, chunk) if kind == "eXIf" else None)


def _described(chunk: Chunk) -> str:
    return f"{chunk.count} chunks" if chunk.count > 1 else f"{chunk.length} bytes"


def _text_slot(contents: Contents, chunk: Chunk) -> Slot:
    kind = chunk.type
    head = contents.text_head(chunk)
    if head is None:
        field = MalformedText(contents, chunk)
        return Slot(chunk, Item(field, kind, (chunk_key(kind),), (kind,), "text without keyword"))
    keys: tuple[Key, ...] = chunk_key(kind), text_key(kind, head.keyword)
    if kind == "iTXt" and head.keyword == XMP_KEYWORD:
        text = TextField(contents, chunk, head, structured=True)
        return Slot(chunk, _text_item(text, (*keys, XMP), "XMP"), xmp_region(contents, text))
    profile = profile_name(head.keyword)
    text = TextField(contents, chunk, head, structured=profile is not None)
    if profile is None:
        return Slot(chunk, _text_item(text, keys, "text"))
    region = profile_region(contents, text, profile)
    if region is not None:
        keys += tuple({"exif": chunk_key("eXIf"), "xmp": XMP}[held] for held in sorted(region.holds))
    return Slot(chunk, _text_item(text, keys, "raw profile"), region)


def _text_item(field: TextField, keys: tuple[Key, ...], shown: str) -> Item:
    return Item(field, field.path, keys, (field.path, field.chunk.type), shown)
