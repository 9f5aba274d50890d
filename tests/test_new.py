"""`deidentikit new`: the packages it writes, the names it takes, what it refuses to overwrite."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from deidentikit import Registry, UsageError, parse_profile
from deidentikit.errors import ExitCode
from deidentikit.scaffold.package import compatible_with
from deidentikit.testing import Project

KINDS = ("action", "filetype")
AWKWARD = (
    "my-action",
    "x1",
    "a",
    "class",
    "none",
    "context",
    "lines",
    "import",
    "json2",
    "name-of-thirty-two-letters-aa-bb",
)
DOCS = Path(__file__).parents[1] / "docs"
EXCERPT = re.compile(r"^```python\n# in (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Load = Callable[[Path, str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Imports the package in a folder as its user would; it is forgotten after the test."""
    before = set(sys.modules)

    def imported(folder: Path, name: str) -> ModuleType:
        monkeypatch.syspath_prepend(folder / "src")
        return importlib.import_module(f"deidentikit_{name.replace('-', '_')}")

    yield imported
    for module in set(sys.modules) - before:
        del sys.modules[module]


def new(project: Project, kind: str, name: str) -> Path:
    folder = project.folder / f"{kind}-{name}"
    project.command("new", kind, name, "--output", folder, "--author", "Jo Roe").assert_ok()
    return folder


def run_in(folder: Path, *words: str) -> str:
    """What a program says that ran in a package with its source at hand; nothing where all went well."""
    environment = {**os.environ, "PYTHONPATH": "src", "MYPYPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def installed(folder: Path) -> None:
    """What an installer writes about a package, beside its source."""
    about = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    info = folder / "src" / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n")
    points = "".join(f"{name} = {module}\n" for name, module in about["entry-points"]["deidentikit"].items())
    (info / "entry_points.txt").write_text(f"[deidentikit]\n{points}")


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_tests_pass_at_once(deid_project: Project, kind: str) -> None:
    folder = new(deid_project, kind, "my-plugin")
    installed(folder)
    assert run_in(folder, "pytest", "-q", "-p", "no:cacheprovider") == ""


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("kind", KINDS)
def test_any_name_gives_sound_code_in_good_style(deid_project: Project, kind: str, name: str, load: Load) -> None:
    folder = new(deid_project, kind, name)
    assert run_in(folder, "ruff", "check", "--no-cache", ".") == ""
    assert run_in(folder, "ruff", "format", "--no-cache", "--check", ".") == ""
    registry = Registry.of(load(folder, name))
    assert [plugin.name for plugin in registry.plugins] == [name]
    assert all(plugin.summary for plugin in registry.plugins)
    assert name in (registry.actions if kind == "action" else registry.sections)


@pytest.mark.parametrize("kind", KINDS)
def test_package_is_complete(deid_project: Project, kind: str) -> None:
    folder = new(deid_project, kind, "my-plugin")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found >= {
        ".gitignore",
        "LICENSE",
        "README.md",
        "noxfile.py",
        "pyproject.toml",
        "src/deidentikit_my_plugin/__init__.py",
        "src/deidentikit_my_plugin/py.typed",
        "tests/test_conformance.py",
    }
    about = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    assert about["project"]["name"] == "deidentikit-my-plugin"
    assert about["project"]["entry-points"] == {"deidentikit": {"my-plugin": "deidentikit_my_plugin"}}
    assert "deidentikit-core>=0.1,<0.2" in about["project"]["dependencies"]
    assert "deidentikit-core[testing]" in about["dependency-groups"]["dev"]
    assert about["project"]["authors"] == [{"name": "Jo Roe"}]
    assert "Jo Roe" in (folder / "LICENSE").read_text("utf-8")
    assert not [path for path in found if re.search(r"\$|__package__|template", (folder / path).read_text("utf-8"))]
    for path in found:
        if path.endswith(".py"):
            ast.parse((folder / path).read_text("utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_readme_shows_it_in_a_profile(deid_project: Project, kind: str, load: Load) -> None:
    folder = new(deid_project, kind, "my-plugin")
    every = Registry.from_installed()
    registry = Registry.of(
        load(folder, "my-plugin"), *every.file_types.values(), *dict.fromkeys(every.actions.values())
    )
    (text,) = YAML.findall((folder / "README.md").read_text("utf-8"))
    (section,) = parse_profile(text, registry).sections
    assert "my-plugin" in (section.name, *(rule.action.name for rule in section.rules))


@pytest.mark.parametrize(
    ("kind", "name", "page"), [("action", "mask", "write-an-action"), ("filetype", "pairs", "write-a-file-type")]
)
def test_how_tos_show_what_is_written(deid_project: Project, kind: str, name: str, page: str) -> None:
    folder = new(deid_project, kind, name)
    text = (DOCS / "how-to" / f"{page}.md").read_text("utf-8")
    assert f"deidentikit new {kind} {name}\n" in text
    excerpts = EXCERPT.findall(text)
    assert len(excerpts) > 1
    for path, excerpt in excerpts:
        assert excerpt in (folder / path).read_text("utf-8"), path


def test_it_says_how_to_go_on(deid_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deid_project.folder)
    result = deid_project.command("new", "action", "blur", "--author", "Jo Roe").assert_ok()
    assert (deid_project.folder / "deidentikit-blur" / "pyproject.toml").is_file()
    for step in (
        "cd deidentikit-blur",
        "pip install --editable . --group dev",
        "python -m pytest",
        "deidentikit plugins",
    ):
        assert step in result.stdout


@pytest.mark.parametrize(
    "name", ["edf+", "EDF", "my_action", "1x", "", "é", "a--b", "a b", "../a", "deidentikit-x", "a" * 33]
)
def test_a_name_that_cannot_be(deid_project: Project, name: str) -> None:
    result = deid_project.command("new", "filetype", name, "--output", deid_project.folder / "new")
    assert result.exit_code == ExitCode.USAGE
    assert len(result.stderr.splitlines()) == 1
    assert not (deid_project.folder / "new").exists()


def test_a_near_name_is_offered(deid_project: Project) -> None:
    assert "Did you mean 'edf'?" in deid_project.command("new", "filetype", "EDF+").stderr


@pytest.mark.parametrize(
    ("kind", "name", "owner"),
    [
        ("action", "hash", "deidentikit-hash 0.1.0 offers it"),
        ("action", "identity", "deidentikit-keep 0.1.0 offers it"),
        ("action", "regex", "a key of the profile language"),
        ("action", "jitter-min", "a key that an installed plugin brings"),
        ("action", "table", "deidentikit-table 0.1.0 is installed"),
        ("action", "core", "deidentikit-core 0.1.0 is installed"),
        ("filetype", "tsv", "deidentikit-table 0.1.0 offers it"),
        ("filetype", "folders", "a key of the profile language"),
        ("filetype", "salt", "a key that an installed plugin brings"),
    ],
)
def test_a_name_that_is_taken(deid_project: Project, kind: str, name: str, owner: str) -> None:
    result = deid_project.command("new", kind, name, "--output", deid_project.folder / "new")
    assert result.exit_code == ExitCode.USAGE
    assert owner in result.stderr
    assert not (deid_project.folder / "new").exists()


@pytest.mark.parametrize(
    ("kind", "name", "owner"),
    [
        ("action", "jitter", "it comes with deidentikit-jitter"),
        ("filetype", "csv", "it comes with deidentikit-table"),
        ("action", "table", "there is a package deidentikit-table"),
    ],
)
def test_a_name_that_is_known_but_not_installed(
    deid_project: Project, monkeypatch: pytest.MonkeyPatch, kind: str, name: str, owner: str
) -> None:
    monkeypatch.setattr(sys, "path", [path for path in sys.path if "site-packages" not in path])
    result = deid_project.command("new", kind, name, "--output", deid_project.folder / "new")
    assert result.exit_code == ExitCode.USAGE
    assert owner in result.stderr


def test_nothing_is_overwritten(deid_project: Project) -> None:
    folder = new(deid_project, "action", "blur")
    readme = folder / "README.md"
    readme.write_text("mine")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    result = deid_project.command("new", "action", "blur", "--output", folder)
    assert result.exit_code == ExitCode.USAGE
    assert "is not empty" in result.stderr
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_folder_that_cannot_be_written(deid_project: Project) -> None:
    deid_project.add("file", "")
    result = deid_project.command("new", "action", "blur", "--output", deid_project.source / "file" / "new")
    assert result.exit_code == ExitCode.USAGE
    assert "cannot be written: Not a directory" in result.stderr


def test_an_empty_folder_is_used(deid_project: Project) -> None:
    (deid_project.folder / "action-blur").mkdir()
    assert (new(deid_project, "action", "blur") / "LICENSE").is_file()


@pytest.mark.parametrize(
    ("author", "code"), [("  ", ExitCode.USAGE), ("Jo\nRoe", ExitCode.USAGE), ('A "B" \\ Ç $x', 0)]
)
def test_authors_of_all_kinds(deid_project: Project, author: str, code: int) -> None:
    folder = deid_project.folder / "new"
    assert deid_project.command("new", "action", "blur", "--output", folder, "--author", author).exit_code == code
    if code == ExitCode.DONE:
        about = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
        assert about["project"]["authors"] == [{"name": author}]


def test_without_git_nobody_in_particular_is_the_author(deid_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    folder = deid_project.folder / "new"
    deid_project.command("new", "action", "blur", "--output", folder).assert_ok()
    assert "The deidentikit-blur authors" in (folder / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize(
    ("version", "wanted"),
    [("0.1.0", ">=0.1,<0.2"), ("0.12.3", ">=0.12,<0.13"), ("1.0.0", ">=1.0,<2"), ("2.7.1.dev3", ">=2.7,<3")],
)
def test_the_core_is_asked_for_until_the_contract_may_change(version: str, wanted: str) -> None:
    assert compatible_with(version) == wanted


def test_a_core_of_no_version() -> None:
    with pytest.raises(UsageError, match="install deidentikit-core"):
        compatible_with("unknown")
