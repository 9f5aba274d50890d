# ruff: noqa: E501 - one edit a line
"""What rules make of JSON: names, values, removal, insertion, layout."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import Named, Rank
from deidentikit_json import JsonFile

Edit = Callable[..., Any]
Rules = Sequence[Sequence[object]]

EDITS: dict[str, tuple[str, Rules, str]] = {
    # names
    "a dotted path": ('{"a": {"b": "x", "c": 1}, "b": "x"}', [("a.b", "put", "y")], '{"a": {"b": "y", "c": 1}, "b": "x"}'),
    "a list index": ('{"a": ["x", "y"]}', [("a.1", "put", "z")], '{"a": ["x", "z"]}'),
    "a number as a key": ('{"a": {"1": "x"}}', [("a.1", "put", "z")], '{"a": {"1": "z"}}'),
    "no index with a leading zero": ('{"a": ["x", "y"]}', [("a.01", "drop")], '{"a": ["x", "y"]}'),
    "no negative index": ('{"a": ["x", "y"]}', [("a.-1", "drop")], '{"a": ["x", "y"]}'),
    "all elements": ('[{"n": "x"}, {"m": 1}, {"n": "y"}]', [("*.n", "put", "-")], '[{"n": "-"}, {"m": 1}, {"n": "-"}]'),
    "all keys": ('{"a": {"n": 1}, "b": {"n": 2}}', [("*.n", "put", "3")], '{"a": {"n": 3}, "b": {"n": 3}}'),
    "an empty key": ('{"": {"": "x"}}', [(".", "put", "y")], '{"": {"": "y"}}'),
    "an escaped key": (r'{"caf\u00e9\n": "x"}', [("café\n", "put", "y")], r'{"caf\u00e9\n": "y"}'),
    "a regex from the start": ('{"xName": "a", "Name": {"Name": "b"}}', [("re:Name\\.Name", "put", "-")], '{"xName": "a", "Name": {"Name": "-"}}'),
    "a regex through lists": ('{"v": [{"n": "a"}, {"n": "b"}]}', [(r"re:v\.\d\.n$", "put", "-")], '{"v": [{"n": "-"}, {"n": "-"}]}'),
    "a scalar document": (' "Doe" ', [("$", "mask")], ' "#fd53ef835b15" '),
    "a scalar document by regex": ("12", [("re:.*", "put", "7")], "7"),
    "a key that is called $": ('{"$": "x"}', [("$", "put", "y")], '{"$": "y"}'),
    # precedence
    "exact before wildcard before regex": (
        '{"a": {"x": "1", "y": "2", "z": "3"}, "b": {"z": "4"}}',
        [("re:.*[xyz]$", "put", "regex"), ("a.*", "put", "wild"), ("a.x", "put", "exact")],
        '{"a": {"x": "exact", "y": "wild", "z": "wild"}, "b": {"z": "regex"}}',
    ),
    "first among equals": ('{"a": "x"}', [("re:a", "put", "1"), ("re:.", "put", "2")], '{"a": "1"}'),
    "keep shields": ('{"a": "x", "b": "y"}', [("re:.*", "put", "-"), ("a", "stay")], '{"a": "x", "b": "-"}'),
    # values
    "a number becomes a string": ('{"a": 74}', [("a", "mask")], '{"a": "#eb624dbe56eb"}'),
    "a long number keeps its spelling": ('{"a": 1.10}', [("a", "mask")], '{"a": "#aa672d37ec3c"}'),
    "true has a text": ('{"a": true}', [("a", "mask")], '{"a": "#3cbc87c7681f"}'),
    "null stays": ('{"a": null}', [("a", "mask")], '{"a": null}'),
    "an empty string stays": ('{"a": ""}', [("a", "mask")], '{"a": ""}'),
    "values given back keep their bytes": (
        r'{"a": 1.10, "b": "\u0041\/", "c": true, "d": 1E5}',
        [("*", "same")],
        r'{"a": 1.10, "b": "\u0041\/", "c": true, "d": 1E5}',
    ),
    "a number stays a number": ('{"a": 70.50}', [("a", "add", "1.5")], '{"a": 72.00}'),
    "a number in a string": ('{"a": "70.5"}', [("a", "add", "1")], '{"a": "71.5"}'),
    "a date": ('{"a": "2020-02-28"}', [("a", "later", 2)], '{"a": "2020-03-01"}'),
    "a date in a number": ('{"a": 20200228}', [("a", "later", 2, "%Y%m%d")], '{"a": 20200301}'),
    "a time": ('{"a": "2020-02-28 10:00:00"}', [("a", "later", 2, "%Y-%m-%d %H:%M:%S")], '{"a": "2020-03-01 10:00:00"}'),
    "seconds since 1970": ('{"a": 86400.5}', [("a", "later", 1, "timestamp")], '{"a": 172800.5}'),
    "a text in a number's place": ('{"a": 1, "b": 2, "c": "3"}', [("a", "put", "7e2"), ("b", "put", "x"), ("c", "put", "4")], '{"a": 7e2, "b": "x", "c": "4"}'),
    "a number that JSON cannot spell": ('{"a": 1, "b": 1}', [("a", "put", "01"), ("b", "put", "NaN")], '{"a": "01", "b": "NaN"}'),
    "true in its own place": ('{"a": false, "b": false}', [("a", "put", "true"), ("b", "put", "yes")], '{"a": true, "b": "yes"}'),
    "several texts": ('{"a": "x"}', [("a", "put", "y", "z")], '{"a": ["y", "z"]}'),
    "no text": ('{"a": "x", "b": 1, "c": [1], "d": {"e": 1}}', [("*", "put")], '{"a": "", "b": "", "c": [], "d": {}}'),
    # lists and objects
    "a list of values": ('{"a": ["2020-01-01", null, "2020-12-31", ""]}', [("a", "later", 1)], '{"a": ["2020-01-02", null, "2021-01-01", ""]}'),
    "a list of values keeps its layout": ('{"a": [ 1,\n 2.0 ]}', [("a", "add", "1")], '{"a": [ 2,\n 3.0 ]}'),
    "an element with a rule of its own": ('{"a": [1, 2, 3]}', [("a", "add", "1"), ("a.1", "drop")], '{"a": [2, 4]}'),
    "a regex over a list and its elements": ('{"a": [1, [2]]}', [("re:a", "add", "1")], '{"a": [2, [3]]}'),
    "a regex over an object and its members": ('{"a": {"b": "x", "c": null}, "d": {}}', [("re:.*", "mask")], '{"a": {"b": "#2d711642b726", "c": null}, "d": {}}'),
    "an object replaced whole": ('{"a": {"b": "x"}, "c": 1}', [("a", "put", "-"), ("a.b", "put", "y")], '{"a": "-", "c": 1}'),
    "a removed object takes its members": ('{"a": {"b": "x"}, "c": 1}', [("re:a", "drop"), ("a.b", "fail")], '{"c": 1}'),
    # removal
    "the first": ('{ "a": 1, "b": 2 }', [("a", "drop")], '{ "b": 2 }'),
    "the middle": ('{"a": 1, "b": 2 , "c": 3}', [("b", "drop")], '{"a": 1 , "c": 3}'),
    "the last": ('{"a": 1, "b": 2 }', [("b", "drop")], '{"a": 1 }'),
    "the only one": ('{"a": [ 1 ]}', [("a.0", "drop")], '{"a": []}'),
    "all": ('{\n  "a": 1,\n  "b": 2\n}', [("*", "drop")], "{}"),
    "the first two": ("[1, 2, 3, 4]", [("0", "drop"), ("1", "drop")], "[3, 4]"),
    "the last two": ("[1, 2, 3, 4]", [("3", "drop"), ("2", "drop")], "[1, 2]"),
    "every other": ("[1, 2, 3, 4, 5]", [("0", "drop"), ("2", "drop"), ("4", "drop")], "[2, 4]"),
    "lines": ('{\n\t"a": 1,\n\t"b": 2,\n\t"c": 3\n}\n', [("b", "drop")], '{\n\t"a": 1,\n\t"c": 3\n}\n'),
    "a removed neighbour of an edited value": ("[1, 2, 3]", [("0", "drop"), ("1", "put", "9"), ("2", "drop")], "[9]"),
    "a scalar document becomes null": ('"Doe"', [("$", "drop")], "null"),
    # insertion
    "a key": ('{"a": 1}', [("b", "put", "x")], '{"a": 1, "b": "x"}'),
    "a key without spaces": ('{"a":1}', [("b", "put", "x")], '{"a":1,"b":"x"}'),
    "a key among lines": ('{\r\n  "a": 1\r\n}', [("b.c", "put", "x")], '{\r\n  "a": 1,\r\n  "b": {\r\n    "c": "x"\r\n  }\r\n}'),
    "a key in an empty object": ('{"a": {}}', [("a.b", "put", "x")], '{"a": {"b": "x"}}'),
    "a key in an empty object among lines": ('{\n  "a": {}\n}', [("a.b", "put", "x")], '{\n  "a": {\n    "b": "x"\n  }\n}'),
    "a key in an empty document": ("{}", [("a.b", "put", "x")], '{"a": {"b": "x"}}'),
    "two keys in a new object": ('{"z":0}', [("a.b", "put", "x"), ("a.c", "put", "y")], '{"z":0,"a":{"b":"x","c":"y"}}'),
    "a new list": ('{"z":0}', [("a.0.b", "put", "x"), ("a.1.b", "put", "y")], '{"z":0,"a":[{"b":"x"},{"b":"y"}]}'),
    "the next element": ("[1, 2]", [("2", "put", "x"), ("3", "put", "y")], '[1, 2, "x", "y"]'),
    "a gap": ("[1, 2]", [("3", "put", "x")], "[1, 2]"),
    "a gap in a new list": ('{"z":0}', [("a.1", "put", "x")], '{"z":0}'),
    "a key of a list": ("[1]", [("b", "put", "x")], "[1]"),
    "below a scalar": ('{"a": 1, "b": null}', [("a.b", "put", "x"), ("b.c", "put", "x")], '{"a": 1, "b": null}'),
    "a scalar document takes no key": ("1", [("a", "put", "x")], "1"),
    "a string, whatever it reads as": ('{"a": 1}', [("b", "put", "7")], '{"a": 1, "b": "7"}'),
    "a wildcard makes nothing": ('{"a": {}}', [("a.*", "put", "7")], '{"a": {}}'),
    "a regex makes nothing": ('{"a": {}}', [("re:b", "put", "7")], '{"a": {}}'),
    "in place of what is removed": ('{\n "a": 1,\n "b": 2\n}', [("a", "drop"), ("b", "drop"), ("c", "put", "x")], '{\n "c": "x"\n}'),
    "behind a removed tail": ('{"a": 1, "b": 2}', [("b", "drop"), ("c", "put", "x")], '{"a": 1, "c": "x"}'),
    "behind a replaced tail": ('{"a": 1, "b": 2}', [("b", "put", "3"), ("c", "put", "x")], '{"a": 1, "b": 3, "c": "x"}'),
    "nothing in a removed object": ('{"a": {"b": 1}, "c": 1}', [("a", "drop"), ("a.d", "put", "x")], '{"c": 1}'),
    "nothing in a replaced object": ('{"a": {"b": 1}}', [("a", "put", "-"), ("a.d", "put", "x")], '{"a": "-"}'),
    # escapes
    "an ASCII file stays ASCII": ('{"a": "x"}', [("a", "put", "Muñoz \"\\\n𝄞")], r'{"a": "Mu\u00f1oz \"\\\n\ud834\udd1e"}'),
    "a UTF-8 file gets UTF-8": ('{"a": "x", "é": 1}', [("a", "put", "Muñoz")], '{"a": "Muñoz", "é": 1}'),
    "offsets behind wide characters": ('{"é": "𝄞", "ü": "ß", "a": ["€", "x"]}', [("ü", "drop"), ("a.1", "put", "y")], '{"é": "𝄞", "a": ["€", "y"]}'),
    "a byte order mark": ('\ufeff{"a": "x", "b": "é"}', [("b", "put", "ü")], '\ufeff{"a": "x", "b": "ü"}'),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITS, ids=list(EDITS))
def test_edit(case: str, edit: Edit) -> None:
    before, rules, after = EDITS[case]
    assert edit(before, *rules).data.decode() == after


def test_another_separator(edit: Edit) -> None:
    assert edit('{"a.b": {"c": 1}, "d": 2}', ("a.b|c", "drop"), ("d", "put", "3"), separator="|").data == (
        b'{"a.b": {}, "d": 3}'
    )


@pytest.mark.parametrize("separator", ["", "*", "a*"])
def test_separators_that_cannot_be(separator: str) -> None:
    with pytest.raises(ValueError, match="separator"):
        JsonFile({"separator": separator})


@pytest.mark.parametrize(
    ("before", "rules"),
    [
        ('{"a": {"b": "secret"}}', [("a", "mask")]),
        ('{"a": [["secret"]]}', [("a", "mask")]),
        ('{"a": [{"b": 1}, "secret"]}', [("a", "mask")]),
        ('{"a": {"b": "secret", "c": "d"}}', [("re:a$", "mask"), ("a.c", "drop")]),
        ('{"a": true}', [("a", "add", "1")]),
        ('{"a": "secret"}', [("a", "add", "1")]),
        ('{"a": "secret"}', [("a", "later", 1)]),
        ('{"a": true}', [("a", "later", 1)]),
        ('{"a": [1, "secret"]}', [("a", "add", "1")]),
    ],
)
def test_values_of_another_kind_refuse_the_file(before: str, rules: Rules, edit: Edit) -> None:
    with pytest.raises(FieldError) as caught:
        edit(before, *rules)
    assert caught.value.reason == "wrong-kind"
    assert caught.value.path == "a"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("before", "action", "on_error", "after"),
    [
        ('{"a": {"b": 1}, "c": 2}', "mask", "remove", '{"c": 2}'),
        ('{"a": {"b": 1}, "c": 2}', "mask", "empty", '{"a": {}, "c": 2}'),
        ('{"a": ["x", "y"], "c": 2}', "fail", "empty", '{"a": [], "c": 2}'),
        ('{"a": 5, "c": 2}', "fail", "empty", '{"a": "", "c": 2}'),
        ('{"a": "no date", "c": 2}', "fail", "remove", '{"c": 2}'),
    ],
)
def test_on_error(before: str, action: str, on_error: str, after: str, edit: Edit) -> None:
    edited = edit(before, ("a", action), on_error=on_error)
    assert edited.data.decode() == after
    assert edited.outcome.fallbacks == 1


def test_a_result_that_utf_8_cannot_hold(edit: Edit) -> None:
    with pytest.raises(FieldError) as caught:
        edit('{"a": "x"}', ("a", "put", "\udc80"))
    assert caught.value.reason == "charset"


@pytest.mark.parametrize("number", ["-1E-999999999999", "1" + "0" * 5000])
def test_extreme_numbers_stay_numbers(number: str, edit: Edit) -> None:
    after = edit(f'{{"a": {number}}}', ("a", "add", "1")).data.decode()
    (found,) = json.loads(after, parse_int=Decimal, parse_float=Decimal).values()
    assert found == Decimal(number) + 1


@pytest.mark.parametrize("number", ["1e999999999", "1e99999999999999999999"])
def test_numbers_of_no_usable_size_refuse_the_file(number: str, edit: Edit) -> None:
    with pytest.raises(FieldError) as caught:
        edit(f'{{"a": {number}}}', ("a", "add", "1"))
    assert caught.value.reason == "out-of-range"


def test_a_name_that_a_regex_could_take_ages_to_match_refuses_the_file(edit: Edit) -> None:
    before = f'{{"{"a" * 50_000}": "x"}}'
    assert edit(before, ("re:a*b?$", "put", "y")).outcome.status == "done"
    with pytest.raises(FileError) as caught:
        edit(before, ("re:.*a.*b$", "put", "y"))
    assert caught.value.reason == "too-long"


def test_a_field_of_an_unprintable_name_is_named_on_one_line(edit: Edit) -> None:
    with pytest.raises(FieldError) as caught:
        edit(r'{"a\n\u0007b": true}', ("*", "add", "1"))
    assert caught.value.path == r"a\n\x07b"


@pytest.mark.parametrize(
    ("other", "texts"),
    [
        ("b", "Jane"),
        ("c", "1.50"),
        ("d.0.x", "True"),
        ("e", "p|2"),
        ("d.*.x", "True|y"),
        ("n", ""),
        ("d", ""),
        ("missing.one", ""),
    ],
)
def test_other_fields_are_read_as_they_were(other: str, texts: str, edit: Edit) -> None:
    before = '{"a": "?", "b": "Jane", "c": 1.50, "d": [{"x": true}, {"x": "y"}], "e": ["p", null, 2], "n": null}'
    after = json.loads(edit(before, ("b", "drop"), ("d.1.x", "put", "-"), ("a", "peek", other)).data)
    assert after["a"] == texts


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{a}.json", "y.json"),
        ("{b|none}.json", "none.json"),
        ("{list}.json", "2_9.json"),
        ("{list.2}.json", "9.json"),
        ("{list.*}.json", "2_9.json"),
        ("{new.key}.json", "made.json"),
        ("{n}.json", "1.50.json"),
    ],
)
def test_output_names_use_new_values(template: str, name: str, edit: Edit) -> None:
    edited = edit(
        '{"a": "x", "b": "gone", "list": [1, 2, 3], "n": 1.50}',
        ("a", "put", "y"),
        ("b", "drop"),
        ("list.0", "drop"),
        ("list.2", "put", "9"),
        ("new.key", "put", "made"),
        named=template,
    )
    assert edited.outcome.output == name


def test_equal_values_that_stay_are_counted(edit: Edit) -> None:
    before = '{"a": "Jane Doe", "b": "Jane Doe", "c": ["Jane Doe", "Jane"], "d": 123456, "e": 123456, "f": "Jane Doe"}'
    outcome = edit(before, ("a", "drop"), ("d", "put", "1"), ("f", "stay")).outcome
    assert outcome.residual == 3
    assert edit(before, ("c", "drop"), ("a", "mask")).outcome.residual == 2
    assert edit(before).outcome.residual == 0


def test_what_holds_no_rule_is_copied(edit: Edit) -> None:
    before = b'\xef\xbb\xbf{"a" : 1.10 ,\r\n\t"b":"\\u00e9\\/"}\r\n\r\n'
    edited = edit(before, ("missing.name", "drop"))
    assert edited.data == before
    assert edited.outcome.rules == ()


def test_rules_are_counted(edit: Edit) -> None:
    outcome = edit('[{"n": 1}, {"n": 2}]', ("*.n", "drop"), ("2", "put", "x")).outcome
    assert [(rule.line, rule.action, rule.count) for rule in outcome.rules] == [(1, "drop", 2), (2, "put", 1)]


def test_a_larger_file_than_allowed(edit: Edit) -> None:
    with pytest.raises(FileError) as caught:
        edit(b"[" + b" " * (1 << 20) + b"]", max_size=1)
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize(
    ("named", "rank", "insertable"),
    [
        (Named(name="a.0.b"), Rank.EXACT, True),
        (Named(name="a"), Rank.EXACT, True),
        (Named(name="a.*"), Rank.WILDCARD, False),
        (Named(regex="a"), Rank.REGEX, False),
    ],
)
def test_selectors(named: Named, rank: Rank, insertable: bool) -> None:
    selector = JsonFile({}).compile(named)
    assert (selector.rank, selector.insertable) == (rank, insertable)
    assert selector == JsonFile({}).compile(named)


def test_a_regex_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="has no"):
        JsonFile({}).compile(Named(regex="("))
