"""From changes to patches over the bytes of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from deidentikit.splice import Patch

from .content import Content
from .edits import Fate
from .evaluation import is_declaration
from .index import COMMENT
from .markup import Run, escaped, in_cdata

_NEAR: Final = 1 << 12
_LARGE: Final = 1 << 17


def text_patches(content: Content, element: int, runs: list[Run], text: str) -> tuple[list[Patch], str]:
    """The patches that give an element a new text of its own, and all the text it then has.

    The first run of text that is not blank takes it, the others become empty; blank ones stay.
    """
    tag, encode = content.tag(element), content.encoding.encode
    if tag.is_empty:
        spelled = f">{escaped(text)}</{content.index.name(element)}>"
        return [Patch(tag.tail, tag.end, encode(spelled))] if text else [], text
    told = [run for run in runs if run.text.strip()] or (
        runs[:1] if runs and runs[0].start < _first_within(content, element) else []
    )
    patches: list[Patch] = []
    changed: dict[int, str] = {}
    for run in told:
        new = "" if changed else text
        changed[run.start] = new
        patches.append(Patch(run.start, run.end, encode(_in_cdata(content, new) if run.is_cdata else escaped(new))))
    if len(runs) == 1 and told:
        return patches, text
    after = "".join(changed.get(run.start, run.text) for run in runs)
    if told or not text:
        return patches, after
    return [Patch(tag.end, tag.end, encode(escaped(text)))], text + after


def attribute_patch(content: Content, element: int, name: str, change: str | Fate) -> Patch:
    """The patch that gives an attribute another value, in the quotes it has, or takes it out."""
    found = content.attribute(element, name)
    if found is None:
        raise ValueError("the tag has lost an attribute since it was indexed")
    if isinstance(change, Fate):
        return Patch(found.lead, found.end + content.encoding.unit, b"")
    return Patch(found.start, found.end, content.encoding.encode(escaped(change, found.quote)))


def inner_patch(content: Content, node: int, text: str) -> Patch:
    """The patch that gives a comment or a processing instruction another text."""
    start, end = content.inner_span(node)
    is_apart = (
        content.index.name(node) == COMMENT or content.text_between(content.index.starts[node], start)[-1].isspace()
    )
    return Patch(start, end, content.encoding.encode(text if is_apart else f" {text}"))


def removal_patch(content: Content, node: int) -> Patch:
    """The patch that takes a node out; of the root element its name and namespaces stay."""
    index = content.index
    left = _bare_tag(content, node) if node == index.root else b""
    return Patch(index.starts[node], content.end(node), left)


def hollow_patches(content: Content, element: int) -> list[Patch]:
    """The patches that take out all that is within an element."""
    tag, close = content.tag(element), content.index.closes[element]
    return [] if tag.is_empty or tag.end == close else [Patch(tag.end, close, b"")]


def merged(content: Content, patches: Iterable[Patch]) -> Iterator[Patch]:
    """The same patches, those near each other as one, so that a file with many is not written in crumbs."""
    start = end = 0
    pieces: list[bytes] = []
    length = 0
    for patch in patches:
        if pieces and (patch.start - end > _NEAR or length > _LARGE):
            yield Patch(start, end, b"".join(pieces))
            pieces.clear()
        if not pieces:
            start, length = patch.start, 0
        elif patch.start > end:
            pieces.append(content.bytes(end, patch.start))
        pieces.append(patch.data)
        length += len(patch.data) + patch.start - end
        end = patch.end
    if pieces:
        yield Patch(start, end, b"".join(pieces))


def _first_within(content: Content, element: int) -> int:
    """The offset of an element's first child, or of its end tag."""
    index = content.index
    return next((index.starts[child] for child in index.children(element)), index.closes[element])


def _bare_tag(content: Content, root: int) -> bytes:
    kept = [
        f" {each.name}={each.quote}{each.spelled}{each.quote}"
        for each in content.attributes(root)
        if is_declaration(each.name)
    ]
    return content.encoding.encode(f"<{content.index.name(root)}{''.join(kept)}/>")


def _in_cdata(content: Content, text: str) -> str:
    encoding = content.encoding
    spelled = in_cdata(text)
    if not encoding.lacks(spelled):
        return spelled
    return "".join(f"]]>&#{ord(each)};<![CDATA[" if encoding.lacks(each) else each for each in spelled)
