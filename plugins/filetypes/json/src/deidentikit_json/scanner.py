"""Where wanted values stand in JSON text. What nobody wants is passed over at the parser's speed."""

from __future__ import annotations

import json
import re
from typing import Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_KEY: Final = re.compile(r'("(?:[^"\\]++|\\.)*+")([ \t\n\r]*:[ \t\n\r]*)', re.DOTALL)
_PASS: Final = json.JSONDecoder(parse_int=bool, parse_float=bool).raw_decode
_raw_key: Final = json.JSONDecoder().decode


class Spot:
    """A wanted value and where it stands; offsets are characters of the text.

    children : wanted values within it, by key or index; with any, or if `opened`, it is looked into
    opened : its own layout is wanted
    start, value, end : of the item, of its value behind a key, behind its last character
    before, after : end of the item before it (or behind the bracket that opens the container);
        start of the item after it (or the bracket that closes the container)
    ordinal, count : its place among its container's items; how many items it has itself
    first, last, tail, close : of a container looked into: start of its first item, start of its last,
        end of the item before the last, end of its last item's text, its closing bracket
    colon : what stands between the last key and its value
    """

    __slots__ = (
        "after",
        "before",
        "children",
        "close",
        "colon",
        "count",
        "end",
        "first",
        "last",
        "opened",
        "ordinal",
        "penultimate",
        "start",
        "tail",
        "value",
    )

    def __init__(self) -> None:
        self.children: dict[str | int, Spot] = {}
        self.opened = False
        self.start = self.value = self.end = self.before = self.after = 0
        self.ordinal = self.count = 0
        self.first = self.last = self.penultimate = self.tail = self.close = 0
        self.colon = ""

    def child(self, key: str | int) -> Spot:
        """The wanted value under a key or index, made if it is new."""
        return self.children.setdefault(key, Spot())


class _Frame:
    """A container that is being looked into."""

    __slots__ = ("at", "closer", "due", "spot")

    def __init__(self, spot: Spot, opener: str) -> None:
        self.spot = spot
        self.closer = "}" if opener == "{" else "]"
        self.at = spot.value + 1
        self.due: Spot | None = None
        spot.tail = self.at


def locate(text: str, root: Spot) -> None:
    """Find every wanted value below `root`, which is the whole document.

    text : well-formed JSON, in which every wanted key and index exists
    """
    root.start = root.value = _after_space(text, 0)
    if not (root.children or root.opened):
        root.end = _PASS(text, root.value)[1]
        return
    stack = [_Frame(root, text[root.value])]
    while stack:
        frame = stack[-1]
        inner = _run(text, frame)
        if inner is not None:
            stack.append(inner)
            continue
        stack.pop()
        spot = frame.spot
        spot.end = spot.close + 1
        if stack:
            _finish(text, stack[-1], spot, spot.end)


def _run(text: str, frame: _Frame) -> _Frame | None:
    """Go through a container's items up to one that is looked into; None when it ends."""
    spot = frame.spot
    children = spot.children
    is_object = frame.closer == "}"
    while True:
        at = _after_space(text, frame.at)
        if frame.due is not None:
            frame.due.after = at
            frame.due = None
        if text[at] == frame.closer:
            spot.close = at
            return None
        if not spot.count:
            spot.first = at
        spot.penultimate = spot.tail
        spot.last = at
        key: str | int = spot.count
        value = at
        if is_object:
            match = _KEY.match(text, at)
            assert match is not None  # the text was parsed before
            quoted, spot.colon = match.groups()
            key = _raw_key(quoted) if "\\" in quoted else quoted[1:-1]
            value = match.end()
        child = children.get(key)
        if child is not None:
            child.start, child.value, child.before, child.ordinal = at, value, spot.tail, spot.count
            if child.children or child.opened:
                return _Frame(child, text[value])
        _finish(text, frame, child, _PASS(text, value)[1])


def _finish(text: str, frame: _Frame, child: Spot | None, end: int) -> None:
    """Leave an item that ends at `end`, and the comma behind it."""
    if child is not None:
        child.end = end
        frame.due = child
    frame.spot.tail = end
    frame.spot.count += 1
    at = _after_space(text, end)
    frame.at = at + 1 if text[at] == "," else at


def _after_space(text: str, at: int) -> int:
    return at if text[at : at + 1] not in " \t\n\r" else _SPACE.match(text, at).end()  # type: ignore[union-attr]
