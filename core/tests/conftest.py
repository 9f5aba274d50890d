"""A registry of small actions over files of lines, and runs of profiles with it."""

from __future__ import annotations

import inspect
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from deidentikit.action import KEEP, REMOVE, Action, Verdict
from deidentikit.context import Context
from deidentikit.errors import FieldError
from deidentikit.kinds import Kind, Value
from deidentikit.plan import parse_profile
from deidentikit.profile import Profile
from deidentikit.registry import Registry
from deidentikit.report import Report
from deidentikit.run import deidentify
from deidentikit.schema import Fragment, Key, Text, Texts, Validator
from deidentikit.testing import LinesFile


@attrs.frozen
class Leave(Action):
    name: ClassVar[str] = "leave"
    summary: ClassVar[str] = "Leave a field."
    kind: ClassVar[Kind] = Kind.NATIVE
    default: ClassVar[bool] = True

    def apply_field(self, values: Sequence[Value], context: Context) -> Verdict:
        return KEEP


@attrs.frozen
class Take(Action):
    name: ClassVar[str] = "take"
    summary: ClassVar[str] = "Take a field out."
    kind: ClassVar[Kind] = Kind.NATIVE

    @property
    def removes(self) -> bool:
        return True

    def apply_field(self, values: Sequence[Value], context: Context) -> Verdict:
        return REMOVE


@attrs.frozen
class Put(Action):
    """Writes texts, and makes the field."""

    name: ClassVar[str] = "put"
    summary: ClassVar[str] = "Write texts."
    kind: ClassVar[Kind] = Kind.NATIVE
    value: tuple[str, ...]

    @classmethod
    def value_schema(cls, registry: Registry) -> Validator:
        return Texts(blank=True)

    @property
    def creates(self) -> bool:
        return True

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value]:
        return self.value


@attrs.frozen
class Tag(Action):
    """Puts the subject and another field before a text, and is picky about some texts."""

    name: ClassVar[str] = "tag"
    summary: ClassVar[str] = "Tag a text."
    kind: ClassVar[Kind] = Kind.TEXT
    tag_field: str = ""

    @classmethod
    def options_schema(cls, registry: Registry) -> Fragment:
        return {"tag-field": Key(Text(), "A field to put before the text.")}

    def reads(self) -> Iterable[str]:
        return (self.tag_field,) if self.tag_field else ()

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        if not isinstance(value, str):
            raise FieldError("wrong-kind", "the value is no text")
        if value.startswith("bad"):
            raise FieldError("no-match", "the value is one that this action cannot treat")
        if value.startswith("gone"):
            return REMOVE
        if value.startswith("stay"):
            return KEEP
        other = "+".join(context.original(self.tag_field)) if self.tag_field else "tagged"
        return f"{other}:{value}"


@attrs.frozen
class Sign(Action):
    name: ClassVar[str] = "sign"
    summary: ClassVar[str] = "Put the subject before a text."
    kind: ClassVar[Kind] = Kind.TEXT
    per_subject: ClassVar[bool] = True

    def apply(self, value: Value, context: Context) -> Value:
        return f"{context.subject}:{value!s}"


@attrs.frozen
class Trip(Action):
    """Has a defect: its error quotes the value."""

    name: ClassVar[str] = "trip"
    summary: ClassVar[str] = "Trip."
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value: Value, context: Context) -> Value:
        if str(value).startswith("leave"):
            raise SystemExit(value)
        try:
            int(str(value))
        except ValueError as error:
            raise RuntimeError(f"cannot work with {value!r}") from error
        raise LookupError(value)


@attrs.frozen
class Interrupt(Action):
    name: ClassVar[str] = "interrupt"
    summary: ClassVar[str] = "Interrupt the run."
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value: Value, context: Context) -> Value:
        raise KeyboardInterrupt


ACTIONS = (Leave, Take, Put, Tag, Sign, Trip, Interrupt)


def make_registry() -> Registry:
    return Registry.of(LinesFile, *ACTIONS)


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Files of lines, and seven actions."""
    return make_registry()


@pytest.fixture
def lines_installed(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program finds this registry installed, and nothing else."""
    monkeypatch.setattr(Registry, "from_installed", classmethod(lambda cls, without=(): registry))


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Puts distributions with one plugin module each on the path, and nothing else that is installed."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *(p for p in sys.path if "site-packages" not in p)])
    modules: list[str] = []

    def put(distribution: str, code: str, entry: str = "", version: str = "1.0", requires: str = "") -> None:
        module = f"{tmp_path.name}_{distribution}".replace("-", "_")
        modules.append(module)
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        about = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (info / "METADATA").write_text(about + (f"Requires-Dist: {requires}\n" if requires else ""))
        (info / "entry_points.txt").write_text(f"[deidentikit]\n{entry or distribution} = {module}\n")

    yield put
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def shallow_stack() -> Iterator[int]:
    """A stack that soon overflows; gives a depth of folders that no recursion over them survives."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 150)
    yield 300
    sys.setrecursionlimit(before)


Deidentify = Callable[..., Report]


@pytest.fixture
def deidentify_lines(tmp_path: Path, registry: Registry) -> Deidentify:
    """Write inputs to ``in``, run a profile on them, outputs in ``out``; further options as in the library."""

    def run(profile: str | Profile, inputs: Mapping[str, str | bytes], **options: object) -> Report:
        source = tmp_path / "in"
        if source.exists():
            shutil.rmtree(source)
        source.mkdir()
        for name, content in inputs.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        loaded = parse_profile(profile, registry) if isinstance(profile, str) else profile
        return deidentify(source, tmp_path / "out", profile=loaded, **options)  # type: ignore[arg-type]

    return run
