"""Taking out private tags: those from 32768 up (TIFF 6.0 section 2, private fields)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.ifd import IMAGES, Entry, Ifd, pointed_kind

from .slides import NDPI_VERSION

FIRST: Final = 32768
_NDPI: Final = frozenset({NDPI_VERSION, 65426, 65432})
"""Where a Hamamatsu file says how its large JPEG images are divided; nothing reads them without."""


def remove_private(editor: Editor, named: Collection[Entry]) -> int:
    """Remove the private tags that no rule names and no image needs; how many they were.

    EXIF, GPS and interoperability directories are private as a whole: what no rule names in them goes.
    """
    removed = 0
    for ifd in reversed(list(editor.structure)):  # a directory before the one that points to it
        for entry in list(ifd.entries):
            private = _is_private(editor, ifd, entry) and entry not in named and editor.has(ifd, entry)
            if private and not _points_to_kept(ifd, entry):
                editor.remove(ifd, entry)
                removed += 1
    return removed


def _is_private(editor: Editor, ifd: Ifd, entry: Entry) -> bool:
    if ifd.kind not in IMAGES:
        return True
    if entry.tag < FIRST or editor.required(ifd, entry.tag):
        return False
    return not (entry.tag in _NDPI and ifd.find(NDPI_VERSION) is not None)


def _points_to_kept(ifd: Ifd, entry: Entry) -> bool:
    """Whether an entry points to a directory in which something stays."""
    if pointed_kind(ifd.kind, entry) is None:
        return False
    return any(link.entry is entry for child in ifd.children for link in child.links)
