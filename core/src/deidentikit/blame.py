"""Whose defect an error is, and where it is, without what its message says."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import entry_points
from traceback import extract_tb, walk_tb
from types import TracebackType
from typing import Final

import attrs

from .discovery import GROUP, Origin, origin_of
from .errors import BrokenContract, DeidError
from .hookspecs import PROJECT

_AT_WORK: Final = f"{PROJECT} at work: "
_FRAMES: Final = 25
"""Calls that a traceback shows from its beginning, and from its end."""


def blame(error: BaseException, at_work: type | None = None) -> str:
    """What to say of an error: whose it is and its type. Its own message, which can quote a value, is left out.

    at_work : the plugin's class that was asked last, if it is known
    """
    what = str(error) if isinstance(error, BrokenContract) else type(error).__name__
    if (origin := culprit(error)) is not None:
        return f"a defect of {origin}: {what}"
    asked = next(
        (note.removeprefix(_AT_WORK) for note in getattr(error, "__notes__", ()) if note.startswith(_AT_WORK)),
        "" if at_work is None else at_work.__module__,
    )
    origin = owner([asked])
    return f"a defect of {PROJECT}: {what}" if origin is None else f"a defect of {origin} or of {PROJECT}: {what}"


def culprit(error: BaseException) -> Origin | None:
    """The installed plugin whose class broke the contract, or whose code was at work last; None if there is none."""
    link: BaseException | None = error
    while link is not None:
        modules = [str(frame.f_globals.get("__name__")) for frame, _ in walk_tb(link.__traceback__)]
        if isinstance(link, BrokenContract):
            modules.append(link.culprit.__module__)
        if (origin := owner(reversed(modules))) is not None:
            return origin
        link = link.__cause__ or link.__context__
    return None


def owner(modules: Iterable[str]) -> Origin | None:
    """The installed plugin that the first of these modules belongs to that belongs to one.

    Distributions can share the first part of a module's name, so the longest part that fits tells.
    """
    origins = [origin_of(point) for point in entry_points(group=GROUP)]
    for module in modules:
        parts = module.split(".")
        for length in range(len(parts), 0, -1):
            name = ".".join(parts[:length]) + "."
            for origin in origins:
                if f"{origin.module}.".startswith(name):
                    return origin
    return None


def scrubbed(error: BaseException) -> str:
    """A traceback with places and error types only: messages can quote a file's values."""
    lines: list[str] = []
    link: BaseException | None = error
    while link is not None:
        frames = [f"  {at.filename}:{at.lineno} in {at.name}" for at in extract_tb(link.__traceback__)]
        if len(frames) > 2 * _FRAMES:  # a recursion without end
            frames[_FRAMES:-_FRAMES] = [f"  and {len(frames) - 2 * _FRAMES} calls more"]
        lines += frames
        lines.append(type(link).__name__)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(lines)


@attrs.frozen
class Asked:
    """A context manager that notes on an error whose class was asked, for an answer that fails only in our hands."""

    asked: type

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, DeidError):
            error.add_note(f"{_AT_WORK}{self.asked.__module__}")
