"""The plugins that the documentation shows, built from its text and held to the contract."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from deidentikit import Registry, parse_profile

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REASON = re.compile(r"(?:FileError|FieldError)\(\s*\"([a-z0-9-]+)\"")


def written_plugin(folder: Path, page: str) -> None:
    """Every block of a page that begins with a path comment, as a file."""
    for _, text in BLOCK.findall((DOCS / page).read_text("utf-8")):
        if found := re.match(r"# ((?:src|tests)/\S+|pyproject\.toml)\n", text):
            path = folder / found[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def run_tests(folder: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(folder / "tests")]
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": "", "HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_action_of_the_how_to_keeps_the_contract(tmp_path: Path) -> None:
    written_plugin(tmp_path, "how-to/write-an-action.md")
    assert (tmp_path / "src/deidentikit_shout/__init__.py").is_file()
    assert run_tests(tmp_path) == ""


def test_reference_of_plugins_is_what_is_installed() -> None:
    done = subprocess.run([sys.executable, DOCS / "generate.py", "--check"], check=False)
    assert done.returncode == 0, "run python docs/generate.py"


def test_every_profile_in_the_docs_and_in_packages_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for sources in DOCS.glob("examples/*/src"):
        monkeypatch.syspath_prepend(sources)
    examples = [import_module(package.name) for package in DOCS.glob("examples/*/src/*")]
    registry = Registry.of(*(entry.load() for entry in entry_points(group="deidentikit")), *examples)
    for page in (*DOCS.rglob("*.md"), *ROOT.glob("plugins/*/*/README.md")):
        for language, text in BLOCK.findall(page.read_text("utf-8")):
            if language == "yaml" and "shout" not in text:
                assert parse_profile(text, registry, keyed=True).sections, page


def test_every_reason_code_is_explained() -> None:
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", (DOCS / "reference/reason-codes.md").read_text("utf-8"), re.M))
    sources = [file for part in ("core", "plugins") for file in (DOCS.parent / part).glob("**/src/**/*.py")]
    raised = {code for file in sources for code in REASON.findall(file.read_text("utf-8"))}
    assert raised - explained == set()


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
