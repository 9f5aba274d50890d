"""The action `scramble-digits`: replace the digits of a value by others, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

import attrs
from deidentikit import Action, Context, FieldError, Kind, Limits, hookimpl
from deidentikit.context import join
from deidentikit.kinds import Value
from deidentikit.schema import Fragment, Key, Whole

from .permutation import following

if TYPE_CHECKING:
    from deidentikit import Registry

MAX_DIGITS: Final = 200
"""An identifier is no longer."""

_DIGIT: Final = re.compile("[0-9]")
_INSTEAD: Final = {
    Kind.DATE: "this field holds a date, which increment-date moves; other digits seldom make a date",
    Kind.DATETIME: "this field holds a time, which increment-datetime moves; other digits seldom make a time",
    Kind.UID: "this field holds a UID, which hashuid replaces; other digits seldom make a UID",
}


@attrs.frozen(kw_only=True)
class ScrambleDigits(Action):
    """Replaces the digits of a text by others that the key decides; all other characters stay.

    A value never stays as it is, and two values that differ never become the same.

    scramble_digits_keep_first, scramble_digits_keep_last : how many digits stay at the value's beginning and end
    """

    name: ClassVar[str] = "scramble-digits"
    summary: ClassVar[str] = "Replace digits by others, keyed; length, letters and separators stay."
    kind: ClassVar[Kind] = Kind.TEXT

    scramble_digits_keep_first: int = 0
    scramble_digits_keep_last: int = 0

    @classmethod
    def options_schema(cls, registry: Registry) -> Fragment:
        count = Whole(0, MAX_DIGITS)
        return {
            "scramble-digits-keep-first": Key(
                count, "How many digits stay as they are at the beginning of a value.", "0"
            ),
            "scramble-digits-keep-last": Key(count, "How many digits stay as they are at the end of a value.", "0"),
        }

    def problems(self, keyed: bool) -> Iterable[str]:
        if not keyed:
            yield "scramble-digits needs a key: name one with --key-file or `key:`"

    def describe(self, keyed: bool) -> str:
        counts = {"first": self.scramble_digits_keep_first, "last": self.scramble_digits_keep_last}
        kept = [f"the {which} {count}" for which, count in counts.items() if count]
        but = f", but for {' and '.join(kept)}" if kept else ""
        return f"gets other digits{but}, which only the holder of the key can tell; all that is no digit stays"

    def weak_spots(self, keyed: bool) -> Iterable[str]:
        if self.scramble_digits_keep_first or self.scramble_digits_keep_last:
            yield "scramble-digits leaves some digits as they are; they may tell a person from others"

    def check(self, limits: Limits, keyed: bool) -> Iterable[str]:
        yield from super().check(limits, keyed)
        if limits.kinds is not None and not limits.hex_digits:  # a field for any text can hold a date, too
            yield from (message for kind, message in _INSTEAD.items() if kind in limits.kinds)

    def apply(self, value: Value, context: Context) -> Value:
        if not isinstance(value, str):
            raise FieldError("wrong-kind", "the value is no text")
        if not value.strip("\0 "):
            return value
        if any(char.isdigit() and not char.isascii() for char in value):
            raise FieldError("wrong-kind", "the value has digits other than 0 to 9")
        digits = "".join(_DIGIT.findall(value))
        end = len(digits) - self.scramble_digits_keep_last
        if end <= self.scramble_digits_keep_first:
            raise FieldError("wrong-kind", "the value has no digit that could be replaced")
        if end - self.scramble_digits_keep_first > MAX_DIGITS:
            raise FieldError("too-long", f"the value has more than {MAX_DIGITS} digits to replace")
        first, last = digits[: self.scramble_digits_keep_first], digits[end:]
        tweak = join(first, last)
        new = following(digits[self.scramble_digits_keep_first : end], lambda data: context.mac(self.name, data), tweak)
        left = iter(first + new + last)
        return _DIGIT.sub(lambda _: next(left), value)


deidentikit_contract = 1
"""The version of the contract that this plugin is written for."""


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [ScrambleDigits]
