"""Edited files are the source with patches, and nothing else."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from pathlib import Path

import pytest
from deidentikit.splice import BytesSink, BytesSource, FileSink, FileSource, Patch, Source, splice
from deidentikit.stream import SourceStream
from hypothesis import given, settings
from hypothesis import strategies as st


@st.composite
def edits(draw: st.DrawFn) -> tuple[bytes, list[Patch]]:
    data = draw(st.binary(max_size=200))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return data, [Patch(start, end, draw(st.binary(max_size=8))) for start, end in pairs]


def expected(data: bytes, patches: list[Patch]) -> bytes:
    out = bytearray(data)
    for start, end, new in reversed(patches):
        out[start:end] = new
    return bytes(out)


@settings(max_examples=150, deadline=None)
@given(edits())
def test_patches_replace_and_all_else_is_copied(edit: tuple[bytes, list[Patch]]) -> None:
    data, patches = edit
    sink = BytesSink()
    splice(BytesSource(data), sink, iter(patches))
    assert bytes(sink.data) == expected(data, patches)
    assert sink.tell() == len(sink.data)


@settings(max_examples=40, deadline=None)
@given(edits())
def test_files_are_spliced_like_bytes(edit: tuple[bytes, list[Patch]]) -> None:
    data, patches = edit
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(data)
        source.flush()
        sink = FileSink(target.fileno())
        splice(FileSource(source.fileno()), sink, patches)
        assert sink.tell() == len(expected(data, patches))
        target.seek(0)
        assert target.read() == expected(data, patches)


@pytest.mark.parametrize(
    "patches", [[(2, 1, b"")], [(3, 4, b""), (2, 3, b"")], [(0, 3, b""), (2, 4, b"")], [(0, 9, b"")]]
)
def test_patches_that_do_not_follow_one_another(patches: list[tuple[int, int, bytes]]) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        splice(BytesSource(b"12345678"), BytesSink(), [Patch(*patch) for patch in patches])


def test_patch_data_is_in_no_message() -> None:
    with pytest.raises(ValueError, match="patch 0:9") as caught:
        splice(BytesSource(b"secret"), BytesSink(), [Patch(0, 9, b"planted")])
    assert "planted" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("failure", [errno.EXDEV, errno.ENOSYS, errno.EINVAL, None])
def test_large_ranges_are_copied_without_the_kernels_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: int | None
) -> None:
    data = os.urandom(3_000_001)
    (tmp_path / "source").write_bytes(data)

    def refuse(*arguments: object) -> int:
        assert failure is not None
        raise OSError(failure, os.strerror(failure))

    if failure is None:
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    else:
        monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("wb") as target:
        splice(FileSource(source.fileno()), FileSink(target.fileno()), [Patch(1_500_000, 1_500_001, b"new")])
    assert (tmp_path / "target").read_bytes() == data[:1_500_000] + b"new" + data[1_500_001:]


@pytest.mark.parametrize("sink_kind", ["file", "bytes"])
def test_source_that_has_become_shorter(tmp_path: Path, sink_kind: str) -> None:
    path = tmp_path / "source"
    path.write_bytes(b"0123456789")
    with path.open("rb") as stream, (tmp_path / "target").open("wb") as target:
        source: Source = FileSource(stream.fileno())
        os.truncate(path, 4)
        with pytest.raises(EOFError):
            splice(source, FileSink(target.fileno()) if sink_kind == "file" else BytesSink(), [])


def test_reads_are_whole_but_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "source"
    path.write_bytes(bytes(range(100)))
    real = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, count, offset: real(fd, min(count, 7), offset))
    with path.open("rb") as stream:
        source = FileSource(stream.fileno())
        assert source.pread(50, 10) == bytes(range(10, 60))
        assert source.pread(50, 90) == bytes(range(90, 100))
        assert source.pread(5, 100) == b""


def test_file_source_beyond_any_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    with path.open("rb") as stream:
        source = FileSource(stream.fileno())
        assert source.pread(4, 1 << 70) == b""
        assert source.pread(1 << 60, 1) == b"bc"


@given(
    data=st.binary(max_size=50), steps=st.lists(st.tuples(st.integers(0, 2), st.integers(-60, 60), st.integers(0, 60)))
)
def test_a_source_reads_as_a_file_does(data: bytes, steps: list[tuple[int, int, int]]) -> None:
    ours, theirs = SourceStream(BytesSource(data)), io.BytesIO(data)
    for whence, offset, count in steps:
        base = (0, theirs.tell(), len(data))[whence]
        if base + offset < 0:
            with pytest.raises(ValueError, match="before the beginning"):
                ours.seek(offset, whence)
            continue
        theirs.seek(base + offset)
        assert ours.seek(offset, whence) == theirs.tell()
        assert ours.read(count) == theirs.read(count)
        assert ours.tell() == theirs.tell()
