"""Between texts, however they are stored, and the typed values that actions work on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.kinds import Form, Formats, Kind, Opaque, TextCodec, Value, text_codec

Piece = str | Opaque | None
"""One text of a value; `Opaque` where its bytes are no text, None where it is empty or blank."""

_TEXTS: Final = frozenset({Kind.TEXT, Kind.UID})
_DATES: Final = frozenset({Kind.DATE, Kind.DATETIME})
_UNSET_DATE: Final = re.compile(r"[0 :]*")


@attrs.frozen
class Spelling:
    """How a kind of metadata spells its dates.

    formats : its own formats; either kind of date may lack its smaller parts
    lenient : where a section names a format and a date is not in it, the own format is tried too
    other_dates : formats that are tried for dates without time where no format is named
    """

    formats: Formats
    lenient: bool = False
    other_dates: tuple[str, ...] = ()

    def codecs(self, form: Form) -> list[TextCodec]:
        """The codecs to try, in order."""
        own = attrs.evolve(form, format=self.formats.datetime)
        if form.kind not in _DATES:
            return [text_codec(form, self.formats)]
        if form.format is None:
            others = self.other_dates if form.kind is Kind.DATE else ()
            return [text_codec(attrs.evolve(own, format=each), self.formats) for each in (own.format, *others)]
        codec = text_codec(form, self.formats)
        return [codec, text_codec(own, self.formats)] if self.lenient and not form.explicit else [codec]

    def read(self, pieces: Sequence[Piece], form: Form) -> list[Value | None]:
        """Texts in the kind that the form asks for; dates of zeros and spaces are not known, and None.

        Raises FieldError (``wrong-kind``, ``undecodable``).
        """
        if form.kind in _TEXTS:
            return list(pieces)
        codecs = self.codecs(form)
        return [_typed(piece, codecs, form) for piece in pieces]

    def written(self, values: Sequence[Value | None], before: Sequence[Piece], form: Form) -> list[Piece]:
        """The texts of an action's results, in the spelling of those they were read from.

        None leaves a text as it was; under `Kind.NATIVE` the values are texts of the profile and replace all.
        Raises FieldError (``wrong-kind``).
        """
        if form.kind is Kind.NATIVE or (form.kind in _TEXTS and len(values) != len(before)):
            return [_piece(value) for value in values]
        if len(values) != len(before):
            raise FieldError("wrong-kind", "the action's results are not as many as the values")
        codecs = self.codecs(form)
        return [_spelled(value, piece, codecs, form) for value, piece in zip(values, before, strict=True)]


def _typed(piece: Piece, codecs: list[TextCodec], form: Form) -> Value | None:
    if isinstance(piece, Opaque):
        raise FieldError("undecodable", "the bytes of the value are no text")
    if piece is None or (form.kind in _DATES and _UNSET_DATE.fullmatch(piece)):
        return None
    return _reader(piece, codecs).decode(piece)


def _reader(text: str, codecs: list[TextCodec]) -> TextCodec:
    """The first codec that reads a text; the first of all where none does, for its message."""
    for codec in codecs:
        try:
            codec.decode(text)
        except FieldError:
            continue
        return codec
    return codecs[0]


def _spelled(value: Value | None, before: Piece, codecs: list[TextCodec], form: Form) -> Piece:
    if value is None:
        return before
    if form.kind in _TEXTS:
        return _piece(value)
    if not isinstance(before, str):
        raise FieldError("wrong-kind", "an empty value was given a result")
    return _reader(before, codecs).encode(value, before)


def _piece(value: Value | None) -> Piece:
    if value is None or isinstance(value, (str, Opaque)):
        return value
    raise FieldError("wrong-kind", "the action's result is no text")
