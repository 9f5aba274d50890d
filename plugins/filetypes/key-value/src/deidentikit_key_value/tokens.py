"""What the text of a file consists of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from typing import Final, NamedTuple

import attrs
from deidentikit.errors import FileError

LINE_END: Final = re.compile(r"\r\n|\r|\n")
_QUOTES: Final = ('""', '"', "'")


class Role(Enum):
    """What a token is to a rule: a key with its value, a comment, a section's head, or nothing."""

    ENTRY = 0
    COMMENT = 1
    SECTION = 2
    OTHER = 3


class Span(NamedTuple):
    """Characters of the text."""

    start: int
    end: int


NOWHERE: Final = Span(0, 0)


class Line(NamedTuple):
    """A line without its end, and where the next one starts."""

    number: int
    start: int
    end: int
    next: int


@attrs.frozen(eq=False)
class Value:
    """One value.

    pieces : where its text stands; comments may lie between
    glue : what stands for a line end when it is read
    quote : what encloses it
    wrap : what has to enclose a text where there is none yet; None where that is settled
    cuts : what goes, line ends included, when another text takes the place of the first piece
    """

    pieces: tuple[Span, ...]
    glue: str = "\n"
    quote: str = ""
    wrap: str | None = None
    cuts: tuple[Span, ...] = ()

    def text(self, whole: str) -> str:
        """The value as it is read: lines without the blanks around them."""
        lines = (line.strip() for piece in self.pieces for line in LINE_END.split(whole[piece.start : piece.end]))
        return self.glue.join(lines)


@attrs.frozen(eq=False)
class Token:
    """A part of the text that rules can name, or that stays as it is.

    key : as written; for comments what they begin with; for sections their name
    aliases : other names of an entry
    named : of a comment ``# key = value``, the key and the value
    at : where the key stands
    gap : the delimiter with the blanks around it
    cuts : what goes when the token is removed
    regions : where its values stand, with quotes and sizes
    size : where Bruker's length of a text stands
    under : an entry that some readers would have continue here
    required : readers need it, so it may not be removed
    hollow : readers need its key, so that removal leaves the key without a value
    closing : nothing may follow it
    nested : part of a block in braces
    """

    role: Role
    line: int
    key: str
    cuts: tuple[Span, ...]
    section: str = ""
    aliases: tuple[str, ...] = ()
    named: tuple[str, Value] | None = None
    at: Span = NOWHERE
    gap: Span = NOWHERE
    regions: tuple[Span, ...] = ()
    values: tuple[Value, ...] = ()
    size: Span | None = None
    under: Token | None = None
    required: bool = False
    hollow: bool = False
    closing: bool = False
    nested: bool = False

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.cuts[0].start

    @property
    def end(self) -> int:
        """Where it ends, its line end included."""
        return self.cuts[-1].end


@attrs.frozen
class Lines:
    """A text by lines, which end in LF, CR LF or CR."""

    text: str = attrs.field(repr=False)

    def __iter__(self) -> Iterator[Line]:
        return self.behind(0)

    def behind(self, start: int) -> Iterator[Line]:
        """The lines from an offset on; of a line that it lies in, the rest."""
        number = self.number(start)
        for found in LINE_END.finditer(self.text, start):
            yield Line(number, start, found.start(), found.end())
            start = found.end()
            number += 1
        if start < len(self.text):
            yield Line(number, start, len(self.text), len(self.text))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in LINE_END.finditer(self.text))]

    def start(self, at: int) -> int:
        """Where the line begins that an offset lies in."""
        return self._starts[self.number(at) - 1]

    def number(self, at: int) -> int:
        """The line that an offset lies in, counted from 1."""
        return bisect_right(self._starts, at) if at else 1


def bad_line(number: int, why: str) -> FileError:
    """The refusal of a line that is not understood."""
    return FileError("bad-line", f"line {number} {why}; `ignore-bad-lines: yes` passes such lines over")


def trimmed(text: str, start: int, end: int) -> Span:
    """A span without the blanks at its ends; where nothing is left, its start."""
    found = text[start:end]
    left = len(found) - len(found.lstrip())
    right = len(found.rstrip())
    return Span(start + left, start + right) if right else Span(start, start)


def value_of(text: str, span: Span) -> Value:
    """The value in a span, without the quotes around the whole of it."""
    found = text[span.start : span.end]
    for quote in _QUOTES:
        width = len(quote)
        if len(found) >= 2 * width and found.startswith(quote) and found.endswith(quote):
            inner = found[width:-width]
            if quote[0] not in inner:
                return Value((Span(span.start + width, span.end - width),), quote=quote)
    return Value((span,))
