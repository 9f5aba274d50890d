"""Ready-made validators for what stands in one place of a profile."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import attrs
import strictyaml
from strictyaml.yamllocation import YAMLChunk

from ..errors import suggest
from ..kinds import TIMESTAMP, date_format
from ..regex import compile_regex
from .json_values import JsonSchema, number, scalar, switch, words

_TRUE: Final = frozenset({"true", "yes", "on"})
_FALSE: Final = frozenset({"false", "no", "off"})
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)


class Scalar(strictyaml.ScalarValidator):  # type: ignore[misc]
    """A validator of one text. Subclasses are ``attrs.frozen`` and define `expected` and `parse`."""

    @property
    def expected(self) -> str:
        """What is allowed, to follow the word "expected"."""
        raise NotImplementedError

    def parse(self, text: str) -> object:
        """The value that `text` spells. Raises ValueError, with a message for the author or none."""
        raise NotImplementedError

    def json_schema(self) -> JsonSchema:
        """What editors check and complete by (JSON Schema, draft 2020-12); any one value if not overridden.

        It has to take all that `parse` takes, in each form that `json_values` tells of, and should
        refuse as much as it can of the rest.
        """
        return scalar()

    def validate_scalar(self, chunk: YAMLChunk) -> object:
        try:
            return self.parse(str(chunk.contents))
        except ValueError:
            chunk.expecting_but_found(f"when expecting {self.expected}")
            raise


@attrs.frozen
class Yes(Scalar):
    """``true``, ``yes`` or ``on`` as True. A false one is an error: leave the key out instead.

    remedy : what to write in place of anything else, for messages
    """

    remedy: str = ""

    @property
    def expected(self) -> str:
        return "true, yes or on"

    def json_schema(self) -> JsonSchema:
        return switch(True)

    def parse(self, text: str) -> bool:
        if text.lower() in _TRUE:
            return True
        if text.lower() in _FALSE:
            raise ValueError("this cannot be switched off; take the line out instead")
        raise ValueError(self.remedy)


@attrs.frozen
class YesNo(Scalar):
    """``true``, ``yes``, ``on`` as True; ``false``, ``no``, ``off`` as False."""

    @property
    def expected(self) -> str:
        return "yes or no (true, false, on, off)"

    def json_schema(self) -> JsonSchema:
        return switch()

    def parse(self, text: str) -> bool:
        if text.lower() in _TRUE:
            return True
        if text.lower() in _FALSE:
            return False
        raise ValueError


@attrs.frozen
class Text(Scalar):
    """Any text, as it stands.

    blank : it may be empty
    """

    blank: bool = True

    @property
    def expected(self) -> str:
        return "a text" if self.blank else "a text that is not empty"

    def json_schema(self) -> JsonSchema:
        return scalar(blank=self.blank)

    def parse(self, text: str) -> str:
        if not text and not self.blank:
            raise ValueError
        return text


@attrs.frozen
class Whole(Scalar):
    """A whole number as `int`, within bounds that are both allowed."""

    low: int | None = None
    high: int | None = None

    @property
    def expected(self) -> str:
        if self.low is not None and self.high is not None:
            return f"a whole number from {self.low} to {self.high}"
        if self.low is not None:
            return f"a whole number from {self.low} on"
        return "a whole number" if self.high is None else f"a whole number up to {self.high}"

    def json_schema(self) -> JsonSchema:
        return number(pattern="[+-]?[0-9]{1,18}", whole=True, low=self.low, high=self.high)

    def parse(self, text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise ValueError
        number = int(text)
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise ValueError
        return number


@attrs.frozen
class Number(Scalar):
    """A number as `Decimal`, with a point for a fraction."""

    @property
    def expected(self) -> str:
        return "a number, such as 2 or 2.5"

    def json_schema(self) -> JsonSchema:
        return number(pattern=r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")

    def parse(self, text: str) -> Decimal:
        if not _NUMBER.fullmatch(text):
            raise ValueError
        return Decimal(text)


@attrs.frozen(init=False)
class OneOf(Scalar):
    """One of some words, spelled exactly so."""

    choices: tuple[str, ...]

    def __init__(self, *choices: str) -> None:
        self.__attrs_init__(choices)

    @property
    def expected(self) -> str:
        return "one of " + ", ".join(self.choices)

    def json_schema(self) -> JsonSchema:
        return words(self.choices)

    def parse(self, text: str) -> str:
        if text in self.choices:
            return text
        raise ValueError(suggest(text, self.choices).strip())


@attrs.frozen
class RegexText(Scalar):
    """A regular expression, as a compiled pattern."""

    @property
    def expected(self) -> str:
        return "a regular expression"

    def parse(self, text: str) -> re.Pattern[str]:
        return compile_regex(text)


@attrs.frozen
class DateFormatText(Scalar):
    """A `strptime` format, or the word ``timestamp``, as a text.

    Actions on dates take it for ``date-format`` and ``datetime-format``, so that one key of a section holds for all.
    """

    @property
    def expected(self) -> str:
        return f"a date format such as %Y-%m-%d, or {TIMESTAMP}"

    def json_schema(self) -> JsonSchema:
        return {"anyOf": [{"enum": [TIMESTAMP]}, {"type": "string", "pattern": "%[Yy]"}]}

    def parse(self, text: str) -> str:
        if text != TIMESTAMP:
            date_format(text)
        return text
