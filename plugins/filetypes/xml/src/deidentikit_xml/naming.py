"""The dotted names of nodes, numbered as xmltodict does it: where a name stands more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import attrs
from deidentikit.errors import printable

from .index import COMMENT, DOCUMENT, Index


def numbered(index: Index, parent: int) -> Iterator[tuple[int, int | None]]:
    """The nodes directly within a node, each with its number where others go by the same name.

    A name without a prefix also reaches elements whose name has one, so these are counted with it.
    """
    tags, names = index.tags, index.names
    counts: Counter[int] = Counter(map(tags.__getitem__, index.children(parent)))
    if not counts:
        return
    groups = {tag: _group(names, tag, counts) for tag in counts}
    totals: Counter[str] = Counter()
    for tag, count in counts.items():
        for name in groups[tag]:
            totals[name] += count
    seen: Counter[str] = Counter()
    for child in index.children(parent):
        tag = tags[child]
        own = names[tag]
        yield child, seen[own] if totals[own] > 1 else None
        for name in groups[tag]:
            seen[name] += 1


def _group(names: list[str], tag: int, present: Counter[int]) -> tuple[str, ...]:
    """The names under which a node is counted: its own, and the one without its prefix."""
    name = names[tag]
    local = name.rpartition(":")[2]
    return (name,) if local == name or name[0] in "#?" else (name, local)


@attrs.frozen
class NamedNode:
    """An element or a comment with its dotted name.

    plain : without numbers
    full : with numbers where names stand more than once; the same text where none does
    """

    node: int
    plain: str
    full: str


def named_nodes(index: Index, separator: str) -> Iterator[NamedNode]:
    """All elements and comments in the order of the file."""
    names, tags = index.names, index.tags
    stack: list[tuple[NamedNode | None, Iterator[tuple[int, int | None]]]] = [(None, numbered(index, DOCUMENT))]
    while stack:
        parent, children = stack[-1]
        entry = next(children, None)
        if entry is None:
            stack.pop()
            continue
        child, number = entry
        name = names[tags[child]]
        if name[0] == "?":
            continue
        plain = name if parent is None else f"{parent.plain}{separator}{name}"
        full = name if parent is None else f"{parent.full}{separator}{name}"
        if number is not None:
            full = f"{full}{separator}{number}"
        found = NamedNode(child, plain, plain if full == plain else full)
        yield found
        if index.after[child] > child + 1:
            stack.append((found, numbered(index, child)))


def location(index: Index, node: int) -> str:
    """An XPath that names a node and no other, for messages."""
    parts: list[str] = []
    while node != DOCUMENT:
        parent = index.parents[node]
        number = next(number for child, number in numbered(index, parent) if child == node)
        parts.append(located(index.name(node), number))
        node = parent
    return printable("".join(reversed(parts)))


def located(name: str, number: int | None) -> str:
    """The step of an XPath that leads to a node of a name; its number as `numbered` has it."""
    if name == COMMENT:
        name = "comment()"
    elif name[0] == "?":
        name = f"processing-instruction('{name[1:]}')"
    return f"/{name}" if number is None else f"/{name}[{number + 1}]"
