"""The action `regex-sub`: put a text together from parts of a value and other fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, cast

import attrs
from deidentikit.action import Action
from deidentikit.backtracking import ExponentialError, bounded, degree
from deidentikit.context import Context
from deidentikit.errors import FieldError
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind, Value
from deidentikit.schema import Block, Key, ListOf, RegexText, Text, Validator, build_nested, nested_action

from .template import Output

if TYPE_CHECKING:
    from deidentikit.registry import Registry

MAX_TEXT: Final = 65_536
"""The longest value that is matched, in characters."""


@attrs.frozen
class Substitution:
    """One entry: a regular expression, the output, and the actions on its parts.

    degree : the power of a value's length that the time to match it can grow with
    """

    input_regex: re.Pattern[str]
    output: Output
    groups: Mapping[str, Action] = attrs.field(hash=False)
    degree: int

    @classmethod
    def make(cls, input_regex: re.Pattern[str], output: str, groups: Mapping[str, Action]) -> Substitution:
        """Raises ValueError for parts that are not known and for a pattern without a bound on its time."""
        made = Output.parse(output)
        known = {*input_regex.groupindex, *groups}
        if unknown := [name for name in made.names if name not in known]:
            raise ValueError(
                f"{', '.join(map(repr, unknown))} in the output is neither a named group of the input-regex"
                " nor a field listed in groups"
            )
        if unused := [name for name in groups if name not in {*input_regex.groupindex, *made.names}]:
            raise ValueError(f"{', '.join(map(repr, unused))} in groups is no named group and not in the output")
        try:
            power = degree(input_regex)
        except ExponentialError:
            raise ValueError(
                "a repeat in the input-regex can match one text in many ways and may never end;"
                " let something stand between its turns that it cannot match itself"
            ) from None
        return cls(input_regex, made, groups, power)

    def fields(self) -> Iterator[str]:
        """The parts of the output that are other fields."""
        return (name for name in self.output.names if name not in self.input_regex.groupindex)

    def kept(self) -> Iterator[str]:
        """The parts of the output that no action changes."""
        for name in self.output.names:
            action = self.groups.get(name)
            if action is None or action.keeps:
                yield name

    def describe(self, keyed: bool) -> str:
        """What becomes of a value that matches, in words that follow the field's name."""
        parts = [
            f"{name} {'is kept as it is' if action is None else action.describe(keyed)}"
            for name in self.output.names
            for action in [self.groups.get(name)]
        ]
        into = f"is put together anew as “{self.output}”" if str(self.output) else "is emptied"
        where = f", where {'; '.join(parts)}" if parts else ""
        return f"{into} if its beginning matches the pattern “{self.input_regex.pattern}”{where}"

    def match(self, text: str) -> re.Match[str] | None:
        """Matched from the start. Raises FieldError (``too-long``) where that could take too long."""
        if len(text) > MAX_TEXT or not bounded(len(text), self.degree):
            raise FieldError("too-long", "the value is too long for this input-regex, which could take too much time")
        return self.input_regex.match(text)

    def fill(self, match: re.Match[str], context: Context) -> str:
        """The output for a match."""

        def part(name: str) -> str:
            if name in self.input_regex.groupindex:
                text = match[name] or ""
            else:
                text = _only(name, context)
            action = self.groups.get(name)
            return text if action is None else context.apply_text(action, text)

        return self.output.fill(part)


def _only(name: str, context: Context) -> str:
    values = context.original(name)
    if len(values) > 1:
        raise FieldError("several-values", f"the field {name!r} in the output holds several values")
    return values[0] if values else ""


@attrs.frozen
class RegexSub(Action):
    """Puts a text together from named groups of the value and from other fields.

    value : tried in order; the first whose regular expression matches from the start gives the output
    """

    name: ClassVar[str] = "regex-sub"
    summary: ClassVar[str] = "Put a text together from parts of a value and other fields."
    kind: ClassVar[Kind] = Kind.TEXT
    per_subject: ClassVar[bool] = True

    value: tuple[Substitution, ...]

    @classmethod
    def value_schema(cls, registry: Registry) -> Validator:
        return ListOf(
            Block(
                {
                    "input-regex": Key(RegexText(), "Matched from the start of the value."),
                    "output": Key(Text(), "The new value; {x} is a named group or a field listed in groups."),
                    "groups": Key(ListOf(nested_action(registry)), "Actions on groups, and other fields to read."),
                },
                required=("input-regex", "output"),
            )
        )

    @classmethod
    def build(
        cls, value: object, options: Mapping[str, object], settings: Mapping[str, object], registry: Registry
    ) -> Self:
        entries = cast("tuple[dict[str, Any], ...]", value)
        if not entries:
            raise ValueError("list at least one input-regex with its output")
        made: list[Substitution] = []
        for entry in entries:
            groups: dict[str, Action] = {}
            for spec in entry.get("groups", ()):
                if spec.name in groups:
                    raise ValueError(f"{spec.name!r} stands in groups twice")
                groups[spec.name] = build_nested(spec, settings, registry)
            made.append(Substitution.make(entry["input-regex"], entry["output"], groups))
        return cls(tuple(made))

    @property
    def by_subject(self) -> bool:
        return any(action.by_subject for action in self.nested().values())

    def describe(self, keyed: bool) -> str:
        entries = "; failing that, it ".join(entry.describe(keyed) for entry in self.value)
        return f"{entries}; a value that does not match cannot be treated"

    def weak_spots(self, keyed: bool) -> Iterable[str]:
        kept = dict.fromkeys(name for entry in self.value for name in entry.kept())
        if kept:
            yield f"parts of the original stay as they are: {', '.join(kept)}"

    def reads(self) -> Iterable[str]:
        return dict.fromkeys(name for entry in self.value for name in entry.fields())

    def nested(self) -> Mapping[str, Action]:
        return {
            f"{number}.{name}": action
            for number, entry in enumerate(self.value)
            for name, action in entry.groups.items()
        }

    def apply(self, value: Value, context: Context) -> Value:
        if not isinstance(value, str):
            raise FieldError("wrong-kind", "the value is no text")
        for entry in self.value:
            if match := entry.match(value):
                return entry.fill(match, context)
        raise FieldError("no-match", "no input-regex matches the value")


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [RegexSub]
