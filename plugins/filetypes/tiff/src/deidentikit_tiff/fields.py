"""What the engine gets to work on, beside tags as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import Field, Limits
from deidentikit.kinds import Form, Kind, Value
from deidentikit_image_metadata import values as tag_values
from deidentikit_image_metadata.fields import TagField
from deidentikit_image_metadata.ifd import Entry, Ifd, Stored
from deidentikit_image_metadata.tags import tag_of

_TEXT: Final = Form(Kind.TEXT)


@attrs.frozen(eq=False)
class ImageJField:
    """ImageJ's metadata, or the lengths that go with it: a structure of its own, to be removed whole."""

    tag: TagField

    @property
    def path(self) -> str:
        """The IFD and the name of the tag."""
        return self.tag.path

    @property
    def required(self) -> bool:
        """The image can be read without it."""
        return False

    @property
    def limits(self) -> Limits:
        """What a value of its type holds."""
        return self.tag.limits

    def read(self, form: Form) -> Sequence[Value | None]:
        """Its values. Raises FieldError as the tag does."""
        return self.tag.read(form)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Raises FieldError (``wrong-kind``) unless the values are those that were read."""
        if form.kind is Kind.NATIVE or list(values) != list(self.read(form)):
            message = "ImageJ's metadata has parts; name those, as in imagej:Info, or remove the tag"
            raise FieldError("wrong-kind", message, self.path)

    def remove(self) -> None:
        """Take it out."""
        self.tag.remove()


@attrs.frozen(eq=False)
class PartField:
    """A piece of metadata within a tag, under the path of the tag."""

    inner: Field
    path: str

    @property
    def required(self) -> bool:
        """The image cannot be read without it."""
        return self.inner.required

    @property
    def limits(self) -> Limits:
        """What it can hold."""
        return self.inner.limits

    def read(self, form: Form) -> Sequence[Value | None]:
        """Its values in the source. Raises FieldError."""
        return self.inner.read(form)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Give it values. Raises FieldError."""
        self.inner.write(values, form)

    def remove(self) -> None:
        """Take it out."""
        self.inner.remove()


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
