"""Outputs appear whole under names that nothing else has, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from deidentikit import target as target_module
from deidentikit.errors import FileError, UsageError
from deidentikit.target import PART, DryOutput, Target


@pytest.fixture(params=["unnamed files", "passing names"])
def make_target(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Target]:
    """Targets on a system that has unnamed files, and on one that has not."""
    if request.param == "passing names":
        monkeypatch.setattr(target_module, "_has_unnamed_files", lambda folder: False)
    elif not target_module._has_unnamed_files(tmp_path):
        pytest.skip("this file system has no unnamed files")

    def make(**options: object) -> Target:
        return Target(tmp_path / "out", **options)  # type: ignore[arg-type]

    return make


def put(target: Target, parent: str, name: str, data: bytes = b"data") -> str:
    with target.output() as output:
        relative = output.claim(f"{parent}/{name}" if parent else name)
        os.write(output.stage(), data)
        output.publish()
    return relative


def interrupted(target: Target) -> None:
    with target.output() as output:
        output.claim("a")
        os.write(output.stage(), b"half")
        raise KeyboardInterrupt


def entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def refused(reason: str) -> pytest.RaisesExc[FileError]:
    return pytest.raises(FileError, check=lambda error: error.reason == reason)


def test_output_appears_with_its_content(make_target: Callable[..., Target], tmp_path: Path) -> None:
    target = make_target()
    assert put(target, "", "a", b"one") == "a"
    assert put(target, "deep/er", "b", b"two") == "deep/er/b"
    assert entries(tmp_path / "out") == ["a", "deep/er/b"]
    assert (tmp_path / "out/deep/er/b").read_bytes() == b"two"


def test_nothing_is_seen_before_it_is_published(make_target: Callable[..., Target], tmp_path: Path) -> None:
    with make_target().output() as output:
        output.claim("a")
        os.write(output.stage(), b"half")
        assert [name for name in entries(tmp_path / "out") if not name.startswith(PART)] == []
    assert entries(tmp_path) == []


def test_failure_leaves_nothing_and_frees_the_name(make_target: Callable[..., Target], tmp_path: Path) -> None:
    target = make_target()
    with pytest.raises(KeyboardInterrupt):
        interrupted(target)
    assert entries(tmp_path) == []
    put(target, "", "a")
    assert entries(tmp_path / "out") == ["a"]


def test_output_has_the_permissions_of_any_new_file(make_target: Callable[..., Target], tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        put(make_target(), "", "a")
    finally:
        os.umask(old)
    assert (tmp_path / "out/a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("overwrite", [False, True])
def test_no_output_takes_the_name_of_another(
    make_target: Callable[..., Target], tmp_path: Path, overwrite: bool
) -> None:
    target = make_target(overwrite=overwrite)
    put(target, "", "a", b"first")
    with refused("name-taken"):
        put(target, "", "a", b"second")
    assert (tmp_path / "out/a").read_bytes() == b"first"


@pytest.mark.parametrize("overwrite", [False, True])
def test_names_that_the_file_system_takes_for_one(
    make_target: Callable[..., Target], tmp_path: Path, overwrite: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target(overwrite=overwrite)
    put(target, "", "name", b"first")
    os.link(tmp_path / "out/name", tmp_path / "out/NAME")  # what a system without case would show
    with refused("name-taken"):
        put(target, "", "NAME", b"second")
    assert (tmp_path / "out/name").read_bytes() == b"first"


def test_existing_file_stays_without_overwrite(make_target: Callable[..., Target], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a").write_bytes(b"old")
    with refused("exists"):
        put(make_target(), "", "a")
    assert (tmp_path / "out/a").read_bytes() == b"old"
    put(make_target(overwrite=True), "", "a", b"new")
    assert (tmp_path / "out/a").read_bytes() == b"new"
    assert entries(tmp_path / "out") == ["a"]


def test_file_that_appears_meanwhile_stays(make_target: Callable[..., Target], tmp_path: Path) -> None:
    target = make_target()
    with refused("exists"), target.output() as output:
        output.claim("a")
        os.write(output.stage(), b"ours")
        (tmp_path / "out/a").write_bytes(b"theirs")
        output.publish()
    assert (tmp_path / "out/a").read_bytes() == b"theirs"
    assert entries(tmp_path / "out") == ["a"]


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("elsewhere")])
def test_what_is_no_file_is_never_replaced(
    make_target: Callable[..., Target], tmp_path: Path, make: Callable[[Path], None]
) -> None:
    target = make_target(overwrite=True)
    make(tmp_path / "out/a")
    with refused("exists"):
        put(target, "", "a")


@pytest.mark.parametrize("overwrite", [False, True])
def test_input_is_never_replaced(make_target: Callable[..., Target], tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "out").mkdir()
    source = tmp_path / "out/a"
    source.write_bytes(b"input")
    found = source.stat()
    target = make_target(overwrite=overwrite, sources={(found.st_dev, found.st_ino)})
    os.link(source, tmp_path / "out/b")
    for name in ("a", "b"):
        with refused("over-source"):
            put(target, "", name)
    assert source.read_bytes() == b"input"


def test_links_in_the_target_lead_nowhere(make_target: Callable[..., Target], tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = make_target()
    (tmp_path / "out/sub").symlink_to(elsewhere)
    with refused("unwritable"):
        put(target, "sub", "a")
    with refused("unwritable"):
        put(target, "sub/deeper", "a")
    assert entries(elsewhere) == []


def test_file_where_a_folder_has_to_be(make_target: Callable[..., Target], tmp_path: Path) -> None:
    target = make_target()
    put(target, "", "a", b"file")
    with refused("unwritable"):
        put(target, "a", "b")
    assert (tmp_path / "out/a").read_bytes() == b"file"


def test_deep_folders(make_target: Callable[..., Target], tmp_path: Path, shallow_stack: int) -> None:
    deep = "/".join("d" * shallow_stack)
    put(make_target(), deep, "a")
    assert (tmp_path / "out" / deep / "a").read_bytes() == b"data"


def test_folder_whose_name_is_too_long(make_target: Callable[..., Target], tmp_path: Path) -> None:
    with refused("unwritable"):
        put(make_target(), "d" * 300, "a")
    assert entries(tmp_path) == []


def test_unfinished_files_of_a_killed_run_are_cleared(make_target: Callable[..., Target], tmp_path: Path) -> None:
    put(make_target(), "sub", "a")
    stale = [tmp_path / "out" / f"{PART}00.part", tmp_path / "out/sub" / f"{PART}11.part"]
    kept = [tmp_path / "out" / f"{PART}notes", tmp_path / "out/other.part"]
    for path in stale + kept:
        path.write_bytes(b"half")
    put(make_target(), "sub", "b")
    assert not [path for path in stale if path.exists()]
    assert [path for path in kept if not path.exists()] == []


def test_output_cannot_have_the_name_of_an_unfinished_file(make_target: Callable[..., Target]) -> None:
    with refused("bad-name"):
        put(make_target(), "sub", f"{PART}00.part")


@pytest.mark.parametrize("overwrite", [False, True])
def test_subfolder_on_another_file_system(
    make_target: Callable[..., Target], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    """A mount point within the target: names cannot be moved there, so the bytes are."""
    target = make_target(overwrite=overwrite)
    real = {"link": os.link, "replace": os.replace}

    def across(kind: str) -> Callable[..., None]:
        def call(source: str | Path, path: Path, **options: bool) -> None:
            here = tmp_path / "out" if str(source).startswith("/proc/") else Path(source).parent
            if here != Path(path).parent:
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
            real[kind](source, path, **options)

        return call

    for kind in real:
        monkeypatch.setattr(os, kind, across(kind))
    put(target, "mounted", "a", b"x" * 3_000_000)
    assert entries(tmp_path / "out") == ["mounted/a"]
    assert (tmp_path / "out/mounted/a").read_bytes() == b"x" * 3_000_000


def test_failure_on_the_way_to_another_file_system_leaves_nothing(
    make_target: Callable[..., Target], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target()
    for kind in ("link", "rename"):

        def apart(*arguments: object, **options: object) -> None:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

        monkeypatch.setattr(os, kind, apart)
    with refused("unwritable"), target.output() as output:
        output.claim("mounted/a")
        os.write(output.stage(), b"Jane Doe")

        def full(*arguments: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "write", full)
        output.publish()
    assert entries(tmp_path) == []


@pytest.mark.parametrize("system", ["knows no unnamed files", "cannot make one here"])
def test_system_without_unnamed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    real = os.open

    def no_unnamed(path: object, flags: int, *arguments: object, **options: object) -> int:
        if not os.fspath(path).endswith(".part"):  # type: ignore[call-overload]
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        return real(path, flags, *arguments, **options)  # type: ignore[arg-type]

    if system == "knows no unnamed files":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    else:
        monkeypatch.setattr(os, "open", no_unnamed)
    target = Target(tmp_path / "out")
    with target.output() as output:
        output.claim("a")
        os.write(output.stage(), b"data")
        assert [name.startswith(PART) for name in entries(tmp_path / "out")] == [True]
        output.publish()
    assert entries(tmp_path / "out") == ["a"]


def test_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*arguments: object, **options: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_link)
    target = Target(tmp_path / "out")
    put(target, "sub", "a")
    assert entries(tmp_path / "out") == ["sub/a"]
    with refused("exists"), target.output() as output:
        output.claim("b")
        output.stage()
        (tmp_path / "out/b").write_bytes(b"theirs")
        output.publish()
    assert (tmp_path / "out/b").read_bytes() == b"theirs"
    assert entries(tmp_path / "out") == ["b", "sub/a"]


def test_unwritable_target(make_target: Callable[..., Target], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = make_target()

    def full(*arguments: object, **options: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "open", full)
    with refused("unwritable"):
        put(target, "", "a")


def test_target_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be made"):
        Target(tmp_path / "file" / "out")


def test_target_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*arguments: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "scandir", locked)
    with pytest.raises(UsageError, match="cannot be used"):
        Target(tmp_path / "out")


@pytest.fixture
def claimed() -> set[str]:
    return set()


def test_dry_output_names_as_a_run_would(claimed: set[str]) -> None:
    with DryOutput(claimed) as output:
        assert output.claim("sub/a") == "sub/a"
        assert os.write(output.stage(), b"data") == 4
        output.publish()
    with refused("name-taken"), DryOutput(claimed) as output:
        output.claim("sub/a")
    assert claimed == {"sub/a"}
    with refused("bad-name"), DryOutput(claimed) as output:
        output.claim(f"sub/{PART}00.part")


def test_refused_dry_output_frees_its_name(claimed: set[str]) -> None:
    with refused("verify"), DryOutput(claimed) as output:
        output.claim("a")
        raise FileError("verify", "no")
    assert claimed == set()
