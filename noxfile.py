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


def uv(session: nox.Session, *words: str) -> str:
    """Run uv quietly; what it printed."""
    return str(session.run("uv", *words, "--quiet", external=True, silent=True))


def sync(session: nox.Session) -> None:
    """Install every package of the workspace, editable, and the tools of the dev group."""
    location = session.virtualenv.location
    environment = {"UV_PROJECT_ENVIRONMENT": location}
    session.run_install("uv", "sync", "--quiet", "--all-packages", f"--python={location}", env=environment)


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
    session.run("mypy", "--strict", "noxfile.py", "benchmarks", env={"MYPYPATH": "benchmarks"})


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests of all packages. Arguments after `--` go to pytest."""
    sync(session)
    session.run("pytest", *session.posargs)


@nox.session
def wheels(session: nox.Session) -> None:
    """Each wheel installs alone, with what it declares and no more, can be imported and is found."""
    dist = Path(session.create_tmp()) / "dist"
    venv = dist.with_name("alone")
    scripts = venv / ("Scripts" if sys.platform == "win32" else "bin")
    uv(session, "build", "--all-packages", "--wheel", "--clear", f"--out-dir={dist}")
    for folder in PROJECTS:
        name = distribution(folder)
        (wheel,) = dist.glob(f"{name.replace('-', '_')}-[0-9]*.whl")
        uv(session, "venv", "--clear", f"--python={session.virtualenv.location}", str(venv))
        pins = f"--constraints={ROOT / 'constraints.txt'}"
        uv(session, "pip", "install", f"--python={venv}", f"--find-links={dist}", pins, str(wheel))
        statement = f"import {package(folder) or 'deidentikit'}"
        session.run(str(scripts / "python"), "-I", "-c", statement, external=True)
        listed = session.run(str(scripts / "deidentikit"), "plugins", external=True, silent=True)
        if folder.parent.name in ("actions", "filetypes") and name not in str(listed):
            session.error(f"`deidentikit plugins` does not list {name}")


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
        what = ["--all-packages", "--all-groups", "--all-extras", "--no-emit-workspace"]
        form = ["--no-hashes", "--no-annotate", "--no-header"]
        exported = uv(session, "export", "--upgrade", *what, *form)
    finally:
        project.write_text(before, "utf-8")
    pins = sorted(exported.splitlines())
    array = "".join(f'    "{pin.replace(chr(34), chr(39))}",\n' for pin in pins)
    project.write_text(PINS.sub(lambda _: f"constraint-dependencies = [\n{array}]", before), "utf-8")
    (ROOT / "constraints.txt").write_text("".join(f"{pin}\n" for pin in pins), "utf-8")
