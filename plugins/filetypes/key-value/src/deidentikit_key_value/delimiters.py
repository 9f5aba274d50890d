"""Where a line's key ends and its value begins."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from .tokens import Span

LONGEST_KEY: Final = 1024
"""The delimiter has to end within as many characters of a line."""

Split = Callable[[str], Span | None]
"""The delimiter of a line with the blanks around it, or None if the line has none."""

_EITHER: Final = re.compile(r":=|[:=]")
_COLON: Final = re.compile(r":")
_NRRD: Final = re.compile(r":=|:")


def split_either(line: str) -> Span | None:
    """At the first ``=``, ``:`` or ``:=``."""
    return _split(_EITHER, line)


def split_colon(line: str) -> Span | None:
    """At the first colon, as in Philips PAR files."""
    return _split(_COLON, line)


def split_nrrd(line: str) -> Span | None:
    """At the first colon, or ``:=``, as NRRD has it."""
    return _split(_NRRD, line)


def split_at(pattern: re.Pattern[str]) -> Split:
    """At the first place that a pattern of the profile matches.

    Raises ValueError for one that matches nothing at all.
    """
    if pattern.fullmatch(""):
        raise ValueError("the delimiter must not match an empty text")

    def split(line: str) -> Span | None:
        return _split(pattern, line)

    return split


def _split(pattern: re.Pattern[str], line: str) -> Span | None:
    found = pattern.search(line, 0, LONGEST_KEY)
    if found is None or found.start() == found.end():
        return None
    key = line[: found.start()].rstrip()
    if not key.lstrip():
        return None
    rest = line[found.end() :]
    return Span(len(key), found.end() + len(rest) - len(rest.lstrip()))
