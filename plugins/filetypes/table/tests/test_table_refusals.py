"""Tables that are refused: with a reason, the row and no value; profiles that are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deidentikit.errors import FileError
from deidentikit.filetype import Named
from deidentikit.splice import BytesSource
from deidentikit.testing import Project
from deidentikit.testing.driving import Done
from deidentikit_table import TableFile

Clean = Callable[..., Done]

RULE = "fields:\n  - name: n\n    hash: yes"
MANY = b"Secret,1\n" * 50_000

REFUSED: dict[str, tuple[str, bytes, str, str]] = {
    "a short row": (RULE, b"n,a\nSecret,1\nSecret\n", "ragged", "row 3 "),
    "a long row": (RULE, b"\n\nn,a\n\nSecret,1,2\n", "ragged", "row 5 "),
    "a long row behind a quoted line break": (RULE, b'n,a\n"Secret\n\n",2\nSecret,1,2\n', "ragged", "row 3 "),
    "a short row far behind": (RULE, b"n,a\n" + MANY + b"Secret\n", "ragged", "row 50002 "),
    "a short row behind comments": ("comment: '#'\n" + RULE, b"#\nn,a\n#,\nSecret\n", "ragged", "row 4 "),
    "a short row behind skipped lines": ("skip-rows: 3\n" + RULE, b"\n\n,\nn,a\nSecret\n", "ragged", "row 5 "),
    "equal headers": (RULE, b"Secret,n,Secret\n1,2,3\n", "duplicate-header", "row 1: columns 1 and 3 "),
    "headers that differ in white space": (RULE, b'\nn," n"\n1,2\n', "duplicate-header", "row 2: "),
    "NUL": (RULE, b"n,a\nSecret,1\nSec\0ret,2\n", "nul", "row 3: "),
    "NUL far behind": (RULE, b"n,a\n" + MANY + b"\0Secret,1\n", "nul", "row 50002: "),
    "UTF-16 without its mark": (RULE, "n,a\nSecret,1\n".encode("utf-16-le"), "nul", "row 1: "),
    "Latin-1": (RULE, b"n,a\nSecret,1\nSecret,\xe4\n", "undecodable", "row 3: "),
    "Latin-1 far behind": (RULE, b"n,a\n" + MANY + b"Secret,\xe4\n", "undecodable", "row 50002: "),
    "a character that is cut off": (RULE, b"n,a\nSecret,\xc3", "undecodable", "row 2: "),
    "a picture": (RULE, b"\x89PNG\r\n\x1a\nSecret", "undecodable", "row 1: "),
    "an open quote": (RULE, b'n,a\nSecret,1\n"Secret,1\nSecret,2\n', "quotes", "row 3: "),
    "text behind a quote": (RULE, b'n,a\nSecret,1\n"Sec"ret,1\n', "quotes", "row 3: "),
    "a quote in a cell": (RULE, b'n,a\nSecret,1\n5"11,Secret\nSecret,6"1\n', "quotes", "row 3: "),
    "a delimiter between quotes in a cell": (RULE, b'n,a\nSecret "x,y",1\n', "quotes", "row 2: "),
    "two marks": ("encoding: latin-1\n" + RULE, b"\xef\xbb\xbfn,a\nSecret,1\n", "encoding", "byte order mark"),
    "UTF-16 by name without its mark": ("encoding: utf-16\n" + RULE, b"n,a\nSecret,1\n", "encoding", "utf-16-le"),
    "bytes that do not come back": (
        "encoding: iso2022_jp\n" + RULE,
        b"n,a\nSecret,\x1b$B4A\x1b$B;z\x1b(B\n",
        "encoding",
        "iso2022_jp",
    ),
    "another delimiter": (RULE, b"n;a\nSecret;1\n", "delimiter", "row 1 "),
    "every column removed": ("fields:\n  - regex: .*\n    remove: yes", b"n,a\nSecret,1\n", "no-columns", "column"),
    "a blank row without quotes": (
        "quote: none\nfields:\n  - name: a\n    remove: yes",
        b"n,a\n,Secret\n",
        "blank-row",
        "blank",
    ),
    "no character for it": (
        "encoding: latin-1\nfields:\n  - name: n\n    replace-with: \u6f22",
        b"n,a\nSecret,1\n",
        "charset",
        "n: ",
    ),
    "no quotes for it": (
        "quote: none\nfields:\n  - name: n\n    regex-sub:\n      - input-regex: .*\n        output: a,b",
        b"n,a\nx,1\nSecret,1\n",
        "unquotable",
        "n, row 2: ",
    ),
    "no date": (
        "date-increment: 1\nfields:\n  - name: n\n    increment-date: yes",
        b"n,a\n19990101,1\n\n\nSecret,2\n",
        "wrong-kind",
        "n, row 5: ",
    ),
    "no number under a regex": (
        "fields:\n  - regex: .\n    jitter: yes",
        b"n,b\n1,2\n3,Secret\n",
        "wrong-kind",
        "column 2, row 3: ",
    ),
    "no subject": (
        "subject: s\ndate-increment: per-subject\nfields:\n  - name: n\n    increment-date: yes",
        b"s,n\nSecret,19990101\n,19990102\n",
        "no-subject",
        "n, row 3: ",
    ),
    "no column of subjects": (
        "subject: s\ndate-increment: per-subject\nfields:\n  - name: n\n    increment-date: yes",
        b"a,n\nSecret,19990101\n",
        "no-subject",
        "n, row 2: the column 's'",
    ),
    "several texts for a cell": (
        "fields:\n  - name: n\n    replace-with:\n      - a\n      - b",
        b"n,a\nSecret,1\n",
        "wrong-kind",
        "n: ",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(clean: Clean, case: str) -> None:
    lines, table, reason, words = REFUSED[case]
    with pytest.raises(FileError) as caught:
        clean(lines, table)
    assert caught.value.reason == reason
    assert words in str(caught.value)
    assert "Secret" not in str(caught.value)


def test_ambiguous_delimiter_is_refused_in_a_section_that_names_none(clean: Clean) -> None:
    with pytest.raises(FileError, match=r"\(delimiter\)"):
        clean(RULE, "n;a,b\n1;2,3\n", "table")


def test_a_row_that_never_ends_is_refused(clean: Clean) -> None:
    with pytest.raises(FileError, match=r"row 2: .*\(row-too-long\)"):
        clean(RULE, b'n,a\n"' + b"Secret,\n" * (3 << 20))


def test_blank_lines_without_end_are_refused(clean: Clean) -> None:
    with pytest.raises(FileError, match=r"\(no-header\)"):
        clean(RULE, b"\n" * 400_000)


def test_a_plain_copy_needs_no_delimiter(clean: Clean) -> None:
    assert clean("enforce-file-filter: no", b"n;a\nx;1\n").data == b"n;a\nx;1\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"delimiter": "::"}, "one character"),
        ({"delimiter": "semikolon"}, "semicolon"),
        ({"delimiter": "\n"}, "one character"),
        ({"quote": "''"}, "one character"),
        ({"delimiter": ";", "quote": ";"}, "quote as well"),
        ({"encoding": "utf-9"}, "unknown"),
        ({"encoding": "rot13"}, "unknown"),
        ({"comment": '"'}, "comment"),
        ({"delimiter": ",", "reader": "csv"}, "leave one out"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TableFile(options, "table")


def test_reader_is_for_the_section_table() -> None:
    with pytest.raises(ValueError, match="section 'table'"):
        TableFile({"delimiter": ",", "reader": "tsv"}, "csv")


def test_names_that_cannot_be() -> None:
    numbered = TableFile({"header": False}, "table")
    for named in (Named(name="weight"), Named(name="0"), Named(regex="w.*")):
        with pytest.raises(ValueError, match="header"):
            numbered.compile(named)
    with pytest.raises(ValueError, match="name"):
        TableFile({}, "table").compile(Named(name="  "))


def test_texts_that_need_quotes_are_found_before_a_file_is_read() -> None:
    bare = TableFile({"delimiter": ";", "quote": "none"}, "table")
    selector = bare.compile(Named(name="n"))
    assert bare.check_literal(selector, "a;b")
    assert bare.check_literal(selector, "a\nb")
    assert bare.check_literal(selector, "a,b") is None
    assert TableFile({}, "table").check_literal(selector, "a,b\n") is None
    assert TableFile({}, "table").check_literal(selector, "\0")


def test_columns_are_listed_with_their_values_on_request() -> None:
    listed = [*TableFile({"delimiter": ","}, "csv").fields(BytesSource(b'a,, b \n1,2,"x, y"\n1,3,\n'))]
    assert [(found.name, found.type, found.note) for found in listed] == [
        ("a", "text", "column 1"),
        ("b", "text", "column 3"),
    ]
    assert [[*found.values()] for found in listed] == [["1"], ["x, y"]]


def test_a_run_says_row_and_reason_and_no_value(deid_project: Project) -> None:
    deid_project.profile("csv:\n  fields:\n    - name: name\n      hash: yes\n")
    deid_project.add("good.csv", "name,age\nDoe,41\n")
    deid_project.add("bad.csv", "name,age\nDoe,41\nXqRoe\n")
    result = deid_project.run().assert_refused("ragged").assert_silent_about("Doe", "XqRoe")
    assert "row 3" in result.stderr
    assert result.names == ["good.csv"]
