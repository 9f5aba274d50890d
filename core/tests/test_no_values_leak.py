"""No value of a file is in anything that is printed, logged, raised or left behind."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from deidentikit.context import Keys
from deidentikit.errors import DeidError
from deidentikit.plan import compile_plans, parse_profile
from deidentikit.registry import Registry
from deidentikit.report import Report
from deidentikit.testing import Project
from deidentikit.testing.driving import deidentified

PLANTED = ("Planted-Xq7", "1987-06-05", "1.2.917265.8", "917265.44")
FILE = "#lines\n" + "".join(f"field{number}={value}\n" for number, value in enumerate(PLANTED)) + "who=Planted-Xq7\n"
BROKEN: dict[str, str | bytes] = {
    "no-first-line": FILE.removeprefix("#lines\n"),
    "cut": FILE[:-3],
    "odd-line": FILE + "Planted-Xq7 917265.44\n",
    "no-text": FILE.encode().replace(b"-Xq7", b"-Xq7\xff"),
}
RULES = {
    "tag": "tag: yes",
    "picky": "tag: yes\n      tag-field: who",
    "sign": "sign: yes",
    "defect": "trip: yes",
    "put": "put: 'a|b'",
}

Deidentify = Callable[..., Report]


def leaks(text: str) -> list[str]:
    return [f"value {number}" for number, value in enumerate(PLANTED) if value in text]


def profile_of(rule: str, more: str = "") -> str:
    return f"lines:\n{more}  fields:\n    - regex: field.*\n      {RULES[rule]}\n"


@pytest.mark.usefixtures("lines_installed")
@pytest.mark.parametrize("command", ["run", "run --json", "plan", "plan --json"])
@pytest.mark.parametrize("rule", RULES)
def test_commands_say_no_value(
    deid_project: Project, rule: str, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    deid_project.profile(profile_of(rule, "  subject: who\n" if rule == "sign" else ""))
    deid_project.add("whole.lines", FILE)
    deid_project.add("bad.lines", FILE.replace("=", "=bad "))
    for name, content in BROKEN.items():
        deid_project.add(f"{name}.lines", content)
    name, *options = command.split()
    arguments: list[str | Path] = [name, "--profile", deid_project.profile_path, *options, deid_project.source]
    if name == "run":
        arguments += [deid_project.target, "--report", deid_project.report]
    result = deid_project.command(*arguments)
    assert result.exit_code in (1, 3)
    assert not leaks(result.said)
    assert not leaks(caplog.text)
    if name == "run":
        assert not leaks((deid_project.report / "journal.jsonl").read_text())
        assert not list(deid_project.folder.rglob(".*"))


def test_outcomes_and_records_hold_no_value(deidentify_lines: Deidentify) -> None:
    inputs = {f"{name}.lines": content for name, content in BROKEN.items()}
    for rule in RULES:
        report = deidentify_lines(profile_of(rule), inputs, overwrite=True)
        assert report.refused
        for outcome in report.outcomes:
            assert not leaks(repr(outcome) + json.dumps(attrs.asdict(outcome), default=str))


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("rule", ["tag", "sign"])
def test_tracebacks_hold_no_value(registry: Registry, rule: str, content: str | bytes) -> None:
    """Even where a caller prints all of it, with causes and what was under way."""
    (plan,), _ = compile_plans(parse_profile(profile_of(rule), registry), registry, keyed=False)
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(DeidError) as caught:
        deidentified(plan, raw, "a.lines")
    assert not leaks("".join(traceback.format_exception(caught.value)))
    assert not leaks(repr(caught.value) + str(caught.value.args))


def test_profile_errors_show_no_secret(registry: Registry) -> None:
    text = "key: Planted-Xq7-Planted-Xq7-Planted-Xq7\nsalt: Planted-Xq7\nlines:\n  salt: Planted-Xq7\n"
    with pytest.raises(DeidError) as caught:
        parse_profile(text, registry)
    assert not leaks(str(caught.value))
    assert not leaks("".join(traceback.format_exception(caught.value)))


def test_keys_show_nothing() -> None:
    keys = Keys(b"Planted-Xq7" * 4)
    assert not leaks(repr(keys))
    assert not leaks(str(keys.key_id))
