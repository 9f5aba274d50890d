"""Fields around other fields."""

from __future__ import annotations

from collections.abc import Sequence

from deidentikit.filetype import Field, Limits
from deidentikit.kinds import Form, Value


class WrappedField:
    """A field that hands everything over to another one; a subclass says what it does differently."""

    __slots__ = ("inner",)

    def __init__(self, inner: Field) -> None:
        self.inner = inner

    @property
    def path(self) -> str:
        """What the field is called in messages."""
        return self.inner.path

    @property
    def required(self) -> bool:
        """Whether the file cannot be read without it."""
        return self.inner.required

    @property
    def limits(self) -> Limits:
        """What it can hold."""
        return self.inner.limits

    def read(self, form: Form) -> Sequence[Value | None]:
        """Its values in the source. Raises FieldError as the inner field does."""
        return self.inner.read(form)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Give it values. Raises FieldError as the inner field does."""
        self.inner.write(values, form)

    def remove(self) -> None:
        """Take it out. Raises FieldError as the inner field does."""
        self.inner.remove()
