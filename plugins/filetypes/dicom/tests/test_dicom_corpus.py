"""Public test files: untouched they pass byte for byte, edited they keep all else, refused they say why."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import Any

import pydicom
import pytest
from deidentikit.errors import FileError
from deidentikit.testing.corpus import corpus_dir

_FOLDER = corpus_dir()
_FILES = sorted(p for p in (_FOLDER / "dicom").rglob("*") if p.is_file()) if _FOLDER else []
pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not _FILES, reason="the corpus is not present")]

REASONS = frozenset("dicomdir not-dicom truncated unparsed-region unterminated wrong-kind".split())
KNOWN_REFUSALS = re.compile(
    r"DICOMDIR|README|syn_(bitflip|cut|huge|length|not_dicom|only_pre|unterm|wrong_ch)|Tag-0040-A170"
    r"|fo_(FreezePattern|GH1339|GH179A|GH626)"
)
EDITED = re.compile(
    r"(^|\.)(00100010|00100020|00080018|00280103)$|^00101002|^FFFCFFFC|^FEFF|^FFFAFFFA|^4FFE0001|(^|\.)....0000$"
)
RULES = """
fields:
  - name: PatientName
    remove: yes
  - name: PatientID
    replace-with: {value}
  - name: OtherPatientIDsSequence.0.PatientID
    replace-with: NESTED
  - name: SOPInstanceUID
    replace-with: 1.2.3.4
"""


def test_untouched_files_pass_byte_for_byte(make_deidentify: Any) -> None:
    run = make_deidentify(
        'keep-preamble: yes\nkeep-trailing: yes\nfields:\n  - name: (0009,"NOBODY",01)\n    keep: yes'
    )
    refused: dict[str, str] = {}
    for path in _FILES:
        data = path.read_bytes()
        try:
            out = run(data)
        except FileError as error:
            refused[path.name] = error.reason
            continue
        assert out.data == data, path.name
    assert set(refused.values()) <= REASONS
    assert not [name for name in refused if not KNOWN_REFUSALS.search(name)]


@pytest.mark.parametrize("value", ["A", "A much longer identifier than before it was"])
def test_edits_leave_all_other_elements(make_deidentify: Any, value: str) -> None:
    run = make_deidentify(RULES.format(value=value))
    for path in _FILES[::3] if value == "A" else _FILES:
        data = path.read_bytes()
        try:
            out = run(data)
            before = _elements(data)
        except (FileError, OSError, EOFError, NotImplementedError):
            continue
        after = _elements(out.data)
        assert _others(before) == _others(after), path.name
        assert not [key for key in after if key.endswith("00100010")], path.name
        identifiers = {key: found for key, found in after.items() if re.search(r"(^|\.)00100020$", key)}
        assert identifiers.pop("00101002.0.00100020").strip() == b"NESTED"
        assert {found.strip() for found in identifiers.values()} == {value.encode()}, path.name


def _others(elements: dict[str, bytes]) -> dict[str, bytes]:
    return {key: value for key, value in elements.items() if not EDITED.search(key)}


def _elements(data: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _walk(pydicom.dcmread(io.BytesIO(data), force=True), "", found)
    return found


def _walk(ds: pydicom.Dataset, prefix: str, found: dict[str, bytes]) -> None:
    for tag in sorted(ds.keys()):
        element = ds.get_item(tag)
        path = f"{prefix}{int(tag):08X}"
        raw = getattr(element, "value", None)
        if isinstance(raw, bytes) and not raw.startswith(b"\xfe\xff\x00\xe0") and not _is_sequence(ds, tag, element):
            found[path] = raw
        elif _is_sequence(ds, tag, element):
            items = ds[tag].value
            found[path] = str(len(items)).encode()
            for number, item in enumerate(items):
                _walk(item, f"{path}.{number}.", found)


def _is_sequence(ds: pydicom.Dataset, tag: Any, element: Any) -> bool:
    vr = element.VR
    if vr is None:
        try:
            vr = pydicom.datadict.dictionary_VR(tag)
        except KeyError:
            vr = "UN"
    return vr == "SQ" or (vr == "UN" and getattr(element, "length", 0) == 0xFFFFFFFF)


def test_corpus_is_where_it_was_found() -> None:
    assert isinstance(_FOLDER, Path)
    assert len(_FILES) > 290
