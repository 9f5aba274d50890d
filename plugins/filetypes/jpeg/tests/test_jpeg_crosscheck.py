"""`cross-check`: Pillow as a second reader of what was written."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.splice import BytesSink, Sink
from deidentikit.testing.corpus import corpus_dir
from deidentikit.testing.driving import put, take
from deidentikit_jpeg.document import JpegDocument
from PIL import Image

RULES = (("COM", put("made", makes=True)), ("Artist", put("somebody else", makes=True)), ("XMP", take()))
OPTIONS = {"remove_gps": True, "remove_extra_images": True, "unreadable": "keep"}


@pytest.mark.corpus
@pytest.mark.skipif(corpus_dir() is None, reason="the corpus is not present")
def test_both_readers_agree_on_edited_files(edit: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    agreed = 0
    folder = corpus_dir()
    assert folder is not None
    for path in sorted((folder / "jpeg").iterdir()):
        data = path.read_bytes()
        try:
            wanted = edit(data, *RULES, **OPTIONS).data
        except FileError:
            continue
        assert edit(data, *RULES, cross_check=True, **OPTIONS).data == wanted, path.name
        agreed += 1
    assert agreed > 70
    assert not [record for record in caplog.records if record.name.startswith("PIL")]


def sabotage(monkeypatch: pytest.MonkeyPatch, old: bytes, new: bytes) -> None:
    """Let the writer change what it writes, and our own reader not see it."""
    real = JpegDocument.write

    def write(self: JpegDocument, sink: Sink) -> None:
        caught = BytesSink()
        real(self, caught)
        assert old in caught.data
        sink.write(caught.data.replace(old, new))

    monkeypatch.setattr(JpegDocument, "write", write)
    monkeypatch.setattr(JpegDocument, "_verify", lambda self, written: None)


def coded(data: bytes) -> bytes:
    """Some bytes of the scan."""
    return data[-40:-20]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"mode": "L"}, {"mode": "CMYK"}])
def test_a_scan_that_is_not_the_same_is_refused(
    edit: Any, jpeg: Any, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    data = jpeg.saved(**options)
    edit(data, *RULES, cross_check=True)
    sabotage(monkeypatch, coded(data), bytes(20))
    edit(data, *RULES)
    with pytest.raises(FileError, match="pixels of frame 1") as refused:
        edit(data, *RULES, cross_check=True)
    assert refused.value.reason == "cross-check"


def test_another_colour_profile_is_refused(edit: Any, jpeg: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data = jpeg.saved(icc_profile=b"one profile of colours")
    edit(data, ("ICC", take()), cross_check=True)
    sabotage(monkeypatch, b"one profile", b"two profile")
    with pytest.raises(FileError, match="same colour profile"):
        edit(data, *RULES, cross_check=True)


def test_further_images_are_left_aside(edit: Any) -> None:
    more = [Image.effect_noise((40, 24), 60 + number).convert("RGB") for number in range(2)]
    stream = io.BytesIO()
    Image.effect_noise((40, 24), 60).convert("RGB").save(stream, "MPO", save_all=True, append_images=more)
    for options in ({}, {"remove_extra_images": True}):
        edit(stream.getvalue(), *RULES, cross_check=True, **options)


def test_a_file_that_pillow_cannot_read_is_refused(edit: Any, jpeg: Any) -> None:
    twelve_bits = jpeg.file(frame=0xC1).replace(b"\x08\0\x08\0\x08\1", b"\x0c\0\x08\0\x08\1")
    for data in (twelve_bits, jpeg.file(frame=0xC5)):
        edit(data, *RULES)
        with pytest.raises(FileError, match="Pillow cannot read the source: ") as refused:
            edit(data, *RULES, cross_check=True)
        assert refused.value.reason == "cross-check"


def test_nothing_is_written_or_told(deid_project: Any, jpeg: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    deid_project.profile("jpg:\n  cross-check: yes\n  fields:\n    - name: Artist\n      remove: yes\n")
    data = jpeg.saved(exif=b"Exif\0\0" + jpeg.tiff({0x013B: (2, b"PLANTED\0"), 0x010F: (2, b"PLANTED\0")}))
    deid_project.add("a.jpg", data)
    deid_project.add("b.jpg", jpeg.file(jpeg.comment(b"PLANTED"), frame=0xC5, coded=coded(data)))
    sabotage(monkeypatch, coded(data), bytes(20))
    result = deid_project.run()
    result.assert_refused("cross-check", 2)
    result.assert_outputs()
    result.assert_silent_about("PLANTED")


def test_pillow_is_imported_only_where_it_is_asked_for(tmp_path: Path, jpeg: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg.saved())
    code = (
        "import sys, deidentikit\nfolder = sys.argv[1]\n"
        "profile = deidentikit.parse_profile('jpg:\\n  cross-check: ' + sys.argv[2])\n"
        "report = deidentikit.deidentify(folder + '/a.jpg', folder + '/' + sys.argv[2], profile=profile)\n"
        "print(report.totals.done, 'PIL' in sys.modules)"
    )
    for asked, said in (("no", "1 False"), ("yes", "1 True")):
        words = [sys.executable, "-c", code, str(tmp_path), asked]
        assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == said
