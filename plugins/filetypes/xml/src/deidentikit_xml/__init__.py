"""XML files for deidentikit, edited in place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from deidentikit.errors import FileError
from deidentikit.filetype import UNLIMITED, Document, FileType, Limits, Listed, Named, Preset, Selector, Step
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Formats
from deidentikit.splice import Source

from .document import REMOVE_COMMENTS, REMOVE_INSTRUCTIONS, XmlDocument
from .encoding import encoding_of
from .fields import FORMATS
from .listing import listed
from .markup import unfit
from .matching import Matcher
from .selectors import compile_selector

if TYPE_CHECKING:
    from deidentikit.schema import Fragment

MAX_MIB: Final = 1024
"""The default of the section's `max-size`."""

_HEAD: Final = re.compile(
    r"""\s*+ (?: <\?xml\s
        | (?: (?> <!--.*?--> | <\?.*?\?> ) \s*+ )*+
          (?: <!DOCTYPE\s++ (?!html\b) | < (?!html\b) [^\W\d][\w.:\-·]*+ (?: \s | /?> | \Z ) )
        )""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)


class XmlFile(FileType):
    """An XML 1.0 document; its parts are named by XPath or by dotted paths."""

    name: ClassVar[str] = "xml"
    summary: ClassVar[str] = "XML files; elements and attributes are named by XPath or dotted paths."
    sections: ClassVar[Mapping[str, Preset]] = {"xml": Preset(suffixes=(".xml", ".cda", ".xmp"))}
    formats: ClassVar[Formats] = FORMATS

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        super().__init__(options, section)
        self.separator = str(options.get("separator", "."))
        if not self.separator or set(self.separator) & set("*/@#"):
            raise ValueError("the separator is one or more characters other than '*', '/', '@' and '#'")
        size = options.get("max-size", MAX_MIB)
        self.max_bytes = (size if isinstance(size, int) else MAX_MIB) << 20

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        encoding = encoding_of(head[:4])
        text = encoding.decode_head(head.removeprefix(codecs.BOM_UTF8)).lstrip("\ufeff")
        return "\0" not in text and _HEAD.match(text) is not None

    @classmethod
    def section_schema(cls) -> Fragment:
        from deidentikit.schema import Key, Text, Whole, YesNo

        return {
            "separator": Key(Text(blank=False), "What stands between the parts of a dotted name.", "."),
            REMOVE_COMMENTS: Key(YesNo(), "Remove the comments that no rule reaches.", "no"),
            REMOVE_INSTRUCTIONS: Key(YesNo(), "Remove the processing instructions that no rule reaches.", "no"),
            "max-size": Key(Whole(1, 4095), "Refuse larger files, in MiB.", str(MAX_MIB)),
        }

    def compile(self, named: Named) -> Selector:
        return compile_selector(named, self.separator)

    def limits(self, selector: Selector) -> Limits:
        return UNLIMITED

    def check_literal(self, selector: Selector, text: str) -> str | None:
        return unfit(text)

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> Matcher:
        return Matcher(steps, reads, self.separator)

    def open(self, source: Source, matcher: object) -> Document:
        if not isinstance(matcher, Matcher):
            raise TypeError("the matcher is not of this file type")
        self._check_size(source)
        return XmlDocument(source, matcher, self.options)

    def rest(self) -> Iterator[str]:
        yield "Elements and attributes that no rule names stay as they are, byte for byte; so do their names."
        removed = self.options.get(REMOVE_COMMENTS) is True
        yield f"Comments that no rule names {'are removed' if removed else 'stay'}."
        removed = self.options.get(REMOVE_INSTRUCTIONS) is True
        yield f"Processing instructions that no rule names {'are removed' if removed else 'stay'}."

    def weak_spots(self) -> Iterator[str]:
        yield "An element that is new or spelled otherwise than in the profile stays as it is."
        if self.options.get(REMOVE_COMMENTS) is not True:
            yield "Comments are not looked at unless a rule names them; remove-comments takes them out."

    def fields(self, source: Source) -> Iterator[Listed]:
        self._check_size(source)
        return listed(source, self.separator)

    def _check_size(self, source: Source) -> None:
        if source.size > self.max_bytes:
            raise FileError(
                "too-large", f"the file is larger than {self.max_bytes >> 20} MiB; raise `max-size` to read it"
            )


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [XmlFile]
