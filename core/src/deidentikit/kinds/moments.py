"""Dates and times with exactly the parts that were written."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import attrs

from ..errors import FieldError


@attrs.frozen(cache_hash=True)
class Moment:
    """A date or a date with time, with exactly the parts that were written.

    fraction : the digits after the second's decimal point, as many as there were
    offset : the UTC offset or zone as written, such as ``+0100`` or ``Z``
    """

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    fraction: str = ""
    offset: str = ""

    def __attrs_post_init__(self) -> None:
        if self.day and self.month and self.hour is self.minute is self.second is None:
            date(self.year, self.month, self.day)
            return
        datetime(  # raises ValueError for what no calendar holds
            self.year,
            self.month or (1 if self.month is None else 0),
            self.day or (1 if self.day is None else 0),
            self.hour or 0,
            self.minute or 0,
            59 if self.second == 60 else self.second or 0,
        )

    def start(self) -> datetime:
        """The first instant of the period that the parts name."""
        return datetime(
            self.year,
            self.month or 1,
            self.day or 1,
            self.hour or 0,
            self.minute or 0,
            min(self.second or 0, 59),
            int(self.fraction[:6].ljust(6, "0") or "0"),
        )

    def shift(self, delta: timedelta) -> Moment:
        """Moved by `delta` and cut again to the parts it had.

        A partial date moves from the middle of its period; a date without time moves by whole
        days, rounded down. Raises FieldError (``out-of-range``) outside the years 1 to 9999.
        """
        ordinal = self.ordinal
        if ordinal is not None:
            try:
                return Moment.of_ordinal(ordinal + delta.days)
            except (ValueError, OverflowError):
                raise FieldError("out-of-range", "the moved date lies outside the years 1 to 9999") from None
        start = self.start()
        try:
            if self.day is not None and self.hour is None:
                return self._cut(start + timedelta(days=delta.days))
            return self._cut(start + self._half_period(start) + delta)
        except OverflowError:
            raise FieldError("out-of-range", "the moved date lies outside the years 1 to 9999") from None

    @property
    def ordinal(self) -> int | None:
        """The day's number in the proleptic Gregorian calendar; None unless it names a day and nothing else."""
        if self.day is None or self.hour is not None or self.month is None or self.offset or self.fraction:
            return None
        if self.minute is not None or self.second is not None:
            return None
        return date(self.year, self.month, self.day).toordinal()

    @staticmethod
    def of_ordinal(ordinal: int) -> Moment:
        """The day of a number. Raises ValueError or OverflowError outside the years 1 to 9999."""
        return _day(ordinal)

    def _half_period(self, start: datetime) -> timedelta:
        if self.month is None:
            return timedelta(days=366 if calendar.isleap(self.year) else 365) / 2
        if self.day is None:
            return timedelta(days=calendar.monthrange(self.year, self.month)[1]) / 2
        if self.minute is None:
            return timedelta(minutes=30)
        if self.second is None:
            return timedelta(seconds=30)
        return timedelta()

    def _cut(self, at: datetime) -> Moment:
        fraction = f"{at.microsecond:06d}"[: len(self.fraction)] + self.fraction[6:]
        second = None if self.second is None else 60 if self.second == 60 and at.second == 59 else at.second
        return Moment(
            at.year,
            None if self.month is None else at.month,
            None if self.day is None else at.day,
            None if self.hour is None else at.hour,
            None if self.minute is None else at.minute,
            second,
            fraction if self.fraction else "",
            self.offset,
        )

    def clamp(self, low: datetime | None, high: datetime | None) -> Moment:
        """Held within the bounds, keeping the parts it has."""
        at = self.start()
        if low is not None and at < self._cut(low).start():
            return self._cut(low)
        if high is not None and at > self._cut(high).start():
            return self._cut(high)
        return self


@lru_cache(maxsize=1 << 16)
def _day(ordinal: int) -> Moment:
    at = date.fromordinal(ordinal)
    return Moment(at.year, at.month, at.day)


@attrs.frozen
class Span:
    """A range of dates (PS3.5 table 6.2-1, matching ranges); an open end is None."""

    start: Moment | None
    end: Moment | None


def utc_today() -> datetime:
    """The start of today in UTC, without a zone."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
