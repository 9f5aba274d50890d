"""Edits of a data set as patches over the file, with all lengths that enclose them (PS3.5 section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

import attrs
from deidentikit.errors import FieldError

from .insertion import MAX_SHORT, NewElement, NewItem
from .layout import Layout
from .syntax import EXPLICIT, UNDEFINED
from .tags import ITEM, is_group_length

Splice = tuple[int, int, bytes]
"""A `Patch` over the layout's source. Plain tuples: most of the work of a file is in making them."""


class Editing:
    """What is to become of one file's elements.

    values : new values by token, padded to an even length
    removed : tokens that go, with all they hold
    elements : new elements by the container that gets them (-1: the main data set), then by tag
    items : new items by the sequence that gets them
    late : elements edited since `mark` was called
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.values: dict[int, bytes] = {}
        self.removed: set[int] = set()
        self.elements: dict[int, dict[int, NewElement]] = {}
        self.items: dict[int, list[NewItem]] = {}
        self.late: list[int] = []

    def __bool__(self) -> bool:
        return bool(self.values or self.removed or self.elements or self.items)

    def alive(self, index: int) -> bool:
        """Whether neither the token nor anything that holds it is removed."""
        tokens = self.layout.tokens
        while index >= 0:
            if index in self.removed:
                return False
            index = tokens[index][4]
        return True

    def mark(self) -> None:
        """Begin to note late edits."""
        self.late.clear()

    def remove(self, index: int) -> None:
        """Take a token out, with all it holds."""
        self.removed.add(index)
        self.late.append(index)

    def take_out(self, index: int) -> None:
        """Take a token out that may have a new value already."""
        self.remove(index)
        self.values.pop(index, None)

    def replace(self, index: int, value: bytes) -> None:
        """Give an element a new value. Raises FieldError (``too-long``)."""
        layout = self.layout
        _, start, begin, stop, _ = layout.tokens[index]
        if begin - start == 8 and layout.element_syntax(index).explicit and len(value) > MAX_SHORT:
            raise FieldError("too-long", f"the value is longer than the {MAX_SHORT} bytes that its length field counts")
        if stop - begin == len(value) and layout.slice(begin, stop) == value:
            self.values.pop(index, None)
        else:
            self.values[index] = value
        self.late.append(index)

    def empty(self, index: int) -> None:
        """Take all items out of a sequence. Raises FieldError (``wrong-kind``) where what it holds cannot be read."""
        layout = self.layout
        items = layout.children(index)
        for item in items:
            self.remove(item)
        if not items and layout.undefined(index):
            if index in layout.opaque:
                raise FieldError("wrong-kind", "a sequence that cannot be read can only be removed or kept")
        elif not items:
            self.replace(index, b"")

    def value(self, index: int) -> bytes | None:
        """The value as it will be written; None where it is removed."""
        if not self.alive(index):
            return None
        return self.values[index] if index in self.values else self.layout.raw(index)

    def result(self, redone: Sequence[Redone] = ()) -> Result:
        """The edits as patches. Raises FieldError for a value that does not fit.

        redone : parts of the main data set whose outcome is known, in order
        """
        return _Patching(self, redone).result()

    def part(self, first: int, after: int) -> Result:
        """The edits of the tokens from `first` up to `after`, which stand in the main data set."""
        return _Patching(self, (), range(first, after)).result()


@attrs.frozen
class Result:
    """Edits worked out.

    patches : sorted, not overlapping, over the layout's source
    tags : what the tokens of the written file will be
    meta_growth : by how many bytes the file meta information becomes longer
    """

    patches: list[Splice]
    tags: list[int]
    meta_growth: int


class Redone(NamedTuple):
    """A part of the main data set whose outcome is known.

    first, after : its tokens
    size : how many bytes it has
    data : what they become; None where they stay
    tags : what its tokens will be
    """

    first: int
    after: int
    size: int
    data: bytes | None
    tags: list[int]


class _Insertion(NamedTuple):
    """Bytes to come in at a position; what stands deeper comes first."""

    pos: int
    height: int
    order: int
    data: bytes
    tags: list[int]


class _Patching:
    """Works edits out as patches.

    span : the tokens that count
    cuts : tokens that go, as first and after
    growth : by how many bytes the content of a container becomes longer
    groups : by how many bytes a group becomes longer whose length is counted, by what holds it and its number
    """

    def __init__(self, editing: Editing, redone: Sequence[Redone] = (), span: range | None = None) -> None:
        self.editing = editing
        self.redone = redone
        self.span = span or range(len(editing.layout.tokens))
        self.layout = editing.layout
        self.patches: list[Splice] = []
        self.insertions: list[_Insertion] = []
        self.cuts: list[tuple[int, int]] = []
        self.growth: dict[int, int] = {}
        self.meta_growth = 0
        self.group_lengths = self.layout.group_lengths()
        tokens = self.layout.tokens
        self.groups = {(tokens[index][4], tokens[index][0] >> 16): 0 for index in self.group_lengths}

    def result(self) -> Result:
        """Each kind of edit in turn, then the lengths that depend on all of them."""
        editing, patches = self.editing, self.patches
        self._put_redone()
        self._put_edits()
        for parent, elements in editing.elements.items():
            if editing.alive(parent):
                self._insert(parent, elements)
        for sequence, items in editing.items.items():
            if editing.alive(sequence):
                self._append(sequence, items)
        self._patch_lengths()
        self._patch_group_lengths()
        if self.insertions:
            self.insertions.sort(key=lambda insertion: insertion[:3])
            patches += [(insertion.pos, insertion.pos, insertion.data) for insertion in self.insertions]
        patches.sort(key=itemgetter(0, 1))
        return Result(patches, self._tags(), self.meta_growth)

    def _put_redone(self) -> None:
        tokens = self.layout.tokens
        for part in self.redone:
            if part.data is not None:
                start = tokens[part.first][1]
                self.patches.append((start, start + part.size, part.data))

    def _edited(self) -> list[int]:
        """The tokens that are removed or get a new value, but for those in parts that are redone, in order."""
        edited = self.editing.removed.union(self.editing.values)
        if len(self.span) < len(self.layout.tokens):
            edited.intersection_update(self.span)
        for part in self.redone:
            edited.difference_update(range(part.first, part.after))
        return sorted(edited)

    def _put_edits(self) -> None:
        layout, editing, patches = self.layout, self.editing, self.patches
        tokens, removed, values = layout.tokens, editing.removed, editing.values
        base, uniform, meta_count = layout.syntax, layout.uniform, layout.meta_count
        plain = not editing.elements and not editing.items
        gone_until = 0
        for index in self._edited():
            tag, start, begin, stop, parent = tokens[index]
            if start < gone_until:
                continue  # what holds it is gone
            if index in removed:
                gone_until = stop
                self._cut(index, start, stop, join=plain)
                delta = start - stop
            else:
                value = values[index]
                syntax = base if index >= meta_count and uniform else layout.element_syntax(index)
                if begin - start == 8 and syntax.explicit:
                    patches.append((begin - 2, stop, syntax.u16.pack(len(value)) + value))
                else:
                    patches.append((begin - 4, stop, syntax.u32.pack(len(value)) + value))
                delta = len(value) - (stop - begin)
            if index < meta_count:
                self.meta_growth += delta
            if delta and (parent >= 0 or (parent, tag >> 16) in self.groups):
                self._grow(parent, tag, delta)

    def _cut(self, index: int, start: int, stop: int, join: bool) -> None:
        """Take a token out; `join` it with the one before, between which nothing comes in."""
        patches, cuts = self.patches, self.cuts
        after = self.layout.after(index)
        if join and cuts and cuts[-1][1] == index and patches[-1][1] == start:
            patches[-1] = (patches[-1][0], stop, b"")
            cuts[-1] = (cuts[-1][0], after)
        else:
            patches.append((start, stop, b""))
            cuts.append((index, after))

    def _grow(self, parent: int, tag: int, delta: int) -> None:
        """Note that an element of `parent` becomes longer."""
        groups = self.groups
        if not is_group_length(tag) and (key := (parent, tag >> 16)) in groups:
            groups[key] += delta
        tokens = self.layout.tokens
        while parent >= 0:
            self.growth[parent] = self.growth.get(parent, 0) + delta
            tag, holder = tokens[parent][0], tokens[parent][4]
            if tag != ITEM and (key := (holder, tag >> 16)) in groups:
                groups[key] += delta
            parent = holder

    def _insert(self, parent: int, elements: dict[int, NewElement]) -> None:
        """Put new elements into a data set, in ascending order among those that are there."""
        layout = self.layout
        there = layout.children(parent)
        for tag in sorted(elements):
            meta = tag >> 16 == 2 and parent < 0
            syntax = EXPLICIT if meta else layout.syntax_of(parent)
            end = layout.data_start if meta else layout.content_end(parent)
            pos = next(
                (
                    layout.tokens[index][1]
                    for index in there
                    if layout.tags[index] > tag and (parent >= 0 or (index < layout.meta_count) == meta)
                ),
                end,
            )
            data = elements[tag].encode(tag, syntax)
            self.insertions.append(_Insertion(pos, -self._depth(parent), tag, data, elements[tag].tags(tag)))
            self._grow(parent, tag, len(data))
            if meta:
                self.meta_growth += len(data)

    def _append(self, sequence: int, items: list[NewItem]) -> None:
        """Put new items at the end of a sequence."""
        layout = self.layout
        syntax = layout.syntax_of(sequence)
        for number, item in enumerate(items):
            data = item.encode(syntax)
            pos = layout.content_end(sequence)
            self.insertions.append(_Insertion(pos, -self._depth(sequence), number, data, item.tags()))
            self._grow(sequence, ITEM, len(data))

    def _depth(self, index: int) -> int:
        depth = 0
        while index >= 0:
            index = self.layout.tokens[index][4]
            depth += 1
        return depth

    def _patch_lengths(self) -> None:
        """Correct the lengths of sequences and items that hold edits."""
        layout = self.layout
        for index, delta in self.growth.items():
            if not delta or layout.undefined(index):
                continue
            _, _, begin, stop, _ = layout.tokens[index]
            size = stop - begin + delta
            if size >= UNDEFINED:
                raise FieldError("too-long", "a sequence becomes longer than its length field counts")
            self.patches.append((begin - 4, begin, layout.element_syntax(index).u32.pack(size)))

    def _patch_group_lengths(self) -> None:
        """Correct group lengths (PS3.5 section 7.2) by what their groups grew."""
        layout, editing = self.layout, self.editing
        for index in self.group_lengths:
            tag, _, begin, stop, parent = layout.tokens[index]
            delta = self.groups[parent, tag >> 16]
            if not delta or stop - begin != 4 or index in editing.values or not editing.alive(index):
                continue
            u32 = layout.element_syntax(index).u32
            size = max(0, u32.unpack(layout.raw(index))[0] + delta)
            if size > UNDEFINED:
                raise FieldError("too-long", "a group becomes longer than its length element counts")
            self.patches.append((begin, stop, u32.pack(size)))

    def _tags(self) -> list[int]:
        """The tags of the written file."""
        layout = self.layout
        nothing: list[int] = []
        events: list[tuple[int, int, int, list[int]]] = [(first, 1, after, nothing) for first, after in self.cuts]
        if self.redone:
            events += [(part.first, 1, part.after, part.tags) for part in self.redone]
        if self.insertions:
            events += [(layout.next_from(each.pos), 0, 0, each.tags) for each in self.insertions]
        if self.redone or self.insertions:
            events.sort(key=itemgetter(0, 1))
        tags: list[int] = []
        at = self.span.start
        for first, kind, after, new in events:
            tags += layout.tags[at:first]
            tags += new
            at = after if kind else first
        return tags + layout.tags[at : self.span.stop]
