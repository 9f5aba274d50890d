"""Finding installed plugins through entry points, and loading them without hiding a failure."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib.metadata import EntryPoint, entry_points
from itertools import groupby
from types import TracebackType
from typing import Final

import attrs

from .errors import DeidError, NameTaken, PluginError, UnknownPlugin, suggest
from .release import DISTRIBUTION, own_version

GROUP: Final = "deidentikit"
_LONGEST: Final = 300
"""Characters of another program's message that are shown."""
_CORE: Final = re.compile(rf"{DISTRIBUTION}(?![\w.-])", re.IGNORECASE)


@attrs.frozen
class Origin:
    """Where a plugin comes from.

    name : of its entry point; empty where it was handed over in code
    """

    name: str = ""
    distribution: str = ""
    version: str = ""
    module: str = ""
    wants: str = ""
    """What it asks of the core, as its distribution spells it; empty where it says nothing."""

    def __str__(self) -> str:
        if self.distribution:
            return f"{self.distribution} {self.version}"
        return f"module {self.module}"


def remedy(first: Origin, second: Origin) -> str:
    """How to do without one of two plugins that do not go together."""
    if first is second:
        return "it has to offer it once"
    if not first.name or not second.name:
        return "leave one of them out"
    return f"uninstall one of them, or leave one out: --without-plugin {first.name} or --without-plugin {second.name}"


class Failures:
    """Gathers what goes wrong in plugins, so that all of it is told at once."""

    def __init__(self) -> None:
        self._found: list[tuple[str, BaseException | None, type[PluginError]]] = []

    def add(self, message: str, kind: type[PluginError] = PluginError) -> None:
        """Note a failure."""
        self._found.append((message, None, kind))

    def guard(self, origin: Origin, doing: str, *, quotes: bool = True) -> Guard:
        """A context manager that notes whatever a plugin's own code raises within it.

        quotes : its message may be shown; False where it could hold a value or a path
        """
        return Guard(self, origin, doing, quotes)

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
    quotes: bool

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None or isinstance(error, KeyboardInterrupt):
            return False
        what = f"{type(error).__name__}: {_brief(error)}" if self.quotes else type(error).__name__
        if isinstance(error, DeidError):
            what = str(error)
        where = self.origin if not self.origin.name else f"plugin {self.origin.name!r} of {self.origin}"
        hint = mismatch(self.origin) if isinstance(error, ImportError | AttributeError) else ""
        self.failures.caught(f"{where} cannot be used: it failed to {self.doing}: {what}{hint}", error)
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
        owners = [origin_of(point) for point in group]
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
        origin = origin_of(point)
        if point.pattern.match(point.value) is None:
            failures.add(f"{origin}: its entry point {point.name!r} names no module: {point.value!r}")
            continue
        with failures.guard(origin, f"load {point.value}"):
            found.append((origin, point.load()))
    return found


def _brief(error: BaseException) -> str:
    line = " ".join(str(error).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."


def _by_name(point: EntryPoint) -> str:
    return point.name


def _by_name_and_owner(point: EntryPoint) -> tuple[str, str]:
    return point.name, "" if point.dist is None else str(point.dist.name)


def origin_of(point: EntryPoint) -> Origin:
    """Where an entry point's plugin comes from. Of one that names no module the whole text is taken for its name."""
    named = point.pattern.match(point.value)
    module = point.value if named is None else named["module"]
    dist = point.dist
    if dist is None:
        return Origin(point.name, module=module)
    wants = next((need for need in dist.requires or () if _CORE.match(need)), "")
    return Origin(point.name, str(dist.name), dist.version, module, wants)


def mismatch(origin: Origin) -> str:
    """What the plugin asks of the core and what it finds, for failures that versions may explain."""
    return f" (it asks for {origin.wants}; {own_version()} is installed)" if origin.wants else ""
