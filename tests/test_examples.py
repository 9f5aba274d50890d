"""The README's main job: one pseudonym and one shift for each patient, in files of all types and in their names."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sysconfig
import xml.etree.ElementTree as ET
import zlib
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
TABLES = ("participants.csv", "visits.tsv")
BESIDE = ("photo.jpg", "monitor.png", "biopsy.tif", "summary.xml", "flair.mha")
PATIENTS = ("MRN20417", "MRN88350")
IDENTIFYING = (
    *PATIENTS,
    *("Finch", "Aurora", "Keller", "Jürgen", "Okafor", "Lakeside", "lakeside.example", "ACC2", "SN4417702"),
    *("Alder Road", "Ulmenweg", "Seeheim", "15550117", "4969555", "forearm", "arthroscopy"),
    *("20210615", "2021-06-1", "2021:06:15", "20220103", "2022-01-03", "2022:01:03", "19680311", "1968-03-11"),
)


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
class Facts:
    """What another reader than ours finds in a file.

    identifiers, dates, weights : of the patient
    named : values by the names that the README uses
    payload : what no rule may change: coded image data, tiles, samples
    """

    identifiers: list[str]
    dates: list[str]
    named: dict[str, str]
    payload: bytes = b""
    weights: tuple[str, ...] = ()


def photo(file: Path) -> Facts:
    from PIL import ExifTags, Image

    with Image.open(file) as image:
        exif = image.getexif()
        tags = {**exif, **exif.get_ifd(ExifTags.IFD.Exif), **exif.get_ifd(ExifTags.IFD.GPSInfo)}
    named = {ExifTags.TAGS.get(number, str(number)): str(value) for number, value in tags.items()}
    content = file.read_bytes()
    dates = [value for name, value in named.items() if name.startswith("DateTime")]
    return Facts([named["ImageDescription"]], dates, named, content[content.rindex(b"\xff\xda") :])


def screenshot(file: Path) -> Facts:
    from PIL import Image

    with Image.open(file) as image:
        image.load()
        named = {str(name): str(value) for name, value in image.info.items()}
    content, at = file.read_bytes(), 8
    data, dates = b"", [named["Creation Time"]]
    while at < len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(content[at + 8 + size : at + 12 + size], "big")
        data += body if kind == b"IDAT" else b""
        if kind == b"tIME":
            dates.append(f"{int.from_bytes(body[:2], 'big'):04}{body[2]:02}{body[3]:02}")
        at += 12 + size
    assert len(dates) == 2
    return Facts([named["PatientID"]], dates, named, data)


def slide(file: Path) -> Facts:
    from tifffile import TiffFile, TiffPage

    data, pages = b"", []
    with TiffFile(file) as slide:
        for page in slide.pages:
            assert isinstance(page, TiffPage)
            pages.append({tag.name: str(tag.value) for tag in page.tags})
            for at, size in zip(page.dataoffsets, page.databytecounts, strict=True):
                slide.filehandle.seek(at)
                data += slide.filehandle.read(size)
    assert len(pages) == 2
    identifiers = [page["ImageDescription"].partition(";")[0] for page in pages]
    return Facts(identifiers, [page["DateTime"] for page in pages], pages[0], data)


def summary(file: Path) -> Facts:
    v3 = "{urn:hl7-org:v3}"
    root = ET.parse(file).getroot()
    found = [root.find(f".//{v3}{name}") for name in ("patientRole/{urn:hl7-org:v3}id", "birthTime", "value")]
    assert None not in found
    identifier, birth, weight = (each.attrib for each in found if each is not None)
    dates = [element.attrib["value"] for name in ("effectiveTime", "time") for element in root.iter(f"{v3}{name}")]
    assert len(dates) == 3
    named = {"birthTime": birth["value"]}
    return Facts([identifier["extension"]], [birth["value"], *dates], named, weights=(weight["value"],))


def volume(file: Path) -> Facts:
    header, _, data = file.read_bytes().partition(b"ElementDataFile = LOCAL\n")
    named = dict(line.split(" = ") for line in header.decode().splitlines())
    return Facts([named["PatientID"]], [named["AcquisitionDate"]], named, data)


READERS: dict[str, Callable[[Path], Facts]] = {
    ".jpg": photo,
    ".png": screenshot,
    ".tif": slide,
    ".xml": summary,
    ".mha": volume,
}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t" if file.suffix == ".tsv" else ","))


@attrs.frozen
class Result:
    """The study before and after, as other readers than ours find it.

    sidecars : the path of each output, its input, itself
    beside : what lies in the patients' folders, by patient and name
    pairs : before and after by the input's path
    """

    target: Path
    scans: list[tuple[Any, Any]]
    sidecars: list[tuple[Path, dict[str, Any], dict[str, Any]]]
    beside: dict[tuple[str, str], tuple[Facts, Facts]]
    pairs: dict[str, tuple[Any, Any]]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    from pydicom import dcmread

    target = tmp_path_factory.mktemp("example") / "out"
    assert main(arguments(target)) == 0
    scans: list[tuple[Any, Any]] = []
    pairs: dict[str, tuple[Any, Any]] = {}
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
    beside = {}
    for patient in PATIENTS:
        folder = target / "patients" / next(str(new.PatientID) for old, new in scans if old.PatientID == patient)
        for name in BESIDE:
            path = STUDY / "patients" / patient / name
            facts = READERS[path.suffix](path), READERS[path.suffix](folder / name)
            beside[patient, name] = facts
            pairs[f"patients/{patient}/{name}"] = facts[0].named, facts[1].named
    for name in TABLES:
        pairs[name] = rows(STUDY / name)[0], rows(target / name)[0]
    return Result(target, scans, sidecars, beside, pairs)


def shifts_of_patients(result: Result) -> dict[str, timedelta]:
    """By how many days each patient's scans moved."""
    shifts: dict[str, set[timedelta]] = {}
    for before, after in result.scans:
        shifts.setdefault(str(before.PatientID), set()).update(shifts_of(before, after))
    assert [len(found) for found in shifts.values()] == [1, 1]
    return {patient: found.pop() for patient, found in shifts.items()}


def pseudonyms_of(result: Result) -> dict[str, str]:
    return {str(before.PatientID): str(after.PatientID) for before, after in result.scans}


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
    tour = re.findall(r"^\| `(.+?)` \| (\w+) \| (.+?) \| (.+?) \|$", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert len(tour) == 13
    assert {Path(path).suffix for path, *_ in tour} == {".dcm", ".json", ".csv", ".tsv", *READERS}
    for path, field, old, new in tour:
        before, after = result.pairs[path]
        if path.endswith(".dcm"):
            assert (str(before[field].value), str(after[field].value)) == (old, new)
        else:
            assert (before[field], after[field]) == (old, new)


def test_names_in_the_readme_are_those_that_are_written(result: Result) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    text = text[text.index("Names follow:") : text.index("For data of your own")]
    words = re.findall(r"`([^`]+)`", text)
    assert {"sub-89ce54e3f17189ec_us.json", "patients/89ce54e3f17189ec", "ecg-20210115.dat"} <= set(words)
    assert (result.target / "sidecars/sub-89ce54e3f17189ec_us.json").is_file()
    assert (result.target / "patients/89ce54e3f17189ec/ecg-20210115.dat").is_file()


def test_profile_in_the_readme_is_part_of_the_example() -> None:
    text = (ROOT / "README.md").read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    lines = (ROOT / "examples" / "profile.yml").read_text("utf-8").splitlines()
    assert [line for line in text.splitlines() if line not in lines] == []


def test_study_has_what_the_readme_says() -> None:
    from pydicom import dcmread

    scans = [dcmread(STUDY / scan) for scan in SCANS]
    assert {scan.Modality for scan in scans} == {"CT", "MR", "US"}
    assert sum(scan.get("NumberOfFrames", 1) > 1 for scan in scans) == 1
    assert sum(scan.file_meta.TransferSyntaxUID.is_compressed for scan in scans) == 2
    assert {str(scan.PatientID) for scan in scans} == set(PATIENTS)
    for patient in PATIENTS:
        names = {file.name for file in (STUDY / "patients" / patient).iterdir() if file.suffix != ".dat"}
        assert names == set(BESIDE)
    assert f"the {len(digests(STUDY))} files of" in (ROOT / "README.md").read_text("utf-8")
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


def test_pseudonyms_agree_in_files_of_all_types_and_in_names(result: Result) -> None:
    pseudonyms = pseudonyms_of(result)
    assert len(set(pseudonyms.values())) == len(pseudonyms) == 2
    for before, after in result.scans:
        assert after.PatientID == pseudonyms[before.PatientID]
        assert after.PatientName == "ANONYMOUS"
    for path, before_json, after_json in result.sidecars:
        assert path.name.partition("_")[0].removeprefix("sub-") in pseudonyms.values()
        if "PatientID" in before_json:
            assert after_json["PatientID"] == pseudonyms[before_json["PatientID"]]
            assert path.name.startswith(f"sub-{after_json['PatientID']}_")
    for (patient, _), (facts, now) in result.beside.items():
        assert set(facts.identifiers) == {patient}
        assert set(now.identifiers) == {pseudonyms[patient]}
    for name in TABLES:
        before_rows, after_rows = rows(STUDY / name), rows(result.target / name)
        assert {row["participant_id"] for row in before_rows} == set(PATIENTS)
        for old, new in zip(before_rows, after_rows, strict=True):
            assert new["participant_id"] == pseudonyms[old["participant_id"]]
    assert {folder.name for folder in (result.target / "patients").iterdir()} == set(pseudonyms.values())


def test_dates_of_a_patient_move_alike_in_files_of_all_types(result: Result) -> None:
    shifts = shifts_of_patients(result)
    for (patient, _), (facts, now) in result.beside.items():
        assert facts.dates
        for old, new in zip(facts.dates, now.dates, strict=True):
            assert day(new) - day(old) == shifts[patient]
            assert re.sub(r"\d", "0", old) == re.sub(r"\d", "0", new)
            assert old[10:] == new[10:]
    for name in TABLES:
        for old_row, new_row in zip(rows(STUDY / name), rows(result.target / name), strict=True):
            columns = [column for column in old_row if re.fullmatch(r"(.*_)?(date|visit)", column) and old_row[column]]
            assert columns
            moved = {day(new_row[column]) - day(old_row[column]) for column in columns}
            assert moved == {shifts[old_row["participant_id"]]}
    for patient in PATIENTS:
        (recorded,) = (STUDY / "patients" / patient).glob("ecg-*.dat")
        (written,) = (result.target / "patients" / pseudonyms_of(result)[patient]).glob("ecg-*.dat")
        assert day(written.stem) - day(recorded.stem) == shifts[patient]
        assert written.read_bytes() == recorded.read_bytes()


def test_image_data_and_cells_without_a_rule_stay(result: Result) -> None:
    for (_, name), (facts, now) in result.beside.items():
        assert facts.payload == now.payload
        assert bool(facts.payload) == (name != "summary.xml")
    for name in TABLES:
        for old, new in zip(rows(STUDY / name), rows(result.target / name), strict=True):
            ruled = ("participant_id", "weight_kg", "remarks")
            stays = [column for column in old if column not in ruled and not re.search("date|_visit$", column)]
            assert [(column, old[column]) for column in stays] == [(column, new[column]) for column in stays]
            assert "remarks" not in new
            assert old["site"] in ("007", "012")


def test_what_names_people_and_places_is_out_of_the_pictures(result: Result) -> None:
    gone = {
        "photo.jpg": {"Artist", "CameraOwnerName", "BodySerialNumber", "UserComment", "GPSInfo"},
        "monitor.png": {"Author", "Comment"},
        "biopsy.tif": {"Artist", "HostComputer"},
        "flair.mha": {"InstitutionName"},
    }
    for (_, name), (facts, now) in result.beside.items():
        if name in gone:
            assert facts.named.keys() - now.named.keys() >= gone[name]


def test_dates_of_a_patient_move_alike_in_scans_and_sidecars(result: Result) -> None:
    shifts = {pseudonyms_of(result)[patient]: shift for patient, shift in shifts_of_patients(result).items()}
    assert len(set(shifts.values())) == 2
    assert all(timedelta(days=-365) <= shift < timedelta() for shift in shifts.values())
    for path, before_json, after_json in result.sidecars:
        pairs = [(before_json["AcquisitionDateTime"], after_json["AcquisitionDateTime"])]
        if "PatientBirthDate" in before_json:
            pairs.append((before_json["PatientBirthDate"], after_json["PatientBirthDate"]))
        for old, new in zip(before_json.get("Events", []), after_json.get("Events", []), strict=True):
            pairs.append((old["RecordedOn"], new["RecordedOn"]))
        moved = {day(new) - day(old) for old, new in pairs}
        assert moved == {shifts[path.name.partition("_")[0].removeprefix("sub-")]}
        assert before_json["AcquisitionDateTime"][10:] == after_json["AcquisitionDateTime"][10:]


def test_weights_agree_everywhere_and_uids_in_scans_and_sidecars(result: Result) -> None:
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
    found = [(key[0], *facts[0].weights, *facts[1].weights) for key, facts in result.beside.items() if facts[0].weights]
    table = zip(rows(STUDY / TABLES[0]), rows(result.target / TABLES[0]), strict=True)
    found += [(old_row["participant_id"], old_row["weight_kg"], new_row["weight_kg"]) for old_row, new_row in table]
    assert len(found) == 4
    for patient, before_text, after_text in found:
        assert (float(before_text), float(after_text)) == weights[patient]


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
