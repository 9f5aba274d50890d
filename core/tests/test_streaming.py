"""A type that streams: rows in batches, columns as fields, a subject in each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import ClassVar

import attrs
import pytest
from deidentikit.context import Keys
from deidentikit.engine import Engine
from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import (
    UNLIMITED,
    Batch,
    Document,
    Field,
    FileType,
    Limits,
    Listed,
    Named,
    Place,
    Preset,
    Rank,
    Selector,
    Step,
)
from deidentikit.kinds import Form, Formats, Kind, Value, text_codec
from deidentikit.plan import compile_plans, parse_profile
from deidentikit.registry import Registry
from deidentikit.report import RuleCount
from deidentikit.splice import BytesSource, Sink, Source
from deidentikit.testing import FileTypeConformance
from deidentikit.testing.driving import TODAY, Done, MemoryOutput

MAGIC = b"#rows\n"
FORMATS = Formats("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")


@attrs.frozen
class Matcher:
    steps: Sequence[Step]
    reads: frozenset[str]


class RowsFile(FileType):
    """Columns of cells without quotes, after a first line ``#rows``."""

    name: ClassVar[str] = "rows"
    summary: ClassVar[str] = "Rows of cells, for tests."
    sections: ClassVar[Mapping[str, Preset]] = {"rows": Preset((".rows",))}
    capabilities: ClassVar[frozenset[str]] = frozenset({"streaming"})
    rows_in_batch: ClassVar[int] = 2

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return head.startswith(MAGIC)

    def compile(self, named: Named) -> Selector:
        if named.name is None or not named.name.isidentifier():
            raise ValueError("a column is named by a word")
        return Selector(named.name, Rank.NAME, named.name)

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> object:
        return Matcher(steps, frozenset(self.compile(Named(name=name)).text for name in reads))

    def open(self, source: Source, matcher: object) -> Document:
        assert isinstance(matcher, Matcher)
        return RowsDocument(source, matcher, self.rows_in_batch)

    def fields(self, source: Source) -> Iterator[Listed]:
        with RowsDocument(source, Matcher((), frozenset()), 1000) as document:
            batches = [*document.batches()]
            for index, name in enumerate(document.names):
                texts = [row[index] for batch in batches for row in batch.table]
                yield Listed(name, "column", "", lambda texts=texts: texts)  # type: ignore[misc]


class RowsDocument(Document):
    def __init__(self, source: Source, matcher: Matcher, size: int) -> None:
        self._source = source
        self._matcher = matcher
        self._size = size
        self._lines = self._read_lines()
        if next(self._lines, "") != "#rows":
            raise FileError("unparsed-region", "the first line is not '#rows'")
        self.header = next(self._lines, "")
        self.names = self.header.split(",")
        if len(set(self.names)) != len(self.names):
            raise FileError("unparsed-region", "two columns have one name")
        self._digest = sha256()
        self.removed: set[int] = set()

    def _read_lines(self) -> Iterator[str]:
        rest, at = b"", 0
        while data := self._source.pread(4096, at):
            at += len(data)
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                yield self._text(line)
        if rest:
            raise FileError("unparsed-region", "the last line has no end")

    def _text(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            raise FileError("unparsed-region", "a line is not UTF-8") from None

    def batches(self) -> Iterator[RowsBatch]:
        table: list[list[str]] = []
        for line in self._lines:
            row = line.split(",")
            if len(row) != len(self.names):
                raise FileError("unparsed-region", "a row has another number of cells")
            table.append(row)
            if len(table) == self._size:
                yield RowsBatch(self, self._matcher, table)
                table = []
        if table:
            yield RowsBatch(self, self._matcher, table)

    def write(self, sink: Sink) -> None:
        raise NotImplementedError("rows are streamed")

    def rewrite(self, sink: Sink, edit: Callable[[Batch], None]) -> None:
        begun = False
        for batch in self.batches():
            edit(batch)
            if not begun:
                self._put(sink, MAGIC + self._row(self.names))
            begun = True
            for row in batch.new:
                self._put(sink, self._row(row))
        if not begun:
            self._put(sink, MAGIC + self.header.encode() + b"\n" if self.header else MAGIC)

    def _put(self, sink: Sink, data: bytes) -> None:
        self._digest.update(data)
        sink.write(data)

    def _row(self, row: Sequence[str]) -> bytes:
        return ",".join(cell for index, cell in enumerate(row) if index not in self.removed).encode() + b"\n"

    def check(self, written: Source) -> None:
        found = sha256()
        for at in range(0, written.size, 4096):
            found.update(written.pread(min(4096, written.size - at), at))
        if found.digest() != self._digest.digest():
            raise FileError("verify", "the output is not what was written")


class RowsBatch(Batch):
    def __init__(self, document: RowsDocument, matcher: Matcher, table: list[list[str]]) -> None:
        self._document = document
        self._matcher = matcher
        self.table = table
        self.new = [[*row] for row in table]

    def matches(self) -> Iterator[tuple[Field, Step]]:
        for index, name in enumerate(self._document.names):
            for step in self._matcher.steps:
                if step.selector.text == name:
                    yield RowsColumn(self._document, self, index, name), step
                    break

    def absent(self) -> Iterator[tuple[Place, Step]]:
        return iter(())

    def _cells(self, name: str, table: list[list[str]]) -> list[str]:
        assert name in self._matcher.reads
        if name not in self._document.names:
            return []
        index = self._document.names.index(name)
        return [] if index in self._document.removed and table is self.new else [row[index] for row in table]

    def original(self, name: str) -> Sequence[str]:
        return self._cells(name, self.table)

    def current(self, name: str) -> Sequence[str]:
        return self._cells(name, self.new)

    def rows(self) -> int | None:
        return len(self.table)

    def subjects(self, name: str) -> Sequence[str]:
        return self._cells(name, self.table)


class RowsColumn:
    required = False
    limits: Limits = UNLIMITED

    def __init__(self, document: RowsDocument, batch: RowsBatch, index: int, name: str) -> None:
        self.path = name
        self._document = document
        self._batch = batch
        self._index = index

    def cells(self) -> Sequence[str]:
        return [row[self._index] for row in self._batch.table]

    def decode(self, cell: str, form: Form) -> Value | None:
        return text_codec(form, FORMATS).decode(cell) if cell else None

    def encode(self, value: Value | None, cell: str, form: Form) -> str:
        text = "" if value is None else text_codec(form, FORMATS).encode(value, cell)
        if "," in text or "\n" in text:
            raise FieldError("wrong-kind", "a cell holds neither commas nor line ends")
        return text

    def encode_many(self, values: Sequence[Value], cells: Sequence[str], form: Form) -> Sequence[str]:
        return [self.encode(value, cell, form) for value, cell in zip(values, cells, strict=True)]

    def put(self, cells: Sequence[str]) -> None:
        for row, cell in zip(self._batch.new, cells, strict=True):
            row[self._index] = cell

    def place(self, row: int) -> str:
        return f"{self.path}, row {row + 1} of the batch"

    def read(self, form: Form) -> Sequence[Value | None]:
        return [self.decode(cell, form) for cell in self.cells()]

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        text = "|".join(str(value) for value in values)
        self.put([self.encode(text, "", Form(Kind.TEXT))] * len(self._batch.table))

    def remove(self) -> None:
        self._document.removed.add(self._index)


SAMPLE = b"""#rows
name,born,weight,note
Jane Doe,1970-02-03,61.50,first words
Kim Wu,1980-12-31,70,second words
Ada Lopez,1990-06-15,,third words
"""


class TestRowsFile(FileTypeConformance):
    file_type = RowsFile
    sample = SAMPLE
    samples = (b"#rows\na,b\n", b"#rows\na\n\n")
    large = 1 << 18
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("name", "note"),
        Kind.DATE: "born",
        Kind.NUMBER: "weight",
    }

    def make_large(self, size: int) -> Iterable[bytes]:
        yield b"#rows\nname,born,weight,note\n"
        row = b"Jane %07d,1970-02-03,61.5," + b"x" * 90 + b"\n"
        for number in range(size // len(row % 0)):
            yield row % number


def run(registry: Registry, body: str, text: str, path: str = "a.rows", key: bytes | None = None) -> Done:
    profile = parse_profile("rows:\n" + "".join(f"  {line}\n" for line in body.splitlines()), registry)
    (plan,), _ = compile_plans(profile, registry, keyed=key is not None)
    with MemoryOutput() as output:
        outcome = Engine(Keys(key), TODAY, detailed=True).process(
            plan, BytesSource(b"#rows\n" + text.encode()), path, output
        )
        assert output.data is not None
        return Done(output.data.removeprefix(MAGIC), outcome)


@pytest.fixture(scope="module")
def rows_registry(registry: Registry) -> Registry:
    return Registry.of(RowsFile, *dict.fromkeys(registry.actions.values()))


SIGN = "subject: id\nfields:\n  - name: name\n    sign: yes\n"
PEOPLE = "id,name\nP1,a\nP2,a\nP1,b\nP3,a\nP1,a\n"


def test_each_row_has_its_own_subject(rows_registry: Registry) -> None:
    done = run(rows_registry, SIGN, PEOPLE)
    assert done.data == b"id,name\nP1,P1:a\nP2,P2:a\nP1,P1:b\nP3,P3:a\nP1,P1:a\n"
    assert done.outcome.rules == (RuleCount(4, "sign", 1),)


def test_subject_of_all_rows_is_in_the_path(rows_registry: Registry) -> None:
    body = SIGN.replace("subject: id", "subject:\n  path: sub-(?P<subject>\\d+)")
    assert run(rows_registry, body, "name\na\n", "sub-7/a.rows").data == b"name\n7:a\n"


@pytest.mark.parametrize("text", ["id,name\nP1,a\n,a\n", "id,name\nP1,a\n  ,a\n", "name\na\n"])
def test_row_without_a_subject(rows_registry: Registry, text: str) -> None:
    with pytest.raises(FieldError) as caught:
        run(rows_registry, SIGN, text)
    assert caught.value.reason == "no-subject"
    assert caught.value.path.startswith("name, row ")


def test_empty_cell_needs_no_subject(rows_registry: Registry) -> None:
    assert run(rows_registry, SIGN, "id,name\n,\nP1,a\n").data == b"id,name\n,\nP1,P1:a\n"


@pytest.mark.parametrize("on_error", ["remove", "empty"])
def test_one_bad_cell_is_emptied_where_the_profile_says_so(rows_registry: Registry, on_error: str) -> None:
    body = "fields:\n  - name: name\n    tag: yes\n"
    text = "name,x\na,1\nbad,2\nbad,3\ngone,4\nstay,5\n"
    with pytest.raises(FieldError, match="row 2 of the batch"):
        run(rows_registry, body, text)
    done = run(rows_registry, f"on-error: {on_error}\n{body}", text)
    assert done.data == b"name,x\ntagged:a,1\n,2\n,3\n,4\nstay,5\n"
    assert done.outcome.fallbacks == 2


def test_other_columns_are_read_row_by_row(rows_registry: Registry) -> None:
    body = "fields:\n  - name: name\n    tag: yes\n    tag-field: x\n  - name: x\n    put: new\n"
    assert run(rows_registry, body, "name,x\na,1\na,2\na,\n").data == b"name,x\n1:a,new\n2:a,new\n:a,new\n"


def test_column_that_is_removed(rows_registry: Registry) -> None:
    done = run(rows_registry, "fields:\n  - name: name\n    take: yes\n", "id,name\nP1,a\nP2,b\nP3,c\n")
    assert done.data == b"id\nP1\nP2\nP3\n"
    assert done.outcome.rules == (RuleCount(3, "take", 1),)


def test_name_comes_from_the_first_batch(rows_registry: Registry) -> None:
    body = "fields:\n  - name: id\n    tag: yes\nfilenames:\n  - output: '{id}.x'\n"
    done = run(rows_registry, body, "id\nP1\nP2\nP3\n")
    assert done.outcome.output == "tagged_P1_tagged_P2.x"
    profile = parse_profile("rows:\n" + "".join(f"  {line}\n" for line in body.splitlines()), rows_registry)
    (plan,), _ = compile_plans(profile, rows_registry, keyed=False)
    source = BytesSource(b"#rows\nid\nP1\nP2\nP3\n")
    assert Engine(Keys(), TODAY).name(plan, source, "a.rows") == "tagged_P1_tagged_P2.x"


def test_name_of_a_file_without_rows(rows_registry: Registry) -> None:
    done = run(rows_registry, "filenames:\n  - output: '{id|none}.x'\n", "id\n")
    assert done.outcome.output == "none.x"
    assert done.data == b"id\n"


def test_damage_after_the_first_batch_leaves_nothing(rows_registry: Registry) -> None:
    profile = parse_profile("rows:\n  fields:\n    - name: id\n      take: yes\n", rows_registry)
    (plan,), _ = compile_plans(profile, rows_registry, keyed=False)
    with MemoryOutput() as output, pytest.raises(FileError, match="another number of cells"):
        Engine(Keys(), TODAY).process(plan, BytesSource(b"#rows\nid,x\n1,2\n3,4\n5\n"), "a.rows", output)
    assert output.data is None
