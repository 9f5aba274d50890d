"""How many rows of a table a second deidentikit does, beside Python's csv module and polars.

usage: python benchmarks/table_throughput.py [--rows 10000 100000 1000000] [--rounds 3] [--polars PYTHON]

Tables of 7 columns with a third of the names in quotes are made anew. Two profiles of five rules each are
measured through the library: `fixed` (hash, replace-with, remove, two dates moved alike) and `by patient`
(hash, remove, two dates moved and a number jittered for each row's own patient). The csv module and polars only read
the same table and write it again, all cells as text; polars gets one thread. Every contender works in a process of
its own, on one file, once per round; CPU time is of the work alone, without starting and importing. `--polars`
names a Python interpreter that has polars.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import attrs

FIXED = """
csv:
  date-increment: -17
  date-format: '%Y-%m-%d'
  fields:
    - name: patient
      hash: yes
    - name: name
      replace-with: ANON
    - name: birth
      increment-date: yes
    - name: visit
      increment-date: yes
    - name: note
      remove: yes
"""
BY_PATIENT = """
csv:
  subject: patient
  date-increment: per-subject
  date-format: '%Y-%m-%d'
  fields:
    - name: patient
      hash: yes
    - name: name
      remove: yes
    - name: birth
      increment-date: yes
    - name: visit
      increment-date: yes
    - name: weight
      jitter: yes
"""

COST = """
import json, resource, sys, time
from pathlib import Path
source, target, *rest = sys.argv[1:]
def cost(work):
    begin = time.process_time()
    work()
    used = time.process_time() - begin
    print(json.dumps([used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""
LIBRARY = """
import deidentikit
from deidentikit.registry import Registry
profile, key = rest
registry = Registry.from_installed()
made = deidentikit.load_profile(profile, registry, key_file=key)
settings = dict(profile=made, key_file=key, overwrite=True, registry=registry)
deidentify = deidentikit.deidentify
def work():
    (outcome,) = deidentify(source, target, **settings).outcomes
    assert outcome.status == "done", outcome.message
cost(work)
"""
CSV_MODULE = """
import csv
def work():
    with open(source, newline="") as before, open(Path(target) / "a.csv", "w", newline="") as after:
        csv.writer(after).writerows(csv.reader(before))
cost(work)
"""
POLARS = """
import polars
cost(lambda: polars.read_csv(source, infer_schema=False).write_csv(Path(target) / "a.csv"))
"""


@attrs.frozen
class Contender:
    """A program under test.

    program : what it runs after `COST`
    arguments : what it gets after source and target
    """

    name: str
    python: str
    program: str
    arguments: tuple[str, ...] = ()

    def once(self, source: Path, target: Path) -> tuple[float, float]:
        """CPU seconds, and the largest resident set in MiB."""
        command = [self.python, "-c", COST + self.program, str(source), str(target), *self.arguments]
        environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode:
            sys.exit(f"{self.name} ended with {done.returncode}:\n{done.stderr}")
        used, peak = json.loads(done.stdout.splitlines()[-1])
        return used, peak / 1024


def make_table(path: Path, rows: int) -> None:
    """A table with twenty rows for each patient, in no order."""
    draw = random.Random(20260102)
    with path.open("w", newline="") as stream:
        stream.write("patient,name,birth,visit,weight,site,note\n")
        for row in range(rows):
            patient = draw.randrange(max(1, rows // 20))
            name = f'"Name{patient % 5000}, Given"' if row % 3 == 0 else f"Name{patient % 5000} Given"
            birth = f"{1930 + patient % 70}-{1 + patient % 12:02}-{1 + patient % 28:02}"
            visit = f"{draw.randrange(2010, 2025)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
            weight, site = draw.randrange(400, 1200) / 10, draw.randrange(20)
            stream.write(f"P{patient:07},{name},{birth},{visit},{weight},S{site},ok\n")


def contenders(folder: Path, polars: str | None) -> list[Contender]:
    """Those that this machine has."""
    key = folder / "key"
    key.write_text("0123456789abcdef" * 4)
    found = []
    for name, text in (("fixed", FIXED), ("by patient", BY_PATIENT)):
        profile = folder / f"{name}.yml"
        profile.write_text(text)
        found.append(Contender(f"deidentikit, {name}", sys.executable, LIBRARY, (str(profile), str(key))))
    found.append(Contender("csv module, copy", sys.executable, CSV_MODULE))
    if polars is not None:
        found.append(Contender("polars, copy", polars, POLARS))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    here = sys.executable if importlib.util.find_spec("polars") else None
    parser.add_argument("--polars", metavar="PYTHON", default=here)
    options = parser.parse_args()
    print(f"{'':26}{'rows':>12}{'rows/s':>12}{'peak MiB':>10}{'CPU / fixed':>13}")
    with tempfile.TemporaryDirectory(prefix="deidentikit-benchmark-") as name:
        folder = Path(name)
        target = folder / "out"
        target.mkdir()
        entrants = contenders(folder, options.polars)
        for rows in options.rows:
            source = folder / "a.csv"
            make_table(source, rows)
            costs = {
                entrant.name: [entrant.once(source, target) for _ in range(options.rounds)] for entrant in entrants
            }
            first = statistics.median(used for used, _ in costs[entrants[0].name])
            for entrant in entrants:
                used = statistics.median(used for used, _ in costs[entrant.name])
                peak = max(peak for _, peak in costs[entrant.name])
                print(f"{entrant.name:26}{rows:12,}{rows / used:12,.0f}{peak:10.0f}{used / first:13.2f}", flush=True)


if __name__ == "__main__":
    main()
