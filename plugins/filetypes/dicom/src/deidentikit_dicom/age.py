"""A patient's age as an AS value (PS3.5 table 6.2-1)."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_DATE: Final = re.compile(rb"(\d{4})(\d\d)(\d\d)|(\d{4})\.(\d\d)\.(\d\d)")
_MAX: Final = 999
_UNITS: Final = "DMY"


def patient_age(birth: bytes, at: bytes, unit: str | None) -> bytes | None:
    """The age at a date, such as ``074Y``; None where either is no full date or birth comes later.

    birth, at : DA values
    unit : ``D``, ``M`` or ``Y``, taken if three digits hold the number, else the next larger;
        None begins with days. Months and years are completed ones of the calendar.
    """
    born, day = _date(birth), _date(at)
    if born is None or day is None or day < born:
        return None
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    numbers = {"D": (day - born).days, "M": months, "Y": months // 12}
    for letter in _UNITS[_UNITS.index(unit or "D") :]:
        if numbers[letter] <= _MAX:
            return f"{numbers[letter]:03d}{letter}".encode("ascii")
    return None


def _date(raw: bytes) -> date | None:
    match = _DATE.fullmatch(raw.strip(b" \0"))
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None
