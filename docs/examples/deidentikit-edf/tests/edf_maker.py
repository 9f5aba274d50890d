"""Makes small EDF files, so that tests need no recording of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

PATIENT = "MCH-0234567 F 02-MAY-1951 Haagse_Harry"
RECORDING = "Startdate 02-MAR-2002 EMG561 BK/JOP Sony_MNC"
NOTES: Sequence[Sequence[tuple[float, str]]] = (
    [(0.5, "Lights off"), (0.7, "Mrs Harry coughs")],
    [],
    [(2.25, "Lights off")],
)


@attrs.frozen
class Signal:
    """A signal with as many samples in each record; annotations where they are given."""

    label: str = "EEG Fpz-Cz"
    transducer: str = "AgAgCl cup electrode 4711"
    low: str = "-440.25"
    high: str = "510"
    samples: int = 8
    annotated: bool = False


EEG = Signal()
ECG = Signal("ECG", "active electrode", "-3276.8", "3276.7", 4)
NOTED = Signal("EDF Annotations", "", "-1", "1", 60, annotated=True)


def tal(onset: float, *texts: str, duration: float | None = None) -> bytes:
    """One time-stamped annotation list."""
    stamp = f"{onset:+g}" + ("" if duration is None else f"\x15{duration:g}")
    return "\x14".join([stamp, *texts, "\0"]).encode()


def record(
    signals: Sequence[Signal], number: int, notes: Iterable[tuple[float, str]], width: int = 2
) -> Iterator[bytes]:
    """The data of one record."""
    for signal in signals:
        size = signal.samples * width
        if signal.annotated:
            data = tal(number, "") + b"".join(tal(at, text, duration=1) for at, text in notes)
            assert len(data) <= size
            yield data.ljust(size, b"\0")
        else:
            yield bytes((7 * number + at) % 256 for at in range(size))


def make_header(
    signals: Sequence[Signal],
    records: int,
    *,
    patient: str = PATIENT,
    recording: str = RECORDING,
    startdate: str = "02.03.02",
    mark: str = "EDF+C",
    bdf: bool = False,
    reserved: str = "",
) -> bytes:
    """A header."""
    count = len(signals)
    low, high = ("-8388608", "8388607") if bdf else ("-32768", "32767")
    out = b"\xffBIOSEMI" if bdf else b"0       "
    for text, width in (
        *((patient, 80), (recording, 80), (startdate, 8), ("23.59.07", 8), (str(256 * (count + 1)), 8)),
        *((mark + reserved, 44), (str(records), 8), ("1", 8), (str(count), 4)),
        *((signal.label.replace("EDF", "BDF" if bdf else "EDF"), 16) for signal in signals),
        *((signal.transducer, 80) for signal in signals),
        *(("" if signal.annotated else "uV", 8) for signal in signals),
        *((signal.low, 8) for signal in signals),
        *((signal.high, 8) for signal in signals),
        *((low, 8) for _ in signals),
        *((high, 8) for _ in signals),
        *(("" if signal.annotated else "HP:0.1Hz LP:75Hz", 80) for signal in signals),
        *((str(signal.samples), 8) for signal in signals),
        *(("", 32) for _ in signals),
    ):
        assert len(text) <= width
        out += text.ljust(width).encode("ascii")
    return out


def make_edf(
    signals: Sequence[Signal] = (EEG, NOTED, ECG),
    notes: Sequence[Sequence[tuple[float, str]]] = NOTES,
    *,
    bdf: bool = False,
    records: int | None = None,
    patient: str = PATIENT,
    recording: str = RECORDING,
    startdate: str = "02.03.02",
    mark: str | None = None,
    reserved: str = "",
) -> bytes:
    """A file of one record for each entry of `notes`; `records` is what its header says."""
    said = len(notes) if records is None else records
    width = 3 if bdf else 2
    body = b"".join(piece for number, each in enumerate(notes) for piece in record(signals, number, each, width))
    header = make_header(
        signals,
        said,
        patient=patient,
        recording=recording,
        startdate=startdate,
        mark=("BDF+C" if bdf else "EDF+C") if mark is None else mark,
        bdf=bdf,
        reserved=reserved,
    )
    return header + body


def make_plain(patient: str = "Harry Haagse, MRN 4711", recording: str = "Night 1, Dr Kemp") -> bytes:
    """Plain EDF, with identifications of free text."""
    return make_edf((EEG, ECG), ((), (), ()), patient=patient, recording=recording, mark="")
