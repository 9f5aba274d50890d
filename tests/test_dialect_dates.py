"""Dates in the names of files are written in the format that the dialect gives each section."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from deidentikit.cli import main
from PIL import Image


def image(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (4, 4)).save(stream, kind)
    return stream.getvalue()


FILES = {
    "jpg": image("JPEG"),
    "png": image("PNG"),
    "tiff": image("TIFF"),
    "json": b"{}",
    "xml": b"<a/>",
    "csv": b"a\n1\n",
    "key-value-text-file": b"a = 1\n",
    "filename": b"\0",
}


@pytest.mark.parametrize("section", FILES)
def test_dates_in_names(section: str, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yml"
    profile.write_text(
        f"{section}:\n  file-filter: '*'\n  date-increment: 1\n  filenames:\n    - output: 'x{{day}}'\n"
        "      input-regex: scan_(?P<day>.*)\n      groups:\n        - name: day\n          increment-date: true\n",
        "utf-8",
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "scan_29Feb2020").write_bytes(FILES[section])
    assert main(["run", "--profile", str(profile), str(tmp_path / "in"), str(tmp_path / "out")]) == 0
    expected = "x2020-03-01" if section == "json" else "x20200301"
    assert [file.name for file in (tmp_path / "out").iterdir()] == [expected]
