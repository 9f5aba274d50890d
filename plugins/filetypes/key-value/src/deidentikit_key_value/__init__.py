"""Text files of keys and values for deidentikit: headers, INI files, JCAMP-DX, edited in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from deidentikit.filetype import UNLIMITED, Document, FileType, Limits, Listed, Named, Preset, Selector, Step
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Formats
from deidentikit.splice import Source

from .delimiters import Split, split_at
from .document import KeyValueDocument
from .encoding import Encoding
from .fields import FORMATS
from .header import Header, read_header
from .layouts import Layout, read_layout
from .listing import listed
from .selectors import Matcher, compile_selector

if TYPE_CHECKING:
    from deidentikit.schema import Fragment

MAX_MIB: Final = 16
"""The default of the section's `max-size`."""

_SUFFIXES: Final = (
    *(".mhd", ".mha", ".nhdr", ".nrrd"),
    *(".jdx", ".dx", ".jcamp", ".jcm"),
    *(".ini", ".cfg", ".par"),
)
_SIGNATURE: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:
        NRRD[0-9]{4}[ \t]*[\r\n]
      | \s*(?:\$\$[^\r\n]*[\r\n]+\s*)*+\#\#[ ]?(?:TITLE|JCAMP[ -]?DX)[ ]*=
      | (?:[A-Za-z]+[ \t]*=[^\r\n]*[\r\n]+){0,20}?(?:ObjectType|NDims)[ \t]*=[ \t]*(?:Image|[1-9])\b
      | \#[ ]===[ ]DATA[ ]DESCRIPTION[ ]FILE[ ]===
      | \#\#\#[ ]ASCCONV[ ]BEGIN
    )""",
    re.VERBOSE,
)


class KeyValueFile(FileType):
    """A text of lines with a key, a delimiter and a value, or of JCAMP-DX records."""

    name: ClassVar[str] = "key-value"
    summary: ClassVar[str] = "Text of keys and values: MetaIO, NRRD, INI, JCAMP-DX, Siemens and Philips headers."
    sections: ClassVar[Mapping[str, Preset]] = {
        "key-value-text-file": Preset(suffixes=_SUFFIXES),
        "key-value": Preset(suffixes=_SUFFIXES),
    }
    formats: ClassVar[Formats] = FORMATS
    capabilities: ClassVar[frozenset[str]] = frozenset({"insertion"})

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        super().__init__(options, section)
        delimiter = options.get("delimiter")
        self.delimiter: Split | None = split_at(delimiter) if isinstance(delimiter, re.Pattern) else None
        self.encoding = Encoding.named(str(options.get("encoding", "utf-8")))
        self.ignores_bad_lines = bool(options.get("ignore-bad-lines", False))
        self.removes_comments = bool(options.get("remove-comments", False))
        size = options.get("max-size", MAX_MIB)
        self.max_bytes = (size if isinstance(size, int) else MAX_MIB) << 20

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return _SIGNATURE.match(head) is not None

    @classmethod
    def section_schema(cls) -> Fragment:
        from deidentikit.schema import Key, RegexText, Text, Whole, YesNo

        return {
            "delimiter": Key(RegexText(), "What stands between a key and its value.", r"\s*(:=|=|:)\s*"),
            "encoding": Key(Text(blank=False), "The character set of the file.", "utf-8"),
            "ignore-bad-lines": Key(YesNo(), "Leave lines that have no delimiter as they are.", "no"),
            "remove-comments": Key(YesNo(), "Remove the comments that no rule names.", "no"),
            "max-size": Key(Whole(1, 1 << 12), "Refuse text that is larger, in MiB.", str(MAX_MIB)),
        }

    def compile(self, named: Named) -> Selector:
        return compile_selector(named)

    def limits(self, selector: Selector) -> Limits:
        return UNLIMITED

    def check_literal(self, selector: Selector, text: str) -> str | None:
        if "\n" in text or "\r" in text:
            return "a value stands on one line"
        return None

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> Matcher:
        return Matcher(steps, reads)

    def open(self, source: Source, matcher: object) -> Document:
        if not isinstance(matcher, Matcher):
            raise TypeError("the matcher is not of this file type")
        return KeyValueDocument(source, matcher, self._read, self.removes_comments)

    def rest(self) -> Iterator[str]:
        yield "Keys that no rule names stay as they are with their values, byte for byte; so does data behind a header."
        yield f"Comments that no rule names {'are removed' if self.removes_comments else 'stay'}."

    def weak_spots(self) -> Iterator[str]:
        yield "A key that is new or spelled otherwise than in the profile stays as it is."
        if not self.removes_comments:
            yield "Comments are not looked at unless a rule names them; remove-comments takes them out."
        if self.ignores_bad_lines:
            yield "Lines that cannot be read as key and value stay unseen (ignore-bad-lines)."

    def fields(self, source: Source) -> Iterator[Listed]:
        return listed(self._read(source)[1])

    def _read(self, source: Source) -> tuple[Header, Layout]:
        header = read_header(source, self.encoding, self.max_bytes)
        return header, read_layout(header, self.delimiter, self.ignores_bad_lines)


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [KeyValueFile]
