"""Lay out this project's docstrings for the site: a run of lines "name : text" becomes a list.

An extension of griffe, which mkdocstrings reads sources with; see `mkdocs.yml`.
"""

from __future__ import annotations

import re

from griffe import Extension, Object

_ENTRY = re.compile(r"^[a-z_]\w*(?:, [a-z_]\w*)* : ")


def laid_out(text: str) -> str:
    """A docstring as Markdown: entries as a list, a block after "::" as code."""
    lines: list[str] = []
    for line in text.splitlines():
        entry = _ENTRY.match(line)
        if entry is None:
            lines.append(line[:-1] if line.endswith("::") else line)
            continue
        if lines and lines[-1] and not lines[-1].startswith(("- ", "  ")):
            lines.append("")
        names = ", ".join(f"`{name}`" for name in entry[0].removesuffix(" : ").split(", "))
        lines.append(f"- {names}: {line[entry.end() :]}")
    return "\n".join(lines)


class Layout(Extension):
    """Applies `laid_out` to every docstring once."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        if obj.docstring is not None:
            obj.docstring.value = laid_out(obj.docstring.value)
