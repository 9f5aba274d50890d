"""Facts of a section that the core itself decides, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..filetype import Rank
from ..naming import NamePattern, Template
from ..plan import Plan

MANNERS: Final = {Rank.EXACT: "place", Rank.NAME: "name", Rank.WILDCARD: "wildcard", Rank.REGEX: "pattern"}
ON_ERROR: Final = {
    "refuse": "A file with a value that a rule cannot treat is refused: it gets no output.",
    "remove": "A value that a rule cannot treat is removed with its field.",
    "empty": "A field with a value that a rule cannot treat is emptied.",
}


def files(plan: Plan) -> str:
    """Which files the section takes."""
    section = plan.section
    names = ", ".join(entry.text for entry in section.file_filter)
    if plan.file_type.takes_the_rest:
        return f"Files that no other section takes{f' and whose names fit {names}' if names else ''}."
    if names and section.enforce_file_filter:
        return f"Files whose names fit {names}, and no others."
    others = "and other files whose content is recognised as of this type"
    if names:
        return f"Files whose names fit {names}, {others}."
    if section.suffixes:
        return f"Files whose names end in {', '.join(section.suffixes)}, {others}."
    return "Files whose content is recognised as of this type."


def subject(plan: Plan) -> str:
    """How a file's patient is recognised, where a rule asks."""
    if not plan.needs_subject or plan.subject is None:
        return ""
    if plan.subject.path is not None:
        return f"The patient is recognised by the file's path, in which “{plan.subject.path.pattern}” finds the part."
    return f"The patient is recognised by the field {plan.subject.field}, as it is before any change."


def naming(plan: Plan, keyed: bool) -> Iterator[str]:
    """What outputs and their folders are called."""
    if plan.naming.patterns:
        yield from _patterns("A file", plan.naming.patterns, keyed)
        yield "A file whose name fits none of these is refused."
    elif plan.naming.default is not None:
        yield _by_default(plan.naming.default)
    else:
        yield "Files keep their names."
    if plan.naming.folders:
        yield from _patterns("A folder", plan.naming.folders, keyed)
        yield "A file in a folder whose name fits none of these is refused."
    else:
        yield "Folders keep their names."


def _by_default(template: Template) -> str:
    spare = template.fallbacks
    stands = "".join(f"; “{text}” stands for an empty {name}" for name, text in spare.items())
    needed = " or ".join(dict.fromkeys(name for name in template.names() if name not in spare))
    keeps = f"; where {needed} is empty, a file keeps its name" if needed else ""
    return f"Files are named “{template.bare}” after the new values of these fields{stands}{keeps}."


def _patterns(what: str, patterns: tuple[NamePattern, ...], keyed: bool) -> Iterator[str]:
    for pattern in patterns:
        fits = (
            f" whose name begins with a match of “{pattern.input_regex.pattern}”" if pattern.input_regex.pattern else ""
        )
        parts = []
        for name in dict.fromkeys(pattern.template.names()):
            action = pattern.groups.get(name)
            if action is not None:
                parts.append(f"{name} {action.describe(keyed)}")
            elif name in pattern.input_regex.groupindex:
                parts.append(f"{name} stays as it is")
            else:
                parts.append(f"{name} is the field's new value")
        parts += [f"“{text}” stands for an empty {name}" for name, text in pattern.template.fallbacks.items()]
        where = f", where {'; '.join(parts)}" if parts else ""
        yield f"{what}{fits} is named “{pattern.template.bare}”{where}."
