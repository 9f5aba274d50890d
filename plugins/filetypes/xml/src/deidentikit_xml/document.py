"""An XML file that is edited in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from deidentikit.errors import FileError
from deidentikit.filetype import Batch, Document, Field, Place, Step
from deidentikit.splice import Sink, Source, splice

from .content import Content
from .edits import Edits, Fate
from .evaluation import NODE, Evaluation, Item
from .fields import XmlField
from .index import COMMENT, index_of
from .matching import Hits, Matcher
from .patching import merged, removal_patch
from .residue import residue
from .verification import verify

REMOVE_COMMENTS: Final = "remove-comments"
REMOVE_INSTRUCTIONS: Final = "remove-processing-instructions"


class XmlDocument(Document, Batch):
    """An XML file, of which an index is in memory: one batch, its parts as fields."""

    def __init__(self, source: Source, matcher: Matcher, options: Mapping[str, object]) -> None:
        """Raises FileError as `index.index_of` does."""
        self._source = source
        self._meant = source.size
        self._matcher = matcher
        self._options = options
        self._index = index_of(source)
        self._evaluation = Evaluation(Content(source, self._index))
        self._edits = Edits(self._index)
        self._effects: dict[str, int] = {}

    @cached_property
    def _hits(self) -> Hits:
        return self._matcher.find(self._evaluation)

    def batches(self) -> Iterator[Batch]:
        yield self

    def matches(self) -> Iterator[tuple[Field, Step]]:
        for hit in self._hits:
            if not self._edits.is_shadowed((hit.node, hit.part)):
                yield XmlField(hit, self._hits, self._evaluation, self._edits), hit.step

    def absent(self) -> Iterator[tuple[Place, Step]]:
        return iter(())

    def original(self, name: str) -> Sequence[str]:
        texts = (self._evaluation.text(item) for item in self._read(name))
        return [text for text in texts if text.strip()]

    def current(self, name: str) -> Sequence[str]:
        texts = (self._current(item) for item in self._read(name))
        return [text for text in texts if text.strip()]

    def settle(self) -> None:
        names = self._index.names
        for option, is_meant in ((REMOVE_COMMENTS, _is_comment), (REMOVE_INSTRUCTIONS, _is_instruction)):
            tags = {tag for tag, name in enumerate(names) if is_meant(name)}
            if self._options.get(option) and tags:
                self._remove(option, [node for node, tag in enumerate(self._index.tags) if tag in tags])

    def effects(self) -> Mapping[str, int]:
        return self._effects

    def residual(self) -> int:
        return residue(self._source, self._evaluation, self._edits, self._hits)

    def write(self, sink: Sink) -> None:
        self._meant = splice(self._source, sink, merged(self._evaluation.content, self._edits.patches()))

    def check(self, written: Source) -> None:
        if written.size != self._meant:
            raise FileError("verify", "the output is not as long as was meant")
        if self._edits:
            verify(self._evaluation, self._edits, written)

    def _read(self, name: str) -> Iterable[Item]:
        """The items that a name of the profile reaches, in the order of the file."""
        paths = self._matcher.reads[name]
        found = (item for path in paths for item in self._evaluation.select(path))
        return found if len(paths) == 1 else sorted(set(found))

    def _current(self, item: Item) -> str:
        node, part = item
        change = self._edits.change_of(item)
        if change is None:
            return self._evaluation.text((node, part))
        return "" if isinstance(change, Fate) else change

    def _remove(self, option: str, nodes: Iterable[int]) -> None:
        """Take out the nodes that no rule reaches."""
        left = [node for node in nodes if not self._hits.reaches((node, NODE))]
        left = [node for node in left if self._edits.change_of((node, NODE)) is None]
        if left:
            content = self._evaluation.content
            self._edits = self._edits.without((node, removal_patch(content, node)) for node in left)
            self._effects[option] = len(left)


def _is_comment(name: str) -> bool:
    return name == COMMENT


def _is_instruction(name: str) -> bool:
    return name[0] == "?"
