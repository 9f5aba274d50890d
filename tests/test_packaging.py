"""The bundle, the pinned versions and the packages of this repository agree with each other."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = sorted(file.parent for file in ROOT.glob("plugins/*/*/pyproject.toml"))
PLUGINS = [folder for folder in FOLDERS if folder.parent.name != "support"]
BUNDLED = [ROOT / "core", *PLUGINS]
CALLED = {"deidentikit": "deidentikit_core", "PIL": "pillow"}
"""Distributions whose names are not those of the packages that are imported."""


def config(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))


def project(folder: Path) -> dict[str, Any]:
    table: dict[str, Any] = config(folder)["project"]
    return table


def test_bundle_depends_on_the_core_and_every_plugin_exactly() -> None:
    parts = [project(folder) for folder in BUNDLED]
    assert project(ROOT)["dependencies"] == sorted(f"{part['name']}=={part['version']}" for part in parts)


def test_bundle_takes_them_from_the_workspace() -> None:
    sources = config(ROOT)["tool"]["uv"]["sources"]
    assert sources == {project(part)["name"]: {"workspace": True} for part in BUNDLED}


def test_constraints_for_uv_and_for_pip_agree() -> None:
    for_uv = config(ROOT)["tool"]["uv"]["constraint-dependencies"]
    for_pip = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert for_uv == for_pip


def test_every_outside_requirement_has_a_tested_version() -> None:
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    tested = {re.split(r"[=\s;]", pin)[0] for pin in pins}
    needs = [*config(ROOT)["dependency-groups"]["dev"]]
    for part in map(project, [ROOT / "core", *FOLDERS]):
        needs += part["dependencies"]
        needs += [need for extra in part.get("optional-dependencies", {}).values() for need in extra]
    names = {re.split(r"[^A-Za-z0-9-]", need)[0] for need in needs}
    assert {name for name in names if not name.startswith("deidentikit-")} <= tested


def imported(folder: Path) -> Iterator[str]:
    """The packages from elsewhere that the code of a package imports."""
    for file in (folder / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            yield from (name.partition(".")[0] for name in names)


@pytest.mark.parametrize("folder", [ROOT / "core", *FOLDERS], ids=lambda folder: folder.name)
def test_package_depends_on_what_it_imports(folder: Path) -> None:
    table = project(folder)
    extras = table.get("optional-dependencies", {}).values()
    needs = [*table["dependencies"], *(need for extra in extras for need in extra)]
    declared = {re.split(r"[^A-Za-z0-9-]", need)[0].replace("-", "_") for need in needs}
    own = next((folder / "src").iterdir()).name
    known = {own, "_typeshed", *sys.stdlib_module_names}  # _typeshed is there for type checkers alone
    used = {name for name in imported(folder) if name not in known}
    assert declared == {CALLED.get(name, name) for name in used}


@pytest.mark.parametrize("folder", [ROOT, ROOT / "core", *FOLDERS], ids=lambda folder: folder.name)
def test_package_says_who_it_is_for(folder: Path) -> None:
    table = project(folder)
    assert table["authors"] == project(ROOT)["authors"]
    assert "de-identification" in table["keywords"]
    assert set(project(ROOT)["classifiers"]) <= set(table["classifiers"])
    assert ("Typing :: Typed" in table["classifiers"]) == (folder != ROOT)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_package_is_complete(folder: Path) -> None:
    table = project(folder)
    module = f"deidentikit_{folder.name.replace('-', '_')}"
    assert table["name"] == f"deidentikit-{folder.name}"
    assert "deidentikit-core>=0.1,<0.2" in table["dependencies"]
    assert (folder / "src" / module / "py.typed").is_file()
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    readme = (folder / "README.md").read_text("utf-8")
    assert readme.startswith(f"# {table['name']}\n")
    if folder in PLUGINS:
        assert table["entry-points"] == {"deidentikit": {folder.name: module}}
        assert "```yaml" in readme, "the README shows it in a profile"
    else:
        assert "entry-points" not in table, "a library that plugins share is no plugin"
