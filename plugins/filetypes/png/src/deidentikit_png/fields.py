"""Chunks as the fields of a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError, printable
from deidentikit.filetype import UNLIMITED, Field, Limits
from deidentikit.kinds import Form, Formats, Kind, Moment, Opaque, Value
from deidentikit_image_metadata import rawbytes
from deidentikit_image_metadata.fields import TagField
from deidentikit_image_metadata.names import WHOLE
from deidentikit_image_metadata.plaintext import Piece, Spelling
from deidentikit_image_metadata.wrapping import WrappedField

from . import texts, times
from .chunks import Chunk
from .contents import Contents
from .texts import SPELLING, TextHead
from .types import is_required

REQUIRED: Final = attrs.evolve(WHOLE, required=True)
UNKNOWN: Final = Limits(kinds=frozenset({Kind.TEXT, Kind.UID, Kind.BYTES, Kind.NATIVE}))
_TEXT: Final = Form(Kind.TEXT)
_UNKNOWN_SPELLING: Final = Spelling(Formats(), lenient=True)


@attrs.frozen(eq=False)
class ChunkField:
    """A chunk as a whole, which can be removed or kept, nothing else."""

    contents: Contents
    chunk: Chunk

    @property
    def path(self) -> str:
        return self.chunk.type

    @property
    def required(self) -> bool:
        return is_required(self.chunk.type)

    @property
    def limits(self) -> Limits:
        return REQUIRED if self.required else WHOLE

    def read(self, form: Form) -> Sequence[Value | None]:
        raise FieldError("wrong-kind", "the chunk holds no value; it can be removed or kept", self.path)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        raise FieldError("wrong-kind", "the chunk holds no value that could be replaced; remove or keep it", self.path)

    def remove(self) -> None:
        if self.required:
            raise FieldError("required", "the image cannot be shown without this chunk", self.path)
        self.contents.remove(self.chunk)


@attrs.frozen(eq=False)
class UnknownField(ChunkField):
    """A chunk of unknown type: bytes that may be text."""

    @property
    def limits(self) -> Limits:
        return UNKNOWN

    def read(self, form: Form) -> Sequence[Value | None]:
        return rawbytes.read(self.contents.data(self.chunk), _UNKNOWN_SPELLING, form)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        replaced_unread = form.kind in (Kind.NATIVE, Kind.BYTES)
        data = b"" if replaced_unread else self.contents.data(self.chunk)
        new = rawbytes.written(data, values, _UNKNOWN_SPELLING, form)
        if replaced_unread or new != data:
            self.contents.put(self.chunk, new)


@attrs.frozen(eq=False)
class MalformedText(ChunkField):
    """A text chunk that is not made as the standard says; it can be removed or kept."""

    def read(self, form: Form) -> Sequence[Value | None]:
        raise FieldError("undecodable", "the text chunk has no readable keyword; it can be removed or kept", self.path)


@attrs.frozen(eq=False)
class TextField(ChunkField):
    """The text of a text chunk.

    structured : the text is a form of metadata that values cannot be taken from: XMP, a raw profile
    """

    head: TextHead
    structured: bool = False

    @property
    def path(self) -> str:
        return f"{self.chunk.type}:{printable(self.head.keyword)}"

    @property
    def limits(self) -> Limits:
        return WHOLE if self.structured else UNLIMITED

    def read(self, form: Form) -> Sequence[Value | None]:
        if self.structured:
            raise FieldError("wrong-kind", "the text is a structure; name what is in it, or remove it", self.path)
        data = self.contents.text(self.chunk, self.head)
        if form.kind is Kind.BYTES:
            return [data] if data else []
        return SPELLING.read(texts.decode(data, self.head.encoding), form)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        if form.kind is Kind.NATIVE:
            self._put(_texts(values))
            return
        if self.structured:
            raise FieldError("wrong-kind", "the text is a structure; name what is in it, or remove it", self.path)
        data = self.contents.text(self.chunk, self.head)
        if form.kind is Kind.BYTES:
            if (new := rawbytes.joined(values)) != data:
                self.contents.put_text(self.chunk, self.head, new)
            return
        before = texts.decode(data, self.head.encoding)
        after = SPELLING.written(values, before, form)
        if after != before:
            self._put(after)

    def _put(self, pieces: Sequence[Piece]) -> None:
        self.contents.put_text(self.chunk, self.head, texts.encode(pieces, self.head.encoding))


@attrs.frozen(eq=False)
class TimeField(ChunkField):
    """The chunk that says when the image was last changed."""

    @property
    def limits(self) -> Limits:
        return times.LIMITS

    def read(self, form: Form) -> Sequence[Value | None]:
        data = self.contents.data(self.chunk)
        if form.kind is Kind.BYTES:
            return [data] if data else []
        if form.kind not in (Kind.DATE, Kind.DATETIME):
            raise FieldError("wrong-kind", f"the chunk holds a time, no {form.kind.value}", self.path)
        moment = times.unpack(data)
        if moment is None:
            return []
        return [times.day(moment) if form.kind is Kind.DATE else moment]

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        if form.kind is Kind.NATIVE:
            self.contents.put(self.chunk, times.literal(_texts(values)))
            return
        data = self.contents.data(self.chunk)
        new = rawbytes.joined(values) if form.kind is Kind.BYTES else times.pack(values, data)
        if new != data:
            self.contents.put(self.chunk, new)


class ExifTag(WrappedField):
    """A tag of an EXIF block. A date format of the section is for text chunks: tags that are not in it are read
    as EXIF spells dates."""

    __slots__ = ("_block",)

    def __init__(self, tag: TagField, block: str) -> None:
        """block : what the place of the block is called"""
        super().__init__(tag)
        self._block = block

    @property
    def path(self) -> str:
        return f"{self._block}:{self.inner.path}"

    def read(self, form: Form) -> Sequence[Value | None]:
        return self.inner.read(self._fitting(form))

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        self.inner.write(values, self._fitting(form))

    def _fitting(self, form: Form) -> Form:
        if form.format is None or form.explicit or form.kind not in (Kind.DATE, Kind.DATETIME):
            return form
        try:
            self.inner.read(form)
        except FieldError:
            return attrs.evolve(form, format=None)
        return form


@attrs.frozen(eq=False)
class TextPlace:
    """Where a text chunk will be made."""

    contents: Contents
    type: str
    keyword: str
    limits: Limits = UNLIMITED

    @property
    def path(self) -> str:
        return f"{self.type}:{printable(self.keyword)}"

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        self.contents.added.append((self.type, texts.new_data(self.type, self.keyword, _texts(values))))


@attrs.frozen(eq=False)
class TimePlace:
    """Where a chunk for the time of the last change will be made."""

    contents: Contents
    path: str = "tIME"
    limits: Limits = times.LIMITS

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        self.contents.added.append(("tIME", times.literal(_texts(values))))


def field_texts(field: Field) -> list[str]:
    """A field's values as text; none of one that is no text. Raises FieldError as reading does."""
    try:
        if isinstance(field, TimeField):
            moments = field.read(Form(Kind.DATETIME))
            return [times.spelled(moment) for moment in moments if isinstance(moment, Moment)]
        values = field.read(_TEXT)
    except FieldError as error:
        if error.reason == "wrong-kind":
            return []
        raise
    return [str(value) for value in values if isinstance(value, str) and not isinstance(value, Opaque)]


def _texts(values: Sequence[Value | None]) -> list[Piece]:
    found = [value for value in values if value is None or isinstance(value, (str, Opaque))]
    if len(found) != len(values):
        raise FieldError("wrong-kind", "the action's result is no text")
    return found
