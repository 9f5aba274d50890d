"""Workers: whatever their number, a run ends as it would with one."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from deidentikit.errors import ExitCode, UsageError
from deidentikit.plan import parse_profile
from deidentikit.registry import Registry
from deidentikit.run import Run, deidentify
from deidentikit.splice import BytesSink, Sink
from deidentikit.testing import Project
from deidentikit.testing.lines import LinesDocument

Install = Callable[..., None]

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked"),
    pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),  # the test runner has threads
]

PLUGIN = """
import os, signal, subprocess, sys, time
import attrs
from deidentikit import Action, FileError, Kind, hookimpl
from deidentikit.testing import LinesFile

@attrs.frozen
class Shout(Action):
    name, kind, summary = "shout", Kind.TEXT, "Make capitals."
    def apply(self, value, context):
        if value == "die": os.kill(os.getpid(), signal.SIGKILL)
        if value == "leave": os._exit(7)
        if value == "fail": raise LookupError(value)
        if value == "print": print(value)
        if value == "slow": time.sleep(0.3)
        if value == "endless": time.sleep(600)
        if value == "program":
            with subprocess.Popen(["sleep", "600"]):
                open(os.environ["STARTED"], "w").close()
        return value.upper()

@hookimpl
def deidentikit_actions():
    return [Shout]

@hookimpl
def deidentikit_file_types():
    return [LinesFile]
"""
PROFILE = """
lines:
  filenames:
    - input-regex: (?P<stem>[^-.]*).*
      output: "{stem}.lines"
  fields:
    - name: name
      shout: yes
"""


@pytest.fixture
def project(install: Install, deid_project: Project) -> Project:
    install("acme-shout", PLUGIN, "shout")
    return deid_project.profile("lines:\n  fields:\n    - name: name\n      shout: yes\n")


@pytest.fixture
def descriptors() -> Iterator[Callable[[int], None]]:
    """Leaves so many descriptors to the test."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    yield lambda count: resource.setrlimit(resource.RLIMIT_NOFILE, (free + count, before[1]))
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def add(project: Project, files: Mapping[str, str]) -> None:
    for name, value in files.items():
        project.add(name, f"#lines\nname={value}\n")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def everything(project: Project, workers: int, *arguments: str) -> tuple[int, str, str, dict[str, bytes], bytes]:
    """All that a run leaves and says, in folders of its own."""
    target, report = project.folder / f"out{workers}", project.folder / f"report{workers}"
    common = (
        "--profile",
        project.profile_path,
        "--key-file",
        project.key(),
        "--report",
        report,
        "--report-paths",
        "--workers",
        str(workers),
    )
    result = project.command("run", *common, *arguments, project.source, target)
    return result.exit_code, result.stdout, result.stderr, tree(target), (report / "journal.jsonl").read_bytes()


@pytest.mark.parametrize("unnamed", [True, False])
def test_the_number_of_workers_changes_nothing(
    project: Project, unnamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not unnamed:
        monkeypatch.setattr("deidentikit.target._has_unnamed_files", lambda folder: False)
    project.profile(PROFILE)
    add(project, {f"{number % 7}/{number:03}.lines": f"value{number % 50}" for number in range(150)})
    add(project, {"0/000-a.lines": "slow", "0/000-b.lines": "slow", "1/fail.lines": "fail"})
    project.add("2/odd.bin", b"\0\1")
    project.add("3/cut.lines", b"#lines\nno equals sign")
    (project.source / "4/link.lines").symlink_to(project.source / "4/004.lines")
    alone = everything(project, 1, "--json")
    assert alone[0] == ExitCode.DEFECT
    assert alone[1].count("name-taken") == 2
    for workers in (2, 5):
        assert everything(project, workers, "--json") == alone
    assert not [*project.folder.rglob("*.part")]


def test_of_two_with_one_name_the_first_in_order_wins(project: Project) -> None:
    project.profile(PROFILE.replace("{stem}.lines", "same.lines"))
    names = [f"{number}.lines" for number in range(8)]
    add(project, dict(zip(names, ["slow", *names[1:]], strict=True)))
    result = project.run("--workers", "2").assert_refused("name-taken", 7).assert_outputs("same.lines")
    assert b"SLOW" in result.output("same.lines")


def test_a_name_is_free_again_where_its_first_input_is_refused(project: Project) -> None:
    project.profile(PROFILE.replace("{stem}.lines", "same.lines"))
    add(project, {"a.lines": "fail", "b.lines": "kim"})
    result = project.run("--workers", "2").assert_outputs("same.lines")
    assert b"KIM" in result.output("same.lines")


def test_an_output_that_exists_is_replaced_only_where_asked(project: Project) -> None:
    add(project, {"a.lines": "jane", "b.lines": "kim"})
    project.run("--workers", "2").assert_ok()
    again = project.run("--workers", "2")
    assert again.exit_code == ExitCode.USAGE
    assert "--overwrite" in again.stderr
    project.run("--workers", "2", "--overwrite").assert_ok().assert_outputs("a.lines", "b.lines")


@pytest.mark.parametrize(("value", "how"), [("die", "by signal 9"), ("leave", "with exit code 7")])
def test_a_worker_that_is_lost_costs_the_file_it_was_at(project: Project, value: str, how: str) -> None:
    add(project, {f"{number}.lines": value if number in (2, 3, 9) else "jane" for number in range(10)})
    result = project.run("--workers", "2").assert_refused("worker-lost", 3)
    assert f"refused: 2.lines: the process at work on this ended {how}" in result.stderr
    assert result.names == [f"{number}.lines" for number in (0, 1, 4, 5, 6, 7, 8)]


@pytest.mark.parametrize("moment", ["within its answer", "before its output is passed"])
def test_a_worker_that_is_lost_while_it_answers_costs_one_file(
    project: Project, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, send = os.getpid(), Connection.send

    def cut(connection: Connection, item: Any) -> None:
        if os.getpid() == asker or item.outcome.path != "3.lines":
            send(connection, item)
            return
        if moment == "within its answer":
            os.write(connection.fileno(), struct.pack("!i", 1000) + b"the beginning")
        else:
            send(connection, item)
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(Connection, "send", cut)
    add(project, {f"{number}.lines": "jane" for number in range(6)})
    result = project.run("--workers", "2").assert_refused("worker-lost")
    assert "refused: 3.lines: " in result.stderr
    assert result.names == [f"{number}.lines" for number in (0, 1, 2, 4, 5)]


def test_a_worker_that_is_lost_while_it_is_idle_costs_no_file(tmp_path: Path, registry: Registry) -> None:
    run = Run(parse_profile("unmatched: copy\nlines:\n", registry))
    (tmp_path / "in").mkdir()
    for number in range(200):
        (tmp_path / f"in/{number:03}.bin").write_bytes(b"x")
    outcomes = run.execute([tmp_path / "in"], tmp_path / "out", workers=2)
    first = next(outcomes)
    time.sleep(0.5)  # by now all that may be done before its turn is done
    for worker in multiprocessing.active_children():
        worker.kill()
        worker.join()
    assert {outcome.status for outcome in (first, *outcomes)} == {"copied"}


def test_no_worker_takes_the_place_of_a_lost_one_where_none_can_be_started(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork = os.fork
    left = [2]

    def few() -> int:
        if not left[0]:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        left[0] -= 1
        return fork()

    monkeypatch.setattr(os, "fork", few)
    add(project, {f"{number}.lines": "die" if number in (2, 5) else "jane" for number in range(8)})
    result = project.run("--workers", "4")
    assert result.exit_code == ExitCode.USAGE
    assert "no worker can be started: Resource temporarily unavailable; run with one" in result.stderr
    left[0] = 2
    add(project, {"5.lines": "jane"})
    project.run("--workers", "4", "--overwrite").assert_refused("worker-lost")


def test_defects_are_told_once_without_values(project: Project) -> None:
    add(project, {"a.lines": "fail", "b.lines": "kim"})
    result = project.run("--workers", "2").assert_outputs("b.lines")
    assert result.exit_code == ExitCode.DEFECT
    assert result.stderr.count("LookupError") == 2  # in the trace and in the refusal
    assert "fail" not in result.stderr


def test_a_defect_is_not_told_where_the_name_was_taken_before_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.profile(PROFILE.replace("{stem}.lines", "same.lines"))
    add(project, {"a.lines": "jane", "b.lines": "kim"})
    write = LinesDocument.write

    def fail(document: LinesDocument, sink: Sink) -> None:
        written = BytesSink()
        write(document, written)
        if b"KIM" in written.data:
            raise LookupError
        sink.write(written.data)

    monkeypatch.setattr(LinesDocument, "write", fail)
    alone = everything(project, 1)
    assert alone[0] == ExitCode.REFUSED
    assert everything(project, 2) == alone


def test_effects_may_be_any_mapping(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    add(project, {"a.lines": "jane"})
    monkeypatch.setattr(LinesDocument, "effects", lambda document: MappingProxyType({"remove-others": 1}))
    project.run("--workers", "2").assert_ok()


def test_what_a_plugin_prints_in_a_worker_is_not_shown(project: Project) -> None:
    add(project, {"a.lines": "print", "b.lines": "print", "c.lines": "kim"})
    result = project.run("--workers", "2").assert_ok().assert_silent_about("print\n", "PRINT")
    assert result.stderr.count("warning: acme-shout 1.0 prints while files are open") == 1


@pytest.mark.parametrize("workers", [4, 11])
def test_few_descriptors_are_enough(project: Project, descriptors: Callable[[int], None], workers: int) -> None:
    add(project, {f"{number:03}.lines": "slow" if number == 0 else "jane" for number in range(120)})
    descriptors(60)
    project.run("--workers", str(workers)).assert_ok()


def test_workers_that_need_more_descriptors_than_there_are(
    project: Project, descriptors: Callable[[int], None]
) -> None:
    add(project, {"a.lines": "jane"})
    descriptors(60)
    result = project.run("--workers", "32")
    assert result.exit_code == ExitCode.USAGE
    assert "32 workers need more open files than this system allows; raise the limit" in result.stderr
    assert not project.target.exists()


@pytest.mark.parametrize("number", ["0", "-2", "33", "many"])
def test_a_number_that_cannot_be_had(project: Project, number: str) -> None:
    add(project, {"a.lines": "jane"})
    result = project.run("--workers", number)
    assert result.exit_code == ExitCode.USAGE
    assert not project.target.exists()


def test_no_workers_where_nothing_can_be_forked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    add(project, {"a.lines": "jane"})
    assert "cannot fork" in project.run("--workers", "2").stderr
    project.run("--workers", "1").assert_ok()


def test_the_library_takes_workers_too(tmp_path: Path, registry: Registry) -> None:
    profile = parse_profile("lines:\n  fields:\n    - name: name\n      take: yes\n", registry)
    (tmp_path / "in").mkdir()
    for number in range(9):
        (tmp_path / f"in/{number}.lines").write_text("#lines\nname=jane\nage=7\n")
    report = deidentify(tmp_path / "in", tmp_path / "out", profile=profile, workers=3)
    assert [outcome.path for outcome in report.outcomes] == [f"{number}.lines" for number in range(9)]
    assert set(tree(tmp_path / "out").values()) == {b"#lines\nage=7\n"}
    with pytest.raises(UsageError, match="number of workers is from 1 to 32, not 99"):
        deidentify(tmp_path / "in", tmp_path / "none", profile=profile, workers=99)


def test_a_run_left_early_leaves_no_process(tmp_path: Path, registry: Registry) -> None:
    run = Run(parse_profile("unmatched: copy\nlines:\n", registry))
    (tmp_path / "in").mkdir()
    for number in range(90):
        (tmp_path / f"in/{number:02}.bin").write_bytes(b"x")
    outcomes = run.execute([tmp_path / "in"], tmp_path / "out", workers=2)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert sorted(tree(tmp_path / "out")) == ["00.bin"]


PROGRAM = """
import sys
from deidentikit.cli import entry
sys.exit(entry())
"""


def start(project: Project, **environment: str) -> subprocess.Popen[str]:
    """The program on its own, in a process group of its own."""
    words = ["run", "--workers", "2", "--profile", project.profile_path, project.source, project.target]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        start_new_session=True,
        text=True,
    )


def wait_for(path: Path) -> None:
    patience = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < patience
        time.sleep(0.02)


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_ends_its_workers_and_leaves_whole_files(project: Project, signal_sent: int) -> None:
    add(project, {f"{number}.lines": "endless" if number == 2 else "jane" for number in range(6)})
    process = start(project)
    wait_for(project.target / "1.lines")
    process.send_signal(signal_sent)
    _, said = process.communicate(timeout=60)  # ends when no worker holds standard error any more
    assert tree(project.target) == {f"{number}.lines": b"#lines\nname=JANE\n" for number in (0, 1)}
    assert (process.returncode, "interrupted" in said) == (
        (int(ExitCode.INTERRUPTED), True) if signal_sent == signal.SIGINT else (-signal_sent, False)
    )


def test_an_interrupt_reaches_programs_that_plugins_start(project: Project) -> None:
    add(project, {"a.lines": "program", "b.lines": "jane"})
    started = project.folder / "started"
    process = start(project, STARTED=str(started))
    wait_for(started)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)  # ends when no program holds standard error any more
    assert process.returncode == ExitCode.INTERRUPTED
    assert "interrupted" in said
