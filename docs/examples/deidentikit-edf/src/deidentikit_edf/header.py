"""The header of a file: 256 bytes, and 256 more for each signal, all of it fields of fixed width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs
from deidentikit import FieldError, FileError
from deidentikit.kinds import parse_number
from deidentikit.splice import Source

from .vocabulary import (
    DURATION,
    HEADER,
    HEADER_BYTES,
    LABEL,
    RECORDS,
    RESERVED,
    SAMPLES,
    SIGNAL,
    SIGNAL_COUNT,
    Spec,
)

BLOCK: Final = 256
EDF: Final = b"0       "
BDF: Final = b"\xffBIOSEMI"

_MARKS: Final = ("EDF+C", "EDF+D", "BDF+C", "BDF+D")
_ANNOTATIONS: Final = ("EDF Annotations", "BDF Annotations")
_WHOLE: Final = re.compile(r"-?[0-9]{1,8}")
_UNPRINTABLE: Final = re.compile(rb"[^ -~]")


@attrs.frozen
class Slot:
    """A field of the header in its place.

    signal : the number of the signal it belongs to, counted from 0; None for the whole file's fields
    raw : its bytes with the spaces that fill it
    """

    spec: Spec
    signal: int | None
    start: int
    raw: bytes = attrs.field(repr=False)

    @property
    def path(self) -> str:
        return self.spec.name if self.signal is None else f"signals.{self.signal}.{self.spec.name}"

    @property
    def text(self) -> str:
        """Without the spaces that fill it."""
        return self.raw.decode("latin-1").strip(" ")


@attrs.frozen(eq=False)
class Header:
    """A header that was read.

    slots : all its fields in the order of the file; they tile it
    mark : ``EDF+C`` and the like; empty for plain EDF
    records : how many data records there are, whatever the header says while recording
    widths : bytes of each signal within a data record
    annotations : numbers of the signals that hold annotations
    """

    slots: tuple[Slot, ...]
    mark: str
    records: int
    widths: tuple[int, ...]
    annotations: tuple[int, ...]

    @property
    def size(self) -> int:
        return BLOCK * (1 + len(self.widths))

    @property
    def record_size(self) -> int:
        return sum(self.widths)

    @property
    def is_continuous(self) -> bool:
        """Records follow each other without gaps."""
        return not self.mark.endswith("D")

    def offset(self, signal: int) -> int:
        """Where a signal's samples begin within a data record."""
        return sum(self.widths[:signal])

    def slot(self, spec: Spec) -> Slot:
        """A field of the whole file."""
        return self.slots[HEADER.index(spec)]


def looks_like_edf(head: bytes) -> bool:
    """Whether the first bytes of a file are those of EDF or BDF."""
    if head[:8] not in (EDF, BDF) or len(head) < BLOCK:
        return False
    size, count = head[184:192].strip(), head[252:256].strip()
    return size.isdigit() and count.isdigit() and int(size) == BLOCK * (1 + int(count))


def read_header(source: Source) -> Header:
    """The header, checked against the size of the file.

    Raises FileError (``not-edf``, ``bad-header``, ``undecodable``, ``truncated``, ``trailing-data``).
    """
    head = source.pread(BLOCK, 0)
    if head[:8] not in (EDF, BDF):
        raise FileError("not-edf", "the file begins neither as EDF nor as BDF")
    if len(head) < BLOCK:
        raise FileError("truncated", "the file ends within its header")
    fixed = {slot.spec: slot for slot in _file_slots(head)}
    count = _whole(fixed[SIGNAL_COUNT])
    if count < 0 or _whole(fixed[HEADER_BYTES]) != BLOCK * (1 + count):
        raise FileError("bad-header", "the number of signals and the size of the header do not fit each other")
    body = source.pread(BLOCK * count, BLOCK)
    if len(body) < BLOCK * count:
        raise FileError("truncated", "the file ends within its header")
    slots = (*fixed.values(), *_signal_slots(body, count))
    _check_printable(head + body)
    _check_duration(fixed[DURATION])
    width = 3 if head[:8] == BDF else 2
    widths = tuple(width * _count(slot) for slot in slots if slot.spec is SAMPLES)
    labels = [slot.text for slot in slots if slot.spec is LABEL]
    mark = fixed[RESERVED].raw[:5].decode("latin-1")
    return Header(
        slots=slots,
        mark=mark if mark in _MARKS else "",
        records=_records(fixed[RECORDS], sum(widths), source.size - BLOCK * (1 + count)),
        widths=widths,
        annotations=tuple(number for number, label in enumerate(labels) if label in _ANNOTATIONS),
    )


def _file_slots(head: bytes) -> Iterator[Slot]:
    at = 0
    for spec in HEADER:
        width = spec.width
        yield Slot(spec, None, at, head[at : at + width])
        at += width


def _signal_slots(body: bytes, count: int) -> Iterator[Slot]:
    at = 0
    for spec in SIGNAL:
        for signal in range(count):
            yield Slot(spec, signal, BLOCK + at, body[at : at + spec.width])
            at += spec.width


def _check_printable(header: bytes) -> None:
    """All but the first byte of BDF is printable."""
    if found := _UNPRINTABLE.search(header, 1):
        raise FileError("undecodable", f"byte {found.start()} of the header is no printable ASCII")


def _check_duration(slot: Slot) -> None:
    try:
        fits = parse_number(slot.text) >= 0
    except FieldError:
        fits = False
    if not fits:
        raise FileError("bad-header", "the duration of a data record is no number of seconds")


def _records(slot: Slot, size: int, data: int) -> int:
    """How many data records of `size` bytes there are; -1 in the header means as many as there are."""
    said = _whole(slot)
    if said < -1:
        raise FileError("bad-header", "the number of data records is negative")
    count = said if said >= 0 else data // size if size else 0
    if data < count * size or (said < 0 and data > count * size):
        raise FileError("truncated", "the file ends within a data record")
    if data > count * size:
        raise FileError("trailing-data", "there is more data than the header says")
    return count


def _count(slot: Slot) -> int:
    count = _whole(slot)
    if count < 0:
        raise FileError("bad-header", f"{slot.path} is negative")
    return count


def _whole(slot: Slot) -> int:
    text = slot.text
    if not _WHOLE.fullmatch(text):
        raise FileError("bad-header", f"{slot.path} is no whole number")
    return int(text)


def is_marked(text: str) -> bool:
    """Whether a reserved field of this text would make a file EDF+."""
    return text.startswith(_MARKS)
