"""Between a cell as it is spelled and the typed value that an action works on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, cast

from deidentikit.errors import FieldError
from deidentikit.kinds import Form, Formats, Kind, Value, spell_number, text_codec

from .dialect import MARK, Dialect

FORMATS: Final = Formats()
_TYPED: Final = frozenset({Kind.NUMBER, Kind.DATE, Kind.DATETIME})


class Spelling:
    """How one table spells its cells."""

    def __init__(self, dialect: Dialect, encoding: str) -> None:
        """dialect : with its delimiter"""
        self._quote = dialect.quote
        self._comment = dialect.comment
        self._missing = dialect.missing
        self._encoding = encoding
        self._specials = f"{MARK}\r\n{dialect.delimiter or ','}{dialect.quote or ''}"
        self._special = re.compile(f"[{re.escape(self._specials)}]")
        self._turn_to(Form(Kind.TEXT))

    def text(self, cell: str) -> str:
        """What the cell holds."""
        quote = self._quote
        if quote is None or not cell.startswith(quote):
            return cell
        return cell[1:-1].replace(quote + quote, quote)

    def is_quoted(self, cell: str) -> bool:
        """Whether it stands in quotes."""
        return self._quote is not None and cell.startswith(self._quote)

    def any_quoted(self, cells: Sequence[str]) -> bool:
        """Whether some may stand in quotes."""
        return self._quote is not None and self._quote in "".join(cells)

    def spell(self, text: str, *, quoted: bool) -> str:
        """A cell that holds a text, in quotes where it needs them or where `quoted` asks for them.

        Raises FieldError (``charset``, ``unquotable``).
        """
        if not quoted and text.isascii() and self._comment is None and not self._special.search(text):
            return text
        if not text.isascii():
            try:
                text.encode(self._encoding)
            except UnicodeEncodeError:
                raise FieldError("charset", f"the result holds what {self._encoding} cannot encode") from None
        if MARK in text:
            raise FieldError("charset", "a cell cannot hold NUL")
        comment = self._comment is not None and text.startswith(self._comment)
        if comment or self._special.search(text):
            if self._quote is None:
                raise FieldError("unquotable", "the result holds what only quotes could hide, and `quote` is none")
            quoted = True
        if not quoted or self._quote is None:
            return text
        return self._quote + text.replace(self._quote, self._quote * 2) + self._quote

    def decode(self, cell: str, form: Form) -> Value | None:
        """The cell's value in a kind; None where it is empty or its text means that it is missing.

        Raises FieldError (``wrong-kind``).
        """
        text = self.text(cell) if self._quote is not None and cell.startswith(self._quote) else cell
        if not text or (self._missing and text in self._missing):
            return None
        if form is not self._form:
            self._turn_to(form)
        if not self._typed:
            return text.encode(self._encoding) if form.kind is Kind.BYTES else text
        return self._codec.decode(text) if text.strip() else None

    def encode(self, value: Value | None, cell: str, form: Form) -> str:
        """A cell that holds an action's result, spelled like the cell that the value was read from.

        Raises FieldError (``wrong-kind``, ``charset``, ``unquotable``).
        """
        if value is None:
            return self.spell("", quoted=self.is_quoted(cell))
        quoted = self._quote is not None and cell.startswith(self._quote)
        before = self.text(cell) if quoted else cell
        if form.kind is Kind.BYTES:
            text = self._of_bytes(value)
        else:
            if form is not self._form:
                self._turn_to(form)
            text = self._codec.encode(value, before)
        return cell if text == before else self.spell(text, quoted=quoted)

    def encode_many(self, values: Sequence[Value], cells: Sequence[str], form: Form) -> Sequence[str]:
        """What `encode` gives for each value and its cell. Raises FieldError if it cannot be done for all."""
        texts = _texts(values, form.kind)
        if texts is not None and self._is_plain("".join(texts)):
            before = "".join(cells)
            if form.kind is Kind.TEXT or before.split(None, 1) == [before]:  # a number has white space around it anew
                quote = self._quote
                if quote is None or quote not in before:
                    return texts
                return [
                    f"{quote}{text}{quote}" if cell.startswith(quote) else text
                    for text, cell in zip(texts, cells, strict=True)
                ]
        return [self.encode(value, cell, form) for value, cell in zip(values, cells, strict=True)]

    def _is_plain(self, text: str) -> bool:
        """Whether all parts of a text can stand in cells as they are."""
        return text.isascii() and self._comment is None and not any(char in text for char in self._specials)

    def _of_bytes(self, value: Value) -> str:
        if not isinstance(value, bytes):
            raise FieldError("wrong-kind", "the action's result is no bytes")
        try:
            return value.decode(self._encoding)
        except UnicodeError:
            raise FieldError("charset", f"the result is no {self._encoding}") from None

    def _turn_to(self, form: Form) -> None:
        self._form = form
        self._typed = form.kind in _TYPED
        self._codec = text_codec(form, FORMATS)


def _texts(values: Sequence[Value], kind: Kind) -> Sequence[str] | None:
    """How the values of a kind are spelled where nothing is around them; None where more decides."""
    types = {*map(type, values)}
    if kind is Kind.TEXT and types == {str}:
        return cast(Sequence[str], values)
    if kind is Kind.NUMBER and types == {Decimal}:
        texts = [*map(str, values)]
        if "E" in "".join(texts):
            texts = [*map(spell_number, cast(Sequence[Decimal], values))]
        return texts
    return None
