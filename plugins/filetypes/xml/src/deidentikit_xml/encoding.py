"""The character encoding of a file: between its bytes and text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Final

import attrs
from deidentikit.errors import FileError

_SINGLE_BYTE: Final = re.compile(r"ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-[a-z0-9-]+|tis-620")
_ASCII: Final = bytes(range(128))


@attrs.frozen
class Encoding:
    """How text is written in bytes.

    codec : Python's name for it
    unit : the fewest bytes of a character
    marked : a byte order mark says so
    """

    codec: str
    unit: int = 1
    marked: bool = False

    def declared(self, name: str) -> Encoding:
        """The encoding, once the XML declaration has named it.

        Raises FileError (``encoding``) for one that is not read, or that the bytes contradict.
        """
        codec = _codec(name)
        if codec is None:
            raise FileError("encoding", "the XML declaration names an encoding that is not read")
        if self.unit == 2:
            if codec not in ("utf-16", self.codec):
                raise _contradiction()
            return self
        if codec.startswith("utf-16") or (self.marked and codec != "utf-8"):
            raise _contradiction()
        return attrs.evolve(self, codec=codec)

    def decode(self, data: bytes) -> str:
        """Text of whole characters. Raises FileError (``encoding``)."""
        try:
            return data.decode(self.codec)
        except UnicodeDecodeError:
            pass
        raise FileError("encoding", "the file holds bytes that are no text in its encoding")

    def decode_head(self, data: bytes) -> str:
        """Text of bytes that may end within a character; what is cut off is left out."""
        return data.decode(self.codec, "ignore")

    def encode(self, text: str) -> bytes:
        """Bytes of a text; characters that the encoding lacks become character references."""
        return text.encode(self.codec, "xmlcharrefreplace")

    def lacks(self, text: str) -> bool:
        """Whether some character of a text has no bytes in the encoding."""
        try:
            text.encode(self.codec)
        except UnicodeEncodeError:
            return True
        return False

    def offsets(self, text: str, base: int) -> Callable[[int], int]:
        """From an index in `text` to an offset in bytes, where the text stands from `base` on."""
        unit, codec = self.unit, self.codec
        if self._is_linear(text):
            return lambda at: base + unit * at
        return lambda at: base + len(text[:at].encode(codec))

    def _is_linear(self, text: str) -> bool:
        if text.isascii():
            return True
        if self.unit == 2:
            return max(text) <= "\uffff"
        return self.codec != "utf-8"


def encoding_of(head: bytes) -> Encoding:
    """The encoding that the first four bytes of a file tell; UTF-8 where they tell nothing."""
    if head.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8", marked=True)
    if head.startswith(codecs.BOM_UTF16_LE) or head[1:2] == b"\0":
        return Encoding("utf-16-le", 2, head.startswith(codecs.BOM_UTF16_LE))
    if head.startswith(codecs.BOM_UTF16_BE) or head[:1] == b"\0":
        return Encoding("utf-16-be", 2, head.startswith(codecs.BOM_UTF16_BE))
    return Encoding("utf-8")


def _codec(name: str) -> str | None:
    """Python's codec for a declared encoding, if it is one that is read."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if codec in ("utf-8", "utf-16", "utf-16-le", "utf-16-be"):
        return codec
    if not _SINGLE_BYTE.fullmatch(codec):
        return None
    try:
        return codec if _ASCII.decode(codec).encode("ascii") == _ASCII else None
    except UnicodeError:
        return None


def _contradiction() -> FileError:
    return FileError("encoding", "the XML declaration names another encoding than the file's bytes show")
