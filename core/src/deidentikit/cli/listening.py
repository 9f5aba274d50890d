"""Plugins at the command line: they are loaded, and what they print stays off its output."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from traceback import walk_stack
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from ..registry import Registry

_Item = TypeVar("_Item")


def installed_registry(options: argparse.Namespace) -> Registry:
    """All plugins but those left out. What one prints while it is imported goes to standard error; a stream
    that it puts in place of ours is taken out again."""
    from ..registry import Registry

    aside = _Aside(sys.stderr)
    with redirect_stderr(aside), redirect_stdout(aside):
        return Registry.from_installed(options.without_plugin)


class Listener:
    """Hears what plugins print while files are open, here or in workers, and does not pass it on: it could be a value.

    Each process writes the name of a speaker once into a pipe that all of them share.
    """

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        if sys.platform != "win32":
            os.set_blocking(self._writing, False)
            os.set_blocking(self._reading, False)  # a process that a plugin forked can hold the other end open
        self._callers: set[tuple[str, ...]] = set()
        self._heard: set[str] = set()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Nothing within this reaches standard output or standard error as Python's streams."""
        stream = _Note(self._hear)
        with redirect_stdout(stream), redirect_stderr(stream):
            yield

    def each(self, items: Callable[[], Iterable[_Item]]) -> Iterator[_Item]:
        """Each of some items, listening while they are worked out, and not in between."""
        with self.listening():
            source = iter(items())
        while True:
            with self.listening():
                found = [item for item in (next(source, self),) if item is not self]
            if not found:
                return
            yield found[0]  # type: ignore[misc]

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *error: object) -> None:
        """Say on standard error who printed."""
        os.close(self._writing)
        with os.fdopen(self._reading, "rb") as names:
            speakers = set((names.read() or b"").decode().splitlines())
        for speaker in sorted(speakers):
            print(
                f"warning: {speaker} prints while files are open; it is not shown, as it could be a field's value",
                file=sys.stderr,
            )

    def _hear(self, modules: tuple[str, ...]) -> None:
        if modules in self._callers:
            return
        from ..blame import owner
        from ..hookspecs import PROJECT

        self._callers.add(modules)
        speaker = str(owner(modules) or PROJECT)
        if speaker not in self._heard:
            self._heard.add(speaker)
            with suppress(BlockingIOError):  # thousands of names, of which the first fill the pipe
                os.write(self._writing, f"{speaker}\n".encode())


class _Aside(io.TextIOBase):
    """Standard error while plugins are imported. A log handler made then keeps it, and is heard like any later one."""

    def __init__(self, behind: TextIO) -> None:
        self._behind = behind

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return (self._behind if sys.stderr is self else sys.stderr).write(text)


class _Note(io.TextIOBase):
    """A stream that passes on who writes to it, and nothing of what is written."""

    def __init__(self, hear: Callable[[tuple[str, ...]], None]) -> None:
        """hear : gets the modules at work, the innermost first, each once"""
        self._hear = hear

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        modules = (str(frame.f_globals.get("__name__")) for frame, _ in walk_stack(sys._getframe()))
        self._hear(tuple(dict.fromkeys(modules)))
        return len(text)
