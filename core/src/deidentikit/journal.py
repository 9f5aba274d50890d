"""The journal of a run: a record of each input, for machines, without a field's value."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from .errors import UsageError
from .report import Outcome, Totals

if TYPE_CHECKING:
    from .context import Keys
    from .registry import PluginInfo

SCHEMA: Final = 1
JOURNAL: Final = "journal.jsonl"


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


def check_journal(folder: Path) -> None:
    """Raise UsageError where a report folder holds a journal."""
    path = folder / JOURNAL
    if os.path.lexists(path):
        raise UsageError(f"{path} exists; use --overwrite to replace it, or another report folder")


def open_journal(folder: Path, *, overwrite: bool) -> IO[str]:
    """The journal's file in a report folder, made if absent. Raises UsageError if it exists or cannot be written."""
    path = folder / JOURNAL
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return open(path, "w" if overwrite else "x", encoding="ascii")
    except FileExistsError:
        raise UsageError(f"{path} exists; use --overwrite to replace it, or another report folder") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


@contextmanager
def journal_stream(folder: Path, *, overwrite: bool) -> Iterator[IO[str]]:
    """The journal's file, as `open_journal` gives it, for as long as a run writes to it."""
    stream = open_journal(folder, overwrite=overwrite)
    try:
        yield stream
    finally:
        with suppress(OSError):  # each line was flushed, or it was told that it could not be
            stream.close()
