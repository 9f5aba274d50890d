"""Making absent elements, with the sequences, items and private blocks that they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from deidentikit.errors import FieldError

from .insertion import NewElement, NewItem
from .selectors import DicomSelector, ElementName
from .tags import ITEM, is_private_creator
from .values import texts

if TYPE_CHECKING:
    from .document import DicomDocument

Container = int | NewItem
"""A data set: the main one (-1), an item's token, or an item to be made."""

_FIRST_BLOCK: Final = 0x10
_LAST_BLOCK: Final = 0xFF


class Additions:
    """New elements of one document, on their way into its editing."""

    def __init__(self, document: DicomDocument) -> None:
        self._document = document
        self._editing = document.editing
        self._layout = document.layout

    def possible(self, selector: DicomSelector) -> bool:
        """Whether the element is absent and can be made: no gap before its items, nothing removed on the way."""
        if selector.parts[0].value >> 16 == 2 and not self._layout.meta_count:
            return False
        tag = selector.last.tag
        if not selector.is_path and tag is not None and self._document.index_in(-1, tag) is not None:
            return False
        container, _ = self._data_set(selector, make=False)
        return container is not None and self._find(container, selector.last) is None

    def holder(self, selector: DicomSelector) -> int:
        """The innermost data set on the way that is there already: -1 or an item's token."""
        return self._data_set(selector, make=False)[1]

    def make(self, selector: DicomSelector, element: NewElement) -> None:
        """Add an element that `possible` allowed."""
        container, _ = self._data_set(selector, make=True)
        if container is not None:
            self._put(container, selector.last, element)

    def texts(self, selector: DicomSelector) -> list[str]:
        """The texts of an element that was made; nothing where there is none."""
        container, there = self._data_set(selector, make=False)
        element = None if container is None else self._find(container, selector.last)
        if not isinstance(element, NewElement) or element.vr == "SQ":
            return []
        document = self._document
        little = selector.parts[0].value >> 16 == 2 or self._layout.syntax_of(there).little
        return texts(element.vr, element.value, document.encoding_within(there), little)

    def _data_set(self, selector: DicomSelector, make: bool) -> tuple[Container | None, int]:
        """The data set that holds the selector's last part, and the innermost on the way that is there.

        make : sequences and items that are missing are added; else they are only thought of
        """
        container: Container = -1
        there = -1
        for part, number in zip(selector.parts[:-1], selector.indexes, strict=True):
            sequence = self._find(container, part)
            if sequence is None:
                sequence = NewElement("SQ")
                if make:
                    self._put(container, part, sequence)
            items = self._items(sequence)
            if items is None or number is None or number > len(items):
                return None, there
            if number < len(items):
                container = items[number]
            else:
                container = NewItem()
                if make:
                    new = sequence.items if isinstance(sequence, NewElement) else self._new_items(sequence)
                    new.append(container)
            if isinstance(container, int):
                there = container
        return container, there

    def _items(self, sequence: int | NewElement) -> Sequence[Container] | None:
        """The items of a sequence; None where it is none, or is removed."""
        if isinstance(sequence, NewElement):
            return sequence.items if sequence.vr == "SQ" else None
        layout = self._layout
        if not self._editing.alive(sequence) or sequence in layout.opaque:
            return None
        if self._document.vr(sequence) != "SQ" and not layout.holds_items(sequence):
            return None
        return [*layout.children(sequence), *self._editing.items.get(sequence, ())]

    def _new_items(self, sequence: int) -> list[NewItem]:
        return self._editing.items.setdefault(sequence, [])

    def _elements(self, container: Container) -> dict[int, NewElement]:
        """The elements to be made in a data set."""
        if isinstance(container, NewItem):
            return container.elements
        return self._editing.elements.setdefault(container, {})

    def _find(self, container: Container, part: ElementName) -> int | NewElement | None:
        """The element of this name that a data set holds or will hold."""
        tag = part.value
        if part.creator is not None:
            block = self._block(container, part)
            if block is None:
                return None
            tag = part.value | block << 8
        if isinstance(container, int):
            if (index := self._document.index_in(container, tag)) is not None:
                return index
            if container not in self._editing.elements:
                return None
        return self._elements(container).get(tag)

    def _put(self, container: Container, part: ElementName, element: NewElement) -> None:
        elements = self._elements(container)
        if part.creator is None:
            elements[part.value] = element
            return
        block = self._block(container, part)
        if block is None:
            block = self._free_block(container, part.value)
            elements[part.value & 0xFFFF0000 | block] = NewElement("LO", _creator_value(part.creator))
        elements[part.value | block << 8] = element

    def _block(self, container: Container, part: ElementName) -> int | None:
        """The block that the creator has reserved in a data set (PS3.5 section 7.8.1)."""
        if isinstance(container, int):
            for (parent, tag), (index, name) in self._document.creators.blocks.items():
                same = parent == container and tag >> 16 == part.value >> 16 and name == part.creator
                if same and self._editing.alive(index):
                    return tag & 0xFF
            if container not in self._editing.elements:
                return None
        value = _creator_value(part.creator or "")
        for tag, element in self._elements(container).items():
            if tag >> 16 == part.value >> 16 and is_private_creator(tag) and element.value == value:
                return tag & 0xFF
        return None

    def _free_block(self, container: Container, tag: int) -> int:
        group = tag >> 16
        tags = set(self._elements(container))
        if isinstance(container, int):
            tags.update(self._layout.tags[index] for index in self._layout.children(container))
        elements = [tag & 0xFFFF for tag in tags if tag >> 16 == group and tag != ITEM]
        taken = {element if element <= _LAST_BLOCK else element >> 8 for element in elements}
        for block in range(_FIRST_BLOCK, _LAST_BLOCK + 1):
            if block not in taken:
                return block
        raise FieldError("no-free-block", f"group {group:04X} has no private block left")


def _creator_value(creator: str) -> bytes:
    try:
        raw = creator.encode("ascii")
    except UnicodeEncodeError:
        raise FieldError("charset", "a private creator to be made can hold only ASCII characters") from None
    return raw + b" " * (len(raw) % 2)
