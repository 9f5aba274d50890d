"""The action `increment-date`: move a date by days, alike for all of a subject."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import attrs
from deidentikit.action import Action
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind
from deidentikit.shifting import DateShift


@attrs.frozen(kw_only=True)
class IncrementDate(DateShift):
    """Moves a date, or a range of dates, and keeps its precision. See `DateShift` for the options."""

    name: ClassVar[str] = "increment-date"
    summary: ClassVar[str] = "Move a date by days, alike for all of a subject."
    kind: ClassVar[Kind] = Kind.DATE
    format_key: ClassVar[str] = "date-format"


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [IncrementDate]
