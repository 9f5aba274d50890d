"""Text chunks: keyword, compression, language, text (PNG third edition, section 11.3.3)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.kinds import Form, Formats, Kind, Opaque, TextCodec, text_codec
from deidentikit_image_metadata.plaintext import Piece, Spelling

HEAD: Final = 4096
"""Bytes of a text chunk's data in which everything before its text has to stand."""
MAX_KEYWORD: Final = 79
XMP_KEYWORD: Final = "XML:com.adobe.xmp"
_DEFLATE: Final = 0
_CUSTOMARY: Final = (
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y:%m:%d %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S %Z",
    "%a, %d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S %Z",
    "%d %b %Y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y",
)
"""How writers of PNG files spell dates: ISO 8601, as in EXIF, RFC 1123 (which the standard suggests), C."""


@attrs.frozen
class ChunkSpelling(Spelling):
    """Dates in text chunks: in the format of rule or section, else in a customary one.

    A format that the rule itself names is the only one that counts.
    """

    def codecs(self, form: Form) -> list[TextCodec]:
        codecs = [text_codec(form, self.formats)]
        if form.kind in (Kind.DATE, Kind.DATETIME) and not form.explicit:
            codecs += [text_codec(attrs.evolve(form, format=text), self.formats) for text in _CUSTOMARY]
        return codecs


SPELLING: Final = ChunkSpelling(Formats())


@attrs.frozen
class TextHead:
    """What stands before the text of a text chunk.

    body : where the text begins in the chunk's data
    """

    keyword: str
    body: int
    compressed: bool
    encoding: str


def read_head(kind: str, data: bytes) -> TextHead | None:
    """Read the start of a text chunk's data; None where it is not made as the standard says.

    data : the first `HEAD` bytes of the data, or all
    """
    raw, nul, rest = data.partition(b"\0")
    keyword = raw.decode("latin-1")
    if not nul or not keyword_fits(keyword):
        return None
    body = len(raw) + 1
    if kind == "tEXt":
        return TextHead(keyword, body, False, "latin-1")
    if kind == "zTXt":
        return TextHead(keyword, body + 1, True, "latin-1") if rest[:1] == b"\0" else None
    return _read_international(keyword, body, rest)


def _read_international(keyword: str, body: int, rest: bytes) -> TextHead | None:
    """After the keyword of an iTXt chunk: flag, method, language tag, translated keyword."""
    if len(rest) < 4 or rest[0] > 1 or (rest[0] and rest[1] != _DEFLATE):
        return None
    language = rest.find(b"\0", 2)
    translated = rest.find(b"\0", language + 1) if language >= 0 else -1
    if translated < 0:
        return None
    return TextHead(keyword, body + translated + 1, bool(rest[0]), "utf-8")


def keyword_fits(keyword: str) -> bool:
    """Whether a chunk can have this keyword: 1 to 79 characters of Latin-1."""
    return 0 < len(keyword) <= MAX_KEYWORD and all("\0" < char <= "\xff" for char in keyword)


def new_data(kind: str, keyword: str, pieces: Sequence[Piece]) -> bytes:
    """The data of a new text chunk. Raises FieldError (``charset``, ``wrong-kind``)."""
    raw = keyword.encode("latin-1") + b"\0"
    if kind == "tEXt":
        return raw + encode(pieces, "latin-1")
    if kind == "zTXt":
        return raw + b"\0" + zlib.compress(encode(pieces, "latin-1"), 9)
    return raw + b"\0\0\0\0" + encode(pieces, "utf-8")


def decode(data: bytes, encoding: str) -> list[Piece]:
    """A chunk's text; none where it is empty or blank."""
    if not data.strip(b"\0 \t\r\n"):
        return []
    try:
        return [data.decode(encoding)]
    except UnicodeDecodeError:
        return [Opaque(data)]


def encode(pieces: Sequence[Piece], encoding: str) -> bytes:
    """The bytes of a text. Raises FieldError (``charset``, ``wrong-kind``)."""
    if len(pieces) > 1:
        raise FieldError("wrong-kind", "the chunk holds one text, not several")
    piece = pieces[0] if pieces else None
    if piece is None or isinstance(piece, bytes):
        return piece or b""
    if trouble := unfit(piece, encoding):
        raise FieldError("charset", trouble)
    return piece.encode(encoding)


def unfit(text: str, encoding: str) -> str | None:
    """Why a text cannot stand in a chunk, or None."""
    if "\0" in text:
        return "a text chunk cannot hold NUL"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        if encoding == "latin-1":
            return "the text has characters that Latin-1 lacks; only iTXt chunks can hold them"
        return "the text has characters that UTF-8 cannot encode"
    return None
