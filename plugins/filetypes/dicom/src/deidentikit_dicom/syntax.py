"""Transfer syntaxes as far as reading element headers goes (DICOM PS3.5 sections 7 and 10, annex A)."""

from __future__ import annotations

from struct import Struct
from typing import Final

import attrs
from deidentikit.errors import FileError

from .dictionary import vr_of

UNDEFINED: Final = 0xFFFFFFFF

SHORT_VRS: Final = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
"""VRs whose explicit header has a length of 16 bits (PS3.5 table 7.1-2)."""
LONG_VRS: Final = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
"""VRs whose explicit header has two reserved bytes and a length of 32 bits (PS3.5 table 7.1-1)."""
FRAGMENT_VRS: Final = frozenset(b"OB OW OF OD OL OV".split())
KNOWN_VRS: Final = SHORT_VRS | LONG_VRS

DEFLATED: Final = "1.2.840.10008.1.2.1.99"
DEFLATED_UIDS: Final = frozenset({DEFLATED})
DICOMDIR_CLASS: Final = "1.2.840.10008.1.3.10"


@attrs.frozen(eq=False)
class Syntax:
    """How element headers of a data set are written.

    header : group, element, then VR and 16-bit length, or a 32-bit length where the VR is implicit
    item : group, element, 32-bit length
    """

    explicit: bool
    little: bool
    header: Struct
    item: Struct
    u16: Struct
    u32: Struct

    @classmethod
    def of(cls, explicit: bool, little: bool) -> Syntax:
        order = "<" if little else ">"
        header = Struct(order + ("HH2sH" if explicit else "HHL"))
        return cls(explicit, little, header, Struct(order + "HHL"), Struct(order + "H"), Struct(order + "L"))

    def element(self, tag: int, vr: str, value: bytes) -> bytes:
        """A data element of defined length. `value` has an even number of bytes.

        Raises FieldError through `length` where the value does not fit the length field.
        """
        group, element = tag >> 16, tag & 0xFFFF
        if not self.explicit:
            return self.item.pack(group, element, len(value)) + value
        raw = vr.encode("ascii")
        if raw in SHORT_VRS:
            return self.header.pack(group, element, raw, len(value)) + value
        return self.header.pack(group, element, raw, 0) + self.u32.pack(len(value)) + value


IMPLICIT: Final = Syntax.of(False, True)
EXPLICIT: Final = Syntax.of(True, True)
BIG_ENDIAN: Final = Syntax.of(True, False)

_DECLARED: Final = {
    "1.2.840.10008.1.2": IMPLICIT,
    "1.2.840.10008.1.2.1": EXPLICIT,
    "1.2.840.10008.1.2.2": BIG_ENDIAN,
    "1.2.840.113619.5.2": IMPLICIT,
}


def data_set_syntax(head: bytes, declared: str) -> Syntax:
    """The syntax of a data set from its first bytes, and from its transfer syntax where they agree.

    head : the first element header, at least 8 bytes
    declared : the Transfer Syntax UID, empty where there is none

    Real files say implicit where they are explicit and the other way round, so the bytes decide.
    Raises FileError (``unparsed-region``) where they are neither.
    """
    stated = _DECLARED.get(declared, EXPLICIT)
    vr = head[4:6]
    explicit = vr in KNOWN_VRS or (stated.explicit and bool(declared) and vr.isalpha() and vr.isupper())
    if explicit:
        return BIG_ENDIAN if _is_big(head, stated) else EXPLICIT
    group, element, length = IMPLICIT.item.unpack_from(head)
    known = head[0] != 0 or head[1] == 0 or vr_of(group << 16 | element) != "UN"
    if known and (not stated.explicit or length < 1 << 24 or length == UNDEFINED):
        return IMPLICIT
    raise FileError("unparsed-region", "the data set does not begin with an element in a known transfer syntax")


def _is_big(head: bytes, stated: Syntax) -> bool:
    """The byte order of an element header with explicit VR: the one in which its tag has this VR."""
    little, big = (order.item.unpack_from(head)[:2] for order in (EXPLICIT, BIG_ENDIAN))
    fits_little, fits_big = (
        vr_of(group << 16 | element).encode() == head[4:6] != b"UN" for group, element in (little, big)
    )
    if fits_little != fits_big:
        return fits_big
    if not fits_big:
        return head[0] == 0 and head[1] != 0
    if not big[1]:  # a group length has four bytes
        return head[6:8] == b"\0\4"
    return not stated.little


class _Tags(dict[int, bool]):
    """Whether the dictionary gives a tag one of some VRs, remembered."""

    def __init__(self, *vrs: str) -> None:
        super().__init__()
        self._vrs = vrs

    def __missing__(self, tag: int) -> bool:
        if len(self) > 50_000:
            self.clear()
        found = self[tag] = vr_of(tag) in self._vrs
        return found


PUBLIC_SEQUENCES: Final = _Tags("SQ")
SEQUENCE_TAGS: Final = _Tags("SQ", "UN")
"""Public tags that are sequences or that the dictionary does not know."""
