"""The action `set`: write a value whether or not the field exists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

import attrs
from deidentikit.action import Action
from deidentikit.context import Context
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind, Value
from deidentikit.schema import Texts, Validator

if TYPE_CHECKING:
    from deidentikit.registry import Registry


@attrs.frozen
class Set(Action):
    """Writes texts of the profile, as the field's own type, whether or not the field exists.

    value : one text, or several for a field that holds several; a single empty text leaves the
        field present and empty
    """

    name: ClassVar[str] = "set"
    summary: ClassVar[str] = "Write a value whether or not the field exists."
    kind: ClassVar[Kind] = Kind.NATIVE

    value: tuple[str, ...] = ("",)

    @classmethod
    def value_schema(cls, registry: Registry) -> Validator:
        return Texts(blank=True)

    @property
    def creates(self) -> bool:
        return True

    def literals(self) -> Sequence[str]:
        return () if self.value == ("",) else self.value

    def describe(self, keyed: bool) -> str:
        texts = self.literals()
        return f"is set to {', '.join(f'“{text}”' for text in texts)}" if texts else "is emptied"

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value]:
        return self.literals()


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [Set]
