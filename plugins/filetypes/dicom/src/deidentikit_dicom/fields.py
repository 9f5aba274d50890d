"""Data elements as fields, and places for elements that are absent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Kind, Value

from .insertion import NewElement
from .selectors import DicomSelector
from .syntax import EXPLICIT
from .tags import CHARACTER_SET
from .values import encode, limits

if TYPE_CHECKING:
    from .document import DicomDocument

REQUIRED_META: Final = frozenset({0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010})
_FIXED_META: Final = frozenset({0x00020000, 0x00020010})


class DicomField:
    """A data element that a step reaches."""

    __slots__ = ("_document", "_index", "_original", "_vr")

    def __init__(self, document: DicomDocument, index: int) -> None:
        self._document = document
        self._index = index
        self._vr = document.vr(index)
        self._original: bytes | None = None

    @property
    def path(self) -> str:
        return self._document.layout.keyword_path(self._index)

    @property
    def required(self) -> bool:
        return self._document.required(self._index)

    @property
    def limits(self) -> Limits:
        return limits(self._vr)

    def read(self, form: Form) -> Sequence[Value | None]:
        original = self._value()
        return self._document.codec(self._index).decode(self._vr, original, form)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        document, index = self._document, self._index
        sequence = self._vr == "SQ" or (self._vr == "UN" and document.layout.holds_items(index))
        if sequence and form.kind is Kind.NATIVE and not any(values):
            document.editing.empty(index)
            return
        original = self._value()
        raw = document.codec(index).encode(self._vr, values, form, original)
        if raw == original:
            return
        tag, _, _, _, parent = document.layout.tokens[index]
        if tag in _FIXED_META or (tag == CHARACTER_SET and document.needs_character_set(parent)):
            raise FieldError("required", "the file cannot be read without the value that this element has")
        document.editing.replace(index, raw)

    def remove(self) -> None:
        self._document.editing.remove(self._index)

    def _value(self) -> bytes:
        """The value as it stands. Raises FieldError (``wrong-kind``) where there are items or fragments."""
        if self._original is None:
            layout, index = self._document.layout, self._index
            if self._vr == "SQ" or layout.holds_items(index) or layout.undefined(index):
                raise FieldError(
                    "wrong-kind",
                    "a sequence can only be removed, emptied or kept, encapsulated pixel data removed or kept",
                )
            self._original = layout.raw(index)
        return self._original


class DicomPlace:
    """Where a step makes an element."""

    __slots__ = ("_document", "_selector", "_vr")

    def __init__(self, document: DicomDocument, selector: DicomSelector) -> None:
        self._document = document
        self._selector = selector
        self._vr = selector.last.vr

    @property
    def path(self) -> str:
        return self._selector.text

    @property
    def limits(self) -> Limits:
        return limits(self._vr)

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        document, selector = self._document, self._selector
        parent = document.additions.holder(selector)
        syntax = EXPLICIT if selector.parts[0].value >> 16 == 2 else document.layout.syntax_of(parent)
        raw = encode(self._vr, values, form, None, document.encoding_within(parent), syntax.little)
        element = NewElement(self._vr, raw)
        element.encode(0, syntax)
        document.additions.make(selector, element)
