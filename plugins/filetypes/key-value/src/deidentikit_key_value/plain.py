"""Lines of keys and values: INI files, MetaIO and NRRD headers, Siemens and Philips text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from .delimiters import Split
from .tokens import Line, Lines, Role, Span, Token, Value, bad_line, trimmed, value_of
from .xprotocol import BLOCK, read_block

_SECTION: Final = re.compile(r"\s*\[+(?P<name>[^\]]*)\]+\s*(?:[#;].*)?")
_COMMENT: Final = re.compile(r"\s*(?P<run>#+|;+|/{2,})")
_MARKS: Final = frozenset("[#;/+-.0123456789")
"""What lines begin with that may be no entries."""

_ASCCONV: Final = re.compile(r"\s*###\s*ASCCONV\b.*")
_NUMBERS: Final = re.compile(r"[-+.0-9eE\s]+")
_PAR_FORM: Final = re.compile(
    r"#\s*(?:=+ [A-Z ]+ =+|(?:CLINICAL TRYOUT\s+)?Research image export tool\s+V\d+(?:\.\d+)*"
    r"|.*\((?:\d+\*)?(?:integer|float|string)\)|sl\s+ec\s+dyn\s+ph\s+ty\s.*)\s*"
)
"""Comments by which programs read a PAR file."""

_PAR_LEAD: Final = re.compile(r"\.\s*")


@attrs.frozen
class Dialect:
    """How lines are read.

    split : finds the delimiter
    magic : the first line tells the format
    rows : lines of numbers are a table that belongs to the format, and a full stop leads each key (PAR)
    folded : lines that are indented deeper, or follow a backslash, continue a value
    sections : lines in brackets begin a section
    required : keys without which the file cannot be read
    lists : keys after whose value ``LIST`` names of files follow, one to a line, to the end
    closing : keys behind which nothing but data may follow
    passing : lines that are not understood stay as they are
    """

    split: Split
    magic: bool = False
    rows: bool = False
    folded: bool = True
    sections: bool = True
    required: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    closing: frozenset[str] = frozenset()
    passing: bool = False


def tokenize(text: str, dialect: Dialect) -> list[Token]:
    """The tokens of a text, in order. Raises FileError (``bad-line``, ``unparsed-region``)."""
    return sorted(_Reader(text, dialect).tokens(), key=lambda token: (token.start, -token.end))


class _Open:
    """An entry that the next lines may continue."""

    __slots__ = ("end", "gap", "indent", "key", "line", "section", "stop", "under")

    def __init__(self, line: Line, indent: int, key: Span, gap: Span, section: str) -> None:
        self.line = line
        self.indent = indent
        self.key = key
        self.gap = gap
        self.section = section
        self.under: Token | None = None
        self.stop = line.end
        self.end = line.next


class _Reader:
    """Goes through the lines of one text."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.lines = Lines(text)
        self.dialect = dialect
        self.section = ""
        self.open: _Open | None = None
        self.above: list[tuple[int, Token]] = []
        self.listing = ""

    def tokens(self) -> Iterator[Token]:
        """The tokens; parts of a block in braces come before the block."""
        at = 0
        for line in self.lines:
            if line.start < at:
                continue
            content = self.text[line.start : line.end]
            first = content.lstrip()[:1]
            if not first:
                yield from self._close()
                self.above.clear()
            elif self.dialect.magic and line.start == 0:
                yield self._other(line)
            elif self.listing:
                yield self._listed(line)
            elif first == "<" and BLOCK.match(content):
                yield from self._close()
                self.above.clear()
                block = read_block(self.text, line, self.lines)
                yield from block.tokens
                at = block.end
            elif first in _MARKS and (found := self._structure(line, content)) is not None:
                yield from self._close()
                self.above.clear()
                yield found
            else:
                yield from self._line(line, content)
        yield from self._close()

    def _structure(self, line: Line, content: str) -> Token | None:
        """A line that is no entry and no part of one."""
        if _ASCCONV.fullmatch(content):
            self.section = ""
            return self._other(line)
        if self.dialect.sections and (found := _SECTION.fullmatch(content)):
            self.section = found["name"].strip()
            return Token(Role.SECTION, line.number, self.section, (Span(line.start, line.next),))
        if self.dialect.rows and _PAR_FORM.fullmatch(content):
            return self._other(line)
        if found := _COMMENT.match(content):
            return self._comment(line, content, found)
        if self.dialect.rows and _NUMBERS.fullmatch(content):
            return self._other(line)
        return None

    def _comment(self, line: Line, content: str, found: re.Match[str]) -> Token:
        run = found["run"]
        region = trimmed(self.text, line.start + found.end(), line.end)
        named = None
        rest = content[found.end() :]
        if gap := self.dialect.split(rest):
            at = trimmed(self.text, line.start + found.end() + gap.end, line.end)
            named = (f"{run} {rest[: gap.start].strip()}", value_of(self.text, at))
        return Token(
            Role.COMMENT,
            line.number,
            "//" if run[0] == "/" else run[0],
            (Span(line.start, line.next),),
            section=self.section,
            named=named,
            regions=(region,),
            values=(Value((region,)),),
        )

    def _line(self, line: Line, content: str) -> Iterator[Token]:
        """An entry's line, one that continues an entry, or one that is not understood."""
        indent = len(content) - len(content.lstrip())
        gap = self.dialect.split(content)
        current = self.open
        if gap is None:
            if current is not None and self.dialect.folded and (indent > current.indent or self._runs_on(current)):
                current.stop = line.end
                current.end = line.next
                return
            yield from self._close()
            self.above.clear()
            if not self.dialect.passing:
                raise bad_line(line.number, "has no delimiter")
            yield self._other(line)
            return
        runs_on = current is not None and self.dialect.folded and self._runs_on(current)
        yield from self._close()
        lead = _PAR_LEAD.match(content, indent) if self.dialect.rows else None
        key = Span(line.start + (lead.end() if lead else indent), line.start + gap.start)
        if key.start >= key.end:
            key = Span(line.start + indent, key.end)
        span = Span(line.start + gap.start, line.start + gap.end)
        self.open = _Open(line, indent, key, span, self.section)
        self.open.under = self._under(indent, runs_on)
        if self._begins_list(self.open):
            yield from self._close()

    def _begins_list(self, current: _Open) -> bool:
        """Whether names of files follow the entry, one to a line."""
        if not self.dialect.lists:
            return False
        value = self.text[current.gap.end : current.line.end]
        return self.text[current.key.start : current.key.end] in self.dialect.lists and value.split()[:1] == ["LIST"]

    def _runs_on(self, current: _Open) -> bool:
        """Whether a backslash at the end of an entry's line asks for the next one."""
        at = current.stop
        while at > current.gap.end and self.text[at - 1] == "\\":
            at -= 1
        return (current.stop - at) % 2 == 1

    def _under(self, indent: int, runs_on: bool) -> Token | None:
        """The entry right above that a line could continue."""
        if not self.dialect.folded:
            return None
        if runs_on and self.above:
            return self.above[-1][1]
        while self.above and self.above[-1][0] >= indent:
            self.above.pop()
        return self.above[-1][1] if self.above else None

    def _close(self) -> Iterator[Token]:
        """The entry that ends here, if one is open."""
        current, self.open = self.open, None
        if current is None:
            return
        token = self._entry(current)
        if self.dialect.folded:
            self.above.append((current.indent, token))
        yield token

    def _entry(self, current: _Open) -> Token:
        dialect = self.dialect
        key = self.text[current.key.start : current.key.end]
        region = trimmed(self.text, current.gap.end, current.stop)
        aliases: set[str] = set()
        if dialect.rows:
            aliases.add(self.text[current.line.start : current.key.end].strip())
        if "  " in key or "\t" in key:
            aliases.add(" ".join(key.split()))
        listing = self._begins_list(current)
        if listing:
            self.listing = key
        return Token(
            Role.ENTRY,
            current.line.number,
            key,
            (Span(current.line.start, current.end),),
            section=current.section,
            aliases=tuple(sorted(aliases - {key})),
            at=current.key,
            gap=current.gap,
            regions=(region,),
            values=(value_of(self.text, region),),
            under=current.under,
            required=key in dialect.required or listing,
            closing=key in dialect.closing or listing,
        )

    def _listed(self, line: Line) -> Token:
        """A file's name in a list."""
        region = trimmed(self.text, line.start, line.end)
        cuts = (Span(line.start, line.next),)
        return Token(Role.ENTRY, line.number, self.listing, cuts, regions=(region,), values=(Value((region,)),))

    def _other(self, line: Line) -> Token:
        region = trimmed(self.text, line.start, line.end)
        cuts = (Span(line.start, line.next),)
        return Token(Role.OTHER, line.number, "", cuts, section=self.section, regions=(region,))
