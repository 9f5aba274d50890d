"""Image data that no directory lists, and stretches of a file that nothing refers to."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from math import prod
from typing import Final

from deidentikit.errors import FieldError, FileError
from deidentikit_image_metadata.coverage import Extent, merged, payloads
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.fieldtypes import LONG, SHORT, WIDTHS
from deidentikit_image_metadata.ifd import IMAGE_DESCRIPTION, Ifd, Stored
from deidentikit_image_metadata.tags import tag_of

_COMPRESSION: Final = 259
_BITS: Final = 258
_IMAGEJ_PLANES: Final = re.compile(rb"^images=([0-9]{1,9})\r?$", re.MULTILINE)
_MAX_DESCRIPTION: Final = 1 << 20
_GAP: Final = 16
_CUT: Final = "value-beyond-end"


def check_whole(editor: Editor) -> None:
    """Raise FileError (``image-truncated``) where image data, or what describes it, runs beyond the end of the file.

    What is appended to such a file would be taken for it.
    """
    source = editor.overlay.source
    for ifd in editor.structure:
        cut = any(length and offset + length > source.size for offset, length in payloads(ifd, source))
        if cut or any(entry.broken == _CUT and editor.required(ifd, entry.tag) for entry in ifd.entries):
            raise FileError("image-truncated", f"the image data of {ifd.path} runs beyond the end of the file")


def check_appended(editor: Editor) -> None:
    """Raise FileError (``value-truncated``) where a value beyond the end of the source would now have bytes."""
    if editor.overlay.size == editor.overlay.source.size:
        return
    for ifd in editor.structure:
        for entry in ifd.entries:
            if entry.broken == _CUT:
                path = f"{ifd.path}.{tag_of(ifd.kind, entry.tag).name}"
                raise FileError("value-truncated", f"the value of {path} lies beyond the end of the file; remove it")


def further_planes(editor: Editor) -> Extent | None:
    """Planes of a stack that has one directory only: ImageJ and tifffile write such files.

    They follow the first plane, and the description says how many there are.
    """
    if len(editor.structure.top) != 1:
        return None
    page = editor.structure.top[0]
    first = _plane(editor, page)
    if first is None:
        return None
    start, end = first
    text = _description(editor, page)
    length = 0
    if text.startswith(b"ImageJ=") and (match := _IMAGEJ_PLANES.search(text)) is not None:
        length = int(match[1]) * (end - start)
    elif text.startswith(b"{"):
        length = _shaped(text, _first_number(editor, page, _BITS))
    return (end, start + length) if start + length > end else None


def _shaped(text: bytes, bits: int) -> int:
    """The length in bytes of all planes that tifffile's description names."""
    try:
        found = json.loads(text.rstrip(b"\0"))
    except (ValueError, RecursionError):
        return 0
    if not isinstance(found, dict) or found.get("truncated") is not True:
        return 0
    shape = found.get("shape")
    if not isinstance(shape, list) or not all(type(size) is int and 0 < size < 1 << 40 for size in shape[:16]):
        return 0
    return prod(shape[:16]) * bits // 8


def _plane(editor: Editor, page: Ifd) -> Extent | None:
    """Where the image data of a page lies, if it is one uncompressed stretch."""
    if _first_number(editor, page, _COMPRESSION) not in (0, 1):
        return None
    size = editor.overlay.source.size
    found = [
        (offset, offset + length)
        for offset, length in payloads(page, editor.overlay.source)
        if length and offset + length <= size
    ]
    spans = merged(found)
    return spans[0] if len(spans) == 1 else None


def _description(editor: Editor, page: Ifd) -> bytes:
    return _bytes(editor, page, IMAGE_DESCRIPTION).data[:_MAX_DESCRIPTION]


def _first_number(editor: Editor, page: Ifd, tag: int) -> int:
    """The first number of a tag; 0 where there is none."""
    stored = _bytes(editor, page, tag)
    width = WIDTHS[stored.type] if stored.type in (SHORT, LONG) else 0
    return int.from_bytes(stored.data[:width], "little" if stored.order == "<" else "big")


def _bytes(editor: Editor, page: Ifd, tag: int) -> Stored:
    entry = page.find(tag)
    try:
        return Stored(0, b"", "<") if entry is None else editor.value(entry)
    except FieldError:
        return Stored(0, b"", "<")


def doubtful(editor: Editor, orphans: Sequence[Extent]) -> bool:
    """Whether data that nothing refers to may be image data.

    It follows an uncompressed image at once and is at least as long: some writers of stacks list the first
    plane only.
    """
    long = sorted((start, end) for start, end in orphans if end - start > _GAP)
    for page in editor.structure.top if long else ():
        plane = _plane(editor, page)
        if plane is None:
            continue
        at = bisect_left(long, (plane[1],))
        if at < len(long) and long[at][0] <= plane[1] + _GAP:
            start, end = long[at]
            if end - start >= plane[1] - plane[0] - _GAP:
                return True
    return False


def check_reachable(editor: Editor, planes: Extent) -> None:
    """Raise FileError (``planes-lost``) if the description no longer says where further planes are."""
    if further_planes(editor) != planes:
        raise FileError(
            "planes-lost",
            "only the image description says that this file holds more than one plane, and a rule changes it",
        )
