"""Keyed permutations of the strings of decimal digits of one length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from deidentikit.context import join

Digest = Callable[[bytes], bytes]
"""A keyed digest of 32 bytes."""

ROUNDS: Final = 10
"""Rounds of the Feistel network, as many as NIST SP 800-38G asks of FF1."""


def following(digits: str, digest: Digest, tweak: bytes = b"") -> str:
    """The string that comes after `digits` in the secret order that the key and the tweak decide.

    All strings of one length stand in one circle, so no two have the same follower and none follows itself.

    digits : one or more of the characters 0 to 9
    tweak : each gives an order of its own
    """
    count = len(digits)
    if count == 1:
        order = sorted("0123456789", key=lambda digit: digest(join(tweak, b"order", digit)))
        return order[(order.index(digits) + 1) % 10]
    place = (int(_decrypted(digits, digest, tweak)) + 1) % 10**count
    return _encrypted(f"{place:0{count}d}", digest, tweak)


def _encrypted(digits: str, digest: Digest, tweak: bytes) -> str:
    """An alternating Feistel network whose halves are digit strings; lengths of halves may differ by one."""
    middle = len(digits) // 2
    left, right = digits[:middle], digits[middle:]
    for number in range(ROUNDS):
        moved = (int(left) + _round(number, right, len(digits), digest, tweak)) % 10 ** len(left)
        left, right = right, f"{moved:0{len(left)}d}"
    return left + right


def _decrypted(digits: str, digest: Digest, tweak: bytes) -> str:
    """What `_encrypted` made `digits` of. The number of rounds is even, so halves end as long as they began."""
    middle = len(digits) // 2
    left, right = digits[:middle], digits[middle:]
    for number in reversed(range(ROUNDS)):
        moved = (int(right) - _round(number, left, len(digits), digest, tweak)) % 10 ** len(right)
        left, right = f"{moved:0{len(right)}d}", left
    return left + right


def _round(number: int, half: str, count: int, digest: Digest, tweak: bytes) -> int:
    parts = (tweak, b"round", bytes([number]), count.to_bytes(4, "big"), half)
    return int.from_bytes(digest(join(*parts)), "big")
