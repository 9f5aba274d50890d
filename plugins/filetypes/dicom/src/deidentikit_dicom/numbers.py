"""Numbers: the binary VRs, and the decimal texts of DS and IS within their lengths (PS3.5 table 6.2-1)."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Kind, Opaque, Spelled, Value, canonical_number, parse_number

from .charsets import Encoding

DS_LENGTH: Final = 16
IS_LENGTH: Final = 12
IS_LOW: Final = -(2**31)
IS_HIGH: Final = 2**31 - 1
_TAG_DIGITS: Final = re.compile(r"[0-9A-Fa-f]{8}")
_NO_TAG: Final = "AT holds tags, as eight hexadecimal digits"


def spell_decimal(value: Decimal) -> str:
    """A DS: as spelled or exact where 16 characters hold it, else with fewer digits."""
    if isinstance(value, Spelled) and len(value.spelling) <= DS_LENGTH:
        return value.spelling
    if -DS_LENGTH <= value.adjusted() <= DS_LENGTH and len(exact := canonical_number(value)) <= DS_LENGTH:
        return exact
    if -5 <= value.adjusted() < DS_LENGTH - 1:
        for places in range(DS_LENGTH - 2, -1, -1):
            text = canonical_number(Decimal(f"{value:.{places}f}"))
            if len(text) <= DS_LENGTH:
                return text
    for digits in range(DS_LENGTH - 2, -1, -1):
        text = f"{value:.{digits}E}"
        if len(text) <= DS_LENGTH:
            return text
    raise FieldError("out-of-range", "the new number does not fit 16 characters")


def spell_whole(value: Decimal) -> str:
    """An IS: the number cut to a whole one. Raises FieldError (``out-of-range``)."""
    whole = whole_part(value)
    if not IS_LOW <= whole <= IS_HIGH:
        raise FieldError("out-of-range", "the new number lies outside the range of IS")
    if isinstance(value, Spelled) and len(value.spelling) <= IS_LENGTH and value.spelling.lstrip("+-").isdigit():
        return value.spelling
    return str(whole)


def whole_part(value: Decimal) -> int:
    """The number without its fraction."""
    if not value.is_finite() or value.adjusted() > 40:
        raise FieldError("out-of-range", "the new number is too large")
    return int(value)


@attrs.frozen
class BinaryNumbers:
    """US, SS, UL, SL, UV, SV, FL and FD: a number for every so many bytes.

    code : as the `struct` module has it
    """

    vr: str
    code: str
    limits: Limits

    @property
    def width(self) -> int:
        """Bytes of one number."""
        return struct.calcsize(f"<{self.code}")

    @property
    def whole(self) -> bool:
        """It holds integers."""
        return self.code not in "fd"

    def decode(self, raw: bytes, form: Form, encoding: Encoding, little: bool) -> list[Value | None]:
        """The numbers, as text where text is asked."""
        if form.kind not in (Kind.NUMBER, Kind.TEXT):
            raise FieldError("wrong-kind", f"{self.vr} holds numbers, no {form.kind.value}")
        if len(raw) % self.width:
            if form.kind is Kind.TEXT:
                return [Opaque(raw)]
            raise FieldError("undecodable", f"the length is no multiple of the {self.width} bytes of a {self.vr}")
        numbers = [self._number(found) for (found,) in struct.iter_unpack(("<" if little else ">") + self.code, raw)]
        if form.kind is Kind.TEXT:
            return [number.spelling for number in numbers]
        return list(numbers)

    def _number(self, found: float) -> Spelled:
        if self.whole:
            return Spelled(str(found))
        if found - found != 0:
            raise FieldError("wrong-kind", "the value is no finite number")
        return Spelled(_shortest_float(found) if self.code == "f" else repr(found))

    def encode(
        self, values: Sequence[Value | None], form: Form, original: bytes | None, encoding: Encoding, little: bool
    ) -> bytes:
        """The numbers as bytes; values equal to the original's keep theirs."""
        if form.kind is Kind.NATIVE:
            texts = [part for value in values if isinstance(value, str) for part in value.split("\\")]
            return b"".join(self._pack(self._literal(text), little) for text in texts if len(texts) > 1 or text.strip())
        before: list[Value | None] = []
        if original is not None and len(original) == len(values) * self.width:
            before = self.decode(original, form, encoding, little)
        out = []
        for at, value in enumerate(values):
            if before and original is not None and (value is None or value == before[at]):
                out.append(original[at * self.width : (at + 1) * self.width])
            elif isinstance(value, Opaque):
                out.append(bytes(value))
            elif isinstance(value, Decimal):
                out.append(self._pack(Decimal(whole_part(value)) if self.whole else value, little))
            elif isinstance(value, str):
                out.append(self._pack(self._literal(value), little))
            else:
                raise FieldError("wrong-kind", f"the action's result is no number, as {self.vr} holds it")
        return b"".join(out)

    def _literal(self, text: str) -> Decimal:
        number = parse_number(text)
        if self.whole and number != number.to_integral_value():
            raise FieldError("wrong-kind", f"{self.vr} holds whole numbers")
        return number

    def _pack(self, number: Decimal, little: bool) -> bytes:
        try:
            return struct.pack(("<" if little else ">") + self.code, int(number) if self.whole else float(number))
        except (struct.error, OverflowError):
            raise FieldError("out-of-range", f"the number lies outside the range of {self.vr}") from None

    def check(self, text: str) -> str | None:
        """Why a text of the profile is no value of this VR, or None."""
        try:
            self.encode([text], Form(Kind.NATIVE), None, Encoding(), True)
        except FieldError as error:
            return error.message
        return None


def _shortest_float(found: float) -> str:
    """The shortest decimal text that gives the same 32-bit float."""
    packed = struct.pack("<f", found)
    for digits in range(6, 10):
        text = f"{found:.{digits}g}"
        if struct.pack("<f", float(text)) == packed:
            return text
    return repr(found)


@attrs.frozen
class Tags:
    """AT: tags, as eight hexadecimal digits."""

    limits: Limits

    def decode(self, raw: bytes, form: Form, encoding: Encoding, little: bool) -> list[Value | None]:
        """The tags as text."""
        if form.kind is not Kind.TEXT:
            raise FieldError("wrong-kind", f"AT holds tags, no {form.kind.value}")
        if len(raw) % 4:
            return [Opaque(raw)]
        return [f"{group:04X}{element:04X}" for group, element in struct.iter_unpack("<HH" if little else ">HH", raw)]

    def encode(
        self, values: Sequence[Value | None], form: Form, original: bytes | None, encoding: Encoding, little: bool
    ) -> bytes:
        """The tags as bytes. Raises FieldError (``wrong-kind``)."""
        out = []
        for value in values:
            if isinstance(value, bytes):
                out.append(bytes(value))
            elif value is None or isinstance(value, str):
                texts = (value or "").split("\\")
                out += [self._pack(text, little) for text in texts if text.strip() or len(values) > 1]
            else:
                raise FieldError("wrong-kind", _NO_TAG)
        return b"".join(out)

    def _pack(self, text: str, little: bool) -> bytes:
        digits = re.sub(r"[(), ]", "", text.strip())
        if not _TAG_DIGITS.fullmatch(digits):
            raise FieldError("wrong-kind", _NO_TAG)
        return struct.pack("<HH" if little else ">HH", int(digits[:4], 16), int(digits[4:], 16))

    def check(self, text: str) -> str | None:
        """Why a text of the profile is no value of this VR, or None."""
        try:
            self.encode([text], Form(Kind.NATIVE), None, Encoding(), True)
        except FieldError as error:
            return error.message
        return None
