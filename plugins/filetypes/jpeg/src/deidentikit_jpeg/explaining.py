"""What becomes of a JPEG file's metadata under a section, for readers who do not program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from deidentikit.identifiers import UNREACHED, Catalogue, Identifier, Reach
from deidentikit_image_metadata import iptc
from deidentikit_image_metadata.identifying import EXIF, GPS, IPTC, XMP, catalogue
from deidentikit_image_metadata.names import GPS_POINTER, Key, tag_keys, tag_texts
from deidentikit_image_metadata.tags import Space

from .names import Matcher, NameSelector, part_key
from .segments import Holding

if TYPE_CHECKING:
    from .options import Options

_COMMENT: Final = "COM"
_HOLDINGS: Final = {EXIF: Holding.EXIF, GPS: Holding.EXIF, XMP: Holding.XMP, IPTC: Holding.IPTC}

_UNREADABLE: Final = {
    "refuse": "A file whose metadata cannot be read where a rule has to look into them is refused.",
    "remove": "Metadata that cannot be read where a rule has to look into them are removed.",
    "keep": "Metadata that cannot be read where a rule has to look into them are kept as they are.",
}


@lru_cache(maxsize=1)
def catalogues() -> Sequence[Catalogue]:
    """EXIF, XMP, IPTC and comments."""
    return (catalogue((EXIF, GPS, XMP, IPTC), [Identifier(_COMMENT, "Comment", place="comment segment")]),)


def reach(selector: NameSelector, matcher: Matcher, options: Options) -> Reach:
    """What becomes of the field that a selector names."""
    step = matcher.step(*_names(selector))
    if step is not None:
        return Reach(step)
    holder = _holder(selector)
    wholes: list[Key] = [part_key(holding.value) for holding in [_HOLDINGS.get(holder)] if holding is not None]
    for key in [*wholes, *([GPS_POINTER] if holder == GPS else [])]:
        step = matcher.step((key,), ())
        if step is not None and step.action.removes:
            return Reach(step)
    if option := _option(selector, holder, options):
        return Reach(cause=f"the option {option}")
    return UNREACHED


def _names(selector: NameSelector) -> tuple[tuple[Key, ...], tuple[str, ...]]:
    """The keys of a field and the texts that a regex is matched with, as in a file."""
    word = selector.text
    if selector.tag is not None:
        tag = selector.tag
        return (*selector.keys, *tag_keys(tag.home, tag.number)), tag_texts(tag.home, tag)
    if selector.dataset is not None:
        name = iptc.title(selector.dataset)
        return selector.keys, (f"IPTC.{name}", name)
    if selector.keys[0][0] == "xmp":
        return selector.keys, (f"XMP.{word}", word)
    return selector.keys, (_COMMENT, "Comment")


def _holder(selector: NameSelector) -> str:
    if selector.tag is not None:
        return GPS if selector.tag.space is Space.GPS else EXIF
    if selector.dataset is not None:
        return IPTC
    return XMP if selector.keys[0][0] == "xmp" else _COMMENT


def _option(selector: NameSelector, holder: str, options: Options) -> str | None:
    if options.remove_gps and (holder == GPS or (holder == XMP and selector.text.startswith("exif:GPS"))):
        return "remove-gps"
    return options.removing(_HOLDINGS.get(holder, Holding.COMMENT))


def rest(options: Options) -> Iterator[str]:
    """What becomes of all that no rule names."""
    yield from _left(options)
    if options.cross_check:
        yield "Each output is read by Pillow as well; a file in which it finds another picture than before is refused."


def _left(options: Options) -> Iterator[str]:
    if options.remove_metadata:
        yield "Everything but what is needed to show the picture is removed, known to this program or not."
        return
    yield (
        "All else stays as it is, byte for byte: EXIF, XMP, IPTC, comments, maker notes, colour profiles, and segments"
        " that nobody here can read."
    )
    gone = {
        "All EXIF is removed, with maker note and thumbnail.": options.remove_exif,
        "Positions (GPS) are removed.": options.remove_gps,
        "All XMP is removed.": options.remove_xmp,
        "All IPTC is removed.": options.remove_iptc,
        "All comments are removed.": options.remove_comments,
        "Small copies of the picture are removed.": options.remove_thumbnail,
        "All images but the first are removed.": options.remove_extra_images,
    }
    yield from (text for text, removed in gone.items() if removed)
    if options.keep_thumbnail:
        yield "Thumbnails stay although the EXIF around them is edited."
    elif not options.remove_thumbnail:
        yield "The EXIF thumbnail goes with any edit of the EXIF around it."
    yield f"Bytes behind the image are {'kept' if options.keep_trailing else 'left out'}."
    yield _UNREADABLE[options.unreadable]


def weak_spots(options: Options) -> Iterator[str]:
    """What a reviewer should weigh."""
    yield "The picture itself is not looked at: faces, and text in it, stay."
    if not options.remove_metadata and not options.remove_exif:
        yield "Maker notes, which only the maker of a camera can read, stay unless a rule removes them."
    if not options.remove_metadata:
        yield "Segments that nobody here can read stay, with all they hold; remove-metadata takes them out."
    if options.keep_thumbnail:
        yield "Thumbnails are kept (keep-thumbnail): they may show what the picture no longer shows."
    if options.keep_trailing:
        yield "Bytes behind the image are kept unseen (keep-trailing)."
    if options.unreadable == "keep":
        yield "Metadata that cannot be read are kept unseen (unreadable: keep)."
