"""What is to change in a file, noted in the order of its nodes."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from enum import Enum

import attrs

from .evaluation import FIRST_ATTRIBUTE, NODE, TEXT, Item
from .index import DOCUMENT, Index


class Fate(Enum):
    """In the place of a new text."""

    GONE = "gone"
    """The whole field is taken out; of the root element its name stays."""
    HOLLOW = "hollow"
    """All that is within an element is taken out."""


Change = str | Fate
"""A new text, or what becomes of the field."""


@attrs.frozen
class Edit:
    """One change. A new text of an element is noted under its part `TEXT`."""

    node: int
    part: int
    change: Change = attrs.field(repr=False)


class Edits:
    """Changes of one file. What an element's fate takes with it needs no change of its own."""

    def __init__(self, index: Index, edits: Iterable[Edit] = ()) -> None:
        """edits : in their order"""
        self._index = index
        self._nodes = array("I")
        self._parts = array("I")
        self._changes: list[Change] = []
        self._shadow = _Shadow(index)
        for edit in edits:
            self._add(edit)

    def __bool__(self) -> bool:
        return bool(self._changes)

    def record(self, item: Item, change: Change) -> None:
        """Note a change; items come in their order. A second change of one item takes the first's place."""
        if self._changes and (self._nodes[-1], self._parts[-1]) == item:
            del self._nodes[-1], self._parts[-1], self._changes[-1]
        self._add(Edit(*item, change))

    def is_shadowed(self, item: Item) -> bool:
        """Whether the next item goes with an element that was taken out or emptied."""
        return self._shadow.covers(item)

    def without(self, nodes: Iterable[int]) -> Edits:
        """These changes, and further nodes taken out."""
        removals = (Edit(node, NODE, Fate.GONE) for node in nodes)
        return Edits(self._index, heapq.merge(self, removals, key=lambda edit: (edit.node, edit.part)))

    def __iter__(self) -> Iterator[Edit]:
        """The changes that count: none within what another takes out."""
        shadow = _Shadow(self._index)
        for edit in self._all():
            if not shadow.covers((edit.node, edit.part)):
                shadow.cast(edit)
                yield edit

    def change_of(self, item: Item) -> Change | None:
        """What becomes of a field; None where it stays."""
        node, part = item
        own = (NODE, TEXT) if part in (NODE, TEXT) else (part,)
        for edit in self._at(node):
            if edit.part in own or (edit.part == NODE and edit.change is Fate.GONE):
                return edit.change
        while node != DOCUMENT:
            node = self._index.parents[node]
            if any(isinstance(edit.change, Fate) and edit.part == NODE for edit in self._at(node)):
                return Fate.GONE
        return None

    def _add(self, edit: Edit) -> None:
        self._nodes.append(edit.node)
        self._parts.append(edit.part)
        self._changes.append(edit.change)
        self._shadow.cast(edit)

    def _at(self, node: int) -> Iterator[Edit]:
        at = bisect_left(self._nodes, node)
        while at < len(self._nodes) and self._nodes[at] == node:
            yield Edit(node, self._parts[at], self._changes[at])
            at += 1

    def _all(self) -> Iterator[Edit]:
        for node, part, change in zip(self._nodes, self._parts, self._changes, strict=True):
            yield Edit(node, part, change)


class _Shadow:
    """The nodes that the last element taken out or emptied takes with it."""

    def __init__(self, index: Index) -> None:
        self._after = index.after
        self._node = -1
        self._end = 0
        self._fate = Fate.GONE

    def cast(self, edit: Edit) -> None:
        if edit.part == NODE and isinstance(edit.change, Fate):
            self._node, self._end, self._fate = edit.node, self._after[edit.node], edit.change

    def covers(self, item: Item) -> bool:
        node, part = item
        if node == self._node:
            return part != NODE and (self._fate is Fate.GONE or part < FIRST_ATTRIBUTE)
        return self._node < node < self._end
