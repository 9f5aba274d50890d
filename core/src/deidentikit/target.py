"""The folder that outputs go to: names are claimed once, files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

from .errors import FileError, UsageError

PART: Final = ".deidentikit-"
"""How the names of unfinished files begin, where the system has no unnamed ones."""
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""How a file system says that a file cannot have a second name."""
_CHUNK: Final = 1 << 20
_TAKEN: Final = "another input of this run has the same output name; see `filenames`"


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
        self._made: set[tuple[int, int]] = set()
        self._folders: set[Path] = {folder}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"the target {folder} cannot be made: {error.strerror}") from None
        try:
            _clear_unfinished(folder)
        except OSError as error:
            raise UsageError(f"the target {folder} cannot be used: {error.strerror}") from None
        self._unnamed = _has_unnamed_files(folder)

    def output(self) -> FileOutput:
        """A place for one output."""
        return FileOutput(self)

    def unsettled(self) -> UnsettledOutput:
        """A place for one output that another process will name."""
        return UnsettledOutput(self)

    def claim(self, relative: str) -> Path:
        """Reserve a path. Raises FileError (``name-taken``, ``exists``, ``over-source``, ``bad-name``)."""
        folded = _free(relative, self._taken)
        path = self.folder / relative
        try:
            found = os.lstat(path)
        except OSError:
            found = None
        if found is not None:
            identity = (found.st_dev, found.st_ino)
            if identity in self._made:  # the file system takes the two names for one
                raise FileError("name-taken", _TAKEN)
            if identity in self.sources:
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

    def published(self, path: Path) -> None:
        """Note an output that has its name."""
        found = os.lstat(path)
        self._made.add((found.st_dev, found.st_ino))

    def make_folder(self, folder: Path) -> None:
        """Make a subfolder, once, and clear it of what a killed run left. Raises OSError."""
        missing: list[Path] = []
        while folder not in self._folders:
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            with suppress(FileExistsError):
                each.mkdir()
            if each.is_symlink() or not each.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "something that is no folder is in the way")
            _clear_unfinished(each)
            self._folders.add(each)

    def open_staged(self) -> tuple[int, Path | None]:
        """A descriptor to write to, and the file's passing name if the system has no unnamed files.

        Raises FileError (``unwritable``).
        """
        try:
            if self._unnamed:
                return os.open(self.folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666), None
            return _open_passing(self.folder)
        except OSError as error:
            raise FileError("unwritable", f"the target cannot be written: {error.strerror}") from None

    def clear(self) -> None:
        """Remove what workers that were ended left, where unfinished files have names."""
        if not self._unnamed:
            _clear_unfinished(self.folder)


class FileOutput:
    """One output on its way into a target. A context manager: what is not published is gone."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._relative: str | None = None
        self._path: Path | None = None
        self._fd = -1
        self._passing: Path | None = None
        self._published = False

    def claim(self, relative: str) -> str:
        self._path = self._target.claim(relative)
        self._relative = relative
        return relative

    def stage(self) -> int:
        self._fd, self._passing = self._target.open_staged()
        return self._fd

    def take_over(self, fd: int, passing: Path | None) -> None:
        """Have an output that another process staged."""
        self._fd, self._passing = fd, passing

    def publish(self) -> None:
        if self._path is None:
            raise RuntimeError("an output is claimed before it is published")
        try:
            self._target.make_folder(self._path.parent)
            self._name(self._path)
            self._target.published(self._path)
        except FileExistsError:
            raise FileError("exists", "a file of this name has appeared in the target meanwhile") from None
        except OSError as error:
            raise FileError("unwritable", f"the output cannot be named: {error.strerror}") from None
        self._published = True

    def _name(self, path: Path) -> None:
        try:
            if self._passing is None:
                self._link_unnamed(path)
            else:
                self._move(path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy_across(path.parent)
            self._move(path)

    def _link_unnamed(self, path: Path) -> None:
        if not self._target.overwrite:
            _link(self._fd, path)
            return
        passing = _passing_name(self._target.folder)
        _link(self._fd, passing)
        self._passing = passing
        self._move(path)

    def _move(self, path: Path) -> None:
        """From the passing name to the final one; without `overwrite`, only where nothing has that name."""
        passing = self._passing
        assert passing is not None
        if self._target.overwrite:
            os.replace(passing, path)
            self._passing = None
            return
        try:
            os.link(passing, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
            os.rename(passing, path)
            self._passing = None

    def _copy_across(self, folder: Path) -> None:
        """Take the staged bytes to a passing name in the final folder, which is on another file system."""
        fd, passing = _open_passing(folder)
        try:
            os.lseek(self._fd, 0, os.SEEK_SET)
            while data := os.read(self._fd, _CHUNK):
                left = memoryview(data)
                while left:
                    left = left[os.write(fd, left) :]
        except BaseException:
            passing.unlink()
            raise
        finally:
            os.close(fd)
        if self._passing is not None:
            self._passing.unlink()
        self._passing = passing

    def __enter__(self) -> FileOutput:
        return self

    def __exit__(self, *error: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        if self._passing is not None:
            self._passing.unlink(missing_ok=True)
        if not self._published and self._relative is not None:
            self._target.release(self._relative)


class UnsettledOutput:
    """An output that is written and verified here, and claimed and named by another process.

    name : what it wants to be called, once it has asked
    fd, passing : what `FileOutput.take_over` needs, once it is published
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._published = False
        self.name: str | None = None
        self.fd = -1
        self.passing: Path | None = None

    def claim(self, relative: str) -> str:
        self.name = relative
        return relative

    def stage(self) -> int:
        self.fd, self.passing = self._target.open_staged()
        return self.fd

    def publish(self) -> None:
        """Leave it to whoever names it."""
        self._published = True

    def __enter__(self) -> UnsettledOutput:
        return self

    def __exit__(self, *error: object) -> None:
        if self._published:
            return
        if self.fd >= 0:
            os.close(self.fd)
        if self.passing is not None:
            self.passing.unlink(missing_ok=True)
        self.fd, self.passing = -1, None


class DryOutput:
    """An output that is computed and verified but never named: for plans and checks."""

    def __init__(self, claimed: set[str]) -> None:
        self._claimed = claimed
        self._folded: str | None = None
        self._fd = -1

    def claim(self, relative: str) -> str:
        self._folded = _free(relative, self._claimed)
        self._claimed.add(self._folded)
        return relative

    def stage(self) -> int:
        self._fd = _anonymous_file()
        return self._fd

    def publish(self) -> None:
        """Nothing is published; the name stays claimed."""
        self._folded = None

    def __enter__(self) -> DryOutput:
        return self

    def __exit__(self, *error: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        if self._folded is not None:
            self._claimed.discard(self._folded)


def _anonymous_file() -> int:
    import tempfile

    with tempfile.TemporaryFile() as stream:
        return os.dup(stream.fileno())


def _has_unnamed_files(folder: Path) -> bool:
    """Whether unnamed files can be made here and given a name."""
    if not hasattr(os, "O_TMPFILE"):
        return False
    passing = _passing_name(folder)
    try:
        fd = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        _link(fd, passing)
        passing.unlink()
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def _free(relative: str, taken: Collection[str]) -> str:
    """A path as `taken` holds paths. Raises FileError (``name-taken``, ``bad-name``) if it cannot be claimed."""
    if is_passing(relative.rpartition("/")[2]):
        raise FileError("bad-name", "a name of this kind is for unfinished files, which the next run removes")
    folded = os.path.normcase(relative)
    if folded in taken:
        raise FileError("name-taken", _TAKEN)
    return folded


def is_passing(name: str) -> bool:
    """Whether a name is one that unfinished files have."""
    return name.startswith(PART) and name.endswith(".part")


def _link(fd: int, path: Path) -> None:
    """Give an unnamed file a name. Naming a folder is what makes `os.link` follow /proc's link to the file."""
    os.link(f"/proc/self/fd/{fd}", path, src_dir_fd=fd, follow_symlinks=True)


def _passing_name(folder: Path) -> Path:
    return folder / f"{PART}{secrets.token_hex(8)}.part"


def _open_passing(folder: Path) -> tuple[int, Path]:
    path = _passing_name(folder)
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o666), path


def _clear_unfinished(folder: Path) -> None:
    """Remove what a run that was killed may have left."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_passing(entry.name) and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)
