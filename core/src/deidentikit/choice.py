"""Which section of a profile takes which file."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from .engine import HEAD
from .plan import Plan
from .splice import Source


@attrs.frozen
class Sections:
    """Which plan takes which file."""

    plans: tuple[Plan, ...]

    def choose(self, name: str, source: Source) -> Plan | None:
        """The plan for a file: file filters first, then suffixes, then signatures; None if none claims it.

        Within each, the first section in the profile wins. Types that take what is left come last; they know
        no signature, so a file filter says all they take.
        """
        for last in (False, True):
            plans = [plan for plan in self.plans if plan.file_type.takes_the_rest is last]
            if plan := self._choose(plans, name, source):
                return plan
        return None

    def _choose(self, plans: Sequence[Plan], name: str, source: Source) -> Plan | None:
        for plan in plans:
            if plan.section.claims_name(name):
                return plan
        lower = name.lower()
        for plan in plans:
            if plan.section.claims_name(name) is None and lower.endswith(plan.section.suffixes or ("\0",)):
                return plan
        head = source.pread(HEAD, 0)
        for plan in plans:
            by_filter = plan.section.enforce_file_filter or plan.file_type.takes_the_rest
            if by_filter and plan.section.claims_name(name) is not None:
                continue
            if plan.file_type.sniff(head, name):
                return plan
        return None
