"""`cross-check`: tifffile as a second reader of what was written."""

from __future__ import annotations

import io
import logging
import struct
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import tifffile
from deidentikit.errors import FileError
from deidentikit.splice import BytesSink, Sink
from deidentikit.testing.corpus import corpus_dir
from deidentikit_tiff.document import TiffDocument

Run = Callable[..., Any]
ASKED = "cross-check: yes\n"
RULES = """remove-private-tags: yes
remove-orphans: yes
fields:
  - name: Artist
    set: a name that needs room at the end
  - regex: ImageDescription|Software|XMP
    remove: yes
"""


@pytest.mark.corpus
@pytest.mark.skipif(corpus_dir() is None, reason="the corpus is not present")
def test_both_readers_agree_on_edited_files(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    agreed = 0
    folder = corpus_dir()
    assert folder is not None
    for path in sorted((folder / "tiff").iterdir()):
        data = path.read_bytes()
        try:
            wanted = run(RULES, data).data
        except FileError:
            continue
        assert run(ASKED + RULES, data).data == wanted, path.name
        agreed += 1
    assert agreed > 55
    assert not [record for record in caplog.records if record.name == "tifffile"]


def sabotage(monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]) -> None:
    """Let the writer change what it writes, and our own reader not see it."""
    real = TiffDocument.write

    def write(self: TiffDocument, sink: Sink) -> None:
        caught = BytesSink()
        real(self, caught)
        sink.write(change(bytes(caught.data)))

    monkeypatch.setattr(TiffDocument, "write", write)
    monkeypatch.setattr(TiffDocument, "_verify", lambda self, written: None)


def value_of(data: bytes, page: int, tag: int) -> int:
    """Where the value of a tag stands."""
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        return int(file.pages[page].tags[tag].valueoffset)


def with_short(data: bytes, page: int, tag: int, value: int) -> bytes:
    at = value_of(data, page, tag)
    return data[:at] + struct.pack("<H", value) + data[at + 2 :]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def last_pixel(data: bytes) -> bytes:
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page: Any = file.pages[len(file.pages) - 1]
        return flipped(data, page.dataoffsets[-1] + page.databytecounts[-1] - 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (last_pixel, "same image data"),
        (lambda data: with_short(data, 1, 257, 15), "same shape"),
        (lambda data: with_short(data, 1, 259, 7), "same compression"),
        (lambda data: with_short(data, 1, 262, 0), "same photometric interpretation"),
        (lambda data: with_short(data, 0, 258, 16), "same data type"),
        (lambda data: with_short(data, 1, 322, 32), "same tiles"),
        (lambda data: data[:-4], "same image data|cannot read the output"),
        (lambda data: b"II" + bytes(6) + data[8:], "cannot read the output: TiffFileError"),
    ],
)
@pytest.mark.parametrize("big", [False, True])
def test_images_that_are_not_the_same_are_refused(
    run: Run, written: Run, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes], said: str, big: bool
) -> None:
    data = written({}, {"tile": (16, 16)}, bigtiff=big, byteorder="<", shape=(32, 32))
    rules = "fields:\n  - name: Software\n    replace-with: other\n"
    run(ASKED + rules, data)
    sabotage(monkeypatch, change)
    run(rules, data)
    with pytest.raises(FileError, match=said) as refused:
        run(ASKED + rules, data)
    assert refused.value.reason == "cross-check"


@pytest.mark.parametrize("pages", ["label", "label, macro", "thumbnail"])
def test_pages_that_go_are_left_aside(run: Run, written: Run, monkeypatch: pytest.MonkeyPatch, pages: str) -> None:
    named = [{"description": f"of a slide\n{name} 10x10"} for name in ("none", "label", "macro", "thumbnail", "none")]
    data = written(*named)
    rules = f"remove-pages: {pages}\n"
    assert run(ASKED + rules, data).data == run(rules, data).data
    sabotage(monkeypatch, last_pixel)
    with pytest.raises(FileError, match="same image data"):
        run(ASKED + rules, data)


def test_sub_images_are_compared_but_for_those_that_go(run: Run, written: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sub = {"subfiletype": 1}
    data = written({"subifds": 2}, sub, sub, {})
    rules = "fields:\n  - name: SubIFDs\n    remove: yes\n"
    for each in ("", rules):
        assert run(ASKED + each, data).data == run(each, data).data
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        second: Any = file.pages[0].pages[1]
    sabotage(monkeypatch, lambda out: flipped(out, second.dataoffsets[0]))
    run(ASKED + rules, data)
    with pytest.raises(FileError, match="same image data"):
        run(ASKED, data)


def test_planes_that_no_directory_lists_are_compared(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream, imagej=True) as writer:
        writer.write(numpy.full((5, 16, 16), 7, "uint8"), photometric="minisblack")
    data = stream.getvalue()
    run(ASKED, data)
    sabotage(monkeypatch, lambda out: flipped(out, data.rindex(bytes([7] * 16))))
    with pytest.raises(FileError, match="same image data"):
        run(ASKED, data)


def with_many_tags(data: bytes, count: int) -> bytes:
    """A classic file whose only directory, put at the end, has as many private tags more."""
    (at,) = struct.unpack("<I", data[4:8])
    (own,) = struct.unpack("<H", data[at : at + 2])
    more = b"".join(struct.pack("<HHII", 0xC000 + number, 4, 1, 0) for number in range(count))
    table = struct.pack("<H", own + count) + data[at + 2 : at + 2 + 12 * own] + more + bytes(4)
    return data[:4] + struct.pack("<I", len(data)) + data[8:] + table


def test_a_file_that_tifffile_cannot_read_is_refused(run: Run, written: Run) -> None:
    data = with_many_tags(written({}, byteorder="<"), 5000)
    assert run("remove-orphans: no", data).data == data
    with pytest.raises(FileError, match="tifffile cannot read the source: TiffFileError") as refused:
        run(ASKED + "remove-orphans: no", data)
    assert refused.value.reason == "cross-check"


def test_nothing_is_written_or_told(
    deid_project: Any, written: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    deid_project.profile("tiff:\n  cross-check: yes\n  fields:\n    - name: Artist\n      remove: yes\n")
    texts = {"extratags": [(42113, 2, None, "PLANTED", True), (315, 2, None, "PLANTED", True)]}
    deid_project.add("a.tif", written(texts))
    result = deid_project.run()
    result.assert_ok()
    result.assert_silent_about("PLANTED")
    assert not caplog.records
    sabotage(monkeypatch, lambda out: flipped(out, out.index(bytes(range(100)))))
    deid_project.add("b.tif", written(texts, {}))
    caplog.clear()
    result = deid_project.command(
        "run", "--profile", deid_project.profile_path, deid_project.source, deid_project.folder / "second"
    )
    result.assert_refused("cross-check", 2)
    result.assert_silent_about("PLANTED")
    assert not list((deid_project.folder / "second").glob("*.tif"))
    assert not caplog.records


def test_what_tifffile_says_is_not_passed_on(
    run: Run, written: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumbles(*_: object, **__: object) -> None:
        warnings.warn("Planted", stacklevel=1)
        logging.getLogger("tifffile").error("Planted")
        raise KeyError("Planted")

    data = written({})
    monkeypatch.setattr(tifffile, "TiffFile", stumbles)
    before = logging.getLogger("tifffile").level
    with pytest.raises(FileError, match="tifffile cannot read the source: KeyError") as refused:
        run(ASKED, data)
    assert "Planted" not in str(refused.value)
    assert not caplog.records
    assert logging.getLogger("tifffile").level == before


def test_tifffile_is_imported_only_where_it_is_asked_for(tmp_path: Path, written: Run) -> None:
    (tmp_path / "a.tif").write_bytes(written({}))
    code = (
        "import sys, deidentikit\nfolder = sys.argv[1]\n"
        "profile = deidentikit.parse_profile('tiff:\\n  cross-check: ' + sys.argv[2])\n"
        "report = deidentikit.deidentify(folder + '/a.tif', folder + '/' + sys.argv[2], profile=profile)\n"
        "print(report.totals.done, *(name in sys.modules for name in ('tifffile', 'numpy')))"
    )
    for asked, said in (("no", "1 False False"), ("yes", "1 True True")):
        words = [sys.executable, "-c", code, str(tmp_path), asked]
        assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == said
