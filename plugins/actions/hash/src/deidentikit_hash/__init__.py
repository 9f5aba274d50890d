"""The action `hash`: replace a value by its keyed or salted digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, cast

import attrs
from deidentikit.action import KEEP, Action, Verdict
from deidentikit.context import Context
from deidentikit.errors import FieldError
from deidentikit.filetype import UNLIMITED, Limits
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind, Numeral, Value, canonical_bytes
from deidentikit.schema import Fragment, Key, Text, Whole

if TYPE_CHECKING:
    from deidentikit.registry import Registry

ALL_DIGITS: Final = 64
SHORT: Final = 12
"""Below this many digits, two of a million values can be expected to collide."""
_BLANK: Final = "\0 \t\r\n"


@attrs.frozen(kw_only=True)
class Hash(Action):
    """Replaces a value by hex digits of its digest, so that equal values stay equal.

    With a key: HMAC-SHA-256 of the canonical text, the same in every file type. Without: SHA-256 of
    the salt and the text as it stands, a number's without its spelling. Bytes that are no text are hashed as they are.

    hash_digits : how many hex digits to keep, from the first; 0 keeps all 64
    salt : goes before the value; only without a key
    """

    name: ClassVar[str] = "hash"
    summary: ClassVar[str] = "Replace a value by its keyed or salted digest."
    kind: ClassVar[Kind] = Kind.TEXT
    accepts_opaque: ClassVar[bool] = True

    hash_digits: int = 16
    salt: str = attrs.field(default="", repr=False)

    @classmethod
    def settings_schema(cls, registry: Registry) -> Fragment:
        return {
            "hash-digits": Key(Whole(0, ALL_DIGITS), "Hex digits to keep of a hash; 0 keeps all 64.", "16"),
            "salt": Key(Text(), "Goes before a value when it is hashed without a key. Prefer a key."),
        }

    @property
    def digits(self) -> int:
        """The length of what is written."""
        return self.hash_digits or ALL_DIGITS

    def check(self, limits: Limits, keyed: bool) -> Iterable[str]:
        yield from super().check(limits, keyed)
        if not limits.hex_digits:
            move = "move, " if limits.kinds is not None and Kind.DATE in limits.kinds else ""
            yield f"this field cannot hold the letters and digits of a hash; {move}remove or replace it instead"
        elif limits.max_length is not None and self.digits > limits.max_length:
            yield (
                f"a hash of {self.digits} digits is longer than the {limits.max_length} characters of this field;"
                f" set hash-digits to {limits.max_length} or less"
            )

    def problems(self, keyed: bool) -> Iterable[str]:
        if keyed and self.salt:
            yield "a key and a salt do not go together; take the salt out"

    def remarks(self, keyed: bool) -> Iterable[str]:
        if not keyed and not self.salt:
            yield "a hash without a key can be undone by trying all likely values; give a key with --key-file"

    def describe(self, keyed: bool) -> str:
        same = "the same for the same value"
        if keyed:
            return f"is replaced by a keyed pseudonym of {self.digits} hex digits, {same}"
        salted = "with the salt that stands in the profile" if self.salt else "without salt or key"
        return f"is replaced by {self.digits} hex digits of its hash, {salted}, {same}"

    def guessable(self, keyed: bool) -> bool:
        return not keyed

    def weak_spots(self, keyed: bool) -> Iterable[str]:
        if 0 < self.hash_digits < SHORT:
            yield f"{self.digits} hex digits are few: two different values may get the same pseudonym"

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        if not isinstance(value, str | bytes):
            raise FieldError("wrong-kind", "the value is no text")
        if not (value.strip(_BLANK) if isinstance(value, str) else value):
            return KEEP
        limits = context.limits
        if limits is not None:
            self._fit(limits)
        digest = context.mac("hash", canonical_bytes(value)).hex() if context.keyed else self._salted(value)
        digits = digest[: self.digits]
        return digits.upper() if limits is not None and limits.upper_only else digits

    def apply_many(
        self, values: Sequence[Value], subjects: Sequence[str], context: Context
    ) -> Sequence[Value | None] | None:
        limits = context.limits
        if not context.keyed or (limits is not None and limits != UNLIMITED):
            return None
        if not all(type(value) is str and value.strip(_BLANK) for value in values):
            return None
        digits = self.digits
        return [
            digest.hex()[:digits] for digest in context.macs("hash", map(canonical_bytes, cast(Sequence[str], values)))
        ]

    def _fit(self, limits: Limits) -> None:
        if not limits.hex_digits:
            raise FieldError("wrong-kind", "the field cannot hold the hex digits of a hash")
        if limits.max_length is not None and self.digits > limits.max_length:
            raise FieldError(
                "too-long", f"a hash of {self.digits} digits is longer than the field's {limits.max_length} characters"
            )

    def _salted(self, value: str | bytes) -> str:
        """The dialect's digest, which is of numbers as its toolkit reads them."""
        if isinstance(value, Numeral):
            value = value.plain
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return hashlib.sha256(self.salt.encode() + raw).hexdigest()


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [Hash]
