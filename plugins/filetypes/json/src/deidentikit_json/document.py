"""A JSON file that is edited in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from deidentikit.errors import FileError
from deidentikit.filetype import TELLING, Batch, Document, Field, Step
from deidentikit.filetype import Place as NewPlace
from deidentikit.splice import Sink, Source, splice

from .edits import GONE, Edits, Gone
from .fields import JsonField, NewField
from .layout import patches
from .selectors import Hit, Matcher, PathSelector, resolve
from .syntax import Json, Parsed, Path, parse, shallow, value_at
from .values import leaf_text


class JsonDocument(Document, Batch):
    """A JSON file in memory: one batch, its values as fields."""

    def __init__(self, source: Source, matcher: Matcher) -> None:
        """Raises FileError as `syntax.parse` does."""
        self._source = source
        self._meant = source.size
        self._matcher = matcher
        self._parsed: Parsed = parse(source.pread(source.size, 0))
        self._edits = Edits(self._parsed.value)

    @cached_property
    def _hits(self) -> list[Hit]:
        return self._matcher.find(self._parsed.value)

    def batches(self) -> Iterator[Batch]:
        yield self

    def matches(self) -> Iterator[tuple[Field, Step]]:
        for hit in self._hits:
            if not self._edits.closed(hit.path):
                yield JsonField(hit, self._edits), hit.step

    def absent(self) -> Iterator[tuple[NewPlace, Step]]:
        for step in self._matcher.steps:
            selector = step.selector
            if step.creates and isinstance(selector, PathSelector):
                place = self._edits.place(selector.parts)
                if place is not None:
                    yield NewField(selector.text, place, self._edits), step

    def original(self, name: str) -> Sequence[str]:
        found = resolve(self._parsed.value, self._matcher.reads[name])
        return [text for _, value in found for text in _texts(value)]

    def current(self, name: str) -> Sequence[str]:
        parts = self._matcher.reads[name]
        out: list[str] = []
        for path, value in resolve(self._parsed.value, parts):
            now = self._edits.current(path, value)
            if now is value and isinstance(value, list):
                for index, element in enumerate(value):
                    out += _texts(self._edits.current((*path, index), element))
            else:
                out += _texts(now)
        for made in self._edits.added_value(parts):
            out += _texts(made)
        return out

    def write(self, sink: Sink) -> None:
        with shallow():
            changes = patches(self._parsed, self._edits) if self._edits else []
        self._meant = splice(self._source, sink, changes)

    def check(self, written: Source) -> None:
        if written.size != self._meant:
            raise FileError("verify", "the output is not as long as was meant")
        if not self._edits:
            return
        try:
            found = parse(written.pread(written.size, 0)).value
        except FileError as error:
            raise FileError("verify", f"the output does not read as JSON: {error.reason}") from None
        with shallow():
            as_meant = found == self._edits.result()
        if not as_meant:
            raise FileError("verify", "the output does not hold what was meant")

    def residual(self) -> int:
        reached = {hit.path for hit in self._hits}
        old: set[str] = set()
        for path, _ in self._edits.changed():
            for _, text in _leaves(value_at(self._parsed.value, path), path):
                old.add(text)
        if not old:
            return 0
        changed = dict(self._edits.changed())
        return sum(
            text in old and path not in reached and path not in changed and not self._edits.closed(path)
            for path, text in _leaves(self._parsed.value, ())
        )


def _texts(value: Json | Gone) -> list[str]:
    """A leaf's text, a list's leaves' texts; nothing for what is empty or holds more."""
    if value is GONE or isinstance(value, dict):
        return []
    if isinstance(value, list):
        return [text for leaf in value if not isinstance(leaf, list | dict) for text in _texts(leaf)]
    text = leaf_text(value)
    return [] if text is None else [text]


def _leaves(value: Json, path: Path) -> Iterator[tuple[Path, str]]:
    """Strings and numbers long enough to tell, each with its path."""
    stack: list[tuple[Json, Path]] = [(value, path)]
    while stack:
        item, at = stack.pop()
        if isinstance(item, dict):
            stack.extend((child, (*at, key)) for key, child in item.items())
        elif isinstance(item, list):
            stack.extend((child, (*at, index)) for index, child in enumerate(item))
        elif isinstance(item, str) and len(item) >= TELLING:
            yield at, str(item)
