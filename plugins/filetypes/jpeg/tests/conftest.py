"""JPEG files made up segment by segment, and the engine run on them in memory."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import pytest
from deidentikit.action import Action
from deidentikit.filetype import Named
from deidentikit.plan import compile_plans
from deidentikit.profile import Profile, Rule, Section
from deidentikit.registry import Registry
from deidentikit.splice import BytesSource
from deidentikit.testing.driving import Done, deidentified
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.ifd import EXIF_IFD, GPS_IFD, INTEROP_IFD, Ifd
from deidentikit_jpeg import JpegFile

Tags = Mapping[int, tuple[int, bytes]]
_CODED = b"\x12\xff\0\x34\xff\xd0\x56\xff\xff\0\x78"


@attrs.frozen
class Maker:
    """Makes files and their parts."""

    CODED = _CODED

    def segment(self, marker: int, payload: bytes) -> bytes:
        return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload

    def file(self, *segments: bytes, frame: int = 0xC0, coded: bytes = _CODED) -> bytes:
        """A small file with these segments between SOI and its tables."""
        tables = self.segment(0xDB, bytes(65)) + self.segment(frame, b"\x08\0\x08\0\x08\1\1\x11\0")
        scan = self.segment(0xDA, b"\1\1\0\0\x3f\0") + coded
        return b"\xff\xd8" + b"".join(segments) + tables + scan + b"\xff\xd9"

    def jfif(self, thumbnail: bytes = b"\0\0") -> bytes:
        return self.segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1" + thumbnail)

    def tiff(
        self,
        ifd0: Tags | None = None,
        exif: Tags | None = None,
        gps: Tags | None = None,
        interop: Tags | None = None,
        thumbnail: bytes = b"",
    ) -> bytes:
        """The TIFF structure of an EXIF block."""
        editor = Editor(BytesSource(b"MM\0*\0\0\0\x08\0\0\0\0\0\0"), exif=True)
        top = editor.structure.top[0]
        self._fill(editor, top, ifd0 or {})
        inner = editor.create(top, EXIF_IFD) if exif or interop else top
        self._fill(editor, inner, exif or {})
        if interop:
            self._fill(editor, editor.create(inner, INTEROP_IFD), interop)
        if gps:
            self._fill(editor, editor.create(top, GPS_IFD), gps)
        data = editor.overlay.to_bytes()
        return self._with_thumbnail(data, thumbnail) if thumbnail else data

    def _fill(self, editor: Editor, ifd: Ifd, tags: Tags) -> None:
        for number, (type, data) in tags.items():
            editor.insert(ifd, number, type, data)

    def _with_thumbnail(self, data: bytes, thumbnail: bytes) -> bytes:
        """A second IFD with the bytes of a JPEG stream, linked from the first."""
        data += b"\0" * (len(data) % 2)
        (first,) = struct.unpack(">I", data[4:8])
        (count,) = struct.unpack(">H", data[first : first + 2])
        link = first + 2 + 12 * count
        records = struct.pack(">HHHIHHHHI", 3, 0x0103, 3, 1, 6, 0, 0x0201, 4, 1)
        at = len(data) + 2 + 36 + 4
        records += struct.pack(">IHHII", at, 0x0202, 4, 1, len(thumbnail)) + bytes(4)
        return data[:link] + struct.pack(">I", len(data)) + data[link + 4 :] + records + thumbnail

    def exif(self, tiff: bytes) -> bytes:
        return self.segment(0xE1, b"Exif\0\0" + tiff)

    def packet(self, inner: str, padding: int = 60) -> bytes:
        """An XMP packet with these properties."""
        text = (
            '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
            f' xmlns:xmpNote="http://ns.adobe.com/xmp/note/">{inner}</rdf:Description></rdf:RDF></x:xmpmeta>'
            f'{" " * padding}<?xpacket end="w"?>'
        )
        return text.encode()

    def xmp(self, packet: bytes) -> bytes:
        return self.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)

    def dataset(self, number: int, data: bytes) -> bytes:
        return struct.pack(">BBBH", 0x1C, 2, number, len(data)) + data

    def resource(self, number: int, data: bytes) -> bytes:
        return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)

    def photoshop(self, *resources: bytes) -> bytes:
        return self.segment(0xED, b"Photoshop 3.0\0" + b"".join(resources))

    def comment(self, data: bytes) -> bytes:
        return self.segment(0xFE, data)

    def index(self, entries: Sequence[tuple[int, int, int]]) -> bytes:
        """The index of further images: attributes, size and offset of each."""
        records = b"".join(struct.pack(">IIIHH", *entry, 0, 0) for entry in entries)
        ifd = struct.pack(">HHHI4s", 3, 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, len(entries))
        ifd += struct.pack(">HHIII", 0xB002, 7, len(records), 8 + 2 + 36 + 4, 0)
        return self.segment(0xE2, b"MPF\0MM\0*\0\0\0\x08" + ifd + records)

    def several(self, first: Sequence[bytes], others: Sequence[tuple[int, bytes]], gap: bytes = b"") -> bytes:
        """A file with an index and the images that it lists; each with its attributes."""
        size = len(self.file(*first, self.index([(0, 0, 0)] * (len(others) + 1))))
        base = 2 + sum(map(len, first)) + 4 + 4
        entries = [(0x20030000, size, 0)]
        at = size
        for attributes, image in others:
            at += len(gap)
            entries.append((attributes, len(image), at - base))
            at += len(image)
        return self.file(*first, self.index(entries)) + b"".join(gap + image for _, image in others)

    def saved(self, **options: Any) -> bytes:
        """A picture as a common library saves it. `mode` and all that its `save` takes."""
        from PIL import Image

        mode = options.pop("mode", "RGB")
        image = Image.effect_noise((40, 24), 60).convert(mode)
        stream = io.BytesIO()
        image.save(stream, "JPEG", **options)
        return stream.getvalue()


@pytest.fixture(scope="session")
def jpeg() -> Maker:
    return Maker()


Edit = Callable[..., Done]


@pytest.fixture(scope="session")
def edit() -> Edit:
    """The output for some bytes after rules, each a name (or a Named) and an action; keywords are options."""

    def run(data: bytes, *rules: tuple[str | Named, Action], **options: object) -> Done:
        made = tuple(
            Rule(name if isinstance(name, Named) else Named(name=name), action, line)
            for line, (name, action) in enumerate(rules, 1)
        )
        file_type = JpegFile({key.replace("_", "-"): value for key, value in options.items()}, "jpg")
        profile = Profile(sections=(Section(name="jpg", line=0, file_type=file_type, rules=made),))
        plans, problems = compile_plans(profile, Registry.of(JpegFile), keyed=True)
        assert not [str(problem) for problem in problems if not problem.warning]
        return deidentified(plans[0], data, "photo.jpg")

    return run


@pytest.fixture(scope="session")
def texts() -> Callable[[bytes], dict[str, list[str]]]:
    """The values of a file as a listing shows them, by name."""

    def read(data: bytes) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for listed in JpegFile({}, "jpg").fields(BytesSource(data)):
            found.setdefault(listed.name, []).extend(listed.values())
        return found

    return read
