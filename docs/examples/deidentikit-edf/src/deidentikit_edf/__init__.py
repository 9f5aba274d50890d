"""EDF, EDF+ and BDF recordings for deidentikit, edited in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from deidentikit import (
    Document,
    FieldError,
    FileType,
    Formats,
    Limits,
    Listed,
    Named,
    Preset,
    Problem,
    Selector,
    Step,
    hookimpl,
)
from deidentikit.identifiers import UNREACHED, Catalogue, Reach
from deidentikit.splice import Source

from .cells import Cell, Cells
from .document import EdfDocument, Options, different_texts
from .explaining import CATALOGUE, reach
from .fields import FORMATS, known_text
from .header import Header, looks_like_edf, read_header
from .selectors import EdfSelector, Matcher, compile_selector
from .vocabulary import ANNOTATIONS, Sort

if TYPE_CHECKING:
    from deidentikit.plan import Plan
    from deidentikit.schema import Fragment

_KEPT: Final = (
    "annotations of EDF+ stay as they are, and people write names into them: set remove-annotations,"
    " or give the field 'annotations' a rule, which may be 'keep'"
)


class EdfFile(FileType):
    """A recording in EDF, EDF+ or BDF."""

    name: ClassVar[str] = "edf"
    summary: ClassVar[str] = "EDF, EDF+ and BDF recordings; fields of the header and annotations are named by path."
    sections: ClassVar[Mapping[str, Preset]] = {"edf": Preset(suffixes=(".edf", ".bdf"))}
    formats: ClassVar[Formats] = FORMATS
    default_subject: ClassVar[str | None] = "patient.code"

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        super().__init__(options, section)
        self._options = Options(
            remove_annotations=bool(options.get("remove-annotations", False)),
            remove_annotation_signals=bool(options.get("remove-annotation-signals", False)),
        )

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return looks_like_edf(head)

    @classmethod
    def section_schema(cls) -> Fragment:
        from deidentikit.schema import Key, YesNo

        return {
            "remove-annotations": Key(YesNo(), "Take the texts of all annotations out.", "no"),
            "remove-annotation-signals": Key(YesNo(), "Take annotation signals out; EDF+ becomes plain EDF.", "no"),
        }

    def compile(self, named: Named) -> Selector:
        return compile_selector(named)

    def limits(self, selector: Selector) -> Limits | None:
        specs = selector.specs if isinstance(selector, EdfSelector) else ()
        return specs[0].limits if len(specs) == 1 else None

    def check_literal(self, selector: Selector, text: str) -> str | None:
        for spec in selector.specs if isinstance(selector, EdfSelector) else ():
            try:
                if text.strip(" "):
                    spec.check(text.strip(" "))
                elif spec.limits.required:
                    return "the file cannot be read without this field"
            except FieldError as error:
                return error.message
        return None

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> Matcher:
        return Matcher.of(steps, reads)

    def open(self, source: Source, matcher: object) -> Document:
        if not isinstance(matcher, Matcher):
            raise TypeError("the matcher is not of this file type")
        return EdfDocument(source, matcher, self._options)

    def fields(self, source: Source) -> Iterator[Listed]:
        header = read_header(source)
        for cell in Cells(header):
            yield Listed(cell.path, cell.spec.sort.value, cell.spec.title, partial(_values, cell))
        if header.annotations:
            texts = partial(_annotations, source, header)
            yield Listed(ANNOTATIONS, Sort.TEXT.value, "texts of EDF+ annotations, each once", texts)

    @classmethod
    def catalogues(cls) -> Sequence[Catalogue]:
        return (CATALOGUE,)

    def reach(self, matcher: object, name: str) -> Reach:
        return reach(matcher, self._options, name) if isinstance(matcher, Matcher) else UNREACHED

    def rest(self) -> Iterable[str]:
        yield "Fields of the header that no rule names stay as they are, and all samples do."
        if self._options.remove_annotation_signals:
            yield "The signals that hold annotations are taken out."
        elif self._options.remove_annotations:
            yield "The texts of annotations that no rule names are taken out; when each data record begins stays."
        else:
            yield "Annotations that no rule names stay."

    def weak_spots(self) -> Iterable[str]:
        yield "In EDF+ a name that is spelled with a space goes on in patient.additional, which needs its own rule."
        yield "The samples themselves, such as an electrocardiogram, can tell a person from others."

    def leaves_annotations(self, matcher: object) -> bool:
        """Neither an option nor a rule says what becomes of annotations."""
        asked = self._options.remove_annotations or self._options.remove_annotation_signals
        return not asked and isinstance(matcher, Matcher) and matcher.find(ANNOTATIONS) is None


def _values(cell: Cell) -> Sequence[str]:
    return [text] if (text := known_text(cell)) else []


def _annotations(source: Source, header: Header) -> Sequence[str]:
    return [text.decode("utf-8", "replace") for text in different_texts(source, header)]


deidentikit_contract = 1
"""The version of the contract that this plugin is written for."""


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [EdfFile]


@hookimpl
def deidentikit_check(plan: Plan) -> Iterable[Problem]:
    """Warn of sections that do not say what becomes of annotations."""
    file_type = plan.file_type
    if isinstance(file_type, EdfFile) and file_type.leaves_annotations(plan.matcher):
        return [Problem(plan.section.line, plan.section.name, _KEPT, warning=True)]
    return []
