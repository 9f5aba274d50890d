"""What becomes of the fields that can identify a person: asked of a plan, never guessed from names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import attrs

from ..filetype import Named, Rank, Step
from ..identifiers import SAFE_HARBOR, Catalogue, Identifier, Reach
from ..plan import Plan
from .hints import looks_like
from .model import CatalogueExplained, CategoryExplained, Left, State

FEW_VALUES = frozenset("CDEGHIJK")
"""Categories whose values are few enough to try them all: dates, telephone and record numbers."""


@attrs.frozen
class Found:
    """A listed field and what becomes of it."""

    identifier: Identifier
    reach: Reach

    @property
    def kept(self) -> bool:
        """A rule names it, and leaves it as it is."""
        return self.reach.step is not None and self.reach.step.action.keeps

    @property
    def treated(self) -> bool:
        """It is changed or removed wherever it stands."""
        return not self.reach.nowhere and not self.kept and not self.reach.beyond


@attrs.frozen
class Coverage:
    """The catalogues of one section, each field with what becomes of it."""

    plan: Plan
    catalogues: tuple[tuple[Catalogue, tuple[Found, ...]], ...]

    @classmethod
    def of(cls, plan: Plan) -> Coverage:
        """Ask the plan about every field."""
        file_type = plan.file_type
        return cls(
            plan,
            tuple(
                (
                    catalogue,
                    tuple(Found(each, file_type.reach(plan.matcher, each.name)) for each in catalogue.identifiers),
                )
                for catalogue in file_type.catalogues()
            ),
        )

    @property
    def found(self) -> Iterator[Found]:
        """All fields of all catalogues."""
        for _, found in self.catalogues:
            yield from found

    def of_step(self, step: Step) -> tuple[Identifier, ...]:
        """The listed fields on which a step acts."""
        return tuple(each.identifier for each in self.found if each.reach.step is step)

    def misfits(self, step: Step, keyed: bool) -> Iterator[Identifier]:
        """The listed fields that a step reaches, not by their own name, and cannot treat."""
        if step.selector.rank not in (Rank.WILDCARD, Rank.REGEX):
            return
        file_type = self.plan.file_type
        for identifier in self.of_step(step):
            try:
                limits = file_type.limits(file_type.compile(Named(name=identifier.name)))
            except ValueError:
                continue
            if limits is not None and any(True for _ in step.action.check(limits, keyed)):
                yield identifier

    def explained(self) -> Iterator[CatalogueExplained]:
        """Each catalogue for a reader."""
        for catalogue, found in self.catalogues:
            causes = Counter(each.reach.cause for each in found if each.treated and each.reach.cause)
            yield CatalogueExplained(
                title=catalogue.title,
                source=catalogue.source,
                total=len(found),
                treated=sum(each.treated for each in found) - causes.total(),
                removed=tuple(sorted(causes.items())),
                kept=tuple(each.identifier for each in found if each.kept),
                partly=tuple(
                    (each.identifier, each.reach.beyond) for each in found if each.reach.beyond and not each.kept
                ),
                left=tuple(_left(catalogue, [each.identifier for each in found if each.reach.nowhere])),
            )

    def categories(self) -> Iterator[CategoryExplained]:
        """Each category of Safe Harbor for a reader."""
        for letter, title in SAFE_HARBOR.items():
            if self.catalogues:
                yield _category(letter, title, [each for each in self.found if letter in each.identifier.categories])
            else:
                yield self._hinted(letter, title)

    def _hinted(self, letter: str, title: str) -> CategoryExplained:
        hints = _names(self.plan, letter)
        return CategoryExplained(letter, title, State.NAMED if hints else State.NOTHING_SEEN, hints=hints)


def _left(catalogue: Catalogue, identifiers: list[Identifier]) -> Iterator[Left]:
    codes = [*catalogue.codes, *sorted({each.code for each in identifiers} - catalogue.codes.keys())]
    for code in codes:
        if group := tuple(each for each in identifiers if each.code == code):
            yield Left(code, catalogue.codes.get(code, ""), group)


def _category(letter: str, title: str, found: list[Found]) -> CategoryExplained:
    treated = sum(each.treated for each in found)
    kept = tuple(each.identifier.title for each in found if each.kept)
    untouched = tuple(dict.fromkeys(_untouched(found)))
    if not found:
        state = State.NO_FIELD
    elif treated == len(found):
        state = State.TREATED
    else:
        state = State.PARTLY if treated else State.UNTREATED
    return CategoryExplained(letter, title, state, treated, kept, untouched)


def _untouched(found: Iterable[Found]) -> Iterator[str]:
    for each in found:
        if each.reach.nowhere:
            yield each.identifier.title
        elif each.reach.beyond and not each.kept:
            yield f"{each.identifier.title} ({each.reach.beyond})"


def _names(plan: Plan, letter: str) -> tuple[str, ...]:
    """Names in rules, and parts of names of files and folders, that look like a category."""
    named = [step.selector.text for step in plan.steps if not step.action.keeps]
    for pattern in plan.naming.all_patterns:
        named += [name for name, action in pattern.groups.items() if not action.keeps]
    return tuple(dict.fromkeys(name for name in named if looks_like(name) == letter))
