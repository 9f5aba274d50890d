"""A second reader: another library reads what was written, where a profile asks for it. What file types share of it."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from .errors import FileError

OPTION: Final = "cross-check"
"""The key of the sections, and the reason of a refusal."""
_ALONE: Final = threading.Lock()
_NOTHING: Final = logging.CRITICAL + 1


@contextmanager
def silenced(logger: str) -> Iterator[None]:
    """Let a library neither warn nor log, for both can quote values.

    logger : the library's uppermost logger; those below it are silenced with it
    Warnings and loggers belong to the whole process, so there is one such block at a time.
    """
    with _ALONE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        levels = {each: each.level for each in _family(logging.getLogger(logger))}
        for each in levels:
            each.setLevel(_NOTHING)
        try:
            yield
        finally:
            for each, level in levels.items():
                each.setLevel(level)


def _family(top: logging.Logger) -> Iterator[logging.Logger]:
    """A logger and those below it that there are. Those that come later take their level from it."""
    yield top
    for name, each in tuple(top.manager.loggerDict.items()):
        if name.startswith(f"{top.name}.") and isinstance(each, logging.Logger):
            yield each


@contextmanager
def reading(library: str, what: str) -> Iterator[None]:
    """Turn whatever a library stumbles over into FileError (``cross-check``), without the library's own words.

    what : what is read, for the message: ``source``, ``output``
    """
    try:
        yield
    except FileError:
        raise
    except Exception as error:  # libraries raise errors of any kind over files that they cannot read
        raise FileError(OPTION, f"{library} cannot read the {what}: {type(error).__name__}") from None


def disagreement(library: str, what: str) -> FileError:
    """The refusal of an output in which a library finds something else than in the source.

    what : what differs, such as ``colour profile``; no value
    """
    return FileError(OPTION, f"{library} does not find the same {what} in the output as in the source")
