"""Runs the engine on JSON in memory, with small actions that need no other package."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import IO, ClassVar

import attrs
import pytest
from deidentikit.action import KEEP, REMOVE, Action, Verdict
from deidentikit.context import Context, Keys
from deidentikit.engine import Engine
from deidentikit.errors import FieldError
from deidentikit.filetype import Named
from deidentikit.kinds import Form, Kind, Moment, Value
from deidentikit.plan import Plan, compile_plans
from deidentikit.profile import NameRule, Profile, Rule, Section
from deidentikit.registry import Registry
from deidentikit.report import Outcome
from deidentikit.splice import BytesSource
from deidentikit_json import JsonFile


@attrs.frozen
class Put(Action):
    """Writes texts of the profile, made where they are absent."""

    name: ClassVar[str] = "put"
    kind: ClassVar[Kind] = Kind.NATIVE
    texts: tuple[str, ...]

    @property
    def creates(self) -> bool:
        return True

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value]:
        return self.texts


@attrs.frozen
class Drop(Action):
    name: ClassVar[str] = "drop"
    kind: ClassVar[Kind] = Kind.NATIVE

    def apply_field(self, values: Sequence[Value], context: Context) -> Verdict:
        return REMOVE


@attrs.frozen
class Stay(Action):
    name: ClassVar[str] = "stay"
    kind: ClassVar[Kind] = Kind.NATIVE

    def apply_field(self, values: Sequence[Value], context: Context) -> Verdict:
        return KEEP


@attrs.frozen
class Mask(Action):
    """A digest of the text."""

    name: ClassVar[str] = "mask"
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value: Value, context: Context) -> Value:
        assert isinstance(value, str)
        return "#" + hashlib.sha256(value.encode()).hexdigest()[:12]


@attrs.frozen
class Same(Action):
    """Gives every value back."""

    name: ClassVar[str] = "same"
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value: Value, context: Context) -> Value:
        return value


@attrs.frozen
class Add(Action):
    name: ClassVar[str] = "add"
    kind: ClassVar[Kind] = Kind.NUMBER
    amount: Decimal

    def apply(self, value: Value, context: Context) -> Value:
        assert isinstance(value, Decimal)
        try:
            return value + self.amount
        except ArithmeticError:
            raise FieldError("out-of-range", "the sum is no number of usable size") from None


@attrs.frozen
class Later(Action):
    """A date some days later."""

    name: ClassVar[str] = "later"
    kind: ClassVar[Kind] = Kind.DATE
    days: int
    format: str | None = None

    @property
    def form(self) -> Form:
        kind = Kind.DATETIME if self.format and ("H" in self.format or "time" in self.format) else Kind.DATE
        return Form(kind, self.format, self.format is not None)

    def apply(self, value: Value, context: Context) -> Value:
        assert isinstance(value, Moment)
        return value.shift(timedelta(days=self.days))


@attrs.frozen
class Fail(Action):
    name: ClassVar[str] = "fail"
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value: Value, context: Context) -> Value:
        raise FieldError("out-of-range", "no value will do")


@attrs.frozen
class Peek(Action):
    """The texts of another field."""

    name: ClassVar[str] = "peek"
    kind: ClassVar[Kind] = Kind.TEXT
    other: str

    def reads(self) -> Iterable[str]:
        return (self.other,)

    def apply(self, value: Value, context: Context) -> Value:
        return "|".join(context.original(self.other))


class _Memory:
    """An output that keeps its bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.data: bytes | None = None
        self._file = file

    def claim(self, name: str) -> str:
        return name

    def stage(self) -> int:
        return self._file.fileno()

    def publish(self) -> None:
        self.data = os.pread(self._file.fileno(), os.fstat(self._file.fileno()).st_size, 0)


@attrs.frozen
class Edited:
    """What came out, and what was said about it."""

    data: bytes
    outcome: Outcome


_ACTIONS: dict[str, Callable[..., Action]] = {
    "put": lambda *texts: Put(texts),
    "drop": Drop,
    "stay": Stay,
    "mask": Mask,
    "same": Same,
    "add": lambda amount: Add(Decimal(amount)),
    "later": Later,
    "fail": Fail,
    "peek": Peek,
}


def _plan(rules: Iterable[Sequence[object]], name: str | None, on_error: str, options: dict[str, object]) -> Plan:
    made = []
    for line, (selector, action, *arguments) in enumerate(rules, 1):
        assert isinstance(selector, str)
        assert isinstance(action, str)
        regex = selector.startswith("re:")
        named = Named(regex=selector[3:]) if regex else Named(name=selector)
        made.append(Rule(named, _ACTIONS[action](*arguments), line))
    names: tuple[NameRule, ...] = ()
    if name is not None:
        names = (NameRule(re.compile(""), name, {}, 1),)
    section = Section(
        name="json",
        line=1,
        file_type=JsonFile(options, "json"),
        rules=tuple(made),
        filenames=names,
        on_error=on_error,
        formats=JsonFile.formats,
    )
    (plan,), problems = compile_plans(Profile(sections=(section,)), Registry.of(JsonFile), keyed=False)
    assert all(problem.warning for problem in problems), problems
    return plan


Edit = Callable[..., Edited]


@pytest.fixture(scope="session")
def edit() -> Edit:
    """Edit JSON bytes by rules, each a selector (``re:`` before a regex), an action, its arguments."""

    def run(
        data: bytes | str,
        *rules: Sequence[object],
        named: str | None = None,
        on_error: str = "refuse",
        **options: object,
    ) -> Edited:
        raw = data.encode() if isinstance(data, str) else data
        plan = _plan(rules, named, on_error, {key.replace("_", "-"): value for key, value in options.items()})
        engine = Engine(Keys(None, bytes(32)), datetime(2020, 1, 1), detailed=True)
        with tempfile.TemporaryFile() as file:
            memory = _Memory(file)
            outcome = engine.process(plan, BytesSource(raw), "a.json", memory)
        assert memory.data is not None
        return Edited(memory.data, outcome)

    return run
