"""Values that a tag cannot hold or give, and packets that cannot be read, are refused with a reason."""

from __future__ import annotations

import struct
from decimal import Decimal

import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit.kinds import Form, Kind, Opaque, Value
from deidentikit_image_metadata import xmpnodes
from deidentikit_image_metadata.ifd import Stored
from deidentikit_image_metadata.tags import lookup
from deidentikit_image_metadata.values import decode, encode
from deidentikit_image_metadata.xmp import Packet

SHORT = Stored(3, b"\1\0", "<")
RATIONAL = Stored(5, struct.pack("<2I", 72, 1), "<")
DOUBLE = Stored(12, struct.pack("<d", 0.5), "<")
DEGREES = Stored(5, struct.pack("<6I", 52, 1, 30, 1, 0, 1), "<")
COMMENT = Stored(7, b"ASCII\0\0\0Jane Doe", "<")
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def refused(reason: str) -> pytest.RaisesExc[FieldError]:
    return pytest.raises(FieldError, check=lambda error: error.reason == reason)


@pytest.mark.parametrize(
    ("name", "before", "kind", "values", "reason"),
    [
        ("Orientation", SHORT, Kind.BYTES, [b"\1"], "wrong-kind"),
        ("Orientation", SHORT, Kind.NUMBER, [], "wrong-kind"),
        ("Orientation", SHORT, Kind.NUMBER, [Decimal(1), Decimal(2)], "wrong-kind"),
        ("Orientation", SHORT, Kind.NUMBER, [Decimal("NaN")], "wrong-kind"),
        ("Orientation", SHORT, Kind.NUMBER, ["8"], "wrong-kind"),
        ("Orientation", SHORT, Kind.NUMBER, [Decimal("1.5")], "out-of-range"),
        ("Orientation", SHORT, Kind.NUMBER, [Decimal(70_000)], "out-of-range"),
        ("Orientation", SHORT, Kind.NUMBER, [Decimal("1E40")], "out-of-range"),
        ("Orientation", SHORT, Kind.NATIVE, ["1 2"], "wrong-kind"),
        ("Orientation", SHORT, Kind.NATIVE, [" "], "wrong-kind"),
        ("Orientation", SHORT, Kind.NATIVE, ["upright"], "wrong-kind"),
        ("Orientation", SHORT, Kind.TEXT, [Opaque(b"\xff")], "wrong-kind"),
        ("XResolution", RATIONAL, Kind.NUMBER, [Decimal("1E12")], "out-of-range"),
        ("XResolution", RATIONAL, Kind.NUMBER, [Decimal("1E40")], "out-of-range"),
        ("GPSLatitude", DEGREES, Kind.NUMBER, [Decimal(-1)], "out-of-range"),
        ("GPSLatitude", DEGREES, Kind.NUMBER, [Decimal("Infinity")], "wrong-kind"),
        ("UserComment", COMMENT, Kind.NATIVE, ["one", "two"], "wrong-kind"),
    ],
)
def test_results_that_do_not_fit(
    name: str, before: Stored, kind: Kind, values: list[Value | None], reason: str
) -> None:
    with refused(reason):
        encode(lookup(name)[0], before, values, Form(kind))


def test_numbers_that_fit_nearly_enough() -> None:
    (tag,) = lookup("XResolution")
    assert encode(tag, RATIONAL, [Decimal("1E-40")], Form(Kind.NUMBER)).data == struct.pack("<2I", 0, 1)
    assert encode(tag, DOUBLE, [Decimal("0.25")], Form(Kind.NUMBER)).data == struct.pack("<d", 0.25)
    assert encode(tag, RATIONAL, [b"12345678"], Form(Kind.BYTES)).data == b"12345678"


@pytest.mark.parametrize(
    ("name", "before", "reason"),
    [
        ("Orientation", Stored(3, b"\1\0\1", "<"), "undecodable"),
        ("XResolution", Stored(5, struct.pack("<2I", 1, 0), "<"), "wrong-kind"),
        ("XResolution", Stored(12, struct.pack("<d", float("inf")), "<"), "wrong-kind"),
        ("XResolution", Stored(12, struct.pack("<d", float("nan")), "<"), "wrong-kind"),
        ("GPSLatitude", Stored(5, bytes(24), "<"), "wrong-kind"),
    ],
)
def test_values_that_are_no_numbers(name: str, before: Stored, reason: str) -> None:
    with refused(reason):
        decode(lookup(name)[0], before, Form(Kind.NUMBER))


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("XPAuthor", b"odd", b"odd"),
        ("XPAuthor", b"\0\xd8a\0", b"\0\xd8a\0"),
        ("UserComment", b"UNICODE\0\0\xd8a\0", b"\0\xd8a\0"),
        ("UserComment", b"JIS\0\0\0\0\0\xff\xff", b"\xff\xff"),
    ],
)
def test_text_that_cannot_be_decoded_stays_as_it_is(name: str, data: bytes, text: bytes) -> None:
    (tag,) = lookup(name)
    before = Stored(1 if name == "XPAuthor" else 7, data, "<")
    values = decode(tag, before, Form(Kind.TEXT))
    assert values == [Opaque(text)]
    assert encode(tag, before, values, Form(Kind.TEXT)) == before
    assert encode(tag, before, [Opaque(b"\xfe\xff")], Form(Kind.TEXT)).data.endswith(b"\xfe\xff")


@pytest.mark.parametrize("text", ["", "70000", "0x10000", "99999999999999999999", "0xZZ"])
def test_names_that_no_tag_has(text: str) -> None:
    with pytest.raises(ValueError, match="is no tag"):
        lookup(text)


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        ("", "xmp-malformed"),
        ("<!-- nothing -->", "xmp-malformed"),
        (f"<x><rdf:RDF {RDF}/><rdf:RDF {RDF}/></x>", "xmp-malformed"),
        ("<!DOCTYPE x><x/>", "xmp-entities"),
    ],
)
def test_packets_that_cannot_be_read(packet: str, reason: str) -> None:
    with pytest.raises(FileError) as caught:
        Packet(packet.encode())
    assert caught.value.reason == reason


def test_packets_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmpnodes, "MAX_BYTES", 10)
    with pytest.raises(FileError) as caught:
        Packet(b"<x>Jane Doe</x>")
    assert caught.value.reason == "xmp-limit"


def packet(creator: str) -> Packet:
    body = f"<rdf:Description><dc:creator>{creator}</dc:creator></rdf:Description>"
    return Packet(f"<rdf:RDF {RDF}>{body}</rdf:RDF>".encode())


def test_arrays_in_arrays_are_reached() -> None:
    inner = "<rdf:Seq><rdf:li>Jane</rdf:li><rdf:li>Doe</rdf:li></rdf:Seq>"
    found = packet(f"<rdf:Seq><rdf:li>{inner}</rdf:li></rdf:Seq>")
    paths = {each.path: each for each in found.properties}
    assert list(paths) == ["dc:creator", "dc:creator[1]"]
    assert paths["dc:creator[1]"].read(Form(Kind.TEXT)) == ["Jane", "Doe"]
    paths["dc:creator[1]"].write(["A", "B"], Form(Kind.TEXT))
    assert b"<rdf:li>A</rdf:li><rdf:li>B</rdf:li>" in found.to_bytes()


@pytest.mark.parametrize(
    "items",
    [
        '<rdf:li rdf:parseType="Resource"><dc:title>Jane</dc:title></rdf:li>',
        '<rdf:li rdf:parseType="Resource"><dc:title>Jane</dc:title></rdf:li><rdf:li>Doe</rdf:li>',
        '<rdf:li>Doe</rdf:li><rdf:li dc:title="Jane"/>',
        "<rdf:li>Doe</rdf:li><rdf:li><rdf:Bag><rdf:li>Jane</rdf:li></rdf:Bag></rdf:li>",
    ],
)
def test_no_action_on_values_leaves_a_part_of_an_array(items: str) -> None:
    (whole,) = packet(f"<rdf:Seq>{items}</rdf:Seq>").find("dc:creator")
    for kind in (Kind.TEXT, Kind.BYTES):
        with refused("wrong-kind"):
            whole.read(Form(kind))
    for values in (["X"], ["X", "Y"], []):
        with refused("wrong-kind"):
            whole.write(values, Form(Kind.NATIVE))
    whole.remove()
    assert b"Jane" not in whole.packet.to_bytes()
