"""Runs a command as a child process and says what it cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import attrs


@attrs.frozen
class Cost:
    """What a command used.

    wall, cpu : seconds; cpu is user and system time of the child and of its own children
    peak : largest resident set in KiB
    """

    wall: float
    cpu: float
    peak: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


def run(command: Sequence[str]) -> Cost:
    """Run a command to its end. Exits with the command's own messages if it fails."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    if child.returncode != 0:
        sys.exit(f"{command[0]} ended with {child.returncode}:\n{said.decode(errors='replace')}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)
