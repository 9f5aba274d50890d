"""An explanation as a page: what is said, in which order, in which words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..identifiers import SAFE_HARBOR, SAFE_HARBOR_SOURCE
from .blocks import Block, Bullets, Cell, Code, Heading, Mark, Page, Paragraph, Table, Terms
from .model import CatalogueExplained, CategoryExplained, Explanation, RuleExplained, SectionExplained, State, WeakSpot

_SIGNS: Final = {
    State.TREATED: ("●", "treated"),
    State.PARTLY: ("◐", "partly"),
    State.UNTREATED: ("○", "untreated"),
    State.NO_FIELD: ("–", "none"),
    State.NAMED: ("◆", "named"),
    State.NOTHING_SEEN: ("◇", "none"),
}
_MEANINGS: Final = {
    State.TREATED: "all fields of this category that the type's list holds are changed or removed",
    State.PARTLY: "some fields of this category that the type's list holds are changed or removed, others stay",
    State.UNTREATED: "no field of this category that the type's list holds is changed or removed",
    State.NO_FIELD: "the list holds no field of this category; texts and pixels may still",
    State.NAMED: "fields are not listed for this type; a rule names one that looks like this category (a hint)",
    State.NOTHING_SEEN: "fields are not listed for this type; no rule names one that looks like this category",
}

_MANY: Final = 8
"""More fields than these stand below the table of rules, not in it."""
_OF_CATEGORIES: Final = (6, 25, 17, 52)


def page_of(explanation: Explanation) -> Page:
    """All blocks of the page."""
    return tuple(_blocks(explanation))


def _blocks(explanation: Explanation) -> Iterator[Block]:
    yield Heading(1, f"What the profile {explanation.name or explanation.source} does")
    if explanation.description:
        yield Paragraph(explanation.description)
    yield from _summary(explanation)
    yield from _reading(explanation)
    yield from _matrix(explanation)
    for section in explanation.sections:
        yield from _section(section)


def _summary(explanation: Explanation) -> Iterator[Block]:
    unmatched = "copied unchanged" if explanation.unmatched == "copy" else "refused: they get no output"
    rows: list[tuple[Cell, ...]] = [
        ("Profile", explanation.name or "(without a name)"),
        ("File", Code(explanation.source)),
        ("SHA-256 of the file", Code(explanation.sha256)),
        ("Key", "given" if explanation.keyed else "none"),
        ("Files that no section takes", unmatched),
        ("Program", f"deidentikit {explanation.version}"),
        ("Plugins used", ", ".join(_packages(explanation))),
    ]
    yield Table((), tuple(rows))
    yield Heading(2, "Summary")
    head = (
        "Section",
        "Rules",
        "Safe Harbor categories treated",
        "in part",
        "not treated",
        "Listed fields untouched",
        "Weak spots",
    )
    yield Table(head, tuple(_overview(section) for section in explanation.sections))
    yield Heading(3, "Weak spots of the profile as a whole")
    yield from _spots(explanation.weak_spots, "None was found. Each section below has its own.")


def _packages(explanation: Explanation) -> Iterable[str]:
    return dict.fromkeys(
        f"{plugin.distribution} {plugin.version}" if plugin.distribution else plugin.name
        for plugin in explanation.plugins
    )


def _overview(section: SectionExplained) -> tuple[Cell, ...]:
    def count(*states: State) -> str:
        return str(sum(category.state in states for category in section.categories))

    untouched = sum(catalogue.untouched for catalogue in section.catalogues)
    total = sum(catalogue.total for catalogue in section.catalogues)
    return (
        Code(section.name),
        str(len(section.rules)),
        count(State.TREATED) if section.listed else f"{count(State.NAMED)} (hint)",
        count(State.PARTLY) if section.listed else "–",
        count(State.UNTREATED) if section.listed else f"{count(State.NOTHING_SEEN)} (hint)",
        f"{untouched} of {total}" if section.listed else "no list",
        str(len(section.weak_spots)),
    )


def _reading(explanation: Explanation) -> Iterator[Block]:
    yield Heading(3, "How to read this page")
    yield Bullets(
        (
            "It says what the rules do, not whether that is enough: whether a pseudonym or a shifted date meets a"
            " regulation is for the committee to decide.",
            "For each field one rule acts alone. A rule that names one place goes before one that names a field"
            " wherever it stands, that before a name with a wildcard (any text in place of * or x), that before a"
            " pattern; among equals, the first in the profile. Rules stand in this order below.",
            "A pattern (a regular expression) reaches every field whose name begins with a match of it.",
            "Rules see the original values, never another rule's result.",
            "What is not named by a rule or an option stays. Texts of free form, such as comments, can hold identifiers"
            " of any category.",
        )
    )


def _matrix(explanation: Explanation) -> Iterator[Block]:
    yield Heading(2, "Identifiers of HIPAA Safe Harbor", section=True)
    yield Paragraph(f"The 18 categories of {SAFE_HARBOR_SOURCE}, by section. The details stand with each section.")
    columns = [{category.letter: category for category in section.categories} for section in explanation.sections]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (letter, title, *(_mark(column[letter].state, short=True) for column in columns))
        for letter, title in SAFE_HARBOR.items()
    )
    yield Table(("", "Category", *(section.name for section in explanation.sections)), rows, centred=True)
    used = {category.state for section in explanation.sections for category in section.categories}
    yield Table((), tuple((_mark(state), meaning) for state, meaning in _MEANINGS.items() if state in used))


def _mark(state: State, *, short: bool = False) -> Mark:
    sign, look = _SIGNS[state]
    return Mark(sign, state.value, look, short)


def _section(section: SectionExplained) -> Iterator[Block]:
    yield Heading(2, f"Section {section.name}", section=True)
    if section.summary:
        yield Paragraph(section.summary)
    rows: list[tuple[Cell, ...]] = [("File type", section.type), ("Files", section.files)]
    if section.subject:
        rows.append(("Patient", section.subject))
    rows.append(("Values that cannot be treated", section.on_error))
    yield Table((), tuple(rows))
    yield Heading(3, "Rules, in order of precedence")
    if section.rules:
        head = (
            "",
            "Line",
            "Fields",
            "Named by",
            "What becomes of them",
            *(("Listed fields it acts on",) if section.listed else ()),
        )
        widths = (6, 7, 24, 10, 31, 22) if section.listed else (6, 7, 29, 10, 48)
        yield Table(head, tuple(_rule(number, rule, section) for number, rule in enumerate(section.rules, 1)), widths)
        for number, rule in enumerate(section.rules, 1):
            if len(rule.reaches) > _MANY:
                yield Heading(4, f"Listed fields on which rule {number} acts ({len(rule.reaches)})")
                yield Terms(tuple((title, "") for title in rule.reaches))
    else:
        yield Paragraph("There are no rules.")
    yield Heading(3, "Everything that no rule names")
    yield Bullets(section.rest)
    yield Heading(3, "Names of files and folders")
    yield Bullets(section.naming)
    yield Heading(3, "Weak spots")
    yield from _spots(section.weak_spots, "None was found.")
    yield Heading(3, "Identifiers of HIPAA Safe Harbor in this section")
    yield from _categories(section)
    for catalogue in section.catalogues:
        yield from _catalogue(catalogue)


def _rule(number: int, rule: RuleExplained, section: SectionExplained) -> tuple[Cell, ...]:
    effect = rule.effect[:1].upper() + rule.effect[1:] + "."
    if rule.creates:
        effect += " Where the field is absent, it is made."
    if rule.on_error:
        effect += f" {rule.on_error}"
    if rule.never:
        effect = f"Never acts: line {rule.never} names the same fields before it."
    fields = Code(rule.names)
    many = len(rule.reaches) > _MANY
    listed = f"{len(rule.reaches)} fields, see below" if many else ", ".join(rule.reaches) or "none"
    reaches = (listed,) if section.listed else ()
    return str(number), str(rule.line), fields, rule.manner, effect, *reaches


def _categories(section: SectionExplained) -> Iterator[Block]:
    if section.listed:
        yield Table(
            ("", "Category", "State", "Fields that no rule reaches"),
            tuple((each.letter, each.title, _mark(each.state), _stays(each)) for each in section.categories),
            _OF_CATEGORIES,
        )
        return
    yield Paragraph(
        "Files of this type name their fields as their author likes, so nobody can say beforehand which of them"
        " identify a person. Below stands which names in the rules look like a category: a hint by their words, no"
        " proof. Compare it with the fields that your files have."
    )
    yield Table(
        ("", "Category", "State", "Names in rules that look like it"),
        tuple((each.letter, each.title, _mark(each.state), ", ".join(each.hints)) for each in section.categories),
        _OF_CATEGORIES,
    )


def _stays(category: CategoryExplained) -> str:
    parts = []
    if category.untouched:
        parts.append(f"{', '.join(category.untouched)}.")
    if category.kept:
        parts.append(f"Kept by a rule: {', '.join(category.kept)}.")
    return " ".join(parts)


def _catalogue(catalogue: CatalogueExplained) -> Iterator[Block]:
    yield Heading(3, catalogue.title)
    yield Paragraph(catalogue.source)
    rows: list[tuple[Cell, ...]] = [
        ("Fields in the list", str(catalogue.total)),
        ("Changed or removed by a rule", str(catalogue.treated)),
        *((f"Removed by {cause}", str(count)) for cause, count in catalogue.removed),
        ("Kept by a rule", str(len(catalogue.kept))),
        ("Reached in some places only", str(len(catalogue.partly))),
        ("Not reached by any rule", str(catalogue.untouched)),
    ]
    yield Table((), tuple(rows))
    if catalogue.kept:
        yield Heading(4, "Kept by a rule")
        yield Terms(tuple((each.title, each.place or each.name) for each in catalogue.kept))
    if catalogue.partly:
        yield Heading(4, "Not reached everywhere")
        yield Terms(tuple((each.title, f"not {beyond}") for each, beyond in catalogue.partly))
    for left in catalogue.left:
        asked = f": the list asks to {left.meaning}" if left.meaning else ""
        code = f", {left.code}" if left.code else ""
        yield Heading(4, f"Not reached by any rule{code}{asked} ({len(left.identifiers)})")
        yield Terms(tuple((each.title, each.place or each.name) for each in left.identifiers))


def _spots(spots: Iterable[WeakSpot], none: str) -> Iterator[Block]:
    items = tuple(f"{spot.text}{_lines(spot.lines)}" for spot in spots)
    yield Bullets(items, warns=True) if items else Paragraph(none)


def _lines(lines: tuple[int, ...]) -> str:
    if not lines:
        return ""
    return f" ({'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))})"
