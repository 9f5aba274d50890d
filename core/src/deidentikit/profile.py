"""A profile as a frozen value, and reading one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from .errors import Problem, suggest
from .fragment import RULE_KEYS, TOP_KEYS, Fragment, Key
from .rules import FileFilter, NameRule, Rule, Section, SubjectRule
from .schema import OneOf, Scalar, Text
from .schema.json_values import JsonSchema, words
from .schema.tree import Node, Report, read_keys
from .schema.yamltext import parse
from .section import ON_ERROR, SECRET_KEY_REMARK, Defaults, SectionReader, read_subject

if TYPE_CHECKING:
    from .plan import Plan
    from .registry import Registry

__all__ = ["FileFilter", "NameRule", "Profile", "Rule", "Section", "SubjectRule", "read_profile"]


@attrs.frozen
class Profile:
    """All that a profile says.

    unmatched : what becomes of a file that no section claims: ``refuse`` or ``copy``
    key : where the key is, ``env:NAME`` or ``file:PATH``; the key itself is never here
    source : the name of the file it was read from
    sha256 : of that file's bytes
    remarks : warnings found when it was checked
    registry, plans : what it was read with and compiled to, so that a run need not do it again
    """

    name: str = ""
    description: str = ""
    sections: tuple[Section, ...] = ()
    unmatched: str = "refuse"
    key: str | None = None
    source: str = "profile"
    sha256: str = ""
    remarks: tuple[Problem, ...] = attrs.field(default=(), eq=False)
    registry: Registry | None = attrs.field(default=None, eq=False, repr=False)
    plans: tuple[Plan, ...] = attrs.field(default=(), eq=False, repr=False)


def read_profile(
    text: str, source: str, registry: Registry, *, keyed: bool | None = None
) -> tuple[Profile, list[Problem]]:
    """A profile and everything wrong with it, sorted by line.

    source : name of the file, kept in the profile
    keyed : whether the run will have a key; None: it has one if the profile names one

    The profile holds every part that is valid, so that later stages can look for more problems. It
    may be used only if all problems are warnings. Nothing is raised.
    """
    report = Report()
    root = parse(text, report)
    profile = Profile(source=source)
    if root is not None:
        profile = _read(root, source, registry, keyed)
    return profile, _tidy(report.problems)


@attrs.frozen
class _KeyPlace(Scalar):
    """Where a key is; never the key."""

    @property
    def expected(self) -> str:
        return "env:NAME or file:PATH"

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"}

    def parse(self, text: str) -> str:
        if not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+", text):
            raise ValueError(
                "the key itself does not belong in a profile; put it into a file and name that here or with --key-file"
            )
        return text


@attrs.frozen
class _Version(Scalar):
    @property
    def expected(self) -> str:
        return "1, the version of profiles that is read here"

    def json_schema(self) -> JsonSchema:
        return words(("1",))

    def parse(self, text: str) -> int:
        if text != "1":
            raise ValueError
        return 1


TOP: Final[Fragment] = {
    "version": Key(_Version(), "The version of the profile's language.", "1"),
    "name": Key(Text(), "What the profile is called."),
    "description": Key(Text(), "What it is for."),
    "key": Key(_KeyPlace(), "Where the key is."),
    "unmatched": Key(OneOf("refuse", "copy"), "What becomes of files that no section claims.", "refuse"),
    "on-error": ON_ERROR,
}
REMARKS: Final = {
    "secret-key": SECRET_KEY_REMARK,
    "deid-log": "this has no effect: name a folder for the report with --report DIR when you run the profile",
}
_NOT_HERE: Final = {
    "export": "what happens to a project's containers is no matter of files: take this block out, and run"
    " the profile over the files",
    "profile": "there are no named profiles to start from: take this out and write the sections that you need",
}


def _read(root: Node, source: str, registry: Registry, keyed: bool | None) -> Profile:
    lines = root.lines()
    children = {key: child for key, _, child in root.items()}
    for key, child in children.items():
        if key in REMARKS:
            child.problem(REMARKS[key], lines[key], warning=True)
        elif key in _NOT_HERE:
            child.problem(_NOT_HERE[key], lines[key])
    others = {*REMARKS, *_NOT_HERE, *registry.sections, "subject", "folders"}
    for key in children:
        if key not in others and key not in TOP and key not in registry.settings:
            _unknown(root, key, lines[key], registry)
            others.add(key)
    top = read_keys(root, TOP, skip=children.keys() - TOP.keys())
    settings = read_keys(root, registry.settings, skip=children.keys() - registry.settings.keys())
    keyed = "key" in children if keyed is None else keyed
    defaults = Defaults(
        settings,
        read_subject(children["subject"]) if "subject" in children else None,
        str(top.get("on-error", "refuse")),
        keyed,
        children.get("folders"),
        complete=settings.keys() == children.keys() & registry.settings.keys(),
    )
    named = [key for key in children if key in registry.sections]
    if not named and not root.report.failed:
        known = ", ".join(sorted(registry.sections))
        root.problem(f"there is no section; add one for each type of file that you have: {known}")
    sections = [SectionReader(key, lines[key], children[key], registry, defaults).read() for key in named]
    for node in (root, *(children[key] for key in named)):
        _check_salt(node, keyed)
    place = top.get("key")
    return Profile(
        name=str(top.get("name", "")),
        description=str(top.get("description", "")),
        sections=tuple(section for section in sections if section is not None),
        unmatched=str(top.get("unmatched", "refuse")),
        key=None if place is None else str(place),
        source=source,
    )


def _unknown(root: Node, key: str, line: int, registry: Registry) -> None:
    """Report a key of the top level that means nothing."""
    allowed = [*(name for name in TOP_KEYS if name not in _NOT_HERE), *registry.sections, *registry.settings]
    hint = registry.hint_section(key)
    if key in ("fields", "filenames", "file-filter", "enforce-file-filter"):
        hint = " It stands within a section, such as 'dicom:', indented below it."
    elif of := registry.sections_with(key):
        hint = f" It stands within a section, such as '{of[0]}:', indented below it."
    elif key in registry.actions or key in registry.options or key in RULE_KEYS:
        hint = " It stands in a rule, below 'fields:' of a section."
    elif not (hint := hint or suggest(key, allowed)):
        sections = ", ".join(sorted(registry.sections))
        hint = f" Sections are {sections}; `deidentikit plugins` lists the file types that are installed."
    root.unknown_key(key, line, allowed, "section or key", hint)


def _check_salt(node: Node, keyed: bool) -> None:
    for key, _, child in node.items():
        if key != "salt" or not child.is_text:
            continue
        if keyed:
            child.problem("a salt has no place beside a key, which takes its part: take the salt out")
        else:
            child.problem(
                "secrets do not belong in a profile: who reads this can guess who is behind a pseudonym."
                " Take the salt out and give a key with --key-file",
                warning=True,
            )


def _tidy(problems: list[Problem]) -> list[Problem]:
    """Sorted, each once; a remark that many lines share stands at the first of them."""
    shared: dict[str, list[Problem]] = {}
    out: list[Problem] = []
    for problem in sorted(set(problems)):
        if problem.warning:
            shared.setdefault(problem.message, []).append(problem)
        else:
            out.append(problem)
    for message, same in shared.items():
        more = f" (likewise {len(same) - 1} more)" if len(same) > 1 else ""
        out.append(attrs.evolve(same[0], message=message + more))
    return sorted(out)
