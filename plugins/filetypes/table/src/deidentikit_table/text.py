"""The bytes of a table as text, piece by piece, so that encoding the text gives the same bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

from deidentikit.errors import FileError
from deidentikit.splice import Source

CHUNK: Final = 1 << 16
"""Bytes that are read at a time: a thousand rows or so, whose cells stay near the processor."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EXACT: Final = frozenset({"utf-8", "ascii", "iso8859-1", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})
"""Codecs in which two byte strings never mean one text."""


class Undecodable(Exception):
    """The text so far has been given; what follows is not in the table's encoding."""


class TextSource:
    """A source as text.

    encoding : the codec's name, byte order included
    mark : the byte order mark that the source begins with, or nothing
    """

    def __init__(self, source: Source, encoding: str | None) -> None:
        """Raises FileError (``encoding``) where the encoding and the byte order mark contradict each other."""
        self._source = source
        head = source.pread(4, 0)
        found = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), None)
        self.mark, self.encoding = found if found is not None else (b"", encoding or "utf-8")
        if found is None:
            if self.encoding in ("utf-16", "utf-32"):
                raise FileError(
                    "encoding",
                    f"there is no byte order mark; say {self.encoding}-le or {self.encoding}-be as the `encoding`",
                )
        elif encoding is not None and encoding not in (self.encoding, self.encoding[:-3]):
            raise FileError("encoding", f"a byte order mark says {self.encoding}, the section another encoding")

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The text behind the byte order mark, each piece with whether it is the last.

        Raises `Undecodable`, after all text before it was given; FileError (``encoding``) where the text does not
        encode to the bytes it came from.
        """
        decoder = codecs.getincrementaldecoder(self.encoding)()
        at = len(self.mark)
        pending = b""
        last = False
        while not last:
            data = self._source.pread(CHUNK, at)
            at += len(data)
            last = at >= self._source.size or not data
            try:
                text = decoder.decode(data, final=last)
            except UnicodeError as error:
                if isinstance(error, UnicodeDecodeError):
                    yield self._before(error), False
                raise Undecodable from None
            if self.encoding not in _EXACT:
                pending = self._same(text, pending + data, decoder)
            yield text, last

    def _before(self, error: UnicodeDecodeError) -> str:
        """The text before the bytes that cannot be decoded."""
        try:
            return bytes(error.object[: error.start]).decode(self.encoding)
        except UnicodeError:
            return ""

    def _same(self, text: str, data: bytes, decoder: codecs.IncrementalDecoder) -> bytes:
        """Check that text encodes to the bytes it came from; gives those that are not decoded yet."""
        pending = decoder.getstate()[0]
        try:
            again = text.encode(self.encoding)
        except UnicodeError:
            raise Undecodable from None
        if again + pending != data:
            raise FileError(
                "encoding", f"the bytes do not come out as they were after {self.encoding}; save the table as UTF-8"
            )
        return pending
