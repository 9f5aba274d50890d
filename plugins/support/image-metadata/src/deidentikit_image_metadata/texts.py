"""The ways in which EXIF and TIFF store text: EXIF 2.32 section 4.6.2, Microsoft's XP tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol

import attrs
from deidentikit.errors import FieldError
from deidentikit.kinds import Opaque

from .plaintext import Piece

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ASCII: Final = b"ASCII\0\0\0"
_UNICODE: Final = b"UNICODE\0"
_JIS: Final = b"JIS\0\0\0\0\0"
_UNDEFINED: Final = bytes(8)


class Coding(Protocol):
    """One way to store text in the value of a tag."""

    def split(self, data: bytes, order: str) -> list[Piece]:
        """The texts of a value; none where it is empty."""

    def join(self, pieces: Sequence[Piece], original: bytes, order: str) -> bytes:
        """A value that holds these texts. Raises FieldError (``charset``, ``wrong-kind``, ``too-long``)."""


def read_text(data: bytes) -> Piece:
    """Text that should be ASCII, often is UTF-8, and may be Latin-1."""
    if not data.strip(b"\0 \t\r\n"):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        return Opaque(data) if _CONTROLS.search(text) else text


def write_text(piece: Piece, encoding: str = "utf-8") -> bytes:
    """Text for a place that ends at NUL. Raises FieldError (``charset``)."""
    if piece is None or isinstance(piece, bytes):
        return piece or b""
    if "\0" in piece:
        raise FieldError("charset", "the action's result holds NUL, at which the text would end")
    try:
        return piece.encode(encoding)
    except UnicodeEncodeError:
        raise FieldError("charset", "the action's result holds what the value cannot encode") from None


@attrs.frozen
class Strings:
    """Strings that each end with NUL, as field type ASCII has them (TIFF 6.0 page 15)."""

    def split(self, data: bytes, order: str) -> list[Piece]:
        return _present([read_text(part) for part in data.rstrip(b"\0").split(b"\0")])

    def join(self, pieces: Sequence[Piece], original: bytes, order: str) -> bytes:
        return b"\0".join(map(write_text, pieces)) + b"\0"


@attrs.frozen
class Wide:
    """UTF-16, little endian whatever the structure's byte order, ending with NUL: the XP tags of Windows."""

    def split(self, data: bytes, order: str) -> list[Piece]:
        try:
            text = data.decode("utf-16-le").rstrip("\0")
        except UnicodeDecodeError:
            return [Opaque(data)]
        return [text] if text.strip("\0 \t\r\n") else []

    def join(self, pieces: Sequence[Piece], original: bytes, order: str) -> bytes:
        piece = _single(pieces)
        return write_text(piece, "utf-16-le") + (b"" if isinstance(piece, Opaque) else b"\0\0")


@attrs.frozen
class Coded:
    """Text behind an 8-byte code of its character set: UserComment, GPSProcessingMethod..."""

    def split(self, data: bytes, order: str) -> list[Piece]:
        code, body = data[:8], data[8:]
        if code == _UNICODE:
            piece = _read_utf16(body, order)
        elif code == _JIS:
            piece = _read_jis(body)
        else:
            piece = read_text((body if code in (_ASCII, _UNDEFINED) else data).rstrip(b"\0"))
        return _present([piece])

    def join(self, pieces: Sequence[Piece], original: bytes, order: str) -> bytes:
        piece = _single(pieces)
        code = original[:8]
        if isinstance(piece, Opaque):
            return code + piece if code in (_UNICODE, _JIS, _ASCII, _UNDEFINED) else bytes(piece)
        if code == _UNICODE or not (piece or "").isascii():
            return _UNICODE + _write_utf16(piece or "", original[8:] if code == _UNICODE else b"", order)
        return (code if code == _UNDEFINED and original else _ASCII) + write_text(piece)


@attrs.frozen
class Plain:
    """Bytes that may be text. `length`: how many there must be; 0 for any number."""

    length: int = 0

    def split(self, data: bytes, order: str) -> list[Piece]:
        core = data.rstrip(b"\0")
        if not core:
            return []
        try:
            text = core.decode("utf-8")
        except UnicodeDecodeError:
            return [Opaque(data)]
        return [Opaque(data)] if _CONTROLS.search(text) else [text] if text.strip() else []

    def join(self, pieces: Sequence[Piece], original: bytes, order: str) -> bytes:
        data = write_text(_single(pieces))
        if self.length and len(data) > self.length:
            raise FieldError("too-long", f"the value holds {self.length} bytes")
        return data.ljust(self.length, b"\0")


def _present(pieces: list[Piece]) -> list[Piece]:
    return pieces if any(piece is not None for piece in pieces) else []


def _single(pieces: Sequence[Piece]) -> Piece:
    if len(pieces) > 1:
        raise FieldError("wrong-kind", "this holds one text, not several")
    return pieces[0] if pieces else None


def _utf16_codec(body: bytes, order: str) -> str:
    """The byte order of UTF-16 text: that of its mark, else that in which it is ASCII, else the structure's.

    EXIF leaves the order open, and writers differ.
    """
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16-le" if body[:2] == b"\xff\xfe" else "utf-16-be"
    little = order == "<"
    if body and len(body) % 2 == 0:
        low, high = any(body[0::2]), any(body[1::2])
        little = low if low != high else little
    return "utf-16-le" if little else "utf-16-be"


def _write_utf16(text: str, former: bytes, order: str) -> bytes:
    """Text in the byte order of the former text, with a mark where readers could take it for the other one."""
    codec = _utf16_codec(former, order)
    own = codec == ("utf-16-le" if order == "<" else "utf-16-be")
    marked = former[:2] in (b"\xff\xfe", b"\xfe\xff") or not (own or text.isascii())
    return write_text("\ufeff" * marked + text, codec)


def _read_utf16(body: bytes, order: str) -> Piece:
    try:
        text = body.decode(_utf16_codec(body, order)).removeprefix("\ufeff").rstrip("\0")
    except UnicodeDecodeError:
        return Opaque(body)
    return text if text.strip("\0 \t\r\n") else None


def _read_jis(body: bytes) -> Piece:
    core = body.rstrip(b"\0")
    try:
        text = core.decode("iso2022_jp")
    except UnicodeDecodeError:
        return Opaque(body)
    return text if text.strip() else None
