"""Canonical text, moments that move, and the codecs between text and typed values."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from deidentikit.errors import FieldError
from deidentikit.kinds import (
    DateFormat,
    Form,
    Formats,
    Kind,
    Moment,
    Opaque,
    PersonName,
    Spelled,
    canonical_bytes,
    canonical_number,
    canonical_text,
    date_format,
    parse_number,
    spell_number,
    text_codec,
)
from hypothesis import given, settings
from hypothesis import strategies as st

FORMATS = [
    "%Y%m%d",
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d.%m.%y",
    "%Y%m%d%H%M%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y:%m:%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%d %b %Y",
    "%A, %d %B %Y",
    "%I:%M:%S %p on %m/%d/%Y",
    "%Y%j",
]
YEARS_OF_TWO_DIGITS = st.datetimes(datetime(1969, 1, 1), datetime(2068, 12, 31))


class TestCanonical:
    def test_padding_and_composition_do_not_count(self) -> None:
        assert canonical_text(" Mun\u0303oz \0") == "Muñoz"
        assert canonical_text("A  b") == "A  b"
        assert canonical_text("abc") != canonical_text("ABC")

    @pytest.mark.parametrize("name", ["Doe^Jane", "Doe^Jane^^^", "Doe^Jane^ ^", "Doe^Jane==", " Doe^Jane^=^^= "])
    def test_empty_ends_of_person_names_do_not_count(self, name: str) -> None:
        assert canonical_text(PersonName(name)) == "Doe^Jane"

    def test_inner_empty_components_count(self) -> None:
        assert canonical_text(PersonName("Doe^^J=^Y")) == "Doe^^J=^Y"
        assert canonical_text("Doe^Jane^") == "Doe^Jane^"

    def test_numbers_count_as_spelled(self) -> None:
        assert canonical_bytes(Spelled("007")) == b"007"
        assert canonical_bytes(Decimal("7.0")) == b"7"
        assert canonical_bytes("007") == b"007"

    def test_bytes_never_meet_text(self) -> None:
        assert canonical_bytes(Opaque(b"MRN1")) != canonical_bytes("MRN1")
        assert canonical_bytes("\0bytes\0MRN1") != canonical_bytes(Opaque(b"MRN1"))

    @given(st.text())
    def test_canonical_text_is_a_fixed_point(self, text: str) -> None:
        once = canonical_text(text)
        assert canonical_text(once) == once
        assert unicodedata.is_normalized("NFC", once)

    @pytest.mark.parametrize(
        ("spelled", "canonical"),
        [
            ("70.50", "70.5"),
            ("+7", "7"),
            ("-0.0", "0"),
            ("1E3", "1000"),
            (".5", "0.5"),
            ("100", "100"),
            ("1.5e-3", "0.0015"),
        ],
    )
    def test_equal_numbers_have_one_spelling(self, spelled: str, canonical: str) -> None:
        assert canonical_number(parse_number(spelled)) == canonical

    @pytest.mark.parametrize(
        ("one", "other"), [("1E+999999", "10E+999998"), ("-2.50E-999999", "-25E-1000000"), ("1E5000", "1.0E5000")]
    )
    def test_huge_powers_stay_short(self, one: str, other: str) -> None:
        assert canonical_number(Decimal(one)) == canonical_number(Decimal(other))
        assert len(canonical_number(Decimal(one))) < 20


def moment_of(parts: tuple[int, ...], fraction: str = "") -> Moment:
    names = ("year", "month", "day", "hour", "minute", "second")
    given: dict[str, Any] = dict(zip(names, parts, strict=False))
    return Moment(**given, fraction=fraction)


class TestMoment:
    @pytest.mark.parametrize("parts", [(2020, 13), (2020, 0), (2021, 2, 29), (2020, 1, 0), (0,), (2020, 1, 1, 24)])
    def test_what_no_calendar_holds_is_refused(self, parts: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r".+"):
            moment_of(parts)

    def test_a_leap_second_is_kept(self) -> None:
        assert Moment(2016, 12, 31, 23, 59, 60).shift(timedelta(days=1)) == Moment(2017, 1, 1, 23, 59, 60)

    @pytest.mark.parametrize(
        ("moment", "days", "moved"),
        [
            (Moment(1985), -17, Moment(1985)),
            (Moment(1985), 200, Moment(1986)),
            (Moment(1985, 3), 10, Moment(1985, 3)),
            (Moment(1985, 3), -17, Moment(1985, 2)),
            (Moment(2020, 2, 28), 1, Moment(2020, 2, 29)),
            (Moment(2020, 2, 28), 1.5, Moment(2020, 2, 29)),
            (Moment(2020, 2, 28), -0.5, Moment(2020, 2, 27)),
            (Moment(2020, 2, 28, 23), 0.5, Moment(2020, 2, 29, 11)),
            (Moment(2020, 11, 15, 12, 30), 1, Moment(2020, 11, 16, 12, 30)),
            (Moment(2020, 2, 20, 10, 15, 30, "250000", "+0100"), 1, Moment(2020, 2, 21, 10, 15, 30, "250000", "+0100")),
            (Moment(2020, 2, 20, 10, 15, 30, "123456789"), 1, Moment(2020, 2, 21, 10, 15, 30, "123456789")),
        ],
    )
    def test_moves_and_keeps_its_parts(self, moment: Moment, days: float, moved: Moment) -> None:
        assert moment.shift(timedelta(days=days)) == moved

    @pytest.mark.parametrize("days", [-1, 10**9 - 1])
    def test_leaving_the_calendar_is_an_error(self, days: int) -> None:
        with pytest.raises(FieldError) as caught:
            Moment(1, 1, 1).shift(timedelta(days=days))
        assert caught.value.reason == "out-of-range"

    @given(
        st.datetimes(datetime(1000, 1, 1), datetime(3000, 1, 1)),
        st.integers(1, 7),
        st.timedeltas(timedelta(days=-40000), timedelta(days=40000)),
    )
    def test_parts_never_change_in_number(self, at: datetime, count: int, delta: timedelta) -> None:
        parts = (at.year, at.month, at.day, at.hour, at.minute, at.second)[: min(count, 6)]
        moment = moment_of(parts, "123" if count == 7 else "")
        moved = moment.shift(delta)
        for name in ("month", "day", "hour", "minute", "second"):
            assert (getattr(moved, name) is None) == (getattr(moment, name) is None)
        assert len(moved.fraction) == len(moment.fraction)
        if count >= 3:
            assert abs((moved.start() - moment.start()) - delta) <= timedelta(days=1)

    def test_bounds_hold_in_the_parts_it_has(self) -> None:
        low, high = datetime(2020, 2, 15, 12), datetime(2020, 3, 1)
        assert Moment(2020, 2, 10).clamp(low, high) == Moment(2020, 2, 15)
        assert Moment(2020, 2, 15).clamp(low, high) == Moment(2020, 2, 15)
        assert Moment(2020).clamp(low, high) == Moment(2020)
        assert Moment(2021).clamp(low, high) == Moment(2020)
        assert Moment(2020, 4).clamp(low, high) == Moment(2020, 3)
        assert Moment(2020, 2, 10, 9, 0, 0, "50", "Z").clamp(low, high) == Moment(2020, 2, 15, 12, 0, 0, "00", "Z")
        assert Moment(2020, 2, 20).clamp(None, None) == Moment(2020, 2, 20)


class TestDateFormat:
    @pytest.mark.parametrize("text", FORMATS)
    @settings(max_examples=30)
    @given(at=YEARS_OF_TWO_DIGITS)
    def test_reads_what_strftime_writes_and_writes_it_again(self, text: str, at: datetime) -> None:
        written = at.strftime(text)
        form = date_format(text)
        moment = form.parse(written)
        assert form.spell(moment, written) == written
        assert form.spell(moment) == written
        assert moment.start() == datetime.strptime(written, text)

    @pytest.mark.parametrize(
        ("text", "format_", "days", "moved"),
        [
            ("198503", "%Y%m%d", 40, "198504"),
            ("1985", "%Y%m%d", 40, "1985"),
            ("2020-02", "%Y-%m-%d", 20, "2020-03"),
            ("202011151230", "%Y%m%d%H%M%S.%f", 1, "202011161230"),
            ("20190101120000", "%Y%m%d%H%M%S.%f", 10, "20190111120000"),
            ("20190102120000.25", "%Y%m%d%H%M%S.%f", 10, "20190112120000.25"),
            ("1/2/2020", "%d/%m/%Y", 30, "2/3/2020"),
            ("01/2/2020", "%d/%m/%Y", 30, "02/3/2020"),
            ("20 FEB 2020", "%d %b %Y", 10, "01 MAR 2020"),
            ("20 feb 2020", "%d %b %Y", 10, "01 mar 2020"),
            ("Thursday, 20 February 2020", "%A, %d %B %Y", 1, "Friday, 21 February 2020"),
            ("09:00:00 a.m. on 02/20/2020", "%I:%M:%S %p on %m/%d/%Y", 0.5, "09:00:00 P.M. on 02/20/2020"),
        ],
    )
    def test_precision_and_widths_stay(self, text: str, format_: str, days: float, moved: str) -> None:
        form = date_format(format_)
        assert form.spell(form.parse(text).shift(timedelta(days=days)), text).lower() == moved.lower()
        assert form.spell(form.parse(text), text).lower() == text.lower()

    @pytest.mark.parametrize("format_", ["%d.%m", "%Y%Y", "%Q", "%Y %", "%I:%M %Y", "%Y-%M-%d", "%Y %M", "plain"])
    def test_formats_that_cannot_be_are_refused(self, format_: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            DateFormat(format_)

    @pytest.mark.parametrize(
        ("text", "format_"),
        [
            ("20201301", "%Y%m%d"),
            ("2020 02 20", "%Y-%m-%d"),
            ("", "%Y%m%d"),
            ("9999366", "%Y%j"),
            ("2021366", "%Y%j"),
            ("0001000", "%Y%j"),
            ("13:00:00 am on 02/20/2020", "%I:%M:%S %p on %m/%d/%Y"),
        ],
    )
    def test_what_is_no_date_is_a_value_error(self, text: str, format_: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            date_format(format_).parse(text)

    def test_two_digits_that_would_name_another_year_are_refused(self) -> None:
        form = date_format("%d.%m.%y")
        with pytest.raises(FieldError) as caught:
            form.spell(form.parse("01.01.69").shift(timedelta(days=-1)), "01.01.69")
        assert caught.value.reason == "out-of-range"


def move(form: Form, text: str, days: float, formats: Formats | None = None) -> str:
    codec = text_codec(form, formats or Formats())
    value = codec.decode(text)
    assert isinstance(value, Moment)
    return codec.encode(value.shift(timedelta(days=days)), text)


class TestTextCodec:
    def test_types_own_formats_hold_where_none_is_named(self) -> None:
        assert move(Form(Kind.DATE), "20200220", -17) == "20200203"
        assert move(Form(Kind.DATE), "2020-02-20", 1, Formats(date="%Y-%m-%d")) == "2020-02-21"
        assert move(Form(Kind.DATE, "%d/%m/%Y"), "20/02/2020", 10) == "01/03/2020"

    def test_space_around_and_offsets_stay(self) -> None:
        form = Form(Kind.DATETIME, "%Y-%m-%dT%H:%M:%S")
        assert move(form, " 2020-02-28T23:30:00-05:00 ", 1) == " 2020-02-29T23:30:00-05:00 "
        assert move(Form(Kind.DATETIME), "20200220101530.250000+0100", 1) == "20200221101530.250000+0100"

    def test_a_named_format_is_written_in_all_its_parts(self) -> None:
        assert move(Form(Kind.DATETIME, "%Y%m%d%H%M%S", explicit=True), "20200220", 1) == "20200221000000"
        assert move(Form(Kind.DATETIME, "%Y%m%d%H%M%S", explicit=True), "202002", 1) == "202002"

    def test_seconds_since_1970(self) -> None:
        form = Form(Kind.DATETIME, "timestamp")
        assert move(form, "1582195530.0", 1.5) == "1582325130.0"
        assert move(form, "1582195530", 1.5) == "1582325130"
        assert move(form, "1582195530.25", 1) == "1582281930.25"
        assert move(form, "-86400", 2) == "86400"

    @pytest.mark.parametrize("text", ["soon", "1E999999999", "1E15", "-0.5", ""])
    def test_no_seconds_since_1970(self, text: str) -> None:
        with pytest.raises(FieldError) as caught:
            text_codec(Form(Kind.DATETIME, "timestamp"), Formats()).decode(text)
        assert caught.value.reason == "wrong-kind"

    @pytest.mark.parametrize("text", ["Jane Doe", "20201340", "", "2020-02-20-0500"])
    def test_no_date_is_an_error_that_shows_no_value(self, text: str) -> None:
        with pytest.raises(FieldError) as caught:
            text_codec(Form(Kind.DATE), Formats()).decode(text)
        assert caught.value.reason == "wrong-kind"
        assert caught.value.__cause__ is None
        assert not text or text not in str(caught.value)

    def test_numbers_keep_the_space_around_them(self) -> None:
        codec = text_codec(Form(Kind.NUMBER), Formats())
        assert codec.decode(" 70.50 ") == Decimal("70.5")
        assert codec.encode(Decimal("71.25"), " 70.50 ") == " 71.25 "

    @pytest.mark.parametrize("text", ["70,5", "0x10", "NaN", "Infinity", "1_000", ""])
    def test_what_is_no_number(self, text: str) -> None:
        with pytest.raises(FieldError):
            parse_number(text)

    def test_a_number_beyond_all_use(self) -> None:
        with pytest.raises(FieldError) as caught:
            parse_number("1E99999999999999999999")
        assert caught.value.reason == "out-of-range"

    @given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18))
    def test_spelled_numbers_read_back(self, number: Decimal) -> None:
        assert parse_number(spell_number(number)) == number
        assert parse_number(canonical_number(number)) == number
