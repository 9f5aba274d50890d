"""Values of tags are read in the kinds that actions ask for, and written in their own spelling."""

from __future__ import annotations

import struct
from decimal import Decimal
from fractions import Fraction

import pytest
from deidentikit.errors import FieldError
from deidentikit.kinds import Form, Kind, Moment, Opaque
from deidentikit.kinds import Value as Typed
from deidentikit_image_metadata.ifd import IfdKind, Stored
from deidentikit_image_metadata.numbers import NUMERIC, Numbers, rational
from deidentikit_image_metadata.tags import all_tags, lookup, tag_of
from deidentikit_image_metadata.values import check_literal, decode, encode, limits
from hypothesis import given
from hypothesis import strategies as st

TEXT = Form(Kind.TEXT)
NUMBER = Form(Kind.NUMBER)
DATETIME = Form(Kind.DATETIME)
NATIVE = Form(Kind.NATIVE)


def stored(type: int, data: bytes, order: str = "<") -> Stored:
    return Stored(type, data, order)


def read(name: str, value: Stored, form: Form = TEXT) -> list[Typed | None]:
    return decode(lookup(name)[0], value, form)


def write(name: str, value: Stored, values: list[Typed | None], form: Form = TEXT) -> bytes:
    return encode(lookup(name)[0], value, values, form).data


def rationals(*parts: int, order: str = "<", code: str = "I") -> bytes:
    return struct.pack(f"{order}{len(parts)}{code}", *parts)


@pytest.mark.parametrize("name", ["Artist", "artist", "ARTIST", "0x013B", "0X13b", "315"])
def test_a_tag_goes_by_name_in_any_case_and_by_number(name: str) -> None:
    assert [(tag.number, tag.name) for tag in lookup(name)] == [(315, "Artist")]


def test_names_that_two_tags_go_by_give_both() -> None:
    assert {tag.number for tag in lookup("SerialNumber")} == {0xA431, 0xFDE9}


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'ImageDescription'"):
        lookup("ImageDescripton")
    with pytest.raises(ValueError, match="0 to 65535"):
        lookup("70000")


def test_numbers_mean_other_tags_in_the_gps_ifd() -> None:
    assert tag_of(IfdKind.GPS, 1).name == "GPSLatitudeRef"
    assert tag_of(IfdKind.INTEROP, 1).name == "InteroperabilityIndex"
    assert tag_of(IfdKind.EXIF, 0xC0DE).name == "0xC0DE"


def test_every_tag_of_the_table_has_one_number_and_one_name() -> None:
    tags = list(all_tags().values())
    assert len({tag.name.casefold() for tag in tags}) == len(tags)
    assert all(limits(tag).kinds for tag in tags)


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"Jane Doe\0", ["Jane Doe"]),
        (b"Jane Doe", ["Jane Doe"]),
        (b"Jane\0Doe\0", ["Jane", "Doe"]),
        (b"Jane\0\0Doe\0\0\0", ["Jane", None, "Doe"]),
        ("Müller\0".encode(), ["Müller"]),
        ("Müller\0".encode("latin-1"), ["Müller"]),
        (b"\x81\x8d\xff\0", [Opaque(b"\x81\x8d\xff")]),
        (b"\0\0\0", []),
        (b"      \0", []),
    ],
)
def test_ascii_is_read_as_texts(data: bytes, texts: list[Typed | None]) -> None:
    value = stored(2, data)
    assert read("Artist", value) == texts
    assert encode(lookup("Artist")[0], value, texts, TEXT) == value


def test_ascii_is_written_with_its_nul() -> None:
    assert write("Artist", stored(2, b"Jane\0Doe\0"), [None, "X"]) == b"Jane\0X\0"
    assert write("Artist", stored(2, b"Jane\0Doe\0"), ["Ünal"], NATIVE) == "Ünal\0".encode()
    assert write("Artist", stored(2, b"Jane\0"), [], NATIVE) == b"\0"
    with pytest.raises(FieldError, match="charset"):
        write("Artist", stored(2, b"Jane\0"), ["a\0b"])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"ASCII\0\0\0Jane Doe", "Jane Doe"),
        (bytes(8) + b"Jane Doe\0\0", "Jane Doe"),
        (b"Jane Doe", "Jane Doe"),
        (b"UNICODE\0" + "Jane Doe".encode("utf-16-le"), "Jane Doe"),
        (b"UNICODE\0" + "Jane Doe".encode("utf-16-be"), "Jane Doe"),
        (b"UNICODE\0" + b"\xfe\xff" + "Ωmega".encode("utf-16-be"), "Ωmega"),
        (b"JIS\0\0\0\0\0" + "日本".encode("iso2022_jp"), "日本"),
    ],
)
def test_user_comments_say_their_character_set(data: bytes, text: str, order: str) -> None:
    value = stored(7, data, order)
    assert read("UserComment", value) == [text]
    assert encode(lookup("UserComment")[0], value, [text], TEXT) == value
    for new in ("REDACTED", "日本語 ö"):
        assert read("UserComment", stored(7, write("UserComment", value, [new], NATIVE), order)) == [new]


def test_blank_user_comments_are_empty() -> None:
    assert read("UserComment", stored(7, b"ASCII\0\0\0      ")) == []
    assert read("UserComment", stored(7, bytes(100))) == []


def test_xp_tags_hold_utf16_in_bytes() -> None:
    value = stored(1, "Jane 日\0".encode("utf-16-le"), ">")
    assert read("XPAuthor", value) == ["Jane 日"]
    assert write("XPAuthor", value, ["X"]) == b"X\0\0\0"


def test_undefined_values_are_text_only_where_they_read_as_text() -> None:
    assert read("ExifVersion", stored(7, b"0232")) == ["0232"]
    assert write("ExifVersion", stored(7, b"0232"), ["0300"], NATIVE) == b"0300"
    with pytest.raises(FieldError, match="too-long"):
        write("ExifVersion", stored(7, b"0232"), ["Jane Doe"], NATIVE)
    note = b"Nikon\0\2\x10\0"
    assert read("MakerNote", stored(7, note)) == [Opaque(note)]
    assert read("MakerNote", stored(7, note), Form(Kind.BYTES)) == [note]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020:01:02 03:04:05", Moment(2020, 1, 2, 3, 4, 5)),
        ("2020:01:02", Moment(2020, 1, 2)),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
    ],
)
@pytest.mark.parametrize("kind", [Kind.DATE, Kind.DATETIME])
def test_dates_are_read_and_keep_their_spelling(text: str, moment: Moment | None, kind: Kind) -> None:
    value = stored(2, text.encode() + b"\0")
    values = read("DateTimeOriginal", value, Form(kind))
    assert values == [moment]
    assert encode(lookup("DateTimeOriginal")[0], value, values, Form(kind)) == value


def test_a_moved_date_is_spelled_as_exif_does() -> None:
    value = stored(2, b"2020:01:02 03:04:05\0")
    assert write("DateTime", value, [Moment(2019, 12, 16, 3, 4, 5)], DATETIME) == b"2019:12:16 03:04:05\0"
    named = Form(Kind.DATETIME, "%Y-%m-%d")
    assert read("DateTime", stored(2, b"2020-01-02\0"), named) == [Moment(2020, 1, 2)]
    with pytest.raises(FieldError, match="wrong-kind"):
        read("DateTime", stored(2, b"yesterday\0"), DATETIME)


@pytest.mark.parametrize("order", ["<", ">"])
def test_whole_numbers(order: str) -> None:
    value = stored(3, struct.pack(order + "2H", 7, 65535), order)
    assert read("ISOSpeedRatings", value) == ["7", "65535"]
    assert read("ISOSpeedRatings", value, NUMBER) == [7, 65535]
    assert write("ISOSpeedRatings", value, [Decimal(8), Decimal(65535)], NUMBER) == struct.pack(order + "2H", 8, 65535)
    assert write("ISOSpeedRatings", value, ["12 13"], NATIVE) == struct.pack(order + "2H", 12, 13)
    for wrong in (Decimal(65536), Decimal(-1), Decimal("1.5"), Decimal("1e30")):
        with pytest.raises(FieldError, match="out-of-range"):
            write("ISOSpeedRatings", value, [wrong, Decimal(1)], NUMBER)
    with pytest.raises(FieldError, match="wrong-kind"):
        write("ISOSpeedRatings", value, ["Jane"], NATIVE)
    with pytest.raises(FieldError, match="wrong-kind"):
        write("ISOSpeedRatings", value, [], NATIVE)


def test_rationals_keep_the_denominator_they_had() -> None:
    value = stored(5, rationals(720, 10))
    assert read("XResolution", value) == ["72"]
    assert write("XResolution", value, [Decimal(72)], NUMBER) == value.data
    assert write("XResolution", value, [Decimal("72.5")], NUMBER) == rationals(725, 10)
    assert write("XResolution", value, ["1/3"], NATIVE) == rationals(1, 3)
    assert read("XResolution", stored(5, rationals(1, 3))) == ["1/3"]
    third = stored(5, rationals(1, 3))
    assert write("XResolution", third, read("XResolution", third, NUMBER), NUMBER) == third.data
    assert read("XResolution", stored(5, rationals(0, 0))) == ["0/0"]
    with pytest.raises(FieldError, match="wrong-kind"):
        read("XResolution", stored(5, rationals(1, 0)), NUMBER)


@given(st.fractions(min_value=0, max_value=1 << 32), st.integers(1, 1 << 32))
def test_rationals_come_near_and_fit(number: Fraction, denominator: int) -> None:
    high = (1 << 32) - 1
    if number > high:
        return
    top, bottom = rational(number, high, min(denominator, high))
    assert 0 <= top <= high
    assert 0 < bottom <= high
    assert abs(Fraction(top, bottom) - number) <= Fraction(1, 2) + number / 1_000_000


@given(st.sampled_from(sorted(NUMERIC)), st.sampled_from("<>"), st.binary(min_size=8, max_size=8))
def test_any_number_given_back_leaves_its_bytes(type: int, order: str, data: bytes) -> None:
    tag = tag_of(IfdKind.EXIF, 0xC0DE)
    value = stored(type, data, order)
    texts = decode(tag, value, TEXT)
    assert encode(tag, value, texts, TEXT) == value
    assert Numbers(type).pack(Numbers(type).unpack(data, order), order) == data or type in (11, 12)


@pytest.mark.parametrize(
    ("parts", "degrees"),
    [
        ((48, 1, 51, 1, 2345, 100), "48.856513888888889"),
        ((48, 1, 5139, 100, 0, 1), "48.8565"),
        ((488565, 10000, 0, 1, 0, 1), "48.8565"),
    ],
)
def test_a_coordinate_is_one_number_of_degrees(parts: tuple[int, ...], degrees: str) -> None:
    value = stored(5, rationals(*parts))
    assert read("GPSLatitude", value, NUMBER) == [Decimal(degrees)]
    assert write("GPSLatitude", value, [Decimal(degrees)], NUMBER) == value.data
    moved = stored(5, write("GPSLatitude", value, [Decimal("47.25")], NUMBER))
    assert read("GPSLatitude", moved, NUMBER) == [Decimal("47.25")]
    with pytest.raises(FieldError, match="out-of-range"):
        write("GPSLatitude", value, [Decimal("-0.5")], NUMBER)
    with pytest.raises(FieldError, match="out-of-range"):
        write("GPSLatitude", value, [Decimal("90.5")], NUMBER)


@given(st.decimals(0, 180, places=6))
def test_coordinates_are_divided_without_loss_that_matters(degrees: Decimal) -> None:
    value = stored(5, rationals(1, 1, 2, 1, 345, 100))
    (back,) = read("GPSLongitude", stored(5, write("GPSLongitude", value, [degrees], NUMBER)), NUMBER)
    assert isinstance(back, Decimal)
    assert abs(back - degrees) < Decimal("0.00000002")


def test_literals_are_checked_before_a_run() -> None:
    assert check_literal(lookup("Artist")[0], "REDACTED") is None
    assert check_literal(lookup("GPSLatitude")[0], "12.5") is None
    assert check_literal(lookup("GPSLatitude")[0], "12 30 0") is None
    assert "Orientation" in str(check_literal(lookup("Orientation")[0], "upright"))


def test_errors_never_show_a_value() -> None:
    for form in (NUMBER, DATETIME):
        with pytest.raises(FieldError) as caught:
            read("Artist", stored(2, b"Jane Doe\0"), form)
        assert "Jane" not in str(caught.value)
