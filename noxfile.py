"""The gates of this repository. `nox` runs them all; `nox -l` lists them, `nox -s NAME` runs one."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import nox

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "uv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"
nox.options.sessions = ["lint", "types", "tests", "wheels", "imports"]

ROOT = Path(__file__).parent
PROJECTS = [ROOT, ROOT / "core", *sorted(file.parent for file in ROOT.glob("plugins/*/*/pyproject.toml"))]
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHONS = sorted({"3.11", "3.12", "3.13", RUNNING}, key=lambda version: int(version.partition(".")[2]))

PINS = re.compile(r"^constraint-dependencies = \[(?:|\n.*?)\]$", re.MULTILINE | re.DOTALL)

IMPORTS = """
import sys
from importlib.metadata import entry_points

import deidentikit
import deidentikit.cli

for plugin in entry_points(group="deidentikit"):
    plugin.load()
heavy = {"numpy", "PIL", "pydicom", "tifffile", "xmltodict", "lxml", "pandas", "yaml", "nibabel"}
if found := sorted(heavy & set(sys.modules)):
    sys.exit(f"imported before any file is opened: {', '.join(found)}")
print(len(sys.modules), "modules")
"""


def distribution(folder: Path) -> str:
    """The name of the distribution that a folder builds."""
    name: str = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["name"]
    return name


def package(folder: Path) -> str | None:
    """The import package that a folder holds, or None for the bundle."""
    return next((init.parent.name for init in folder.glob("src/*/__init__.py")), None)


def sync(session: nox.Session) -> None:
    """Install every package of the workspace, editable, and the tools of the dev group."""
    session.run_install(
        "uv",
        "sync",
        "--quiet",
        "--all-packages",
        f"--python={session.virtualenv.location}",
        env={"UV_PROJECT_ENVIRONMENT": session.virtualenv.location},
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Style and layout of the code."""
    sync(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly: every package, the benchmarks and this file."""
    sync(session)
    packages = [name for name in map(package, PROJECTS) if name]
    session.run("mypy", "--strict", *[word for name in packages for word in ("-p", name)])
    for script in ["noxfile.py", *sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("benchmarks/*.py"))]:
        session.run("mypy", "--strict", script)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests of all packages. Arguments after `--` go to pytest."""
    sync(session)
    session.run("pytest", *session.posargs)


@nox.session
def wheels(session: nox.Session) -> None:
    """Each wheel installs alone, with what it declares and no more, and can be imported."""
    dist = Path(session.create_tmp()) / "dist"
    session.run("uv", "build", "--quiet", "--all-packages", "--wheel", "--clear", f"--out-dir={dist}", external=True)
    for folder in PROJECTS:
        name = distribution(folder)
        venv = dist.parent / "alone"
        session.run("uv", "venv", "--quiet", "--clear", f"--python={session.virtualenv.location}", str(venv), external=True)
        (wheel,) = dist.glob(f"{name.replace('-', '_')}-[0-9]*.whl")
        session.run(
            "uv",
            "pip",
            "install",
            "--quiet",
            f"--python={venv}",
            f"--find-links={dist}",
            f"--constraints={ROOT / 'constraints.txt'}",
            str(wheel),
            external=True,
        )
        python = str(venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
        session.run(python, "-I", "-c", f"import {package(folder) or 'deidentikit'}", external=True)
        session.run(python, "-I", "-m", "deidentikit.cli", "plugins", external=True, silent=True)


@nox.session
def imports(session: nox.Session) -> None:
    """Starting the program and loading every plugin imports no format library."""
    sync(session)
    session.run("python", "-I", "-c", IMPORTS)


@nox.session
def constraints(session: nox.Session) -> None:
    """Refresh the versions tested with, in pyproject.toml and in constraints.txt."""
    project = ROOT / "pyproject.toml"
    before = project.read_text("utf-8")
    try:
        project.write_text(PINS.sub("constraint-dependencies = []", before), "utf-8")
        exported = session.run(
            "uv",
            "export",
            "--quiet",
            "--upgrade",
            "--all-packages",
            "--all-groups",
            "--all-extras",
            "--no-emit-workspace",
            "--no-hashes",
            "--no-annotate",
            "--no-header",
            external=True,
            silent=True,
        )
    finally:
        project.write_text(before, "utf-8")
    pins = sorted(str(exported).splitlines())
    array = "".join(f'    "{pin.replace(chr(34), chr(39))}",\n' for pin in pins)
    project.write_text(PINS.sub(lambda _: f"constraint-dependencies = [\n{array}]", before), "utf-8")
    (ROOT / "constraints.txt").write_text("".join(f"{pin}\n" for pin in pins), "utf-8")
