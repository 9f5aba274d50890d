"""From the text of a profile to its first node; what YAML itself refuses becomes one problem."""

from __future__ import annotations

import re
from typing import Final

import strictyaml
from strictyaml import exceptions as refusals
from strictyaml import ruamel
from strictyaml.parser import StrictYAMLLoader

from ..errors import Problem
from .malformed import misfit
from .tree import SECRETS, Node, Report

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEFORE_FLOW: Final = re.compile(r"(?P<indent>[\s-]*)(?:(?P<key>[^\s:#-][^:#]*):\s+)?")
_ODD_SPACE: Final = re.compile("^[ -]*([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])", re.MULTILINE)
_REGEX_KEY: Final = re.compile(r"\bregex:\s*$")
_SCALAR_END: Final = re.compile(r"\s+#.*$")
_MAX_SHOWN: Final = 12


class _Block(StrictYAMLLoader):  # type: ignore[misc]
    """strictyaml's loader as `strictyaml.load` sets it up, without the deep copies it makes of the result."""

    label = "profile"
    allow_flow_style = False


class _Flow(_Block):
    """The same for a line that is to be shown in block form."""

    allow_flow_style = True


def parse(text: str, report: Report) -> Node | None:
    """The whole profile as a node, or None after reporting why it is no strict YAML."""
    if not text.strip():
        report.problems.append(Problem(0, "", "the profile is empty; write at least one section, such as 'dicom:'"))
        return None
    if forbidden := _FORBIDDEN.search(text):
        line = text.count("\n", 0, forbidden.start()) + 1
        message = f"the character U+{ord(forbidden[0]):04X} is not allowed in a profile; take it out"
        report.problems.append(Problem(line, "", message))
        return None
    if odd := _ODD_SPACE.search(text):
        line = text.count("\n", 0, odd.start(1)) + 1
        message = f"a space of another kind (U+{ord(odd[1]):04X}) stands before this line's text; use ordinary spaces"
        report.problems.append(Problem(line, "", message))
        return None
    try:
        raw = ruamel.load(text, Loader=_Block)
    except strictyaml.YAMLError as error:
        report.problems.append(_refusal(error, text))
        return None
    except RecursionError:
        report.problems.append(Problem(0, "", "the profile is nested too deeply"))
        return None
    node = Node(raw, 1, "", report)
    if node.is_text:
        node.problem("found plain text, expected sections such as 'dicom:', each on a line of its own")
        return None
    if isinstance(raw, list):
        node.problem("found a list, expected sections such as 'dicom:', each on a line of its own")
        return None
    return node


def _refusal(error: strictyaml.YAMLError, text: str) -> Problem:
    """What YAML refuses, in words for the author. Marks of parse errors are plain and cheap."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    begun = getattr(error, "context_mark", None)
    lines = text.splitlines()
    if isinstance(error, refusals.DuplicateKeysDisallowed):
        line = error.context_mark.line
        key = str(error.problem).removeprefix("Duplicate key '").removesuffix("' found")
        return Problem(
            line + 1, "", f"the key {key!r} stands here a second time; take one out, or put both blocks into one"
        )
    if isinstance(error, refusals.InconsistentIndentationDisallowed):
        message = (
            "this block is not indented by as many spaces as its neighbours; indent each level by the same number,"
            " such as 2"
        )
        return Problem(error.context_mark.line + 1, "", message)
    if isinstance(error, refusals.FlowMappingDisallowed):
        return Problem(error.context_mark.line + 1, "", _flow(text, error.context_mark.line, error.context_mark.column))
    if isinstance(error, refusals.TagTokenDisallowed):
        line = error.problem_mark.line
        return Problem(line + 1, "", "a value beginning with '!' is not used here; put quotes around a text")
    if isinstance(error, refusals.AnchorTokenDisallowed):
        line = error.context_mark.line
        return Problem(line + 1, "", "a value beginning with '&' is not used here; put quotes around a text")
    if mark is None:
        return Problem(0, "", f"this is not YAML: {error.problem}")
    if begun is not None and "quoted scalar" in str(error.context):
        return _unclosed(str(error.problem or ""), begun.line, mark.line)
    return _malformed(str(error.problem or ""), mark.line, mark.column, lines)


def _unclosed(problem: str, begun: int, at: int) -> Problem:
    """What goes wrong between quotes."""
    if "escape" in problem:
        message = "a backslash stands between double quotes; use single quotes for regular expressions"
        return Problem(at + 1, "", message)
    return Problem(begun + 1, "", "a quote is opened in this line and never closed")


def _malformed(problem: str, at: int, column: int, lines: list[str]) -> Problem:
    """What cannot be parsed at all."""
    line = lines[at] if at < len(lines) else ""
    rest = line[column:]
    if "alias" in problem:
        message = "a value beginning with '*' needs quotes, such as '*.dcm'"
        if _REGEX_KEY.search(line[:column]):
            message = "a value beginning with '*' needs quotes; in a regular expression any text is '.*', not '*'"
    elif "\\t" in problem or rest.startswith("\t") or "\t" in line[: len(line) - len(line.lstrip())]:
        message = "a tab stands here; indent with spaces"
    elif "cannot start any token" in problem and rest[:1] in ("@", "`", "%"):
        message = f"a value beginning with {rest[:1]!r} needs quotes"
    elif "document start" in problem:
        message = "a line beginning with '%' is not used here; put quotes around a text"
    elif "mapping values" in problem or "<block end>" in problem or "could not find expected ':'" in problem:
        number, message = misfit(lines, at)
        return Problem(number, "", message)
    elif "for merging" in problem:
        message = "'<<' is not used here; write the keys out"
    elif "another document" in problem:
        message = "a second document begins here; a profile is one document, without '---' within"
    else:
        message = f"this is not YAML: {problem}"
    return Problem(at + 1, "", message)


def _flow(text: str, at: int, column: int) -> str:
    """How to write in block form what stands in flow style, shown on the author's own lines."""
    line = text.splitlines()[at]
    rest = line[column:]
    if rest.startswith("{") and "}" in rest and ":" not in rest and not rest[1:].lstrip().startswith("}"):
        return "a text beginning with '{' needs quotes, such as '{x}.dcm'"
    said = "lists and blocks in [] or {} are not used here"
    before = _BEFORE_FLOW.fullmatch(line[:column])
    value = _one_flow(rest)
    if value is None or before is None or _bare(before["key"]) in SECRETS:
        return f"{said}; write each entry on a line of its own, behind '- ' (lists) or as 'key: value' (blocks)"
    key = before["key"]
    if not value and key is None:
        return f"{said}; take out what holds nothing"
    if not value:
        if isinstance(value, list):
            return f"{said}; write {key}: '' for an empty text, or take {key!r} out, which holds nothing"
        return f"{said}; write '{key}:' with nothing behind it"
    indent = " " * len(before["indent"])
    if key is None:
        shown = _block(value, indent)
        shown[0] = before["indent"] + shown[0].lstrip()
    else:
        shown = [f"{before['indent']}{key}:", *_block(value, indent + "  ")]
    if len(shown) > _MAX_SHOWN:
        shown = [*shown[:_MAX_SHOWN], f"{indent}  ..."]
    return "\n".join([f"{said}; write", *shown])


def _bare(key: str | None) -> str:
    return "" if key is None else key.strip("\"' ")


def _one_flow(rest: str) -> list[object] | dict[object, object] | None:
    """The collection that a line's rest spells in flow style, if it does so alone."""
    try:
        value = ruamel.load(_SCALAR_END.sub("", rest), Loader=_Flow)
    except strictyaml.YAMLError:
        return None
    return value if isinstance(value, (list, dict)) else None


def _block(value: object, indent: str) -> list[str]:
    """A collection in block form."""
    out: list[str] = []
    pairs = value.items() if isinstance(value, dict) else [(None, item) for item in value]  # type: ignore[attr-defined]
    for key, item in pairs:
        lead = "- " if key is None else f"{key}:"
        if isinstance(item, (dict, list)) and item:
            inner = _block(item, indent + "  ")
            if key is None:
                out += [indent + lead + inner[0].lstrip(), *inner[1:]]
            else:
                out += [indent + lead, *inner]
        else:
            hidden = "..." if key in SECRETS else _quoted(str(item))
            out.append(f"{indent}{lead}{hidden}" if key is None else f"{indent}{lead} {hidden}")
    return out


def _quoted(text: str) -> str:
    """A text with quotes where YAML asks for them."""
    plain = re.fullmatch(r"[\w./\\^$+(][^:#]*", text) is not None
    return text if plain else "'" + text.replace("'", "''") + "'"
