"""What becomes of a PNG file's metadata under a section, for readers who do not program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from deidentikit.identifiers import UNREACHED, Catalogue, Identifier, Reach
from deidentikit_image_metadata.identifying import EXIF, GPS, XMP, catalogue
from deidentikit_image_metadata.names import GPS_POINTER, Key, tag_keys, tag_texts
from deidentikit_image_metadata.tags import Space

from .names import XMP as WHOLE_XMP
from .names import ChunkSelector, Matcher, chunk_key
from .options import Options

_KEYWORDS: Final = (
    ("Author", "A"),
    ("Copyright", "A"),
    ("Creation Time", "C"),
    ("Title", ""),
    ("Description", ""),
    ("Comment", ""),
    ("Source", "M"),
)
"""Those of the keywords that the PNG specification names (section 11.3.3.1) which can identify a person."""


@lru_cache(maxsize=1)
def catalogues() -> Sequence[Catalogue]:
    """EXIF, XMP, the texts that the specification names, and the time of change."""
    texts = [
        Identifier(f"{kind}:{keyword}", f"Text chunk {keyword}", letters, place=f"{kind}:{keyword}")
        for keyword, letters in _KEYWORDS
        for kind in ("tEXt", "zTXt", "iTXt")
    ]
    return (catalogue((EXIF, GPS, XMP), [*texts, Identifier("tIME", "Time of the last change", "C", place="tIME")]),)


def reach(selector: ChunkSelector, matcher: Matcher, options: Options) -> Reach:
    """What becomes of the field that a selector names."""
    keys, texts, holders, chunk = _names(selector)
    step = matcher.step(keys, texts)
    if step is not None:
        return Reach(step)
    for key in holders:
        step = matcher.step((key,), ())
        if step is not None and step.action.removes:
            return Reach(step)
    option = options.removing(chunk)
    return Reach(cause=f"the option {option}") if option else UNREACHED


def _names(selector: ChunkSelector) -> tuple[tuple[Key, ...], tuple[str, ...], tuple[Key, ...], str]:
    """Keys, texts for a regex, what holds it, and in which type of chunk it stands."""
    kind, keyword, tag = selector.type, selector.keyword, selector.tag
    if tag is not None:
        keys = (*selector.keys, *tag_keys(tag.home, tag.number))
        texts = tag_texts(tag.home, tag, "eXIf:")
        pointer = (GPS_POINTER,) if tag.space is Space.GPS else ()
        return keys, texts, (chunk_key("eXIf"), *pointer), "eXIf"
    if kind is not None and keyword is not None:
        return (*selector.keys, chunk_key(kind)), (f"{kind}:{keyword}", kind), (), kind
    if kind is not None:
        return selector.keys, (kind,), (), kind
    word = selector.text
    return selector.keys, (f"xmp:{word}", word), (WHOLE_XMP, chunk_key("iTXt")), "iTXt"


def rest(options: Options) -> Iterator[str]:
    """What becomes of all that no rule names."""
    if options.remove_metadata:
        yield "All chunks but those of the image, and those needed to show it, are removed."
    else:
        yield "All chunks that no rule names stay as they are, byte for byte, those of unknown types too."
        if options.remove_text:
            yield "All text chunks are removed, XMP included."
        if options.remove_private:
            yield "Chunks that are not of a registered public type are removed."
    yield "The thumbnail of an EXIF block goes with any edit of it."
    yield f"Bytes behind the image are {'kept' if options.keep_trailing else 'left out'}."
    if options.cross_check:
        yield "Each output is read by Pillow as well; a file in which it finds another picture than before is refused."


def weak_spots(options: Options) -> Iterator[str]:
    """What a reviewer should weigh."""
    yield "The picture itself is not looked at: faces, and text in it, stay."
    if not options.remove_private and not options.remove_metadata:
        yield "Private chunks, whose meaning only their maker knows, stay; remove-private-chunks takes them out."
    if not options.remove_text and not options.remove_metadata:
        yield "Text chunks with keywords that no rule names stay; anyone can make up keywords."
    if options.keep_trailing:
        yield "Bytes behind the image are kept unseen (keep-trailing)."
