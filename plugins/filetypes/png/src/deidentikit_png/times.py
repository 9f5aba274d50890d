"""The time of the last change, in seven bytes (PNG third edition, section 11.3.6.1)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Kind, Moment, Value, date_format

LIMITS: Final = Limits(kinds=frozenset({Kind.DATE, Kind.DATETIME, Kind.BYTES, Kind.NATIVE}), hex_digits=False)
_PARTS: Final = struct.Struct(">H5B")
_FORMATS: Final = (
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y:%m:%d %H:%M:%S",
    "%Y%m%d%H%M%S",
)


def unpack(data: bytes) -> Moment | None:
    """The time, in UTC; None where all of it is zero. Raises FieldError (``wrong-kind``)."""
    if len(data) != _PARTS.size:
        raise FieldError("wrong-kind", "the chunk is not as long as a time is")
    if not any(data):
        return None
    try:
        return Moment(*_PARTS.unpack(data))
    except ValueError:
        raise FieldError("wrong-kind", "the chunk holds a time that no calendar has") from None


def day(moment: Moment) -> Moment:
    """The day alone."""
    return Moment(moment.year, moment.month, moment.day)


def pack(values: Sequence[Value | None], former: bytes) -> bytes:
    """An action's result as a time; parts that it lacks are those of the former time.

    Raises FieldError (``wrong-kind``).
    """
    if not values:
        return bytes(_PARTS.size)
    value = values[0]
    if value is None:
        return former
    if len(values) != 1 or not isinstance(value, Moment):
        raise FieldError("wrong-kind", "the action's result is no time")
    before = unpack(former) if len(former) == _PARTS.size else None
    if value.hour is None and before is not None:
        value = attrs.evolve(value, hour=before.hour, minute=before.minute, second=before.second)
    return _packed(value)


def _packed(moment: Moment) -> bytes:
    return _PARTS.pack(
        moment.year, moment.month or 1, moment.day or 1, moment.hour or 0, moment.minute or 0, moment.second or 0
    )


def literal(values: Sequence[object]) -> bytes:
    """A text of the profile as a time; none makes it all zero. Raises FieldError (``wrong-kind``)."""
    if not values:
        return bytes(_PARTS.size)
    if len(values) == 1 and isinstance(text := values[0], str):
        for spelled in _FORMATS:
            try:
                moment = date_format(spelled).parse(text.strip())
            except ValueError:
                continue
            if not moment.offset or moment.offset in ("Z", "+00:00", "+0000"):
                return _packed(moment)
    raise FieldError("wrong-kind", "a time is written as 2020-01-31T23:59:59, in UTC")


def spelled(moment: Moment) -> str:
    """A time as text, for names of outputs."""
    return date_format("%Y-%m-%dT%H:%M:%S").spell(moment)
