"""What a new plugin and the parts of its package are called."""

from __future__ import annotations

import builtins
import collections.abc
import keyword
import re
import typing
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final

import attrs

import deidentikit

from .. import kinds, schema, testing
from ..errors import UsageError
from ..fragment import RULE_KEYS, SECTION_KEYS, TOP_KEYS, well_named
from ..known import known_packages
from ..registry import Registry

LONGEST: Final = 32
"""Characters of a name; what is made of it still fits a line of code."""
_PREFIX: Final = "deidentikit-"
_TAKEN_CLASSES: Final = frozenset(
    (
        *keyword.kwlist,
        *dir(builtins),
        *collections.abc.__all__,
        *typing.__all__,
        *deidentikit.__all__,
        *kinds.__all__,
        *schema.__all__,
        *testing.__all__,
        "Path",
        "Verdict",
    )
)
"""What the source of a plugin may import, so that no class of its own has such a name."""


@attrs.frozen
class PackageNames:
    """Names that follow from the plugin's own.

    kind : ``action`` or ``filetype``
    name : in profiles, and of the entry point
    """

    kind: str
    name: str

    @property
    def what(self) -> str:
        """The kind in words."""
        return "file type" if self.kind == "filetype" else "action"

    @property
    def distribution(self) -> str:
        """What is installed."""
        return _PREFIX + self.name

    @property
    def package(self) -> str:
        """What is imported."""
        return self.distribution.replace("-", "_")

    @property
    def attribute(self) -> str:
        """The name as Python spells it."""
        return self.name.replace("-", "_")

    @property
    def class_name(self) -> str:
        """The plugin's class."""
        name = self._words
        if self.kind == "filetype":
            return name if name.endswith("File") else f"{name}File"
        return f"{name}Action" if name in _TAKEN_CLASSES else name

    @property
    def document_name(self) -> str:
        """The class of a file type's open files."""
        return f"{self._words}Document"

    @property
    def _words(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("-"))


def choose_names(kind: str, name: str, registry: Registry) -> PackageNames:
    """The names of a new plugin.

    kind : ``action`` or ``filetype``
    registry : what is installed; the new plugin has to go together with it

    Raises UsageError, naming who has the name, if it cannot be.
    """
    names = PackageNames(kind, name)
    if trouble := _malformed(name) or _taken(names, registry):
        raise UsageError(trouble)
    return names


def _malformed(name: str) -> str:
    if name.startswith(_PREFIX):
        return f"{name!r}: leave {_PREFIX!r} out; the package gets it in front of the name"
    if not well_named(name):
        near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        hint = f" Did you mean {near!r}?" if well_named(near) and near != name else ""
        return f"{name!r} is no name for a plugin: it is lower case words of letters and digits, joined by '-'.{hint}"
    if len(name) > LONGEST:
        return f"the name has {len(name)} characters; it may have {LONGEST}"
    return ""


def _taken(names: PackageNames, registry: Registry) -> str:
    """Who has the name, in a sentence; empty if it is free."""
    owner = _owner_in_profiles(names, registry) or _owner_of_package(names)
    return f"the name {names.name!r} is taken: {owner}; choose another" if owner else ""


def _owner_in_profiles(names: PackageNames, registry: Registry) -> str:
    if names.kind == "action":
        present = {alias: _offered_by(registry, action.name, "action") for alias, action in registry.actions.items()}
        core, known = {*RULE_KEYS}, known_packages()["actions"]
        keys = set(registry.options).union(*(registry.type_keys(cls).rule for cls in registry.file_types.values()))
    else:
        types = {**registry.file_types, **registry.sections}
        present = {section: _offered_by(registry, cls.name, "file type") for section, cls in types.items()}
        core, known = {*TOP_KEYS, *SECTION_KEYS, *RULE_KEYS}, known_packages()["sections"]
        keys = set(registry.settings)
    if names.name in core:
        return "it is a key of the profile language"
    if names.name in present:
        return f"{present[names.name]} offers it"
    if names.name in keys:
        return "it is a key that an installed plugin brings into profiles"
    if names.name in known:
        return f"it comes with {known[names.name]}"
    return ""


def _offered_by(registry: Registry, name: str, kind: str) -> str:
    for plugin in registry.plugins:
        if (plugin.name, plugin.kind) == (name, kind) and plugin.distribution:
            return f"{plugin.distribution} {plugin.version}"
    return "an installed plugin"


def _owner_of_package(names: PackageNames) -> str:
    try:
        return f"{names.distribution} {version(names.distribution)} is installed"
    except PackageNotFoundError:
        pass
    if any(names.distribution in packages.values() for packages in known_packages().values()):
        return f"there is a package {names.distribution}"
    if find_spec(names.package) is not None:
        return f"there is a module {names.package}"
    return ""
