"""The PNG file type keeps the contract of file types."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from deidentikit.kinds import Kind
from deidentikit.testing import FileTypeConformance
from deidentikit_png import PngFile


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


XMP = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmp:CreateDate="2001-02-03T04:05:06"><dc:creator><rdf:Seq><rdf:li>Ada Creatrix</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
EXIF = (
    b"MM\0*\0\0\0\x08\0\x02"
    + struct.pack(">HHII", 0x0132, 2, 20, 38)
    + struct.pack(">HHII", 0x013B, 2, 13, 58)
    + bytes(4)
    + b"2003:04:05 06:07:08\0Exif Artista\0\0"
)
SAMPLE = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
    + chunk(b"tEXt", b"Author\0Jane Q. Doe")
    + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"seen by Dr House"))
    + chunk(b"iTXt", b"Title\0\0\0de\0Titel\0" + "Knie Ärztin".encode())
    + chunk(b"iTXt", b"Place\0\1\0\0\0" + zlib.compress("Zürich Nord".encode()))
    + chunk(b"tEXt", b"Birth\x0019700203")
    + chunk(b"tEXt", b"date:create\x002017-02-20T15:40:59+00:00")
    + chunk(b"tEXt", b"Weight\x0061.50")
    + chunk(b"tEXt", b"Study\x001.2.840.99.1234")
    + chunk(b"prVt", b"MRN00123")
    + chunk(b"tIME", struct.pack(">H5B", 2020, 2, 20, 10, 15, 30))
    + chunk(b"eXIf", EXIF)
    + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
    + chunk(b"IDAT", zlib.compress(b"\0\1\2\0\3\4"))
    + chunk(b"IEND", b"")
)


class TestPngFile(FileTypeConformance):
    file_type = PngFile
    sample = SAMPLE
    samples = (SAMPLE + b"trailing bytes",)
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: (
            "tEXt:Author",
            "zTXt:Comment",
            "iTXt:Title",
            "iTXt:Place",
            "prVt",
            "eXIf:IFD0.Artist",
            "xmp:dc:creator",
        ),
        Kind.DATE: ("tEXt:Birth", "tIME"),
        Kind.DATETIME: ("tEXt:date:create", "tIME", "eXIf:DateTime", "xmp:CreateDate"),
        Kind.NUMBER: "tEXt:Weight",
        Kind.UID: "tEXt:Study",
        Kind.BYTES: "prVt",
    }
    insertable = "iTXt:Made"
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = {
        Kind.TEXT: ("replace-with: ANON", "set:", "hash: yes"),
        Kind.DATE: ("increment-date: yes",),
        Kind.DATETIME: ("increment-datetime: yes",),
        Kind.NUMBER: ("jitter: yes",),
        Kind.UID: ("hashuid: yes",),
    }
    settings = "date-increment: -17"
    large = 8 << 20

    def make_large(self, size: int) -> Iterable[bytes]:
        at = SAMPLE.index(b"IDAT") - 4
        yield SAMPLE[:at]
        piece = chunk(b"IDAT", bytes(1 << 16))
        for _ in range(size >> 16):
            yield piece
        yield SAMPLE[at:]
