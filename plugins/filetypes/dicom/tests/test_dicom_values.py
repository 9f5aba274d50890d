"""Bytes of data elements to typed values and back."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from deidentikit.errors import FieldError
from deidentikit.kinds import Form, Kind, Moment, Opaque, PersonName, Span, Value
from deidentikit_dicom.values import Encoding, check_literal, decode, encode, limits, texts
from hypothesis import given, settings
from hypothesis import strategies as st

ASCII = Encoding.of(None)
LATIN = Encoding.of(b"ISO_IR 100")
TEXT = Form(Kind.TEXT)
UID = Form(Kind.UID)
NUMBER = Form(Kind.NUMBER)
DATE = Form(Kind.DATE)
DATETIME = Form(Kind.DATETIME)
NATIVE = Form(Kind.NATIVE)
BYTES = Form(Kind.BYTES)
STRINGS = ("AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT")
NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}


def read(vr: str, raw: bytes, form: Form = TEXT, encoding: Encoding = ASCII) -> list[Value | None]:
    return decode(vr, raw, form, encoding, True)


def write(
    vr: str,
    values: Sequence[Value | None],
    form: Form = TEXT,
    original: bytes | None = None,
    encoding: Encoding = ASCII,
) -> bytes:
    return encode(vr, values, form, original, encoding, True)


def moved(vr: str, raw: bytes, days: float, form: Form = DATE, encoding: Encoding = ASCII) -> bytes:
    """The value field after each of its dates moved."""
    delta = timedelta(days=days)
    values: list[Value | None] = []
    for value in read(vr, raw, form, encoding):
        if isinstance(value, Moment):
            values.append(value.shift(delta))
        elif isinstance(value, Span):
            values.append(Span(value.start and value.start.shift(delta), value.end and value.end.shift(delta)))
        else:
            values.append(value)
    return write(vr, values, form, raw, encoding)


def reason(vr: str, values: Sequence[Value | None], form: Form = TEXT, original: bytes | None = None) -> str:
    with pytest.raises(FieldError) as caught:
        write(vr, values, form, original)
    for value in values:
        assert str(value) not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize(
    ("vr", "raw", "values"),
    [
        ("LO", b"MRN00123", ["MRN00123"]),
        ("LO", b"MRN00123 ", ["MRN00123"]),
        ("LO", b" 007\0", [" 007"]),
        ("LO", b"A\\\\ \\B ", ["A", None, None, "B"]),
        ("LO", b"\\", [None, None]),
        ("LO", b"  ", []),
        ("LO", b"\0\0", []),
        ("LO", b"", []),
        ("LT", b"one\\two\r\n", ["one\\two\r\n"]),
        ("AE", b" STORE  ", ["STORE"]),
        ("UI", b"1.2.3\0", ["1.2.3"]),
        ("UI", b"1.2.3 \\1.4\0", ["1.2.3", "1.4"]),
        ("PN", b"Doe^Jane= ", ["Doe^Jane"]),
        ("IS", b" 12 \\+3", ["12", "+3"]),
        ("US", b"\x05\x00\x01\x02", ["5", "513"]),
        ("SS", b"\xff\xff", ["-1"]),
        ("FL", struct.pack("<f", 0.1), ["0.1"]),
        ("FD", struct.pack("<d", 0.1), ["0.1"]),
        ("AT", b"\x10\x00\x20\x00", ["00100020"]),
        ("UN", b"JONES\0", ["JONES"]),
        ("UN", b"A\\B ", ["A", "B"]),
        ("OB", b"A\\B\0", ["A\\B"]),
        ("ZZ", b"JONES ", ["JONES"]),
    ],
)
def test_text(vr: str, raw: bytes, values: list[Value | None]) -> None:
    assert read(vr, raw) == values
    assert not values or write(vr, values, TEXT, raw) == raw


def test_a_person_name_is_told_from_other_text() -> None:
    (name,) = read("PN", b"Doe^Jane")
    assert isinstance(name, PersonName)


@pytest.mark.parametrize(
    ("vr", "raw", "value"),
    [
        ("LO", b"M\xfcller ", b"M\xfcller"),
        ("CS", b"M\xc4NNLICH", b"M\xc4NNLICH"),
        ("PN", b"M\xfcller^J", b"M\xfcller^J"),
        ("UN", b"\x01\x02\x03", b"\x01\x02\x03"),
        ("OB", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe0"),
        ("US", b"\x01\x02\x03", b"\x01\x02\x03"),
        ("AT", b"\x01\x02\x03", b"\x01\x02\x03"),
    ],
)
def test_what_does_not_decode_is_opaque_and_goes_back_as_it_was(vr: str, raw: bytes, value: bytes) -> None:
    (found,) = read(vr, raw)
    assert isinstance(found, Opaque)
    assert found == value
    assert write(vr, [found], TEXT, raw) == raw
    with pytest.raises(FieldError) as caught:
        read(vr, raw, NUMBER)
    assert caught.value.reason in ("undecodable", "wrong-kind")


def test_one_opaque_value_among_several_leaves_the_others() -> None:
    assert read("LO", b"A\\M\xfcller") == ["A", b"M\xfcller"]
    assert write("LO", ["X", Opaque(b"M\xfcller")], TEXT, b"A\\M\xfcller") == b"X\\M\xfcller"


@pytest.mark.parametrize(
    ("vr", "values", "original", "raw"),
    [
        ("LO", ["X"], b"MRN00123", b"X "),
        ("UI", ["1.2"], b"1.2.3\0", b"1.2\0"),
        ("LO", ["X", None, "B"], b"A \\ \\B ", b"X\\ \\B "),
        ("LO", ["XX", "B"], b"A\\B ", b"XX\\B"),
        ("UI", ["1.22", "1.3"], b"1.2\\1.3\0", b"1.22\\1.3"),
        ("UI", ["1.2", "1.44"], b"1.2\\1.3\0", b"1.2\\1.44"),
        ("LO", ["X"], b"A\\B", b"X "),
        ("LO", [], b"A\\B", b""),
        ("LO", [""], b"AB", b""),
        ("CS", ["abc"], b"ABC ", b"abc "),
        ("UN", ["1412"], b"\x01\x02", b"1412"),
        ("UN", ["abc"], b"\x01\x02", b"abc "),
        ("OB", ["abc"], b"\x01\x02", b"abc\0"),
        ("LT", ["a\\b"], b"x", b"a\\b "),
    ],
)
def test_a_new_text_is_padded_and_the_rest_kept(
    vr: str, values: list[Value | None], original: bytes, raw: bytes
) -> None:
    assert write(vr, values, TEXT, original) == raw


def test_text_in_the_files_character_set() -> None:
    assert read("LO", b"M\xfcller", TEXT, LATIN) == ["Müller"]
    assert write("LO", ["Mäller"], TEXT, b"M\xfcller", LATIN) == b"M\xe4ller"
    assert reason("LO", ["Mäller"]) == "charset"
    assert reason("CS", ["Ä"]) == "charset"
    with pytest.raises(FieldError, match="charset"):
        encode("CS", ["Ä"], TEXT, None, LATIN, True)


def test_a_code_in_the_files_character_set_is_read_but_not_written() -> None:
    chinese = Encoding.of(b"GB18030")
    raw = "男\\女".encode("gb18030")
    assert read("CS", raw, TEXT, chinese) == ["男", "女"]
    assert write("CS", ["M", "女"], TEXT, raw, chinese) == b"M\\" + "女".encode("gb18030")
    with pytest.raises(FieldError, match="charset"):
        write("CS", ["男男", "女"], TEXT, raw, chinese)


@pytest.mark.parametrize(
    ("raw", "days", "expected"),
    [
        (b"20200220", 10, b"20200301"),
        (b"20200220\0\0", 10, b"20200301"),
        (b" 20200220 ", 10, b"20200301"),
        (b"1990.01.02", 10, b"1990.01.12"),
        (b"198503", 31, b"198504"),
        (b"1985", 400, b"1986"),
        (b"1985", 10, b"1985"),
        (b"20200101-20200131", 1, b"20200102-20200201 "),
        (b"20200101-", 1, b"20200102- "),
        (b"-20200131", 1, b"-20200201 "),
        (b"1985-1990", 0, b"1985-1990"),
        (b"20200101\\20200228", 1, b"20200102\\20200229 "),
        (b"20200101\\\\1985", 400, b"20210204\\\\1986"),
        (b"20200101", 0.5, b"20200101"),
        (b"20200101", -0.5, b"20191231"),
    ],
)
def test_dates(raw: bytes, days: float, expected: bytes) -> None:
    assert moved("DA", raw, days) == expected
    assert moved("DA", raw, days, DATETIME) == expected
    assert moved("DA", raw, 0) == raw


@pytest.mark.parametrize(
    ("raw", "days", "expected"),
    [
        (b"20200220101530.250000+0100", 1, b"20200221101530.250000+0100"),
        (b"20190101120000\\20190102120000.25+0100", 10, b"20190111120000\\20190112120000.25+0100 "),
        (b"202011151230", 1, b"202011161230"),
        (b"2020111512", 1, b"2020111612"),
        (b"20201115", 1, b"20201116"),
        (b"202011", 31, b"202012"),
        (b"2020", 0, b"2020"),
        (b"20201115-0500", 1, b"20201116-0500 "),
        (b"20200101-20200131", 1, b"20200102-20200201 "),
        (b"2020-2021", 0, b"2020-2021"),
        (b"20200101101500+0100-20200102101500+0100", 1, b"20200102101500+0100-20200103101500+0100 "),
        (b"1990.01.02", 1, b"1990.01.03"),
        (b"20161231235960", 1, b"20170101235960"),
        (b"20200101120000", 0.5, b"20200102000000"),
    ],
)
def test_datetimes(raw: bytes, days: float, expected: bytes) -> None:
    assert moved("DT", raw, days, DATETIME) == expected
    assert moved("DT", raw, 0, DATE) == raw


@pytest.mark.parametrize("raw", [b"00000000", b"20201301", b"202002011", b"19.1.1990", b"ANON", b"2020-02-20", b"-"])
@pytest.mark.parametrize("vr", ["DA", "DT"])
def test_what_is_no_date_is_refused(vr: str, raw: bytes) -> None:
    with pytest.raises(FieldError) as caught:
        read(vr, raw, DATE)
    assert caught.value.reason == "wrong-kind"
    assert raw.decode() not in str(caught.value) or raw == b"-"


def test_dates_are_not_looked_for_in_times_and_names() -> None:
    for vr in ("TM", "AS", "PN", "UI", "IS", "DS", "US", "OW"):
        with pytest.raises(FieldError) as caught:
            read(vr, b"101530", DATE)
        assert caught.value.reason == "wrong-kind"


@pytest.mark.parametrize(
    ("vr", "raw", "form", "expected"),
    [
        ("LT", b"2020-02-28", Form(Kind.DATE, "%Y-%m-%d", True), b"2020-03-02"),
        ("LO", b"28/02/2020 23:30", Form(Kind.DATETIME, "%d/%m/%Y %H:%M", True), b"02/03/2020 23:30"),
        ("LO", b"20200228", DATE, b"20200302"),
        ("DA", b"2020-02-28", Form(Kind.DATE, "%Y-%m-%d"), b"2020-03-02"),
        ("DA", b"28022020", Form(Kind.DATE, "%d%m%Y", True), b"02032020"),
        ("DA", b"20200228", Form(Kind.DATE, "%d%m%Y", True), b"20200302"),
        ("DA", b"20200228", Form(Kind.DATETIME, "%Y%m%d%H%M%S.%f", True), b"20200302"),
        ("DT", b"20200228101530", Form(Kind.DATETIME, "%Y%m%d%H%M%S.%f", True), b"20200302101530.000000 "),
        ("DT", b"20200228101530.25+0100", Form(Kind.DATETIME, "%Y%m%d%H%M%S.%f", True), b"20200302101530.250000+0100"),
        ("DT", b"20200228101530.25", Form(Kind.DATETIME, "%Y%m%d%H%M%S.%f"), b"20200302101530.25 "),
        ("DT", b"202002", Form(Kind.DATETIME, "%Y%m%d%H%M%S.%f", True), b"202002"),
        ("UN", b"20200228", DATE, b"20200302"),
        ("SH", b"1582848000", Form(Kind.DATETIME, "timestamp"), b"1583107200"),
    ],
)
def test_formats_of_the_profile(vr: str, raw: bytes, form: Form, expected: bytes) -> None:
    assert moved(vr, raw, 3, form) == expected


def test_a_date_without_an_original_has_the_parts_it_has() -> None:
    assert write("DA", [Moment(2020, 2, 20, 10, 15)], DATE) == b"20200220"
    assert write("DA", [Moment(1985, 3)], DATE) == b"198503"
    assert write("DT", [Moment(2020, 2, 20, 10, 15, 30, "25", "+0100")], DATETIME) == b"20200220101530.25+0100"
    assert write("DT", [Moment(2020, 2, 20, 10)], DATETIME) == b"2020022010"
    assert write("LO", [Moment(2020, 2, 20)], Form(Kind.DATE, "%Y-%m-%d")) == b"2020-02-20"
    assert write("DA", [Span(None, Moment(2020, 2, 20))], DATE) == b"-20200220 "


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("70.5", b"70.5"),
        ("0.1", b"0.1 "),
        ("-0.00001234567890123456", b"-0.0000123456789"),
        ("1234567.12345678901234", b"1234567.12345679"),
        ("123456789012345678901234", b"1.2345678901E+23"),
        ("99999999999999.9996", b"100000000000000 "),
        ("-1234567890.123456789", b"-1234567890.1235"),
        ("1E-30", b"1.0000000000E-30"),
        ("72.3849201948571029", b"72.3849201948571"),
    ],
)
def test_decimal_strings_fit_sixteen_characters(value: str, text: bytes) -> None:
    assert write("DS", [Decimal(value)], NUMBER, b"1") == text


@pytest.mark.parametrize(
    ("vr", "value", "expected"),
    [
        ("IS", "12.7", b"12"),
        ("IS", "-12.7", b"-12 "),
        ("US", "3.9", b"\x03\x00"),
        ("US", "65535", b"\xff\xff"),
        ("SS", "-32768", b"\x00\x80"),
        ("UL", "4294967295", b"\xff\xff\xff\xff"),
        ("SV", "-5", struct.pack("<q", -5)),
        ("FL", "0.1", struct.pack("<f", 0.1)),
        ("FD", "0.1", struct.pack("<d", 0.1)),
        ("LO", "7.25", b"7.25"),
    ],
)
def test_numbers_are_cut_to_what_the_vr_holds(vr: str, value: str, expected: bytes) -> None:
    assert write(vr, [Decimal(value)], NUMBER) == expected


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("IS", "2147483648"),
        ("US", "65536"),
        ("US", "-1"),
        ("SS", "32768"),
        ("UL", "4294967296"),
        ("SL", "-2147483649"),
        ("UV", "-1"),
        ("SV", "9223372036854775808"),
        ("FL", "1e39"),
        ("UL", "1e400"),
    ],
)
def test_numbers_out_of_range(vr: str, value: str) -> None:
    with pytest.raises(FieldError) as caught:
        write(vr, [Decimal(value)], NUMBER)
    assert caught.value.reason == "out-of-range"


def test_numbers_among_others_keep_their_spelling() -> None:
    assert write("DS", [Decimal("1.50"), Decimal(7)], NUMBER, b" 1.50\\2.0 ") == b" 1.50\\7 "
    assert encode("US", [Decimal(1), Decimal(9)], NUMBER, b"\x00\x01\x00\x02", ASCII, False) == b"\x00\x01\x00\x09"


@pytest.mark.parametrize(
    ("vr", "raw"),
    [
        ("IS", b"12A"),
        ("DS", b"1,5"),
        ("LO", b"twelve"),
        ("FL", struct.pack("<f", float("nan"))),
        ("PN", b"12"),
        ("DA", b"12"),
    ],
)
def test_what_is_no_number_is_refused(vr: str, raw: bytes) -> None:
    with pytest.raises(FieldError) as caught:
        read(vr, raw, NUMBER)
    assert caught.value.reason == "wrong-kind"


@pytest.mark.parametrize(
    ("vr", "text", "raw"),
    [
        ("US", "5", b"\x05\x00"),
        ("US", "1\\2", b"\x01\x00\x02\x00"),
        ("US", "", b""),
        ("SL", "-5", struct.pack("<i", -5)),
        ("FD", "1e3", struct.pack("<d", 1000)),
        ("AT", "(0010,0020)", b"\x10\x00\x20\x00"),
        ("AT", "00100020\\00080018", b"\x10\x00\x20\x00\x08\x00\x18\x00"),
        ("LO", "a\\b", b"a\\b "),
        ("LT", "a\\b", b"a\\b "),
        ("LO", "", b""),
        ("DA", "19000101", b"19000101"),
        ("DA", "20200101-20200131", b"20200101-20200131 "),
        ("TM", "101530.25", b"101530.25 "),
        ("TM", "10:15", b"10:15 "),
        ("TM", "1015-1100", b"1015-1100 "),
        ("DT", "202001011200+0100", b"202001011200+0100 "),
        ("UI", "1.2.840", b"1.2.840\0"),
        ("CS", "anon", b"anon"),
        ("AS", "045Y", b"045Y"),
        ("IS", "12", b"12"),
        ("DS", "1.5e3", b"1.5e3 "),
        ("OB", "new", b"new\0"),
        ("UN", "new", b"new "),
        ("OW", "", b""),
        ("SH", "x" * 16, b"x" * 16),
        ("PN", "x" * 64 + "=" + "y" * 64, b"x" * 64 + b"=" + b"y" * 64 + b" "),
    ],
)
def test_texts_of_the_profile(vr: str, text: str, raw: bytes) -> None:
    assert check_literal(vr, text) is None
    assert write(vr, [text], NATIVE, b"whatever") == raw


@pytest.mark.parametrize(
    ("vr", "text", "code"),
    [
        ("SH", "x" * 17, "too-long"),
        ("LO", "ok\\" + "x" * 65, "too-long"),
        ("PN", "x" * 65, "too-long"),
        ("UI", "1." * 32 + "1", "too-long"),
        ("DS", "1.23456789012345678", "too-long"),
        ("UI", "1.2.x", "wrong-kind"),
        ("UI", "ANON", "wrong-kind"),
        ("DA", "ANON", "wrong-kind"),
        ("DA", "20201301", "wrong-kind"),
        ("DT", "yesterday", "wrong-kind"),
        ("TM", "2560", "wrong-kind"),
        ("IS", "1.5", "wrong-kind"),
        ("IS", "99999999999", "out-of-range"),
        ("DS", "many", "wrong-kind"),
        ("AS", "45", "wrong-kind"),
        ("US", "Jane", "wrong-kind"),
        ("US", "5.5", "wrong-kind"),
        ("US", "70000", "out-of-range"),
        ("AT", "PatientID", "wrong-kind"),
        ("OW", "Jane", "wrong-kind"),
        ("SQ", "Jane", "wrong-kind"),
    ],
)
def test_texts_of_the_profile_that_cannot_be_written(vr: str, text: str, code: str) -> None:
    assert check_literal(vr, text)
    assert reason(vr, [text], NATIVE) == code


@pytest.mark.parametrize(
    ("vr", "value"), [("DA", "d78548327025cac1"), ("UI", "abc"), ("IS", "Jane"), ("TM", "noon"), ("US", "Jane")]
)
def test_the_text_of_an_action_has_to_suit_the_vr(vr: str, value: str) -> None:
    assert reason(vr, [value], TEXT) == "wrong-kind"


@pytest.mark.parametrize(
    ("vr", "value", "form"),
    [("LO", Decimal(5), TEXT), ("DS", "5", DATE), ("DA", Decimal(5), DATE), ("US", Moment(2020), NUMBER)],
)
def test_a_result_of_another_kind_is_refused(vr: str, value: Value, form: Form) -> None:
    with pytest.raises(FieldError, match="wrong-kind"):
        write(vr, [value], form)


def test_limits() -> None:
    assert (limits("SH").max_length, limits("SH").hex_digits) == (16, True)
    assert limits("CS").upper_only
    assert (limits("US").low, limits("US").high, limits("US").step) == (Decimal(0), Decimal(65535), Decimal(1))
    assert (limits("IS").low, limits("IS").step) == (Decimal(-(2**31)), Decimal(1))
    for vr in ("DA", "TM", "DT", "UI", "IS", "DS", "AS", "US", "FD", "AT", "OW"):
        assert not limits(vr).hex_digits
    for vr in ("LO", "PN", "UN", "OB", "UT", "??"):
        assert limits(vr).hex_digits
    assert Kind.DATE not in (limits("TM").kinds or ())
    assert Kind.DATE in (limits("DT").kinds or ())


def test_texts_are_canonical() -> None:
    assert texts("LO", b" 007 \\A\0", ASCII, True) == ["007", "A"]
    assert texts("PN", b"Doe^Jane^^^= ", ASCII, True) == ["Doe^Jane"]
    assert texts("US", b"\x05\x00", ASCII, True) == ["5"]
    assert texts("LO", b"", ASCII, True) == []
    with pytest.raises(FieldError, match="undecodable"):
        texts("LO", b"M\xfcller", ASCII, True)


def test_bytes_are_handed_over_as_they_are() -> None:
    assert read("OW", b"\x01\x02", BYTES) == [b"\x01\x02"]
    assert write("OW", [b"\x01\x02\x03"], BYTES, b"\x01\x02") == b"\x01\x02\x03\0"
    assert write("OW", [b"\x01"], BYTES, b"\x01") == b"\x01"


@settings(max_examples=300)
@given(
    st.sampled_from([*STRINGS, *NUMBERS, "AT", "OB", "OW", "UN", "SQ", "??"]),
    st.binary(max_size=20)
    | st.text(alphabet="0123456789.-+\\ \0^=AYé", max_size=30).map(lambda text: text.encode())
    | st.dates().map(lambda day: day.strftime("%Y%m%d").encode()),
    st.sampled_from([TEXT, UID, NUMBER, DATE, DATETIME, BYTES]),
    st.sampled_from([None, b"ISO_IR 100", b"ISO_IR 192", b"GB18030", b"\\ISO 2022 IR 87"]),
    st.booleans(),
)
def test_what_is_read_and_not_changed_is_written_as_it_was(
    vr: str, raw: bytes, form: Form, declared: bytes | None, little: bool
) -> None:
    encoding = Encoding.of(declared)
    try:
        values = decode(vr, raw, form, encoding, little)
    except FieldError:
        return
    if values:
        assert encode(vr, values, form, raw, encoding, little) == raw


@settings(max_examples=200)
@given(st.sampled_from(sorted(NUMBERS)), st.binary(min_size=8, max_size=24), st.booleans())
def test_binary_numbers_survive_their_decimal_spelling(vr: str, raw: bytes, little: bool) -> None:
    raw = raw[: len(raw) // 8 * 8]
    try:
        values = decode(vr, raw, NUMBER, ASCII, little)
    except FieldError:  # not a finite number
        return
    assert encode(vr, values, NUMBER, None, ASCII, little) == raw


@settings(max_examples=200)
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18))
def test_any_decimal_is_written_nearly_within_sixteen_characters(value: Decimal) -> None:
    raw = write("DS", [value], NUMBER)
    assert len(raw) <= 16
    (found,) = read("DS", raw, NUMBER)
    assert isinstance(found, Decimal)
    assert abs(found - value) <= abs(value) * Decimal("1e-8")


@settings(max_examples=150)
@given(
    st.datetimes(datetime(1500, 1, 1), datetime(2500, 1, 1)),
    st.sampled_from([4, 6, 8, 10, 12, 14, 16, 21]),
    st.sampled_from(["", "+0100", "-0500"]),
    st.integers(-5000, 5000),
)
def test_a_datetime_keeps_its_shape_and_moves_back(at: datetime, length: int, offset: str, days: int) -> None:
    raw = (f"{at.year:04d}{at:%m%d%H%M%S.%f}"[:length] + offset).encode()
    there = moved("DT", raw, days, DATETIME)
    assert len(there.rstrip()) == len(raw)
    assert read("DT", raw, DATETIME) == read("DT", raw + b" ", DATETIME)
    if length >= 8:
        assert moved("DT", there, -days, DATETIME).rstrip() == raw


@pytest.mark.parametrize("text", ["00181063", "(0018,1063)", " 0018 1063"])
def test_tags_are_written_from_eight_hexadecimal_digits(text: str) -> None:
    assert write("AT", [text], NATIVE) == b"\x18\x00\x63\x10"
    assert write("AT", [f"{text}\\00100020"], NATIVE) == b"\x18\x00\x63\x10\x10\x00\x20\x00"
    assert encode("AT", [text], NATIVE, None, ASCII, False) == b"\x00\x18\x10\x63"
    assert write("AT", [""], NATIVE) == b""


@pytest.mark.parametrize("text", ["0018106", "0x181063", "\uff10\uff1018106\uff13", "PatientX", "-0181063"])
def test_what_is_no_tag_is_refused(text: str) -> None:
    assert reason("AT", [text], NATIVE) == "wrong-kind"
