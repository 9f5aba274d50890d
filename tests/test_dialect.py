"""Profiles in the dialect of the Flywheel migration toolkit give the results it documents.

The cases lie in the folder that the environment variable DEIDENTIKIT_FLYWHEEL_PROFILES names, or in
``flywheel-profiles`` beside the corpus; its ``compare.py`` runs and judges them.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import sysconfig
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from deidentikit.cli import main
from deidentikit.explanation import FORMATS
from deidentikit.registry import Registry
from deidentikit.testing.corpus import corpus_dir

VARIABLE = "DEIDENTIKIT_FLYWHEEL_PROFILES"
TOP_LEVEL = {"version", "name", "description", "secret-key", "deid-log"}
TOP_LEVEL_KEY = re.compile(r"^([\w-]+):", re.MULTILINE)


def profiles_dir() -> Path | None:
    if named := os.environ.get(VARIABLE):
        return Path(named)
    corpus = corpus_dir()
    beside = None if corpus is None else corpus.with_name("flywheel-profiles")
    return beside if beside is not None and beside.is_dir() else None


FOLDER = profiles_dir()
CASES = [] if FOLDER is None else sorted(file.parent for file in FOLDER.glob("cases/*/case.json"))
UNLIKE_THE_TOOLKIT = {
    "dicom-regex-field": "the name of the output follows SOPInstanceUID under a regex too, so that it does"
    " not keep the old UID",
}
REGISTRY = Registry.from_installed()


@pytest.fixture(scope="module")
def compare() -> ModuleType:
    assert FOLDER is not None
    spec = importlib.util.spec_from_file_location("dialect_compare", FOLDER / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def command() -> str:
    program = shutil.which("deidentikit", path=sysconfig.get_path("scripts"))
    assert program is not None
    return f"{shlex.quote(program)} run --profile {{profile}} {{input}} {{outdir}}"


@pytest.mark.corpus
@pytest.mark.skipif(FOLDER is None, reason="the folder of dialect profiles is not present")
def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.corpus
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # compare.py leaves closing files to Python
@pytest.mark.parametrize("case", CASES, ids=lambda folder: folder.name)
def test_case(case: Path, compare: ModuleType, command: str, request: pytest.FixtureRequest) -> None:
    if reason := UNLIKE_THE_TOOLKIT.get(case.name):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    sections = set(TOP_LEVEL_KEY.findall((case / "profile.yml").read_text("utf-8"))) - TOP_LEVEL
    if absent := sorted(sections - set(REGISTRY.sections)):
        pytest.skip(" ".join(REGISTRY.hint_section(name) for name in absent).strip())
    _, _, why, _ = compare.run_case(case.name, command, 60)
    assert not why


@pytest.mark.corpus
@pytest.mark.parametrize("case", CASES, ids=lambda folder: folder.name)
def test_every_profile_can_be_explained(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = str(case / "profile.yml")
    usable = main(["check", profile]) == 0
    for style in FORMATS:
        capsys.readouterr()
        assert (main(["explain", profile, "--format", style]) == 0) is usable
        page = capsys.readouterr().out
        assert ("Everything that no rule names" in page) is usable
        if not usable:
            continue
        if style == "html":
            ElementTree.fromstring(page.partition("\n")[2])
