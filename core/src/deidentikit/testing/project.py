"""A profile, made-up inputs and the program that runs on them, so that tests read as a story."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import attrs

from ..cli import main
from ..errors import ExitCode

if TYPE_CHECKING:
    import pytest


class Project:
    """A folder with ``profile.yml``, inputs in ``in`` and outputs in ``out``.

    ::

        deid_project.profile("json:\\n  fields:\\n    - name: birth\\n      remove: yes\\n")
        deid_project.add("a.json", '{"birth": "1970-02-03"}')
        deid_project.run().assert_ok().assert_json("a.json", {})
    """

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.source = folder / "in"
        self.target = folder / "out"
        self.report = folder / "report"
        self._capture = capture
        self.source.mkdir(parents=True)

    @property
    def profile_path(self) -> Path:
        """Where the profile is."""
        return self.folder / "profile.yml"

    def profile(self, text: str) -> Self:
        """Write the profile."""
        self.profile_path.write_text(text, "utf-8")
        return self

    def key(self, secret: str = "0123456789abcdef0123456789abcdef") -> Path:
        """Write a key file, to be named after ``--key-file``."""
        path = self.folder / "key"
        path.write_text(secret, "ascii")
        return path

    def add(self, name: str, content: str | bytes) -> Path:
        """Write an input. `name` may hold folders; text is written as UTF-8, its line ends as they are."""
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, *arguments: str | os.PathLike[str]) -> Result:
        """``deidentikit run`` with the profile, from ``in`` to ``out``; `arguments` are further options."""
        return self.command("run", "--profile", self.profile_path, *arguments, self.source, self.target)

    def command(self, *arguments: str | os.PathLike[str]) -> Result:
        """Any command line."""
        self._capture.readouterr()
        try:
            code = main([os.fspath(argument) for argument in arguments])
        except SystemExit as ended:  # argparse ends so
            code = ended.code if isinstance(ended.code, int) else ExitCode.USAGE
        captured = self._capture.readouterr()
        return Result(int(code), captured.out, captured.err, self.target)


@attrs.frozen
class Result:
    """How a run ended, what it said, what it wrote."""

    exit_code: int
    stdout: str
    stderr: str
    target: Path

    @property
    def said(self) -> str:
        """All that a person would see."""
        return self.stdout + self.stderr

    @property
    def names(self) -> list[str]:
        """The paths of all outputs, relative to the target, sorted."""
        found = (path for path in self.target.rglob("*") if not path.is_dir())
        return sorted(path.relative_to(self.target).as_posix() for path in found)

    def output(self, name: str) -> bytes:
        """The bytes of an output."""
        path = self.target / name
        assert path.is_file(), f"no output {name}; there are {self.names}; the program said: {self.said}"
        return path.read_bytes()

    def assert_ok(self) -> Self:
        """Every input was done or copied."""
        assert self.exit_code == ExitCode.DONE, f"exit code {self.exit_code}; the program said: {self.said}"
        return self

    def assert_refused(self, reason: str, count: int = 1) -> Self:
        """`count` inputs were refused, all with this reason code."""
        assert self.exit_code == ExitCode.REFUSED, f"exit code {self.exit_code}; the program said: {self.said}"
        lines = [line for line in self.stderr.splitlines() if line.startswith("refused: ")]
        reasons = [line.rpartition("(")[2].removesuffix(")") for line in lines]
        assert reasons == [reason] * count, f"refused for {reasons}; the program said: {self.said}"
        return self

    def assert_outputs(self, *names: str) -> Self:
        """Exactly these files were written."""
        assert self.names == sorted(names)
        return self

    def assert_json(self, name: str, expected: Mapping[str, Any] | list[Any] | str | float | None) -> Self:
        """An output is JSON of this value."""
        found = json.loads(self.output(name))
        assert found == expected
        return self

    def assert_silent_about(self, *values: str) -> Self:
        """Nothing that was said holds any of these values."""
        leaked = [number for number, value in enumerate(values) if value in self.said]
        assert not leaked, f"the values number {leaked} stand in what the program said"
        return self
