"""Values of keys and comments as fields that actions read and write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from deidentikit.errors import FieldError, printable
from deidentikit.filetype import UNLIMITED, Limits
from deidentikit.kinds import Form, Formats, Kind, Value, text_codec

from .edits import Edits
from .insertion import Place, make
from .jcamp import COMMENT
from .layouts import Layout
from .selectors import Hit
from .tokens import Role, Token
from .tokens import Value as Stored

FORMATS: Final = Formats()
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x85\u2028\u2029]")
_QUOTED: Final = {"<>": "<>", '"': '"', '""': '"', "'": "'"}


def decode(text: str, form: Form) -> Value | None:
    """A value of a kind; None if it is blank. Raises FieldError (``wrong-kind``)."""
    if not text.strip():
        return None
    if form.kind is Kind.BYTES:
        raise FieldError("wrong-kind", "a value of a text file is no bytes")
    return text_codec(form, FORMATS).decode(text)


def checked(text: Value | None, codec: str) -> str:
    """A text of one line in the file's encoding. Raises FieldError (``wrong-kind``, ``charset``)."""
    if not isinstance(text, str):
        raise FieldError("wrong-kind", "the action's result is no text")
    if _CONTROLS.search(text):
        raise FieldError("wrong-kind", "the action's result holds line ends or control characters")
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        raise FieldError("charset", f"the action's result holds what {codec} cannot encode") from None
    return text


class KeyField:
    """The value or values of a key, or the text of a comment."""

    __slots__ = ("_codec", "_edits", "_guard", "_hit", "_layout")

    def __init__(self, hit: Hit, layout: Layout, edits: Edits, codec: str, guard: Callable[[Token], None]) -> None:
        """guard : raises FieldError where lines that could belong to a token would stay"""
        self._hit = hit
        self._layout = layout
        self._edits = edits
        self._codec = codec
        self._guard = guard

    @property
    def path(self) -> str:
        return printable(self._hit.name)

    @property
    def required(self) -> bool:
        return self._hit.token.required

    @property
    def limits(self) -> Limits:
        return UNLIMITED

    def read(self, form: Form) -> Sequence[Value | None]:
        values = [decode(value.text(self._layout.text), form) for value in self._hit.values]
        return () if all(value is None for value in values) else values

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        stored = self._hit.values
        if form.kind is Kind.NATIVE:
            if len(values) > max(1, len(stored)):
                raise FieldError("wrong-kind", "the key holds fewer values than are given")
            values = [*values, *([None] * (len(stored) - len(values)))]
        elif not values:
            values = [None] * len(stored)
        if len(values) != len(stored):
            raise FieldError("wrong-kind", "the results are not as many as the values of the key")
        for found, value in zip(stored, values, strict=True):
            self._write(found, value, form)

    def _write(self, stored: Stored, value: Value | None, form: Form) -> None:
        original = stored.text(self._layout.text)
        if value is None:
            new = ""
        elif form.kind is Kind.NATIVE:
            new = _unquoted(checked(value, self._codec), stored)
        else:
            new = text_codec(form, FORMATS).encode(value, original)
        if new == original:
            return
        token = self._hit.token
        checked(new, self._codec)
        if any(mark in new for mark in _QUOTED.get(stored.quote or stored.wrap or "", "")):
            raise FieldError("charset", "the action's result holds a quote, which would end the value")
        if self._layout.dialect is None and token.role is Role.ENTRY and COMMENT in new and stored.quote != "<>":
            raise FieldError("charset", f"the action's result holds {COMMENT}, which would begin a comment")
        if token.closing:
            raise FieldError("required", "the value tells that more follows in this file; it can only be kept")
        self._guard(token)
        self._edits.write(token, stored, new)
        if token.size is not None and len(new) >= int(self._layout.text[token.size.start : token.size.end]):
            self._edits.resize(token, len(new) + 1)

    def remove(self) -> None:
        token = self._hit.token
        self._guard(token)
        if token.hollow:
            for value in token.values:
                self._edits.write(token, value, "")
        else:
            self._edits.remove(token)


def _unquoted(text: str, stored: Stored) -> str:
    """A text of the profile without quotes that stand in the file already."""
    quote = stored.quote
    if quote and quote != "<>" and len(text) >= 2 * len(quote) and text.startswith(quote) and text.endswith(quote):
        return text[len(quote) : -len(quote)]
    return text


class NewKey:
    """Where a key that is absent will be made."""

    __slots__ = ("_codec", "_edits", "_layout", "_place", "path")

    def __init__(self, place: Place, layout: Layout, edits: Edits, codec: str) -> None:
        self.path = printable(place.name)
        self._place = place
        self._layout = layout
        self._edits = edits
        self._codec = codec

    @property
    def limits(self) -> Limits:
        return UNLIMITED

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        if len(values) > 1:
            raise FieldError("wrong-kind", "a key that is made holds one value")
        checked(self._place.key, self._codec)
        text = "".join(checked(value, self._codec) for value in values).strip()
        if self._layout.dialect is None and COMMENT in text:
            raise FieldError("charset", f"the value holds {COMMENT}, which would begin a comment")
        headed = self._edits.has_section(self._place.head)
        self._edits.add(make(self._layout, self._place, text, headed))
