"""The peak memory of de-identifying one large multi-frame file, native and encapsulated.

usage: python benchmarks/dicom_memory.py [--mib 1024]

Needs twice that on the disk. The file is made by one child process and de-identified by another, whose
largest resident set is printed beside that of a run over one small file: what the program itself takes.
"""

from __future__ import annotations

import argparse
import struct
import sys
import sysconfig
import tempfile
from pathlib import Path

from measure import run

FRAME = 512 * 512 * 2

PROFILE = """\
version: 1
dicom:
  date-increment: -17
  remove-private-tags: yes
  fields:
    - name: PatientName
      replace-with: ANON
    - name: PatientID
      hash: yes
    - regex: .*Date$
      increment-date: yes
    - regex: .*UID$
      hashuid: yes
"""


def make(path: Path, frames: int, encapsulated: bool) -> None:
    """Write a multi-frame file, a frame at a time."""
    import random

    from ct_study import header
    from pydicom.uid import UID, JPEGBaseline8Bit

    chance = random.Random(1)
    image = header(chance)
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = UID("1.2.826.0.1.3680043.10.1.5")
    image.NumberOfFrames = frames
    if encapsulated:
        image.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    image.save_as(path, enforce_file_format=True)
    frame = chance.randbytes(FRAME)
    with path.open("ab") as file:
        if not encapsulated:
            file.write(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, frames * FRAME))
            for _ in range(frames):
                file.write(frame)
            return
        file.write(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF))
        file.write(struct.pack("<HHI", 0xFFFE, 0xE000, 0))
        for _ in range(frames):
            file.write(struct.pack("<HHI", 0xFFFE, 0xE000, FRAME))
            file.write(frame)
        file.write(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--make", nargs=3, metavar=("PATH", "FRAMES", "FORM"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make(Path(options.make[0]), int(options.make[1]), options.make[2] == "encapsulated")
        return
    program = str(Path(sysconfig.get_path("scripts")) / "deidentikit")
    for form in ("native", "encapsulated"):
        for frames in (1, options.mib * 2**20 // FRAME):
            with tempfile.TemporaryDirectory(prefix="deidentikit-benchmark-") as name:
                folder = Path(name)
                (folder / "profile.yml").write_text(PROFILE, "utf-8")
                large = folder / "large.dcm"
                run([sys.executable, __file__, "--make", str(large), str(frames), form])
                words = ["--profile", str(folder / "profile.yml"), str(large), str(folder / "out")]
                cost = run([program, "run", *words])
                size = large.stat().st_size / 2**20
                print(f"{form:14}{size:9.1f} MiB: peak {cost.peak / 1024:6.1f} MiB, {cost.wall:.2f} s")


if __name__ == "__main__":
    main()
