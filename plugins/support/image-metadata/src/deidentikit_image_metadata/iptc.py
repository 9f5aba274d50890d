"""IPTC data sets, edited in place (IPTC-NAA Information Interchange Model, version 4)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError, FileError, suggest
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Formats, Kind, Value

from .plaintext import Piece, Spelling
from .texts import Plain, read_text, write_text

SPELLING: Final = Spelling(Formats("%Y%m%d", "%Y%m%d"), lenient=True)
MAX_LENGTH: Final = 32_767
"""Longest value of a data set with the short length field."""
LIMITS: Final = Limits(max_length=MAX_LENGTH)
"""The length that a head can say; the model's shorter ones are kept by few writers."""

_TABLE: Final = """
1:0 EnvelopeRecordVersion 1:5 Destination 1:20 FileFormat 1:22 FileVersion 1:30 ServiceIdentifier
1:40 EnvelopeNumber 1:50 ProductID 1:60 EnvelopePriority 1:70 DateSent 1:80 TimeSent
1:90 CodedCharacterSet 1:100 UniqueObjectName 1:120 ARMIdentifier 1:122 ARMVersion
2:0 ApplicationRecordVersion 2:3 ObjectTypeReference 2:4 ObjectAttributeReference 2:5 ObjectName
2:7 EditStatus 2:8 EditorialUpdate 2:10 Urgency 2:12 SubjectReference 2:15 Category
2:20 SupplementalCategories 2:22 FixtureIdentifier 2:25 Keywords 2:26 ContentLocationCode
2:27 ContentLocationName 2:30 ReleaseDate 2:35 ReleaseTime 2:37 ExpirationDate 2:38 ExpirationTime
2:40 SpecialInstructions 2:42 ActionAdvised 2:45 ReferenceService 2:47 ReferenceDate 2:50 ReferenceNumber
2:55 DateCreated 2:60 TimeCreated 2:62 DigitalCreationDate 2:63 DigitalCreationTime
2:65 OriginatingProgram 2:70 ProgramVersion 2:75 ObjectCycle 2:80 Byline 2:85 BylineTitle 2:90 City
2:92 Sublocation 2:95 ProvinceState 2:100 CountryCode 2:101 CountryName
2:103 OriginalTransmissionReference 2:105 Headline 2:110 Credit 2:115 Source 2:116 CopyrightNotice
2:118 Contact 2:120 Caption 2:121 LocalCaption 2:122 CaptionWriter 2:125 RasterizedCaption 2:130 ImageType
2:131 ImageOrientation 2:135 LanguageIdentifier 2:150 AudioType 2:151 AudioSamplingRate
2:152 AudioSamplingResolution 2:153 AudioDuration 2:154 AudioOutcue 2:184 JobID 2:185 MasterDocumentID
2:186 ShortDocumentID 2:187 UniqueDocumentID 2:188 OwnerID 2:200 ObjectPreviewFileFormat
2:201 ObjectPreviewFileVersion 2:202 ObjectPreviewData
"""
_WORDS: Final = _TABLE.split()
NAMES: Final = {
    (int(number.partition(":")[0]), int(number.partition(":")[2])): name
    for number, name in zip(_WORDS[::2], _WORDS[1::2], strict=True)
}
"""Names of data sets by record and data set number."""
_NUMBERS: Final = {name.casefold(): number for number, name in NAMES.items()}
_BINARY: Final = frozenset(
    {(1, 0), (1, 20), (1, 22), (1, 90), (1, 120), (1, 122), (2, 0), (2, 125), (2, 200), (2, 201), (2, 202)}
)
_UTF8: Final = b"\x1b%G"


def lookup(text: str) -> tuple[int, int]:
    """Record and number for a name in any case, or for ``2:80``. Raises ValueError with the nearest name."""
    record, colon, number = text.partition(":")
    if colon and record.isdecimal() and number.isdecimal() and int(record) < 256 and int(number) < 256:
        return int(record), int(number)
    plain = text.replace("-", "").replace("/", "").replace(" ", "").casefold()
    if plain not in _NUMBERS:
        raise ValueError(f"{text!r} is no IPTC data set.{suggest(text, NAMES.values())}")
    return _NUMBERS[plain]


def title(key: tuple[int, int]) -> str:
    """The name of a data set, or ``2:231`` for one without."""
    return NAMES.get(key) or f"{key[0]}:{key[1]}"


@attrs.frozen
class DataSet:
    """One data set. ``[start, end)`` is its place, head included."""

    record: int
    number: int
    data: bytes
    start: int
    end: int

    @property
    def key(self) -> tuple[int, int]:
        """Record and number."""
        return self.record, self.number

    def to_bytes(self) -> bytes:
        """The data set with its head. Raises FieldError (``too-long``)."""
        if len(self.data) > MAX_LENGTH:
            raise FieldError("too-long", f"an IPTC data set holds {MAX_LENGTH} bytes")
        return struct.pack(">BBBH", 0x1C, self.record, self.number, len(self.data)) + self.data


class Iptc:
    """The data sets of one block, open for editing."""

    def __init__(self, data: bytes) -> None:
        """Raises FileError (``iptc-malformed``) if data sets do not fill the block; zeros may follow."""
        self._data = data
        self.datasets = tuple(_read(data))
        self._edits: dict[tuple[int, int], list[bytes]] = {}
        coded = (dataset.data for dataset in self.datasets if dataset.key == (1, 90))
        self._utf8 = next(coded, b"") == _UTF8

    @property
    def fields(self) -> list[IptcField]:
        """One field for each record and number, in the order in which they come first."""
        keys = dict.fromkeys(dataset.key for dataset in self.datasets)
        return [IptcField(self, key) for key in keys]

    def original(self, key: tuple[int, int]) -> list[bytes]:
        """The values of a data set in the source, one for each time it stands there."""
        return [dataset.data for dataset in self.datasets if dataset.key == key]

    def set(self, key: tuple[int, int], values: Sequence[bytes]) -> None:
        """Give a data set values, as many as it is to stand there; new ones go behind the last, or the end.

        Raises FieldError (``too-long``).
        """
        for data in values:
            DataSet(*key, data, 0, 0).to_bytes()
        self._edits[key] = list(values)

    def encode(self, piece: Piece) -> bytes:
        """Text in the block's character set. Raises FieldError (``charset``).

        Without a declared set, Latin-1 where that holds the text, as most readers take it.
        """
        if isinstance(piece, str) and not self._utf8 and not piece.isascii():
            return write_text(piece, "utf-8" if self._speaks_utf8() else "latin-1")
        return write_text(piece)

    def _speaks_utf8(self) -> bool:
        """Whether text beyond ASCII stands in the block and all of it is UTF-8."""
        texts = [each.data for each in self.datasets if each.key not in _BINARY and not each.data.isascii()]
        return bool(texts) and all(_is_utf8(data) for data in texts)

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return bool(self._edits)

    def to_bytes(self) -> bytes:
        """The edited block; empty when no data set is left. What is not edited stays as it is."""
        if not self._edits:
            return self._data
        left = {key: list(values) for key, values in self._edits.items()}
        last = {dataset.key: dataset for dataset in self.datasets}
        parts: list[bytes] = []
        for dataset in self.datasets:
            values = left.get(dataset.key)
            if values is None:
                parts.append(self._data[dataset.start : dataset.end])
                continue
            whole = last[dataset.key] is dataset
            taken, left[dataset.key] = (values, []) if whole else (values[:1], values[1:])
            parts += [attrs.evolve(dataset, data=data).to_bytes() for data in taken]
        for key, values in left.items():
            parts += [DataSet(*key, data, 0, 0).to_bytes() for data in values]
        return b"".join(parts)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read(data: bytes) -> list[DataSet]:
    found = []
    at = 0
    while at + 5 <= len(data) and data[at] == 0x1C:
        _, record, number, length = struct.unpack_from(">BBBH", data, at)
        start = at + 5
        if length & 0x8000:
            extra = length & 0x7FFF
            if extra > 8 or start + extra > len(data):
                break
            length = int.from_bytes(data[start : start + extra], "big")
            start += extra
        if start + length > len(data):
            break
        found.append(DataSet(record, number, data[start : start + length], at, start + length))
        at = start + length
    if data[at:].strip(b"\0"):
        raise FileError("iptc-malformed", "the IPTC data sets do not follow one another to the end")
    return found


@attrs.frozen(eq=False)
class IptcField:
    """A data set as a field of a document, or as the place of one; repeated ones are its values."""

    block: Iptc
    key: tuple[int, int]
    required: bool = False
    limits: Limits = LIMITS

    @property
    def path(self) -> str:
        """``IPTC.Byline``, or ``IPTC.2:231`` for one without a name."""
        return f"IPTC.{title(self.key)}"

    def _pieces(self) -> list[Piece]:
        originals = self.block.original(self.key)
        binary = self.key in _BINARY
        pieces = [(Plain().split(data, "") or [None])[0] if binary else read_text(data) for data in originals]
        return pieces if any(piece is not None for piece in pieces) else []

    def read(self, form: Form) -> Sequence[Value | None]:
        """Its values in the source. Raises FieldError (``wrong-kind``, ``undecodable``)."""
        if form.kind is Kind.BYTES:
            return list(self.block.original(self.key))
        try:
            return SPELLING.read(self._pieces(), form)
        except FieldError as error:
            raise error.at(self.path) from None

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Give it values. Raises FieldError (``wrong-kind``, ``charset``, ``too-long``)."""
        try:
            if form.kind is Kind.BYTES:
                self.block.set(self.key, [value for value in values if isinstance(value, bytes)])
                return
            before = self._pieces()
            after = SPELLING.written(values, before, form)
            if after != before:
                self.block.set(self.key, self._encoded(after, before) or [b""])
        except FieldError as error:
            raise error.at(self.path) from None

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        """Make it where the block has none. Raises FieldError as `write` does."""
        self.write(values, form)

    def _encoded(self, after: list[Piece], before: list[Piece]) -> list[bytes]:
        """New texts encoded, those that stay as they were byte for byte."""
        originals = self.block.original(self.key)
        same = len(after) == len(before) == len(originals)
        return [
            originals[at] if same and piece == before[at] else self.block.encode(piece)
            for at, piece in enumerate(after)
        ]

    def remove(self) -> None:
        """Take it out, every time it stands there."""
        self.block.set(self.key, [])
