"""Runs a profile on a table in memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deidentikit.plan import compile_plans
from deidentikit.profile import read_profile
from deidentikit.registry import Registry
from deidentikit.testing.driving import Done, deidentified

Clean = Callable[..., Done]


@pytest.fixture(scope="session")
def registry() -> Registry:
    """All installed plugins."""
    return Registry.from_installed()


@pytest.fixture
def clean(registry: Registry) -> Clean:
    """What becomes of a table: gets a section's options and rules as lines, and the table."""

    def run(lines: str, data: str | bytes, section: str = "csv", keyed: bool = True) -> Done:
        text = f"{section}:\n" + "".join(f"  {line}\n" for line in lines.splitlines())
        profile, problems = read_profile(text, "test", registry, keyed=keyed)
        plans, found = compile_plans(profile, registry, keyed=keyed)
        assert not [str(problem) for problem in (*problems, *found) if not problem.warning]
        raw = data.encode() if isinstance(data, str) else data
        return deidentified(plans[0], raw, f"table.{section}")

    return run
