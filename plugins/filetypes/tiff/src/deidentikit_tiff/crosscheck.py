"""A second reader: tifffile has to find the same images, at the same places, in the output as in the source."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from deidentikit.crosscheck import OPTION, disagreement, reading, silenced
from deidentikit.errors import FileError
from deidentikit.splice import CHUNK, Source
from deidentikit.stream import SourceStream
from deidentikit_image_metadata.coverage import Extent, merged

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPages

_LIBRARY: Final = "tifffile"
_COMPARED: Final = {
    "shape": "shape",
    "dtype": "data type",
    "bitspersample": "number of bits",
    "compression": "compression",
    "predictor": "predictor",
    "fillorder": "order of bits",
    "photometric": "photometric interpretation",
    "extrasamples": "further samples",
    "planarconfig": "order of samples",
    "rowsperstrip": "strips",
    "tilewidth": "tiles",
    "tilelength": "tiles",
    "jpegtables": "JPEG tables",
    "dataoffsets": "places of image data",
    "databytecounts": "lengths of image data",
}
"""What has to be the same of every image: attributes of tifffile's pages, and what a message calls them."""


def cross_check(source: Source, written: Source, gone: Collection[int], pages: int, planes: Extent | None) -> None:
    """Compare the images that tifffile finds, and the stored bytes of their strips and tiles. Decodes none.

    gone : offsets, in the source, of the directories of images that were taken out
    pages : how many pages the output has
    planes : image data that no directory lists

    Raises FileError (``cross-check``), also where tifffile cannot read the source.
    """
    extents = [] if planes is None else [planes]
    with silenced(_LIBRARY), _opened(source, "source") as before, _opened(written, "output") as after:
        if len(after.pages) != pages:
            raise FileError(OPTION, f"{_LIBRARY} does not find every page of the output")
        images = _images(after.pages, "output")
        for page in (page for page in _images(before.pages, "source") if page.offset not in gone):
            other = next(images, None)
            if other is None:
                raise disagreement(_LIBRARY, "number of images")
            _compare(page, other)
            extents += merged(_located(page))
        if next(images, None) is not None:
            raise disagreement(_LIBRARY, "number of images")
    for start, end in merged(extents):
        _compare_bytes(source, written, start, min(end, source.size))


@contextmanager
def _opened(source: Source, what: str) -> Iterator[TiffFile]:
    """A file of which each directory is read as it stands, not as the conventions of a maker would have it."""
    from tifffile import TiffFile

    with reading(_LIBRARY, what):
        stream = io.BufferedReader(SourceStream(source))
        file = TiffFile(stream, is_lsm=False, is_ndpi=False, is_scanimage=False)
    with file:
        yield file


def _images(pages: TiffPages, what: str) -> Iterator[Any]:
    """All pages, each before the images under it."""
    with reading(_LIBRARY, what):
        count = len(pages)
    for number in range(count):
        with reading(_LIBRARY, what):
            page: Any = pages[number]
            under = page.pages if page.subifds else None
        yield page
        if under is not None:
            yield from _images(under, what)


def _compare(page: Any, other: Any) -> None:
    for name, called in _COMPARED.items():
        if getattr(page, name) != getattr(other, name):
            raise disagreement(_LIBRARY, called)


def _located(page: Any) -> Iterator[Extent]:
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        if count > 0:
            yield offset, offset + count


def _compare_bytes(source: Source, written: Source, start: int, end: int) -> None:
    for at in range(start, end, CHUNK):
        count = min(CHUNK, end - at)
        if source.pread(count, at) != written.pread(count, at):
            raise disagreement(_LIBRARY, "image data")
