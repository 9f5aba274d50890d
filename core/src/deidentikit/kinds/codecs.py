"""Between the text of a field and the typed value that an action works on."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple, Protocol, TypeVar

import attrs

from ..errors import FieldError
from .dates import DateFormat, date_format
from .moments import Moment
from .values import Kind, Spelled, Value, parse_number, spell_number

TIMESTAMP: Final = "timestamp"
"""In place of a date format: seconds since 1970."""

_OFFSET: Final = re.compile(r"(?P<rest>.*\d)(?P<offset>\s?(?:Z|[+-]\d{2}:?\d{2}))\s*$", re.DOTALL)
_EPOCH: Final = datetime(1970, 1, 1)
_ROOM: Final = 1 << 15
"""Texts whose reading a codec remembers."""
_Key = TypeVar("_Key")
_Known = TypeVar("_Known")


@attrs.frozen
class Formats:
    """How dates are written where a field's native form does not say, as `strptime` formats."""

    date: str = "%Y%m%d"
    datetime: str = "%Y%m%d%H%M%S.%f"


@attrs.frozen
class Form:
    """What an action asks of a field: a kind, and the format in which dates are spelled.

    format : a `strptime` format of the rule or its section, or None for the type's own
    explicit : the rule itself names the format, so results are written in all its parts
    """

    kind: Kind
    format: str | None = None
    explicit: bool = False


class TextCodec(Protocol):
    """Between the text of a field and the typed value that an action works on."""

    def decode(self, text: str) -> Value:
        """The value. Raises FieldError (``wrong-kind``) if the text holds none of this kind."""

    def encode(self, value: Value, original: str) -> str:
        """The text of `value`, in the spelling of the text it was read from."""


@lru_cache(maxsize=1024)
def text_codec(form: Form, formats: Formats) -> TextCodec:
    """The codec for text of a form.

    formats : the file type's own date formats, used where the form names none
    Raises ValueError for a date format that is not understood.
    """
    if form.kind is Kind.NUMBER:
        return _NumberCodec()
    if form.kind in (Kind.DATE, Kind.DATETIME):
        default = formats.date if form.kind is Kind.DATE else formats.datetime
        if (form.format or default) == TIMESTAMP:
            return _TimestampCodec()
        return _DateCodec(form.kind, date_format(form.format or default), form.explicit)
    return _PlainCodec()


class _PlainCodec:
    def decode(self, text: str) -> Value:
        return text

    def encode(self, value: Value, original: str) -> str:
        if not isinstance(value, str):
            raise FieldError("wrong-kind", "the action's result is no text")
        return value


class _NumberCodec:
    def __init__(self) -> None:
        self._read: dict[str, Spelled] = {}

    def decode(self, text: str) -> Value:
        value = self._read.get(text)
        if value is None:
            value = parse_number(text)
            _remember(self._read, text, value)
        return value

    def encode(self, value: Value, original: str) -> str:
        if not isinstance(value, Decimal):
            raise FieldError("wrong-kind", "the action's result is no number")
        if original == original.strip():
            return spell_number(value)
        before = original[: len(original) - len(original.lstrip())]
        after = original[len(original.rstrip()) :] if original.strip() else ""
        return before + spell_number(value) + after


class _ReadDate(NamedTuple):
    """A text as it was read.

    offset : what stood after the format's own text
    plain : the format alone spells the moment so, whatever the text was like
    """

    moment: Moment
    offset: str
    plain: bool


class _DateCodec:
    """Remembers what it read and wrote, since the dates of a column or a study repeat."""

    def __init__(self, kind: Kind, form: DateFormat, explicit: bool) -> None:
        self._kind = kind
        self._format = form
        self._explicit = explicit
        self._read: dict[str, _ReadDate] = {}
        self._written: dict[Moment, str] = {}

    def decode(self, text: str) -> Value:
        return self._reading(text).moment

    def _reading(self, text: str) -> _ReadDate:
        found = self._read.get(text)
        if found is None:
            moment, offset = self._parse(text.strip())
            plain = not offset and self._spelled(moment) == text
            found = _ReadDate(moment, offset, plain)
            _remember(self._read, text, found)
        return found

    def _parse(self, stripped: str) -> tuple[Moment, str]:
        """The moment, and the offset that stood after the format's own text."""
        try:
            return self._format.parse(stripped), ""
        except ValueError:
            pass
        if aside := _OFFSET.fullmatch(stripped):
            try:
                moment = self._format.parse(aside["rest"])
            except ValueError:
                pass
            else:
                if moment.hour is not None:
                    return moment, aside["offset"]
        key = f"{self._kind.value}-format"
        raise FieldError(
            "wrong-kind", f"the value is no date in the format {self._format.text!r}; see `{key}`, `on-error`"
        )

    def _spelled(self, moment: Moment) -> str:
        text = self._written.get(moment)
        if text is None:
            text = self._format.spell(moment)
            _remember(self._written, moment, text)
        return text

    def encode(self, value: Value, original: str) -> str:
        if not isinstance(value, Moment):
            raise FieldError("wrong-kind", "the action's result is no date")
        read, offset, plain = self._reading(original)
        if plain and len(value.fraction) == len(read.fraction):
            return self._spelled(value)
        stripped = original.strip()
        like = stripped[: len(stripped) - len(offset)] if offset else stripped
        whole = self._explicit and read.day is not None
        text = self._format.spell(value, None if whole else like) + offset
        start = original.index(stripped)
        return original[:start] + text + original[start + len(stripped) :]


def _remember(known: dict[_Key, _Known], key: _Key, value: _Known) -> None:
    """Keep a result for the next time, within bounds."""
    if len(known) >= _ROOM:
        known.clear()
    known[key] = value


class _TimestampCodec:
    def decode(self, text: str) -> Value:
        number = parse_number(text)
        if number.adjusted() > 12:  # int() of a great power of ten takes all memory
            raise FieldError("wrong-kind", "the value is no number of seconds since 1970")
        try:
            at = _EPOCH + timedelta(seconds=int(number))
        except OverflowError:
            raise FieldError("wrong-kind", "the value is no number of seconds since 1970") from None
        fraction = format(number - int(number), "f").partition(".")[2] if number >= 0 else ""
        if number != int(number) and number < 0:
            raise FieldError("wrong-kind", "a fraction of a second before 1970 is not understood")
        return Moment(at.year, at.month, at.day, at.hour, at.minute, at.second, fraction)

    def encode(self, value: Value, original: str) -> str:
        if not isinstance(value, Moment):
            raise FieldError("wrong-kind", "the action's result is no date")
        seconds = str(int((value.start().replace(microsecond=0) - _EPOCH).total_seconds()))
        point = "." in original
        return seconds + (f".{value.fraction or '0'}" if point else "")
