"""An XMP packet as a tree of elements that know their byte offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

import attrs
from deidentikit.errors import FileError

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MAX_BYTES: Final = 1 << 26
_MAX_NODES: Final = 500_000
_MAX_DEPTH: Final = 100
_TAG: Final = re.compile(rb"""<([^\s/>]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""")
_ATTRIBUTE: Final = re.compile(rb"""\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')""")


@attrs.frozen
class Attribute:
    """An attribute; `start` lies before the white space that sets it off, the value within its quotes."""

    uri: str
    name: str
    prefix: str
    text: str
    start: int
    value_start: int
    value_end: int

    @property
    def end(self) -> int:
        """Behind the quote that ends it."""
        return self.value_end + 1


@attrs.define(eq=False)
class Node:
    """An element. ``[inner, close)`` is its content; an element ``<a/>`` has none: `inner` is `end`.

    tag : the name as spelled, prefix included
    """

    uri: str
    name: str
    prefix: str
    tag: bytes
    start: int
    inner: int
    attributes: list[Attribute]
    empty: bool
    close: int = 0
    end: int = 0
    children: list[Node] = attrs.field(factory=list)
    texts: list[str] = attrs.field(factory=list)

    @property
    def text(self) -> str:
        """The character data directly in it."""
        return "".join(self.texts)

    def rdf(self, name: str) -> str | None:
        """The value of one of its RDF attributes."""
        found = (attribute.text for attribute in self.attributes if (attribute.uri, attribute.name) == (RDF, name))
        return next(found, None)


Leaf = Node | Attribute
"""What holds a text."""


@attrs.frozen
class Tree:
    """A parsed packet."""

    root: Node

    def __iter__(self) -> Iterator[Node]:
        """Every element, each before its children."""
        stack = [self.root]
        while stack:
            node = stack.pop()
            yield node
            stack += node.children[::-1]


def parse(data: bytes) -> Tree:
    """Read a packet in UTF-8, as XMP part 3 asks for in JPEG, PNG and TIFF.

    Raises FileError: ``xmp-malformed``, ``xmp-entities`` (a document type declaration), ``xmp-limit``.
    """
    if len(data) > MAX_BYTES:
        raise FileError("xmp-limit", "the XMP packet is larger than the limit allows")
    try:
        data.decode("utf-8")  # expat follows the mark of UTF-16, whatever encoding it is told
    except UnicodeDecodeError:
        raise FileError("xmp-malformed", "the XMP packet is not in UTF-8") from None
    return _Builder(data).build()


class _Builder:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stack: list[Node] = []
        self._root: Node | None = None
        self._count = 0
        parser = expat.ParserCreate("UTF-8", " ")
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        self._parser = parser

    def build(self) -> Tree:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError:
            raise FileError("xmp-malformed", "the XMP packet is no well-formed XML in UTF-8") from None
        if self._root is None:
            raise FileError("xmp-malformed", "the XMP packet has no element")
        return Tree(self._root)

    def _open(self, name: str, attributes: list[str]) -> None:
        self._count += 1
        if self._count > _MAX_NODES or len(self._stack) >= _MAX_DEPTH:
            raise FileError("xmp-limit", "the XMP packet has more or deeper elements than the limit allows")
        start = self._parser.CurrentByteIndex
        match = _TAG.match(self._data, start)
        if match is None:
            raise FileError("xmp-malformed", "the XMP packet has a tag that is not understood")
        empty = bool(match[3])
        node = Node(*_names(name), match[1], start, match.end(), _attributes(match, attributes), empty)
        if self._stack:
            self._stack[-1].children.append(node)
        elif self._root is None:
            self._root = node
        self._stack.append(node)

    def _close(self, name: str) -> None:
        node = self._stack.pop()
        if node.empty:
            node.close = node.end = node.inner
        else:
            node.close = self._parser.CurrentByteIndex
            node.end = self._data.index(b">", node.close) + 1

    def _text(self, text: str) -> None:
        self._stack[-1].texts.append(text)

    def _refuse(self, *arguments: object) -> None:
        raise FileError("xmp-entities", "the XMP packet declares a document type or entities")


def _names(expanded: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix, as expat joins them."""
    parts = expanded.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _attributes(tag: re.Match[bytes], pairs: list[str]) -> list[Attribute]:
    spans = [
        match for match in _ATTRIBUTE.finditer(tag[0]) if match[1] != b"xmlns" and not match[1].startswith(b"xmlns:")
    ]
    at = tag.start()
    return [
        Attribute(*_names(name), text, at + span.start(), at + span.start(2) + 1, at + span.end(2) - 1)
        for name, text, span in zip(pairs[::2], pairs[1::2], spans, strict=True)
    ]
