"""Who claims which name in a profile: file types, actions and their keys, sorted and checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import shake_256
from typing import TYPE_CHECKING, Final

import attrs

from .action import Action
from .discovery import Failures, Origin, remedy
from .errors import NameTaken
from .faults import action_faults, file_type_faults
from .filetype import FileType
from .fragment import (
    RULE_KEYS,
    SECTION_KEYS,
    TOP_KEYS,
    Fragment,
    Key,
    Validator,
    fragment_faults,
    same_key,
)

if TYPE_CHECKING:
    from .registry import Registry


@attrs.frozen
class ActionKeys:
    """What an action brings into a profile. `value` None: it takes only ``true``."""

    value: Validator | None
    options: Fragment
    settings: Fragment


@attrs.frozen
class TypeKeys:
    """What a file type brings into a profile: keys of its section and of its rules."""

    section: Fragment
    rule: Fragment


_NOISE: Final = shake_256(b"noise").digest(4096)
"""A file's head that is of no type."""
_CORE: Final = frozenset((*TOP_KEYS, *SECTION_KEYS, *RULE_KEYS))


class Claims:
    """Takes in what plugins offer; whatever does not go together is noted in `failures`."""

    def __init__(self, failures: Failures) -> None:
        self._failures = failures
        self._owners: dict[tuple[str, str], Origin] = {}
        self._origins: dict[type, Origin] = {}
        self.file_types: dict[str, type[FileType]] = {}
        self.sections: dict[str, type[FileType]] = {}
        self.actions: dict[str, type[Action]] = {}
        self.default_action: type[Action] | None = None
        self.type_keys: dict[str, TypeKeys] = {}
        self.action_keys: dict[str, ActionKeys] = {}
        self.settings: dict[str, Key] = {}

    def add(self, file_types: Iterable[tuple[Origin, type]], actions: Iterable[tuple[Origin, type]]) -> None:
        """Take in classes under their names."""
        for origin, cls in file_types:
            with self._failures.guard(origin, f"describe {cls.__qualname__}"):
                if self._sound(origin, cls, file_type_faults(cls)):
                    self._add_file_type(origin, cls)
        for origin, cls in actions:
            with self._failures.guard(origin, f"describe {cls.__qualname__}"):
                if self._sound(origin, cls, action_faults(cls)):
                    self._add_action(origin, cls)

    def read_keys(self, registry: Registry) -> None:
        """Ask all classes for their keys, and see that none takes what belongs to another."""
        for name, file_type in self.file_types.items():
            with self._failures.guard(self._origins[file_type], f"tell what files are of type {name!r}"):
                self._check_recognition(file_type)
            with self._failures.guard(self._origins[file_type], f"tell the keys of {name!r}"):
                self._add_type_keys(file_type, file_type.section_schema(), file_type.rule_schema())
        for action in dict.fromkeys(self.actions.values()):
            with self._failures.guard(self._origins[action], f"tell the keys of {action.name!r}"):
                keys = ActionKeys(
                    action.value_schema(registry),
                    action.options_schema(registry),
                    action.settings_schema(registry),
                )
                self._add_action_keys(action, keys)
        self._check_sections()

    def origin(self, cls: type) -> Origin:
        """Where a class that was taken in comes from."""
        return self._origins[cls]

    def _sound(self, origin: Origin, cls: type, faults: Iterator[str]) -> bool:
        found = list(faults)
        for fault in found:
            self._failures.add(f"{origin}: {cls.__qualname__} {fault}")
        return not found

    def _take(self, what: str, name: str, origin: Origin) -> bool:
        """Claim a name; False where another has it."""
        owner = self._owners.get((what, name))
        if owner is None:
            self._owners[what, name] = origin
            return True
        both = f"{owner} twice" if owner is origin else f"both {owner} and {origin}"
        self._failures.add(f"the {what} {name!r} is offered by {both}; {remedy(owner, origin)}", NameTaken)
        return False

    def _add_file_type(self, origin: Origin, cls: type[FileType]) -> None:
        if self._take("file type", cls.name, origin):
            self.file_types[cls.name] = cls
            self._origins[cls] = origin
            for section in cls.sections:
                if self._take("section", section, origin):
                    self.sections[section] = cls

    def _add_action(self, origin: Origin, cls: type[Action]) -> None:
        self._origins[cls] = origin
        for name in (cls.name, *cls.aliases):
            if self._take("action", name, origin):
                self.actions[name] = cls
        if cls.default:
            if self.default_action is not None:
                first = self._origins[self.default_action]
                self._failures.add(
                    f"the part of default action is claimed by both {first} and {origin}; {remedy(first, origin)}",
                    NameTaken,
                )
            self.default_action = cls

    def _check_recognition(self, cls: type[FileType]) -> None:
        """A type that claims noise claims every file, and so takes files from the types that know them."""
        answer: object = cls.sniff(_NOISE, "noise")
        if not isinstance(answer, bool):
            what = type(answer).__name__
            self._failures.add(
                f"{self._origins[cls]}: {cls.__qualname__}.sniff has to answer True or False, not {what}"
            )
        elif answer and not cls.takes_the_rest:
            self._failures.add(
                f"{self._origins[cls]}: {cls.__qualname__} claims every file: sniff answers True for random bytes;"
                " it has to look for a signature, or answer False"
            )

    def _add_type_keys(self, cls: type[FileType], section: Fragment, rule: Fragment) -> None:
        origin = self._origins[cls]
        if not self._fragments_sound(origin, cls, section=section, rule=rule):
            return
        for name in section:
            if name in SECTION_KEYS:
                self._failures.add(f"{origin}: {cls.__qualname__} takes the section key {name!r} of the core")
        for name in rule:
            if name in RULE_KEYS or name in self.actions:
                owner = "the core" if name in RULE_KEYS else f"the action of {self._origins[self.actions[name]]}"
                self._failures.add(f"{origin}: {cls.__qualname__} takes the rule key {name!r} of {owner}")
        for section_name, preset in cls.sections.items():
            for name in preset.defaults:
                if name not in section:
                    self._failures.add(
                        f"{origin}: the preset {section_name!r} sets {name!r}, which is no key of its section"
                    )
        self.type_keys[cls.name] = TypeKeys(section, rule)

    def _add_action_keys(self, cls: type[Action], keys: ActionKeys) -> None:
        origin = self._origins[cls]
        if not self._fragments_sound(origin, cls, options=keys.options, settings=keys.settings):
            return
        if keys.value is not None and not isinstance(keys.value, Validator):
            self._failures.add(f"{origin}: {cls.__qualname__}.value_schema has to return a validator or None")
        for name in keys.options:
            if name in RULE_KEYS or name in self.actions:
                owner = "the core" if name in RULE_KEYS else f"the action of {self._origins[self.actions[name]]}"
                self._failures.add(f"{origin}: {cls.__qualname__} takes the rule key {name!r} of {owner}")
        for name, key in keys.settings.items():
            if name in _CORE:
                self._failures.add(f"{origin}: {cls.__qualname__} takes the key {name!r} of the core")
                continue
            self._share(name, key, origin, self.settings.setdefault(name, key))
        self.action_keys[cls.name] = keys

    def _share(self, name: str, key: Key, origin: Origin, first: Key) -> None:
        """Two actions may read one setting, if they agree on what it takes."""
        owner = self._owners.setdefault(("setting", name), origin)
        if not same_key(first, key):
            self._failures.add(
                f"the setting {name!r} means one thing to {owner} and another to {origin}; {remedy(owner, origin)}",
                NameTaken,
            )

    def _check_sections(self) -> None:
        """File types against the settings of actions, and section names against keys of the top level."""
        for cls in self.file_types.values():
            keys = self.type_keys.get(cls.name)
            for name, key in {} if keys is None else keys.section.items():
                if name in self.settings and not same_key(self.settings[name], key):
                    ours, theirs = self._origins[cls], self._owners["setting", name]
                    self._failures.add(
                        f"the key {name!r} means one thing to {ours} and another to {theirs}; {remedy(ours, theirs)}",
                        NameTaken,
                    )
            for option in () if keys is None else keys.rule:
                for action, action_keys in self.action_keys.items():
                    if option in action_keys.options:
                        ours, theirs = self._origins[cls], self._origins[self.actions[action]]
                        self._failures.add(
                            f"the rule key {option!r} is taken by both {ours} and {theirs}; {remedy(ours, theirs)}",
                            NameTaken,
                        )
        for section, cls in self.sections.items():
            if section in _CORE:
                self._failures.add(f"{self._origins[cls]}: the section name {section!r} is a key of the core")
            elif section in self.settings:
                ours, theirs = self._origins[cls], self._owners["setting", section]
                self._failures.add(
                    f"{section!r} is a section of {ours} and a setting of {theirs}; {remedy(ours, theirs)}", NameTaken
                )

    def _fragments_sound(self, origin: Origin, cls: type, **fragments: object) -> bool:
        faults = [f"{what}_schema {fault}" for what, found in fragments.items() for fault in fragment_faults(found)]
        for fault in faults:
            self._failures.add(f"{origin}: {cls.__qualname__}.{fault}")
        return not faults
