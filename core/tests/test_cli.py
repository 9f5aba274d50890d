"""Each command, through `deidentikit.cli.main` and as a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from deidentikit.errors import ExitCode
from deidentikit.registry import Registry
from deidentikit.testing import Project

PROFILE = "lines:\n  fields:\n    - name: name\n      take: yes\n"
GOOD = "#lines\nname=Jane Doe\nother=kept\n"

pytestmark = pytest.mark.usefixtures("lines_installed")


@pytest.fixture
def project(deid_project: Project) -> Project:
    deid_project.profile(PROFILE)
    return deid_project


def json_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_run(project: Project) -> None:
    project.add("a.lines", GOOD)
    result = project.run().assert_ok().assert_outputs("a.lines")
    assert result.output("a.lines") == b"#lines\nother=kept\n"
    assert result.stdout == "found 1, done 1, copied 0, refused 0\n"
    assert result.stderr == ""


def test_refusal_is_told_with_its_reason(project: Project) -> None:
    project.add("a.lines", GOOD)
    project.add("sub/b.lines", "#lines\nJane Doe\n")
    result = project.run().assert_refused("unparsed-region").assert_outputs("a.lines").assert_silent_about("Jane")
    assert result.stderr.startswith("refused: sub/b.lines: line 2 ")
    assert result.stdout == "found 2, done 1, copied 0, refused 1\n"


def test_run_as_json_shows_ids_for_paths(project: Project) -> None:
    project.add("Jane/a.lines", GOOD)
    project.add("Jane/b.txt", "")
    result = project.run("--json", "--key-file", project.key())
    assert result.exit_code == ExitCode.REFUSED
    done, refused, end = json_lines(result.stdout)
    assert (done["outcome"], refused["reason"]) == ("done", "unmatched")
    assert end == {"record": "end", "found": 2, "done": 1, "copied": 0, "refused": 1}
    result.assert_silent_about("Jane", "a.lines", "b.txt")


def test_run_with_a_report(project: Project) -> None:
    project.add("a.lines", GOOD)
    project.run("--report", project.report).assert_ok()
    text = (project.report / "journal.jsonl").read_text()
    assert [record["record"] for record in json_lines(text)] == ["run", "input", "end"]
    assert "a.lines" not in text
    project.run("--report", project.report, "--report-paths", "--overwrite").assert_ok()
    assert json_lines((project.report / "journal.jsonl").read_text())[1]["path"] == "a.lines"


def test_run_that_would_overwrite(project: Project) -> None:
    project.add("a.lines", GOOD)
    project.run().assert_ok()
    again = project.run("--report", project.report)
    assert again.exit_code == ExitCode.USAGE
    assert "--overwrite" in again.stderr
    assert not project.report.exists()
    project.run("--overwrite").assert_ok()


def test_names_that_are_no_text_or_hold_controls(project: Project) -> None:
    for name in (b"\xff\xfe.lines", b"a\nb\x1b[31m.lines", "ä.lines".encode()):
        (project.source / os.fsdecode(name)).write_text("#lines\nbroken")
        (project.source / os.fsdecode(b"ok" + name)).write_text(GOOD)
    result = project.run().assert_refused("unparsed-region", 3)
    assert os.fsencode(project.target / os.fsdecode(b"ok\xff\xfe.lines")) in [
        os.fsencode(path) for path in project.target.iterdir()
    ]
    assert "\x1b" not in result.said
    assert len(result.stderr.splitlines()) == 3
    assert "a\\nb\\x1b[31m.lines" in result.stderr
    assert "\\udcff\\udcfe.lines" in result.stderr
    planned = project.command("plan", "--profile", project.profile_path, project.source)
    assert planned.exit_code == ExitCode.REFUSED
    assert "\x1b" not in planned.said
    project.run("--overwrite", "--json", "--report", project.report, "--report-paths")
    paths = [record.get("path") for record in json_lines((project.report / "journal.jsonl").read_text())]
    assert os.fsdecode(b"\xff\xfe.lines") in paths


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_journal_on_a_full_disk(project: Project) -> None:
    project.add("a.lines", GOOD)
    project.report.mkdir()
    (project.report / "journal.jsonl").symlink_to("/dev/full")
    paths = (project.profile_path, "--report", project.report, "--overwrite", project.source, project.target)
    result = project.command("run", "--profile", *paths)
    assert result.exit_code == ExitCode.USAGE
    assert "the journal cannot be written: No space left on device" in result.stderr


def test_defect(project: Project) -> None:
    project.profile("lines:\n  fields:\n    - name: name\n      trip: yes\n")
    project.add("a.lines", GOOD)
    project.add("b.lines", "#lines\nother=x\n")
    result = project.run().assert_outputs("b.lines").assert_silent_about("Jane", "Doe")
    assert result.exit_code == ExitCode.DEFECT
    assert "RuntimeError" in result.stderr
    assert "refused: a.lines: a defect of deidentikit: RuntimeError (defect)" in result.stderr


def test_defect_outside_any_file(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(cls: type[Registry], without: Sequence[str] = ()) -> Registry:
        raise RuntimeError("Planted-Xq7")

    monkeypatch.setattr(Registry, "from_installed", classmethod(broken))
    result = project.run().assert_silent_about("Planted")
    assert result.exit_code == ExitCode.DEFECT
    assert "RuntimeError" in result.stderr


def test_interrupt(project: Project) -> None:
    project.profile("lines:\n  fields:\n    - name: stop\n      interrupt: yes\n")
    project.add("a.lines", GOOD)
    project.add("b.lines", "#lines\nstop=now\n")
    result = project.run().assert_outputs("a.lines")
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "interrupted" in result.stderr


def test_plan(project: Project) -> None:
    project.add("a.lines", GOOD)
    project.add("b.txt", "")
    result = project.command("plan", "--profile", project.profile_path, project.source)
    assert result.exit_code == ExitCode.REFUSED
    first, second, totals = result.stdout.splitlines()
    assert first == "a.lines: lines: line 3 take x1"
    assert second.startswith("b.txt: would be refused: ")
    assert second.endswith("(unmatched)")
    assert totals == "found 2, done 1, copied 0, refused 1"
    assert result.names == []
    as_json = project.command("plan", "--json", "--profile", project.profile_path, project.source)
    assert [record["outcome"] for record in json_lines(as_json.stdout)[:-1]] == ["done", "refused"]


def test_check(project: Project) -> None:
    result = project.command("check", project.profile_path)
    assert (result.exit_code, result.stderr) == (ExitCode.DONE, "")
    assert result.stdout == f"{project.profile_path}: this profile can be used\n"
    assert project.command("check", "--json", project.profile_path).stdout == "[]\n"


def test_check_of_a_profile_with_problems(project: Project) -> None:
    project.profile("lines:\n  fields:\n    - name: name\n      tak: yes\n    - nam: x\n")
    result = project.command("check", project.profile_path)
    assert result.exit_code == ExitCode.USAGE
    assert "line 4: " in result.stdout
    assert "'take'" in result.stdout
    assert "line 5: " in result.stdout
    problems = json.loads(project.command("check", "--json", project.profile_path).stdout)
    assert {4, 5} <= {problem["line"] for problem in problems}
    assert all(set(problem) == {"line", "where", "message", "warning"} for problem in problems)


def test_run_with_a_profile_with_problems_writes_nothing(project: Project) -> None:
    project.profile("lines:\n  fields:\n    - name: name\n      tak: yes\n")
    project.add("a.lines", GOOD)
    result = project.run("--report", project.report)
    assert result.exit_code == ExitCode.USAGE
    assert "line 4" in result.stderr
    assert not project.target.exists()
    assert not project.report.exists()


def test_fields(project: Project) -> None:
    path = project.add("a.lines", GOOD)
    result = project.command("fields", path).assert_ok().assert_silent_about("Jane", "kept")
    assert result.stdout == "name\ttext\tline 2\nother\ttext\tline 3\n"
    with_values = project.command("fields", "--values", path).assert_ok()
    assert with_values.stdout == "name\ttext\tline 2\tJane Doe\nother\ttext\tline 3\tkept\n"


def test_fields_by_signature_and_by_section(project: Project) -> None:
    path = project.add("unknown", GOOD)
    assert project.command("fields", path).assert_ok().stdout.startswith("name")
    assert project.command("fields", "--section", "lines", path).assert_ok().stdout.startswith("name")
    assert project.command("fields", "--section", "liens", path).exit_code == ExitCode.USAGE


def test_fields_of_what_no_type_knows(project: Project) -> None:
    result = project.command("fields", project.add("b.txt", "Jane Doe")).assert_silent_about("Jane")
    assert result.exit_code == ExitCode.REFUSED
    assert "unmatched" in result.stderr


def test_fields_of_a_broken_file(project: Project) -> None:
    path = project.add("b.lines", "#lines\nJane Doe")
    result = project.command("fields", path).assert_silent_about("Jane")
    assert result.exit_code == ExitCode.REFUSED
    assert result.stderr.startswith(f"deidentikit: {path}: ")
    assert result.stderr.endswith(" (unparsed-region)\n")


def test_fields_of_a_file_that_has_none(project: Project) -> None:
    path = project.add("b.lines", "#lines\n")
    result = project.command("fields", path).assert_ok()
    assert result.stdout == ""
    assert result.stderr == f"{path}: read as lines, it has no field to name\n"


def test_fields_of_what_is_no_file(project: Project) -> None:
    os.mkfifo(project.folder / "fifo")
    for path in (project.source, project.folder / "fifo", project.folder / "nothing"):
        assert project.command("fields", path).exit_code == ExitCode.USAGE


def test_values_with_controls_stay_on_their_line(project: Project) -> None:
    path = project.add("a.lines", b"#lines\nname=a\x1b[31m\tb\n")
    assert project.command("fields", "--values", path).stdout == "name\ttext\tline 2\ta\\x1b[31m\\tb\n"


def test_plugins(project: Project) -> None:
    result = project.command("plugins").assert_ok()
    assert "lines" in result.stdout
    assert "take" in result.stdout
    listed = json.loads(project.command("plugins", "--json").stdout)
    assert {"lines", "take"} <= {plugin["name"] for plugin in listed}
    assert {plugin["kind"] for plugin in listed} == {"action", "file type"}


def test_version_and_help(project: Project) -> None:
    assert project.command("--version").assert_ok().stdout.startswith("deidentikit ")
    assert project.command().exit_code == ExitCode.USAGE
    assert "Exit codes" in project.command("--help").assert_ok().stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "--profile", "p.yml"],
        ["run", "--profile", "p.yml", "only-one"],
        ["run", "--unknown"],
        ["unknown"],
        ["check"],
        ["plan", "--profile"],
        ["fields"],
    ],
)
def test_usage_errors(project: Project, arguments: list[str]) -> None:
    result = project.command(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""
    assert "usage: deidentikit" in result.stderr


def test_files_that_are_absent(project: Project) -> None:
    project.add("a.lines", GOOD)
    nothing = project.folder / "nothing"
    assert project.command("check", nothing).exit_code == ExitCode.USAGE
    assert project.command("run", "--profile", nothing, project.source, project.target).exit_code == ExitCode.USAGE
    absent = project.command("run", "--profile", project.profile_path, nothing, project.target)
    assert absent.exit_code == ExitCode.USAGE
    assert project.run("--key-file", nothing).exit_code == ExitCode.USAGE
    assert not project.target.exists()


def test_key_that_is_too_short(project: Project) -> None:
    project.add("a.lines", GOOD)
    result = project.run("--key-file", project.key("short-Xq7")).assert_silent_about("Xq7")
    assert result.exit_code == ExitCode.USAGE


def test_reader_that_goes_away() -> None:
    conftest = Path(__file__).with_name("conftest.py")
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, conftest, "plugins"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == ExitCode.REFUSED


PROGRAM = """
import runpy, sys
from deidentikit.registry import Registry
registry = runpy.run_path(sys.argv.pop(1))["make_registry"]()
Registry.from_installed = classmethod(lambda cls, without=(): registry)
from deidentikit.cli import entry
entry()
"""


def program(*arguments: str | os.PathLike[str], locale: str = "C") -> subprocess.CompletedProcess[bytes]:
    conftest = Path(__file__).with_name("conftest.py")
    environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-c", PROGRAM, conftest, *arguments]
    return subprocess.run(command, capture_output=True, env=environment, check=False)


def test_every_command_as_a_program(project: Project) -> None:
    path = project.add("ä.lines", GOOD)
    broken = project.source / os.fsdecode(b"\xff.lines")
    broken.write_text("broken")
    commands: list[tuple[int, list[str | os.PathLike[str]]]] = [
        (1, ["run", "--profile", project.profile_path, project.source, project.target]),
        (1, ["plan", "--profile", project.profile_path, project.source]),
        (0, ["check", project.profile_path]),
        (0, ["fields", "--values", path]),
        (0, ["plugins"]),
        (0, ["--version"]),
        (2, ["run"]),
    ]
    for code, arguments in commands:
        done = program(*arguments)
        assert done.returncode == code, (arguments, done.stderr)
        assert b"Traceback" not in done.stderr
    assert (project.target / "ä.lines").read_bytes() == b"#lines\nother=kept\n"
