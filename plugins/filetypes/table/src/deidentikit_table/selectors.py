"""How rules name the columns of a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs
from deidentikit.errors import FileError
from deidentikit.filetype import Named, Rank, RegexSelector, Selector, Step

from .dialect import Dialect

MAX_COLUMN = 1 << 20


@attrs.frozen
class NameSelector(Selector):
    """Names the column of a header."""

    header: str = attrs.field(kw_only=True)

    def path(self, number: int) -> str:
        """What a message calls the column."""
        return self.header


@attrs.frozen
class NumberSelector(Selector):
    """Names a column of a table without header by its number, from 1."""

    number: int = attrs.field(kw_only=True)

    def path(self, number: int) -> str:
        """What a message calls the column."""
        return f"column {number}"


@attrs.frozen
class HeaderSelector(RegexSelector):
    """Names the columns whose header a regular expression matches from its start."""

    def path(self, number: int) -> str:
        """What a message calls the column: a header that is no word of the profile may be a value of the file."""
        return f"column {number}"


ColumnSelector = NameSelector | NumberSelector | HeaderSelector


def header_name(text: str) -> str:
    """A header as names are compared with it: composed (NFC), without white space around it."""
    return unicodedata.normalize("NFC", text).strip()


def compile_selector(named: Named, dialect: Dialect) -> ColumnSelector:
    """The selector for a rule. Raises ValueError."""
    if named.regex is not None:
        if not dialect.header:
            raise ValueError("a regex is matched with headers, and `header` is no; name columns by number, from 1")
        return HeaderSelector.of(named.regex)
    name = header_name(named.name or "")
    if not name:
        raise ValueError("a rule needs the name of a column, or a regex")
    if dialect.header:
        return NameSelector(name, Rank.NAME, ("name", name), header=name)
    if not re.fullmatch(r"[1-9][0-9]{0,6}", name, re.ASCII) or int(name) > MAX_COLUMN:
        raise ValueError(f"{name!r}: `header` is no, so columns are named by their numbers, from 1")
    return NumberSelector(name, Rank.NAME, ("number", int(name)), number=int(name))


@attrs.frozen
class Columns:
    """The columns of one table.

    width : how many there are
    steps : for each column that a step reaches its index, what messages call it, and the first such step
    reads : the index of each column that is read by name; None where there is no such column
    """

    width: int
    steps: Sequence[tuple[int, str, Step]]
    reads: Mapping[str, int | None]


class Matcher:
    """The steps of one section, and the names of columns that are read besides."""

    def __init__(self, steps: Sequence[Step], reads: Iterable[str], dialect: Dialect) -> None:
        """Raises ValueError for a name that cannot be."""
        self._selectors = [(_column_selector(step.selector), step) for step in steps]
        self._reads = {name: compile_selector(Named(name=name), dialect) for name in reads}

    @property
    def is_idle(self) -> bool:
        """No column is asked for."""
        return not self._selectors and not self._reads

    def columns(self, headers: Sequence[str] | None, width: int) -> Columns:
        """What the steps reach in a table of these headers, or of so many columns without."""
        names = None if headers is None else [header_name(text) for text in headers]
        reached = [(at, *found) for at in range(width) if (found := self._first(names, at)) is not None]
        reads = {
            name: next((at for at in range(width) if _reaches(selector, names, at)), None)
            for name, selector in self._reads.items()
        }
        return Columns(width, reached, reads)

    def _first(self, names: Sequence[str] | None, at: int) -> tuple[str, Step] | None:
        for selector, step in self._selectors:
            if _reaches(selector, names, at):
                return selector.path(at + 1), step
        return None


def check_headers(headers: Sequence[str], row: int) -> None:
    """Raise FileError (``duplicate-header``) if two columns have one name."""
    first: dict[str, int] = {}
    for number, name in enumerate(map(header_name, headers), 1):
        if name and first.setdefault(name, number) != number:
            raise FileError("duplicate-header", f"row {row}: columns {first[name]} and {number} have the same header")


def listed_names(headers: Sequence[str] | None, width: int) -> Iterator[tuple[int, str]]:
    """The columns that a profile can name, each with its index."""
    for at in range(width):
        name = str(at + 1) if headers is None else header_name(headers[at])
        if name:
            yield at, name


def _column_selector(selector: Selector) -> ColumnSelector:
    if not isinstance(selector, ColumnSelector):
        raise TypeError("the selector is not of this file type")
    return selector


def _reaches(selector: ColumnSelector, names: Sequence[str] | None, at: int) -> bool:
    if isinstance(selector, NumberSelector):
        return selector.number == at + 1
    if names is None:
        return False
    if isinstance(selector, NameSelector):
        return selector.header == names[at]
    return selector.pattern.match(names[at]) is not None
