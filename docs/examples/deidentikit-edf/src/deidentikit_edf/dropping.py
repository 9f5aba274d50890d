"""A header without the signals that hold annotations: plain EDF."""

from __future__ import annotations

from collections.abc import Mapping

from .header import BLOCK, Header, Slot
from .vocabulary import HEADER_BYTES, RESERVED, SIGNAL_COUNT


def without_signals(header: Header, changes: Mapping[Slot, bytes]) -> bytes:
    """The header without annotation signals and without the mark of EDF+.

    changes : slots that have new bytes
    """
    left = len(header.widths) - len(header.annotations)
    out: list[bytes] = []
    for slot in header.slots:
        if slot.signal in header.annotations:
            continue
        data = changes.get(slot, slot.raw)
        if slot.spec is HEADER_BYTES:
            data = str(BLOCK * (1 + left)).encode()
        elif slot.spec is SIGNAL_COUNT:
            data = str(left).encode()
        elif slot.spec is RESERVED:
            data = data[len(header.mark) :].strip(b" ")
        out.append(data.ljust(slot.spec.width))
    return b"".join(out)
