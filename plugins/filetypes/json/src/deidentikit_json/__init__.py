"""JSON files for deidentikit, edited in place."""

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

from .document import JsonDocument
from .listing import listed
from .selectors import Matcher, compile_selector
from .syntax import parse
from .values import FORMATS

if TYPE_CHECKING:
    from deidentikit.schema import Fragment

MAX_MIB: Final = 128
"""The default of the section's `max-size`."""

_HEAD: Final = re.compile(
    r"""[ \t\n\r]*[\[{]
        (?:[ \t\n\r,:\[\]{}]++
         | "(?:[^"\\\x00-\x1f]++ | \\["\\/bfnrtu])*+ (?:"|\\?\Z)
         | -?[0-9][0-9.eE+-]*+
         | (?:true|false|null)\b
        )*+ (?:-|[a-z]{1,4})?\Z""",
    re.VERBOSE,
)
_NO_JSON: Final = re.compile(r"[ \t\n\r]*(?:\{[ \t\n\r]*+(?!\"|\}|\Z)|\[[ \t\n\r]*+[,:}])")


class JsonFile(FileType):
    """A JSON text (RFC 8259) in UTF-8, its values named by dotted paths."""

    name: ClassVar[str] = "json"
    summary: ClassVar[str] = "JSON files; values are named by dotted paths."
    sections: ClassVar[Mapping[str, Preset]] = {"json": Preset(suffixes=(".json",))}
    formats: ClassVar[Formats] = FORMATS
    capabilities: ClassVar[frozenset[str]] = frozenset({"insertion"})

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        super().__init__(options, section)
        self.separator = str(options.get("separator", "."))
        if not self.separator or "*" in self.separator:
            raise ValueError("the separator is one or more characters other than '*'")
        size = options.get("max-size", MAX_MIB)
        self.max_bytes = (size if isinstance(size, int) else MAX_MIB) << 20

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        head = head.removeprefix(codecs.BOM_UTF8)
        if head.lstrip(b" \t\n\r")[:1] not in (b"{", b"["):
            return False
        try:
            text = codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            return False
        return _HEAD.match(text) is not None and _NO_JSON.match(text) is None

    @classmethod
    def section_schema(cls) -> Fragment:
        from deidentikit.schema import Key, Text, Whole

        return {
            "separator": Key(Text(blank=False), "What stands between the parts of a dotted name.", "."),
            "max-size": Key(Whole(1, 1 << 20), "Refuse larger files, in MiB.", str(MAX_MIB)),
        }

    def compile(self, named: Named) -> Selector:
        return compile_selector(named, self.separator)

    def limits(self, selector: Selector) -> Limits:
        return UNLIMITED

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> Matcher:
        return Matcher(steps, reads, self.separator)

    def open(self, source: Source, matcher: object) -> Document:
        if not isinstance(matcher, Matcher):
            raise TypeError("the matcher is not of this file type")
        self._check_size(source)
        return JsonDocument(source, matcher)

    def rest(self) -> Iterator[str]:
        yield "Values that no rule names stay as they are, byte for byte; so do all keys."

    def weak_spots(self) -> Iterator[str]:
        yield "A value that is new or spelled otherwise than in the profile stays as it is, and keys are not looked at."

    def fields(self, source: Source) -> Iterator[Listed]:
        self._check_size(source)
        return listed(parse(source.pread(source.size, 0)).value, self.separator)

    def _check_size(self, source: Source) -> None:
        if source.size > self.max_bytes:
            raise FileError(
                "too-large", f"the file is larger than {self.max_bytes >> 20} MiB; raise `max-size` to read it"
            )


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [JsonFile]
