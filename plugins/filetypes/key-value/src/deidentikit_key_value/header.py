"""Reading the text of a file, up to the block of data that some formats put behind it."""

from __future__ import annotations

import re
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import CHUNK, Source

from .encoding import Decoded, Encoding

_FIRST: Final = 1 << 16
_LONGEST_LINE: Final = 4096
"""Within as many bytes the line stands that announces local data."""

_LOCAL: Final = re.compile(rb"^[ \t]*ElementDataFile[ \t]*[=:][ \t]*(?i:local)[ \t]*\r?\n", re.MULTILINE)
_NRRD: Final = re.compile(rb"NRRD[0-9]{4}[ \t]*\r?\n")
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_DETACHED: Final = re.compile(rb"^data ?file:", re.MULTILINE)


@attrs.frozen
class Header:
    """The text of a file.

    end : bytes of the file that are text; data follows
    local : data follows in this file, even if none is left
    """

    decoded: Decoded
    end: int
    local: bool


def read_header(source: Source, encoding: Encoding, limit: int) -> Header:
    """The text in front of any data; the data itself is not read.

    limit : bytes of text that are read at most

    Raises FileError: ``too-large``, ``not-text``, ``undecodable``. Raises EOFError if the source shrinks.
    """
    data = bytearray()
    searched = 0
    while len(data) < source.size:
        if len(data) > limit:
            raise FileError("too-large", f"the text is larger than {limit >> 20} MiB; raise `max-size` to read it")
        chunk = source.pread(min(CHUNK if data else _FIRST, source.size - len(data)), len(data))
        if not chunk:
            raise EOFError("the source is shorter than it was when it was opened")
        data += chunk
        end = None if encoding.wide else _data_start(data, searched)
        if end is not None:
            return Header(encoding.decode(bytes(data[:end])), end, True)
        searched = max(data.rfind(b"\n"), len(data) - _LONGEST_LINE, 0)
    return Header(encoding.decode(bytes(data)), len(data), False)


def _data_start(data: bytearray, searched: int) -> int | None:
    """Where data begins: behind the blank line of NRRD, or behind ``ElementDataFile = LOCAL`` of MetaIO."""
    if _NRRD.match(data):
        blank = _BLANK_LINE.search(data, max(searched - 1, 0))
        if blank is None or _DETACHED.search(data, 0, blank.end()):
            return None
        return blank.end()
    local = _LOCAL.search(data, searched)
    return None if local is None else local.end()
