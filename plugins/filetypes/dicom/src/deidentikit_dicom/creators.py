"""Private blocks: which creator has reserved the block of a private element (PS3.5 section 7.8.1)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from .layout import Layout
from .tags import block_of, is_private_creator


class Creators:
    """The private blocks of one file (PS3.5 section 7.8.1), read when the first is asked for."""

    def __init__(self, layout: Layout, private: Iterable[int] | None = None) -> None:
        """private : the tokens of odd groups, where they are known"""
        self._layout = layout
        self._private = private

    @cached_property
    def blocks(self) -> dict[tuple[int, int], tuple[int, str]]:
        """The first creator element of each block and its text, by its container and its tag."""
        layout, private = self._layout, self._private
        tokens = layout.tokens
        if private is None:
            private = (index for index, tag in enumerate(layout.tags) if tag & 0x10000)
        blocks: dict[tuple[int, int], tuple[int, str]] = {}
        for index in private:
            tag = tokens[index][0]
            if is_private_creator(tag):
                name = _creator_text(layout.raw(index)) if tokens[index][3] - tokens[index][2] < 1024 else ""
                blocks.setdefault((tokens[index][4], tag), (index, name))
        return blocks

    def of(self, parent: int, tag: int) -> str | None:
        """The creator of the block in which a private element stands, or None."""
        block = self.block(parent, tag)
        return None if block is None else block[1]

    def block(self, parent: int, tag: int) -> tuple[int, str] | None:
        """The creator element of a private element, and its text."""
        if tag & 0xFFFF < 0x1000:
            return None
        return self.blocks.get((parent, block_of(tag)))


def _creator_text(raw: bytes) -> str:
    try:
        return raw.strip(b" \0").decode("utf-8")
    except UnicodeDecodeError:
        return raw.strip(b" \0").decode("latin-1")
