"""How a profile names the fields of a recording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import attrs
from deidentikit import Named, Rank, Selector, Step
from deidentikit.errors import suggest

from .vocabulary import ANNOTATIONS, OF_SIGNAL, SINGLE, Spec


@attrs.frozen
class EdfSelector(Selector):
    """A path, a path with ``*`` for one of its parts, or a regex for the beginning of paths.

    specs : the fields of the format that it names; none for a regex and for annotations
    """

    pattern: re.Pattern[str] = attrs.field(kw_only=True, eq=False)
    specs: tuple[Spec, ...] = attrs.field(default=(), kw_only=True, eq=False)

    def reaches(self, path: str) -> bool:
        """Whether it names the field of this path."""
        match = self.pattern.match if self.rank is Rank.REGEX else self.pattern.fullmatch
        return match(path) is not None


def compile_selector(named: Named) -> EdfSelector:
    """The selector of a rule. Raises ValueError, with the nearest name, for a field that EDF does not have."""
    if named.regex is not None:
        return EdfSelector(named.regex, Rank.REGEX, ("regex", named.regex), pattern=re.compile(named.regex))
    name = named.name or ""
    parts = name.split(".")
    pattern = re.compile(r"\.".join("[^.]+" if part == "*" else re.escape(part) for part in parts))
    specs = tuple(_named(parts, pattern))
    if not specs and not pattern.fullmatch(ANNOTATIONS):
        shown = name if name.isprintable() and len(name) < 80 else "this"
        known = [*SINGLE, ANNOTATIONS, *(f"signals.*.{field}" for field in OF_SIGNAL)]
        raise ValueError(f"{shown!r} is no field of EDF.{suggest(name, known)} See `deidentikit fields FILE`")
    rank = Rank.WILDCARD if "*" in parts else Rank.EXACT if len(parts) > 1 else Rank.NAME
    return EdfSelector(name, rank, ("name", name), pattern=pattern, specs=specs)


def _named(parts: Sequence[str], pattern: re.Pattern[str]) -> Iterator[Spec]:
    yield from (spec for name, spec in SINGLE.items() if pattern.fullmatch(name))
    if len(parts) == 3 and parts[0] in ("signals", "*") and re.fullmatch(r"\*|0|[1-9][0-9]{0,3}", parts[1]):
        yield from (spec for name, spec in OF_SIGNAL.items() if parts[2] in (name, "*"))


@attrs.frozen(eq=False)
class Matcher:
    """The steps of a section, in order of precedence, and the fields it reads."""

    steps: tuple[tuple[EdfSelector, Step], ...]
    reads: dict[str, EdfSelector]

    @classmethod
    def of(cls, steps: Sequence[Step], reads: Iterable[str]) -> Matcher:
        """Raises ValueError for a name in `reads` that cannot be."""
        pairs = tuple((step.selector, step) for step in steps if isinstance(step.selector, EdfSelector))
        return cls(pairs, {name: compile_selector(Named(name=name)) for name in reads})

    def find(self, *paths: str) -> Step | None:
        """The first step in order that reaches any of the paths."""
        for selector, step in self.steps:
            if any(map(selector.reaches, paths)):
                return step
        return None
