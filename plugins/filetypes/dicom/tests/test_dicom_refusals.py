"""Files that are not wholly understood are refused with a stable reason."""

from __future__ import annotations

from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.splice import BytesSource
from deidentikit_dicom.layout import Layout

UNDEFINED = 0xFFFFFFFF
OTHER_IDS = 0x00101002


def reason(data: bytes) -> str:
    with pytest.raises(FileError) as caught:
        Layout(BytesSource(data))
    return caught.value.reason


def test_dicomdir(explicit: Any) -> None:
    by_record = explicit.file(explicit.sequence(0x00041220, explicit.item()))
    assert reason(by_record) == "dicomdir"
    sop_class = b"1.2.840.10008.1.3.10"
    data = explicit.file().replace(b"1.2.840.10008.5.1.4.1.1.7\0", sop_class.ljust(26, b"\0"))
    assert reason(data) == "dicomdir"


def test_lengths_that_do_not_fit(raw: Any) -> None:
    name = raw.element(0x00100010, "PN", b"Doe^Jane")
    assert reason(raw.file(raw.element(0x00100010, "PN", b"Doe^Jane", 60))) == "truncated"
    assert reason(raw.file(name)[:-1]) == "truncated"
    assert reason(raw.file(name, name)[:-12]) == "truncated"
    assert reason(raw.file(raw.element(0x7FE00010, "OW", bytes(20), 1 << 30))) == "truncated"
    open_sequence = raw.element(OTHER_IDS, "SQ", raw.item(name, undefined=True), UNDEFINED)
    assert reason(raw.file(open_sequence)) == "unterminated"
    longer = raw.pack("HHL", 0xFFFE, 0xE000, 60) + name
    assert reason(raw.file(raw.element(OTHER_IDS, "SQ", longer, UNDEFINED))) in ("overrun", "truncated")


@pytest.mark.parametrize("beyond", [2, 4, 6])
def test_delimiter_beyond_the_item(beyond: int, raw: Any) -> None:
    held = raw.sequence(0x00081140, raw.item(raw.element(0x00081155, "UI", b"1.2.3.4\0")), undefined=True)
    item = raw.pack("HHL", 0xFFFE, 0xE000, len(held) - beyond) + held
    after = raw.element(0x00200010, "SH", b"X1")
    assert reason(raw.file(raw.sequence(OTHER_IDS, item, undefined=True), after)) == "overrun"


def test_items_out_of_place(raw: Any) -> None:
    name = raw.element(0x00100010, "PN", b"Doe^Jane")
    assert reason(raw.file(raw.item(name))) == "unparsed-region"
    assert reason(raw.file(name, raw.pack("HHL", 0xFFFE, 0xE0DD, 0))) == "unparsed-region"


def test_fragments_out_of_place(explicit: Any) -> None:
    end = explicit.pack("HHL", 0xFFFE, 0xE0DD, 0)
    for content, expected in (
        (explicit.item(), "unterminated"),
        (explicit.item() + b"junk here and more" + end, "unparsed-region"),
        (explicit.pack("HHL", 0xFFFE, 0xE000, 500) + end, "truncated"),
    ):
        assert reason(explicit.file(explicit.element(0x7FE00010, "OB", content, UNDEFINED))) == expected


def test_sequence_that_is_none_is_refused_unless_a_rule_takes_it_out(raw: Any, deidentify: Any) -> None:
    opaque = raw.element(OTHER_IDS, "SQ", b"no sequence here")
    sex = raw.element(0x00100040, "CS", b"F ")
    with pytest.raises(FileError) as caught:
        deidentify(raw.file(sex, opaque), "fields:\n  - name: PatientSex\n    remove: yes")
    assert caught.value.reason == "unparsed-region"
    done = deidentify(raw.file(sex, opaque), "fields:\n  - name: (0010,1002)\n    remove: yes")
    assert done.data == raw.file(sex)
    kept = deidentify(raw.file(sex, opaque), "fields:\n  - name: (0010,1002)\n    keep: yes")
    assert kept.data == raw.file(sex, opaque)


def test_undefined_vr_that_can_be_read_in_two_ways(explicit: Any) -> None:
    ambiguous = explicit.element(0x00091001, "ZZ", b"") + explicit.element(0x00100010, "PN", b"")
    Layout(BytesSource(explicit.file(ambiguous)))
    assert reason(explicit.file(explicit.element(0x00091001, "ZZ", b"abcd", 3))) == "unparsed-region"


@pytest.mark.parametrize("undefined", [True, False])
def test_depth_has_a_limit(raw: Any, undefined: bool) -> None:
    content = raw.element(0x00100010, "PN", b"Doe^Jane")
    for _ in range(60):
        content = raw.sequence(OTHER_IDS, raw.item(content, undefined=undefined), undefined=undefined)
    assert len(Layout(BytesSource(raw.file(content))).tokens) > 120
    for _ in range(2000):
        content = raw.sequence(OTHER_IDS, raw.item(content, undefined=undefined), undefined=undefined)
        if len(content) > 65_000:
            break
    assert reason(raw.file(content)) == "too-deep"


def test_hidden_sequences_cannot_take_for_ever(explicit: Any) -> None:
    implicit = type(explicit)(explicit=False)
    content = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    for _ in range(50):
        item = implicit.item(implicit.element(0x00091001, "UN", content, UNDEFINED), undefined=True)
        content = item[:-8]
    data = explicit.file(explicit.element(0x00091001, "UN", content, UNDEFINED))
    assert reason(data) in ("too-many-elements", "unterminated", "unparsed-region", "truncated")


@pytest.mark.parametrize(
    "data", [b"", b"DICM", bytes(128) + b"DICM", b"This is a text, not a file.\n" * 20, bytes(400)]
)
def test_what_is_no_dicom_at_all(data: bytes) -> None:
    assert reason(data) in ("not-dicom", "unparsed-region", "truncated")
