"""The folder that outputs go to: names are claimed once, files appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Final

from .errors import FileError, UsageError

PART: Final = ".deidentikit-"
"""How the names of unfinished files begin, where the system has no unnamed ones."""


class Target:
    """A folder for outputs, made if absent.

    overwrite : replace files of the same name
    sources : (device, inode) of every input; none of them is ever replaced
    """

    def __init__(
        self, folder: Path, *, overwrite: bool = False, sources: Collection[tuple[int, int]] = frozenset()
    ) -> None:
        self.folder = folder
        self.overwrite = overwrite
        self.sources = sources
        self._taken: set[str] = set()
        self._folders: set[Path] = {folder}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"the target {folder} cannot be made: {error.strerror}") from None
        _clear_unfinished(folder)
        self._unnamed = _has_unnamed_files(folder)

    def output(self, parent: str) -> FileOutput:
        """A place for one output in the subfolder `parent` (relative, with ``/``; empty: none)."""
        return FileOutput(self, parent)

    def claim(self, relative: str) -> Path:
        """Reserve a path. Raises FileError (``name-taken``, ``exists``, ``over-source``)."""
        folded = os.path.normcase(relative)
        if folded in self._taken:
            raise FileError("name-taken", "another input of this run has the same output name; see `filenames`")
        path = self.folder / relative
        try:
            found = os.lstat(path)
        except OSError:
            found = None
        if found is not None:
            if (found.st_dev, found.st_ino) in self.sources:
                raise FileError("over-source", "the output would replace an input; choose another target")
            if not self.overwrite:
                raise FileError("exists", "the target holds a file of this name; use --overwrite to replace it")
            if not os.path.isfile(path) or os.path.islink(path):
                raise FileError("exists", "the target holds something of this name that is no file")
        self._taken.add(folded)
        return path

    def release(self, relative: str) -> None:
        """Give a claimed name back."""
        self._taken.discard(os.path.normcase(relative))

    def make_folder(self, folder: Path) -> None:
        """Make a subfolder, once."""
        if folder not in self._folders:
            folder.mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)

    def open_staged(self) -> tuple[int, Path | None]:
        """A descriptor to write to, and the file's passing name if the system has no unnamed files."""
        if self._unnamed:
            return os.open(self.folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666), None
        path = self.folder / f"{PART}{secrets.token_hex(8)}.part"
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        return os.open(path, flags, 0o666), path


class FileOutput:
    """One output on its way into a target. A context manager: what is not published is gone."""

    def __init__(self, target: Target, parent: str) -> None:
        self._target = target
        self._parent = parent
        self._relative: str | None = None
        self._path: Path | None = None
        self._fd = -1
        self._passing: Path | None = None
        self._published = False

    def claim(self, name: str) -> str:
        relative = f"{self._parent}/{name}" if self._parent else name
        self._path = self._target.claim(relative)
        self._relative = relative
        return relative

    def stage(self) -> int:
        try:
            self._fd, self._passing = self._target.open_staged()
        except OSError as error:
            raise FileError("unwritable", f"the target cannot be written: {error.strerror}") from None
        return self._fd

    def publish(self) -> None:
        if self._path is None:
            raise RuntimeError("an output is claimed before it is published")
        try:
            self._target.make_folder(self._path.parent)
            if self._passing is not None:
                self._publish_passing(self._passing, self._path)
            else:
                self._publish_unnamed(self._path)
        except FileExistsError:
            raise FileError("exists", "a file of this name has appeared in the target meanwhile") from None
        except OSError as error:
            raise FileError("unwritable", f"the output cannot be named: {error.strerror}") from None
        self._published = True

    def _publish_unnamed(self, path: Path) -> None:
        held = f"/proc/self/fd/{self._fd}"
        if not self._target.overwrite:
            os.link(held, path, follow_symlinks=True)
            return
        passing = self._target.folder / f"{PART}{secrets.token_hex(8)}.part"
        os.link(held, passing, follow_symlinks=True)
        self._passing = passing
        os.replace(passing, path)
        self._passing = None

    def _publish_passing(self, passing: Path, path: Path) -> None:
        if self._target.overwrite:
            os.replace(passing, path)
        else:
            os.link(passing, path)
            os.unlink(passing)
        self._passing = None

    def __enter__(self) -> FileOutput:
        return self

    def __exit__(self, *error: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        if self._passing is not None:
            self._passing.unlink(missing_ok=True)
        if not self._published and self._relative is not None:
            self._target.release(self._relative)


class DryOutput:
    """An output that is computed and verified but never named: for plans and checks."""

    def __init__(self, claimed: set[str], parent: str) -> None:
        self._claimed = claimed
        self._parent = parent
        self._fd = -1

    def claim(self, name: str) -> str:
        relative = f"{self._parent}/{name}" if self._parent else name
        if relative in self._claimed:
            raise FileError("name-taken", "another input of this run has the same output name; see `filenames`")
        self._claimed.add(relative)
        return relative

    def stage(self) -> int:
        self._fd = os.memfd_create("plan") if hasattr(os, "memfd_create") else _anonymous_file()
        return self._fd

    def publish(self) -> None:
        """Nothing is published."""

    def __enter__(self) -> DryOutput:
        return self

    def __exit__(self, *error: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)


def _anonymous_file() -> int:
    import tempfile

    with tempfile.TemporaryFile() as stream:
        return os.dup(stream.fileno())


def _has_unnamed_files(folder: Path) -> bool:
    """Whether unnamed files can be made here and given a name."""
    if not hasattr(os, "O_TMPFILE"):
        return False
    passing = folder / f"{PART}{secrets.token_hex(8)}.part"
    try:
        fd = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        os.link(f"/proc/self/fd/{fd}", passing, follow_symlinks=True)
        passing.unlink()
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def _clear_unfinished(folder: Path) -> None:
    """Remove what a run that was killed may have left."""
    try:
        for entry in os.scandir(folder):
            if entry.name.startswith(PART) and entry.name.endswith(".part"):
                os.unlink(entry.path)
    except OSError as error:
        raise UsageError(f"the target {folder} cannot be read: {error.strerror}") from None
