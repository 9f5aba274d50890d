"""Reading profiles: what they say, and every problem at its own line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Self

import attrs
import pytest
from deidentikit.action import KEEP, REMOVE, Action, Verdict
from deidentikit.context import Context
from deidentikit.errors import Problem
from deidentikit.filetype import Document, FileType, Named, Preset, Rank, Selector, Step
from deidentikit.fragment import Fragment, Key
from deidentikit.kinds import Formats, Kind, Value
from deidentikit.profile import FileFilter, Profile, SubjectRule, read_profile
from deidentikit.registry import Registry
from deidentikit.schema import (
    ActionSpec,
    Block,
    ListOf,
    Number,
    OneOf,
    RegexText,
    Text,
    Validator,
    Whole,
    YesNo,
    build_nested,
    nested_action,
)
from deidentikit.splice import Source


@attrs.frozen
class Leave(Action):
    name: ClassVar[str] = "leave"
    aliases: ClassVar[tuple[str, ...]] = ("as-is",)
    kind: ClassVar[Kind] = Kind.NATIVE
    default: ClassVar[bool] = True

    def apply_field(self, values: Sequence[Value], context: Context) -> Verdict:
        return KEEP


@attrs.frozen
class Drop(Action):
    name: ClassVar[str] = "drop"
    kind: ClassVar[Kind] = Kind.NATIVE

    def apply_field(self, values: Sequence[Value], context: Context) -> Verdict:
        return REMOVE


@attrs.frozen
class Digest(Action):
    name: ClassVar[str] = "digest"
    kind: ClassVar[Kind] = Kind.TEXT
    salt: str = ""
    digest_length: int = 16

    @classmethod
    def settings_schema(cls, registry: Registry) -> Fragment:
        return {"salt": Key(Text(), "Before the value."), "digest-length": Key(Whole(0, 64), "Digits.", "16")}

    def problems(self, keyed: bool) -> Iterable[str]:
        if self.digest_length == 13:
            yield "13 brings bad luck"

    def remarks(self, keyed: bool) -> Iterable[str]:
        if not keyed:
            yield "weak without a key"

    def apply(self, value: Value, context: Context) -> Value:
        return value


@attrs.frozen
class Write(Action):
    name: ClassVar[str] = "write"
    kind: ClassVar[Kind] = Kind.NATIVE
    value: str = ""
    write_new: bool = True
    write_times: int = 1

    def __attrs_post_init__(self) -> None:
        if self.write_times > 3:
            raise ValueError("write-times is too much")

    @classmethod
    def value_schema(cls, registry: Registry) -> Validator:
        return Text()

    @classmethod
    def options_schema(cls, registry: Registry) -> Fragment:
        return {"write-new": Key(YesNo(), "Make it."), "write-times": Key(Whole(1), "How often.")}

    @classmethod
    def settings_schema(cls, registry: Registry) -> Fragment:
        return {"write-new": Key(YesNo(), "Make them.")}

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value]:
        return [self.value]


@attrs.frozen
class Rebuild(Action):
    name: ClassVar[str] = "rebuild"
    kind: ClassVar[Kind] = Kind.TEXT
    parts: Mapping[str, Action] = attrs.field(factory=dict, hash=False)

    @classmethod
    def value_schema(cls, registry: Registry) -> Validator:
        groups = Key(ListOf(nested_action(registry)), "Parts.")
        keys = {"input-regex": Key(RegexText(), "The text."), "output": Key(Text(), "New."), "groups": groups}
        return ListOf(Block(keys, required=("input-regex", "output")))

    @classmethod
    def build(
        cls, value: object, options: Mapping[str, object], settings: Mapping[str, object], registry: Registry
    ) -> Self:
        assert isinstance(value, tuple)
        specs: list[ActionSpec] = [spec for entry in value for spec in entry.get("groups", ())]
        return cls({spec.name: build_nested(spec, settings, registry) for spec in specs})

    def nested(self) -> Mapping[str, Action]:
        return self.parts

    def apply(self, value: Value, context: Context) -> Value:
        return value


class Lines(FileType):
    name: ClassVar[str] = "lines"
    sections: ClassVar[Mapping[str, Preset]] = {
        "lines": Preset((".TXT",)),
        "log": Preset((".log",), {"delimiter": "|"}),
    }
    formats: ClassVar[Formats] = Formats("%d.%m.%Y", "%d.%m.%Y %H:%M")

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        super().__init__(options, section)
        if options.get("delimiter") == options.get("quote", ""):
            raise ValueError("delimiter and quote are alike")

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return False

    @classmethod
    def section_schema(cls) -> Fragment:
        return {
            "delimiter": Key(Text(blank=False), "Between fields."),
            "quote": Key(Text(), "Around a field."),
            "level": Key(Number(), "A number."),
            "units": Key(OneOf("mm", "inch"), "Units."),
        }

    @classmethod
    def rule_schema(cls) -> Fragment:
        return {"column": Key(Whole(1), "Number of a column.")}

    def compile(self, named: Named) -> Selector:
        return Selector(named.name or "", Rank.NAME, named.name)

    def bind(self, steps: Iterable[Step], reads: Iterable[str]) -> object:
        return tuple(steps)

    def open(self, source: Source, matcher: object) -> Document:
        raise NotImplementedError


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.of(Leave, Drop, Digest, Write, Rebuild, Lines)


def good(text: str, registry: Registry, keyed: bool | None = True) -> Profile:
    """The profile of a text that nothing is wrong with."""
    profile, problems = read_profile(text, "p.yml", registry, keyed=keyed)
    assert problems == []
    return profile


def wrong(text: str, registry: Registry, keyed: bool | None = True) -> list[tuple[int, str, str]]:
    """Line, place and message of each problem."""
    _, problems = read_profile(text, "p.yml", registry, keyed=keyed)
    return [(problem.line, problem.where, problem.message) for problem in problems if not problem.warning]


def one(text: str, registry: Registry, keyed: bool | None = True) -> tuple[int, str, str]:
    """The only problem of a text."""
    (found,) = wrong(text, registry, keyed)
    return found


def remarks(text: str, registry: Registry, keyed: bool | None = None) -> list[Problem]:
    """The warnings about a text that is otherwise good."""
    _, problems = read_profile(text, "p.yml", registry, keyed=keyed)
    assert all(problem.warning for problem in problems)
    return problems


WHOLE = r"""
version: 1
name: trial
description: as used here
unmatched: copy
subject: id
digest-length: 8
write-new: no
on-error: empty

lines:
  delimiter: ;
  digest-length: 4
  file-filter:
    - '*.txt'
    - r!IM\d+
  enforce-file-filter: yes
  on-error: remove
  fields:
    - name: a
    - name: b
      digest: on
    - regex: x.*
      on-error: refuse
      write: new
      write-new: true
    - column: 3
      drop: yes
    - name: c
      rebuild:
        - input-regex: (?P<n>\d+)
          output: '{n}'
          groups:
            - name: n
              digest: yes
            - name: other
  filenames:
    - output: '{n}.txt'
      input-regex: (?P<n>\w+)
      groups:
        - name: n
          write: x
    - output: y

log:
"""


def test_everything_that_a_profile_can_say(registry: Registry) -> None:
    profile = good(WHOLE, registry)
    assert (profile.name, profile.description, profile.unmatched) == ("trial", "as used here", "copy")
    lines, log = profile.sections
    assert (lines.name, lines.line, lines.on_error, lines.enforce_file_filter) == ("lines", 11, "remove", True)
    assert lines.file_type.options == {"delimiter": ";"}
    assert [(rule.line, rule.named.name, rule.named.regex, rule.action, rule.on_error) for rule in lines.rules] == [
        (20, "a", None, Leave(), None),
        (21, "b", None, Digest(digest_length=4), None),
        (23, None, "x.*", Write("new", True), "refuse"),
        (27, None, None, Drop(), None),
        (29, "c", None, Rebuild({"n": Digest(digest_length=4), "other": Leave()}), None),
    ]
    assert lines.rules[3].named.keys == {"column": 3}
    first, second = lines.filenames
    assert (first.output, first.line, first.groups) == ("{n}.txt", 38, {"n": Write("x", False)})
    assert first.input_regex.pattern == r"(?P<n>\w+)"
    assert second.input_regex.match("anything at all")
    assert (log.line, log.rules, log.on_error, log.subject) == (45, (), "empty", SubjectRule(field="id"))
    assert log.file_type.options == {"delimiter": "|"}
    assert log.formats == Lines.formats


def test_values_can_be_compared(registry: Registry) -> None:
    text = WHOLE.partition("\nlines:")[0]
    one_, other = (good(f"{text}\nlog:\n", registry) for _ in range(2))
    assert attrs.evolve(one_, sections=()) == attrs.evolve(other, sections=())


def test_which_names_a_section_claims(registry: Registry) -> None:
    lines, log = good(WHOLE, registry).sections
    assert [lines.claims_name(name) for name in ("a.txt", "IM12", "a.TXT", "xIM1", "IM1x")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert log.claims_name("a.log") is None
    assert lines.suffixes == (".txt",)


def test_a_filter_may_be_one_text(registry: Registry) -> None:
    (section,) = good("lines:\n  file-filter: '*.x'\n", registry).sections
    assert section.file_filter == (FileFilter("*.x"),)


@pytest.mark.parametrize("word", ["true", "yes", "on", "True", "YES"])
def test_true_words(registry: Registry, word: str) -> None:
    (section,) = good(f"lines:\n  fields:\n    - name: a\n      drop: {word}\n", registry).sections
    assert section.rules[0].action == Drop()


def test_values_are_texts(registry: Registry) -> None:
    text = "lines:\n  fields:\n" + "".join(
        f"    - name: a\n      write: {value}\n" for value in ("no", "12", "1e3", "~", "'x'", "2020-01-01", "")
    )
    (section,) = good(text, registry).sections
    assert [rule.action for rule in section.rules] == [
        Write(value) for value in ("no", "12", "1e3", "~", "x", "2020-01-01", "")
    ]


def test_dates_in_the_formats_of_the_section() -> None:
    class Shift(Digest):
        name = "shift"

        @classmethod
        def settings_schema(cls, registry: Registry) -> Fragment:
            return {"date-format": Key(Text(), "Of dates."), "datetime-format": Key(Text(), "Of times.")}

    text = "date-format: '%Y'\nlines:\n  datetime-format: '%Y %H'\nlog:\n"
    lines, log = good(text, Registry.of(Shift, Lines)).sections
    assert lines.formats == Formats("%Y", "%Y %H")
    assert log.formats == Formats("%Y", "%d.%m.%Y %H:%M")


def test_a_subject_in_the_path(registry: Registry) -> None:
    (section,) = good("lines:\n  subject:\n    path: (?P<subject>sub-\\d+)/\n", registry).sections
    assert section.subject == SubjectRule(path=re.compile(r"(?P<subject>sub-\d+)/"))


@pytest.mark.parametrize(
    ("subject", "line", "message"),
    [
        ("\n    path: sub-.*", 3, "needs a group (?P<subject>...)"),
        ("\n    path: (", 3, "has no ')'"),
        ("\n    pth: x", 3, "Did you mean 'path'?"),
        ("\n    - a", 3, "found a list"),
        ("", 2, "found nothing"),
    ],
)
def test_a_subject_that_is_none(registry: Registry, subject: str, line: int, message: str) -> None:
    found = wrong(f"lines:\n  subject:{subject}\n", registry)
    assert found[0][0] == line
    assert message in " ".join(text for _, _, text in found)


@pytest.mark.parametrize(
    ("rule", "line", "where", "message"),
    [
        ("- nmae: a\n      drop: yes", 4, "", "Did you mean 'name'?"),
        ("- name: a\n      drop: false", 5, ".drop", "found 'false', expected true, yes or on"),
        ("- name: a\n      drop: maybe", 5, ".drop", "found 'maybe', expected true, yes or on"),
        ("- name: a\n      drop:", 5, ".drop", "found nothing, expected true, yes or on"),
        ("- name: a\n      drop: yes\n      digest: yes", 6, "", "one action, found 'drop' and 'digest'"),
        ("- name: a\n      explode: yes", 5, "", "unknown action or key 'explode'"),
        ("- name: a\n      digst: yes", 5, "", "Did you mean 'digest'?"),
        ("- name: a\n      write: x\n      write_new: yes", 6, "", "Write 'write-new'"),
        ("- name: a\n      write: x\n      write-tims: 1", 6, "", "Did you mean 'write-times'?"),
        ("- name: a\n      write-new: yes", 5, "", "'write-new' stands without its action; add one of: write"),
        ("- name: a\n      digest: yes\n      salt: geheim", 6, "", "a setting of the section"),
        ("- name: a\n      digest: yes\n      write-times: 1", 6, "", "unknown key 'write-times' beside 'digest'"),
        ("- name: a\n      increment-date: yes", 5, "", "pip install deidentikit-increment-date"),
        ("- name: a\n      increment_date: yes", 5, "", "increment-date"),
        ("- name: a\n      regex: b\n      drop: yes", 5, "", "either 'name' or 'regex'"),
        ("- drop: yes", 4, "", "names no field"),
        ("- name:\n      drop: yes", 4, ".name", "found nothing"),
        ("- regex: (\n      drop: yes", 4, ".regex", "character 1"),
        ("- column: x\n      drop: yes", 4, ".column", "a whole number from 1 on"),
        ("- name: a\n      on-error: ignore", 5, ".on-error", "one of refuse, remove, empty"),
        ("- name: a\n      write: x\n      write-times: 4", 5, ".write", "write-times is too much"),
        ("- just text", 4, "", "found 'just text'"),
        ("- - a", 4, "", "found a list"),
        ("- name: a\n      write:\n        - b", 6, ".write", "found a list, expected a text"),
        ("- name: a\n      rebuild: x", 5, ".rebuild", "expected a list"),
        ("- name: a\n      rebuild:\n        - output: x", 6, ".rebuild[0]", "'input-regex' is missing"),
        (
            "- name: a\n      rebuild:\n        - output: x\n          input-regex: y\n          groups:\n"
            "            - name: n\n              write: x\n              write-times: 9",
            10,
            ".rebuild",
            "write-times is too much",
        ),
        (
            "- name: a\n      rebuild:\n        - output: x\n          input-regex: y\n          groups:\n"
            "            - name: n\n              digset: yes",
            10,
            ".rebuild[0].groups[0]",
            "Did you mean 'digest'?",
        ),
        (
            "- name: a\n      rebuild:\n        - output: x\n          input-regex: y\n          groups:\n"
            "            - digest: yes",
            9,
            ".rebuild[0].groups[0]",
            "'name' is missing",
        ),
    ],
)
def test_a_rule_that_is_wrong(registry: Registry, rule: str, line: int, where: str, message: str) -> None:
    found = wrong(f"lines:\n  delimiter: ;\n  fields:\n    {rule}\n", registry)
    assert any(at == line and place == f"lines.fields[0]{where}" and message in text for at, place, text in found), (
        found
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("version: 2\nlines:\n", 1, "found '2', expected 1"),
        ("lnes:\n", 1, "Did you mean 'lines'?"),
        ("dicom:\n", 1, "pip install deidentikit-dicom"),
        ("dicm:\n", 1, "Did you mean 'dicom'?"),
        ("lines:\n\nfields:\n  - name: a\n", 3, "within a section"),
        ("lines:\nexport: x\n", 2, "take this block out"),
        ("lines:\nprofile: none\n", 2, "write the sections"),
        ("lines:\nunmatched: drop\n", 2, "one of refuse, copy"),
        ("lines:\ndigest_length: 4\n", 2, "Write 'digest-length'"),
        ("lines:\ndigest-length: 65\n", 2, "from 0 to 64"),
        ("lines:\n  digest-length: -1\n", 2, "from 0 to 64"),
        ("lines:\n  delimitr: x\n", 2, "Did you mean 'delimiter'?"),
        ("lines:\n  fieldz:\n    - name: a\n", 2, "Did you mean 'fields'?"),
        ("lines:\n  delimiter:\n", 2, "found nothing"),
        ("lines:\n  units: in\n", 2, "Did you mean 'inch'?"),
        ("lines:\n  level: high\n", 2, "expected a number"),
        ("lines:\n  delimiter: x\n  quote: x\n", 1, "delimiter and quote are alike"),
        ("lines:\n  fields: a\n", 2, "a list of rules"),
        ("lines:\n  fields:\n", 2, "found nothing"),
        ("lines: x\n", 1, "found 'x', expected a block of keys"),
        ("lines:\n  file-filter:\n    - a\n    - r!(\n", 4, "has no ')'"),
        ("lines:\n  file-filter:\n    - a\n    -\n", 4, "found nothing"),
        ("lines:\n  enforce-file-filter: yes\n", 2, "needs a file-filter"),
        ("lines:\n  filenames: x\n", 2, "a list, each entry beginning with '- output:'"),
        ("lines:\n  filenames:\n    - x\n", 3, "a block with 'output'"),
        (
            "lines:\n  filenames:\n    - output: x\n      groups: y\n",
            4,
            "a list, each entry with 'name' and one action",
        ),
        ("lines:\n  filenames:\n    - input-regex: x\n", 3, "'output' is missing"),
        ("lines:\n  filenames:\n    - output:\n", 3, "found nothing"),
        ("lines:\n  filenames:\n    - output: x\n      input-regex: (\n", 4, "character 1"),
        ("lines:\n  filenames:\n    - output: x\n      group: y\n", 4, "Did you mean 'groups'?"),
        (
            "lines:\n  filenames:\n    - output: x\n      groups:\n        - name: a\n        - name: a\n",
            6,
            "second time",
        ),
        ("lines:\n  digest-length: 13\n  fields:\n    - name: a\n      digest: yes\n", 5, "bad luck"),
        ("name: x\n", 1, "there is no section"),
        ("", 0, "is empty"),
    ],
)
def test_what_is_wrong_beside_rules(registry: Registry, text: str, line: int, message: str) -> None:
    at, _, found = one(text, registry)
    assert (at, message in found) == (line, True), found


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("lines:\n\tfields: x\n", 2, "a tab stands here"),
        ("lines:\n  file-filter: *.csv\n", 2, "needs quotes"),
        ("lines:\n  quote: &x b\n", 2, "'&'"),
        ("lines:\n  quote: !x b\n", 2, "'!'"),
        ("lines:\n  quote: @x\n", 2, "'@'"),
        ("lines:\n  quote: a: b\n", 2, "second ': '"),
        ("lines:\n  quote: x\n level: 1\n", 3, "indented by 1 space, like no line"),
        ("lines:\nlog:\nlines:\n", 3, "'lines' stands here a second time"),
        ('lines:\n  quote: "\\d"\n', 2, "single quotes"),
        ("lines:\n---\nlog:\n", 2, "second document"),
        ("lines:\n  quote: a\x00b\n", 2, "U+0000"),
        ("lines:\n  <<: x\n", 2, "'<<'"),
        ("lines:\n  fields:\n    - name: {n}\n", 3, "needs quotes"),
        ("just text\n", 1, "found plain text"),
        ("- lines\n", 1, "found a list"),
    ],
)
def test_what_yaml_refuses(registry: Registry, text: str, line: int, message: str) -> None:
    at, _, found = one(text, registry)
    assert (at, message in found) == (line, True), found


def test_flow_style_is_shown_in_block_form(registry: Registry) -> None:
    line, _, message = one("lines:\n  file-filter: ['*.a', b.txt]  # two\n", registry)
    assert line == 2
    assert message.endswith("write\n  file-filter:\n    - '*.a'\n    - b.txt")
    line, _, message = one("lines:\n  fields:\n    - {name: a, drop: yes}\n", registry)
    assert line == 3
    assert message.endswith("write\n    - name: a\n      drop: yes")


def test_block_form_that_is_shown_can_be_read(registry: Registry) -> None:
    _, _, message = one(
        "lines:\n  fields: [{name: a, rebuild: [{input-regex: '.:', output: x}]}, {name: b}]\n", registry
    )
    shown = message.partition("write\n")[2]
    (section,) = good(f"lines:\n{shown}\n", registry).sections
    assert [rule.named.name for rule in section.rules] == ["a", "b"]


def test_all_problems_are_found_in_order(registry: Registry) -> None:
    text = "".join(f"    - name: f{number}\n      digst: yes\n" for number in range(40))
    found = wrong(f"lines:\n  delimitr: x\n  fields:\n{text}log:\n  level: x\n", registry)
    assert [line for line, _, _ in found] == [2, *range(5, 85, 2), 85]


def test_what_is_valid_is_kept_beside_problems(registry: Registry) -> None:
    text = "lines:\n  fields:\n    - name: a\n      drop: no\n    - name: b\n      drop: yes\n"
    profile, problems = read_profile(text, "p.yml", registry)
    assert len(problems) == 1
    assert [rule.named.name for rule in profile.sections[0].rules] == ["b"]


def test_comments_and_block_scalars_do_not_move_lines(registry: Registry) -> None:
    text = (
        "# first\n\nlines:\n  # second\n  fields:\n    # third\n\n    - name: a  # fourth\n      write: |\n"
        "        one\n        two\n\n      # fifth\n      write-times: none\n"
    )
    assert one(text, registry)[:2] == (14, "lines.fields[0].write-times")


def test_a_key_by_reference(registry: Registry) -> None:
    assert good("key: env:DEID_KEY\nlines:\n", registry, keyed=None).key == "env:DEID_KEY"
    assert good("key: file:keys/a b.txt\nlines:\n", registry, keyed=None).key == "file:keys/a b.txt"


SECRET = "5f4dcc3b5aa765d61d8327deb882cf99"


@pytest.mark.parametrize(
    "text",
    [
        f"key: {SECRET}\nlines:\n",
        f"key: env:A\nsalt: {SECRET}\nlines:\n",
        f"key: env:A\nlines:\n  salt: {SECRET}\n",
        f"salt: [{SECRET}]\nlines:\n",
        f"lines: {{salt: {SECRET}}}\n",
        f"salt:\n  - {SECRET}\nlines:\n",
        f"secret-key:\n  - {SECRET}\nlines:\n  fields: x\n",
        f"salt: {SECRET}\nlines:\n  fields: x\n",
    ],
)
def test_secrets_are_not_shown(registry: Registry, text: str) -> None:
    _, problems = read_profile(text, "p.yml", registry)
    assert any(not problem.warning for problem in problems)
    assert SECRET not in "\n".join(map(str, problems))


def test_a_salt_beside_a_key(registry: Registry) -> None:
    assert one("key: env:A\nlines:\n  salt: x\n", registry, keyed=None)[0] == 3
    assert one("salt: x\nlines:\n", registry, keyed=True)[0] == 1


def test_a_salt_is_remarked(registry: Registry) -> None:
    (problem,) = remarks("lines:\n  salt: x\n", registry)
    assert problem.line == 2
    assert "secrets do not belong in a profile" in problem.message


def test_keys_of_the_dialect_without_effect(registry: Registry) -> None:
    found = remarks("secret-key: abc\ndeid-log: x.csv\nlines:\n  secret-key: def\n", registry)
    assert [problem.line for problem in found] == [1, 2]
    assert "likewise 1 more" in found[0].message
    assert "--report DIR" in found[1].message


def test_a_remark_that_many_rules_share_is_told_once(registry: Registry) -> None:
    text = "lines:\n  fields:\n" + "".join(f"    - name: f{number}\n      digest: yes\n" for number in range(5))
    assert remarks(text, registry, keyed=False) == [
        Problem(4, "lines.fields[0].digest", "weak without a key (likewise 4 more)", warning=True)
    ]
    assert remarks(text, registry, keyed=True) == []


def test_a_bare_name_where_no_action_is_the_default() -> None:
    line, _, message = one("lines:\n  fields:\n    - name: a\n", Registry.of(Drop, Lines))
    assert line == 3
    assert "no action is named" in message


def test_seven_hundred_rules(registry: Registry) -> None:
    rules = "".join(f"    - name: F{number}.G\n      digest: yes\n" for number in range(700))
    (section,) = good(f"lines:\n  fields:\n{rules}", registry).sections
    assert [rule.line for rule in section.rules] == [3 + 2 * number for number in range(700)]
