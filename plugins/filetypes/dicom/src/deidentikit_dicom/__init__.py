"""DICOM files for deidentikit, edited in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import attrs
from deidentikit.filetype import Document, FileType, Limits, Listed, Named, Preset, Selector, Step
from deidentikit.hookspecs import hookimpl
from deidentikit.identifiers import UNREACHED, Catalogue, Reach
from deidentikit.kinds import Formats
from deidentikit.splice import Source

from .document import DicomDocument
from .fields import REQUIRED_META
from .listing import listed
from .matcher import Matcher
from .options import Options, rest, section_schema, weak_spots
from .selectors import DicomSelector, compile_selector
from .sniffing import looks_like_dicom
from .values import check_literal, limits

if TYPE_CHECKING:
    from deidentikit.schema import Fragment


class DicomFile(FileType):
    """A DICOM file (PS3.10), with or without preamble and file meta information."""

    name: ClassVar[str] = "dicom"
    summary: ClassVar[str] = "DICOM files; elements are named by keyword, tag, path or regex, at every depth."
    sections: ClassVar[Mapping[str, Preset]] = {"dicom": Preset(suffixes=(".dcm", ".ima", ".dicom"))}
    formats: ClassVar[Formats] = Formats()
    capabilities: ClassVar[frozenset[str]] = frozenset({"insertion", "recurrence"})
    default_subject: ClassVar[str | None] = "PatientID"
    default_name: ClassVar[str | None] = "{SOPInstanceUID}.{Modality|NA}.dcm"

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return looks_like_dicom(head)

    @classmethod
    def section_schema(cls) -> Fragment:
        return section_schema()

    def compile(self, named: Named) -> Selector:
        return compile_selector(named)

    def limits(self, selector: Selector) -> Limits | None:
        if not isinstance(selector, DicomSelector) or selector.pattern is not None:
            return None
        found = limits(selector.last.vr)
        if selector.last.tag in REQUIRED_META:
            return attrs.evolve(found, required=True)
        return found

    def check_literal(self, selector: Selector, text: str) -> str | None:
        if not isinstance(selector, DicomSelector) or selector.pattern is not None:
            return None
        return check_literal(selector.last.vr, text)

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> Matcher:
        return Matcher(steps, reads, Options.of(self.options))

    def open(self, source: Source, matcher: object) -> Document:
        if not isinstance(matcher, Matcher):
            raise TypeError("the matcher is not of this file type")
        return DicomDocument(source, matcher)

    @classmethod
    def catalogues(cls) -> Sequence[Catalogue]:
        from .identifying import catalogues

        return catalogues()

    def reach(self, matcher: object, name: str) -> Reach:
        from .identifying import reach

        return reach(matcher, name) if isinstance(matcher, Matcher) else UNREACHED

    def rest(self) -> Iterator[str]:
        return rest(Options.of(self.options))

    def weak_spots(self) -> Iterator[str]:
        return weak_spots(Options.of(self.options))

    def fields(self, source: Source) -> Iterator[Listed]:
        return listed(DicomDocument(source, Matcher((), (), Options())))


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [DicomFile]
