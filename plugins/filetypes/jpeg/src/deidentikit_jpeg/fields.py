"""Metadata that are no tags, properties or data sets, as the fields of a document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import UNLIMITED, Limits
from deidentikit.kinds import Form, Kind, Value
from deidentikit_image_metadata import rawbytes
from deidentikit_image_metadata.names import WHOLE
from deidentikit_image_metadata.photoshop import Resource, Resources
from deidentikit_image_metadata.plaintext import Piece, Spelling
from deidentikit_image_metadata.texts import read_text, write_text
from deidentikit_image_metadata.values import FORMATS

from .markers import MAX_PAYLOAD

_SPELLING: Final = Spelling(FORMATS, lenient=True, other_dates=("%Y%m%d",))
_COMMENT_LIMITS: Final = Limits(max_length=MAX_PAYLOAD)


class WholeField(ABC):
    """What can be removed or kept as a whole, nothing else."""

    @property
    @abstractmethod
    def path(self) -> str:
        """What it is called."""

    @property
    def required(self) -> bool:
        return False

    @property
    def limits(self) -> Limits:
        return WHOLE

    def read(self, form: Form) -> Sequence[Value | None]:
        raise self._refusal()

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        raise self._refusal()

    def _refusal(self) -> FieldError:
        return FieldError("wrong-kind", "this can be removed or kept as a whole, nothing else", self.path)

    @abstractmethod
    def remove(self) -> None:
        """Take it out."""


@attrs.frozen(eq=False)
class ThumbnailField(WholeField):
    """The thumbnail of EXIF, with all that describes it."""

    take_out: Callable[[], object]

    @property
    def path(self) -> str:
        return "Thumbnail"

    def remove(self) -> None:
        self.take_out()


@attrs.frozen(eq=False)
class ResourceField:
    """An image resource as a field: bytes that may be text."""

    resources: Resources
    resource: Resource
    required: bool = False
    limits: Limits = UNLIMITED

    @property
    def path(self) -> str:
        return f"Photoshop.{self.resource.title}"

    def read(self, form: Form) -> Sequence[Value | None]:
        return rawbytes.read(self.resource.data, _SPELLING, form)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        self.resources.replace(self.resource, rawbytes.written(self.resource.data, values, _SPELLING, form))

    def remove(self) -> None:
        self.resources.remove(self.resource)


@attrs.define(eq=False)
class Comment:
    """A comment segment's bytes, as they were and as they will be; None: it is taken out."""

    original: bytes
    data: bytes | None


@attrs.frozen(eq=False)
class CommentField:
    """A comment as a field, or as the place of one."""

    comment: Comment
    path: str = "COM"
    required: bool = False
    limits: Limits = _COMMENT_LIMITS

    def _pieces(self) -> list[Piece]:
        piece = read_text(self.comment.original)
        return [] if piece is None else [piece.rstrip("\0") if isinstance(piece, str) else piece]

    def read(self, form: Form) -> Sequence[Value | None]:
        if form.kind is Kind.BYTES:
            return [self.comment.original] if self.comment.original else []
        return _SPELLING.read(self._pieces(), form)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        if form.kind is Kind.BYTES:
            self._put(rawbytes.joined(values))
            return
        before = self._pieces()
        after = _SPELLING.written(values, before, form)
        if after == before:
            return
        if len(after) > 1:
            raise FieldError("wrong-kind", "a comment holds one text, not several", self.path)
        self._put(write_text(after[0]) if after else b"")

    def _put(self, data: bytes) -> None:
        if len(data) > MAX_PAYLOAD:
            raise FieldError("too-long", f"a comment holds {MAX_PAYLOAD} bytes", self.path)
        self.comment.data = data

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        """Fill a comment that is new."""
        self.write(values, form)

    def remove(self) -> None:
        self.comment.data = None
