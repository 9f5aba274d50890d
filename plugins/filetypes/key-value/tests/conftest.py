"""Edits text in memory, as the lines of a profile's section say."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from deidentikit.plan import parse_profile
from deidentikit.registry import Registry
from deidentikit.testing.driving import Done, deidentified

ACTIONS = "replace-with remove set keep hash hashuid increment-date increment-datetime jitter regex-sub".split()


@pytest.fixture(scope="session")
def edit() -> Callable[..., Done]:
    """Apply the lines of a section to bytes; text is taken as UTF-8."""
    registry = Registry.from_installed()
    if not {*ACTIONS} <= {*registry.actions}:
        pytest.skip("the actions are not installed")

    def run(data: bytes | str, section: str, name: str = "a.mhd") -> Done:
        lines = textwrap.indent(textwrap.dedent(section).strip("\n"), "  ")
        (plan,) = parse_profile(f"key-value:\n{lines}\n", registry).plans
        return deidentified(plan, data.encode() if isinstance(data, str) else data, name)

    return run
