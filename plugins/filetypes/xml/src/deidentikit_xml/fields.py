"""Parts of an XML file as fields that actions read and write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deidentikit.errors import FieldError
from deidentikit.filetype import UNLIMITED, Limits
from deidentikit.kinds import Form, Formats, Kind, Value, text_codec

from .content import joined
from .edits import Edits, Fate
from .evaluation import FIRST_ATTRIBUTE, NODE, TEXT, Evaluation
from .index import COMMENT
from .markup import Run, unfit, unfit_for_comment, unfit_for_instruction
from .matching import Hit, Hits
from .naming import location
from .patching import attribute_patch, hollow_patches, inner_patch, removal_patch, text_patches

FORMATS: Final = Formats()
_KINDS: Final = frozenset({Kind.TEXT, Kind.UID, Kind.NUMBER, Kind.DATE, Kind.DATETIME})


class XmlField:
    """An element's own text, an attribute, a comment or a processing instruction.

    Taking out an element takes it whole; any other result concerns the text directly within it.
    """

    __slots__ = ("_edits", "_evaluation", "_hit", "_hits", "_index", "_is_element", "_known_runs", "_known_text")

    def __init__(self, hit: Hit, hits: Hits, evaluation: Evaluation, edits: Edits) -> None:
        self._hit = hit
        self._hits = hits
        self._evaluation = evaluation
        self._edits = edits
        self._index = evaluation.content.index
        self._is_element = hit.part == TEXT or (hit.part == NODE and self._index.is_element(hit.node))
        self._known_runs: list[Run] | None = None
        self._known_text: str | None = None

    @property
    def path(self) -> str:
        where = location(self._index, self._hit.node)
        if self._hit.part == TEXT:
            return f"{where}/text()"
        if self._hit.part >= FIRST_ATTRIBUTE:
            return f"{where}/@{self._evaluation.attribute_name(self._hit.part)}"
        return where

    @property
    def required(self) -> bool:
        return False

    @property
    def limits(self) -> Limits:
        return UNLIMITED

    def read(self, form: Form) -> Sequence[Value | None]:
        if form.kind not in _KINDS:
            raise FieldError("wrong-kind", f"XML holds no {form.kind.value}")
        text = self._text
        if not text.strip():
            self._check_reached()
            return ()
        return (text_codec(form, FORMATS).decode(text),)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        if not values:
            self._put(Fate.HOLLOW if self._holds_elements_alone else "")
            return
        (value,) = values if len(values) == 1 else (None,)
        if value is None:
            raise FieldError("wrong-kind", "a part of an XML file holds one text")
        if form.kind is Kind.NATIVE:
            if self._holds_elements_alone:
                self._check_reached()
                return
            text = str(value)
        else:
            text = text_codec(form, FORMATS).encode(value, self._text)
        self._check(text)
        self._put(text)

    def remove(self) -> None:
        self._put("" if self._hit.part == TEXT else Fate.GONE)

    @property
    def _runs(self) -> list[Run]:
        """The text directly within an element."""
        if self._known_runs is None:
            self._known_runs = self._evaluation.content.runs(self._hit.node)
        return self._known_runs

    @property
    def _text(self) -> str:
        if self._known_text is None:
            node, part = self._hit.node, self._hit.part
            self._known_text = joined(self._runs) if self._is_element else self._evaluation.text((node, part))
        return self._known_text

    @property
    def _holds_elements_alone(self) -> bool:
        """It is an element that holds elements and no text of its own, so it has no value."""
        if self._hit.part != NODE or not self._is_element or self._text.strip():
            return False
        return any(map(self._index.is_element, self._index.children(self._hit.node)))

    def _check_reached(self) -> None:
        """Raises FieldError where nothing would be done to elements within, though a rule names what they are in."""
        if self._holds_elements_alone and self._hits.leaves_out(self._evaluation, self._hit.node):
            message = "the element holds elements and no text of its own; name those, or remove it"
            raise FieldError("wrong-kind", message)

    def _check(self, text: str) -> None:
        """Raises FieldError where the file cannot hold a text in this place."""
        trouble = unfit(text)
        if trouble is not None:
            raise FieldError("charset", trouble)
        if self._hit.part != NODE or self._is_element:
            return
        is_comment = self._index.name(self._hit.node) == COMMENT
        trouble = unfit_for_comment(text) if is_comment else unfit_for_instruction(text)
        if trouble is not None:
            raise FieldError("wrong-kind", trouble)
        if self._evaluation.content.encoding.lacks(text):
            raise FieldError("charset", "the file's encoding lacks a character of the text")

    def _put(self, change: str | Fate) -> None:
        if change == self._text:
            return
        content, (node, part) = self._evaluation.content, (self._hit.node, self._hit.part)
        text = None
        if part >= FIRST_ATTRIBUTE:
            patches = [attribute_patch(content, node, self._evaluation.attribute_name(part), change)]
        elif change is Fate.GONE:
            patches = [removal_patch(content, node)]
        elif change is Fate.HOLLOW:
            patches = hollow_patches(content, node)
        elif self._is_element:
            part = TEXT
            patches, text = text_patches(content, node, self._runs, change)
        else:
            patches = [inner_patch(content, node, change)]
        self._edits.record((node, part), change, patches, text)
