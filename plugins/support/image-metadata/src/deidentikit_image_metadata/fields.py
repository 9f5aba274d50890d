"""Tags as the fields of a document: what JPEG, PNG and TIFF files hand to the engine."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Kind, Value

from . import values as tag_values
from .edit import Editor
from .fieldtypes import WIDTHS
from .ifd import EXIF_IFD, GPS_IFD, INTEROP_IFD, Entry, Ifd, IfdKind
from .tags import Tag, tag_of

_POINTERS = {IfdKind.EXIF: EXIF_IFD, IfdKind.GPS: GPS_IFD, IfdKind.INTEROP: INTEROP_IFD}


@attrs.frozen(eq=False)
class TagField:
    """One entry of an IFD. It reads what the source holds, whatever was written since."""

    editor: Editor
    ifd: Ifd
    entry: Entry

    @property
    def tag(self) -> Tag:
        """What is known of its tag."""
        return tag_of(self.ifd.kind, self.entry.tag)

    @property
    def path(self) -> str:
        """The IFD and the name of the tag: ``page.0.Artist``, ``Exif.UserComment``."""
        return f"{self.ifd.path}.{self.tag.name}"

    @property
    def required(self) -> bool:
        """The image cannot be decoded without it."""
        return self.editor.required(self.ifd, self.entry.tag)

    @property
    def limits(self) -> Limits:
        """What a value of its type holds."""
        return attrs.evolve(tag_values.limits(self.tag, self.entry.type), required=self.required)

    def read(self, form: Form) -> Sequence[Value | None]:
        """Its values in the source. Raises FieldError as `values.decode` does."""
        try:
            return tag_values.decode(self.tag, self.editor.original(self.entry), form)
        except FieldError as error:
            raise error.at(self.path) from None

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Give it values. Raises FieldError as `values.encode` and `Editor.overwrite` do."""
        try:
            if self.required:
                raise FieldError("required", "the image cannot be decoded with another value")
            if not self.editor.has(self.ifd, self.entry):
                return
            unread = form.kind is Kind.NATIVE and self.entry.broken
            blank = tag_values.blank(self.tag, self.editor.layout.order)
            original = blank if unread else self.editor.original(self.entry)
            stored = tag_values.encode(self.tag, original, values, form)
            self.editor.overwrite(self.ifd, self.entry, stored.type, stored.data)
        except FieldError as error:
            raise error.at(self.path) from None

    def put(self, data: bytes) -> None:
        """Give it other bytes, as values of the type it has; zeros fill up the last value.

        Raises FieldError and FileError as `Editor.overwrite` does.
        """
        if self.editor.has(self.ifd, self.entry):
            filled = data + bytes(-len(data) % WIDTHS[self.entry.type])
            self.editor.overwrite(self.ifd, self.entry, self.entry.type, filled)

    def remove(self) -> None:
        """Take it out, with the IFDs it points to. Raises FieldError (``required``)."""
        try:
            if self.editor.has(self.ifd, self.entry):
                self.editor.remove(self.ifd, self.entry)
        except FieldError as error:
            raise error.at(self.path) from None


@attrs.frozen(eq=False)
class TagPlace:
    """Where a tag will be inserted: in the IFD that the standard puts it into, which is made if absent.

    image : the page, or IFD0, that gets it
    """

    editor: Editor
    image: Ifd
    tag: Tag

    @property
    def path(self) -> str:
        """The IFD and the name of the tag."""
        ifd = self._home()
        return f"{ifd.path if ifd is not None else f'{self.image.path}.{self.tag.home.value}'}.{self.tag.name}"

    @property
    def limits(self) -> Limits:
        """What a value of its type holds."""
        return tag_values.limits(self.tag)

    def _home(self) -> Ifd | None:
        if self.tag.home is IfdKind.IMAGE:
            return self.image
        pool = self.image.children
        if self.tag.home is IfdKind.INTEROP:
            pool = [ifd for exif in pool if exif.kind is IfdKind.EXIF for ifd in exif.children]
        return next((ifd for ifd in pool if ifd.kind is self.tag.home), None)

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        """Make the entry. Raises FieldError as `values.encode` does, FileError as `Editor.insert` does."""
        try:
            stored = tag_values.encode(self.tag, tag_values.blank(self.tag, self.editor.layout.order), values, form)
        except FieldError as error:
            raise error.at(self.path) from None
        ifd = self._home() or self._make(self.tag.home)
        self.editor.insert(ifd, self.tag.number, stored.type, stored.data)

    def _make(self, kind: IfdKind) -> Ifd:
        parent = self.image
        if kind is IfdKind.INTEROP:
            exif = (ifd for ifd in self.image.children if ifd.kind is IfdKind.EXIF)
            parent = next(exif, None) or self._make(IfdKind.EXIF)
        return self.editor.create(parent, _POINTERS[kind])
