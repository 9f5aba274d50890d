"""Between the bytes of a data element and typed values, for each value representation (PS3.5 6.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Protocol

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Kind, Opaque, Value, canonical_text

from .charsets import Encoding
from .numbers import BinaryNumbers, Tags
from .strings import STRINGS, Strings

__all__ = ["Encoding", "check_literal", "decode", "encode", "limits", "texts"]

_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_TEXT_FORM: Final = Form(Kind.TEXT)


class _Codec(Protocol):
    @property
    def limits(self) -> Limits: ...

    def decode(self, raw: bytes, form: Form, encoding: Encoding, little: bool) -> list[Value | None]: ...

    def encode(
        self, values: Sequence[Value | None], form: Form, original: bytes | None, encoding: Encoding, little: bool
    ) -> bytes: ...

    def check(self, text: str) -> str | None: ...


@attrs.frozen
class _Bytes:
    """OB, OW and their like, and UN.

    as_text : the codec for values that turn out to be text, which private elements often hide; None where
        the VR holds numbers
    """

    vr: str
    limits: Limits
    as_text: Strings | None = None

    def decode(self, raw: bytes, form: Form, encoding: Encoding, little: bool) -> list[Value | None]:
        """Text where the bytes are printable text, `Opaque` bytes where they are not."""
        if form.kind is Kind.BYTES:
            return [raw]
        if self.as_text is None:
            raise FieldError("wrong-kind", f"{self.vr} holds bytes, no {form.kind.value}")
        if self._is_text(raw, encoding):
            return self.as_text.decode(raw, form, encoding, little)
        if form.kind in (Kind.TEXT, Kind.UID):
            return [Opaque(raw)]
        raise FieldError("undecodable", f"the bytes of this {self.vr} are no text")

    def encode(
        self, values: Sequence[Value | None], form: Form, original: bytes | None, encoding: Encoding, little: bool
    ) -> bytes:
        """Bytes as they are, text as text."""
        if form.kind is Kind.BYTES or any(isinstance(value, bytes) for value in values):
            data = b"".join(value for value in values if isinstance(value, bytes))
            return original if original is not None and data == original else data + b"\0" * (len(data) % 2)
        if self.as_text is None:
            if any(values):
                raise FieldError("wrong-kind", f"{self.vr} holds bytes; a text cannot be written to it")
            return b""
        if original is not None and not self._is_text(original, encoding):
            original = None
        return self.as_text.encode(values, form, original, encoding, little)

    def check(self, text: str) -> str | None:
        """Why a text of the profile is no value of this VR, or None."""
        if not text or self.as_text is not None:
            return None
        return f"{self.vr} holds no text; '' empties it"

    def _is_text(self, raw: bytes, encoding: Encoding) -> bool:
        core = raw.rstrip(b"\0 ")
        return _CONTROLS.search(core) is None and encoding.decode(core) is not None


def _binary(vr: str, code: str, low: int | None = None, high: int | None = None) -> BinaryNumbers:
    whole = low is not None
    return BinaryNumbers(
        vr,
        code,
        Limits(
            None,
            frozenset({Kind.NUMBER, Kind.TEXT}),
            hex_digits=False,
            low=None if low is None else Decimal(low),
            high=None if high is None else Decimal(high),
            step=Decimal(1) if whole else None,
        ),
    )


_BYTES_ALONE: Final = Limits(None, frozenset({Kind.BYTES}), hex_digits=False)
_CODECS: Final[dict[str, _Codec]] = {
    **STRINGS,
    "US": _binary("US", "H", 0, 2**16 - 1),
    "SS": _binary("SS", "h", -(2**15), 2**15 - 1),
    "UL": _binary("UL", "I", 0, 2**32 - 1),
    "SL": _binary("SL", "i", -(2**31), 2**31 - 1),
    "UV": _binary("UV", "Q", 0, 2**64 - 1),
    "SV": _binary("SV", "q", -(2**63), 2**63 - 1),
    "FL": _binary("FL", "f"),
    "FD": _binary("FD", "d"),
    "AT": Tags(Limits(None, frozenset({Kind.TEXT}), hex_digits=False)),
    "OB": _Bytes("OB", Limits(), attrs.evolve(STRINGS["UT"], vr="OB", pad=b"\0", limits=Limits())),
    "UN": _Bytes("UN", Limits(), attrs.evolve(STRINGS["UC"], vr="UN", limits=Limits())),
    **{vr: _Bytes(vr, _BYTES_ALONE) for vr in ("OD", "OF", "OL", "OV", "OW", "SQ")},
}
_UNKNOWN: Final = _CODECS["UN"]


def decode(vr: str, raw: bytes, form: Form, encoding: Encoding, little: bool) -> list[Value | None]:
    """The values of a data element in the kind that `form` asks for.

    raw : its value field
    little : the byte order of binary numbers

    Empty for an empty value; None for an empty value among several. TEXT and UID are `Opaque` where
    the declared character sets do not explain the bytes. A VR that is not known is read as UN.
    Raises FieldError (``wrong-kind``, ``undecodable``).
    """
    return _CODECS.get(vr, _UNKNOWN).decode(raw, form, encoding, little) if raw else []


def encode(
    vr: str,
    values: Sequence[Value | None],
    form: Form,
    original: bytes | None,
    encoding: Encoding,
    little: bool,
) -> bytes:
    """The value field for new values, of even length.

    values : under `Kind.NATIVE` texts of the profile, in which a backslash divides values where the
        VR has several; otherwise of the kind that `form` names
    original : the value field that the values were read from; a value that did not change keeps its
        bytes, and if none did the original is returned as it is, even of odd length

    Raises FieldError (``too-long``, ``charset``, ``wrong-kind``, ``out-of-range``).
    """
    return _CODECS.get(vr, _UNKNOWN).encode(values, form, original, encoding, little)


def limits(vr: str) -> Limits:
    """What an element of this VR can hold."""
    return _CODECS.get(vr, _UNKNOWN).limits


def check_literal(vr: str, text: str) -> str | None:
    """Why a text of the profile cannot be written to an element of this VR, or None.

    Lengths, numbers, dates and the characters of UIDs are checked. Capitals in CS are not asked for.
    """
    return _CODECS.get(vr, _UNKNOWN).check(text)


def texts(vr: str, raw: bytes, encoding: Encoding, little: bool) -> list[str]:
    """The values as canonical text, as names, subjects and other rules read them.

    Raises FieldError (``wrong-kind``, ``undecodable``) where they are no text.
    """
    found = []
    for value in decode(vr, raw, _TEXT_FORM, encoding, little):
        if isinstance(value, bytes):
            raise FieldError("undecodable", "the Specific Character Set does not explain the value")
        if isinstance(value, str):
            found.append(canonical_text(value))
    return found
