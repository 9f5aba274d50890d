"""Patterns that could run for ever are refused; others have a degree."""

from __future__ import annotations

import re

import pytest
from deidentikit.backtracking import ExponentialError, degree
from deidentikit.regex import compile_regex


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a*)*$",
        r"(\w+\s?)*$",
        r"(.*,)*x",
        r"(ab|\wb)*-",
        r"(\w\w|[a-f]\d)*-",
        r"a*a*(a*)*b",
        r"(a+b?)+$",
        r"(a+ba+)*$",
        r"(aa?)*$",
        r"(?:a?b?)*$",
        r"(x(a+)+y)?",
        r"(?i)(a+A+)*$",
        r"((\d+)[,.]?)+-",
        r"^(?P<a>(?:[A-Z]+)*)\d$",
        r"(?:\s*\w+)*;",
        r"(?:(?:ab?){1,3})*$",
        r"(?=(a+)+b)a",
        r"((a?){16}){16}b",
        r"([A-Z]{1,16}_?){1,16}x",
        r"(a+){1,16}x",
        r"(?=([a-z]{1,9}){9}x)",
        r"((a|ab)(bc|c)x)*y",
        r"(ab?(bc|c)x)*y",
        r"(ab?((bc|c){2})x)*y",
        r"(?:(?:[A-Z]{1,9}|[0-9]{1,9})_?){1,9}x",
    ],
)
def test_exponential_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ExponentialError):
        degree(re.compile(pattern))
    with pytest.raises(ValueError, match="many ways"):
        compile_regex(pattern)


@pytest.mark.parametrize(
    ("pattern", "power"),
    [
        (r"^(?P<pre>[A-Z]+)(?P<num>\d+)$", 1),
        (r".*", 1),
        (r"^(?P<sub>\w+)-(?P<when>\d{8})$", 1),
        (r"(?:\d+\.)*\d+", 3),
        (r"(?:\w+\s+)*\w+", 3),
        (r"(?:\d{1,3}\.){3}\d{1,3}$", 1),
        (r"(?:\d{1,3}\.)+\d{1,3}$", 1),
        (r"(?:ab|cd|x)+y", 1),
        (r"(?:foo|bar|baz)*y", 1),
        (r"(?:Mr|Dr)\.? (?P<name>\w+)", 1),
        (r".*(?P<x>\d+)-.*y", 2),
        (r"a*a*a*b.*c", 3),
        (r"a+[0-9]*b\d*$", 1),
        (r"(ab|abc)*d", 1),
        (r"(\w|\d)*-", 1),
        (r"(?i)[a-z]+\d+[A-Z]+$", 1),
        (r"[^,]*,[^,]*,[^,]*$", 1),
        (r"(?P<a>\w+)_(?P<b>\w+)_(?P<c>\w+)$", 3),
        (r"a{2,5}b{3}c?", 1),
        (r"(?P<q>['\"])x(?P=q)", 1),
        (r"(?:[A-Z]-?)*$", 1),
        (r"(?:é+x)*$", 2),
        (r"(?:(?:bc|c)b?x)*y", 1),
        (r"(?:ab?(?:ef|g)x)*y", 1),
        (r"(?:\w{1,9} ){1,9}x", 1),
        (r"(?:\w{1,9} ?){1,4}x", 1),
        (r"(?:\w+ ?){3}x", 3),
        (r"(?:jan|jun|jul|mar|may){1,4}x", 1),
        (r"\d{1,3}(?:\.\d{1,3}){0,9}x", 1),
        (r"(?:first_name_)?(?:second_name_)?(?:third_name_)?(?:a_fourth_and_last_name_)?x", 1),
        (r"\w{1,16}_\w{1,16}_\w{1,16}_\w{1,16}_\w{1,16}_\w{1,16}_\w{1,16}_\w{1,16}$", 1),
    ],
)
def test_others_have_a_degree(pattern: str, power: int) -> None:
    assert degree(re.compile(pattern)) == power
