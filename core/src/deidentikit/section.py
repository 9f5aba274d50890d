"""Reading one section of a profile: filters, options, settings, rules, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from .action import Action
from .blame import Asked
from .errors import Problem, near
from .filetype import FileType, Named
from .fragment import RULE_KEYS, TOP_KEYS, Fragment, Key
from .kinds import Formats
from .nesting import with_nested
from .results import texts
from .rules import FileFilter, NameRule, Rule, Section, SubjectRule
from .schema import OneOf, PlacedError, RegexText, Text, Texts, YesNo, build_nested, nested_action
from .schema.actions import ActionSpec, read_action
from .schema.tree import Node, read_keys, read_value

if TYPE_CHECKING:
    from .registry import Registry

ON_ERROR: Final = Key(
    OneOf("refuse", "remove", "empty"),
    "What a value that an action cannot treat leads to: refuse the file, remove the field, or make it empty.",
    "refuse",
)
SECRET_KEY_REMARK: Final = (
    "this has no effect: there is no encryption here, and secrets do not belong in a profile. Take it out;"
    " for pseudonyms that nobody can guess, give a key with --key-file"
)
_FILTER: Final = Key(Texts(), "Names of files: globs, or r! and a regular expression for the whole name.")
_ENFORCE: Final = Key(YesNo(), "Take files by their names only, never by their content.", "no")
SECTION: Final[Fragment] = {"file-filter": _FILTER, "enforce-file-filter": _ENFORCE, "on-error": ON_ERROR}
RULE: Final[Fragment] = {
    "name": Key(Text(blank=False), "The field."),
    "regex": Key(RegexText(), "Matched from the start of each field's path."),
    "on-error": ON_ERROR,
}
NAME: Final[Fragment] = {
    "input-regex": Key(RegexText(), "Matched from the start of the input's name.", ".*"),
    "output": Key(Text(blank=False), "The new name, with {x} for a group or a field."),
}
SUBJECT: Final[Fragment] = {
    "path": Key(RegexText(), "Searched in the input's path; its group (?P<subject>...) is the subject.")
}
_CURLY: Final = frozenset("“”„‘’‚«»")
_ELSEWHERE: Final = ("fields", "filenames", "folders", "subject", "secret-key")
_ANY_NAME: Final = re.compile("", re.DOTALL)


@attrs.frozen
class Defaults:
    """What the top level gives to every section.

    complete : every setting that stands there is valid
    """

    settings: Mapping[str, object]
    subject: SubjectRule | None
    on_error: str
    keyed: bool
    folders: Node | None = None
    complete: bool = True


def read_subject(node: Node) -> SubjectRule | None:
    """Where the patient is read; None after reporting what is wrong."""
    if node.is_text and not node.is_blank:
        return SubjectRule(field=node.text, line=node.line)
    if not isinstance(node.raw, Mapping):
        node.unexpected("the name of a field, or a block with 'path'")
        return None
    found = read_keys(node, SUBJECT, ("path",))
    pattern = found.get("path")
    if not isinstance(pattern, re.Pattern):
        return None
    if "subject" not in pattern.groupindex:
        node.problem(
            "the regular expression needs a group (?P<subject>...) that the subject stands in", node.lines()["path"]
        )
        return None
    return SubjectRule(path=pattern, line=node.line)


class SectionReader:
    """Reads one section; what is wrong is reported to the node's report."""

    def __init__(self, name: str, line: int, node: Node, registry: Registry, defaults: Defaults) -> None:
        self._name = name
        self._line = line
        self._node = node
        self._registry = registry
        self._defaults = defaults
        self._class = registry.sections[name]
        self._keys = registry.type_keys(self._class)
        self._settings: dict[str, object] = dict(defaults.settings)
        self._complete = defaults.complete

    def read(self) -> Section | None:
        """The section with all of it that is valid; None where its file type cannot be set up."""
        node = self._node
        if not node.is_blank and not isinstance(node.raw, Mapping):
            expected = "a block of keys, or nothing"
            node.unexpected(
                expected, "the rules of a section stand below its key 'fields:'" if isinstance(node.raw, list) else ""
            )
            return None
        fragment = {**SECTION, **self._registry.settings, **self._keys.section}
        displaced = self._displaced(fragment)
        found = read_keys(node, fragment, skip=(*_ELSEWHERE, *displaced))
        settings = self._registry.settings.keys()
        self._settings.update({key: value for key, value in found.items() if key in settings})
        self._complete &= all(key in found for key in node.lines().keys() & settings)
        file_type = self._file_type({key: found[key] for key in self._keys.section if key in found})
        parts = {key: child for key, _, child in node.items() if key in _ELSEWHERE}
        subject = read_subject(parts["subject"]) if "subject" in parts else self._defaults.subject
        if "secret-key" in parts:
            parts["secret-key"].problem(SECRET_KEY_REMARK, warning=True)
        rules = tuple(self._rules(parts["fields"])) if "fields" in parts else ()
        names = tuple(self._names(parts["filenames"])) if "filenames" in parts else ()
        folders = parts.get("folders", self._defaults.folders)
        filters = tuple(self._filters(node, found.get("file-filter", ())))
        enforce = bool(found.get("enforce-file-filter", False))
        if enforce and "file-filter" not in node.lines():
            node.problem(
                "enforce-file-filter needs a file-filter to enforce; add one, such as '*.dcm'",
                node.lines()["enforce-file-filter"],
            )
        if file_type is None:
            return None
        return Section(
            name=self._name,
            line=self._line,
            file_type=file_type,
            rules=rules,
            file_filter=filters,
            enforce_file_filter=enforce,
            filenames=names,
            folders=() if folders is None else tuple(self._names(folders)),
            subject=subject,
            on_error=str(found.get("on-error", self._defaults.on_error)),
            formats=self._formats(),
        )

    def _displaced(self, fragment: Fragment) -> list[str]:
        """Report keys that belong elsewhere: in rules, at the top level, in sections of other types."""
        actions, options = self._registry.actions, self._registry.options
        found = [key for key in self._node.lines() if key not in (*fragment, *_ELSEWHERE)]
        displaced = [key for key in found if key in actions or key in options or key in (*RULE_KEYS, *self._keys.rule)]
        for key in displaced:
            self._node.problem(f"{key!r} stands in a rule, below 'fields:'; move it there", self._node.lines()[key])
        for key in (key for key in found if key not in displaced):
            if key in TOP_KEYS:
                where = "at the top level, beside the sections, without spaces before it; move it there"
                self._node.problem(f"{key!r} stands {where}", self._node.lines()[key])
            elif of := self._registry.sections_with(key):
                self._node.problem(f"{key!r} is a key of {', '.join(of)} alone; take it out", self._node.lines()[key])
            else:
                continue
            displaced.append(key)
        return displaced

    def _file_type(self, own: Mapping[str, object]) -> FileType | None:
        options = {**self._class.sections[self._name].defaults, **own}
        try:
            with Asked(self._class):
                return self._class(options, self._name)
        except ValueError as error:
            self._node.problem(str(error), self._blamed(str(error), own))
            return None

    def _blamed(self, message: str, own: Iterable[str]) -> int:
        """The line of the one key that a file type's message names, else of the section."""
        named = [key for key in own if re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", message)]
        return self._node.lines()[named[0]] if len(named) == 1 else self._line

    def _formats(self) -> Formats:
        """The type's own date formats, or those that the section sets."""
        date, datetime = self._settings.get("date-format"), self._settings.get("datetime-format")
        standard = self._class.formats
        return Formats(
            date if isinstance(date, str) else standard.date,
            datetime if isinstance(datetime, str) else standard.datetime,
        )

    def _filters(self, node: Node, texts: object) -> Iterator[FileFilter]:
        for child in (child for key, _, child in node.items() if key == "file-filter"):
            for entry in child.entries() if isinstance(child.raw, list) else (child,):
                if not entry.is_text or entry.is_blank:
                    continue
                try:
                    yield FileFilter(entry.text)
                except ValueError as error:
                    entry.problem(str(error))

    def _rules(self, node: Node) -> Iterator[Rule]:
        if not isinstance(node.raw, list):
            node.unexpected("a list of rules, each beginning with '- name:' or '- regex:'")
            return
        for entry in node.entries():
            if not isinstance(entry.raw, Mapping):
                name = entry.text if entry.is_text and entry.text.isprintable() and len(entry.text) <= 40 else "..."
                entry.unexpected(f"a rule: write 'name: {name}' behind the '- ', and its action on a line below")
                continue
            rule = self._rule(entry)
            if rule is not None:
                yield rule

    def _rule(self, node: Node) -> Rule | None:
        before = len(node.report.problems)
        own = (*RULE_KEYS, *self._keys.rule)
        naming: Fragment = {**RULE, **self._keys.rule}
        children = {key: child for key, _, child in node.items()}
        found = read_keys(
            node, {key: naming[key] for key in children if key in naming}, skip=children.keys() - naming.keys()
        )
        selecting = ("name", "regex")
        selectors = [key for key in children if key in selecting]
        for child in (children[key] for key in selectors):
            if child.is_text and child.text[:1] in _CURLY and child.text[-1:] in _CURLY and not child.is_blank:
                child.problem("typographic quotes stand around this; write ' or \" in their place")
        if len(selectors) > 1:
            node.problem(
                "a rule has either 'name' or 'regex', not both: take one of them out", node.lines()[selectors[1]]
            )
        elif not selectors and not any(key in self._keys.rule or self._misspells(key, selecting) for key in children):
            node.problem("this rule names no field: add 'name:' for one field, or 'regex:' for all that match")
        spec = read_action(node, self._registry, own)
        if not isinstance(spec, ActionSpec) or _errors(node.report.problems[before:]):
            return None
        action = self._build(spec, node)
        if action is None:
            return None
        regex = found.get("regex")
        named = Named(
            name=None if "name" not in found else str(found["name"]),
            regex=regex.pattern if isinstance(regex, re.Pattern) else None,
            keys={key: found[key] for key in self._keys.rule if key in found},
        )
        on_error = found.get("on-error")
        return Rule(named, action, node.line, None if on_error is None else str(on_error), node.where)

    def _misspells(self, key: str, names: Iterable[str]) -> bool:
        """Whether a key that means nothing is like one of these; it is reported by itself."""
        known = key in self._registry.actions or key in self._registry.options
        return not known and bool(near(key, names, 1))

    def _build(self, spec: ActionSpec, node: Node) -> Action | None:
        """The action of a rule or group, after it was asked what speaks against it."""
        spelled = next((key for key, line, _ in node.items() if line == spec.line), "")
        at = Node("", spec.line, f"{node.where}.{spelled}" if spelled else node.where, node.report)
        keyed = self._defaults.keyed
        try:
            with Asked(self._registry.actions[spec.action_name]):
                action = build_nested(spec, self._settings, self._registry)
                for part in with_nested([action]):
                    for message in texts(part.problems(keyed), type(part), "problems") if self._complete else ():
                        at.problem(message)
                    for message in texts(part.remarks(keyed), type(part), "remarks"):
                        at.problem(message, warning=True)
        except PlacedError as error:
            at.problem(str(error), error.line)
            return None
        return action

    def _names(self, node: Node) -> Iterator[NameRule]:
        if not isinstance(node.raw, list):
            node.unexpected("a list, each entry beginning with '- output:'")
            return
        for entry in node.entries():
            if not isinstance(entry.raw, Mapping):
                entry.unexpected("a block with 'output', and 'input-regex' where names are told apart")
                continue
            before = len(node.report.problems)
            found = read_keys(entry, NAME, ("output",), skip=("groups",))
            groups = self._groups(next((child for key, _, child in entry.items() if key == "groups"), None))
            if not _errors(node.report.problems[before:]):
                pattern = found.get("input-regex")
                yield NameRule(
                    pattern if isinstance(pattern, re.Pattern) else _ANY_NAME,
                    str(found["output"]),
                    groups,
                    entry.line,
                    entry.where,
                )

    def _groups(self, node: Node | None) -> dict[str, Action]:
        groups: dict[str, Action] = {}
        if node is None:
            return groups
        if not isinstance(node.raw, list):
            node.unexpected("a list, each entry with 'name' and one action")
            return groups
        for entry in node.entries():
            spec = read_value(nested_action(self._registry), entry)
            if not isinstance(spec, ActionSpec):
                continue
            if spec.name in groups:
                entry.problem(f"the group {spec.name!r} stands here a second time")
            action = self._build(spec, entry)
            if action is not None:
                groups[spec.name] = action
        return groups


def _errors(problems: Iterable[Problem]) -> bool:
    return any(not problem.warning for problem in problems)
