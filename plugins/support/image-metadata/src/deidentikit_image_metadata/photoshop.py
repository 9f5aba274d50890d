"""Photoshop image resources: JPEG APP13, TIFF tag 34377 (Adobe Photoshop File Formats Specification)."""

from __future__ import annotations

import struct
from hashlib import md5
from typing import Final

import attrs
from deidentikit.errors import FileError

HEADER: Final = b"Photoshop 3.0\0"
"""What a JPEG APP13 segment of image resources begins with."""

IPTC: Final = 0x0404
COLOUR_PROFILE: Final = 0x040F
THUMBNAILS: Final = frozenset({0x0409, 0x040C})
EXIF: Final = frozenset({0x0422, 0x0423})
XMP: Final = 0x0424
IPTC_DIGEST: Final = 0x0425

NAMES: Final = {
    0x03ED: "ResolutionInfo",
    0x03F0: "Caption",
    0x0400: "LayerState",
    IPTC: "IPTC",
    0x0406: "JPEGQuality",
    0x0409: "PhotoshopBGRThumbnail",
    0x040A: "CopyrightFlag",
    0x040B: "URL",
    0x040C: "PhotoshopThumbnail",
    COLOUR_PROFILE: "ICCProfile",
    0x0410: "Watermark",
    0x0415: "UnicodeAlphaNames",
    0x041A: "Slices",
    0x041B: "WorkflowURL",
    0x041E: "URLList",
    0x0421: "VersionInfo",
    0x0422: "Exif",
    0x0423: "Exif2",
    XMP: "XMP",
    IPTC_DIGEST: "IPTCDigest",
    0x042F: "AutoSaveFilePath",
    0x0430: "AutoSaveFormat",
    0x0BB7: "ClippingPathName",
}
_SIGNATURES: Final = frozenset({b"8BIM", b"PHUT", b"DCSR", b"AgHg", b"MeSa", b"8B64"})


@attrs.frozen
class Resource:
    """One image resource. ``[start, end)`` is its place, padding included."""

    signature: bytes
    id: int
    name: bytes
    data: bytes
    start: int
    end: int

    @property
    def title(self) -> str:
        """What its number is called, or the number as ``0x0BB8``."""
        return NAMES.get(self.id, f"0x{self.id:04X}")

    def to_bytes(self) -> bytes:
        """The resource, padded to even lengths."""
        name = bytes([len(self.name)]) + self.name
        head = self.signature + struct.pack(">H", self.id) + name + b"\0" * (len(name) % 2)
        return head + struct.pack(">I", len(self.data)) + self.data + b"\0" * (len(self.data) % 2)


class Resources:
    """The image resources of a file, open for editing."""

    def __init__(self, data: bytes) -> None:
        """
        data : the resources one after the other; for JPEG what follows `HEADER`, all segments joined
        Raises FileError (``photoshop-malformed``) if they do not fill it; zeros may follow.
        """
        self._data = data
        self._edits: dict[Resource, Resource | None] = {}
        self.resources = tuple(_read(data))

    def find(self, id: int) -> list[Resource]:
        """The resources of a number."""
        return [resource for resource in self.resources if resource.id == id]

    def replace(self, resource: Resource, data: bytes) -> None:
        """Give a resource other data. The digest that Photoshop keeps of IPTC data follows it."""
        if data == resource.data:
            return
        self._edits[resource] = attrs.evolve(resource, data=data)
        if resource.id == IPTC:
            for digest in self.find(IPTC_DIGEST):
                self._edits[digest] = attrs.evolve(digest, data=md5(data, usedforsecurity=False).digest())

    def remove(self, resource: Resource) -> None:
        """Take a resource out; with IPTC data also the digest of it."""
        self._edits[resource] = None
        if resource.id == IPTC:
            self._edits.update(dict.fromkeys(self.find(IPTC_DIGEST)))

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return bool(self._edits)

    @property
    def left(self) -> list[Resource]:
        """The resources that will be written."""
        edited = (self._edits.get(resource, resource) for resource in self.resources)
        return [resource for resource in edited if resource is not None]

    def to_bytes(self) -> bytes:
        """The edited resources; empty when none is left. What is not edited stays as it is."""
        if not self._edits:
            return self._data
        parts = []
        for resource in self.resources:
            edited = self._edits.get(resource, resource)
            if edited is not None:
                parts.append(self._data[resource.start : resource.end] if edited is resource else edited.to_bytes())
        return b"".join(parts)


def _read(data: bytes) -> list[Resource]:
    found = []
    at = 0
    while (resource := _resource(data, at)) is not None:
        found.append(resource)
        at = resource.end
    if data[at:].strip(b"\0"):
        raise FileError("photoshop-malformed", "the Photoshop resources do not follow one another to the end")
    return found


def _resource(data: bytes, at: int) -> Resource | None:
    """The resource that starts here, or None where none does."""
    signature = data[at : at + 4]
    if signature not in _SIGNATURES or at + 12 > len(data):
        return None
    name_end = at + 7 + data[at + 6]
    size_at = name_end + (name_end - at) % 2
    if size_at + 4 > len(data):
        return None
    (size,) = struct.unpack_from(">I", data, size_at)
    start = size_at + 4
    if start + size > len(data):
        return None
    end = min(start + size + size % 2, len(data))
    (number,) = struct.unpack_from(">H", data, at + 4)
    return Resource(signature, number, data[at + 7 : name_end], data[start : start + size], at, end)
