"""All selectors of a section merged, so that one walk over a file finds what each reaches."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from deidentikit.filetype import Named, RegexSelector, Selector, Step
from deidentikit.kinds import Kind
from deidentikit_image_metadata.edit import REQUIRED_TAGS
from deidentikit_image_metadata.fields import TagField
from deidentikit_image_metadata.ifd import COLOUR_PROFILE, IMAGES, Entry, Ifd, IfdKind, pointed_kind
from deidentikit_image_metadata.names import spared
from deidentikit_image_metadata.tags import Space, Tag, space_of, tag_of

from .parts import Part
from .selectors import PartSelector, TagSelector, compile_selector

_FOLDERS: Final = {IfdKind.EXIF: ".Exif", IfdKind.GPS: ".GPS", IfdKind.INTEROP: ".Exif.Interop"}
_EVERYWHERE: Final = ((), ("page", "*"))
"""Prefixes of names that reach every page."""
EXIF: Final = "exif"
"""EXIF within a tag; its tags have the names that tags have everywhere."""
_BARE: Final = frozenset({"xmp", "iptc"})
"""Metadata whose names are known without saying where they stand."""


class Matcher:
    """The steps of one section, in order of precedence, by what they name."""

    def __init__(self, steps: Sequence[Step], reads: Iterable[str]) -> None:
        """Raises ValueError for a name in `reads` that cannot be."""
        self.steps = steps
        self.reads: dict[str, Selector] = {name: compile_selector(Named(name=name)) for name in reads}
        self._tags: dict[tuple[Space, int], list[tuple[int, TagSelector]]] = {}
        self._parts: list[tuple[int, PartSelector]] = []
        self._regexes: list[tuple[int, re.Pattern[str]]] = []
        for index, step in enumerate(steps):
            selector = step.selector
            if isinstance(selector, TagSelector):
                for tag in selector.tags:
                    self._tags.setdefault((tag.space, tag.number), []).append((index, selector))
            elif isinstance(selector, PartSelector):
                self._parts.append((index, selector))
            elif isinstance(selector, RegexSelector):
                self._regexes.append((index, selector.pattern))

    def entry(self, ifd: Ifd, entry: Entry) -> Step | None:
        """The first step that reaches an entry."""
        named = self._tags.get((space_of(ifd.kind), entry.tag), ())
        best = next((index for index, selector in named if selector.scope.covers(ifd)), None)
        if best is None and self._regexes:
            tag = tag_of(ifd.kind, entry.tag)
            return self._by_regex(names(ifd, tag), ifd, entry)
        return None if best is None else self.steps[best]

    def _by_regex(self, texts: Sequence[str], ifd: Ifd, entry: Entry) -> Step | None:
        """What an image needs, its colour profile, and image data in other IFDs, are out of reach of a regex."""
        if ifd.kind in IMAGES and (entry.tag in REQUIRED_TAGS or entry.tag == COLOUR_PROFILE):
            return None
        step = self._first_regex(texts)
        if step is None or (pointed := pointed_kind(ifd.kind, entry)) is None:
            return step
        return step if pointed is not IfdKind.SUB and step.action.removes else None

    def _first_regex(self, texts: Sequence[str]) -> Step | None:
        hits = (index for index, pattern in self._regexes if any(map(pattern.match, texts)))
        return next((self.steps[index] for index in hits), None)

    def part(self, ifd: Ifd, carrier: str, part: Part, *, regexes: bool) -> Step | None:
        """The first step that reaches a piece of metadata within a tag.

        regexes : whether regular expressions, and names of tags, reach into the tag
        """
        if part.tag is not None:
            return self._tag_within(ifd, part.tag, part.shown) if regexes else None
        for index, selector in self._parts:
            if selector.carrier == carrier and selector.name in part.keys and selector.scope.covers(ifd):
                return self.steps[index]
        shown = f"{carrier}:{part.shown}"
        bare = (part.shown,) if carrier in _BARE else ()
        step = self._first_regex((shown, f"page.{ifd.page}.{shown}", *bare)) if regexes else None
        return None if step is None or (not part.texts and step.form.kind is not Kind.NATIVE) else step

    def _tag_within(self, ifd: Ifd, field: TagField, shown: str) -> Step | None:
        """The first step that reaches a tag of EXIF within a value."""
        tag, page = field.tag, f"page.{ifd.page}"
        for index, selector in self._tags.get((tag.space, tag.number), ()):
            if selector.scope.covers(ifd, field.ifd.kind):
                return self.steps[index]
        return None if spared(tag) else self._first_regex((tag.name, f"{page}.{tag.name}", f"{page}.{shown}"))

    def everywhere(self, tag: Tag) -> Step | None:
        """The first step that reaches a tag wherever it can stand; steps for certain pages do not count."""
        for index, selector in self._tags.get((tag.space, tag.number), ()):
            if selector.scope.prefix in _EVERYWHERE and selector.scope.kind in (None, tag.home):
                return self.steps[index]
        path = f"page.0{_FOLDERS.get(tag.home, '')}"
        return self._first_regex((tag.name, f"{path}.{tag.name}", f"page.0.{tag.name}"))

    def part_everywhere(self, carrier: str, keys: Collection[str], shown: str, *, regexes: bool) -> Step | None:
        """The same of a piece of metadata within a tag; see `part`."""
        for index, selector in self._parts:
            if selector.carrier == carrier and selector.name in keys and selector.scope.prefix in _EVERYWHERE:
                return self.steps[index]
        texts = f"{carrier}:{shown}", f"page.0.{carrier}:{shown}", shown
        return self._first_regex(texts) if regexes else None

    def wants(self, carrier: str, *, regexes: bool) -> bool:
        """Whether any step may reach metadata of this kind."""
        if carrier == EXIF:
            return regexes and bool(self._tags or self._regexes)
        return (regexes and bool(self._regexes)) or any(selector.carrier == carrier for _, selector in self._parts)


def names(ifd: Ifd, tag: Tag) -> tuple[str, ...]:
    """What a regular expression is matched against."""
    return tag.name, f"{ifd.path}.{tag.name}", f"page.{ifd.page}.{tag.name}"
