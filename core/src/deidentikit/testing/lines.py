"""A small file type for tests: a text of ``name=value`` lines, several values parted by ``|``.

Actions are tested with it where no other file type is installed. It takes part in every rule of
the contract: precedence, insertion, `Opaque` bytes, a section option, reads, verification.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

import attrs

from ..errors import FieldError, FileError, suggest
from ..filetype import (
    TELLING,
    UNLIMITED,
    Batch,
    Document,
    Field,
    FileType,
    Limits,
    Listed,
    Named,
    Place,
    Preset,
    Rank,
    Selector,
    Step,
)
from ..fragment import Fragment, Key
from ..kinds import Form, Formats, Kind, Opaque, Value, text_codec
from ..schema import YesNo
from ..splice import Patch, Sink, Source, splice

MAGIC: Final = b"#lines\n"
_NAME: Final = r"[A-Za-z][A-Za-z0-9_-]*"
_LINE: Final = re.compile(rb"(?P<name>" + _NAME.encode() + rb")=(?P<value>[^\n]*)\n|\n")
_FORMATS: Final = Formats("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
_GONE: Final = object()


@attrs.frozen
class LineSelector(Selector):
    """Names lines: ``name`` all of them, ``name@2`` the one on line 2, ``na*`` and a regex by pattern."""

    pattern: re.Pattern[str] = attrs.field(default=re.compile(""), eq=False)
    number: int | None = None

    def reaches(self, line: _Line) -> bool:
        """Whether it names a line."""
        if self.number is not None and self.number != line.number:
            return False
        match = self.pattern.match if self.rank is Rank.REGEX else self.pattern.fullmatch
        return match(line.name) is not None


@attrs.frozen(eq=False)
class _Line:
    number: int
    name: str
    start: int
    value_at: int
    end: int
    value: bytes


@attrs.frozen
class _Matcher:
    steps: Sequence[Step]
    reads: Mapping[str, LineSelector]


class LinesFile(FileType):
    """``name=value`` lines after a first line ``#lines``, in UTF-8."""

    name: ClassVar[str] = "lines"
    summary: ClassVar[str] = "Lines of name=value, for tests."
    sections: ClassVar[Mapping[str, Preset]] = {"lines": Preset(suffixes=(".lines",))}
    formats: ClassVar[Formats] = _FORMATS
    capabilities: ClassVar[frozenset[str]] = frozenset({"insertion"})

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return head.startswith(MAGIC)

    @classmethod
    def section_schema(cls) -> Fragment:
        return {"remove-others": Key(YesNo(), "Remove the lines that no rule names.", "no")}

    def compile(self, named: Named) -> Selector:
        if named.regex is not None:
            return LineSelector(named.regex, Rank.REGEX, named.regex, pattern=re.compile(named.regex))
        text = named.name or ""
        name, at, number = text.partition("@")
        if at:
            if not re.fullmatch(r"[0-9]{1,9}", number, re.ASCII) or not re.fullmatch(_NAME, name, re.ASCII):
                raise ValueError("a line is named name@number")
            return LineSelector(text, Rank.EXACT, text, pattern=re.compile(re.escape(name)), number=int(number))
        if not re.fullmatch(r"[A-Za-z0-9_*-]+", text, re.ASCII):
            raise ValueError(f"{text!r} is no name of a line.{suggest(text, ('name', 'na*', 'name@2'))}")
        if "*" in text:
            return LineSelector(text, Rank.WILDCARD, text, pattern=re.compile(fnmatch.translate(text)))
        return LineSelector(text, Rank.NAME, text, True, pattern=re.compile(re.escape(text)))

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> object:
        selectors = {name: self.compile(Named(name=name)) for name in reads}
        return _Matcher(steps, {name: found for name, found in selectors.items() if isinstance(found, LineSelector)})

    def open(self, source: Source, matcher: object) -> Document:
        if not isinstance(matcher, _Matcher):
            raise TypeError("the matcher is not of this file type")
        return LinesDocument(source, matcher, bool(self.options.get("remove-others")))

    def fields(self, source: Source) -> Iterator[Listed]:
        for line in _tokenize(source):
            yield Listed(line.name, "text", f"line {line.number}", partial(_texts, line.value))


class LinesDocument(Document, Batch):
    """A lines file in memory, with the edits made so far."""

    def __init__(self, source: Source, matcher: _Matcher, remove_others: bool) -> None:
        self._source = source
        self._matcher = matcher
        self._remove_others = remove_others
        self._lines = list(_tokenize(source))
        self._steps: dict[_Line, Step] = {}
        for line in self._lines:
            for step in matcher.steps:
                if isinstance(step.selector, LineSelector) and step.selector.reaches(line):
                    self._steps[line] = step
                    break
        self._edits: dict[_Line, object] = {}
        self._made: list[tuple[str, bytes]] = []
        self._effects = 0

    def batches(self) -> Iterator[Batch]:
        yield self

    def matches(self) -> Iterator[tuple[Field, Step]]:
        for line, step in self._steps.items():
            yield LineField(line, self._edits), step

    def absent(self) -> Iterator[tuple[Place, Step]]:
        for step in self._matcher.steps:
            selector = step.selector
            if step.creates and isinstance(selector, LineSelector) and not any(map(selector.reaches, self._lines)):
                yield _NewLine(selector.text, self._made), step

    def original(self, name: str) -> Sequence[str]:
        return [text for line in self._reached(name) for text in _texts(line.value)]

    def current(self, name: str) -> Sequence[str]:
        out: list[str] = []
        for line in self._reached(name):
            value = self._edits.get(line, line.value)
            out += _texts(value) if isinstance(value, bytes) else ()
        return [*out, *(text for made, value in self._made if made == name for text in _texts(value))]

    def _reached(self, name: str) -> list[_Line]:
        return [line for line in self._lines if self._matcher.reads[name].reaches(line)]

    def settle(self) -> None:
        for line in self._lines if self._remove_others else ():
            if line not in self._steps:
                self._edits[line] = _GONE
                self._effects += 1

    def effects(self) -> Mapping[str, int]:
        return {"remove-others": self._effects} if self._effects else {}

    def residual(self) -> int:
        old = {line.value for line in self._edits if len(line.value) >= TELLING}
        return sum(line.value in old for line in self._lines if line not in self._steps)

    def write(self, sink: Sink) -> None:
        patches: list[Patch] = []
        for line in sorted(self._edits, key=lambda line: line.start):
            value = self._edits[line]
            if isinstance(value, bytes):
                patches.append(Patch(line.value_at, line.end - 1, value))
            else:
                patches.append(Patch(line.start, line.end, b""))
        end = self._source.size
        patches += [Patch(end, end, name.encode() + b"=" + value + b"\n") for name, value in self._made]
        splice(self._source, sink, patches)

    def check(self, written: Source) -> None:
        meant = [
            (line.name, value) for line in self._lines if isinstance(value := self._edits.get(line, line.value), bytes)
        ]
        try:
            found = [(line.name, line.value) for line in _tokenize(written)]
        except FileError:
            raise FileError("verify", "the output is no file of lines") from None
        if found != [*meant, *self._made]:
            raise FileError("verify", "the output does not hold what was meant")


class LineField:
    """The value of one line."""

    __slots__ = ("_edits", "_line")

    def __init__(self, line: _Line, edits: dict[_Line, object]) -> None:
        self._line = line
        self._edits = edits

    @property
    def path(self) -> str:
        return f"{self._line.name}@{self._line.number}"

    @property
    def required(self) -> bool:
        return False

    @property
    def limits(self) -> Limits:
        return UNLIMITED

    def read(self, form: Form) -> Sequence[Value | None]:
        if not self._line.value:
            return ()
        if form.kind is Kind.BYTES:
            return (self._line.value,)
        return [_decode(raw, form) if raw else None for raw in self._line.value.split(b"|")]

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        parts = self._line.value.split(b"|") if self._line.value else []
        if form.kind in (Kind.NATIVE, Kind.BYTES) or len(parts) != len(values):
            parts = [b""] * len(values)
        self._edits[self._line] = b"|".join(_encode(value, form, raw) for value, raw in zip(values, parts, strict=True))

    def remove(self) -> None:
        self._edits[self._line] = _GONE


class _NewLine:
    __slots__ = ("_made", "path")

    def __init__(self, name: str, made: list[tuple[str, bytes]]) -> None:
        self.path = name
        self._made = made

    @property
    def limits(self) -> Limits:
        return UNLIMITED

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        self._made.append((self.path, b"|".join(_encode(value, form, b"") for value in values)))


def _tokenize(source: Source) -> Iterator[_Line]:
    """The lines, which tile the file. Raises FileError (``unparsed-region``)."""
    data = source.pread(source.size, 0)
    if not data.startswith(MAGIC):
        raise FileError("unparsed-region", "the first line is not '#lines'")
    at, number = len(MAGIC), 1
    while at < len(data):
        number += 1
        match = _LINE.match(data, at)
        if match is None:
            raise FileError("unparsed-region", f"line {number} is neither empty nor name=value")
        if match["name"] is not None:
            yield _Line(number, match["name"].decode(), at, match.start("value"), match.end(), match["value"])
        at = match.end()


def _texts(value: bytes) -> list[str]:
    return [part.decode("utf-8", "replace") for part in value.split(b"|") if part]


def _decode(raw: bytes, form: Form) -> Value:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Opaque(raw)
    return text_codec(form, _FORMATS).decode(text)


def _encode(value: Value | None, form: Form, raw: bytes) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        out = value
    elif form.kind is Kind.NATIVE:
        out = str(value).encode("utf-8", "surrogatepass")
    else:
        out = text_codec(form, _FORMATS).encode(value, raw.decode("utf-8", "replace")).encode("utf-8", "surrogatepass")
    if b"\n" in out or (b"|" in out and form.kind is not Kind.BYTES):
        raise FieldError("wrong-kind", "a value of a line holds neither line ends nor '|'")
    return out
