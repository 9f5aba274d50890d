"""Names of outputs are made from new values, and every file system takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from deidentikit.action import Action
from deidentikit.context import Context, Keys
from deidentikit.errors import FieldError, FileError
from deidentikit.kinds import Formats, Kind
from deidentikit.naming import MAX_NAME_BYTES, NamePattern, Naming, Template, safe_name
from deidentikit.testing.driving import Probe, change, keep, take
from hypothesis import example, given, settings
from hypothesis import strategies as st

ISO = Formats("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")


def name(
    given_name: str,
    template: str,
    *,
    regex: str = "",
    values: Mapping[str, Sequence[str]] | None = None,
    groups: Mapping[str, Action] | None = None,
    formats: Formats = ISO,
) -> str:
    pattern = NamePattern(re.compile(regex), Template.parse(template), groups or {})
    return Naming((pattern,), (), None, formats).path(
        given_name, lambda field: (values or {}).get(field, ()), Context(Keys(bytes(32)))
    )


def default(template: str | None, values: Mapping[str, Sequence[str]]) -> str:
    made = None if template is None else Template.parse(template)
    return Naming((), (), made, ISO).path("given", lambda field: values.get(field, ()), Context(Keys()))


def refused(reason: str) -> pytest.RaisesExc[FileError]:
    return pytest.raises(FileError, check=lambda error: error.reason == reason)


def test_name_stays_where_nothing_says_otherwise() -> None:
    assert default(None, {}) == "given"


def test_default_names_fall_back() -> None:
    template = "{Id}.{Modality|NA}.dcm"
    assert default(template, {"Id": ["1.2"], "Modality": ["CT"]}) == "1.2.CT.dcm"
    assert default(template, {"Id": ["1.2"], "Modality": [" \0"]}) == "1.2.NA.dcm"
    assert default(template, {"Modality": ["CT"]}) == "given"


def test_parts_are_groups_and_fields() -> None:
    assert name("s7_2020.x", "{Id}-{no}.y", regex=r"s(?P<no>\d+)", values={"Id": ["P1"]}) == "P1-7.y"
    assert name("a", "{Id}", values={"Id": ["one", "", " two "]}) == "one_two"


def test_first_pattern_that_matches_from_the_start() -> None:
    first = NamePattern(re.compile("b"), Template.parse("first"), {})
    second = NamePattern(re.compile("a"), Template.parse("second"), {})
    naming = Naming((first, second), (), None, ISO)
    assert naming.path("ab", lambda field: (), Context(Keys())) == "second"
    with refused("no-name"):
        naming.path("cab", lambda field: (), Context(Keys()))


def test_empty_part_is_refused() -> None:
    with refused("no-name"):
        name("a", "x{Id}", values={"Id": [""]})
    assert name("a", "x{Id|none}") == "xnone"


def test_group_without_match_is_empty() -> None:
    assert name("a", "{x|none}", regex="a(?P<x>b)?") == "none"


def test_actions_on_groups() -> None:
    assert name("kim", "{who}.x", regex="(?P<who>.*)", groups={"who": change(Kind.TEXT)}) == "ZQXJ.x"
    assert name("kim", "{who}.x", regex="(?P<who>.*)", groups={"who": keep(Kind.NATIVE)}) == "kim.x"
    with refused("no-name"):
        name("kim", "{who}", regex="(?P<who>.*)", groups={"who": take(Kind.NATIVE)})


@pytest.mark.parametrize(
    "written",
    [
        "20210205",
        "2021-02-05",
        "2021_02_05",
        "2021.02.05",
        "5Feb2021",
        "05-FEB-2021",
        "5 February 2021",
        "Feb-5-2021",
        "February 5th, 2021",
        "2021Feb05",
        "20210205T103000",
        "2021-02-05 10:30",
    ],
)
def test_dates_in_any_clear_form_are_written_in_the_sections(written: str) -> None:
    made = name(f"scan_{written}", "{day}.x", regex="scan_(?P<day>.*)", groups={"day": Probe(Kind.DATE, list)})
    assert made == "2021-02-05.x"


@pytest.mark.parametrize("written", ["20210205_103000", "2021-02-05T10.30", "5Feb2021-10-30-00", "20210205103000.5Z"])
def test_date_and_time(written: str) -> None:
    made = name(written, "{at}", regex="(?P<at>.*)", groups={"at": Probe(Kind.DATETIME, list)})
    assert made == "2021-02-05 10_30_00"


@pytest.mark.parametrize(
    "text", ["Kim-Planted", "02-03-2021", "20210230", "2021-0205", "30Feb2021", "5Plan2021", "²⁰²¹"]
)
def test_part_that_is_no_clear_date(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        name(text, "{day}", regex="(?P<day>.*)", groups={"day": change(Kind.DATE)})
    assert caught.value.reason == "wrong-kind"
    assert text not in str(caught.value)


@pytest.mark.parametrize("count", [0, 2])
def test_date_that_becomes_none_or_several(count: int) -> None:
    with pytest.raises(FieldError, match="no date"):
        name("20210205", "{d}", regex="(?P<d>.*)", groups={"d": Probe(Kind.DATE, lambda values: [*values] * count)})


@pytest.mark.parametrize("text", ["{", "a}", "{a}{", "{{a}}"])
def test_braces_come_in_pairs(text: str) -> None:
    with pytest.raises(ValueError, match="brace"):
        Template.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a/b\\c:d", "a_b_c_d"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a\0b\nc\x7f", "a_b_c_"),
        ('<>"|?*', "______"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console", "console"),
        (" name. . ", "name"),
        ("a\ud800b\udfffc", "a_b_c"),
    ],
)
def test_characters_that_no_file_system_takes(text: str, expected: str) -> None:
    assert safe_name(text) == expected


@pytest.mark.parametrize("text", ["", " ", ".", "..", " . . ", "\n" * 0])
def test_names_of_nothing(text: str) -> None:
    with refused("bad-name"):
        safe_name(text)


def test_length_counts_in_bytes() -> None:
    assert safe_name("ä" * 127) == "ä" * 127
    with refused("bad-name"):
        safe_name("ä" * 128)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=80))
@example("\udc80x")
def test_any_text_gives_a_safe_name_or_is_refused(text: str) -> None:
    try:
        made = safe_name(text)
    except FileError:
        return
    raw = made.encode("utf-8", "surrogateescape")
    assert 0 < len(raw) <= MAX_NAME_BYTES
    assert b"/" not in raw
    assert b"\0" not in raw
    assert made not in (".", "..")
    assert safe_name(made) == made


def test_folders_are_named_like_files() -> None:
    patient = NamePattern(re.compile("(?P<last>[a-z]+)_(?P<day>[0-9-]+)"), Template.parse("{Id} {day}"), {})
    ward = NamePattern(re.compile("(?P<ward>w[0-9])"), Template.parse("{ward}"), {})
    naming = Naming((), (patient, ward), None, ISO)

    def current(field: str) -> Sequence[str]:
        return {"Id": ["P1"]}.get(field, ())

    assert naming.path("w7/doe_2020-01-02/scan.dcm", current, Context(Keys())) == "w7/P1 2020-01-02/scan.dcm"
    assert naming.path("scan.dcm", current, Context(Keys())) == "scan.dcm"
    with refused("no-name"):
        naming.path("w7/DOE/scan.dcm", current, Context(Keys()))
