"""Whether a file is claimed by its first bytes."""

from __future__ import annotations

import pytest
from deidentikit_dicom import DicomFile

HEADS = {
    "a preamble": (b"x" * 128 + b"DICM", True),
    "explicit": (b"\x08\0\x05\0CS\x0a\0ISO_IR 100", True),
    "explicit, a VR that is another's": (b"\x08\0\x05\0DA\x0a\0ISO_IR 100", False),
    "explicit, the length of the group": (b"\x08\0\0\0UL\x04\0\0\0\0\0", True),
    "file meta without preamble": (b"\x02\0\x01\0OB\0\0\x02\0\0\0\0\x01", True),
    "implicit": (b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100", True),
    "implicit, a tag of no keyword": (b"\x08\0\x07\0\x0a\0\0\0ISO_IR 100", False),
    "implicit, a length beyond reason": (b"\x08\0\x05\0\xff\xff\xff\0ISO_IR 100", False),
    "implicit, cut off": (b"\x08\0\x05\0\x0a\0\0\0ISO", False),
    "big endian": (b"\0\x08\0\x05CS\0\x0aISO_IR 100", True),
    "big endian and implicit": (b"\0\x08\0\x05\0\0\0\x0aISO_IR 100", False),
    "another group": (b"\x10\0\x10\0PN\x04\0Doe ", False),
    "text": (b"PatientName,PatientID", False),
    "too short": (b"\x08\0\x05\0CS", False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize(("head", "claimed"), HEADS.values(), ids=HEADS)
def test_first_bytes(head: bytes, claimed: bool) -> None:
    assert DicomFile.sniff(head, "IM0001") is claimed
