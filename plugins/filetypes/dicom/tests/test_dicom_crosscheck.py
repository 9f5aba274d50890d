"""`cross-check`: pydicom as a second reader of what was written."""

from __future__ import annotations

import logging
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pydicom
import pytest
from deidentikit.errors import FileError
from deidentikit.splice import Source
from deidentikit.testing.corpus import corpus_dir
from deidentikit_dicom import writing
from deidentikit_dicom.layout import Layout

ASKED = "cross-check: yes\n"
RULES = """
fields:
  - name: PatientName
    replace-with: Somebody else altogether
  - name: PatientID
    remove: yes
  - regex: .*InstanceUID
    hashuid: yes
"""
DISAGREED = {"syn_duplicate_tag.dcm", "fo_GH177_D_CLUNIE_CT1_IVRLE_BigEndian_undefined_length.dcm"}
"""pydicom keeps the last of two elements of one tag, and reads no big endian data set of implicit VR."""


@pytest.mark.corpus
@pytest.mark.skipif(corpus_dir() is None, reason="the corpus is not present")
def test_both_readers_agree_on_edited_files(make_deidentify: Any, caplog: pytest.LogCaptureFixture) -> None:
    without, asked = make_deidentify(RULES), make_deidentify(ASKED + RULES)
    disagreed: dict[str, str] = {}
    agreed = 0
    folder = corpus_dir()
    assert folder is not None
    for path in sorted(file for file in (folder / "dicom").rglob("*") if file.is_file()):
        data = path.read_bytes()
        try:
            wanted = without(data).data
        except FileError:
            continue
        try:
            assert asked(data).data == wanted, path.name
            agreed += 1
        except FileError as error:
            disagreed[path.name] = error.reason
    assert disagreed.keys() <= DISAGREED
    assert set(disagreed.values()) <= {"cross-check"}
    assert agreed > 200
    assert not caplog.records


def test_what_only_one_reader_finds_is_refused(
    make_deidentify: Any, explicit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = explicit.file(
        explicit.element(0x00100010, "PN", b"Doe^Jane"),
        explicit.sequence(0x00101002, explicit.item(explicit.element(0x00100020, "LO", b"PLANTED1"))),
    )
    run = make_deidentify(ASKED + "fields:\n  - name: PatientName\n    replace-with: Other^Jo")
    assert b"Other^Jo" in run(data).data
    real = writing.check

    def misread(layout: Layout, result: Any, written: Source, recurrence: Any) -> Layout:
        again = real(layout, result, written, recurrence)
        at = again.tags.index(0x00100020)
        tag, start, value, stop, parent = again.tokens[at]
        again.tokens[at] = (tag, start, value, stop - 2, parent)
        return again

    monkeypatch.setattr(writing, "check", misread)
    with pytest.raises(FileError, match=r"same value .*: OtherPatientIDsSequence\.0\.PatientID") as refused:
        run(data)
    assert refused.value.reason == "cross-check"
    assert "PLANTED" not in str(refused.value)


def test_elements_that_only_one_reader_finds_are_refused(make_deidentify: Any, explicit: Any) -> None:
    twice = explicit.element(0x00100020, "LO", b"one ") + explicit.element(0x00100020, "LO", b"two ")
    with pytest.raises(FileError, match="does not find the same elements") as refused:
        make_deidentify(ASKED + "fields:\n  - name: PatientName\n    remove: yes")(explicit.file(twice))
    assert refused.value.reason == "cross-check"


def test_what_the_second_reader_says_is_not_passed_on(
    make_deidentify: Any, explicit: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumbles(*_: object, **__: object) -> None:
        warnings.warn("Planted", stacklevel=1)
        logging.getLogger("pydicom").warning("Planted")
        raise KeyError("Planted")

    monkeypatch.setattr(pydicom, "dcmread", stumbles)
    level = logging.getLogger("pydicom").level
    data = explicit.file(explicit.element(0x00100020, "LO", b"one "))
    with pytest.raises(FileError, match=r"pydicom cannot read the output: KeyError") as refused:
        make_deidentify(ASKED + "fields:\n  - name: PatientID\n    remove: yes\n  - name: Modality\n    set: MR")(data)
    assert "Planted" not in str(refused.value)
    assert not caplog.records
    assert logging.getLogger("pydicom").level == level


def test_large_values_are_not_read(make_deidentify: Any, explicit: Any) -> None:
    pixels = explicit.element(0x7FE00010, "OW", bytes(1 << 22))
    native = explicit.file(explicit.element(0x00100020, "LO", b"one "), pixels)
    items = explicit.item() + explicit.item(bytes(1 << 22)) + explicit.pack("HHL", 0xFFFE, 0xE0DD, 0)
    fragments = explicit.element(0x7FE00010, "OB", items, 0xFFFFFFFF)
    encapsulated = explicit.file(explicit.element(0x00100020, "LO", b"one "), fragments, uid=b"1.2.840.10008.1.2.4.50")
    run = make_deidentify(ASKED + "fields:\n  - name: PatientID\n    set: two")
    for data in (native, encapsulated):
        assert len(run(data).data) == len(data)


def test_pydicom_is_imported_only_where_it_is_asked_for(tmp_path: Path, explicit: Any) -> None:
    (tmp_path / "a.dcm").write_bytes(explicit.file(explicit.element(0x00100020, "LO", b"one ")))
    code = (
        "import sys, deidentikit\nfolder = sys.argv[1]\n"
        "profile = deidentikit.parse_profile('dicom:\\n  cross-check: ' + sys.argv[2])\n"
        "report = deidentikit.deidentify(folder + '/a.dcm', folder + '/' + sys.argv[2], profile=profile)\n"
        "print(report.totals.done, 'pydicom' in sys.modules)"
    )
    for asked, said in (("no", "1 False"), ("yes", "1 True")):
        words = [sys.executable, "-c", code, str(tmp_path), asked]
        assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == said
