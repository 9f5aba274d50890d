"""New UIDs from old ones, and the UIDs that have to stay."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from deidentikit.errors import FieldError

UID: Final = re.compile(r"\d+(?:\.\d+)+", re.ASCII)
NUMERIC_NAME: Final = re.compile(r"[012](?:\.(?:0|[1-9]\d*))+", re.ASCII)
MAX_LENGTH: Final = 64
"""The longest UID (PS3.5 9.1)."""

_BLOCKS: Final = 6
_BLOCK: Final = 6
_REGISTERED: Final = re.compile(r"1\.2\.840\.10008(?:\.\d{1,3}){1,9}", re.ASCII)


def is_registered(uid: str) -> bool:
    """Whether DICOM registers this UID, now or in an edition to come.

    All UIDs of PS3.6 annex A stand under 1.2.840.10008, at most nine nodes below it, and no node
    there has more than three digits. What goes beyond that was made up under DICOM's root.
    """
    return _REGISTERED.fullmatch(uid) is not None


def version_8(digest: bytes) -> int:
    """The first 16 bytes as the integer of a UUID of version 8 (RFC 9562 5.8)."""
    number = int.from_bytes(digest[:16], "big")
    number = number & ~(0xF << 76) | 8 << 76
    return number & ~(0b11 << 62) | 0b10 << 62


def spread_digest(uid: str, salt: str, prefix: int, suffix: int, numeric_name: str | None) -> str:
    """The dialect's UID: its first nodes, digits of its SHA-256, its last nodes.

    uid : nodes of digits, at least two
    salt : goes before the UID when it is digested
    prefix, suffix : how many nodes to keep at either end; fewer at the front of a short UID
    numeric_name : stands in place of the front

    Raises FieldError (``too-long``) where what is kept leaves no room for two blocks of digits, so
    that different UIDs could become one.
    """
    nodes = uid.split(".")
    digits = "".join(map(str, hashlib.sha256((salt + uid).encode()).digest()))
    blocks = [digits[at : at + _BLOCK] for at in range(0, _BLOCKS * _BLOCK, _BLOCK)]
    blocks = ["1" + block[1:] if block[0] == "0" else block for block in blocks]
    tail = [node[-_BLOCK:] for node in nodes[len(nodes) - min(suffix, len(nodes)) :]]
    head = [numeric_name] if numeric_name else nodes[: min(prefix, max(0, len(nodes) - suffix))]
    new = head + blocks + tail
    last = new.pop()
    room = MAX_LENGTH - len(last) - 1
    if room - len(".".join(head)) < 2 * (_BLOCK + 1):
        raise FieldError("too-long", "the nodes to keep of the UID leave no room for its digest; keep fewer")
    front = ".".join(new)[:room].rstrip(".")
    return f"{front}.{last}"
