"""The fields of an EDF header: their names, widths, and what each can hold.

Sources: the EDF specification (Kemp et al. 1992) and the EDF+ specification (Kemp and Olivan 2003),
https://www.edfplus.info/specs/edf.html and https://www.edfplus.info/specs/edfplus.html
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Final

import attrs
from deidentikit import FieldError, Kind, Limits
from deidentikit.kinds import parse_number

from .spelling import NO_DAY, NO_TIME, UNKNOWN, check_printable, check_time, read_long, read_short


class Sort(Enum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    SHORT_DATE = "date"
    LONG_DATE = "date as dd-MMM-yyyy"
    TIME = "time"
    SEX = "sex"
    FIXED = "fixed"


_DATES: Final = frozenset({Kind.TEXT, Kind.DATE, Kind.DATETIME})
_NUMBERS: Final = frozenset({Kind.TEXT, Kind.NUMBER})


@attrs.frozen
class Spec:
    """One field of the header.

    name : as a profile names it, for a signal behind ``signals.N.``
    title : what the standard calls it
    width : the most characters it can take
    blank : what stands in its place once it is removed
    required : the file cannot be read without it
    word : a subfield of EDF+, which holds no space
    """

    name: str
    title: str
    width: int
    sort: Sort = Sort.TEXT
    blank: str = ""
    required: bool = False
    word: bool = False

    @property
    def limits(self) -> Limits:
        """What it can hold, of any file."""
        match self.sort:
            case Sort.FIXED:
                return Limits(kinds=frozenset({Kind.NATIVE}), required=True)
            case Sort.SHORT_DATE | Sort.LONG_DATE:
                return Limits(self.width, _DATES, hex_digits=False)
            case Sort.TIME | Sort.SEX:
                return Limits(self.width, frozenset({Kind.TEXT}), hex_digits=False)
            case Sort.NUMBER | Sort.WHOLE:
                step = Decimal(1) if self.sort is Sort.WHOLE else None
                return Limits(self.width, _NUMBERS, hex_digits=False, step=step, required=self.required)
        return Limits(self.width)

    def check(self, text: str) -> None:
        """Raise FieldError for a text, not blank, that cannot stand in the field."""
        check_printable(text)
        if self.word and " " in text:
            raise FieldError("wrong-kind", "a subfield of EDF+ holds no space; write _ instead")
        if len(text) > self.width:
            raise FieldError("too-long", f"the field holds {self.width} characters")
        if text == self.blank:
            return
        match self.sort:
            case Sort.FIXED:
                raise FieldError("required", "the field says how the file is to be read; leave it")
            case Sort.SHORT_DATE:
                read_short(text, _LATE)
            case Sort.LONG_DATE:
                read_long(text)
            case Sort.TIME:
                check_time(text)
            case Sort.SEX if text not in ("M", "F", UNKNOWN):
                raise FieldError("wrong-kind", "the sex is M, F or X")
            case Sort.NUMBER:
                parse_number(text)
            case Sort.WHOLE if parse_number(text) % 1:
                raise FieldError("wrong-kind", "the field holds a whole number")


_LATE: Final = 2088
"""A leap year that two digits cannot say, in which any day and month can be."""

VERSION: Final = Spec("version", "version of the format", 8, Sort.FIXED)
PATIENT: Final = Spec("patient", "local patient identification", 80)
RECORDING: Final = Spec("recording", "local recording identification", 80)
START_DATE: Final = Spec("startdate", "start date of the recording", 8, Sort.SHORT_DATE, NO_DAY)
START_TIME: Final = Spec("starttime", "start time of the recording", 8, Sort.TIME, NO_TIME)
HEADER_BYTES: Final = Spec("header-bytes", "bytes in the header", 8, Sort.FIXED)
RESERVED: Final = Spec("reserved", "reserved, behind the mark of EDF+", 44)
RECORDS: Final = Spec("records", "number of data records", 8, Sort.FIXED)
DURATION: Final = Spec("duration", "duration of a data record, in seconds", 8, Sort.NUMBER, required=True)
SIGNAL_COUNT: Final = Spec("signal-count", "number of signals", 4, Sort.FIXED)

HEADER: Final = (
    *(VERSION, PATIENT, RECORDING, START_DATE, START_TIME),
    *(HEADER_BYTES, RESERVED, RECORDS, DURATION, SIGNAL_COUNT),
)
"""The first 256 bytes, in order."""

LABEL: Final = Spec("label", "label", 16)
SAMPLES: Final = Spec("samples", "samples in each data record", 8, Sort.FIXED)

SIGNAL: Final = (
    LABEL,
    Spec("transducer", "transducer type", 80),
    Spec("dimension", "physical dimension", 8),
    Spec("physical-min", "physical minimum", 8, Sort.NUMBER, required=True),
    Spec("physical-max", "physical maximum", 8, Sort.NUMBER, required=True),
    Spec("digital-min", "digital minimum", 8, Sort.WHOLE, required=True),
    Spec("digital-max", "digital maximum", 8, Sort.WHOLE, required=True),
    Spec("prefiltering", "prefiltering", 80),
    SAMPLES,
    Spec("reserved", "reserved", 32),
)
"""What follows for each signal: first all labels, then all transducers, and so on."""

_OF_PATIENT: Final = 80 - len("X X X ")
_OF_RECORDING: Final = 80 - len("Startdate X X X ")
"""The room that is left to one subfield where all others are X."""

BIRTHDATE: Final = Spec("patient.birthdate", "birth date", 11, Sort.LONG_DATE, UNKNOWN, word=True)
LONG_START: Final = Spec("recording.startdate", "start date of the recording", 11, Sort.LONG_DATE, UNKNOWN, word=True)

PATIENT_PARTS: Final = (
    Spec("patient.code", "hospital code of the patient", _OF_PATIENT, blank=UNKNOWN, word=True),
    Spec("patient.sex", "sex", 1, Sort.SEX, UNKNOWN, word=True),
    BIRTHDATE,
    Spec("patient.name", "name of the patient", _OF_PATIENT, blank=UNKNOWN, word=True),
    Spec("patient.additional", "further subfields", _OF_PATIENT - 2),
)
RECORDING_PARTS: Final = (
    LONG_START,
    Spec("recording.admincode", "administration code of the investigation", _OF_RECORDING, blank=UNKNOWN, word=True),
    Spec("recording.technician", "investigator or technician", _OF_RECORDING, blank=UNKNOWN, word=True),
    Spec("recording.equipment", "equipment", _OF_RECORDING, blank=UNKNOWN, word=True),
    Spec("recording.additional", "further subfields", _OF_RECORDING - 2),
)
"""The subfields of EDF+; the last one takes all that follow."""

ANNOTATIONS: Final = "annotations"
PARTS: Final = {PATIENT.name: PATIENT_PARTS, RECORDING.name: RECORDING_PARTS}
SINGLE: Final = {spec.name: spec for spec in (*HEADER, *PATIENT_PARTS, *RECORDING_PARTS)}
OF_SIGNAL: Final = {spec.name: spec for spec in SIGNAL}
"""By the names behind ``signals.N.``"""
