"""Whether an output is what was meant: the source's nodes, but for what was changed."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from deidentikit.errors import FileError
from deidentikit.splice import Source

from .content import Content
from .edits import Edit, Edits, Fate
from .evaluation import FIRST_ATTRIBUTE, NODE, TEXT, Evaluation, is_declaration
from .index import DOCUMENT, Index, index_of


def verify(evaluation: Evaluation, edits: Edits, written: Source) -> None:
    """Read an output again. Raises FileError (``verify``) if it does not hold what was meant."""
    try:
        found = Content(written, index_of(written))
        meant = _holds(evaluation, edits, found)
    except FileError as error:
        raise FileError("verify", f"the output does not read as XML: {error.reason}") from None
    if not meant:
        raise FileError("verify", "the output does not hold what was meant")


def _holds(evaluation: Evaluation, edits: Edits, found: Content) -> bool:
    index = evaluation.content.index
    if not any(isinstance(edit.change, Fate) for edit in edits):
        if not _same_nodes(index, found.index):
            return False
        places: Sequence[int] = range(len(index))
    else:
        left = _places(index, edits, found.index)
        if left is None:
            return False
        places = left
    return all(_is_written(evaluation, edits, edit, found, places[edit.node]) for edit in edits)


def _same_nodes(index: Index, other: Index) -> bool:
    return (
        index.tags == other.tags
        and index.names == other.names
        and index.after == other.after
        and index.attributes == other.attributes
        and index.attribute_sets == other.attribute_sets
    )


def _places(index: Index, edits: Edits, found: Index) -> array[int] | None:
    """The number in the output of each node that is left, 0 for others; None where the nodes differ."""
    places = array("I", bytes(4 * len(index)))
    gone, hollow = bytearray(len(index)), bytearray(len(index))
    without: dict[int, set[str]] = {}
    names = list(index.attribute_numbers)
    for node, part, change in edits:
        if part == NODE:
            gone[node], hollow[node] = change is Fate.GONE, change is Fate.HOLLOW
        elif part >= FIRST_ATTRIBUTE and change is Fate.GONE:
            without.setdefault(node, set()).add(names[part - FIRST_ATTRIBUTE])
    root = index.root
    node, place = 1, 1
    while node < len(index):
        if gone[node] and node != root:
            node = index.after[node]
            continue
        if place >= len(found) or index.name(node) != found.name(place):
            return None
        if places[index.parents[node]] != found.parents[place]:
            return None
        left = tuple(
            name
            for name in index.attribute_sets[index.attributes[node]]
            if name not in without.get(node, ()) and (not gone[node] or is_declaration(name))
        )
        if left != found.attribute_sets[found.attributes[place]]:
            return None
        places[node] = place
        place += 1
        node = index.after[node] if gone[node] or hollow[node] else node + 1
    return places if place == len(found) else None


def _is_written(evaluation: Evaluation, edits: Edits, edit: Edit, found: Content, node: int) -> bool:
    if edit.part == NODE:
        if isinstance(edit.change, str):
            return found.inner_text(node) == edit.change
        return node == DOCUMENT or (found.index.after[node] == node + 1 and not found.runs(node))
    if edit.part == TEXT:
        return "".join(run.text for run in found.runs(node)) == edits.text_after(edit)
    if isinstance(edit.change, Fate):
        return True  # the names of attributes were compared
    return found.attribute_text(node, evaluation.attribute_name(edit.part)) == edit.change
