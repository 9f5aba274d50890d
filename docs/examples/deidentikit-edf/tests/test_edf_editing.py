"""What profiles make of recordings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import attrs
import pytest
from deidentikit import Registry
from deidentikit.splice import BytesSource
from deidentikit.testing import Project, Result
from deidentikit_edf import EdfFile
from deidentikit_edf.header import read_header
from edf_maker import ECG, EEG, NOTED, make_edf, make_plain, tal


def ran(project: Project, data: bytes, rules: str, options: str = "  date-increment: -17\n") -> Result:
    """A run over one recording; rules are `name: action` or `name | action: value`, one on a line."""
    lines = []
    for rule in re.split(r"\n(?=\S)", rules) if rules else ():
        name, _, action = rule.partition(" | ")
        lines.append(f"    - {'regex' if name.startswith('~') else 'name'}: {name.lstrip('~')!r}\n      {action}\n")
    project.profile(f"edf:\n{options}" + ("  fields:\n" + "".join(lines) if lines else ""))
    project.add("a.edf", data)
    return project.run("--key-file", project.key())


def listed(data: bytes) -> dict[str, list[str]]:
    return {field.name: list(field.values()) for field in EdfFile({}, "edf").fields(BytesSource(data))}


def changed(before: bytes, after: bytes) -> dict[str, list[str]]:
    """The fields that differ, as they are now."""
    old, new = listed(before), listed(after)
    return {name: values for name, values in new.items() if values != old.get(name)} | {
        name: ["(gone)"] for name in old.keys() - new.keys()
    }


CASES = {
    "a subfield": ("patient.name | replace-with: ANON", {"patient.name": ["ANON"]}),
    "removed subfield": ("patient.name | remove: yes", {"patient.name": []}),
    "emptied subfield": ("recording.technician | set:", {"recording.technician": []}),
    "a sex": ("patient.sex | replace-with: M", {"patient.sex": ["M"]}),
    "a date in capitals": ("patient.birthdate | increment-date: yes", {"patient.birthdate": ["15-APR-1951"]}),
    "wildcard": (
        "signals.*.transducer | remove: yes",
        {"signals.0.transducer": [], "signals.2.transducer": []},
    ),
    "one signal": ("signals.2.transducer | remove: yes", {"signals.2.transducer": []}),
    "number": ("signals.0.physical-max | replace-with: 500.5", {"signals.0.physical-max": ["500.5"]}),
    "regex": (
        "~.*date$ | increment-date: yes",
        {"patient.birthdate": ["15-APR-1951"], "recording.startdate": ["13-FEB-2002"], "startdate": ["13.02.02"]},
    ),
    "time": ("starttime | remove: yes", {"starttime": ["00.00.00"]}),
    "one date leads the other": (
        "startdate | increment-date: yes",
        {"recording.startdate": ["13-FEB-2002"], "startdate": ["13.02.02"]},
    ),
    "the other leads the one": (
        "recording.startdate | increment-date: yes",
        {"recording.startdate": ["13-FEB-2002"], "startdate": ["13.02.02"]},
    ),
    "both dates go": ("recording.startdate | remove: yes", {"recording.startdate": [], "startdate": ["01.01.85"]}),
    "each has its rule": (
        "startdate | keep: yes\nrecording.startdate | remove: yes",
        {"recording.startdate": []},
    ),
    "a text for a date": (
        "startdate | replace-with: 03.04.05",
        {"startdate": ["03.04.05"], "recording.startdate": ["03-APR-2005"]},
    ),
    "the whole": (
        "patient | remove: yes",
        {"patient.code": [], "patient.sex": [], "patient.birthdate": [], "patient.name": []},
    ),
    "the whole anew": (
        "recording | replace-with: Startdate 05-JUN-2007 X X X two more",
        {
            "startdate": ["05.06.07"],
            "recording.startdate": ["05-JUN-2007"],
            "recording.admincode": [],
            "recording.technician": [],
            "recording.equipment": [],
            "recording.additional": ["two more"],
        },
    ),
    "the rest of a whole": (
        "patient | remove: yes\npatient.code | replace-with: P1\npatient.sex | keep: yes",
        {"patient.code": ["P1"], "patient.birthdate": [], "patient.name": []},
    ),
    "annotations": (
        "annotations | replace-with: note",
        {"annotations": ["note"]},
    ),
    "fields that say how the file is read stay": (
        "~(version|header-bytes|records|signal-count|signals[.].[.](samples|physical|digital|label)) | remove: yes",
        {"signals.0.label": [], "signals.2.label": []},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_edits(deid_project: Project, case: str) -> None:
    rules, expected = CASES[case]
    before = make_edf()
    after = ran(deid_project, before, rules).assert_ok().output("a.edf")
    assert changed(before, after) == expected
    assert len(after) == len(before)
    size = read_header(BytesSource(before)).size
    if "annotations" not in rules:
        assert after[size:] == before[size:]


def test_whole_of_plain_edf_is_one_text(deid_project: Project) -> None:
    before = make_plain()
    rules = "patient | remove: yes\npatient.code | hash: yes\nrecording | replace-with: night"
    after = ran(deid_project, before, rules).assert_ok().output("a.edf")
    assert changed(before, after) == {"patient": [], "recording": ["night"]}
    assert after[8:88] == b" " * 80


@pytest.mark.parametrize(
    "patient",
    [
        "Haagse, Harry",
        "1 F 02-MAY-1951",
        "1  F 02-MAY-1951 Harry",
        "1 W 02-MAY-1951 Harry",
        "1 F 1951 Harry",
        " 1 F X Harry",
    ],
)
@pytest.mark.parametrize("rule", ["patient.name | remove: yes", "patient.* | remove: yes", "~.*name | remove: yes"])
def test_identification_without_subfields_is_not_passed_over(deid_project: Project, patient: str, rule: str) -> None:
    result = ran(deid_project, make_edf(patient=patient), rule).assert_refused("no-subfields")
    result.assert_silent_about("Harry", "1951").assert_outputs()


def test_nothing_is_refused_where_there_is_nothing_to_hide(deid_project: Project) -> None:
    ran(deid_project, make_edf(patient=""), "patient.name | remove: yes").assert_ok()


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ("patient | hash: yes", "wrong-kind"),
        ("~patient.sex | hash: yes", "wrong-kind"),
        ("~version | replace-with: 1", "required"),
        ("~signals.1.label | replace-with: EEG", "required"),
        ("patient.code | replace-with: " + "c" * 70, "too-long"),
        ("annotations | replace-with: " + "n" * 50, "too-long"),
    ],
)
def test_results_that_do_not_fit_are_refused(deid_project: Project, rules: str, reason: str) -> None:
    ran(deid_project, make_edf(), rules).assert_refused(reason).assert_outputs()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("patient.nam | remove: yes", "Did you mean 'patient.name'?"),
        ("signals.x.label | remove: yes", "no field of EDF"),
        ("signals.01.label | remove: yes", "no field of EDF"),
        ("patient.name | replace-with: Jane Doe", "write _ instead"),
        ("patient.name | replace-with: Dörte", "printable ASCII"),
        ("patient.sex | replace-with: W", "M, F or X"),
        ("patient.birthdate | replace-with: 1951-05-02", "02-AUG-1951"),
        ("startdate | replace-with: 31.02.05", "no calendar"),
        ("startdate | hash: yes", "of a hash"),
        ("starttime | replace-with: 24.00.00", "hh.mm.ss"),
        ("signals.0.digital-min | replace-with: 1.5", "whole number"),
        ("signals.0.physical-min | replace-with: low", "no number"),
        ("signals.0.physical-min | remove: yes", "cannot be removed"),
        ("records | remove: yes", "cannot be removed"),
        ("records | replace-with: 7", "how the file is to be read"),
    ],
)
def test_mistakes_are_found_before_a_file_is_opened(deid_project: Project, rule: str, said: str) -> None:
    result = ran(deid_project, make_edf(), rule)
    assert result.exit_code == 2
    assert said in result.stderr


def test_texts_of_annotations_go_and_the_times_of_records_stay(deid_project: Project) -> None:
    before = make_edf()
    after = ran(deid_project, before, "", "  remove-annotations: yes\n").assert_ok().output("a.edf")
    width, at = 120, 16
    record = read_header(BytesSource(before)).record_size
    for number in range(3):
        start = 1024 + number * record
        assert after[start + at : start + at + width] == tal(number, "").ljust(width, b"\0")
    assert b"Lights" not in after
    assert b"Harry coughs" not in after
    assert changed(before, after) == {"annotations": []}


def test_second_annotation_signal_goes_wholly(deid_project: Project) -> None:
    signals = (NOTED, EEG, attrs.evolve(NOTED, samples=70))
    before = make_edf(signals)
    after = ran(deid_project, before, "", "  remove-annotations: yes\n").assert_ok().output("a.edf")
    assert changed(before, after) == {"annotations": []}
    record = read_header(BytesSource(before)).record_size
    assert after[1024 + record - 140 : 1024 + record] == bytes(140)


def test_bytes_behind_annotations_are_not_left(deid_project: Project) -> None:
    before = make_edf()
    at = before.index(b"coughs\x14\0") + len(b"coughs\x14\0\0")
    planted = before[:at] + b"Mrs Harry" + before[at + 9 :]
    after = ran(deid_project, planted, "", "  remove-annotations: yes\n").assert_ok().output("a.edf")
    assert b"Mrs Harry" not in after
    ran(deid_project, planted, "annotations | replace-with: x").assert_refused("unparsed-region")


def test_annotations_without_the_time_of_their_record_are_refused(deid_project: Project) -> None:
    data = make_edf().replace(b"+1\x14\x14\0", b"+1\x14x\x14")
    ran(deid_project, data, "", "  remove-annotations: yes\n").assert_refused("unparsed-region")


def test_rule_for_annotations_wins_over_the_option(deid_project: Project) -> None:
    parts = [("Lights.*", "LIGHTS"), (".*", "''")]
    rule = "annotations | regex-sub:"
    rule += "".join(f"\n        - input-regex: {old}\n          output: {new}" for old, new in parts)
    before = make_edf()
    after = ran(deid_project, before, rule, "  remove-annotations: yes\n").assert_ok().output("a.edf")
    assert changed(before, after) == {"annotations": ["LIGHTS"]}
    assert tal(0, "") + tal(0.5, "LIGHTS", duration=1) + b"\0\0" in after
    assert tal(2, "") + tal(2.25, "LIGHTS", duration=1) + b"\0\0" in after


@pytest.mark.parametrize("bdf", [False, True])
def test_annotation_signals_go(deid_project: Project, bdf: bool) -> None:
    before = make_edf((NOTED, EEG, NOTED, ECG), bdf=bdf, reserved=" lab 7")
    options = "  remove-annotation-signals: yes\n  remove-annotations: yes\n"
    after = ran(deid_project, before, "patient.name | remove: yes\nsignals.3.transducer | remove: yes", options)
    found = after.assert_ok().output("a.edf")
    expected = make_edf((EEG, attrs.evolve(ECG, transducer="")), ((), (), ()), bdf=bdf, mark="", reserved="lab 7")
    assert found == expected.replace(b"Haagse_Harry", b"X           ")
    assert b"Lights" not in found


def test_annotation_signals_of_discontinuous_recordings_stay(deid_project: Project) -> None:
    options = "  remove-annotation-signals: yes\n"
    ran(deid_project, make_edf(mark="EDF+D"), "", options).assert_refused("discontinuous")
    ran(deid_project, make_edf((NOTED,)), "", options).assert_refused("nothing-left")
    ran(deid_project, make_plain(), "", options).assert_ok()


def test_sections_that_keep_annotations_unsaid_are_warned_of(deid_project: Project) -> None:
    for options, rules, warned in (
        ("", "startdate | keep: yes", True),
        ("  remove-annotations: yes\n", "", False),
        ("  remove-annotation-signals: yes\n", "", False),
        ("", "annotations | keep: yes", False),
    ):
        result = ran(deid_project, make_edf(), rules, options)
        assert ("set remove-annotations" in result.stderr) is warned


DATES = [
    ("02.03.85", "Startdate 02-MAR-1985 X X X", -10, "20.02.85", "20-FEB-1985"),
    ("02.03.84", "Startdate 02-MAR-2084 X X X", -10, "21.02.84", "21-FEB-2084"),
    ("30.12.99", "Startdate 30-DEC-1999 X X X", 5, "04.01.00", "04-JAN-2000"),
    ("30.12.84", "Startdate 30-DEC-2084 X X X", 5, "04.01.yy", "04-JAN-2085"),
    ("04.01.yy", "Startdate 04-JAN-2085 X X X", -5, "30.12.84", "30-DEC-2084"),
    ("1.2.03", "Startdate 01-Feb-2003 X X X", 1, "02.02.03", "02-FEB-2003"),
    ("01.01.85", "Startdate X X X X", 1, "01.01.85", "X"),
    ("01.02.03", "Startdate X X X X", 1, "02.02.03", "X"),
]


@pytest.mark.parametrize(("short", "recording", "days", "new_short", "new_long"), DATES)
def test_dates_of_two_spellings(
    deid_project: Project, short: str, recording: str, days: int, new_short: str, new_long: str
) -> None:
    data = make_edf(startdate=short, recording=recording)
    rules = "*.startdate | increment-date: yes\nstartdate | increment-date: yes"
    result = ran(deid_project, data, rules, f"  date-increment: {days}\n")
    found = result.assert_ok().output("a.edf")
    assert found[168:176].decode() == new_short
    assert found[88:168].decode().split()[1] == new_long


def test_dates_that_two_digits_cannot_say_are_refused(deid_project: Project) -> None:
    options = "  date-increment: -10000\n"
    ran(deid_project, make_edf(), "startdate | increment-date: yes", options).assert_refused("out-of-range")
    ran(deid_project, make_edf(), "recording.startdate | increment-date: yes", options).assert_refused("out-of-range")
    ran(deid_project, make_plain(), "startdate | increment-date: yes", "  date-increment: 40000\n").assert_refused(
        "out-of-range"
    )


def test_equal_values_elsewhere_are_counted(deid_project: Project) -> None:
    data = make_edf(recording="Startdate 02-MAR-2002 X Haagse_Harry X", notes=([(0.5, "Haagse_Harry")],))
    deid_project.profile("edf:\n  fields:\n    - name: patient.name\n      remove: yes\n").add("a.edf", data)
    deid_project.run("--report", deid_project.report).assert_ok()
    journal = map(json.loads, (deid_project.report / "journal.jsonl").read_text().splitlines())
    assert [entry["residual"] for entry in journal if entry["record"] == "input"] == [2]


def test_files_are_told_by_content(deid_project: Project) -> None:
    deid_project.profile("edf:\n  fields:\n    - name: annotations\n      keep: yes\n")
    deid_project.add("recording.rec", make_edf())
    deid_project.run().assert_ok().assert_outputs("recording.rec")
    assert Registry.from_installed().file_types["edf"] is EdfFile


def test_one_profile_for_recordings_sidecars_and_tables(deid_project: Project) -> None:
    deid_project.profile((Path(__file__).parents[1] / "example.yml").read_text("utf-8"))
    deid_project.add("eeg/harry.edf", make_edf())
    deid_project.add("eeg/harry.json", '{"SubjectID": "MCH-0234567", "RecordedOn": "2002-03-02", "Operator": "BK/JOP"}')
    deid_project.add("participants.tsv", "participant_id\tborn\trecorded\nMCH-0234567\t1951-05-02\t2002-03-02\n")
    result = deid_project.run("--key-file", deid_project.key()).assert_ok()
    (name,) = (name for name in result.names if name.endswith(".edf"))
    fields = listed(result.output(name))
    (code,) = fields["patient.code"]
    row = result.output("participants.tsv").decode().splitlines()[1].split("\t")
    assert name == f"eeg/sub-{code}_eeg.edf"
    assert row[0] == code != "MCH-0234567"
    result.assert_json(f"eeg/sub-{code}_eeg.json", {"SubjectID": code, "RecordedOn": row[2]})
    year, month, day = row[2].split("-")
    assert fields["startdate"] == [f"{day}.{month}.{year[2:]}"]
    assert fields["recording.startdate"][0].startswith(f"{day}-")
    assert fields["recording.startdate"][0].endswith(f"-{year}")
    assert fields["patient.birthdate"][0].startswith(row[1][8:])
    assert (fields["patient.name"], fields["patient.sex"], fields["annotations"]) == ([], ["F"], [])
    told = (b"0234567", b"Harry", b"JOP", b"2002-03-02", b"1951-05-02")
    for path in result.names:
        assert not [old for old in told if old in result.output(path)]
