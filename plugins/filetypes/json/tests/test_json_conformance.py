"""The JSON file type keeps the contract of file types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deidentikit.kinds import Kind
from deidentikit.testing import FileTypeConformance
from deidentikit_json import JsonFile

SAMPLE = b"""{
  "PatientName": "Jane \\u0051. Doe",
  "birth": "1970-02-03", "seen": "1999-12-31 23:59:01",
  "weight": 6.150e1,
  "ids": {"study": "1.2.840.99.1234", "list": ["a\\/b", "c", 7, null, true]},
  "notes": [ {"text": "first words"}, {"text": "second words"} ],
  "big": 12345678901234567890.10
}
"""


class TestJsonFile(FileTypeConformance):
    file_type = JsonFile
    sample = SAMPLE
    samples = (
        b"[]",
        b'[{"a": [true, -0.0e-7]}, {}]',
        b'\xef\xbb\xbf{\r\n\t"a" : [ 1 ,2 ]\r\n}\r\n',
    )
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("PatientName", "notes.1.text", "notes.*.text"),
        Kind.DATE: "birth",
        Kind.DATETIME: "seen",
        Kind.NUMBER: ("weight", "big"),
        Kind.UID: "ids.study",
    }
    insertable = "added"
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = {
        Kind.TEXT: ("replace-with: ANON", "set:"),
        Kind.DATE: ("increment-date: yes",),
        Kind.DATETIME: ("increment-datetime: yes",),
    }
    settings = "date-increment: -17"
