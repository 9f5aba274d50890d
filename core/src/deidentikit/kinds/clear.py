"""Dates in forms that say themselves which part is which, as they stand in names of files."""

from __future__ import annotations

import re
from typing import Final

from .dates import MONTHS
from .moments import Moment

_WORDS: Final = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + "|sept"
_MONTH: Final = rf"(?P<word>{_WORDS})\.?"
_DAY: Final = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>\d{4})"
_GAP: Final = r"[-_. ]*"
_TIME: Final = (
    r"(?P<hour>\d\d)(?:(?P<between>[-_.:]?)(?P<minute>\d\d)"
    r"(?:(?P=between)(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"(?P<offset>Z|[+-]\d\d:?\d\d)?"
)
_TIME_BEHIND: Final = rf"(?:(?:T|[-_ ]*){_TIME})?"
_FORMS: Final = [
    re.compile(text, re.IGNORECASE | re.ASCII)
    for text in (
        rf"{_YEAR}(?:(?P<gap>[-_. ]?)(?P<month>\d\d)(?:(?P=gap)(?P<day>\d\d){_TIME_BEHIND})?)?",
        rf"{_YEAR}{_GAP}{_MONTH}{_GAP}{_DAY}{_TIME_BEHIND}",
        rf"{_DAY}{_GAP}{_MONTH},?{_GAP}{_YEAR}{_TIME_BEHIND}",
        rf"{_MONTH}{_GAP}{_DAY},?{_GAP}{_YEAR}{_TIME_BEHIND}",
    )
]


def clear_moment(text: str) -> Moment:
    """The moment that a text spells with the year in front, as ISO 8601 does, or with the month in English words.

    ``2020-02-29``, ``20200229_1015``, ``29Feb2020``, ``February 29, 2020``; not ``02-03-2020``, which has two
    readings. Raises ValueError for anything else.
    """
    for form in _FORMS:
        if match := form.fullmatch(text.strip()):
            found = {part: value for part, value in match.groupdict().items() if value}
            return Moment(
                int(found["year"]),
                _month(found),
                _number(found.get("day")),
                _number(found.get("hour")),
                _number(found.get("minute")),
                _number(found.get("second")),
                found.get("fraction", ""),
                found.get("offset", ""),
            )
    raise ValueError("no clear date")


def _month(found: dict[str, str]) -> int | None:
    if "word" in found:
        return [name[:3] for name in MONTHS].index(found["word"][:3].lower()) + 1
    return _number(found.get("month"))


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
