"""EXIF and XMP in PNG files: their own chunks, and what ImageMagick spells in hex digits."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable
from typing import Any

import pytest
from deidentikit.errors import FileError, ProfileError
from PIL import Image

Rule = Callable[..., bytes]
ARTIST, DATE, GPS_IFD, GPS_DATE, NOTE, XMP_TAG = 0x013B, 0x0132, 0x8825, 0x1D, 0x927C, 700
CREATOR = "<dc:creator><rdf:Seq><rdf:li>Ada Creatrix</rdf:li></rdf:Seq></dc:creator>"
XMP = f"{CREATOR}<xmp:CreateDate>2001-02-03</xmp:CreateDate>"


def exif_of(data: bytes) -> dict[int, Any]:
    """What Pillow reads."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        exif = image.getexif()
        return {**exif, **exif.get_ifd(GPS_IFD), **exif.get_ifd(0x8769)}


@pytest.fixture
def tagged(png: Any) -> bytes:
    exif = png.exif(png.ascii(ARTIST, "Jane Doe"), png.ascii(DATE, "2020:01:31 10:00:00"), (0x0112, 3, 1, b"\0\1"))
    made: bytes = png.file(png.chunk(b"eXIf", exif), png.text("a", "b"))
    return made


@pytest.mark.parametrize("name", ["eXIf:Artist", "EXIF:artist", "Artist", "eXIf:IFD0.Artist", "IFD0.Artist", "0x013B"])
def test_tags_by_name(tagged: bytes, rule: Rule, name: str) -> None:
    out = rule(tagged, (name, "remove: yes"))
    assert b"Jane" not in out
    assert exif_of(out) == {DATE: "2020:01:31 10:00:00", 0x0112: 1}
    replaced = rule(tagged, (name, "replace-with: someone with a longer name"))
    assert b"Jane" not in replaced
    assert exif_of(replaced)[ARTIST] == "someone with a longer name"


def test_actions_on_tags(tagged: bytes, rule: Rule) -> None:
    out = rule(
        tagged,
        ("Artist", "hash: yes"),
        ("eXIf:DateTime", "increment-datetime: yes"),
        settings="date-increment: -17\ndatetime-format: '%Y-%m-%d %H:%M'",
    )
    assert exif_of(out) == {
        ARTIST: hashlib.sha256(b"Jane Doe").hexdigest()[:16],
        DATE: "2020:01:14 10:00:00",
        0x0112: 1,
    }


def test_the_chunk_as_a_whole(tagged: bytes, png: Any, rule: Rule) -> None:
    assert rule(tagged, ("eXIf", "remove: yes")) == png.file(png.text("a", "b"))
    assert rule(tagged, ("eXIf", "keep: yes"), settings="remove-metadata: yes").count(b"eXIf") == 1
    out = rule(tagged, ("eXIf", "remove: yes"), ("Artist", "replace-with: X"))
    assert out == png.file(png.text("a", "b")), "nothing is made in what a rule removes"
    with pytest.raises(ProfileError):
        rule(tagged, ("eXIf", "replace-with: X"))
    with pytest.raises(ProfileError):
        rule(tagged, ("eXIf", "hash: yes"))


def test_a_colour_profile_among_the_tags_stays_under_a_regex(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"eXIf", png.exif(png.ascii(ARTIST, "Jane Doe"), (0x8773, 7, 6, b"curves"))))
    out = rule(data, ("re:eXIf:.*", "remove: yes"))
    assert exif_of(out) == {0x8773: b"curves"}
    assert rule(out, ("InterColorProfile", "remove: yes")) == png.file()


def test_the_chunk_goes_with_its_last_tag(tagged: bytes, png: Any, rule: Rule) -> None:
    out = rule(tagged, ("Artist", "remove: yes"), ("DateTime", "remove: yes"), ("Orientation", "remove: yes"))
    assert out == png.file(png.text("a", "b"))


def test_absent_tags_are_made(tagged: bytes, png: Any, rule: Rule) -> None:
    out = rule(tagged, ("eXIf:GPS.GPSDateStamp", "replace-with: '2001:02:03'"), ("UserComment", "set: note"))
    assert exif_of(out)[GPS_DATE] == "2001:02:03"
    assert exif_of(out)[ARTIST] == "Jane Doe"
    new = rule(png.file(png.text("a", "b")), ("Artist", "set: X"), ("eXIf:Make", "set: Y"))
    assert png.types(new) == ["IHDR", "tEXt", "eXIf", "IDAT", "IEND"]
    assert exif_of(new) == {ARTIST: "X", 0x010F: "Y"}


def test_leftovers_of_earlier_editors_go_with_an_edit(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"eXIf", png.exif(png.ascii(ARTIST, "Jane Doe"), tail=b"Old Jane Roe")))
    assert b"Roe" in rule(data, ("tEXt", "remove: yes"))
    assert b"Roe" not in rule(data, ("Artist", "replace-with: X"))


def test_thumbnail_goes_with_an_edit(png: Any, deidentify: Any) -> None:
    first = png.exif(png.ascii(ARTIST, "Jane Doe"))
    jpeg = b"\xff\xd8thumbnail bytes\xff\xd9"
    at = len(first)
    second = b"\0\2" + b"\2\1\0\4\0\0\0\1" + (at + 30).to_bytes(4, "big")
    second += b"\2\2\0\4\0\0\0\1" + len(jpeg).to_bytes(4, "big") + bytes(4)
    exif = first[: 8 + 2 + 12] + at.to_bytes(4, "big") + first[8 + 2 + 12 + 4 :] + second + jpeg
    data = png.file(png.chunk(b"eXIf", exif))
    done = deidentify(data, "fields:\n  - name: Artist\n    replace-with: X")
    assert b"thumbnail bytes" not in done.data
    assert done.outcome.dropped == ("thumbnail",)
    assert deidentify(data, "fields:\n  - name: Make\n    remove: yes").data == data


def test_maker_note_keeps_its_place(png: Any, rule: Rule) -> None:
    exif = png.exif(png.ascii(ARTIST, "Jane Doe"), (NOTE, 7, 8, b"makernot"), tail=b"maker data")
    data = png.file(png.chunk(b"eXIf", exif))
    (kept,) = png.found(rule(data, ("Artist", "replace-with: X")), "eXIf")
    assert kept.index(b"makernot") == exif.index(b"makernot")
    assert b"maker data" in kept
    (without,) = png.found(rule(data, ("MakerNote", "remove: yes")), "eXIf")
    assert b"maker" not in without


@pytest.mark.parametrize("exif", [b"II*\0\xff\xff\0\0", b"no TIFF", b""])
def test_exif_that_cannot_be_read(png: Any, rule: Rule, exif: bytes) -> None:
    data = png.file(png.chunk(b"eXIf", exif))
    for pair in (("Artist", "remove: yes"), ("re:Art", "remove: yes")):
        with pytest.raises(FileError) as refused:
            rule(data, pair)
        assert refused.value.reason == "unparsed-region"
    assert rule(data, ("tEXt", "remove: yes")) == data
    assert rule(data, ("eXIf", "remove: yes"), ("Artist", "remove: yes")) == png.file()


def test_wrong_checksum_of_exif(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"eXIf", png.exif(png.ascii(ARTIST, "Jane Doe")), crc=5))
    with pytest.raises(FileError) as refused:
        rule(data, ("Artist", "remove: yes"))
    assert refused.value.reason == "checksum"


@pytest.mark.parametrize("name", ["Raw profile type exif", "raw profile type APP1"])
@pytest.mark.parametrize("kind", ["tEXt", "zTXt"])
def test_raw_exif_profiles(png: Any, rule: Rule, name: str, kind: str) -> None:
    """What ImageMagick made of EXIF is edited like EXIF, and written in its spelling."""
    exif = png.exif(png.ascii(ARTIST, "Jane Doe"), (0x0112, 3, 1, b"\0\1"))
    text = png.raw_profile("exif", b"Exif\0\0" + exif)
    chunk = png.text(name, text) if kind == "tEXt" else png.compressed(name, text.encode())
    data = png.file(chunk)
    assert rule(data, ("tIME", "remove: yes")) == data
    if name.endswith("exif"):  # Pillow reads no others
        assert exif_of(rule(data, ("Artist", "replace-with: X"))) == {ARTIST: "X", 0x0112: 1}
    (out,) = png.found(rule(png.file(png.text(name, text)), ("eXIf:Artist", "remove: yes")), "tEXt")
    lines = out.decode().split("\n")
    raw = bytes.fromhex("".join(lines[3:]))
    assert lines[1] == "exif"
    assert int(lines[2]) == len(raw)
    assert raw.startswith(b"Exif\0\0MM")
    assert b"Jane" not in raw
    for whole in ("eXIf", f"{kind}:{name}", kind):
        assert rule(data, (whole, "remove: yes")) == png.file()
    assert rule(data, ("Artist", "remove: yes"), ("Orientation", "remove: yes")) == png.file()


@pytest.mark.parametrize("name", ["exif", "APP1", "xmp", "iptc", "8bim"])
def test_raw_profiles_have_no_values(png: Any, rule: Rule, name: str) -> None:
    keyword = f"Raw profile type {name}"
    data = png.file(png.text(keyword, "\nwhat\n   4\n00ff00ff\n"))
    with pytest.raises(ProfileError):
        rule(data, (f"tEXt:{keyword}", "hash: yes"))
    with pytest.raises(ProfileError):
        rule(data, (f"tEXt:{keyword}", "replace-with: X"))
    with pytest.raises(FileError) as refused:
        rule(data, ("tEXt", "hash: yes"))
    assert refused.value.reason == "wrong-kind"
    assert rule(data, (f"tEXt:{keyword}", "remove: yes")) == png.file()


@pytest.mark.parametrize("text", ["", "not hex", "\nexif\n      9\n00ff\n", "\nexif\n  2\n00fz\n"])
def test_raw_profiles_that_cannot_be_read(png: Any, rule: Rule, text: str) -> None:
    data = png.file(png.text("Raw profile type exif", text))
    with pytest.raises(FileError) as refused:
        rule(data, ("Artist", "remove: yes"))
    assert refused.value.reason == "unparsed-region"
    assert rule(data, ("tEXt", "remove: yes"), ("Artist", "remove: yes")) == png.file()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["dc:creator", "xmp:dc:creator", "XMP.DC:Creator"])
def test_properties_by_name(png: Any, rule: Rule, packed: bool, name: str) -> None:
    data = png.file(png.packet(XMP, packed=packed))
    out = rule(data, (name, "remove: yes"), ("xmp:CreateDate", "increment-date: yes"), settings="date-increment: -17")
    with Image.open(io.BytesIO(out)) as image:
        image.load()
        text = image.info["XML:com.adobe.xmp"]
    assert "Ada" not in text
    assert "2001-01-17" in text
    assert png.types(out) == png.types(data)


@pytest.mark.parametrize("name", ["XMP", "iTXt:XML:com.adobe.xmp", "iTXt"])
def test_the_packet_as_a_whole(png: Any, rule: Rule, name: str) -> None:
    data = png.file(png.packet(XMP))
    assert rule(data, (name, "remove: yes")) == png.file()
    if name != "iTXt":
        with pytest.raises(ProfileError):
            rule(data, (name, "hash: yes"))
        with pytest.raises(ProfileError):
            rule(data, (name, "replace-with: X"))
    else:
        with pytest.raises(FileError) as refused:
            rule(data, (name, "hash: yes"))
        assert refused.value.reason == "wrong-kind"


def test_the_packet_can_be_replaced_by_another(png: Any, rule: Rule) -> None:
    data = png.file(png.packet(XMP))
    out = rule(data, ("iTXt:XML:com.adobe.xmp", "replace-with: <x:xmpmeta xmlns:x='adobe:ns:meta/'/>"))
    assert png.found(out, "iTXt") == [b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"]


def test_exif_names_reach_the_properties_that_mirror_them(png: Any, rule: Rule) -> None:
    mirror = "<exif:UserComment>Jane Doe</exif:UserComment>"
    exif = png.exif(png.ascii(ARTIST, "x"))
    data = png.file(png.chunk(b"eXIf", exif), png.packet(mirror))
    assert b"Jane" not in rule(data, ("exif:UserComment", "remove: yes"))
    assert rule(data, ("eXIf:UserComment", "remove: yes")) == data
    assert b"Jane" not in rule(data, ("xmp:exif:UserComment", "remove: yes"))


@pytest.mark.parametrize("text", [b"<broken", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff\xfe<"])
def test_xmp_that_cannot_be_read(png: Any, rule: Rule, text: bytes) -> None:
    data = png.file(png.international("XML:com.adobe.xmp", text))
    with pytest.raises(FileError) as refused:
        rule(data, ("dc:creator", "remove: yes"))
    assert refused.value.reason == "unparsed-region"
    assert rule(data, ("XMP", "remove: yes"), ("dc:creator", "remove: yes")) == png.file()


def test_xmp_in_other_places(png: Any, rule: Rule) -> None:
    """XMP stands in hex digits and in EXIF as well; a property is reached wherever it is."""
    packet = png.xmp(XMP)
    header = b"http://ns.adobe.com/xap/1.0/\0"
    data = png.file(
        png.text("Raw profile type xmp", png.raw_profile("xmp", packet)),
        png.text("Raw profile type APP1", png.raw_profile("generic", header + packet)),
        png.chunk(b"eXIf", png.exif((XMP_TAG, 1, len(packet), packet), png.ascii(ARTIST, "x"))),
    )
    out = rule(data, ("dc:creator", "remove: yes"))
    (exif,) = png.found(out, "eXIf")
    texts = [bytes.fromhex("".join(body.decode().split("\n")[3:])) for body in png.found(out, "tEXt")]
    assert texts[1].startswith(header)
    for found in (exif, *texts):
        assert b"Ada" not in found
        assert b"2001-02-03" in found
    assert png.types(rule(data, ("XMP", "remove: yes"))) == ["IHDR", "eXIf", "IDAT", "IEND"]


def test_xmp_within_exif_keeps_its_field_type(png: Any, rule: Rule) -> None:
    packet = png.xmp(XMP + " " * (-len(png.xmp(XMP)) % 4))
    entry = (XMP_TAG, 4, len(packet) // 4, packet)
    data = png.file(png.chunk(b"eXIf", png.exif(entry, png.ascii(ARTIST, "x"))))
    for more in range(5):
        text = "A" * (len("Ada Creatrix") + more)
        numbers = exif_of(rule(data, ("dc:creator", f"replace-with: {text}")))[XMP_TAG]
        found = struct.pack(f">{len(numbers)}I", *numbers).rstrip(b"\0")
        assert f"<rdf:li>{text}</rdf:li>".encode() in found
        assert found.endswith(b'<?xpacket end="w"?>')


def test_regex_reaches_tags_and_properties(png: Any, rule: Rule) -> None:
    exif = png.exif(png.ascii(ARTIST, "Jane Doe"), png.ascii(DATE, "2020:01:31 10:00:00"))
    data = png.file(png.chunk(b"eXIf", exif), png.packet(XMP), png.text("Artist", "left"))
    out = rule(data, ("re:eXIf:Artist|.*creator", "remove: yes"))
    assert b"Jane" not in out
    assert b"Ada" not in out
    assert b"left" in out
    moved = rule(data, ("re:.*Date", "increment-datetime: yes"), settings="date-increment: 1")
    assert b"2020:02:01 10:00:00" in moved
    assert b"2001-02-04" in moved


def test_regex_for_values_reaches_all_within_a_structure_or_refuses(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"eXIf", png.exif(png.ascii(ARTIST, "Jane Doe"))), png.packet(XMP))
    out = rule(data, ("re:.*", "hash: yes"))
    assert b"Jane" not in out
    assert b"Ada" not in out
    assert png.types(out) == png.types(data)
    for regex in ("re:eXIf$", "re:iTXt"):
        with pytest.raises(FileError) as refused:
            rule(data, (regex, "hash: yes"))
        assert refused.value.reason == "wrong-kind"


def test_tags_are_read_for_names(png: Any, tagged: bytes, deidentify: Any) -> None:
    body = """
filenames:
  - input-regex: .*
    output: "{Artist}-{eXIf:DateTime}.png"
fields:
  - name: Artist
    replace-with: anon
"""
    assert deidentify(tagged, body).name == "anon-2020_01_31 10_00_00.png"
