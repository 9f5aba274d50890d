"""Carrying out XPath expressions on the index of a file (XPath 1.0)."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs

from .content import Content
from .index import COMMENT, DOCUMENT
from .xpath import Call, Expression, KindTest, NameTest, Path, XStep, is_leaf, positional

NODE: Final = 0
"""The part of a node that is the node itself."""
TEXT: Final = 1
"""The part of an element that is its own text."""
FIRST_ATTRIBUTE: Final = 2
"""The part of an element that is its attribute number 0; further numbers follow."""

_NUMBER: Final = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")
_EVERYTHING: Final = XStep("descendant-or-self", KindTest("node"))

Item = tuple[int, int]
"""A node and a part of it."""

_Nodes = list[Item]
_Value = bool | float | str | _Nodes


def is_declaration(attribute: str) -> bool:
    """Whether an attribute declares a namespace."""
    return attribute == "xmlns" or attribute.startswith("xmlns:")


class Evaluation:
    """Finds what XPath expressions name in one file."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self._index = content.index
        self._by_tag: dict[int, array[int]] | None = None
        self._tags_of: dict[NameTest | KindTest, frozenset[int]] = {}
        self._parts_of: dict[tuple[NameTest | KindTest, int], tuple[int, ...]] = {}
        self._names = list(self._index.attribute_numbers)
        self._siblings: tuple[int, list[int]] = (-1, [])

    def select(self, path: Path) -> Iterator[Item]:
        """What a path names, from the document or from the root element."""
        start = DOCUMENT if path.absolute else self._index.root
        return self._items(path, start)

    def text(self, item: Item) -> str:
        """The text of a field: an element's own text, an attribute's value, what a comment holds."""
        node, part = item
        if part >= FIRST_ATTRIBUTE:
            return self.content.attribute_text(node, self._names[part - FIRST_ATTRIBUTE]) or ""
        if part == NODE and not self._index.is_element(node):
            return self.content.inner_text(node)
        return self.content.own_text(node)

    def attribute_name(self, part: int) -> str:
        """The name of the attribute that is this part of a node."""
        return self._names[part - FIRST_ATTRIBUTE]

    def _items(self, path: Path, start: int) -> Iterator[Item]:
        nodes: Sequence[int] = [start]
        for step in path.steps:
            if is_leaf(step):
                yield from self._leaves(step, nodes)
                return
            nodes = self._step(step, nodes)
        for node in nodes:
            if node != DOCUMENT:
                yield node, NODE

    def _leaves(self, step: XStep, nodes: Iterable[int]) -> Iterator[Item]:
        index = self._index
        if step.axis == "attribute":
            sets = index.attributes
            for node in nodes:
                for part in self._parts(step.test, sets[node]) if sets[node] else ():
                    yield node, part
            return
        if step.axis == "deep":
            nodes = self._step(_EVERYTHING, list(nodes))
        for node in nodes:
            if node != DOCUMENT and index.is_element(node) and self.content.own_text(node).strip():
                yield node, TEXT

    def _parts(self, test: NameTest | KindTest, attribute_set: int) -> tuple[int, ...]:
        key = (test, attribute_set)
        found = self._parts_of.get(key)
        if found is None:
            numbers = self._index.attribute_numbers
            names = self._index.attribute_sets[attribute_set]
            found = tuple(FIRST_ATTRIBUTE + numbers[name] for name in names if names_attribute(test, name))
            self._parts_of[key] = found
        return found

    def _step(self, step: XStep, nodes: Sequence[int]) -> Sequence[int]:
        if step.axis == "deep":
            found = self._within(step.test, nodes)
            if not step.predicates:
                return found
            if any(map(positional, step.predicates)):
                return sorted(node for group in self._by_parent(found) for node in self._kept(step, group))
            return self._kept(step, found)
        if step == _EVERYTHING and nodes[:1] == [DOCUMENT]:
            return range(len(self._index))
        walk = _AXES[step.axis]
        out: list[int] = []
        for node in nodes:
            out += self._kept(step, walk(self, node, self._tags(step.test)))
        return sorted(set(out)) if len(nodes) > 1 else sorted(out)

    def _kept(self, step: XStep, candidates: Iterable[int]) -> Sequence[int]:
        """Candidates, in the order of their axis, that meet a step's conditions."""
        for predicate in step.predicates:
            if isinstance(predicate, float):
                candidates = _at(candidates, predicate)
                continue
            found = list(candidates)
            candidates = [
                node
                for position, node in enumerate(found, 1)
                if self._holds(predicate, _Place(node, position, len(found)))
            ]
        return candidates if isinstance(candidates, Sequence) else list(candidates)

    def _by_parent(self, nodes: Iterable[int]) -> Iterable[list[int]]:
        groups: dict[int, list[int]] = {}
        parents = self._index.parents
        for node in nodes:
            groups.setdefault(parents[node], []).append(node)
        return groups.values()

    def _tags(self, test: NameTest | KindTest) -> frozenset[int]:
        """The tag numbers of the nodes that pass a test."""
        found = self._tags_of.get(test)
        if found is None:
            passes = enumerate(self._index.names)
            found = self._tags_of[test] = frozenset(tag for tag, name in passes if names_node(test, name))
        return found

    def _within(self, test: NameTest | KindTest, nodes: Sequence[int]) -> Sequence[int]:
        """All nodes below some nodes that pass a test."""
        if self._by_tag is None:
            by_tag: dict[int, array[int]] = {}
            for node, tag in enumerate(self._index.tags):
                if tag in by_tag:
                    by_tag[tag].append(node)
                else:
                    by_tag[tag] = array("I", [node])
            self._by_tag = by_tag
        tags = self._tags(test)
        lists = [self._by_tag[tag] for tag in tags if tag in self._by_tag]
        if nodes and nodes[0] == DOCUMENT:
            if len(lists) == 1:
                return lists[0]
            return array("I", self._descendants(DOCUMENT, tags))
        out: list[int] = []
        done = DOCUMENT
        for node in nodes:
            if node < done:
                continue
            done = self._index.after[node]
            for each in lists:
                out += each[bisect_left(each, node + 1) : bisect_left(each, done)]
        return sorted(out)

    def _children(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        index_tags, after, child = self._index.tags, self._index.after, node + 1
        end = after[node]
        while child < end:
            if index_tags[child] in tags:
                yield child
            child = after[child]

    def _descendants(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        index_tags = self._index.tags
        return (each for each in range(node + 1, self._index.after[node]) if index_tags[each] in tags)

    def _self(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        if node == DOCUMENT or self._index.tags[node] in tags:
            yield node

    def _descendants_or_self(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        yield from self._self(node, tags)
        yield from self._descendants(node, tags)

    def _parent(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        if node != DOCUMENT:
            yield from self._self(self._index.parents[node], tags)

    def _ancestors(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        while node != DOCUMENT:
            node = self._index.parents[node]
            yield from self._self(node, tags)

    def _ancestors_or_self(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        yield from self._self(node, tags)
        yield from self._ancestors(node, tags)

    def _following(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        index = self._index
        if node == DOCUMENT:
            return
        sibling, end = index.after[node], index.after[index.parents[node]]
        while sibling < end:
            if index.tags[sibling] in tags:
                yield sibling
            sibling = index.after[sibling]

    def _preceding(self, node: int, tags: frozenset[int]) -> Iterator[int]:
        if node == DOCUMENT:
            return
        parent = self._index.parents[node]
        if self._siblings[0] != parent:
            self._siblings = (parent, list(self._index.children(parent)))
        siblings = self._siblings[1]
        for at in range(bisect_left(siblings, node) - 1, -1, -1):
            if self._index.tags[siblings[at]] in tags:
                yield siblings[at]

    def _holds(self, predicate: Expression, place: _Place) -> bool:
        value = self._value(predicate, place)
        if isinstance(value, float):
            return value == place.position
        return _boolean(value)

    def _value(self, expression: Expression, place: _Place) -> _Value:
        if isinstance(expression, str | float):
            return expression
        if isinstance(expression, Path):
            start = DOCUMENT if expression.absolute else place.node
            return list(self._items(expression, start)) if expression.steps else [(start, NODE)]
        if isinstance(expression, Call):
            return self._call(expression, place)
        if expression.operator in ("or", "and"):
            left = _boolean(self._value(expression.left, place))
            if left == (expression.operator == "or"):
                return left
            return _boolean(self._value(expression.right, place))
        left_value, right = self._value(expression.left, place), self._value(expression.right, place)
        if expression.operator in ("+", "-"):
            first, second = _number(self._atom(left_value)), _number(self._atom(right))
            return first + second if expression.operator == "+" else first - second
        return self._compare(expression.operator, left_value, right)

    def _compare(self, operator: str, left: _Value, right: _Value) -> bool:
        """A comparison (XPath 1.0, 3.4): a set of nodes is compared by each of its strings."""
        if isinstance(left, bool) or isinstance(right, bool):
            return _related(operator, _boolean(left), _boolean(right))
        lefts = [self._string(item) for item in left] if isinstance(left, list) else [left]
        rights = [self._string(item) for item in right] if isinstance(right, list) else [right]
        return any(_related(operator, one, other) for one in lefts for other in rights)

    def _string(self, item: Item) -> str:
        """The string-value of an item (XPath 1.0, 5)."""
        node, part = item
        if part == NODE and (node == DOCUMENT or self._index.is_element(node)):
            return self.content.whole_text(self._index.root if node == DOCUMENT else node)
        return self.text(item)

    def _atom(self, value: _Value) -> str | float | bool:
        if isinstance(value, list):
            return self._string(value[0]) if value else ""
        return value

    def _text(self, value: _Value) -> str:
        atom = self._atom(value)
        if isinstance(atom, bool):
            return "true" if atom else "false"
        if isinstance(atom, float):
            return str(int(atom)) if atom.is_integer() else str(atom)
        return atom

    def _call(self, call: Call, place: _Place) -> _Value:
        name = call.name
        if name == "position":
            return float(place.position)
        if name == "last":
            return float(place.size)
        if name in ("true", "false"):
            return name == "true"
        if name in ("name", "local-name"):
            own = self._index.name(place.node).removeprefix("?")
            own = "" if own.startswith("#") else own
            return own if name == "name" else own.rpartition(":")[2]
        values = [self._value(each, place) for each in call.arguments] or [[(place.node, NODE)]]
        first = values[0]
        if name == "count":
            return float(len(first)) if isinstance(first, list) else 0.0
        if name == "not":
            return not _boolean(first)
        text = self._text(first)
        if name == "string":
            return text
        if name == "string-length":
            return float(len(text))
        if name == "normalize-space":
            return " ".join(text.split())
        other = self._text(values[1])
        return other in text if name == "contains" else text.startswith(other)


@attrs.frozen
class _Place:
    """Where a condition is asked: a node, its position among the candidates, and how many they are."""

    node: int
    position: int
    size: int


_Walk = Callable[[Evaluation, int, frozenset[int]], Iterator[int]]
_AXES: Final[dict[str, _Walk]] = {
    "child": Evaluation._children,
    "descendant": Evaluation._descendants,
    "descendant-or-self": Evaluation._descendants_or_self,
    "self": Evaluation._self,
    "parent": Evaluation._parent,
    "ancestor": Evaluation._ancestors,
    "ancestor-or-self": Evaluation._ancestors_or_self,
    "following-sibling": Evaluation._following,
    "preceding-sibling": Evaluation._preceding,
}


def names_node(test: NameTest | KindTest, name: str) -> bool:
    """Whether a node of this name, as an index has it, passes a test."""
    if isinstance(test, KindTest):
        if test.kind == "comment":
            return name == COMMENT
        if test.kind == "processing-instruction":
            return name[0] == "?" and test.target in (None, name[1:])
        return test.kind == "node" and name != "#document"
    if name[0] in "#?":
        return False
    prefix, _, local = name.rpartition(":")
    return test.local in ("*", local) and test.prefix in (None, "*", prefix)


def names_attribute(test: NameTest | KindTest, name: str) -> bool:
    """Whether an attribute passes a test. ``*`` leaves out those that declare namespaces."""
    if isinstance(test, KindTest):
        return test.kind == "node" and not is_declaration(name)
    prefix, _, local = name.rpartition(":")
    if test.local == "*":
        return not is_declaration(name) and test.prefix in (None, "*", prefix)
    return test.local == local and (test.prefix == "*" or (test.prefix or "") == prefix)


def _at(candidates: Iterable[int], position: float) -> list[int]:
    for count, node in enumerate(candidates, 1):
        if count == position:
            return [node]
    return []


def _boolean(value: _Value) -> bool:
    return bool(value) and value == value  # NaN is false


def _number(value: str | float | bool) -> float:
    """A value as a number; NaN for a text that XPath does not spell numbers by (XPath 1.0, 4.4)."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return float("nan")
    return float(value)


def _related(operator: str, left: str | float | bool, right: str | float | bool) -> bool:
    if operator in ("=", "!="):
        if not (isinstance(left, str) and isinstance(right, str)) and not isinstance(left, bool):
            left, right = _number(left), _number(right)
        return (left == right) == (operator == "=")
    first, second = _number(left), _number(right)
    if operator == "<":
        return first < second
    if operator == "<=":
        return first <= second
    return first > second if operator == ">" else first >= second
