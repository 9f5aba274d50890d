"""The string VRs (PS3.5 6.2): multiplicity, padding, character sets, and what each VR can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Kind, Opaque, PersonName, Value, parse_number, spell_number

from .charsets import ESC, Encoding
from .dates import is_date, read_date, spell_date
from .numbers import DS_LENGTH, IS_HIGH, IS_LENGTH, IS_LOW, spell_decimal, spell_whole

PAD: Final = "\0 "
_PATTERNS: Final = {
    "UI": (re.compile(r"[0-9]+(?:\.[0-9]+)*"), "a UID has digits and dots alone"),
    "AS": (re.compile(r"\d{3}[DWMY]", re.ASCII), "an age (AS) is three digits and one of D, W, M, Y"),
    "IS": (re.compile(r"[+-]?\d+", re.ASCII), "IS holds whole numbers"),
    "DS": (re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII), "DS holds decimal numbers"),
}
_DATES: Final = {
    "DA": "date; write it like 20210615",
    "DT": "date with time; write it like 20210615143005",
    "TM": "time; write it like 143005",
}
_DATE_KINDS: Final = (Kind.DATE, Kind.DATETIME)
_TEXT_KINDS: Final = (Kind.TEXT, Kind.UID, Kind.NATIVE)


@attrs.frozen
class Strings:
    """One string VR.

    pad : the byte that makes the length even
    multiple : a backslash divides values
    charset : Specific Character Set applies; otherwise the default repertoire
    stray : files write text of their Specific Character Set here all the same, so it is read with it
    both_ends : leading spaces do not count either
    """

    vr: str
    limits: Limits
    pad: bytes = b" "
    multiple: bool = True
    charset: bool = False
    stray: bool = False
    both_ends: bool = False

    def decode(self, raw: bytes, form: Form, encoding: Encoding, little: bool) -> list[Value | None]:
        """The values in the kind that is asked; None for an empty one among several.

        Raises FieldError (``wrong-kind``, ``undecodable``).
        """
        kind = form.kind
        if self.limits.kinds is not None and kind not in self.limits.kinds:
            raise FieldError("wrong-kind", f"{self.vr} holds no {kind.value}")
        values: list[Value | None]
        if raw.isascii() and ESC not in raw:
            text = raw.decode("ascii")
            texts = text.split("\\") if self.multiple and "\\" in text else [text]
            values = [self._value(text, form) for text in texts]
        else:
            values = [self._decoded(piece, form, encoding) for piece in self._pieces(raw, encoding)]
        return values if len(values) > 1 or values[0] is not None else []

    def _pieces(self, raw: bytes, encoding: Encoding) -> list[bytes]:
        if not self.multiple:
            return [raw]
        return encoding.split(raw) if self.charset or self.stray else raw.split(b"\\")

    def _text(self, piece: bytes, encoding: Encoding) -> str | None:
        if piece.isascii() and ESC not in piece:
            return piece.decode("ascii")
        return encoding.decode(piece, self.vr == "PN") if self.charset or self.stray else None

    def _decoded(self, piece: bytes, form: Form, encoding: Encoding) -> Value | None:
        text = self._text(piece, encoding)
        if text is not None:
            return self._value(text, form)
        if form.kind in (Kind.TEXT, Kind.UID):
            return Opaque(piece.rstrip(b"\0 "))
        raise FieldError("undecodable", "the Specific Character Set does not explain the value")

    def _value(self, text: str, form: Form) -> Value | None:
        """One value of a text with its padding."""
        text = text.strip(PAD) if self.both_ends else text.rstrip(PAD)
        if not text or text.isspace():
            return None
        kind = form.kind
        if kind is Kind.TEXT or kind is Kind.UID:
            return PersonName(text.rstrip("=")) if self.vr == "PN" else text
        if kind is Kind.NUMBER:
            return parse_number(text)
        return read_date(self.vr, text.strip(PAD), form)

    def encode(
        self, values: Sequence[Value | None], form: Form, original: bytes | None, encoding: Encoding, little: bool
    ) -> bytes:
        """The values as bytes of even length; those that are unchanged keep their bytes and padding.

        Raises FieldError (``too-long``, ``charset``, ``wrong-kind``, ``out-of-range``).
        """
        if not values:
            return b""
        pieces = [] if original is None or form.kind is Kind.NATIVE else self._pieces(original, encoding)
        if len(pieces) != len(values):
            pieces = []
        out: list[bytes] = []
        changed = not pieces
        for at, value in enumerate(values):
            piece = pieces[at] if pieces else None
            if value is None or (piece is not None and self._decoded(piece, form, encoding) == value):
                out.append(piece or b"")
            else:
                out.append(self._spell(value, form, piece, encoding))
                changed = True
        if not changed and original is not None:
            return original
        joined = b"\\".join(out)
        if len(joined) % 2 == 0:
            return joined
        if pieces and out[-1] == pieces[-1] and joined[-1:] in (b" ", b"\0"):
            return joined[:-1]
        return joined + self.pad

    def _spell(self, value: Value, form: Form, piece: bytes | None, encoding: Encoding) -> bytes:
        if isinstance(value, bytes):
            return bytes(value)
        kind = form.kind
        if kind is Kind.NUMBER and isinstance(value, Decimal):
            spell = {"DS": spell_decimal, "IS": spell_whole}.get(self.vr, spell_number)
            text = spell(value)
        elif kind in _DATE_KINDS and not isinstance(value, str | Decimal):
            before = None if piece is None else self._text(piece, encoding)
            text = spell_date(self.vr, value, form, before.strip(PAD) if before and before.strip(PAD) else None)
        elif isinstance(value, str) and kind in _TEXT_KINDS:
            text = str(value)
        else:
            raise FieldError("wrong-kind", f"the action's result is no {kind.value}")
        if trouble := self._trouble(text, spelled=kind in _DATE_KINDS):
            raise FieldError(*trouble)
        if not self.charset:
            encoding = Encoding()
        parts = text.split("\\") if self.multiple else [text]
        return b"\\".join(encoding.encode(part, self.vr == "PN") for part in parts)

    def check(self, text: str) -> str | None:
        """Why a text of the profile is no value of this VR, or None."""
        trouble = self._trouble(text)
        return trouble[1] if trouble else None

    def _trouble(self, text: str, spelled: bool = False) -> tuple[str, str] | None:
        """Why a text cannot be written, as a reason and a message.

        spelled : the text is a date in the spelling that its original had, which need not be the VR's
        """
        for part in text.split("\\") if self.multiple else [text]:
            stripped = part.strip(PAD)
            if not stripped:
                continue
            longest = self.limits.max_length
            if longest is not None and self._length(part) > longest:
                return "too-long", f"{self.vr} holds {longest} characters, the new value has {self._length(part)}"
            if self.vr in _PATTERNS and not _PATTERNS[self.vr][0].fullmatch(stripped):
                return "wrong-kind", _PATTERNS[self.vr][1]
            if self.vr == "IS" and not IS_LOW <= int(stripped) <= IS_HIGH:
                return "out-of-range", "the number lies outside the range of IS"
            if self.vr in _DATES and not spelled and not is_date(self.vr, stripped):
                return "wrong-kind", f"the new value is no {_DATES[self.vr]}"
        return None

    def _length(self, text: str) -> int:
        """Characters that count: in a person name those of its longest component group."""
        if self.vr == "PN":
            return max(len(group.rstrip(PAD)) for group in text.split("="))
        return len(text.rstrip(PAD) if self.both_ends or self.multiple else text)


def _limits(
    length: int | None, *kinds: Kind, hex_digits: bool = True, upper_only: bool = False, whole: bool = False
) -> Limits:
    return Limits(
        length,
        frozenset({Kind.TEXT, *kinds}),
        hex_digits,
        upper_only,
        Decimal(IS_LOW) if whole else None,
        Decimal(IS_HIGH) if whole else None,
        Decimal(1) if whole else None,
    )


_ANY: Final = (Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.UID)
_DATED: Final = (Kind.DATE, Kind.DATETIME)

STRINGS: Final = {
    strings.vr: strings
    for strings in (
        Strings("AE", _limits(16, *_ANY), stray=True, both_ends=True),
        Strings("AS", _limits(4, hex_digits=False), both_ends=True),
        Strings("CS", _limits(16, *_ANY, upper_only=True), stray=True),
        Strings("DA", _limits(21, *_DATED, hex_digits=False), both_ends=True),
        Strings("DS", _limits(DS_LENGTH, Kind.NUMBER, hex_digits=False), both_ends=True),
        Strings("DT", _limits(54, *_DATED, hex_digits=False), both_ends=True),
        Strings("IS", _limits(IS_LENGTH, Kind.NUMBER, hex_digits=False, whole=True), both_ends=True),
        Strings("LO", _limits(64, *_ANY), charset=True),
        Strings("LT", _limits(10240, *_ANY), multiple=False, charset=True),
        Strings("PN", _limits(64, Kind.UID), charset=True),
        Strings("SH", _limits(16, *_ANY), charset=True),
        Strings("ST", _limits(1024, *_ANY), multiple=False, charset=True),
        Strings("TM", _limits(28, hex_digits=False), both_ends=True),
        Strings("UC", _limits(None, *_ANY), charset=True),
        Strings("UI", _limits(64, Kind.UID, hex_digits=False), pad=b"\0", both_ends=True),
        Strings("UR", _limits(None, *_ANY), multiple=False, stray=True),
        Strings("UT", _limits(None, *_ANY), multiple=False, charset=True),
    )
}
