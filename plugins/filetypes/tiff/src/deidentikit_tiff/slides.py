"""Which pages of a whole-slide image show the slide's label, or the whole slide with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from deidentikit.errors import FieldError, FileError
from deidentikit.kinds import Form, Kind
from deidentikit_image_metadata import values as tag_values
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.ifd import IMAGE_DESCRIPTION, Ifd
from deidentikit_image_metadata.tags import tag_of

PAGES: Final = ("label", "macro", "thumbnail")
"""What the option `remove-pages` can name."""

NDPI_VERSION: Final = 65420
"""A private tag that every Hamamatsu slide has."""
_SUBFILE: Final = 254
_TILE_WIDTH: Final = 322
_SOURCE_LENS: Final = 65421
_HEAD: Final = 1 << 16
_NAMED: Final = re.compile(r"^[ \t\"']*(label|macro|overview|thumbnail)\b", re.IGNORECASE | re.MULTILINE)
_VENTANA: Final = re.compile(r"label[ _]image", re.IGNORECASE)
_EMBEDDED: Final = re.compile(r"LABELIMAGE|MACROIMAGE")
_IN_XML: Final = re.compile(r"leica-microsystems\.com/scn|<OME[ >]")
_IN_XML_NAMES: Final = re.compile(r"Name\s*=\s*[\"'][^\"']*(label|macro|overview)|leica-microsystems", re.IGNORECASE)
_TEXT: Final = Form(Kind.TEXT)
_NUMBER: Final = Form(Kind.NUMBER)


def drop_pages(editor: Editor, wanted: Iterable[str]) -> int:
    """Take the wanted pages out, image data and all; how many they were.

    Raises FileError (``label-elsewhere``) where a format keeps such pictures in another way.
    """
    words = frozenset(wanted)
    if not words:
        return 0
    pages = editor.structure.top
    _refuse_other_formats(editor, pages[0], words)
    aperio = _text(editor, pages[0]).startswith("Aperio")
    doomed = [page for page in pages if words & set(_shows(editor, page, aperio))]
    if not doomed:
        return 0
    try:
        editor.drop(doomed)
    except FieldError:
        raise FileError("no-page-left", "every page would be removed") from None
    return len(doomed)


def _refuse_other_formats(editor: Editor, first: Ifd, words: frozenset[str]) -> None:
    text = _text(editor, first)
    if not words & {"label", "macro"}:
        return
    if _EMBEDDED.search(text):
        raise FileError(
            "label-elsewhere", "the description of the first page holds pictures of the label; this is not supported"
        )
    if _IN_XML.search(text[:4096]) and _IN_XML_NAMES.search(text):
        raise FileError(
            "label-elsewhere",
            "the XML of the first page says which pages show the label, by their numbers; this is not supported",
        )


def _shows(editor: Editor, page: Ifd, aperio: bool) -> Iterator[str]:
    """What a page is a picture of, as far as it says so."""
    text = _text(editor, page)[:_HEAD]
    if _VENTANA.match(text):
        yield from ("label", "macro")
        return
    lens = _number(editor, page, _SOURCE_LENS) if page.find(NDPI_VERSION) is not None else None
    if lens == -1:
        yield from ("label", "macro")
        return
    if page.page == 0:
        return
    named = _NAMED.search(text)
    if named is not None:
        word = named[1].lower()
        yield "macro" if word == "overview" else word
    elif aperio and page.find(_TILE_WIDTH) is None:
        subfile = _number(editor, page, _SUBFILE) or 0
        yield {1: "label", 9: "macro"}.get(int(subfile), "thumbnail")


def _text(editor: Editor, page: Ifd) -> str:
    entry = page.find(IMAGE_DESCRIPTION)
    if entry is None:
        return ""
    try:
        values = tag_values.decode(tag_of(page.kind, IMAGE_DESCRIPTION), editor.original(entry), _TEXT)
    except FieldError:
        return ""
    return "\n".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values)


def _number(editor: Editor, page: Ifd, tag: int) -> Decimal | None:
    entry = page.find(tag)
    if entry is None:
        return None
    try:
        values = tag_values.decode(tag_of(page.kind, tag), editor.original(entry), _NUMBER)
    except FieldError:
        return None
    return values[0] if values and isinstance(values[0], Decimal) else None
