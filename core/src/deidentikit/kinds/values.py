"""Kinds of values, and the text under which an identifier is compared."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from enum import Enum
from operator import attrgetter
from typing import Final

from ..errors import FieldError
from .moments import Moment, Span

Value = str | bytes | Decimal | Moment | Span
"""What an action gets and gives back: which of them, its kind says."""

_NUMBER: Final = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")


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


class Numeral(str):
    """The text of a number in a format that knows numbers, as spelled there: ``1.10``, ``1e5``."""

    __slots__ = ()

    @property
    def plain(self) -> str:
        """What is left of the spelling once Python has read the number: ``1.1``, ``100000.0``."""
        try:
            return str(int(self))
        except ValueError:
            number = float(self)
            return repr(number) if math.isfinite(number) else str(self)


class Spelled(Decimal):
    """A number together with its spelling, surrounding spaces removed."""

    __slots__ = ("canonical_spelling", "spelling")

    spelling: str
    canonical_spelling: str | None
    """What `canonical_number` made of it, once asked."""

    def __new__(cls, text: str) -> Spelled:
        self = super().__new__(cls, text)
        self.spelling = text
        self.canonical_spelling = None
        return self


def canonical_text(value: str) -> str:
    """The text under which an identifier is hashed and compared, whatever file it stands in.

    NUL and spaces are stripped at both ends, Unicode is composed (NFC), a `PersonName` loses
    its trailing empty components and groups. Case and inner spaces are kept.
    """
    text = value.strip("\0 ")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if isinstance(value, PersonName):
        groups = [group.rstrip("^ ") for group in text.split("=")]
        text = "=".join(groups).rstrip("=")
    return text


def canonical_bytes(value: str | bytes | Decimal) -> bytes:
    """What goes into a keyed digest: canonical text as UTF-8; bytes behind a tag of their own.

    Canonical text never begins with NUL, so the two cannot meet.
    """
    if type(value) is str:
        return canonical_text(value).encode("utf-8", "surrogatepass")
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
    if not isinstance(value, Spelled):
        return _spell_canonical(value)
    if value.canonical_spelling is None:
        value.canonical_spelling = _spell_canonical(value)
    return value.canonical_spelling


def canonical_numbers(values: Sequence[Decimal]) -> Sequence[str]:
    """What `canonical_number` gives for each."""
    try:
        known = [*map(attrgetter("canonical_spelling"), values)]
    except AttributeError:
        known = [None]
    return known if None not in known else [*map(canonical_number, values)]


def _spell_canonical(value: Decimal) -> str:
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
