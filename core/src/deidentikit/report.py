"""What became of each input, and the run's totals: never a field's value."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from .errors import ExitCode


@attrs.frozen
class RuleCount:
    """How many fields one rule of the profile reached."""

    line: int
    action: str
    count: int


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one input.

    path : relative to its source; may hold PHI, so the journal leaves it out unless asked
    status : ``done``, ``copied`` or ``refused``
    reason : a reason code where it was refused, else None
    message : why it was refused, for a person; holds no value of the file
    section : the profile section that claimed it
    effects : what the section's own options did: option to count
    dropped : parts of the source that were not carried over
    fallbacks : how many fields ``on-error`` removed or emptied
    residual : untouched fields that hold an equal value to an edited one; None if not counted
    output : the output's path relative to the target
    """

    path: str
    status: str
    reason: str | None = None
    message: str | None = None
    section: str | None = None
    rules: tuple[RuleCount, ...] = ()
    effects: Mapping[str, int] = attrs.field(factory=dict)
    dropped: tuple[str, ...] = ()
    fallbacks: int = 0
    residual: int | None = None
    output: str | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    sha256: str | None = None


@attrs.frozen
class Totals:
    """The numbers of a run; ``done + copied + refused == found``."""

    done: int = 0
    copied: int = 0
    refused: int = 0
    defects: int = 0

    @property
    def found(self) -> int:
        """How many inputs there were."""
        return self.done + self.copied + self.refused

    @property
    def exit_code(self) -> ExitCode:
        """What the command line ends with."""
        if self.defects:
            return ExitCode.DEFECT
        return ExitCode.REFUSED if self.refused else ExitCode.DONE

    def add(self, outcome: Outcome) -> Totals:
        """The totals with one more input."""
        changes = {outcome.status: getattr(self, outcome.status) + 1}
        if outcome.reason == "defect":
            changes["defects"] = self.defects + 1
        return attrs.evolve(self, **changes)


@attrs.frozen
class Report:
    """The outcome of a run: every input, and the totals."""

    totals: Totals
    outcomes: tuple[Outcome, ...]

    @property
    def exit_code(self) -> ExitCode:
        """What the command line would end with."""
        return self.totals.exit_code

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The inputs that were refused."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "refused")
