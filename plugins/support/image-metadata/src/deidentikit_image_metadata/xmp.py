"""XMP packets, edited in place (ISO 16684-1; XMP specification parts 1 and 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

import attrs
from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import UNLIMITED, Limits
from deidentikit.kinds import Form, Formats, Kind, Opaque, Value

from .plaintext import Piece, Spelling
from .replacing import XmlReplacements
from .xmpnodes import RDF, Leaf, Node, parse

HEADER: Final = b"http://ns.adobe.com/xap/1.0/\0"
"""What a JPEG APP1 segment of XMP begins with."""

SPELLING: Final = Spelling(Formats("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f"), lenient=True)
"""Dates in ISO 8601; a zone behind them stays as it is."""

PREFIXES: Final = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/bj/": "xmpBJ",
    "http://ns.adobe.com/xap/1.0/t/pg/": "xmpTPg",
    "http://ns.adobe.com/xap/1.0/g/": "xmpG",
    "http://ns.adobe.com/xap/1.0/g/img/": "xmpGImg",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/Version#": "stVer",
    "http://ns.adobe.com/xap/1.0/sType/Job#": "stJob",
    "http://ns.adobe.com/xap/1.0/sType/Dimensions#": "stDim",
    "http://ns.adobe.com/xmp/Identifier/qual/1.0/": "xmpidq",
    "http://ns.adobe.com/xmp/note/": "xmpNote",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://ns.microsoft.com/photo/1.0/": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.2/": "MP",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://ns.google.com/photos/1.0/image/": "GImage",
    "http://ns.google.com/photos/1.0/container/": "Container",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
    RDF: "rdf",
}
"""The prefixes that namespaces go by; a packet may spell others."""

_XML: Final = "http://www.w3.org/XML/1998/namespace"
_ARRAYS: Final = frozenset({"Alt", "Bag", "Seq"})
_TRAILER: Final = re.compile(rb"<\?xpacket\s+end\s*=")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS: Final = b" \t\r\n"


class Packet:
    """One XMP packet, open for editing.

    edits : what is to change in it; its properties make them
    """

    def __init__(self, data: bytes) -> None:
        """Raises FileError as `xmpnodes.parse` does, and ``xmp-malformed`` where there is more than one RDF."""
        core = data.rstrip(b"\0")
        self._source = data
        self._core = core
        self.edits = XmlReplacements(core)
        found = [node for node in parse(core) if (node.uri, node.name) == (RDF, "RDF")]
        if len(found) > 1:
            raise FileError("xmp-malformed", "the XMP packet has more than one RDF")
        self._rdf = found[0] if found else None
        self.properties = tuple(self._read())

    def _read(self) -> Iterator[Property]:
        for description in self._rdf.children if self._rdf is not None else ():
            about = (each for each in description.attributes if (each.uri, each.name) == (RDF, "about"))
            yield from (Property(self, "rdf:about", "rdf:about", each, (each,)) for each in about if each.text)
            yield from self._fields(description, "")

    def _fields(self, node: Node, path: str) -> Iterator[Property]:
        """The properties that a description, or an element like one, holds as attributes and elements."""
        for attribute in node.attributes:
            if attribute.uri not in (RDF, _XML):
                name = qualified(attribute)
                yield Property(self, name, path + name, attribute, (attribute,))
        for child in node.children:
            if child.uri != RDF:
                yield from self._property(child, path)
            elif child.name == "Description":
                yield from self._fields(child, path)

    def _property(self, node: Node, path: str) -> Iterator[Property]:
        name = qualified(node)
        array = next((child for child in node.children if child.uri == RDF and child.name in _ARRAYS), None)
        path += name
        if array is None:
            yield Property(self, name, path, node, tuple(leaves(node)))
            yield from self._fields(node, f"{path}/")
            return
        found = tuple(leaf for item in array.children for leaf in leaves(item))
        yield Property(self, name, path, node, found, array)
        for at, item in enumerate(array.children, 1):
            yield from self._nested(item, f"{path}[{at}]")

    def _nested(self, item: Node, path: str) -> Iterator[Property]:
        """What an item of an array holds: fields, or an array of its own."""
        yield from self._fields(item, f"{path}/")
        for array in item.children:
            if array.uri == RDF and array.name in _ARRAYS:
                yield Property(self, "rdf:li", path, item, tuple(x for li in array.children for x in leaves(li)), array)
                for at, deeper in enumerate(array.children, 1):
                    yield from self._nested(deeper, f"{path}[{at}]")

    def find(self, name: str) -> list[Property]:
        """The properties of a name such as ``dc:creator``, in any case, at every depth."""
        return [each for each in self.properties if each.name.casefold() == name.casefold()]

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return bool(self.edits)

    def to_bytes(self) -> bytes:
        """The edited packet, as long as it was where its padding allows."""
        if not self.edits:
            return self._source
        return _padded(self.edits.to_bytes(), len(self._core)) + self._source[len(self._core) :]


def _padded(data: bytes, length: int) -> bytes:
    """Give a packet its former length by the white space before its trailer."""
    trailers = list(_TRAILER.finditer(data))
    if not trailers:
        return data
    end = trailers[-1].start()
    content = data[:end].rstrip(_BLANKS)
    padding = data[len(content) : end]
    room = len(padding) + length - len(data)
    padding = padding[:room] if room < len(padding) else padding + b" " * (room - len(padding))
    return content + padding + data[end:]


def qualified(name: Leaf) -> str:
    """A name with the prefix that its namespace goes by."""
    prefix = PREFIXES.get(name.uri, name.prefix)
    return f"{prefix}:{name.name}" if prefix else name.name


def leaves(node: Node) -> Iterator[Leaf]:
    """Where the simple value of a property or an item stands, if it has one."""
    resource = next((each for each in node.attributes if (each.uri, each.name) == (RDF, "resource")), None)
    if resource is not None:
        yield resource
    elif node.children:
        for child in node.children:
            if child.uri == RDF and child.name in ("value", "Description"):
                yield from leaves(child)
    elif node.rdf("parseType") is None and (node.text.strip() or not _has_fields(node)):
        yield node


def _has_fields(node: Node) -> bool:
    return (node.uri, node.name) == (RDF, "Description") or any(
        attribute.uri not in (RDF, _XML) for attribute in node.attributes
    )


@attrs.frozen(eq=False)
class Property:
    """A property as a field of a document.

    name : ``dc:creator``; of a structure's field the field's own name, such as ``stEvt:when``
    path : where it stands, ``xmpMM:History[1]/stEvt:when``
    """

    packet: Packet
    name: str
    path: str
    _place: Leaf
    _leaves: tuple[Leaf, ...]
    _array: Node | None = None
    required: bool = False

    @property
    def limits(self) -> Limits:
        """XMP limits nothing."""
        return UNLIMITED

    @property
    def texts(self) -> list[Piece]:
        """Its values, one for each item; None for one that is empty or blank."""
        found = [leaf.text if leaf.text.strip() else None for leaf in self._leaves]
        return list(found) if any(found) else []

    def read(self, form: Form) -> Sequence[Value | None]:
        """Its values. Raises FieldError (``wrong-kind``), also for a structure, which has only fields."""
        try:
            self._need_leaves()
            if form.kind is Kind.BYTES:
                return [piece.encode() if isinstance(piece, str) else None for piece in self.texts]
            return SPELLING.read(self.texts, form)
        except FieldError as error:
            raise error.at(self.path) from None

    @property
    def structured(self) -> bool:
        """Whether it has no value of its own, only fields or items that have names of their own."""
        return not self._leaves and isinstance(self._place, Node) and bool(self._place.children)

    def _need_leaves(self) -> None:
        mixed = any(not [*leaves(item)] for item in self._items())
        if mixed or (self._array is None and self.structured):
            raise FieldError("wrong-kind", "the property is or holds a structure; name its fields, or remove it")

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Give it values; items of an array are added and removed as needed.

        Raises FieldError (``wrong-kind``, ``charset``).
        """
        try:
            self._need_leaves()
            before = self.texts
            pieces = SPELLING.written(values, before, form)
            if pieces != before:
                self._put(pieces, whole=form.kind is Kind.NATIVE or not before)
        except FieldError as error:
            raise error.at(self.path) from None

    def _put(self, pieces: list[Piece], whole: bool) -> None:
        texts = [xml_text(piece) for piece in pieces]
        if self._array is None and len(texts) > 1:
            raise FieldError("wrong-kind", "the property holds one value, not several")
        if self._array is None:
            texts = texts or [""]
        elif len(texts) > len(self._leaves):
            self._add(texts[len(self._leaves) :])
        for leaf, text, piece in zip(self._leaves, texts, pieces or [""], strict=False):
            if whole or piece is not None:
                self.packet.edits.write(leaf, text.encode())
        for item in self._items()[len(texts) :]:
            self.packet.edits.remove(item)

    def _items(self) -> list[Node]:
        return [] if self._array is None else self._array.children

    def _add(self, texts: list[str]) -> None:
        """Put items behind the last one."""
        array, items = self._array, self._items()
        if array is None or not items or len(items) != len(self._leaves):
            raise FieldError("wrong-kind", "the property's items are structures, or it has none to add to")
        tag = items[-1].tag.decode()
        added = "".join(f"<{tag}>{text}</{tag}>" for text in texts)
        self.packet.edits.put(items[-1].end, items[-1].end, added.encode())

    def remove(self) -> None:
        """Take it out with all it holds."""
        self.packet.edits.remove(self._place)


def xml_text(piece: Piece) -> str:
    """Text as it stands in XML, fit for attributes of either quote. Raises FieldError (``charset``)."""
    if piece is None:
        return ""
    if isinstance(piece, Opaque) or _NO_XML.search(piece):
        raise FieldError("charset", "the action's result holds what XML cannot hold")
    return escape(piece, {'"': "&quot;", "'": "&apos;"})
