"""Moving dates: by an increment, by each subject's own shift, by jitter, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final, Self

import attrs

from .action import Action
from .errors import FieldError, suggest
from .kinds import Form, Kind, Moment, Span, Value
from .schema import DateFormatText, Fragment, Key, OneOf, Scalar, Whole, YesNo
from .schema.json_values import JsonSchema, number

if TYPE_CHECKING:
    from .context import Context
    from .registry import Registry

PER_SUBJECT: Final = "per-subject"
JITTER_UNITS: Final = ("days", "weeks", "hours", "minutes", "seconds", "milliseconds", "microseconds")
MAX_DAYS: Final = 3_652_059
"""The days from the year 1 to the year 9999: no greater step leads from one date to another."""

_MICROSECONDS_A_DAY: Final = 86_400_000_000
_MIDNIGHT: Final = time()
_SINGLE_DAY: Final = timedelta(days=1)
_UNITS: Final = "year|month|week|day|hour|minute|second"
_RELATIVE: Final = re.compile(rf"([+-]?\d{{1,7}}) ?({_UNITS})s?", re.ASCII)
_FIXED: Final = re.compile(r"\d{4}\d{2}\d{2}(\d{6})?", re.ASCII)


@attrs.frozen
class Bound:
    """A bound on moved dates: an instant, or a distance from the day of the run."""

    at: datetime | None = None
    amount: int = 0
    unit: str = "day"

    @classmethod
    def parse(cls, text: str) -> Bound:
        """From ``YYYYMMDD``, ``YYYYMMDDHHMMSS``, or a distance such as ``-80years``. Raises ValueError."""
        if _FIXED.fullmatch(text):
            try:
                return cls(datetime.strptime(text, "%Y%m%d" if len(text) == 8 else "%Y%m%d%H%M%S"))
            except ValueError:
                raise ValueError("no calendar has this date") from None
        if match := _RELATIVE.fullmatch(text):
            bound = cls(amount=int(match[1]), unit=match[2])
            bound.resolve(datetime(2000, 1, 1))
            return bound
        raise ValueError

    def __str__(self) -> str:
        if self.at is not None:
            return f"{self.at:%Y-%m-%d}" if self.at.time() == _MIDNIGHT else f"{self.at:%Y-%m-%d %H:%M:%S}"
        if not self.amount:
            return "the day of the run"
        when = "before" if self.amount < 0 else "after"
        return f"{_count(Decimal(abs(self.amount)), f'{self.unit}s')} {when} the day of the run"

    def resolve(self, today: datetime) -> datetime:
        """The instant that the bound means on a day. Raises ValueError beyond the years 1 to 9999."""
        if self.at is not None:
            return self.at
        try:
            if self.unit in ("year", "month"):
                return _add_months(today, self.amount * (12 if self.unit == "year" else 1))
            return today + timedelta(**{f"{self.unit}s": self.amount})
        except OverflowError:
            raise ValueError("the bound lies beyond the years 1 to 9999") from None


def _add_months(at: datetime, months: int) -> datetime:
    """The same day of another month, or that month's last day."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    day = at.day
    while True:
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            day -= 1


@attrs.frozen
class Increment(Scalar):
    """A number of days as `Decimal`, or the word ``per-subject``."""

    @property
    def expected(self) -> str:
        return f"a number of days, such as -17, or {PER_SUBJECT}"

    def json_schema(self) -> JsonSchema:
        pattern = r"[+-]?([0-9]{1,9}(\.[0-9]*)?|\.[0-9]+)"
        return number(pattern=pattern, low=-MAX_DAYS, high=MAX_DAYS, also=(PER_SUBJECT,))

    def parse(self, text: str) -> Decimal | str:
        if text == PER_SUBJECT:
            return text
        if not re.fullmatch(r"[+-]?(\d{1,9}(\.\d*)?|\.\d+)", text, re.ASCII):
            raise ValueError(suggest(text, (PER_SUBJECT,)).strip())
        days = Decimal(text)
        if abs(days) > MAX_DAYS:
            raise ValueError(f"no date can be moved by more than {MAX_DAYS} days")
        return days


@attrs.frozen
class BoundText(Scalar):
    """A `Bound`."""

    @property
    def expected(self) -> str:
        return "YYYYMMDD, YYYYMMDDHHMMSS, or a distance from today such as -80years, +3weeks, +10days"

    def json_schema(self) -> JsonSchema:
        return number(pattern=f"[0-9]{{8}}([0-9]{{6}})?|[+-]?[0-9]{{1,7}} ?({_UNITS})s?", whole=True, low=0)

    def parse(self, text: str) -> Bound:
        return Bound.parse(text)


_INCREMENT: Final = Key(Increment(), "Days to add; may be negative or a fraction. `per-subject` needs a key.")
_RANGE: Final = Key(Whole(1, MAX_DAYS), "With `per-subject`: each subject is moved back by 1 to this many days.", "365")


@attrs.frozen(kw_only=True)
class DateShift(Action):
    """An action that moves dates. Subclasses name themselves, their kind and their `format_key`.

    date_increment : days to add, or ``per-subject`` for the keyed shift of each subject
    date_increment_override : the same, of the rule alone; wins over `date_increment`
    date_increment_range : the longest per-subject shift, in days
    jitter_date : add from -`jitter_range` to `jitter_range` of `jitter_unit` as well, never 0
    datetime_min, datetime_max : bounds within which the result is held
    format : how the field's dates are written, where a rule or its section says so
    explicit : the rule itself names the format
    """

    format_key: ClassVar[str]
    """The key of a rule or section that names the format."""
    per_subject: ClassVar[bool] = True

    date_increment: Decimal | str | None = None
    date_increment_override: Decimal | str | None = None
    date_increment_range: int = 365
    jitter_date: bool = False
    jitter_range: int = 10
    jitter_unit: str = "days"
    datetime_min: Bound | None = None
    datetime_max: Bound | None = None
    format: str | None = None
    explicit: bool = False

    @classmethod
    def settings_schema(cls, registry: Registry) -> Fragment:
        return {
            "date-increment": _INCREMENT,
            "date-increment-range": _RANGE,
            cls.format_key: Key(DateFormatText(), "How dates are written, as a `strptime` format."),
        }

    @classmethod
    def options_schema(cls, registry: Registry) -> Fragment:
        return {
            "date-increment-override": Key(Increment(), "Days to add in place of the section's `date-increment`."),
            cls.format_key: Key(DateFormatText(), "How this field's dates are written, also in the output."),
            "jitter-date": Key(YesNo(), "Add a random whole number of `jitter-unit`, never 0.", "no"),
            "jitter-range": Key(Whole(1, MAX_DAYS), "The greatest jitter, up and down.", "10"),
            "jitter-unit": Key(OneOf(*JITTER_UNITS), "The unit of the jitter.", "days"),
            "datetime-min": Key(BoundText(), "The earliest result: YYYYMMDD, or from today: -80years."),
            "datetime-max": Key(BoundText(), "The latest result: YYYYMMDD, or from today: +10days."),
        }

    @classmethod
    def build(
        cls, value: object, options: Mapping[str, object], settings: Mapping[str, object], registry: Registry
    ) -> Self:
        # A section's `jitter-range` is meant for numbers; dates take theirs from the rule alone.
        own = {key: settings[key] for key in cls.settings_schema(registry) if key in settings}
        arguments = {key.replace("-", "_"): found for key, found in {**own, **options}.items() if key != cls.format_key}
        arguments["format"] = options.get(cls.format_key, own.get(cls.format_key))
        action = cls(**arguments, explicit=cls.format_key in options)  # type: ignore[arg-type]
        action._check_bounds()
        return action

    def _check_bounds(self) -> None:
        low, high = self.datetime_min, self.datetime_max
        if low is None or high is None or (low.at is None) != (high.at is None):
            return
        any_day = datetime(2000, 1, 1)
        if low.resolve(any_day) > high.resolve(any_day):
            raise ValueError("datetime-min lies after datetime-max")

    @property
    def form(self) -> Form:
        return Form(self.kind, self.format, self.explicit)

    @property
    def increment(self) -> Decimal | str | None:
        """The increment that holds for this rule."""
        return self.date_increment if self.date_increment_override is None else self.date_increment_override

    @property
    def by_subject(self) -> bool:
        return self.jitter_date or self.increment == PER_SUBJECT

    def problems(self, keyed: bool) -> Iterable[str]:
        if self.increment is None and not self.jitter_date:
            yield "nothing says how far: give the section a date-increment, or the rule a date-increment-override"
        if self.increment == PER_SUBJECT and not keyed:
            yield f"{PER_SUBJECT} needs a key: name one with --key-file or `key:`"

    def remarks(self, keyed: bool) -> Iterable[str]:
        if self.increment == 0 and not self.jitter_date:
            within = " within the bounds" if self._bounded else ""
            yield f"an increment of 0 leaves every date{within} as it is"
        if self.jitter_date and self.kind is Kind.DATE and timedelta(**{self.jitter_unit: 1}) < _SINGLE_DAY:
            yield f"a date without time moves by whole days, rounded down; jitter in {self.jitter_unit} may not move it"

    @property
    def keeps(self) -> bool:
        return self.increment == 0 and not self.jitter_date

    def describe(self, keyed: bool) -> str:
        moves: list[str] = []
        increment = self.increment
        if isinstance(increment, str):
            moves.append(f"back by 1 to {self.date_increment_range} days, as many for all dates of one patient")
        elif increment:
            moves.append(f"{'back' if increment < 0 else 'forward'} by {_count(abs(increment), 'days')}")
        if self.jitter_date:
            moves.append(f"by a random {_count(Decimal(self.jitter_range), self.jitter_unit)} at most, up or down")
        bounds = ""
        if self.datetime_min is not None:
            bounds += f", but not before {self.datetime_min}"
        if self.datetime_max is not None:
            bounds += f", but not after {self.datetime_max}"
        return f"is moved {' and '.join(moves)}{bounds}" if moves else f"is moved by no day{bounds}"

    def weak_spots(self, keyed: bool) -> Iterable[str]:
        if isinstance(self.increment, Decimal) and self.increment and not self.jitter_date:
            yield (
                "the dates of all patients move by the same number of days, which the profile shows: who knows one"
                " real date, or reads the profile, knows them all"
            )

    @property
    def _bounded(self) -> bool:
        return self.datetime_min is not None or self.datetime_max is not None

    def days(self, context: Context) -> int | None:
        return None if self._bounded else self._delta(context).days

    def apply(self, value: Value, context: Context) -> Value:
        if isinstance(value, Moment):
            return self._move(value, context)
        if isinstance(value, Span):
            return Span(
                None if value.start is None else self._move(value.start, context),
                None if value.end is None else self._move(value.end, context),
            )
        raise FieldError("wrong-kind", "the value is no date")

    def _move(self, moment: Moment, context: Context) -> Moment:
        moved = moment.shift(self._delta(context))
        if not self._bounded:
            return moved
        try:
            low = None if self.datetime_min is None else self.datetime_min.resolve(context.today)
            high = None if self.datetime_max is None else self.datetime_max.resolve(context.today)
        except ValueError:
            raise FieldError("out-of-range", "a bound lies beyond the years 1 to 9999") from None
        return moved.clamp(low, high)

    def _delta(self, context: Context) -> timedelta:
        increment = self.increment
        if isinstance(increment, str):
            delta = _days(context.shift(self.date_increment_range))
        else:
            delta = _days(increment or 0)
        if self.jitter_date:
            parts = (context.subject_or_row, self.jitter_unit, str(self.jitter_range))
            delta += timedelta(**{self.jitter_unit: context.whole("jitter-date", self.jitter_range, *parts)})
        return delta


def _count(amount: Decimal, unit: str) -> str:
    return f"{amount} {unit.removesuffix('s') if amount == 1 else unit}"


@lru_cache(maxsize=4096)
def _days(count: Decimal | int) -> timedelta:
    return timedelta(microseconds=int(count * _MICROSECONDS_A_DAY))
