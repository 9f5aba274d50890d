"""Every file of every source is found, in one order, and what is no file is said to be none."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from deidentikit.errors import UsageError
from deidentikit.inputs import Input, check_folders, find_inputs


def found(*sources: Path) -> list[tuple[str, str | None]]:
    return [(each.path, each.trouble) for each in find_inputs(sources)]


def make(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def test_folders_are_walked_in_sorted_order(tmp_path: Path) -> None:
    make(tmp_path, "b", "a/2", "a/10", "a/1/z", "B", ".hidden", "c/.deep/file", "ä")
    (tmp_path / "empty").mkdir()
    assert [path for path, _ in found(tmp_path)] == [
        ".hidden",
        "B",
        "a/1/z",
        "a/10",
        "a/2",
        "b",
        "c/.deep/file",
        "ä",
    ]


def test_files_and_folders_one_after_another(tmp_path: Path) -> None:
    make(tmp_path, "one/x", "two/x", "two/y")
    assert found(tmp_path / "two/y", tmp_path / "two", tmp_path / "one") == [
        ("y", None),
        ("x", None),
        ("y", None),
        ("x", None),
    ]


def test_links_are_found_and_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "in/file", "elsewhere/secret")
    (tmp_path / "in/to-file").symlink_to(tmp_path / "in/file")
    (tmp_path / "in/to-folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in/to-nothing").symlink_to("nowhere")
    (tmp_path / "in/to-itself").symlink_to(tmp_path / "in")
    assert found(tmp_path / "in") == [
        ("file", None),
        ("to-file", "link"),
        ("to-folder", "link"),
        ("to-itself", "link"),
        ("to-nothing", "link"),
    ]


def test_link_as_a_source(tmp_path: Path) -> None:
    make(tmp_path, "in/file")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    assert found(tmp_path / "link") == [("link", "link")]


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / "socket"))
        assert found(tmp_path) == [("fifo", "not-a-file"), ("socket", "not-a-file")]


def test_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a/file", "locked/file", "z")
    real = os.listdir

    def listdir(path: str) -> list[str]:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)
    assert found(tmp_path) == [("a/file", None), ("locked", "unreadable"), ("z", None)]
    assert found(tmp_path / "locked") == [("locked", "unreadable")]


def test_file_that_vanishes_while_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a", "b")
    real = os.lstat

    def lstat(path: str | Path) -> os.stat_result:
        if os.fspath(path).endswith("a"):
            raise FileNotFoundError(2, "No such file or directory")
        return real(path)

    monkeypatch.setattr(os, "lstat", lstat)
    assert found(tmp_path) == [("a", "unreadable"), ("b", None)]


def test_folders_nested_deeper_than_calls(tmp_path: Path, shallow_stack: int) -> None:
    folder = os.fspath(tmp_path)
    for _ in range(shallow_stack):
        folder += "/d"
        os.mkdir(folder)
    Path(folder, "file").write_bytes(b"x")
    ((path, trouble),) = found(tmp_path)
    assert path == "d/" * shallow_stack + "file"
    assert trouble is None


def test_names_that_are_no_text(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff\xfe name\n", "wb"):
        pass
    ((path, trouble),) = found(tmp_path)
    assert os.fsencode(path) == b"\xff\xfe name\n"
    assert trouble is None


def test_absent_source(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        found(tmp_path / "nothing")


def test_parent_is_the_folder_part() -> None:
    assert Input(Path("x"), "a/b/c").parent == "a/b"
    assert Input(Path("x"), "c").parent == ""


@pytest.mark.parametrize("target", ["in", "in/out", "in/a/../deeper/out"])
def test_target_in_a_source(tmp_path: Path, target: str) -> None:
    make(tmp_path, "in/a/x")
    with pytest.raises(UsageError, match="lies in the source"):
        check_folders([tmp_path / "in"], tmp_path / target)


def test_target_in_a_source_by_way_of_a_link(tmp_path: Path) -> None:
    make(tmp_path, "in/a/x")
    (tmp_path / "link").symlink_to(tmp_path / "in/a")
    with pytest.raises(UsageError, match="lies in the source"):
        check_folders([tmp_path / "in"], tmp_path / "link" / "out")


def test_target_that_is_a_file(tmp_path: Path) -> None:
    make(tmp_path, "in/x", "file")
    with pytest.raises(UsageError, match="is a file"):
        check_folders([tmp_path / "in"], tmp_path / "file")


@pytest.mark.parametrize("report", ["in", "in/report", "out", "out/report"])
def test_report_in_source_or_target(tmp_path: Path, report: str) -> None:
    make(tmp_path, "in/x")
    with pytest.raises(UsageError, match="the report folder"):
        check_folders([tmp_path / "in"], tmp_path / "out", tmp_path / report)


def test_folders_that_go_together(tmp_path: Path) -> None:
    make(tmp_path, "in/x", "inner/y", "out/in/z")
    check_folders([tmp_path / "in", tmp_path / "inner/y"], tmp_path / "out", tmp_path / "report")
    check_folders([tmp_path / "out/in"], tmp_path / "out", tmp_path / "report")
