"""The TIFF file type keeps the contract of file types."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from deidentikit.kinds import Kind
from deidentikit.testing import FileTypeConformance
from deidentikit_tiff import TiffFile

Tag = tuple[int, int, bytes]
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8, 13: 4, 16: 8}
XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2011-12-13T14:15:16"><dc:source>quiet harbour</dc:source>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def build(
    pages: Sequence[Sequence[Tag]], order: str = "<", big: bool = False, payload: bytes = bytes(range(64))
) -> bytes:
    """A TIFF file of 8x8 pages; each page's extra tags beside those that the image needs."""
    slot, offset, count = (8, "Q", "Q") if big else (4, "I", "H")
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}H", 43 if big else 42)
    out = bytearray(head + (struct.pack(f"{order}HHQ", 8, 0, 0) if big else bytes(4)))
    link = len(out) - slot
    for page in pages:
        strip = len(out)
        out += payload
        tags = [*page, *_image(order, strip, len(payload))]
        records = []
        for tag, type, data in sorted(tags):
            if len(data) > slot:
                out += bytes(len(out) % 2)
                value = struct.pack(f"{order}{offset}", len(out))
                out += data
            else:
                value = data.ljust(slot, b"\0")
            records.append(struct.pack(f"{order}HH{offset}", tag, type, len(data) // _WIDTHS[type]) + value)
        out += bytes(len(out) % 2)
        struct.pack_into(f"{order}{offset}", out, link, len(out))
        out += struct.pack(f"{order}{count}", len(records)) + b"".join(records)
        link = len(out)
        out += bytes(slot)
    return bytes(out)


def _image(order: str, strip: int, length: int) -> list[Tag]:
    numbers = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 273: strip, 277: 1, 278: 8, 279: length}
    return [(tag, 4, struct.pack(f"{order}I", number)) for tag, number in numbers.items()]


FIRST: list[Tag] = [
    (270, 2, text("a view of the bay")),
    (282, 5, struct.pack("<II", 300, 1)),
    (306, 2, text("2020:02:20 10:15:30")),
    (315, 2, text("Jane Q. Doe")),
    (316, 2, text("1.2.840.113619.2.408")),
    (700, 1, XMP),
    (65000, 2, text("private words")),
]
SECOND: list[Tag] = [(269, 2, text("second page's name")), (33432, 2, text("2019:01:31"))]
SAMPLE = build([FIRST, SECOND])


class TestTiffFile(FileTypeConformance):
    file_type = TiffFile
    sample = SAMPLE
    samples = (build([[]]), build([SECOND, SECOND], big=True), build([SECOND], order=">"))
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("Artist", "page.0.ImageDescription", "DocumentName", "0xFDE8", "xmp:dc:source"),
        Kind.DATE: "Copyright",
        Kind.DATETIME: ("DateTime", "xmp:CreateDate"),
        Kind.NUMBER: "XResolution",
        Kind.UID: "HostComputer",
    }
    insertable = "CameraOwnerName"
    follows = frozenset({"XMP"})
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = {
        Kind.TEXT: ("replace-with: ANON", "set:", "hash: yes"),
        Kind.DATE: ("increment-date: yes",),
        Kind.DATETIME: ("increment-datetime: yes",),
        Kind.UID: ("hashuid: yes",),
    }
    settings = "date-increment: -17"

    def make_large(self, size: int) -> Iterable[bytes]:
        yield build([FIRST, SECOND], payload=bytes(range(256)) * (size // 512))
