"""All steps of a plan merged, so that one pass over a file's tokens finds each match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs
from deidentikit.filetype import Named, Rank, Step
from deidentikit.kinds import Kind

from .codec import Codec
from .creators import Creators
from .dictionary import keyword_of
from .layout import Layout
from .options import Options
from .recurrence import Recurrence
from .selectors import DicomSelector, compile_selector
from .tags import ITEM, MEDIA_SOP_INSTANCE, SOP_INSTANCE, is_group_length, is_private_creator
from .values import Encoding

_NONE: Final = 1 << 30
_REMEMBERED: Final = 50_000
_ANY_SEQUENCE: Final = 0x04000550
"""Modified Attributes Sequence, which may hold any attribute."""


@attrs.frozen
class Hits:
    """What the steps reach in one file.

    fields : token index and number of the step, in the order of the file
    private : tokens of odd groups, if private elements matter to the plan
    """

    fields: list[tuple[int, int]]
    private: list[int]


class Matcher:
    """Finds, for each element of a file, the first step that reaches it.

    steps : in order of precedence
    reads : names of fields whose values will be asked for

    `read` and `written` learn what the files of a run have in common, before and after.
    Raises ValueError for a name in `reads` that cannot be.
    """

    def __init__(self, steps: Sequence[Step], reads: Iterable[str], options: Options) -> None:
        self.steps = tuple(steps)
        self.options = options
        self.reads = {name: compile_selector(Named(name=name)) for name in reads}
        self.named: list[tuple[int, DicomSelector]] = []
        self.private: list[tuple[int, DicomSelector]] = []
        self.regexes: list[tuple[int, DicomSelector]] = []
        for order, step in enumerate(self.steps):
            selector = step.selector
            if not isinstance(selector, DicomSelector):
                raise ValueError(f"{selector.text!r} was not compiled for DICOM")
            if selector.rank is Rank.REGEX:
                self.regexes.append((order, selector))
            elif selector.last.creator is not None:
                self.private.append((order, selector))
            else:
                self.named.append((order, selector))
        self.creating = [(order, step) for order, step in enumerate(self.steps) if step.creates]
        self.paths = frozenset(order for order, selector in self.named + self.private if selector.is_path)
        self.through_private = any(
            part.creator is not None or part.value & 0x10000
            for _, selector in self.named + self.private
            for part in selector.parts[:-1]
        )
        # what such a path reaches depends on creators that stand elsewhere in the file
        self._by_creators = any(part.creator is not None for _, selector in self.named for part in selector.parts[:-1])
        self.read = Recurrence()
        self.written = Recurrence()
        self._main = _MainOrders(self)
        self._nested = _NestedOrders(self)
        self._regex_memo: dict[str, int] = {}
        self._codecs: dict[tuple[Encoding, bool], Codec] = {}

    def codec(self, encoding: Encoding, little: bool) -> Codec:
        """What reads and writes values, one for all files of a run."""
        key = encoding, little
        if key not in self._codecs:
            self._codecs[key] = Codec(encoding, little)
        return self._codecs[key]

    def find(self, layout: Layout) -> Hits:
        """Every element that a step reaches, with the first step that does."""
        fields: list[tuple[int, int]] = []
        private: list[int] = []
        creators = Creators(layout)
        at = 0
        for first, stretch in () if self._by_creators else layout.stretches:
            self._scan(layout, creators, at, first, fields, private)
            at = first + len(stretch.tokens)
            if stretch.reached is None:
                reached: tuple[list[tuple[int, int]], list[int]] = ([], [])
                self._scan(layout, creators, first, at, *reached)
                stretch.reached = (
                    [(index - first, order) for index, order in reached[0]],
                    [i - first for i in reached[1]],
                )
            fields += [(first + index, order) for index, order in stretch.reached[0]]
            private += [first + index for index in stretch.reached[1]]
        self._scan(layout, creators, at, len(layout.tokens), fields, private)
        if self.private:
            self._add_private(layout, fields, private)
        return Hits(fields, private)

    def _scan(
        self,
        layout: Layout,
        creators: Creators,
        first: int,
        after: int,
        fields: list[tuple[int, int]],
        private: list[int],
    ) -> None:
        """Add what steps whose last part has no private creator reach among the tokens from `first` up to `after`."""
        main, nested = self._main, self._nested
        regexes = bool(self.regexes)
        watch_private = bool(self.private) or self.options.remove_private_tags or self.options.remove_undefined
        for index in range(first, after):
            tag, _, _, _, parent = layout.tokens[index]
            if watch_private and tag & 0x10000:
                private.append(index)
            if parent < 0:
                order = main[tag]
            else:
                candidates = nested[tag]
                if not candidates and (not regexes or tag == ITEM):
                    continue
                order = self._first(layout, index, candidates, creators)
                if regexes and order == _NONE and tag != ITEM:
                    order = self._regex(layout, index)
            if order != _NONE:
                fields.append((index, order))

    def names(self, order: int, tag: int) -> bool:
        """Whether a step names this one element, and not by a wildcard or a regex."""
        selector = self.steps[order].selector
        return isinstance(selector, DicomSelector) and selector.pattern is None and selector.last.tag == tag

    def locate(self, layout: Layout, selector: DicomSelector, creators: Creators) -> Iterator[int]:
        """The elements that a selector names; of a plain name only those of the main data set."""
        for index, (tag, _, _, _, parent) in enumerate(layout.tokens):
            if tag == ITEM or (parent >= 0 and not selector.is_path):
                continue
            creator = None
            if tag & 0x10000 and selector.last.creator is not None:
                creator = creators.of(parent, tag)
            if selector.last.holds(tag, creator) and self._on_path(layout, index, selector, creators):
                yield index

    def _first(
        self,
        layout: Layout,
        index: int,
        candidates: tuple[tuple[int, DicomSelector], ...],
        creators: Creators,
    ) -> int:
        for order, selector in candidates:
            if self._on_path(layout, index, selector, creators):
                return order
        return _NONE

    def _on_path(self, layout: Layout, index: int, selector: DicomSelector, creators: Creators) -> bool:
        """Whether an element that bears the last name of a selector stands where the selector says."""
        if not selector.is_path:
            return True
        tokens = layout.tokens
        for part, number in zip(reversed(selector.parts[:-1]), reversed(selector.indexes), strict=True):
            item = tokens[index][4]
            if item < 0 or (number is not None and layout.ordinal(item) != number):
                return False
            index = tokens[item][4]
            tag = tokens[index][0]
            creator = None
            if part.creator is not None:
                creator = creators.of(tokens[index][4], tag)
            if not part.holds(tag, creator):
                return False
        return tokens[index][4] < 0

    def _add_private(self, layout: Layout, fields: list[tuple[int, int]], private: list[int]) -> None:
        """Add what selectors with a private creator reach."""
        creators = Creators(layout, private)
        found = dict(fields)
        for index in private:
            tag, _, _, _, parent = layout.tokens[index]
            creator = creators.of(parent, tag)
            if creator is None:
                continue
            candidates = tuple(
                (order, selector)
                for order, selector in self.private
                if selector.last.holds(tag, creator) and (parent < 0 or self._everywhere(selector))
            )
            order = self._first(layout, index, candidates, creators)
            if order < found.get(index, _NONE):
                found[index] = order
        fields[:] = sorted(found.items())

    def _everywhere(self, selector: DicomSelector) -> bool:
        return selector.is_path or self.options.recurse_sequence

    def _regex(self, layout: Layout, index: int) -> int:
        path = layout.hex_path(index)
        order = self._regex_memo.get(path)
        if order is None:
            if len(self._regex_memo) > _REMEMBERED:
                self._regex_memo.clear()
            tag = layout.tags[index]
            order = self._regex_memo[path] = self.match_regexes(tag, layout.keyword_path(index), path)
        return order

    def match_regexes(self, tag: int, keyword_path: str, hex_path: str) -> int:
        """The first step whose regex matches either path of an element.

        Group lengths are never meant; private creators only by steps that see no value, such as removal.
        """
        if is_group_length(tag):
            return _NONE
        creator = is_private_creator(tag)
        for order, selector in self.regexes:
            if creator and self.steps[order].form.kind is not Kind.NATIVE:
                continue
            if selector.reaches(keyword_path, hex_path):
                return order
        return _NONE

    def step_at(self, tag: int, *, nested: bool = False) -> Step | None:
        """The step that reaches an element of the main data set, or one within the items of sequences.

        nested : within any sequence; a step that reaches it in certain sequences alone does not count
        """
        if not nested:
            order = self._main[tag]
        else:
            order = next((order for order, selector in self._nested[tag] if not selector.is_path), _NONE)
            if order == _NONE:
                word, outer = keyword_of(tag) or f"{tag:08X}", keyword_of(_ANY_SEQUENCE)
                order = self.match_regexes(tag, f"{outer}.0.{word}", f"{_ANY_SEQUENCE:08X}.0.{tag:08X}")
        return None if order == _NONE else self.steps[order]

    def named_for(self, tag: int) -> Iterator[tuple[int, DicomSelector]]:
        """The selectors, none of them a regex, whose last part is this tag, in order."""
        for order, selector in self.named:
            if selector.last.holds(tag, None):
                yield order, selector


class _MainOrders(dict[int, int]):
    """For a tag of the main data set or the file meta, the first step that reaches it."""

    def __init__(self, matcher: Matcher) -> None:
        super().__init__()
        self._matcher = matcher

    def __missing__(self, tag: int) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
        order = next((order for order, selector in self._matcher.named_for(tag) if not selector.is_path), _NONE)
        if order == _NONE:
            order = self._matcher.match_regexes(tag, keyword_of(tag) or f"{tag:08X}", f"{tag:08X}")
        if tag == MEDIA_SOP_INSTANCE and (order == _NONE or not self._matcher.names(order, tag)):
            original = self[SOP_INSTANCE]
            order = order if original == _NONE else original
        self[tag] = order
        return order


class _NestedOrders(dict[int, tuple[tuple[int, DicomSelector], ...]]):
    """For a tag within items, the steps that can reach it, in order."""

    def __init__(self, matcher: Matcher) -> None:
        super().__init__()
        self._matcher = matcher

    def __missing__(self, tag: int) -> tuple[tuple[int, DicomSelector], ...]:
        if len(self) > _REMEMBERED:
            self.clear()
        recurse = self._matcher.options.recurse_sequence
        found: tuple[tuple[int, DicomSelector], ...] = ()
        if tag != ITEM:
            found = tuple(
                (order, selector) for order, selector in self._matcher.named_for(tag) if selector.is_path or recurse
            )
        self[tag] = found
        return found
