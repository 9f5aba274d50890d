"""Metadata that ImageMagick and others put into text chunks, spelled in hex digits.

The keyword is ``Raw profile type`` and a name; the text is the name, the number of bytes, and the bytes in
lines of 72 digits.
"""

from __future__ import annotations

import re
from typing import Final

from deidentikit.errors import FieldError

_KEYWORD: Final = re.compile(r"raw profile type (\S+)", re.IGNORECASE)
_TEXT: Final = re.compile(rb"\s*([\x21-\x7e]+)\s+(\d{1,10})\s([0-9a-fA-F\s]*)")
_LINE: Final = 36


def profile_name(keyword: str) -> str | None:
    """The name of the profile that a text chunk with this keyword holds, in lower case; None for other text."""
    match = _KEYWORD.fullmatch(keyword.strip())
    return None if match is None else match[1].lower()


def decode(text: bytes) -> bytes:
    """The bytes that a text spells. Raises FieldError (``undecodable``)."""
    match = _TEXT.fullmatch(text.rstrip(b"\0"))
    if match is not None:
        digits = b"".join(match[3].split())
        if len(digits) == 2 * int(match[2]):
            return bytes.fromhex(digits.decode("ascii"))
    raise FieldError("undecodable", "the profile is not spelled in hex digits as it should be")


def encode(data: bytes, former: bytes) -> bytes:
    """Bytes as text, under the name that the former text had."""
    match = _TEXT.match(former)
    name = b"" if match is None else match[1]
    lines = [data[at : at + _LINE].hex().encode("ascii") for at in range(0, len(data), _LINE)]
    return b"\n".join([b"", name, b"%8d" % len(data), *lines, b""])
