"""The marker segments of a JPEG stream (ITU-T T.81 annex B; T.87 for JPEG-LS).

Only markers are read: tables, frames and scans of every process pass by, whatever codes their data.
"""

from __future__ import annotations

import re
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import CHUNK, Source

SCAN: Final = 0
"""Stands for entropy-coded data in the place of a marker."""
SOI: Final = 0xD8
EOI: Final = 0xD9
SOS: Final = 0xDA
APP0: Final = 0xE0
COM: Final = 0xFE
MAX_PAYLOAD: Final = 65_533

_TEM: Final = 0x01
_SOF_LS: Final = 0xF7
_APPS: Final = range(0xE0, 0xF0)
_RESERVED: Final = range(0x02, 0xC0)
_RESTARTS: Final = range(0xD0, 0xD8)
_HEAD: Final = 96
_LOOK: Final = 4 + _HEAD
_MAX_FILL: Final = 1 << 16
_MAX_TOKENS: Final = 20_000
_CODED_END: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_CODED_END_LS: Final = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")


@attrs.frozen
class Token:
    """A marker with its segment, or the entropy-coded data of a scan.

    start : where it stands, fill bytes before the marker included
    body : where its payload begins, behind marker and length
    head : the first bytes of the payload, which tell what an application segment holds
    """

    marker: int
    start: int
    body: int
    end: int
    head: bytes = b""

    @property
    def is_app(self) -> bool:
        """It is an application segment, APP0 to APP15."""
        return self.marker in _APPS

    @property
    def size(self) -> int:
        """Length of the payload in bytes."""
        return self.end - self.body


def segment(marker: int, payload: bytes) -> bytes:
    """A marker segment as bytes. Raises ValueError for a payload of more than `MAX_PAYLOAD` bytes."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError("a marker segment cannot be that long")
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def walk(source: Source, start: int = 0) -> list[Token]:
    """The tokens of one JPEG stream from SOI to EOI; they tile it without a gap.

    Raises FileError: ``not-jpeg``, ``truncated``, ``junk`` (bytes where a marker has to be),
    ``unknown-marker``, ``no-scan``, ``too-many-segments``.
    """
    if source.pread(2, start) != b"\xff\xd8":
        raise FileError("not-jpeg", "the file does not begin as a JPEG file does; is its name right?")
    tokens = [Token(SOI, start, start + 2, start + 2)]
    coded_end = _CODED_END
    scans = 0
    while tokens[-1].marker != EOI:
        token = _segment(source, tokens[-1].end)
        tokens.append(token)
        if token.marker == _SOF_LS:
            coded_end = _CODED_END_LS
        elif token.marker == SOS:
            scans += 1
            tokens.append(Token(SCAN, token.end, token.end, _end_of_coded(source, token.end, coded_end)))
        if len(tokens) > _MAX_TOKENS:
            raise FileError("too-many-segments", f"the file has more than {_MAX_TOKENS} marker segments")
    if not scans:
        raise FileError("no-scan", "the file has no image in it")
    return tokens


def _segment(source: Source, start: int) -> Token:
    """The marker segment that begins here."""
    at = _marker(source, start)
    head = source.pread(_LOOK, at)
    marker = head[1]
    if marker in (EOI, _TEM):
        return Token(marker, start, at + 2, at + 2)
    if marker in (0, SOI) or marker in _RESTARTS:
        raise FileError("junk", "the file has a marker where none of its kind can be")
    if marker in _RESERVED:
        raise FileError("unknown-marker", "the file has a marker that the standard reserves")
    length = int.from_bytes(head[2:4], "big")
    if len(head) < 4 or at + 2 + length > source.size:
        raise _truncated()
    if length < 2:
        raise FileError("junk", "the file has a marker segment of no length")
    return Token(marker, start, at + 4, at + 2 + length, head[4 : min(2 + length, _LOOK)])


def _marker(source: Source, start: int) -> int:
    """Where a marker begins, behind fill bytes."""
    at = start
    while True:
        data = source.pread(_LOOK, at)
        fill = len(data) - len(data.lstrip(b"\xff"))
        if len(data) < 2:
            raise _truncated()
        if not fill:
            raise FileError("junk", "the file has bytes between its segments that are none; repair the file")
        if fill < len(data):
            return at + fill - 1
        at += fill - 1
        if at - start > _MAX_FILL:
            raise FileError("junk", "the file has more fill bytes than any writer makes")


def _end_of_coded(source: Source, start: int, end: re.Pattern[bytes]) -> int:
    """Where entropy-coded data ends: at a marker that is no restart."""
    at = start
    while True:
        data = source.pread(CHUNK, at)
        if match := end.search(data):
            return at + match.start()
        if len(data) < CHUNK:
            raise _truncated()
        at += len(data) - 1


def _truncated() -> FileError:
    return FileError("truncated", "the file ends before its image does; get it again")
