"""The action `replace-with`: put a value of the profile in a field's place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

import attrs
from deidentikit.action import Action
from deidentikit.context import Context
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind, Value
from deidentikit.schema import Fragment, Key, Texts, Validator, YesNo

if TYPE_CHECKING:
    from deidentikit.registry import Registry


@attrs.frozen
class ReplaceWith(Action):
    """Puts texts of the profile, as the field's own type, in a field's place.

    value : one text, or several for a field that holds several; a single empty text empties the field
    replace_with_insert : make the field where it is absent
    """

    name: ClassVar[str] = "replace-with"
    summary: ClassVar[str] = "Put a value of the profile in a field's place."
    kind: ClassVar[Kind] = Kind.NATIVE

    value: tuple[str, ...]
    replace_with_insert: bool = True

    @classmethod
    def value_schema(cls, registry: Registry) -> Validator:
        return Texts(blank=True)

    @classmethod
    def options_schema(cls, registry: Registry) -> Fragment:
        return {"replace-with-insert": Key(YesNo(), "Make the field where it is absent.", "yes")}

    @classmethod
    def settings_schema(cls, registry: Registry) -> Fragment:
        return {"replace-with-insert": Key(YesNo(), "`replace-with` makes fields that are absent.", "yes")}

    @property
    def creates(self) -> bool:
        return self.replace_with_insert

    def literals(self) -> Sequence[str]:
        return () if self.value == ("",) else self.value

    def describe(self, keyed: bool) -> str:
        texts = self.literals()
        if not texts:
            return "is emptied"
        return f"is replaced by the {'text' if len(texts) == 1 else 'texts'} {', '.join(f'“{text}”' for text in texts)}"

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value]:
        return self.literals()


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [ReplaceWith]
