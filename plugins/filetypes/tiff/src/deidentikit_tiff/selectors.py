"""How rules name the tags of a TIFF file, and the metadata that some tags hold."""

from __future__ import annotations

import re
from typing import Final

import attrs
from deidentikit.errors import suggest
from deidentikit.filetype import Limits, Named, Rank, Selector
from deidentikit_image_metadata import iptc
from deidentikit_image_metadata import values as tag_values
from deidentikit_image_metadata.edit import REQUIRED_TAGS
from deidentikit_image_metadata.fieldtypes import ASCII
from deidentikit_image_metadata.ifd import POINTERS, Ifd, IfdKind
from deidentikit_image_metadata.names import BLOCK_NAMES, block_tags, selector_for
from deidentikit_image_metadata.tags import Space, Tag, all_tags, lookup

_NAME: Final = re.compile(
    r"(?:page\.(?P<page>[0-9]{1,9}|\*)\.(?P<subs>(?:sub\.(?:[0-9]{1,9}|\*)\.)*))?"
    r"(?:Exif\.(?=Interop\.))?(?:(?P<kind>Exif|GPS|Interop)\.)?(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_PART: Final = re.compile(r"(?P<carrier>\w[\w-]*)(?P<joint>[:.])(?P<name>.+)", re.DOTALL)
_DATA_SET: Final = re.compile(r"[0-9]+:[0-9]+")
_KINDS: Final = {"exif": IfdKind.EXIF, "gps": IfdKind.GPS, "interop": IfdKind.INTEROP}
_WHOLES: Final = {"exif": "ExifIFD", "gps": "GPSIFD"}
PARTS: Final = ("xmp", "iptc", "xml", "ome", "imagej", "aperio")
"""What the names of metadata within a tag begin with."""


@attrs.frozen
class Scope:
    """Which IFDs a name is limited to.

    prefix : ``("page", "0", "sub", "1")``, with ``*`` for any number; empty for the whole file
    kind : only EXIF, GPS or interoperability IFDs
    """

    prefix: tuple[str, ...] = ()
    kind: IfdKind | None = None

    @property
    def rank(self) -> Rank:
        """How exactly it names its IFDs."""
        if "*" in self.prefix:
            return Rank.WILDCARD
        return Rank.EXACT if self.prefix else Rank.NAME

    def covers(self, ifd: Ifd, kind: IfdKind | None = None) -> bool:
        """Whether an IFD, or one that it stands under, is meant.

        kind : of an IFD within a value of this one
        """
        if self.kind is not None and (kind or ifd.kind) is not self.kind:
            return False
        if not self.prefix:
            return True
        parts = ifd.path.split(".")
        return len(parts) >= len(self.prefix) and all(
            mine in ("*", part) for mine, part in zip(self.prefix, parts, strict=False)
        )


@attrs.frozen
class TagSelector(Selector):
    """Tags by name or number, in all IFDs or in some."""

    tags: tuple[Tag, ...] = attrs.field(kw_only=True)
    scope: Scope = attrs.field(kw_only=True)


@attrs.frozen
class PartSelector(Selector):
    """Metadata within a tag: an XMP property, an IPTC data set, an entry of a description.

    carrier : one of `PARTS`
    name : folded, as the carrier compares it
    """

    carrier: str = attrs.field(kw_only=True)
    name: str = attrs.field(kw_only=True)
    scope: Scope = attrs.field(kw_only=True)


def compile_selector(named: Named) -> Selector:
    """The selector for a rule. Raises ValueError, with the nearest name, for one that cannot be."""
    return selector_for(named, _by_name)


def _by_name(name: str) -> Selector:
    text = name.strip()
    match = _NAME.fullmatch(text)
    if match is None:
        raise ValueError("a rule needs the name or the number of a tag")
    scope = _scope(match)
    part = _part(match["rest"])
    if part is not None:
        if scope.kind is not None:
            raise ValueError(f"{text!r}: EXIF and GPS directories hold no {part[0]} metadata")
        carrier, name = part
        return PartSelector(text, scope.rank, ("tiff-part", part, scope), carrier=carrier, name=name, scope=scope)
    tags = _tags(match["rest"], scope.kind)
    identity = ("tiff-tag", frozenset((tag.space, tag.number) for tag in tags), scope)
    insertable = scope.rank in (Rank.EXACT, Rank.NAME) and not _is_fixed(tags[0])
    return TagSelector(text, scope.rank, identity, insertable, tags=tags, scope=scope)


def _scope(match: re.Match[str]) -> Scope:
    prefix: tuple[str, ...] = ()
    if match["page"] is not None:
        words = [match["page"], *(match["subs"].lower().split(".")[:-1])]
        prefix = ("page", *(str(int(word)) if word.isdigit() else word for word in words))
    kind = match["kind"]
    return Scope(prefix, None if kind is None else _KINDS[kind.lower()])


def _part(text: str) -> tuple[str, str] | None:
    """Carrier and name of metadata within a tag; None where the text is no such name.

    What has a prefix that is no carrier's is an XMP property.
    """
    if _DATA_SET.fullmatch(text):
        return "iptc", _data_set(text)
    match = _PART.fullmatch(text)
    if match is None:
        return None
    carrier, name = match["carrier"].lower(), match["name"].strip()
    if carrier == "iptc":
        return carrier, _data_set(name)
    if carrier in PARTS:
        return "xml" if carrier == "ome" else carrier, name.casefold()
    return ("xmp", text.casefold()) if match["joint"] == ":" else None


def _data_set(name: str) -> str:
    record, number = iptc.lookup(name)
    return f"{record}:{number}"


def _tags(text: str, kind: IfdKind | None) -> tuple[Tag, ...]:
    """The tags of a name or a number; of an EXIF or GPS directory where one is named."""
    try:
        found = lookup(text if kind is not None else _WHOLES.get(text.casefold(), text))
    except ValueError:
        near = suggest(text, ("XMP", "IPTC")) if len(text) < 6 else ""
        if near:
            raise ValueError(f"{text!r} is no tag that has a name here.{near}") from None
        raise
    if kind is not None:
        found = tuple(attrs.evolve(tag, home=kind) for tag in block_tags(text, BLOCK_NAMES[kind], kind))
    return tuple(_insertable(tag) for tag in found)


def _insertable(tag: Tag) -> Tag:
    """A tag of which nothing is known takes text."""
    return tag if (tag.space, tag.number) in all_tags() else attrs.evolve(tag, type=ASCII)


def _is_fixed(tag: Tag) -> bool:
    """Whether no rule may write a tag: it says where data stands, or how to decode it."""
    return tag.space is Space.MAIN and (tag.number in REQUIRED_TAGS or tag.number in POINTERS)


def limits(selector: Selector) -> Limits | None:
    """What the fields of a selector can hold, where that is known before a file is read."""
    if not isinstance(selector, TagSelector) or len(selector.tags) != 1:
        return None
    tag = selector.tags[0]
    if (tag.space, tag.number) not in all_tags():
        return None
    required = tag.space is Space.MAIN and tag.number in REQUIRED_TAGS
    return attrs.evolve(tag_values.limits(tag), required=required)


def check_literal(selector: Selector, text: str) -> str | None:
    """Why a text of the profile cannot be written to these fields, or None."""
    if not isinstance(selector, TagSelector):
        return None
    for tag in selector.tags:
        if _is_fixed(tag):
            return f"{tag.name} says where the image is or how it is decoded, and cannot be changed"
    troubles = [tag_values.check_literal(tag, text) for tag in selector.tags]
    return None if None in troubles else troubles[0]
