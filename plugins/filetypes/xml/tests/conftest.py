"""Edits XML in memory, as the lines of a profile's section say."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import lru_cache

import pytest
from deidentikit.plan import Plan, parse_profile
from deidentikit.registry import Registry
from deidentikit.testing.driving import Done, deidentified

ACTIONS = "replace-with remove set keep hash hashuid increment-date increment-datetime jitter regex-sub".split()

Edit = Callable[..., Done]


@pytest.fixture(scope="session")
def edit_section() -> Edit:
    """Apply the lines of a section to bytes; text is taken as UTF-8."""
    registry = Registry.from_installed()
    if not {*ACTIONS} <= {*registry.actions}:
        pytest.skip("the actions are not installed")

    @lru_cache(maxsize=16)
    def plan(section: str) -> Plan:
        lines = textwrap.indent(textwrap.dedent(section).strip("\n"), "  ")
        (made,) = parse_profile(f"xml:\n{lines}\n", registry).plans
        return made

    def run(data: bytes | str, section: str = "") -> Done:
        return deidentified(plan(section), data.encode() if isinstance(data, str) else data, "a.xml")

    return run


@pytest.fixture(scope="session")
def edit(edit_section: Edit) -> Callable[..., bytes]:
    """Apply rules, each a name (``re:`` before a regex) and the lines beside it, to bytes; give the output's bytes."""

    def run(data: bytes | str, *rules: tuple[str, str], options: str = "") -> bytes:
        lines = [*options.splitlines(), "fields:"] if rules else options.splitlines()
        for name, rest in rules:
            kind = "regex" if name.startswith("re:") else "name"
            quoted = name.removeprefix("re:").replace("'", "''")
            lines += [f"  - {kind}: '{quoted}'", *(f"    {line}" for line in rest.splitlines())]
        return edit_section(data, "\n".join(lines)).data

    return run
