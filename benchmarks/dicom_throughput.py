"""How many CT slices a second deidentikit does, beside DCMTK's dcmodify and flywheel-migration.

usage: python benchmarks/dicom_throughput.py [--files 600] [--rounds 3] [--flywheel PYTHON]

The study is made anew (some 320 MB), in the folder that TMPDIR names; one in memory, such as /dev/shm, leaves the
disk's part out. Every contender does it once per round, one after the other, each as one process but for the one
with workers, and once more over a tenth of it: the difference gives the CPU time of one more file, without what
starting costs. dcmodify edits in place, so its time holds a copy of the study. `--flywheel` names a Python
interpreter that has flywheel-migration.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import statistics
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path

import attrs
from measure import Cost, run

HERE = Path(__file__).parent

REPLACED = (
    "PatientName",
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "OperatorsName",
    "NameOfPhysiciansReadingStudy",
    "PhysiciansOfRecord",
    "InstitutionName",
    "InstitutionAddress",
)
HASHED = ("PatientID", "AccessionNumber", "StudyID", "RequestedProcedureID")
REMOVED = (
    "IssuerOfPatientID",
    "InstitutionalDepartmentName",
    "StationName",
    "DeviceSerialNumber",
    "RequestingPhysician",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "OtherPatientNames",
    "EthnicGroup",
    "Occupation",
    "AdditionalPatientHistory",
    "PatientComments",
    "ImageComments",
    "PerformedProcedureStepID",
    "ScheduledProcedureStepID",
)
DATES = (
    "PatientBirthDate",
    "StudyDate",
    "SeriesDate",
    "AcquisitionDate",
    "ContentDate",
    "InstanceCreationDate",
    "PerformedProcedureStepStartDate",
)
DATETIMES = ("AcquisitionDateTime",)
UIDS = (
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "FrameOfReferenceUID",
    "ReferencedSOPInstanceUID",
)
RULES = {
    "replace-with: ANON": REPLACED,
    "hash: true": HASHED,
    "remove: true": REMOVED,
    "increment-date: true": DATES,
    "increment-datetime: true": DATETIMES,
    "hashuid: true": UIDS,
}

LIBRARY = """
import sys
import deidentikit
profile = deidentikit.load_profile(sys.argv[1])
report = deidentikit.deidentify(sys.argv[2], sys.argv[3], profile=profile)
sys.exit(report.totals.refused)
"""

FLYWHEEL = """
import sys, os, warnings
warnings.simplefilter("ignore")
from fs.osfs import OSFS
from flywheel_migration import deidentify
profile = deidentify.load_profile(sys.argv[1])
profile.initialize()
profile.process_packfile("dicom", OSFS(sys.argv[2]), OSFS(sys.argv[3]), sorted(os.listdir(sys.argv[2])))
profile.finalize()
"""


@attrs.frozen
class Contender:
    """A program under test; `work` does the folder given first into the one given second."""

    name: str
    work: Callable[[Path, Path], Cost]


def profile_text() -> str:
    """The profile that ours and flywheel-migration use alike."""
    lines = ["version: 1", "dicom:", "  date-increment: -17", "  remove-private-tags: true"]
    lines += ["  recurse-sequence: true", "  fields:"]
    for action, names in RULES.items():
        for name in names:
            lines += [f"    - name: {name}", f"      {action}"]
    return "\n".join(lines) + "\n"


def dcmodify_options() -> list[str]:
    """The same job for dcmodify, with ready-made values."""
    values = dict.fromkeys(REPLACED, "ANON") | dict.fromkeys(HASHED, "0123456789abcdef")
    values |= dict.fromkeys(DATES, "20210529") | dict.fromkeys(DATETIMES, "20210529100612.250000")
    values |= dict.fromkeys(UIDS, "2.25.329800735698586629295641978511506172918")
    options = ["-nb", "-imt", "-ep"]
    for name, value in values.items():
        options += ["-ma", f"{name}={value}"]
    for name in REMOVED:
        options += ["-ea", name]
    return options


def contenders(profile: Path, flywheel: str | None) -> list[Contender]:
    """Those that this machine has."""

    def copy(source: Path, target: Path) -> Cost:
        return run(["cp", "-R", f"{source}/.", str(target)])

    def library(source: Path, target: Path) -> Cost:
        return run([sys.executable, "-c", LIBRARY, str(profile), str(source), str(target)])

    def command_line(source: Path, target: Path, workers: int = 1) -> Cost:
        program = Path(sysconfig.get_path("scripts")) / "deidentikit"
        words = ["run", "--profile", str(profile), "--workers", str(workers)]
        return run([str(program), *words, str(source), str(target)])

    def side_by_side(source: Path, target: Path) -> Cost:
        return command_line(source, target, processors)

    def dcmodify(source: Path, target: Path) -> Cost:
        cost = copy(source, target)
        return cost + run(["dcmodify", *dcmodify_options(), *map(str, sorted(target.iterdir()))])

    def migration(source: Path, target: Path) -> Cost:
        return run([str(flywheel), "-c", FLYWHEEL, str(profile), str(source), str(target)])

    processors = min(os.cpu_count() or 1, 8)
    found = [Contender("copy only", copy), Contender("deidentikit, library", library)]
    found.append(Contender("deidentikit, command line", command_line))
    if processors > 1:
        found.append(Contender(f"deidentikit, {processors} workers", side_by_side))
    if shutil.which("dcmodify"):
        found.append(Contender("dcmodify", dcmodify))
    if flywheel:
        found.append(Contender("flywheel-migration", migration))
    return found


def once(contender: Contender, source: Path, folder: Path) -> Cost:
    """One go into an empty folder, with the sources in memory; what was written is deleted, so that its memory serves
    the next one."""
    target = Path(tempfile.mkdtemp(prefix="out-", dir=folder))
    wanted = sum(1 for file in source.iterdir() if file.read_bytes())
    cost = contender.work(source, target)
    got = sum(1 for file in target.rglob("*") if file.is_file())
    if got != wanted:
        sys.exit(f"{contender.name}: {got} files written of {wanted}")
    shutil.rmtree(target)
    return cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    here = sys.executable if importlib.util.find_spec("flywheel_migration") else None
    parser.add_argument("--flywheel", metavar="PYTHON", default=here)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deidentikit-benchmark-") as name:
        folder = Path(name)
        few = max(1, options.files // 10)
        run([sys.executable, str(HERE / "ct_study.py"), str(folder / "many"), str(options.files)])
        run([sys.executable, str(HERE / "ct_study.py"), str(folder / "few"), str(few)])
        profile = folder / "profile.yml"
        profile.write_text(profile_text(), "utf-8")
        rules = sum(map(len, RULES.values()))
        print(f"{options.files} slices of 512x512, {rules} rules, {options.rounds} rounds, medians")
        entrants = contenders(profile, options.flywheel)
        whole: dict[str, list[Cost]] = {entrant.name: [] for entrant in entrants}
        small: dict[str, list[Cost]] = {entrant.name: [] for entrant in entrants}
        for _ in range(options.rounds):
            for entrant in entrants:
                whole[entrant.name].append(once(entrant, folder / "many", folder))
                small[entrant.name].append(once(entrant, folder / "few", folder))
    ours = statistics.median(cost.wall for cost in whole["deidentikit, library"])
    print(f"{'':28}{'files/s':>10}{'CPU ms/file':>13}{'marginal':>10}{'time / ours':>13}")
    for entrant in entrants:
        wall = statistics.median(cost.wall for cost in whole[entrant.name])
        cpu = statistics.median(cost.cpu for cost in whole[entrant.name])
        start = statistics.median(cost.cpu for cost in small[entrant.name])
        marginal = 1000 * (cpu - start) / (options.files - few)
        each = 1000 * cpu / options.files
        print(f"{entrant.name:28}{options.files / wall:10.0f}{each:13.2f}{marginal:10.2f}{wall / ours:13.2f}")


if __name__ == "__main__":
    main()
