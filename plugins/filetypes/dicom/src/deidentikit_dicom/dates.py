"""Dates in DA, DT and text (PS3.5 table 6.2-1): read with the parts they have, written back alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from deidentikit.errors import FieldError
from deidentikit.kinds import (
    TIMESTAMP,
    Form,
    Formats,
    Kind,
    Moment,
    Span,
    Value,
    date_format,
    text_codec,
)

_Reader = Callable[[str], Moment | None]

FORMATS: Final = Formats()
DATE_LENGTH: Final = 8
_REMEMBERED: Final = 2048  # a study repeats its dates in every file
_DATE: Final = date_format("%Y%m%d")
_LEGACY_DATE: Final = date_format("%Y.%m.%d")
_DATETIME: Final = date_format("%Y%m%d%H%M%S.%f")
_OFFSET: Final = re.compile(r"(?P<rest>.*\d)(?P<offset>Z|[+-](?P<hours>\d\d):?(?P<minutes>\d\d))", re.DOTALL)
_TIME: Final = re.compile(r"(?:[01]\d|2[0-3])(?:(?P<colon>:?)[0-5]\d(?:(?P=colon)(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?")


def read_date(vr: str, text: str, form: Form) -> Value:
    """The date that a value spells: a `Moment`, or a `Span` for a range in DA or DT.

    text : one value without padding
    Raises FieldError (``wrong-kind``) where it spells none.
    """
    if vr == "DA":
        return _read_native(text, _moment_of_date, form)
    if vr == "DT":
        return _read_native(text, _moment_of_datetime, form)
    return text_codec(form, FORMATS).decode(text)


def spell_date(vr: str, value: Value, form: Form, like: str | None) -> str:
    """The text of a date.

    like : the text it was read from, whose parts and spelling it takes; None for the VR's own
    """
    if vr in ("DA", "DT"):
        return _spell_native(vr, value, form, like)
    if like is not None or form.format == TIMESTAMP:
        return text_codec(form, FORMATS).encode(value, like or "")
    if not isinstance(value, Moment):
        raise FieldError("wrong-kind", "the action's result is no single date")
    default = FORMATS.date if form.kind is Kind.DATE else FORMATS.datetime
    return date_format(form.format or default).spell(value)


def is_date(vr: str, text: str) -> bool:
    """Whether a text is a native DA, DT or TM, a range included."""
    if vr == "TM":
        return any(all(not end or _TIME.fullmatch(end) for end in ends) for ends in ((text,), *_ends(text)))
    native = _moment_of_date if vr == "DA" else _moment_of_datetime
    return native(text) is not None or _span(text, native) is not None


def _read_native(text: str, native: _Reader, form: Form) -> Value:
    found = native(text) or _span(text, native)
    if found is not None:
        return found
    if form.format is None:
        raise FieldError("wrong-kind", "the value is no date that its VR allows; see `date-format`, `on-error`")
    return text_codec(form, FORMATS).decode(text)


@lru_cache(maxsize=_REMEMBERED)
def _moment_of_date(text: str) -> Moment | None:
    for spelling in (_DATE, _LEGACY_DATE):
        try:
            return spelling.parse(text)
        except ValueError:
            continue
    return None


@lru_cache(maxsize=_REMEMBERED)
def _moment_of_datetime(text: str) -> Moment | None:
    core, offset = _without_offset(text)
    try:
        found = _DATETIME.parse(core)
    except ValueError:
        return None if offset else _moment_of_date(text)
    return Moment(found.year, found.month, found.day, found.hour, found.minute, found.second, found.fraction, offset)


def _without_offset(text: str) -> tuple[str, str]:
    """A DT without its UTC offset, and the offset; ``-2020`` is none (PS3.5 has -1200 to +1400)."""
    match = _OFFSET.fullmatch(text)
    if match and (match["hours"] is None or (int(match["hours"]) <= 14 and int(match["minutes"]) < 60)):
        return match["rest"], match["offset"]
    return text, ""


def _ends(text: str) -> list[tuple[str, str]]:
    return [(text[:at], text[at + 1 :]) for at, char in enumerate(text) if char == "-"]


def _span(text: str, native: _Reader) -> Span | None:
    for first, second in _ends(text):
        start = native(first.strip()) if first else None
        end = native(second.strip()) if second else None
        if (first and start is None) or (second and end is None) or (start is None and end is None):
            continue
        if start is None or end is None or start.start() <= end.start():
            return Span(start, end)
    return None


def _spell_native(vr: str, value: Value, form: Form, like: str | None) -> str:
    native = _moment_of_date if vr == "DA" else _moment_of_datetime
    if isinstance(value, Span):
        return _spell_span(vr, value, form, like, native)
    if not isinstance(value, Moment):
        raise FieldError("wrong-kind", "the action's result is no date")
    if like is None:
        return _spell_digits(value, _parts(value)[: DATE_LENGTH if vr == "DA" else None]) + (
            "" if vr == "DA" else value.offset
        )
    if native(like) is None:
        return text_codec(form, FORMATS).encode(value, like)
    core, _ = _without_offset(like) if vr == "DT" else (like, "")
    offset = value.offset if vr == "DT" else ""
    if vr == "DT" and form.explicit and form.format and form.format != TIMESTAMP and value.day is not None:
        named = date_format(form.format)
        if named.match(core):
            return named.spell(value) + offset
    if core[4:5] == ".":
        return _LEGACY_DATE.spell(value, core)
    return _spell_digits(value, core) + offset


def _spell_digits(value: Moment, like: str) -> str:
    """A native DA or DT with as many digits as `like` has, before and after the point."""
    digits, _, fraction = like.partition(".")
    whole = (
        f"{value.year:04d}{value.month or 1:02d}{value.day or 1:02d}"
        f"{value.hour or 0:02d}{value.minute or 0:02d}{value.second or 0:02d}"
    )
    if not fraction:
        return whole[: len(digits)]
    return f"{whole}.{value.fraction.ljust(len(fraction), '0')[: len(fraction)]}"


def _spell_span(vr: str, value: Span, form: Form, like: str | None, native: _Reader) -> str:
    ends: tuple[str | None, str | None] = (None, None)
    for first, second in _ends(like or ""):
        if _span(f"{first}-{second}", native) and (not first or native(first)) and (not second or native(second)):
            ends = first or None, second or None
            break
    start, end = (
        _spell_native(vr, moment, form, text) if moment is not None else ""
        for moment, text in zip((value.start, value.end), ends, strict=True)
    )
    return f"{start}-{end}"


def _parts(value: Moment) -> str:
    """A DT with the parts that `value` has, to be spelled alike."""
    widths = ((value.month, 6), (value.day, 8), (value.hour, 10), (value.minute, 12), (value.second, 14))
    length = 4
    for part, end in widths:
        if part is None:
            break
        length = end
    fraction = f".{'0' * min(len(value.fraction), 6)}" if value.fraction and length == 14 else ""
    return "20000101000000"[:length] + fraction
