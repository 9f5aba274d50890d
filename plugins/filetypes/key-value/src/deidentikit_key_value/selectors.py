"""How rules name keys, and which token each rule reaches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs
from deidentikit.filetype import Named, Rank, RegexSelector, Selector, Step

from .jcamp import COMMENT, RECORD, same_label
from .tokens import Role, Token, Value

MARKERS: Final = ("#", ";", "//", COMMENT)
"""The names of comments."""

_INDEXED: Final = re.compile(r".*\.(?:0|[1-9][0-9]*)", re.DOTALL)
_UNFIT: Final = re.compile(r"[\x00-\x08\x0a-\x1f\ud800-\udfff]")


@attrs.frozen
class KeySelector(Selector):
    """A key, ``section.key``, either with an index; or what comments begin with."""

    name: str = attrs.field(kw_only=True)

    def reaches(self, names: Iterable[str], labels: bool) -> bool:
        """Whether it is one of a token's names; as labels of JCAMP-DX where `labels` is true."""
        if labels:
            return same_label(self.name) in map(same_label, names)
        return self.name in names


@attrs.frozen
class PatternSelector(RegexSelector):
    """All names that a pattern matches: the whole of them for ``*``, their start for a regex."""

    def reaches(self, names: Iterable[str], labels: bool) -> bool:
        """Whether it matches one of a token's names."""
        match = self.pattern.fullmatch if self.rank is Rank.WILDCARD else self.pattern.match
        return any(match(name) for name in names)


@attrs.frozen
class Hit:
    """A token that a step reaches, and the values that are its field.

    name : the token's full name
    """

    token: Token
    step: Step
    values: tuple[Value, ...]
    name: str


def compile_selector(named: Named) -> KeySelector | PatternSelector:
    """The selector for a rule. Raises ValueError for a name that no key can have."""
    if named.regex is not None:
        return PatternSelector.of(named.regex)
    name = (named.name or "").strip()
    if not name or _UNFIT.search(name):
        raise ValueError("a key is a text of one line that is not blank")
    if "*" in name:
        pattern = re.compile(".*".join(map(re.escape, name.split("*"))), re.DOTALL)
        return PatternSelector(name, Rank.WILDCARD, ("key-glob", name), pattern=pattern)
    rank = Rank.EXACT if "." in name.strip(".") else Rank.NAME
    return KeySelector(name, rank, ("key", name), insertable=_can_be_made(name), name=name)


def _can_be_made(name: str) -> bool:
    """Neither comments nor keys with an index are made; ``##`` begins a record of JCAMP-DX."""
    if name.startswith(RECORD):
        return len(name) > len(RECORD)
    return not name.startswith(MARKERS) and not _INDEXED.fullmatch(name)


def named_tokens(tokens: Iterable[Token]) -> Iterator[tuple[Token, list[str]]]:
    """The tokens that rules can reach, each with its names: its full name, then with indexes and others."""
    seen: dict[tuple[str, ...], int] = {}
    for token in tokens:
        if token.role is Role.ENTRY:
            keys = [token.key, *token.aliases]
            names: list[str] = []
            if token.section:
                index = _count(seen, (token.section, token.key))
                names += [f"{token.section}.{key}{tail}" for tail in ("", f".{index}") for key in keys]
            index = _count(seen, (token.key,))
            yield token, [*names, *(f"{key}{tail}" for tail in ("", f".{index}") for key in keys)]
        elif token.role is Role.COMMENT:
            index = _count(seen, (token.key,))
            yield token, [token.key, f"{token.key}.{index}"]


def _count(seen: dict[tuple[str, ...], int], key: tuple[str, ...]) -> int:
    """How many there were before."""
    index = seen.get(key, 0)
    seen[key] = index + 1
    return index


class _Names:
    """Names as plain texts, and as labels of JCAMP-DX; each with the number that came first."""

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._labels: dict[str, int] = {}

    def add(self, name: str, number: int) -> None:
        self._exact.setdefault(name, number)
        self._labels.setdefault(same_label(name), number)

    def find(self, names: Iterable[str], labels: bool) -> int | None:
        """The lowest number under any of the names."""
        if labels:
            found = [self._labels.get(same_label(name)) for name in names]
        else:
            found = [self._exact.get(name) for name in names]
        return min((number for number in found if number is not None), default=None)


class Matcher:
    """The steps of one section merged."""

    def __init__(self, steps: Sequence[Step], reads: Iterable[str]) -> None:
        self.steps = steps
        self.reads = {name: compile_selector(Named(name=name)) for name in reads}
        self._names = _Names()
        self._patterns: list[tuple[int, PatternSelector]] = []
        for number, step in enumerate(steps):
            if isinstance(step.selector, KeySelector):
                self._names.add(step.selector.name, number)
            elif isinstance(step.selector, PatternSelector):
                self._patterns.append((number, step.selector))

    def find(self, tokens: Iterable[Token], labels: bool) -> list[Hit]:
        """Every token that a step reaches, with the first step that does.

        labels : keys are labels of JCAMP-DX
        """
        hits = []
        for token, names in named_tokens(tokens):
            number = self._first(names, labels)
            part = None
            if token.named is not None:
                part = self._names.find(comment_names(token.named[0]), labels)
            if part is not None and (number is None or part <= number) and token.named is not None:
                hits.append(Hit(token, self.steps[part], (token.named[1],), token.named[0]))
            elif number is not None:
                hits.append(Hit(token, self.steps[number], token.values, names[0]))
        return hits

    def _first(self, names: Sequence[str], labels: bool) -> int | None:
        best = self._names.find(names, labels)
        for number, pattern in self._patterns:
            if best is not None and number > best:
                break
            if pattern.reaches(names, labels):
                return number
        return best


def comment_names(name: str) -> tuple[str, str]:
    """The names of a key within a comment, with a blank behind the marker and without."""
    return name, name.replace(" ", "", 1)


def reached(
    tokens: Iterable[Token], selector: KeySelector | PatternSelector, labels: bool
) -> Iterator[tuple[Token, tuple[Value, ...]]]:
    """The tokens that a name reaches, with the values it stands for."""
    for token, names in named_tokens(tokens):
        if selector.reaches(names, labels):
            yield token, token.values
        elif token.named is not None and isinstance(selector, KeySelector):
            key, value = token.named
            if selector.reaches(comment_names(key), labels):
                yield token, (value,)
