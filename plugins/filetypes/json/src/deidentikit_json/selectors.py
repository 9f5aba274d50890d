"""How rules name the values of a JSON file, and the one walk that finds them all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs
from deidentikit.backtracking import bounded, degree
from deidentikit.errors import FileError
from deidentikit.filetype import Named, Rank, RegexSelector, Selector, Step
from deidentikit.kinds import Kind

from .syntax import Json, Path

ROOT: Final = "$"
"""The name of a document that is a single string, number, true, false or null."""

_SHORT: Final = 255
"""Names up to this length are matched with whatever regex."""
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,15}")


@attrs.frozen
class PathSelector(Selector):
    """A dotted name: keys and list indexes from the top, ``*`` for all of a level."""

    parts: tuple[str, ...] = attrs.field(kw_only=True)


def split(name: str, separator: str) -> tuple[str, ...]:
    """The parts of a dotted name."""
    return tuple(name.split(separator))


def compile_selector(named: Named, separator: str) -> Selector:
    """The selector for a rule. Raises ValueError for a regular expression that cannot be used."""
    if named.regex is not None:
        return RegexSelector.of(named.regex)
    if named.name is None:
        raise ValueError("a rule needs a name or a regex")
    parts = split(named.name, separator)
    wild = "*" in parts
    rank = Rank.WILDCARD if wild else Rank.EXACT
    return PathSelector(named.name, rank, ("json-path", parts), insertable=not wild, parts=parts)


def list_index(part: str) -> int | None:
    """The list index that a part of a name spells, if it spells one."""
    return int(part) if _INDEX.fullmatch(part) else None


def resolve(root: Json, parts: Sequence[str]) -> Iterator[tuple[Path, Json]]:
    """The values that a dotted name reaches, each with its path."""
    if not isinstance(root, list | dict):
        if tuple(parts) == (ROOT,):
            yield (), root
        return
    found: list[tuple[Path, Json]] = [((), root)]
    for part in parts:
        found = [((*path, key), child) for path, value in found for key, child in _children(value, part)]
    yield from found


def _children(value: Json, part: str) -> Iterable[tuple[str | int, Json]]:
    if isinstance(value, dict):
        if part == "*":
            return value.items()
        return ((part, value[part]),) if part in value else ()
    if isinstance(value, list):
        if part == "*":
            return enumerate(value)
        index = list_index(part)
        return ((index, value[index]),) if index is not None and index < len(value) else ()
    return ()


class Hit:
    """A value that a step reaches.

    text : its dotted name
    own : under an action on values, a list's elements (by index) that no step reaches by themselves
    stray : such an action's list or object holds other values that no step reaches
    """

    __slots__ = ("own", "path", "step", "stray", "text", "value")

    def __init__(self, path: Path, text: str, value: Json, step: Step) -> None:
        self.path = path
        self.text = text
        self.value = value
        self.step = step
        self.own: list[int] = []
        self.stray = False


class _Node:
    """A level of all dotted names merged; `rule` is the first step that ends here."""

    __slots__ = ("children", "rule", "star")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.star: _Node | None = None
        self.rule: int | None = None

    def child(self, part: str) -> _Node:
        if part == "*":
            self.star = self.star or _Node()
            return self.star
        return self.children.setdefault(part, _Node())


_Level = tuple[Json, Path, str, Sequence[_Node], Hit | None]


class Matcher:
    """The steps of one section merged, so that one walk over a document finds what each reaches."""

    def __init__(self, steps: Sequence[Step], reads: Iterable[str], separator: str) -> None:
        self.steps = steps
        self.separator = separator
        self.reads = {name: split(name, separator) for name in reads}
        self._top = _Node()
        self._regexes: list[tuple[int, re.Pattern[str]]] = []
        for index, step in enumerate(steps):
            selector = step.selector
            if isinstance(selector, PathSelector):
                node = self._top
                for part in selector.parts:
                    node = node.child(part)
                if node.rule is None:
                    node.rule = index
            elif isinstance(selector, RegexSelector):
                self._regexes.append((index, selector.pattern))
        self._degree = max((degree(pattern) for _, pattern in self._regexes), default=0)

    def find(self, root: Json) -> list[Hit]:
        """Everything that a step reaches, with the first step that does; a container before its parts."""
        if not isinstance(root, list | dict):
            return self._find_scalar(root)
        hits: list[Hit] = []
        stack: list[_Level] = [(root, (), "", (self._top,), None)]
        while stack:
            value, path, text, nodes, owner = stack.pop()
            whole = bool(self._regexes) or owner is not None
            for key, child in _candidates(value, nodes, whole):
                name = f"{text}{self.separator}{key}" if path else str(key)
                below = _descend(nodes, str(key))
                index = self._first(below, name)
                hit = None
                if index is not None:
                    hit = Hit((*path, key), name, child, self.steps[index])
                    hits.append(hit)
                if not isinstance(child, list | dict):
                    if hit is None and owner is not None:
                        _claim(owner, path, key, child)
                    continue
                heir = owner
                if hit is not None:
                    heir = None if hit.step.form.kind is Kind.NATIVE else hit
                if child and (below or self._regexes or heir):
                    stack.append((child, (*path, key), name, below, heir))
        return [hit for hit in hits if not _divided(hit)]

    def _find_scalar(self, root: Json) -> list[Hit]:
        index = self._first(_descend((self._top,), ROOT), ROOT)
        return [] if index is None else [Hit((), ROOT, root, self.steps[index])]

    def _first(self, nodes: Sequence[_Node], name: str) -> int | None:
        best = min((node.rule for node in nodes if node.rule is not None), default=None) if nodes else None
        if len(name) > _SHORT and not bounded(len(name), self._degree):
            raise FileError("too-long", "a name is too long for a regex of the profile, which could take too much time")
        for index, pattern in self._regexes:
            if best is not None and index > best:
                break
            if pattern.match(name):
                return index
        return best


def _candidates(value: Json, nodes: Sequence[_Node], whole: bool) -> Iterable[tuple[str | int, Json]]:
    """The items of a container that some step may reach."""
    if whole or any(node.star for node in nodes):
        return value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    parts = dict.fromkeys(part for node in nodes for part in node.children)
    return [item for part in parts for item in _children(value, part)]


def _descend(nodes: Sequence[_Node], part: str) -> list[_Node]:
    below = []
    for node in nodes:
        if (child := node.children.get(part)) is not None:
            below.append(child)
        if node.star is not None:
            below.append(node.star)
    return below


def _claim(owner: Hit, parent: Path, key: str | int, value: Json) -> None:
    """Give a value that no step reaches to the step on the container around it."""
    if isinstance(key, int) and parent == owner.path:
        owner.own.append(key)
    elif value is not None and value != "":
        owner.stray = True


def _divided(hit: Hit) -> bool:
    """A container whose every value has a step of its own: nothing is left for the container's."""
    return (
        isinstance(hit.value, list | dict) and hit.step.form.kind is not Kind.NATIVE and not hit.own and not hit.stray
    )
