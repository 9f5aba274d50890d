"""The metadata of a JPEG file as a profile can name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from deidentikit.errors import FieldError
from deidentikit.filetype import Field, Listed
from deidentikit.kinds import Form, Kind, Opaque
from deidentikit.splice import Source

from .layout import read_layout
from .parts import PartField
from .picture import Picture

_TEXT = Form(Kind.TEXT)


def listed(source: Source) -> Iterator[Listed]:
    """Every field of every image, in the order of the file. Raises FileError as `layout.read_layout` does."""
    for number, image in enumerate(read_layout(source).images, 1):
        picture = Picture(source, image.tokens, number)
        picture.open(lambda holding: True)
        place = "" if number == 1 else f"image {number}"
        for part in picture.parts:
            for item in part.items():
                whole = isinstance(item.field, PartField)
                if whole and (part.block is not None or item.field.required):
                    continue
                notes = [place, item.note, f"unreadable: {part.trouble.reason}" if part.trouble and whole else ""]
                note = ", ".join(each for each in notes if each)
                yield Listed(item.name, item.type, note, _values(item.field))


def _values(field: Field) -> Callable[[], Sequence[str]]:
    def values() -> Sequence[str]:
        try:
            found = field.read(_TEXT)
        except FieldError:
            return ()
        return [
            f"({len(value)} bytes)" if isinstance(value, Opaque) else value
            for value in found
            if isinstance(value, (str, Opaque))
        ]

    return values
