"""Tables (CSV, TSV and others) for deidentikit, streamed and exact to the cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from deidentikit.filetype import UNLIMITED, Document, FileType, Limits, Listed, Named, Preset, Selector, Step
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Formats
from deidentikit.splice import Source

from .cells import FORMATS
from .dialect import MARK, Dialect
from .document import REMOVE_COMMENTS, TableDocument
from .listing import listed
from .selectors import Matcher, compile_selector

if TYPE_CHECKING:
    from deidentikit.schema import Fragment


class TableFile(FileType):
    """A table of text (RFC 4180 and its kin), its columns named by header or number."""

    name: ClassVar[str] = "table"
    summary: ClassVar[str] = "CSV, TSV and other tables; columns are named by header, regex or number."
    sections: ClassVar[Mapping[str, Preset]] = {
        "csv": Preset(suffixes=(".csv",), defaults={"delimiter": ","}),
        "tsv": Preset(suffixes=(".tsv", ".tab"), defaults={"delimiter": "tab"}),
        "table": Preset(),
    }
    formats: ClassVar[Formats] = FORMATS
    capabilities: ClassVar[frozenset[str]] = frozenset({"streaming"})

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        super().__init__(options, section)
        self.dialect = Dialect.of(options, section)
        self._comments = options.get(REMOVE_COMMENTS) is not True

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return False  # nothing in the bytes of a table tells that it is one

    @classmethod
    def section_schema(cls) -> Fragment:
        from deidentikit.schema import Key, OneOf, Text, Texts, Whole, YesNo

        return {
            "reader": Key(OneOf("csv", "tsv"), "Only in `table`: cells are parted by commas or by tabs."),
            "delimiter": Key(Text(blank=False), "What parts the cells: one character, or tab, semicolon, pipe, space."),
            "quote": Key(Text(blank=False), "The character around cells that hold delimiters, or none.", '"'),
            "header": Key(YesNo(), "The first row names the columns; without, they have numbers from 1.", "yes"),
            "encoding": Key(Text(blank=False), "How characters are encoded.", "utf-8, or what a byte order mark says"),
            "skip-rows": Key(Whole(0, 1000), "Lines before the table, which stay as they are.", "0"),
            "comment": Key(Text(blank=False), "What begins a line that is no row, such as '#'; such lines stay."),
            REMOVE_COMMENTS: Key(YesNo(), "Remove comment lines and the lines before the table.", "no"),
            "missing": Key(Texts(), "Texts that count as an empty cell, such as n/a: values that no action treats."),
        }

    def compile(self, named: Named) -> Selector:
        return compile_selector(named, self.dialect)

    def limits(self, selector: Selector) -> Limits:
        return UNLIMITED

    def check_literal(self, selector: Selector, text: str) -> str | None:
        if MARK in text:
            return "a cell cannot hold NUL"
        if self.dialect.quote is None and ("\n" in text or "\r" in text or (self.dialect.delimiter or "\n") in text):
            return "without quotes a cell can hold neither the delimiter nor a line end"
        return None

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> Matcher:
        return Matcher(steps, reads, self.dialect)

    def open(self, source: Source, matcher: object) -> Document:
        if not isinstance(matcher, Matcher):
            raise TypeError("the matcher is not of this file type")
        return TableDocument(source, matcher, self.dialect, comments=self._comments)

    def rest(self) -> Iterator[str]:
        yield "Columns that no rule names stay as they are, cell by cell, byte for byte. So does the row of headers."
        if self._comments:
            yield "Comment lines, and lines before the table, stay as they are."
        else:
            yield "Comment lines, and lines before the table, are removed."

    def weak_spots(self) -> Iterator[str]:
        if self._comments:
            yield "Comment lines, and lines before the table, are not looked at; remove-comments takes them out."
        yield "A column that is new or spelled otherwise than in the profile stays as it is."

    def fields(self, source: Source) -> Iterator[Listed]:
        return listed(source, self.dialect)


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [TableFile]
