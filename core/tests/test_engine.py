"""The engine: precedence, originals, verdicts, on-error, subjects, names, and what it remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from deidentikit import memo
from deidentikit.action import KEEP, REMOVE, Action, Verdict
from deidentikit.context import Context, Keys
from deidentikit.engine import Engine, Unchanging
from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import UNLIMITED, Limits, Selector, Step
from deidentikit.kinds import Form, Kind, PersonName, Spelled, Value
from deidentikit.memo import Memos
from deidentikit.plan import compile_plans, parse_profile
from deidentikit.registry import Registry
from deidentikit.report import RuleCount
from deidentikit.splice import BytesSource, Source
from deidentikit.testing import LinesFile
from deidentikit.testing.driving import TODAY, Done, MemoryOutput, Probe, deidentified, make_plan
from deidentikit.testing.lines import LineField, LinesDocument

MAGIC = "#lines\n"
Rules = Sequence[tuple[str, Action]]


def run(text: str, *rules: tuple[str, Action]) -> Done:
    return deidentified(make_plan(LinesFile({}, "lines"), "lines", rules), (MAGIC + text).encode(), "a.lines")


def lines(done: Done) -> str:
    return done.data.decode().removeprefix(MAGIC)


def to(text: str) -> Probe:
    return Probe(Kind.TEXT, lambda values: [text] * len(values))


def profile_run(registry: Registry, body: str, text: str, path: str = "a.lines", key: bytes | None = None) -> Done:
    profile = parse_profile("lines:\n" + "".join(f"  {line}\n" for line in body.splitlines()), registry)
    (plan,), _ = compile_plans(profile, registry, keyed=key is not None)
    with MemoryOutput() as output:
        outcome = Engine(Keys(key), TODAY, detailed=True).process(
            plan, BytesSource((MAGIC + text).encode()), path, output
        )
        assert output.data is not None
        return Done(output.data, outcome)


def refused(reason: str) -> pytest.RaisesExc[FileError]:
    return pytest.raises(FileError, check=lambda error: error.reason == reason)


def test_field_that_cannot_even_be_emptied_refuses_the_file(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(self: LineField, values: Sequence[Value | None], form: Form) -> None:
        raise FieldError("required", "this cannot be empty")

    body = "on-error: empty\nfields:\n  - name: a\n    tag: yes\n"
    assert lines(profile_run(registry, body, "a=bad\n")) == "a=\n"
    monkeypatch.setattr(LineField, "write", stuck)
    with pytest.raises(FieldError, check=lambda error: (error.reason, error.path) == ("required", "a@2")):
        profile_run(registry, body, "a=bad\n")


def test_field_that_is_not_what_was_meant_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def differs(self: LinesDocument, written: Source) -> None:
        raise FieldError("undecodable", "the new value cannot be read")

    monkeypatch.setattr(LinesDocument, "check", differs)
    with refused("verify"):
        run("a=b\n", ("a", to("x")))


EXACT, NAME, WILDCARD = "name@2", "name", "na*"


@pytest.mark.parametrize(
    "order", [(EXACT, NAME, WILDCARD), (WILDCARD, NAME, EXACT), (NAME, WILDCARD, EXACT)], ids="-".join
)
def test_the_more_exact_rule_wins_in_any_order(order: Sequence[str]) -> None:
    done = run("name=a\nname=b\nnavel=c\n", *((selector, to(selector)) for selector in order))
    assert lines(done) == "name=name@2\nname=name\nnavel=na*\n"


def test_regex_comes_last(registry: Registry) -> None:
    body = "fields:\n  - regex: .*\n    put: regex\n  - name: na*\n    put: wildcard\n"
    assert lines(profile_run(registry, body, "name=a\nother=b\n")) == "name=wildcard\nother=regex\n"


def test_among_equals_the_first_in_the_profile_wins() -> None:
    assert lines(run("name=a\n", ("name", to("first")), ("name", to("second")))) == "name=first\n"
    assert lines(run("name=a\n", ("n*", to("first")), ("na*", to("second")))) == "name=first\n"


def test_actions_read_originals(registry: Registry) -> None:
    body = "fields:\n  - name: a\n    put: new\n  - name: b\n    tag: yes\n    tag-field: a\n"
    assert lines(profile_run(registry, body, "a=old\nb=x\n")) == "a=new\nb=old:x\n"
    assert lines(profile_run(registry, body, "b=x\na=old|er\n")) == "b=old+er:x\na=new\n"


def test_results_with_reads_are_not_remembered(registry: Registry) -> None:
    body = "fields:\n  - name: b\n    tag: yes\n    tag-field: a\n"
    profile = parse_profile("lines:\n" + "".join(f"  {line}\n" for line in body.splitlines()), registry)
    (plan,), _ = compile_plans(profile, registry, keyed=False)
    engine = Engine(Keys(), TODAY)
    for original in ("one", "two"):
        with MemoryOutput() as output:
            engine.process(plan, BytesSource(f"{MAGIC}a={original}\nb=x\n".encode()), "a.lines", output)
            assert output.data == f"{MAGIC}a={original}\nb={original}:x\n".encode()


def test_each_value_of_a_field_and_its_empty_ones() -> None:
    probe = Probe(Kind.TEXT, lambda values: [str(value).upper() for value in values])
    assert lines(run("name=a||b|\n", ("name", probe))) == "name=A||B|\n"
    assert probe.seen == [("a", "b")]


def test_empty_field_is_left_alone() -> None:
    probe = to("new")
    assert lines(run("name=\n", ("name", probe))) == "name=\n"
    assert probe.seen == []


def test_removing_some_values_and_all(registry: Registry) -> None:
    body = "fields:\n  - name: name\n    tag: yes\n"
    assert lines(profile_run(registry, body, "name=gone|a|stay|gone2\n")) == "name=tagged:a|stay\n"
    assert lines(profile_run(registry, body, "name=gone|gone\nx=y\n")) == "x=y\n"
    assert lines(profile_run(registry, body, "name=gone||\nx=y\n")) == "x=y\n"
    assert lines(profile_run(registry, body, "name=stay|stay\n")) == "name=stay|stay\n"


def test_kept_values_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(LineField, "write", lambda self, values, form: written.append(self.path))
    run("name=a|b\n", ("name", Probe(Kind.TEXT, lambda values: KEEP)))
    assert written == []
    run("name=a|b\n", ("name", to("c")))
    assert written == ["name@2"]


def test_wrong_number_of_results_among_empty_values() -> None:
    with refused("wrong-kind"):
        run("name=a||b\n", ("name", Probe(Kind.TEXT, lambda values: ["one"])))


def test_bytes_that_are_no_text() -> None:
    plan = make_plan(LinesFile({}, "lines"), "lines", [("name", to("new"))])
    with refused("undecodable"):
        deidentified(plan, b"#lines\nname=\xff\xfe\n", "a.lines")


def test_counts_of_rules() -> None:
    done = run("name=a\nname=b\nother=c\n", ("other", to("x")), ("name", to("y")), ("absent", to("z")))
    assert done.outcome.rules == (RuleCount(1, "probe", 1), RuleCount(2, "probe", 2))


@pytest.mark.parametrize(("on_error", "expected"), [("remove", "name=tagged:a\n"), ("empty", "name=tagged:a\nname=\n")])
def test_value_that_cannot_be_treated(registry: Registry, on_error: str, expected: str) -> None:
    body = "fields:\n  - name: name\n    tag: yes\n"
    text = "name=a\nname=bad|b\n"
    with refused("no-match") as caught:
        profile_run(registry, body, text)
    assert isinstance(caught.value, FieldError)
    assert caught.value.path == "name@3"
    for_rule = profile_run(registry, f"{body}    on-error: {on_error}\n", text)
    for_section = profile_run(registry, f"on-error: {on_error}\n{body}", text)
    assert lines(for_rule) == lines(for_section) == expected
    assert for_rule.outcome.fallbacks == 1


def test_rule_overrides_the_section_on_errors(registry: Registry) -> None:
    body = "on-error: remove\nfields:\n  - name: name\n    tag: yes\n    on-error: refuse\n"
    with refused("no-match"):
        profile_run(registry, body, "name=bad\n")


@pytest.mark.parametrize(("on_error", "expected"), [("remove", "a=b\n"), ("empty", "a=b\nname=\n")])
def test_field_that_cannot_be_made(registry: Registry, on_error: str, expected: str) -> None:
    body = 'fields:\n  - name: name\n    put: "x|y"\n'
    with refused("wrong-kind") as caught:
        profile_run(registry, body, "a=b\n")
    assert isinstance(caught.value, FieldError)
    assert caught.value.path == "name"
    done = profile_run(registry, f"{body}    on-error: {on_error}\n", "a=b\n")
    assert lines(done) == expected
    assert done.outcome.fallbacks == 1


def test_fields_are_made_where_the_rule_says_so(registry: Registry) -> None:
    body = "fields:\n  - name: made\n    put: new\n  - name: m*\n    put: pattern\n  - name: made@9\n    put: line\n"
    done = profile_run(registry, body, "a=b\n")
    assert lines(done) == "a=b\nmade=new\n"
    assert [rule.line for rule in done.outcome.rules] == [3]


def test_section_options_settle_after_the_rules(registry: Registry) -> None:
    body = "remove-others: yes\nfields:\n  - name: name\n    leave: yes\n  - name: made\n    put: x\n"
    done = profile_run(registry, body, "name=a\nother=b\nmore=c\n")
    assert lines(done) == "name=a\nmade=x\n"
    assert done.outcome.effects == {"remove-others": 2}


def test_residuals_are_counted(registry: Registry) -> None:
    body = "fields:\n  - name: name\n    take: yes\n"
    assert profile_run(registry, body, "name=Jane Doe\nother=Jane Doe\nshort=Jane\n").outcome.residual == 1


SIGN = "fields:\n  - name: name\n    sign: yes\n"


def test_subject_is_a_field(registry: Registry) -> None:
    body = "subject: id\n" + SIGN + "  - name: id\n    put: new\n"
    assert lines(profile_run(registry, body, "id= P1 \nname=a\n")) == "id=new\nname=P1:a\n"
    assert lines(profile_run(registry, body, "id=P1|P1\nname=a\n")) == "id=new\nname=P1:a\n"


@pytest.mark.parametrize("text", ["name=a\n", "id=\nname=a\n", "id=  \nname=a\n", "id=P1\nid=P2\nname=a\n"])
def test_absent_empty_or_ambiguous_subject(registry: Registry, text: str) -> None:
    with refused("no-subject"):
        profile_run(registry, "subject: id\n" + SIGN, text)


def test_no_subject_is_needed_where_no_rule_asks(registry: Registry) -> None:
    assert lines(profile_run(registry, "subject: id\n" + SIGN, "other=a\n")) == "other=a\n"


def test_profile_without_subject(registry: Registry) -> None:
    with refused("no-subject") as caught:
        profile_run(registry, SIGN, "name=a\n")
    assert "subject:" in str(caught.value)


def test_subject_is_in_the_path(registry: Registry) -> None:
    body = "subject:\n  path: sub-(?P<subject>[^/]+)/\n" + SIGN
    assert lines(profile_run(registry, body, "name=a\n", "x/sub-07/a.lines")) == "name=07:a\n"
    for path in ("a.lines", "sub-/a.lines", "sub- /a.lines"):
        with refused("no-subject"):
            profile_run(registry, body, "name=a\n", path)


def test_results_are_remembered_per_subject(registry: Registry) -> None:
    profile = parse_profile("lines:\n  subject: id\n  fields:\n    - name: name\n      sign: yes\n", registry)
    (plan,), _ = compile_plans(profile, registry, keyed=False)
    engine = Engine(Keys(), TODAY)
    for subject in ("P1", "P2", "P1"):
        with MemoryOutput() as output:
            engine.process(plan, BytesSource(f"{MAGIC}id={subject}\nname=a\n".encode()), "a.lines", output)
            assert output.data == f"{MAGIC}id={subject}\nname={subject}:a\n".encode()
    with MemoryOutput() as output, refused("no-subject"):
        engine.process(plan, BytesSource(f"{MAGIC}name=a\n".encode()), "a.lines", output)


def test_names_come_from_new_values(registry: Registry) -> None:
    body = (
        "fields:\n  - name: id\n    put: P9\n  - name: made\n    put: M\n"
        "filenames:\n  - input-regex: '(?P<stem>[a-z]+)'\n    output: '{id}-{made}-{stem}-{other}.x'\n"
    )
    done = profile_run(registry, body, "id=P1\nother=o\n", "scan.lines")
    assert done.outcome.output == "P9-M-scan-o.x"


def test_name_is_the_same_beforehand(registry: Registry) -> None:
    body = "fields:\n  - name: id\n    put: P9\nfilenames:\n  - output: '{id}.x'\n"
    profile = parse_profile("lines:\n" + "".join(f"  {line}\n" for line in body.splitlines()), registry)
    (plan,), _ = compile_plans(profile, registry, keyed=False)
    assert Engine(Keys(), TODAY).name(plan, BytesSource(b"#lines\nid=P1\n"), "a.lines") == "P9.x"


def test_removed_field_in_a_name(registry: Registry) -> None:
    body = "fields:\n  - name: id\n    take: yes\nfilenames:\n  - output: '{id}.x'\n"
    with refused("no-name"):
        profile_run(registry, body, "id=P1\n")


def test_source_that_changes_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    with path.open("rb") as stream:
        source = Unchanging(stream.fileno())
        source.verify()
        path.write_bytes(b"123456")
        with refused("source-changed"):
            source.verify()


@attrs.frozen
class Count(Action):
    """Numbers its calls, so that remembered results show."""

    name: ClassVar[str] = "count"
    summary: ClassVar[str] = "Number the calls."
    kind: ClassVar[Kind] = Kind.TEXT
    calls: list[object] = attrs.field(factory=list, eq=False)
    whole: bool = False
    verdict: Verdict | None = None

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        self.calls.append(value)
        return self.verdict or f"call {len(self.calls)}"


@attrs.frozen
class CountPerSubject(Count):
    per_subject: ClassVar[bool] = True


@attrs.frozen
class CountAnew(Count):
    deterministic: ClassVar[bool] = False


def step_of(action: Action) -> Step:
    return Step(Selector("x", 1, "x"), action, Form(Kind.TEXT))  # type: ignore[arg-type]


Ask = Callable[..., object]


def asker(action: Action) -> Ask:
    memos, step = Memos(), step_of(action)

    def ask(value: Value, subject: str | None = "s", limits: Limits = UNLIMITED) -> object:
        return memos.get(step, limits).get(value, Context(Keys(), subject=subject))

    return ask


def test_equal_values_are_worked_out_once() -> None:
    ask = asker(Count())
    assert [ask("a"), ask("b"), ask("a"), ask("a", "other")] == ["call 1", "call 2", "call 1", "call 1"]


@pytest.mark.parametrize("verdict", [KEEP, REMOVE])
def test_verdicts_are_remembered(verdict: Verdict) -> None:
    action = Count(verdict=verdict)
    ask = asker(action)
    assert [ask("a"), ask("a")] == [verdict, verdict]
    assert action.calls == ["a"]


def test_values_that_are_equal_but_not_the_same() -> None:
    values: list[Value] = ["1", PersonName("1"), Spelled("1"), Spelled("1.0"), Decimal(1), Decimal("1.00"), b"1"]
    action = Count()
    ask = asker(action)
    for value in values[:-1] * 2:
        ask(value)
    assert len(action.calls) == 6 - 1  # Decimal(1) is spelled as Spelled("1") is


def test_subjects_are_told_apart_where_they_matter() -> None:
    ask = asker(CountPerSubject())
    assert [ask("a", "s1"), ask("a", "s2"), ask("a", "s1")] == ["call 1", "call 2", "call 1"]


def test_limits_are_told_apart() -> None:
    ask = asker(Count())
    assert [ask("a"), ask("a", limits=Limits(max_length=3)), ask("a")] == ["call 1", "call 2", "call 1"]


def test_actions_that_are_not_deterministic_are_asked_each_time() -> None:
    ask = asker(CountAnew())
    assert [ask("a"), ask("a")] == ["call 1", "call 2"]


@attrs.frozen
class CountBeside(Count):
    def reads(self) -> Iterable[str]:
        return ("other",)


@attrs.frozen
class Around(Count):
    """Holds another action, of which it says nothing itself."""

    inner: Action = attrs.field(factory=Count)

    def nested(self) -> Mapping[str, Action]:
        return {"part": self.inner}


def test_what_actions_within_an_action_are_decides_what_is_remembered() -> None:
    twice = {"plain": Count(), "per subject": CountPerSubject(), "anew": CountAnew(), "reads": CountBeside()}
    asked = {name: asker(Around(inner=Around(inner=action))) for name, action in twice.items()}
    given = {name: [ask("a", "s1"), ask("a", "s2"), ask("a", "s2")] for name, ask in asked.items()}
    assert given == {
        "plain": ["call 1", "call 1", "call 1"],
        "per subject": ["call 1", "call 2", "call 2"],
        "anew": ["call 1", "call 2", "call 3"],
        "reads": ["call 1", "call 2", "call 3"],
    }


def test_long_values_are_not_remembered() -> None:
    ask = asker(Count())
    assert [ask("a" * 1000), ask("a" * 1000)] == ["call 1", "call 2"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_ROOM", 10)
    monkeypatch.setattr(memo, "_FIELDS", 4)
    memos = Memos()
    steps = [step_of(Count()) for _ in range(3)]
    context = Context(Keys())
    limits = [Limits(max_length=number) for number in range(20)]
    for number in range(200):
        memos.get(steps[number % 3], limits[number % 20]).get(str(number), context)
        held = sum(len(each.known) for each in memos._by_step.values())
        assert held <= 10
        assert len(memos._by_step) <= 4


def test_action_over_whole_fields_treats_one_value_as_one() -> None:
    memos = Memos()
    two = step_of(Probe(Kind.TEXT, lambda values: ["a", "b"]))
    with pytest.raises(FieldError, match="does not make one value of one"):
        memos.get(two, None).get("x", Context(Keys()))
