"""The profile's language as a JSON Schema, by which editors complete and check profiles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from .discovery import Failures, Origin
from .filetype import FileType
from .fragment import Fragment, Key
from .profile import REMARKS, TOP
from .registry import Registry
from .schema import Validator, Yes
from .schema.actions import PART_SCHEMA
from .schema.json_values import JsonSchema, explained, scalar
from .schema.tree import json_schema_of_key
from .section import NAME, RULE, SECTION, SUBJECT

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_PART: Final[JsonSchema] = {
    "name": {**scalar(blank=False), "description": "The named group, or the field, that the action works on."}
}
_FIELDS: Final = "The rules: what becomes of which field."
_SUBJECT: Final = "Who the patient is: a field, or a block `path` with a regular expression over the input's path."
_FILENAMES: Final = "Names of outputs: the first entry that matches the input's name counts."
_FOLDERS: Final = "Names of folders of the input's path: the first entry that matches counts."


def profile_schema(registry: Registry | None = None) -> JsonSchema:
    """The JSON Schema (draft 2020-12) of the profiles that a registry can read.

    registry : what is installed, if absent

    It takes every profile that can be used, as an editor has parsed it; see `schema.json_values`. Of
    those that cannot be used it refuses unknown and missing keys, two actions in a rule, and values
    of the wrong sort; what depends on more than one place of a profile, `load_profile` alone finds.
    Where editors differ from a profile, in that they take ``~`` and ``null`` for nothing, a text of
    that spelling has to be quoted.

    Raises PluginError for a plugin whose validators give no JSON Schema.
    """
    composer = _Composer(registry or Registry.from_installed())
    schema = composer.profile()
    composer.failures.raise_all()
    return schema


class _Composer:
    """Puts together what core, file types and actions allow; shared parts go to `defs`."""

    def __init__(self, registry: Registry) -> None:
        self.failures = Failures()
        self._registry = registry
        self._origins = {
            plugin.module: Origin(distribution=plugin.distribution, version=plugin.version, module=plugin.module)
            for plugin in registry.plugins
        }
        self._defs: dict[str, JsonSchema] = {}

    def profile(self) -> JsonSchema:
        """The whole document."""
        registry = self._registry
        self._define_settings()
        self._define_actions()
        self._defs["subject"] = self._subject()
        self._defs[PART_SCHEMA] = self._one_action(_PART) | {"required": ["name"]}
        self._defs["names"] = self._names()
        properties: JsonSchema = {name: self._key(name, key) for name, key in TOP.items()}
        properties |= {"subject": _ref("subject", _SUBJECT), "folders": _ref("names", _FOLDERS)}
        properties |= {name: _without_effect(remark) for name, remark in REMARKS.items()}
        properties |= self._settings()
        properties |= {name: self._section(name, kind) for name, kind in sorted(registry.sections.items())}
        return {
            "$schema": DIALECT,
            "$id": "urn:deidentikit:profile",
            "title": "deidentikit profile",
            "description": "What is removed from medical images and the files beside them, and how.",
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            **self._needs_section(),
            "$defs": dict(sorted(self._defs.items())),
        }

    def _needs_section(self) -> JsonSchema:
        """At least one section. What cannot be (a mapping of type null) can have a message; ``not`` cannot."""
        sections = sorted(self._registry.sections)
        never = explained({"type": "null"}, f"Add a section: {', '.join(sections)}.")
        return {"if": {"not": {"anyOf": _any_of(sections)}}, "then": never} if sections else {}

    def _key(self, name: str, key: Key, owner: str = "deidentikit") -> JsonSchema:
        """One key; where a plugin's validator gives no JSON Schema, that is noted with the plugin's name.

        owner : the plugin's module
        """
        origin = self._origins.get(owner, Origin(module=owner))
        with self.failures.guard(origin, f"give the JSON Schema of {name!r}"):
            schema = json_schema_of_key(key)
            json.dumps(schema, allow_nan=False)
            return schema
        return {}

    def _fragment(self, fragment: Fragment, owner: type) -> dict[str, JsonSchema]:
        return {name: self._key(name, key, owner.__module__) for name, key in fragment.items()}

    def _define_settings(self) -> None:
        for action in self._registry.actions.values():
            for name, schema in self._fragment(self._registry.action_keys(action).settings, action).items():
                self._defs.setdefault(f"setting-{name}", schema)

    def _settings(self) -> JsonSchema:
        return {name: _ref(f"setting-{name}") for name in self._registry.settings}

    def _define_actions(self) -> None:
        """What stands behind an action's name, and the keys beside it."""
        for action in dict.fromkeys(self._registry.actions.values()):
            keys = self._registry.action_keys(action)
            value: Validator = keys.value or Yes()
            shown = {f"action-{action.name}": Key(value, action.summary)}
            options = {f"option-{action.name}-{name}": key for name, key in keys.options.items()}
            for name, schema in self._fragment({**shown, **options}, action).items():
                self._defs[name] = schema

    def _subject(self) -> JsonSchema:
        path = self._key("path", SUBJECT["path"]) | {"type": "string", "pattern": r"\(\?P<subject>"}
        block = {"type": "object", "properties": {"path": path}, "required": ["path"], "additionalProperties": False}
        return {"anyOf": [scalar(blank=False), block]}

    def _names(self) -> JsonSchema:
        groups: JsonSchema = {
            "type": "array",
            "items": _ref(PART_SCHEMA),
            "description": "Actions on parts of the name.",
        }
        properties = {**{name: self._key(name, key) for name, key in NAME.items()}, "groups": groups}
        entry = {"type": "object", "properties": properties, "required": ["output"], "additionalProperties": False}
        return {"type": "array", "items": entry}

    def _section(self, name: str, file_type: type[FileType]) -> JsonSchema:
        keys = self._registry.type_keys(file_type)
        suffixes = ", ".join(file_type.sections[name].suffixes)
        properties: JsonSchema = {
            "fields": {"type": "array", "items": self._rule(file_type), "description": _FIELDS},
            "filenames": _ref("names", _FILENAMES),
            "folders": _ref("names", _FOLDERS),
            "subject": _ref("subject", _SUBJECT),
            "secret-key": _without_effect(REMARKS["secret-key"]),
        }
        properties |= {key_name: self._key(key_name, key) for key_name, key in SECTION.items()}
        properties |= self._settings()
        properties |= self._fragment(keys.section, file_type)
        return {
            "description": file_type.summary + (f" Files named: {suffixes}." if suffixes else ""),
            "type": ["object", "null"],
            "properties": properties,
            "additionalProperties": False,
        }

    def _rule(self, file_type: type[FileType]) -> JsonSchema:
        """A reference to the rule of a file type; types without keys of their own share one."""
        own = self._registry.type_keys(file_type).rule
        name = f"rule-{file_type.name}" if own else "rule"
        if name not in self._defs:
            keys: JsonSchema = {key: self._key(key, value) for key, value in RULE.items()}
            keys |= self._fragment(own, file_type)
            self._defs[name] = self._one_action(keys, [_name_or_regex()]) | {"anyOf": _any_of(["name", "regex", *own])}
        return _ref(name)

    def _one_action(self, own: JsonSchema, more: Iterable[JsonSchema] = ()) -> JsonSchema:
        """A mapping of own keys, one action and that action's options; no action where there is a default.

        Each action allows what may stand beside it, so that a second one is refused by its name.
        """
        actions = self._registry.actions
        named = {name: _ref(f"action-{cls.name}") for name, cls in actions.items()}
        known = dict.fromkeys(own, True)
        cases: list[JsonSchema] = [*more]
        for name, cls in actions.items():
            options = {
                option: _ref(f"option-{cls.name}-{option}") for option in self._registry.action_keys(cls).options
            }
            allowed = _closed({**known, name: named[name], **options})
            beside = f"Beside {name} may stand: {', '.join([*own, *options])}. A rule has one action."
            cases.append({"if": {"required": [name]}, "then": explained(allowed, beside)})
        unnamed: JsonSchema = {"not": {"anyOf": _any_of(sorted(actions))}} if actions else {}
        listed = ", ".join(sorted(actions))
        none = explained(_closed({**known, **named}), f"No action has this name. Actions: {listed}.")
        if self._registry.default_action is None:
            none = explained({**none, "type": "null"}, f"Name one action: {listed}.")
        cases.append({"if": unnamed, "then": none})
        return {"type": "object", "properties": own, "allOf": cases}


def _ref(name: str, description: str = "") -> JsonSchema:
    reference: JsonSchema = {"$ref": f"#/$defs/{name}"}
    return {**reference, "description": description} if description else reference


def _any_of(names: Iterable[str]) -> list[JsonSchema]:
    """At least one of these keys."""
    return [{"required": [name]} for name in names]


def _closed(properties: Mapping[str, object]) -> JsonSchema:
    return {"properties": dict(properties), "additionalProperties": False}


def _name_or_regex() -> JsonSchema:
    not_both = explained({"properties": {"regex": False}}, "A rule has either name or regex, not both.")
    return {"if": {"required": ["name"]}, "then": not_both}


def _without_effect(remark: str) -> JsonSchema:
    return {"description": remark[0].upper() + remark[1:], "deprecated": True}
