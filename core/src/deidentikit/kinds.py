"""Kinds of values, their canonical text, and the codecs between text and typed values."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from typing import Final, Protocol

import attrs

from .errors import FieldError


class Kind(Enum):
    """What an action asks for and a field can offer.

    TEXT is `str` (or `Opaque` where the bytes do not decode), NUMBER `Decimal`, DATE and
    DATETIME `Moment` or `Span`, UID `str`, BYTES `bytes`. NATIVE actions never see a value:
    they take a field out, leave it, or write a text of the profile as the field's own type.
    """

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    UID = "uid"
    BYTES = "bytes"
    NATIVE = "native"


class Opaque(bytes):
    """The bytes of a value that its encoding or value representation does not explain."""

    __slots__ = ()


class PersonName(str):
    """Text with the components and groups of a DICOM person name (PS3.5 6.2.1)."""

    __slots__ = ()


class Spelled(Decimal):
    """A number together with its spelling, surrounding spaces removed."""

    spelling: str

    def __new__(cls, text: str) -> Spelled:
        self = super().__new__(cls, text)
        self.spelling = text
        return self


def canonical_text(value: str) -> str:
    """The text under which an identifier is hashed and compared, whatever file it stands in.

    NUL and spaces are stripped at both ends, Unicode is composed (NFC), a `PersonName` loses
    its trailing empty components and groups. Case and inner spaces are kept.
    """
    text = unicodedata.normalize("NFC", value.strip("\0 "))
    if isinstance(value, PersonName):
        groups = [group.rstrip("^ ") for group in text.split("=")]
        text = "=".join(groups).rstrip("=")
    return text


def canonical_bytes(value: str | bytes | Decimal) -> bytes:
    """What goes into a keyed digest: canonical text as UTF-8; bytes behind a tag of their own.

    Canonical text never begins with NUL, so the two cannot meet.
    """
    if isinstance(value, bytes):
        return b"\0bytes\0" + value
    if isinstance(value, Spelled):
        return value.spelling.encode()
    if isinstance(value, Decimal):
        return canonical_number(value).encode()
    return canonical_text(value).encode("utf-8", "surrogatepass")


def canonical_number(value: Decimal) -> str:
    """One spelling for equal numbers: no trailing zeros, no plus sign, no exponent.

    Numbers of more than 400 digits before or after the point are the exception: they are spelled
    as digits and a power of ten.
    """
    if not value:
        return "0"
    if abs(value.adjusted()) > _LONGEST:
        sign, digits, exponent = value.as_tuple()
        spelled = "".join(map(str, digits))
        figures = spelled.rstrip("0")
        return f"{'-' * sign}{figures}E{int(exponent) + len(spelled) - len(figures)}"
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


_LONGEST: Final = 400


@attrs.frozen
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
        start = self.start()
        try:
            if self.day is not None and self.hour is None:
                return self._cut(start + timedelta(days=delta.days))
            return self._cut(start + self._half_period(start) + delta)
        except OverflowError:
            raise FieldError("out-of-range", "the moved date lies outside the years 1 to 9999") from None

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


@attrs.frozen
class Span:
    """A range of dates (PS3.5 table 6.2-1, matching ranges); an open end is None."""

    start: Moment | None
    end: Moment | None


Value = str | bytes | Decimal | Moment | Span


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


TIMESTAMP: Final = "timestamp"

_MONTHS: Final = "january february march april may june july august september october november december".split()
_DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_PARTS: Final = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{1,2}",
    "d": r"\d{1,2}",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "M": r"\d{1,2}",
    "S": r"\d{1,2}",
    "f": r"\d{1,9}",
    "j": r"\d{1,3}",
    "p": r"[AaPp]\.?[Mm]\.?",
    "b": "|".join(name[:3] for name in _MONTHS),
    "B": "|".join(_MONTHS),
    "a": "|".join(name[:3] for name in _DAYS),
    "A": "|".join(_DAYS),
    "z": r"Z|[+-]\d{2}:?\d{2}(?::?\d{2})?",
    "Z": r"[A-Za-z]{1,6}",
}
_WIDTHS: Final = {"m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "j": 3}
_ORDER: Final = "YmdHMSf"
_OFFSET: Final = re.compile(r"(?P<rest>.*\d)(?P<offset>\s?(?:Z|[+-]\d{2}:?\d{2}))\s*$", re.DOTALL)


@lru_cache(maxsize=256)
def date_format(text: str) -> DateFormat:
    """The compiled form of a `strptime` format. Raises ValueError for what it cannot read."""
    return DateFormat(text)


class DateFormat:
    """Reads and writes moments in a `strptime` format, keeping the precision and widths it read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        letters = [char for directive, char in self.tokens if directive]
        if len(set(letters)) != len(letters):
            raise ValueError("a part stands twice in the format")
        if not {"Y", "y"} & set(letters):
            raise ValueError("the format has no year (%Y)")
        if "I" in letters and "p" not in letters:
            raise ValueError("hours of the half day (%I) need %p beside them")
        self._patterns = [re.compile(pattern, re.IGNORECASE) for pattern in self._pattern_texts(letters)]

    def _pattern_texts(self, letters: list[str]) -> list[str]:
        """The whole format first; then its beginnings, where its parts run from large to small."""
        pieces = [_piece(self.tokens, at) for at in range(len(self.tokens))]
        texts = ["".join(pieces)]
        positions = [_ORDER.find(letter) for letter in letters]
        if positions == sorted(positions) and positions[0] == 0:
            ends = [at + 1 for at, (directive, _) in enumerate(self.tokens) if directive]
            texts += ["".join(pieces[:end]) for end in reversed(ends)]
        return list(dict.fromkeys(texts))

    def match(self, text: str) -> re.Match[str] | None:
        """The parts of `text` as they are spelled, or None if it is not in this format."""
        for pattern in self._patterns:
            if match := pattern.fullmatch(text):
                return match
        return None

    def parse(self, text: str) -> Moment:
        """The moment that `text` spells. Raises ValueError if it spells none."""
        match = self.match(text)
        if match is None:
            raise ValueError("not in the format")
        return _moment({part: found for part, found in match.groupdict().items() if found is not None})

    def spell(self, moment: Moment, like: str | None = None) -> str:
        """`moment` in this format; with `like`, in the parts and widths of that text."""
        match = None if like is None else self.match(like)
        found = {} if match is None else {k: v for k, v in match.groupdict().items() if v is not None}
        out: list[str] = []
        kept = 0
        for directive, char in self.tokens:
            if not directive:
                out.append(char)
                continue
            if match is not None and char not in found:
                return "".join(out[:kept])
            out.append(_spell_part(char, moment, found.get(char)))
            kept = len(out)
        return "".join(out)


def _tokens(text: str) -> Iterator[tuple[bool, str]]:
    """The characters of a format, each with whether it is a directive."""
    chars = iter(text)
    for char in chars:
        if char != "%":
            yield False, char
            continue
        letter = next(chars, "")
        if letter == "%":
            yield False, "%"
        elif letter in _PARTS:
            yield True, letter
        else:
            raise ValueError(f"%{letter} is not understood in a date format")


def _piece(tokens: list[tuple[bool, str]], at: int) -> str:
    """One token as a pattern. Numbers that touch other numbers have their full width."""
    directive, char = tokens[at]
    if not directive:
        return r"\s+" if char == " " else re.escape(char)
    pattern = _PARTS[char]
    if char in _WIDTHS:
        touching = any(0 <= other < len(tokens) and _numeric(*tokens[other]) for other in (at - 1, at + 1))
        if touching:
            pattern = rf"\d{{{_WIDTHS[char]}}}"
    return f"(?P<{char}>{pattern})"


def _numeric(directive: bool, char: str) -> bool:
    return char in "YymdHIMSfj" if directive else char.isdigit()


def _moment(found: dict[str, str]) -> Moment:
    year = int(found["Y"]) if "Y" in found else int(found["y"]) + (2000 if int(found["y"]) < 69 else 1900)
    month = int(found["m"]) if "m" in found else None
    day = int(found["d"]) if "d" in found else None
    for letter, length in (("b", 3), ("B", None)):
        if letter in found:
            month = [name[:length] for name in _MONTHS].index(found[letter].lower()) + 1
    if "j" in found:
        if not 1 <= int(found["j"]) <= 365 + calendar.isleap(year):
            raise ValueError("no such day of the year")
        of_year = datetime(year, 1, 1) + timedelta(days=int(found["j"]) - 1)
        month, day = of_year.month, of_year.day
    hour = int(found["H"]) if "H" in found else None
    if "I" in found:
        hour = int(found["I"])
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if found.get("p", "a")[0] in "pP" else 0)
    return Moment(
        year,
        month,
        day,
        hour,
        int(found["M"]) if "M" in found else None,
        int(found["S"]) if "S" in found else None,
        found.get("f", ""),
        found.get("z", "") or found.get("Z", ""),
    )


def _spell_part(letter: str, moment: Moment, like: str | None) -> str:
    """One part of a moment; parts it does not have are written as their first value."""
    if letter == "f":
        digits = len(like) if like else max(6, len(moment.fraction))
        return moment.fraction.ljust(digits, "0")[:digits]
    if letter in "zZ":
        return moment.offset
    if letter == "y" and not 1969 <= moment.year <= 2068:
        raise FieldError("out-of-range", "two digits cannot say the year that the date is moved to")
    if letter in "pbBaA":
        return _spell_word(letter, moment.start(), like)
    number = {
        "Y": moment.year,
        "y": moment.year % 100,
        "m": moment.month or 1,
        "d": moment.day or 1,
        "H": moment.hour or 0,
        "I": ((moment.hour or 0) + 11) % 12 + 1,
        "M": moment.minute or 0,
        "S": moment.second or 0,
        "j": moment.start().timetuple().tm_yday,
    }[letter]
    width = {"Y": 4, "y": 2, "j": 3}.get(letter, 2)
    padded = like is None or len(like) >= width or like.startswith("0")
    return f"{number:0{width}d}" if padded else str(number)


def _spell_word(letter: str, at: datetime, like: str | None) -> str:
    if letter == "p":
        word = "PM" if at.hour >= 12 else "AM"
        word = f"{word[0]}.{word[1]}." if like and "." in like else word
    elif letter in "bB":
        word = _MONTHS[at.month - 1][: 3 if letter == "b" else None].capitalize()
    else:
        word = _DAYS[at.weekday()][: 3 if letter == "a" else None].capitalize()
    if like and like.islower():
        return word.lower()
    return word.upper() if like and len(like) > 1 and like.isupper() else word


_EPOCH: Final = datetime(1970, 1, 1)
_NUMBER: Final = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")


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
        return _DateCodec(date_format(form.format or default), form.explicit)
    return _PlainCodec()


class _PlainCodec:
    def decode(self, text: str) -> Value:
        return text

    def encode(self, value: Value, original: str) -> str:
        if not isinstance(value, str):
            raise FieldError("wrong-kind", "the action's result is no text")
        return value


class _NumberCodec:
    def decode(self, text: str) -> Value:
        return parse_number(text)

    def encode(self, value: Value, original: str) -> str:
        if not isinstance(value, Decimal):
            raise FieldError("wrong-kind", "the action's result is no number")
        before = original[: len(original) - len(original.lstrip())]
        after = original[len(original.rstrip()) :] if original.strip() else ""
        return before + spell_number(value) + after


@attrs.frozen
class _DateCodec:
    format: DateFormat
    explicit: bool

    def decode(self, text: str) -> Value:
        moment, _ = self._read(text)
        return moment

    def _read(self, text: str) -> tuple[Moment, str]:
        """The moment, and the offset that stood after the format's own text."""
        stripped = text.strip()
        try:
            return self.format.parse(stripped), ""
        except ValueError:
            pass
        if aside := _OFFSET.fullmatch(stripped):
            try:
                moment = self.format.parse(aside["rest"])
            except ValueError:
                pass
            else:
                if moment.hour is not None:
                    return moment, aside["offset"]
        raise FieldError("wrong-kind", f"the value is no date in the format {self.format.text!r}")

    def encode(self, value: Value, original: str) -> str:
        if not isinstance(value, Moment):
            raise FieldError("wrong-kind", "the action's result is no date")
        stripped = original.strip()
        read, offset = self._read(original)
        like = stripped[: len(stripped) - len(offset)] if offset else stripped
        whole = self.explicit and read.day is not None
        text = self.format.spell(value, None if whole else like) + offset
        start = original.index(stripped)
        return original[:start] + text + original[start + len(stripped) :]


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


def parse_number(text: str) -> Spelled:
    """A number as it is spelled. Raises FieldError (``wrong-kind``) if the text is none."""
    match = _NUMBER.fullmatch(text.strip("\0"))
    if match is None:
        raise FieldError("wrong-kind", "the value is no number")
    try:
        return Spelled(match[1])
    except InvalidOperation:
        raise FieldError("out-of-range", "the value is a number of no usable size") from None


def spell_number(value: Decimal) -> str:
    """A number as text that JSON, DICOM and tables all read."""
    if isinstance(value, Spelled):
        return value.spelling
    return format(value, "f") if -20 <= value.adjusted() <= 20 else str(value)


def utc_today() -> datetime:
    """The start of today in UTC, without a zone."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
