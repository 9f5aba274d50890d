"""Tags by name and by number."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Final

import attrs
from deidentikit.errors import suggest

from . import tagtable
from .fieldtypes import (
    ASCII,
    BYTE,
    DOUBLE,
    FLOAT,
    LONG,
    RATIONAL,
    SHORT,
    SLONG,
    SRATIONAL,
    SSHORT,
    UNDEFINED,
)
from .ifd import IfdKind


class Space(Enum):
    """A space of tag numbers. Image and EXIF IFDs share one: writers put EXIF tags into either."""

    MAIN = "main"
    GPS = "gps"
    INTEROP = "interop"


@attrs.frozen
class Tag:
    """What is known of a tag.

    home : the kind of IFD into which it is inserted
    type : the field type it is written with; UNDEFINED where nothing is known
    count : how many values it has; 0 for any number
    """

    number: int
    name: str
    space: Space
    home: IfdKind
    type: int = UNDEFINED
    count: int = 0


_LETTERS: Final = {
    "B": BYTE,
    "A": ASCII,
    "S": SHORT,
    "L": LONG,
    "N": LONG,
    "R": RATIONAL,
    "U": UNDEFINED,
    "s": SSHORT,
    "l": SLONG,
    "r": SRATIONAL,
    "F": FLOAT,
    "D": DOUBLE,
}
_JOINTS: Final = str.maketrans("", "", " _-/")
_TABLES: Final = (
    (tagtable.TIFF, Space.MAIN, IfdKind.IMAGE),
    (tagtable.EXIF, Space.MAIN, IfdKind.EXIF),
    (tagtable.GPS, Space.GPS, IfdKind.GPS),
    (tagtable.INTEROP, Space.INTEROP, IfdKind.INTEROP),
)


def space_of(kind: IfdKind) -> Space:
    """The space of numbers that the tags of an IFD belong to."""
    return {IfdKind.GPS: Space.GPS, IfdKind.INTEROP: Space.INTEROP}.get(kind, Space.MAIN)


@cache
def all_tags() -> dict[tuple[Space, int], Tag]:
    """Every tag that has a name here, by space and number."""
    return {(tag.space, tag.number): tag for tag in _read_tables()}


def _read_tables() -> Iterator[Tag]:
    for table, space, home in _TABLES:
        for line in table.strip().splitlines():
            number, name, letter, count = line.split()
            yield Tag(int(number, 16), name, space, home, _LETTERS[letter], int(count))


@cache
def _by_name() -> dict[str, tuple[Tag, ...]]:
    found: dict[str, tuple[Tag, ...]] = {}
    for tag in all_tags().values():
        found[_folded(tag.name)] = (tag,)
    for alias, name in tagtable.ALIASES.items():
        found[_folded(alias)] = found.get(_folded(alias), ()) + found[_folded(name)]
    return found


def _folded(name: str) -> str:
    """A name as it is compared: readers differ in case and in what joins its words (`GDAL_METADATA`)."""
    return name.casefold().translate(_JOINTS)


def tag_of(kind: IfdKind, number: int) -> Tag:
    """The tag of a number in an IFD of this kind; without a name of its own it is named ``0xC4A5``."""
    space = space_of(kind)
    return all_tags().get((space, number)) or Tag(number, f"0x{number:04X}", space, kind)


def lookup(text: str) -> tuple[Tag, ...]:
    """The tags that a name in any case, or a number (``0x010E``, ``270``), stands for.

    A number means a tag of image and EXIF IFDs. Raises ValueError with the nearest name.
    """
    word = text.strip()
    digits = word[2:] if word[:2] in ("0x", "0X") else word
    base = 16 if digits != word else 10
    if digits.isascii() and digits.isalnum() and (base == 16 or digits.isdigit()):
        try:
            number = int(digits, base)
        except ValueError:
            number = 1 << 16
        if number >= 1 << 16:
            raise ValueError(f"{text!r} is no tag number: they go from 0 to 65535")
        return (tag_of(IfdKind.IMAGE, number),)
    found = _by_name().get(_folded(word))
    if found is None:
        names = [tag.name for tag in all_tags().values()] + list(tagtable.ALIASES)
        raise ValueError(f"{text!r} is no tag that has a name here.{suggest(word, names)}")
    return found
