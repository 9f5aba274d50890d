"""A page as Markdown with tables, as GitHub and most others read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .blocks import Block, Bullets, Cell, Code, Heading, Mark, Paragraph, Table, Terms, one_line
from .model import Explanation
from .page import page_of

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+!|~-])")


def as_markdown(explanation: Explanation) -> str:
    """Markdown in which no text of the profile can become markup."""
    return "\n".join(line for block in page_of(explanation) for line in (*_lines(block), ""))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {_escaped(text)}"
        case Paragraph(text):
            yield _escaped(text)
        case Bullets(items):
            yield from (f"- {_escaped(item)}" for item in items)
        case Terms(items):
            yield "; ".join(f"{_escaped(title)} {_code(place)}" if place else _escaped(title) for title, place in items)
        case Table(head, rows):
            width = len(head) or max(map(len, rows), default=1)
            yield _row([_escaped(text) for text in head] or [""] * width)
            yield _row(["---"] * width)
            yield from (_row([_cell(cell) for cell in row]) for row in rows)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    match cell:
        case Mark(sign, words, _, short):
            return sign if short else f"{sign} {words}"
        case Code(text):
            return _code(text)
        case str(text):
            return _escaped(text)


def _escaped(text: str) -> str:
    plain = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", plain)


def _code(text: str) -> str:
    """A code span; its fence is longer than any run of backticks in it."""
    plain = one_line(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if plain[:1] in ("`", "") or plain[-1:] == "`" else ""
    return f"{fence}{pad}{plain}{pad}{fence}"
