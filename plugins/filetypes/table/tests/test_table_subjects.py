"""Patients of rows: each row is treated for its own subject."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from deidentikit import columncells, columns, daycolumn
from deidentikit.testing import Project
from deidentikit.testing.driving import Done

Clean = Callable[..., Done]

SHIFT = """subject: who
date-increment: per-subject
date-format: '%Y-%m-%d'
datetime-format: '%Y-%m-%d %H:%M:%S'
fields:
  - name: birth
    increment-date: yes
  - name: seen
    increment-datetime: yes"""


BY_PATH = """subject:
  path: (?P<subject>sub-[0-9]+)
tsv:
  date-increment: per-subject
  fields:
    - name: birth
      increment-date: yes
"""


def cells(done: Done, name: str) -> list[str]:
    """A column of the output."""
    rows = [line.split(",") for line in done.data.decode().splitlines()]
    at = rows[0].index(name)
    return [row[at].strip('"') for row in rows[1:]]


def test_rows_of_one_subject_move_alike(clean: Clean) -> None:
    table = "who,birth,seen\n"
    table += "A,1950-01-01,2020-02-20 10:15:30\nB,1950-01-01,2020-02-20 10:15:30\n"
    table += '"A",1950-01-01,2020-02-20 10:15:30\n A ,"1950-01-01",2020-02-20 10:15:30\n'
    done = clean(SHIFT, table)
    birth, seen = cells(done, "birth"), cells(done, "seen")
    assert birth[0] == birth[2] == birth[3]
    assert birth[0] != birth[1]
    assert seen[0] == seen[2] == seen[3]
    for day, time in zip(birth, seen, strict=True):
        moved = datetime.fromisoformat(time) - datetime.fromisoformat(day)
        assert moved == datetime(2020, 2, 20, 10, 15, 30) - datetime(1950, 1, 1)
        assert timedelta(days=-365) <= datetime.fromisoformat(day) - datetime(1950, 1, 1) <= timedelta(days=-1)


def test_shift_is_the_same_in_every_batch_and_file(clean: Clean) -> None:
    count = 30_000
    table = "who,birth,seen\n" + "".join(f"P{number % 7},1950-01-01,\n" for number in range(count))
    births = cells(clean(SHIFT, table), "birth")
    assert births == [births[number % 7] for number in range(count)]
    assert len(set(births)) == 7
    assert cells(clean(SHIFT, "birth,who,seen\n1950-01-01,P3,\n"), "birth") == [births[3]]


def test_spellings_of_dates_are_kept_row_by_row(clean: Clean) -> None:
    rule = SHIFT.replace("per-subject", "40").replace(
        "increment-date: yes", "increment-date: yes\n    jitter-date: yes"
    )
    dates = ["1950-01-01", "1950-1-1", '"1950-01-01"', "1950-01", "", " 1950-01-01 "]
    done = clean(rule, "who,birth,seen\n" + "".join(f"A,{date},\n" for date in dates))
    new = [line.split(",")[1] for line in done.data.decode().splitlines()[1:]]
    day = datetime.fromisoformat(new[0])
    assert new[1] == f"{day.year}-{day.month}-{day.day}"
    assert new[2] == f'"{new[0]}"'
    assert new[3] == new[0][:7]
    assert new[4] == ""
    assert new[5] == f" {new[0]} "


def test_dates_that_leave_the_calendar_are_emptied_where_asked(clean: Clean) -> None:
    rule = SHIFT + "\non-error: empty"
    done = clean(rule, "who,birth,seen\nA,0001-01-01,\nA,1950-01-01,\n,1950-01-01,\n")
    births = cells(done, "birth")
    assert births[0] == births[2] == ""
    assert births[1]
    assert done.outcome.fallbacks == 2


def test_jitter_agrees_for_a_subject_and_follows_the_row_without_one(clean: Clean) -> None:
    rule = "fields:\n  - name: w\n    jitter: yes"
    table = "who,w\nA,70.5\nA,70.5\nB,70.5\n"
    one = cells(clean(f"subject: who\n{rule}", table), "w")
    assert one[0] == one[1] != one[2]
    rows = cells(clean(rule, table), "w")
    assert len(set(rows)) == 3
    assert all(68.5 <= float(cell) <= 72.5 and cell != "70.5" for cell in (*one, *rows))


def test_jitter_by_row_goes_on_over_batches(clean: Clean) -> None:
    done = clean("fields:\n  - name: w\n    jitter: yes", "w,a\n" + "70.5,some longer text\n" * 30_000)
    assert len(set(cells(done, "w"))) > 29_000


def test_a_subject_from_the_path(deid_project: Project) -> None:
    deid_project.profile(BY_PATH)
    for name in ("sub-01/a.tsv", "sub-01/b.tsv", "sub-02/a.tsv"):
        deid_project.add(name, "birth\n19500101\n")
    result = deid_project.run("--key-file", deid_project.key()).assert_ok()
    outputs = {name: result.output(name) for name in result.names}
    assert outputs["sub-01/a.tsv"] == outputs["sub-01/b.tsv"] != outputs["sub-02/a.tsv"]


def test_the_output_is_named_after_a_new_value(deid_project: Project) -> None:
    deid_project.profile(
        "csv:\n  filenames:\n    - input-regex: .*\n      output: '{who}.csv'\n"
        "  fields:\n    - name: who\n      replace-with: anon\n"
    )
    deid_project.add("Doe.csv", "who,a\nDoe,1\nDoe,2\n")
    deid_project.run().assert_ok().assert_outputs("anon.csv").assert_silent_about("Doe,")


def test_results_are_the_same_when_little_is_remembered(clean: Clean, monkeypatch: pytest.MonkeyPatch) -> None:
    section = f"{SHIFT}\n  - name: id\n    hash: yes\n  - name: grade\n    jitter: yes"
    rows = [f"P{n % 5},19{50 + n % 9}-01-0{1 + n % 8},,n{n % 11},{n % 3}" for n in range(90)]
    table = "\n".join(["who,birth,seen,id,grade", *rows, ""])
    expected = clean(section, table).data
    bounds = {columns: ("_PEOPLE", "_ROOM"), columncells: ("_VALUES",), daycolumn: ("_PEOPLE", "_ROOM")}
    for module, names in bounds.items():
        for name in names:
            monkeypatch.setattr(module, name, 1)
    assert clean(section, table).data == expected
