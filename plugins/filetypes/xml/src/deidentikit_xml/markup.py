"""The text of XML markup: start tags, runs of text, references, and how new text is spelled."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from deidentikit.errors import FileError

START_TAG: Final = re.compile(  # no possessive group: Python before 3.11.5 loses its place where one fails
    r"""\A<[^\s/>]+ (?P<attributes> (?: \s+ [^\s=/>]+ \s*=\s* (?:"[^"]*"|'[^']*') )* ) (?P<tail> \s* /?>)""",
    re.VERBOSE,
)
ATTRIBUTE: Final = re.compile(
    r"""\s+ (?P<name>[^\s=/>]+) \s*=\s* (?P<quote>["']) (?P<value>.*?) (?P=quote)""", re.X | re.S
)
CDATA: Final = re.compile(r"<!\[CDATA\[(?P<text>.*?)\]\]>", re.DOTALL)
TARGET: Final = re.compile(r"\A<\?[^\s?]+\s*")
BETWEEN: Final = re.compile(
    r"""<!\[CDATA\[(?P<cdata>.*?)\]\]> | <!--.*?--> | <\?.*?\?> | <(?:[^"'>]|"[^"]*"|'[^']*')*+>""", re.X | re.S
)
_REFERENCE: Final = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<decimal>[0-9]+)|(?P<name>[^;]*));")
_PREDEFINED: Final = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}
_NO_CHARACTER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END: Final = re.compile("\r\n?")
_ATTRIBUTE_SPACE: Final = re.compile("\r\n|[\t\n\r]")


class Attribute(NamedTuple):
    """An attribute in its start tag, by offsets in bytes.

    lead : where the white space before it begins
    start, end : its value between the quotes
    spelled : the value as it stands there
    """

    name: str
    lead: int
    start: int
    end: int
    quote: str
    spelled: str

    @property
    def value(self) -> str:
        """The value as a reader of XML has it."""
        return resolved(_ATTRIBUTE_SPACE.sub(" ", self.spelled))


class Run(NamedTuple):
    """An unbroken run of text, or a CDATA section.

    start, end : of what is within, in bytes
    text : what a reader of XML has for it
    """

    start: int
    end: int
    is_cdata: bool
    text: str


def plain(text: str) -> str:
    """Text with the line ends that a reader of XML has (XML 1.0, 2.11)."""
    return _LINE_END.sub("\n", text) if "\r" in text else text


def resolved(text: str) -> str:
    """Text with its references resolved. Raises FileError (``entities``) for those the file must declare."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match["hex"]:
        return chr(int(match["hex"], 16))
    if match["decimal"]:
        return chr(int(match["decimal"]))
    found = _PREDEFINED.get(match["name"])
    if found is None:
        raise FileError("entities", "a value refers to an entity that the file does not declare")
    return found


def unfit(text: str) -> str | None:
    """Why no XML file can hold a text, or None."""
    if _NO_CHARACTER.search(text):
        return "the text holds a control character, or another that XML cannot hold"
    return None


def escaped(text: str, quote: str = "") -> str:
    """Text as it is spelled between tags; with `quote`, in an attribute within such quotes."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("\r", "&#13;")
    if not quote:
        return text.replace(">", "&gt;")
    text = text.replace("\t", "&#9;").replace("\n", "&#10;")
    return text.replace(quote, "&quot;" if quote == '"' else "&apos;")


def in_cdata(text: str) -> str:
    """Text as it is spelled within a CDATA section, which is interrupted for what it cannot hold."""
    return text.replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")


def unfit_for_comment(text: str) -> str | None:
    """Why no comment can hold a text, or None."""
    if "--" in text or text.endswith("-") or "\r" in text:
        return "a comment holds neither '--' nor a carriage return, nor does it end with '-'"
    return None


def unfit_for_instruction(text: str) -> str | None:
    """Why no processing instruction can hold a text, or None."""
    if "?>" in text or "\r" in text or text[:1].isspace():
        return "a processing instruction holds neither '?>' nor a carriage return, nor does it begin with a space"
    return None
