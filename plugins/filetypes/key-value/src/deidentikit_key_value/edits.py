"""What is to change in a text: values written, tokens taken out, lines added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from .tokens import Role, Span, Token, Value


@attrs.frozen
class Addition:
    """Lines that are made.

    at : offset in the text
    name : as the profile has it
    value : the new value
    text : the lines
    head : the section that is made for it, or None
    tokens : role, section, key and value of what will be read again
    """

    at: int
    name: str
    value: str = attrs.field(repr=False)
    text: str = attrs.field(repr=False)
    head: str | None
    tokens: tuple[Signature, ...] = attrs.field(repr=False)


Signature = tuple[Role, str, str, str]
"""Role, section, key and all of its value, blanks made alike."""

Change = tuple[int, int, str]
"""Replace ``text[start:end]``."""


class Edits:
    """The changes of one text. The tokens never change."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._gone: set[Token] = set()
        self._new: dict[Value, str] = {}
        self._owners: dict[Value, Token] = {}
        self._sizes: dict[Token, str] = {}
        self.added: list[Addition] = []

    def __bool__(self) -> bool:
        return bool(self._gone or self._new or self.added)

    def remove(self, token: Token) -> None:
        """Take a token out with its lines."""
        self._gone.add(token)

    def write(self, token: Token, value: Value, text: str) -> None:
        """Write a value; the same text leaves it as it is."""
        if text == value.text(self._text):
            self._new.pop(value, None)
            return
        self._new[value] = text
        self._owners[value] = token

    def resize(self, token: Token, size: int) -> None:
        """Write Bruker's length of a text."""
        self._sizes[token] = str(size)

    def add(self, addition: Addition) -> None:
        """Make lines."""
        self.added.append(addition)

    def has_section(self, head: str | None) -> bool:
        """Whether a section is made already."""
        return head is not None and any(addition.head == head for addition in self.added)

    def _in_order(self) -> list[Addition]:
        """What is added from the front of the text on; at one place, sections of their own come last."""
        heads = list(dict.fromkeys(addition.head for addition in self.added if addition.head is not None))
        return sorted(self.added, key=lambda made: (made.at, -1 if made.head is None else heads.index(made.head)))

    def is_removed(self, token: Token) -> bool:
        """Whether a token is taken out by itself."""
        return token in self._gone

    def is_gone(self, token: Token) -> bool:
        """Whether a token is taken out by itself or with what is around it."""
        return token in self._gone or any(
            cut.start <= token.start and token.end <= cut.end for gone in self._gone for cut in gone.cuts
        )

    def staying(self) -> Iterator[Token]:
        """The tokens that are not taken out, neither by themselves nor with what is around them."""
        spans = self._gone_spans()
        for token in self._tokens:
            while spans and spans[-1].end <= token.start:
                spans.pop()
            within = bool(spans) and spans[-1].start <= token.start and token.end <= spans[-1].end
            if token not in self._gone and not within:
                yield token

    def current(self, token: Token, value: Value) -> str | None:
        """A value as it will be written; None if it goes."""
        if self.is_gone(token):
            return None
        return self._new.get(value, value.text(self._text))

    def changed(self) -> Iterator[tuple[Token, Value]]:
        """The values that are written anew or taken out."""
        for value, token in self._owners.items():
            if value in self._new:
                yield token, value
        for token in self._gone:
            for value in token.values:
                yield token, value

    def changes(self) -> list[Change]:
        """The changes of the text, sorted and apart; what lies within a part that goes is left out."""
        made: list[tuple[int, int, int, str]] = []
        for token in self._gone:
            made += [(cut.start, 2, cut.end, "") for cut in token.cuts]
        for value, text in self._new.items():
            made += [(start, 0, end, new) for start, end, new in _written(value, text)]
        for token, size in self._sizes.items():
            if token.size is not None:
                made.append((token.size.start, 0, token.size.end, size))
        made += [(addition.at, 1, addition.at, addition.text) for addition in self._in_order()]
        made.sort(key=lambda change: (change[0], change[1], -change[2]))
        out: list[Change] = []
        end = 0
        for start, _, stop, new in made:
            if start < end:
                continue
            out.append((start, stop, new))
            end = stop
        return out

    def signatures(self) -> Iterator[Signature]:
        """What will be read again, in order."""
        own: dict[Token, list[Change]] = {}
        for value, text in self._new.items():
            own.setdefault(self._owners[value], []).extend(_written(value, text))
        for token, size in self._sizes.items():
            if token.size is not None:
                own.setdefault(token, []).append((*token.size, size))
        waiting = self._in_order()
        for token in self.staying():
            while waiting and waiting[0].at <= token.start:
                yield from waiting.pop(0).tokens
            yield signature(self._text, token, own.get(token, ()))
        for addition in waiting:
            yield from addition.tokens

    def _gone_spans(self) -> list[Span]:
        """What goes, last first, without parts of parts."""
        spans = sorted((cut for token in self._gone for cut in token.cuts), key=lambda cut: (cut.start, -cut.end))
        out: list[Span] = []
        for span in spans:
            if not out or span.start >= out[-1].end:
                out.append(span)
        return out[::-1]


def _written(value: Value, text: str) -> Iterator[Change]:
    """A value's changes: its text in the place of the first piece, the other pieces gone."""
    if value.wrap is not None:
        text = f" {value.wrap}{text}{value.wrap} " if text else ""
    start, end = value.pieces[0]
    yield start, end, text
    for cut in value.cuts:
        yield cut.start, cut.end, ""


def signature(text: str, token: Token, changes: Sequence[Change] = ()) -> Signature:
    """What tells whether a token was read again as it was meant."""
    if not changes and len(token.regions) == 1:
        return token.role, token.section, token.key, " ".join(text[slice(*token.regions[0])].split())
    parts = []
    for region in token.regions:
        at = region.start
        for start, end, new in sorted(changes):
            if end < region.start or start > region.end:
                continue
            parts.append(text[at : max(at, start)] + new)
            at = min(max(at, end), region.end)
        parts.append(text[at : region.end] + " ")
    return token.role, token.section, token.key, " ".join("".join(parts).split())
