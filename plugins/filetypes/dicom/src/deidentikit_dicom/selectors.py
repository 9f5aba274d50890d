"""How a rule names data elements: keyword, tag, repeating group, private element, path, regex."""

from __future__ import annotations

import re
from typing import Final

import attrs
from deidentikit.filetype import Named, Rank, Selector
from deidentikit.regex import compile_regex

from .dictionary import Mask, keyword_of, mask_of, near_keywords, tag_of, vr_of

_WHOLE: Final = 0xFFFFFFFF
_PRIVATE: Final = re.compile(
    r"""(?P<open>\()?\s*(?:0x)?(?P<group>[0-9a-f]{4})\s*,\s*(?P<quote>["'])(?P<creator>.*?)(?P=quote)\s*,
        \s*(?:0x)?(?:xx)?(?P<element>[0-9a-f]{1,2})(?(open)\s*\))""",
    re.IGNORECASE | re.VERBOSE,
)
_PAIR: Final = re.compile(
    r"(?P<open>\()?\s*(?:0x)?(?P<group>[0-9a-fx]{4})\s*,\s*(?:0x)?(?P<element>[0-9a-fx]{4})(?(open)\s*\))",
    re.IGNORECASE,
)
_HEX: Final = re.compile(r"(?:0x)?(?P<digits>[0-9a-fx]{8})", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_INDEX: Final = re.compile(r"\.\s*(?P<index>\d{1,9}|\*)\s*\.\s*")
_INSERTABLE_NOT: Final = frozenset({"UN", "OB", "OW", "OD", "OF", "OL", "OV"})


@attrs.frozen
class ElementName:
    """One part of a path.

    value, bits : the tag in the bits that `bits` sets; of a private element the group and the
        last two digits, its block being the file's choice
    creator : the private creator, or None
    """

    value: int
    bits: int = _WHOLE
    creator: str | None = None

    @property
    def tag(self) -> int | None:
        """The tag, where the name alone settles it."""
        return self.value if self.bits == _WHOLE and self.creator is None else None

    @property
    def vr(self) -> str:
        """The VR that the dictionary gives it."""
        return vr_of(self.value | (0x1000 if self.creator is not None else 0), self.creator)

    def holds(self, tag: int, creator: str | None) -> bool:
        """Whether an element with this tag is meant.

        creator : of the private block it stands in, without padding; None where there is none
        """
        if self.creator is not None:
            return tag & 0xFFFF00FF == self.value and tag & 0xFF00 >= 0x1000 and creator == self.creator
        if self.bits == _WHOLE:
            return tag == self.value
        return Mask(self.value, self.bits).holds(tag)

    def __str__(self) -> str:
        if self.creator is not None:
            return f'({self.value >> 16:04X},"{self.creator}",{self.value & 0xFF:02X})'
        return keyword_of(self.value) or str(Mask(self.value, self.bits))


@attrs.frozen
class DicomSelector(Selector):
    """A compiled way to name data elements.

    parts : from the main data set to the element; one part alone stands for every nesting level
    indexes : the items between the parts, counted from 0; None for every item
    pattern : of a regex, which has no parts
    """

    parts: tuple[ElementName, ...] = ()
    indexes: tuple[int | None, ...] = ()
    pattern: re.Pattern[str] | None = None

    @property
    def last(self) -> ElementName:
        """The name of the element itself. A regex has none."""
        return self.parts[-1]

    @property
    def is_path(self) -> bool:
        """It counts from the main data set."""
        return len(self.parts) > 1

    def reaches(self, keyword_path: str, hex_path: str) -> bool:
        """Whether the regex matches from the start of either path of an element.

        hex_path : such as ``00081140.0.00081155``; asked in capitals and in small letters
        """
        match = (self.pattern or re.compile("(?!)")).match
        if match(hex_path) or (bool(keyword_path) and match(keyword_path)):
            return True
        small = hex_path.lower()
        return small != hex_path and match(small) is not None


def compile_selector(named: Named) -> DicomSelector:
    """The selector for a rule.

    Raises ValueError, with near names, for a keyword that the dictionary does not hold, for a
    malformed tag or path, and for a regex that cannot be used.
    """
    if named.regex is not None:
        return DicomSelector(named.regex, Rank.REGEX, ("regex", named.regex), pattern=compile_regex(named.regex))
    return _path(named.name or "")


def _path(text: str) -> DicomSelector:
    parts: list[ElementName] = []
    indexes: list[int | None] = []
    at = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    while True:
        part, at = _part(text, at, end)
        parts.append(part)
        if at == end:
            break
        index = _INDEX.match(text, at, end)
        if index is None or index.end() == end:
            raise ValueError(
                f"{text!r} is no path: after {text[:at].strip()!r} an item's number or `*` and a further"
                " element are due, as in `OtherPatientIDsSequence.0.PatientID`"
            )
        indexes.append(None if index["index"] == "*" else int(index["index"]))
        at = index.end()
    for parent in parts[:-1]:
        if parent.tag is not None and parent.vr not in ("SQ", "UN"):
            raise ValueError(f"{text!r} cannot be: {parent} is no sequence")
    wild = None in indexes or any(part.bits != _WHOLE for part in parts)
    rank = Rank.WILDCARD if wild else Rank.EXACT if indexes else Rank.NAME
    identity = tuple((part.value, part.bits, part.creator) for part in parts), tuple(indexes)
    return DicomSelector(text, rank, identity, not wild and _insertable(parts), tuple(parts), tuple(indexes))


def _insertable(parts: list[ElementName]) -> bool:
    last = parts[-1]
    if last.creator is None and (not last.value & 0xFFFF or not last.value >> 16):
        return False
    return last.vr not in _INSERTABLE_NOT and all(part.vr == "SQ" for part in parts[:-1])


def _part(text: str, at: int, end: int) -> tuple[ElementName, int]:
    """The element that is named from `at`, and where its name ends."""
    if private := _PRIVATE.match(text, at, end):
        return _private(private), private.end()
    if pair := _PAIR.match(text, at, end):
        return _tag(pair["group"] + pair["element"]), pair.end()
    word = _WORD.match(text, at, end)
    if word and ((tag := tag_of(word[0])) is not None):
        return ElementName(tag), word.end()
    if word and (mask := mask_of(word[0])):
        return ElementName(mask.value, mask.bits), word.end()
    digits = _HEX.match(text, at, end)
    if digits and (digits.end() == end or text[digits.end()] in ". \t"):
        return _tag(digits["digits"]), digits.end()
    if word and (word.end() == end or text[word.end()] == "."):
        near = near_keywords(word[0])
        hint = f" Did you mean {near[0]!r}?" if near else ""
        also = f" Also near: {', '.join(near[1:])}." if near[1:] else ""
        raise ValueError(f"{word[0]!r} is no DICOM keyword.{hint}{also}")
    if near := near_keywords(re.sub(r"\W+", "", text[at:end])):
        raise ValueError(f"{text!r} is no DICOM keyword. Did you mean {near[0]!r}?")
    raise ValueError(
        f"{text!r} names no DICOM element. Write a keyword, `00100020`, `(0010,0020)`, `60xx0022`,"
        ' `(0029,"CREATOR",01)`, or a path such as `OtherPatientIDsSequence.0.PatientID`'
    )


def _private(match: re.Match[str]) -> ElementName:
    group = int(match["group"], 16)
    creator = match["creator"].strip()
    if not group & 1:
        raise ValueError(f"group {match['group']} is even; a private element stands in an odd group")
    if not creator:
        raise ValueError("the private creator is empty")
    return ElementName(group << 16 | int(match["element"], 16), _WHOLE, creator)


def _tag(digits: str) -> ElementName:
    mask = Mask.of(digits)
    if mask.bits == 0:
        raise ValueError(f"`{digits}` names every element; use a regex")
    if mask.value >> 16 == 0xFFFE:
        raise ValueError("items and delimiters (group FFFE) hold no values and cannot be named")
    return ElementName(mask.value, mask.bits)
