"""How rules name tags of EXIF blocks and properties of XMP packets, in files of whatever type hold them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Final, TypeVar

import attrs
from deidentikit.filetype import Limits, Named, Rank, RegexSelector, Selector
from deidentikit.kinds import Kind

from . import tags, values
from .edit import LOCATED
from .ifd import COLOUR_PROFILE, GPS_IFD, POINTERS, IfdKind
from .tags import Space, Tag

Key = tuple[Hashable, ...]
"""One way in which a field can be named."""

WHOLE: Final = Limits(kinds=frozenset({Kind.NATIVE}))
"""Of fields that can be removed or kept, nothing else."""
BLOCKS: Final = {
    "IFD0": IfdKind.IMAGE,
    "IFD1": IfdKind.THUMBNAIL,
    "Exif": IfdKind.EXIF,
    "GPS": IfdKind.GPS,
    "Interop": IfdKind.INTEROP,
}
"""The blocks of EXIF by the names that profiles and listings give them."""
BLOCK_NAMES: Final = {kind: name for name, kind in BLOCKS.items()} | {IfdKind.SUB: "Sub"}
_WORDS: Final = {name.casefold(): kind for name, kind in BLOCKS.items()} | {
    "0th": IfdKind.IMAGE,
    "image": IfdKind.IMAGE,
    "1st": IfdKind.THUMBNAIL,
    "thumbnail": IfdKind.THUMBNAIL,
}


@attrs.frozen
class KeySelector(Selector):
    """A name, and the keys under which fields are found; a name that two tags share has more than one.

    tag : where it names one tag only
    """

    keys: tuple[Key, ...] = attrs.field(kw_only=True)
    tag: Tag | None = attrs.field(default=None, kw_only=True)


S = TypeVar("S", bound=KeySelector)


def selector_for(named: Named, by_name: Callable[[str], Selector]) -> Selector:
    """The selector for a rule that has a name or a regex.

    by_name : makes the selector of a name; raises ValueError, with near names, for one that cannot be
    Raises ValueError as `by_name` does, for a regular expression that cannot be used, and where there is neither.
    """
    if named.regex is not None:
        return RegexSelector.of(named.regex)
    if named.name is None:
        raise ValueError("a rule needs a name or a regex")
    return by_name(named.name)


def tag_key(space: Space, number: int, kind: IfdKind | None = None) -> Key:
    """The key of a tag, in every block that has it or in those of one kind."""
    return ("tag", space, number) if kind is None else ("tag", space, number, kind)


GPS_POINTER: Final = tag_key(Space.MAIN, GPS_IFD)
"""The key of the tag that the GPS block hangs on."""


def tag_keys(kind: IfdKind, number: int) -> tuple[Key, ...]:
    """The keys of an entry of a block."""
    space = tags.space_of(kind)
    return tag_key(space, number), tag_key(space, number, kind)


def tag_texts(kind: IfdKind, tag: Tag, prefix: str = "") -> tuple[str, ...]:
    """What a regex is matched with for an entry of a block, the fullest name first.

    prefix : stands before the names as well, such as ``eXIf:``
    """
    names = f"{BLOCK_NAMES[kind]}.{tag.name}", tag.name
    return (*(prefix + name for name in names), *names) if prefix else names


def property_key(name: str) -> Key:
    """The key of an XMP property, by its name or its path."""
    return "xmp", name.casefold()


def property_rank(name: str) -> Rank:
    """How exactly an XMP property is named. Raises ValueError for a name without a prefix."""
    prefix, _, local = name.partition(":")
    if not (prefix and local):
        raise ValueError(f"{name!r}: an XMP property is written with its prefix, such as dc:creator")
    return Rank.EXACT if "/" in name or "[" in name else Rank.NAME


def in_block(word: str) -> bool:
    """Whether a name begins with that of a block of EXIF, or is that of the GPS block."""
    head, dot, _ = word.partition(".")
    return (dot == "." and head.casefold() in _WORDS) or word.casefold() == "gps"


def tag_selector(kind_of_selector: type[S], text: str, word: str) -> S:
    """The selector for the tags of a name such as ``Artist``, ``GPS.GPSDateStamp``, ``0x013B``, ``GPS``.

    text : as written in the profile
    word : the name in it
    Raises ValueError, with the nearest name, for one that cannot be.
    """
    head, dot, rest = word.partition(".")
    block = _WORDS.get(head.casefold()) if dot else None
    if word.casefold() == "gps":
        found: Sequence[Tag] = (tags.tag_of(IfdKind.IMAGE, GPS_IFD),)
    elif block is not None:
        found = block_tags(rest, head, block)
    else:
        found = tags.lookup(word)
    keys = tuple(tag_key(tag.space, tag.number, block) for tag in found)
    tag = found[0] if len(found) == 1 else None
    if tag is not None and block is not None:
        tag = attrs.evolve(tag, home=block)
    makes = tag is not None and block is not IfdKind.THUMBNAIL and not structural(tag)
    return kind_of_selector(text, Rank.NAME if block is None else Rank.EXACT, keys, makes, keys=keys, tag=tag)


def block_tags(word: str, block: str, kind: IfdKind) -> tuple[Tag, ...]:
    """The tags of a name or a number within one block. Raises ValueError for a name of another block's."""
    found = tags.lookup(word)
    if word.strip()[:1].isdigit():
        return (tags.tag_of(kind, found[0].number),)
    inside = tuple(tag for tag in found if tag.space is tags.space_of(kind))
    if not inside:
        raise ValueError(f"{word!r} is no tag of {block}; it belongs to {found[0].home.value}")
    return inside


def points(tag: Tag) -> bool:
    """Whether the values of a tag are offsets of IFDs."""
    return tag.space is Space.MAIN and tag.number in POINTERS


def structural(tag: Tag) -> bool:
    """Whether a tag says where other data stands, so that no value of the profile can replace its own."""
    return points(tag) or (tag.space is Space.MAIN and tag.number in LOCATED)


def spared(tag: Tag) -> bool:
    """Whether a regex passes a tag by: an offset, or the colour profile, which the picture is shown with."""
    return structural(tag) or (tag.space is Space.MAIN and tag.number == COLOUR_PROFILE)


def tag_limits(tag: Tag) -> Limits:
    """What the fields of a tag can hold, as far as its name tells."""
    return WHOLE if points(tag) else values.limits(tag)


def tag_literal(tag: Tag, name: str, text: str) -> str | None:
    """Why a text of the profile cannot be written to the fields of a tag, or None.

    name : the tag's in the profile
    """
    if structural(tag):
        return f"{name} holds offsets, which cannot be replaced"
    return values.check_literal(tag, text)
