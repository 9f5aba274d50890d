"""Character sets: which can be edited in place, and where text lies in the bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import Patch

_MARKS: Final = {
    "utf-8": {codecs.BOM_UTF8: "utf-8"},
    "utf-16": {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"},
    "utf-32": {codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be"},
}
_STATEFUL: Final = re.compile(r"utf-7|hz|iso2022.*")
_PRINTABLE: Final = "".join(map(chr, range(0x20, 0x7F))) + "\t\r\n"
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
DOS_END: Final = "\x1a"
"""What DOS programs put behind the last line."""


@attrs.frozen
class Decoded:
    """Text and how it lies in the file.

    lead : bytes of the byte order mark in front
    codec : the codec of Python that turns any part of the text into its bytes
    """

    text: str = attrs.field(repr=False)
    lead: int
    codec: str

    def patches(self, changes: Iterable[tuple[int, int, str]]) -> Iterator[Patch]:
        """Changes of the text, sorted and apart, as patches over the file."""
        text, at, offset = self.text, 0, self.lead
        plain = self.codec == "utf-8" and text.isascii()
        for start, end, new in changes:
            if plain:
                first, offset = start + self.lead, end + self.lead
            else:
                first = offset + len(text[at:start].encode(self.codec))
                offset = first + len(text[start:end].encode(self.codec))
            at = end
            yield Patch(first, offset, new.encode(self.codec))


@attrs.frozen
class Encoding:
    """The section's character set.

    name : what Python calls it
    wide : it takes two or four bytes for each character, so its lines cannot be found in the bytes
    """

    name: str
    wide: bool

    @classmethod
    def named(cls, name: str) -> Encoding:
        """Raises ValueError for one that is not known or whose text cannot be edited in parts."""
        try:
            found = codecs.lookup(name).name
            known = "a".encode(found) != b""
        except (LookupError, UnicodeError, ValueError):
            known = False
        if not known:
            raise ValueError(f"the encoding {name!r} is not known; take utf-8, utf-16, latin-1, cp1252 ...")
        found = found.replace("_", "-") if found.startswith(("utf", "UTF")) else found
        found = "utf-8" if found == "utf-8-sig" else found
        wide = found.startswith(("utf-16", "utf-32"))
        if not wide and (_STATEFUL.fullmatch(found) or not _holds_ascii(found)):
            raise ValueError(f"text in the encoding {name!r} cannot be edited in place")
        return cls(found, wide)

    def decode(self, data: bytes) -> Decoded:
        """The text of a file or of its header.

        Raises FileError: ``not-text`` for control characters, ``undecodable`` for bytes that are not in
        this encoding; both with the line's number.
        """
        lead, codec = self._mark(data)
        if not self.wide:
            _refuse_controls(data.decode("latin-1"))
        body = data[lead:]
        try:
            text = body.decode(codec)
        except UnicodeDecodeError as error:
            line = _line_of(body[: error.start].decode(codec, "ignore"))
            raise _undecodable(f"line {line} is not in the encoding {self.name}") from None
        if self.wide:
            _refuse_controls(text)
        if _bytes_of(text, codec) != body:
            raise _undecodable(f"some characters have several spellings in {self.name}")
        return Decoded(text, lead, codec)

    def _mark(self, data: bytes) -> tuple[int, str]:
        """Length of the byte order mark, and the codec behind it."""
        marks = _MARKS.get(self.name, {})
        for mark, codec in marks.items():
            if data.startswith(mark):
                return len(mark), codec
        if self.wide and marks:
            if not data:
                return 0, next(iter(marks.values()))
            raise _undecodable(f"the file has no byte order mark; name {self.name}-le or {self.name}-be")
        if self.wide:
            mark = "\ufeff".encode(self.name)
            return (len(mark) if data.startswith(mark) else 0), self.name
        if data.startswith(codecs.BOM_UTF8) and self.name != "utf-8":
            raise _undecodable("line 1 begins with the byte order mark of UTF-8")
        return 0, self.name


def _holds_ascii(codec: str) -> bool:
    """Whether ASCII text has the bytes of ASCII in it."""
    try:
        return _bytes_of(_PRINTABLE, codec) == _PRINTABLE.encode("ascii")
    except UnicodeError:
        return False


def _bytes_of(text: str, codec: str) -> bytes:
    return text.encode(codec, "replace")


def _undecodable(message: str) -> FileError:
    return FileError("undecodable", f"{message}; set `encoding`")


def _refuse_controls(text: str) -> None:
    found = _CONTROLS.search(text, 0, len(text.rstrip(DOS_END)))
    if found:
        line = _line_of(text[: found.start()])
        raise FileError(
            "not-text", f"line {line} holds control characters: the file is binary, or `encoding` is another"
        )


def _line_of(before: str) -> int:
    return 1 + sum(1 for _ in _LINE_END.finditer(before))
