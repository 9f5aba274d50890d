"""The fields that actions work on: cells of the header, whole identifications, annotations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from deidentikit import FieldError, Form, Formats, Kind, Limits, Moment, Opaque
from deidentikit.kinds import Value, text_codec

from .annotations import check_text
from .cells import Cell, Cells, Identification, is_known
from .vocabulary import ANNOTATIONS, Sort

FORMATS: Final = Formats(date="%d-%b-%Y", datetime="%d-%b-%Y %H:%M:%S")

_DATES: Final = (Kind.DATE, Kind.DATETIME)


def read_text(text: str, form: Form) -> Value:
    """A text in the kind that a form asks for. Raises FieldError (``wrong-kind``)."""
    return text.encode("latin-1") if form.kind is Kind.BYTES else text_codec(form, FORMATS).decode(text)


def spell_text(value: Value | None, form: Form, original: str) -> str:
    """An action's result as text. Raises FieldError (``wrong-kind``, ``charset``)."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bytes):
        try:
            return value.decode("ascii")
        except UnicodeDecodeError:
            raise FieldError("charset", "a header holds printable ASCII alone") from None
    return text_codec(form, FORMATS).encode(value, original)


def single(values: Sequence[Value | None]) -> Value | None:
    """The one value of a field that has one. Raises FieldError (``wrong-kind``) for more."""
    if len(values) > 1:
        raise FieldError("wrong-kind", "a field of the header holds one value")
    return values[0] if values else None


class HeaderField:
    """A cell of the header."""

    def __init__(self, cell: Cell, cells: Cells) -> None:
        self._cell = cell
        self._cells = cells

    @property
    def path(self) -> str:
        return self._cell.path

    @property
    def required(self) -> bool:
        return self._cell.fixed or self._cell.spec.required

    @property
    def limits(self) -> Limits:
        return self._cell.spec.limits

    @property
    def _is_date(self) -> bool:
        return self._cell.spec.sort in (Sort.SHORT_DATE, Sort.LONG_DATE)

    def read(self, form: Form) -> Sequence[Value | None]:
        if not known_text(self._cell):
            return ()
        if self._is_date and form.kind in _DATES:
            day = self._cells.read_date(self._cell)
            return () if day is None else (day,)
        return (read_text(self._cell.text, form),)

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        value = single(values)
        if self._is_date and isinstance(value, Moment):
            if value != self._cells.read_date(self._cell):
                self._cell.put(self._cells.spell_date(self._cell, value))
            return
        self._cell.put(spell_text(value, form, self._cell.text))

    def remove(self) -> None:
        self._cell.put("")


class WholeField:
    """The patient's or the recording's identification, subfields and all."""

    required = False

    def __init__(self, identification: Identification) -> None:
        self._identification = identification

    @property
    def path(self) -> str:
        return self._identification.slot.path

    @property
    def limits(self) -> Limits:
        return self._identification.slot.spec.limits

    def read(self, form: Form) -> Sequence[Value | None]:
        text = self._identification.text
        return (read_text(text, form),) if text else ()

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        self._identification.put(spell_text(single(values), form, self._identification.text))

    def remove(self) -> None:
        self._identification.put("")


class AnnotationsField:
    """The annotations of a file: each different text is one value, however often it stands there.

    new : for each text what will stand in its place; None where nothing was written
    gone : the whole field was removed
    """

    path = ANNOTATIONS
    required = False
    limits = Limits()

    def __init__(self, found: Iterable[bytes]) -> None:
        self._found = found
        self._texts: tuple[bytes, ...] | None = None
        self.new: dict[bytes, bytes] | None = None
        self.gone = False

    @property
    def texts(self) -> tuple[bytes, ...]:
        """The different texts in the order in which they first stand there. Raises FileError."""
        if self._texts is None:
            self._texts = tuple(self._found)
        return self._texts

    @property
    def texts_now(self) -> tuple[bytes, ...]:
        """The same as they will be."""
        if self.gone:
            return ()
        new = self.new or {}
        return tuple(dict.fromkeys(text for old in self.texts if (text := new.get(old, old))))

    def read(self, form: Form) -> Sequence[Value | None]:
        return [_read_annotation(text, form) for text in self.texts]

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        if form.kind is Kind.NATIVE:
            values = (single(values),) * len(self.texts)
        elif len(values) != len(self.texts):
            raise FieldError("wrong-kind", "the action takes out some of the annotations; it can empty them instead")
        if not any(values):
            self.remove()
            return
        self.gone = False
        self.new = {old: _written(value, form, old) for old, value in zip(self.texts, values, strict=True)}

    def remove(self) -> None:
        self.gone = True

    @property
    def is_changed(self) -> bool:
        return self.gone or any(old != new for old, new in (self.new or {}).items())


def _read_annotation(text: bytes, form: Form) -> Value:
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        if form.kind in (Kind.TEXT, Kind.UID):
            return Opaque(text)
        raise FieldError("undecodable", "an annotation is no UTF-8") from None
    return text if form.kind is Kind.BYTES else text_codec(form, FORMATS).decode(decoded)


def _written(value: Value | None, form: Form, old: bytes) -> bytes:
    if isinstance(value, bytes):
        if value == old:
            return old
        try:
            value = value.decode()
        except UnicodeDecodeError:
            raise FieldError("charset", "an annotation holds Unicode text") from None
    return check_text(spell_text(value, form, old.decode("utf-8", "replace")))


def known_text(cell: Cell) -> str:
    """A cell's text; nothing where a subfield of EDF+ says that it is not known."""
    return cell.text if not cell.spec.word or is_known(cell.text) else ""
