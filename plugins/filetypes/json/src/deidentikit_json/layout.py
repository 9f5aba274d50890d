"""Edits as patches over the text, in the layout of what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import attrs
from deidentikit.splice import Patch

from .edits import GONE, Edits, Gone
from .scanner import Spot, locate
from .syntax import Json, Parsed, Path, dump


class _Change(NamedTuple):
    """Replace ``text[start:end]``."""

    start: int
    end: int
    text: str


@attrs.frozen
class _Style:
    """How a container's items are laid out.

    newline : what ends a line, empty where the items stand on one
    outer, unit : indentation of the container's own line, and what each level adds
    colon, comma : what stands between a key and its value, and between items on one line
    """

    newline: str = ""
    outer: str = ""
    unit: str = "  "
    colon: str = ": "
    comma: str = ", "

    @property
    def gap(self) -> str:
        """What stands between a comma and the next item."""
        return self.newline + self.outer + self.unit if self.newline else self.comma[1:]


def patches(parsed: Parsed, edits: Edits) -> list[Patch]:
    """The patches over the file's bytes that carry out the edits, in order."""
    text = parsed.text
    root = Spot()
    changed = dict(edits.changed())
    added = dict(edits.added())
    for path in changed:
        _spot(root, path)
    for path in added:
        _spot(root, path).opened = True
    locate(text, root)
    changes = sorted(_Patcher(text, changed, added).changes(root))
    return list(_in_bytes(parsed, changes))


def _spot(root: Spot, path: Path) -> Spot:
    spot = root
    for key in path:
        spot = spot.child(key)
    return spot


def _in_bytes(parsed: Parsed, changes: Sequence[_Change]) -> Iterator[Patch]:
    text, lead = parsed.text, parsed.lead
    if text.isascii():
        for start, end, new in changes:
            yield Patch(start + lead, end + lead, new.encode())
        return
    at, offset = 0, lead
    for start, end, new in changes:
        first = offset + len(text[at:start].encode())
        offset = first + len(text[start:end].encode())
        at = end
        yield Patch(first, offset, new.encode())


class _Patcher:
    """Turns located edits into changes of the text."""

    def __init__(
        self,
        text: str,
        changed: dict[Path, Json | Gone],
        added: dict[Path, list[Json] | dict[str, Json]],
    ) -> None:
        self.text = text
        self.changed = changed
        self.added = added
        self.ascii_only = text.isascii()

    def changes(self, root: Spot) -> Iterator[_Change]:
        """All changes, in no order."""
        stack: list[tuple[Spot, Path, _Style]] = [(root, (), _Style())]
        while stack:
            spot, path, around = stack.pop()
            value = self.changed.get(path, GONE)
            if value is not GONE:
                yield _Change(spot.value, spot.end, dump(value, self.ascii_only))
                continue
            style = self._style(spot, around) if self.added else around
            gone: list[Spot] = []
            for key, child in (spot.children or {}).items():
                below = (*path, key)
                if self.changed.get(below) is GONE:
                    gone.append(child)
                else:
                    stack.append((child, below, style))
            yield from self._items(spot, gone, self.added.get(path), style)

    def _items(
        self, spot: Spot, gone: list[Spot], new: list[Json] | dict[str, Json] | None, style: _Style
    ) -> Iterator[_Change]:
        """Take items out of a container and put new ones behind those that stay."""
        items = self._new_items(new, style) if new else []
        if len(gone) == spot.count:
            if gone or items:
                yield _Change(spot.value + 1, spot.close, self._only(items, style))
            return
        gone.sort(key=lambda item: item.ordinal)
        last_kept = spot.tail
        for first, last in _runs(gone):
            if first.ordinal == 0:
                yield _Change(first.start, last.after, "")
            else:
                yield _Change(first.before, last.end, "")
            if last.ordinal == spot.count - 1:
                last_kept = first.before
        if items:
            joined = "".join(f",{style.gap}{item}" for item in items)
            yield _Change(last_kept, last_kept, joined)

    def _only(self, items: list[str], style: _Style) -> str:
        if not items:
            return ""
        joined = f",{style.gap}".join(items)
        return f"{style.gap}{joined}{style.newline}{style.outer}" if style.newline else joined

    def _new_items(self, new: list[Json] | dict[str, Json], style: _Style) -> list[str]:
        pairs = [("", value) for value in new] if isinstance(new, list) else list(new.items())
        out = []
        for key, value in pairs:
            indent = style.unit if style.newline else None
            body = dump(value, self.ascii_only, style.colon, style.comma, indent)
            if style.newline:
                body = body.replace("\n", style.gap)
            head = "" if isinstance(new, list) else dump(key, self.ascii_only) + style.colon
            out.append(head + body)
        return out

    def _style(self, spot: Spot, around: _Style) -> _Style:
        """A container's layout, read from its items; without items, from the container around it."""
        colon = spot.colon or around.colon
        comma = ", " if colon[-1] in " \t\r\n" else ","
        lead = self.text[spot.before : spot.start]
        outer = lead[lead.rfind("\n") + 1 :] if "\n" in lead else around.outer
        if not spot.count:
            return attrs.evolve(around, outer=outer, colon=colon, comma=comma)
        gap = self.text[spot.value + 1 : spot.first]
        if spot.count > 1:
            gap = self.text[spot.penultimate : spot.last].partition(",")[2]
            comma = "," + gap
        if "\n" not in gap:
            return _Style("", outer, around.unit, colon, comma if "\n" not in comma else ", ")
        newline = "\r\n" if "\r\n" in gap else "\n"
        inner = gap[gap.rfind("\n") + 1 :]
        unit = inner[len(outer) :] if inner.startswith(outer) else inner
        return _Style(newline, outer, unit, colon, ", ")


def _runs(gone: Sequence[Spot]) -> Iterator[tuple[Spot, Spot]]:
    """Neighbours among items that go, as first and last."""
    start = 0
    for at in range(1, len(gone) + 1):
        if at == len(gone) or gone[at].ordinal != gone[at - 1].ordinal + 1:
            yield gone[start], gone[at - 1]
            start = at
