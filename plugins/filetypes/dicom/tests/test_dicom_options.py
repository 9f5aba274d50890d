"""The options of a DICOM section."""

from __future__ import annotations

import io
from typing import Any

import pydicom
import pytest
from deidentikit_dicom.age import patient_age


def read(data: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(data), force=True)


STUDY = 0x00081030
NAME = 0x00100010
ID = 0x00100020
OTHER_IDS = 0x00101002


def private(raw: Any) -> list[bytes]:
    return [
        raw.element(0x00290000, "UL", raw.pack("L", 0)),
        raw.element(0x00290010, "LO", b"ACME"),
        raw.element(0x00290011, "LO", b"ZED "),
        raw.element(0x00291001, "LO", b"one "),
        raw.element(0x00291002, "LO", b"two "),
        raw.element(0x00291101, "LO", b"three "),
    ]


def test_private_elements_go_at_every_depth(raw: Any, deidentify: Any) -> None:
    study = raw.element(STUDY, "LO", b"S ")
    item = [raw.element(ID, "LO", b"A ")]
    inside = raw.sequence(0x00291003, raw.item(raw.element(NAME, "PN", b"Doe^Jane")))
    block = private(raw)
    block.insert(5, inside)
    data = raw.file(study, raw.sequence(OTHER_IDS, raw.item(*item, *private(raw))), *block)
    done = deidentify(data, "remove-private-tags: yes\nfields:\n  - name: PatientName\n    hash: yes")
    assert done.data == raw.file(study, raw.sequence(OTHER_IDS, raw.item(*item)))
    assert done.outcome.effects == {"remove-private-tags": 13}
    assert not done.outcome.rules


def test_named_private_elements_stay_with_their_creator(raw: Any, deidentify: Any) -> None:
    data = raw.file(raw.element(STUDY, "LO", b"S "), *private(raw)[1:])
    done = deidentify(data, 'remove-private-tags: yes\nfields:\n  - name: (0029,"ACME",02)\n    keep: yes')
    assert done.data == raw.file(raw.element(STUDY, "LO", b"S "), private(raw)[1], private(raw)[4])
    removed = deidentify(data, 'remove-private-tags: yes\nfields:\n  - name: (0029,"ACME",02)\n    remove: yes')
    assert removed.data == raw.file(raw.element(STUDY, "LO", b"S "))


def test_path_into_a_private_sequence_keeps_the_way(explicit: Any, deidentify: Any) -> None:
    creator = explicit.element(0x00290010, "LO", b"ACME")
    hidden = [explicit.element(ID, "LO", b"A "), explicit.element(0x00290010, "LO", b"ACME")]
    inner = explicit.element(0x00291005, "LO", b"deep")
    other = explicit.element(0x00291006, "LO", b"away")
    data = explicit.file(creator, explicit.sequence(0x00291001, explicit.item(*hidden, inner, other)), other)
    rules = 'remove-private-tags: yes\nfields:\n  - name: (0029,"ACME",01).0.(0029,"ACME",05)\n    keep: yes'
    done = deidentify(data, rules)
    assert done.data == explicit.file(creator, explicit.sequence(0x00291001, explicit.item(*hidden, inner)))


def test_undefined_elements_go(raw: Any, deidentify: Any) -> None:
    item = raw.item(raw.element(NAME, "PN", b"Doe^Jane"), raw.element(ID, "LO", b"A "))
    parts = [
        raw.element(0x00080005, "CS", b"ISO_IR 100"),
        raw.element(0x00080060, "CS", b"MR"),
        raw.element(0x00100000, "UL", raw.pack("L", 100)),
        raw.element(NAME, "PN", b"Doe^Jane"),
        raw.sequence(OTHER_IDS, item, item),
        *private(raw),
        raw.element(0x7FE00010, "OW", bytes(4)),
    ]
    rules = (
        "remove-undefined: yes\nfields:\n  - name: Modality\n    keep: yes\n"
        "  - name: OtherPatientIDsSequence.0.PatientID\n    keep: yes"
    )
    done = deidentify(raw.file(*parts), rules)
    ds = read(done.data)
    assert [str(element.keyword) for element in ds] == ["Modality", "", "OtherPatientIDsSequence"]
    assert [len(each) for each in ds.OtherPatientIDsSequence] == [1, 0]
    assert b"Doe" not in done.data
    assert {element.tag.element for element in ds.file_meta} == {0, 1, 2, 3, 0x10}
    whole = deidentify(raw.file(*parts), "remove-undefined: yes\nfields:\n  - name: (0010,1002)\n    keep: yes")
    assert parts[4] in whole.data
    assert "PatientName" not in read(whole.data)


def test_undefined_group_lengths_go_with_the_last_of_their_group(raw: Any, deidentify: Any) -> None:
    twice = [raw.element(0x00080000, "UL", raw.pack("L", 26)), raw.element(0x00080000, "UL", raw.pack("L", 26))]
    name, modality = raw.element(NAME, "PN", b"Doe^Jane"), raw.element(0x00080060, "CS", b"MR")
    rules = "remove-undefined: yes\nfields:\n  - name: PatientName\n    keep: yes"
    assert deidentify(raw.file(*twice, modality, name), rules).data.endswith(name)
    assert 0x00080000 not in read(deidentify(raw.file(*twice, modality, name), rules).data)
    rules = "remove-undefined: yes\nfields:\n  - name: Modality\n    keep: yes"
    assert 0x00080000 in read(deidentify(raw.file(twice[0], modality, name), rules).data)


def test_undefined_character_set_stays_where_it_is_needed(explicit: Any, deidentify: Any) -> None:
    parts = [explicit.element(0x00080005, "CS", b"ISO_IR 100"), explicit.element(STUDY, "LO", b"Gr\xfcn ")]
    rules = "remove-undefined: yes\nfields:\n  - name: StudyDescription\n    keep: yes"
    assert explicit.element(0x00080005, "CS", b"ISO_IR 100") in deidentify(explicit.file(*parts), rules).data
    plain = [parts[0], explicit.element(STUDY, "LO", b"Blue")]
    assert parts[0] not in deidentify(explicit.file(*plain), rules).data


def test_a_character_set_stays_for_long_text_too(explicit: Any, deidentify: Any) -> None:
    declared, text = explicit.element(0x00080005, "CS", b"ISO_IR 100"), b"Gr\xfcn " * 250_000
    parts = [declared, explicit.element(0x0040A160, "UT", text)]
    rules = "remove-undefined: yes\nfields:\n  - name: TextValue\n    {}"
    assert declared in deidentify(explicit.file(*parts), rules.format("keep: yes")).data
    assert declared not in deidentify(explicit.file(*parts), rules.format("replace-with: short")).data


def test_character_sets_met_many_times_are_settled_at_once(explicit: Any, deidentify: Any) -> None:
    declared = explicit.element(0x00080005, "CS", b"ISO_IR 100")
    parts = [*[declared] * 5000, *[explicit.element(STUDY, "LO", b"Blue")] * 5000]
    rules = "remove-undefined: yes\nfields:\n  - name: StudyDescription\n    keep: yes"
    assert declared not in deidentify(explicit.file(*parts), rules).data
    rules = "fields:\n  - name: SpecificCharacterSet\n    remove: yes"
    assert declared not in deidentify(explicit.file(*parts), rules).data


def test_undefined_private_creator_stays_with_its_block(explicit: Any, deidentify: Any) -> None:
    rules = 'remove-undefined: yes\nfields:\n  - name: (0029,"ACME",02)\n    keep: yes'
    done = deidentify(explicit.file(*private(explicit)[1:]), rules)
    assert done.data.endswith(private(explicit)[1] + private(explicit)[4])
    assert b"ZED" not in done.data


@pytest.mark.parametrize(
    ("birth", "at", "unit", "age"),
    [
        ("19450615", "20200220", "Y", b"074Y"),
        ("19450615", "20200220", None, b"896M"),
        ("20200101", "20200220", None, b"050D"),
        ("20200101", "20200220", "M", b"001M"),
        ("20000229", "20010228", "Y", b"000Y"),
        ("20000229", "20010301", "Y", b"001Y"),
        ("1945.06.15", "20200220", "Y", b"074Y"),
        ("19000101", "20200101", "M", b"120Y"),
        ("20200221", "20200220", "Y", None),
        ("194506", "20200220", "Y", None),
        ("19451345", "20200220", "Y", None),
    ],
)
def test_age(birth: str, at: str, unit: str | None, age: bytes | None) -> None:
    assert patient_age(birth.encode(), at.encode() + b" ", unit) == age


def test_age_is_written_from_original_dates(raw: Any, deidentify: Any) -> None:
    study, birth = raw.element(0x00080020, "DA", b"20200220"), raw.element(0x00100030, "DA", b"19450615")
    options = "date-increment: 900\npatient-age-from-birthdate: yes\npatient-age-units: Y\nfields:\n"
    rules = options + "  - name: PatientBirthDate\n    remove: yes\n  - name: StudyDate\n    increment-date: yes\n"
    moved, age = raw.element(0x00080020, "DA", b"20220808"), raw.element(0x00101010, "AS", b"074Y")
    assert deidentify(raw.file(study, birth), rules).data == raw.file(moved, age)
    old = raw.element(0x00101010, "AS", b"099Y")
    assert deidentify(raw.file(study, birth, old), rules).data == raw.file(moved, age)
    ruled = deidentify(raw.file(study, birth, old), rules + "  - name: PatientAge\n    keep: yes\n")
    assert ruled.data == raw.file(moved, old)
