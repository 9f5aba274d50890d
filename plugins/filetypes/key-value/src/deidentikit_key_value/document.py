"""A text of keys and values that is edited in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import zip_longest

from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import TELLING, Batch, Document, Field, Step
from deidentikit.filetype import Place as NewPlace
from deidentikit.splice import Sink, Source, splice

from .edits import Edits, signature
from .fields import KeyField, NewKey
from .header import Header
from .insertion import find_place
from .jcamp import same_label
from .layouts import Layout
from .selectors import Hit, KeySelector, Matcher, reached
from .tokens import Role, Token

Read = Callable[[Source], tuple[Header, Layout]]
"""Reads a file's header and tokens, as the section sets it up."""


class KeyValueDocument(Document, Batch):
    """The text of a file in memory: one batch. Data behind it is only copied."""

    def __init__(self, source: Source, matcher: Matcher, read: Read, remove_comments: bool) -> None:
        """Raises FileError as `header.read_header` and `layouts.read_layout` do."""
        self._source = source
        self._meant = source.size
        self._matcher = matcher
        self._read = read
        self._remove_comments = remove_comments
        self._header, self._layout = read(source)
        self._labels = self._layout.dialect is None
        self._edits = Edits(self._layout.text, self._layout.tokens)
        self._comments_gone = 0

    @cached_property
    def _hits(self) -> list[Hit]:
        return self._matcher.find(self._layout.tokens, self._labels)

    @cached_property
    def _reached(self) -> set[Token]:
        return {hit.token for hit in self._hits}

    @cached_property
    def _followers(self) -> Mapping[Token, list[Token]]:
        found: dict[Token, list[Token]] = {}
        for token in self._layout.tokens:
            if token.under is not None:
                found.setdefault(token.under, []).append(token)
        return found

    def batches(self) -> Iterator[Batch]:
        yield self

    def matches(self) -> Iterator[tuple[Field, Step]]:
        codec = self._header.decoded.codec
        gone = 0
        for hit in self._hits:
            token = hit.token
            if token.nested and token.end <= gone:
                continue
            yield KeyField(hit, self._layout, self._edits, codec, self._guard), hit.step
            if token.nested and self._edits.is_removed(token):
                gone = max(gone, token.end)

    def _guard(self, token: Token) -> None:
        """Lines that some readers take for the rest of a value have to be named too."""
        waiting = [token]
        while waiting:
            for follower in self._followers.get(waiting.pop(), ()):
                if follower not in self._reached:
                    raise FieldError(
                        "ambiguous-line",
                        f"line {follower.line} may belong to the value on line {token.line}: it is indented deeper or"
                        " follows a backslash, and has a delimiter of its own; name its key too",
                    )
                waiting.append(follower)

    def absent(self) -> Iterator[tuple[NewPlace, Step]]:
        made: set[str] = set()
        for step in self._matcher.steps:
            selector = step.selector
            if not step.creates or not isinstance(selector, KeySelector):
                continue
            name = same_label(selector.name) if self._labels else selector.name
            if name in made or any(True for _ in reached(self._layout.tokens, selector, self._labels)):
                continue
            place = find_place(self._layout, selector.name)
            if place is not None:
                made.add(name)
                yield NewKey(place, self._layout, self._edits, self._header.decoded.codec), step

    def original(self, name: str) -> Sequence[str]:
        found = reached(self._layout.tokens, self._matcher.reads[name], self._labels)
        texts = (value.text(self._layout.text) for _, values in found for value in values)
        return [text for text in texts if text]

    def current(self, name: str) -> Sequence[str]:
        selector = self._matcher.reads[name]
        found = reached(self._layout.tokens, selector, self._labels)
        texts = [self._edits.current(token, value) for token, values in found for value in values]
        made = [addition.value for addition in self._edits.added if selector.reaches((addition.name,), self._labels)]
        return [text for text in (*texts, *made) if text]

    def settle(self) -> None:
        if not self._remove_comments:
            return
        for token in self._edits.staying():
            if token.role is Role.COMMENT and token not in self._reached:
                self._edits.remove(token)
                self._comments_gone += 1

    def effects(self) -> Mapping[str, int]:
        return {"remove-comments": self._comments_gone} if self._comments_gone else {}

    def write(self, sink: Sink) -> None:
        self._meant = splice(self._source, sink, self._header.decoded.patches(self._edits.changes()))

    def check(self, written: Source) -> None:
        if written.size != self._meant:
            raise FileError("verify", "the output is not as long as was meant")
        if not self._edits:
            return
        try:
            header, layout = self._read(written)
        except FileError as error:
            raise FileError("verify", f"the output cannot be read: {error.reason}") from None
        found = (signature(layout.text, token) for token in layout.tokens)
        if any(one != other for one, other in zip_longest(found, self._edits.signatures())):
            raise FileError("verify", "the output does not hold what was meant")
        if written.size - header.end != self._source.size - self._header.end:
            raise FileError("verify", "the output's data is not as long as the input's")

    def residual(self) -> int:
        text = self._layout.text
        old = {value.text(text) for _, value in self._edits.changed()}
        old = {found for found in old if len(found) >= TELLING}
        if not old:
            return 0
        return sum(
            any(value.text(text) in old for value in (*token.values, *(token.named[1:] if token.named else ())))
            for token in self._edits.staying()
            if token not in self._reached
        )
