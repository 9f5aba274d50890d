"""The action `remove`: take a field out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import attrs
from deidentikit.action import REMOVE, Action, Verdict
from deidentikit.context import Context
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind, Value


@attrs.frozen
class Remove(Action):
    """Takes a field out, with all it holds."""

    name: ClassVar[str] = "remove"
    summary: ClassVar[str] = "Take a field out, with all it holds."
    kind: ClassVar[Kind] = Kind.NATIVE

    @property
    def removes(self) -> bool:
        return True

    def describe(self, keyed: bool) -> str:
        return "is removed, with all it holds"

    def apply_field(self, values: Sequence[Value], context: Context) -> Verdict:
        return REMOVE


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [Remove]
