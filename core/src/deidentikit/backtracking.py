"""How long a regular expression can take: refuses exponential ones, estimates the degree of others.

The engine of `re` backtracks and cannot be stopped. A pattern is read as a row of atoms, each a set
of characters with the ways it can stretch. A part that stretches is settled where a part that has
to follow shares no character with it; parts that are not settled multiply their choices.
"""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found, unused-ignore]
import re._parser as parser  # type: ignore[import-not-found, unused-ignore]
from collections.abc import Iterable, Sequence
from math import comb
from typing import Any, Final

import attrs

MAX_WAYS: Final = 2**28
"""The ways to match a text that may be tried."""

_ASCII: Final = 128
_MANY: Final = 16
"""A bounded repeat beyond this counts as unbounded."""
_LONG_NAME: Final = 64
"""Characters of a text that a repeat of loops has to be done with."""

_SAMPLES: Final = [chr(code) for code in range(_ASCII)] + ["\u0663", "\u2003", "\u00e9", "\u00a7"]
"""One bit for each ASCII character, then one each for the digits, spaces, letters and others beyond."""
_ALL: Final = (1 << len(_SAMPLES)) - 1
_BEYOND: Final = _ALL & ~((1 << _ASCII) - 1)


def _matching(pattern: str) -> int:
    found = re.compile(pattern)
    return sum(1 << bit for bit, sample in enumerate(_SAMPLES) if found.match(sample))


_CATEGORIES: Final = {
    sre.CATEGORY_DIGIT: _matching(r"\d"),
    sre.CATEGORY_SPACE: _matching(r"\s"),
    sre.CATEGORY_WORD: _matching(r"\w"),
    sre.CATEGORY_NOT_DIGIT: _matching(r"\D"),
    sre.CATEGORY_NOT_SPACE: _matching(r"\S"),
    sre.CATEGORY_NOT_WORD: _matching(r"\W"),
}
_LETTERS_BEYOND: Final = _CATEGORIES[sre.CATEGORY_WORD] & ~_CATEGORIES[sre.CATEGORY_DIGIT] & _BEYOND
_REPEATS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


@attrs.frozen
class _Atom:
    """A part of a pattern.

    chars : what it can match, one bit per ASCII character and one for all others
    needed : it can fail to match: it needs a character, an end, or what it looks for
    varies : it can match in more than one length
    degree : unsettled loops within it
    choices : its alternatives do not exclude each other
    uneven : its alternatives differ in length, so that what comes before it can end in more than one place
    ways : to match one text with its bounded parts, at most; counted no further than `MAX_WAYS` and one
    """

    chars: int
    needed: bool = True
    varies: bool = False
    degree: int = 0
    choices: bool = False
    uneven: bool = False
    ways: int = 1

    def overlaps(self, other: _Atom) -> bool:
        return bool(self.chars & other.chars)


class ExponentialError(ValueError):
    """A repeat of the pattern can match the same text in ever more ways."""


def degree(pattern: re.Pattern[str]) -> int:
    """The power of the text's length that the time to match it can grow with.

    Raises `ExponentialError` where no power bounds it.
    """
    tree = parser.parse(pattern.pattern, pattern.flags)
    atoms = _row(tree, bool(pattern.flags & re.IGNORECASE))
    while atoms and not atoms[-1].needed and not atoms[-1].degree > 1:
        atoms = atoms[:-1]  # nothing follows that could fail
    return max(1, _chain(atoms))


def bounded(length: int, power: int) -> bool:
    """Whether a text of this length may be matched with a pattern of this degree."""
    return comb(length + power, power) <= MAX_WAYS


def _row(items: Iterable[tuple[Any, Any]], fold: bool) -> list[_Atom]:
    """The atoms of a sequence."""
    out: list[_Atom] = []
    for kind, argument in items:
        if kind in _REPEATS:
            low, high, body = argument
            out += _repeat(low, high, body, fold)
        elif kind is sre.SUBPATTERN:
            group_fold = bool((fold or argument[1] & re.IGNORECASE) and not argument[2] & re.IGNORECASE)
            out += _row(argument[3], group_fold)
        elif kind is sre.ATOMIC_GROUP:
            out += _row(argument, fold)
        elif kind is sre.BRANCH:
            out.append(_branch(argument[1], fold))
        elif kind is sre.GROUPREF_EXISTS:
            out.append(_branch([option or () for option in argument[1:]], fold))
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            ahead = _row(argument[1], fold)
            out.append(_Atom(_ALL, varies=True, degree=_chain(ahead), ways=_ways(ahead)))
        elif kind is sre.AT:
            if argument in (sre.AT_END, sre.AT_END_STRING):
                out.append(_Atom(0))
        elif kind is sre.GROUPREF:
            out.append(_Atom(_ALL, varies=True))
        else:
            out.append(_Atom(_characters(kind, argument, fold)))
    return out


def _repeat(low: int, high: int, body: Any, fold: bool) -> list[_Atom]:
    atoms = _row(body, fold)
    if high == 1:
        return _optional(atoms) if not low else atoms
    inner = _chain(atoms)
    turn = _ways(atoms)
    union = 0
    for atom in atoms:
        union |= atom.chars
    many = high > _MANY
    if _turns_settle(atoms):
        ways = turn if many else turn * (high - low + 1)
    elif many:
        raise ExponentialError
    else:
        ways = turn**high * (high - low + 1)
        if ways > MAX_WAYS or not bounded(_LONG_NAME, inner * high):
            raise ExponentialError
    return [
        _Atom(
            union,
            needed=low > 0 and any(atom.needed for atom in atoms),
            varies=low != high or any(atom.varies for atom in atoms),
            degree=inner + (low != high) if many else inner * high,
            choices=any(atom.choices for atom in atoms) or (not many and any(atom.varies for atom in atoms)),
            uneven=any(atom.uneven for atom in atoms),
            ways=min(ways, MAX_WAYS + 1),
        )
    ]


def _optional(atoms: Sequence[_Atom]) -> list[_Atom]:
    """The atoms, which are there or not: one choice for all of them."""
    return [
        attrs.evolve(atom, needed=False, varies=True, ways=atom.ways if at else min(2 * atom.ways, MAX_WAYS + 1))
        for at, atom in enumerate(atoms)
    ]


def _turns_settle(atoms: Sequence[_Atom]) -> bool:
    """Whether each atom settles before one like it comes round, if they are repeated."""
    if any(atom.choices for atom in atoms):
        return False
    for at, atom in enumerate(atoms):
        if atom.varies:
            following = [*atoms[at + 1 :], *atoms[: at + 1]]
            if len(atoms) == 1 or not _settles(atom, following):
                return False
    return True


def _settles(atom: _Atom, following: Iterable[_Atom]) -> bool:
    """Whether something has to follow that cannot be part of the atom, before anything that could be."""
    for other in following:
        if not other.overlaps(atom):
            if other.needed:
                return True
        elif other.varies or other.uneven:
            return False
    return False


def _chain(atoms: Sequence[_Atom]) -> int:
    """The power that a row grows with: what is not settled tries all that follows once more each time."""
    power = 0
    for at in range(len(atoms) - 1, -1, -1):
        atom = atoms[at]
        settled = _settles(atom, atoms[at + 1 :])
        power = max(power, atom.degree) if settled else power + atom.degree
    return power


def _ways(atoms: Sequence[_Atom]) -> int:
    """The ways to match one text with the bounded parts of a row: they multiply where they are not settled."""
    ways = 1
    for at in range(len(atoms) - 1, -1, -1):
        atom = atoms[at]
        settled = _settles(atom, atoms[at + 1 :])
        ways = max(ways, atom.ways) if settled else min(ways * atom.ways, MAX_WAYS + 1)
    return ways


def _branch(alternatives: Sequence[Any], fold: bool) -> _Atom:
    options = [_row(option, fold) for option in alternatives]
    lengths = {option.getwidth() if option else (0, 0) for option in alternatives}
    atoms = [atom for option in options for atom in option]
    union = 0
    for atom in atoms:
        union |= atom.chars
    ways = [_ways(option) for option in options]
    excluding = all(_exclude(one, other) for at, one in enumerate(options) for other in options[at + 1 :])
    return _Atom(
        union,
        needed=all(any(atom.needed for atom in option) for option in options),
        varies=not excluding or any(atom.varies for atom in atoms),
        degree=max((_chain(option) for option in options), default=0),
        choices=any(atom.choices for atom in atoms)
        or (not excluding and all(any(atom.needed for atom in option) for option in options)),
        uneven=len(lengths) > 1 or any(atom.uneven for atom in atoms),
        ways=max(ways, default=1) if excluding else min(sum(ways), MAX_WAYS + 1),
    )


def _exclude(one: Sequence[_Atom], other: Sequence[_Atom]) -> bool:
    """Whether no text can begin with both."""
    for left, right in zip(one, other, strict=False):
        if not left.needed or not right.needed:
            return False
        if not left.overlaps(right):
            return True
        if left.varies or right.varies:
            return False
    return False


def _characters(kind: Any, argument: Any, fold: bool) -> int:
    """The characters that a single-character item matches."""
    if kind is sre.LITERAL:
        return _literal(argument, fold)
    if kind is sre.NOT_LITERAL:
        return _ALL & ~(_literal(argument, False) & ~_BEYOND)
    if kind is sre.IN:
        negated = bool(argument) and argument[0][0] is sre.NEGATE
        found = 0
        for part, value in argument[negated:]:
            if part is sre.LITERAL:
                found |= _literal(value, fold)
            elif part is sre.RANGE:
                first, last = value
                found |= _range(first, last, fold)
            elif not (negated and value not in _CATEGORIES):
                found |= _CATEGORIES.get(value, _ALL)
        if not negated:
            return found
        named = all(part is sre.CATEGORY or (part is sre.NEGATE) for part, _ in argument)
        return _ALL & ~found if named else (_ALL & ~found) | _BEYOND
    return _ALL


def _literal(code: int, fold: bool) -> int:
    if code >= _ASCII:
        char = chr(code)
        beyond = [char.isdecimal(), char.isspace(), char.isalnum() or char == "_", True]
        return 1 << (_ASCII + beyond.index(True)) | (_ALL if fold else 0)
    if not fold:
        return 1 << code
    return _LETTERS_BEYOND | 1 << ord(chr(code).lower()) | 1 << ord(chr(code).upper())


def _range(low: int, high: int, fold: bool) -> int:
    found = _BEYOND if high >= _ASCII else 0
    for code in range(low, min(high, _ASCII - 1) + 1):
        found |= _literal(code, fold)
    return found
