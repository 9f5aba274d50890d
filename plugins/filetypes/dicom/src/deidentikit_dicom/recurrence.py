"""What recurs from file to file: the slices of a series repeat most of their elements byte for byte."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from .syntax import Syntax
from .tags import is_group_length, tells_of_others

if TYPE_CHECKING:
    from .layout import Layout
    from .tokens import Token

_MIN_TOKENS: Final = 3
_MAX_DATA: Final = 1 << 18
_SLACK: Final = 16
_LONGEST_PAUSE: Final = 255


class Stretch:
    """Elements of the main data set, with all they hold, that stood in two files byte for byte alike.

    data : their bytes
    tokens : their tokens; positions count from the first byte, parents from the first token (-1: none)
    tags : those of the tokens
    lengths : group lengths among them
    telling : group lengths, character sets and private creators among them that no item holds
    reached : what a matcher found in it: pairs of token and step, and the tokens of odd groups
    """

    __slots__ = ("_placed", "data", "lengths", "reached", "tags", "telling", "tokens")

    def __init__(self, data: bytes, tokens: list[Token]) -> None:
        self.data = data
        self.tokens = tokens
        self.tags = [token[0] for token in tokens]
        self.lengths = [index for index, tag in enumerate(self.tags) if is_group_length(tag)]
        self.telling = [index for index, token in enumerate(tokens) if token[4] < 0 and tells_of_others(token[0])]
        self.reached: tuple[list[tuple[int, int]], list[int]] | None = None
        self._placed: tuple[int, int, list[Token]] = (-1, -1, [])

    def placed(self, pos: int, index: int) -> list[Token]:
        """The tokens where the stretch begins at `pos` and its first token is number `index`."""
        at, number, tokens = self._placed
        if at != pos or number != index:
            tokens = [
                (tag, start + pos, value + pos, stop + pos, parent + index if parent >= 0 else -1)
                for tag, start, value, stop, parent in self.tokens
            ]
            self._placed = pos, index, tokens
        return tokens


class Recurrence:
    """Learns the stretches that the files of a plan share.

    A stretch is met again only where every byte of it is the same, so nothing is taken for granted: it saves
    the walk, not the comparison. What differs from file to file is walked element by element: these tokens are loose.

    What two files in a row share is learned where more than a quarter of a file is loose, or more than was when the
    last was learned. Where that does not help, as in files of many series mixed, ever more files pass before the next
    try.
    """

    def __init__(self) -> None:
        self._stretches: dict[Syntax, dict[bytes, Stretch]] = {}
        self._last: tuple[Syntax, bytes, list[Token], int] | None = None
        self._tolerated = 0  # loose tokens; nothing yet while it is 0
        self._wait = 0  # files to let pass
        self._pause = 0  # files that the last try in vain let pass

    def stretches(self, syntax: Syntax) -> dict[bytes, Stretch]:
        """Those known for data sets of this syntax, by the four bytes with which they begin."""
        return self._stretches.get(syntax, {})

    def note(self, layout: Layout) -> None:
        """Learn from a file that was walked, where too little of it was known."""
        tokens = layout.tokens
        last, self._last = self._last, (layout.syntax, layout.head, tokens, layout.meta_count)
        if self._wait:
            self._wait -= 1
            return
        loose = len(tokens) - sum(len(stretch.tokens) for _, stretch in layout.stretches)
        if (loose <= self._tolerated or not self._tolerated) and loose * 4 <= len(tokens) + 4 * _SLACK:
            self._tolerated = self._tolerated or loose + _SLACK
            return
        if last is None or last[0] is not layout.syntax:
            return
        learned = _learn(layout, last[1], last[2], last[3])
        self._stretches = {**self._stretches, layout.syntax: learned}
        loose = len(tokens) - sum(len(stretch.tokens) for stretch in learned.values())
        self._tolerated = loose + _SLACK
        self._pause = 0 if loose * 4 <= len(tokens) else min(2 * self._pause + 1, _LONGEST_PAUSE)
        self._wait = self._pause


def _learn(layout: Layout, head: bytes, tokens: list[Token], meta_count: int) -> dict[bytes, Stretch]:
    """The stretches that a file shares with the one before, of which `head`, `tokens` and `meta_count` are given."""
    before = {
        tag: head[start:stop] for tag, start, _, stop, parent in tokens[meta_count:] if parent < 0 and stop <= len(head)
    }
    learned: dict[bytes, Stretch] = {}
    first = -1
    for index in range(layout.meta_count, len(layout.tokens)):
        tag, start, _, stop, parent = layout.tokens[index]
        if parent >= 0:
            continue
        known = before.get(tag)
        if known is None or stop > len(layout.head) or known != layout.head[start:stop]:
            _add(learned, layout, first, index)
            first = -1
        elif first < 0:
            first = index
        elif stop - layout.tokens[first][1] > _MAX_DATA:
            _add(learned, layout, first, index)
            first = index
    _add(learned, layout, first, len(layout.tokens))
    return learned


def _add(learned: dict[bytes, Stretch], layout: Layout, first: int, after: int) -> None:
    """Add the tokens from `first` up to `after`, unless there are few or more than their own bytes tells them."""
    if first < 0 or after - first < _MIN_TOKENS:
        return
    special = layout.special
    at = bisect_left(special, first)
    if at < len(special) and special[at] < after:
        return
    tokens = layout.tokens[first:after]
    base, end = tokens[0][1], max(token[3] for token in tokens if token[4] < 0)
    relative = [
        (tag, start - base, value - base, stop - base, parent - first if parent >= 0 else -1)
        for tag, start, value, stop, parent in tokens
    ]
    data = layout.head[base:end]
    learned[data[:4]] = Stretch(data, relative)


__all__ = ["Recurrence", "Stretch"]
