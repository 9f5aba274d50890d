"""Fields with all by which rules can name them, and by which listings show them."""

from __future__ import annotations

import attrs
from deidentikit.filetype import Field

from .fields import TagField
from .fieldtypes import type_name
from .names import Key, property_key, spared, tag_keys, tag_texts
from .xmp import Property


@attrs.frozen(eq=False)
class Item:
    """A field of a file with all by which it can be named.

    name : what a profile would write
    texts : what a regex is matched with; none where no regex reaches it
    type, note : for a listing
    valued : actions on values may treat it; others are not for a regex that names everything
    """

    field: Field
    name: str
    keys: tuple[Key, ...]
    texts: tuple[str, ...] = ()
    type: str = ""
    note: str = ""
    valued: bool = True


def tag_item(tag: TagField, prefix: str = "", field: Field | None = None) -> Item:
    """An entry of an EXIF block.

    prefix : stands before its names as well, such as ``eXIf:``
    field : what the engine gets in place of the tag itself
    """
    kind = tag.ifd.kind
    texts = tag_texts(kind, tag.tag, prefix)
    reached = () if spared(tag.tag) else texts
    return Item(field or tag, texts[0], tag_keys(kind, tag.entry.tag), reached, type_name(tag.entry.type))


def property_item(found: Property, name: str, prefix: str) -> Item:
    """A property of an XMP packet.

    name : what a profile would write
    prefix : what a regex may find before its path, such as ``XMP.``
    """
    keys = property_key(found.name), property_key(found.path)
    texts = prefix + found.path, found.path, found.name
    return Item(found, name, keys, texts, "XMP", valued=not found.structured)
