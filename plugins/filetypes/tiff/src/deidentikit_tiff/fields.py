"""What the engine gets to work on, beside tags as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from deidentikit.errors import FieldError
from deidentikit.filetype import Field
from deidentikit.kinds import Form, Kind, Value
from deidentikit_image_metadata import values as tag_values
from deidentikit_image_metadata.ifd import Entry, Ifd, Stored
from deidentikit_image_metadata.tags import tag_of
from deidentikit_image_metadata.wrapping import WrappedField

_TEXT: Final = Form(Kind.TEXT)


class ImageJField(WrappedField):
    """ImageJ's metadata, or the lengths that go with it: a structure of its own, to be removed whole."""

    @property
    def required(self) -> bool:
        """The image can be read without it."""
        return False

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Raises FieldError (``wrong-kind``) unless the values are those that were read."""
        if form.kind is Kind.NATIVE or list(values) != list(self.read(form)):
            message = "ImageJ's metadata has parts; name those, as in imagej:Info, or remove the tag"
            raise FieldError("wrong-kind", message, self.path)


class PartField(WrappedField):
    """A piece of metadata within a tag, under the path of the tag."""

    __slots__ = ("_path",)

    def __init__(self, inner: Field, path: str) -> None:
        super().__init__(inner)
        self._path = path

    @property
    def path(self) -> str:
        return self._path


def entry_texts(ifd: Ifd, entry: Entry, read: Callable[[Entry], Stored]) -> list[str]:
    """The values of an entry as text; none where they cannot be read."""
    try:
        stored = read(entry)
    except FieldError:
        return []
    try:
        values = tag_values.decode(tag_of(ifd.kind, entry.tag), stored, _TEXT)
    except FieldError:
        return [_decoded(stored.data)]
    return [_decoded(value) if isinstance(value, bytes) else str(value) for value in values if value is not None]


def _decoded(data: bytes) -> str:
    return data.strip(b" \0").decode("utf-8", "surrogateescape")
