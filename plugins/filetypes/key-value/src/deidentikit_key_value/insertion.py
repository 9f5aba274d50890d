"""Where a key that is absent can be made, and how its line looks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError

from .edits import Addition, Signature
from .jcamp import COMMENT, RECORD
from .layouts import NRRD_FIELDS, Layout
from .tokens import LINE_END, Role, Span, Token

_GAPS: Final = (" = ", "=", ": ", ":", " : ", "\t", " ", "; ", ";", ", ", ",", " | ", "|", " -> ", " := ")
"""Delimiters to try where a file has no line to follow."""


@attrs.frozen
class Place:
    """A place for one new line.

    at : offset in the text
    model : a token whose line it is made after, or None
    head : a section's name that has to be made in front
    """

    name: str
    key: str
    section: str
    at: int
    model: Token | None
    head: str | None = None


def find_place(layout: Layout, name: str) -> Place | None:
    """Where a key can be made; None where the file has no place for it."""
    if layout.dialect is None:
        return _record_place(layout, name)
    if name.startswith(RECORD):
        return None
    tokens = layout.tokens
    closing = next((token for token in tokens if token.closing), None)
    sections = dict.fromkeys(token.key for token in tokens if token.role is Role.SECTION)
    section, key = _split(name, sections)
    if closing is not None:
        before = [token for token in tokens if token.start < closing.start]
        return Place(name, key, "", closing.start, _model(before) or closing)
    if section is not None:
        return _section_place(layout, name, section, key)
    entries = _lines_of(tokens)
    if not entries and any(token.nested for token in tokens):
        return None
    if sections and "." in name.strip("."):
        head, _, key = name.rpartition(".")
        return Place(name, key, head, len(layout.text), _model(tokens), head)
    if not entries:
        if not tokens:
            return Place(name, key, "", len(layout.text), None)
        last = tokens[-1]
        return Place(name, key, last.key if last.role is Role.SECTION else last.section, last.end, None)
    return Place(name, key, entries[-1].section, entries[-1].end, _model(entries))


def _split(name: str, sections: Collection[str]) -> tuple[str | None, str]:
    """The section of a file that a name begins with, and its key there."""
    ends = [at for at, char in enumerate(name) if char == "."]
    for end in reversed(ends):
        if name[:end] in sections and name[end + 1 :]:
            return name[:end], name[end + 1 :]
    return None, name


def _section_place(layout: Layout, name: str, section: str, key: str) -> Place:
    own = [token for token in layout.tokens if token.role is Role.SECTION and token.key == section]
    entries = [token for token in _lines_of(layout.tokens) if token.section == section]
    last = entries[-1] if entries else own[-1]
    return Place(name, key, section, last.end, _model(entries) or _model(layout.tokens))


def _record_place(layout: Layout, name: str) -> Place | None:
    key = name.removeprefix(RECORD).strip()
    if not key or "=" in key or COMMENT in key:
        return None
    entries = [token for token in layout.tokens if token.role is Role.ENTRY]
    while entries and entries[-1].required:
        entries.pop()
    if not entries:
        return None
    return Place(name, key, "", entries[-1].end, _model(entries))


def _lines_of(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.role is Role.ENTRY and not token.nested]


def _model(tokens: Sequence[Token]) -> Token | None:
    """The last entry with a value that stands on the key's line, or the last with a delimiter."""
    lines = [token for token in _lines_of(tokens) if token.gap.end > token.gap.start]
    for token in reversed(lines):
        if token.regions[0].end > token.regions[0].start == token.gap.end:
            return token
    return lines[-1] if lines else None


def make(layout: Layout, place: Place, value: str, headed: bool) -> Addition:
    """The lines for a value at a place.

    headed : the section that the place needs is made already

    Raises FieldError (``wrong-kind``) for a key that no line can hold.
    """
    text = layout.text
    lead, gap = _shape(layout, place)
    quote = _quote(layout, place, value)
    newline = _newline(text, place.at)
    line = f"{lead}{place.key}{gap}{quote}{value}{quote}"
    _check_key(layout, line, lead, place.key)
    tokens: list[Signature] = []
    if place.head is not None and not headed:
        line = f"[{place.head}]{newline}{line}"
        tokens.append((Role.SECTION, "", place.head, ""))
    section = place.section if place.head is None else place.head
    shown = " ".join(f"{quote}{value}{quote}".split())
    tokens.append((Role.ENTRY, section, place.key, shown))
    open_line = place.at > 0 and text[place.at - 1] not in "\r\n"
    whole = f"{newline}{line}" if open_line else f"{line}{newline}"
    return Addition(place.at, place.name, value, whole, place.head, tuple(tokens))


def _shape(layout: Layout, place: Place) -> tuple[str, str]:
    """What stands in front of the key, and between it and the value."""
    model = place.model
    if model is None:
        return "", _first_gap(layout, place.key)
    text = layout.text
    lead = text[model.start : model.at.start]
    gap = text[model.gap.start : model.gap.end]
    if layout.nrrd:
        return lead, ": " if place.key in NRRD_FIELDS else ":="
    blanks = len(gap) - len(gap.lstrip(" "))
    if blanks > 1:
        column = model.at.end - model.at.start + blanks
        gap = " " * max(1, column - len(place.key)) + gap[blanks:]
    return lead, gap


def _first_gap(layout: Layout, key: str) -> str:
    if layout.nrrd:
        return ": " if key in NRRD_FIELDS else ":="
    for gap in _GAPS:
        if layout.dialect is not None and layout.dialect.split(f"{key}{gap}x") == Span(len(key), len(key) + len(gap)):
            return gap
    raise FieldError("wrong-kind", "the file has no line that shows how to write the delimiter")


def _quote(layout: Layout, place: Place, value: str) -> str:
    """The quotes that the file's texts have, where all of them have quotes."""
    if layout.dialect is None or not value or _is_number(value):
        return ""
    quotes = set()
    for token in _lines_of(layout.tokens):
        if token.section == place.section or place.head is not None:
            found = token.values[0]
            if found.quote:
                quotes.add(found.quote)
            elif not _is_number(found.text(layout.text)):
                return ""
    return quotes.pop() if len(quotes) == 1 else ""


def _is_number(text: str) -> bool:
    try:
        int(text, 16) if text[:2].lower() == "0x" else float(text)
    except ValueError:
        return not text
    return True


def _newline(text: str, at: int) -> str:
    """The line end in front of a place, or else the first of the file."""
    for ending in ("\r\n", "\n", "\r"):
        if text.endswith(ending, 0, at):
            return ending
    found = LINE_END.search(text)
    return found[0] if found else "\n"


def _check_key(layout: Layout, line: str, lead: str, key: str) -> None:
    if layout.dialect is None:
        return
    gap = layout.dialect.split(line)
    if gap is None or line[len(lead) : gap.start] != key or key[:1] in "[#;" or key.startswith("//"):
        raise FieldError("wrong-kind", "a line with this key would be read as another")
