"""The data dictionary (DICOM PS3.6) as a table built ahead, read when the first name is asked.

The files under ``data`` come from pydicom's dictionaries by ``scripts/build_dictionary.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import attrs
from deidentikit.errors import near

from .tags import is_group_length, is_private_creator

_DATA: Final = Path(__file__).with_name("data")
_SETTLED: Final = {"US/SS": "US", "US/OW": "OW", "US/SS/OW": "OW", "OB/OW": "OW"}


@attrs.frozen
class Mask:
    """Tags that agree with `value` in the bits that `bits` sets, such as ``60xx0022``."""

    value: int
    bits: int

    @classmethod
    def of(cls, digits: str) -> Mask:
        """From eight hexadecimal digits, ``x`` standing for any digit. Raises ValueError."""
        upper = digits.upper()
        return cls(int(upper.replace("X", "0"), 16), int("".join("0" if d == "X" else "F" for d in upper), 16))

    def holds(self, tag: int) -> bool:
        """Whether `tag` is one of them. A free digit of the group stands for even groups only."""
        return tag & self.bits == self.value and (bool(self.bits & 0x10000) or not tag & 0x10000)

    def __str__(self) -> str:
        return "".join(
            "x" if not int(bits, 16) else value
            for value, bits in zip(f"{self.value:08X}", f"{self.bits:08X}", strict=True)
        )


@attrs.frozen
class _Tables:
    vrs: dict[int, str]
    keywords: dict[int, str]
    repeaters: dict[Mask, tuple[str, str]]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    lines = (_DATA / "public.txt").read_text(encoding="ascii").partition("\n")[2]
    exact, _, masks = lines.partition("\n\n")
    words = exact.split()
    tags = [int(word, 16) for word in words[::3]]
    repeated = masks.split()
    return _Tables(
        dict(zip(tags, words[1::3], strict=True)),
        dict(zip(tags, words[2::3], strict=True)),
        {
            Mask.of(mask): (vr, keyword)
            for mask, vr, keyword in zip(repeated[::3], repeated[1::3], repeated[2::3], strict=True)
        },
    )


@lru_cache(maxsize=1)
def _by_keyword() -> dict[str, int]:
    return {word.casefold(): tag for tag, word in _tables().keywords.items() if word != "-"}


@lru_cache(maxsize=1)
def _masks_by_keyword() -> dict[str, Mask]:
    return {keyword.casefold(): mask for mask, (_, keyword) in _tables().repeaters.items()}


@lru_cache(maxsize=512)
def _repeater(tag: int) -> tuple[str, str] | None:
    for mask, entry in _tables().repeaters.items():
        if mask.holds(tag):
            return entry
    return None


def keyword_of(tag: int) -> str:
    """The keyword of a tag, repeating groups included; empty where the dictionary has none."""
    word = _tables().keywords.get(tag)
    if word is None:
        entry = None if tag & 0x10000 else _repeater(tag)
        return entry[1] if entry else ""
    return "" if word == "-" else word


def tag_of(keyword: str) -> int | None:
    """The tag of a keyword in any case; None where it is unknown or names a repeating group."""
    return _by_keyword().get(keyword.casefold())


def mask_of(keyword: str) -> Mask | None:
    """The tags of a repeating group's keyword in any case, such as ``OverlayDescription``."""
    return _masks_by_keyword().get(keyword.casefold())


def repeaters() -> Iterable[Mask]:
    """The repeating groups of the dictionary."""
    return _tables().repeaters


def vr_of(tag: int, creator: str | None = None) -> str:
    """The value representation of a tag, ``UN`` where it is not known.

    creator : the private creator of the block that a private element stands in

    Where PS3.6 leaves a choice, it is settled as PS3.5 annex A.1 does for implicit VR: ``OB or OW``
    and ``US or OW`` are ``OW``. ``US or SS`` is ``US``; the file's Pixel Representation is not asked.
    """
    vr = _tables().vrs.get(tag)
    if vr is None:
        vr = _rarer_vr(tag, creator)
    return vr if len(vr) == 2 else _SETTLED[vr]


def _rarer_vr(tag: int, creator: str | None) -> str:
    if is_group_length(tag):
        return "UL"
    if not tag & 0x10000:
        entry = _repeater(tag)
        return entry[0] if entry else "UN"
    if is_private_creator(tag):
        return "LO"
    if creator is None:
        return "UN"
    known = _private(creator.strip(" \0"))
    group, element = f"{tag >> 16:04X}", f"{tag & 0xFF:02X}"
    return known.get(group + element) or known.get(f"{group[:2]}XX{element}", "UN")


@lru_cache(maxsize=1)
def _private_text() -> str:
    return (_DATA / "private.txt").read_text(encoding="ascii")


@lru_cache(maxsize=256)
def _private(creator: str) -> dict[str, str]:
    """The elements of one creator: group and last two digits to VR, ``XX`` in a group for any."""
    text = _private_text()
    start = text.find(f"\n{creator}\t") if creator and "\t" not in creator and "\n" not in creator else -1
    if start < 0:
        return {}
    line = text[start + len(creator) + 2 : text.index("\n", start + 1)]
    return {word[:6]: word[6:] for word in line.split()}


def near_keywords(name: str) -> Sequence[str]:
    """The keywords most like `name`, best first."""
    tables = _tables()
    known = [word for word in tables.keywords.values() if word != "-"]
    return near(name, known + [keyword for _, keyword in tables.repeaters.values()])
