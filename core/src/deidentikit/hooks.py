"""Asking plugins through their hooks, once it is sure that they are what the contract says."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Iterator
from typing import Final

import pluggy

from . import hookspecs
from .discovery import Failures, Origin, mismatch
from .errors import suggest
from .release import DISTRIBUTION, own_version

_PREFIX: Final = f"{hookspecs.PROJECT}_"
_MARK: Final = f"{hookspecs.PROJECT}_impl"
_CONTRACT: Final = f"{hookspecs.PROJECT}_contract"


def hooks_of(
    plugins: Iterable[tuple[Origin, object]], failures: Failures
) -> tuple[pluggy.PluginManager, dict[int, Origin]]:
    """A plugin manager with all of them registered, and where each comes from.

    Misspelt hooks, unknown arguments, hooks that lack the marker and another contract go to `failures`.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    known = [name for name in vars(hookspecs) if name.startswith(_PREFIX)]
    origins: dict[int, Origin] = {}
    for origin, plugin in plugins:
        good = False
        with failures.guard(origin, "say what it offers"):
            good = _contract_is_kept(origin, plugin, failures) and _shape_is_good(origin, plugin, known, failures)
        if good:
            try:
                manager.register(plugin, origin.name or None)
            except pluggy.PluginValidationError as error:
                failures.caught(f"{origin}: {' '.join(str(error.args[0]).split())}", error)
            else:
                origins[id(plugin)] = origin
    return manager, origins


def _contract_is_kept(origin: Origin, plugin: object, failures: Failures) -> bool:
    """Whether it is written for the contract that this core keeps. A plugin that says nothing is taken to be."""
    written_for = getattr(plugin, _CONTRACT, hookspecs.CONTRACT)
    if written_for == hookspecs.CONTRACT and isinstance(written_for, int):
        return True
    if not isinstance(written_for, int):
        failures.add(f"{origin}: {_CONTRACT} has to be a whole number, not {type(written_for).__name__}")
        return False
    update = DISTRIBUTION if written_for > hookspecs.CONTRACT else "it"
    failures.add(
        f"{origin}: it is written for version {written_for} of the plugin contract, and {DISTRIBUTION}"
        f" {own_version()} keeps version {hookspecs.CONTRACT}; update {update}{mismatch(origin)}"
    )
    return False


def _shape_is_good(origin: Origin, plugin: object, known: Collection[str], failures: Failures) -> bool:
    """Whether its hooks are marked, spelled right and of the right sort."""
    marked = 0
    good = True
    for name, function in inspect.getmembers(plugin, inspect.isroutine):
        options = getattr(function, _MARK, None)
        if options is None:
            if name.startswith(_PREFIX):
                failures.add(f"{origin}: {name} lacks the marker @hookimpl")
                good = False
            continue
        marked += 1
        hook = options.get("specname") or name
        if hook not in known:
            failures.add(f"{origin}: there is no hook {hook!r}.{suggest(hook, known)}{mismatch(origin)}")
            good = False
        elif options.get("wrapper") or options.get("hookwrapper"):
            failures.add(f"{origin}: {hook} cannot be a wrapper")
            good = False
        elif unknown := [name for name in _arguments(function) if name not in _arguments(getattr(hookspecs, hook))]:
            taken = ", ".join(_arguments(getattr(hookspecs, hook))) or "nothing"
            failures.add(f"{origin}: {hook} takes {', '.join(unknown)}; the hook gives {taken}{mismatch(origin)}")
            good = False
    if not marked and good:
        failures.add(f"{origin}: no function is marked with @hookimpl, so it offers nothing")
        good = False
    return good


def _arguments(function: object) -> list[str]:
    """The names of the arguments that have to be given."""
    parameters = inspect.signature(function).parameters.values() if callable(function) else ()
    return [parameter.name for parameter in parameters if parameter.default is parameter.empty]


def retiring(manager: pluggy.PluginManager, origins: dict[int, Origin]) -> list[str]:
    """Which plugins implement hooks, or take arguments of hooks, that the next contract will not have."""
    found: list[str] = []
    for hook in (name for name in vars(hookspecs) if name.startswith(_PREFIX)):
        caller = getattr(manager.hook, hook)
        arguments = caller.spec.warn_on_impl_args or {}
        for implementation in caller.get_hookimpls():
            origin = origins[id(implementation.plugin)]
            if caller.spec.warn_on_impl:
                found.append(f"{origin}: {hook}: {caller.spec.warn_on_impl}")
            for name in implementation.argnames:
                if name in arguments:
                    found.append(f"{origin}: {hook}, argument {name}: {arguments[name]}")
    return found


def answers(
    manager: pluggy.PluginManager, hook: str, origins: dict[int, Origin], **arguments: object
) -> Iterator[tuple[Origin, object]]:
    """What each plugin answers to a hook, with where it comes from. Raises PluginError, naming it, where it raises."""
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        origin = origins[id(implementation.plugin)]
        failures = Failures()
        answer: object = None
        with failures.guard(origin, f"answer {hook}", quotes=False):
            answer = implementation.function(*[arguments[name] for name in implementation.argnames])
        failures.raise_all()
        yield origin, answer


def offers(
    manager: pluggy.PluginManager, hook: str, origins: dict[int, Origin], failures: Failures
) -> list[tuple[Origin, type]]:
    """The classes that plugins return from a hook, each with its origin, in the order of registration."""
    found: list[tuple[Origin, type]] = []
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        origin = origins[id(implementation.plugin)]
        with failures.guard(origin, f"answer {hook}"):
            for offered in implementation.function():
                if inspect.isclass(offered):
                    found.append((origin, offered))
                else:
                    failures.add(f"{origin}: {hook} has to return classes, not {type(offered).__name__}")
    return found
