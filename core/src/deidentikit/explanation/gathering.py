"""Making an explanation from a profile and its plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from ..action import Action
from ..blame import Asked
from ..errors import UsageError
from ..filetype import Rank, Step
from ..nesting import with_nested
from ..plan import Plan
from ..profile import Profile
from ..registry import PluginInfo, Registry
from ..release import own_version
from ..results import one_text, texts
from .coverage import FEW_VALUES, Coverage
from .hints import looks_like
from .model import Explanation, RuleExplained, SectionExplained, WeakSpot
from .wording import MANNERS, ON_ERROR, files, naming, subject


def explain(profile: Profile, *, keyed: bool | None = None) -> Explanation:
    """What a profile does, for a reviewing committee.

    profile : as `load_profile` or `parse_profile` gives it
    keyed : whether runs will have a key; None: they have one if the profile names one

    The result holds texts of the profile, never a secret, and is the same for the same profile, plugins
    and `keyed`. Raises UsageError for a profile that was not compiled.
    """
    if profile.registry is None or len(profile.plans) != len(profile.sections):
        raise UsageError("the profile was not compiled; read it with load_profile or parse_profile")
    keyed = profile.key is not None if keyed is None else keyed
    sections = tuple(_section(plan, keyed) for plan in profile.plans)
    return Explanation(
        name=profile.name,
        description=profile.description,
        source=PurePath(profile.source).name,
        sha256=profile.sha256,
        keyed=keyed,
        version=own_version(),
        unmatched=profile.unmatched,
        plugins=tuple(_plugins(profile.plans, profile.registry)),
        sections=sections,
        weak_spots=tuple(_merged([*_of_profile(profile, keyed), *_other_remarks(profile, sections)])),
    )


def _section(plan: Plan, keyed: bool) -> SectionExplained:
    with Asked(type(plan.file_type)):
        return _asked(plan, Coverage.of(plan), keyed)


def _asked(plan: Plan, coverage: Coverage, keyed: bool) -> SectionExplained:
    section, file_type = plan.section, plan.file_type
    return SectionExplained(
        name=section.name,
        line=section.line,
        type=file_type.name,
        summary=file_type.summary,
        files=files(plan),
        naming=tuple(naming(plan, keyed)),
        subject=subject(plan),
        on_error=ON_ERROR[section.on_error],
        rules=tuple(_rules(plan, coverage, keyed)),
        rest=texts(file_type.rest(), type(file_type), "rest"),
        listed=bool(coverage.catalogues),
        categories=tuple(coverage.categories()),
        catalogues=tuple(coverage.explained()),
        weak_spots=tuple(_merged(_of_section(plan, coverage, keyed))),
    )


def _rules(plan: Plan, coverage: Coverage, keyed: bool) -> Iterator[RuleExplained]:
    first: dict[object, Step] = {}
    for step in plan.steps:
        winner = first.setdefault((step.selector.rank, step.selector.identity), step)
        yield RuleExplained(
            line=step.line,
            names=step.selector.text,
            manner=MANNERS[step.selector.rank],
            effect=one_text(step.action.describe(keyed), type(step.action), "describe"),
            creates=step.creates,
            on_error=ON_ERROR[step.on_error] if step.on_error != plan.section.on_error else "",
            reaches=tuple(identifier.title for identifier in coverage.of_step(step)),
            never=0 if winner is step else winner.line,
        )


def _of_profile(profile: Profile, keyed: bool) -> Iterator[WeakSpot]:
    if profile.unmatched == "copy":
        yield WeakSpot("Files that no section takes are copied unchanged, with all they hold (unmatched: copy).")
    actions = [action for plan in profile.plans for action in _actions(plan)]
    if not keyed and any(action.guessable(keyed) for action in actions):
        yield WeakSpot(
            "There is no key: who reads the profile can try likely values (dates, record numbers) until one gives the"
            " pseudonym at hand."
        )


def _of_section(plan: Plan, coverage: Coverage, keyed: bool) -> Iterator[WeakSpot]:
    for text in texts(plan.file_type.weak_spots(), type(plan.file_type), "weak_spots"):
        yield WeakSpot(text)
    if not plan.naming.folders:
        yield WeakSpot("Folders keep their names, which may hold names, numbers or dates of patients.")
    if not plan.naming.patterns and plan.naming.default is None:
        yield WeakSpot("Files keep their names, which may hold names, numbers or dates of patients.")
    for step in plan.steps:
        yield from _of_step(step, coverage, keyed)
    for pattern in plan.naming.all_patterns:
        for action in pattern.groups.values():
            yield from (WeakSpot(_sentence(text), (pattern.line,)) for text in _of_action(action, keyed))
    patterns = [step.line for step in plan.steps if step.selector.rank is Rank.REGEX]
    if patterns:
        yield WeakSpot(
            "Rules name fields by patterns. A pattern reaches every field whose name begins with a match, also one"
            " that nobody thought of, and misses a name that is spelled otherwise.",
            tuple(patterns),
        )


def _of_step(step: Step, coverage: Coverage, keyed: bool) -> Iterator[WeakSpot]:
    action, line = step.action, (step.line,)
    for text in _of_action(action, keyed):
        yield WeakSpot(_sentence(text), line)
    if step.on_error != "refuse":
        yield WeakSpot(
            f"{ON_ERROR[step.on_error]} The file is written all the same; only the journal counts such fields.", line
        )
    if any(part.guessable(keyed) for part in with_nested([action])):
        few = [each.title for each in coverage.of_step(step) if FEW_VALUES.intersection(each.categories)]
        if not coverage.catalogues and looks_like(step.selector.text) in FEW_VALUES:
            few = [step.selector.text]
        if few:
            yield WeakSpot(
                f"Values that are few enough to try them all are hashed without a key: {', '.join(few)}.", line
            )
    if misfits := [each.title for each in coverage.misfits(step, keyed)]:
        yield WeakSpot(
            f"“{step.selector.text}” also reaches fields that its action cannot treat: {', '.join(misfits)}."
            f" {ON_ERROR[step.on_error]}",
            line,
        )


def _of_action(action: Action, keyed: bool) -> Iterator[str]:
    for part in with_nested([action]):
        yield from texts(part.weak_spots(keyed), type(part), "weak_spots")
        yield from texts(part.remarks(keyed), type(part), "remarks")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _merged(spots: Iterable[WeakSpot]) -> Iterator[WeakSpot]:
    """Each text once, with all lines it concerns."""
    lines: dict[str, set[int]] = {}
    for spot in spots:
        lines.setdefault(spot.text, set()).update(spot.lines)
    for text, found in lines.items():
        yield WeakSpot(text, tuple(sorted(found)))


def _actions(plan: Plan) -> Iterator[Action]:
    yield from with_nested(step.action for step in plan.steps)
    yield from with_nested(action for pattern in plan.naming.all_patterns for action in pattern.groups.values())


def _other_remarks(profile: Profile, sections: Iterable[SectionExplained]) -> Iterator[WeakSpot]:
    """What the profile's check remarked and no section says."""
    said = {spot.text for section in sections for spot in section.weak_spots}
    for remark in profile.remarks:
        text = _sentence(remark.message.partition(" (likewise")[0])
        if text not in said:
            yield WeakSpot(text, (remark.line,) if remark.line else ())


def _plugins(plans: Iterable[Plan], registry: Registry) -> Iterator[PluginInfo]:
    used: set[tuple[str, str]] = set()
    for plan in plans:
        used.add(("file type", plan.file_type.name))
        used.update(("action", action.name) for action in _actions(plan))
    for plugin in sorted(registry.plugins, key=lambda plugin: (plugin.kind, plugin.name)):
        if (plugin.kind, plugin.name) in used or plugin.kind == "hooks":
            yield plugin
