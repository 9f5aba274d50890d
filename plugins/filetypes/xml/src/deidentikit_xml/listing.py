"""The parts of an XML file as a profile can name them.

xmltodict tells the names: its handlers are put on a parser of ours, which is fed piece by piece, so that
nothing of the file is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from deidentikit.errors import printable
from deidentikit.filetype import Listed
from deidentikit.splice import Source

from .content import Content
from .evaluation import FIRST_ATTRIBUTE, NODE, Evaluation, Item
from .index import DOCUMENT, index_of, steps
from .naming import located, numbered
from .selectors import ATTRIBUTE_PREFIX, TEXT_KEY

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType


def listed(source: Source, separator: str) -> Iterator[Listed]:
    """Every attribute, and every element with text or without content, by its dotted name; comments and
    processing instructions by XPath. Raises FileError as `index.index_of` does.
    """
    lister = _Lister(Evaluation(Content(source, index_of(source))), separator)
    for _ in steps(source, lister.parser):
        while lister.found:
            yield lister.found.popleft()


class _Handlers:
    """What xmltodict gets for the module `expat`, and for a parser: it keeps the handlers and parses nothing."""

    StartElementHandler: Any
    EndElementHandler: Any
    CharacterDataHandler: Any

    def ParserCreate(self, *arguments: object) -> _Handlers:  # noqa: N802  as expat has it
        return self

    def Parse(self, data: bytes, is_final: bool) -> None:  # noqa: N802  as expat has it
        return


class _Lister:
    """A parser whose events go through xmltodict, and what that names."""

    def __init__(self, evaluation: Evaluation, separator: str) -> None:
        from xml.parsers import expat

        import xmltodict  # type: ignore[import-untyped]

        self.found: deque[Listed] = deque()
        self._evaluation = evaluation
        self._index = evaluation.content.index
        self._separator = separator
        self._node = DOCUMENT
        self._open: list[_Open] = [_Open(DOCUMENT, "", "", numbered(self._index, DOCUMENT))]
        self._handlers = handlers = _Handlers()
        xmltodict.parse(b"", expat=handlers, postprocessor=self._named)
        self.parser: XMLParserType = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.specified_attributes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = handlers.CharacterDataHandler
        self.parser.CommentHandler = partial(self._single, "comment")
        self.parser.ProcessingInstructionHandler = partial(self._single, "processing instruction")

    def _start(self, name: str, attributes: list[str]) -> None:
        self._node += 1
        parent = self._open[-1]
        _, number = next(parent.children)
        parts = [part for part in (parent.name, name, None if number is None else str(number)) if part]
        full = None if parent.name is None or self._separator in name else self._separator.join(parts)
        path = parent.path + located(name, number)
        self._open.append(_Open(self._node, full, path, numbered(self._index, self._node)))
        self._handlers.StartElementHandler(name, attributes)

    def _end(self, name: str) -> None:
        self._handlers.EndElementHandler(name)
        self._open.pop()

    def _single(self, type_: str, *about: str) -> None:
        self._node += 1
        parent = self._open[-1]
        _, number = next(parent.children)
        self._list(parent.path + located(self._index.name(self._node), number), type_, (self._node, NODE))

    def _named(self, path: object, key: str, value: object) -> tuple[str, None]:
        """Called by xmltodict with each key it makes; it gets nothing to keep."""
        own = self._open[-1]
        if key.startswith(ATTRIBUTE_PREFIX):
            number = self._index.attribute_numbers[key.removeprefix(ATTRIBUTE_PREFIX)]
            self._list(self._join(own, key, key), "attribute", (own.node, FIRST_ATTRIBUTE + number))
        elif key == TEXT_KEY:
            self._list(self._join(own, key, "text()"), "text", (own.node, NODE))
        elif not isinstance(value, dict):
            self._list(own.path if own.name is None else own.name, "element", (own.node, NODE))
        return key, None

    def _join(self, own: _Open, key: str, step: str) -> str:
        """A dotted name, or an XPath where the separator stands within a name of the file."""
        if own.name is None or self._separator in key:
            return f"{own.path}/{step}"
        return f"{own.name}{self._separator}{key}"

    def _list(self, name: str, type_: str, item: Item) -> None:
        def values() -> Sequence[str]:
            text = self._evaluation.text(item)
            return (text,) if text.strip() else ()

        self.found.append(Listed(printable(name), type_, "", values))


class _Open(NamedTuple):
    """An open element: its number, its dotted name if it has one, its XPath, its children yet to come."""

    node: int
    name: str | None
    path: str
    children: Iterator[tuple[int, int | None]]
