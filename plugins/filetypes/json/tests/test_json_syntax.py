"""Which files are read, which are refused and why, and that files no rule reaches are copied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.splice import BytesSource
from deidentikit.testing.corpus import corpus_dir
from deidentikit_json import JsonFile

Edit = Callable[..., Any]

REFUSED: dict[bytes, str] = {
    b"": "not-json",
    b"  ": "not-json",
    b"\xef\xbb\xbf": "not-json",
    b"{": "not-json",
    b'{"a": 1,}': "not-json",
    b"{'a': 1}": "not-json",
    b'{"a": 1} {"b": 2}': "not-json",
    b'{"a": 1}\n{"b": 2}\n': "not-json",
    b"[01]": "not-json",
    b"[1.]": "not-json",
    b"[.5]": "not-json",
    b"[+1]": "not-json",
    b'["\t"]': "not-json",
    b'["\\x41"]': "not-json",
    b'["\\u00g1"]': "not-json",
    b"[1] // comment": "not-json",
    b"[\xc2\xa01]": "not-json",
    b"[1]\0": "not-json",
    "[١]".encode(): "not-json",
    b'{"a": 1, "a": 1}': "duplicate-key",
    b'{"a": 1, "\\u0061": 2}': "duplicate-key",
    b'[[{"x": {"a": 1, "b": 2, "a": 3}}]]': "duplicate-key",
    b"[NaN]": "not-finite",
    b'{"a": Infinity}': "not-finite",
    b"-Infinity": "not-finite",
    b'["\\ud800"]': "lone-surrogate",
    b'{"\\udc00": 1}': "lone-surrogate",
    b'["\\udc00\\ud800"]': "lone-surrogate",
    b'["\\uD834", "\\uDD1E"]': "lone-surrogate",
    b'["\xed\xa0\x80"]': "not-utf-8",
    b'["\xc0\xaf"]': "not-utf-8",
    b'["M\xfcller"]': "not-utf-8",
    '{"a": "é"}'.encode("utf-16"): "not-utf-8",
    '{"a": "é"}'.encode("utf-16-le"): "not-utf-8",
    '{"a": "é"}'.encode("utf-16-be"): "not-utf-8",
    '{"a": "é"}'.encode("utf-32"): "not-utf-8",
    b"[" * 501 + b"]" * 501: "too-deep",
    b'{"a":' * 501 + b"1" + b"}" * 501: "too-deep",
    b'["' + b"]" * 900 + b'",' + b"[" * 600 + b"]" * 601: "too-deep",
    b"[" * 100_000: "too-deep",
    b'[{"":' * 100_000: "too-deep",
}

READ: dict[str, bytes] = {
    "deep": b"[" * 500 + b"]" * 500,
    "brackets in strings": b'["' + b"[{" * 600 + b'\\\\", "\\"' + b"[" * 600 + b'"]',
    "a long number": b"[" + b"9" * 5000 + b", 1" + b"0" * 5000 + b".5e-99999]",
    "a pair of surrogates": b'["\\ud834\\udd1e"]',
    "an escaped backslash before u": b'["\\\\ud800"]',
    "all escapes": b'["\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u007f"]',
    "keys apart in normal form": '{"\u00e9": 1, "e\u0301": 2}'.encode(),
    "a byte order mark": b"\xef\xbb\xbf[]",
    "white space": b" \t\r\n[ ] \n",
    "scalars": b'"x"',
    "null": b"null",
}


@pytest.mark.parametrize("data", REFUSED, ids=[repr(data[:24]) for data in REFUSED])
def test_refused(data: bytes, edit: Edit) -> None:
    with pytest.raises(FileError) as caught:
        edit(data, ("a", "drop"))
    assert caught.value.reason == REFUSED[data]
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", READ)
def test_read(name: str, edit: Edit) -> None:
    assert edit(READ[name], ("no.such.key", "drop")).data == READ[name]


@pytest.mark.parametrize("frames", [0, 300, 420, 440, 460, 480, 600])
def test_a_deep_call_stack_may_refuse_deep_files_and_no_more(frames: int, edit: Edit) -> None:
    name = ".".join(["a"] * 480)
    data = b'{"a":' * 480 + b'"x"' + b"}" * 480

    def descend(left: int) -> bytes | str:
        if left:
            return descend(left - 1)
        try:
            found: bytes = edit(data, (name, "put", "y")).data
        except FileError as error:
            return error.reason
        return found

    assert descend(frames) in (data.replace(b'"x"', b'"y"'), "too-deep")


def test_an_edit_at_the_greatest_depth(edit: Edit) -> None:
    name = ".".join(["a"] * 500)
    data = b'{"a":' * 500 + b'"x"' + b"}" * 500
    assert edit(data, (name, "put", "y")).data == data.replace(b'"x"', b'"y"')
    removed = b'{"a":' * 499 + b"{}" + b"}" * 499
    assert edit(data, (name, "drop")).data == removed
    assert edit(removed, (name, "put", "x")).data == data


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b'{"a": 1}', True),
        (b' \n{ "a": [1, true, null, "x\\u00e9', True),
        (b'\xef\xbb\xbf[{"a": 1}, {', True),
        (b"{}", True),
        (b"[]\n", True),
        (b"[-1.5e3, 2", True),
        ('["é'.encode()[:-1], True),
        (b'["\\', True),
        (b"[tru", True),
        (b"{", True),
        (b"", False),
        (b"  ", False),
        (b'"text"', False),
        (b"12", False),
        (b"[section]\nkey = value\n", False),
        (b"[2020-01-01 10:00:00] started", False),
        (b"{key: value}", False),
        (b"{1: 2}", False),
        (b"[, 1]", False),
        (b"{ % template", False),
        (b'{"a": "\xff"}', False),
        (b'{"a": "\x00"}', False),
        ('{"a": 1}'.encode("utf-16"), False),
        (b"\x00" * 128 + b"DICM", False),
        (b'{"a": 1 "b" x}', False),
        (b"{\\rtf1 text}", False),
    ],
)
def test_signature(head: bytes, found: bool) -> None:
    assert JsonFile.sniff(head, "file") is found


def test_fields_are_listed_in_order() -> None:
    data = b'{"a": {"b": 1.10, "c": [true, null, "x"]}, "d": {}, "e": []}'
    listed = list(JsonFile({"separator": "/"}).fields(BytesSource(data)))
    assert [(field.name, field.type, tuple(field.values())) for field in listed] == [
        ("a/b", "number", ("1.10",)),
        ("a/c/0", "boolean", ("True",)),
        ("a/c/1", "null", ()),
        ("a/c/2", "string", ("x",)),
        ("d", "object", ()),
        ("e", "array", ()),
    ]
    assert [field.name for field in JsonFile({}).fields(BytesSource(b"12"))] == ["$"]


CORPUS = corpus_dir()
FILES = [] if CORPUS is None else sorted(path for path in (CORPUS / "json").iterdir() if path.is_file())
OTHER_REFUSALS = {
    "jts_object_same_key_different_values": "duplicate-key",
    "jts_object_same_key_unclear_values": "duplicate-key",
    "jts_y_object_duplicated_key_and_value": "duplicate-key",
    "jts_string_2_escaped_invalid_codepoints": "lone-surrogate",
    "jts_string_3_escaped_invalid_codepoints": "lone-surrogate",
    "jts_i_object_key_lone_2nd_surrogate": "lone-surrogate",
    "jts_i_string_1st_valid_surrogate_2nd_invalid": "lone-surrogate",
    "jts_i_string_incomplete_surrogate_and_escape_valid": "lone-surrogate",
    "jts_i_string_incomplete_surrogates_escape_valid": "lone-surrogate",
    "jts_i_string_invalid_surrogate": "lone-surrogate",
    "jts_i_string_inverted_surrogates_U+1D11E": "lone-surrogate",
    "jts_i_string_lone_second_surrogate": "lone-surrogate",
    "jts_i_string_UTF-8_invalid_sequence": "not-utf-8",
    "jts_i_string_not_in_unicode_range": "not-utf-8",
    "jts_i_string_overlong_sequence_6_bytes": "not-utf-8",
    "jts_i_string_truncated-utf-8": "not-utf-8",
    "jts_i_string_utf16LE_no_BOM": "not-utf-8",
    "syn_deep": "too-deep",
    "syn_escapes": "lone-surrogate",
    "syn_dup_keys": "duplicate-key",
    "syn_lines": "not-json",
    "syn_nan": "not-finite",
    "syn_utf16": "not-utf-8",
}


@pytest.mark.corpus
@pytest.mark.skipif(CORPUS is None, reason="the corpus is not present")
def test_corpus(edit: Edit) -> None:
    assert len(FILES) > 200
    wrong = []
    for path in FILES:
        expected = OTHER_REFUSALS.get(path.stem)
        malformed = path.name.startswith("jts_n_")
        try:
            same = edit(path.read_bytes(), ("no.such.key", "drop")).data == path.read_bytes()
        except FileError as error:
            if not (malformed or error.reason == expected):
                wrong.append((path.name, error.reason))
        else:
            if malformed or expected or not same:
                wrong.append((path.name, "read"))
    assert not wrong


@pytest.mark.corpus
@pytest.mark.skipif(CORPUS is None, reason="the corpus is not present")
def test_every_string_of_the_corpus_can_be_masked(edit: Edit) -> None:
    for path in FILES:
        try:
            edited = edit(path.read_bytes(), ("re:.*", "mask"))
        except FileError:
            continue
        before = json.loads(path.read_text("utf-8-sig"), parse_int=str, parse_float=str)
        after = json.loads(edited.data.decode("utf-8-sig"), parse_int=str, parse_float=str)
        assert after == _masked(before), path.name


def _masked(value: Any) -> Any:
    """What masking every leaf makes; a scalar document, too."""
    if isinstance(value, dict):
        return {key: _masked(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_masked(child) for child in value]
    if value is None or value == "":
        return value
    return "#" + hashlib.sha256(str(value).encode()).hexdigest()[:12]
