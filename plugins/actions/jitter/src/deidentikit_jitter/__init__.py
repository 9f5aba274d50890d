"""The action `jitter`: add a small random amount to a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, Inexact
from decimal import Context as Arithmetic
from itertools import repeat
from operator import eq
from typing import TYPE_CHECKING, ClassVar, Final, Self, cast

import attrs
from deidentikit.action import Action
from deidentikit.context import Context
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind, Value, canonical_number, canonical_numbers, spell_number
from deidentikit.schema import Fragment, Key, Number, OneOf

if TYPE_CHECKING:
    from deidentikit.registry import Registry

DIGITS: Final = 15
"""Significant digits of a result: as many as every reader of decimal numbers keeps."""

_WIDE: Final = Arithmetic(prec=60)
_EXACT: Final = Arithmetic(prec=60)
_EXACT.traps[Inexact] = True
_ROUNDED: Final = tuple(Arithmetic(prec=digits) for digits in range(DIGITS, 0, -1))
_MAX_RANGE: Final = Decimal(10) ** 15


@attrs.frozen(kw_only=True)
class Jitter(Action):
    """Adds a random amount other than 0, which the key, the subject and the number decide.

    jitter_range : the greatest amount, up and down
    jitter_type : ``float``, or ``int`` for whole amounts
    jitter_min, jitter_max : bounds within which the result is held
    """

    name: ClassVar[str] = "jitter"
    summary: ClassVar[str] = "Add a small random amount to a number."
    kind: ClassVar[Kind] = Kind.NUMBER
    per_subject: ClassVar[bool] = True

    jitter_range: Decimal = Decimal(2)
    jitter_type: str = "float"
    jitter_min: Decimal | None = None
    jitter_max: Decimal | None = None

    @classmethod
    def settings_schema(cls, registry: Registry) -> Fragment:
        return {
            "jitter-range": Key(Number(), "The greatest amount that `jitter` adds, up and down.", "2"),
            "jitter-type": Key(OneOf("float", "int"), "`int` for whole amounts.", "float"),
        }

    @classmethod
    def options_schema(cls, registry: Registry) -> Fragment:
        return {
            **cls.settings_schema(registry),
            "jitter-min": Key(Number(), "The least result."),
            "jitter-max": Key(Number(), "The greatest result."),
        }

    @classmethod
    def build(
        cls, value: object, options: Mapping[str, object], settings: Mapping[str, object], registry: Registry
    ) -> Self:
        action = super().build(value, options, settings, registry)
        if not 0 < action.jitter_range <= _MAX_RANGE:
            raise ValueError(f"jitter-range has to be greater than 0 and at most {_MAX_RANGE}")
        if action.whole_steps and action.jitter_range % 1:
            raise ValueError("jitter-range has to be a whole number where jitter-type is int")
        low, high = action._bounds(action.whole_steps)
        if low is not None and high is not None and low > high:
            raise ValueError("no result lies between jitter-min and jitter-max")
        return action

    @property
    def whole_steps(self) -> bool:
        """Only whole amounts are added."""
        return self.jitter_type == "int"

    def describe(self, keyed: bool) -> str:
        amount = "a whole random amount" if self.whole_steps else "a random amount"
        low = "" if self.jitter_min is None else f", but not below {self.jitter_min}"
        high = "" if self.jitter_max is None else f", but not above {self.jitter_max}"
        same = "; equal numbers of one patient are changed alike" if keyed else ""
        return f"is changed by {amount}, at most {self.jitter_range} up or down{low}{high}{same}"

    def weak_spots(self, keyed: bool) -> Iterable[str]:
        yield "a number changed by a random amount is still near its original: rare values can still stand out"

    def check(self, limits: Limits, keyed: bool) -> Iterable[str]:
        yield from super().check(limits, keyed)
        if limits.step != 1:
            return
        if self.jitter_range < 1:
            yield "this field holds whole numbers, which a jitter-range below 1 cannot move"
        low, high = self._bounds(True)
        if low is not None and high is not None and low > high:
            yield "this field holds whole numbers, of which none lies between jitter-min and jitter-max"

    def apply(self, value: Value, context: Context) -> Value:
        if not isinstance(value, Decimal) or not value.is_finite():
            raise FieldError("wrong-kind", "the value is no finite number")
        limits = context.limits
        parts = (context.subject_or_row, canonical_number(value))
        whole_field = limits is not None and limits.step == 1
        if self.whole_steps:
            moved = _add(value, context.whole("jitter", int(self.jitter_range), *parts))
        elif whole_field:
            moved = _add(value, self._whole_part(context.uniform("jitter", *parts)))
        else:
            moved = _WIDE.fma(context.uniform("jitter", *parts), self.jitter_range, value)
            moved = _spellable(moved, None if limits is None else limits.max_length)
        if moved == value:
            raise FieldError("out-of-range", "the jitter-range is too small to change a number of this size")
        return _held(moved, self._bounds(whole_field or self._stays_whole(value)))

    def apply_many(
        self, values: Sequence[Value], subjects: Sequence[str], context: Context
    ) -> Sequence[Value | None] | None:
        limits = context.limits
        if limits is not None and (limits.step == 1 or limits.max_length is not None):
            return None
        if not all(map(isinstance, values, repeat(Decimal))):
            return None
        numbers = cast(Sequence[Decimal], values)
        if not all(map(Decimal.is_finite, numbers)):
            return None
        parts = (subjects, canonical_numbers(numbers))
        if self.whole_steps:
            try:
                moved = [*map(_EXACT.add, numbers, context.wholes("jitter", int(self.jitter_range), *parts))]
            except Inexact:
                return None
        else:
            amounts = context.uniforms("jitter", *parts)
            moved = [*map(_ROUNDED[0].normalize, map(_WIDE.fma, amounts, repeat(self.jitter_range), numbers))]
        if self.jitter_min is None and self.jitter_max is None and not any(map(eq, moved, numbers)):
            return moved
        bounds = self._bounds(False), self._bounds(True)
        return [
            None if after == before else _held(after, bounds[self._stays_whole(before)])
            for before, after in zip(numbers, moved, strict=True)
        ]

    def _stays_whole(self, value: Decimal) -> bool:
        """A whole number to which only whole amounts are added."""
        return self.whole_steps and value == value.to_integral_value()

    def _whole_part(self, draw: Decimal) -> int:
        """The amount cut to a whole number; 1 up or down where nothing would be left."""
        if self.jitter_range < 1:
            raise FieldError("out-of-range", "a jitter-range below 1 cannot move a whole number")
        return int(draw * self.jitter_range) or (-1 if draw < 0 else 1)

    def _bounds(self, whole: bool) -> tuple[Decimal | None, Decimal | None]:
        low, high = self.jitter_min, self.jitter_max
        if whole:
            low = None if low is None else low.to_integral_value(ROUND_CEILING)
            high = None if high is None else high.to_integral_value(ROUND_FLOOR)
        return low, high


def _held(value: Decimal, bounds: tuple[Decimal | None, Decimal | None]) -> Decimal:
    """The value, or the bound that it lies beyond."""
    low, high = bounds
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else value


def _add(value: Decimal, step: int) -> Decimal:
    """The exact sum."""
    try:
        return _EXACT.add(value, step)
    except Inexact:
        raise FieldError("out-of-range", "the number has too many digits to be jittered") from None


def _spellable(value: Decimal, max_length: int | None) -> Decimal:
    """Rounded to 15 significant digits, or as many as the field's length allows."""
    for arithmetic in _ROUNDED:
        rounded = arithmetic.normalize(value)
        if max_length is None or len(spell_number(rounded)) <= max_length:
            return rounded
    raise FieldError("too-long", "the jittered number does not fit the field")


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [Jitter]
