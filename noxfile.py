"""The gates of this repository. `nox` runs them all; `nox -l` lists them, `nox -s NAME` runs one."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nox

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "uv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"
nox.options.sessions = ["lint", "types", "tests", "wheels", "scaffold", "examples", "imports", "docs"]

ROOT = Path(__file__).parent
PROJECTS = [ROOT, ROOT / "core", *sorted(file.parent for file in ROOT.glob("plugins/*/*/pyproject.toml"))]
EXAMPLES = sorted(file.parent for file in ROOT.glob("docs/examples/*/pyproject.toml"))
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
AT_ONCE = ("--numprocesses=auto",)
PYTHONS = sorted({"3.11", "3.12", "3.13", RUNNING}, key=lambda version: int(version.partition(".")[2]))

PINS = re.compile(r"^constraint-dependencies = \[(?:|\n.*?)\]$", re.MULTILINE | re.DOTALL)
FOREIGN = re.compile(
    r"<(?:script|img|iframe)\b[^>]*\ssrc=[\"']?(?:https?:)?//|<link\b[^>]*\srel=[\"']?stylesheet[^>]*//"
)

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

PROFILE_OF_NEW = """
json:
  fields:
    - name: id
      hide-text: yes
      hide-text-visible: 3
pairs:
  fields:
    - name: id
      hide-text: yes
    - name: note
      remove: yes
"""
GIVEN_TO_NEW = {"a.json": '{"id": "MRN20417", "site": 1}', "a.pairs": "#pairs\nid=MRN20417\nnote=none\nsite=1\n"}
MADE_BY_NEW = {"a.json": '{"id": "XXXXX417", "site": 1}', "a.pairs": "#pairs\nid=XXXXXXXX\nsite=1\n"}


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


def install(session: nox.Session, venv: Path, dist: Path, *wanted: str) -> None:
    """Install packages into an environment: ours as just built in `dist`, the others in the versions tested with.

    uv knows a wheel it has unpacked before by path, name and version, so ours are read anew each time.
    """
    own = [f"--refresh-package={distribution(folder)}" for folder in (*PROJECTS, *EXAMPLES)]
    sources = [f"--find-links={dist}", f"--constraints={ROOT / 'constraints.txt'}"]
    uv(session, "pip", "install", f"--python={venv}", *sources, *own, *wanted)


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
    for folder in EXAMPLES:
        parts = [str(folder / "src"), str(folder / "tests")]
        session.run("mypy", "--strict", *parts, env={"MYPYPATH": os.pathsep.join(parts)})


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests; under the Python that runs nox, with what they cover. Arguments after `--` go to pytest alone."""
    sync(session)
    if session.posargs:
        session.run("pytest", *session.posargs)
    elif session.python == RUNNING:
        measure(session)
    else:
        session.run("pytest", *AT_ONCE)


def measure(session: nox.Session) -> None:
    """Run all tests under branch coverage, the processes they start included: a table by package, and the floor.

    The floor holds where the public test files are present, without which many tests are skipped.
    """
    folder = Path(session.create_tmp()).resolve()
    for file in folder.glob("data*"):
        file.unlink()
    env = {"COVERAGE_FILE": str(folder / "data")}
    session.run("coverage", "run", "--parallel-mode", "-m", "pytest", *AT_ONCE, env=env)
    session.run("coverage", "combine", "--quiet", env=env)
    session.run("coverage", "json", "--quiet", "--fail-under=0", "-o", str(folder / "report.json"), env=env)
    print("\n".join(by_package(json.loads((folder / "report.json").read_text("utf-8")))))
    corpus = "from deidentikit.testing.corpus import corpus_dir; print(corpus_dir() or '')"
    floor = [] if str(session.run("python", "-c", corpus, silent=True)).strip() else ["--fail-under=0"]
    session.run("coverage", "report", "--format=total", *floor, env=env)


def by_package(report: dict[str, Any]) -> Iterator[str]:
    """The lines of a table of what coverage measured."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for file, found in report["files"].items():
        parts = Path(file).parts
        for name in (parts[parts.index("src") + 1], "together"):
            sums[name].update({key: value for key, value in found["summary"].items() if isinstance(value, int)})
    yield f"{'package':<28}{'lines':>8}{'not run':>9}{'branches':>10}{'not run':>9}{'covered':>9}"
    for name, total in sorted(sums.items(), key=lambda item: (item[0] == "together", item[0])):
        done = total["covered_lines"] + total["covered_branches"]
        share = 100 * done / (total["num_statements"] + total["num_branches"])
        lines = f"{total['num_statements']:>8}{total['missing_lines']:>9}"
        yield f"{name:<28}{lines}{total['num_branches']:>10}{total['missing_branches']:>9}{share:>8.1f}%"


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
        install(session, venv, dist, str(wheel))
        statement = f"import {package(folder) or 'deidentikit'}"
        session.run(str(scripts / "python"), "-I", "-c", statement, external=True)
        listed = session.run(str(scripts / "deidentikit"), "plugins", external=True, silent=True)
        if folder.parent.name in ("actions", "filetypes") and name not in str(listed):
            session.error(f"`deidentikit plugins` does not list {name}")


@nox.session
def scaffold(session: nox.Session) -> None:
    """What `deidentikit new` writes works in a fresh environment beside the wheels: its own gates, a profile."""
    dist = Path(session.create_tmp()).resolve() / "dist"
    venv, folder = dist.with_name("fresh"), dist.with_name("plugins")
    shutil.rmtree(folder, ignore_errors=True)
    used = [ROOT / "core", ROOT / "plugins/filetypes/json", ROOT / "plugins/actions/remove"]
    for part in used:
        uv(session, "build", "--wheel", f"--out-dir={dist}", str(part))
    uv(session, "venv", "--clear", "--seed", f"--python={session.virtualenv.location}", str(venv))
    tools = ("mypy", "nox", "pytest", "ruff")
    install(session, venv, dist, "deidentikit-core[testing]", *map(distribution, used), *tools)

    scripts = venv / ("Scripts" if sys.platform == "win32" else "bin")
    env = {"PATH": os.pathsep.join((str(scripts), os.environ["PATH"]))}

    def run(*words: str) -> None:
        session.run(str(scripts / words[0]), *words[1:], external=True, silent=True, env=env)

    for kind, name in (("action", "hide-text"), ("filetype", "pairs")):
        run("deidentikit", "new", kind, name, f"--output={folder / name}", "--author=A. Maintainer")
        run("python", "-m", "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={dist}", str(folder / name))
        run("python", "-m", "pip", "install", "--quiet", "--no-index", f"--find-links={dist}", f"deidentikit-{name}")
        with session.chdir(folder / name):
            run("python", "-m", "nox", "--no-venv", "--no-install")
    (folder / "in").mkdir()
    for name, text in GIVEN_TO_NEW.items():
        (folder / "in" / name).write_text(text, "utf-8")
    (folder / "profile.yml").write_text(PROFILE_OF_NEW, "utf-8")
    run("deidentikit", "run", f"--profile={folder / 'profile.yml'}", str(folder / "in"), str(folder / "out"))
    made = {path.name: path.read_text("utf-8") for path in (folder / "out").iterdir()}
    if made != MADE_BY_NEW:
        session.error(f"the new plugins made {made}")


@nox.session
def examples(session: nox.Session) -> None:
    """The example plugins work in a fresh environment beside the wheels: all their tests, their profile."""
    dist = Path(session.create_tmp()).resolve() / "dist"
    venv = dist.with_name("fresh")
    scripts = venv / ("Scripts" if sys.platform == "win32" else "bin")
    uv(session, "build", "--all-packages", "--wheel", "--clear", f"--out-dir={dist}")
    uv(session, "venv", "--clear", f"--python={session.virtualenv.location}", str(venv))
    install(session, venv, dist, "deidentikit", "deidentikit-core[testing]", "pytest", *map(str, EXAMPLES))
    listed = str(session.run(str(scripts / "deidentikit"), "plugins", external=True, silent=True))
    for folder in EXAMPLES:
        if distribution(folder) not in listed:
            session.error(f"`deidentikit plugins` does not list {distribution(folder)}")
        with session.chdir(folder):
            session.run(str(scripts / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", external=True)
        for profile in folder.glob("*.yml"):
            check = ("check", f"--key-file={ROOT / 'examples/demo.key'}", str(profile))
            session.run(str(scripts / "deidentikit"), *check, external=True)


@nox.session
def imports(session: nox.Session) -> None:
    """Starting the program and loading every plugin imports no format library."""
    sync(session)
    session.run("python", "-I", "-c", IMPORTS)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation site, in `site`: no warnings, and nothing in it that a browser would load from elsewhere."""
    location = session.virtualenv.location
    environment = {"UV_PROJECT_ENVIRONMENT": location}
    only = ["--only-group=docs", f"--python={location}"]
    session.run_install("uv", "sync", "--quiet", *only, env=environment)
    session.run("mkdocs", "build", "--strict", "--clean", env={"NO_MKDOCS_2_WARNING": "1"})
    pages = sorted((ROOT / "site").rglob("*.html"))
    if foreign := [page.name for page in pages if FOREIGN.search(page.read_text("utf-8"))]:
        session.error(f"these pages load from elsewhere: {', '.join(foreign)}")


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
