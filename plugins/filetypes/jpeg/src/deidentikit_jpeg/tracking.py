"""Fields as the engine gets them: they note whether an action changed them."""

from __future__ import annotations

from collections.abc import Sequence

from deidentikit.filetype import Field, Limits
from deidentikit.kinds import Form, Kind, Value
from deidentikit_image_metadata.items import Item


class Tracked:
    """A field of one image that remembers whether it was edited."""

    __slots__ = ("_read", "edited", "field", "item", "picture")

    def __init__(self, item: Item, picture: int) -> None:
        """picture : which of the file's images it is in, counted from 1"""
        self.item = item
        self.field: Field = item.field
        self.picture = picture
        self.edited = False
        self._read: Sequence[Value | None] | None = None

    @property
    def path(self) -> str:
        return self.field.path if self.picture == 1 else f"image.{self.picture}.{self.field.path}"

    @property
    def required(self) -> bool:
        return self.field.required

    @property
    def limits(self) -> Limits:
        return self.field.limits

    def read(self, form: Form) -> Sequence[Value | None]:
        values = self.field.read(form)
        self._read = list(values)
        return values

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        self.field.write(values, form)
        if form.kind is Kind.NATIVE or list(values) != self._read:
            self.edited = True

    def remove(self) -> None:
        self.field.remove()
        self.edited = True
