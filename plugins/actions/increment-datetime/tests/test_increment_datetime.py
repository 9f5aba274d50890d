"""The action increment-datetime: dates with time, their offsets and fractions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from deidentikit.context import Context, Keys
from deidentikit.kinds import Form, Formats, Kind
from deidentikit.registry import Registry
from deidentikit.shifting import Bound
from deidentikit_increment_datetime import IncrementDateTime

REGISTRY = Registry.of(IncrementDateTime)
ISO = "%Y-%m-%dT%H:%M:%S"


def move(text: str, days: str, formats: Formats | None = None, **options: object) -> str:
    given = {key.replace("_", "-"): found for key, found in options.items()}
    action = IncrementDateTime.build(True, given, {"date-increment": Decimal(days)}, REGISTRY)
    context = Context(Keys(b"k" * 32), formats=formats, today=datetime(2024, 2, 29))
    return context.apply_text(action, text)


@pytest.mark.parametrize(
    ("text", "days", "moved"),
    [
        ("20200220101530.250000", "1", "20200221101530.250000"),
        ("20200220101530.250000+0100", "1", "20200221101530.250000+0100"),
        ("20190101120000", "10", "20190111120000"),
        ("20190102120000.25+0100", "10", "20190112120000.25+0100"),
        ("202011151230", "1", "202011161230"),
        ("2020111512", "0.25", "2020111518"),
        ("20201115", "1", "20201116"),
        ("20200220101530", "-0.5", "20200219221530"),
        ("2020", "-17", "2020"),
    ],
)
def test_the_default_format(text: str, days: str, moved: str) -> None:
    assert move(text, days) == moved


@pytest.mark.parametrize(
    ("format_", "text", "days", "moved"),
    [
        ("%d/%m/%Y %H:%M", "28/02/2020 23:30", "3", "02/03/2020 23:30"),
        (ISO, "2020-02-28T23:30:00-05:00", "1", "2020-02-29T23:30:00-05:00"),
        (f"{ISO}Z", "2020-02-28T23:30:00Z", "1", "2020-02-29T23:30:00Z"),
        ("timestamp", "1582195530.0", "1.5", "1582325130.0"),
        ("%Y:%m:%d %H:%M:%S", "2020:02:20 10:15:30", "-17", "2020:02:03 10:15:30"),
    ],
)
def test_formats_of_a_rule(format_: str, text: str, days: str, moved: str) -> None:
    assert move(text, days, datetime_format=format_) == moved


def test_the_types_own_format() -> None:
    formats = Formats(datetime="%Y-%m-%d %H:%M:%S")
    assert move("2020-02-20 10:15:30", "10", formats) == "2020-03-01 10:15:30"


def test_bounds_keep_the_parts() -> None:
    low = Bound.parse("20200215")
    assert move("20200220101530.250000", "-10", datetime_min=low) == "20200215000000.000000"
    high = Bound.parse("20200101")
    assert move("20200221", "-10", datetime_max=high, datetime_format="%Y%m%d") == "20200101"


def test_jitter_in_hours_moves_times() -> None:
    moved = move("20200220101530", "0", jitter_date=True, jitter_unit="hours", jitter_range=3)
    distance = abs(datetime.strptime(moved, "%Y%m%d%H%M%S") - datetime(2020, 2, 20, 10, 15, 30))
    assert distance.total_seconds() in (3600, 7200, 10800)


def test_its_own_kind_and_key() -> None:
    action = IncrementDateTime.build(True, {}, {"datetime-format": ISO, "date-format": "%Y"}, REGISTRY)
    assert action.form == Form(Kind.DATETIME, ISO)
    assert "date-format" not in IncrementDateTime.options_schema(REGISTRY)
