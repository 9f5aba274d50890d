"""The README's main job: one pseudonym and one shift for each patient, in scans and in sidecars."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from deidentikit.cli import main

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "examples" / "study"
SCANS = sorted(file.relative_to(STUDY) for file in STUDY.rglob("*.dcm"))
SIDECARS = sorted(file.relative_to(STUDY) for file in STUDY.rglob("*.json"))
IDENTIFYING = ("MRN20417", "MRN88350", "Finch", "Aurora", "Keller", "Jürgen", "Okafor", "Lakeside", "ACC2", "20210615")


def readme_command(heading: str) -> str:
    """The first command of a section of the README."""
    section = (ROOT / "README.md").read_text("utf-8").partition(f"## {heading}\n")[2]
    return section.partition("```sh\n")[2].partition("\n```")[0]


def arguments(target: Path) -> list[str]:
    """What the README's command gives to deidentikit, with its target in another place."""
    words = shlex.split(readme_command("Run it"))
    words = words[words.index("deidentikit") + 1 :]
    assert words[-1] == "out"
    at_root = [str(ROOT / word) if word.startswith("examples/") else word for word in words[:-1]]
    return [*at_root, str(target)]


def digests(folder: Path) -> dict[Path, str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {file.relative_to(folder): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def in_process(words: list[str]) -> int:
    return main(words)


def as_program(words: list[str]) -> int:
    program = shutil.which("deidentikit", path=sysconfig.get_path("scripts"))
    assert program is not None
    return subprocess.run([program, *words], capture_output=True, check=False).returncode


@attrs.frozen
class Result:
    """The study before and after, as pydicom and json read it.

    sidecars : the path of each output, its input, itself
    pairs : before and after by the input's path
    """

    target: Path
    scans: list[tuple[Any, Any]]
    sidecars: list[tuple[Path, dict[str, Any], dict[str, Any]]]
    pairs: dict[str, tuple[Any, Any]]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    from pydicom import dcmread

    target = tmp_path_factory.mktemp("example") / "out"
    assert main(arguments(target)) == 0
    scans = []
    pairs = {}
    for folder in sorted({scan.parent for scan in SCANS}):
        after = [dcmread(file) for file in sorted((target / folder).iterdir())]
        for scan in SCANS:
            if scan.parent == folder:
                before = dcmread(STUDY / scan)
                (same,) = [each for each in after if each.PixelData == before.PixelData]
                scans.append((before, same))
                pairs[scan.as_posix()] = before, same
    sidecars = []
    for path in SIDECARS:
        (written,) = (target / path.parent).glob(f"sub-*_{path.name.partition('_')[2]}")
        before, after = (json.loads(file.read_text("utf-8")) for file in (STUDY / path, written))
        sidecars.append((written, before, after))
        pairs[path.as_posix()] = before, after
    return Result(target, scans, sidecars, pairs)


def day(text: str) -> date:
    return datetime.strptime(re.sub(r"\D", "", text)[:8], "%Y%m%d").date()


def shifts_of(before: Any, after: Any) -> set[timedelta]:
    """By how many days the dates of a scan moved, at every depth."""
    moved = set()
    for old, new in zip(dates(before), dates(after), strict=True):
        assert re.sub(r"\d", "0", old) == re.sub(r"\d", "0", new)
        moved.add(day(new) - day(old))
    return moved


def dates(scan: Any) -> list[str]:
    return [str(element.value) for element in scan.iterall() if element.VR in ("DA", "DT") and element.value]


def test_tour_in_the_readme_shows_what_happens(result: Result) -> None:
    rows = re.findall(r"^\| `(.+?)` \| (\w+) \| (.+?) \| (.+?) \|$", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert len(rows) == 7
    for path, field, old, new in rows:
        before, after = result.pairs[path]
        if not path.endswith(".json"):
            assert (str(before[field].value), str(after[field].value)) == (old, new)
        else:
            assert (before[field], after[field]) == (old, new)


def test_study_has_what_the_readme_says() -> None:
    from pydicom import dcmread

    scans = [dcmread(STUDY / scan) for scan in SCANS]
    assert {scan.Modality for scan in scans} == {"CT", "MR", "US"}
    assert sum(scan.get("NumberOfFrames", 1) > 1 for scan in scans) == 1
    assert sum(scan.file_meta.TransferSyntaxUID.is_compressed for scan in scans) == 2
    assert {str(scan.PatientID) for scan in scans} == {"MRN20417", "MRN88350"}
    assert sum(file.stat().st_size for file in STUDY.rglob("*") if file.is_file()) < 3_000_000


@pytest.mark.parametrize("run", [in_process, as_program])
def test_every_input_is_done_and_none_is_changed(tmp_path: Path, run: Callable[[list[str]], int]) -> None:
    before = digests(STUDY)
    report = tmp_path / "report"
    words = arguments(tmp_path / "out")
    assert run([*words[:-2], "--report", str(report), *words[-2:]]) == 0
    assert digests(STUDY) == before
    records = [json.loads(line) for line in (report / "journal.jsonl").read_text("utf-8").splitlines()]
    inputs = [record for record in records if record["record"] == "input"]
    assert [record["outcome"] for record in inputs] == ["done"] * len(before)
    end = records[-1]
    assert (end["found"], end["done"], end["copied"], end["refused"]) == (len(before), len(before), 0, 0)
    written = digests(tmp_path / "out")
    assert sorted(record["sha256"] for record in inputs) == sorted(written.values())


def test_a_second_run_gives_the_same_bytes(tmp_path: Path) -> None:
    assert main(arguments(tmp_path / "one")) == 0
    assert main(arguments(tmp_path / "two")) == 0
    assert main(arguments(tmp_path / "two")) == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_nothing_that_identifies_is_left(result: Result) -> None:
    for file in result.target.rglob("*"):
        assert not [text for text in IDENTIFYING if text in file.name]
        if file.is_file():
            content = file.read_bytes()
            assert not [text for text in IDENTIFYING if text.encode() in content or text.encode("latin-1") in content]


def test_pseudonyms_agree_in_scans_sidecars_and_names(result: Result) -> None:
    pseudonyms = {str(before.PatientID): str(after.PatientID) for before, after in result.scans}
    assert len(set(pseudonyms.values())) == len(pseudonyms) == 2
    for before, after in result.scans:
        assert after.PatientID == pseudonyms[before.PatientID]
        assert after.PatientName == "ANONYMOUS"
    for path, before_json, after_json in result.sidecars:
        assert path.name.partition("_")[0].removeprefix("sub-") in pseudonyms.values()
        if "PatientID" in before_json:
            assert after_json["PatientID"] == pseudonyms[before_json["PatientID"]]
            assert path.name.startswith(f"sub-{after_json['PatientID']}_")


def test_dates_of_a_patient_move_alike_in_scans_and_sidecars(result: Result) -> None:
    shifts: dict[str, set[timedelta]] = {}
    for before, after in result.scans:
        shifts.setdefault(str(after.PatientID), set()).update(shifts_of(before, after))
    assert [len(found) for found in shifts.values()] == [1, 1]
    assert len({shift for found in shifts.values() for shift in found}) == 2
    assert all(timedelta(days=-365) <= shift < timedelta() for found in shifts.values() for shift in found)
    for path, before_json, after_json in result.sidecars:
        pairs = [(before_json["AcquisitionDateTime"], after_json["AcquisitionDateTime"])]
        if "PatientBirthDate" in before_json:
            pairs.append((before_json["PatientBirthDate"], after_json["PatientBirthDate"]))
        for old, new in zip(before_json.get("Events", []), after_json.get("Events", []), strict=True):
            pairs.append((old["RecordedOn"], new["RecordedOn"]))
        moved = {day(new) - day(old) for old, new in pairs}
        assert moved == shifts[path.name.partition("_")[0].removeprefix("sub-")]
        assert before_json["AcquisitionDateTime"][10:] == after_json["AcquisitionDateTime"][10:]


def test_weight_and_uids_agree_in_scans_and_sidecars(result: Result) -> None:
    weights = {str(before.PatientID): (before.PatientWeight, after.PatientWeight) for before, after in result.scans}
    studies = {str(before.StudyInstanceUID): str(after.StudyInstanceUID) for before, after in result.scans}
    assert len(set(studies.values())) == 2
    assert not studies.keys() & set(studies.values())
    for _, before_json, after_json in result.sidecars:
        if "PatientID" in before_json:
            assert after_json["StudyInstanceUID"] == studies[before_json["StudyInstanceUID"]]
            old, new = weights[before_json["PatientID"]]
            assert (before_json["PatientWeight"], after_json["PatientWeight"]) == (float(old), float(new))
            assert 0 < abs(new - old) <= 2


def test_private_elements_go_and_the_rest_stays(result: Result) -> None:
    named = {"PatientName", "PatientID", "AccessionNumber", "StudyID", "PatientWeight", "ReferringPhysicianName"}
    named |= {"OperatorsName", "PhysiciansOfRecord", "NameOfPhysiciansReadingStudy", "InstitutionName"}
    named |= {"StationName", "DeviceSerialNumber", "ImageComments"}
    named |= {"DataSetTrailingPadding"}  # never carried over
    for before, after in result.scans:
        assert not [element for element in after.iterall() if element.tag.is_private]
        for element in before:
            ruled = element.keyword in named or element.VR in ("DA", "DT", "UI")
            if not ruled and not element.tag.is_private and element.VR != "SQ":
                assert after[element.tag] == element
        assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
        assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID
