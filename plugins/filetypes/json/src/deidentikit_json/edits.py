"""What is to change in a document, by path of the original; the original itself never changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from enum import Enum
from typing import Any, Final

import attrs

from .selectors import list_index
from .syntax import Json, Path, value_at


class Gone(Enum):
    """In the place of a value that is taken out."""

    GONE = 0


GONE: Final = Gone.GONE


@attrs.frozen
class Place:
    """Where an absent value can be made.

    anchor : path of the existing container that gets a new item
    within : containers made by earlier insertions, from that item down to the one that gets the value
    rest : the new key or index, then those of containers to make
    """

    anchor: Path
    within: tuple[str | int, ...]
    rest: tuple[str, ...]


class Edits:
    """Replaced, removed and added values of one document. A container's edit overrules those within it."""

    def __init__(self, root: Json) -> None:
        self.root = root
        self._changed: dict[Path, Json | Gone] = {}
        self._closed: set[Path] = set()
        self._added: dict[Path, list[Json] | dict[str, Json]] = {}

    def __bool__(self) -> bool:
        return bool(self._changed or self._added)

    def replace(self, path: Path, original: Json, value: Json) -> None:
        """Put `value` in a place; the value that stood there takes an earlier edit back."""
        if type(value) is type(original) and value == original:
            self._changed.pop(path, None)
            self._closed.discard(path)
            return
        self._changed[path] = value
        if isinstance(original, list | dict):
            self._closed.add(path)

    def remove(self, path: Path, original: Json) -> None:
        """Take a value out. The document itself, which cannot be absent, becomes null."""
        if not path:
            self.replace(path, original, None)
            return
        self._changed[path] = GONE
        if isinstance(original, list | dict):
            self._closed.add(path)

    def closed(self, path: Path) -> bool:
        """A container around this path is itself replaced or removed."""
        if not self._closed:
            return False
        return any(path[:length] in self._closed for length in range(len(path)))

    def changed(self) -> Iterator[tuple[Path, Json | Gone]]:
        """The edits that count, in no order."""
        for path, value in self._changed.items():
            if not self.closed(path):
                yield path, value

    def added(self) -> Iterator[tuple[Path, list[Json] | dict[str, Json]]]:
        """New items by the path of the existing container that gets them."""
        for path, items in self._added.items():
            if path not in self._closed and not self.closed(path):
                yield path, items

    def current(self, path: Path, original: Json) -> Json | Gone:
        """The value of a place as it will be written."""
        return GONE if self.closed(path) else self._changed.get(path, original)

    def place(self, parts: Sequence[str]) -> Place | None:
        """Where a value of this name can be made, or None where it is there or nothing is made.

        A list takes its next index only, a scalar nothing; a part like a number makes a list
        if it is 0, and else nothing; nothing is made in what was replaced or removed.
        """
        value, at = self.root, 0
        path: Path = ()
        while at < len(parts) and (step := _step(value, parts[at])) is not None:
            key, value = step
            path, at = (*path, key), at + 1
        if path in self._closed or self.closed(path):
            return None
        if not isinstance(value, list | dict):
            return None
        base = len(value) if isinstance(value, list) else 0
        cursor: Json = self._added.get(path, [] if isinstance(value, list) else {})
        within: list[str | int] = []
        while at < len(parts) and (step := _step(cursor, parts[at], base)) is not None:
            key, cursor = step
            within.append(key)
            base, at = 0, at + 1
        rest = tuple(parts[at:])
        if not rest or not _takes(cursor, rest[0], base):
            return None
        if any(part.isdecimal() and part != "0" for part in rest[1:]):
            return None
        return Place(path, tuple(within), rest)

    def add(self, place: Place, value: Json) -> None:
        """Make a value, with the containers around it that are missing."""
        for part in reversed(place.rest[1:]):
            value = [value] if part == "0" else {part: value}
        anchor = value_at(self.root, place.anchor)
        added = self._added.setdefault(place.anchor, [] if isinstance(anchor, list) else {})
        cursor = value_at(added, place.within)
        if isinstance(cursor, list):
            cursor.append(value)
        elif isinstance(cursor, dict):
            cursor[place.rest[0]] = value

    def added_value(self, parts: Sequence[str]) -> tuple[Json, ...]:
        """The value of this name, if it was made here."""
        value = self.root
        path: Path = ()
        for at, part in enumerate(parts):
            step = _step(value, part)
            if step is None:
                return self._added_below(path, value, parts[at:])
            key, value = step
            path = (*path, key)
        return ()

    def _added_below(self, path: Path, value: Json, rest: Sequence[str]) -> tuple[Json, ...]:
        cursor: Json = self._added.get(path, {})
        base = len(value) if isinstance(value, list) else 0
        for part in rest:
            step = _step(cursor, part, base)
            if step is None:
                return ()
            cursor, base = step[1], 0
        return (cursor,)

    def result(self) -> Json:
        """The document's value with all edits made. Shares what did not change with the original."""
        changed = dict(self.changed())
        if () in changed:
            whole = changed[()]
            return None if whole is GONE else whole
        added = dict(self.added())
        copies: dict[Path, Any] = {(): copy(self.root)}
        for path, value in changed.items():
            _copied(copies, path[:-1])[path[-1]] = value
        for path in added:
            _copied(copies, path)
        for container in copies.values():
            _drop_gone(container)
        for path, items in added.items():
            if isinstance(items, dict):
                copies[path].update(items)
            else:
                copies[path].extend(items)
        root: Json = copies[()]
        return root


def _copied(copies: dict[Path, Any], path: Path) -> Any:
    """The copy of a container, made with those around it where they are not copied yet."""
    known = len(path)
    while path[:known] not in copies:
        known -= 1
    container = copies[path[:known]]
    for at in range(known, len(path)):
        container[path[at]] = copy(container[path[at]])
        container = copies[path[: at + 1]] = container[path[at]]
    return container


def _drop_gone(container: Any) -> None:
    if isinstance(container, dict):
        for key in [key for key, value in container.items() if value is GONE]:
            del container[key]
    elif isinstance(container, list):
        container[:] = [value for value in container if value is not GONE]


def _step(value: Json, part: str, base: int = 0) -> tuple[str | int, Json] | None:
    if isinstance(value, dict):
        return (part, value[part]) if part in value else None
    if isinstance(value, list):
        index = list_index(part)
        if index is not None and base <= index < base + len(value):
            return index - base, value[index - base]
    return None


def _takes(container: Json, part: str, base: int) -> bool:
    if isinstance(container, list):
        return list_index(part) == base + len(container)
    return isinstance(container, dict)
