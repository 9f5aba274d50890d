"""Counting equal values that stay elsewhere in a file."""

from __future__ import annotations

from collections.abc import Iterator

from deidentikit.filetype import TELLING
from deidentikit.splice import Source

from .edits import Edits, Fate
from .evaluation import FIRST_ATTRIBUTE, NODE, TEXT, Evaluation, Item, is_declaration
from .index import DOCUMENT, parse
from .matching import Hits


def residue(source: Source, evaluation: Evaluation, edits: Edits, hits: Hits) -> int:
    """How many fields that no step reached hold a value that was edited elsewhere."""
    old = {text for text in _old_texts(evaluation, edits) if len(text) >= TELLING}
    if not old:
        return 0
    counter = _Counter(evaluation, edits, hits, old)
    parse(source, counter.parser)
    return counter.count


def _old_texts(evaluation: Evaluation, edits: Edits) -> Iterator[str]:
    """The original texts of all that was changed or taken out."""
    index = evaluation.content.index
    for edit in edits:
        yield evaluation.text((edit.node, edit.part)).strip()
        if edit.part != NODE or not isinstance(edit.change, Fate):
            continue
        if edit.change is Fate.GONE:
            yield from _attribute_texts(evaluation, edit.node)
        for node in range(edit.node + 1, index.after[edit.node]):
            if index.name(node)[0] != "?":
                yield evaluation.text((node, NODE)).strip()
                yield from _attribute_texts(evaluation, node)


def _attribute_texts(evaluation: Evaluation, node: int) -> Iterator[str]:
    index = evaluation.content.index
    for name in index.attribute_sets[index.attributes[node]]:
        if not is_declaration(name):
            yield evaluation.content.attribute_text(node, name) or ""


class _Counter:
    """A second pass over the file, which compares every text."""

    def __init__(self, evaluation: Evaluation, edits: Edits, hits: Hits, old: set[str]) -> None:
        from xml.parsers import expat

        self.count = 0
        self._numbers = evaluation.content.index.attribute_numbers
        self._edits = edits
        self._hits = hits
        self._old = old
        self._node = DOCUMENT
        self._open: list[tuple[int, list[str]]] = [(DOCUMENT, [])]
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.specified_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._node += 1
        self._open.append((self._node, []))
        for key, value in attributes.items():
            if value in self._old and not is_declaration(key):
                self._compare((self._node, FIRST_ATTRIBUTE + self._numbers[key]), value)

    def _end(self, name: str) -> None:
        node, texts = self._open.pop()
        if texts:
            self._compare((node, TEXT), "".join(texts))

    def _text(self, text: str) -> None:
        self._open[-1][1].append(text)

    def _comment(self, text: str) -> None:
        self._node += 1
        self._compare((self._node, NODE), text)

    def _instruction(self, target: str, text: str) -> None:
        self._comment(text)

    def _compare(self, item: Item, text: str) -> None:
        if text.strip() in self._old and not self._hits.reaches(item) and self._edits.change_of(item) is None:
            self.count += 1
