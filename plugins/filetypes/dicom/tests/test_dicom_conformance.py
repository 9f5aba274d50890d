"""The DICOM file type keeps the contract of file types."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from deidentikit.kinds import Kind
from deidentikit.testing import FileTypeConformance
from deidentikit_dicom import DicomFile


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    if vr in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
        return head + struct.pack("<HL", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def make_sample(pixels: int = 32) -> bytes:
    meta = element(0x00020002, b"UI", b"1.2.840.10008.5.1.4.1.1.7\0")
    meta += element(0x00020003, b"UI", b"1.2.826.0.1.9999.42.5551")
    meta += element(0x00020010, b"UI", b"1.2.840.10008.1.2.1\0")
    item = element(0x00100020, b"LO", b"OLD-ID-1")
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(item)) + item
    rows = pixels // 4 // 2
    return b"".join(
        (
            bytes(128) + b"DICM",
            element(0x00020000, b"UL", struct.pack("<L", len(meta))) + meta,
            element(0x00080005, b"CS", b"ISO_IR 100"),
            element(0x00080016, b"UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
            element(0x00080018, b"UI", b"1.2.826.0.1.9999.42.5551"),
            element(0x00080020, b"DA", b"20200229"),
            element(0x0008002A, b"DT", b"20190715103001.25 "),
            element(0x00080060, b"CS", b"MR"),
            element(0x00081030, b"LO", b"First visit "),
            element(0x00100010, b"PN", b"Quux^Jane^Maria "),
            element(0x00101002, b"SQ", item),
            element(0x00101030, b"DS", b"61.50 "),
            element(0x00280010, b"US", struct.pack("<H", rows)),
            element(0x00280011, b"US", struct.pack("<H", 4)),
            element(0x00280100, b"US", struct.pack("<H", 16)),
            element(0x00280002, b"US", struct.pack("<H", 1)),
            element(0x7FE00010, b"OW", bytes(range(256)) * (pixels // 256) + bytes(range(pixels % 256))),
        )
    )


class TestDicomFile(FileTypeConformance):
    file_type = DicomFile
    sample = make_sample()
    samples = (make_sample()[132:], make_sample()[: make_sample().index(b"\xe0\x7f\x10\x00")])
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("PatientName", "StudyDescription", "OtherPatientIDsSequence.0.PatientID"),
        Kind.DATE: "StudyDate",
        Kind.DATETIME: "AcquisitionDateTime",
        Kind.NUMBER: "PatientWeight",
        Kind.UID: "SOPInstanceUID",
    }
    insertable = "InstitutionName"
    follows = frozenset({"MediaStorageSOPInstanceUID", "FileMetaInformationGroupLength", "OtherPatientIDsSequence"})
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = {
        Kind.TEXT: ("replace-with: ANON", "set:"),
        Kind.DATE: ("increment-date: yes",),
        Kind.DATETIME: ("increment-datetime: yes",),
    }
    settings = "date-increment: -17"

    def make_large(self, size: int) -> Iterable[bytes]:
        head = make_sample()
        head = head[: head.index(b"\xe0\x7f\x10\x00")]
        yield head + struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OW", 0, size)
        yield from (bytes(1 << 16) for _ in range(size >> 16))
        yield bytes(size & 0xFFFF)
