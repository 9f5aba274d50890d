"""Which files are understood, and what holds for all of them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from datetime import date

import attrs
import pytest
from deidentikit import FieldError, FileError, Named, Registry, Step
from deidentikit.splice import BytesSink, BytesSource
from deidentikit.testing import Project
from deidentikit_edf import EdfFile
from deidentikit_edf.annotations import areas, check_text, texts, with_texts, without_texts
from deidentikit_edf.header import read_header
from deidentikit_edf.spelling import read_long, read_short, spell_long, spell_short
from edf_maker import ECG, EEG, NOTED, Signal, make_edf, make_plain, tal
from hypothesis import given, settings
from hypothesis import strategies as st

SOUND = make_edf()
RECORD = 2 * (8 + 60 + 4)
QUICK = settings(max_examples=60, deadline=None)


def over(at: int, text: str, data: bytes = SOUND) -> bytes:
    raw = text.encode("latin-1")
    return data[:at] + raw + data[at + len(raw) :]


DAMAGED = {
    "nothing": (b"", "not-edf"),
    "version": (over(0, "1"), "not-edf"),
    "header cut": (SOUND[:200], "truncated"),
    "signals cut": (SOUND[:1000], "truncated"),
    "records cut": (SOUND[:-1], "truncated"),
    "record missing": (SOUND[:-RECORD], "truncated"),
    "record too many": (SOUND + bytes(RECORD), "trailing-data"),
    "bytes too many": (SOUND + b"x", "trailing-data"),
    "recording that runs, cut": (make_edf(records=-1)[:-1], "truncated"),
    "header size": (over(184, "1025"), "bad-header"),
    "header size no number": (over(184, "10x4"), "bad-header"),
    "count of signals": (over(252, "2   "), "bad-header"),
    "negative count of signals": (over(252, "-1  "), "bad-header"),
    "count of records": (over(236, "-2"), "bad-header"),
    "count of records blank": (over(236, " "), "bad-header"),
    "duration": (over(244, "1s"), "bad-header"),
    "negative duration": (over(244, "-1"), "bad-header"),
    "samples": (over(256 + 3 * 216, "-8"), "bad-header"),
    "samples no number": (over(256 + 3 * 216, "8.5"), "bad-header"),
    "umlaut": (over(60, "\xe4"), "undecodable"),
    "tab": (over(60, "\t"), "undecodable"),
    "NUL for space": (over(80, "\0"), "undecodable"),
    "umlaut in a label": (over(260, "\xe4"), "undecodable"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_what_is_not_what_it_claims_is_refused(deid_project: Project, case: str) -> None:
    data, reason = DAMAGED[case]
    deid_project.profile("edf:\n  remove-annotations: yes\n").add("a.edf", data)
    deid_project.run().assert_refused(reason).assert_outputs().assert_silent_about("Haagse", "0234567")


@pytest.mark.parametrize(
    "data",
    [
        make_edf((), ()),
        make_edf((NOTED,)),
        make_edf(records=-1),
        make_edf((EEG, attrs.evolve(ECG, samples=0)), ((), ())),
        make_edf((attrs.evolve(ECG, samples=0),), ((), (), ())),
        make_edf(bdf=True),
        make_edf((EEG, NOTED, ECG, NOTED)),
        make_plain(),
    ],
)
def test_sound_files_pass_untouched(deid_project: Project, data: bytes) -> None:
    deid_project.profile("edf:\n").add("a.edf", data)
    assert deid_project.run().assert_ok().output("a.edf") == data


@QUICK
@given(st.binary(max_size=600), st.integers(0, 1023))
def test_any_bytes_are_understood_or_refused(noise: bytes, at: int) -> None:
    for data in (noise, SOUND[:at] + noise, SOUND[:at] + noise + SOUND[at + len(noise) :]):
        try:
            header = read_header(BytesSource(data))
        except FileError:
            continue
        assert header.size + header.records * header.record_size == len(data)
        assert b"".join(slot.raw for slot in header.slots) == data[: header.size]
        assert EdfFile.sniff(data[:4096], "")


@QUICK
@given(
    st.lists(st.sampled_from((EEG, ECG, NOTED, attrs.evolve(EEG, samples=3))), max_size=5),
    st.lists(st.lists(st.tuples(st.just(0.5), st.sampled_from(("Off", "x", "Müller"))), max_size=2), max_size=4),
    st.booleans(),
)
def test_removing_annotation_signals_is_making_the_file_without(
    signals: Sequence[Signal], notes: Sequence[Sequence[tuple[float, str]]], bdf: bool
) -> None:
    left = [signal for signal in signals if not signal.annotated]
    if not left:
        return
    before = make_edf(signals, notes, bdf=bdf)
    file_type = EdfFile({"remove-annotation-signals": True}, "edf")
    sink = BytesSink()
    with file_type.open(BytesSource(before), file_type.bind((), ())) as document:
        document.settle()
        document.write(sink)
        document.check(BytesSource(bytes(sink.data)))
    assert sink.data == make_edf(left, notes, bdf=bdf, mark="" if len(left) < len(signals) else None)


@QUICK
@given(
    st.lists(st.lists(st.sampled_from(("Off", "On", "Müller")), max_size=2), max_size=3),
    st.dictionaries(st.sampled_from((b"Off", b"On", "Müller".encode())), st.sampled_from((b"", b"x", "ü".encode()))),
)
def test_annotations_are_what_they_are_mapped_to(notes: list[list[str]], new: dict[bytes, bytes]) -> None:
    data = make_edf(notes=[[(0.5, text) for text in each] for each in notes])
    source = BytesSource(data)
    for area, each in zip(areas(source, read_header(source)), notes, strict=True):
        old = [text.encode() for text in each]
        assert list(texts(area)) == old
        changed = attrs.evolve(area, data=with_texts(area, new))
        assert list(texts(changed)) == [text for raw in old if (text := new.get(raw, raw))]
        assert with_texts(area, {}) == area.data
        assert without_texts(area) == tal(area.record, "").ljust(len(area.data), b"\0")
        assert list(texts(attrs.evolve(area, data=without_texts(area)))) == []


@QUICK
@given(st.dates(date(1985, 1, 1), date(2084, 12, 31)))
def test_dates_are_written_as_they_are_read(day: date) -> None:
    moment = read_long(f"{day:%d-%b-%Y}")
    assert read_short(spell_short(moment, False)) == moment
    assert read_long(spell_long(moment)) == moment


@pytest.mark.parametrize("text", ["a\x14b", "a\x15", "a\0", "\x1b[0m", "\ud800"])
def test_annotations_hold_no_control_characters(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        check_text(text)
    assert caught.value.reason == "charset"


@pytest.mark.parametrize("regex", [".*", "patient", r"signals\.0"])
def test_a_regex_sees_the_listed_names(regex: str) -> None:
    file_type = EdfFile({}, "edf")
    selector = file_type.compile(Named(regex=regex))
    assert file_type.limits(selector) is None
    assert file_type.check_literal(selector, "anything at all") is None


@pytest.mark.parametrize(
    ("rule", "name", "reached", "beyond"),
    [
        ("patient", "patient.name", True, False),
        ("patient.*", "patient.code", True, False),
        ("recording.startdate", "startdate", True, False),
        ("signals.2.transducer", "signals.*.transducer", True, True),
        ("signals.2.transducer", "signals.*.reserved", False, False),
        ("patient.name", "patient.code", False, False),
    ],
)
def test_reviewers_are_told_what_a_rule_reaches(rule: str, name: str, reached: bool, beyond: bool) -> None:
    file_type = EdfFile({}, "edf")
    action = Registry.from_installed().actions["remove"]()
    matcher = file_type.bind([Step(file_type.compile(Named(name=rule)), action, action.form)], ())
    found = file_type.reach(matcher, name)
    assert found.nowhere is not reached
    assert bool(found.beyond) is beyond


def test_memory_does_not_grow_with_the_number_of_records() -> None:
    file_type = EdfFile({"remove-annotations": True}, "edf")
    peaks = []
    for count in (500, 1000, 4000):
        source = BytesSource(make_edf(notes=[[(number, f"n{number}")] for number in range(count)]))
        sink = _Nowhere()
        tracemalloc.start()
        with file_type.open(source, file_type.bind((), ())) as document:
            document.settle()
            document.write(sink)
            assert document.effects() == {"remove-annotations": count}
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert sink.size == source.size
    assert peaks[2] - peaks[1] < 20_000


class _Nowhere:
    """A sink that counts."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.size += len(data)

    def copy(self, source: object, start: int, count: int) -> None:
        self.size += count

    def tell(self) -> int:
        return self.size
