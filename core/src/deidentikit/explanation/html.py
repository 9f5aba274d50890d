"""A page as one HTML file that needs nothing else and prints well."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Final

from .blocks import Block, Bullets, Cell, Code, Heading, Mark, Paragraph, Table, Terms, one_line
from .model import Explanation
from .page import page_of

_STYLE: Final = "page.css"
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(explanation: Explanation) -> str:
    """A page in which every text is escaped; it is well-formed XML too."""
    style = files(__package__).joinpath(_STYLE).read_text("utf-8")
    title = _escaped(f"What the profile {explanation.name or explanation.source} does")
    body = "\n".join(line for block in page_of(explanation) for line in _lines(block))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text, section):
            look = ' class="section"' if section else ""
            yield f"<h{level}{look}>{_escaped(text)}</h{level}>"
        case Paragraph(text):
            yield f"<p>{_escaped(text)}</p>"
        case Bullets(items, warns):
            yield f'<ul class="{"spots" if warns else "plain"}">'
            yield from (f"<li>{_escaped(item)}</li>" for item in items)
            yield "</ul>"
        case Terms(items):
            yield '<ul class="terms">'
            yield from (f"<li>{_escaped(title)}{_place(place)}</li>" for title, place in items)
            yield "</ul>"
        case Table():
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    look = "facts" if not table.head else "signs" if table.centred else "list"
    yield f'<table class="{look}">'
    if table.widths:
        yield "".join(f'<col style="width: {width}%"/>' for width in table.widths)
    if table.head:
        cells = "".join(f'<th scope="col">{_escaped(text)}</th>' for text in table.head)
        yield f"<thead><tr>{cells}</tr></thead>"
    yield "<tbody>"
    for first, *rest in table.rows:
        tag = 'th scope="row"' if not table.head else "td"
        cells = "".join(f"<td{_look(cell)}>{_cell(cell)}</td>" for cell in rest)
        yield f"<tr><{tag}{_look(first)}>{_cell(first)}</{tag[:2]}>{cells}</tr>"
    yield "</tbody></table>"


def _look(cell: Cell) -> str:
    return f' class="{cell.look}"' if isinstance(cell, Mark) else ""


def _cell(cell: Cell) -> str:
    match cell:
        case Mark(sign, words, _, True):
            return f'<span title="{escape(words)}">{escape(sign)}</span>'
        case Mark(sign, words):
            return f"{escape(sign)} {escape(words)}"
        case Code(text):
            return f"<code>{_escaped(text)}</code>"
        case str(text):
            return _escaped(text)


def _place(place: str) -> str:
    return f" <code>{_escaped(place)}</code>" if place else ""


def _escaped(text: str) -> str:
    return escape(one_line(text))
