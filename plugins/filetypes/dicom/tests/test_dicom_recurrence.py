"""What is remembered from file to file never shows: a series done in one run equals its files done one by one."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from deidentikit import Outcome, Profile, Registry, Run, parse_profile
from deidentikit.testing.corpus import corpus_dir
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

NAMES: Final = """
  filenames:
    - input-regex: (?P<base>.*)[.]dcm
      output: "{base}.dcm"
"""
PER_SUBJECT: Final = f"""
date-increment: per-subject
dicom:{NAMES}
  remove-private-tags: yes
  on-error: remove
  fields:
    - name: PatientName
      replace-with: ANON
    - name: PatientID
      hash: yes
    - regex: .*Date$
      increment-date: yes
    - regex: .*UID$
      hashuid: yes
    - name: (0029,"EXAMPLE CSA",08)
      replace-with: X
    - name: ReferencedImageSequence.*.ReferencedSOPClassUID
      remove: yes
"""
UNDEFINED: Final = f"""
dicom:{NAMES}
  date-increment: -3
  remove-undefined: yes
  patient-age-from-birthdate: yes
  fields:
    - name: PatientName
      replace-with: ANON
    - name: PatientBirthDate
      increment-date: yes
      on-error: remove
    - name: ReferencedImageSequence
    - name: AccessionNumber
      set: NEW
    - name: SpecificCharacterSet
"""
CHARACTER_SET: Final = f"""
dicom:{NAMES}
  on-error: remove
  fields:
    - regex: .*Time$
      remove: yes
    - name: SpecificCharacterSet
      replace-with: ISO_IR 192
    - name: StudyDescription
      remove: yes
    - name: SeriesDescription
      set: A much longer description than before
"""
PROFILES: Final = {"per-subject": PER_SUBJECT, "undefined": UNDEFINED, "character-set": CHARACTER_SET}


def slices(uid: str, group_lengths: bool = False) -> list[bytes]:
    """Slices that share most of their elements, at several depths, private ones among them."""
    chance = random.Random(7)
    made = []
    for number in range(8):
        data = Dataset()
        if group_lengths:
            data.add_new(0x00080000, "UL", 100)
        data.SpecificCharacterSet = "ISO_IR 100"
        data.SOPClassUID = CTImageStorage
        data.SOPInstanceUID = f"1.2.3.{10**number}"
        data.StudyDate = data.SeriesDate = "20200229"
        data.ContentTime = f"1200{number:02}"
        data.Modality = "CT"
        data.StudyDescription = "Sch\xe4del"
        data.ReferencedImageSequence = Sequence([_reference(at) for at in range(3)])
        data.PatientName = "Jos\xe9^Q" if number < 5 else "Someone^Else"
        data.PatientID = "A1" if number < 5 else "B22"
        data.PatientBirthDate = "19700101"
        data.InstanceNumber = number
        block = data.private_block(0x0029, "EXAMPLE CSA" if number != 3 else "EXAMPLE OTHER", create=True)
        for element in range(6, 12):
            block.add_new(element, "LO", "private" if element == 8 else f"private {element}")
        data.BitsAllocated = 16
        data.Rows = data.Columns = 2
        data.PixelData = chance.randbytes(8)
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = uid
        data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        stream = BytesIO()
        data.save_as(stream, enforce_file_format=True)
        made.append(stream.getvalue())
    return made


def _reference(number: int) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = CTImageStorage
    item.ReferencedSOPInstanceUID = f"1.2.4.{number}"
    return item


def damaged(series: list[bytes], seed: int) -> list[bytes]:
    """Copies of which a few have other bytes here and there, in the order in which memory is put to the test."""
    chance = random.Random(seed)
    out = [*series]
    for _ in range(6):
        data = bytearray(chance.choice(series))
        for _ in range(chance.choice((1, 2, 8))):
            at = chance.randrange(min(132, len(data) - 1), min(len(data), 20_000))
            data[at] = chance.choice(b"0123456789 ABCabc") if chance.random() < 0.8 else chance.randrange(256)
        out.append(bytes(data))
    return [*out, series[0]]


def _outcomes(profile: Profile, sources: list[Path], target: Path) -> list[tuple[object, ...]]:
    def facts(outcome: Outcome) -> tuple[object, ...]:
        assert outcome.reason not in ("defect", "verify"), outcome.message
        done = outcome.rules, outcome.effects, outcome.dropped, outcome.fallbacks, outcome.residual, outcome.sha256
        return outcome.path, outcome.status, outcome.reason, outcome.bytes_out, *done

    return [facts(outcome) for outcome in Run(profile, detailed=True).execute(sources, target)]


def _compare(series: list[bytes], text: str, folder: Path) -> int:
    """Check one run over all against a run for each; how many files were done."""
    registry = Registry.from_installed()
    inputs = folder / "in"
    inputs.mkdir()
    for number, data in enumerate(series):
        (inputs / f"{number:03}.dcm").write_bytes(data)
    together = _outcomes(parse_profile(text, registry), [inputs], folder / "together")
    alone = [
        facts
        for path in sorted(inputs.iterdir())
        for facts in _outcomes(parse_profile(text, registry), [path], folder / "alone")
    ]
    assert together == alone
    return sum(facts[1] == "done" for facts in together)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECURRENCE_KEY", "k" * 64)


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("group_lengths", [False, True], ids=["plain", "group-lengths"])
@pytest.mark.parametrize(
    "uid", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian], ids=["explicit", "implicit", "big"]
)
def test_series(uid: str, group_lengths: bool, name: str, tmp_path: Path) -> None:
    text = "key: env:RECURRENCE_KEY" + PROFILES[name]
    assert _compare(damaged(slices(uid, group_lengths), 1), text, tmp_path) >= 4


_FOLDER = corpus_dir()
_FILES = sorted(p for p in (_FOLDER / "dicom").rglob("*") if p.is_file()) if _FOLDER else []


@pytest.mark.corpus
@pytest.mark.skipif(not _FILES, reason="the corpus is not present")
@pytest.mark.parametrize("name", PROFILES)
def test_public_files_met_again(name: str, tmp_path: Path) -> None:
    text = "key: env:RECURRENCE_KEY" + PROFILES[name]
    done = 0
    small = [path for path in _FILES if path.stat().st_size < 100_000]
    for number, path in enumerate(small[:: len(small) // 12]):
        folder = tmp_path / str(number)
        folder.mkdir()
        done += _compare(damaged([path.read_bytes()] * 3, number), text, folder)
    assert done > 50


def test_results_of_one_run_do_not_reach_another_with_another_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = parse_profile("key: env:RECURRENCE_KEY" + PER_SUBJECT)
    inputs = tmp_path / "in"
    inputs.mkdir()
    for number, data in enumerate(slices(ExplicitVRLittleEndian)):
        (inputs / f"{number}.dcm").write_bytes(data)
    first = _outcomes(profile, [inputs], tmp_path / "first")
    monkeypatch.setenv("RECURRENCE_KEY", "q" * 64)
    second = _outcomes(profile, [inputs], tmp_path / "second")
    fresh = _outcomes(parse_profile("key: env:RECURRENCE_KEY" + PER_SUBJECT), [inputs], tmp_path / "fresh")
    assert second == fresh
    assert all(one[-1] != other[-1] for one, other in zip(first, second, strict=True))
