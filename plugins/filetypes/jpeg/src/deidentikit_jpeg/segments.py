"""What marker segments hold, told by their markers and by the names at their beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final

import attrs
from deidentikit.errors import FieldError, FileError
from deidentikit.splice import Source
from deidentikit_image_metadata import exif, extension, photoshop, xmp

from .markers import APP0, COM, EOI, MAX_PAYLOAD, SCAN, Token

JFXX_HEAD: Final = b"JFXX\0"
MPF_HEAD: Final = b"MPF\0"
_APP1: Final = APP0 + 1
_APP2: Final = APP0 + 2
_APP13: Final = APP0 + 13
_APP14: Final = APP0 + 14
_JPG0: Final = 0xF0
_JPG: Final = frozenset({0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD})
_TIFF: Final = (b"II*\0", b"MM\0*")


class Holding(Enum):
    """What a segment holds."""

    STRUCTURE = "structure"
    JFIF = "JFIF"
    ADOBE = "Adobe"
    ICC = "ICC"
    EXIF = "EXIF"
    XMP = "XMP"
    EXTENSION = "extended XMP"
    PHOTOSHOP = "Photoshop"
    IPTC = "IPTC"
    COMMENT = "COM"
    JFXX = "JFXX"
    MPF = "MPF"
    OTHER = "other"


NEEDED: Final = frozenset({Holding.STRUCTURE, Holding.JFIF, Holding.ADOBE, Holding.ICC})
"""What stays when everything that is not needed to show the picture goes."""
_KNOWN: Final = {
    (APP0, b"JFIF\0"): Holding.JFIF,
    (APP0, JFXX_HEAD): Holding.JFXX,
    (_APP1, xmp.HEADER): Holding.XMP,
    (_APP1, extension.NAMESPACE): Holding.EXTENSION,
    (_APP2, b"ICC_PROFILE\0"): Holding.ICC,
    (_APP2, MPF_HEAD): Holding.MPF,
    (_APP13, photoshop.HEADER): Holding.PHOTOSHOP,
    (_APP14, b"Adobe"): Holding.ADOBE,
}
_MAX_CONTENT: Final = 1 << 26
_SPREAD: Final = frozenset({Holding.EXIF, Holding.EXTENSION, Holding.PHOTOSHOP})
TITLES: Final = {
    b"GoPro\0": "GoPro",
    b"RMETA\0": "Ricoh RMETA",
    b"Meta\0": "Kodak Meta",
    b"FPXR\0": "FlashPix",
    b"QVCI\0": "Casio QVCI",
    b"Ducky\0": "Adobe Ducky",
    b"SPIFF\0": "SPIFF",
    b"HDR_RI": "JPEG-HDR",
    b"JP": "JUMBF",
    b"Adobe_CM\0": "Adobe colour management",
    b"Adobe_Photoshop2.5:": "Photoshop 2.5",
}
"""What is known of segments that are kept as they are."""


def holding(token: Token) -> Holding:
    """What a segment holds."""
    if token.marker == COM:
        return Holding.COMMENT
    if token.marker in _JPG:
        return Holding.OTHER
    if not token.is_app:
        return Holding.STRUCTURE
    if token.marker == _APP1 and token.head[:4].lower() == b"exif" and token.head[4:5] == b"\0":
        return Holding.EXIF
    found = (each for (marker, name), each in _KNOWN.items() if marker == token.marker and token.head.startswith(name))
    return next(found, Holding.OTHER)


def name_of(token: Token) -> str:
    """What a segment is called by its marker: ``APP6``, ``COM``, ``JPG1``."""
    if token.marker == COM:
        return "COM"
    return f"APP{token.marker - APP0}" if token.is_app else f"JPG{token.marker - _JPG0}"


def title(token: Token) -> str:
    """What an unknown segment is called by those who write it, as far as that is known."""
    return next((text for name, text in TITLES.items() if token.head.startswith(name)), "unknown")


@attrs.frozen(eq=False)
class Group:
    """Segments that together hold one thing."""

    holding: Holding
    tokens: list[Token]

    def payloads(self, source: Source) -> Iterator[bytes]:
        """What stands in each segment, names included."""
        return (source.pread(token.size, token.body) for token in self.tokens)


def grouped(tokens: Iterable[Token]) -> list[Group]:
    """All segments of a stream that hold metadata, in the order in which each group begins.

    Image resources are one group; so are the parts of one extended XMP; EXIF goes on in a segment
    without a TIFF header of its own.
    """
    groups: list[Group] = []
    open_groups: dict[tuple[Holding, str], Group] = {}
    for token in tokens:
        held = Holding.STRUCTURE if token.marker in (SCAN, EOI) else holding(token)
        if held is Holding.STRUCTURE:
            continue
        name = held, guid(token) if held is Holding.EXTENSION else ""
        group = open_groups.get(name)
        if group is None or held not in _SPREAD or (held is Holding.EXIF and not _goes_on(group, token)):
            group = open_groups[name] = Group(held, [])
            groups.append(group)
        group.tokens.append(token)
    return groups


def guid(token: Token) -> str:
    """The GUID that a part of extended XMP bears."""
    return token.head[len(extension.NAMESPACE) :][:32].decode("latin-1")


def _goes_on(group: Group, token: Token) -> bool:
    """Whether EXIF that began in another segment goes on in this one."""
    first, here = (each.head[len(exif.HEADER) :][:4] for each in (group.tokens[0], token))
    return first in _TIFF and here not in _TIFF


def marker_of(held: Holding) -> int:
    """The marker of a segment that is made for a holding."""
    return {Holding.PHOTOSHOP: _APP13, Holding.COMMENT: COM}.get(held, _APP1)


def content(group: Group, source: Source) -> bytes:
    """What a group holds, without the names at the beginning of its segments.

    Raises FileError: ``xmp-extension`` for parts of extended XMP that do not fit together, ``too-large``.
    """
    if sum(token.size for token in group.tokens) > _MAX_CONTENT:
        raise FileError("too-large", "a body of metadata is larger than the limit allows")
    payloads = group.payloads(source)
    if group.holding is Holding.EXTENSION:
        return extension.join(map(extension.read_part, payloads))
    head = _HEADS.get(group.holding, b"")
    return b"".join(payload[len(head) :] for payload in payloads)


def packed(held: Holding, data: bytes, *, spread: bool = False) -> list[bytes]:
    """The payloads of the segments that hold `data`.

    spread : it may take more than one segment, where it did so before
    Raises FieldError (``too-long``).
    """
    if held is Holding.EXTENSION:
        return [part.to_bytes() for part in extension.split(data)]
    head = _HEADS.get(held, b"")
    room = MAX_PAYLOAD - len(head)
    if len(data) > room and not (spread or held is Holding.PHOTOSHOP):
        raise FieldError("too-long", f"the rules make more than the {room} bytes that a segment holds", held.value)
    return [head + data[at : at + room] for at in range(0, len(data), room)]


_HEADS: Final = {Holding.EXIF: exif.HEADER, Holding.XMP: xmp.HEADER, Holding.PHOTOSHOP: photoshop.HEADER}
