"""A profile's section compiled and bound for its file type: selectors, precedence, reads, names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from .action import Action
from .blame import Asked
from .errors import BrokenContract, Problem, ProfileError, UsageError, quoted, suggest, to_look_for
from .filetype import FileType, Limits, Named, Rank, Selector, Step
from .kinds import Form
from .naming import NamePattern, Naming, Template
from .nesting import with_nested
from .profile import NameRule, Profile, Rule, Section, SubjectRule, read_profile
from .registry import Registry
from .results import texts


@attrs.frozen(eq=False)
class Plan:
    """What one section does to each of its files.

    steps : the section's rules in order of precedence: the first that reaches a field wins
    matcher : all selectors merged, as the file type made it
    subject : where the patient's identity is read, or None
    needs_subject : some action asks for the subject, so it is read for each file
    repeats : equal values under one subject always give equal results
    """

    section: Section
    file_type: FileType
    steps: tuple[Step, ...]
    matcher: object
    naming: Naming
    subject: SubjectRule | None
    needs_subject: bool
    repeats: bool


def load_profile(
    path: str | os.PathLike[str],
    registry: Registry | None = None,
    *,
    key_file: str | os.PathLike[str] | None = None,
) -> Profile:
    """Read and check a profile.

    registry : what is installed, if absent
    key_file : given when the run will get its key from there, which silences remarks about a missing key

    Raises ProfileError with every problem found; UsageError if the file cannot be read. Remarks that
    stop nothing are in the result's `remarks`.
    """
    source = Path(path)
    try:
        raw = source.read_bytes()
    except OSError as error:
        raise UsageError(f"the profile {source} cannot be read: {error.strerror}{to_look_for(error)}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ProfileError([Problem(line, "", "the profile is not UTF-8; save it as UTF-8")], str(source)) from None
    return parse_profile(text, registry, source=str(source), raw=raw, keyed=True if key_file is not None else None)


def parse_profile(
    text: str,
    registry: Registry | None = None,
    *,
    source: str = "profile",
    raw: bytes | None = None,
    keyed: bool | None = None,
) -> Profile:
    """Read and check the text of a profile; see `load_profile`."""
    registry = registry or Registry.from_installed()
    profile, problems = read_profile(text, source, registry, keyed=keyed)
    profile = attrs.evolve(profile, sha256=hashlib.sha256(text.encode() if raw is None else raw).hexdigest())
    keyed = profile.key is not None if keyed is None else keyed
    plans, found = compile_plans(profile, registry, keyed=keyed)
    problems = sorted({*problems, *found})
    if any(not problem.warning for problem in problems):
        raise ProfileError(problems, source)
    return attrs.evolve(profile, remarks=tuple(problems), registry=registry, plans=plans)


def compile_plans(profile: Profile, registry: Registry, *, keyed: bool) -> tuple[tuple[Plan, ...], tuple[Problem, ...]]:
    """The plans of all sections, and every problem found on the way."""
    plans: list[Plan] = []
    problems: list[Problem] = []
    for section in profile.sections:
        with Asked(type(section.file_type)):
            plan, found = _compile_section(section, keyed)
        problems += found
        if plan is not None:
            plans.append(plan)
            problems += registry.check(plan)
    return tuple(plans), tuple(problems)


def _compile_section(section: Section, keyed: bool) -> tuple[Plan | None, list[Problem]]:
    file_type = section.file_type
    problems: list[Problem] = []
    steps: list[Step] = []
    for rule in section.rules:
        try:
            selector = file_type.compile(rule.named)
        except ValueError as error:
            problems.append(Problem(rule.line, rule.where, str(error)))
            continue
        if not isinstance(selector, Selector):
            raise BrokenContract(type(file_type), f"compile gives {type(selector).__name__}, not a Selector")
        messages = _misfits(file_type, selector, rule, keyed)
        problems += [Problem(rule.line, rule.where, message) for message in messages]
        steps.append(
            Step(
                selector,
                rule.action,
                _form(rule.action),
                rule.line,
                rule.action.creates and selector.insertable,
                rule.on_error or section.on_error,
            )
        )
    ordered = tuple(sorted(steps, key=lambda step: step.selector.rank))
    problems += _never_winning(section.name, ordered)
    naming, found = _compile_names(section, file_type)
    problems += found
    subject = section.subject
    if subject is None and file_type.default_subject is not None:
        subject = SubjectRule(field=file_type.default_subject)
    actions = [*with_nested(step.action for step in ordered)]
    actions += with_nested(action for pattern in naming.all_patterns for action in pattern.groups.values())
    needs_subject = any(action.by_subject for action in actions)
    reads, found = _reads(section, file_type, ordered, naming, subject if needs_subject else None)
    problems += found
    if any(not problem.warning for problem in problems):
        return None, problems
    matcher = file_type.bind(ordered, reads)
    repeats = all(action.deterministic and not any(True for _ in action.reads()) for action in actions)
    return Plan(section, file_type, ordered, matcher, naming, subject, needs_subject, repeats), problems


def _form(action: Action) -> Form:
    form: object = action.form
    if isinstance(form, Form):
        return form
    raise BrokenContract(type(action), f"the action {action.name!r} has {type(form).__name__} for its form")


def _misfits(file_type: FileType, selector: Selector, rule: Rule, keyed: bool) -> Iterator[str]:
    """What stands against a rule before any file is read."""
    action = rule.action
    limits = file_type.limits(selector)
    if not isinstance(limits, Limits | None):
        raise BrokenContract(type(file_type), f"limits gives {type(limits).__name__}, not Limits or None")
    if limits is not None and selector.rank is not Rank.REGEX:
        yield from texts(action.check(limits, keyed), type(action), "check")
        if limits.required and action.removes:
            yield f"{selector.text} is needed to read the file and cannot be removed"
    for text in texts(action.literals(), type(action), "literals"):
        if trouble := file_type.check_literal(selector, text):
            yield f"{quoted(text)} cannot be written to {selector.text!r}: {trouble}"


def _never_winning(section: str, steps: Iterable[Step]) -> Iterator[Problem]:
    first: dict[object, Step] = {}
    for step in steps:
        key = (step.selector.rank, step.selector.identity)
        winner = first.setdefault(key, step)
        if winner is not step:
            yield Problem(
                step.line,
                f"{section}.fields",
                f"this rule never acts: line {winner.line} names the same field {step.selector.text!r} before it,"
                " and one rule acts on a field; take one of them out",
                warning=True,
            )


def _compile_names(section: Section, file_type: FileType) -> tuple[Naming, list[Problem]]:
    problems: list[Problem] = []
    patterns = tuple(_name_patterns(section.filenames, problems))
    folders = tuple(_name_patterns(section.folders, problems))
    default = None if file_type.default_name is None else Template.parse(file_type.default_name)
    return Naming(patterns, folders, default, section.formats), problems


def _name_patterns(rules: Iterable[NameRule], problems: list[Problem]) -> Iterator[NamePattern]:
    for rule in rules:
        try:
            template = Template.parse(rule.output)
        except ValueError as error:
            problems.append(Problem(rule.line, f"{rule.where}.output", str(error)))
            continue
        unknown = [name for name in rule.groups if name not in {*rule.input_regex.groupindex, *template.names()}]
        if unknown:
            known = [*rule.input_regex.groupindex, *template.names()]
            message = "; ".join(
                f"{name!r} is neither a group (?P<{name}>...) of input-regex nor a part of the output."
                f"{suggest(name, known)}"
                for name in unknown
            )
            problems.append(Problem(rule.line, f"{rule.where}.groups", message))
        yield NamePattern(rule.input_regex, template, rule.groups, rule.line)


def _reads(
    section: Section,
    file_type: FileType,
    steps: Iterable[Step],
    naming: Naming,
    subject: SubjectRule | None,
) -> tuple[list[str], list[Problem]]:
    """Names of the fields that are read besides those that are acted on, each checked once."""
    problems: list[Problem] = []
    reads: dict[str, None] = {}

    def add(name: str, line: int, where: str) -> None:
        if name in reads:
            return
        try:
            file_type.compile(Named(name=name))
        except ValueError as error:
            problems.append(Problem(line, where, str(error)))
        else:
            reads[name] = None

    for step in steps:
        for action in with_nested([step.action]):
            for name in texts(action.reads(), type(action), "reads"):
                add(name, step.line, f"{section.name}.fields")
    for name, line in naming.fields():
        add(name, line or section.line, f"{section.name}: names of outputs")
    if subject is not None and subject.field is not None:
        add(subject.field, subject.line or section.line, f"{section.name}.subject")
    return list(reads), problems
