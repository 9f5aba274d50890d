"""What a page is made of, whatever it is written as."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from ..errors import shown


@attrs.frozen
class Code:
    """A text of the profile or of a format, to be shown as it is spelled."""

    text: str


@attrs.frozen
class Mark:
    """A verdict: its sign, its words, and the class of its look.

    short : show the sign alone
    """

    sign: str
    words: str
    look: str
    short: bool = False


Cell = str | Code | Mark


@attrs.frozen
class Heading:
    """A heading; level 1 is the page's own."""

    level: int
    text: str
    section: bool = False
    """It begins a part that gets a page of its own in print."""


@attrs.frozen
class Paragraph:
    """Running text."""

    text: str


@attrs.frozen
class Bullets:
    """A list; `warns` where each entry is something to weigh."""

    items: tuple[str, ...]
    warns: bool = False


@attrs.frozen
class Table:
    """A table; without a head its first column names what stands beside it.

    widths : of the columns, in percent; empty: as their contents ask
    centred : columns after the second hold signs alone
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...] = ()
    centred: bool = False


@attrs.frozen
class Terms:
    """A long list of names, each with where it stands or nothing, to be set in columns."""

    items: tuple[tuple[str, str], ...]


Block = Heading | Paragraph | Bullets | Table | Terms
Page = Sequence[Block]


def one_line(text: str) -> str:
    """A text on one line, with what cannot be printed spelled out."""
    return shown(" ".join(text.split()) if text.strip() else text)
