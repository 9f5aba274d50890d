"""Edits change what they should, correct every enclosing length, and leave all other bytes."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pydicom
import pytest
from deidentikit.errors import FieldError, FileError


def read(data: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(data), force=True)


NAME = 0x00100010
ID = 0x00100020
OTHER_IDS = 0x00101002


def body(raw: Any) -> list[bytes]:
    """A data set with the same ID at three depths, in open and closed sequences."""
    inner = raw.item(raw.element(ID, "LO", b"SECRET-1"), undefined=True)
    middle = raw.item(raw.element(ID, "LO", b"SECRET-1"), raw.sequence(OTHER_IDS, inner, undefined=True))
    return [
        raw.element(0x00080060, "CS", b"MR"),
        raw.element(NAME, "PN", b"Doe^Jane"),
        raw.element(ID, "LO", b"SECRET-1"),
        raw.sequence(OTHER_IDS, middle),
        raw.element(0x00104000, "LT", b"kept "),
        raw.element(0x00280010, "US", raw.pack("H", 7)),
    ]


@pytest.mark.parametrize("value", ["A", "A much longer text than there was before"])
def test_value_changes_at_every_depth(raw: Any, deidentify: Any, value: str) -> None:
    done = deidentify(raw.file(*body(raw)), f"fields:\n  - name: PatientID\n    replace-with: {value}")
    assert b"SECRET" not in done.data
    ds = read(done.data)
    assert ds.PatientID == value
    assert ds.OtherPatientIDsSequence[0].PatientID == value
    assert ds.OtherPatientIDsSequence[0].OtherPatientIDsSequence[0].PatientID == value
    assert ds.PatientName == "Doe^Jane"
    assert ds.Rows == 7
    assert done.data.endswith(b"".join(body(raw)[4:]))


def test_removed_elements_and_sequences_are_gone(raw: Any, deidentify: Any) -> None:
    rules = "fields:\n  - name: PatientID\n    remove: yes\n  - name: PatientName\n    remove: yes"
    done = deidentify(raw.file(*body(raw)), rules)
    assert b"SECRET" not in done.data
    assert b"Doe" not in done.data
    assert len(read(done.data).OtherPatientIDsSequence[0].OtherPatientIDsSequence[0]) == 0
    gone = deidentify(raw.file(*body(raw)), "fields:\n  - name: OtherPatientIDsSequence\n    remove: yes")
    parts = body(raw)
    assert gone.data == raw.file(*parts[:3], *parts[4:])


def test_recursion_can_be_switched_off(raw: Any, deidentify: Any) -> None:
    rules = "recurse-sequence: no\nfields:\n  - name: PatientID\n    remove: yes"
    ds = read(deidentify(raw.file(*body(raw)), rules).data)
    assert "PatientID" not in ds
    assert ds.OtherPatientIDsSequence[0].PatientID == "SECRET-1"


def test_exact_path_beats_plain_name(raw: Any, deidentify: Any) -> None:
    rules = (
        "fields:\n  - name: PatientID\n    remove: yes\n"
        "  - name: OtherPatientIDsSequence.0.OtherPatientIDsSequence.0.PatientID\n    replace-with: DEEP"
    )
    ds = read(deidentify(raw.file(*body(raw)), rules).data)
    assert "PatientID" not in ds.OtherPatientIDsSequence[0]
    assert ds.OtherPatientIDsSequence[0].OtherPatientIDsSequence[0].PatientID == "DEEP"


def test_group_lengths_follow_at_every_depth(raw: Any, deidentify: Any) -> None:
    nested = [raw.element(NAME, "PN", b"A^B "), raw.element(ID, "LO", b"SECRET-1")]
    item = raw.item(raw.element(0x00100000, "UL", raw.pack("L", len(b"".join(nested)))), *nested)
    group = [raw.element(NAME, "PN", b"A^B "), raw.element(ID, "LO", b"SECRET-1"), raw.sequence(OTHER_IDS, item)]
    length = raw.element(0x00100000, "UL", raw.pack("L", len(b"".join(group))))
    data = raw.file(length, *group, raw.element(0x00280010, "US", raw.pack("H", 7)))
    done = deidentify(data, "fields:\n  - name: PatientID\n    replace-with: LONGER THAN BEFORE")
    new = raw.element(ID, "LO", b"LONGER THAN BEFORE")
    nested[1] = new
    item = raw.item(raw.element(0x00100000, "UL", raw.pack("L", len(b"".join(nested)))), *nested)
    group = [raw.element(NAME, "PN", b"A^B "), new, raw.sequence(OTHER_IDS, item)]
    length = raw.element(0x00100000, "UL", raw.pack("L", len(b"".join(group))))
    assert done.data == raw.file(length, *group, raw.element(0x00280010, "US", raw.pack("H", 7)))


def test_media_storage_uid_follows(raw: Any, deidentify: Any) -> None:
    data = raw.file(raw.element(0x00080018, "UI", b"1.2.826.0.1.9999.77.1234"), raw.element(ID, "LO", b"X1"))
    done = deidentify(data, "fields:\n  - name: SOPInstanceUID\n    replace-with: 1.2.3")
    ds = read(done.data)
    assert (ds.SOPInstanceUID, ds.file_meta.MediaStorageSOPInstanceUID) == ("1.2.3", "1.2.3")
    assert b"9999.77" not in done.data
    meta = done.data[144 : 144 + ds.file_meta.FileMetaInformationGroupLength]
    assert done.data[144 + len(meta) :].startswith(raw.element(0x00080018, "UI", b"1.2.3\0"))
    gone = deidentify(data, "fields:\n  - name: SOPInstanceUID\n    remove: yes")
    assert b"9999.77" not in gone.data
    assert "MediaStorageSOPInstanceUID" in read(gone.data).file_meta


OLD_UID = b"1.2.826.0.1.9999.77.1234"


@pytest.mark.parametrize(
    "rules",
    [
        "- regex: .*UID$\n    hashuid: yes",
        "- name: SOPInstanceUID\n    hashuid: yes\n  - regex: .*\n    keep: yes",
        "- name: SOPInstanceUID\n    replace-with: 1.2.3\n  - regex: .*UID$\n    hashuid: yes",
        "- regex: .*SOPInstanceUID$\n    remove: yes",
        "- name: 0002xxxx\n    keep: yes\n  - name: SOPInstanceUID\n    set:",
        "- regex: MediaStorage.*\n    keep: yes\n  - name: SOPInstanceUID\n    remove: yes",
    ],
)
@pytest.mark.parametrize("there", [True, False])
def test_media_storage_uid_follows_whatever_else_reaches_it(
    explicit: Any, deidentify: Any, rules: str, there: bool
) -> None:
    uid = [explicit.element(0x00080018, "UI", OLD_UID)] if there else []
    done = deidentify(explicit.file(*uid, explicit.element(ID, "LO", b"X1")), f"fields:\n  {rules}")
    assert OLD_UID not in done.data
    ds = read(done.data)
    assert ds.file_meta.MediaStorageSOPInstanceUID == ds.get("SOPInstanceUID", ds.file_meta[0x00020003].value)


def test_media_storage_uid_stays_with_its_original_but_for_a_rule_of_its_own(explicit: Any, deidentify: Any) -> None:
    data = explicit.file(explicit.element(0x00080018, "UI", OLD_UID), explicit.element(ID, "LO", b"X1"))
    regex = "\n  - regex: .*UID$\n    hashuid: yes"
    kept = read(deidentify(data, f"fields:\n  - name: SOPInstanceUID\n    keep: yes{regex}").data)
    assert kept.file_meta.MediaStorageSOPInstanceUID == kept.SOPInstanceUID == OLD_UID.decode()
    own = read(deidentify(data, f"fields:\n  - name: MediaStorageSOPInstanceUID\n    replace-with: 1.2{regex}").data)
    assert own.file_meta.MediaStorageSOPInstanceUID == "1.2"
    assert own.SOPInstanceUID not in ("1.2", OLD_UID.decode())
    undefined = deidentify(
        explicit.file(explicit.element(ID, "LO", b"X1")), "remove-undefined: yes\nfields:\n  - name: PatientID"
    )
    assert OLD_UID not in undefined.data


@pytest.mark.parametrize("tag", [0x60000022, 0x20000010, 0x60020022, 0x30060002])
def test_any_element_can_come_first(raw: Any, deidentify: Any, tag: int) -> None:
    first = raw.element(tag, "IS" if tag == 0x20000010 else "SH" if tag == 0x30060002 else "LO", b"12")
    done = deidentify(
        raw.file(raw.element(NAME, "PN", b"Doe^Jane"), first), "fields:\n  - name: PatientName\n    remove: yes"
    )
    assert done.data == raw.file(first)
    length = raw.element(tag & 0xFFFF0000, "UL", raw.pack("L", len(first)))
    done = deidentify(raw.file(length, first), f"fields:\n  - name: '{tag:08x}'\n    replace-with: '7'")
    assert done.data == raw.file(length, first.replace(b"12", b"7 "))


def test_duplicates_and_disorder(raw: Any, deidentify: Any) -> None:
    parts = [
        raw.element(0x00280010, "US", raw.pack("H", 7)),
        raw.element(ID, "LO", b"SECRET-1"),
        raw.element(NAME, "PN", b"A^B "),
        raw.element(ID, "LO", b"SECRET-2"),
    ]
    done = deidentify(raw.file(*parts), "fields:\n  - name: PatientID\n    replace-with: N")
    new = raw.element(ID, "LO", b"N ")
    assert done.data == raw.file(parts[0], new, parts[2], new)


def test_odd_lengths_and_unknown_vrs_stay(explicit: Any, deidentify: Any) -> None:
    parts = [
        explicit.element(0x00080060, "ZZ", b"what"),
        explicit.element(0x00081030, "LO", b"odd"),
        explicit.element(NAME, "PN", b"Doe^Jane"),
        explicit.element(0x00280010, "US", b"\x07"),
    ]
    done = deidentify(explicit.file(*parts), "fields:\n  - name: PatientName\n    remove: yes")
    assert done.data == explicit.file(*parts[:2], parts[3])


def test_value_too_long_for_its_length_field(explicit: Any, deidentify: Any) -> None:
    data = explicit.file(explicit.element(0x00104000, "LT", b"note"))
    with pytest.raises(FieldError) as caught:
        deidentify(data, f"fields:\n  - regex: PatientComments\n    replace-with: {'x' * 70000}")
    assert caught.value.reason == "too-long"


@pytest.mark.parametrize("vr", ["UN", "SQ"])
@pytest.mark.parametrize("undefined", [True, False])
def test_sequences_of_unknown_vr_are_searched(explicit: Any, deidentify: Any, vr: str, undefined: bool) -> None:
    implicit = type(explicit)(explicit=False)
    inside = implicit if vr == "UN" else explicit
    item = inside.item(inside.element(NAME, "PN", b"Doe^Jane"), inside.element(ID, "LO", b"ID"), undefined=undefined)
    content = item
    length = None
    if undefined:
        content += struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
        length = 0xFFFFFFFF
    parts = [explicit.element(0x00290010, "LO", b"ACME"), explicit.element(0x00291001, vr, content, length)]
    done = deidentify(explicit.file(*parts), "fields:\n  - name: PatientName\n    replace-with: A LONGER NAME")
    assert b"Doe" not in done.data
    assert b"A LONGER NAME " in done.data
    assert inside.element(ID, "LO", b"ID") in done.data
    same = deidentify(explicit.file(*parts), "fields:\n  - name: PatientSex\n    remove: yes")
    assert same.data == explicit.file(*parts)


@pytest.mark.parametrize("vr", ["OB", "OW", "UT"])
@pytest.mark.parametrize("undefined", [True, False])
def test_sequences_with_a_wrong_vr_are_searched(explicit: Any, deidentify: Any, vr: str, undefined: bool) -> None:
    item = explicit.item(explicit.element(ID, "LO", b"ID"), explicit.element(0x00101010, "AS", b"001Y"))
    data = explicit.file(explicit.sequence(OTHER_IDS, item, vr=vr, undefined=undefined))
    done = deidentify(data, "fields:\n  - name: PatientID\n    remove: yes")
    item = explicit.item(explicit.element(0x00101010, "AS", b"001Y"))
    assert done.data == explicit.file(explicit.sequence(OTHER_IDS, item, vr=vr, undefined=undefined))


def test_bytes_in_fragments_or_where_a_sequence_was_due_stay(explicit: Any, deidentify: Any) -> None:
    parts = [
        explicit.element(OTHER_IDS, "OB", b"no items"),
        explicit.element(ID, "LO", b"ID"),
        explicit.element(0x00290010, "LO", b"ACME"),
        explicit.sequence(0x00291001, explicit.item(), explicit.item(bytes(range(100))), vr="OB", undefined=True),
    ]
    done = deidentify(explicit.file(*parts), "fields:\n  - name: PatientID\n    remove: yes")
    assert done.data == explicit.file(parts[0], *parts[2:])
    broken = explicit.element(OTHER_IDS, "OB", explicit.item(b"\x10\0\x20\0LO\xff\xffJane"))
    with pytest.raises(FileError) as caught:
        deidentify(explicit.file(broken, parts[1]), "fields:\n  - name: PatientID\n    remove: yes")
    assert caught.value.reason == "overrun"


def test_sequence_in_the_other_encoding_is_searched(explicit: Any, deidentify: Any) -> None:
    inside = type(explicit)(explicit=False)
    item = inside.item(inside.element(NAME, "PN", b"Doe^Jane"))
    data = explicit.file(explicit.element(OTHER_IDS, "SQ", item))
    done = deidentify(data, "fields:\n  - name: PatientName\n    remove: yes")
    assert done.data == explicit.file(explicit.element(OTHER_IDS, "SQ", inside.item()))


def test_private_sequence_of_an_implicit_file_is_searched(deidentify: Any, explicit: Any) -> None:
    raw = type(explicit)(explicit=False)
    item = raw.item(raw.element(NAME, "PN", b"Doe^Jane"))
    data = raw.file(raw.element(0x00290010, "LO", b"ACME"), raw.sequence(0x00291001, item))
    done = deidentify(data, "fields:\n  - name: PatientName\n    remove: yes")
    assert b"Doe" not in done.data


def test_data_decides_where_the_transfer_syntax_is_wrong(explicit: Any, deidentify: Any) -> None:
    raw = type(explicit)(explicit=False)
    for writer, other in ((raw, explicit), (explicit, raw)):
        data = writer.file(writer.element(NAME, "PN", b"Doe^Jane"), writer.element(ID, "LO", b"ID"), uid=other.uid)
        done = deidentify(data, "fields:\n  - name: PatientName\n    remove: yes")
        assert done.data == writer.file(writer.element(ID, "LO", b"ID"), uid=other.uid)


def test_file_without_meta_or_preamble(raw: Any, deidentify: Any) -> None:
    data = b"".join(body(raw))
    done = deidentify(data, "fields:\n  - name: PatientName\n    remove: yes")
    assert done.data == data.replace(raw.element(NAME, "PN", b"Doe^Jane"), b"")


def deflated(raw: Any, *elements: bytes) -> bytes:
    head = raw.file(uid=b"1.2.840.10008.1.2.1.99")
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = machine.compress(b"".join(elements)) + machine.flush()
    return head + stream + b"\0" * (len(stream) % 2)


def test_deflated_data_set(explicit: Any, deidentify: Any) -> None:
    data = deflated(explicit, *body(explicit))
    assert deidentify(data, "fields:\n  - name: PatientSex\n    remove: yes").data == data
    done = deidentify(data, "fields:\n  - name: PatientID\n    remove: yes\n  - name: PatientName\n    replace-with: X")
    ds = read(done.data)
    assert ds.PatientName == "X"
    assert "PatientID" not in ds
    assert ds.Rows == 7
    start = data.index(b"1.2.3.4\0") + 8
    assert b"SECRET" not in zlib.decompressobj(-15).decompress(done.data[start:])
    meta_only = deidentify(data, "fields:\n  - name: ImplementationClassUID\n    replace-with: 1.2.33.44")
    assert meta_only.data[start + 2 :] == data[start:]


@pytest.mark.parametrize(
    "rules",
    [
        "remove-undefined: yes\nfields:\n  - name: PatientID",
        "fields:\n  - regex: 0002001[26]|00080060\n    remove: yes",
        "fields:\n  - name: ImageType\n    set: DERIVED",
        "fields:\n  - name: SourceApplicationEntityTitle\n    set: AE\n  - name: ImageType\n    set: DERIVED",
        "fields:\n  - name: PrivateInformationCreatorUID\n    set: 1.2.3",
    ],
)
def test_edits_on_both_sides_of_where_the_deflated_stream_begins(explicit: Any, deidentify: Any, rules: str) -> None:
    plain = deidentify(explicit.file(*body(explicit)), rules)
    ds, expected = read(deidentify(deflated(explicit, *body(explicit)), rules).data), read(plain.data)
    assert ds == expected
    ds.file_meta.TransferSyntaxUID = expected.file_meta.TransferSyntaxUID
    del ds.file_meta[0x00020000], expected.file_meta[0x00020000]
    assert ds.file_meta == expected.file_meta


def test_deflated_bomb_and_cut_stream_are_refused(explicit: Any, deidentify: Any) -> None:
    data = deflated(explicit, explicit.element(0x00420011, "OB", b"", 130 << 20), bytes(130 << 20))
    with pytest.raises(FileError) as caught:
        deidentify(data, "fields:\n  - name: PatientSex\n    remove: yes")
    assert caught.value.reason == "inflated-size"
    cut = deflated(explicit, *body(explicit))[:-12]
    with pytest.raises(FileError) as caught:
        deidentify(cut, "fields:\n  - name: PatientSex\n    remove: yes")
    assert caught.value.reason == "bad-deflate"


def test_encapsulated_pixel_data_stay(explicit: Any, deidentify: Any) -> None:
    fragments = explicit.item() + b"".join(explicit.item(bytes([n]) * 500) for n in range(9))
    pixels = explicit.element(0x7FE00010, "OB", fragments + explicit.pack("HHL", 0xFFFE, 0xE0DD, 0), 0xFFFFFFFF)
    parts = [explicit.element(ID, "LO", b"SECRET-1"), pixels]
    data = explicit.file(*parts, uid=b"1.2.840.10008.1.2.4.50")
    done = deidentify(data, "fields:\n  - name: PatientID\n    replace-with: LONGER THAN BEFORE")
    assert done.data == explicit.file(
        explicit.element(ID, "LO", b"LONGER THAN BEFORE"), pixels, uid=b"1.2.840.10008.1.2.4.50"
    )
    gone = deidentify(data, "fields:\n  - name: PixelData\n    remove: yes")
    assert gone.data == explicit.file(parts[0], uid=b"1.2.840.10008.1.2.4.50")
    with pytest.raises(FieldError) as caught:
        deidentify(data, "fields:\n  - regex: PixelData\n    replace-with: X")
    assert caught.value.reason == "wrong-kind"


def test_headers_longer_than_one_read(raw: Any, deidentify: Any) -> None:
    big = raw.element(0x00420011, "OB", bytes(300_000))
    comments = [raw.element(0x00104000 + n, "UT", b"x" * 9000) for n in range(0, 40, 2)]
    tail = [raw.element(0x00540081, "US", raw.pack("H", 3)), raw.element(0x00880140, "UI", b"1.2.777.1\0")]
    ids = raw.sequence(0x00400275, raw.item(raw.element(ID, "LO", b"SECRET-1")))
    done = deidentify(
        raw.file(*comments, ids, big, *tail),
        "fields:\n  - name: PatientID\n    remove: yes\n  - name: StorageMediaFileSetUID\n    replace-with: 1.2.3",
    )
    new = [tail[0], raw.element(0x00880140, "UI", b"1.2.3\0")]
    assert done.data == raw.file(*comments, raw.sequence(0x00400275, raw.item()), big, *new)


def test_value_action_on_a_sequence_is_refused(raw: Any, deidentify: Any) -> None:
    for action in ("hash: yes", "replace-with: X"):
        with pytest.raises(FieldError) as caught:
            deidentify(raw.file(*body(raw)), f"fields:\n  - regex: OtherPatientIDsSequence$\n    {action}")
        assert caught.value.reason == "wrong-kind"
        assert caught.value.path == "OtherPatientIDsSequence"


def test_needed_elements_cannot_be_lost(explicit: Any, deidentify: Any) -> None:
    parts = [explicit.element(0x00080005, "CS", b"ISO_IR 100"), explicit.element(0x00104000, "LT", b"Gr\xfcn")]
    rules = "fields:\n  - regex: .*\n    remove: yes\n  - name: PatientComments\n    keep: yes"
    done = deidentify(explicit.file(*parts), rules)
    ds = read(done.data)
    assert ds.PatientComments == "Gr\u00fcn"
    assert ds.SpecificCharacterSet == "ISO_IR 100"
    assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert "ImplementationClassUID" not in ds.file_meta
    ascii_only = [parts[0], explicit.element(0x00104000, "LT", b"Blue")]
    assert "SpecificCharacterSet" not in read(deidentify(explicit.file(*ascii_only), rules).data)
    with pytest.raises(FieldError) as caught:
        deidentify(explicit.file(*parts), "fields:\n  - name: SpecificCharacterSet\n    replace-with: ISO_IR 144")
    assert caught.value.reason == "required"


def test_signatures_go_with_any_edit(raw: Any, deidentify: Any) -> None:
    mac = raw.sequence(0x4FFE0001, raw.item(raw.element(0x04000005, "US", raw.pack("H", 1))))
    signed = raw.sequence(0xFFFAFFFA, raw.item(raw.element(0x04000100, "UI", b"1.2.9.8\0")))
    parts = [raw.element(NAME, "PN", b"Doe^Jane"), raw.element(ID, "LO", b"ID"), mac, signed]
    untouched = deidentify(raw.file(*parts), "fields:\n  - name: PatientSex\n    remove: yes")
    assert untouched.data == raw.file(*parts)
    done = deidentify(raw.file(*parts), "fields:\n  - name: PatientName\n    remove: yes")
    assert done.data == raw.file(parts[1])
    assert done.outcome.dropped == ("digital-signatures",)


def test_trailing_padding_goes_with_any_edit(raw: Any, deidentify: Any) -> None:
    parts = [raw.element(NAME, "PN", b"Doe^Jane"), raw.element(ID, "LO", b"ID")]
    hiding = raw.element(0xFFFCFFFC, "OB", b"Doe^Jane")
    rule = "fields:\n  - name: PatientName\n    remove: yes"
    assert deidentify(raw.file(*parts, hiding), rule).data == raw.file(parts[1])
    assert deidentify(raw.file(*parts, hiding), "keep-trailing: yes\n" + rule).data == raw.file(parts[1], hiding)
    empty = raw.element(0xFFFCFFFC, "OB", bytes(100))
    assert deidentify(raw.file(*parts, empty), rule).data == raw.file(parts[1], empty)


def test_bytes_after_the_data_set(raw: Any, deidentify: Any) -> None:
    size = [
        raw.element(tag, "US", raw.pack("H", number))
        for tag, number in ((0x00280002, 1), (0x00280010, 2), (0x00280011, 2), (0x00280100, 16))
    ]
    data = raw.file(*size, raw.element(0x7FE00010, "OW", bytes(8)))
    rule = "fields:\n  - name: PatientSex\n    remove: yes"
    done = deidentify(data + b"Doe^Jane was here", rule)
    assert done.data == data
    assert done.outcome.dropped == ("trailing",)
    assert deidentify(data + b"Doe^Jane", "keep-trailing: yes\n" + rule).data == data + b"Doe^Jane"
    assert deidentify(raw.file(*size) + bytes(64), rule).data == raw.file(*size)
    short = raw.file(*size, raw.element(0x7FE00010, "OW", bytes(6)))
    for damaged in (short + b"\x01\x02 and the rest", raw.file(*size) + b"\x01\x02 and the rest"):
        with pytest.raises(FileError):
            deidentify(damaged, rule)


def test_preamble(explicit: Any, deidentify: Any) -> None:
    parts = [explicit.element(ID, "LO", b"ID")]
    data = explicit.file(*parts, preamble=b"Doe^Jane".ljust(128, b"\0"))
    rule = "fields:\n  - name: PatientSex\n    remove: yes"
    done = deidentify(data, rule)
    assert done.data == explicit.file(*parts)
    assert done.outcome.dropped == ("preamble",)
    assert deidentify(data, "keep-preamble: yes\n" + rule).data == data


def test_residuals_are_counted(raw: Any, deidentify: Any) -> None:
    parts = [
        raw.element(0x00081030, "LO", b"SECRET-1"),
        raw.element(NAME, "PN", b"ABC "),
        raw.element(ID, "LO", b"SECRET-1"),
        raw.element(0x00104000, "LT", b"ABC "),
    ]
    rules = "fields:\n  - name: PatientID\n    remove: yes\n  - name: PatientName\n    remove: yes"
    assert deidentify(raw.file(*parts), rules).outcome.residual == 1


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("action", ["replace-with", "set"])
def test_a_sequence_is_emptied(raw: Any, deidentify: Any, undefined: bool, action: str) -> None:
    item = raw.item(raw.element(ID, "LO", b"SECRET-1"), undefined=undefined)
    inner = raw.sequence(OTHER_IDS, item, item, undefined=undefined)
    outer = raw.sequence(0x00081140, raw.item(inner, undefined=undefined), undefined=undefined)
    data = raw.file(outer, raw.element(ID, "LO", b"P1"), inner)
    rules = f"remove-undefined: yes\nfields:\n  - name: OtherPatientIDsSequence\n    {action}: ''\n  - name: PatientID"
    done = deidentify(data, rules)
    empty = raw.sequence(OTHER_IDS, undefined=undefined)
    outer = raw.sequence(0x00081140, raw.item(empty, undefined=undefined), undefined=undefined)
    assert done.data[-len(outer + empty) - 10 :].endswith(raw.element(ID, "LO", b"P1") + empty)
    assert outer in done.data
    assert b"SECRET" not in done.data


def test_an_empty_sequence_is_made(raw: Any, deidentify: Any) -> None:
    data = raw.file(raw.element(ID, "LO", b"P1"))
    done = deidentify(data, "fields:\n  - name: OtherPatientIDsSequence\n    set: ''")
    assert done.data == data + raw.sequence(OTHER_IDS)


def test_a_sequence_takes_no_text(raw: Any, deidentify: Any) -> None:
    data = raw.file(raw.sequence(OTHER_IDS, raw.item(raw.element(ID, "LO", b"SECRET-1"))))
    with pytest.raises(FieldError, match="removed, emptied or kept") as caught:
        deidentify(data, "fields:\n  - regex: Other.*Sequence$\n    hash: yes")
    assert caught.value.reason == "wrong-kind"


def test_on_error_empties_a_sequence(raw: Any, deidentify: Any) -> None:
    data = raw.file(raw.sequence(OTHER_IDS, raw.item(raw.element(ID, "LO", b"SECRET-1"))))
    done = deidentify(data, "on-error: empty\nfields:\n  - regex: Other.*Sequence$\n    hash: yes")
    assert done.data == raw.file(raw.sequence(OTHER_IDS))


def test_default_name(explicit: Any, deidentify: Any) -> None:
    data = explicit.file(explicit.element(0x00080018, "UI", b"1.2.99.1"), explicit.element(0x00080060, "CS", b"MR"))
    done = deidentify(data, "fields:\n  - name: SOPInstanceUID\n    replace-with: 1.2.3", any_name=False)
    assert done.name == "1.2.3.MR.dcm"


def test_default_name_without_a_modality(explicit: Any, deidentify: Any) -> None:
    data = explicit.file(explicit.element(0x00080018, "UI", b"1.2.99.1"), explicit.element(0x00080060, "CS", b"MR"))
    done = deidentify(data, "fields:\n  - name: Modality\n    remove: yes", any_name=False)
    assert done.name == "1.2.99.1.NA.dcm"


def test_private_element_is_found_by_its_creator(raw: Any, deidentify: Any) -> None:
    def block(number: int, text: bytes) -> list[bytes]:
        return [
            raw.element(0x00290010 + number, "LO", b"ACME 1.0"),
            raw.element(0x00290001 + ((0x10 + number) << 8), "LO", text),
        ]

    item = raw.item(*block(0x20, b"SECRET-2"))
    parts = [*block(0, b"SECRET-1"), raw.sequence(OTHER_IDS, item)]
    data = raw.file(*sorted(parts[:2]), parts[2])
    done = deidentify(data, 'fields:\n  - name: (0029,"ACME 1.0",01)\n    remove: yes')
    assert b"SECRET" not in done.data
    assert done.data.count(b"ACME 1.0") == 2
