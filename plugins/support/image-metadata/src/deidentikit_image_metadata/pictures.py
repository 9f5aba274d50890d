"""What Pillow makes of a picture: a second reader for file types that never decode one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import attrs
from deidentikit.crosscheck import disagreement, reading, silenced
from deidentikit.splice import Source
from deidentikit.stream import SourceStream

if TYPE_CHECKING:
    from PIL.Image import Image

_LIBRARY: Final = "Pillow"
_BAND: Final = 1 << 20
"""Pixels that are handed over at a time."""


@attrs.frozen
class _Frame:
    """What one frame shows, its pixels as a digest."""

    size: tuple[int, int]
    mode: str
    palette: object
    transparency: object
    pixels: bytes

    def differs(self, other: _Frame) -> str | None:
        """The first thing in which another frame differs, or None."""
        names = (field.name for field in attrs.fields(_Frame))
        return next((name for name in names if getattr(self, name) != getattr(other, name)), None)


@attrs.frozen
class _Shown:
    """What a file shows.

    profile : the ICC profile
    """

    frames: tuple[_Frame, ...]
    profile: object


def check_picture(source: Source, written: Source, format: str, *, frames: bool) -> None:
    """See that Pillow decodes the same picture from the output as from the source. A colour profile may be gone.

    format : as Pillow calls it
    frames : all frames count, not the first alone

    Raises FileError (``cross-check``), also where Pillow cannot decode the source or takes it for a
    decompression bomb.
    """
    with silenced("PIL"):
        before = _shown(source, "source", format, frames)
        after = _shown(written, "output", format, frames)
    if len(before.frames) != len(after.frames):
        raise disagreement(_LIBRARY, "number of frames")
    for number, (one, other) in enumerate(zip(before.frames, after.frames, strict=True), 1):
        if what := one.differs(other):
            raise disagreement(_LIBRARY, f"{what} of frame {number}")
    if after.profile not in (None, before.profile):
        raise disagreement(_LIBRARY, "colour profile")


def _shown(source: Source, what: str, format: str, frames: bool) -> _Shown:
    from PIL import Image

    with (
        reading(_LIBRARY, what),
        _whole(),
        Image.open(io.BufferedReader(SourceStream(source)), formats=(format,)) as image,
    ):
        count = getattr(image, "n_frames", 1) if frames else 1
        return _Shown(tuple(_frame(image, number) for number in range(count)), image.info.get("icc_profile"))


def _frame(image: Image, number: int) -> _Frame:
    image.seek(number)
    image.load()
    return _Frame(image.size, image.mode, image.getpalette(None), image.info.get("transparency"), _digest(image))


def _digest(image: Image) -> bytes:
    """A digest of the pixels, made in bands so that they are not in memory twice."""
    digest = blake2b()
    width, height = image.size
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        digest.update(image.crop((0, top, width, min(top + rows, height))).tobytes())
    return digest.digest()


@contextmanager
def _whole() -> Iterator[None]:
    """Let Pillow refuse pictures of which a part is missing, whatever the program around this told it."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
