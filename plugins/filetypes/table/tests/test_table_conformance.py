"""Tables under the rules that every file type keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from deidentikit.kinds import Kind
from deidentikit.testing import FileTypeConformance
from deidentikit_table import TableFile

NUMBERED = {Kind.TEXT: "1", Kind.UID: "2", Kind.DATE: "3", Kind.DATETIME: "4", Kind.NUMBER: "5"}
ROWS = [
    "patient,uid,birth,visit,weight,note",
    'P0042,1.2.840.99.1,19450615,20200220101530.000000,70.50,"seen, twice"',
    'P0042,1.2.840.99.1,19450616,20200301080000.000000,71,"said ""no"""',
    "P0043,1.2.840.99.2,,,,",
    "P0044,1.2.840.99.3,1950,20200302,-3e2,NA",
]


class TestCsv(FileTypeConformance):
    file_type = TableFile
    sample = ("\n".join(ROWS) + "\n").encode()
    selectors: ClassVar[dict[Kind, str | tuple[str, ...]]] = {
        Kind.TEXT: ("patient", "note"),
        Kind.UID: "uid",
        Kind.DATE: "birth",
        Kind.DATETIME: "visit",
        Kind.NUMBER: "weight",
        Kind.BYTES: "note",
    }
    lacks: ClassVar[set[str]] = {"signature"}
    samples = (
        b"",
        b"\n",
        b"name\n",
        b"name",
        b"\xef\xbb\xbfname,age\r\n007,NA\r\n",
        b"name,age,\n007,1e5,\n",
        b'"name"\r"a\r\n""b"""\r\n\n\rc',
        "ID;Größe\nä;1\n".encode("utf-16"),
        b'a,=HYPERLINK("x"),@SUM(A1)\n\n,,\n  \n1,2,3',
    )
    settings = "date-increment: -3"
    rules: ClassVar[dict[Kind, tuple[str, ...]]] = {
        Kind.TEXT: ("hash: yes", "replace-with: X", "set: Y", "remove: yes", "keep: yes"),
        Kind.UID: ("hashuid: yes",),
        Kind.DATE: ("increment-date: yes", "increment-date: yes\njitter-date: yes"),
        Kind.DATETIME: ("increment-datetime: yes",),
        Kind.NUMBER: ("jitter: yes",),
    }

    def make_large(self, size: int) -> Iterator[bytes]:
        yield f"{ROWS[0]}\n".encode()
        body = ("\n".join(ROWS[1:]) + f"{'a long note ' * 99}\n").encode()
        for _ in range(size // len(body)):
            yield body


class TestTsv(TestCsv):
    section = "tsv"
    sample = "\r\n".join(row.replace(",", "\t").replace("seen\t", "seen,") for row in ROWS).encode()
    samples = (b"name\tage\r\nx\t", b'a\tb\n"1\t2"\t3\n')

    def make_large(self, size: int) -> Iterator[bytes]:
        return (piece.replace(b"seen, twice", b"seen").replace(b",", b"\t") for piece in super().make_large(size))


class TestTableWithoutHeader(TestCsv):
    section = "table"
    settings = (
        "date-increment: -3\nheader: no\ndelimiter: pipe\nquote: \"'\"\nencoding: utf-16\ncomment: '#'\nskip-rows: 1"
    )
    options: ClassVar[dict[str, object]] = {
        "header": False,
        "delimiter": "|",
        "quote": "'",
        "encoding": "utf-16",
        "comment": "#",
        "skip-rows": 1,
    }
    sample = (
        "of ward 7\n# a remark, 'open\n" + "\n".join(ROWS[1:]).replace("'", "").replace(",", "|").replace('"', "'")
    ).encode("utf-16")
    selectors: ClassVar[dict[Kind, str | tuple[str, ...]]] = {
        Kind.TEXT: "1",
        Kind.UID: "2",
        Kind.DATE: "3",
        Kind.DATETIME: "4",
        Kind.NUMBER: "5",
    }
    follows = frozenset("23456")
    samples = ("skipped\n#x".encode("utf-16"), "skipped\n1|2\n\n'a'''|\n".encode("utf-16"))

    def make_large(self, size: int) -> Iterator[bytes]:
        body = "\n".join(ROWS[3:]).replace(",", "|") + f"{'a long note ' * 99}\n"
        yield ("skipped\n" + body).encode("utf-16")
        raw = body.encode("utf-16-le")
        for _ in range(size // len(raw)):
            yield raw
