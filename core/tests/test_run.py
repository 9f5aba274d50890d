"""A run accounts for every input, and writes nothing that is not whole."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deidentikit.context import Keys
from deidentikit.errors import ExitCode, UsageError
from deidentikit.plan import load_profile, parse_profile
from deidentikit.registry import Registry
from deidentikit.report import Outcome, Report
from deidentikit.run import Run, deidentify
from deidentikit.splice import FileSink
from deidentikit.testing.lines import LinesDocument, LinesFile

KEY = "0123456789abcdef0123456789abcdef"
TAKE_NAME = "lines:\n  fields:\n    - name: name\n      take: yes\n"
GOOD = "#lines\nname=Jane Doe\nother=kept\n"

Deidentify = Callable[..., Report]


def statuses(report: Report) -> dict[str, str]:
    return {outcome.path: outcome.reason or outcome.status for outcome in report.outcomes}


def entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_every_input_has_one_outcome(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("secret")
    report = deidentify_lines(
        TAKE_NAME,
        {"a.lines": GOOD, "b.lines": "no lines", "c.txt": "text", "sub/d": GOOD, "e.lines": "#lines\nname=cut off"},
    )
    assert statuses(report) == {
        "a.lines": "done",
        "b.lines": "unparsed-region",
        "c.txt": "unmatched",
        "e.lines": "unparsed-region",
        "sub/d": "done",
    }
    totals = report.totals
    assert (totals.found, totals.done, totals.copied, totals.refused) == (5, 2, 0, 3)
    assert report.exit_code == ExitCode.REFUSED
    assert entries(tmp_path / "out") == ["a.lines", "sub/d"]
    assert (tmp_path / "out/sub/d").read_text() == "#lines\nother=kept\n"
    assert {outcome.path for outcome in report.refused} == {"b.lines", "c.txt", "e.lines"}


def test_all_done(deidentify_lines: Deidentify) -> None:
    report = deidentify_lines(TAKE_NAME, {"a.lines": GOOD})
    assert report.exit_code == ExitCode.DONE


def test_no_inputs(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    report = deidentify_lines(TAKE_NAME, {})
    assert report.totals.found == 0
    assert report.exit_code == ExitCode.DONE
    assert entries(tmp_path / "out") == []


def test_files_that_no_section_claims_are_copied_where_the_profile_says_so(
    deidentify_lines: Deidentify, tmp_path: Path
) -> None:
    report = deidentify_lines("unmatched: copy\n" + TAKE_NAME, {"a/c.txt": b"\xff\0", "b.lines": GOOD, "empty": ""})
    assert statuses(report) == {"a/c.txt": "copied", "b.lines": "done", "empty": "copied"}
    assert (tmp_path / "out/a/c.txt").read_bytes() == b"\xff\0"
    assert report.exit_code == ExitCode.DONE
    assert report.totals.copied == 2


def test_links_and_other_entries_are_accounted_for(tmp_path: Path, registry: Registry) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.lines").write_text(GOOD)
    (source / "link.lines").symlink_to("a.lines")
    os.mkfifo(source / "fifo")
    report = deidentify(source, tmp_path / "out", profile=parse_profile(TAKE_NAME, registry))
    assert statuses(report) == {"a.lines": "done", "fifo": "not-a-file", "link.lines": "link"}


def test_input_that_cannot_be_opened(
    deidentify_lines: Deidentify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def locked(path: Any, *arguments: Any, **options: Any) -> int:
        if os.fspath(path).endswith("locked.lines"):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", locked)
    report = deidentify_lines(TAKE_NAME, {"locked.lines": GOOD, "z.lines": GOOD})
    assert statuses(report) == {"locked.lines": "unreadable", "z.lines": "done"}


def test_same_output_name_from_two_sources(tmp_path: Path, registry: Registry) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.lines").write_text(f"#lines\nother={folder}\n")
    report = deidentify(
        [tmp_path / "one", tmp_path / "two"], tmp_path / "out", profile=parse_profile(TAKE_NAME, registry)
    )
    assert [outcome.reason for outcome in report.outcomes] == [None, "name-taken"]
    assert (tmp_path / "out/a.lines").read_text() == "#lines\nother=one\n"


def test_source_that_is_a_file_goes_straight_into_the_target(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "deep/er/a.lines"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD)
    deidentify(path, tmp_path / "out", profile=parse_profile(TAKE_NAME, registry))
    assert entries(tmp_path / "out") == ["a.lines"]


def test_existing_output_is_a_usage_error_before_anything_is_written(
    deidentify_lines: Deidentify, tmp_path: Path
) -> None:
    profile = TAKE_NAME + "  filenames:\n    - output: x{other}.lines\n"
    (tmp_path / "out").mkdir()
    (tmp_path / "out/xlast.lines").write_text("old")
    inputs = {"a.lines": GOOD, "b.lines": "#lines\nother=last\n"}
    with pytest.raises(UsageError, match="--overwrite"):
        deidentify_lines(profile, inputs, report=tmp_path / "report")
    assert entries(tmp_path / "out") == ["xlast.lines"]
    assert not (tmp_path / "report").exists()
    deidentify_lines(profile, inputs, overwrite=True)
    assert entries(tmp_path / "out") == ["xkept.lines", "xlast.lines"]
    assert (tmp_path / "out/xlast.lines").read_text() == "#lines\nother=last\n"


def test_overwriting_deletes_nothing_else(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    deidentify_lines(TAKE_NAME, {"a.lines": GOOD, "b.lines": GOOD})
    (tmp_path / "out/other").write_text("stays")
    deidentify_lines(TAKE_NAME, {"b.lines": "#lines\nother=new\n"}, overwrite=True)
    assert entries(tmp_path / "out") == ["a.lines", "b.lines", "other"]
    assert (tmp_path / "out/b.lines").read_text() == "#lines\nother=new\n"


@pytest.mark.parametrize("overwrite", [True, False])
def test_source_within_the_target_is_never_replaced(tmp_path: Path, registry: Registry, overwrite: bool) -> None:
    target = tmp_path / "out"
    target.mkdir()
    source = target / "a.lines"
    source.write_text(GOOD)
    profile = parse_profile(TAKE_NAME, registry)
    if overwrite:
        report = deidentify(source, target, profile=profile, overwrite=True)
        assert statuses(report) == {"a.lines": "over-source"}
    else:
        with pytest.raises(UsageError):
            deidentify(source, target, profile=profile)
    assert source.read_text() == GOOD


@pytest.mark.parametrize("target", ["in", "in/out"])
def test_target_in_a_source(deidentify_lines: Deidentify, tmp_path: Path, registry: Registry, target: str) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError, match="lies in the source"):
        deidentify(tmp_path / "in", tmp_path / target, profile=parse_profile(TAKE_NAME, registry))
    assert entries(tmp_path) == []


def test_defect_costs_one_file_and_shows_no_value(tmp_path: Path, registry: Registry) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.lines").write_text("#lines\nname=Planted-Xq7\n")
    (source / "b.lines").write_text("#lines\nother=x\n")
    traces: list[str] = []
    profile = parse_profile("lines:\n  fields:\n    - name: name\n      trip: yes\n", registry)
    run = Run(profile, registry, on_defect=traces.append)
    outcomes = list(run.execute([source], tmp_path / "out"))
    assert [(outcome.path, outcome.reason) for outcome in outcomes] == [("a.lines", "defect"), ("b.lines", None)]
    (trace,) = traces
    assert "RuntimeError" in trace
    assert "ValueError" in trace
    assert "conftest.py" in trace
    assert "Planted" not in trace + repr(outcomes)
    assert entries(tmp_path / "out") == ["b.lines"]


def test_plugin_that_would_end_the_program_costs_one_file(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").write_text("old")
    inputs = {"a.lines": "#lines\nname=leave Planted-Xq7\n", "b.lines": "#lines\nother=x\n"}
    report = deidentify_lines("lines:\n  fields:\n    - name: name\n      trip: yes\n", inputs)
    assert statuses(report) == {"a.lines": "defect", "b.lines": "done"}
    assert "Planted" not in repr(report)


def test_defect_sets_the_exit_code(deidentify_lines: Deidentify) -> None:
    report = deidentify_lines("lines:\n  fields:\n    - name: name\n      trip: yes\n", {"a.lines": GOOD, "b.txt": ""})
    assert report.exit_code == ExitCode.DEFECT
    assert report.totals.refused == 2


def test_defect_where_names_are_worked_out_beforehand(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").write_text("old")
    report = deidentify_lines("lines:\n  fields:\n    - name: name\n      trip: yes\n", {"a.lines": GOOD})
    assert statuses(report) == {"a.lines": "defect"}


def test_interrupt_leaves_whole_files_alone(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    profile = "lines:\n  fields:\n    - name: stop\n      interrupt: yes\n"
    with pytest.raises(KeyboardInterrupt):
        deidentify_lines(profile, {"a.lines": GOOD, "b.lines": "#lines\nstop=now\n", "c.lines": GOOD})
    assert entries(tmp_path / "out") == ["a.lines"]


def test_input_that_changes_while_it_is_read(
    deidentify_lines: Deidentify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LinesDocument.write

    def write(self: LinesDocument, sink: Any) -> None:
        real(self, sink)
        with (tmp_path / "in/a.lines").open("a") as stream:
            stream.write("more=lines\n")

    monkeypatch.setattr(LinesDocument, "write", write)
    report = deidentify_lines(TAKE_NAME, {"a.lines": GOOD})
    assert statuses(report) == {"a.lines": "source-changed"}
    assert entries(tmp_path / "out") == []


def test_input_that_is_cut_while_it_is_copied(
    deidentify_lines: Deidentify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LinesDocument.write

    def write(self: LinesDocument, sink: Any) -> None:
        os.truncate(tmp_path / "in/a.lines", 3)
        real(self, sink)

    monkeypatch.setattr(LinesDocument, "write", write)
    report = deidentify_lines(TAKE_NAME, {"a.lines": GOOD})
    assert statuses(report) == {"a.lines": "source-changed"}
    assert entries(tmp_path / "out") == []


def test_copy_that_is_cut_while_it_is_made(
    deidentify_lines: Deidentify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = FileSink.copy

    def copy(self: FileSink, *arguments: Any) -> None:
        os.truncate(tmp_path / "in/c.txt", 3)
        real(self, *arguments)

    monkeypatch.setattr(FileSink, "copy", copy)
    report = deidentify_lines("unmatched: copy\n" + TAKE_NAME, {"c.txt": b"a text"})
    assert statuses(report) == {"c.txt": "source-changed"}
    assert entries(tmp_path / "out") == []


def test_full_disk_refuses_the_file(
    deidentify_lines: Deidentify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(self: LinesDocument, sink: Any) -> None:
        raise OSError(28, "No space left on device", "/secret/path")

    monkeypatch.setattr(LinesDocument, "write", write)
    report = deidentify_lines(TAKE_NAME, {"a.lines": GOOD})
    assert statuses(report) == {"a.lines": "input-output"}
    assert report.outcomes[0].message == "reading or writing failed: No space left on device"


def test_output_that_is_not_what_was_meant_is_not_published(
    deidentify_lines: Deidentify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LinesDocument, "write", lambda self, sink: sink.write(GOOD.encode()))
    report = deidentify_lines(TAKE_NAME, {"a.lines": GOOD})
    assert statuses(report) == {"a.lines": "verify"}
    assert entries(tmp_path / "out") == []


def test_file_filters_come_before_suffixes_and_those_before_signatures(registry: Registry, tmp_path: Path) -> None:
    profile = parse_profile(
        TAKE_NAME.replace("\n", "\n  file-filter: '*.special'\n  enforce-file-filter: yes\n", 1),
        registry,
    )
    (tmp_path / "in").mkdir()
    for name in ("a.special", "b.lines"):
        (tmp_path / "in" / name).write_text(GOOD)
    report = deidentify(tmp_path / "in", tmp_path / "out", profile=profile)
    assert statuses(report) == {"a.special": "done", "b.lines": "unmatched"}


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text("ascii").splitlines()]


def test_journal(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    inputs = {"a.lines": "#lines\nname=Jane Doe\nalso=Jane Doe\n", "Jane Doe/b.txt": ""}
    report = deidentify_lines(TAKE_NAME, inputs, report=tmp_path / "report", key_file=tmp_path / "key")
    keys = Keys(KEY.encode())
    run, refused, done, end = records(tmp_path / "report")
    assert run["record"] == "run"
    assert run["schema"] == 1
    assert run["profile_sha256"] == hashlib.sha256(TAKE_NAME.encode()).hexdigest()
    assert run["key_id"] == keys.key_id
    assert {plugin["name"] for plugin in run["plugins"]} >= {"lines", "take"}
    assert all({"name", "kind", "distribution", "version"} == set(plugin) for plugin in run["plugins"])
    assert set(run) == {"record", "schema", "deidentikit", "date", "profile_sha256", "key_id", "plugins"}
    output = (tmp_path / "out/a.lines").read_bytes()
    assert done == {
        "record": "input",
        "id": keys.path_id("a.lines"),
        "type": "lines",
        "outcome": "done",
        "reason": None,
        "rules": [{"line": 3, "action": "take", "count": 1}],
        "effects": {},
        "dropped": [],
        "fallbacks": 0,
        "residual": 1,
        "bytes_in": 35,
        "bytes_out": len(output),
        "sha256": hashlib.sha256(output).hexdigest(),
    }
    assert (refused["id"], refused["outcome"], refused["reason"]) == (
        keys.path_id("Jane Doe/b.txt"),
        "refused",
        "unmatched",
    )
    assert set(refused) == set(done)
    assert end == {"record": "end", "found": 2, "done": 1, "copied": 0, "refused": 1}
    text = (tmp_path / "report/journal.jsonl").read_text()
    assert "Jane" not in text
    assert "a.lines" not in text
    assert KEY not in text
    assert report.totals.found == 2


def test_journal_that_cannot_be_made(
    deidentify_lines: Deidentify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*arguments: Any, **options: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", locked)
    with pytest.raises(UsageError, match="cannot be written: Permission denied"):
        deidentify_lines(TAKE_NAME, {"a.lines": GOOD}, report=tmp_path / "report")
    monkeypatch.undo()
    assert entries(tmp_path / "out") == []


def test_profile_under_another_registry(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.lines").write_text(GOOD)
    profile = parse_profile(TAKE_NAME, registry)
    other = Registry.of(*registry.actions.values(), LinesFile)
    report = deidentify(tmp_path / "in", tmp_path / "out", profile=profile, registry=other)
    assert statuses(report) == {"a.lines": "done"}
    assert (tmp_path / "out/a.lines").read_text() == "#lines\nother=kept\n"


def test_journal_with_paths(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    deidentify_lines(TAKE_NAME, {"s/a.lines": GOOD}, report=tmp_path / "report", report_paths=True)
    _, done, _ = records(tmp_path / "report")
    assert (done["path"], done["output"]) == ("s/a.lines", "s/a.lines")


def test_journal_of_a_run_that_was_cut_short_has_no_end(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    profile = "lines:\n  fields:\n    - name: stop\n      interrupt: yes\n"
    with pytest.raises(KeyboardInterrupt):
        deidentify_lines(profile, {"a.lines": GOOD, "b.lines": "#lines\nstop=now\n"}, report=tmp_path / "report")
    assert [record["record"] for record in records(tmp_path / "report")] == ["run", "input"]


def test_journal_is_not_replaced_unasked(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    deidentify_lines(TAKE_NAME, {"a.lines": GOOD}, report=tmp_path / "report")
    before = (tmp_path / "report/journal.jsonl").read_bytes()
    with pytest.raises(UsageError, match="journal"):
        deidentify_lines(TAKE_NAME, {"b.lines": GOOD}, report=tmp_path / "report")
    assert (tmp_path / "report/journal.jsonl").read_bytes() == before
    assert entries(tmp_path / "out") == ["a.lines"]
    deidentify_lines(TAKE_NAME, {"b.lines": GOOD}, report=tmp_path / "report", overwrite=True)
    assert records(tmp_path / "report")[-1]["found"] == 1


def test_ids_differ_from_run_to_run_without_a_key(deidentify_lines: Deidentify, tmp_path: Path) -> None:
    ids = set()
    for number in range(2):
        folder = tmp_path / f"report{number}"
        deidentify_lines(TAKE_NAME, {"a.lines": GOOD}, report=folder, overwrite=True)
        ids.add(records(folder)[1]["id"])
    assert len(ids) == 2


def test_observers_hear_of_every_input(
    deidentify_lines: Deidentify, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Outcome] = []
    monkeypatch.setattr(registry, "observe", heard.append)
    report = deidentify_lines(TAKE_NAME, {"a.lines": GOOD, "b.txt": ""})
    assert tuple(heard) == report.outcomes


def test_plan_says_what_a_run_does_and_writes_nothing(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / "in").mkdir()
    for name, text in {"a.lines": GOOD, "b.lines": "bad", "c.txt": ""}.items():
        (tmp_path / "in" / name).write_text(text)
    before = entries(tmp_path)
    profile = parse_profile(TAKE_NAME, registry)
    planned = list(Run(profile, registry).plan([tmp_path / "in"]))
    assert entries(tmp_path) == before
    done = list(Run(profile, registry).execute([tmp_path / "in"], tmp_path / "out"))
    assert planned == done


def test_profile_from_a_file(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / "profile.yml").write_text(TAKE_NAME)
    profile = load_profile(tmp_path / "profile.yml", registry)
    assert profile.sha256 == hashlib.sha256(TAKE_NAME.encode()).hexdigest()
    (tmp_path / "in.lines").write_text(GOOD)
    report = deidentify(tmp_path / "in.lines", tmp_path / "out", profile=tmp_path / "profile.yml", registry=registry)
    assert report.exit_code == ExitCode.DONE


KILLED = """
import os, runpy, signal, sys
from pathlib import Path
import deidentikit.target
from deidentikit.plan import parse_profile
from deidentikit.run import deidentify
from deidentikit.testing.lines import LinesDocument

conftest, folder, unnamed = sys.argv[1:]
make_registry = runpy.run_path(conftest)["make_registry"]
if unnamed == "no":
    deidentikit.target._has_unnamed_files = lambda folder: False
real = LinesDocument.write

def write(self, sink):
    if b"die" in self._source.pread(100, 0):
        sink.write(b"#lines\\nhalf")
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, sink)

LinesDocument.write = write
profile = parse_profile("lines:\\n  fields:\\n    - name: name\\n      take: yes\\n", make_registry())
deidentify(Path(folder, "in"), Path(folder, "out"), profile=profile, report=Path(folder, "report"))
"""


@pytest.mark.parametrize("unnamed", ["yes", "no"])
def test_killed_run_leaves_only_whole_files(tmp_path: Path, registry: Registry, unnamed: str) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name, text in {"a.lines": GOOD, "b.lines": "#lines\nname=die\n", "c.lines": GOOD}.items():
        (source / name).write_text(text)
    conftest = Path(__file__).with_name("conftest.py")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(conftest), str(tmp_path), unnamed], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    whole = [name for name in entries(tmp_path / "out") if not name.startswith(".")]
    assert whole == ["a.lines"]
    assert (tmp_path / "out/a.lines").read_text() == "#lines\nother=kept\n"
    assert [record["record"] for record in records(tmp_path / "report")] == ["run", "input"]
    profile = parse_profile(TAKE_NAME, registry)
    report = deidentify(source, tmp_path / "out", profile=profile, overwrite=True)
    assert report.exit_code == ExitCode.DONE
    assert entries(tmp_path / "out") == ["a.lines", "b.lines", "c.lines"]
