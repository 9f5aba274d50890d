"""Replacements within bytes that are held whole: XMP packets, other XML, descriptions."""

from __future__ import annotations

from typing import Final

from .xmpnodes import Attribute, Leaf

_BLANKS: Final = b" \t\r\n"


class Replacements:
    """New bytes for ranges of some bytes; what lies within another range goes with it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._new: dict[tuple[int, int], bytes] = {}

    def put(self, start: int, end: int, data: bytes) -> None:
        """Replace ``[start, end)``."""
        self._new[start, end] = data

    def __bool__(self) -> bool:
        return bool(self._new)

    def to_bytes(self) -> bytes:
        """The bytes with all replacements made."""
        out = bytearray()
        at = 0
        for (start, end), data in sorted(self._new.items(), key=lambda item: (item[0][0], -item[0][1])):
            if start >= at:
                out += self._data[at:start] + data
                at = end
        return bytes(out + self._data[at:])


class XmlReplacements(Replacements):
    """Replacements within XML of which the elements are known."""

    def write(self, leaf: Leaf, data: bytes) -> None:
        """Give an attribute another value, an element other content.

        data : escaped, as `xmp.xml_text` does
        """
        if isinstance(leaf, Attribute):
            self.put(leaf.value_start, leaf.value_end, data)
        elif leaf.empty:
            if data:
                self.put(leaf.inner - len(b"/>"), leaf.inner, b">" + data + b"</" + leaf.tag + b">")
        else:
            self.put(leaf.inner, leaf.close, data)

    def remove(self, leaf: Leaf) -> None:
        """Take an attribute or an element out, with the white space before it."""
        start = leaf.start
        while not isinstance(leaf, Attribute) and start and self._data[start - 1] in _BLANKS:
            start -= 1
        self.put(start, leaf.end, b"")
