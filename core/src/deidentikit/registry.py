"""The file types and actions at hand: a value that is built once, whole or not at all."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from .action import Action
from .claims import ActionKeys, Claims, TypeKeys
from .discovery import Failures, Origin, installed
from .errors import PluginError, Problem, UnknownPlugin, near, suggest
from .filetype import FileType
from .fragment import Fragment
from .hooks import answers, hooks_of, offers, retiring
from .known import known_packages

if TYPE_CHECKING:
    from .plan import Plan
    from .report import Outcome


@attrs.frozen
class PluginInfo:
    """What is known of one installed action or file type.

    kind : ``action``, ``file type``, or ``hooks`` for a plugin that only checks or observes
    """

    name: str
    kind: str
    distribution: str
    version: str
    summary: str
    module: str


class Registry:
    """The file types and actions that a profile can use. Make one with `from_installed` or `of`.

    file_types : by their own names
    sections : by the names that sections of a profile have
    actions : by their names and aliases
    plugins : every one of them, for people and journals
    settings : keys that actions read from a section or the top level, merged
    options : the names of all options of all actions
    default_action : what a rule without an action gets; None where no plugin claims that
    retiring : sentences about plugins that use what the next contract will not have
    """

    file_types: Mapping[str, type[FileType]]
    sections: Mapping[str, type[FileType]]
    actions: Mapping[str, type[Action]]
    plugins: tuple[PluginInfo, ...]
    settings: Fragment
    options: frozenset[str]
    default_action: type[Action] | None
    retiring: tuple[str, ...]

    def __init__(
        self,
        plugins: Iterable[tuple[Origin, object]],
        classes: Iterable[type],
        failures: Failures,
        blocked: Collection[str] = (),
    ) -> None:
        self._blocked = frozenset(blocked)
        self._hooks, self._origins = hooks_of(plugins, failures)
        origins = self._origins
        direct = [(Origin(module=cls.__module__), cls) for cls in classes]
        claims = Claims(failures)
        claims.add(
            offers(self._hooks, "deidentikit_file_types", origins, failures)
            + [(origin, cls) for origin, cls in direct if issubclass(cls, FileType)],
            offers(self._hooks, "deidentikit_actions", origins, failures)
            + [(origin, cls) for origin, cls in direct if not issubclass(cls, FileType)],
        )
        failures.raise_all()
        self.file_types = MappingProxyType(claims.file_types)
        self.sections = MappingProxyType(claims.sections)
        self.actions = MappingProxyType(claims.actions)
        self.default_action = claims.default_action
        claims.read_keys(self)
        failures.raise_all()
        self.settings = MappingProxyType(claims.settings)
        self._type_keys = claims.type_keys
        self._action_keys = claims.action_keys
        self.options = frozenset(name for keys in self._action_keys.values() for name in keys.options)
        self.plugins = tuple(_infos(claims, origins.values()))
        self.retiring = tuple(retiring(self._hooks, origins))

    @classmethod
    def from_installed(cls, without: Collection[str] = ()) -> Registry:
        """All plugins that are installed, but for those named in `without` by their entry points.

        Raises PluginError, naming the distributions, for anything that is broken, misspelt or
        claimed twice (`NameTaken`), and UnknownPlugin for a name in `without` that is not installed.
        """
        failures = Failures()
        plugins = installed(without, failures)
        return cls(plugins, (), failures, without)

    @classmethod
    def of(cls, *offered: object) -> Registry:
        """Exactly these, without discovery: classes of file types and actions, or plugin modules."""
        classes = [item for item in offered if inspect.isclass(item) and issubclass(item, (FileType, Action))]
        plugins = [
            (Origin(module=getattr(item, "__name__", type(item).__name__)), item)
            for item in offered
            if item not in classes
        ]
        return cls(plugins, classes, Failures())

    def __repr__(self) -> str:
        return f"Registry(sections={sorted(self.sections)}, actions={sorted(self.actions)})"

    def action_keys(self, action: type[Action]) -> ActionKeys:
        """What an action of this registry brings into a profile."""
        return self._action_keys[action.name]

    def type_keys(self, file_type: type[FileType]) -> TypeKeys:
        """What a file type of this registry brings into a profile."""
        return self._type_keys[file_type.name]

    def sections_with(self, key: str) -> list[str]:
        """The sections whose own keys have this one."""
        return sorted(name for name, cls in self.sections.items() if key in self.type_keys(cls).section)

    def section(self, name: str) -> type[FileType]:
        """The file type behind a section's name. Raises UnknownPlugin with a hint."""
        if name not in self.sections:
            hint = self.hint_section(name) or f" Those installed are {', '.join(sorted(self.sections))}."
            raise UnknownPlugin(f"no file type is known as {name!r}.{hint}")
        return self.sections[name]

    def action(self, name: str) -> type[Action]:
        """The action of a name or alias. Raises UnknownPlugin with a hint."""
        if name not in self.actions:
            hint = self.hint_action(name) or f" Those installed are {', '.join(sorted(self.actions))}."
            raise UnknownPlugin(f"no action is known as {name!r}.{hint}")
        return self.actions[name]

    def hint_section(self, name: str) -> str:
        """What to do about a section name that is not known: a near name, or the package it comes with."""
        return self._hint(name, self.sections, known_packages()["sections"])

    def hint_action(self, name: str) -> str:
        """What to do about an action name that is not known: a near name, or the package it comes with."""
        return self._hint(name, self.actions, known_packages()["actions"])

    def _hint(self, name: str, present: Collection[str], packages: Mapping[str, str]) -> str:
        if name in packages and name not in present:
            return self._where_from(packages[name], "It")
        if hint := suggest(name, present):
            return hint
        for known in near(name, packages, 1):
            return f" Did you mean {known!r}?{self._where_from(packages[known], 'That')}"
        return ""

    def _where_from(self, package: str, what: str) -> str:
        if package.removeprefix("deidentikit-") in self._blocked:
            return f" {what} comes with {package!r}, which --without-plugin leaves out."
        return f" {what} comes with {package!r}, which is not installed: pip install {package}"

    def check(self, plan: Plan) -> Sequence[Problem]:
        """What plugins object to in a plan. Raises PluginError if one answers with anything else."""
        problems: list[Problem] = []
        for origin, answer in answers(self._hooks, "deidentikit_check", self._origins, plan=plan):
            failures = Failures()
            with failures.guard(origin, "answer deidentikit_check", quotes=False):
                problems += _all_problems(answer)
            failures.raise_all()
        return problems

    def observe(self, outcome: Outcome) -> None:
        """Tell plugins what became of one input. Raises PluginError if one fails."""
        for _ in answers(self._hooks, "deidentikit_outcome", self._origins, outcome=outcome):
            continue


def _all_problems(answer: object) -> list[Problem]:
    if not isinstance(answer, Iterable):
        raise PluginError(f"it has to return problems, not {type(answer).__name__}")
    found = list(answer)
    for problem in found:
        if not isinstance(problem, Problem):
            raise PluginError(f"it has to return problems, not {type(problem).__name__}")
    return found


def _infos(claims: Claims, origins: Iterable[Origin]) -> Iterator[PluginInfo]:
    heard = set()
    kinds: list[tuple[str, Iterable[type[FileType] | type[Action]]]] = [
        ("file type", claims.file_types.values()),
        ("action", dict.fromkeys(claims.actions.values())),
    ]
    for kind, classes in kinds:
        for cls in classes:
            origin = claims.origin(cls)
            heard.add(origin)
            yield PluginInfo(cls.name, kind, origin.distribution, origin.version, cls.summary, cls.__module__)
    for origin in origins:
        if origin not in heard:
            yield PluginInfo(
                origin.name or origin.module, "hooks", origin.distribution, origin.version, "", origin.module
            )
