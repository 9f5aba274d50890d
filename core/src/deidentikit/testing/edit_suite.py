"""Conformance checks of what a file type reads, writes, takes out and makes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

import pytest

from ..action import Action
from ..errors import FieldError, FileError
from ..filetype import Batch, Named
from ..kinds import Kind, Value, canonical_text
from ..plan import compile_plans
from ..profile import read_profile
from ..registry import Registry
from ..results import VALUE_TYPES
from ..splice import BytesSource
from .declared import DeclaredFileType
from .driving import change, deidentified, echo, edited, keep, new_context, put, spellings, take, walk, work_on


class EditChecks(DeclaredFileType):
    """Reading, writing, removing and inserting."""

    def test_untouched_input_is_the_same_or_says_what_is_dropped(self) -> None:
        """Edit, don't re-encode: without rules the output is the input, but for parts that are reported."""
        for data in (self.sample, *self.samples):
            done = self.run(data=data)
            if done.data != data:
                said = done.outcome.dropped or done.outcome.effects
                assert said, "bytes are missing or changed, and neither `dropped` nor `effects` names anything"
            assert self.run(data=done.data).data == done.data, "a second pass changes the file again"

    def test_sample_holds_values_to_search_for(self) -> None:
        """The suite's own footing: the sample has searchable text, so that a leak would be found."""
        sample = self.unpacked(self.sample)
        found = [text for text in self.texts() if any(spelled in sample for spelled in spellings(text))]
        assert found, (
            "declare a field whose text of four or more characters stands in the sample; define `unpacked` if the type"
            " compresses"
        )

    def test_values_read_and_given_back_leave_the_bytes(self) -> None:
        """Field.write: values that were read and are given back unchanged leave the bytes as they were."""
        for kind, name in self.pairs:
            probe = echo(kind)
            assert self.run((name, probe)).data == self.untouched(), f"{name} as {kind.value}"
            assert probe.seen, f"no rule reaches {name}"
            assert any(probe.seen), f"{name} holds no value"

    def test_values_have_the_kind_that_was_asked_for(self) -> None:
        """Field.read: TEXT and UID are text, NUMBER a Decimal, DATE and DATETIME moments, BYTES bytes."""
        for kind, name in self.pairs:
            for value in self._values(kind, name):
                assert isinstance(value, VALUE_TYPES[kind]), f"{name} as {kind.value} gives {type(value).__name__}"

    def test_keeping_leaves_the_bytes(self) -> None:
        """KEEP: a field that an action leaves has the bytes it had."""
        for kind, name in self.pairs:
            for probe in (keep(kind), keep(Kind.NATIVE)):
                assert self.run((name, probe)).data == self.untouched(), f"{name} as {kind.value}"

    def test_removed_value_is_nowhere_in_the_output(self) -> None:
        """Removed means gone: no copy of a removed value stays anywhere in the output's bytes."""
        removable = self.removable
        for kind, name in ((kind, name) for kind, name in self.pairs if name in removable):
            for probe in (take(), take(kind)):
                self._assert_gone(name, self.run((name, probe)).data)

    def test_replaced_value_is_nowhere_in_the_output(self) -> None:
        """Removed means gone, for the old value of a field that was written anew."""
        for kind, name in self.pairs:
            if kind in (Kind.TEXT, Kind.UID):
                self._assert_gone(name, self.run((name, change(kind))).data)
            if kind is Kind.TEXT:
                self._assert_no_end_stays(name, self.run((name, change(kind))).data)

    def test_written_values_are_read_again(self) -> None:
        """Field.write: what was written is what the output holds, in every kind."""
        for kind, name in self.pairs:
            probe = change(kind)
            output = self.run((name, probe)).data
            written = [tuple(probe.treat(values)) for values in probe.seen]  # type: ignore[arg-type]
            again = echo(kind)
            self.run((name, again), data=output)
            assert _comparable(again.seen) == _comparable(written), f"{name} as {kind.value}"

    def test_profile_text_is_written(self) -> None:
        """Kind.NATIVE: a text of the profile becomes the field's value, and none empties the field."""
        for kind, name in self.pairs:
            text = {Kind.TEXT: "ZQXJ", Kind.UID: "1.2.3.4567"}.get(kind)
            if text is None:
                continue
            assert set(self.originals(name, self.run((name, put(text))).data)) == {text}
            assert not [found for found in self.originals(name, self.run((name, put())).data) if found]

    def test_edit_leaves_all_other_fields(self) -> None:
        """Edit, don't re-encode: other fields keep their values, but for those declared in `follows`."""
        before = Counter(self.listing(self.untouched()))
        for kind, name in self.pairs:
            own = set(self.originals(name))
            for probe in (change(kind), take()):
                after = Counter(self.listing(self.run((name, probe)).data))
                lost = [
                    listed
                    for listed, values in before - after
                    if listed != name and listed not in self.follows and not own & set(values)
                ]
                assert not lost, f"an edit of {name} changed {lost}"

    def test_originals_stay_and_current_values_follow(self) -> None:
        """Batch.original gives what the file held, Batch.current what will be written."""
        for kind, name in self.pairs:
            file_type = self.instance()
            probe = change(kind)
            original: list[str] = []
            current: list[str] = []

            def each(
                batch: Batch, name: str = name, original: list[str] = original, current: list[str] = current
            ) -> None:
                before = list(batch.original(name))
                assert list(batch.current(name)) == before, f"{name}: current differs before anything was edited"
                assert any(True for _ in work_on(batch)) or not before
                assert list(batch.original(name)) == before, f"{name}: an original changed with an edit"
                original.extend(before)
                current.extend(batch.current(name))

            output = walk(file_type, file_type.bind([self.step(name, probe)], [name]), BytesSource(self.sample), each)
            assert original
            assert current == self.originals(name, output), f"{name}: current is not what was written"

    def test_output_that_is_not_what_was_meant_is_refused(self) -> None:
        """Document.check: an output that is cut, unreadable or edited otherwise raises FileError (``verify``)."""

        def each(batch: Batch) -> None:
            deque(work_on(batch), 0)

        for name, probe in [("", None), *((name, change(kind)) for kind, name in self.pairs)]:
            file_type = self.instance()
            matcher = file_type.bind([self.step(name, probe)] if probe else (), ())
            with edited(file_type, matcher, BytesSource(self.sample), each) as (document, output):
                plain = self.untouched()
                others = (plain, bytes(len(output)), _edited_otherwise(output, plain)) if probe else ()
                for wrong in (b"", output[:-1], *others):
                    with pytest.raises(FileError) as refused:
                        document.check(BytesSource(wrong))
                    assert refused.value.reason == "verify", f"{name}: {refused.value.reason}"

    def test_first_step_in_order_wins(self) -> None:
        """One rule per field: `bind` gets the steps in order, and the first that reaches a field acts alone."""
        name = self.names[0]
        first, second = keep(Kind.NATIVE), take()
        assert self.run((name, first), (name, second)).data == self.untouched()
        assert first.seen
        assert not second.seen

    def test_field_is_made_where_it_is_absent(self) -> None:
        """Capability ``insertion``: a step that creates makes the field; nothing else in the file changes."""
        if "insertion" not in self.file_type.capabilities:
            pytest.skip("the type has no capability for insertion")
        assert self.insertable is not None, "declare a field that can be made in `insertable`"
        assert self.instance().compile(Named(name=self.insertable)).insertable
        assert not self.originals(self.insertable), "the sample holds the insertable field already"
        done = self.run((self.insertable, put("ZQXJ", makes=True)))
        assert self.originals(self.insertable, done.data) == ["ZQXJ"]
        assert self.run((self.insertable, put("ZQXJ"))).data == self.untouched(), "a rule made what it may not"
        for name in self.names:
            assert self.originals(name, done.data) == self.originals(name)
        emptied = self.run((self.insertable, put(makes=True)))
        assert not [text for text in self.originals(self.insertable, emptied.data) if text]

    def test_nothing_is_made_without_the_capability(self) -> None:
        """Capabilities: a type without ``insertion`` has no selector that says it can insert."""
        insertable = [name for name in self.names if self.instance().compile(Named(name=name)).insertable]
        assert "insertion" in self.file_type.capabilities or not insertable

    def test_every_installed_action_works(self) -> None:
        """Actions see typed values: each action works on each field that offers its kind."""
        registry = Registry.from_installed()
        worked = 0
        for kind, name in self.pairs:
            for action in dict.fromkeys(registry.actions.values()):
                if action.kind not in (kind, Kind.NATIVE) or action.value_schema(registry) is not None:
                    continue
                built = action.build(True, {}, {}, registry)
                if not [*built.problems(True)]:
                    worked += self._works(name, built.name, built)
        assert worked or not registry.actions

    def test_given_rules_work(self) -> None:
        """Actions see typed values: the rules in `rules` work on the fields of their kind."""
        registry = Registry.from_installed()
        if self.file_type.name not in registry.file_types:
            pytest.skip("the type is not installed, so no profile can name it")
        for kind, name in self.pairs:
            for rule in self.rules.get(kind, ()):
                if rule.partition(":")[0] not in registry.actions:
                    continue
                text = f"{self.section_name}:\n{_indented(self.settings, 2)}  fields:\n    - name: {name!r}\n"
                profile, problems = read_profile(text + _indented(rule, 6), "rules", registry, keyed=True)
                plans, found = compile_plans(profile, registry, keyed=True)
                assert not [str(problem) for problem in (*problems, *found) if not problem.warning]
                done = deidentified(plans[0], self.sample, self.file_name)
                assert done.outcome.rules, f"{rule} does not reach {name}"

    def _works(self, name: str, label: str, action: Action) -> int:
        selector = self.instance().compile(Named(name=name))
        limits = self.instance().limits(selector)
        if limits is not None and [*action.check(limits, True)]:
            return 0
        if limits is not None and limits.required and action.removes:
            return 0
        if self._cannot_treat(name, action):
            return 0
        try:
            done = self.run((name, action))
        except FieldError as error:
            raise AssertionError(f"{label} does not work on {name}: {error}") from None
        assert done.outcome.rules
        return 1

    def _cannot_treat(self, name: str, action: Action) -> bool:
        """The action itself, not the file type, refuses what the field holds, as any action may."""
        if action.kind is Kind.NATIVE:
            return False
        try:
            action.apply_field(self._values(action.kind, name), new_context())
        except FieldError:
            return True
        return False

    def _values(self, kind: Kind, name: str) -> list[Value]:
        probe = echo(kind)
        self.run((name, probe))
        return [value for values in probe.seen for value in values]

    def _assert_gone(self, name: str, output: bytes) -> None:
        output = self.unpacked(output)
        for text in self.originals(name):
            if len(text.strip("\0 ")) < 4:
                continue
            for number, spelled in enumerate(sorted(spellings(text.strip("\0 ")))):
                assert spelled not in output, f"the value of {name} is still in the output (spelling {number})"

    def _assert_no_end_stays(self, name: str, output: bytes) -> None:
        """Where a short text was written over a longer one, as in fields of a fixed width."""
        before, output = self.unpacked(self.untouched()), self.unpacked(output)
        for text in self.originals(name):
            end = text.strip("\0 ")[len("ZQXJ") + 1 :]
            for spelled in spellings(end) if len(end) >= 4 else ():
                found = before.count(spelled)
                assert not found or output.count(spelled) < found, f"the end of the value of {name} stays in its place"


def _comparable(fields: Iterable[Iterable[Value]]) -> set[object]:
    """All values; equal cells of a table are shown to an action once, so their number says nothing."""
    values = (value for values in fields for value in values)
    return {canonical_text(value) if isinstance(value, str) else value for value in values}


def _indented(text: str, width: int) -> str:
    return "".join(f"{' ' * width}{line}\n" for line in text.splitlines())


def _edited_otherwise(output: bytes, untouched: bytes) -> bytes:
    """An output with another byte where an edit begins."""
    pairs = enumerate(zip(output, untouched, strict=False))
    at = next((at for at, (new, old) in pairs if new != old), min(len(output), len(untouched)) - 1)
    return output[:at] + bytes((output[at] ^ 1,)) + output[at + 1 :]
