"""The conformance suite of an action: a test class that its author subclasses."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, Final

import attrs
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from ..action import KEEP, Action, Verdict
from ..context import Context, Keys
from ..errors import FieldError
from ..filetype import Limits
from ..fragment import RULE_KEYS, Validator, fragment_faults
from ..kinds import Form, Formats, Kind, Moment, Opaque, PersonName, Span, Spelled, Value
from ..profile import read_profile
from ..registry import Registry
from ..results import VALUE_TYPES
from ..schema.tree import json_schema_of_key
from .driving import SECRET, TODAY, assert_no_format_library
from .lines import LinesFile

_QUICK = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
_FOUND = settings(_QUICK, max_examples=2000, phases=[Phase.generate], database=None, derandomize=True)
_PLANTED: Final[Mapping[Kind, Sequence[Value]]] = {
    Kind.TEXT: ("Planted^Xq7", "19870605", "9172.65", PersonName("Planted^Xq7=Ω"), Opaque(b"Planted\xff\xfe")),
    Kind.UID: ("1.2.917265.3", "Planted.Xq7", "1.2.917265.", Opaque(b"Planted\xff")),
    Kind.NUMBER: (Spelled("917265.4"), Spelled("-9.17265E+30"), Decimal("1E+4000"), Decimal("917265") ** 20),
    Kind.DATE: (Moment(9999, 12, 31), Moment(1, 1, 1), Moment(1987, 6), Span(Moment(1987, 6, 5), None)),
    Kind.DATETIME: (Moment(9999, 12, 31, 23, 59, 59, "917265"), Moment(1, 1, 1, 0), Moment(1987, 6, 5, 4, 3, 60)),
    Kind.BYTES: (b"Planted Xq7", b"\0" * 2000),
    Kind.NATIVE: (),
}
_TIGHT: Final = (
    None,
    Limits(),
    Limits(max_length=1),
    Limits(max_length=16, hex_digits=False, upper_only=True),
    Limits(low=Decimal(0), high=Decimal(1), step=Decimal(1), max_length=12),
)


def values_of(kind: Kind) -> st.SearchStrategy[Value]:
    """Values that a field can give for a kind."""
    if kind is Kind.NUMBER:
        numbers = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=3)
        return st.one_of(st.integers(-(10**9), 10**9).map(str), numbers.map(str)).map(Spelled)
    if kind is Kind.UID:
        node = st.integers(0, 10**9).map(str)
        return st.lists(node, min_size=2, max_size=6).map(lambda nodes: ".".join(["1", *nodes]))
    if kind is Kind.BYTES:
        return st.binary(min_size=1, max_size=60)
    if kind is Kind.DATE:
        return st.one_of(_DAYS, st.builds(Span, _DAYS, st.one_of(st.none(), _DAYS)))
    if kind is Kind.DATETIME:
        return st.one_of(_DAYS, _TIMES)
    text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
    return st.one_of(text, text.map(PersonName))


_YEARS = st.integers(1880, 2100)
_MONTHS = st.integers(1, 12)
_DAY = st.integers(1, 28)
_DAYS = st.one_of(
    st.builds(Moment, _YEARS),
    st.builds(Moment, _YEARS, _MONTHS),
    st.builds(Moment, _YEARS, _MONTHS, _DAY),
)
_TIMES = st.builds(
    Moment,
    _YEARS,
    _MONTHS,
    _DAY,
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["", "5", "123456"]),
    st.sampled_from(["", "+0100", "Z"]),
)


class ActionConformance:
    """The rules of the contract that every action keeps. Subclass it in a test file::

        class TestUpper(ActionConformance):
            action = Upper
            rules = ("upper: yes",)

    action : the class under test
    rules : rules of a profile that use it: the lines that stand beside ``name``
    settings : lines of the section that the rules need
    others : classes of other actions that the rules nest
    values : a strategy for the values it gets, if not any of its kind
    """

    action: ClassVar[type[Action]]
    rules: ClassVar[Sequence[str]]
    settings: ClassVar[str] = ""
    others: ClassVar[Sequence[type[Action]]] = ()
    values: ClassVar[st.SearchStrategy[Value] | None] = None

    def registry(self) -> Registry:
        """The action, what it nests, and a file type to use it on."""
        return Registry.of(LinesFile, self.action, *self.others)

    def build(self, rule: str, keyed: bool) -> Action | None:
        """The action of a rule; None where only a run with a key can have it."""
        lines = [*(f"  {line}" for line in self.settings.splitlines()), "  fields:", "    - name: field"]
        lines += [f"      {line}" for line in rule.splitlines()]
        profile, problems = read_profile("\n".join(["lines:", *lines, ""]), "rule", self.registry(), keyed=keyed)
        found = [str(problem) for problem in problems if not problem.warning]
        if found and not keyed:
            return None
        assert not found, found
        return profile.sections[0].rules[0].action

    def cases(self) -> list[tuple[Action, bool]]:
        """Every rule's action, with a key and without."""
        made: list[tuple[Action, bool]] | None = self.__dict__.get("_cases")
        if made is None:
            built = [(self.build(rule, keyed), keyed) for rule in self.rules for keyed in (True, False)]
            made = self.__dict__["_cases"] = [(action, keyed) for action, keyed in built if action is not None]
        return made

    def context(self, keyed: bool, subject: str | None = "subject-1", limits: Limits | None = None) -> Context:
        """A context as the engine makes it; other fields hold the text ``other``."""
        keys = Keys(SECRET) if keyed else Keys(None, run_secret=b"a run's own")
        return Context(
            keys, subject=subject, originals=lambda name: ["other"], formats=Formats(), today=TODAY, limits=limits
        )

    def test_is_offered_under_sound_names(self) -> None:
        """Registry: names, aliases and keys of the class are well formed and clash with none of the core."""
        registry = self.registry()
        assert registry.actions[self.action.name] is self.action
        assert all(registry.actions[alias] is self.action for alias in self.action.aliases)
        assert self.action.summary, "a summary is shown by `deidentikit plugins`"

    def test_importing_brings_in_no_format_library(self) -> None:
        """Start-up: a plugin's module imports no format library."""
        assert_no_format_library(self.action)

    def test_schema_and_attributes_agree(self) -> None:
        """Options: every key feeds an attribute (or `build` reads it), every attribute has a key or a default."""
        registry = self.registry()
        fragments = (self.action.options_schema(registry), self.action.settings_schema(registry))
        keys: dict[str, object] = {}
        for fragment in fragments:
            assert [*fragment_faults(fragment)] == []
            assert not set(fragment) & set(RULE_KEYS)
            assert not [name for name, key in fragment.items() if not key.doc.strip()]
            for key in fragment.values():
                assert json.loads(json.dumps(json_schema_of_key(key), allow_nan=False))["description"]
            keys.update(fragment)
        fields = {field.name: field for field in attrs.fields(self.action)}
        if self.action.build.__func__ is Action.build.__func__:  # type: ignore[attr-defined]
            unread = [key for key in keys if key.replace("-", "_") not in fields]
            assert not unread, f"no attribute takes {', '.join(unread)}"
        bare = {name for name, field in fields.items() if field.default is attrs.NOTHING and field.init}
        unset = bare - {"value", *(key.replace("-", "_") for key in keys)}
        assert not unset, f"nothing sets {', '.join(sorted(unset))}: neither a key nor a default"
        schema = self.action.value_schema(registry)
        assert schema is None or isinstance(schema, Validator)

    def test_is_frozen_and_comparable(self) -> None:
        """Frozen values: two actions of one rule are equal, and neither can be changed."""
        for rule in self.rules:
            one, other = self.build(rule, True), self.build(rule, True)
            assert one == other
            for field in attrs.fields(self.action):
                with pytest.raises(attrs.exceptions.FrozenInstanceError):
                    setattr(one, field.name, None)

    def test_travels_to_workers(self) -> None:
        """Workers: an action is pickled and comes out equal."""
        for action, _ in self.cases():
            assert pickle.loads(pickle.dumps(action)) == action

    def test_says_what_it_is(self) -> None:
        """Action: form, names of fields, nested actions and remarks have the types that the plan relies on."""
        for action, keyed in self.cases():
            assert isinstance(action.form, Form)
            assert action.form.kind is self.action.kind
            assert not (action.creates and action.removes)
            assert all(isinstance(name, str) for name in action.reads())
            assert all(isinstance(text, str) for text in action.literals())
            assert all(isinstance(part, Action) for part in action.nested().values())
            assert [*action.problems(keyed)] == []
            said = [*action.remarks(keyed), *(word for limits in _TIGHT[1:] for word in action.check(limits, keyed))]
            assert all(isinstance(message, str) and message for message in said)

    def test_describes_itself_to_reviewers(self) -> None:
        """Explaining: what becomes of a field is said on one line, without options that are kept out of `repr`."""
        for action, keyed in self.cases():
            said = [action.describe(keyed), *action.weak_spots(keyed)]
            assert all(text.strip() and "\n" not in text for text in said)
            hidden = [getattr(action, field.name) for field in attrs.fields(type(action)) if not field.repr]
            secrets = [text for text in hidden if isinstance(text, str) and text]
            assert not [text for text in said for secret in secrets if secret in text]
            assert isinstance(action.guessable(keyed), bool)
            assert not (action.keeps and (action.removes or action.creates))

    def test_native_actions_see_no_value(self) -> None:
        """Kind.NATIVE: the action gets no values and answers with texts of the profile, REMOVE or KEEP."""
        if self.action.kind is not Kind.NATIVE:
            pytest.skip("the action works on values")
        for action, keyed in self.cases():
            result = action.apply_field((), self.context(keyed))
            if isinstance(result, Verdict):
                assert action.removes == (result is Verdict.REMOVE)
                assert not action.creates
            else:
                assert all(type(text) is str for text in result)
            assert result == action.apply_field((), self.context(keyed, subject=None))

    def test_treats_values(self) -> None:
        """The suite's own footing: each rule treats some of the values, so that the other checks see results."""
        if self.action.kind is Kind.NATIVE:
            pytest.skip("the action sees no value")
        known = [] if self.values is not None else _PLANTED[self.action.kind]
        plain = [[value] for value in known if not isinstance(value, Opaque)]
        for rule in self.rules:
            action = self.build(rule, True)
            assert action is not None

            def treated(values: list[Value], action: Action = action) -> bool:
                return not isinstance(self._applied(action, values, self.context(True)), FieldError)

            if any(map(treated, plain)):
                continue
            try:
                find(self._lists(), treated, settings=_FOUND)
            except NoSuchExample:
                raise AssertionError(
                    f"{rule!r} refused all values that were tried; give a strategy of values that it treats in `values`"
                ) from None

    @_QUICK
    @given(data=st.data())
    def test_results_have_the_kind(self, data: st.DataObject) -> None:
        """apply: gives a value of its kind, REMOVE or KEEP; raises nothing but FieldError."""
        action, keyed = self._draw_case(data)
        for value in self._draw(data):
            result = self._applied(action, [value], self.context(keyed))
            self._check_result(result, value)

    @_QUICK
    @given(data=st.data())
    def test_is_pure(self, data: st.DataObject) -> None:
        """Same in, same out: results depend on value, subject and key alone, and values are not changed."""
        action, keyed = self._draw_case(data)
        values = self._draw(data)
        before = copy.deepcopy(values)
        first = self._applied(action, values, self.context(keyed))
        assert values == before, "the action changed the list it was given"
        again = pickle.loads(pickle.dumps(action))
        for value in reversed(values):
            self._applied(action, [value], self.context(keyed))
        if self.action.deterministic:
            assert self._applied(action, values, self.context(keyed)) == first
            assert self._applied(again, tuple(values), self.context(keyed)) == first

    @_QUICK
    @given(data=st.data())
    def test_values_are_treated_one_by_one(self, data: st.DataObject) -> None:
        """apply_field: unless a class says otherwise, several values give what each alone gives."""
        if self.action.apply_field is not Action.apply_field or not self.action.deterministic:
            pytest.skip("the action treats fields as a whole")
        action, keyed = self._draw_case(data)
        value = self._draw(data)[0]
        alone = self._applied(action, [value], self.context(keyed))
        both = self._applied(action, [value, value], self.context(keyed))
        assert both == (alone if isinstance(alone, Verdict | FieldError) else [*alone, *alone]) or isinstance(
            alone, FieldError
        )

    @_QUICK
    @given(data=st.data())
    def test_many_values_get_what_each_alone_gets(self, data: st.DataObject) -> None:
        """apply_many: gives what `apply` gives for each value and its subject, or None for `apply` to be asked."""
        action, keyed = self._draw_case(data)
        values = self._draw(data)
        whose = [data.draw(st.sampled_from(["one", "two", ""])) if action.by_subject else "" for _ in values]
        try:
            many = action.apply_many(values, whose, self.context(keyed, None))
        except FieldError:
            return
        if many is None:
            return
        assert len(many) == len(values)
        for value, subject, result in zip(values, whose, many, strict=True):
            if result is not None:
                assert [result] == self._applied(action, [value], self.context(keyed, subject or None))

    @_QUICK
    @given(data=st.data())
    def test_subject_matters_only_where_it_is_said(self, data: st.DataObject) -> None:
        """by_subject: where it is False, one result serves all subjects and none is needed."""
        action, keyed = self._draw_case(data)
        if action.by_subject:
            return
        values = self._draw(data)
        results = [self._applied(action, values, self.context(keyed, subject)) for subject in ("one", "two", None)]
        if self.action.deterministic:
            assert results[0] == results[1] == results[2]

    def test_empty_stays_empty(self) -> None:
        """Empty values stay empty: no pseudonym is made of nothing."""
        if self.action.kind is Kind.NATIVE:
            pytest.skip("the action sees no value")
        for action, keyed in self.cases():
            nothing = action.apply_field((), self.context(keyed))
            assert nothing is KEEP or (not isinstance(nothing, Verdict) and not len(nothing)) or action.creates
            blanks: Iterable[Value] = ("", " ", "\0") if self.action.kind in (Kind.TEXT, Kind.UID) else ()
            for blank in blanks:
                result = self._applied(action, [blank], self.context(keyed))
                if not isinstance(result, Verdict | FieldError):
                    assert all(isinstance(text, str) and not text.strip("\0 ") for text in result)

    def test_no_value_in_a_message(self) -> None:
        """No value in any message: a FieldError tells what is wrong without the value it is about."""
        for action, keyed in self.cases():
            for limits in _TIGHT:
                for subject in ("subject-1", None):
                    for value in _PLANTED[self.action.kind]:
                        if isinstance(value, Opaque) and not self.action.accepts_opaque:
                            continue
                        result = self._applied(action, [value], self.context(keyed, subject, limits))
                        self._check_result(result, value)
                        assert not _quotes(result, value), "the message holds a value"

    def _draw_case(self, data: st.DataObject) -> tuple[Action, bool]:
        if self.action.kind is Kind.NATIVE:
            pytest.skip("the action sees no value")
        return data.draw(st.sampled_from(self.cases()))

    def _draw(self, data: st.DataObject) -> list[Value]:
        return data.draw(self._lists())

    def _lists(self) -> st.SearchStrategy[list[Value]]:
        one = self.values if self.values is not None else values_of(self.action.kind)
        if self.action.accepts_opaque and self.action.kind is not Kind.BYTES:
            one = st.one_of(one, st.binary(min_size=1, max_size=20).map(Opaque))
        return st.lists(one, min_size=1, max_size=4)

    def _applied(
        self, action: Action, values: Sequence[Value], context: Context
    ) -> Sequence[Value] | Verdict | FieldError:
        try:
            return action.apply_field(values, context)
        except FieldError as error:
            return _Comparable(error.reason, error.message, error.path)

    def _check_result(self, result: Sequence[Value] | Verdict | FieldError, given_value: Value) -> None:
        if isinstance(result, FieldError):
            assert result.reason
            return
        if isinstance(result, Verdict):
            return
        allowed = tuple(kind for kind in VALUE_TYPES[self.action.kind] if kind is not Opaque) or (str,)
        for value in result:
            if value is given_value:
                continue
            assert isinstance(value, allowed), f"the result is {type(value).__name__}"
            assert not isinstance(value, Decimal) or value.is_finite()


class _Comparable(FieldError):
    """A refusal that is equal to another of the same words."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FieldError) and (self.reason, str(self)) == (other.reason, str(other))

    __hash__ = FieldError.__hash__


def _quotes(result: object, value: Value) -> bool:
    if not isinstance(result, FieldError):
        return False
    said = f"{result} {result.args!r} {result.__dict__!r}"
    if isinstance(value, bytes):
        return "Planted" in said
    parts = ["917265", "Planted", "19870605", "1987", "9172.65"]
    return any(part in said and part in str(value) for part in parts)
