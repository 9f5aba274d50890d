"""Renaming and copying through the public API."""

from __future__ import annotations

from pathlib import Path

import pytest
from deidentikit import ProfileError, deidentify, parse_profile

PROFILE = r"""
filename:
  date-increment: 1
  filenames:
    - input-regex: ^(?P<sub>\w+)-(?P<when>\d{8})\.bin$
      output: '{sub}_{when}.bin'
      groups:
        - name: sub
          hash: yes
        - name: when
          increment-date: yes
    - input-regex: ^(?P<uid>[\d.]+)\.bin$
      output: '{uid}-x.bin'
      groups:
        - name: uid
          hashuid: yes
"""


def run(tmp_path: Path, profile: str, name: str, content: bytes = b"\0content") -> tuple[list[Path], str | None]:
    source = tmp_path / "in" / "ward 7"
    source.mkdir(parents=True)
    (source / name).write_bytes(content)
    report = deidentify(tmp_path / "in", tmp_path / "out", profile=parse_profile(profile))
    outputs = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    return outputs, report.outcomes[0].reason


def test_groups_make_the_name_and_bytes_stay(tmp_path: Path) -> None:
    outputs, reason = run(tmp_path, PROFILE, "Doe-20200229.bin")
    assert reason is None
    assert [path.relative_to(tmp_path / "out").as_posix() for path in outputs] == [
        "ward 7/fd53ef835b154855_20200301.bin"
    ]
    assert outputs[0].read_bytes() == b"\0content"


def test_second_entry_is_tried(tmp_path: Path) -> None:
    outputs, reason = run(tmp_path, PROFILE, "1.2.840.113619.2.408.5282380.5220731.bin")
    assert reason is None
    assert outputs[0].name.endswith(".220731-x.bin")
    assert "5282380" not in outputs[0].name


def test_name_that_no_entry_matches_is_refused(tmp_path: Path) -> None:
    outputs, reason = run(tmp_path, PROFILE, "Doe.bin")
    assert (outputs, reason) == ([], "no-name")


def test_name_with_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    outputs, reason = run(tmp_path, PROFILE, "Doe-20201399.bin")
    assert (outputs, reason) == ([], "wrong-kind")


def test_other_sections_come_first(tmp_path: Path) -> None:
    profile = "filename:\njson:\n  fields:\n    - name: a\n      remove: yes\n"
    outputs, reason = run(tmp_path, profile, "x.json", b'{"a": 1, "b": 2}')
    assert reason is None
    assert outputs[0].read_bytes() == b'{"b": 2}'


@pytest.mark.parametrize(("name", "reason"), [("x.bin", None), ("x.dat", "unmatched")])
def test_a_file_filter_says_all_it_takes(tmp_path: Path, name: str, reason: str | None) -> None:
    outputs, why = run(tmp_path, "filename:\n  file-filter: '*.bin'\n", name)
    assert ([path.name for path in outputs], why) == ([name] if reason is None else [], reason)


def test_fields_are_a_profile_error() -> None:
    with pytest.raises(ProfileError, match="only renamed has no fields"):
        parse_profile("filename:\n  fields:\n    - name: a\n      remove: yes\n")
