"""The XPath expressions that rules are named by: their parts, and reading them from text.

The abbreviated syntax of XPath 1.0 and its axes, with the functions that predicates need; see the
package's README for what is left out.
"""

from __future__ import annotations

import re
from typing import Final

import attrs

MAX_NESTING: Final = 40
"""Levels of brackets and parentheses in an expression."""


@attrs.frozen
class NameTest:
    """A name: `prefix` None matches an element of any prefix; ``*`` any name, or any prefix."""

    prefix: str | None
    local: str


@attrs.frozen
class KindTest:
    """``text()``, ``comment()``, ``node()`` or ``processing-instruction()``, which may name a target."""

    kind: str
    target: str | None = None


@attrs.frozen
class XStep:
    """One step of a path. The axis ``deep`` is ``//`` before a step on the child axis."""

    axis: str
    test: NameTest | KindTest
    predicates: tuple[Expression, ...] = ()


@attrs.frozen
class Path:
    """A location path, from the document if it is absolute."""

    absolute: bool
    steps: tuple[XStep, ...]


@attrs.frozen
class Binary:
    """Two operands of ``or``, ``and``, a comparison, ``+`` or ``-``."""

    operator: str
    left: Expression
    right: Expression


@attrs.frozen
class Call:
    """A function of `FUNCTIONS`."""

    name: str
    arguments: tuple[Expression, ...]


Expression = Path | Binary | Call | str | float

FUNCTIONS: Final = {
    "position": (0, 0),
    "last": (0, 0),
    "count": (1, 1),
    "name": (0, 0),
    "local-name": (0, 0),
    "string": (0, 1),
    "normalize-space": (0, 1),
    "string-length": (0, 1),
    "contains": (2, 2),
    "starts-with": (2, 2),
    "not": (1, 1),
    "true": (0, 0),
    "false": (0, 0),
}
"""Functions of predicates, with the fewest and the most arguments they take."""

AXES: Final = frozenset(
    {
        *("child", "descendant", "descendant-or-self", "self", "parent", "ancestor", "ancestor-or-self"),
        *("following-sibling", "preceding-sibling", "attribute"),
    }
)
_KINDS: Final = frozenset({"text", "comment", "node", "processing-instruction"})
_NAME: Final = r"[^\W\d][\w.\-·]*"
_TOKEN: Final = re.compile(
    rf"""\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)
        | (?P<literal>"[^"]*"|'[^']*')
        | (?P<name>(?:\*:)?{_NAME}(?::(?!:)(?:{_NAME}|\*))?)
        | (?P<sign>::|//|\.\.|!=|<=|>=|[/@.\[\]()|=<>,*+\-])
        )""",
    re.VERBOSE,
)
_WHOLE_ELEMENT: Final = KindTest("node")
_LEVELS: Final = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"))


def parse_union(text: str) -> tuple[Path, ...]:
    """The paths of an XPath expression, which ``|`` parts. Raises ValueError with a message for its author."""
    reader = _Reader(text)
    paths = [reader.top_path()]
    while reader.take("|"):
        paths.append(reader.top_path())
    reader.expect_end()
    return tuple(paths)


class _Reader:
    """Reads one expression, token by token."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0
        self._nesting = 0

    def top_path(self) -> Path:
        """A path that names fields."""
        path = self._path()
        for step in path.steps[:-1]:
            if is_leaf(step):
                raise self._error("attributes and text() come last in a path")
        if path.steps and path.steps[-1].predicates and is_leaf(path.steps[-1]):
            raise self._error("attributes and text() take no condition; put it on their element")
        if not path.steps:
            raise self._error("it names no field")
        return path

    def take(self, *signs: str) -> str | None:
        """The next token if it is one of these signs."""
        kind, token = self._peek()
        if kind in ("sign", "name") and token in signs:
            self._at += 1
            return token
        return None

    def expect_end(self) -> None:
        if self._peek()[0] != "end":
            raise self._error(f"{self._peek()[1]!r} is not understood there")

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ("end", "")

    def _expect(self, sign: str) -> None:
        if self.take(sign) is None:
            raise self._error(f"{sign!r} is missing")

    def _error(self, message: str) -> ValueError:
        return ValueError(f"the XPath {self._text!r} is not understood: {message}")

    def _path(self) -> Path:
        steps: list[XStep] = []
        absolute = False
        sign = self.take("/", "//")
        if sign is not None:
            absolute = True
            if sign == "/" and not self._starts_step():
                return Path(True, ())
        self._step(steps, sign == "//")
        while (sign := self.take("/", "//")) is not None:
            self._step(steps, sign == "//")
        return Path(absolute, tuple(steps))

    def _starts_step(self) -> bool:
        kind, token = self._peek()
        return kind == "name" or token in ("*", "@", ".", "..")

    def _step(self, steps: list[XStep], deep: bool) -> None:
        if self.take("."):
            if deep:
                steps.append(XStep("descendant-or-self", _WHOLE_ELEMENT))
            return
        if self.take(".."):
            if deep:
                steps.append(XStep("descendant-or-self", _WHOLE_ELEMENT))
            steps.append(XStep("parent", _WHOLE_ELEMENT))
            return
        axis = "child"
        if self.take("@"):
            axis = "attribute"
        elif self._peek(1) == ("sign", "::"):
            axis = self._peek()[1]
            if axis not in AXES:
                raise self._error(f"the axis {axis!r} is not known")
            self._at += 2
        test = self._test()
        predicates: list[Expression] = []
        while self.take("["):
            predicates.append(self._nested())
            self._expect("]")
        if deep and axis == "child":
            axis = "deep"
        elif deep:
            steps.append(XStep("descendant-or-self", _WHOLE_ELEMENT))
        steps.append(XStep(axis, test, tuple(predicates)))

    def _test(self) -> NameTest | KindTest:
        if self.take("*"):
            return NameTest(None, "*")
        kind, token = self._peek()
        if kind != "name":
            raise self._error("a name is missing" if kind == "end" else f"{token!r} is not understood there")
        self._at += 1
        if token in _KINDS and self.take("("):
            target = None
            if token == "processing-instruction" and self._peek()[0] == "literal":
                target = self._peek()[1][1:-1]
                self._at += 1
            self._expect(")")
            return KindTest(token, target)
        prefix, colon, local = token.rpartition(":")
        return NameTest(prefix if colon else None, local)

    def _nested(self) -> Expression:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self._error("it is nested too deep")
        found = self._binary(0)
        self._nesting -= 1
        return found

    def _binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._operand()
        left = self._binary(level + 1)
        while (operator := self.take(*_LEVELS[level])) is not None:
            left = Binary(operator, left, self._binary(level + 1))
        return left

    def _operand(self) -> Expression:
        kind, token = self._peek()
        if kind == "literal":
            self._at += 1
            return token[1:-1]
        if kind == "number":
            self._at += 1
            return float(token)
        if self.take("("):
            found = self._nested()
            self._expect(")")
            return found
        if kind == "name" and self._peek(1) == ("sign", "(") and token not in _KINDS:
            return self._call(token)
        return self._path()

    def _call(self, name: str) -> Call:
        if name not in FUNCTIONS:
            raise self._error(f"the function {name}() is not known")
        self._at += 2
        arguments: list[Expression] = []
        if not self.take(")"):
            arguments.append(self._nested())
            while self.take(","):
                arguments.append(self._nested())
            self._expect(")")
        low, high = FUNCTIONS[name]
        if not low <= len(arguments) <= high:
            raise self._error(f"{name}() takes another number of arguments")
        if name == "count" and not isinstance(arguments[0], Path):
            raise self._error("count() takes a path")
        return Call(name, tuple(arguments))


def _tokens(text: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"the XPath {text!r} is not understood from {text[at : at + 20]!r} on")
        kind = match.lastgroup or ""
        out.append((kind, match[kind]))
        at = match.end()
    return out


def is_leaf(step: XStep) -> bool:
    """Whether a step leads to attributes or text, which are no nodes of an index."""
    return step.axis == "attribute" or (isinstance(step.test, KindTest) and step.test.kind == "text")


def positional(predicate: Expression) -> bool:
    """Whether a predicate depends on the position of a node among others."""
    return _is_number(predicate) or _asks_position(predicate)


def _is_number(expression: Expression) -> bool:
    if isinstance(expression, Call):
        return expression.name in ("position", "last", "count", "string-length")
    return isinstance(expression, float) or (isinstance(expression, Binary) and expression.operator in ("+", "-"))


def _asks_position(expression: Expression) -> bool:
    if isinstance(expression, Call):
        return expression.name in ("position", "last") or any(map(_asks_position, expression.arguments))
    return isinstance(expression, Binary) and (_asks_position(expression.left) or _asks_position(expression.right))
