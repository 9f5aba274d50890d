"""Values read and written under one character set and byte order, remembered from file to file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deidentikit.kinds import Form, Moment, Value

from .values import Encoding, decode, encode

_LONGEST: Final = 256
_REMEMBERED: Final = 8192

_Known = tuple[Form, dict[tuple[str, bytes], list[Value | None]], dict[tuple[str, bytes, object], bytes]]


class Codec:
    """Reads and writes elements; the files of a study repeat most of their values.

    encoding : the declared character sets
    little : the byte order of numbers
    """

    def __init__(self, encoding: Encoding, little: bool) -> None:
        self.encoding = encoding
        self.little = little
        self._known: dict[int, _Known] = {}

    def decode(self, vr: str, raw: bytes, form: Form) -> Sequence[Value | None]:
        """The values of an element; see `values.decode`."""
        if len(raw) > _LONGEST:
            return decode(vr, raw, form, self.encoding, self.little)
        known = self._of(form)[1]
        found = known.get((vr, raw))
        if found is None:
            found = decode(vr, raw, form, self.encoding, self.little)
            if len(known) >= _REMEMBERED:
                known.clear()
            known[vr, raw] = found
        return found

    def encode(self, vr: str, values: Sequence[Value | None], form: Form, original: bytes) -> bytes:
        """The value field for new values of an element; see `values.encode`."""
        if len(original) > _LONGEST or len(values) != 1 or not isinstance(values[0], str | Moment):
            return encode(vr, values, form, original, self.encoding, self.little)
        known = self._of(form)[2]
        key = vr, original, values[0]
        found = known.get(key)
        if found is None:
            found = encode(vr, values, form, original, self.encoding, self.little)
            if len(known) >= _REMEMBERED:
                known.clear()
            known[key] = found
        return found

    def _of(self, form: Form) -> _Known:
        """What is known for a form, told by its identity, which holding on to it keeps its own."""
        known = self._known.get(id(form))
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[id(form)] = (form, {}, {})
        return known
