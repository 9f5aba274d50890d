"""Every page of the documentation, done as a reader does it: profiles checked, commands and code run in order.

What the blocks of a page mean:

- ``yaml``: a whole profile; it can be used. With ``title="NAME"`` it is saved under that name.
- ``sh``: commands, in a folder that holds `examples` of this repository. All succeed.
- ``console``: commands after ``$``, each with what it prints. ``...`` stands for anything. A command may fail
  only where the next one is ``echo $?``.
- ``python``: a program for the same folder; or, where the first line is a comment with a path, a file of a plugin or
  an excerpt of one, which `test_docs` and `test_new` see to.
- ``toml``, ``json``, ``csv``, ``text``: shown, and saved where they have a title.

A block that cannot be done stands behind a line ``<!-- not run: why -->`` and in `NOT_RUN`.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import attrs
import pytest
from deidentikit import Registry, parse_profile

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXAMPLES = sorted(file.parent for file in DOCS.glob("examples/*/pyproject.toml"))
PAGES = sorted((ROOT / "README.md", *DOCS.rglob("*.md"), *ROOT.glob("plugins/*/*/README.md")))
FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>```+)(?P<language>\w*)(?P<rest>[^\n]*)\n(?P<text>.*?)^(?P=indent)(?P=fence)$",
    re.M | re.S,
)
NOT_RUN_MARK = re.compile(r"<!-- not run: (.+) -->\n\Z")
TITLE = re.compile(r'title="([\w./-]+)"')
OF_A_PLUGIN = re.compile(r"# (?:in )?(?:src|tests)/\S+\n")
MARK = "\x1e"

NOT_RUN = {
    "README.md": [
        "it installs packages; tests/test_examples.py does the rest",
        "it installs packages and runs this test",
        "it needs what the first command installs; the tutorial does the same",
    ],
    "docs/examples/README.md": ["it installs packages; nox -s examples does the same"],
    "docs/how-to/publish-a-plugin.md": [
        "it installs packages; nox -s scaffold does the same",
        "a part of a noxfile",
    ],
    "docs/how-to/write-a-file-type.md": ["it installs packages; nox -s scaffold does the same"],
    "docs/how-to/write-an-action.md": [
        "it installs packages; nox -s scaffold does the same",
        "a line of an action",
        "a part of an action",
        "a part of an action",
    ],
    "docs/tutorial/first-profile.md": ["it installs packages", "the test is in such a folder"],
    "plugins/support/image-metadata/README.md": ["a part of a program that has an EXIF block"],
}


@attrs.frozen
class Block:
    """A fenced block of a page."""

    line: int
    language: str
    title: str | None
    text: str
    not_run: str | None


def blocks(page: Path) -> Iterator[Block]:
    source = page.read_text("utf-8")
    for found in FENCE.finditer(source):
        title = TITLE.search(found["rest"])
        mark = NOT_RUN_MARK.search(source, 0, found.start())
        yield Block(
            line=source.count("\n", 0, found.start()) + 1,
            language=found["language"],
            title=title[1] if title else None,
            text=textwrap.dedent(found["text"]),
            not_run=mark[1] if mark else None,
        )


def with_blocks(*languages: str) -> list[Path]:
    return [page for page in PAGES if any(block.language in languages for block in blocks(page))]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """What is installed, the example plugins, and the action that a how-to writes."""
    written = tmp_path_factory.mktemp("written")
    for block in blocks(DOCS / "how-to/write-an-action.md"):
        if found := re.match(r"# src/(\S+)\n", block.text):
            (written / found[1]).parent.mkdir()
            (written / found[1]).write_text(block.text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        packages = []
        for sources in (written, *(folder / "src" for folder in EXAMPLES)):
            patch.syspath_prepend(sources)
            packages += [init.parent.name for init in sources.glob("*/__init__.py")]
        yield Registry.of(*(entry.load() for entry in entry_points(group="deidentikit")), *map(import_module, packages))


@pytest.mark.parametrize("page", with_blocks("yaml"), ids=named)
def test_every_profile_can_be_used(page: Path, registry: Registry) -> None:
    for block in blocks(page):
        if block.language == "yaml":
            assert parse_profile(block.text, registry, keyed=True).sections, f"line {block.line}"


@pytest.mark.parametrize("page", with_blocks("python", "toml", "json"), ids=named)
def test_every_other_language_is_well_formed(page: Path) -> None:
    for block in blocks(page):
        if block.language == "python" and not block.text.startswith("# in "):
            ast.parse(textwrap.dedent(block.text))
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "json":
            json.loads(block.text)


def test_blocks_that_are_not_run_are_known() -> None:
    found = {named(page): [block.not_run for block in blocks(page) if block.not_run] for page in PAGES}
    assert {page: reasons for page, reasons in found.items() if reasons} == NOT_RUN


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_has_a_language_that_says_what_it_is(page: Path) -> None:
    known = {"yaml", "sh", "console", "python", "toml", "json", "csv", "text"}
    assert {block.language for block in blocks(page)} <= known


@pytest.mark.parametrize("page", with_blocks("sh", "console", "python"), ids=named)
def test_page_can_be_followed(page: Path, tmp_path: Path) -> None:
    todo = [block for block in blocks(page) if block.not_run is None]
    if any("openssl" in block.text for block in todo if block.language in ("sh", "console")) and not _has_openssl():
        pytest.skip("openssl is not installed")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for block in todo:
        where = f"{named(page)}, line {block.line}"
        if block.title is not None:
            (tmp_path / block.title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.title).write_text(block.text, "utf-8")
        elif block.language == "sh":
            done = _run(["sh", "-eu", "-c", block.text], tmp_path)
            assert done.returncode == 0, f"{where}\n{done.stdout}"
        elif block.language == "console":
            _follow(block.text, tmp_path, where)
        elif block.language == "python" and not _first_comment(block):
            done = _run([sys.executable, "-W", "error", "-c", block.text], tmp_path)
            assert done.returncode == 0, f"{where}\n{done.stdout}"


def _first_comment(block: Block) -> str:
    """The comment that says which file of a plugin a block is, or is a part of."""
    found = OF_A_PLUGIN.match(block.text)
    return found[0] if found else ""


def _has_openssl() -> bool:
    return shutil.which("openssl") is not None


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "PIP_NO_INDEX": "1",  # a block without its mark installs nothing
        "UV_OFFLINE": "1",
    }
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _follow(text: str, folder: Path, where: str) -> None:
    """Run the commands of a console block and compare what they print."""
    parts = re.split(r"^\$ ", text.replace("\\\n", ""), flags=re.M)
    assert parts[0] == "", f"{where}: it begins with no command"
    shown = [part.partition("\n")[::2] for part in parts[1:]]
    mark = f"status=$?; printf '{MARK}%d{MARK}' $status"
    script = "".join(f"(exit ${{status-0}})\n{command}\n{mark}\n" for command, _ in shown)
    printed = _run(["sh", "-c", script], folder).stdout.split(MARK)
    got = list(zip(printed[::2], printed[1::2], strict=False))
    assert len(got) == len(shown), f"{where}\n{printed}"
    for number, ((command, expected), (output, status)) in enumerate(zip(shown, got, strict=True)):
        follows = shown[number + 1][0] if number + 1 < len(shown) else ""
        assert status == "0" or follows == "echo $?", f"{where}: {command}\nexit code {status}\n{output}"
        same = re.fullmatch(_pattern(expected), output if output.endswith("\n") or not output else f"{output}\n")
        assert same, f"{where}: {command}\nshown:\n{expected}\nprinted:\n{output}"


def _pattern(expected: str) -> str:
    """What a command may print: "..." on a line of its own is any lines, within a line anything."""
    lines = expected.rstrip("\n").splitlines()
    return "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n" for line in lines
    )
