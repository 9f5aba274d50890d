"""A page as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from .blocks import Block, Bullets, Cell, Code, Heading, Mark, Paragraph, Table, Terms, one_line
from .model import Explanation
from .page import page_of

WIDTH: Final = 110
_GAP: Final = "  "
_NARROWEST: Final = 6


def as_text(explanation: Explanation) -> str:
    """Lines of at most `WIDTH` characters, but for words that are longer."""
    lines = [line.rstrip() for block in page_of(explanation) for line in _lines(block)]
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            title = _wrapped(one_line(text), WIDTH)
            yield from ("", *title, "=-~."[level - 1] * max(map(len, title)))
        case Paragraph(text):
            yield from _wrapped(one_line(text), WIDTH)
        case Bullets(items, warns):
            for item in items:
                first, *rest = _wrapped(one_line(item), WIDTH - 2)
                yield f"{'!' if warns else '-'} {first}"
                yield from (f"  {line}" for line in rest)
        case Terms(items):
            yield from _wrapped("; ".join(one_line(f"{title} {place}".rstrip()) for title, place in items), WIDTH)
        case Table(head, rows):
            yield from _table([list(head)] if head else [], [[_cell(cell) for cell in row] for row in rows])


def _cell(cell: Cell) -> str:
    match cell:
        case Mark(sign, words, _, short):
            return sign if short else f"{sign} {words}"
        case Code(text) | str(text):
            return one_line(text)


def _table(head: list[list[str]], rows: list[list[str]]) -> Iterator[str]:
    columns = list(zip(*head, *rows, strict=True))
    widths = _fitted([max((len(text) for text in column), default=0) for column in columns])
    for row in head:
        yield from _row(row, widths)
        yield _GAP.join("-" * width for width in widths)
    for row in rows:
        yield from _row(row, widths)


def _fitted(widths: list[int]) -> list[int]:
    """Widths that fit a line: the widest column gives way first."""
    room = WIDTH - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [_wrapped(text, width) for text, width in zip(row, widths, strict=True)]
    for line in range(max(map(len, cells))):
        parts = (cell[line] if line < len(cell) else "" for cell in cells)
        yield _GAP.join(part.ljust(width) for part, width in zip(parts, widths, strict=True))


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 1), break_on_hyphens=False) or [""]
