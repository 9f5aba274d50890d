"""Reading again, from the file, what an index only points to: tags, attributes, texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from deidentikit.errors import FileError
from deidentikit.splice import Source

from .encoding import Encoding
from .index import COMMENT, Index
from .markup import ATTRIBUTE, BETWEEN, CDATA, START_TAG, TARGET, Attribute, Run, Tag, plain, resolved

_WINDOW: Final = 1 << 17
"""Bytes that are read ahead."""

_FIRST: Final = 512


class Content:
    """The values of a file's nodes."""

    def __init__(self, source: Source, index: Index) -> None:
        self.index = index
        self._source = source
        self._at = 0
        self._window = b""
        self._tag_node = -1
        self._tag: Tag | None = None

    @property
    def encoding(self) -> Encoding:
        return self.index.encoding

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
            self._tag_node, self._tag = element, self._read_tag(self.index.starts[element])
        return self._tag

    def _read_tag(self, start: int) -> Tag:
        match, text = self._found(START_TAG, start)
        offset = self.encoding.offsets(text, start)
        found: list[Attribute] = []
        for each in ATTRIBUTE.finditer(text, *match.span("attributes")):
            lead, (first, last) = each.start(), each.span("value")
            found.append(
                Attribute(each["name"], offset(lead), offset(first), offset(last), each["quote"], each["value"])
            )
        return Tag(tuple(found), offset(match.start("tail")), offset(match.end()), match["tail"].endswith("/>"))

    def attribute(self, element: int, name: str) -> str | None:
        """The value of an attribute, None where the tag has none of this name."""
        if name not in self.index.attribute_sets[self.index.attributes[element]]:
            return None
        found = self.tag(element).find(name)
        return None if found is None else found.value

    def end(self, node: int) -> int:
        """The offset behind a node."""
        index = self.index
        start, close = index.starts[node], index.closes[node]
        name = index.name(node)
        if name == COMMENT:
            return self._end(_COMMENT_END, start)
        if name[0] == "?":
            return self._end(_INSTRUCTION_END, start)
        if close == start:
            return self.tag(node).end
        return self._end(_TAG_END, close)

    def _end(self, pattern: re.Pattern[str], start: int) -> int:
        match, text = self._found(pattern, start)
        return self.encoding.offsets(text, start)(match.end())

    def runs(self, element: int) -> list[Run]:
        """The element's own text: runs and CDATA sections that stand directly within it."""
        index = self.index
        at, close = self.tag(element).end, index.closes[element]
        out: list[Run] = []
        if index.starts[element] == close:
            return out
        for child in index.children(element):
            if index.starts[child] > at:
                out += self._runs(at, index.starts[child])
            at = self.end(child)
        if close > at:
            out += self._runs(at, close)
        return out

    def _runs(self, start: int, end: int) -> Iterator[Run]:
        text = self.text_between(start, end)
        if "<" not in text:
            yield Run(start, end, False, resolved(plain(text)))
            return
        offset = self.encoding.offsets(text, start)
        at = 0
        for section in CDATA.finditer(text):
            if section.start() > at:
                yield Run(offset(at), offset(section.start()), False, resolved(plain(text[at : section.start()])))
            first, last = section.span("text")
            yield Run(offset(first), offset(last), True, plain(section["text"]))
            at = section.end()
        if at < len(text):
            yield Run(offset(at), end, False, resolved(plain(text[at:])))

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


_COMMENT_END: Final = re.compile("-->")
_INSTRUCTION_END: Final = re.compile(r"\?>")
_TAG_END: Final = re.compile(">")
