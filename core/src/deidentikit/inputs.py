"""Finding the inputs of a run: every file of every source, in sorted order."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from .errors import UsageError, to_look_for


@attrs.frozen
class Input:
    """One file to be accounted for.

    location : where it lies
    path : relative to its source, with ``/``
    trouble : a reason code if it cannot be an input (``link``, ``not-a-file``, ``unreadable``)
    identity : (device, inode)
    """

    location: Path
    path: str
    trouble: str | None = None
    identity: tuple[int, int] | None = None

    @property
    def parent(self) -> str:
        """The folder part of `path`."""
        return self.path.rpartition("/")[0]


def find_inputs(sources: Sequence[Path]) -> Iterator[Input]:
    """All inputs, source by source, each folder in sorted order. Links are not followed.

    Raises UsageError for a source that does not exist.
    """
    for source in sources:
        try:
            found = os.lstat(source)
        except OSError as error:
            raise UsageError(f"the source {source} cannot be read: {error.strerror}{to_look_for(error)}") from None
        if stat.S_ISDIR(found.st_mode):
            yield from _walk(source)
        else:
            yield _input(source, source.name, found)


def _walk(root: Path) -> Iterator[Input]:
    """All that lies in a folder, depth first; folders may be nested deeper than calls can be."""
    waiting: list[tuple[str, str]] = [(os.fspath(root), "")]
    while waiting:
        location, path = waiting.pop()
        try:
            found = os.lstat(location)
            if not stat.S_ISDIR(found.st_mode):
                yield _input(Path(location), path, found)
                continue
            names = sorted(os.listdir(location), reverse=True)
        except OSError:
            yield Input(Path(location), path or root.name, "unreadable")
            continue
        waiting += [(os.path.join(location, name), f"{path}/{name}" if path else name) for name in names]


def _input(location: Path, path: str, found: os.stat_result) -> Input:
    identity = (found.st_dev, found.st_ino)
    if stat.S_ISLNK(found.st_mode):
        return Input(location, path, "link", None)
    if not stat.S_ISREG(found.st_mode):
        return Input(location, path, "not-a-file", None)
    return Input(location, path, None, identity)


def check_folders(sources: Sequence[Path], target: Path, report: Path | None = None) -> None:
    """Raise UsageError where a target lies in a source, or a report folder in either."""
    real = target.resolve()
    if real.exists() and not real.is_dir():
        raise UsageError(f"the target {target} is a file; name a folder")
    for source in sources:
        if source.is_dir() and _within(real, source.resolve()):
            raise UsageError(f"the target {target} lies in the source {source}; choose a folder outside it")
    if report is None:
        return
    folder = report.resolve()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"the report folder {report} is a file; name a folder")
    for other, kind in [(real, "target"), *((source.resolve(), "source") for source in sources if source.is_dir())]:
        if _within(folder, other):
            raise UsageError(f"the report folder {report} lies in the {kind}; choose a folder outside it")


def _within(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents
