"""The values of a JSON file as a profile can name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deidentikit.errors import printable
from deidentikit.filetype import Listed

from .selectors import ROOT
from .syntax import Json, Number
from .values import leaf_text


def listed(root: Json, separator: str) -> Iterator[Listed]:
    """Every leaf and every empty container, in the order of the file."""
    if not isinstance(root, list | dict):
        yield _leaf(ROOT, root)
        return
    stack = [_items(root, "")]
    while stack:
        for name, value in stack[-1]:
            if isinstance(value, list | dict) and value:
                stack.append(_items(value, name + separator))
                break
            yield _leaf(name, value)
        else:
            stack.pop()


def _items(value: list[Json] | dict[str, Json], prefix: str) -> Iterator[tuple[str, Json]]:
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield f"{prefix}{key}", child


def _leaf(name: str, value: Json) -> Listed:
    def values() -> Sequence[str]:
        text = None if isinstance(value, list | dict) else leaf_text(value)
        return () if text is None else (text,)

    return Listed(printable(name), _type(value), "", values)


def _type(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Number):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
