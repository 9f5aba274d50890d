"""TIFF files for deidentikit, edited IFD by IFD."""

from __future__ import annotations

from collections.abc import Iterable

from deidentikit.filetype import FileType
from deidentikit.hookspecs import hookimpl


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return []
