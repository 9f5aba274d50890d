"""Kinds of values, their canonical text, and the codecs between text and typed values."""

from .codecs import TIMESTAMP, Form, Formats, TextCodec, text_codec
from .dates import DateFormat, date_format
from .moments import Moment, Span, utc_today
from .values import (
    Kind,
    Numeral,
    Opaque,
    PersonName,
    Spelled,
    Value,
    canonical_bytes,
    canonical_number,
    canonical_numbers,
    canonical_text,
    parse_number,
    spell_number,
)

__all__ = [
    "TIMESTAMP",
    "DateFormat",
    "Form",
    "Formats",
    "Kind",
    "Moment",
    "Numeral",
    "Opaque",
    "PersonName",
    "Span",
    "Spelled",
    "TextCodec",
    "Value",
    "canonical_bytes",
    "canonical_number",
    "canonical_numbers",
    "canonical_text",
    "date_format",
    "parse_number",
    "spell_number",
    "text_codec",
    "utc_today",
]
