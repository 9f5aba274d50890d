"""What is to change in a file, noted in the order of its nodes with the patches that it takes."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Final, Generic, NamedTuple, TypeVar

from deidentikit.splice import Patch

from .evaluation import FIRST_ATTRIBUTE, NODE, TEXT, Item
from .index import DOCUMENT, Index

_REMEMBERED: Final = 1 << 14
_Text = TypeVar("_Text", str, bytes)


class Fate(Enum):
    """In the place of a new text."""

    GONE = "gone"
    """The whole field is taken out; of the root element its name stays."""
    HOLLOW = "hollow"
    """All that is within an element is taken out."""


Change = str | Fate
"""A new text, or what becomes of the field."""


class Edit(NamedTuple):
    """One change. A new text of an element is noted under its part `TEXT`."""

    node: int
    part: int
    change: Change


class Edits:
    """Changes of one file. What an element's fate takes with it needs no change of its own.

    Most changes take one patch. Columns hold these, and equal texts are kept once, since there may be millions.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._keys = array("Q")
        self._changes: list[Change] = []
        self._starts = array("I")
        self._ends = array("I")
        self._data: list[bytes] = []
        self._further: dict[Item, Sequence[Patch]] = {}
        self._texts: dict[Item, str] = {}
        self._spelled = _Pool[bytes]()
        self._written = _Pool[str]()
        self._shadow = _Shadow(index)

    def __bool__(self) -> bool:
        return bool(self._changes)

    def record(self, item: Item, change: Change, patches: Sequence[Patch], text: str | None = None) -> None:
        """Note a change; items come in their order. A second change of one item takes the first's place.

        text : all text that then stands directly within the element, if the new one is not all
        """
        if self._keys and self._keys[-1] == _key(*item):
            for column in (self._keys, self._changes, self._starts, self._ends, self._data):
                column.pop()
            self._further.pop(item, None)
            self._texts.pop(item, None)
        if not patches:
            return
        self._add(Edit(*item, change), patches[0])
        if len(patches) > 1:
            self._further[item] = patches[1:]
        if text is not None and text != change:
            self._texts[item] = text

    def is_shadowed(self, item: Item) -> bool:
        """Whether the next item goes with an element that was taken out or emptied."""
        return self._shadow.covers(item)

    def without(self, nodes: Iterable[tuple[int, Patch]]) -> Edits:
        """These changes, and further nodes taken out, each by a patch."""
        out = Edits(self._index)
        removals = ((Edit(node, NODE, Fate.GONE), patch) for node, patch in nodes)
        own = ((self._edit(row), self._patch(row)) for row in self._rows())
        for edit, patch in heapq.merge(own, removals, key=lambda found: found[0][:2]):
            out._add(edit, patch)
        out._further, out._texts = self._further, self._texts
        return out

    def __iter__(self) -> Iterator[Edit]:
        """The changes that count: none within what another takes out."""
        return map(self._edit, self._rows())

    def patches(self) -> Iterator[Patch]:
        """The patches that the changes take, in the order of the file."""
        starts = self._index.starts
        waiting: list[Patch] = []
        for row in self._rows():
            item = _item(self._keys[row])
            first = starts[item[0]]
            while waiting and waiting[0].start < first:
                yield heapq.heappop(waiting)
            heapq.heappush(waiting, self._patch(row))
            for patch in self._further.get(item, ()):
                heapq.heappush(waiting, patch)
        while waiting:
            yield heapq.heappop(waiting)

    def text_after(self, edit: Edit) -> str:
        """All text that then stands directly within an element with a new text."""
        return self._texts.get(edit[:2], str(edit.change))

    def change_of(self, item: Item) -> Change | None:
        """What becomes of a field; None where it stays."""
        node, part = item
        own = self._noted(node, NODE)
        if own is Fate.GONE or (own is not None and part in (NODE, TEXT)):
            return own
        change = self._noted(node, TEXT if part == NODE else part)
        while change is None and node != DOCUMENT:
            node = self._index.parents[node]
            if isinstance(self._noted(node, NODE), Fate):
                return Fate.GONE
        return change

    def _add(self, edit: Edit, patch: Patch) -> None:
        node, part, change = edit
        self._keys.append(_key(node, part))
        self._changes.append(change if isinstance(change, Fate) else self._written.one(change))
        self._starts.append(patch.start)
        self._ends.append(patch.end)
        self._data.append(self._spelled.one(patch.data))
        self._shadow.cast(edit)

    def _rows(self) -> Iterator[int]:
        shadow = _Shadow(self._index)
        for row in range(len(self._keys)):
            edit = self._edit(row)
            if not shadow.covers(edit[:2]):
                shadow.cast(edit)
                yield row

    def _edit(self, row: int) -> Edit:
        return Edit(*_item(self._keys[row]), self._changes[row])

    def _patch(self, row: int) -> Patch:
        return Patch(self._starts[row], self._ends[row], self._data[row])

    def _noted(self, node: int, part: int) -> Change | None:
        key = _key(node, part)
        row = bisect_left(self._keys, key)
        return self._changes[row] if row < len(self._keys) and self._keys[row] == key else None


def _key(node: int, part: int) -> int:
    return node << 32 | part


def _item(key: int) -> Item:
    return key >> 32, key & 0xFFFFFFFF


class _Pool(Generic[_Text]):
    """Keeps equal texts once, as far as they come soon after each other."""

    def __init__(self) -> None:
        self._known: dict[_Text, _Text] = {}

    def one(self, text: _Text) -> _Text:
        """An equal text, the same object where there was one lately."""
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        return self._known.setdefault(text, text)


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
