"""GPS latitude and longitude: three rationals as one number of degrees (EXIF 2.32 section 4.6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from deidentikit.errors import FieldError
from deidentikit.kinds import Value

from .numbers import Parts, quotient, rational

COORDINATES: Final = {2: 90, 4: 180, 20: 90, 22: 180}
"""Tags of the GPS IFD that hold degrees, minutes and seconds, and the most degrees they hold."""
_LARGEST: Final = (1 << 32) - 1
_FINE: Final = 10_000
_UNITS: Final = (1, 60, 3600)


def degrees(parts: Sequence[Parts]) -> Decimal:
    """Degrees, minutes and seconds as degrees. Raises FieldError (``wrong-kind``) for 0/0 and the like."""
    total = Fraction(0)
    for part, unit in zip(parts, _UNITS, strict=True):
        if not isinstance(part, tuple) or not part[1]:
            raise FieldError("wrong-kind", "the value is a fraction without denominator")
        total += Fraction(*part) / unit
    return quotient(total)


def from_degrees(value: Value | None, most: int, before: Sequence[Parts]) -> list[Parts]:
    """A number of degrees as three rationals, divided up as the former value was.

    The hemisphere stands in a tag of its own, so a number below 0 does not fit.
    Raises FieldError (``wrong-kind``, ``out-of-range``).
    """
    if not isinstance(value, Decimal) or not value.is_finite():
        raise FieldError("wrong-kind", "the action's result is no number of degrees")
    if not 0 <= value <= most:
        raise FieldError("out-of-range", f"a coordinate goes from 0 to {most} degrees; the hemisphere is another tag")
    number = Fraction(value)
    denominators = [part[1] if isinstance(part, tuple) and part[1] else 1 for part in before] or [1, 1, 1]
    finest = max((at for at, part in enumerate(before) if isinstance(part, tuple) and part != (0, 1)), default=2)
    if finest == 0:
        return [rational(number, _LARGEST, denominators[0]), (0, 1), (0, 1)]
    fine = max(denominators[finest], _FINE)
    fine = fine if fine * 60 <= _LARGEST else _FINE
    whole, rest = divmod(round(number * _UNITS[finest] * fine), 60 * fine)
    if finest == 1:
        return [(whole, 1), (rest, fine), (0, 1)]
    return [(whole // 60, 1), (whole % 60, 1), (rest, fine)]
