# ruff: noqa: E501 - one edit a line
"""What rules make of tables: cells, quoting, line ends, encodings, columns."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deidentikit.testing.driving import Done

Clean = Callable[..., Done]

REPLACE = "fields:\n  - name: n\n    replace-with: {}"
REMOVE = "fields:\n  - name: n\n    remove: yes"
SHIFT = "date-increment: 1\nfields:\n  - name: d\n    increment-date: yes"

EDITS: dict[str, tuple[str, str, str]] = {
    # what no rule names
    "text stays text": (REPLACE.format("X"), "n,a,b,c,d\nx,007,NA,1e5,70.50\n", "n,a,b,c,d\nX,007,NA,1e5,70.50\n"),
    "quoting stays": (REPLACE.format("X"), 'n,"a",b\nx,"1","a ""b"", c"\n', 'n,"a",b\nX,"1","a ""b"", c"\n'),
    "formulas stay": (REPLACE.format("X"), 'n,a,b\nx,=HYPERLINK("x"),@SUM(A1)\n', 'n,a,b\nX,=HYPERLINK("x"),@SUM(A1)\n'),
    "a quoted line break": (REPLACE.format("X"), 'n,a\nx,"1\r\n\n2"\ny,3\n', 'n,a\nX,"1\r\n\n2"\nX,3\n'),
    "CRLF": (REPLACE.format("X"), "n,a\r\nx,1\r\n", "n,a\r\nX,1\r\n"),
    "CR": (REPLACE.format("X"), "n,a\rx,1\ry,2", "n,a\rX,1\rX,2"),
    "mixed line ends": (REPLACE.format("X"), "n,a\nx,1\r\ny,2\rz,3\r\r\n", "n,a\nX,1\r\nX,2\rX,3\r\r\n"),
    "no line end at the end": (REPLACE.format("X"), "n,a\nx,1", "n,a\nX,1"),
    "an empty cell at the end": (REPLACE.format("X"), "n,a\nx,", "n,a\nX,"),
    "a trailing delimiter": (REPLACE.format("X"), "n,a,\nx,1,\n", "n,a,\nX,1,\n"),
    "blank lines": (REPLACE.format("X"), "\n\nn,a\n\nx,1\n  \n\ny,2\n\n", "\n\nn,a\n\nX,1\n  \n\nX,2\n\n"),
    "blank lines of a single column": (REPLACE.format("X"), "n\n\nx\n\n", "n\n\nX\n\n"),
    "a header alone": (REPLACE.format("X"), "n,a\n", "n,a\n"),
    "a mark of UTF-8": (REPLACE.format("X"), "\ufeffn,a\nx,1\n", "\ufeffn,a\nX,1\n"),
    # what is written
    "quoted where it needs quotes": (REPLACE.format("'a, b'"), "n,a\nx,1\n", 'n,a\n"a, b",1\n'),
    "quotes within are doubled": (REPLACE.format("'a\"b'"), "n,a\nx,1\n", 'n,a\n"a""b",1\n'),
    "quoted where it was": (REPLACE.format("X"), 'n,a\n"x",1\ny,2\n', 'n,a\n"X",1\nX,2\n'),
    "every cell of the column": (REPLACE.format("X"), 'n,a\n,1\n"",2\n', 'n,a\nX,1\n"X",2\n'),
    "emptied": (REPLACE.format("''"), 'n,a\nx,1\n"y",2\n', 'n,a\n,1\n"",2\n'),
    "emptied in a single column": (REPLACE.format("''"), "n\nx\ny\n", 'n\n""\n""\n'),
    # columns
    "an absent column is not made": (REPLACE.format("X"), "a,b\n1,2\n", "a,b\n1,2\n"),
    "a quoted header": (REPLACE.format("X"), '"n",a\nx,1\n', '"n",a\nX,1\n'),
    "white space around a header": (REPLACE.format("X"), "a, n \n1,x\n", "a, n \n1,X\n"),
    "names are told by case": (REPLACE.format("X"), "N,a\nx,1\n", "N,a\nx,1\n"),
    "removed at the beginning": (REMOVE, "n,a\nx,1\n", "a\n1\n"),
    "removed in the middle": (REMOVE, "a,n,b\n1,x,2\n3,y,4", "a,b\n1,2\n3,4"),
    "removed at the end": (REMOVE, "a,n\n1,x\r\n", "a\n1\r\n"),
    "removed with blank lines": (REMOVE, "a,n\n\n1,x\n\n2,y\n", "a\n\n1\n\n2\n"),
    "removed, and what is left is empty": (REMOVE, 'a,n\n,x\n"",y\n', 'a\n""\n""\n'),
    "removed without rows": (REMOVE, "a,n,b\n", "a,b\n"),
    "a regex from the start": ("fields:\n  - regex: n.*\n    replace-with: X", "n1,an,N\n1,2,3\n", "n1,an,N\nX,2,3\n"),
    "a name before a regex": ("fields:\n  - regex: .*\n    remove: yes\n  - name: n\n    replace-with: X", "a,n\n1,x\n", "n\nX\n"),
    "a column without header": ("fields:\n  - regex: ^$\n    remove: yes", "a,,b,\n1,2,3,4\n", "a,b\n1,3\n"),
    "digits name a header": ("fields:\n  - name: 2\n    replace-with: X", "2,1\na,b\n", "2,1\nX,b\n"),
    "no header": ("header: no\nfields:\n  - name: 2\n    replace-with: X", "2,1\n\na,b\n", "2,X\n\na,X\n"),
    "no header, removed": ("header: no\nfields:\n  - name: 1\n    remove: yes", "2,1\na,b\n", "1\nb\n"),
    # options
    "a delimiter by name": ("delimiter: semicolon\n" + REPLACE.format("'a;b,c'"), "n;a\nx;1,5\n", 'n;a\n"a;b,c";1,5\n'),
    "a delimiter as written in C": ("delimiter: '\\t'\n" + REPLACE.format("X"), "n\ta\nx\t1\n", "n\ta\nX\t1\n"),
    "another quote": ("quote: \"'\"\n" + REPLACE.format("'a,\"'"), "n,a\n'x',\"1\n", "n,a\n'a,\"',\"1\n"),
    "no quotes": ("quote: none\n" + REPLACE.format("'6\"'"), 'n,a\n"x,5\'11"\n', 'n,a\n6",5\'11"\n'),
    "comments stay": ("comment: '#'\n" + REPLACE.format("X"), "# a\n#\nn,a\n# b, \"\nx,\"1\n# c\"\n#", "# a\n#\nn,a\n# b, \"\nX,\"1\n# c\"\n#"),
    "comments go": ("comment: '#'\nremove-comments: yes\n" + REPLACE.format("X"), "# a\n\nn,a\n# b\nx,1\n# c", "\nn,a\nX,1\n"),
    "a text like a comment": ("comment: '#'\n" + REPLACE.format("'#1'"), "n,a\nx,1\n", 'n,a\n"#1",1\n'),
    "lines before the table": ("skip-rows: 2\n" + REPLACE.format("X"), 'Export, "open\n\nn,a\nx,1\n', 'Export, "open\n\nn,a\nX,1\n'),
    "lines before the table go": ("skip-rows: 1\nremove-comments: yes\n" + REPLACE.format("X"), "Doe\nn,a\nx,1\n", "n,a\nX,1\n"),
    "missing values": ("missing:\n  - n/a\n  - NA\n" + SHIFT, "d,a\nn/a,1\n19991231,2\nNA,3\n", "d,a\nn/a,1\n20000101,2\nNA,3\n"),
    # values
    "dates": (SHIFT, 'd\n19991231\n"20000228"\n200002\n2000\n', 'd\n20000101\n"20000229"\n200002\n2000\n'),
    "blank dates stay": (SHIFT, 'd,a\n,1\n"",2\n ,3\n', 'd,a\n,1\n"",2\n ,3\n'),
    "dates in the format of the rule": (SHIFT + "\n    date-format: '%d.%m.%Y'", "d\n31.12.1999\n1.3.2000\n", "d\n01.01.2000\n02.03.2000\n"),
    "what cannot be treated is emptied": (SHIFT + "\n    on-error: empty", 'd,a\n19991231,1\n"x",2\n', 'd,a\n20000101,1\n"",2\n'),
    "emptied cell by cell under remove too": (SHIFT + "\n    on-error: remove", "d,a\nx,1\n19991231,2\n", "d,a\n,1\n20000101,2\n"),
    "bounds": ("fields:\n  - name: w\n    jitter: yes\n    jitter-min: 100\n    jitter-max: 100", 'w,a\n1,b\n" 2.50",c\n', 'w,a\n100,b\n" 100",c\n'),
    "the row's own values": (
        "fields:\n  - name: n\n    regex-sub:\n      - input-regex: (?P<all>.*)\n        output: '{all}-{a}'\n        groups:\n          - name: a\n            keep: yes",
        'n,a\nx,1\nx,2\n"x","a,b"\n,3\n',
        'n,a\nx-1,1\nx-2,2\n"x-a,b","a,b"\n,3\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITS)
def test_edit(clean: Clean, case: str) -> None:
    lines, before, after = EDITS[case]
    assert clean(lines, before).data.decode() == after


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings(clean: Clean, encoding: str) -> None:
    text = 'n,Größe\n"x, y",1\n'
    done = clean(REPLACE.format("Ä"), text.encode(encoding))
    assert done.data == 'n,Größe\n"Ä",1\n'.encode(encoding)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-be", "shift_jis", "gb18030", "cp500"])
def test_encoding_by_name(clean: Clean, encoding: str) -> None:
    text = "n,a\nx," + ("é" if encoding in ("latin-1", "cp1252", "cp500") else "漢字") + "\n"
    done = clean(f"encoding: {encoding}\n" + REPLACE.format("X"), text.encode(encoding))
    assert done.data == text.replace("x", "X").encode(encoding)


def test_tabs_and_found_delimiters(clean: Clean) -> None:
    assert clean(REPLACE.format("X"), "n\ta\nx\t1,2\n", "tsv").data == b"n\ta\nX\t1,2\n"
    for char in ",\t;|":
        table = f'n{char}a\nx{char}"1{char}2"\n'
        assert clean(REPLACE.format("X"), table, "table").data.decode() == table.replace("x", "X")
    assert clean("reader: tsv\n" + REPLACE.format("X"), "n\ta,b\nx\t1\n", "table").data == b"n\ta,b\nX\t1\n"
    assert clean(REPLACE.format("X"), '\n"n"\nx\n', "table").data == b'\n"n"\nX\n'


def test_same_cells_get_the_same_hash_however_they_are_spelled(clean: Clean) -> None:
    rule = "fields:\n  - name: n\n    hash: yes"
    rows = clean(rule, 'n,a\nDoe,1\n"Doe",2\nDoe,3\n').data.decode().splitlines()
    digest = rows[1].partition(",")[0]
    assert len(digest) == 16
    assert rows == ["n,a", f"{digest},1", f'"{digest}",2', f"{digest},3"]


def test_many_rows_pass_in_many_batches(clean: Clean) -> None:
    head, row = b"n,a,d\r\n", b'x,"1\r\n2",19991231\r\n'
    count = 60_000
    done = clean(SHIFT + "\n  - name: n\n    remove: yes", head + row * count)
    assert done.data == b"a,d\r\n" + b'"1\r\n2",20000101\r\n' * count
    assert [rule.count for rule in done.outcome.rules] == [1, 1]


def test_rows_longer_than_a_piece(clean: Clean) -> None:
    cell = '"' + "a,\n" * 300_000 + '"'
    table = f"n,a\nx,{cell}\ny,{cell}\nz,1\n"
    assert clean(REPLACE.format("X"), table).data.decode() == f"n,a\nX,{cell}\nX,{cell}\nX,1\n"
