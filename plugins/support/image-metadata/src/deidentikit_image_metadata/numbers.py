"""Numbers of the TIFF field types, as decimals and as text (TIFF 6.0 page 15, BigTIFF)."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Kind, Value, parse_number, spell_number

from .fieldtypes import (
    BYTE,
    DOUBLE,
    FLOAT,
    OFFSET_CODES,
    RATIONAL,
    SBYTE,
    SLONG,
    SLONG8,
    SRATIONAL,
    SSHORT,
)

_CODES: Final = {
    **OFFSET_CODES,
    BYTE: "B",
    SBYTE: "b",
    SSHORT: "h",
    SLONG: "i",
    SLONG8: "q",
    FLOAT: "f",
    DOUBLE: "d",
}
_RATIONALS: Final = {RATIONAL: "I", SRATIONAL: "i"}
_FLOATS: Final = frozenset({FLOAT, DOUBLE})
NUMERIC: Final = frozenset(_CODES) | frozenset(_RATIONALS)
_QUOTIENT: Final = Context(prec=17)
_FRACTION: Final = re.compile(r"([+-]?\d{1,20})\s*/\s*(\d{1,20})")

Parts = tuple[int, int] | int | float
"""A number as it is stored; a rational as numerator and denominator."""


@attrs.frozen
class Numbers:
    """The codec of one numeric field type."""

    type: int

    @property
    def limits(self) -> Limits:
        """Its range; whole numbers have step 1."""
        kinds = frozenset({Kind.NUMBER, Kind.TEXT, Kind.BYTES})
        if self.type in _FLOATS:
            return Limits(kinds=kinds, hex_digits=False)
        low, high = _range(_RATIONALS.get(self.type) or _CODES[self.type])
        step = None if self.type in _RATIONALS else Decimal(1)
        return Limits(kinds=kinds, hex_digits=False, low=Decimal(low), high=Decimal(high), step=step)

    def unpack(self, data: bytes, order: str) -> list[Parts]:
        """The numbers of a value. Raises FieldError (``undecodable``) if bytes are left over."""
        code = _RATIONALS.get(self.type) or _CODES[self.type]
        width = struct.calcsize(order + code) * (1 + (self.type in _RATIONALS))
        if len(data) % width:
            raise FieldError("undecodable", "the value is no whole number of numbers")
        numbers = struct.unpack(f"{order}{len(data) // struct.calcsize(order + code)}{code}", data)
        if self.type in _RATIONALS:
            return list(zip(numbers[::2], numbers[1::2], strict=True))
        return list(numbers)

    def pack(self, numbers: Sequence[Parts], order: str) -> bytes:
        """A value of these numbers. Raises FieldError (``out-of-range``)."""
        flat = [part for number in numbers for part in (number if isinstance(number, tuple) else (number,))]
        code = _RATIONALS.get(self.type) or _CODES[self.type]
        try:
            return struct.pack(f"{order}{len(flat)}{code}", *flat)
        except (struct.error, OverflowError):
            raise FieldError("out-of-range", "the action's result lies outside the range of the tag's type") from None

    def number(self, parts: Parts) -> Decimal:
        """One number. Raises FieldError (``wrong-kind``) for 1/0, infinity and the like."""
        if isinstance(parts, tuple):
            if not parts[1]:
                raise FieldError("wrong-kind", "the value is a fraction without denominator")
            return quotient(Fraction(*parts))
        number = Decimal(self.text(parts))
        if not number.is_finite():
            raise FieldError("wrong-kind", "the value is no finite number")
        return number

    def text(self, parts: Parts) -> str:
        """One number as text; a fraction that no decimal equals as ``1/3``."""
        if isinstance(parts, tuple):
            if not parts[1]:
                return f"{parts[0]}/{parts[1]}"
            exact = Fraction(*parts)
            decimal = quotient(exact)
            return spell_number(decimal) if Fraction(decimal) == exact else f"{exact.numerator}/{exact.denominator}"
        if self.type == FLOAT:
            return next(text for digits in range(6, 10) if _same_float(text := f"{parts:.{digits}g}", parts))
        return repr(parts)

    def store(self, value: Value | None, before: Parts | None) -> Parts:
        """A number as its type stores it; a rational keeps the denominator it had, if that is enough.

        Raises FieldError (``wrong-kind``, ``out-of-range``).
        """
        if not isinstance(value, Decimal) or not value.is_finite():
            raise FieldError("wrong-kind", "the action's result is no number that the tag can hold")
        if self.type in _FLOATS:
            return float(value)
        if self.type in _RATIONALS:
            _, high = _range(_RATIONALS[self.type])
            return rational(_exact(value), high, before[1] if isinstance(before, tuple) else 1)
        if value.adjusted() > 20 or value != value.to_integral_value():
            raise FieldError("out-of-range", "the tag holds whole numbers of its type's range only")
        return int(value)

    def literal(self, text: str) -> Parts:
        """A number that the profile spells: ``72``, ``0.5``, for rationals also ``1/3``. Raises FieldError."""
        if self.type in _RATIONALS and (match := _FRACTION.fullmatch(text.strip())):
            return int(match[1]), int(match[2])
        return self.store(parse_number(text), None)


def quotient(number: Fraction) -> Decimal:
    """A fraction as a decimal of at most 17 digits, without trailing zeros."""
    decimal = _QUOTIENT.divide(Decimal(number.numerator), Decimal(number.denominator))
    return decimal.quantize(Decimal(1)) if decimal == decimal.to_integral_value() else decimal.normalize()


def rational(number: Fraction, high: int, denominator: int) -> tuple[int, int]:
    """Numerator and denominator up to `high` that come nearest to a number.

    denominator : taken where it gives the number exactly. Raises FieldError (``out-of-range``).
    """
    scaled = number * denominator
    if scaled.denominator == 1 and abs(scaled.numerator) <= high:
        return scaled.numerator, denominator
    if abs(number) > high:
        raise FieldError("out-of-range", "the action's result lies outside the range of the tag's type")
    largest = min(high, int(high / abs(number))) if number else 1
    near = number.limit_denominator(max(largest, 1))
    return near.numerator, near.denominator


def _exact(value: Decimal) -> Fraction:
    if abs(value.adjusted()) > 30 and value:
        if value.adjusted() > 0:
            raise FieldError("out-of-range", "the action's result lies outside the range of the tag's type")
        return Fraction(0)
    return Fraction(value)


def _range(code: str) -> tuple[int, int]:
    bits = 8 * struct.calcsize("<" + code)
    return (0, (1 << bits) - 1) if code.isupper() else (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def _same_float(text: str, value: float) -> bool:
    return struct.pack("<f", float(text)) == struct.pack("<f", value) or value != value
