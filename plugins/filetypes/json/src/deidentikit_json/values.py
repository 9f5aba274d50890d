"""Between the values of JSON and the typed values that actions work on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from deidentikit.errors import FieldError
from deidentikit.kinds import Form, Formats, Kind, Numeral, Value, spell_number, text_codec

from .syntax import Json, Number

FORMATS: Final = Formats("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_TEXTS: Final = frozenset({Kind.TEXT, Kind.UID})
_TYPED: Final = frozenset({Kind.NUMBER, Kind.DATE, Kind.DATETIME})


def leaf_text(value: Json) -> str | None:
    """A leaf as text: a number as spelled, ``True``, ``False``; None for null and empty strings.

    Raises FieldError (``wrong-kind``) for a list or an object.
    """
    if isinstance(value, str):
        return str(value) or None
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value)
    raise FieldError("wrong-kind", "the field is a list or an object; name the values in it, or remove it")


def decode(value: Json, form: Form) -> Value | None:
    """A leaf in the kind that the form asks for; None where it is empty.

    Raises FieldError (``wrong-kind``).
    """
    text = leaf_text(value)
    if text is None or form.kind in _TEXTS:
        return Numeral(text) if isinstance(value, Number) else text
    if form.kind not in _TYPED or isinstance(value, bool):
        raise FieldError("wrong-kind", f"a JSON value of this type holds no {form.kind.value}")
    return text_codec(form, FORMATS).decode(text)


def encode(value: Value | None, original: Json, form: Form) -> Json:
    """An action's result as a leaf, in the spelling of the leaf it was read from.

    A text makes a string; a number or a date stays a number where it was one.
    Raises FieldError (``wrong-kind``, ``charset``, ``out-of-range``).
    """
    before = leaf_text(original)
    if value is None or before is None:
        if value is None:
            return original
        raise FieldError("wrong-kind", "an empty value was given a result")
    if form.kind is Kind.NUMBER and isinstance(original, Number):
        return _number(value)
    text = checked(text_codec(form, FORMATS).encode(value, before))
    if text == before:
        return original
    if form.kind not in _TEXTS and isinstance(original, Number) and JSON_NUMBER.fullmatch(text):
        return Number(text)
    return text


def _number(value: Value) -> Number:
    if not isinstance(value, Decimal):
        raise FieldError("wrong-kind", "the action's result is no number")
    if not value.is_finite():
        raise FieldError("out-of-range", "JSON has no number for the action's result")
    text = spell_number(value)
    return Number(text if JSON_NUMBER.fullmatch(text) else spell_number(Decimal(value)))


def literal(values: Sequence[Value | None], original: Json) -> Json:
    """Texts of the profile as a value in the place of `original`.

    A number's place takes a number where the text reads as one, true and false likewise;
    anything else is a string, several texts a list of strings, none an empty value.
    """
    texts = [checked(value) for value in values]
    if not texts:
        return emptied(original)
    if len(texts) > 1:
        return [*texts]
    text = texts[0]
    if isinstance(original, Number) and JSON_NUMBER.fullmatch(text):
        return Number(text)
    if isinstance(original, bool) and text in ("true", "false"):
        return text == "true"
    return text


def emptied(original: Json) -> Json:
    """What an emptied value becomes: an empty list or object of its type, else an empty string."""
    if isinstance(original, list):
        return []
    return {} if isinstance(original, dict) else ""


def checked(value: Value | None) -> str:
    """A text that UTF-8 can hold. Raises FieldError (``wrong-kind``, ``charset``)."""
    if not isinstance(value, str):
        raise FieldError("wrong-kind", "the action's result is no text")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise FieldError("charset", "the action's result holds what UTF-8 cannot encode") from None
    return value
