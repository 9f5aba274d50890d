"""How rules name the metadata of a JPEG file."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
from deidentikit.errors import suggest
from deidentikit.filetype import Field, Limits, Named, Rank, RegexSelector, Selector, Step
from deidentikit.kinds import Kind
from deidentikit_image_metadata import iptc, photoshop, tags, values
from deidentikit_image_metadata.edit import LOCATED
from deidentikit_image_metadata.ifd import GPS_IFD, POINTERS, IfdKind
from deidentikit_image_metadata.tags import Space, Tag

from .segments import Holding

Key = tuple[Hashable, ...]
"""One way in which a field can be named."""

BLOCKS: Final = {
    "IFD0": IfdKind.IMAGE,
    "IFD1": IfdKind.THUMBNAIL,
    "Exif": IfdKind.EXIF,
    "GPS": IfdKind.GPS,
    "Interop": IfdKind.INTEROP,
}
BLOCK_NAMES: Final = {kind: name for name, kind in BLOCKS.items()} | {IfdKind.SUB: "Sub"}
_KINDS: Final = {name.casefold(): kind for name, kind in BLOCKS.items()} | {
    "0th": IfdKind.IMAGE,
    "image": IfdKind.IMAGE,
    "1st": IfdKind.THUMBNAIL,
    "thumbnail": IfdKind.THUMBNAIL,
}
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


def tag_key(space: Space, number: int, kind: IfdKind | None = None) -> Key:
    """The key of a tag, in every block that has it or in those of one kind."""
    return ("tag", space, number) if kind is None else ("tag", space, number, kind)


def property_key(name: str) -> Key:
    """The key of an XMP property, by its name or its path."""
    return "xmp", name.casefold()


def part_key(name: str) -> Key:
    """The key of a whole body of metadata: ``EXIF``, ``COM``, ``APP6``."""
    return "part", name


@attrs.frozen
class NameSelector(Selector):
    """A name, and the key under which fields are found.

    tag : where it names one tag only
    whole : it names a body of metadata, which can be removed or kept, nothing else
    """

    key: Key = attrs.field(kw_only=True)
    others: tuple[Key, ...] = attrs.field(default=(), kw_only=True)
    tag: Tag | None = attrs.field(default=None, kw_only=True)
    whole: bool = attrs.field(default=False, kw_only=True)

    @property
    def keys(self) -> tuple[Key, ...]:
        """All its keys; a name that two tags share has more than one."""
        return (self.key, *self.others)


@attrs.frozen(eq=False)
class Item:
    """A field of a file with all by which it can be named.

    name : what a profile would write
    texts : what a regex is matched with; none where no regex reaches it
    type, note : for a listing
    """

    field: Field
    name: str
    keys: tuple[Key, ...]
    texts: tuple[str, ...] = ()
    type: str = ""
    note: str = ""


def compile_selector(named: Named) -> Selector:
    """The selector for a rule. Raises ValueError, with near names, for one that cannot be."""
    if named.regex is not None:
        return RegexSelector.of(named.regex)
    if named.name is None:
        raise ValueError("a rule needs a name or a regex")
    return _by_name(named.name, named.name.strip())


def _by_name(text: str, word: str) -> NameSelector:
    if (whole := _WHOLES.get(word.casefold())) is not None:
        return _whole(text, whole, insertable=whole == "COM")
    if word.casefold() == "gps":
        return _tags(text, (tags.tag_of(IfdKind.IMAGE, GPS_IFD),), None)
    if match := _APP.fullmatch(word):
        return _whole(text, f"APP{match[1]}")
    head, dot, rest = word.partition(".")
    if dot and (kind := _KINDS.get(head.casefold())) is not None:
        return _tags(text, _in_block(rest, head, kind), kind)
    if dot and head.casefold() == "xmp":
        return _property(text, rest)
    if dot and head.casefold() == "iptc":
        return _single(text, ("iptc", *iptc.lookup(rest)), insertable=True)
    if dot and head.casefold() in ("photoshop", "8bim"):
        return _single(text, ("resource", _resource(rest)))
    if _DATASET.fullmatch(word):
        return _single(text, ("iptc", *iptc.lookup(word)), insertable=True)
    if ":" in word:
        return _property(text, word)
    return _tags(text, tags.lookup(word), None)


def _single(text: str, key: Key, rank: Rank = Rank.NAME, *, insertable: bool = False) -> NameSelector:
    return NameSelector(text, rank, key, insertable, key=key)


def _whole(text: str, name: str, *, insertable: bool = False) -> NameSelector:
    key = part_key(name)
    return NameSelector(text, Rank.NAME, key, insertable, key=key, whole=name not in _TEXT_OF_ALL)


def _property(text: str, name: str) -> NameSelector:
    if ":" not in name:
        raise ValueError(f"{text!r}: an XMP property is written with its prefix, such as dc:creator")
    rank = Rank.EXACT if "/" in name or "[" in name else Rank.NAME
    return _single(text, property_key(name), rank)


def _resource(word: str) -> int:
    number = _RESOURCES.get(word.casefold())
    if number is None and re.fullmatch(r"0[xX][0-9a-fA-F]{1,4}", word):
        number = int(word, 16)
    if number is None:
        raise ValueError(f"{word!r} is no Photoshop resource.{suggest(word, photoshop.NAMES.values())}")
    return number


def _in_block(word: str, block: str, kind: IfdKind) -> tuple[Tag, ...]:
    """The tags of a name within one block."""
    space = tags.space_of(kind)
    found = tags.lookup(word)
    if word.strip()[:1].isdigit():
        return (tags.tag_of(kind, found[0].number),)
    inside = tuple(tag for tag in found if tag.space is space)
    if not inside:
        raise ValueError(f"{word!r} is no tag of {block}; it belongs to {found[0].home.value}")
    return inside


def _tags(text: str, found: Sequence[Tag], kind: IfdKind | None) -> NameSelector:
    keys = tuple(tag_key(tag.space, tag.number, kind) for tag in found)
    tag = found[0] if len(found) == 1 else None
    if tag is not None and kind is not None:
        tag = attrs.evolve(tag, home=kind)
    makes = tag is not None and kind is not IfdKind.THUMBNAIL and not structural(tag)
    rank = Rank.NAME if kind is None else Rank.EXACT
    return NameSelector(text, rank, keys, makes, key=keys[0], others=keys[1:], tag=tag)


def points(tag: Tag) -> bool:
    """Whether the values of a tag are offsets of IFDs."""
    return tag.space is Space.MAIN and tag.number in POINTERS


def structural(tag: Tag) -> bool:
    """Whether a tag says where other data stands, so that no value of the profile can replace its own."""
    return points(tag) or (tag.space is Space.MAIN and tag.number in LOCATED)


def limits(selector: Selector) -> Limits | None:
    """What the fields of a selector can hold, as far as their names tell."""
    if isinstance(selector, NameSelector):
        if selector.whole or (selector.tag is not None and points(selector.tag)):
            return Limits(kinds=frozenset({Kind.NATIVE}))
        if selector.tag is not None:
            return values.limits(selector.tag)
    return None


def check_literal(selector: Selector, text: str) -> str | None:
    """Why a text of the profile cannot be written to the fields of a selector, or None."""
    if isinstance(selector, NameSelector):
        if selector.whole:
            return f"{selector.text} can be removed or kept as a whole, nothing else"
        if selector.tag is not None and structural(selector.tag):
            return f"{selector.text} holds offsets, which cannot be replaced"
        if selector.tag is not None:
            return values.check_literal(selector.tag, text)
    return None


class Matcher:
    """The steps of one section merged.

    opens : what has to be looked into for the steps and the reads
    reads : the keys of names that are read beside the steps
    """

    def __init__(self, steps: Sequence[Step], reads: Iterable[str]) -> None:
        self.steps = steps
        self.reads = {name: frozenset(_by_name(name, name.strip()).keys) for name in reads}
        self._by_key: dict[Key, int] = {}
        self._regexes: list[tuple[int, re.Pattern[str]]] = []
        for index, step in enumerate(steps):
            selector = step.selector
            if isinstance(selector, NameSelector):
                for key in selector.keys:
                    self._by_key.setdefault(key, index)
            elif isinstance(selector, RegexSelector):
                self._regexes.append((index, selector.pattern))
        named = {key for keys in self.reads.values() for key in keys}.union(self._by_key)
        found = set(Holding) if self._regexes else {each for key in named for each in _opened_for(key)}
        self.opens = frozenset(found)

    def first(self, item: Item) -> Step | None:
        """The first step in order that reaches a field."""
        return self.step(item.keys, item.texts)

    def step(self, keys: Sequence[Key], texts: Sequence[str]) -> Step | None:
        """The first step in order that reaches a field with these keys and texts."""
        best = min((self._by_key[key] for key in keys if key in self._by_key), default=None)
        for index, pattern in self._regexes:
            if best is not None and index > best:
                break
            if any(pattern.match(text) for text in texts):
                best = index
                break
        return None if best is None else self.steps[best]

    def creating(self) -> Iterator[tuple[NameSelector, Step]]:
        """The steps that make a field where it is absent."""
        for step in self.steps:
            if step.creates and isinstance(step.selector, NameSelector) and step.selector.insertable:
                yield step.selector, step


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
