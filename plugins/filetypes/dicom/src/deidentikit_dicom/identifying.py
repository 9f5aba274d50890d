"""The attributes that DICOM PS3.15 Table E.1-1 names, and what becomes of each under a plan.

``data/identifiers.txt`` is made from the table by ``scripts/build_identifiers.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deidentikit.filetype import Step
from deidentikit.identifiers import UNREACHED, Catalogue, Identifier, Reach

from .dictionary import Mask, keyword_of, repeaters, tag_of
from .fields import REQUIRED_META

if TYPE_CHECKING:
    from .matcher import Matcher

PRIVATE: Final = "private"
_DATA: Final = Path(__file__).with_name("data") / "identifiers.txt"
_VOIDED: Final = frozenset({0xFFFAFFFA, 0x4FFE0001, 0xFFFCFFFC})
"""Digital signatures, what they were made with, and trailing padding: no edited file keeps them."""
_CODES: Final[Mapping[str, str]] = {
    "X": "remove",
    "Z": "empty, or replace by a dummy value",
    "D": "replace by a dummy value",
    "U": "replace by another UID, the same in all files that belong together",
    "X/Z": "remove, or empty where the kind of object needs it",
    "X/D": "remove, or replace by a dummy value where the kind of object needs it",
    "Z/D": "empty, or replace by a dummy value where the kind of object needs it",
    "X/Z/D": "remove, empty or replace by a dummy value, as the kind of object needs it",
    "X/Z/U*": "remove or empty, or replace the UIDs in it, as the kind of object needs it",
}


@lru_cache(maxsize=1)
def catalogues() -> Sequence[Catalogue]:
    """The one list that DICOM has."""
    head, *lines = _DATA.read_text(encoding="utf-8").splitlines()
    edition = head.split(",")[0].removeprefix("# ")
    return (
        Catalogue(
            title="DICOM PS3.15 Table E.1-1, Basic Application Level Confidentiality Profile",
            source=f"{edition} (c) NEMA. Which Safe Harbor category an attribute belongs to is the judgement of"
            " deidentikit, not of the standard.",
            identifiers=tuple(map(_identifier, lines)),
            codes=_CODES,
        ),
    )


def _identifier(line: str) -> Identifier:
    pattern, code, letters, title = line.split(" ", 3)
    categories = letters.strip("-")
    if pattern == PRIVATE:
        return Identifier(PRIVATE, title, categories, code, "odd groups")
    place = f"({pattern[:4]},{pattern[4:]})"
    if "x" in pattern:
        return Identifier(pattern, title, categories, code, place)
    return Identifier(keyword_of(int(pattern, 16)) or pattern, title, categories, code, place)


def reach(matcher: Matcher, name: str) -> Reach:
    """What becomes of an attribute of the list."""
    options = matcher.options
    undefined = "the option remove-undefined" if options.remove_undefined else ""
    if name == PRIVATE:
        return Reach(cause="the option remove-private-tags" if options.remove_private_tags else undefined)
    found = [_reach(matcher, tag, undefined) for tag in _tags(name)]
    return next((each for each in found if each.nowhere), found[0])


def _reach(matcher: Matcher, tag: int, undefined: str) -> Reach:
    step = matcher.step_at(tag)
    if step is None:
        if tag in _VOIDED and _edits(matcher.steps):
            return Reach(cause="any edit of the file")
        return UNREACHED if tag in REQUIRED_META or not undefined else Reach(cause=undefined)
    nested = undefined or tag >> 16 <= 2 or matcher.step_at(tag, nested=True) is not None
    return Reach(step, beyond="" if nested else "within sequences")


def _edits(steps: Sequence[Step]) -> bool:
    return any(not step.action.keeps for step in steps)


def _tags(name: str) -> Iterator[int]:
    """The tag of a name; of repeating groups every element that the dictionary knows, in the first group."""
    tag = tag_of(name)
    if tag is not None:
        yield tag
    elif "x" in name:
        mask = Mask.of(name)
        known = [found.value for found in repeaters() if mask.holds(found.value)]
        yield from known or [mask.value]
    else:
        yield int(name, 16)
