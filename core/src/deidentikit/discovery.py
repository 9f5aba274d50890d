"""Finding installed plugins through entry points, and loading them without hiding a failure."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable
from importlib.metadata import EntryPoint, entry_points
from itertools import groupby
from types import TracebackType
from typing import Final

import attrs
import pluggy

from . import hookspecs
from .errors import DeidError, NameTaken, PluginError, UnknownPlugin, suggest

GROUP: Final = "deidentikit"
_PREFIX: Final = f"{hookspecs.PROJECT}_"
_MARK: Final = f"{hookspecs.PROJECT}_impl"
_OFFERS: Final = ("deidentikit_file_types", "deidentikit_actions")


@attrs.frozen
class Origin:
    """Where a plugin comes from.

    name : of its entry point; empty where it was handed over in code
    """

    name: str = ""
    distribution: str = ""
    version: str = ""
    module: str = ""

    def __str__(self) -> str:
        if self.distribution:
            return f"{self.distribution} {self.version}"
        return f"module {self.module}"

    @property
    def remedy(self) -> str:
        """How to do without it."""
        if not self.name:
            return "leave one of them out"
        return f"uninstall one of them, or leave it out with --without-plugin {self.name}"


class Failures:
    """Gathers what goes wrong in plugins, so that all of it is told at once."""

    def __init__(self) -> None:
        self._found: list[tuple[str, BaseException | None, type[PluginError]]] = []

    def add(self, message: str, kind: type[PluginError] = PluginError) -> None:
        """Note a failure."""
        self._found.append((message, None, kind))

    def guard(self, origin: Origin, doing: str) -> Guard:
        """A context manager that notes whatever a plugin's own code raises within it."""
        return Guard(self, origin, doing)

    def caught(self, message: str, error: BaseException) -> None:
        """Note a failure with its cause."""
        self._found.append((message, error, PluginError))

    def raise_all(self) -> None:
        """Raise one error for everything noted, if there is anything."""
        if not self._found:
            return
        kinds = {kind for _, _, kind in self._found}
        error = (kinds.pop() if len(kinds) == 1 else PluginError)("\n".join(text for text, _, _ in self._found))
        causes = [cause for _, cause, _ in self._found if isinstance(cause, Exception)]
        if len(causes) > 1:
            raise error from ExceptionGroup("plugins failed", causes)
        raise error from (causes[0] if causes else None)


@attrs.frozen
class Guard:
    """See `Failures.guard`. Foreign code may raise anything, so every exception counts."""

    failures: Failures
    origin: Origin
    doing: str

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        what = str(error) if isinstance(error, DeidError) else f"{type(error).__name__}: {error}"
        where = self.origin if not self.origin.name else f"plugin {self.origin.name!r} of {self.origin}"
        self.failures.caught(f"{where} cannot be used: it failed to {self.doing}: {what}", error)
        return True


def installed(without: Collection[str], failures: Failures) -> list[tuple[Origin, object]]:
    """The installed plugins, loaded, in the order of their names.

    Raises NameTaken before anything is loaded if two distributions claim one entry-point name, and
    UnknownPlugin if `without` names one that is not installed. Broken ones go to `failures`.
    """
    points = sorted(entry_points(group=GROUP), key=_by_name_and_owner)
    names = {point.name for point in points}
    for name in without:
        if name not in names:
            raise UnknownPlugin(f"--without-plugin {name}: no such plugin is installed.{suggest(name, names)}")
    points = [point for point in points if point.name not in without]
    clashes = Failures()
    for name, group in groupby(points, key=_by_name):
        owners = [_origin(point) for point in group]
        if len(owners) > 1:
            listed = " and ".join(str(owner) for owner in owners)
            clashes.add(
                f"the plugin {name!r} is offered by {listed}; uninstall one of them,"
                f" or leave them out with --without-plugin {name}",
                NameTaken,
            )
    clashes.raise_all()
    found: list[tuple[Origin, object]] = []
    for point in points:
        origin = _origin(point)
        with failures.guard(origin, f"load {point.value}"):
            found.append((origin, point.load()))
    return found


def _by_name(point: EntryPoint) -> str:
    return point.name


def _by_name_and_owner(point: EntryPoint) -> tuple[str, str]:
    return point.name, "" if point.dist is None else str(point.dist.name)


def _origin(point: EntryPoint) -> Origin:
    dist = point.dist
    if dist is None:
        return Origin(point.name, module=point.module)
    return Origin(point.name, str(dist.name), dist.version, point.module)


def hooks_of(
    plugins: Iterable[tuple[Origin, object]], failures: Failures
) -> tuple[pluggy.PluginManager, dict[int, Origin]]:
    """A plugin manager with all of them registered, and where each comes from.

    Misspelt hooks, unknown arguments and hooks that lack the marker go to `failures`.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    known = {name for name in vars(hookspecs) if name.startswith(_PREFIX)}
    origins: dict[int, Origin] = {}
    for origin, plugin in plugins:
        if _shape_is_good(origin, plugin, known, failures):
            try:
                manager.register(plugin, origin.name or None)
            except pluggy.PluginValidationError as error:
                failures.caught(f"{origin}: {str(error.args[0]).strip()}", error)
            else:
                origins[id(plugin)] = origin
    return manager, origins


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
            failures.add(f"{origin}: there is no hook {hook!r}.{suggest(hook, known)}")
            good = False
        elif hook in _OFFERS and (options.get("wrapper") or options.get("hookwrapper")):
            failures.add(f"{origin}: {hook} cannot be a wrapper")
            good = False
    if not marked and good:
        failures.add(f"{origin}: no function is marked with @hookimpl, so it offers nothing")
        good = False
    return good


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
