"""Private elements as a whole: which stay under `remove-private-tags`, and which blocks are in use (PS3.5 7.8)."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from .tags import block_of

if TYPE_CHECKING:
    from .document import DicomDocument


class PrivateElements:
    """The private elements of one document."""

    def __init__(self, document: DicomDocument, reached: Set[int]) -> None:
        """reached : the tokens that a step reaches"""
        self._document = document
        self._layout = document.layout
        self._editing = document.editing
        self._reached = reached
        self._blocks: set[tuple[int, int]] | None = None

    def drop(self) -> int:
        """Remove those that no rule names, before rules are asked what to do within them; gives how many.

        What may lie on a path that a rule names is left to `remove`.
        """
        tags, reached = self._layout.tags, self._reached
        gone = {index for index in self._document.hits.private if tags[index] & 0xFF00 and index not in reached}
        if self._document.matcher.through_private:
            gone = {index for index in gone if not self._layout.holds_items(index)}
        self._editing.removed |= gone
        return len(gone)

    def block_in_use(self, parent: int, creator_tag: int) -> bool:
        """Whether an element stays, or comes, in the block that a private creator element reserves.

        Asked for creators alone, which come after all other fields: the answer is worked out once.
        """
        if self._blocks is None:
            self._blocks = self._blocks_in_use()
        return (parent, creator_tag) in self._blocks

    def look_anew(self) -> None:
        """Forget which blocks are in use, after elements went."""
        self._blocks = None

    def _blocks_in_use(self) -> set[tuple[int, int]]:
        """The containers and creator tags of private blocks that hold something."""
        layout, editing = self._layout, self._editing
        private = self._document.hits.private or [i for i, tag in enumerate(layout.tags) if tag & 0x10000]
        found = set()
        removed = editing.removed
        for index in [index for index in private if index not in removed]:
            tag, _, _, _, parent = layout.tokens[index]
            if tag & 0xFF00 and (parent < 0 or editing.alive(parent)):
                found.add((parent, block_of(tag)))
        for parent, elements in editing.elements.items():
            found.update((parent, block_of(tag)) for tag in elements if tag & 0xFF00)
        return found

    def remove(self) -> int:
        """Take out those that no rule names; gives how many. Creators and group lengths of what is left stay."""
        layout, editing = self._layout, self._editing
        shielded = self._shielded()
        for sequence in (*editing.elements, *editing.items):
            while sequence >= 0:
                shielded.add(sequence)
                sequence = layout.tokens[sequence][4]
        tags, private, removed = layout.tags, self._document.hits.private, editing.removed
        heads = [index for index in private if not tags[index] & 0xFF00]
        groups: set[tuple[int, int]] = set()
        gone = 0
        for index in [index for index in private if index not in removed]:
            if not tags[index] & 0xFF00 or not editing.alive(index):
                continue
            if index in shielded:
                groups.add((layout.tokens[index][4], tags[index] >> 16))
            else:
                editing.take_out(index)
                gone += 1
        blocks = self._blocks_in_use()
        for index in heads:
            tag, _, _, _, parent = layout.tokens[index]
            if index in self._reached or not editing.alive(index):
                continue
            used = (parent, tag >> 16) in groups if tag & 0xFFFF < 0x10 else (parent, tag) in blocks
            if not used:
                editing.take_out(index)
                gone += 1
        return gone

    def _shielded(self) -> set[int]:
        """Reached private elements that stay, and what holds reached elements on the paths that rules name."""
        tags, tokens, paths = self._layout.tags, self._layout.tokens, self._document.matcher.paths
        shielded: set[int] = set()
        for index, order in self._document.hits.fields:
            if not (tags[index] & 0x10000 or order in paths) or not self._editing.alive(index):
                continue
            shielded.add(index)
            if order in paths:
                while (index := tokens[index][4]) >= 0:
                    shielded.add(index)
        return shielded
