"""Arbitrary documents under arbitrary edits, checked against a plain model on parsed values."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.testing.corpus import corpus_dir
from hypothesis import given, settings
from hypothesis import strategies as st

Edit = Callable[..., Any]
Path = tuple[str | int, ...]

SEPARATOR = "/"
SPACE = st.sampled_from(["", "", " ", "\n  ", "\r\n", "\t "])
KEYS = st.text(
    st.sampled_from('abAB.$ 0"\\\né€𝄞'),
    max_size=4,
)
STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


class Number(str):
    """A number's spelling, unlike any string."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and str.__eq__(self, other)

    __hash__ = str.__hash__


def load(text: str) -> Any:
    return json.loads(text.removeprefix("\ufeff"), parse_int=Number, parse_float=Number)


@st.composite
def texts(draw: st.DrawFn, depth: int = 3) -> str:
    """A JSON text with its own white space, escapes and number spellings."""
    kind = draw(st.sampled_from("sndlooaa" if depth else "sndl"))
    if kind == "s":
        return json.dumps(draw(STRINGS), ensure_ascii=draw(st.booleans()))
    if kind == "n":
        return draw(NUMBERS)
    if kind in "dl":
        return draw(st.sampled_from(["true", "false", "null"]))
    inner = texts(depth=depth - 1)
    gap = draw(SPACE)
    if kind == "a":
        items = [f"{gap}{item}" for item in draw(st.lists(inner, max_size=4))]
        return f"[{','.join(items)}{draw(SPACE)}]"
    members = draw(st.dictionaries(KEYS, inner, max_size=4))
    escaped = draw(st.booleans())
    colon = draw(SPACE) + ":" + draw(SPACE)
    items = [f"{gap}{json.dumps(key, ensure_ascii=escaped)}{colon}{value}" for key, value in members.items()]
    return f"{{{','.join(items)}{draw(SPACE)}}}"


DOCUMENTS = st.tuples(st.sampled_from(["", "\ufeff"]), SPACE, texts(), SPACE).map("".join)


def paths(value: Any, path: Path = ()) -> list[Path]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += paths(child, (*path, key))
    return found


def name(path: Path) -> str:
    return SEPARATOR.join(map(str, path))


GONE = object()


def expected(value: Any, changes: dict[Path, tuple[str, ...]], path: Path = ()) -> Any:
    """The parsed result: a container's change overrules those within it."""
    change = changes.get(path)
    if change == ("drop",):
        return GONE
    if change is not None:
        text = change[1]
        return Number(text) if isinstance(value, Number) and text == "42" else text
    if isinstance(value, dict):
        items = {key: expected(child, changes, (*path, key)) for key, child in value.items()}
        return {key: child for key, child in items.items() if child is not GONE}
    if isinstance(value, list):
        elements = [expected(child, changes, (*path, index)) for index, child in enumerate(value)]
        return [child for child in elements if child is not GONE]
    return value


@settings(max_examples=150, deadline=None)
@given(text=DOCUMENTS, data=st.data())
def test_edits_do_what_they_say_and_nothing_else(text: str, data: st.DataObject, edit: Edit) -> None:
    before = load(text)
    every = paths(before)
    changes: dict[Path, tuple[str, ...]] = {}
    if every:
        action = st.sampled_from([("drop",), ("put", "42"), ("put", "é\n"), ("put", "secret")])
        changes = data.draw(st.dictionaries(st.sampled_from(every), action, max_size=5))
    rules = [(name(path), *change) for path, change in changes.items()]
    after = edit(text, *rules, separator=SEPARATOR).data.decode()
    assert load(after) == expected(before, changes)
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    if not changes:
        assert after == text


@settings(max_examples=100, deadline=None)
@given(text=DOCUMENTS, data=st.data())
def test_one_replaced_leaf_leaves_every_other_byte(text: str, data: st.DataObject, edit: Edit) -> None:
    leaves = [path for path in paths(load(text)) if not isinstance(_at(load(text), path), dict | list)]
    if not leaves:
        return
    path = data.draw(st.sampled_from(leaves))
    marked = edit(text, (name(path), "put", "THE-PLACE"), separator=SEPARATOR).data.decode()
    before, mark, behind = marked.partition('"THE-PLACE"')
    assert mark
    assert text.startswith(before)
    assert text.endswith(behind)
    old = text[len(before) : len(text) - len(behind)]
    assert load(old) == _at(load(text), path)


@settings(max_examples=100, deadline=None)
@given(text=DOCUMENTS, parts=st.lists(st.sampled_from(["a", "b", "0", "1", "2", "A"]), min_size=1, max_size=4))
def test_what_is_inserted_is_found_and_the_rest_stays(text: str, parts: list[str], edit: Edit) -> None:
    before = load(text)
    path = SEPARATOR.join(parts)
    after = load(edit(text, (path, "put", "NEW"), separator=SEPARATOR).data.decode())
    if after == before:
        return
    found = after
    for part in parts:
        found = found[int(part)] if isinstance(found, list) else found[part]
    assert found == "NEW"
    known = {name(path) for path in paths(before)}
    if path not in known:
        assert known <= {name(path) for path in paths(after)}


@settings(max_examples=60, deadline=None)
@given(text=DOCUMENTS)
def test_masking_everything_leaves_no_string(text: str, edit: Edit) -> None:
    before = load(text)
    after = load(edit(text, ("re:", "mask"), ("$", "mask"), separator=SEPARATOR).data.decode())
    assert paths(after) == paths(before)
    for path in paths(after):
        old, new = _at(before, path), _at(after, path)
        if not isinstance(new, dict | list) and old not in (None, ""):
            assert str(new).startswith("#")


@settings(max_examples=60, deadline=None)
@given(text=DOCUMENTS)
def test_removing_everything_leaves_a_skeleton(text: str, edit: Edit) -> None:
    after = load(edit(text, ("re:", "drop"), separator=SEPARATOR).data.decode())
    before = load(text)
    assert after == (type(before)() if isinstance(before, dict | list) else None)


REASONS = {"not-json", "not-utf-8", "too-deep", "duplicate-key", "not-finite", "lone-surrogate"}


def ending(data: bytes, rules: list[tuple[str, ...]], edit: Edit) -> str:
    """``done`` for an output that reads as JSON, or the reason of a refusal."""
    try:
        after = edit(data, *rules).data
    except FileError as error:
        return error.reason
    json.loads(after.decode("utf-8-sig"), parse_int=str)
    return "done"


RULES: list[tuple[str, ...]] = [("re:.*a", "mask"), ("*.b", "drop"), ("x.y", "put", "z")]


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=40) | DOCUMENTS.map(str.encode))
def test_any_bytes_end_in_an_output_or_a_refusal(data: bytes, edit: Edit) -> None:
    assert ending(data, RULES, edit) in {"done", *REASONS}


CORPUS = corpus_dir()
PIECES = (b"", b"0", b"e", b'"', b"{", b"]", b",", b"\\", b"\\ud800", b"\xff", b"\0", b"1e9", b"null", b" \n")


@pytest.mark.corpus
@pytest.mark.skipif(CORPUS is None, reason="the corpus is not present")
def test_mutations_of_the_corpus(edit: Edit) -> None:
    """Seeded damage: an output that reads as JSON, or a refusal with a reason; never anything else."""
    assert CORPUS is not None
    files = sorted(path for path in (CORPUS / "json").glob("*.json") if path.stat().st_size < 4000)
    rules = [("re:.*[nN]ame", "mask"), ("re:.*[dD]ate", "drop"), ("*.id", "put", "x"), ("new.key", "put", "y")]
    draw = random.Random(20200229)
    ends: Counter[str] = Counter()
    for _ in range(1200):
        data = bytearray(draw.choice(files).read_bytes())
        for _ in range(draw.randint(1, 2)):
            at = draw.randrange(len(data) + 1)
            data[at : at + draw.randint(0, 2)] = draw.choice(PIECES)
        ends[ending(bytes(data), rules, edit)] += 1
    assert set(ends) <= {"done", "wrong-kind", *REASONS}
    assert ends["done"] > 50
    assert ends["not-json"] > 50


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value
