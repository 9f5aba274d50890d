"""The file as it is written: which chunks stay, go, change and are new, and whether it came out so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import Patch, Source

from .chunks import Layout, checksum, pack, stored_checksum, walk
from .contents import Contents
from .types import IMAGE_DATA

_AFTER_METADATA: Final = frozenset({"fcTL", "IDAT", "IEND"})
"""New chunks come before the first of these."""


@attrs.frozen(eq=False)
class Output:
    """What is meant to be written.

    layout : the chunks of the source
    contents : their edits
    keep_trailing : bytes behind the image stay
    """

    layout: Layout
    contents: Contents
    keep_trailing: bool

    @property
    def _trailing(self) -> int:
        """Bytes of the source behind the image."""
        return self.contents.source.size - self.layout.end

    @property
    def drops_trailing(self) -> bool:
        """Whether there are bytes behind the image that are left out."""
        return self._trailing > 0 and not self.keep_trailing

    def patches(self, *, image: bool = True) -> Iterator[Patch]:
        """The patches over the source, sorted.

        image : with the image data and what follows the image, as far as it stays
        """
        changed = self.contents.changed
        new = b"".join(pack(kind, data) for kind, data in self.contents.added)
        for chunk in self.layout.chunks:
            if new and chunk.type in _AFTER_METADATA:
                yield Patch(chunk.start, chunk.start, new)
                new = b""
            if chunk.start in changed:
                data = changed[chunk.start]
                yield Patch(chunk.start, chunk.end, b"" if data is None else pack(chunk.type, data))
            elif not image and chunk.type in IMAGE_DATA:
                yield Patch(chunk.start, chunk.end, b"")
        if self._trailing and not (image and self.keep_trailing):
            yield Patch(self.layout.end, self.contents.source.size, b"")

    def check(self, written: Source) -> None:
        """Read what was written. Raises FileError (``verify``) if it is not what was meant."""
        try:
            found = walk(written)
        except FileError as error:
            raise FileError("verify", f"the output does not read as PNG: {error.reason}") from None
        meant = list(self._meant())
        if [(chunk.type, chunk.length) for chunk in found.chunks] != [(kind, length) for kind, length, _ in meant]:
            raise FileError("verify", "the output does not have the chunks that were meant")
        for chunk, (kind, _, data) in zip(found.chunks, meant, strict=True):
            if data is not None:
                stored = written.pread(chunk.length, chunk.data_start)
                if stored != data or stored_checksum(written, chunk) != checksum(kind, data):
                    raise FileError("verify", "a chunk of the output does not hold what was meant")
        if written.size - found.end != (self._trailing if self.keep_trailing else 0):
            raise FileError("verify", "the output does not end where it should")

    def _meant(self) -> Iterator[tuple[str, int, bytes | None]]:
        """Type, length and, where it was written anew, data of every chunk or run of the output."""
        changed = self.contents.changed
        new = [(kind, len(data), data) for kind, data in self.contents.added]
        run: tuple[str, int] | None = None
        for chunk in self.layout.chunks:
            data = changed.get(chunk.start, b"")
            if data is None:
                continue
            if run is not None and run[0] == chunk.type:
                run = chunk.type, run[1] + chunk.length  # what parted two runs is gone
                continue
            if run is not None:
                yield *run, None
                run = None
            if new and chunk.type in _AFTER_METADATA:
                yield from new
                new = []
            if chunk.type in IMAGE_DATA:
                run = chunk.type, chunk.length
            elif chunk.start in changed:
                yield chunk.type, len(data), data
            else:
                yield chunk.type, chunk.length, None
