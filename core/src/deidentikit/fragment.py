"""The keys that core and plugins bring into a profile, and who may bring which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import attrs
from strictyaml import Validator as Validator


@attrs.frozen
class Key:
    """One key of a profile.

    validator : what its value may be
    doc : what it does, in one sentence
    default : what holds where it is absent, for the reference; the default itself lives in the
        attribute or the code that reads the key
    """

    validator: Validator
    doc: str
    default: str = ""


Fragment = Mapping[str, Key]
"""Keys by their names in the profile."""

TOP_KEYS: Final = (
    "version",
    "name",
    "description",
    "key",
    "subject",
    "unmatched",
    "on-error",
    "folders",
    "secret-key",
    "deid-log",
    "export",
    "profile",
)
SECTION_KEYS: Final = (
    "fields",
    "filenames",
    "folders",
    "file-filter",
    "enforce-file-filter",
    "subject",
    "on-error",
    "secret-key",
)
RULE_KEYS: Final = ("name", "regex", "on-error")

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def well_named(name: object) -> bool:
    """Whether a plugin may use this as the name of an action, a section or a key."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def same_key(one: Key, other: Key) -> bool:
    """Whether two plugins mean one key: what it takes and its default agree. The wording may differ."""
    validators_agree = type(one.validator) is type(other.validator) and (
        bool(one.validator == other.validator) or repr(one.validator) == repr(other.validator)
    )
    return validators_agree and one.default == other.default


def fragment_faults(fragment: object) -> Iterator[str]:
    """What is wrong with a fragment in itself, as a plugin's author should read it."""
    if not isinstance(fragment, Mapping):
        yield f"has to be a mapping of names to Key, not {type(fragment).__name__}"
        return
    for name, key in fragment.items():
        if not well_named(name):
            yield f"has the key {name!r}; a key is lower case words joined by '-'"
        if not isinstance(key, Key) or not isinstance(key.validator, Validator):
            yield f"has to give a Key with a validator for {name!r}"
