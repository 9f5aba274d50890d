"""Fields as the engine gets them: they note whether an action changed them."""

from __future__ import annotations

from collections.abc import Sequence

from deidentikit.filetype import Field
from deidentikit.kinds import Form, Kind, Value
from deidentikit_image_metadata.wrapping import WrappedField


class Tracked(WrappedField):
    """A field of one image that remembers whether it was edited."""

    __slots__ = ("_read", "edited", "picture")

    def __init__(self, inner: Field, picture: int) -> None:
        """picture : which of the file's images it is in, counted from 1"""
        super().__init__(inner)
        self.picture = picture
        self.edited = False
        self._read: Sequence[Value | None] | None = None

    @property
    def path(self) -> str:
        return self.inner.path if self.picture == 1 else f"image.{self.picture}.{self.inner.path}"

    def read(self, form: Form) -> Sequence[Value | None]:
        values = self.inner.read(form)
        self._read = list(values)
        return values

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        self.inner.write(values, form)
        if form.kind is Kind.NATIVE or list(values) != self._read:
            self.edited = True

    def remove(self) -> None:
        self.inner.remove()
        self.edited = True
