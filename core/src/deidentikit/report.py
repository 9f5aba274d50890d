"""What became of each input, the run's totals, and the journal: never a field's value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

import attrs

from .errors import ExitCode, UsageError

if TYPE_CHECKING:
    from .context import Keys
    from .registry import PluginInfo

SCHEMA = 1


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


def input_record(outcome: Outcome, keys: Keys, with_paths: bool = False) -> dict[str, Any]:
    """The journal's record of one input. Paths appear only where `with_paths` says so."""
    record: dict[str, Any] = {
        "record": "input",
        "id": keys.path_id(outcome.path),
        "type": outcome.section,
        "outcome": outcome.status,
        "reason": outcome.reason,
        "rules": [attrs.asdict(rule) for rule in outcome.rules],
        "effects": dict(outcome.effects),
        "dropped": list(outcome.dropped),
        "fallbacks": outcome.fallbacks,
        "residual": outcome.residual,
        "bytes_in": outcome.bytes_in,
        "bytes_out": outcome.bytes_out,
        "sha256": outcome.sha256,
    }
    if with_paths:
        record["path"] = outcome.path
        record["output"] = outcome.output
    return record


class Journal:
    """``journal.jsonl``: one JSON object a line, flushed as it is written.

    Its methods raise UsageError where nothing more can be written, as on a full disk.
    """

    def __init__(self, stream: IO[str], keys: Keys, with_paths: bool = False) -> None:
        self._stream = stream
        self._keys = keys
        self._with_paths = with_paths

    def begin(self, *, version: str, profile_sha256: str, plugins: Sequence[PluginInfo], date: str) -> None:
        """The record of the run itself."""
        self._write(
            {
                "record": "run",
                "schema": SCHEMA,
                "deidentikit": version,
                "date": date,
                "profile_sha256": profile_sha256,
                "key_id": self._keys.key_id,
                "plugins": [
                    {
                        "name": plugin.name,
                        "kind": plugin.kind,
                        "distribution": plugin.distribution,
                        "version": plugin.version,
                    }
                    for plugin in plugins
                ],
            }
        )

    def add(self, outcome: Outcome) -> None:
        """The record of one input."""
        self._write(input_record(outcome, self._keys, self._with_paths))

    def end(self, totals: Totals) -> None:
        """The last record; a journal without it is of a run that was cut short."""
        self._write(
            {
                "record": "end",
                "found": totals.found,
                "done": totals.done,
                "copied": totals.copied,
                "refused": totals.refused,
            }
        )

    def _write(self, record: Mapping[str, Any]) -> None:
        try:
            self._stream.write(json.dumps(record, ensure_ascii=True) + "\n")
            self._stream.flush()
        except OSError as error:
            raise UsageError(
                f"the journal cannot be written: {error.strerror}; what has its final name in the target is complete"
            ) from None
