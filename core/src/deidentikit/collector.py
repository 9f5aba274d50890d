"""Keeping Python's cyclic garbage collector from scanning the plans again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ALLOCATIONS: Final = 100_000
_GENERATIONS: Final = 50


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Collect a hundred times less often while files are worked on, then as before.

    A file's tokens are thousands of small tuples without cycles, freed as soon as it is done; at the
    usual thresholds they set off collections that scan everything imported, a quarter of the time.
    """
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(before[0], _ALLOCATIONS), max(before[1], _GENERATIONS), max(before[2], _GENERATIONS))
    try:
        yield
    finally:
        gc.set_threshold(*before)
