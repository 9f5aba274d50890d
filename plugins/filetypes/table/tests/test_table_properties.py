"""Tables of any content: compared with the csv module, cut, changed, and those of the corpus."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest
from deidentikit.errors import FileError
from deidentikit.kinds import Kind
from deidentikit.splice import BytesSource
from deidentikit.testing.corpus import corpus_dir
from deidentikit.testing.driving import change, deidentified, make_plan, put, take
from deidentikit_table import TableFile, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

QUICK = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
CELL = st.one_of(
    st.text(st.sampled_from("ab\",;\t \n\r'#=é"), max_size=6),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=4),
)
TABLE = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8)
)
STYLES = [
    (csv.QUOTE_MINIMAL, "\r\n"),
    *((csv.QUOTE_ALL, end) for end in ("\n", "\r\n", "\r")),  # the module leaves other line ends unquoted
]
ANY = st.text(st.sampled_from('ab,"\n\r#'), max_size=40)


def csv_file() -> TableFile:
    """The section `csv` without options, whose columns are named by number."""
    return TableFile({"delimiter": ",", "header": False}, "csv")


@QUICK
@given(rows=TABLE, style=st.sampled_from(STYLES))
def test_cells_are_those_of_the_csv_module(rows: list[list[str]], style: tuple[int, str]) -> None:
    """Replacing and removing a column gives what the csv module reads as such, and no other byte changes."""
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=style[0], lineterminator=style[1]).writerows(rows)  # type: ignore[arg-type]
    data = stream.getvalue().encode()
    file_type = csv_file()
    assert deidentified(make_plan(file_type, "csv", []), data, "a.csv").data == data
    replaced = deidentified(make_plan(file_type, "csv", [("1", put('x"'))]), data, "a.csv").data.decode()
    assert [*csv.reader(io.StringIO(replaced, newline=""))] == [['x"', *row[1:]] for row in rows]
    removed = deidentified(make_plan(file_type, "csv", [("2", take())]), data, "a.csv").data.decode()
    assert [*csv.reader(io.StringIO(removed, newline=""))] == [[row[0], *row[2:]] for row in rows]


@QUICK
@given(rows=TABLE, size=st.integers(1, 9))
def test_pieces_of_any_size_give_the_same(rows: list[list[str]], size: int) -> None:
    """However a table falls into pieces, characters and line ends among them, the output is the same."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    data = ("\ufeff" + stream.getvalue()).encode("utf-16-le")
    plan = make_plan(csv_file(), "csv", [("1", change(Kind.TEXT)), ("2", take())])
    whole = deidentified(plan, data, "a.csv").data
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "CHUNK", size)
        assert deidentified(plan, data, "a.csv").data == whole


@QUICK
@given(data=ANY, size=st.sampled_from([1, 3, 1 << 18]))
def test_what_is_taken_is_read_by_the_csv_module_in_the_same_way(data: str, size: int) -> None:
    """Text with quotes and line ends anywhere is refused, or comes out with the other cells as csv reads them."""
    plan = make_plan(csv_file(), "csv", [("1", put("x"))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "CHUNK", size)
        try:
            done = deidentified(plan, data.encode(), "a.csv").data.decode()
        except FileError as error:
            _assert_reason(error, "ragged", "quotes", "delimiter")
            return
    before, after = ([row for row in csv.reader(io.StringIO(table, newline="")) if row] for table in (data, done))
    assert after == [["x", *row[1:]] for row in before]


@QUICK
@given(data=ANY)
def test_comments_are_told_from_rows_in_pieces_of_any_size(data: str) -> None:
    file_type = TableFile({"delimiter": ",", "header": False, "comment": "#"}, "csv")
    results: list[str | None] = []
    for size in (1, 4, 1 << 18):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(text, "CHUNK", size)
            try:
                results.append(deidentified(make_plan(file_type, "csv", []), data.encode(), "a.csv").data.decode())
            except FileError:
                results.append(None)
    assert results in ([data] * 3, [None] * 3)


def test_damaged_tables_of_the_corpus() -> None:
    """Changed in random places, a real table is refused for a reason or comes out and can be read again."""
    draw = random.Random(20260102)
    cases = corpus_tables()
    pieces = [b'"', b",", b"\t", b"\n", b"\r", b"\r\n", b'""', b"\0", b"\xef\xbb\xbf", b"\xff", b'"\n"', b" "]
    for _ in range(400):
        path = draw.choice(cases)
        data = bytearray(path.read_bytes()[: draw.choice((80, 2000))])
        for _ in range(draw.choice((1, 2, 5))):
            at = draw.randrange(len(data) + 1)
            data[at : at + draw.randrange(3)] = draw.choice(pieces)
        section = path.suffix[1:]
        file_type = TableFile(TableFile.sections[section].defaults, section)
        bare = make_plan(file_type, section, [])
        try:
            assert deidentified(bare, bytes(data), path.name).data == data
        except FileError as error:
            _assert_reason(error, "ragged", "quotes", "undecodable", "nul", "duplicate-header", "encoding")
            continue
        names = [listed.name for listed in file_type.fields(BytesSource(bytes(data)))]
        if len(names) > 1:
            plan = make_plan(file_type, section, [(names[0], take()), (names[1], change(Kind.TEXT))])
            try:
                done = deidentified(plan, bytes(data), path.name)
            except FileError as error:
                _assert_reason(error, "verify", "no-columns")
                continue
            deidentified(bare, done.data, path.name)


@pytest.mark.corpus
def test_corpus_passes_through_untouched() -> None:
    """Every table of the corpus comes out as it was, or is refused for what its name or manifest says of it."""
    refused = {}
    for path in corpus_tables():
        section = path.suffix[1:]
        plan = make_plan(TableFile(TableFile.sections[section].defaults, section), section, [])
        try:
            assert deidentified(plan, path.read_bytes(), path.name).data == path.read_bytes()
        except FileError as error:
            refused[path.name] = error.reason
    reasons = {*refused.values()}
    assert reasons <= {"ragged", "quotes", "undecodable", "nul", "duplicate-header"}
    assert len(refused) < 25
    for name, reason in {
        "syn_nul.csv": "nul",
        "syn_dup_header.csv": "duplicate-header",
        "syn_quotes_unbalanced.csv": "quotes",
        "syn_ragged.csv": "ragged",
        "syn_latin1_semicolon.csv": "undecodable",
    }.items():
        assert refused.get(name, reason) == reason
    assert not {"syn_formula.csv", "syn_utf16le.csv", "spec_newlines.csv", "spec_escaped_quotes.csv"} & set(refused)


def _assert_reason(error: FileError, *reasons: str) -> None:
    assert error.reason in reasons


def corpus_tables() -> list[Path]:
    """The tables of the corpus; skips the test where it is not present."""
    folder = corpus_dir()
    if folder is None or not (folder / "table").is_dir():
        pytest.skip("the corpus is not present")
    return sorted(path for path in (folder / "table").iterdir() if path.suffix in (".csv", ".tsv"))
