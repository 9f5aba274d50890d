"""The JSON Schema of profiles takes what can be used, as editors parse it, and refuses common mistakes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import strictyaml
import yaml
from deidentikit import PluginError, ProfileError, Registry, parse_profile, profile_schema
from deidentikit.cli import main
from deidentikit.schema import (
    Block,
    DateFormatText,
    Fragment,
    Key,
    ListOf,
    Number,
    OneOf,
    RegexText,
    Scalar,
    Text,
    Texts,
    Validator,
    Whole,
    Yes,
    YesNo,
)
from deidentikit.schema.tree import INVALID, Report, json_schema_of, read_value
from deidentikit.schema.yamltext import parse
from deidentikit.shifting import BoundText, Increment
from deidentikit.testing import LinesFile
from deidentikit.testing.corpus import corpus_dir
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
YAML_BLOCK = re.compile(r"^```yaml[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REGISTRY = Registry.from_installed()
SCHEMA = profile_schema(REGISTRY)
PROFILES = Draft202012Validator(SCHEMA)


class Yaml12(yaml.SafeLoader):
    """YAML as editors read it if not told otherwise: the core schema of version 1.2."""

    yaml_implicit_resolvers: ClassVar[dict[str, object]] = {}


class Yaml11(yaml.SafeLoader):
    """YAML as editors read it if told to take version 1.1; JSON has no dates."""

    yaml_implicit_resolvers: ClassVar[dict[str, object]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_CORE_12 = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.nan",
        "-+.0123456789",
    ),
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
}
for _name, (_pattern, _first) in _CORE_12.items():
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(rf"^(?:{_pattern})$"), _first)
Yaml12.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value, 0 if "x" in node.value else 10))
LOADERS = (Yaml12, Yaml11)


def faults(text: str) -> list[str]:
    """What the JSON Schema has against a profile, under either version of YAML."""
    found = []
    for loader in LOADERS:
        document = yaml.load(text, loader)
        found += [f"{list(error.absolute_path)}: {error.message}" for error in PROFILES.iter_errors(document)]
    return found


def can_be_used(text: str) -> bool:
    """With a key from a file, or without: some profiles ask for one, a salt refuses it."""
    for keyed in (None, True):
        try:
            parse_profile(text, REGISTRY, keyed=keyed)
        except ProfileError:
            continue
        return True
    return False


def flywheel_profiles() -> list[Path]:
    named = os.environ.get("DEIDENTIKIT_FLYWHEEL_PROFILES")
    corpus = corpus_dir()
    folder = Path(named) if named else None if corpus is None else corpus.with_name("flywheel-profiles")
    return [] if folder is None else sorted(folder.glob("cases/*/profile.yml"))


def written_profiles() -> Iterator[tuple[str, str]]:
    """Every profile of the examples and the documentation that the installed plugins can read."""
    for path in ROOT.glob("examples/*.yml"):
        yield path.name, path.read_text("utf-8")
    pages = (ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/*/README.md"))
    for page in pages:
        for number, text in enumerate(YAML_BLOCK.findall(page.read_text("utf-8"))):
            yield f"{page.relative_to(ROOT)} {number}", text
    for path in flywheel_profiles():
        yield path.parent.name, path.read_text("utf-8")


def test_is_a_json_schema_of_the_dialect_that_it_names() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert SCHEMA["title"]
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_takes_every_profile_that_can_be_used() -> None:
    usable = {name: text for name, text in written_profiles() if can_be_used(text)}
    assert "profile.yml" in usable
    assert len(usable) > 15
    assert {name: found for name, text in usable.items() if (found := faults(text))} == {}


def test_describes_everything_that_is_installed() -> None:
    properties = SCHEMA["properties"]
    assert isinstance(properties, dict)
    for name, file_type in REGISTRY.sections.items():
        section = properties[name]
        assert section["description"].startswith(file_type.summary)
        assert {*REGISTRY.settings, *REGISTRY.type_keys(file_type).section} <= section["properties"].keys()
    definitions = SCHEMA["$defs"]
    assert isinstance(definitions, dict)
    for action in REGISTRY.actions.values():
        assert definitions[f"action-{action.name}"]["description"] == action.summary
        for option, key in REGISTRY.action_keys(action).options.items():
            assert definitions[f"option-{action.name}-{option}"]["description"].startswith(key.doc)


def test_tells_defaults_as_values() -> None:
    properties = SCHEMA["properties"]
    definitions = SCHEMA["$defs"]
    assert isinstance(properties, dict)
    assert isinstance(definitions, dict)
    assert definitions["setting-hash-digits"]["default"] == 16
    assert definitions["setting-jitter-range"]["default"] == 2
    assert properties["dicom"]["properties"]["remove-private-tags"]["default"] is False
    assert properties["unmatched"]["default"] == "refuse"
    assert "default" not in properties["csv"]["properties"]["encoding"]


RULE = "dicom:\n  fields:\n    - name: PatientName\n"
WRONG = {
    "unknown action": RULE + "      hsh: yes\n",
    "two actions": RULE + "      hash: yes\n      remove: yes\n",
    "an alias beside its action": RULE + "      keep: yes\n      identity: yes\n",
    "an option without its action": RULE + "      jitter-range: 3\n",
    "an option of another action": RULE + "      hash: yes\n      jitter-range: 3\n",
    "a setting in a rule": RULE + "      hash: yes\n      hash-digits: 8\n",
    "a false action": RULE + "      remove: no\n",
    "a false action in capitals": RULE + "      remove: FALSE\n",
    "an action without a value": RULE + "      remove:\n",
    "a block for a text": RULE + "      replace-with:\n        text: ANON\n",
    "no selector": "dicom:\n  fields:\n    - hash: yes\n",
    "both selectors": "dicom:\n  fields:\n    - name: PatientName\n      regex: Patient.*\n      hash: yes\n",
    "an empty name": "dicom:\n  fields:\n    - name:\n      hash: yes\n",
    "fields that are no list": "dicom:\n  fields:\n    name: PatientName\n",
    "a rule that is a text": "dicom:\n  fields:\n    - PatientName\n",
    "unknown key of a section": "dicom:\n  remove-privat-tags: yes\n",
    "a key of another file type": "csv:\n  remove-private-tags: yes\n",
    "underscores": "dicom:\n  remove_private_tags: yes\n",
    "unknown section": "dicon:\n  hash-digits: 8\n",
    "no section": "version: 1\nname: nothing\n",
    "a section that is a text": "dicom: everything\n",
    "a section that is a list": "dicom:\n  - name: PatientName\n",
    "a number that is none": "dicom:\n  hash-digits: many\n",
    "a number out of range": "dicom:\n  hash-digits: 65\n",
    "a fraction for a whole number": "dicom:\n  uid-prefix-fields: 1.5\n",
    "an increment that is no number": "dicom:\n  date-increment: soon\n",
    "a word that is no choice": "dicom:\n  on-error: ignore\n",
    "neither yes nor no": "dicom:\n  remove-private-tags: maybe\n",
    "a date format without a year": 'dicom:\n  date-format: "%m%d"\n',
    "a later version": "version: 2\ndicom:\n",
    "the key itself": "key: 0123456789abcdef0123456789abcdef\ndicom:\n",
    "an export block": "export:\n  sessions: yes\ndicom:\n",
    "a subject without its group": "dicom:\n  subject:\n    path: sub-\\d+\n",
    "a subject without path": "dicom:\n  subject:\n    field: PatientID\n",
    "a name without output": "dicom:\n  filenames:\n    - input-regex: .*\n",
    "an unknown key of a name": "dicom:\n  filenames:\n    - output: x\n      hash: yes\n",
    "two actions in a group": (
        "dicom:\n  filenames:\n    - input-regex: (?P<a>.*)\n      output: '{a}'\n"
        "      groups:\n        - name: a\n          hash: yes\n          remove: yes\n"
    ),
    "two actions in a group of folders": (
        "folders:\n  - input-regex: (?P<a>.*)\n    output: '{a}'\n"
        "    groups:\n      - name: a\n        hash: yes\n        remove: yes\ndicom:\n"
    ),
    "two actions within an action": (
        RULE + "      regex-sub:\n        - input-regex: (?P<a>.*)\n          output: '{a}'\n"
        "          groups:\n            - name: a\n              hash: yes\n              remove: yes\n"
    ),
    "an unknown action within two actions": (
        RULE + "      regex-sub:\n        - input-regex: (?P<a>.*)\n          output: '{a}'\n"
        "          groups:\n            - name: a\n              regex-sub:\n                - input-regex: .*\n"
        "                  output: '{b}'\n                  groups:\n                    - name: b\n"
        "                      hsh: yes\n"
    ),
    "a substitution without output": RULE + "      regex-sub:\n        - input-regex: .*\n",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_refuses_what_check_refuses(text: str) -> None:
    assert not can_be_used(text)
    for loader in LOADERS:
        assert not PROFILES.is_valid(yaml.load(text, loader))


@pytest.mark.parametrize(
    "text",
    [
        "dicom:\n",
        RULE,
        RULE + "      remove: on\n",
        RULE + "      remove: 'yes'\n",
        RULE + "      remove: YES\n",
        RULE + "      replace-with: 17\n",
        RULE + "      replace-with: true\n",
        RULE + "      replace-with:\n",
        RULE + "      set:\n        - A\n",
        "dicom:\n  date-increment: -3.5\n",
        "dicom:\n  date-increment: '-3.5'\n",
        "dicom:\n  hash-digits: '8'\n",
        "dicom:\n  hash-digits: +8\n",
        "csv:\n  missing: 99\n",
        "csv:\n  fields:\n    - name: 3\n      remove: yes\n",
        RULE.replace("PatientName", "StudyDate")
        + "      increment-date: yes\n      date-increment-override: 1\n      datetime-min: 19000101\n",
        "version: 1\nname: 42\ndescription:\ndicom:\n",
        "secret-key: anything\ndeid-log: x.csv\ndicom:\n  secret-key: y\n",
        "dicom:\n  subject:\n    path: (?P<subject>sub-\\d+)\n",
    ],
)
def test_takes_what_editors_read_as_something_else_than_text(text: str) -> None:
    assert can_be_used(text)
    assert faults(text) == []


VALIDATORS: list[Validator] = [
    *(Yes(), YesNo(), Text(), Text(blank=False), Number(), RegexText(), Texts(), Texts(blank=True)),
    *(Whole(), Whole(0, 64), Whole(high=3), OneOf("true", "no", "1", "-7", "word"), OneOf("float", "int")),
    *(Increment(), BoundText(), DateFormatText(), strictyaml.Int(), strictyaml.Seq(strictyaml.Str())),
    Block({"k": Key(Whole(1, 9), ""), "b": Key(YesNo(), "")}, required=("k",)),
    ListOf(YesNo()),
]
TOKENS = st.one_of(
    st.sampled_from("true True yes Yes YES no on Off oN y n 1 17 -7 +8 -3.5 .5 1e3 1.50 word per-subject int".split()),
    st.sampled_from(
        ["-80years", "+3 weeks", "20210101", "20210101120000", "%Y-%m-%d", "timestamp", "", "a: b", "12:30"]
    ),
    st.from_regex(r"[+-]?[1-9][0-9]{0,8}(\.[0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"[a-z%][a-zA-Z0-9 .%*-]{0,8}", fullmatch=True),
)


def value_lines(token: str, quoted: bool) -> str:
    return f" '{token}'" if quoted else f" {token}"


@settings(max_examples=200, deadline=None)
@given(
    validator=st.sampled_from(VALIDATORS),
    tokens=st.lists(TOKENS, min_size=1, max_size=2),
    quoted=st.booleans(),
    shape=st.sampled_from(["scalar", "list", "block"]),
)
def test_whatever_a_validator_takes_its_json_schema_takes(
    validator: Validator, tokens: list[str], quoted: bool, shape: str
) -> None:
    if shape == "list":
        text = "v:\n" + "".join(f"  -{value_lines(token, quoted)}\n" for token in tokens)
    elif shape == "block":
        text = "v:\n" + "".join(f"  {key}:{value_lines(t, quoted)}\n" for key, t in zip("kb", tokens, strict=False))
    else:
        text = f"v:{value_lines(tokens[0], quoted)}\n"
    report = Report()
    root = parse(text, report)
    if root is None or {token.strip().lower() for token in tokens} & {"null"}:
        return
    ((_, _, node),) = root.items()
    if read_value(validator, node) is INVALID or report.failed:
        return
    schema = Draft202012Validator(json_schema_of(validator))
    for loader in LOADERS:
        assert [error.message for error in schema.iter_errors(yaml.load(text, loader)["v"])] == []


def offering(validator: Validator) -> Registry:
    """A registry whose one file type has a section key with this validator."""

    class Other(LinesFile):
        @classmethod
        def section_schema(cls) -> Fragment:
            return {**super().section_schema(), "extra": Key(validator, "What a plugin adds.", "7")}

    return Registry.of(Other)


def test_plugins_bring_their_own_json_schema() -> None:
    class Even(Scalar):
        @property
        def expected(self) -> str:
            return "an even number"

        def json_schema(self) -> dict[str, object]:
            return {"anyOf": [{"type": "integer", "multipleOf": 2}, {"type": "string", "pattern": "^[0-9]*[02468]$"}]}

        def parse(self, text: str) -> int:
            return int(text)

    profiles = Draft202012Validator(profile_schema(offering(Even())))
    (name,) = offering(Even()).sections
    assert profiles.is_valid({name: {"extra": 4}})
    (error,) = profiles.iter_errors({name: {"extra": 3}})
    assert list(error.absolute_path) == [name, "extra"]


def test_a_validator_without_json_schema_takes_one_value_or_anything() -> None:
    class Plain(Scalar):
        @property
        def expected(self) -> str:
            return "whatever"

        def parse(self, text: str) -> str:
            return text

    for validator, takes_list in (
        (Plain(), False),
        (strictyaml.Int(), False),
        (strictyaml.Seq(strictyaml.Str()), True),
    ):
        registry = offering(validator)
        (name,) = registry.sections
        profiles = Draft202012Validator(profile_schema(registry))
        assert profiles.is_valid({name: {"extra": ["a"]}}) == takes_list
        assert profiles.is_valid({name: {"extra": 4}})


def test_a_validator_that_fails_to_give_a_json_schema_is_named() -> None:
    class Broken(Scalar):
        @property
        def expected(self) -> str:
            return "whatever"

        def json_schema(self) -> dict[str, object]:
            return {"enum": [object()]}

        def parse(self, text: str) -> str:
            return text

    with pytest.raises(PluginError, match=rf"module {__name__}.*'extra'.*TypeError"):
        profile_schema(offering(Broken()))


def test_without_an_action_for_rules_that_name_none_each_rule_names_one() -> None:
    registry = Registry.of(
        REGISTRY.sections["csv"], *(cls for name, cls in REGISTRY.actions.items() if name in ("hash", "remove"))
    )
    profiles = Draft202012Validator(profile_schema(registry))
    assert profiles.is_valid({"csv": {"fields": [{"name": "a", "hash": True}]}})
    assert not profiles.is_valid({"csv": {"fields": [{"name": "a"}]}})


def test_schema_named_in_a_profile_is_no_part_of_it() -> None:
    page = (ROOT / "docs/how-to/edit-with-completion.md").read_text("utf-8")
    (profile,) = YAML_BLOCK.findall(page)
    assert profile.startswith("# yaml-language-server: $schema=profile.schema.json\n")
    assert can_be_used(profile)
    assert "deidentikit schema --output profile.schema.json" in page


def test_command_prints_or_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA
    target = tmp_path / "profile.schema.json"
    assert main(["schema", "--format", "json", "--output", str(target)]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text("utf-8")) == SCHEMA
    assert main(["schema", "--without-plugin", "dicom"]) == 0
    assert "dicom" not in json.loads(capsys.readouterr().out)["properties"]
    assert main(["schema", "--output", str(tmp_path / "absent" / "x.json")]) == 2
    assert "cannot be written" in capsys.readouterr().err
