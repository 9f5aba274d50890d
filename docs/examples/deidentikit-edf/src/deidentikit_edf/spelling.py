"""How EDF spells dates and times, and which texts its fields take."""

from __future__ import annotations

import re
from typing import Final

from deidentikit import FieldError, Moment

UNKNOWN: Final = "X"
"""What EDF+ writes in a subfield whose value is not known."""
NO_DAY: Final = "01.01.85"
"""The clipping date: the first day that two-digit years can say."""
NO_TIME: Final = "00.00.00"

_MONTHS: Final = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_SHORT: Final = re.compile(r" ?(\d{1,2})\. ?(\d{1,2})\.(\d\d|yy)", re.ASCII)
_LONG: Final = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})", re.ASCII)
_TIME: Final = re.compile(r" ?(\d{1,2})\. ?(\d{1,2})\. ?(\d{1,2})", re.ASCII)
_PRINTABLE: Final = re.compile(r"[ -~]*")


def read_short(text: str, year: int | None = None) -> Moment:
    """The day that ``dd.mm.yy`` names; years count from 1985 to 2084 (EDF+ 2.1.3.2).

    year : what ``yy`` stands for, which is written from 2085 on; None where nothing says
    Raises FieldError (``wrong-kind``).
    """
    match = _SHORT.fullmatch(text)
    if match is None:
        raise FieldError("wrong-kind", "the value is no date as dd.mm.yy")
    if match[3] == "yy":
        if year is None:
            raise FieldError("wrong-kind", "nothing says which year is meant by yy")
    else:
        year = int(match[3]) + (1900 if int(match[3]) >= 85 else 2000)
    return _day(year, int(match[2]), int(match[1]))


def spell_short(day: Moment, long_beside: bool) -> str:
    """``dd.mm.yy``. Raises FieldError (``out-of-range``) for years that it cannot say.

    long_beside : the date stands in the recording identification too, so the year may be left open
    """
    if day.year > 2084 and long_beside:
        return f"{day.day or 1:02d}.{day.month or 1:02d}.yy"
    if not 1985 <= day.year <= 2084:
        raise FieldError("out-of-range", "two digits say the years 1985 to 2084, and the new date lies outside")
    return f"{day.day or 1:02d}.{day.month or 1:02d}.{day.year % 100:02d}"


def read_long(text: str) -> Moment:
    """The day that ``dd-MMM-yyyy`` names. Raises FieldError (``wrong-kind``)."""
    match = _LONG.fullmatch(text)
    if match is None or match[2].upper() not in _MONTHS:
        raise FieldError("wrong-kind", "the value is no date as 02-AUG-1951")
    return _day(int(match[3]), _MONTHS.index(match[2].upper()) + 1, int(match[1]))


def spell_long(day: Moment) -> str:
    """``dd-MMM-yyyy``, in capitals."""
    return f"{day.day or 1:02d}-{_MONTHS[(day.month or 1) - 1]}-{day.year:04d}"


def check_time(text: str) -> None:
    """Raise FieldError (``wrong-kind``) for what is no ``hh.mm.ss``."""
    match = _TIME.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3]) > 59:
        raise FieldError("wrong-kind", "the value is no time as hh.mm.ss")


def check_printable(text: str) -> None:
    """Raise FieldError (``charset``) for what is no printable ASCII."""
    if not _PRINTABLE.fullmatch(text):
        raise FieldError("charset", "a header holds printable ASCII alone")


def _day(year: int, month: int, day: int) -> Moment:
    try:
        return Moment(year, month, day)
    except ValueError:
        raise FieldError("wrong-kind", "the value is a date that no calendar has") from None
