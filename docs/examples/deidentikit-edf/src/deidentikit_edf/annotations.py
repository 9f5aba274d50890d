"""Time-stamped annotation lists, TALs (EDF+ specification, section 2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import attrs
from deidentikit import FieldError, FileError
from deidentikit.splice import Source

from .header import Header

MAX_BYTES: Final = 16 << 20
"""The most that the different texts of a file may take in memory."""

_TAL: Final = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15(\d+(?:\.\d*)?))?\x14((?:[^\x00\x14]*\x14)*)\x00")
_KEEPS_TIME: Final = re.compile(rb"([+-]\d+(?:\.\d*)?)\x14\x14")
_UNFIT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@attrs.frozen
class Area:
    """The bytes of one annotation signal in one data record.

    keeps_time : its first annotation is empty and says when the record begins
    """

    record: int
    start: int
    data: bytes = attrs.field(repr=False)
    keeps_time: bool

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    @property
    def where(self) -> str:
        return f"the annotations of data record {self.record}"


def areas(source: Source, header: Header) -> Iterator[Area]:
    """All annotation bytes of a file, record by record."""
    parts = [(header.offset(signal), header.widths[signal]) for signal in header.annotations]
    size = header.record_size
    for record in range(header.records if parts else 0):
        base = header.size + record * size
        for number, (offset, width) in enumerate(parts):
            if width:
                yield Area(record, base + offset, source.pread(width, base + offset), keeps_time=not number)


def texts(area: Area) -> Iterator[bytes]:
    """The annotations of an area that are not empty. Raises FileError (``unparsed-region``)."""
    for _, _, listed in _tals(area):
        yield from (text for text in listed if text)


def without_texts(area: Area) -> bytes:
    """An area with nothing left but what says when the record begins. Raises FileError (``unparsed-region``)."""
    kept = b""
    if area.keeps_time:
        match = _KEEPS_TIME.match(area.data)
        if match is None:
            raise FileError("unparsed-region", f"{area.where} do not begin with the time of the record")
        kept = match[0] + b"\0"
    return _filled(area, kept)


def with_texts(area: Area, new: Mapping[bytes, bytes]) -> bytes:
    """An area with other texts. An annotation whose new text is empty goes, with its time.

    Raises FieldError (``too-long``) where they do not fit, FileError (``unparsed-region``).
    """
    out = b""
    for number, (onset, duration, listed) in enumerate(_tals(area)):
        kept = [changed for text in listed if text and (changed := new.get(text, text))]
        keeps_time = area.keeps_time and number == 0 and listed[:1] == [b""]
        if not kept and not keeps_time:
            continue
        stamp = onset if duration is None else onset + b"\x15" + duration
        out += b"\x14".join([stamp, *([b""] if keeps_time else []), *kept, b"\0"])
    return _filled(area, out)


def check_text(text: str) -> bytes:
    """A text as it stands in a TAL. Raises FieldError (``charset``)."""
    if _UNFIT.search(text):
        raise FieldError("charset", "an annotation holds no control characters but tabs and line ends")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise FieldError("charset", "an annotation holds Unicode text") from None


def _tals(area: Area) -> Iterator[tuple[bytes, bytes | None, list[bytes]]]:
    """Onset, duration and texts of each list; zeros fill what is left of the area."""
    at = 0
    while match := _TAL.match(area.data, at):
        at = match.end()
        yield match[1], match[2], match[3].split(b"\x14")[:-1]
    if area.data[at:].strip(b"\0"):
        raise FileError("unparsed-region", f"{area.where} cannot be read")


def _filled(area: Area, data: bytes) -> bytes:
    if len(data) > len(area.data):
        raise FieldError("too-long", f"{area.where} hold {len(area.data)} bytes, which are too few for the new texts")
    return data.ljust(len(area.data), b"\0")
