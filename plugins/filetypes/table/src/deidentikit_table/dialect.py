"""How a table is spelled: delimiter, quote, comment, encoding, header."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final

import attrs
from deidentikit.errors import FileError, suggest

MARK: Final = "\0"
"""Stands after each cell and each line end while a table is worked on. No table may hold it."""
LINE_ENDS: Final = ("\n", "\r\n", "\r")
UNENDED: Final = "\r\r"
"""Stands for the line end that the last row lacks."""
DELIMITERS: Final[Mapping[str, str]] = {
    "comma": ",",
    "tab": "\t",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
    "colon": ":",
    "\\t": "\t",
}
READERS: Final[Mapping[str, str]] = {"csv": ",", "tsv": "\t"}
LIKELY: Final = ",\t;|"
"""Delimiters that are looked for in the first row where the profile names none."""


@attrs.frozen(slots=False)
class Dialect:
    """What the options of a section say about a table's spelling.

    delimiter : one character, or None to find it in the first row
    quote : one character, or None where no cell is quoted
    comment : what begins a line that is no row, or None
    header : the first row names the columns; without, they have numbers from 1
    encoding : a codec's name, or None for UTF-8 unless a byte order mark says otherwise
    skip_rows : lines before the table
    missing : texts that count as an empty cell
    """

    delimiter: str | None = ","
    quote: str | None = '"'
    comment: str | None = None
    header: bool = True
    encoding: str | None = None
    skip_rows: int = 0
    missing: frozenset[str] = frozenset()

    @classmethod
    def of(cls, options: Mapping[str, object], section: str) -> Dialect:
        """From a section's options. Raises ValueError for what does not go together."""
        reader = options.get("reader")
        delimiter = options.get("delimiter")
        if reader is not None and section != "table":
            raise ValueError(f"'reader' is for the section 'table'; {section} says it already")
        if reader is not None and delimiter is not None:
            raise ValueError("'reader' and 'delimiter' both say what parts the cells; leave one out")
        made = cls(
            delimiter=READERS[str(reader)] if reader is not None else _delimiter(delimiter),
            quote=_quote(str(options.get("quote", '"'))),
            comment=None if options.get("comment") is None else str(options["comment"]),
            header=options.get("header", True) is not False,
            encoding=_encoding(options.get("encoding")),
            skip_rows=int(str(options.get("skip-rows", 0))),
            missing=_texts(options.get("missing", ())),
        )
        if made.quote is not None and made.quote == made.delimiter:
            raise ValueError("the delimiter cannot be the quote as well")
        if made.comment is not None and (not made.comment or set(made.comment) & {"\r", "\n", MARK, made.quote}):
            raise ValueError("a comment begins with one or more characters that are neither quotes nor line ends")
        return made

    @cached_property
    def quoted_cell(self) -> re.Pattern[str]:
        """Matches a cell that is quoted from end to end, quotes within it doubled."""
        quote = re.escape(self.quote or '"')
        return re.compile(f"{quote}(?:[^{quote}]|{quote}{quote})*+{quote}")

    def in_row(self, first_row: str) -> Dialect:
        """With the delimiter that stands in the first row, outside quotes, where none is given.

        Raises FileError (``delimiter``) if several could be it.
        """
        if self.delimiter is not None:
            return self
        found = [char for char in LIKELY if char in outside_quotes(first_row, self.quote)]
        if len(found) > 1:
            raise FileError("delimiter", "the first row holds several likely delimiters; say which with `delimiter`")
        return attrs.evolve(self, delimiter=found[0] if found else ",")


def outside_quotes(text: str, quote: str | None) -> str:
    """What of a text stands outside quotes."""
    return text if quote is None else "".join(text.split(quote)[::2])


def _delimiter(option: object) -> str | None:
    if option is None:
        return None
    text = str(option)
    char = DELIMITERS.get(text.lower(), text)
    if len(char) != 1 or char in "\r\n\0":
        raise ValueError(
            f"the delimiter is one character, or one of {', '.join(DELIMITERS)}.{suggest(text, DELIMITERS)}"
        )
    return char


def _quote(text: str) -> str | None:
    if text == "none":
        return None
    if len(text) != 1 or text in "\r\n\0":
        raise ValueError("the quote is one character, or 'none'")
    return text


def _encoding(option: object) -> str | None:
    if option is None:
        return None
    try:
        info = codecs.lookup(str(option))
        "".encode(info.name)  # a codec between bytes and bytes raises LookupError here
    except (LookupError, ValueError, UnicodeError):
        raise ValueError("the encoding is unknown; some are utf-8, utf-16, latin-1, cp1252, shift_jis") from None
    return "utf-8" if info.name == "utf-8-sig" else info.name


def _texts(option: object) -> frozenset[str]:
    return frozenset((option,) if isinstance(option, str) else option if isinstance(option, list | tuple) else ())
