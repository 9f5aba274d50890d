"""Blocks in braces of Siemens protocols: ``<ParamString."tPatientName"> { "..." }``."""

from __future__ import annotations

import re
from typing import Final

import attrs
from deidentikit.errors import FileError

from .tokens import Line, Lines, Role, Span, Token, Value

BLOCK: Final = re.compile(r"\s*<(?:XProtocol>|[A-Za-z]\w*\.\")")
"""How a line begins that begins a block."""

_PART: Final = re.compile(
    r"""\s*(?:
        <(?P<tag>[A-Za-z]\w*)(?:\."(?P<name>[^"<>]*)")?>
      | (?P<string>"(?:[^"]++|"")*+")
      | (?P<open>\{) | (?P<close>\})
      | (?P<word>[^\s{}<>"]++)
    )""",
    re.VERBOSE,
)
_MAX_DEPTH: Final = 200


@attrs.frozen
class Block:
    """The tokens of a block, the inner before the outer, and the offset behind its last line."""

    tokens: list[Token]
    end: int


class _Frame:
    """A tag, from where it stands on, with what its braces hold so far."""

    __slots__ = ("at", "full", "key", "opened", "path", "quoted", "values")

    def __init__(self, key: str, at: Span, path: str, quoted: bool) -> None:
        self.key = key
        self.at = at
        self.path = path
        self.quoted = quoted
        self.opened = -1
        self.full = False
        self.values: list[Value] = []


def read_block(text: str, line: Line, lines: Lines) -> Block:
    """A block that begins on a line. Raises FileError (``unparsed-region``) if it does not end."""
    return _Reader(text, line, lines).read()


class _Reader:
    def __init__(self, text: str, line: Line, lines: Lines) -> None:
        self.text = text
        self.line = line
        self.lines = lines
        self.tokens: list[Token] = []
        self.stack: list[_Frame] = []
        self.pending: _Frame | None = None

    def read(self) -> Block:
        at = self.line.start
        while True:
            part = _PART.match(self.text, at)
            if part is None or len(self.stack) > _MAX_DEPTH:
                raise self._unparsed(at)
            at = part.end()
            if part["tag"] is not None:
                self._tag(part)
            elif part["open"]:
                self._open(part)
            elif part["close"]:
                self._close(part)
            else:
                self._scalar(part)
            if not self.stack and self.pending is None:
                break
        rest = next(self.lines.behind(at), None)
        if rest is not None and self.text[at : rest.end].strip():
            raise self._unparsed(at)
        return Block(self.tokens, at if rest is None else rest.next)

    def _unparsed(self, at: int) -> FileError:
        number = self.lines.number(min(at, len(self.text)))
        return FileError(
            "unparsed-region", f"the block in braces that begins on line {self.line.number} is broken by line {number}"
        )

    def _tag(self, part: re.Match[str]) -> None:
        """A tag; one in front of another has that as its value and does not matter."""
        named = part["name"] is not None
        key = part["name"] if named else part["tag"]
        start = part.end() - len(part[0].lstrip())
        self.pending = _Frame(key, Span(start, part.end()), self._path(), part["tag"] == "ParamString")

    def _path(self) -> str:
        return ".".join(frame.key for frame in self.stack if frame.key and frame.key != "XProtocol")

    def _open(self, part: re.Match[str]) -> None:
        frame = self.pending or _Frame("", Span(part.start("open"), part.end()), self._path(), False)
        frame.opened = part.end()
        self.pending = None
        self.stack.append(frame)

    def _close(self, part: re.Match[str]) -> None:
        if not self.stack:
            raise self._unparsed(part.start("close"))
        self.pending = None
        frame = self.stack.pop()
        if frame.key and (frame.key != "XProtocol" or frame.values):
            self._emit(frame, part.end())
        elif self.stack:
            self.stack[-1].values += frame.values
            self.stack[-1].full |= frame.full
        elif frame.values:
            raise self._unparsed(part.start("close"))

    def _scalar(self, part: re.Match[str]) -> None:
        value = Value((Span(*part.span("word")),))
        if part["string"] is not None:
            start, end = part.span("string")
            value = Value((Span(start + 1, end - 1),), quote='"')
        frame, self.pending = self.pending, None
        if frame is not None and frame.key:
            frame.values.append(value)
            self._emit(frame, part.end())
        elif self.stack:
            self.stack[-1].values.append(value)
        else:
            raise self._unparsed(part.start())

    def _emit(self, frame: _Frame, end: int) -> None:
        """The entry of a tag. Into one that holds nothing a value can be written behind the brace."""
        values = tuple(frame.values)
        if not values and not frame.full:
            values = (Value((Span(frame.opened, frame.opened),), wrap='"' if frame.quoted else ""),)
        start = frame.at.start
        self.tokens.append(
            Token(
                Role.ENTRY,
                self.lines.number(start),
                frame.key,
                (self._cut(start, end),),
                section=frame.path,
                at=frame.at,
                regions=tuple(_around(value) for value in values),
                values=values,
                nested=True,
            )
        )
        if self.stack:
            self.stack[-1].full = True

    def _cut(self, start: int, end: int) -> Span:
        """The whole lines, if nothing else stands on them."""
        text = self.text
        first = self.lines.start(start)
        rest = next(self.lines.behind(end), None)
        last = end if rest is None else rest.end
        if text[first:start].strip() or text[end:last].strip():
            return Span(start, end)
        return Span(first, last if rest is None else rest.next)


def _around(value: Value) -> Span:
    width = len(value.quote)
    return Span(value.pieces[0].start - width, value.pieces[-1].end + width)
