"""The action `increment-datetime`: move a date with time, alike for all of a subject."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import attrs
from deidentikit.action import Action
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind
from deidentikit.shifting import DateShift


@attrs.frozen(kw_only=True)
class IncrementDateTime(DateShift):
    """Moves a date with time, or a range of them, keeping precision and offset. See `DateShift`."""

    name: ClassVar[str] = "increment-datetime"
    summary: ClassVar[str] = "Move a date with time, alike for all of a subject."
    kind: ClassVar[Kind] = Kind.DATETIME
    format_key: ClassVar[str] = "datetime-format"


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [IncrementDateTime]
