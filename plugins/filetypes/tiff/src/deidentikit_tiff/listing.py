"""The tags of a TIFF file as a profile can name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from deidentikit.errors import FileError
from deidentikit.filetype import Listed
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.fieldtypes import type_name
from deidentikit_image_metadata.ifd import IMAGES, Entry, Ifd
from deidentikit_image_metadata.tags import Space, Tag, lookup, space_of, tag_of

from .carriers import KINDS, Opened, open_entry
from .fields import entry_texts

_WORDS: Final = {Space.GPS: "GPS", Space.INTEROP: "Interop"}
_SHOWN: Final = 3

Found = list[tuple[Ifd, Entry]]


def listed(editor: Editor) -> Iterator[Listed]:
    """Every tag once, with the values of all directories that have it; then what some values hold."""
    found: dict[tuple[Space, int], Found] = {}
    for ifd in editor.structure:
        for entry in ifd.entries:
            found.setdefault((space_of(ifd.kind), entry.tag), []).append((ifd, entry))
    for places in found.values():
        yield _tag(editor, places)
    for places in found.values():
        for ifd, entry in places:
            if entry.tag in KINDS and ifd.kind in IMAGES:
                yield from _parts(editor, ifd, entry)


def _tag(editor: Editor, places: Found) -> Listed:
    def values() -> Sequence[str]:
        return [text for ifd, entry in places for text in entry_texts(ifd, entry, editor.original)]

    ifd, entry = places[0]
    paths = list(dict.fromkeys(ifd.path for ifd, _ in places))
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    types = dict.fromkeys(type_name(entry.type) for _, entry in places)
    note = f"{entry.tag} in {', '.join(paths[:_SHOWN])}{more}"
    return Listed(_name(tag_of(ifd.kind, entry.tag)), "/".join(types), note, values)


def _name(tag: Tag) -> str:
    """A name that stands for this tag."""
    try:
        same = any((other.space, other.number) == (tag.space, tag.number) for other in lookup(tag.name))
    except ValueError:
        same = False
    return tag.name if same else f"{_WORDS.get(tag.space, 'Exif')}.{tag.name}"


def _parts(editor: Editor, ifd: Ifd, entry: Entry) -> Iterator[Listed]:
    try:
        opened: Opened | None = open_entry(editor, ifd, entry)
    except FileError:
        return
    for kind, part in () if opened is None else opened.parts:
        name = f"page.{ifd.page}.{kind}:{part.shown}" if part.tag is None else _name(part.tag.tag)

        def values(texts: Sequence[str] = part.texts) -> Sequence[str]:
            return texts

        yield Listed(name, kind.upper(), f"in {tag_of(ifd.kind, entry.tag).name} of {ifd.path}", values)
