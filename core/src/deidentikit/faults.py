"""What is wrong with the class of a file type or an action, seen before any of its code runs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Set
from types import NoneType
from typing import Final

from .action import Action
from .filetype import FileType, Preset
from .fragment import RULE_KEYS, well_named
from .kinds import Formats, Kind

_CAPABILITIES: Final = frozenset({"streaming", "insertion", "recurrence", "container", "raster"})
_Wanted = Mapping[str, tuple[tuple[type, ...], str]]
_OF_FILE_TYPES: Final[_Wanted] = {
    "summary": ((str,), "a text"),
    "formats": ((Formats,), "Formats"),
    "takes_the_rest": ((bool,), "True or False"),
    "default_subject": ((str, NoneType), "a text or None"),
    "default_name": ((str, NoneType), "a text or None"),
}
_OF_ACTIONS: Final[_Wanted] = {
    "summary": ((str,), "a text"),
    "default": ((bool,), "True or False"),
    "deterministic": ((bool,), "True or False"),
    "per_subject": ((bool,), "True or False"),
    "accepts_opaque": ((bool,), "True or False"),
}


def file_type_faults(cls: type) -> Iterator[str]:
    """What keeps a class from being a file type: words that follow its name."""
    yield from _class_faults(cls, FileType, _OF_FILE_TYPES)
    capabilities = getattr(cls, "capabilities", ())
    if not isinstance(capabilities, Set) or not _CAPABILITIES.issuperset(capabilities):
        yield f"needs `capabilities` to be a frozenset of some of {', '.join(sorted(_CAPABILITIES))}"
    sections = getattr(cls, "sections", None)
    if not isinstance(sections, Mapping) or not sections:
        yield "needs a class variable `sections` that maps names in a profile to Preset"
        return
    for name, preset in sections.items():
        if not well_named(name) or not isinstance(preset, Preset):
            yield f"has the section {name!r}; it maps lower case words joined by '-' to Preset"
        elif not isinstance(preset.suffixes, tuple) or not all(map(_is_suffix, preset.suffixes)):
            yield f"has suffixes in the section {name!r} that are no tuple of texts with a character or more"


def action_faults(cls: type) -> Iterator[str]:
    """What keeps a class from being an action: words that follow its name."""
    yield from _class_faults(cls, Action, _OF_ACTIONS)
    if not issubclass(cls, Action):
        return
    if not isinstance(getattr(cls, "kind", None), Kind):
        yield "needs a class variable `kind`, such as Kind.TEXT"
    aliases = cls.aliases
    if not isinstance(aliases, tuple) or not all(well_named(alias) for alias in aliases):
        yield "needs `aliases` to be a tuple of lower case words joined by '-'"
    elif taken := [name for name in (getattr(cls, "name", ""), *aliases) if name in RULE_KEYS]:
        yield f"takes the rule key {taken[0]!r} of the core for its name"
    if cls.apply is Action.apply and cls.apply_field is Action.apply_field:
        yield "has to define apply or apply_field"


def _class_faults(cls: type, base: type, variables: _Wanted) -> Iterator[str]:
    if not issubclass(cls, base):
        yield f"has to be a subclass of {base.__name__}"
        return
    if inspect.isabstract(cls):
        missing = ", ".join(sorted(getattr(cls, "__abstractmethods__", ())))
        yield f"has to define {missing}"
    name = getattr(cls, "name", None)
    if not well_named(name):
        yield f"needs a class variable `name` of lower case words joined by '-', not {name!r}"
    for variable, (types, what) in variables.items():
        value = getattr(cls, variable)
        if not isinstance(value, (*types, property)):  # a property is asked of each instance
            yield f"needs `{variable}` to be {what}, not {type(value).__name__}"


def _is_suffix(suffix: object) -> bool:
    """Whether it can be a suffix. Every name ends with an empty one."""
    return isinstance(suffix, str) and suffix != ""
