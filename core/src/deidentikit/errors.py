"""The errors a caller can catch. No message ever holds a field's value."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import IntEnum
from errno import errorcode
from typing import ClassVar, Final

import attrs

_QUOTED: Final = 60
"""Characters of a text of the profile that a message shows."""


class ExitCode(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    DEFECT = 3
    INTERRUPTED = 130


class DeidError(Exception):
    """The root of every error that deidentikit raises on purpose."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE


class UsageError(DeidError):
    """The call itself is wrong: sources, target, key file, report folder."""


class PluginError(DeidError):
    """A plugin is missing, broken, or clashes with another."""


class NameTaken(PluginError):
    """Two distributions offer something under one name."""


class BrokenContract(PluginError):
    """A plugin's class does what the plugin contract rules out; the message holds no value."""

    def __init__(self, culprit: type, message: str) -> None:
        self.culprit = culprit
        super().__init__(message)


class UnknownPlugin(PluginError):
    """No installed plugin has this name."""


def printable(path: str) -> str:
    """A field's path fit for one line of a log."""
    return path if path.isprintable() else path.encode("unicode_escape").decode("ascii")


@attrs.frozen(order=True)
class Problem:
    """One thing wrong in a profile.

    line : counted from 1; 0 where no single line is to blame
    where : the place in the profile, such as ``dicom.fields[3].hash``
    message : what is wrong, what is allowed, what to do
    warning : a remark that does not stop a run
    """

    line: int
    where: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        where = f"{self.where}: " if self.where else ""
        return f"{place}{'warning: ' if self.warning else ''}{where}{self.message}"


class ProfileError(DeidError):
    """A profile cannot be used. `problems` holds everything found, sorted by line."""

    def __init__(self, problems: Iterable[Problem], source: str = "profile") -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        self.source = source
        super().__init__("\n".join(f"{source}: {problem}" for problem in self.problems))


class FileError(DeidError):
    """One input cannot be de-identified with certainty and is refused.

    reason : a stable code in kebab-case, listed in the reference (``unparsed-region``)
    message : what is wrong and what to do, without any value of the file
    """

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        self.message = message
        super().__init__(f"{message} ({reason})")


class FieldError(FileError):
    """An action and a field do not go together. Carries the field's path, never its value."""

    def __init__(self, reason: str, message: str, path: str = "") -> None:
        self.path = path
        super().__init__(reason, message)

    def at(self, path: str) -> FieldError:
        """The same error with the field's path, where it was raised without one."""
        if self.path:
            return self
        return FieldError(self.reason, self.message, path)

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.reason})" if self.path else f"{self.message} ({self.reason})"


def near(name: str, known: Iterable[str], count: int = 3) -> Sequence[str]:
    """The known names most like `name`, best first; the comparison ignores case."""
    by_fold = {word.casefold(): word for word in known}
    return [by_fold[hit] for hit in get_close_matches(name.casefold(), by_fold, count, 0.6)]


def suggest(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest known name, with a space in front; or nothing."""
    hits = near(name, known, 1)
    return f" Did you mean {hits[0]!r}?" if hits else ""


def shown(text: object) -> str:
    """A path or other text on one line of a terminal: what cannot be printed is spelled out."""
    line = str(text)
    return line if line.isprintable() else "".join(map(_printable, line))


def quoted(text: str) -> str:
    """A text of the profile in a message, in quotes; of a long one, its length."""
    return repr(text) if len(text) <= _QUOTED else f"a text of {len(text)} characters"


def system_message(error: OSError) -> str:
    """What the system says of an error, by its number: texts in the error itself may be anybody's."""
    number = error.errno
    return os.strerror(number) if isinstance(number, int) and number in errorcode else type(error).__name__


def to_look_for(error: OSError) -> str:
    """What to do where a file that was named cannot be read, to follow a message; empty if nobody can say."""
    if isinstance(error, FileNotFoundError):
        return "; check its name, and the folder you are in"
    if isinstance(error, IsADirectoryError):
        return "; name a file"
    return "; check its permissions" if isinstance(error, PermissionError) else ""


def _printable(char: str) -> str:
    return char if char.isprintable() else ascii(char)[1:-1]
