"""Whose defect an error is."""

from __future__ import annotations

from importlib.metadata import entry_points
from traceback import walk_tb

from .discovery import GROUP, Origin, origin_of
from .errors import BrokenContract
from .hookspecs import PROJECT


def blame(error: BaseException) -> str:
    """What to say of an error: whose it is and its type. Its own message, which can quote a value, is left out."""
    what = str(error) if isinstance(error, BrokenContract) else type(error).__name__
    return f"a defect of {culprit(error) or PROJECT}: {what}"


def culprit(error: BaseException) -> Origin | None:
    """The installed plugin whose class broke the contract, or whose code was at work last; None if there is none."""
    plugins = {point.module.partition(".")[0]: point for point in entry_points(group=GROUP)}
    link: BaseException | None = error
    while link is not None:
        modules = [str(frame.f_globals.get("__name__")) for frame, _ in walk_tb(link.__traceback__)]
        if isinstance(link, BrokenContract):
            modules.append(link.culprit.__module__)
        for module in reversed(modules):
            if (point := plugins.get(module.partition(".")[0])) is not None:
                return origin_of(point)
        link = link.__cause__ or link.__context__
    return None
