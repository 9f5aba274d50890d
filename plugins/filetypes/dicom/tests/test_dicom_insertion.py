"""Absent elements are made where a rule names them, with the sequences and blocks they need."""

from __future__ import annotations

from typing import Any

import pytest
from deidentikit.errors import FieldError

STUDY = 0x00081030
NAME = 0x00100010
ID = 0x00100020
OTHER_IDS = 0x00101002


def put(name: str, value: str = "NEW1") -> str:
    return f"  - name: {name}\n    replace-with: {value}\n"


@pytest.mark.parametrize(
    ("tag", "name"), [(0x00080050, "AccessionNumber"), (ID, "PatientID"), (0x00400254, "00400254")]
)
def test_element_comes_in_its_order(raw: Any, deidentify: Any, tag: int, name: str) -> None:
    parts = {STUDY: raw.element(STUDY, "LO", b"S "), 0x00280010: raw.element(0x00280010, "US", raw.pack("H", 7))}
    done = deidentify(raw.file(*parts.values()), "fields:\n" + put(name))
    parts[tag] = raw.element(tag, "SH" if tag == 0x00080050 else "LO", b"NEW1")
    assert done.data == raw.file(*(parts[key] for key in sorted(parts)))


@pytest.mark.parametrize(
    "rule",
    [
        put("AccessionNumber") + "    replace-with-insert: no\n",
        put("OtherPatientIDsSequence.2.PatientID"),
        put("OtherPatientIDsSequence.*.PatientName"),
        put("(60xx,0022)"),
        put("OtherPatientIDsSequence.0.OtherPatientIDsSequence.1.PatientID"),
    ],
)
def test_nothing_is_made_where_it_may_not_be(raw: Any, deidentify: Any, rule: str) -> None:
    item = raw.item(raw.element(ID, "LO", b"A "))
    data = raw.file(raw.element(STUDY, "LO", b"S "), raw.sequence(OTHER_IDS, item))
    assert deidentify(data, "fields:\n" + rule).data == data


@pytest.mark.parametrize("undefined", [False, True])
def test_missing_items_and_elements_of_items(raw: Any, deidentify: Any, undefined: bool) -> None:
    def file(*items: tuple[bytes, ...], new: bool = False) -> bytes:
        made = [raw.item(*item, undefined=undefined and not (new and number == 2)) for number, item in enumerate(items)]
        return raw.file(
            raw.element(STUDY, "LO", b"S "),
            raw.sequence(OTHER_IDS, *made, undefined=undefined),
            raw.element(0x00104000, "LT", b"x "),
        )

    ident, name = raw.element(ID, "LO", b"A "), raw.element(NAME, "PN", b"NEW1")
    done = deidentify(
        file((ident,), ()),
        "fields:\n"
        + put("OtherPatientIDsSequence.0.PatientName")
        + put("OtherPatientIDsSequence.1.PatientID", "B")
        + put("OtherPatientIDsSequence.2.PatientID", "C")
        + put("OtherPatientIDsSequence.2.PatientName"),
    )
    second, third = raw.element(ID, "LO", b"B "), raw.element(ID, "LO", b"C ")
    assert done.data == file((name, ident), (second,), (name, third), new=True)


def test_missing_sequences(raw: Any, deidentify: Any) -> None:
    base = raw.element(STUDY, "LO", b"S ")
    path = "OtherPatientIDsSequence.0.OtherPatientIDsSequence.0"
    done = deidentify(raw.file(base), "fields:\n" + put(f"{path}.PatientID") + put(f"{path}.PatientName"))
    inner = raw.sequence(OTHER_IDS, raw.item(raw.element(NAME, "PN", b"NEW1"), raw.element(ID, "LO", b"NEW1")))
    assert done.data == raw.file(base, raw.sequence(OTHER_IDS, raw.item(inner)))


def test_empty_sequence_gets_its_first_item(raw: Any, deidentify: Any) -> None:
    done = deidentify(raw.file(raw.sequence(OTHER_IDS)), "fields:\n" + put("OtherPatientIDsSequence.0.PatientID"))
    assert done.data == raw.file(raw.sequence(OTHER_IDS, raw.item(raw.element(ID, "LO", b"NEW1"))))


def test_private_block_is_made_or_joined(raw: Any, deidentify: Any) -> None:
    rule = "fields:\n" + put('(0019,"GEMS_ACQU_01",02)', "5")
    made = deidentify(raw.file(raw.element(0x00191004, "LO", b"??")), rule)
    value = raw.pack("l", 5)
    creator = raw.element(0x00190011, "LO", b"GEMS_ACQU_01")
    expected = [creator, raw.element(0x00191004, "LO", b"??"), raw.element(0x00191102, "SL", value)]
    assert made.data == raw.file(*expected)
    joined = deidentify(raw.file(raw.element(0x00190042, "LO", b"GEMS_ACQU_01")), rule)
    assert joined.data == raw.file(raw.element(0x00190042, "LO", b"GEMS_ACQU_01"), raw.element(0x00194202, "SL", value))
    kept = deidentify(raw.file(raw.element(0x00190042, "LO", b"GEMS_ACQU_01")), "remove-private-tags: yes\n" + rule)
    assert kept.data == joined.data


def test_file_meta_element(explicit: Any, deidentify: Any) -> None:
    base = explicit.file(explicit.element(STUDY, "LO", b"S "))
    done = deidentify(base, "fields:\n" + put("SourceApplicationEntityTitle"))
    new = explicit.element(0x00020016, "AE", b"NEW1")
    at = base.index(explicit.element(STUDY, "LO", b"S "))
    assert done.data[144:] == base[144:at] + new + base[at:]
    assert int.from_bytes(done.data[140:144], "little") == int.from_bytes(base[140:144], "little") + len(new)


def test_removed_element_is_not_made_again(raw: Any, deidentify: Any) -> None:
    data = raw.file(raw.element(STUDY, "LO", b"S "), raw.element(ID, "LO", b"A "))
    rules = "fields:\n  - name: (0010,0020)\n    remove: yes\n" + put("PatientID")
    assert deidentify(data, rules).data == raw.file(raw.element(STUDY, "LO", b"S "))


def test_character_set_must_hold_the_text(explicit: Any, deidentify: Any) -> None:
    latin = explicit.element(0x00080005, "CS", b"ISO_IR 100")
    done = deidentify(explicit.file(latin), "fields:\n" + put("PatientName", "M\u00fcller"))
    assert done.data == explicit.file(latin, explicit.element(NAME, "PN", b"M\xfcller"))
    with pytest.raises(FieldError) as caught:
        deidentify(explicit.file(explicit.element(STUDY, "LO", b"S ")), "fields:\n" + put("PatientName", "M\u00fcller"))
    assert caught.value.reason == "charset"
    rules = "fields:\n  - name: SpecificCharacterSet\n    remove: yes\n" + put("PatientName", "M\u00fcller")
    named = explicit.file(latin, explicit.element(NAME, "PN", b"A^B "))
    assert deidentify(named, rules).data == explicit.file(latin, explicit.element(NAME, "PN", b"M\xfcller"))


def test_names_see_what_was_made(explicit: Any, deidentify: Any) -> None:
    data = explicit.file(explicit.element(0x00080060, "CS", b"MR"))
    done = deidentify(data, "fields:\n" + put("SOPInstanceUID", "1.2.3"), any_name=False)
    assert done.name == "1.2.3.MR.dcm"
    assert b"9999.77" not in done.data
