"""How rules name the metadata of a JPEG file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs
from deidentikit.errors import suggest
from deidentikit.filetype import Limits, Named, Rank, Selector, Step
from deidentikit_image_metadata import iptc, photoshop
from deidentikit_image_metadata.matching import KeyMatcher
from deidentikit_image_metadata.names import (
    WHOLE,
    Key,
    KeySelector,
    in_block,
    property_key,
    property_rank,
    selector_for,
    tag_limits,
    tag_literal,
    tag_selector,
)

from .segments import Holding

_WHOLES: Final = {
    "exif": "EXIF",
    "xmp": "XMP",
    "iptc": "IPTC",
    "com": "COM",
    "comment": "COM",
    "photoshop": "Photoshop",
    "8bim": "Photoshop",
    "icc": "ICC",
    "thumbnail": "Thumbnail",
}
_RESOURCES: Final = {name.casefold(): number for number, name in photoshop.NAMES.items()}
_APP: Final = re.compile(r"app(\d|1[0-5])", re.IGNORECASE)
_TEXT_OF_ALL: Final = frozenset({"COM"})
_DATASET: Final = re.compile(r"\d+:\d+")


def part_key(name: str) -> Key:
    """The key of a whole body of metadata: ``EXIF``, ``COM``, ``APP6``."""
    return "part", name


@attrs.frozen
class NameSelector(KeySelector):
    """A name, and the keys under which fields are found.

    whole : it names a body of metadata, which can be removed or kept, nothing else
    dataset : record and number, where it names an IPTC data set
    """

    whole: bool = attrs.field(default=False, kw_only=True)
    dataset: tuple[int, int] | None = attrs.field(default=None, kw_only=True)


def compile_selector(named: Named) -> Selector:
    """The selector for a rule. Raises ValueError, with near names, for one that cannot be."""
    return selector_for(named, _by_name)


def _by_name(text: str) -> NameSelector:
    word = text.strip()
    if (whole := _WHOLES.get(word.casefold())) is not None:
        return _whole(text, whole, insertable=whole == "COM")
    if match := _APP.fullmatch(word):
        return _whole(text, f"APP{match[1]}")
    head, dot, rest = word.partition(".")
    if in_block(word):
        return tag_selector(NameSelector, text, word)
    if dot and head.casefold() == "xmp":
        return _property(text, rest)
    if dot and head.casefold() == "iptc":
        return _dataset(text, rest)
    if dot and head.casefold() in ("photoshop", "8bim"):
        return _single(text, ("resource", _resource(rest)))
    if _DATASET.fullmatch(word):
        return _dataset(text, word)
    if ":" in word:
        return _property(text, word)
    return tag_selector(NameSelector, text, word)


def _single(text: str, key: Key, rank: Rank = Rank.NAME) -> NameSelector:
    return NameSelector(text, rank, key, keys=(key,))


def _dataset(text: str, word: str) -> NameSelector:
    dataset = iptc.lookup(word)
    key = "iptc", *dataset
    return NameSelector(text, Rank.NAME, key, insertable=True, keys=(key,), dataset=dataset)


def _whole(text: str, name: str, *, insertable: bool = False) -> NameSelector:
    key = part_key(name)
    return NameSelector(text, Rank.NAME, key, insertable, keys=(key,), whole=name not in _TEXT_OF_ALL)


def _property(text: str, name: str) -> NameSelector:
    return _single(text, property_key(name), property_rank(name))


def _resource(word: str) -> int:
    number = _RESOURCES.get(word.casefold())
    if number is None and re.fullmatch(r"0[xX][0-9a-fA-F]{1,4}", word):
        number = int(word, 16)
    if number is None:
        raise ValueError(f"{word!r} is no Photoshop resource.{suggest(word, photoshop.NAMES.values())}")
    return number


def limits(selector: Selector) -> Limits | None:
    """What the fields of a selector can hold, as far as their names tell."""
    if isinstance(selector, NameSelector):
        if selector.whole:
            return WHOLE
        if selector.tag is not None:
            return tag_limits(selector.tag)
    return None


def check_literal(selector: Selector, text: str) -> str | None:
    """Why a text of the profile cannot be written to the fields of a selector, or None."""
    if isinstance(selector, NameSelector):
        if selector.whole:
            return f"{selector.text} can be removed or kept as a whole, nothing else"
        if selector.tag is not None:
            return tag_literal(selector.tag, selector.text, text)
    return None


class Matcher(KeyMatcher[NameSelector]):
    """The steps of one section merged.

    opens : what has to be looked into for the steps and the reads
    """

    def __init__(self, steps: Sequence[Step], reads: Iterable[str]) -> None:
        super().__init__(NameSelector, _by_name, steps, reads)
        named = self.named | {key for keys in self.reads.values() for key in keys}
        found = set(Holding) if self.has_regexes else {each for key in named for each in _opened_for(key)}
        self.opens = frozenset(found)


def _opened_for(key: Key) -> frozenset[Holding]:
    """What has to be looked into to find the fields of a key, in all places where they may stand."""
    return _WITHIN.get(str(key[1] if key[0] == "part" else key[0]), frozenset())


_NESTING: Final = frozenset({Holding.EXIF, Holding.PHOTOSHOP})
_WITHIN: Final[Mapping[str, frozenset[Holding]]] = {
    "tag": _NESTING,
    "xmp": _NESTING | {Holding.XMP, Holding.EXTENSION},
    "iptc": _NESTING | {Holding.IPTC},
    "resource": frozenset({Holding.PHOTOSHOP}),
    "EXIF": frozenset({Holding.PHOTOSHOP}),
    "XMP": _NESTING,
    "IPTC": _NESTING,
    "Thumbnail": _NESTING,
    "COM": frozenset({Holding.COMMENT}),
}
