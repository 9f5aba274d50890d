"""Labelled data records: JCAMP-DX 4.24 and 5, and the parameter files of Bruker built on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .tokens import Line, Lines, Role, Span, Token, Value, bad_line, trimmed, value_of

COMMENT: Final = "$$"
RECORD: Final = "##"

_SIGNATURE: Final = re.compile(
    r"^[ \t]*##[ \t]*(?:TITLE|JCAMP[ -]?(?:DX|CS)|END|\$[^=\r\n]+)[ \t]*=", re.IGNORECASE | re.MULTILINE
)
_IGNORED: Final = re.compile(r"[ \-/_]+")
_SIZE: Final = re.compile(r"\(\s*(?:\d+\s*,\s*)*(?P<last>\d+)\s*\)|\(\s*\d+\s*\.\.\s*\d+\s*\)")
_STRINGS: Final = re.compile(r"(?:<[^<>]*>\s*)+")
_STRING: Final = re.compile(r"<([^<>]*)>")


def is_jcamp(text: str) -> bool:
    """Whether a record stands in the text that only JCAMP-DX has."""
    return _SIGNATURE.search(text.replace("\r", "\n")) is not None


def same_label(label: str) -> str:
    """A label as the standard compares labels: without case, blanks, ``-``, ``/`` and ``_``."""
    return _IGNORED.sub("", label.removeprefix(RECORD)).upper()


def tokenize(text: str, passing: bool) -> list[Token]:
    """The records and comments of a text, in order.

    passing : lines that are not understood stay as they are

    Raises FileError (``bad-line``).
    """
    return sorted(_Reader(text, passing).tokens(), key=lambda token: (token.start, -token.end))


class _Record:
    """A record as far as it has been read.

    parts : its lines between comments, each with what goes along when it is cut
    """

    __slots__ = ("equals", "key", "line", "parts", "split")

    def __init__(self, line: Line, key: Span, equals: int, end: int) -> None:
        self.line = line
        self.key = key
        self.equals = equals
        self.parts: list[tuple[Span, Span]] = [(Span(equals, end), Span(line.start, line.next))]
        self.split = end < line.end

    def add(self, line: Line, end: int) -> None:
        """A further line, up to a comment on it."""
        value, cut = self.parts[-1]
        if self.split or cut.end != line.start:
            self.parts.append((Span(line.start, end), Span(line.start, line.next)))
        else:
            self.parts[-1] = (Span(value.start, end), Span(cut.start, line.next))
        self.split = end < line.end


class _Reader:
    def __init__(self, text: str, passing: bool) -> None:
        self.text = text
        self.passing = passing
        self.record: _Record | None = None
        self.blank: list[Line] = []

    def tokens(self) -> Iterator[Token]:
        for line in Lines(self.text):
            content = self.text[line.start : line.end]
            start = content.strip()
            if not start:
                self.blank.append(line)
            elif start.startswith(COMMENT):
                self._fill()
                yield self._comment(line, line.start + content.index(COMMENT), whole=True)
            elif start.startswith(RECORD):
                yield from self._close()
                yield from self._begin(line, content)
            else:
                self._fill()
                yield from self._continue(line, content)
        yield from self._close()

    def _fill(self) -> None:
        """Blank lines within a record belong to it."""
        for line in self.blank:
            if self.record is not None:
                self.record.add(line, line.end)
        self.blank.clear()

    def _begin(self, line: Line, content: str) -> Iterator[Token]:
        label = content.index(RECORD) + len(RECORD)
        equals = content.find("=")
        if equals < 0:
            yield self._bad(line, "is a record without '='")
            return
        note = _note(content, equals + 1)
        key = trimmed(self.text, line.start + label, line.start + equals)
        self.record = _Record(line, key, line.start + equals + 1, line.start + note)
        if note < len(content):
            yield self._comment(line, line.start + note)

    def _continue(self, line: Line, content: str) -> Iterator[Token]:
        if self.record is None:
            yield self._bad(line, "stands in front of the first record")
            return
        note = _note(content, 0)
        self.record.add(line, line.start + note)
        if note < len(content):
            yield self._comment(line, line.start + note)

    def _bad(self, line: Line, why: str) -> Token:
        if not self.passing:
            raise bad_line(line.number, why)
        region = trimmed(self.text, line.start, line.end)
        return Token(Role.OTHER, line.number, "", (Span(line.start, line.next),), regions=(region,))

    def _comment(self, line: Line, at: int, whole: bool = False) -> Token:
        region = trimmed(self.text, at + len(COMMENT), line.end)
        before = len(self.text[line.start : at].rstrip())
        cut = Span(line.start, line.next) if whole else Span(line.start + before, line.end)
        return Token(Role.COMMENT, line.number, COMMENT, (cut,), regions=(region,), values=(Value((region,)),))

    def _close(self) -> Iterator[Token]:
        """The record that ends here; blank lines behind it belong to none."""
        record, self.record = self.record, None
        self.blank.clear()
        if record is not None:
            yield self._token(record)

    def _token(self, record: _Record) -> Token:
        key = self.text[record.key.start : record.key.end]
        regions = tuple(trimmed(self.text, *span) for span, _ in record.parts)
        cuts = tuple(cut for _, cut in record.parts)
        if not key:  # the standard's other way to write a comment
            value = _one(regions, cuts)
            return Token(Role.COMMENT, record.line.number, COMMENT, cuts, regions=regions, values=(value,))
        values, size = self._values(key, regions, cuts)
        label = same_label(key)
        return Token(
            Role.ENTRY,
            record.line.number,
            key,
            cuts,
            aliases=(RECORD + key, *((key[1:],) if key.startswith("$") else ())),
            at=record.key,
            gap=Span(record.key.end, max(record.equals, min(regions[0].start, record.line.end))),
            regions=regions,
            values=values,
            size=size,
            required=label == "END",
            hollow=label == "TITLE",
        )

    def _values(
        self, key: str, regions: tuple[Span, ...], cuts: tuple[Span, ...]
    ) -> tuple[tuple[Value, ...], Span | None]:
        """The values of a record, without Bruker's size in front and the brackets around texts."""
        text = self.text
        size: re.Match[str] | None = None
        if found := _SIZE.match(text, regions[0].start, regions[0].end):
            behind = trimmed(text, found.end(), regions[0].end)
            new_line = any(char in text[found.end() : behind.start] for char in "\r\n")
            if behind.start == behind.end and len(regions) > 1:
                regions, cuts = regions[1:], cuts[1:]
                size = found
            elif behind.start < behind.end and (new_line or text[behind.start] == "<"):
                regions = (behind, *regions[1:])
                size = found
        first = regions[0]
        if len(regions) == 1 and (size or key.startswith("$")) and _STRINGS.fullmatch(text, *first):
            strings = tuple(
                Value((Span(*found.span(1)),), glue="", quote="<>") for found in _STRING.finditer(text, *first)
            )
            return strings, Span(*size.span("last")) if size and size["last"] else None
        if len(regions) == 1:
            value = value_of(text, first)
            return (value if value.quote else Value((first,)),), None
        return (_one(regions, cuts),), None


def _one(regions: tuple[Span, ...], cuts: tuple[Span, ...]) -> Value:
    return Value(regions, cuts=cuts[1:])


def _note(content: str, start: int) -> int:
    """Where a comment begins on a line, or the line's end. Within angle brackets none begins."""
    at = content.find(COMMENT, start)
    while at >= 0:
        before, behind = content[start:at], content[at:]
        if before.count("<") <= before.count(">") or ">" not in behind:
            return at
        at = content.find(COMMENT, at + 1)
    return len(content)
