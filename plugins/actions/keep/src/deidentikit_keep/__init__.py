"""The action `keep` (also `identity`): leave a field as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import attrs
from deidentikit.action import KEEP, Action, Verdict
from deidentikit.context import Context
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind, Value


@attrs.frozen
class Keep(Action):
    """Leaves a field as it is, and so out of the reach of options that remove what no rule names."""

    name: ClassVar[str] = "keep"
    aliases: ClassVar[tuple[str, ...]] = ("identity",)
    summary: ClassVar[str] = "Leave a field as it is."
    kind: ClassVar[Kind] = Kind.NATIVE
    default: ClassVar[bool] = True

    @property
    def keeps(self) -> bool:
        return True

    def describe(self, keyed: bool) -> str:
        return "is kept as it is"

    def apply_field(self, values: Sequence[Value], context: Context) -> Verdict:
        return KEEP


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [Keep]
