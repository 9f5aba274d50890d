"""How rules name the fields of an XML file: XPath, dotted names, and regular expressions over these."""

from __future__ import annotations

import re
from itertools import product
from typing import Final

import attrs
from deidentikit.filetype import Named, Rank, RegexSelector, Selector

from .xpath import Binary, Call, Expression, KindTest, NameTest, Path, XStep, is_leaf, parse_union

TEXT_KEY: Final = "#text"
COMMENT_KEY: Final = "#comment"
ATTRIBUTE_PREFIX: Final = "@"
"""The keys that xmltodict gives to text, comments and attributes."""

_MAX_STARS: Final = 6
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_PART: Final = re.compile(r"[^\W\d][\w.\-·]*(?::[^\W\d][\w.\-·]*)?")
_ANY: Final = NameTest(None, "*")
_OWN_TEXT: Final = XStep("child", KindTest("text"))


@attrs.frozen
class PathSelector(Selector):
    """Names what XPath expressions find; dotted names are such expressions in another spelling."""

    paths: tuple[Path, ...] = attrs.field(kw_only=True)


def compile_selector(named: Named, separator: str) -> PathSelector | RegexSelector:
    """The selector for a rule. Raises ValueError, with a message for its author, for one that cannot be."""
    if named.regex is not None:
        return RegexSelector.of(named.regex)
    if named.name is None:
        raise ValueError("a rule needs a name or a regex")
    text = named.name.strip()
    is_xpath = text.startswith(("/", "./"))
    paths = parse_union(text) if is_xpath else _dotted(text, separator)
    rank = max(map(_rank, paths)) if is_xpath else Rank.WILDCARD if len(paths) > 1 else Rank.EXACT
    return PathSelector(named.name, rank, ("xml", paths), paths=paths)


def _rank(path: Path) -> Rank:
    rank = Rank.EXACT
    for step in path.steps:
        test, deep = step.test, step.axis not in ("child", "attribute", "self", "parent")
        if isinstance(test, NameTest) and "*" in (test.prefix, test.local):
            return Rank.WILDCARD
        if deep and isinstance(test, KindTest) and step is path.steps[-1]:
            return Rank.WILDCARD
        if deep:
            rank = Rank.NAME
    return rank


def _dotted(text: str, separator: str) -> tuple[Path, ...]:
    """The paths that a dotted name stands for."""
    parts = text.split(separator)
    choices: list[list[list[XStep]]] = []
    for at, part in enumerate(parts):
        is_last = at == len(parts) - 1
        if part == "*":
            choices.append(_star(at, is_last))
        elif _INDEX.fullmatch(part):
            before = choices[-1][0] if choices else []
            if not before or before[-1].predicates or before[-1].test == _ANY or is_leaf(before[-1]):
                raise ValueError(f"in {text!r} the index {part} does not follow the name of an element")
            before[-1] = attrs.evolve(before[-1], predicates=(float(part) + 1,))
        else:
            choices.append([[_named(text, part, at, is_last)]])
    if sum(len(choice) > 1 for choice in choices) > _MAX_STARS:
        raise ValueError(f"{text!r} has more than {_MAX_STARS} asterisks; use an XPath with //")
    return tuple(Path(True, tuple(step for steps in each for step in steps)) for each in product(*choices))


def _star(at: int, is_last: bool) -> list[list[XStep]]:
    """``*``: all that is directly within; before other parts also any index of what is before it."""
    below = [XStep("child", _ANY)]
    if at == 0:
        return [below]
    return [below, [XStep("attribute", _ANY)], [_OWN_TEXT]] if is_last else [below, []]


def _named(text: str, part: str, at: int, is_last: bool) -> XStep:
    if part == COMMENT_KEY:
        return XStep("child", KindTest("comment"))
    if part == TEXT_KEY and at and is_last:
        return _OWN_TEXT
    is_attribute = part.startswith(ATTRIBUTE_PREFIX)
    name = part.removeprefix(ATTRIBUTE_PREFIX)
    if not _PART.fullmatch(name) or (is_attribute and not (at and is_last)):
        raise ValueError(
            f"{text!r} is no dotted name such as Study.Patient.@id or Visit.0.Site; an XPath begins with / or ./"
        )
    prefix, colon, local = name.rpartition(":")
    return XStep("attribute" if is_attribute else "child", NameTest(prefix if colon else None, local))


def attribute_tests(expression: Expression) -> list[NameTest | KindTest]:
    """The tests on attributes anywhere in an expression."""
    if isinstance(expression, Path):
        own = [step.test for step in expression.steps if step.axis == "attribute"]
        inner = [predicate for step in expression.steps for predicate in step.predicates]
        return [*own, *(test for each in inner for test in attribute_tests(each))]
    if isinstance(expression, Binary):
        return [*attribute_tests(expression.left), *attribute_tests(expression.right)]
    if isinstance(expression, Call):
        return [test for each in expression.arguments for test in attribute_tests(each)]
    return []
