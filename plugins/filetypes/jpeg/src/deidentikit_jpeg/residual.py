"""Counting what still holds an old value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from deidentikit.errors import FieldError
from deidentikit.filetype import TELLING, Field
from deidentikit.kinds import Form, Kind, Opaque

from .parts import PartField
from .picture import Picture
from .segments import NEEDED, Holding
from .tracking import Tracked

_TEXT = Form(Kind.TEXT)


def residual(pictures: Sequence[Picture], tracked: Iterable[Tracked]) -> int:
    """How many fields that no step edited hold the old value of one that was.

    What no field shows - maker notes, unknown segments - is searched for the old texts' bytes.
    """
    edited = {id(each.inner): each.inner for each in tracked if each.edited}
    old = {text for field in edited.values() for text in _long_texts(field)}
    if not old:
        return 0
    spelled = [spelling for text in old for spelling in _spellings(text)]
    return sum(_holds(field, old, spelled) for field in _left(pictures) if id(field) not in edited)


def _left(pictures: Sequence[Picture]) -> Iterator[Field]:
    """The fields that stay, and parts as a whole that are not opened."""
    for picture in pictures:
        picture.open(lambda holding: True)
        for part in picture.parts:
            if part.lost or part.holding in NEEDED or part.holding is Holding.MPF:
                continue
            for item in part.items():
                if not isinstance(item.field, PartField) or part.block is None:
                    yield item.field


def _holds(field: Field, old: set[str], spelled: list[bytes]) -> bool:
    if isinstance(field, PartField):
        return any(spelling in data for data in field.part.raw() for spelling in spelled)
    try:
        values = field.read(_TEXT)
    except FieldError:
        return False
    for value in values:
        if isinstance(value, Opaque):
            data = bytes(value)
            if any(spelling in data for spelling in spelled):
                return True
        elif isinstance(value, str) and value.strip("\0 ") in old:
            return True
    return False


def _long_texts(field: Field) -> Iterator[str]:
    try:
        values = field.read(_TEXT)
    except FieldError:
        return
    yield from (text for value in values if isinstance(value, str) and len(text := value.strip("\0 ")) >= TELLING)


def _spellings(text: str) -> Iterator[bytes]:
    """The bytes in which metadata commonly hold a text."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        yield text.encode(encoding, "surrogatepass")
