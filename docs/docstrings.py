"""Lay out this project's docstrings for the site, and show the fields of its data classes.

An extension of griffe, which mkdocstrings reads sources with; see `mkdocs.yml`.
"""

from __future__ import annotations

import re

from griffe import Attribute, Class, Docstring, Extension, Object

_ENTRY = re.compile(r"^[a-z_]\w*(?:, [a-z_]\w*)* : ")
_DATA = re.compile(r"^(attrs\.frozen|attrs\.define|NamedTuple|IntEnum|Enum)\b")


def laid_out(text: str) -> str:
    """A docstring as Markdown: entries "name : text" as a list, a block after "::" as code."""
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


def fields(cls: Class) -> str:
    """The fields of a class of data as it declares them, or nothing for another class."""
    marks = [*(str(decorator.value) for decorator in cls.decorators), *(str(base) for base in cls.bases)]
    if not any(map(_DATA.match, marks)):
        return ""
    shown = []
    for name, member in cls.members.items():
        if name.startswith("_") or not isinstance(member, Attribute) or "property" in member.labels:
            continue
        kind = "" if member.annotation is None else f": {member.annotation}"
        if kind.startswith(": ClassVar"):
            continue
        value = "" if member.value is None else f" = {member.value}"
        shown.append(f"{name}{kind}{value}")
    return "\n".join(["```python", *shown, "```"]) if shown else ""


class Layout(Extension):
    """Applies both, once everything is read."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        if obj.docstring is not None:
            obj.docstring.value = laid_out(obj.docstring.value)

    def on_class(self, *, cls: Class, **_: object) -> None:
        if (shown := fields(cls)) and cls.docstring is not None:
            first, _, rest = cls.docstring.value.partition("\n\n")
            cls.docstring = Docstring("\n\n".join(filter(None, (first, shown, rest))), parent=cls)
