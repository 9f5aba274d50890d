"""Texts with named parts in braces."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import attrs

_PIECE: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@attrs.frozen
class Output:
    """Literal texts and the parts between them: ``S-{num}``; ``{{`` and ``}}`` stand for braces.

    pieces : pairs of a literal text and the name of the part that follows, None after the last
    """

    pieces: tuple[tuple[str, str | None], ...]

    @classmethod
    def parse(cls, text: str) -> Output:
        """Raises ValueError for a lone brace or a part without a name."""
        pieces: list[tuple[str, str | None]] = []
        literal, at = "", 0
        for found in _PIECE.finditer(text):
            literal += text[at : found.start()]
            at = found.end()
            if found[0] in ("{{", "}}"):
                literal += found[0][0]
            elif found[1] is not None and found[1].strip():
                pieces.append((literal, found[1].strip()))
                literal = ""
            else:
                raise ValueError(f"output {text!r}: parts are written {{name}}; for a brace itself double it")
        pieces.append((literal + text[at:], None))
        return cls(tuple(pieces))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its parts, each once."""
        return tuple(dict.fromkeys(name for _, name in self.pieces if name is not None))

    def __str__(self) -> str:
        return self.fill(lambda name: f"{{{name}}}")

    def fill(self, part: Callable[[str], str]) -> str:
        """The text with each part in its place. A part's own braces mean nothing."""
        return "".join(literal + ("" if name is None else part(name)) for literal, name in self.pieces)
