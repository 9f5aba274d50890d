"""The EDF file type keeps the contract of file types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from deidentikit import Kind
from deidentikit.testing import FileTypeConformance
from deidentikit_edf import EdfFile
from edf_maker import ECG, EEG, NOTED, make_edf, make_header, make_plain, record

RULES: Mapping[Kind, Sequence[str]] = {
    Kind.TEXT: ("replace-with: ANON", "set:", "hash: yes"),
    Kind.DATE: ("increment-date: yes",),
    Kind.NUMBER: ("jitter: yes",),
}


class TestEdfPlus(FileTypeConformance):
    file_type = EdfFile
    sample = make_edf()
    samples = (
        make_edf(recording="Startdate X X X X", startdate="01.01.85"),
        make_edf(patient="X X X X"),
        make_edf(records=-1),
        make_edf(mark="EDF+D", reserved=" more"),
        make_edf(bdf=True),
        make_edf((), ()),
    )
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: (
            "patient.code",
            "patient.name",
            "recording.technician",
            "recording.equipment",
            "signals.0.transducer",
            "annotations",
        ),
        Kind.DATE: ("patient.birthdate", "recording.startdate", "startdate"),
        Kind.NUMBER: ("signals.0.physical-min", "signals.0.physical-max"),
    }
    follows: ClassVar[frozenset[str]] = frozenset({"startdate", "recording.startdate"})
    rules = RULES
    settings = "date-increment: -17"
    large = 4 << 20

    def make_large(self, size: int) -> Iterable[bytes]:
        signals = (EEG, NOTED, ECG, *(EEG for _ in range(120)))
        width = 2 * sum(signal.samples for signal in signals)
        count = size // width
        yield make_header(signals, count)
        for number in range(count):
            yield b"".join(record(signals, number, [(number, f"note {number % 50}")]))


class TestPlainEdf(FileTypeConformance):
    file_type = EdfFile
    sample = make_plain()
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("patient", "recording", "signals.1.transducer"),
        Kind.DATE: "startdate",
        Kind.NUMBER: ("signals.1.physical-min", "duration"),
    }
    rules = RULES
    settings = "date-increment: -17"
