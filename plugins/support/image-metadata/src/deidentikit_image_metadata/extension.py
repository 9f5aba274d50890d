"""Extended XMP: what does not fit into the packet of a JPEG file (XMP specification part 3, 1.1.3.1).

The packet names the extension by a GUID, the MD5 of the extension's bytes, so an edit changes both.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from hashlib import md5
from typing import Final

import attrs
from deidentikit.errors import FileError

from .xmp import Packet, Property

NAMESPACE: Final = b"http://ns.adobe.com/xmp/extension/\0"
"""What a JPEG APP1 segment of extended XMP begins with."""
MAX_PART: Final = 65_000
_NAME: Final = "xmpNote:HasExtendedXMP"
_HEAD: Final = struct.Struct(">32sII")


@attrs.frozen
class Part:
    """One segment of an extension.

    total : length of the whole extension in bytes
    offset : where this part's data stands in it
    """

    guid: bytes
    total: int
    offset: int
    data: bytes

    def to_bytes(self) -> bytes:
        """The segment's payload, namespace included."""
        return NAMESPACE + _HEAD.pack(self.guid, self.total, self.offset) + self.data


def read_part(payload: bytes) -> Part:
    """One segment's payload, namespace included. Raises FileError (``xmp-extension``)."""
    head = payload[len(NAMESPACE) : len(NAMESPACE) + _HEAD.size]
    if not payload.startswith(NAMESPACE) or len(head) < _HEAD.size:
        raise FileError("xmp-extension", "a segment of extended XMP is too short")
    guid, total, offset = _HEAD.unpack(head)
    return Part(guid, total, offset, payload[len(NAMESPACE) + _HEAD.size :])


def join(parts: Iterable[Part]) -> bytes:
    """The whole extension of one GUID. Raises FileError (``xmp-extension``) if parts miss, overlap or differ."""
    ordered = sorted(parts, key=lambda part: part.offset)
    data = bytearray()
    for part in ordered:
        if part.offset != len(data) or (part.guid, part.total) != (ordered[0].guid, ordered[0].total):
            raise FileError("xmp-extension", "the parts of extended XMP do not fit together")
        data += part.data
    if not ordered or len(data) != ordered[0].total:
        raise FileError("xmp-extension", "parts of extended XMP are missing")
    return bytes(data)


def split(data: bytes) -> list[Part]:
    """An extension as parts that each fit a JPEG segment, under the GUID of its bytes."""
    guid = guid_of(data)
    starts = range(0, len(data), MAX_PART)
    return [Part(guid, len(data), start, data[start : start + MAX_PART]) for start in starts]


def guid_of(data: bytes) -> bytes:
    """The GUID of an extension: its MD5 as 32 capital hex digits."""
    return md5(data, usedforsecurity=False).hexdigest().upper().encode()


def pointer(packet: Packet) -> Property | None:
    """The property by which a packet names its extension."""
    return next(iter(packet.find(_NAME)), None)
