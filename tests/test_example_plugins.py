"""The example plugins of the documentation: installed from their own pyproject, found, and at work."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(file.parent for file in ROOT.glob("docs/examples/*/pyproject.toml"))
PYTHON = Path(sys.executable)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with the examples in it, each built as its pyproject says."""
    target = tmp_path_factory.mktemp("packages")
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps", f"--target={target}"]
    anew = [f"--reinstall-package={folder.name}" for folder in EXAMPLES]
    subprocess.run([*uv, *anew, *EXAMPLES], check=True)
    return target


def ran(installed: Path, folder: Path, *command: str | Path) -> str:
    """What a command prints where the examples are installed. Fails with all it said if it fails."""
    environment = {"PYTHONPATH": str(installed), "PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_there_are_an_action_and_a_file_type() -> None:
    assert [folder.name for folder in EXAMPLES] == ["deidentikit-edf", "deidentikit-scramble-digits"]


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_stands_outside_the_workspace_and_is_complete(folder: Path) -> None:
    config = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    assert "uv" not in config.get("tool", {}), "it takes the core from an index, as anybody's plugin does"
    assert "deidentikit-core>=0.1,<0.2" in config["project"]["dependencies"]
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert f"# {config['project']['name']}\n" in (folder / "README.md").read_text("utf-8")
    assert folder.name in (ROOT / "docs/examples/README.md").read_text("utf-8")
    assert [*folder.glob("src/*/py.typed")]


def test_both_are_found(installed: Path, tmp_path: Path) -> None:
    listed = ran(installed, tmp_path, PYTHON.with_name("deidentikit"), "plugins")
    assert "deidentikit-edf 1.0.0" in listed
    assert "deidentikit-scramble-digits 1.0.0" in listed


def test_example_profile_is_sound(installed: Path, tmp_path: Path) -> None:
    profile = ROOT / "docs/examples/deidentikit-edf/example.yml"
    key = ROOT / "examples/demo.key"
    ran(installed, tmp_path, PYTHON.with_name("deidentikit"), "check", "--key-file", key, profile)


@pytest.mark.parametrize(
    "tests", ["deidentikit-edf/tests/test_edf_editing.py", "deidentikit-scramble-digits/tests/test_scramble_digits.py"]
)
def test_own_tests_pass(installed: Path, tmp_path: Path, tests: str) -> None:
    """What they do in whole programs; the session `examples` of nox runs all their tests in a fresh environment."""
    path = ROOT / "docs/examples" / tests
    quick: list[str | Path] = [
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        path.parents[1],
        "-c",
        path.parents[1] / "pyproject.toml",
    ]
    ran(installed, tmp_path, PYTHON, "-m", "pytest", *quick, path)
