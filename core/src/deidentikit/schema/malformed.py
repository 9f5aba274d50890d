"""Why the lines of a profile cannot be parsed, in words for their author."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import attrs

_LEAD: Final = re.compile(r"[ ]*(?:- +)*")
_QUOTED: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_COMMENT: Final = re.compile(r"(?:^|\s)#.*$")
_KEY: Final = re.compile(r"([\w-]+)\s*:(?:\s+(.*))?$")
_NO_SPACE_BEHIND_KEY: Final = re.compile(r"([\w-]+):[^\s:/]\S*$")
_NO_SPACE_BEHIND_DASH: Final = re.compile(r" *-([A-Za-z][\w-]*)\s*:")
_NO_COLON: Final = re.compile(r"([A-Za-z_-]{1,32})(?:\s+[^:]*)?$")
_FIT: Final = (
    "this line does not fit the block it stands in: check the indentation, the ':' behind"
    " each key and the '- ' before each entry, here and in the line above"
)


@attrs.frozen
class _Line:
    """A line of the profile, its comment and what stands in quotes taken out.

    number : counted from 1
    """

    number: int
    text: str

    @property
    def lead(self) -> str:
        """The spaces and dashes before its first key or text."""
        found = _LEAD.match(self.text)
        return "" if found is None else found[0]

    @property
    def body(self) -> str:
        return self.text[len(self.lead) :].rstrip()

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))

    @property
    def is_entry(self) -> bool:
        """It begins an entry of a list."""
        return "-" in self.lead

    @property
    def key(self) -> str:
        found = _KEY.match(self.body)
        return "" if found is None else found[1]

    @property
    def has_value(self) -> bool:
        found = _KEY.match(self.body)
        return found is not None and bool(found[2])


def misfit(lines: Sequence[str], at: int) -> tuple[int, str]:
    """The line, counted from 1, that keeps line `at`, counted from 0, from being parsed; and what to do."""
    here = _line(lines, at)
    earlier = [line for number in range(at) if (line := _line(lines, number)).body]
    above = earlier[-1] if earlier else None
    for line in (here,) if above is None else (here, above):
        if message := _missing_sign(line):
            return line.number, message
    if len(re.findall(r":(?:\s|$)", here.text)) > 1:
        return here.number, "a second ': ' stands in this line; put quotes around a text that holds ': '"
    if above is None:
        return here.number, _FIT
    return here.number, _misplaced(here, above, earlier)


def _missing_sign(line: _Line) -> str:
    """A space or a colon that is not there."""
    if found := _NO_SPACE_BEHIND_DASH.match(line.text):
        return f"a space is missing behind the '-': write '- {found[1]}:'"
    if found := _NO_SPACE_BEHIND_KEY.match(line.body):
        return f"a space is missing behind the ':': write '{found[1]}: ' and then the value"
    if found := _NO_COLON.match(line.body):
        return f"a ':' is missing behind {found[1]!r}: write '{found[1]}:'"
    return ""


def _misplaced(here: _Line, above: _Line, earlier: Sequence[_Line]) -> str:
    """What the indentation should be."""
    if here.is_entry:
        beside = next((line for line in reversed(earlier) if line.is_entry), None)
        if beside is not None and beside.indent != here.indent:
            return (
                f"the '-' stands behind {_spaces(here.indent)}, that of line {beside.number} behind {beside.indent};"
                " indent all entries of a list alike"
            )
        return "a list begins here without a key; write a key above it, such as 'fields:'"
    column = len(above.lead)
    if above.has_value and above.indent <= here.indent != column:
        return (
            f"this line is indented by {_spaces(here.indent)}; to belong beside {above.key!r} of line {above.number}"
            f" it needs {column}"
        )
    columns = {len(line.lead) for line in earlier}
    if here.indent not in columns:
        return (
            f"this line is indented by {_spaces(here.indent)}, like no line above it;"
            " indent it exactly like the lines that it belongs beside"
        )
    return _FIT


def _spaces(count: int) -> str:
    return f"{count} space{'s' * (count != 1)}"


def _line(lines: Sequence[str], at: int) -> _Line:
    text = lines[at] if at < len(lines) else ""
    return _Line(at + 1, _COMMENT.sub("", _QUOTED.sub("''", text)))
