"""The whole plugin surface. A plugin is a module named in the entry-point group ``deidentikit``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import pluggy

if TYPE_CHECKING:
    from .action import Action
    from .errors import Problem
    from .filetype import FileType
    from .plan import Plan
    from .report import Outcome

PROJECT: Final = "deidentikit"
CONTRACT: Final = 1
"""The version of the plugin contract. A plugin's module says in ``deidentikit_contract`` which it is written for."""
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks the functions of a plugin that are hooks."""


@hookspec
def deidentikit_file_types() -> Iterable[type[FileType]]:  # type: ignore[empty-body]
    """Offer file types. Called once, when a registry is built.

    Return classes: each section of a profile makes its own instance. A name or a section name
    that is taken already raises `NameTaken`, which names both distributions.
    """


@hookspec
def deidentikit_actions() -> Iterable[type[Action]]:  # type: ignore[empty-body]
    """Offer actions. Called once, when a registry is built.

    Return classes: each rule of a profile makes its own instance. A name or alias that is taken
    already raises `NameTaken`.
    """


@hookspec
def deidentikit_check(plan: Plan) -> Iterable[Problem]:  # type: ignore[empty-body]
    """Object to a plan. Called once per section after it is compiled, before any file is opened.

    Return problems; one that is no warning stops the run with exit code 2.
    """


@hookspec
def deidentikit_outcome(outcome: Outcome) -> None:
    """Observe what became of one input. Called in the main process, once for each input, after the
    output has its name. An exception stops the run; the output stays.
    """
