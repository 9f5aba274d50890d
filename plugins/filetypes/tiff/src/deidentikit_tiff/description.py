"""Image descriptions that are lists of keys and values: those of Aperio scanners and of ImageJ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError
from deidentikit.kinds import Formats
from deidentikit_image_metadata.plaintext import Spelling
from deidentikit_image_metadata.replacing import Replacements
from deidentikit_image_metadata.texts import read_text, write_text
from deidentikit_image_metadata.values import FORMATS

from .parts import Part, TextPart

MAX_BYTES: Final = 1 << 20
"""Longer descriptions are no lists of keys and values."""
APERIO_DATES: Final = Spelling(Formats("%m/%d/%y", "%m/%d/%y"), lenient=True)
_IMAGEJ: Final = Spelling(FORMATS, lenient=True)


@attrs.frozen
class Pair:
    """A key with its value. ``[start, end)`` is what goes with it, separator included."""

    key: str
    start: int
    value_start: int
    value_end: int
    end: int


class Pairs:
    """A description that is a list of keys and values, open for editing."""

    def __init__(self, kind: str, data: bytes, pairs: Iterator[Pair], separator: str, spelling: Spelling) -> None:
        self.kind = kind
        self._data = data
        self._pairs = tuple(pairs)
        self._separators = frozenset(f"{separator}\r\n\0")
        self._spelling = spelling
        self._edits = Replacements(data)

    def parts(self) -> Sequence[Part]:
        """Every key."""
        return [self._part(pair) for pair in self._pairs]

    def _part(self, pair: Pair) -> Part:
        piece = read_text(self._data[pair.value_start : pair.value_end])
        texts = (piece,) if isinstance(piece, str) else ()

        def put(new: Sequence[str]) -> None:
            text = " ".join(new)
            if self._separators & set(text):
                raise FieldError("charset", "the action's result holds what separates the entries of the description")
            self._edits.put(pair.value_start, pair.value_end, write_text(text))

        def cut() -> None:
            self._edits.put(pair.start, pair.end, b"")

        field = TextPart(f"{self.kind}:{pair.key}", texts, self._spelling, put, cut)
        return Part((pair.key.casefold(),), pair.key, field, texts)

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return bool(self._edits)

    def to_bytes(self) -> bytes:
        """The edited description."""
        return self._edits.to_bytes()


def open_pairs(data: bytes) -> Pairs | None:
    """The description of an Aperio or ImageJ file; None for any other."""
    if len(data) > MAX_BYTES:
        return None
    if data.startswith(b"Aperio"):
        return Pairs("aperio", data, _aperio(data), "|", APERIO_DATES)
    if data.startswith(b"ImageJ="):
        return Pairs("imagej", data, _imagej(data), "", _IMAGEJ)
    return None


def _aperio(data: bytes) -> Iterator[Pair]:
    """``|Key = Value`` from the first bar on."""
    end = len(data.rstrip(b"\0"))
    at = data.find(b"|", 0, end)
    while at >= 0:
        after = data.find(b"|", at + 1, end)
        stop = end if after < 0 else after
        pair = _pair(data, at, at + 1, stop, stop)
        if pair is not None:
            yield pair
        at = after


def _imagej(data: bytes) -> Iterator[Pair]:
    """``key=value`` lines."""
    end = len(data.rstrip(b"\0"))
    at = 0
    while at < end:
        after = data.find(b"\n", at, end)
        stop = end if after < 0 else after
        pair = _pair(data, at, at, stop, min(stop + 1, end))
        if pair is not None:
            yield pair
        at = stop + 1


def _pair(data: bytes, start: int, key_start: int, stop: int, end: int) -> Pair | None:
    equals = data.find(b"=", key_start, stop)
    key = read_text(data[key_start : max(equals, key_start)].strip())
    if equals < 0 or not isinstance(key, str):
        return None
    value = data[equals + 1 : stop]
    value_start = equals + 1 + len(value) - len(value.lstrip())
    return Pair(key, start, value_start, max(value_start, equals + 1 + len(value.rstrip())), end)
