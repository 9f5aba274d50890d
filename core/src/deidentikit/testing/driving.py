"""Driving one file type without a profile: probing actions, rules, outputs in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, MutableSequence, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final, cast

import attrs

from ..action import KEEP, REMOVE, Action, Verdict
from ..context import Context, Keys
from ..engine import Engine
from ..filetype import Batch, Column, Document, FileType, Named, Step
from ..kinds import Form, Kind, Moment, Span, Value
from ..plan import Plan, compile_plans
from ..profile import Profile
from ..registry import Registry
from ..report import Outcome
from ..rules import Rule, Section
from ..splice import BytesSink, BytesSource, Source

SECRET: Final = b"a key that stands in tests alone."
TODAY: Final = datetime(2026, 1, 2)
FORMAT_LIBRARIES: Final = frozenset(
    "PIL SimpleITK bs4 cv2 defusedxml exifread h5py imageio lxml nibabel numpy openpyxl pandas piexif polars"
    " pyarrow pydicom pylibjpeg skimage tifffile xmltodict".split()
)
"""What importing a plugin must not bring in."""


@attrs.frozen(eq=False)
class Probe(Action):
    """An action made on the spot.

    kind_of : the kind it asks for
    treat : its result for the values of a field
    seen : gets the values of every field it is given
    makes : it creates the field where it is absent
    needs : names of fields it reads
    """

    name: ClassVar[str] = "probe"
    kind: ClassVar[Kind] = Kind.NATIVE
    deterministic: ClassVar[bool] = False
    """It is shown every value, and what it makes takes no memory."""

    kind_of: Kind
    treat: Callable[[Sequence[Value]], Sequence[Value] | Verdict]
    seen: MutableSequence[tuple[Value, ...]] = attrs.field(factory=list)
    makes: bool = False
    needs: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        return Form(self.kind_of)

    @property
    def creates(self) -> bool:
        return self.makes

    def reads(self) -> Iterable[str]:
        return self.needs

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value] | Verdict:
        self.seen.append(tuple(values))
        return self.treat(values)


def echo(kind: Kind) -> Probe:
    """Gives back the very values that it got."""
    return Probe(kind, list)


def keep(kind: Kind) -> Probe:
    """Says that the field stays."""
    return Probe(kind, lambda values: KEEP)


def take(kind: Kind = Kind.NATIVE) -> Probe:
    """Takes the field out."""
    return Probe(kind, lambda values: REMOVE)


def change(kind: Kind) -> Probe:
    """Gives other values of the same kind; see `changed`."""
    return Probe(kind, lambda values: [changed(kind, value) for value in values])


def change_unseen(kind: Kind) -> Probe:
    """As `change`, without a memory of what it saw."""
    return attrs.evolve(change(kind), seen=deque(maxlen=0))


def put(*texts: str, makes: bool = False) -> Probe:
    """Writes texts as a profile would."""
    return Probe(Kind.NATIVE, lambda values: texts, makes=makes)


def changed(kind: Kind, value: Value) -> Value:
    """Another value that a field which holds `value` can hold."""
    if kind is Kind.TEXT:
        return "ZQXJ"
    if kind is Kind.UID:
        return "1.2.826.7433"
    if isinstance(value, Moment):
        return value.shift(timedelta(days=-400))
    if isinstance(value, Span):
        ends = (None if end is None else end.shift(timedelta(days=-400)) for end in (value.start, value.end))
        return Span(*ends)
    if isinstance(value, bytes):
        return bytes(byte ^ 1 for byte in value)
    if isinstance(value, str):
        raise AssertionError(f"a field gave text where {kind} was asked for")
    return value + 1


class MemoryOutput:
    """An output that stays in memory."""

    def __init__(self) -> None:
        self.data: bytes | None = None
        self._stream = tempfile.TemporaryFile()  # noqa: SIM115  closed in __exit__

    def claim(self, name: str) -> str:
        return name

    def stage(self) -> int:
        return self._stream.fileno()

    def publish(self) -> None:
        self._stream.seek(0)
        self.data = self._stream.read()

    def __enter__(self) -> MemoryOutput:
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()


@attrs.frozen
class Done:
    """What the engine made of some bytes."""

    data: bytes
    outcome: Outcome


def make_plan(file_type: FileType, section: str, rules: Iterable[tuple[str, Action]]) -> Plan:
    """The plan of one section with these rules, by name. Raises AssertionError for what does not compile."""
    made = tuple(Rule(Named(name=name), action, line) for line, (name, action) in enumerate(rules, 1))
    profile = Profile(sections=(Section(name=section, line=0, file_type=file_type, rules=made),))
    plans, problems = compile_plans(profile, Registry.of(type(file_type)), keyed=True)
    assert not [str(problem) for problem in problems if not problem.warning]
    return plans[0]


def new_engine() -> Engine:
    """An engine with a key."""
    return Engine(Keys(SECRET), TODAY, detailed=True)


def new_context() -> Context:
    """What an action gets under the same key, for a file whose subject is known."""
    return Context(Keys(SECRET), subject="subject-1", today=TODAY)


def deidentified(plan: Plan, source: Source | bytes, name: str) -> Done:
    """The output and outcome of one input. Raises FileError where it is refused."""
    given = BytesSource(source) if isinstance(source, bytes) else source
    with MemoryOutput() as output:
        outcome = new_engine().process(plan, given, name, output)
        assert output.data is not None
        return Done(output.data, outcome)


@contextmanager
def edited(
    file_type: FileType, matcher: object, source: Source, each: Callable[[Batch], None]
) -> Iterator[tuple[Document, bytes]]:
    """Open a file, hand every batch to `each`; the document and what it writes, not checked yet."""
    sink = BytesSink()
    with file_type.open(source, matcher) as document:
        if "streaming" in file_type.capabilities:
            document.rewrite(sink, each)
            document.settle()
        else:
            for batch in document.batches():
                each(batch)
            document.settle()
            document.write(sink)
        yield document, bytes(sink.data)


def walk(file_type: FileType, matcher: object, source: Source, each: Callable[[Batch], None]) -> bytes:
    """Open a file, hand every batch to `each`, and give what is written; nothing else is done."""
    with edited(file_type, matcher, source, each) as (document, output):
        document.check(BytesSource(output))
        return output


def work_on(batch: Batch) -> Iterator[Step]:
    """Do in a batch what its steps ask, as the engine would with probes alone."""
    context = Context(Keys(SECRET), originals=batch.original, today=TODAY)
    for field, step in batch.matches():
        if step.form.kind is Kind.NATIVE:
            result = step.action.apply_field((), context)
            if not isinstance(result, Verdict):
                field.write(result, step.form)
        elif batch.rows() is not None:
            column = cast(Column, field)
            column.put([_new_cell(column, cell, step, context) for cell in column.cells()])
        elif values := field.read(step.form):
            field.write(_new_values(values, step, context), step.form)
        yield step


def _new_values(values: Sequence[Value | None], step: Step, context: Context) -> Sequence[Value | None]:
    result = step.action.apply_field([value for value in values if value is not None], context)
    if isinstance(result, Verdict):
        return values
    left = iter(result)
    return [None if value is None else next(left) for value in values]


def _new_cell(column: Column, cell: str, step: Step, context: Context) -> str:
    value = column.decode(cell, step.form)
    return cell if value is None else column.encode(_new_values([value], step, context)[0], cell, step.form)


def spellings(text: str) -> set[bytes]:
    """The bytes in which a file may hold a text."""
    out: set[bytes] = set()
    for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
        try:
            out.add(text.encode(encoding))
        except UnicodeEncodeError:
            continue
    return out


@contextmanager
def no_open_files_left() -> Iterator[None]:
    """Fail if a block leaves a file open, where the system can tell."""
    held = Path("/proc/self/fd")
    before = set(os.listdir(held)) if held.is_dir() else None
    yield
    if before is not None:
        left = set(os.listdir(held)) - before
        assert not [fd for fd in left if (held / fd).exists()]


def assert_no_format_library(cls: type) -> None:
    """Fail if importing a class's module brings in a library that reads files."""
    found = sorted(loaded_by(cls) & FORMAT_LIBRARIES)
    assert not found, (
        f"the module of {cls.__name__} imports {', '.join(found)}; import them in the method that needs them"
    )


def loaded_by(cls: type) -> set[str]:
    """The top-level modules that importing a class's module brings into a fresh interpreter."""
    path = sys.modules[cls.__module__].__file__
    program = (
        "import importlib, importlib.util, sys\n"
        "name, path = sys.argv[1:]\n"
        "try:\n"
        "    importlib.import_module(name)\n"
        "except ModuleNotFoundError:\n"
        "    spec = importlib.util.spec_from_file_location('plugin_under_test', path)\n"
        "    module = sys.modules['plugin_under_test'] = importlib.util.module_from_spec(spec)\n"
        "    spec.loader.exec_module(module)\n"
        "print(*sys.modules)\n"
    )
    command = [sys.executable, "-c", program, cls.__module__, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}
