"""Whether a file's first bytes are those of a DICOM file."""

from __future__ import annotations

from typing import Final

from .dictionary import vr_of
from .syntax import IMPLICIT, KNOWN_VRS, SHORT_VRS

_MARK: Final = slice(128, 132)
_FIRST_GROUPS: Final = (0x0002, 0x0008)


def looks_like_dicom(head: bytes) -> bool:
    """The mark of PS3.10 behind a preamble, or a first element that a data set can begin with."""
    if head[_MARK] == b"DICM":
        return True
    if len(head) < 8:
        return False
    big = head[:2] == b"\0\x08"
    group, element = (int.from_bytes(head[at : at + 2], "big" if big else "little") for at in (0, 2))
    if group not in _FIRST_GROUPS:
        return False
    tag = group << 16 | element
    vr = head[4:6]
    if vr in KNOWN_VRS:
        return vr not in SHORT_VRS or vr.decode("ascii") == vr_of(tag) or not element
    (_, _, size) = IMPLICIT.item.unpack_from(head)
    return not big and vr_of(tag) != "UN" and size <= 1024 and len(head) >= 8 + min(size, 8)
