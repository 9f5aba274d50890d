"""Where wanted values stand in JSON text. What nobody wants is passed over at the parser's speed."""

from __future__ import annotations

import json
import re
from typing import Final

_STRING: Final = r'"(?:[^"\\]++|\\.)*+"'
_SCALAR: Final = rf"({_STRING}|[-0-9tfn][^ \t\n\r,\]}}]*+)"
_NEXT: Final = r"[ \t\n\r]*+(?:,[ \t\n\r]*+)?"
_MEMBER: Final = re.compile(rf"({_STRING})([ \t\n\r]*+:[ \t\n\r]*+)(?:{_SCALAR}{_NEXT})?+", re.DOTALL)
_ELEMENT: Final = re.compile(rf"()()(?:{_SCALAR}{_NEXT})?+", re.DOTALL)
_REST: Final = re.compile(_NEXT)
_SPACE: Final = re.compile(r"[ \t\n\r]*+")
_pass: Final = json.JSONDecoder(parse_int=bool, parse_float=bool).raw_decode
_key: Final = json.JSONDecoder().decode


class Spot:
    """A wanted value and where it stands; offsets are characters of the text.

    children : wanted values within it, by key or index; with any, or if `opened`, it is looked into
    opened : its own layout is wanted
    start, value, end : of the item, of its value behind a key, behind its last character
    before, after : end of the item before it (or behind the bracket that opens the container);
        start of the item after it (or the bracket that closes the container)
    ordinal : its place among its container's items

    Of a container looked into:

    count : how many items it has
    first, last : where its first and its last item start
    penultimate, tail : where the item before the last, and the last, end; behind the bracket without any
    close : its closing bracket
    colon : what stands between its last key and that key's value
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

    children: dict[str | int, Spot] | None
    after: int
    close: int
    end: int
    first: int
    last: int
    ordinal: int
    penultimate: int
    tail: int
    value: int

    def __init__(self) -> None:
        self.children = None
        self.opened = False
        self.start = self.before = self.count = 0
        self.colon = ""

    def child(self, key: str | int) -> Spot:
        """The wanted value under a key or index, made if it is new."""
        if self.children is None:
            self.children = {}
        found = self.children.get(key)
        if found is None:
            found = self.children[key] = Spot()
        return found


class _Frame:
    """A container that is being looked into."""

    __slots__ = ("at", "closer", "due", "spot")

    def __init__(self, text: str, spot: Spot) -> None:
        self.spot = spot
        self.closer = "}" if text[spot.value] == "{" else "]"
        self.at = _end(_SPACE, text, spot.value + 1)
        self.due: Spot | None = None
        spot.tail = spot.penultimate = spot.value + 1
        spot.first = spot.last = self.at


def locate(text: str, root: Spot) -> None:
    """Find every wanted value below `root`, which is the whole document.

    text : well-formed JSON, in which every wanted key and index exists
    """
    root.start = root.value = _end(_SPACE, text, 0)
    if not (root.children or root.opened):
        root.end = _pass(text, root.value)[1]
        return
    stack = [_Frame(text, root)]
    while stack:
        inner = _run(text, stack[-1])
        if inner is not None:
            stack.append(inner)
            continue
        spot = stack.pop().spot
        spot.end = spot.close + 1
        if stack:
            frame = stack[-1]
            frame.due = spot
            frame.spot.tail = spot.end
            frame.at = _end(_REST, text, spot.end)


def _run(text: str, frame: _Frame) -> _Frame | None:
    """Go through a container's items up to one that is looked into; None when it ends."""
    spot, closer, at, due = frame.spot, frame.closer, frame.at, frame.due
    count, tail = spot.count, spot.tail
    children = spot.children or {}
    is_object = closer == "}"
    match = _MEMBER.match if is_object else _ELEMENT.match
    item = None
    while text[at] != closer:
        if due is not None:
            due.after = at
            due = None
        item = match(text, at)
        assert item is not None  # the text was parsed before
        quoted = item[1]
        key = count if not is_object else _key(quoted) if "\\" in quoted else quoted[1:-1]
        child = children.get(key)
        value, end = item.start(3), item.end(3)
        spot.penultimate, spot.last = tail, at
        count += 1
        if child is not None:
            child.start, child.before, child.ordinal = at, tail, count - 1
            child.value = item.end(2)
            if child.children or child.opened:
                spot.count, spot.colon = count, item[2]
                return _Frame(text, child)
        if value < 0:
            end = _pass(text, item.end(2))[1]
            at = _end(_REST, text, end)
        else:
            at = item.end()
        tail = end
        if child is not None:
            child.end = end
            due = child
    if due is not None:
        due.after = at
    if item is not None:
        spot.colon = item[2]
    spot.count, spot.tail, spot.close = count, tail, at
    return None


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Behind what a pattern, which fits anywhere, takes in at a place."""
    match = pattern.match(text, at)
    assert match is not None
    return match.end()
