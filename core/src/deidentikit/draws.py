"""Numbers that digests decide, one at a time and for many rows at once."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from decimal import Context as Arithmetic
from decimal import Decimal
from itertools import repeat
from typing import Final

_DRAW: Final = Arithmetic(prec=28)
_HALF: Final = 2**63
_UNIT: Final = Arithmetic(prec=63).power(2, -63)
_FIRST_BYTES: Final = struct.Struct(">Q24x")


def join(*parts: str | bytes) -> bytes:
    """Several inputs as one, each behind its length in 4 big-endian bytes."""
    joined = b""
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        joined += len(raw).to_bytes(4, "big") + raw
    return joined


def join_rows(columns: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """What `join` gives for the parts of each row.

    columns : the first part of every row, the second part of every row, and so on
    """
    framed: list[Iterable[bytes]] = []
    for column in columns:
        try:
            raw = [*map(str.encode, column)]
        except UnicodeEncodeError:
            raw = [part.encode("utf-8", "surrogatepass") for part in column]
        lengths = [*map(len, raw)]
        heads = {length: length.to_bytes(4, "big") for length in set(lengths)}
        framed += [map(heads.__getitem__, lengths), raw]
    return map(b"".join, zip(*framed, strict=True))


def uniform(digest: bytes) -> Decimal:
    """The number from [-1, 1) that a digest decides, to 28 digits."""
    return _DRAW.multiply(int.from_bytes(digest[:8], "big") - _HALF, _UNIT)


def uniforms(digests: Sequence[bytes]) -> list[Decimal]:
    """What `uniform` gives for each digest, of 32 bytes."""
    numbers = [number - _HALF for (number,) in _FIRST_BYTES.iter_unpack(b"".join(digests))]
    return [*map(_DRAW.multiply, numbers, repeat(_UNIT))]


def whole(digest: bytes, span: int) -> int:
    """The number from -span to span, never 0, that a digest decides."""
    number = int.from_bytes(digest, "big") % (2 * span) - span
    return number + 1 if number >= 0 else number
