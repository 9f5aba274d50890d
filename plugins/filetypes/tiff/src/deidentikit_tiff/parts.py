"""Metadata within the value of a tag, named and edited piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import UNLIMITED, Field, Limits
from deidentikit.kinds import Form, Kind, Value
from deidentikit_image_metadata.fields import TagField
from deidentikit_image_metadata.plaintext import Piece, Spelling


@attrs.frozen(eq=False)
class Part:
    """One piece of metadata within a tag.

    keys : what it goes by in a profile, folded
    shown : its name as it is listed
    texts : its original texts
    tag : where it is a tag, which names of tags reach
    """

    keys: tuple[str, ...]
    shown: str
    field: Field
    texts: tuple[str, ...] = attrs.field(repr=False)
    tag: TagField | None = None


class Carrier(Protocol):
    """Metadata of one kind within a value, open for editing."""

    @property
    def kind(self) -> str:
        """What names of its parts begin with; one of `selectors.PARTS`."""

    def parts(self) -> Sequence[Part]:
        """Everything that can be named."""

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""

    def to_bytes(self) -> bytes:
        """The edited value."""


@attrs.frozen(eq=False)
class TextPart:
    """Texts within a value as a field.

    before : the texts it holds; more than one only where it takes several
    put : takes the new texts, as many as there were unless it takes several
    cut : takes it out
    """

    path: str
    before: tuple[str, ...]
    spelling: Spelling
    put: Callable[[Sequence[str]], None] = attrs.field(repr=False)
    cut: Callable[[], None] = attrs.field(repr=False)
    required: bool = False
    several: bool = False

    @property
    def limits(self) -> Limits:
        """A text limits nothing."""
        return attrs.evolve(UNLIMITED, required=self.required)

    def _pieces(self) -> list[Piece]:
        found = [text if text.strip() else None for text in self.before]
        return list(found) if any(found) else []

    def read(self, form: Form) -> Sequence[Value | None]:
        """Its values. Raises FieldError (``wrong-kind``)."""
        try:
            if form.kind is Kind.BYTES:
                raise FieldError("wrong-kind", "this is text, no bytes")
            return self.spelling.read(self._pieces(), form)
        except FieldError as error:
            raise error.at(self.path) from None

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Give it values. Raises FieldError (``wrong-kind``, ``charset``, ``required``)."""
        try:
            if self.required:
                raise FieldError("required", "the image cannot be read with another value")
            before = self._pieces()
            after = self.spelling.written(values, before, form)
            if after == before:
                return
            if len(after) > 1 and not self.several:
                raise FieldError("wrong-kind", "this holds one text, not several")
            self.put([_text(piece) for piece in after] or [""])
        except FieldError as error:
            raise error.at(self.path) from None

    def remove(self) -> None:
        """Take it out."""
        self.cut()


def _text(piece: Piece) -> str:
    if isinstance(piece, bytes):
        raise FieldError("charset", "the action's result is no text")
    return piece or ""
