"""One pass of expat over a file: where each element, comment and processing instruction stands.

Nodes are numbered in the order of the file; 0 is the document. What is kept of each are six numbers,
so that a large file needs a small multiple of its size; texts and attributes are read again from the
file where a rule asks for them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NoReturn

from deidentikit.errors import FileError
from deidentikit.splice import Source

from .encoding import Encoding, encoding_of

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

MAX_DEPTH: Final = 500
"""Levels of elements; deeper files are refused."""

MAX_NAMES: Final = 1 << 16
"""Different names of elements and attributes; files with more are refused."""

MAX_NAME: Final = 1024
"""Characters of a name; files with longer ones are refused."""

MAX_ATTRIBUTE_SETS: Final = 1 << 18
"""Different sets of attributes on one element; files with more are refused."""

_PIECE: Final = 1 << 17
"""Bytes that the parser gets at a time; it keeps some of them."""

DOCUMENT: Final = 0
COMMENT: Final = "#comment"
_DOCUMENT_NAME: Final = "#document"
_UNDEFINED_ENTITY: Final = 11
_ENCODING_ERRORS: Final = frozenset({18, 19})


class Index:
    """The nodes of one file, as columns.

    names : of elements, by tag number; ``#comment`` for comments, ``?target`` for processing instructions
    tags : each node's tag number
    parents : each node's parent
    after : the number of the first node that is not within a node
    starts : offset of ``<``, in bytes
    closes : of an element, the offset of its end tag; where its tag is an empty one, the offset behind that
    attributes : each element's number in `attribute_sets`
    attribute_sets : names of attributes in the order of the tag
    attribute_numbers : every name of an attribute, with a number
    defaults : names of attributes to which the DOCTYPE gives a default value
    """

    __slots__ = (
        "after",
        "attribute_numbers",
        "attribute_sets",
        "attributes",
        "closes",
        "defaults",
        "encoding",
        "names",
        "parents",
        "starts",
        "tags",
    )

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.names: list[str] = [_DOCUMENT_NAME]
        self.tags = array("I", [0])
        self.parents = array("I", [0])
        self.after = array("I", [0])
        self.starts = array("I", [0])
        self.closes = array("I", [0])
        self.attributes = array("I", [0])
        self.attribute_sets: list[tuple[str, ...]] = [()]
        self.attribute_numbers: dict[str, int] = {}
        self.defaults: set[str] = set()

    def __len__(self) -> int:
        return len(self.tags)

    def name(self, node: int) -> str:
        """A node's name; see `names`."""
        return self.names[self.tags[node]]

    def is_element(self, node: int) -> bool:
        """Whether a node is an element: neither the document nor a comment nor a processing instruction."""
        return self.names[self.tags[node]][0] not in "#?"

    def children(self, node: int) -> Iterator[int]:
        """The nodes directly within a node."""
        after, child = self.after, node + 1
        end = after[node]
        while child < end:
            yield child
            child = after[child]

    @property
    def root(self) -> int:
        """The outermost element."""
        return next(child for child in self.children(DOCUMENT) if self.is_element(child))


def index_of(source: Source) -> Index:
    """The nodes of a file.

    Raises FileError: ``not-xml``, ``encoding``, ``entities``, ``too-deep``, ``too-complex``.
    """
    recorder = _Recorder(encoding_of(source.pread(4, 0)))
    parse(source, recorder.parser, recorder.check_encoding)
    return recorder.finished(source.size)


def parse(source: Source, parser: XMLParserType, check_encoding: Callable[[str], None] | None = None) -> None:
    """Feed a file to a parser, under the guards that every file is read with.

    check_encoding : gets the encoding that the XML declaration names
    Raises FileError as `index_of` does.
    """
    for _ in steps(source, parser, check_encoding):
        continue


def steps(source: Source, parser: XMLParserType, check_encoding: Callable[[str], None] | None = None) -> Iterator[None]:
    """Feed a file to a parser piece by piece; see `parse`."""
    from xml.parsers.expat import ExpatError

    def declaration(version: str, encoding: str | None, standalone: int) -> None:
        if check_encoding is not None and encoding is not None:
            check_encoding(encoding)

    parser.XmlDeclHandler = declaration
    parser.EntityDeclHandler = _refuse_entity
    parser.ExternalEntityRefHandler = _refuse_entity
    parser.SkippedEntityHandler = _refuse_entity
    at = 0
    while True:
        piece = source.pread(_PIECE, at)
        at += len(piece)
        trouble: FileError | None = None
        try:
            parser.Parse(piece, not piece)
        except ExpatError as error:
            trouble = _expat_trouble(error.code, error.lineno)
        except (LookupError, ValueError):
            trouble = _unreadable()
        if trouble is not None:
            raise trouble
        if not piece:
            return
        yield


def _refuse_entity(*about: object) -> NoReturn:
    raise FileError("entities", "the file declares or uses entities of its own, which are never expanded nor fetched")


def _expat_trouble(code: int, line: int) -> FileError:
    if code == _UNDEFINED_ENTITY:
        return FileError("entities", f"line {line} refers to an entity that the file does not declare")
    if code in _ENCODING_ERRORS:
        return _unreadable()
    return FileError("not-xml", f"the file is no well-formed XML: line {line}")


def _unreadable() -> FileError:
    return FileError("encoding", "the file's encoding is not UTF-8, UTF-16 or one of single bytes")


class _Recorder:
    """Handlers that fill an index."""

    def __init__(self, encoding: Encoding) -> None:
        from xml.parsers import expat

        self._index = Index(encoding)
        self._tag_of: dict[str, int] = {_DOCUMENT_NAME: 0}
        self._set_of: dict[tuple[str, ...], int] = {(): 0}
        self._open = [DOCUMENT]
        self.parser = parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.specified_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        parser.AttlistDeclHandler = self._attribute_declared

    def check_encoding(self, declared: str) -> None:
        self._index.encoding = self._index.encoding.declared(declared)

    def finished(self, size: int) -> Index:
        """The index, once all was read. Nothing can be read any more."""
        del self.parser  # its handlers are ours: the two would keep each other in memory
        index = self._index
        index.after[DOCUMENT] = len(index.tags)
        index.closes[DOCUMENT] = size
        return index

    def _start(self, name: str, attributes: list[str]) -> None:
        index, opened = self._index, self._open
        if len(opened) > MAX_DEPTH:
            raise FileError("too-deep", f"elements are nested more than {MAX_DEPTH} levels deep")
        tag = self._tag_of.get(name)
        node = len(index.tags)
        index.tags.append(self._new_tag(name) if tag is None else tag)
        index.parents.append(opened[-1])
        index.after.append(0)
        index.starts.append(self.parser.CurrentByteIndex)
        index.closes.append(0)
        if attributes:
            names = tuple(attributes[::2])
            known = self._set_of.get(names)
            index.attributes.append(self._new_set(names) if known is None else known)
        else:
            index.attributes.append(0)
        opened.append(node)

    def _end(self, name: str) -> None:
        index = self._index
        node = self._open.pop()
        index.closes[node] = self.parser.CurrentByteIndex
        index.after[node] = len(index.tags)

    def _comment(self, text: str) -> None:
        self._single(COMMENT)

    def _instruction(self, target: str, text: str) -> None:
        self._single(f"?{target}")

    def _single(self, name: str) -> None:
        """A node that holds no other."""
        self._start(name, [])
        node = self._open.pop()
        self._index.closes[node] = self._index.starts[node]
        self._index.after[node] = node + 1

    def _attribute_declared(self, element: str, name: str, type_: str, default: str | None, required: int) -> None:
        if default is not None:
            self._index.defaults.add(name)

    def _new_tag(self, name: str) -> int:
        tag = self._tag_of[name] = len(self._index.names)
        self._index.names.append(name)
        self._bound(tag, MAX_NAMES)
        self._bound_name(name)
        return tag

    def _new_set(self, names: tuple[str, ...]) -> int:
        number = self._set_of[names] = len(self._index.attribute_sets)
        self._index.attribute_sets.append(names)
        known = self._index.attribute_numbers
        for name in names:
            if name not in known:
                known[name] = len(known)
                self._bound_name(name)
        self._bound(len(known), MAX_NAMES)
        self._bound(number, MAX_ATTRIBUTE_SETS)
        return number

    def _bound_name(self, name: str) -> None:
        if len(name) > MAX_NAME:
            raise FileError("too-complex", f"a name in the file is longer than {MAX_NAME} characters")

    def _bound(self, count: int, limit: int) -> None:
        if count > limit:
            raise FileError("too-complex", f"the file has more than {limit} different names or sets of attributes")
