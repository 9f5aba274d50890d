"""The fields of a PNG file as a profile can name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import Listed
from deidentikit.splice import Source
from deidentikit_image_metadata.items import Item

from .chunks import walk
from .contents import Contents
from .fields import field_texts
from .inflating import Budget
from .slots import read_slots


def listed(source: Source, max_inflated: int) -> Iterator[Listed]:
    """Every chunk, tag and XMP property, in the order of the file. Raises FileError as `walk` does."""
    contents = Contents(source, Budget(max_inflated))
    for slot in read_slots(walk(source), contents):
        note = ""
        inner: list[Item] = []
        if slot.region is not None:
            try:
                inner = slot.region.open()
            except FileError as error:
                note = f"cannot be read: {error.reason}"
        yield _entry(slot.item, note)
        for item in inner:
            yield _entry(item, "")


def _entry(item: Item, note: str) -> Listed:
    def values() -> Sequence[str]:
        try:
            return field_texts(item.field)
        except FieldError:
            return ()

    return Listed(item.name, item.type, note, values)
