"""The parsed profile as nodes that know their line and place, and gather what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

import attrs
import strictyaml
from strictyaml.yamllocation import YAMLChunk

from ..errors import Problem, quoted, suggest
from ..fragment import Fragment, Key, Validator
from .foreign import FOREIGN
from .json_values import JsonSchema, explained, scalar
from .scalars import Scalar

SECRETS: Final = frozenset({"key", "salt", "secret-key"})
"""Keys whose values no message shows."""


class Invalid:
    """Stands for a value that is wrong; what is wrong has been reported."""


INVALID: Final = Invalid()


class Report:
    """Gathers what is wrong with a profile."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    @property
    def failed(self) -> bool:
        """Something was found that is more than a warning."""
        return any(not problem.warning for problem in self.problems)


@attrs.frozen(eq=False)
class Node:
    """One place of the profile.

    raw : a text, a mapping or a list, as parsed
    line : of the value, or of its key where the value is blank; counted from 1
    where : the place, such as ``dicom.fields[3].hash``
    """

    raw: object
    line: int
    where: str
    report: Report
    secret: bool = False

    @property
    def is_text(self) -> bool:
        return isinstance(self.raw, str)

    @property
    def is_blank(self) -> bool:
        return self.raw == ""

    @property
    def text(self) -> str:
        return str(self.raw)

    @property
    def found(self) -> str:
        """What stands here, fit for a message."""
        if isinstance(self.raw, Mapping):
            return "a block of keys"
        if not self.is_text:
            return "a list"
        if self.is_blank:
            return "nothing"
        if self.secret:
            return "a text that is not shown"
        return quoted(self.text)

    def problem(self, message: str, line: int = 0, warning: bool = False) -> Invalid:
        """Report something wrong here, or at another `line`."""
        self.report.problems.append(Problem(line or self.line, self.where, message, warning))
        return INVALID

    def unexpected(self, expected: str, why: str = "") -> Invalid:
        """Report that something else is expected here."""
        return self.problem(f"found {self.found}, expected {expected}" + (f": {why}" if why else ""))

    def items(self) -> Iterator[tuple[str, int, Node]]:
        """Each key of a mapping with its line and its value; none for anything else."""
        if not isinstance(self.raw, Mapping):
            return
        if self.raw.merge:  # type: ignore[attr-defined]
            self.problem("'<<' is not used here; write the keys out")
        places = self.raw.lc.data or {}  # type: ignore[attr-defined]
        for key, value in self.raw.items():
            key_line, _, value_line, _ = places.get(key, (self.line - 1, 0, self.line - 1, 0))
            if not isinstance(key, str):
                self.problem("a key has to be a text", key_line + 1)
                continue
            # A blank value's mark lies where the next token begins.
            line = key_line if value == "" else value_line
            name = str(key)
            yield (
                name,
                key_line + 1,
                Node(
                    value,
                    line + 1,
                    f"{self.where}.{name}" if self.where else name,
                    self.report,
                    self.secret or name in SECRETS,
                ),
            )

    def entries(self) -> Iterator[Node]:
        """Each entry of a list; none for anything else."""
        if not isinstance(self.raw, list):
            return
        places = self.raw.lc.data or {}  # type: ignore[attr-defined]
        for index, value in enumerate(self.raw):
            line, _ = places.get(index, (self.line - 1, 0))
            yield Node(value, line + 1, f"{self.where}[{index}]", self.report, self.secret)

    def lines(self) -> dict[str, int]:
        """The line of each key of a mapping."""
        return {key: line for key, line, _ in self.items()}

    def unknown_key(
        self,
        key: str,
        line: int,
        allowed: Iterable[str],
        what: str = "key",
        hint: str = "",
        beside: str = "",
    ) -> None:
        """Report a key that is not allowed here, with the nearest that is."""
        names = list(dict.fromkeys(allowed))
        dashed = key.strip().lower().replace("_", "-")
        if dashed in names:
            help_ = f" Write {dashed!r}."
        elif dashed in FOREIGN:
            help_ = f" {FOREIGN[dashed]}."
        else:
            help_ = hint or suggest(key, names)
        if not help_:
            help_ = f" Allowed here: {', '.join(sorted(names))}."
        self.problem(f"unknown {what} {key!r}{beside and f' beside {beside!r}'}.{help_}", line)


class Gathering(strictyaml.Validator):  # type: ignore[misc]
    """A validator of more than one text that reports everything wrong, each at its own line."""

    def gather(self, node: Node) -> object:
        """The value, or `INVALID` after reporting to the node."""
        raise NotImplementedError

    def json_schema(self) -> JsonSchema:
        """What editors check and complete by; anything if not overridden. See `Scalar.json_schema`."""
        return {}

    def validate(self, chunk: YAMLChunk) -> object:
        report = Report()
        value = self.gather(Node(chunk.contents, 1, "", report))
        if report.failed:
            chunk.expecting_but_found("when expecting something else", report.problems[0].message)
        return value


def read_value(validator: Validator, node: Node) -> object:
    """The value that stands at a node, or `INVALID` after reporting what is wrong with it."""
    if isinstance(validator, Gathering):
        return validator.gather(node)
    if isinstance(validator, Scalar):
        if not node.is_text:
            return node.unexpected(validator.expected)
        try:
            return validator.parse(node.text)
        except ValueError as error:
            return node.unexpected(validator.expected, str(error))
    try:
        return validator(YAMLChunk(node.raw)).data
    except strictyaml.YAMLValidationError as error:
        # Its marks would render the whole document again, each time they are asked for.
        return node.unexpected(str(error.context).removeprefix("when expecting "))


def json_schema_of(validator: Validator) -> JsonSchema:
    """What editors check and complete by. Of a validator of strictyaml only whether it takes one value is known."""
    if isinstance(validator, Scalar):
        return explained(validator.json_schema(), f"Expected {validator.expected}.")
    if isinstance(validator, Gathering):
        return validator.json_schema()
    return scalar() if isinstance(validator, strictyaml.ScalarValidator) else {}


def json_schema_of_key(key: Key) -> JsonSchema:
    """A key's value with what the key does, and its default where that is one of some words or a number."""
    schema = {**json_schema_of(key.validator)}
    schema["description"] = key.doc + (f" Default: {key.default}." if key.default else "")
    if key.default and isinstance(key.validator, Scalar) and not schema.keys().isdisjoint(("anyOf", "enum")):
        try:
            value = key.validator.parse(key.default)
        except ValueError:
            return schema
        schema["default"] = int(value) if isinstance(value, Decimal) and value == int(value) else value
    return schema


def read_keys(
    node: Node, fragment: Fragment, required: Iterable[str] = (), skip: Iterable[str] = ()
) -> dict[str, object]:
    """The valid values of a mapping's keys; what is wrong or missing is reported.

    skip : keys that someone else reads
    """
    out: dict[str, object] = {}
    skipped = frozenset(skip)
    for name, line, child in node.items():
        if name in skipped:
            continue
        key = fragment.get(name)
        if key is None:
            node.unknown_key(name, line, (*fragment, *skipped))
            continue
        value = read_value(key.validator, child)
        if value is not INVALID:
            out[name] = value
    if isinstance(node.raw, Mapping):
        for name in required:
            if name not in node.raw:
                node.problem(f"the key {name!r} is missing here")
    return out


@attrs.frozen
class Texts(Gathering):
    """One text or a list of texts, as a tuple.

    blank : texts may be empty
    """

    blank: bool = False

    @property
    def expected(self) -> str:
        """What is allowed, as of a `Scalar`."""
        return "a text, or a list of texts"

    def json_schema(self) -> JsonSchema:
        text = scalar(blank=self.blank)
        return {"anyOf": [text, {"type": "array", "items": text}]}

    def gather(self, node: Node) -> object:
        if node.is_text and (self.blank or not node.is_blank):
            return (node.text,)
        if not isinstance(node.raw, list):
            return node.unexpected(self.expected)
        out: list[str] = []
        for entry in node.entries():
            if entry.is_text and (self.blank or not entry.is_blank):
                out.append(entry.text)
            else:
                entry.unexpected("a text")
        return tuple(out)


@attrs.frozen
class Block(Gathering):
    """A mapping with these keys, as a dict."""

    keys: Mapping[str, Key]
    required: tuple[str, ...] = ()

    def json_schema(self) -> JsonSchema:
        return {
            "type": "object",
            "properties": {name: json_schema_of_key(key) for name, key in self.keys.items()},
            "required": [*self.required],
            "additionalProperties": False,
        }

    def gather(self, node: Node) -> object:
        if not isinstance(node.raw, Mapping):
            return node.unexpected("a block with the keys " + ", ".join(self.keys))
        before = len(node.report.problems)
        out = read_keys(node, self.keys, self.required)
        return INVALID if any(not p.warning for p in node.report.problems[before:]) else out


@attrs.frozen
class ListOf(Gathering):
    """A list, each entry of which the given validator reads; as a tuple of those that are valid."""

    entry: Validator

    @property
    def expected(self) -> str:
        """What is allowed, as of a `Scalar`."""
        return "a list, each entry behind '- '"

    def json_schema(self) -> JsonSchema:
        return {"type": "array", "items": json_schema_of(self.entry)}

    def gather(self, node: Node) -> object:
        if not isinstance(node.raw, list):
            return node.unexpected(self.expected)
        before = len(node.report.problems)
        out = tuple(value for e in node.entries() if (value := read_value(self.entry, e)) is not INVALID)
        return INVALID if any(not p.warning for p in node.report.problems[before:]) else out
