"""What the steps made of stretches of earlier files, so that it need not be worked out again.

A result is recalled only where all that can decide it is the same. That is: the plan and its key (a memory serves one
plan in one run), the transfer syntax and the bytes (they are the `Stretch`), the subject, and of the main data set the
Specific Character Set and the private creators. Everything else that a step could go by is kept out:

- a plan with an action that reads other fields, or does not repeat, has no memory (`RecurringBatch`);
- a file where a step fell back or was refused is not remembered;
- a stretch in which a step reaches a group length, a character set or a private creator is never remembered, as
  whether these may go depends on elements anywhere;
- what section options do comes later, and is worked out anew for each file (`Late`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, MutableMapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from deidentikit.filetype import Step
from deidentikit.splice import BytesSink, BytesSource, Patch, splice

from .editing import Redone
from .recurrence import Stretch
from .tags import is_group_length, tells_of_others

if TYPE_CHECKING:
    from .document import DicomDocument

_ROOM: Final = 1 << 23
"""Bytes of stretches remembered at a time."""

Late = tuple[tuple[int, bool, bytes | None], ...]
"""Edits that came after the steps: token, counted from the stretch's first, whether it is removed, its new value."""


class Outcome:
    """What the steps made of one stretch. Tokens are counted from its first.

    reached : what steps reach
    values, removed : as in `Editing`
    counts : how many fields each step acted on
    redone : bytes and tags of the whole stretch as written, by the edits that came after the steps
    """

    __slots__ = ("_placed", "_reached", "_removed", "_values", "counts", "redone")

    def __init__(
        self, reached: list[int], values: dict[int, bytes], removed: list[int], counts: Mapping[Step, int]
    ) -> None:
        self._reached = reached
        self._values = values
        self._removed = removed
        self._placed = 0, reached, values, removed
        self.counts = counts
        self.redone: dict[Late, tuple[bytes | None, list[int]]] = {}

    def placed(self, first: int) -> tuple[int, list[int], dict[int, bytes], list[int]]:
        """`first`, reached, values and removed, where the first token is number `first`."""
        placed = self._placed
        if placed[0] != first:
            placed = (
                first,
                [first + index for index in self._reached],
                {first + index: value for index, value in self._values.items()},
                [first + index for index in self._removed],
            )
            self._placed = placed
        return placed


class Replay:
    """Recalls, for one document, what is known of its stretches.

    skipped : tokens that steps reach and that need no visit
    """

    def __init__(self, document: DicomDocument) -> None:
        self._document = document
        self._memory: MutableMapping[Hashable, object] = {}
        self._circumstances: Hashable = None
        self._recalled: list[tuple[int, Stretch, Outcome]] = []
        self.skipped: set[int] = set()

    def recall(self, memory: MutableMapping[Hashable, object], subject: str) -> dict[Step, int]:
        """Make the edits that are known. Returns how many fields of each step that covers."""
        layout, editing = self._document.layout, self._document.editing
        self._memory = memory
        self._circumstances = subject, self._character_sets_and_creators()
        counts: dict[Step, int] = {}
        for first, stretch in layout.stretches:
            known = memory.get((stretch, self._circumstances))
            if not isinstance(known, Outcome):
                continue
            self._recalled.append((first, stretch, known))
            _, reached, values, removed = known.placed(first)
            self.skipped.update(reached)
            editing.values.update(values)
            editing.removed.update(removed)
            for step, count in known.counts.items():
                counts[step] = counts.get(step, 0) + count
        return counts

    def remember(self) -> None:
        """Note what the steps made of stretches that were not recalled."""
        recalled = {first for first, _, _ in self._recalled}
        for first, stretch in self._document.layout.stretches:
            if first in recalled or stretch in self._memory:
                continue
            after = first + len(stretch.tokens)
            reached = [index - first for index, _ in self._document.hits.fields if first <= index < after]
            self._spend(len(stretch.data))
            if any(tells_of_others(stretch.tags[index]) for index in reached):
                self._memory[stretch] = None
                continue
            outcome = self._outcome(first, stretch, reached)
            self._memory[stretch, self._circumstances] = outcome
            self._recalled.append((first, stretch, outcome))
        self._recalled.sort(key=lambda part: part[0])

    def redone(self) -> Iterator[Redone]:
        """The stretches whose outcome is known, as they will be written.

        None at all where lengths outside a stretch depend on what is in it.
        """
        layout, editing = self._document.layout, self._document.editing
        if editing.elements or editing.items or any(is_group_length(layout.tags[index]) for index in self._telling):
            return
        late = sorted(set(editing.late))
        for first, stretch, outcome in self._recalled:
            after = first + len(stretch.tokens)
            key: Late = ()
            if late and first <= late[-1]:
                key = tuple(
                    (i - first, i in editing.removed, editing.values.get(i)) for i in late if first <= i < after
                )
            known = outcome.redone.get(key)
            if known is None:
                known = self._redo(first, stretch)
                self._spend(len(known[0] or b""))
                outcome.redone[key] = known
            yield Redone(first, after, len(stretch.data), *known)

    def _redo(self, first: int, stretch: Stretch) -> tuple[bytes | None, list[int]]:
        """A stretch as it will be written, None where it stays, and its tags."""
        layout = self._document.layout
        result = self._document.editing.part(first, first + len(stretch.tokens))
        if not result.patches:
            return None, result.tags
        base = layout.tokens[first][1]
        sink = BytesSink()
        patches = (Patch(start - base, end - base, data) for start, end, data in result.patches)
        splice(BytesSource(stretch.data), sink, patches)
        return bytes(sink.data), result.tags

    def _outcome(self, first: int, stretch: Stretch, reached: list[int]) -> Outcome:
        document = self._document
        span = range(len(stretch.tokens))
        values = {index: value for index in span if (value := document.editing.values.get(first + index)) is not None}
        removed = [index for index in span if first + index in document.editing.removed]
        counts: dict[Step, int] = {}
        for index, order in document.visited:
            if first <= index < first + len(stretch.tokens):
                step = document.matcher.steps[order]
                counts[step] = counts.get(step, 0) + 1
        return Outcome(reached, values, removed, counts)

    @cached_property
    def _telling(self) -> list[int]:
        """Group lengths, character sets and private creators of the main data set."""
        layout = self._document.layout

        def loose(first: int, after: int) -> list[int]:
            tags, tokens = layout.tags, layout.tokens
            return [index for index in range(first, after) if tells_of_others(tags[index]) and tokens[index][4] < 0]

        found: list[int] = []
        at = layout.meta_count
        for first, stretch in layout.stretches:
            found += loose(at, first)
            found += [first + index for index in stretch.telling]
            at = first + len(stretch.tokens)
        return found + loose(at, len(layout.tags))

    def _character_sets_and_creators(self) -> Hashable:
        """Those of the main data set, in order; group lengths only by their tags, as they say nothing of values."""
        layout = self._document.layout
        return tuple(
            (layout.tags[index], b"" if is_group_length(layout.tags[index]) else layout.raw(index))
            for index in self._telling
        )

    def _spend(self, size: int) -> None:
        """Keep what is remembered within bounds."""
        spent = self._memory.get("spent", 0)
        assert isinstance(spent, int)
        if spent + size > _ROOM:
            self._memory.clear()
            spent = 0
        self._memory["spent"] = spent + size
