"""New elements, with the sequences and items that hold them."""

from __future__ import annotations

from typing import Final

from deidentikit.errors import FieldError

from .syntax import SHORT_VRS, Syntax
from .tags import ITEM

MAX_SHORT: Final = 0xFFFE


class NewElement:
    """An element to be made: with a value, or a sequence with items."""

    def __init__(self, vr: str, value: bytes = b"") -> None:
        self.vr = vr
        self.value = value
        self.items: list[NewItem] = []

    def encode(self, tag: int, syntax: Syntax) -> bytes:
        """The element as bytes. Raises FieldError (``too-long``)."""
        value = self.value
        if self.items:
            value = b"".join(item.encode(syntax) for item in self.items)
        if syntax.explicit and self.vr.encode() in SHORT_VRS and len(value) > MAX_SHORT:
            raise FieldError("too-long", f"the value is longer than the {MAX_SHORT} bytes that {self.vr} can hold")
        return syntax.element(tag, self.vr, value)

    def tags(self, tag: int) -> list[int]:
        """The tags of the element and of all that it holds, items among them, in order."""
        found = [tag]
        for item in self.items:
            found += item.tags()
        return found


class NewItem:
    """An item to be made, with its elements by their tags."""

    def __init__(self) -> None:
        self.elements: dict[int, NewElement] = {}

    def encode(self, syntax: Syntax) -> bytes:
        """The item as bytes, its elements in ascending order."""
        value = b"".join(self.elements[tag].encode(tag, syntax) for tag in sorted(self.elements))
        return syntax.item.pack(ITEM >> 16, ITEM & 0xFFFF, len(value)) + value

    def tags(self) -> list[int]:
        """The tags of the item and of all that it holds, in order."""
        found = [ITEM]
        for tag in sorted(self.elements):
            found += self.elements[tag].tags(tag)
        return found
