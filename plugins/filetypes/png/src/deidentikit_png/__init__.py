"""PNG files for deidentikit, edited chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from deidentikit.filetype import Document, FileType, Limits, Listed, Named, Preset, Selector, Step
from deidentikit.hookspecs import hookimpl
from deidentikit.identifiers import UNREACHED, Catalogue, Reach
from deidentikit.splice import Source

from .chunks import SIGNATURE
from .document import PngDocument
from .listing import listed
from .names import ChunkSelector, Matcher, check_literal, compile_selector, limits
from .options import Options, section_schema

if TYPE_CHECKING:
    from deidentikit.schema import Fragment


class PngFile(FileType):
    """A PNG file, animated or not, its chunks named by type, keyword, EXIF tag and XMP property."""

    name: ClassVar[str] = "png"
    summary: ClassVar[str] = "PNG files; chunks are named by type, text also by keyword, EXIF by tag, XMP by property."
    sections: ClassVar[Mapping[str, Preset]] = {"png": Preset(suffixes=(".png", ".apng"))}
    capabilities: ClassVar[frozenset[str]] = frozenset({"insertion"})

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        super().__init__(options, section)
        self._options = Options.of(options)

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return head.startswith(SIGNATURE)

    @classmethod
    def section_schema(cls) -> Fragment:
        return section_schema()

    def compile(self, named: Named) -> Selector:
        return compile_selector(named)

    def limits(self, selector: Selector) -> Limits | None:
        return limits(selector)

    def check_literal(self, selector: Selector, text: str) -> str | None:
        return check_literal(selector, text)

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> Matcher:
        return Matcher(steps, reads)

    def open(self, source: Source, matcher: object) -> Document:
        if not isinstance(matcher, Matcher):
            raise TypeError("the matcher is not of this file type")
        return PngDocument(source, matcher, self._options)

    @classmethod
    def catalogues(cls) -> Sequence[Catalogue]:
        from .explaining import catalogues

        return catalogues()

    def reach(self, matcher: object, name: str) -> Reach:
        from .explaining import reach

        selector = self.compile(Named(name=name))
        if not isinstance(matcher, Matcher) or not isinstance(selector, ChunkSelector):
            return UNREACHED
        return reach(selector, matcher, self._options)

    def rest(self) -> Iterator[str]:
        from .explaining import rest

        return rest(self._options)

    def weak_spots(self) -> Iterator[str]:
        from .explaining import weak_spots

        return weak_spots(self._options)

    def fields(self, source: Source) -> Iterator[Listed]:
        return listed(source, self._options.max_inflated)


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [PngFile]
