"""Between the stored values of tags and the typed values that actions work on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Formats, Kind, Opaque, Value, parse_number

from . import rawbytes
from .coordinates import COORDINATES, degrees, from_degrees
from .fieldtypes import ASCII, BYTE, UNDEFINED, UTF8, WIDTHS
from .ifd import Stored
from .numbers import NUMERIC, Numbers, Parts
from .plaintext import Spelling
from .tags import Space, Tag
from .texts import Coded, Coding, Plain, Strings, Wide

FORMATS: Final = Formats("%Y:%m:%d", "%Y:%m:%d %H:%M:%S")
"""How EXIF and TIFF spell dates (EXIF 2.32 section 4.6.4, DateTime)."""
SECTION_FORMATS: Final = Formats("%Y%m%d", FORMATS.datetime)
"""How names of outputs and groups of a text spell them where a section of an image type names no format."""
SPELLING: Final = Spelling(FORMATS, other_dates=("%Y%m%d",))

_TEXT_TYPES: Final = frozenset({ASCII, UTF8})
_BYTE_TYPES: Final = frozenset({BYTE, UNDEFINED})
_XP: Final = frozenset(range(0x9C9B, 0x9CA0))
_CODED: Final = {Space.MAIN: frozenset({0x9286}), Space.GPS: frozenset({0x1B, 0x1C})}
_TEXTUAL: Final = Limits(kinds=frozenset(Kind))


def decode(tag: Tag, stored: Stored, form: Form) -> list[Value | None]:
    """A tag's values in the kind that the form asks for; none where it is empty.

    Latitude and longitude are one number of degrees. Dates of zeros or spaces mean that the date is not
    known, and are empty. Raises FieldError (``wrong-kind``, ``undecodable``).
    """
    if form.kind is Kind.BYTES:
        return [stored.data] if stored.data else []
    coding = _coding(tag, stored.type)
    if coding is None:
        return _decode_numbers(tag, stored, form)
    return SPELLING.read(coding.split(stored.data, stored.order), form)


def _coding(tag: Tag, type: int) -> Coding | None:
    """How a value of this field type holds text; None where it holds numbers."""
    if type in _BYTE_TYPES and tag.space is Space.MAIN and tag.number in _XP:
        return Wide()
    if type in _BYTE_TYPES and tag.number in _CODED.get(tag.space, ()):
        return Coded()
    if type in _TEXT_TYPES or (type in _BYTE_TYPES and tag.type == ASCII):
        return Strings()
    if type == UNDEFINED or (type in _BYTE_TYPES and tag.type in _BYTE_TYPES and not tag.count):
        return Plain(tag.count)
    if type in NUMERIC:
        return None
    raise FieldError("undecodable", "the value is of an unknown type")


def _decode_numbers(tag: Tag, stored: Stored, form: Form) -> list[Value | None]:
    numbers = Numbers(stored.type)
    parts = numbers.unpack(stored.data, stored.order)
    if form.kind not in (Kind.NUMBER, Kind.TEXT, Kind.UID):
        raise FieldError("wrong-kind", f"the tag holds numbers, no {form.kind.value}")
    if _is_coordinate(tag, parts):
        degree = degrees(parts)
        return [degree if form.kind is Kind.NUMBER else format(degree, "f")]
    if form.kind is Kind.NUMBER:
        return [numbers.number(part) for part in parts]
    return [numbers.text(part) for part in parts]


def _is_coordinate(tag: Tag, parts: Sequence[Parts]) -> bool:
    whole = all(isinstance(part, tuple) and part[1] for part in parts)
    return tag.space is Space.GPS and tag.number in COORDINATES and len(parts) == 3 and whole


def encode(tag: Tag, original: Stored, values: Sequence[Value | None], form: Form) -> Stored:
    """A stored value that holds these values, in the spelling and type of the original.

    original : what the tag held; of no bytes where the tag is new
    Under `Kind.NATIVE` the values are texts of the profile. None leaves a value as it was. Values given back
    as they were read give the original.
    Raises FieldError (``wrong-kind``, ``charset``, ``out-of-range``, ``too-long``).
    """
    if form.kind is Kind.BYTES or (values and isinstance(values[0], bytes) and not isinstance(values[0], Opaque)):
        return _encode_bytes(original, values)
    coding = _coding(tag, original.type)
    if coding is None:
        data = _encode_numbers(tag, original, values, form)
    else:
        data = _encode_text(coding, original, values, form)
    return original if data is None else attrs.evolve(original, data=data)


def _encode_bytes(original: Stored, values: Sequence[Value | None]) -> Stored:
    data = rawbytes.joined(values)
    if len(data) % WIDTHS[original.type]:
        raise FieldError("wrong-kind", "the tag holds numbers; its bytes have to be whole numbers")
    return attrs.evolve(original, data=data)


def _encode_text(coding: Coding, original: Stored, values: Sequence[Value | None], form: Form) -> bytes | None:
    """The new bytes, or None where nothing changes."""
    before = coding.split(original.data, original.order)
    pieces = SPELLING.written(values, before, form)
    if pieces == before and original.data:
        return None
    return coding.join(pieces, original.data, original.order)


def _encode_numbers(tag: Tag, original: Stored, values: Sequence[Value | None], form: Form) -> bytes | None:
    numbers = Numbers(original.type)
    before = numbers.unpack(original.data, original.order)
    if not values:
        raise FieldError("wrong-kind", "a number cannot be left empty; remove the tag instead")
    if form.kind is not Kind.NATIVE and list(values) == _decode_numbers(tag, original, form):
        return None
    if form.kind is not Kind.NUMBER:
        return numbers.pack(_literals(tag, numbers, values), original.order)
    if _is_coordinate(tag, before) and len(values) == 1:
        return numbers.pack(from_degrees(values[0], COORDINATES[tag.number], before), original.order)
    if len(values) != len(before):
        raise FieldError("wrong-kind", "the action's results are not as many as the values")
    after = [_kept(numbers, value, part) for value, part in zip(values, before, strict=True)]
    return None if after == before else numbers.pack(after, original.order)


def _kept(numbers: Numbers, value: Value | None, before: Parts) -> Parts:
    """What is stored for a result; the very same where the result is the value that was read."""
    return before if value is None or value == numbers.number(before) else numbers.store(value, before)


def _literals(tag: Tag, numbers: Numbers, values: Sequence[Value | None]) -> list[Parts]:
    """Numbers that texts spell, one in each text or all in one."""
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values):
        raise FieldError("wrong-kind", "the action's result is no text that spells a number")
    words = [word for text in texts for word in (text.replace(",", " ").split() if len(texts) == 1 else [text])]
    if tag.space is Space.GPS and tag.number in COORDINATES and len(words) == 1:
        return from_degrees(parse_number(words[0]), COORDINATES[tag.number], ())
    if not words or (tag.count and len(words) != tag.count):
        raise FieldError("wrong-kind", f"the tag holds {tag.count or 'some'} numbers")
    return [numbers.literal(word) for word in words]


def limits(tag: Tag, type: int | None = None) -> Limits:
    """What a tag can hold.

    type : the field type it has in a file; without it, the one that the standard gives it
    """
    number = tag.type if type is None else type
    try:
        coding = _coding(tag, number)
    except FieldError:
        return Limits(kinds=frozenset())
    if coding is not None:
        return attrs.evolve(_TEXTUAL, max_length=tag.count) if isinstance(coding, Plain) and tag.count else _TEXTUAL
    most = COORDINATES.get(tag.number) if tag.space is Space.GPS else None
    found = Numbers(number).limits
    return found if most is None else attrs.evolve(found, high=Decimal(most))


def blank(tag: Tag, order: str) -> Stored:
    """What `encode` gets as the original of a tag that is to be inserted."""
    return Stored(tag.type, b"", order)


def check_literal(tag: Tag, text: str) -> str | None:
    """Why a text of the profile cannot be written to a tag, or None."""
    try:
        encode(tag, blank(tag, "<"), [text], Form(Kind.NATIVE))
    except FieldError as error:
        return f"{tag.name}: {error.message}"
    return None
