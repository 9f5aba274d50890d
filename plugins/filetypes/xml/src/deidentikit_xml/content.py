"""Reading again, from the file, what an index only points to: tags, attributes, texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from deidentikit.errors import FileError
from deidentikit.splice import Source

from .encoding import Encoding
from .index import COMMENT, Index
from .markup import ATTRIBUTE, BETWEEN, CDATA, START_TAG, TARGET, Attribute, Run, plain, resolved

_WINDOW: Final = 1 << 17
"""Bytes that are read ahead."""
_FIRST: Final = 512
_COMMENT: Final = re.compile(r"\A<!--.*?-->", re.DOTALL)
_INSTRUCTION_END: Final = re.compile(r"\?>")
_TAG_END: Final = re.compile(">")


class Tag(NamedTuple):
    """A start tag, by offsets in bytes.

    tail : where its last attribute, or else its name, ends
    end : behind its ``>``
    is_empty : it is an empty-element tag
    spelled : all its attributes as they stand there
    lead : where they begin
    body : what follows, as far as it was read with the tag; None where that is not all of a leaf
    """

    tail: int
    end: int
    is_empty: bool
    spelled: str
    lead: int
    body: str | None


class Content:
    """The values of a file's nodes."""

    def __init__(self, source: Source, index: Index) -> None:
        self.index = index
        self.encoding: Encoding = index.encoding
        self._source = source
        self._at = 0
        self._window = b""
        self._tag_node = -1
        self._tag: Tag | None = None
        self._attributes_node = -1
        self._attributes: dict[str, Attribute] = {}

    def bytes(self, start: int, end: int) -> bytes:
        """Bytes of the file."""
        if end - start > _WINDOW // 2:
            return self._source.pread(end - start, start)
        at = start - self._at
        if at < 0 or end - self._at > len(self._window):
            self._at = start if at >= 0 else max(0, end - _WINDOW // 2)
            self._window = self._source.pread(_WINDOW, self._at)
            at = start - self._at
        return self._window[at : at + end - start]

    def text_between(self, start: int, end: int) -> str:
        """Decoded bytes of the file."""
        return self.encoding.decode(self.bytes(start, end))

    def _found(self, pattern: re.Pattern[str], start: int) -> tuple[re.Match[str], str]:
        """The first match in the text from an offset on; the file is read as far as that takes."""
        size, room = _FIRST, self._source.size - start
        while True:
            text = self.encoding.decode_head(self.bytes(start, start + min(size, room)))
            match = pattern.search(text)
            if match is not None:
                return match, text
            if size >= room:
                raise FileError("source-changed", "the input changed while it was read")
            size *= 8

    def tag(self, element: int) -> Tag:
        """The start tag of an element."""
        if element != self._tag_node or self._tag is None:
            self._tag_node, self._tag = element, self._read_tag(element)
        return self._tag

    def _read_tag(self, element: int) -> Tag:
        index = self.index
        start, close = index.starts[element], index.closes[element]
        if index.after[element] == element + 1 and close - start <= _FIRST:
            text, whole = self.text_between(start, close), True
            match = START_TAG.match(text)
            if match is None:
                raise FileError("source-changed", "the input changed while it was read")
        else:
            match, text = self._found(START_TAG, start)
            whole = False
        lead, tail = match.span("attributes")
        offset = self.encoding.offsets(text, start)
        return Tag(
            offset(tail),
            offset(match.end()),
            text[match.end() - 2] == "/",
            match["attributes"],
            offset(lead),
            text[match.end() :] if whole else None,
        )

    def attributes(self, element: int) -> Iterator[Attribute]:
        """The attributes of an element, in the order of its tag."""
        tag = self.tag(element)
        offset = self.encoding.offsets(tag.spelled, tag.lead)
        for match in ATTRIBUTE.finditer(tag.spelled):
            start, end = match.span("value")
            yield Attribute(
                match["name"], offset(match.start()), offset(start), offset(end), match["quote"], match["value"]
            )

    def attribute(self, element: int, name: str) -> Attribute | None:
        """The attribute of this name; None where the tag has none."""
        if element != self._attributes_node:
            self._attributes_node = element
            self._attributes = {found.name: found for found in self.attributes(element)}
        return self._attributes.get(name)

    def attribute_text(self, element: int, name: str) -> str | None:
        """The value of an attribute; None where the tag has none of this name."""
        found = self.attribute(element, name)
        return None if found is None else found.value

    def end(self, node: int) -> int:
        """The offset behind a node."""
        index = self.index
        name = index.name(node)
        if name == COMMENT:
            return self._end(_COMMENT, index.starts[node])
        if name[0] == "?":
            return self._end(_INSTRUCTION_END, index.starts[node])
        if index.after[node] == node + 1 and (tag := self.tag(node)).is_empty:
            return tag.end
        return self._end(_TAG_END, index.closes[node])

    def _end(self, pattern: re.Pattern[str], start: int) -> int:
        match, text = self._found(pattern, start)
        return self.encoding.offsets(text, start)(match.end())

    def runs(self, element: int) -> list[Run]:
        """The element's own text: runs and CDATA sections that stand directly within it."""
        index = self.index
        tag, close = self.tag(element), index.closes[element]
        if tag.body is not None:
            return self._runs(tag.end, close, tag.body) if tag.body else []
        if tag.is_empty:
            return []
        out: list[Run] = []
        at = tag.end
        for child in index.children(element):
            if index.starts[child] > at:
                out += self._runs(at, index.starts[child])
            at = self.end(child)
        if close > at:
            out += self._runs(at, close)
        return out

    def _runs(self, start: int, end: int, text: str | None = None) -> list[Run]:
        if text is None:
            text = self.text_between(start, end)
        if "<" not in text:
            return [Run(start, end, False, resolved(plain(text)))]
        offset = self.encoding.offsets(text, start)
        out: list[Run] = []
        at = 0
        for section in CDATA.finditer(text):
            if section.start() > at:
                before = resolved(plain(text[at : section.start()]))
                out.append(Run(offset(at), offset(section.start()), False, before))
            first, last = section.span("text")
            out.append(Run(offset(first), offset(last), True, plain(section["text"])))
            at = section.end()
        if at < len(text):
            out.append(Run(offset(at), end, False, resolved(plain(text[at:]))))
        return out

    def own_text(self, element: int) -> str:
        """The text directly within an element: a single run as it is, several joined and stripped."""
        return joined(self.runs(element))

    def whole_text(self, element: int) -> str:
        """The text of an element and all elements within it (the string-value of XPath 1.0, 5.2)."""
        index = self.index
        if index.after[element] == element + 1:
            return "".join(run.text for run in self.runs(element))
        text = self.text_between(self.tag(element).end, index.closes[element])
        out: list[str] = []
        at = 0
        for markup in BETWEEN.finditer(text):
            out.append(resolved(plain(text[at : markup.start()])))
            out.append(plain(markup["cdata"] or ""))
            at = markup.end()
        out.append(resolved(plain(text[at:])))
        return "".join(out)

    def inner_span(self, node: int) -> tuple[int, int]:
        """Where the text of a comment or the data of a processing instruction stands."""
        start, end, unit = self.index.starts[node], self.end(node), self.encoding.unit
        if self.index.name(node) == COMMENT:
            return start + 4 * unit, end - 3 * unit
        match, text = self._found(TARGET, start)
        return self.encoding.offsets(text, start)(match.end()), end - 2 * unit

    def inner_text(self, node: int) -> str:
        """The text of a comment, the data of a processing instruction."""
        return plain(self.text_between(*self.inner_span(node)))


def joined(runs: list[Run]) -> str:
    """The value that runs of text make: a single run as it is, several joined and stripped."""
    if len(runs) == 1:
        return runs[0].text
    return "".join(run.text for run in runs).strip()
