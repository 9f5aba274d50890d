"""Names of chunks, tags and properties: which there are, which cannot be, and texts that they cannot hold."""

from __future__ import annotations

from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.filetype import Named
from deidentikit.splice import BytesSource
from deidentikit_png import PngFile


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("exif:NoTagOfThisName", "XMP.exif:notagofthisname"),
        ("TEXT:author", "tEXt: Author "),
        ("IFD0.Artist", "eXIf:0th.0x013B"),
        ("xmp:dc:creator", "dc:creator"),
        ("TIME", "tIME"),
    ],
)
def test_names_of_one_thing(one: str, other: str) -> None:
    first, second = (PngFile({}).compile(Named(name=name)) for name in (one, other))
    assert first.identity == second.identity


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("eXIf:NoTagOfThisName", "is no tag"),
        ("eXIf:GPS.Artist", "is no tag of GPS; it belongs to image"),
        ("gAMA:Author", "only text chunks have keywords"),
        ("tEXt:", "a keyword is 1 to 79 characters"),
        ("dc:", "written with its prefix"),
        ("tEXxt", "is no chunk type"),
    ],
)
def test_names_that_cannot_be(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PngFile({}).compile(Named(name=name))


@pytest.mark.parametrize(
    ("name", "text", "trouble"),
    [
        ("tEXt:Title", "a\0b", "cannot hold NUL"),
        ("tEXt:Title", "日本", "only iTXt chunks can hold them"),
        ("iTXt:Title", "日本", None),
        ("iTXt:Title", "\ud800", "UTF-8 cannot encode"),
        ("tIME", "yesterday", "written as 2020-01-31T23:59:59"),
        ("iTXt:XML:com.adobe.xmp", "no packet", "is no XMP packet"),
        ("iCCP", "x", "can be removed or kept as a whole"),
        ("XMP", "x", "can be removed or kept as a whole"),
        ("GPS", "x", "holds offsets"),
        ("prVt", "x", None),
    ],
)
def test_texts_that_a_profile_cannot_write(name: str, text: str, trouble: str | None) -> None:
    file_type = PngFile({})
    said = file_type.check_literal(file_type.compile(Named(name=name)), text)
    assert (said is None) if trouble is None else (said is not None and trouble in said)


def test_what_cannot_be_read_is_listed_with_the_reason(png: Any) -> None:
    data = png.file(png.chunk(b"eXIf", b"Jane Doe"), png.text("a", "b"), png.chunk(b"tIME", b"short"))
    listed = {found.name: found for found in PngFile({}).fields(BytesSource(data))}
    assert listed["eXIf"].note.startswith("cannot be read: ")
    assert (listed["tEXt:a"].note, listed["tEXt:a"].values()) == ("", ["b"])
    assert not listed["tIME"].values()


def test_an_output_with_another_end_is_refused(png: Any) -> None:
    data = png.file(png.text("a", "b")) + b"behind"
    file_type = PngFile({"keep-trailing": True})
    with file_type.open(BytesSource(data), file_type.bind((), ())) as document:
        document.settle()
        document.check(BytesSource(data))
        with pytest.raises(FileError, match="does not end where it should"):
            document.check(BytesSource(data + b"more"))
