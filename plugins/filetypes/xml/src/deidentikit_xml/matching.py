"""All rules of a section merged, and what they reach in one file."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from deidentikit.errors import FileError
from deidentikit.filetype import Named, RegexSelector, Step

from .evaluation import FIRST_ATTRIBUTE, NODE, TEXT, Evaluation, Item, is_declaration, names_attribute
from .naming import named_nodes
from .selectors import (
    ATTRIBUTE_PREFIX,
    TEXT_KEY,
    PathSelector,
    attribute_tests,
    compile_selector,
)
from .xpath import Path

_STEP_BITS: Final = 15
_PART_BITS: Final = 17
_CACHED: Final = 1 << 22
"""Characters of names that are remembered."""


class Matcher:
    """The steps of one section, and the fields it reads besides."""

    def __init__(self, steps: Sequence[Step], reads: Iterable[str], separator: str) -> None:
        """Raises ValueError for a name in `reads` that cannot be, and for too many rules."""
        if len(steps) >> _STEP_BITS:
            raise ValueError(f"a section has at most {1 << _STEP_BITS} rules")
        self.steps = steps
        self.separator = separator
        self.reads: dict[str, tuple[Path, ...]] = {}
        for name in reads:
            selector = compile_selector(Named(name=name), separator)
            if isinstance(selector, PathSelector):
                self.reads[name] = selector.paths
        self.paths = [
            (number, path)
            for number, step in enumerate(steps)
            if isinstance(step.selector, PathSelector)
            for path in step.selector.paths
        ]
        self.regexes = [
            (number, step.selector.pattern)
            for number, step in enumerate(steps)
            if isinstance(step.selector, RegexSelector)
        ]
        used = [path for _, path in self.paths] + [path for paths in self.reads.values() for path in paths]
        self._attribute_tests = [test for path in used for test in attribute_tests(path)]

    def find(self, evaluation: Evaluation) -> Hits:
        """What the steps reach. Raises FileError (``attribute-default``)."""
        self._check_defaults(evaluation.content.index.defaults)
        packed = array("Q")
        for number, path in self.paths:
            packed.extend(_pack(node, part, number) for node, part in evaluation.select(path))
        if self.regexes:
            packed.extend(_pack(*found) for found in self._by_regex(evaluation))
        return Hits(self.steps, array("Q", sorted(packed)))

    def _check_defaults(self, defaults: Iterable[str]) -> None:
        """A value that the DOCTYPE gives an absent attribute cannot be edited where the attribute is."""
        for name in defaults:
            if self.regexes or any(names_attribute(test, name) for test in self._attribute_tests):
                raise FileError(
                    "attribute-default",
                    f"the DOCTYPE gives the attribute {name!r}, which a rule names, a default value",
                )

    def _by_regex(self, evaluation: Evaluation) -> Iterator[tuple[int, int, int]]:
        index, separator = evaluation.content.index, self.separator
        first = _FirstRegex(self.regexes)
        sets = index.attribute_sets
        numbers = index.attribute_numbers
        for found in named_nodes(index, separator):
            own = first(found.plain, found.full, "")
            if own is not None:
                yield found.node, NODE, own
            if not index.is_element(found.node):
                continue
            text = first(found.plain, found.full, f"{separator}{TEXT_KEY}")
            if text is not None and (own is None or text < own) and evaluation.content.own_text(found.node).strip():
                yield found.node, TEXT, text
            for name in sets[index.attributes[found.node]]:
                if not is_declaration(name):
                    step = first(found.plain, found.full, f"{separator}{ATTRIBUTE_PREFIX}{name}")
                    if step is not None:
                        yield found.node, FIRST_ATTRIBUTE + numbers[name], step


class _FirstRegex:
    """Which of the regexes is the first to match a name, in either of its spellings."""

    def __init__(self, regexes: Sequence[tuple[int, re.Pattern[str]]]) -> None:
        self._regexes = regexes
        self._known: dict[str, int | None] = {}
        self._length = 0

    def __call__(self, plain: str, full: str, key: str) -> int | None:
        name = plain + key
        if name in self._known:
            best = self._known[name]
        else:
            self._length += len(name)
            if self._length > _CACHED:
                self._known.clear()
                self._length = 0
            best = self._known[name] = self._first(name, None)
        return best if full is plain else self._first(full + key, best)

    def _first(self, name: str, best: int | None) -> int | None:
        for number, pattern in self._regexes:
            if best is not None and number >= best:
                break
            if pattern.match(name):
                return number
        return best


class Hit(NamedTuple):
    """A field with the step that won it."""

    node: int
    part: int
    step: Step


class Hits:
    """All fields that steps reach, in the order of the file."""

    def __init__(self, steps: Sequence[Step], packed: array[int]) -> None:
        """packed : node, part and number of the step in one number each, sorted"""
        self._steps = steps
        self._packed = packed

    def __iter__(self) -> Iterator[Hit]:
        """The winners. An element that is taken out comes before what it holds."""
        for node, group in groupby(self._packed, key=_node_of):
            winners: dict[int, int] = {}
            for key in group:
                winners.setdefault((key >> _STEP_BITS) & _mask(_PART_BITS), key & _mask(_STEP_BITS))
            own, text = winners.get(NODE), winners.get(TEXT)
            if own is not None and text is not None:
                del winners[TEXT if own <= text or self._steps[own].action.removes else NODE]
            for part, number in winners.items():
                yield Hit(node, part, self._steps[number])

    def reaches(self, item: Item) -> bool:
        """Whether some step reaches a field, by its own name or, for text, by its element's."""
        node, part = item
        if part in (NODE, TEXT):
            return self._holds(node, NODE) or self._holds(node, TEXT)
        return self._holds(node, part)

    def _holds(self, node: int, part: int) -> bool:
        at = bisect_left(self._packed, _pack(node, part, 0))
        return at < len(self._packed) and self._packed[at] >> _STEP_BITS == _pack(node, part, 0) >> _STEP_BITS

    def leaves_out(self, evaluation: Evaluation, element: int) -> bool:
        """Whether an element holds elements of which no step reaches some."""
        index = evaluation.content.index
        return any(index.is_element(child) and not self.reaches((child, NODE)) for child in index.children(element))


def _pack(node: int, part: int, step: int) -> int:
    return (node << _PART_BITS | part) << _STEP_BITS | step


def _node_of(key: int) -> int:
    return key >> (_PART_BITS + _STEP_BITS)


def _mask(bits: int) -> int:
    return (1 << bits) - 1
