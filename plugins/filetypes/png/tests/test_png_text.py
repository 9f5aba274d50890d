"""Text chunks: keywords, encodings, compression, all actions."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from deidentikit.errors import FileError, ProfileError
from deidentikit.kinds import Kind
from deidentikit.testing.driving import deidentified, echo, make_plan, put
from deidentikit_png import PngFile
from hypothesis import given, settings
from hypothesis import strategies as st

Rule = Callable[..., bytes]
REGEX_SUB = "regex-sub:\n  - input-regex: (?P<head>\\w+)-.*\n    output: '{head}-X'"


def test_keyword_names_one_chunk_in_any_case(png: Any, rule: Rule) -> None:
    data = png.file(png.text("Author", "Jane Doe"), png.text("Title", "Knee"), png.compressed("Author", b"other"))
    out = rule(data, ("text:AUTHOR", "remove: yes"))
    assert png.found(out, "tEXt") == [b"Title\0Knee"]
    assert png.found(out, "zTXt") == png.found(data, "zTXt")


def test_keyword_beats_type(png: Any, rule: Rule) -> None:
    data = png.file(png.text("Author", "Jane Doe"), png.text("Title", "Knee"))
    out = rule(data, ("tEXt", "remove: yes"), ("tEXt:Title", "keep: yes"))
    assert png.found(out, "tEXt") == [b"Title\0Knee"]


def test_type_reaches_the_text_of_every_such_chunk(png: Any, rule: Rule) -> None:
    data = png.file(png.text("A", "one"), png.text("B", "two"), png.text("C", ""), after=png.text("D", "one"))
    out = rule(data, ("tEXt", "hash: yes"))
    digests = [hashlib.sha256(text).hexdigest()[:16].encode() for text in (b"one", b"two")]
    assert png.found(out, "tEXt") == [b"A\0" + digests[0], b"B\0" + digests[1], b"C\0", b"D\0" + digests[0]]


@pytest.mark.parametrize(
    ("value", "action", "expected"),
    [
        ("Jane Doe", "replace-with: X", "X"),
        ("Jane Doe", "set: ''", ""),
        ("Jane Doe", "hash: yes", hashlib.sha256(b"Jane Doe").hexdigest()[:16]),
        ("20200131", "increment-date: yes", "20200114"),
        ("2020-01-31T10:00:00+01:00", "increment-datetime: yes", "2020-01-14T10:00:00+01:00"),
        ("Fri, 31 Jan 2020 10:00:00 GMT", "increment-datetime: yes", "Tue, 14 Jan 2020 10:00:00 GMT"),
        ("31.01.20", "increment-date: yes\ndate-format: '%d.%m.%y'", "14.01.20"),
        ("ABC-123", REGEX_SUB, "ABC-X"),
        ("Jane Doe", "keep: yes", "Jane Doe"),
    ],
)
def test_actions_on_every_kind_of_text(png: Any, rule: Rule, value: str, action: str, expected: str) -> None:
    data = png.file(
        png.text("K", value),
        png.compressed("K", value.encode("latin-1")),
        png.international("K", value, tail=b"de\0Wort\0"),
        png.international("P", value, packed=True),
    )
    names = ("tEXt:K", "zTXt:K", "iTXt")
    out = rule(data, *((name, action) for name in names), settings="date-increment: -17")
    (plain,) = png.found(out, "tEXt")
    (packed,) = png.found(out, "zTXt")
    wide, deep = png.found(out, "iTXt")
    assert plain == b"K\0" + expected.encode()
    assert packed[:3] == b"K\0\0"
    assert zlib.decompress(packed[3:]) == expected.encode()
    assert wide == b"K\0\0\0de\0Wort\0" + expected.encode()
    assert deep[:6] == b"P\0\1\0\0\0"
    assert zlib.decompress(deep[6:]) == expected.encode()


def test_hashuid_and_jitter(png: Any, rule: Rule) -> None:
    data = png.file(png.text("Study", "1.2.840.99999.12.1234"), png.text("Weight", "61.5"))
    out = rule(data, ("tEXt:Study", "hashuid: yes"), ("tEXt:Weight", "jitter: yes\njitter-range: 3"))
    study, weight = png.found(out, "tEXt")
    assert study.startswith(b"Study\x001.2.840.99999.")
    assert study != b"Study\x001.2.840.99999.12.1234"
    assert weight != b"Weight\x0061.5"
    assert abs(float(weight.removeprefix(b"Weight\0")) - 61.5) <= 3


def test_text_is_latin1_and_utf8(png: Any, rule: Rule) -> None:
    """One name gives one pseudonym, however its chunk encodes it."""
    data = png.file(
        png.text("K", "Müller"), png.international("K", "Müller"), png.international("P", "Müller", packed=True)
    )
    out = rule(data, ("tEXt", "hash: yes"), ("iTXt", "hash: yes"))
    digest = hashlib.sha256("Müller".encode()).hexdigest()[:16].encode()
    assert png.found(out, "tEXt") == [b"K\0" + digest]
    assert png.found(out, "iTXt")[0].endswith(digest)


def test_unencodable_text_of_the_profile_is_found_before_a_run(png: Any, rule: Rule) -> None:
    with pytest.raises(ProfileError, match="Latin-1"):
        rule(png.file(), ("tEXt:Author", "replace-with: Łukasz"))
    out = rule(png.file(), ("iTXt:Author", "replace-with: Łukasz"))
    assert png.found(out, "iTXt") == [b"Author\0\0\0\0\0" + "Łukasz".encode()]


def test_unencodable_text_under_a_regex_refuses_the_file(png: Any, rule: Rule) -> None:
    with pytest.raises(FileError) as refused:
        rule(png.file(png.text("Author", "Jane Doe")), ("re:.*:Author", "replace-with: Łukasz"))
    assert refused.value.reason == "charset"
    assert "Jane" not in str(refused.value)


def test_absent_text_is_made_before_the_image_data(png: Any, rule: Rule) -> None:
    data = png.file(png.text("Title", "Knee"))
    out = rule(data, ("tEXt:Author", "replace-with: X"), ("zTXt:Note", "set: Y"), ("iTXt:Empty", "set: ''"))
    assert png.types(out) == ["IHDR", "tEXt", "tEXt", "zTXt", "iTXt", "IDAT", "IEND"]
    assert png.found(out, "tEXt")[1] == b"Author\0X"
    assert zlib.decompress(png.found(out, "zTXt")[0][6:]) == b"Y"
    assert png.found(out, "iTXt") == [b"Empty\0\0\0\0\0"]


def test_nothing_is_made_for_types_and_regexes(png: Any, rule: Rule) -> None:
    data = png.file()
    made = ("tEXt", "replace-with: X"), ("re:zTXt:.*", "replace-with: X"), ("prVt", "replace-with: X")
    assert rule(data, *made) == data
    assert rule(data, ("tEXt:A", "replace-with: X\nreplace-with-insert: no")) == data
    assert rule(data, ("tEXt:A", "hash: yes")) == data


def test_a_present_keyword_is_not_made_twice(png: Any, rule: Rule) -> None:
    data = png.file(after=png.text("author ", "Jane Doe"))
    assert png.found(rule(data, ("tEXt:Author", "set: X")), "tEXt") == [b"author \0X"]


def test_regex_reaches_types_and_keywords(png: Any, rule: Rule) -> None:
    data = png.file(png.text("Author", "a"), png.compressed("Author", b"b"), png.text("Title", "c"))
    assert png.types(rule(data, ("re:.TXt:Auth", "remove: yes"))) == ["IHDR", "tEXt", "tEXt", "IDAT", "IEND"]
    assert png.types(rule(data, ("re:tEXt$", "remove: yes"))) == ["IHDR", "zTXt", "IDAT", "IEND"]
    assert png.types(rule(data, ("re:.*", "remove: yes"))) == ["IHDR", "IDAT", "IEND"]


def test_undecodable_text(png: Any, rule: Rule) -> None:
    broken = png.chunk(b"zTXt", b"K\0\0" + zlib.compress(b"Jane Doe" * 9)[:-9])
    data = png.file(broken)
    assert rule(data, ("tEXt:K", "remove: yes")) == data
    with pytest.raises(FileError) as refused:
        rule(data, ("zTXt:K", "hash: yes"))
    assert refused.value.reason == "undecodable"
    assert png.types(rule(data, ("zTXt:K", "remove: yes"))) == ["IHDR", "IDAT", "IEND"]
    assert zlib.decompress(png.found(rule(data, ("zTXt:K", "replace-with: X")), "zTXt")[0][3:]) == b"X"


def test_bytes_that_are_no_utf8_can_be_hashed(png: Any, rule: Rule) -> None:
    data = png.file(png.international("K", b"\xff\xfe-bytes"))
    out = rule(data, ("iTXt:K", "hash: yes"))
    assert png.found(out, "iTXt") == [b"K\0\0\0\0\0" + hashlib.sha256(b"\xff\xfe-bytes").hexdigest()[:16].encode()]


def test_wrong_checksum_of_a_value_refuses_the_file(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"tEXt", b"K\0Jane Doe", crc=7), png.text("L", "x"))
    with pytest.raises(FileError) as refused:
        rule(data, ("tEXt:K", "hash: yes"))
    assert refused.value.reason == "checksum"
    assert png.found(rule(data, ("tEXt:K", "replace-with: X")), "tEXt") == [b"K\0X", b"L\0x"]
    out = rule(data, ("tEXt:L", "hash: yes"))
    assert [right for _, _, right in png.chunks(out)] == [True, False, True, True, True]


@pytest.mark.parametrize("data", [b"no keyword at all", b"\0empty", b"k" * 80 + b"\0x", b""])
def test_text_without_keyword(png: Any, rule: Rule, data: bytes) -> None:
    """Nobody can say whether a rule by keyword means it: the type itself has to be named."""
    file = png.file(png.chunk(b"tEXt", data))
    for name in ("tEXt:Author", "re:.*Author"):
        with pytest.raises(FileError) as refused:
            rule(file, (name, "remove: yes"))
        assert refused.value.reason == "unparsed-region"
    assert rule(file, ("zTXt:Author", "remove: yes")) == file
    assert rule(file, ("tEXt:Author", "remove: yes"), ("tEXt", "keep: yes")) == file
    assert png.types(rule(file, ("tEXt", "remove: yes"))) == ["IHDR", "IDAT", "IEND"]
    with pytest.raises(FileError):
        rule(file, ("tEXt", "hash: yes"))


@pytest.mark.parametrize("tail", [b"\0", b"\0\2\0\0\0x", b"\0\1\1\0\0x", b"\0\0\0de", b"\0\0\0de\0x"])
def test_malformed_international_text(png: Any, rule: Rule, tail: bytes) -> None:
    file = png.file(png.chunk(b"iTXt", b"Author" + tail))
    with pytest.raises(FileError) as refused:
        rule(file, ("iTXt:Author", "remove: yes"))
    assert refused.value.reason == "unparsed-region"


@pytest.mark.parametrize(
    "name", ["tEXt:", "tEXt: ", "tEXt:" + "k" * 80, "tEXt:Ł", "gAMA:x", "IDAT:x", "Author", "tEXx y"]
)
def test_names_that_cannot_be(png: Any, rule: Rule, name: str) -> None:
    with pytest.raises(ProfileError):
        rule(png.file(), (name, "remove: yes"))


def test_output_is_named_by_new_values(png: Any, deidentify: Any) -> None:
    data = png.file(png.text("Author", "Jane Doe"), png.chunk(b"tIME", b"\x07\xe4\x02\x14\n\x0f\x1e"))
    body = """
filenames:
  - input-regex: .*
    output: "{tEXt:Author}-{tIME}.png"
fields:
  - name: tEXt:Author
    replace-with: anon
"""
    assert deidentify(data, body).name == "anon-2020-02-20T10_15_30.png"


def test_residual_counts_copies_that_no_rule_reaches(png: Any, deidentify: Any) -> None:
    data = png.file(
        png.text("Author", "Jane Doe"),
        png.compressed("Other", b"Jane Doe"),
        png.chunk(b"prVt", b"Jane Doe"),
        png.chunk(b"eXIf", png.exif(png.ascii(0x013B, "Jane Doe"))),
        png.text("Third", "another"),
    )
    fields = "fields:\n  - name: tEXt\n    hash: yes\n"
    assert deidentify(data, fields).outcome.residual == 3
    assert deidentify(data, fields + "  - name: Artist\n    remove: yes\n").outcome.residual == 2


TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\0"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(
    keyword=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=79),
    text=TEXT,
    new=TEXT,
    kind=st.sampled_from(["tEXt", "zTXt", "iTXt"]),
)
def test_any_text_is_replaced_and_nothing_else(png: Any, keyword: str, text: str, new: str, kind: str) -> None:
    """What is written reads back; the chunks around it keep their bytes."""
    made = {
        "tEXt": png.text(keyword, text),
        "zTXt": png.compressed(keyword, text.encode("latin-1")),
        "iTXt": png.international(keyword, text, packed=True),
    }
    before, after = png.text("\xa0", "left"), png.compressed("\xa0", b"right")
    data = png.file(before, made[kind], after)
    seen = echo(Kind.TEXT)
    done = deidentified(make_plan(PngFile({}), "png", [(f"{kind}:{keyword}", put(new))]), data, "a.png")
    assert done.data.startswith(png.file(before)[: 33 + len(before)])
    assert done.data.endswith(png.file(after)[33:])
    again = deidentified(make_plan(PngFile({}), "png", [(f"{kind}:{keyword}", seen)]), done.data, "a.png")
    assert again.data == done.data
    assert seen.seen == ([(new,)] if new.strip("\0 \t\r\n") else [])
