"""Arbitrary lines under arbitrary edits, checked against a plain model; damaged files of every format."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from deidentikit.action import Action
from deidentikit.errors import FileError
from deidentikit.splice import BytesSource
from deidentikit.testing.corpus import corpus_dir
from deidentikit.testing.driving import deidentified, make_plan, put, take
from deidentikit_key_value import KeyValueFile
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = (
    st.text(st.sampled_from("abcXYZ .-_é山[]()"), min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda key: bool(key) and key[0] not in "[.")
)
VALUES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], exclude_characters="\\<>\"'"), max_size=10
)
GAPS = st.sampled_from(["=", ":", " = ", ": ", "\t:=  ", "   :   "])
ENDS = st.sampled_from(["\n", "\r\n"])
FILLERS = st.sampled_from(["", "# note", "; a = b", "//", "  ", "[Sec tion]", "### ASCCONV BEGIN ###"])
LINES = st.one_of(st.tuples(KEYS, GAPS, VALUES, st.sampled_from(["", " ", "\t "]), ENDS), st.tuples(FILLERS, ENDS))


def run(data: bytes, rules: Sequence[tuple[str, Action]], **options: object) -> bytes:
    file_type = KeyValueFile({key.replace("_", "-"): value for key, value in options.items()}, "key-value")
    return deidentified(make_plan(file_type, "key-value", rules), data, "a.mhd").data


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(LINES, max_size=12), data=st.data(), encoding=st.sampled_from(["utf-8", "utf-16-le"]))
def test_edits_do_what_they_say_and_nothing_else(
    lines: list[tuple[str, ...]], data: st.DataObject, encoding: str
) -> None:
    keys = sorted({line[0] for line in lines if len(line) == 5})
    actions = st.sampled_from(["remove", "NEW", "é = : x"])
    edits = data.draw(st.dictionaries(st.sampled_from(keys), actions, max_size=4)) if keys else {}
    expected = []
    for line in lines:
        action = edits.get(line[0]) if len(line) == 5 else None
        if action == "remove":
            continue
        if action is not None:
            key, gap, value, blanks, end = line
            line = (key, gap, action, blanks, end) if value else (key, gap, blanks, action, end)
        expected.append("".join(line))
    rules = [(key, take() if action == "remove" else put(action)) for key, action in edits.items()]
    before = "".join("".join(line) for line in lines)
    assert run(before.encode(encoding), rules, encoding=encoding).decode(encoding) == "".join(expected)


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(LINES, max_size=8), last=st.sampled_from(["", "q=1", "[q]"]))
def test_what_is_made_is_found_and_the_rest_stays(lines: list[tuple[str, ...]], last: str) -> None:
    before = "".join("".join(line) for line in lines) + last
    after = run(before.encode(), [("Made", put("NEW", makes=True))]).decode()
    at = after.index("Made")
    start = max(after.rfind("\n", 0, at), after.rfind("\r", 0, at)) + 1
    made = after[start : after.index("NEW", at) + 3]
    assert before in {after.replace(piece, "", 1) for end in ("\r\n", "\n", "\r") for piece in (made + end, end + made)}
    found = {listed.name: [*listed.values()] for listed in KeyValueFile({}).fields(BytesSource(after.encode()))}
    assert ["NEW"] in found.values()


PIECES = (
    *(b"\n", b"\r", b"\r\n", b"##", b"$$", b"=", b":", b":=", b"[", b"]", b"<", b">", b"{", b"}", b'"', b"  ", b"\\"),
    *(b"#", b";", b"\xff", b"\x00", b"\x1a", b"ElementDataFile = LOCAL\n", b"##END=\n", b"LIST", b"NRRD0004\n"),
    *(b"data file: LIST\n", b'<ParamString."x"> {', b"( 3 )\n<", b"\xe2\x80\xa8", b"\x0c", b"\xc2\x85"),
)


def samples() -> list[bytes]:
    folder = corpus_dir()
    if folder is None:
        pytest.skip("the corpus is not present")
    return [path.read_bytes()[:4000] for path in sorted((folder / "keyvalue").iterdir())]


@pytest.mark.corpus
def test_damaged_files_are_refused_or_verified() -> None:
    draw = random.Random(20260103)
    files = samples()
    done = 0
    for _ in range(300):
        data = bytearray(draw.choice(files))
        for _ in range(draw.choice((1, 2, 6))):
            at = draw.randrange(len(data) + 1)
            if draw.random() < 0.6:
                data[at:at] = draw.choice(PIECES)
            else:
                del data[at : at + draw.choice((1, 30))]
        options = {"encoding": draw.choice(("utf-8", "latin-1")), "ignore_bad_lines": draw.random() < 0.5}
        try:
            assert run(bytes(data), (), **options) == data
            file_type = KeyValueFile({key.replace("_", "-"): value for key, value in options.items()})
            names = [listed.name for listed in file_type.fields(BytesSource(bytes(data))) if "\\" not in listed.name]
            rules = [(name, draw.choice((take(), put("Q"), put()))) for name in draw.sample(names, min(3, len(names)))]
            run(bytes(data), [*rules, ("Made", put("x", makes=True))], **options)
        except FileError:
            continue
        done += 1
    assert done > 100


@pytest.mark.corpus
def test_every_file_of_the_corpus_passes_through_and_gives_up_its_values() -> None:
    folder = corpus_dir()
    if folder is None:
        pytest.skip("the corpus is not present")
    refused = {}
    for path in sorted((folder / "keyvalue").iterdir()):
        data = path.read_bytes()
        try:
            assert run(data, ()) == data
        except FileError as error:
            refused[path.name] = error.reason
            continue
        listed = list(KeyValueFile({}).fields(BytesSource(data)))
        assert listed
        left = run(data, [("*", take())])
        for field in KeyValueFile({}).fields(BytesSource(left)):
            assert not [*field.values()] or field.name in KEPT, f"{path.name}: {field.name} stays"
    assert refused == {
        "jcamp_emodine.jdx": "undecodable",
        "jcamp_mactab2.jdx": "undecodable",
        "nib_bad_attribute+orig.HEAD": "bad-line",
        "syn_latin1.txt": "undecodable",
        "syn_nosection.txt": "bad-line",
        "syn_physio.puls": "bad-line",
    }


KEPT = {
    *("type", "dimension", "sizes", "encoding", "endian", "byte skip", "line skip"),
    *("ObjectType", "NDims", "DimSize", "ElementType"),
}
