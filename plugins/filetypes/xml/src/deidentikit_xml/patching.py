"""From changes to patches over the bytes of a file."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from deidentikit.splice import Patch

from .content import Content
from .edits import Edit, Fate
from .evaluation import NODE, TEXT, Evaluation, is_declaration
from .index import COMMENT
from .markup import Run, escaped, in_cdata


def patches(evaluation: Evaluation, edits: Iterable[Edit]) -> Iterator[Patch]:
    """The patches that changes make, in the order of the file."""
    starts = evaluation.content.index.starts
    waiting: list[Patch] = []
    for edit in edits:
        while waiting and waiting[0].start < starts[edit.node]:
            yield heapq.heappop(waiting)
        for patch in _patches(evaluation, edit):
            heapq.heappush(waiting, patch)
    while waiting:
        yield heapq.heappop(waiting)


def new_runs(runs: list[Run], text: str, before: int) -> tuple[str, list[tuple[Run, str]]]:
    """Where an element's new text goes: the first run that is not blank takes it, the others become empty.

    before : the offset of the element's first child, or of its end tag
    Gives the text to be put before all runs, and the runs that change.
    """
    told = [run for run in runs if run.text.strip()]
    if not told and runs and runs[0].start < before:
        told = runs[:1]
    if not told:
        return text, []
    return "", [(told[0], text), *((run, "") for run in told[1:])]


def raw_text_after(evaluation: Evaluation, element: int, text: str) -> str:
    """All text directly within an element, white space included, once it was given a new text."""
    content = evaluation.content
    runs = content.runs(element)
    put, changes = new_runs(runs, text, first_within(content, element))
    changed = {run.start: new for run, new in changes}
    return put + "".join(changed.get(run.start, run.text) for run in runs)


def first_within(content: Content, element: int) -> int:
    """The offset of an element's first child, or of its end tag."""
    index = content.index
    return next((index.starts[child] for child in index.children(element)), index.closes[element])


def _patches(evaluation: Evaluation, edit: Edit) -> Iterator[Patch]:
    content, node = evaluation.content, edit.node
    if edit.part == NODE:
        yield from _node_patches(content, node, edit.change)
    elif edit.part == TEXT:
        yield from _text_patches(content, node, str(edit.change))
    else:
        attribute = content.tag(node).find(evaluation.attribute_name(edit.part))
        if attribute is None:
            raise ValueError("the tag has lost an attribute since it was indexed")
        if isinstance(edit.change, Fate):
            yield Patch(attribute.lead, attribute.end + content.encoding.unit, b"")
        else:
            spelled = escaped(edit.change, attribute.quote)
            yield Patch(attribute.start, attribute.end, content.encoding.encode(spelled))


def _node_patches(content: Content, node: int, change: str | Fate) -> Iterator[Patch]:
    index = content.index
    if change is Fate.HOLLOW:
        tag = content.tag(node)
        if not tag.is_empty:
            yield Patch(tag.end, index.closes[node], b"")
    elif change is Fate.GONE:
        left = _bare_tag(content, node) if node == index.root else b""
        yield Patch(index.starts[node], content.end(node), left)
    else:
        start, end = content.inner_span(node)
        is_apart = index.name(node) == COMMENT or content.text_between(index.starts[node], start)[-1].isspace()
        yield Patch(start, end, content.encoding.encode(change if is_apart else f" {change}"))


def _bare_tag(content: Content, root: int) -> bytes:
    """What is left of a root element that is taken out: its name, and the namespaces it declares."""
    kept = [
        f" {each.name}={each.quote}{each.text}{each.quote}"
        for each in content.tag(root).attributes
        if is_declaration(each.name)
    ]
    return content.encoding.encode(f"<{content.index.name(root)}{''.join(kept)}/>")


def _text_patches(content: Content, element: int, text: str) -> Iterator[Patch]:
    tag, encode = content.tag(element), content.encoding.encode
    if tag.is_empty:
        if text:
            yield Patch(tag.tail, tag.end, encode(f">{escaped(text)}</{content.index.name(element)}>"))
        return
    put, changes = new_runs(content.runs(element), text, first_within(content, element))
    if put:
        yield Patch(tag.end, tag.end, encode(escaped(put)))
    for run, new in changes:
        yield Patch(run.start, run.end, encode(_in_cdata(content, new) if run.is_cdata else escaped(new)))


def _in_cdata(content: Content, text: str) -> str:
    encoding = content.encoding
    spelled = in_cdata(text)
    if not encoding.lacks(spelled):
        return spelled
    return "".join(f"]]>&#{ord(each)};<![CDATA[" if encoding.lacks(each) else each for each in spelled)
