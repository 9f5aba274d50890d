"""What the documentation says of the code is so: the plugins it shows, the names it lists, its links."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import deidentikit
import deidentikit.testing
import pytest
from deidentikit import Registry, profile_schema
from deidentikit.errors import ExitCode
from deidentikit.testing import Project

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REASON = re.compile(r"(?:FileError|FieldError)\(\s*\"([a-z0-9-]+)\"")


def written_plugin(folder: Path, page: str) -> None:
    """Every block of a page that begins with a path comment, as a file."""
    for _, text in BLOCK.findall((DOCS / page).read_text("utf-8")):
        if found := re.match(r"# ((?:src|tests)/\S+|pyproject\.toml)\n", text):
            path = folder / found[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def run_tests(folder: Path, tests: str = "tests") -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(folder / tests)]
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": "", "HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_action_of_the_how_to_keeps_the_contract(tmp_path: Path) -> None:
    written_plugin(tmp_path, "how-to/write-an-action.md")
    assert (tmp_path / "src/deidentikit_shout/__init__.py").is_file()
    assert run_tests(tmp_path) == ""


def test_file_type_of_the_how_to_keeps_its_last_test(deid_project: Project) -> None:
    folder = deid_project.folder / "pairs"
    deid_project.command("new", "filetype", "pairs", "--output", folder, "--author", "Jo Roe").assert_ok()
    written_plugin(folder, "how-to/write-a-file-type.md")
    info = folder / "src/deidentikit_pairs-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: deidentikit-pairs\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[deidentikit]\npairs = deidentikit_pairs\n")
    assert (folder / "tests/test_birth_date.py").is_file()
    assert run_tests(folder, "tests/test_birth_date.py") == ""


def test_generated_reference_is_what_is_installed() -> None:
    done = subprocess.run([sys.executable, DOCS / "generate.py", "--check"], check=False)
    assert done.returncode == 0, "run python docs/generate.py"


def test_every_reason_code_is_explained() -> None:
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", (DOCS / "reference/reason-codes.md").read_text("utf-8"), re.M))
    sources = [file for part in ("core", "plugins") for file in (DOCS.parent / part).glob("**/src/**/*.py")]
    raised = {code for file in sources for code in REASON.findall(file.read_text("utf-8"))}
    assert raised - explained == set()


def test_every_explained_reason_code_is_one() -> None:
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", (DOCS / "reference/reason-codes.md").read_text("utf-8"), re.M))
    sources = "".join(
        file.read_text("utf-8") for part in ("core", "plugins") for file in ROOT.glob(f"{part}/**/src/**/*.py")
    )
    assert {code for code in explained if f'"{code}"' not in sources} == set()


def test_every_exit_code_is_explained() -> None:
    page = (DOCS / "reference/command-line.md").read_text("utf-8").partition("## Exit codes\n")[2]
    assert set(re.findall(r"^\| (\d+) \|", page, re.M)) == {str(int(code)) for code in ExitCode}


def test_every_key_of_the_language_is_explained() -> None:
    page = (DOCS / "reference/profile.md").read_text("utf-8")
    registry = Registry.from_installed()
    top: dict[str, Any] = json.loads(json.dumps(profile_schema(registry)))["properties"]
    without_keys_of_its_own = top["filename"]["properties"]
    keys = {*top, *without_keys_of_its_own} - {*registry.sections, *registry.settings}
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_every_public_name_is_in_the_reference_of_the_library() -> None:
    pages = "".join(page.read_text("utf-8") for page in DOCS.glob("reference/api/*.md"))
    shown: set[int] = set()
    for target in re.findall(r"^::: (\S+)$", pages, re.M):
        try:
            found = import_module(target)
            shown.update(id(getattr(found, name)) for name in getattr(found, "__all__", vars(found)))
        except ModuleNotFoundError:
            module, _, own = target.rpartition(".")
            shown.add(id(getattr(import_module(module), own)))
    for package in (deidentikit, deidentikit.testing):
        assert {name for name in package.__all__ if id(getattr(package, name)) not in shown} == set()


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
