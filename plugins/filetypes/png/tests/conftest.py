"""PNG files made chunk by chunk, and the engine run on them in memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime

import attrs
import pytest
from deidentikit.context import Keys
from deidentikit.engine import Engine
from deidentikit.plan import parse_profile
from deidentikit.registry import Registry
from deidentikit.report import Outcome
from deidentikit.splice import BytesSource
from deidentikit.testing.driving import MemoryOutput

SIGNATURE = b"\x89PNG\r\n\x1a\n"


class Png:
    """Writes and reads chunks."""

    SIGNATURE = SIGNATURE

    @staticmethod
    def chunk(kind: bytes, data: bytes = b"", crc: int | None = None) -> bytes:
        found = zlib.crc32(kind + data) if crc is None else crc
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", found)

    def file(self, *chunks: bytes, after: bytes = b"", depth: int = 8, interlace: int = 0) -> bytes:
        """A gray image of 2 by 2 pixels; `after` stands behind the image data."""
        head = struct.pack(">IIBBBBB", 2, 2, depth, 0, 0, 0, interlace)
        row = b"\0" + b"\1\2" * (depth // 8)
        pixels = row * 2 if not interlace else b"\0\1\0\2\0\3\4"
        return b"".join(
            (
                SIGNATURE,
                self.chunk(b"IHDR", head),
                *chunks,
                self.chunk(b"IDAT", zlib.compress(pixels)),
                after,
                self.chunk(b"IEND"),
            )
        )

    def text(self, keyword: str, text: str) -> bytes:
        return self.chunk(b"tEXt", f"{keyword}\0{text}".encode("latin-1"))

    def compressed(self, keyword: str, text: bytes) -> bytes:
        return self.chunk(b"zTXt", keyword.encode("latin-1") + b"\0\0" + zlib.compress(text))

    def international(self, keyword: str, text: str | bytes, *, packed: bool = False, tail: bytes = b"\0\0") -> bytes:
        raw = text.encode() if isinstance(text, str) else text
        head = keyword.encode("latin-1") + (b"\0\1\0" if packed else b"\0\0\0") + tail
        return self.chunk(b"iTXt", head + (zlib.compress(raw) if packed else raw))

    @staticmethod
    def exif(*entries: tuple[int, int, int, bytes], tail: bytes = b"") -> bytes:
        """A TIFF structure with one IFD: number, type, count and value of each tag."""
        at = 8 + 2 + 12 * len(entries) + 4
        table, values = struct.pack(">H", len(entries)), b""
        for number, kind, count, value in sorted(entries):
            slot = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(">I", at + len(values))
            table += struct.pack(">HHI", number, kind, count) + slot
            values += value if len(value) > 4 else b""
        return b"MM\0*\0\0\0\x08" + table + bytes(4) + values + tail

    def ascii(self, number: int, text: str) -> tuple[int, int, int, bytes]:
        """An EXIF entry with a text."""
        raw = text.encode() + b"\0"
        return number, 2, len(raw), raw

    @staticmethod
    def raw_profile(name: str, data: bytes) -> str:
        digits = data.hex()
        lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
        return "\n".join(["", name, f"{len(data):8d}", *lines, ""])

    @staticmethod
    def xmp(body: str, attributes: str = "") -> bytes:
        return (
            '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
            f' xmlns:exif="http://ns.adobe.com/exif/1.0/" {attributes}>{body}</rdf:Description></rdf:RDF>'
            '</x:xmpmeta><?xpacket end="w"?>'
        ).encode()

    def packet(self, body: str, attributes: str = "", *, packed: bool = False) -> bytes:
        return self.international("XML:com.adobe.xmp", self.xmp(body, attributes), packed=packed)

    @staticmethod
    def chunks(data: bytes) -> Iterator[tuple[str, bytes, bool]]:
        """Type, data and whether the checksum is right, of every chunk."""
        at = len(SIGNATURE)
        while at < len(data):
            length, kind = struct.unpack(">I4s", data[at : at + 8])
            body = data[at + 8 : at + 8 + length]
            (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
            yield kind.decode(), body, crc == zlib.crc32(kind + body)
            at += 12 + length
            if kind == b"IEND":
                return

    def types(self, data: bytes) -> list[str]:
        return [kind for kind, _, _ in self.chunks(data)]

    def found(self, data: bytes, kind: str) -> list[bytes]:
        """The data of all chunks of a type, whose checksums have to be right."""
        out = []
        for each, body, right in self.chunks(data):
            assert right
            if each == kind:
                out.append(body)
        return out


@attrs.frozen
class Done:
    """What came out, under which name, and what was said about it."""

    data: bytes
    name: str
    outcome: Outcome


class _Output(MemoryOutput):
    name = ""

    def claim(self, name: str) -> str:
        self.name = name
        return name


Deidentify = Callable[..., Done]
_REGISTRY: list[Registry] = []


def make(body: str) -> Callable[[bytes], Done]:
    if not _REGISTRY:
        _REGISTRY.append(Registry.from_installed())
    lines = "".join(f"  {line}\n" for line in body.strip("\n").splitlines())
    profile = parse_profile("png:\n" + lines, _REGISTRY[0])
    (plan,) = profile.plans
    engine = Engine(Keys(None, bytes(32)), datetime(2026, 1, 2), detailed=True)

    def run(data: bytes) -> Done:
        with _Output() as output:
            outcome = engine.process(plan, BytesSource(data), "in.png", output)
            assert output.data is not None
            return Done(output.data, output.name, outcome)

    return run


@pytest.fixture(scope="session")
def make_deidentify() -> Callable[[str], Callable[[bytes], Done]]:
    """From the body of a PNG section, without its indentation, a function over files."""
    return make


@pytest.fixture(scope="session")
def deidentify() -> Deidentify:
    """De-identify bytes by rules: lines of ``name: action: value``, or by the body of a section."""

    def run(data: bytes, body: str) -> Done:
        return make(body)(data)

    return run


@pytest.fixture(scope="session")
def rule(deidentify: Deidentify) -> Callable[..., bytes]:
    """De-identify bytes by pairs of a name (``re:`` before a regex) and an action; gives the output."""

    def run(data: bytes, *pairs: tuple[str, str], settings: str = "") -> bytes:
        lines = [settings, "fields:"] if settings else ["fields:"]
        for name, action in pairs:
            key = "regex" if name.startswith("re:") else "name"
            quoted = "'" + name.removeprefix("re:").replace("'", "''") + "'"
            lines.append(f"  - {key}: {quoted}")
            lines += [f"    {line}" for line in action.splitlines()]
        return deidentify(data, "\n".join(lines)).data

    return run


@pytest.fixture(scope="session")
def png() -> Png:
    """Writes and reads chunks."""
    return Png()
