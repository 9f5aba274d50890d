"""The action regex-sub: groups, other fields, actions on both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

import attrs
import pytest
from deidentikit.action import KEEP, Action, Verdict
from deidentikit.context import Context, Keys
from deidentikit.errors import FieldError
from deidentikit.kinds import Kind, PersonName, Value
from deidentikit.registry import Registry
from deidentikit.schema import ActionSpec
from deidentikit_regex_sub import MAX_TEXT, RegexSub, Substitution
from deidentikit_regex_sub.template import Output
from hypothesis import given
from hypothesis import strategies as st


@attrs.frozen
class Upper(Action):
    name: ClassVar[str] = "upper"
    kind: ClassVar[Kind] = Kind.TEXT
    mark: str = ""

    def apply(self, value: Value, context: Context) -> Value:
        assert isinstance(value, str)
        return value.upper() + self.mark


@attrs.frozen
class Leave(Action):
    name: ClassVar[str] = "leave"
    kind: ClassVar[Kind] = Kind.NATIVE

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value] | Verdict:
        return KEEP


REGISTRY = Registry.of(RegexSub, Upper, Leave)


def entry(regex: str, output: str, **groups: str) -> dict[str, object]:
    return {
        "input-regex": re.compile(regex),
        "output": output,
        "groups": tuple(ActionSpec(name, action, True, {}, 1) for name, action in groups.items()),
    }


def make(*entries: Mapping[str, object], **settings: object) -> RegexSub:
    return RegexSub.build(entries, {}, settings, REGISTRY)


def apply(action: RegexSub, text: str, **fields: Sequence[str]) -> object:
    return action.apply(text, Context(Keys(None), originals=lambda name: fields.get(name, ())))


class TestOutput:
    def test_groups_their_actions_and_other_fields(self) -> None:
        action = make(
            entry(r"^(?P<pre>[A-Z]+)(?P<num>\d+x)$", "S-{num}-{PatientSex}-{pre}", num="upper", PatientSex="leave")
        )
        assert apply(action, "MRN12x", PatientSex=["F"]) == "S-12X-F-MRN"
        assert list(action.reads()) == ["PatientSex"]

    def test_the_first_that_matches_from_the_start(self) -> None:
        action = make(entry(r"b(?P<x>.)", "1{x}"), entry(r"(?P<y>a.*)", "2{y}"), entry(r".*", "3"))
        assert apply(action, "bcd") == "1c"
        assert apply(action, "abc") == "2abc"
        assert apply(action, "xbc") == "3"

    def test_no_match_is_refused_without_the_value(self) -> None:
        with pytest.raises(FieldError) as caught:
            apply(make(entry(r"\d+", "x")), "Jane Doe")
        assert caught.value.reason == "no-match"
        assert "Jane" not in str(caught.value)

    def test_a_group_that_takes_no_part_and_an_absent_field_are_empty(self) -> None:
        action = make(entry(r"(?P<a>a)?(?P<b>b)?", "<{a}{b}{Other}>", Other="leave"))
        assert apply(action, "b") == "<b>"
        assert apply(action, "b", Other=["o"]) == "<bo>"

    def test_several_values_of_a_field_are_refused(self) -> None:
        with pytest.raises(FieldError) as caught:
            apply(make(entry(".*", "{Other}", Other="leave")), "x", Other=["secret1", "secret2"])
        assert caught.value.reason == "several-values"
        assert "secret" not in str(caught.value)

    def test_dotted_names_and_doubled_braces(self) -> None:
        action = make(
            {
                **entry("(?P<n>.*)", "{{{Visits.0.Site}}}-{n}"),
                "groups": (ActionSpec("Visits.0.Site", "leave", True, {}, 1),),
            }
        )
        assert list(action.reads()) == ["Visits.0.Site"]
        context = Context(Keys(None), originals={"Visits.0.Site": ["A1"]}.__getitem__)
        assert action.apply("x", context) == "{A1}-x"

    def test_values_never_act_as_templates(self) -> None:
        assert apply(make(entry("(?P<a>.*)", "{a}")), "{b} {0.__class__} %s {{") == "{b} {0.__class__} %s {{"

    def test_person_names_are_text(self) -> None:
        assert make(entry(r"(?P<a>\w+)\^.*", "{a}")).apply(PersonName("Doe^Jane"), Context(Keys(None))) == "Doe"

    def test_settings_of_the_section_reach_nested_actions(self) -> None:
        action = make(entry("(?P<a>.*)", "{a}", a="upper"), mark="!")
        assert apply(action, "x") == "X!"
        assert list(action.nested().values()) == [Upper("!")]


class TestBuild:
    @pytest.mark.parametrize(
        ("bad", "message"),
        [
            (entry(".*", "{PatientID}"), "PatientID"),
            (entry("(?P<a>.)", "{b}"), "'b'"),
            (entry("(?P<a>.)", "{a"), "brace"),
            (entry("(?P<a>.)", "a}"), "brace"),
            (entry("(?P<a>.)", "{}"), "brace"),
            (entry("(?P<a>.)", "{a}", PatientID="leave"), "PatientID"),
            ({**entry("(?P<a>.)", "{a}"), "groups": (ActionSpec("a", "leave", True, {}, 1),) * 2}, "twice"),
        ],
    )
    def test_what_cannot_be_is_refused(self, bad: dict[str, object], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            make(bad)

    def test_at_least_one_entry(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            make()

    def test_no_bytes(self) -> None:
        with pytest.raises(FieldError):
            make(entry(".*", "x")).apply(b"bytes", Context(Keys(None)))


@given(st.text(alphabet="{}ab.", max_size=12))
def test_templates_either_hold_or_are_refused(text: str) -> None:
    try:
        output = Output.parse(text)
    except ValueError:
        return
    spelled = "".join(
        literal.replace("{", "{{").replace("}", "}}") + ("" if name is None else "{" + name + "}")
        for literal, name in output.pieces
    )
    assert spelled == text
    assert output.fill(lambda name: "") == "".join(literal for literal, _ in output.pieces)


def test_a_pattern_that_may_never_end_is_refused() -> None:
    with pytest.raises(ValueError, match="many ways"):
        Substitution.make(re.compile(r"(a+)+$"), "x", {})


def test_the_degree_bounds_the_length() -> None:
    def apply(pattern: str, text: str) -> object:
        return RegexSub((Substitution.make(re.compile(pattern), "x", {}),)).apply(text, Context(Keys(None)))

    assert apply(".*", "a" * MAX_TEXT) == "x"
    assert apply(r"\w+_\w+_\w+", "a" * 100 + "_b_c") == "x"
    for pattern, length in ((".*", MAX_TEXT + 1), (r".*a.*b.*c.*d.*e$", 1000)):
        with pytest.raises(FieldError) as caught:
            apply(pattern, "a" * length)
        assert caught.value.reason == "too-long"


def test_reviewers_are_told_what_becomes_of_values_that_do_not_match() -> None:
    action = RegexSub((Substitution.make(re.compile("(?P<num>[0-9]+)"), "N{num}", {}),))
    assert action.describe(keyed=True) == (
        "is put together anew as “N{num}” if its beginning matches the pattern “(?P<num>[0-9]+)”, where num is kept"
        " as it is; a value that does not match cannot be treated"
    )
    with pytest.raises(FieldError) as refused:
        action.apply("none", Context(Keys()))
    assert refused.value.reason == "no-match"
