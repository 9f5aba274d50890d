"""Reading the one action of a rule, a group or a file name's part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from ..action import Action
from ..errors import BrokenContract, suggest
from .json_values import JsonSchema
from .scalars import Yes
from .tree import INVALID, Gathering, Invalid, Node, read_keys, read_value

if TYPE_CHECKING:
    from ..claims import ActionKeys
    from ..registry import Registry

PART_SCHEMA: Final = "part"
"""The name, under ``$defs``, of the JSON Schema of a nested action, which may hold itself."""

_SETTING: Final = " This is a setting of the section or the top level, not of a rule."


class PlacedError(ValueError):
    """A ValueError that knows its line in the profile."""

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


@attrs.frozen
class ActionSpec:
    """An action as the profile has it, its values valid, not yet built.

    name : the part it works on (a regex group, a field); empty in a rule
    action_name : the action's own name, whatever alias the profile uses
    value : what stands after the action's name; True where it takes none
    options : the keys beside it
    line : of the key that names the action, else of the entry
    """

    name: str
    action_name: str
    value: object
    options: Mapping[str, object] = attrs.field(hash=False)
    line: int


def nested_action(registry: Registry) -> NestedAction:
    """A validator for an action within an action, as an entry of ``groups`` holds it.

    The entry is a mapping of ``name`` (the part it works on), one action, and that action's
    options; a name alone keeps the part as it is. The value is an `ActionSpec`; make the action
    itself from it in `Action.build` with `build_nested`::

        @classmethod
        def value_schema(cls, registry):
            groups = Key(ListOf(nested_action(registry)), "What becomes of named groups.")
            return ListOf(Block({
                "input-regex": Key(RegexText(), "Matched from the start of the value."),
                "output": Key(Text(), "The new value."),
                "groups": groups,
            }, required=("input-regex", "output")))

        @classmethod
        def build(cls, value, options, settings, registry):
            # value: tuple of dicts; entry["groups"]: tuple of ActionSpec
            actions = {spec.name: build_nested(spec, settings, registry) for spec in entry["groups"]}

    Everything wrong is reported at its own line. It resolves actions when it reads, so an action
    may nest itself.
    """
    return NestedAction(registry)


@attrs.frozen
class NestedAction(Gathering):
    """See `nested_action`."""

    registry: Registry = attrs.field(repr=False)

    def json_schema(self) -> JsonSchema:
        return {"$ref": f"#/$defs/{PART_SCHEMA}"}

    def gather(self, node: Node) -> object:
        if not isinstance(node.raw, Mapping):
            return node.unexpected("a block with 'name' and one action")
        before = len(node.report.problems)
        name = next((child.text for key, _, child in node.items() if key == "name" and child.is_text), "")
        if not name:
            node.problem("'name' is missing")
        spec = read_action(node, self.registry, ("name",), name)
        failed = any(not problem.warning for problem in node.report.problems[before:])
        return INVALID if failed else spec


def read_action(node: Node, registry: Registry, own: Iterable[str], name: str = "") -> ActionSpec | Invalid:
    """The one action that a mapping names, with its value and options.

    own : keys of the mapping that name the part, not the action; someone else reads them

    Reports none, two, unknown or wrong ones to the node; returns `INVALID` where there is no action.
    """
    own = frozenset(own)
    named = [(key, line, child) for key, line, child in node.items() if key in registry.actions]
    if len(named) > 1:
        keys = " and ".join(repr(key) for key, _, _ in named)
        return node.problem(f"a rule has one action, found {keys}; keep one of them", named[1][1])
    if not named:
        return _default_action(node, registry, own, name)
    key, line, child = named[0]
    cls = registry.actions[key]
    keys_of = registry.action_keys(cls)
    before = len(node.report.problems)
    value = read_value(keys_of.value or Yes(_how_to_ask(key, keys_of)), child)
    known = {*own, *keys_of.options}
    for other, other_line, _ in node.items():
        if other not in known and other != key:
            near = suggest(other, keys_of.options) or registry.hint_action(other)
            hint = _SETTING if other in registry.settings else near
            node.unknown_key(other, other_line, known, hint=hint, beside=key)
    options = read_keys(node, keys_of.options, skip={k for k, _, _ in node.items()} - set(keys_of.options))
    if any(not problem.warning for problem in node.report.problems[before:]):
        return INVALID
    return ActionSpec(name, cls.name, value, options, line)


def _how_to_ask(key: str, keys: ActionKeys) -> str:
    """What to write where an action is given a value that it does not take."""
    places = {"beside it": keys.options, "of the section": keys.settings}
    more = [f"{place} ({', '.join(sorted(found))})" for place, found in places.items() if found]
    return f"write '{key}: yes'" + (f"; its options are keys {' and '.join(more)}" if more else "")


def _default_action(node: Node, registry: Registry, own: frozenset[str], name: str) -> ActionSpec | Invalid:
    strange = [(key, line) for key, line, _ in node.items() if key not in own]
    for key, line in strange:
        if key in registry.options:
            beside = sorted(name for name, cls in registry.actions.items() if key in registry.action_keys(cls).options)
            node.problem(f"{key!r} stands without its action; add one of: {', '.join(beside)}", line)
        else:
            names = (*own, *registry.actions)
            hint = registry.hint_action(key) or suggest(key, names) or _choices(own, registry)
            node.unknown_key(key, line, names, "action or key", hint)
    if strange:
        return INVALID
    if registry.default_action is None:
        return node.problem("no action is named, and no action for that case is installed")
    return ActionSpec(name, registry.default_action.name, True, {}, node.line)


def _choices(own: Iterable[str], registry: Registry) -> str:
    return (
        f" Actions are {', '.join(sorted(registry.actions))}; `deidentikit plugins` says what each does."
        f" Other keys here are {', '.join(sorted(own))}."
    )


def build_nested(spec: ActionSpec, settings: Mapping[str, object], registry: Registry) -> Action:
    """The action that a spec describes.

    settings : of the section, as `Action.build` got them

    Raises `PlacedError` (a ValueError with the line) where its options contradict; let it pass.
    """
    try:
        cls = registry.actions[spec.action_name]
        action: object = cls.build(spec.value, spec.options, settings, registry)
    except PlacedError:
        raise
    except ValueError as error:
        raise PlacedError(f"{spec.action_name}: {error}", spec.line) from None
    if not isinstance(action, Action):
        raise BrokenContract(cls, f"{cls.__qualname__}.build gives {type(action).__name__}, not an action")
    return action
