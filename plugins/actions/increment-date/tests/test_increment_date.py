"""The action increment-date, and what it shares with all actions that move dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import pytest
from deidentikit.context import Context, Keys
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.fragment import Fragment
from deidentikit.kinds import Form, Kind, Moment, Span, date_format
from deidentikit.registry import Registry
from deidentikit.schema import Scalar
from deidentikit_increment_date import IncrementDate
from hypothesis import given
from hypothesis import strategies as st

KEYS = Keys(b"0123456789abcdef" * 4)
TODAY = datetime(2024, 2, 29)
REGISTRY = Registry.of(IncrementDate)
SETTINGS = IncrementDate.settings_schema(REGISTRY)
OPTIONS = IncrementDate.options_schema(REGISTRY)
DATE = date_format("%Y%m%d")


def parsed(keys: Fragment, given: Mapping[str, str]) -> dict[str, object]:
    out: dict[str, object] = {}
    for key, text in given.items():
        validator = keys[key].validator
        assert isinstance(validator, Scalar)
        out[key] = validator.parse(text)
    return out


def make(options: Mapping[str, str] = {}, **settings: str) -> IncrementDate:
    given = {key.replace("_", "-"): text for key, text in settings.items()}
    return IncrementDate.build(True, parsed(OPTIONS, options), parsed(SETTINGS, given), REGISTRY)


def move(action: IncrementDate, date: str, subject: str | None = None, keys: Keys = KEYS) -> str:
    result = action.apply(DATE.parse(date), Context(keys, subject=subject, today=TODAY))
    assert isinstance(result, Moment)
    return DATE.spell(result, date)


class TestIncrement:
    @pytest.mark.parametrize(
        ("days", "date", "moved"),
        [
            ("-17", "20200220", "20200203"),
            ("-17", "19450615", "19450529"),
            ("30", "20200221", "20200322"),
            ("0.5", "20200221", "20200221"),
            ("-0.5", "20200221", "20200220"),
            ("1.5", "20200228", "20200229"),
            ("-17", "198503", "198502"),
            ("-17", "1985", "1985"),
        ],
    )
    def test_days_are_added(self, days: str, date: str, moved: str) -> None:
        assert move(make(date_increment=days), date) == moved

    def test_an_override_wins(self) -> None:
        assert move(make({"date-increment-override": "30"}, date_increment="-17"), "20200221") == "20200322"
        assert move(make({"date-increment-override": "0"}, date_increment="per-subject"), "20200221") == "20200221"

    def test_both_ends_of_a_range_move(self) -> None:
        action, context = make(date_increment="1"), Context(KEYS)
        whole = Span(Moment(2020, 2, 28), Moment(2020, 3))
        assert action.apply(whole, context) == Span(Moment(2020, 2, 29), Moment(2020, 3))
        assert action.apply(Span(None, Moment(2020, 1, 1)), context) == Span(None, Moment(2020, 1, 2))

    def test_leaving_the_calendar_is_refused(self) -> None:
        with pytest.raises(FieldError) as caught:
            move(make(date_increment="-3652059"), "20200220")
        assert caught.value.reason == "out-of-range"

    def test_what_is_no_date_is_refused(self) -> None:
        with pytest.raises(FieldError) as caught:
            make(date_increment="1").apply("20200220", Context(KEYS))
        assert caught.value.reason == "wrong-kind"


class TestPerSubject:
    def test_the_published_shift(self) -> None:
        assert move(make(date_increment="per-subject"), "20200803", "MRN00123") == "20200102"
        action = make(date_increment="per-subject", date_increment_range="30")
        assert move(action, "20200115", "MRN00123") == "20200101"

    @given(st.text(min_size=1), st.integers(1, 400))
    def test_always_back_within_the_range(self, subject: str, days: int) -> None:
        action = make(date_increment="per-subject", date_increment_range=str(days))
        moved = DATE.parse(move(action, "20200220", subject)).start()
        assert 1 <= (datetime(2020, 2, 20) - moved).days <= days

    def test_distances_within_a_subject_stay(self) -> None:
        action = make(date_increment="per-subject")
        days = [DATE.parse(move(action, date, "S")).start() for date in ("20200220", "20200301")]
        assert (days[1] - days[0]).days == 10

    def test_needs_a_subject_and_a_key(self) -> None:
        action = make(date_increment="per-subject")
        assert list(action.problems(keyed=False))
        assert not list(action.problems(keyed=True))
        with pytest.raises(FieldError) as caught:
            move(action, "20200220")
        assert caught.value.reason == "no-subject"
        with pytest.raises(FieldError) as caught:
            move(action, "20200220", "S", Keys(None))
        assert caught.value.reason == "no-key"


class TestJitter:
    def test_the_published_amounts(self) -> None:
        assert move(make({"jitter-date": "yes"}), "20200220", "MRN00123") == "20200211"
        weeks = make({"jitter-date": "yes", "jitter-unit": "weeks", "jitter-range": "2"}, date_increment="100")
        assert move(weeks, "20200220", "MRN00123") == "20200606"

    def test_alike_moves_together_and_never_by_nothing(self) -> None:
        action = make({"jitter-date": "yes", "jitter-range": "2"})
        moved = {subject: move(action, "20200220", subject) for subject in map(str, range(40))}
        assert set(moved.values()) == {"20200218", "20200219", "20200221", "20200222"}
        assert all(move(action, "20200221", subject) == str(int(date) + 1) for subject, date in moved.items())

    def test_a_sections_range_for_numbers_is_not_meant(self) -> None:
        settings: dict[str, object] = {"jitter-range": Decimal("0.5")}
        assert IncrementDate.build(True, {"jitter-date": True}, settings, REGISTRY).jitter_range == 10

    def test_units_below_a_day_are_remarked(self) -> None:
        hours = make({"jitter-date": "yes", "jitter-unit": "hours"})
        assert list(hours.remarks(keyed=True))
        assert not list(make({"jitter-date": "yes"}).remarks(keyed=True))

    def test_an_increment_of_nothing_is_remarked(self) -> None:
        assert list(make(date_increment="0").remarks(keyed=True)) == ["an increment of 0 leaves every date as it is"]
        (bounded,) = make({"datetime-min": "20200219"}, date_increment="0").remarks(keyed=True)
        assert "within the bounds" in bounded


class TestBounds:
    @pytest.mark.parametrize(
        ("options", "date", "moved"),
        [
            ({"datetime-min": "20200219"}, "20200220", "20200219"),
            ({"datetime-max": "20200301", "date-increment-override": "400"}, "20200220", "20200301"),
            ({"datetime-min": "-80years"}, "19200101", "19440229"),
            ({"datetime-min": "-1year"}, "20200101", "20230228"),
            ({"datetime-max": "+3weeks", "date-increment-override": "400"}, "20240220", "20240321"),
            ({"datetime-max": "+10days", "date-increment-override": "400"}, "20240220", "20240310"),
            ({"datetime-max": "+1month", "date-increment-override": "400"}, "20240220", "20240329"),
            ({"datetime-max": "20200301120000", "date-increment-override": "400"}, "20200220", "20200301"),
            ({"datetime-min": "20200219"}, "202001", "202002"),
            ({"datetime-min": "20200219"}, "20200520", "20200510"),
        ],
    )
    def test_results_are_held(self, options: dict[str, str], date: str, moved: str) -> None:
        assert move(make(options, date_increment="-10"), date) == moved

    def test_contradicting_bounds_are_refused(self) -> None:
        for low, high in (("20200101", "20190101"), ("+1day", "-1day")):
            with pytest.raises(ValueError, match="datetime-min"):
                make({"datetime-min": low, "datetime-max": high}, date_increment="1")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            *((text, "^no calendar has this date$") for text in ("20201301", "20200231", "20200101250000")),
            *((text, "^the bound lies beyond the years 1 to 9999$") for text in ("+9999years", "-9999years")),
            *((text, "^$") for text in ("soon", "80 moons", "2020", "20200101T1")),
        ],
    )
    def test_what_is_no_bound(self, text: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            make({"datetime-min": text}, date_increment="1")


class TestOptions:
    def test_a_format_of_the_rule_is_explicit(self) -> None:
        assert make(date_increment="1").form == Form(Kind.DATE)
        assert make(date_format="%d.%m.%Y").form == Form(Kind.DATE, "%d.%m.%Y")
        assert make({"date-format": "%Y"}, date_format="%d.%m.%Y").form == Form(Kind.DATE, "%Y", explicit=True)

    @pytest.mark.parametrize(
        ("key", "text", "message"),
        [
            ("date-format", "%d.%m", "^the format has no year"),
            ("date-format", "%Q", "^%Q is not understood"),
            ("jitter-range", "0", "^$"),
        ],
    )
    def test_what_cannot_be_is_refused(self, key: str, text: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            make({key: text})

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("per-subjects", "Did you mean 'per-subject'"),
            ("4000000", "^no date can be moved by more than 3652059 days$"),
            *((text, "^$") for text in ("1e3", "NaN", "", "17 days")),
        ],
    )
    def test_what_is_no_increment(self, text: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            make(date_increment=text)

    def test_nothing_to_add_is_a_problem(self) -> None:
        assert list(make().problems(keyed=True))
        assert list(make({"datetime-min": "20200101"}).problems(keyed=True))
        assert not list(make({"jitter-date": "yes"}).problems(keyed=False))
        assert not list(make(date_increment="1").problems(keyed=False))
        assert list(make(date_increment="0").remarks(keyed=False))
        assert not list(make(date_increment="1").remarks(keyed=False))

    def test_fields_without_dates_are_a_problem(self) -> None:
        assert list(make(date_increment="1").check(Limits(kinds=frozenset({Kind.TEXT})), keyed=True))
