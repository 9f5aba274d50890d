"""Columns that are treated as a whole come out as they do cell by cell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deidentikit.action import Action
from deidentikit.errors import DeidError
from deidentikit.registry import Registry
from deidentikit.shifting import DateShift
from deidentikit.testing.driving import Done
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Clean = Callable[..., Done]

RULES = """{subject}date-increment: {increment}
date-format: '%Y-%m-%d'
on-error: {on_error}
missing:
  - n/a
{section}fields:
  - name: who
    hash: yes
  - name: day
    increment-date: yes
  - name: other day
    increment-date: yes
  - name: number
    jitter: yes
    {jitter}
  - name: code
    hash: yes"""
SUBJECTS = st.sampled_from(["A", "B", '"A"', " A ", "", "Muñoz", "7"])
DAYS = st.sampled_from(
    ["2020-02-29", "2020-3-1", '"2020-02-29"', "1950-12-31", "0001-01-02", "9999-12-31", "1500-01-01", "", "n/a", "x"]
)
NUMBERS = st.sampled_from(
    ["70.5", "70.50", '"70.5"', " 70.5", '"70.5 "', "0", "1e5", "1E-9", "-3", "9" * 70, "n/a", "", "none", "1e300"]
)
CODES = st.sampled_from(["a", "b", '"a"', '"a,b"', '"a""b"', "", " ", "Muñoz", "x" * 300, "n/a"])
ROWS = st.lists(st.tuples(SUBJECTS, DAYS, DAYS, NUMBERS, CODES), min_size=1, max_size=12)


def outcome(clean: Clean, rules: str, table: str) -> object:
    """The output and what was counted, or the refusal."""
    try:
        done = clean(rules, table)
    except DeidError as error:
        return str(error)
    return done.data, done.outcome.fallbacks, done.outcome.rules


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=ROWS,
    subject=st.sampled_from(["subject: who\n", "subject:\n  path: (?P<subject>tab)\n", ""]),
    increment=st.sampled_from(["per-subject", "-17", "60000"]),
    on_error=st.sampled_from(["refuse", "empty"]),
    jitter=st.sampled_from(["", "jitter-type: int", "jitter-min: 69.5", "jitter-range: 0.0000001"]),
    section=st.sampled_from(["", "comment: '7'\n", "delimiter: semicolon\n", "encoding: latin-1\n"]),
)
def test_columns_come_out_as_cell_by_cell(
    clean: Clean, rows: list[tuple[str, ...]], subject: str, increment: str, on_error: str, jitter: str, section: str
) -> None:
    rules = RULES.format(subject=subject, increment=increment, on_error=on_error, jitter=jitter, section=section)
    mark = ";" if "semicolon" in section else ","
    lines = [mark.join(row) for row in [("who", "day", "other day", "number", "code"), *rows]]
    table = "".join(f"{line}\n" for line in lines).encode("latin-1" if "latin" in section else "utf-8")
    at_once = outcome(clean, rules, table)
    with pytest.MonkeyPatch.context() as patch:
        for action in set(Registry.from_installed().actions.values()):
            patch.setattr(action, "apply_many", Action.apply_many)
        patch.setattr(DateShift, "days", Action.days)
        assert outcome(clean, rules, table) == at_once
