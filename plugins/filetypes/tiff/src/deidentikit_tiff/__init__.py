"""TIFF files for deidentikit, edited in place, directory by directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from deidentikit.filetype import Document, FileType, Limits, Listed, Named, Preset, Selector, Step
from deidentikit.hookspecs import hookimpl
from deidentikit.identifiers import UNREACHED, Catalogue, Reach
from deidentikit.kinds import Formats
from deidentikit.splice import Source
from deidentikit_image_metadata.values import SECTION_FORMATS

from .document import TiffDocument, open_editor
from .listing import listed
from .matcher import Matcher
from .options import Options, section_schema
from .selectors import check_literal, compile_selector, limits

if TYPE_CHECKING:
    from deidentikit.schema import Fragment

_SUFFIXES: Final = (".tif", ".tiff", ".btf", ".tf2", ".tf8", ".svs", ".ndpi", ".scn", ".bif", ".qptiff")
_MAGIC: Final = (b"II*\0", b"MM\0*")
_BIG_MAGIC: Final = (b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0")


class TiffFile(FileType):
    """A TIFF file (TIFF 6.0) or BigTIFF file, its tags named by name or number."""

    name: ClassVar[str] = "tiff"
    summary: ClassVar[str] = "TIFF files, BigTIFF, OME-TIFF and whole slides among them; fields are tags."
    sections: ClassVar[Mapping[str, Preset]] = {"tiff": Preset(suffixes=_SUFFIXES)}
    formats: ClassVar[Formats] = SECTION_FORMATS
    capabilities: ClassVar[frozenset[str]] = frozenset({"insertion"})

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        super().__init__(options, section)
        self._options = Options.of(options)

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return head.startswith(_MAGIC + _BIG_MAGIC) and head[128:132] != b"DICM"

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
        return TiffDocument(source, matcher, self._options)

    @classmethod
    def catalogues(cls) -> Sequence[Catalogue]:
        from .explaining import catalogues

        return catalogues()

    def reach(self, matcher: object, name: str) -> Reach:
        from .explaining import reach

        selector = self.compile(Named(name=name))
        if not isinstance(matcher, Matcher):
            return UNREACHED
        return reach(selector, matcher, self._options)

    def rest(self) -> Iterator[str]:
        from .explaining import rest

        return rest(self._options)

    def weak_spots(self) -> Iterator[str]:
        from .explaining import weak_spots

        return weak_spots(self._options)

    def fields(self, source: Source) -> Iterator[Listed]:
        return listed(open_editor(source))


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [TiffFile]
