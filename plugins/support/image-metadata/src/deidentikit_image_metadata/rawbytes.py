"""Bytes that nothing describes, which may be text, as the value of a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deidentikit.kinds import Form, Kind, Value

from .plaintext import Spelling
from .texts import Plain

_PLAIN: Final = Plain()


def joined(values: Sequence[Value | None]) -> bytes:
    """The bytes among an action's results, one after the other."""
    return b"".join(value for value in values if isinstance(value, bytes))


def read(data: bytes, spelling: Spelling, form: Form) -> list[Value | None]:
    """The bytes themselves where the form asks for such, else their text; none where they are empty.

    Raises FieldError (``wrong-kind``, ``undecodable``).
    """
    if form.kind is Kind.BYTES:
        return [data] if data else []
    return spelling.read(_PLAIN.split(data, ""), form)


def written(data: bytes, values: Sequence[Value | None], spelling: Spelling, form: Form) -> bytes:
    """What takes the place of the bytes; they themselves where the results are the values that were read.

    Raises FieldError (``wrong-kind``, ``charset``).
    """
    if form.kind is Kind.BYTES:
        return joined(values)
    before = _PLAIN.split(data, "")
    after = spelling.written(values, before, form)
    return data if after == before else _PLAIN.join(after, b"", "")
