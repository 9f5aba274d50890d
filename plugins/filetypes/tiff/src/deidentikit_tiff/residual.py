"""Values that stay in fields that no rule reaches, though rules changed them elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from deidentikit.errors import FileError
from deidentikit.filetype import TELLING
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.fieldtypes import BYTE
from deidentikit_image_metadata.ifd import Entry, Ifd
from deidentikit_image_metadata.numbers import NUMERIC

from .carriers import KINDS, Opened, open_entry
from .fields import entry_texts
from .parts import Part

_LONGEST: Final = 1 << 16


def residual(
    editor: Editor,
    entries: Sequence[tuple[Ifd, Entry]],
    opened: Mapping[Entry, Opened | None],
    reached: Collection[Entry],
    reached_parts: Collection[Part],
) -> int:
    """How many fields that no rule reached hold a text that one reached held before it was edited."""
    old: set[str] = set()
    for ifd, entry in entries:
        if entry in reached and editor.edited(entry):
            old.update(entry_texts(ifd, entry, editor.original))
    for value in opened.values():
        if value is not None and value.changed:
            old.update(text for _, part in value.parts if part in reached_parts for text in part.texts)
    old = {stripped for text in old if len(stripped := text.strip("\0 ")) >= TELLING}
    if not old:
        return 0
    left = (entry for entry in entries if entry[1] not in reached and editor.has(*entry))
    return sum(
        any(text.strip("\0 ") in old for text in texts)
        for ifd, entry in left
        for texts in _left(editor, ifd, entry, opened, reached_parts)
    )


def _left(
    editor: Editor,
    ifd: Ifd,
    entry: Entry,
    opened: Mapping[Entry, Opened | None],
    reached_parts: Collection[Part],
) -> Iterator[Sequence[str]]:
    """The texts of an entry, and of what it holds that no rule reached."""
    if entry.broken:
        return
    if entry.size <= _LONGEST and (entry.type not in NUMERIC or entry.type == BYTE):
        yield entry_texts(ifd, entry, editor.value)
    if entry.tag in KINDS:
        try:
            value = opened[entry] if entry in opened else open_entry(editor, ifd, entry)
        except FileError:
            return
        yield from (part.texts for _, part in (() if value is None else value.parts) if part not in reached_parts)
