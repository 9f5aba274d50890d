"""What becomes of a TIFF file's metadata under a section, for readers who do not program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from deidentikit.filetype import Selector
from deidentikit.identifiers import UNREACHED, Catalogue, Reach
from deidentikit_image_metadata import iptc
from deidentikit_image_metadata.identifying import EXIF, GPS, IPTC, XMP, catalogue
from deidentikit_image_metadata.ifd import EXIF_IFD, GPS_IFD, IPTC_BLOCK, XMP_PACKET, IfdKind
from deidentikit_image_metadata.tags import Tag, tag_of

from .private import FIRST
from .selectors import PartSelector, TagSelector

if TYPE_CHECKING:
    from .matcher import Matcher
    from .options import Options

_CARRIERS: Final = {"xmp": XMP_PACKET, "iptc": IPTC_BLOCK}
_POINTERS: Final = {IfdKind.EXIF: EXIF_IFD, IfdKind.GPS: GPS_IFD}
_PRIVATE: Final = Reach(cause="the option remove-private-tags")


@lru_cache(maxsize=1)
def catalogues() -> Sequence[Catalogue]:
    """Tags, XMP and IPTC."""
    return (catalogue((EXIF, GPS, XMP, IPTC)),)


def reach(selector: Selector, matcher: Matcher, options: Options) -> Reach:
    """What becomes of the field that a selector names."""
    if isinstance(selector, TagSelector):
        return _tag(selector.tags[0], matcher, options)
    if isinstance(selector, PartSelector):
        return _part(selector, matcher, options)
    return UNREACHED


def _tag(tag: Tag, matcher: Matcher, options: Options) -> Reach:
    step = matcher.everywhere(tag)
    if step is not None:
        return Reach(step)
    pointer = _POINTERS.get(tag.home)
    if pointer is not None:
        step = matcher.everywhere(tag_of(IfdKind.IMAGE, pointer))
        if step is not None and step.action.removes:
            return Reach(step)
    return _PRIVATE if options.remove_private_tags and (pointer is not None or tag.number >= FIRST) else UNREACHED


def _part(selector: PartSelector, matcher: Matcher, options: Options) -> Reach:
    carrier = tag_of(IfdKind.IMAGE, _CARRIERS[selector.carrier])
    whole = matcher.everywhere(carrier)
    if whole is not None and not whole.action.keeps:
        return Reach(whole)
    shown, keys = selector.text, {selector.name, selector.name.rpartition(":")[2]}
    if selector.carrier == "iptc":
        record, _, number = selector.name.partition(":")
        shown, keys = iptc.title((int(record), int(number))), {selector.name}
    step = matcher.part_everywhere(selector.carrier, keys, shown, regexes=whole is None)
    if step is not None:
        return Reach(step)
    return _PRIVATE if options.remove_private_tags and carrier.number >= FIRST else UNREACHED


def rest(options: Options) -> Iterator[str]:
    """What becomes of all that no rule names."""
    if options.remove_private_tags:
        yield (
            "Tags from 32768 up that no rule names are removed: among them EXIF, GPS, IPTC, copyright and the tags of"
            " makers. Those that the image needs stay. All other tags stay as they are."
        )
    else:
        yield "All tags that no rule names stay as they are, those of makers too."
    if options.remove_pages:
        yield f"Of a whole slide these pages are removed, with all their image data: {', '.join(options.remove_pages)}."
    if options.remove_orphans is False:
        yield "Bytes that no directory refers to are kept."
    else:
        yield "Bytes that no directory refers to, such as leftovers of earlier edits, become zeros."
    if options.cross_check:
        yield "Each output is read by tifffile as well; a file in which it finds other images than before is refused."


def weak_spots(options: Options) -> Iterator[str]:
    """What a reviewer should weigh."""
    yield "Pixels are not looked at: text in the picture stays."
    missing = [page for page in ("label", "macro") if page not in options.remove_pages]
    if missing:
        yield (
            f"Pictures of a slide's label stay where a file has them (remove-pages does not name {', '.join(missing)}):"
            " they often show names and numbers."
        )
    if not options.remove_private_tags:
        yield "Tags of makers, whose meaning only they know, stay; remove-private-tags takes them out."
    if options.remove_orphans is False:
        yield "Bytes that no directory refers to are kept unseen (remove-orphans: no)."
