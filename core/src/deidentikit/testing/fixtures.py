"""A pytest plugin, loaded in every run: it stays light and imports the program only in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .project import Project

pytest.register_assert_rewrite(
    "deidentikit.testing.action_suite",
    "deidentikit.testing.damage_suite",
    "deidentikit.testing.edit_suite",
    "deidentikit.testing.file_type_suite",
    "deidentikit.testing.streaming_suite",
    "deidentikit.testing.project",
)


@pytest.fixture
def deid_project(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Project:
    """A folder with a profile and made-up inputs, on which the whole program runs."""
    from .project import Project

    return Project(tmp_path / "project", capfd)
