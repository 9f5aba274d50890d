"""Parts of an XML file as fields that actions read and write."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
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

    def __init__(self, hit: Hit, hits: Hits, evaluation: Evaluation, edits: Edits) -> None:
        self._hit = hit
        self._hits = hits
        self._evaluation = evaluation
        self._edits = edits
        self._index = evaluation.content.index

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
            self._check_own()
            return ()
        return (text_codec(form, FORMATS).decode(text),)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        if not values:
            self._put(Fate.HOLLOW if self._holds_more else "")
            return
        (value,) = values if len(values) == 1 else (None,)
        if value is None:
            raise FieldError("wrong-kind", "a part of an XML file holds one text")
        if form.kind is Kind.NATIVE:
            self._check_own()
            text = str(value)
        else:
            text = text_codec(form, FORMATS).encode(value, self._text)
        self._check(text)
        self._put(text)

    def remove(self) -> None:
        self._put("" if self._hit.part == TEXT else Fate.GONE)

    @cached_property
    def _runs(self) -> list[Run]:
        """The text directly within an element."""
        return self._evaluation.content.runs(self._hit.node)

    @cached_property
    def _text(self) -> str:
        if self._is_element:
            return joined(self._runs)
        return self._evaluation.text((self._hit.node, self._hit.part))

    @property
    def _is_element(self) -> bool:
        return self._hit.part in (NODE, TEXT) and self._index.is_element(self._hit.node)

    @property
    def _holds_more(self) -> bool:
        """It is an element with no text of its own, whose elements no rules of their own reach."""
        if self._hit.part != NODE or not self._is_element or self._text.strip():
            return False
        return self._hits.leaves_out(self._evaluation, self._hit.node)

    def _check_own(self) -> None:
        if self._holds_more:
            raise FieldError(
                "wrong-kind", "the element holds elements and no text of its own; name those, or remove it"
            )

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
