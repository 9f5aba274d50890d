"""How rules name the chunks of a PNG file and what they hold."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError, FileError, suggest
from deidentikit.filetype import UNLIMITED, Field, Limits, Named, Rank, RegexSelector, Selector, Step
from deidentikit.kinds import Kind
from deidentikit_image_metadata import tags, values
from deidentikit_image_metadata.edit import LOCATED
from deidentikit_image_metadata.ifd import GPS_IFD, POINTERS, IfdKind
from deidentikit_image_metadata.tags import Space, Tag
from deidentikit_image_metadata.xmp import Packet

from . import times
from .fields import REQUIRED, UNKNOWN, WHOLE
from .rawprofile import profile_name
from .texts import MAX_KEYWORD, XMP_KEYWORD, keyword_fits, unfit
from .types import BY_FOLD, PUBLIC, TEXTS, is_required

Key = tuple[Hashable, ...]
"""One way in which a field can be named."""

XMP: Final[Key] = ("whole", "XMP")
BLOCKS: Final = {
    "IFD0": IfdKind.IMAGE,
    "IFD1": IfdKind.THUMBNAIL,
    "Exif": IfdKind.EXIF,
    "GPS": IfdKind.GPS,
    "Interop": IfdKind.INTEROP,
}
BLOCK_NAMES: Final = {kind: name for name, kind in BLOCKS.items()} | {IfdKind.SUB: "Sub"}
_KINDS: Final = {name.casefold(): kind for name, kind in BLOCKS.items()}
_TYPE: Final = re.compile(r"[A-Za-z]{4}")


def chunk_key(kind: str) -> Key:
    """The key of all chunks of a type."""
    return "chunk", kind


def text_key(kind: str, keyword: str) -> Key:
    """The key of text chunks of a type and a keyword, whose case and surrounding spaces do not count."""
    return "text", kind, keyword.strip().casefold()


def tag_key(space: Space, number: int, kind: IfdKind | None = None) -> Key:
    """The key of a tag, in every IFD that has it or in those of one kind."""
    return ("tag", space, number) if kind is None else ("tag", space, number, kind)


def property_key(name: str) -> Key:
    """The key of an XMP property, by its name or its path."""
    return "xmp", name.casefold()


@attrs.frozen
class ChunkSelector(Selector):
    """A name, and the keys under which fields are found.

    type : the chunk type, where it names whole chunks or those with a keyword
    keyword : of a text chunk
    tag : where it names one tag only
    """

    keys: tuple[Key, ...] = attrs.field(kw_only=True)
    type: str | None = attrs.field(default=None, kw_only=True)
    keyword: str | None = attrs.field(default=None, kw_only=True)
    tag: Tag | None = attrs.field(default=None, kw_only=True)


@attrs.frozen(eq=False)
class Item:
    """A field of a file with all by which it can be named.

    name : what a profile would write
    texts : what a regex is matched with; none where no regex reaches it
    type : for a listing
    valued : actions on values may treat it; others are not for a regex that names everything
    """

    field: Field
    name: str
    keys: tuple[Key, ...]
    texts: tuple[str, ...] = ()
    type: str = ""
    valued: bool = True


def compile_selector(named: Named) -> Selector:
    """The selector for a rule. Raises ValueError, with near names, for one that cannot be."""
    if named.regex is not None:
        return RegexSelector.of(named.regex)
    if named.name is None:
        raise ValueError("a rule needs a name or a regex")
    return by_name(named.name)


def by_name(text: str) -> ChunkSelector:
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
    prefix, colon, local = name.partition(":")
    if not (prefix and colon and local):
        raise ValueError(f"{text!r}: an XMP property is written with its prefix, such as dc:creator")
    key = property_key(name)
    rank = Rank.EXACT if "/" in name or "[" in name else Rank.NAME
    return ChunkSelector(text, rank, key, keys=(key,))


def _exif(text: str, word: str, *, exact: bool) -> ChunkSelector:
    """Tags, and under ``exif:`` the XMP properties that mirror them."""
    try:
        found = _tags(text, word)
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
        return _tags(text, word)
    except ValueError as error:
        if _TYPE.fullmatch(word):
            key = chunk_key(word)
            return ChunkSelector(text, Rank.NAME, key, keys=(key,), type=word)
        near = suggest(word, [*PUBLIC, "XMP"]) or " Text chunks are named as tEXt:Author."
        raise ValueError(f"{text!r} is no chunk type. As an EXIF tag: {error}{near}") from None


def _tags(text: str, word: str) -> ChunkSelector:
    """The tags of a name such as ``Artist``, ``GPS.GPSDateStamp``, ``0x013B``."""
    head, dot, rest = word.partition(".")
    kind = _KINDS.get(head.casefold()) if dot else None
    if word.casefold() == "gps":
        found: Sequence[Tag] = (tags.tag_of(IfdKind.IMAGE, GPS_IFD),)
    elif kind is not None:
        found = _in_block(rest, head, kind)
    else:
        found = tags.lookup(word)
    keys = tuple(tag_key(tag.space, tag.number, kind) for tag in found)
    tag = found[0] if len(found) == 1 else None
    if tag is not None and kind is not None:
        tag = attrs.evolve(tag, home=kind)
    makes = tag is not None and kind is not IfdKind.THUMBNAIL and not structural(tag)
    return ChunkSelector(text, Rank.NAME if kind is None else Rank.EXACT, keys, makes, keys=keys, tag=tag)


def _in_block(word: str, block: str, kind: IfdKind) -> tuple[Tag, ...]:
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


def limits(selector: Selector) -> Limits | None:
    """What the fields of a selector can hold, as far as their names tell."""
    if not isinstance(selector, ChunkSelector):
        return None
    if selector.tag is not None:
        return WHOLE if points(selector.tag) else values.limits(selector.tag)
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
        if structural(selector.tag):
            return f"{selector.text} holds offsets, which cannot be replaced"
        return values.check_literal(selector.tag, text)
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


class Matcher:
    """The steps of one section merged.

    reads : the keys of names that are read beside the steps
    """

    def __init__(self, steps: Sequence[Step], reads: Iterable[str]) -> None:
        self.steps = steps
        self.reads = {name: frozenset(by_name(name).keys) for name in reads}
        self._by_key: dict[Key, int] = {}
        self._regexes: list[tuple[int, re.Pattern[str]]] = []
        for index, step in enumerate(steps):
            selector = step.selector
            if isinstance(selector, ChunkSelector):
                for key in selector.keys:
                    self._by_key.setdefault(key, index)
            elif isinstance(selector, RegexSelector):
                self._regexes.append((index, selector.pattern))
        named = {key[0] for key in self._by_key}
        self.opens_exif = bool(self._regexes) or "tag" in named
        self.opens_xmp = bool(self._regexes) or "xmp" in named
        self._keyed = {key[1] for key in self._by_key if key[0] == "text"}

    def needs_keyword(self, kind: str) -> bool:
        """Whether some rule tells text chunks of a type apart by their keyword."""
        return bool(self._regexes) or kind in self._keyed

    def first(self, item: Item) -> Step | None:
        """The first step in order that reaches a field."""
        return self.step(item.keys, item.texts, valued=item.valued)

    def step(self, keys: Sequence[Key], texts: Sequence[str], *, valued: bool) -> Step | None:
        """The first step in order that reaches a field with these keys and texts; see `Item`."""
        best = min((self._by_key[key] for key in keys if key in self._by_key), default=None)
        for index, pattern in self._regexes:
            if best is not None and index > best:
                break
            if not valued and self.steps[index].form.kind is not Kind.NATIVE:
                continue
            if any(pattern.match(text) for text in texts):
                best = index
                break
        return None if best is None else self.steps[best]

    def creating(self) -> Iterator[tuple[ChunkSelector, Step]]:
        """The steps that make a field where it is absent."""
        for step in self.steps:
            if step.creates and isinstance(step.selector, ChunkSelector) and step.selector.insertable:
                yield step.selector, step
