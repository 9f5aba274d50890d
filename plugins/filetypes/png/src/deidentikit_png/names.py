"""How rules name the chunks of a PNG file and what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError, FileError, suggest
from deidentikit.filetype import UNLIMITED, Limits, Named, Rank, Selector, Step
from deidentikit_image_metadata.matching import KeyMatcher
from deidentikit_image_metadata.names import (
    WHOLE,
    Key,
    KeySelector,
    property_key,
    property_rank,
    selector_for,
    tag_limits,
    tag_literal,
    tag_selector,
)
from deidentikit_image_metadata.xmp import Packet

from . import times
from .fields import REQUIRED, UNKNOWN
from .rawprofile import profile_name
from .texts import MAX_KEYWORD, XMP_KEYWORD, keyword_fits, unfit
from .types import BY_FOLD, PUBLIC, TEXTS, is_required

XMP: Final[Key] = ("whole", "XMP")
_TYPE: Final = re.compile(r"[A-Za-z]{4}")


def chunk_key(kind: str) -> Key:
    """The key of all chunks of a type."""
    return "chunk", kind


def text_key(kind: str, keyword: str) -> Key:
    """The key of text chunks of a type and a keyword, whose case and surrounding spaces do not count."""
    return "text", kind, keyword.strip().casefold()


@attrs.frozen
class ChunkSelector(KeySelector):
    """A name, and the keys under which fields are found.

    type : the chunk type, where it names whole chunks or those with a keyword
    keyword : of a text chunk
    """

    type: str | None = attrs.field(default=None, kw_only=True)
    keyword: str | None = attrs.field(default=None, kw_only=True)


def compile_selector(named: Named) -> Selector:
    """The selector for a rule. Raises ValueError, with near names, for one that cannot be."""
    return selector_for(named, _by_name)


def _by_name(text: str) -> ChunkSelector:
    """The selector for a name. Raises ValueError."""
    word = text.strip()
    folded = word.casefold()
    if folded == "xmp":
        return ChunkSelector(text, Rank.NAME, XMP, keys=(XMP,))
    if folded.startswith("xmp.") and ":" in word:
        return _property(text, word[4:])
    head, colon, rest = word.partition(":")
    kind = BY_FOLD.get(head.casefold())
    if not colon:
        return _chunk(text, kind) if kind else _tag_or_private(text, word)
    if kind in TEXTS:
        return _text(text, kind, rest)
    if kind == "eXIf":
        return _exif(text, rest, exact=head == kind)
    if kind is not None:
        raise ValueError(f"{text!r}: only text chunks have keywords: tEXt, zTXt, iTXt; and eXIf has tags")
    if head.casefold() == "xmp" and ":" in re.split(r"[/\[]", rest)[0]:
        return _property(text, rest)
    return _property(text, word)


def _chunk(text: str, kind: str) -> ChunkSelector:
    key = chunk_key(kind)
    return ChunkSelector(text, Rank.NAME, key, insertable=kind == "tIME", keys=(key,), type=kind)


def _text(text: str, kind: str, keyword: str) -> ChunkSelector:
    if not keyword_fits(keyword) or not keyword.strip():
        raise ValueError(f"{text!r}: a keyword is 1 to {MAX_KEYWORD} characters of Latin-1")
    key = text_key(kind, keyword)
    plain = profile_name(keyword) is None and not _is_xmp(kind, keyword)
    return ChunkSelector(text, Rank.EXACT, key, insertable=plain, keys=(key,), type=kind, keyword=keyword.strip())


def _is_xmp(kind: str, keyword: str) -> bool:
    return kind == "iTXt" and keyword.strip().casefold() == XMP_KEYWORD.casefold()


def _property(text: str, name: str) -> ChunkSelector:
    key = property_key(name)
    return ChunkSelector(text, property_rank(name), key, keys=(key,))


def _exif(text: str, word: str, *, exact: bool) -> ChunkSelector:
    """Tags, and under ``exif:`` the XMP properties that mirror them."""
    try:
        found = tag_selector(ChunkSelector, text, word)
    except ValueError:
        if exact or not word:
            raise
        return _property(text, f"exif:{word}")
    if exact:
        return found
    keys = (*found.keys, property_key(f"exif:{word}"))
    return attrs.evolve(found, keys=keys, identity=keys)


def _tag_or_private(text: str, word: str) -> ChunkSelector:
    try:
        return tag_selector(ChunkSelector, text, word)
    except ValueError as error:
        if _TYPE.fullmatch(word):
            key = chunk_key(word)
            return ChunkSelector(text, Rank.NAME, key, keys=(key,), type=word)
        near = suggest(word, [*PUBLIC, "XMP"]) or " Text chunks are named as tEXt:Author."
        raise ValueError(f"{text!r} is no chunk type. As an EXIF tag: {error}{near}") from None


def limits(selector: Selector) -> Limits | None:
    """What the fields of a selector can hold, as far as their names tell."""
    if not isinstance(selector, ChunkSelector):
        return None
    if selector.tag is not None:
        return tag_limits(selector.tag)
    if selector.identity == XMP or _structured(selector):
        return WHOLE
    kind = selector.type
    if kind is None:
        return None
    if kind in TEXTS:
        return UNLIMITED
    if kind == "tIME":
        return times.LIMITS
    if is_required(kind):
        return REQUIRED
    return WHOLE if kind in PUBLIC else UNKNOWN


def _structured(selector: ChunkSelector) -> bool:
    """Whether it names text chunks that hold metadata with a structure."""
    kind, keyword = selector.type, selector.keyword
    return kind is not None and keyword is not None and (profile_name(keyword) is not None or _is_xmp(kind, keyword))


def check_literal(selector: Selector, text: str) -> str | None:
    """Why a text of the profile cannot be written to the fields of a selector, or None."""
    if not isinstance(selector, ChunkSelector):
        return None
    if selector.tag is not None:
        return tag_literal(selector.tag, selector.text, text)
    kind = selector.type
    if kind == "iTXt" and selector.keyword is not None and _is_xmp(kind, selector.keyword):
        return _no_packet(text)
    if kind in TEXTS and not _structured(selector):
        return unfit(text, "utf-8" if kind == "iTXt" else "latin-1")
    if kind == "tIME":
        return _no_time(text)
    if selector.identity == XMP or (kind is not None and (kind in PUBLIC or is_required(kind))):
        return f"{selector.text} can be removed or kept as a whole, nothing else"
    return None


def _no_packet(text: str) -> str | None:
    try:
        Packet(text.encode("utf-8", "surrogatepass"))
    except FileError:
        return "the text is no XMP packet; remove the chunk, or name its properties"
    return None


def _no_time(text: str) -> str | None:
    try:
        times.literal([text])
    except FieldError as error:
        return error.message
    return None


class Matcher(KeyMatcher[ChunkSelector]):
    """The steps of one section merged.

    opens_exif, opens_xmp : steps ask for what is in bodies of such metadata
    """

    def __init__(self, steps: Sequence[Step], reads: Iterable[str]) -> None:
        super().__init__(ChunkSelector, _by_name, steps, reads)
        sorts = {key[0] for key in self.named}
        self.opens_exif = self.has_regexes or "tag" in sorts
        self.opens_xmp = self.has_regexes or "xmp" in sorts
        self._keyed = {key[1] for key in self.named if key[0] == "text"}

    def needs_keyword(self, kind: str) -> bool:
        """Whether some rule tells text chunks of a type apart by their keyword."""
        return self.has_regexes or kind in self._keyed
