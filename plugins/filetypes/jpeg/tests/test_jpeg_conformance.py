"""The JPEG file type keeps the contract of file types."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from deidentikit.kinds import Kind
from deidentikit.splice import BytesSource
from deidentikit.testing import FileTypeConformance
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.ifd import EXIF_IFD, GPS_IFD
from deidentikit_jpeg import JpegFile

XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmp:CreateDate="1999-12-31T23:59:01" dc:source="ward nineteen">
<dc:creator><rdf:Seq><rdf:li>Rita Onlooker</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>
                                                                    <?xpacket end="w"?>"""


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def exif() -> bytes:
    editor = Editor(BytesSource(b"MM\0*\0\0\0\x08\0\0\0\0\0\0"), exif=True)
    ifd0 = editor.structure.top[0]
    editor.insert(ifd0, 0x010E, 2, b"Left knee of Jane\0")
    editor.insert(ifd0, 0x011A, 5, struct.pack(">II", 72, 1))
    editor.insert(ifd0, 0x0132, 2, b"1999:12:31 23:59:01\0")
    editor.insert(ifd0, 0x013B, 2, b"Jane Doe\0")
    inner = editor.create(ifd0, EXIF_IFD)
    editor.insert(inner, 0x9003, 2, b"1998:07:06 05:04:03\0")
    editor.insert(inner, 0x927C, 7, b"\1\2maker \xff\xfe words")
    editor.insert(inner, 0x9286, 7, b"ASCII\0\0\0ordered by Dr Who")
    editor.insert(inner, 0xA420, 2, b"1.2.840.99.1234\0")
    gps = editor.create(ifd0, GPS_IFD)
    editor.insert(gps, 0x0006, 5, struct.pack(">II", 4810, 10))
    editor.insert(gps, 0x001D, 2, b"1970:02:03\0")
    return editor.overlay.to_bytes()


IPTC = b"".join(
    struct.pack(">BBBH", 0x1C, 2, number, len(data)) + data
    for number, data in ((5, b"Portrait of a patient"), (25, b"arthritis"), (55, b"19991230"))
)
RESOURCES = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC + b"\0" * (len(IPTC) % 2)
RESOURCES += b"8BIM\x04\x0b\0\0" + struct.pack(">I", 14) + b"example.org/42"
CODED = b"\x12\xff\0\x34\xff\xd0\x56\xff\xff\0\x78" * 3
HEAD = (
    b"\xff\xd8"
    + segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")
    + segment(0xE1, b"Exif\0\0" + exif())
    + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)
    + segment(0xED, b"Photoshop 3.0\0" + RESOURCES)
    + segment(0xE6, b"GoPro\0\1\2\3\4")
    + segment(0xFE, b"Seen by nurse Ratched")
    + segment(0xDB, bytes(65))
    + segment(0xC0, b"\x08\0\x08\0\x08\1\1\x11\0")
    + b"\xff\xff"
    + segment(0xC4, bytes(17))
    + segment(0xDA, b"\1\1\0\0\x3f\0")
)
SAMPLE = HEAD + CODED + b"\xff\xd9"
PLAIN = b"\xff\xd8" + segment(0xDB, bytes(65)) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\0\xff\xd9"


class TestJpegFile(FileTypeConformance):
    file_type = JpegFile
    sample = SAMPLE
    samples = (PLAIN, PLAIN + b"\0\0trailer")
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: (
            *("Artist", "IFD0.ImageDescription", "UserComment", "COM", "dc:creator", "XMP.dc:source"),
            *("IPTC.ObjectName", "IPTC.2:25", "Photoshop.URL"),
        ),
        Kind.DATE: ("GPSDateStamp", "IPTC.DateCreated"),
        Kind.DATETIME: ("DateTimeOriginal", "0x0132", "xmp:CreateDate"),
        Kind.NUMBER: ("XResolution", "GPS.GPSAltitude"),
        Kind.UID: "ImageUniqueID",
        Kind.BYTES: "IFD0.ImageDescription",
    }
    insertable = "CameraOwnerName"
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = {
        Kind.TEXT: ("replace-with: ANON", "set:", "remove: yes"),
        Kind.DATE: ("increment-date: yes",),
        Kind.DATETIME: ("increment-datetime: yes",),
        Kind.NUMBER: ("jitter: yes",),
        Kind.UID: ("hashuid: yes",),
    }
    settings = "date-increment: -17"
    large = 1 << 21

    def make_large(self, size: int) -> Iterable[bytes]:
        yield HEAD
        for _ in range(size // (1 << 15)):
            yield bytes((1 << 15) - 2) + b"\xff\0"
        yield b"\xff\xd9"
