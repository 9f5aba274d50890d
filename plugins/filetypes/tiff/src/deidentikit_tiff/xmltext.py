"""XML within a tag: OME-XML, and what slide scanners write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from deidentikit.errors import FieldError, FileError
from deidentikit_image_metadata.replacing import XmlReplacements
from deidentikit_image_metadata.xmp import SPELLING, xml_text
from deidentikit_image_metadata.xmpnodes import Attribute, Node, parse

from .parts import Part, TextPart

_OME_ELEMENTS: Final = frozenset({"OME", "Image", "Pixels", "Channel", "TiffData", "Plane", "BinData", "MetadataOnly"})
_OME_ATTRIBUTES: Final = {
    "Image": frozenset({"ID"}),
    "Pixels": frozenset(
        "ID DimensionOrder Type SizeX SizeY SizeZ SizeC SizeT BigEndian SignificantBits Interleaved".split()
    ),
    "Channel": frozenset({"ID", "SamplesPerPixel"}),
    "Plane": frozenset({"TheZ", "TheC", "TheT"}),
    "TiffData": frozenset({"IFD", "FirstZ", "FirstC", "FirstT", "PlaneCount"}),
}
"""What a reader of OME-TIFF finds the planes by."""


class XmlCarrier:
    """An XML document within a tag, open for editing; its elements and attributes have dotted names."""

    kind: Final = "xml"

    def __init__(self, data: bytes) -> None:
        """Raises FileError (``xml-malformed``)."""
        try:
            self._tree = parse(data.rstrip(b"\0"))
        except FileError:
            raise FileError(
                "xml-malformed",
                "the XML within a tag is not well-formed, not UTF-8, too large, or has a document type;"
                " remove the tag, or name no part of it",
            ) from None
        self._ome = self._tree.root.name == "OME"
        self._edits = XmlReplacements(data)

    @cached_property
    def _parts(self) -> list[Part]:
        return list(self._walk())

    def parts(self) -> Sequence[Part]:
        """Every element and attribute."""
        return self._parts

    def _walk(self) -> Iterator[Part]:
        stack: list[tuple[Node, tuple[str, ...]]] = [(self._tree.root, ())]
        while stack:
            node, above = stack.pop()
            path = (*above, node.name)
            for attribute in node.attributes:
                yield self._attribute(node, attribute, path)
            if node is not self._tree.root or not node.children:
                yield self._element(node, path)
            stack += [(child, path) for child in reversed(node.children)]

    def _attribute(self, node: Node, attribute: Attribute, path: tuple[str, ...]) -> Part:
        required = self._ome and attribute.name in _OME_ATTRIBUTES.get(node.name, ())

        def put(new: Sequence[str]) -> None:
            self._edits.write(attribute, xml_text(new[0]).encode())

        def cut() -> None:
            self._edits.remove(attribute)

        texts = (attribute.text,)
        shown = ".".join((*path, f"@{attribute.name}"))
        return Part(_keys(shown), shown, TextPart(f"xml:{shown}", texts, SPELLING, put, cut, required), texts)

    def _element(self, node: Node, path: tuple[str, ...]) -> Part:
        required = self._ome and node.name in _OME_ELEMENTS
        texts = (node.text,) if not node.children and node.text.strip() else ()

        def put(new: Sequence[str]) -> None:
            if node.children:
                raise FieldError("wrong-kind", "the element holds others; name those, or remove it")
            self._edits.write(node, xml_text(new[0]).encode())

        def cut() -> None:
            self._edits.remove(node)

        shown = ".".join(path)
        return Part(_keys(shown), shown, TextPart(f"xml:{shown}", texts, SPELLING, put, cut, required), texts)

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return bool(self._edits)

    def to_bytes(self) -> bytes:
        """The edited document."""
        return self._edits.to_bytes()


def _keys(shown: str) -> tuple[str, ...]:
    """A dotted path and all its ends: ``ome.image.acquisitiondate``, ``image.acquisitiondate``..."""
    words = shown.casefold().split(".")
    return tuple(".".join(words[at:]) for at in range(len(words)))
