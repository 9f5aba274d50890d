"""The chunks of a PNG file (W3C Portable Network Graphics, third edition, section 5)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

import attrs
from deidentikit.errors import FieldError, FileError
from deidentikit.splice import Source

from .types import IMAGE_DATA

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
FRAME: Final = 12
"""Bytes of a chunk beside its data: length, type, checksum."""
MAX_LENGTH: Final = (1 << 31) - 1
_HEAD: Final = struct.Struct(">I4s")
_CHECKSUM: Final = struct.Struct(">I")
_IHDR_LENGTH: Final = 13
_MAX_CHUNKS: Final = 200_000
_OTHERS: Final = {
    b"\xff\xd8\xff": "a JPEG file",
    b"GIF8": "a GIF file",
    b"II*\0": "a TIFF file",
    b"MM\0*": "a TIFF file",
    b"BM": "a BMP file",
    b"RIFF": "a WebP or another RIFF file",
    b"\x8aMNG": "an MNG file",
    b"\x8bJNG": "a JNG file",
}


@attrs.frozen
class Chunk:
    """One chunk, or a run of image data chunks of one type.

    start, end : the bytes in the file, from the length to behind the checksum
    count : how many chunks it stands for
    """

    type: str
    start: int
    end: int
    count: int = 1

    @property
    def data_start(self) -> int:
        """Where the data begins, behind length and type; of a run, that of its first chunk."""
        return self.start + 8

    @property
    def data_end(self) -> int:
        """Where the data ends, before the checksum; of a run, that of its last chunk."""
        return self.end - 4

    @property
    def length(self) -> int:
        """Bytes of data; for a run, those of all its chunks."""
        return self.end - self.start - FRAME * self.count


@attrs.frozen
class Layout:
    """The chunks of a file, which tile it up to `end`; what follows is no part of the image."""

    chunks: tuple[Chunk, ...]
    end: int


def walk(source: Source) -> Layout:
    """Read the head of every chunk.

    Raises FileError: ``not-png``, ``truncated``, ``chunk-malformed``, ``chunk-limit``.
    """
    _check_signature(source)
    chunks: list[Chunk] = []
    for chunk in _heads(source):
        if not chunks:
            if chunk.type != "IHDR" or chunk.length != _IHDR_LENGTH:
                raise FileError("chunk-malformed", "the first chunk is no image header")
        elif chunk.type == "IHDR":
            raise FileError("chunk-malformed", "there is more than one image header")
        if chunk.type in IMAGE_DATA and chunks[-1].type == chunk.type:
            run = chunks.pop()
            chunk = Chunk(run.type, run.start, chunk.end, run.count + 1)
        chunks.append(chunk)
        if len(chunks) > _MAX_CHUNKS:
            raise FileError("chunk-limit", f"there are more than {_MAX_CHUNKS} chunks")
    if chunks[-1].length:
        raise FileError("chunk-malformed", "the chunk that ends the image holds data")
    return Layout(tuple(chunks), chunks[-1].end)


def _check_signature(source: Source) -> None:
    head = source.pread(len(SIGNATURE), 0)
    if head == SIGNATURE:
        return
    if len(head) < len(SIGNATURE) and SIGNATURE.startswith(head):
        raise FileError("truncated", "the file ends before its first chunk")
    found = next((name for magic, name in _OTHERS.items() if head.startswith(magic)), "something else")
    raise FileError("not-png", f"the file has no PNG signature; it is {found}")


def _heads(source: Source) -> Iterator[Chunk]:
    """Every chunk up to the one that ends the image."""
    at = len(SIGNATURE)
    while True:
        head = source.pread(_HEAD.size, at)
        if len(head) < _HEAD.size:
            raise FileError("truncated", "the file ends before the chunk IEND")
        length, raw = _HEAD.unpack(head)
        if not (raw.isalpha() and raw.isascii()):
            raise FileError("chunk-malformed", "what follows a chunk is no chunk: its type is not four letters")
        end = at + FRAME + length
        if length > MAX_LENGTH or end > source.size:
            raise FileError("truncated", "a chunk runs beyond the end of the file")
        kind = raw.decode("ascii")
        yield Chunk(kind, at, end)
        if kind == "IEND":
            return
        at = end


def checksum(kind: str, data: bytes) -> int:
    """The CRC of a chunk: of its type and its data."""
    return zlib.crc32(data, zlib.crc32(kind.encode("ascii")))


def pack(kind: str, data: bytes) -> bytes:
    """A chunk as it stands in a file. Raises FieldError (``too-long``)."""
    if len(data) > MAX_LENGTH:
        raise FieldError("too-long", "a chunk holds no more than 2 GiB")
    return _HEAD.pack(len(data), kind.encode("ascii")) + data + _CHECKSUM.pack(checksum(kind, data))


def stored_checksum(source: Source, chunk: Chunk) -> int:
    """The CRC that stands behind a chunk's data."""
    (found,) = _CHECKSUM.unpack(source.pread(4, chunk.data_end))
    return int(found)
