"""The elements of a DICOM file as a profile can name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from deidentikit.errors import FieldError
from deidentikit.filetype import Listed

from .dictionary import keyword_of
from .tags import ITEM

if TYPE_CHECKING:
    from .document import DicomDocument

_MAX_SHOWN = 1 << 16


def listed(document: DicomDocument) -> Iterator[Listed]:
    """Every element at every depth, in the order of the file; private ones by their creator."""
    layout = document.layout
    names: dict[int, str] = {-1: ""}
    for index, (tag, _, _, _, parent) in enumerate(layout.tokens):
        if tag == ITEM:
            names[index] = f"{names[parent]}.{layout.ordinal(index)}."
            continue
        name = names[parent] + _name(document, tag, parent)
        names[index] = name
        keyword = keyword_of(tag)
        note = f"({tag >> 16:04X},{tag & 0xFFFF:04X})" if keyword else ""
        yield Listed(name, document.vr(index), note, _values(document, index))


def _name(document: DicomDocument, tag: int, parent: int) -> str:
    keyword = keyword_of(tag)
    if keyword and not (0x50000000 <= tag < 0x51000000 or 0x60000000 <= tag < 0x61000000):
        return keyword
    creator = document.creators.of(parent, tag) if tag & 0x10000 else None
    if creator:
        return f'({tag >> 16:04X},"{creator}",{tag & 0xFF:02X})'
    return f"{tag:08X}"


def _values(document: DicomDocument, index: int) -> Callable[[], Sequence[str]]:
    def values() -> Sequence[str]:
        token = document.layout.tokens[index]
        if document.layout.holds_items(index) or token[3] - token[2] > _MAX_SHOWN:
            return ()
        try:
            return document.original_texts(index)
        except FieldError:
            return ()

    return values
