"""The images of a file: the picture itself, those that its index lists, and what lies between and behind."""

from __future__ import annotations

from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import CHUNK, Source

from .markers import Token, walk
from .mpf import MpIndex, read_index
from .segments import Holding, holding

_MAX_GAP: Final = CHUNK


@attrs.frozen(eq=False)
class Image:
    """One image of a file.

    place : which entry of the index it is; None where no entry lists it
    """

    tokens: list[Token]
    place: int | None = None

    @property
    def start(self) -> int:
        """Where its SOI marker stands."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Behind its EOI marker."""
        return self.tokens[-1].end


@attrs.frozen(eq=False)
class Layout:
    """A file's images in their order, and its other bytes.

    index : lists the images, if anything does
    broken_index : there is one that cannot be read
    gaps : stretches between images that are not all zero
    """

    images: list[Image]
    index: MpIndex | None
    broken_index: bool
    gaps: list[tuple[int, int]]

    @property
    def end(self) -> int:
        """Where the last image ends."""
        return self.images[-1].end


def read_layout(source: Source, *, further: bool = True) -> Layout:
    """Find all images of a file.

    further : look for more than the first
    Raises FileError as `walk` does, and ``mpf-image`` for an image that the index lists and that cannot be read.
    """
    tokens = walk(source)
    index, broken = _index(source, tokens)
    if index is None or not further:
        return Layout([Image(tokens)], index, broken, [])
    entries = index.entries
    images = [Image(tokens, next((at for at, entry in enumerate(entries) if not entry.offset), None))]
    gaps = []
    listed = [at for at, entry in enumerate(entries) if entry.offset and entry.size]
    for at in sorted(listed, key=lambda at: entries[at].offset):
        start, end = index.position(entries[at]), images[-1].end
        image = Image(_listed(source, start, end), at)
        if not _is_padding(source, end, start):
            gaps.append((end, start))
        images.append(image)
    return Layout(images, index, broken, gaps)


def _index(source: Source, tokens: list[Token]) -> tuple[MpIndex | None, bool]:
    """The first index of a picture, and whether there is one that cannot be read."""
    for token in tokens:
        if token.is_app and holding(token) is Holding.MPF:
            try:
                index = read_index(source, token)
            except FileError:
                return None, True
            if index is not None:
                return index, False
    return None, False


def _listed(source: Source, start: int, after: int) -> list[Token]:
    reason = "not-jpeg"
    if start >= after:
        try:
            return walk(source, start)
        except FileError as error:
            reason = error.reason
    raise FileError(
        "mpf-image",
        f"the file lists an image that cannot be read ({reason});"
        " `remove-extra-images: yes` leaves out all but the first",
    )


def _is_padding(source: Source, start: int, end: int) -> bool:
    return end - start <= _MAX_GAP and not source.pread(end - start, start).strip(b"\0")
