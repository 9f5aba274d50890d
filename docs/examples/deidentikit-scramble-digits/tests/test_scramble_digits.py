"""What `scramble-digits` makes of values, and of files with the other plugins beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from deidentikit import Context, FieldError, Keys, Kind, Limits
from deidentikit.kinds import PersonName
from deidentikit.testing import Project
from deidentikit_scramble_digits import ScrambleDigits
from deidentikit_scramble_digits.permutation import following
from hypothesis import given, settings
from hypothesis import strategies as st

SECRET = b"0123456789abcdef" * 4
KEYED = Context(Keys(SECRET))
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
VECTORS = re.findall(r"^\| `([^`]*)` \| (\d+) \| (\d+) \| `([^`]*)` \|$", README, re.MULTILINE)


def scrambled(text: str, keep_first: int = 0, keep_last: int = 0, context: Context = KEYED) -> str:
    result = ScrambleDigits(scramble_digits_keep_first=keep_first, scramble_digits_keep_last=keep_last).apply(
        text, context
    )
    assert isinstance(result, str)
    return result


def digest(data: bytes) -> bytes:
    return KEYED.mac("scramble-digits", data)


def shape(text: str) -> str:
    return re.sub("[0-9]", "#", text)


def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 10


@pytest.mark.parametrize(("old", "first", "last", "new"), VECTORS)
def test_published_vectors(old: str, first: str, last: str, new: str) -> None:
    assert scrambled(old, int(first), int(last)) == new


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_all_values_of_a_length_form_one_circle(count: int) -> None:
    first = at = "0" * count
    seen = set()
    while at not in seen:
        seen.add(at)
        at = following(at, digest)
    assert at == first
    assert len(seen) == 10**count


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("0123456789-^/ AÄ"), max_size=30).filter(lambda text: re.search("[0-9]", text)))
def test_only_digits_change_and_some_do(text: str) -> None:
    new = scrambled(text)
    assert new != text
    assert shape(new) == shape(text)
    assert scrambled(text) == new


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9 - 1), st.integers(0, 10**9 - 1))
def test_values_that_differ_stay_different(one: int, other: int) -> None:
    assert (scrambled(f"{one:09d}") == scrambled(f"{other:09d}")) == (one == other)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**8 - 1), st.integers(0, 3), st.integers(0, 3))
def test_kept_digits_stay(number: int, first: int, last: int) -> None:
    old = f"{number:08d}"
    new = scrambled(old, first, last)
    assert new != old
    assert new[:first] == old[:first]
    assert new[8 - last :] == old[8 - last :]


def test_digits_are_the_same_with_and_without_separators() -> None:
    new = scrambled("20417")
    assert scrambled("MRN-20417") == f"MRN-{new}"
    assert scrambled("204-17") == f"{new[:3]}-{new[3:]}"
    assert scrambled(PersonName("Doe^20417")) == f"Doe^{new}"


def test_another_key_gives_other_digits() -> None:
    other = Context(Keys(b"another key of at least 32 bytes."))
    values = [f"{number:06d}" for number in range(50)]
    assert all(scrambled(value, context=other) != scrambled(value) for value in values)


def test_digits_are_spread_evenly() -> None:
    new = [scrambled(f"{number:04d}") for number in range(10_000)]
    for place in range(4):
        assert all(sum(value[place] == digit for value in new) == 1000 for digit in "0123456789")
    stay = sum(
        old == found for number, value in enumerate(new) for old, found in zip(f"{number:04d}", value, strict=True)
    )
    assert 3600 < stay < 4400


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("SMITH", 0, 0), ("12", 1, 1), ("12", 5, 0), ("٢٣", 0, 0), ("7²", 0, 0), ("1" * 201, 0, 0)],
)
def test_what_would_stay_readable_is_refused(text: str, first: int, last: int) -> None:
    with pytest.raises(FieldError) as caught:
        scrambled(text, first, last)
    assert caught.value.reason in ("wrong-kind", "too-long")
    assert text not in str(caught.value)


@pytest.mark.parametrize("kind", [Kind.DATE, Kind.DATETIME, Kind.UID])
def test_fields_of_dates_and_uids_are_no_place_for_it(kind: Kind) -> None:
    assert [*ScrambleDigits().check(Limits(kinds=frozenset({Kind.TEXT, kind}), hex_digits=False), keyed=True)]
    assert not [*ScrambleDigits().check(Limits(kinds=frozenset({Kind.TEXT, kind}), max_length=1), keyed=True)]


def test_without_a_key_the_profile_is_refused_with_a_remedy(deid_project: Project) -> None:
    deid_project.profile("json:\n  fields:\n    - name: id\n      scramble-digits: yes\n")
    result = deid_project.command("check", deid_project.profile_path)
    assert result.exit_code == 2
    assert "scramble-digits needs a key: name one with --key-file or `key:`" in result.said


PROFILE = """
{section}:
  fields:
    - name: {name}
      scramble-digits: yes
      scramble-digits-keep-first: 1
"""
SAME = scrambled("020417", keep_first=1)
CASES: dict[str, tuple[str, str]] = {
    "json": ("a.json", '{{"PatientID": "{}"}}'),
    "csv": ("a.csv", "PatientID,x\nMRN-{},1\n"),
    "key-value": ("a.mhd", "NDims = 2\nPatientID = {}\n"),
}


@pytest.mark.parametrize("section", CASES)
def test_every_file_type_gets_the_same_digits(deid_project: Project, section: str) -> None:
    file, text = CASES[section]
    deid_project.profile(PROFILE.format(section=section, name="PatientID"))
    deid_project.add(file, text.format("020417"))
    result = deid_project.run("--key-file", deid_project.key(SECRET.decode())).assert_ok()
    assert result.output(file).decode() == text.format(SAME)


def test_a_number_in_json_becomes_a_text_of_as_many_digits(deid_project: Project) -> None:
    deid_project.profile(PROFILE.format(section="json", name="id").replace("      scramble-digits-keep-first: 1\n", ""))
    deid_project.add("a.json", '{"id": 20417}')
    result = deid_project.run("--key-file", deid_project.key(SECRET.decode())).assert_ok()
    result.assert_json("a.json", {"id": scrambled("20417")})


def test_a_dicom_text_of_few_characters_holds_the_result(deid_project: Project) -> None:
    element = b"\x10\x00\x20\x00LO\x08\x00MRN20417" + b"\x20\x00\x10\x00SH\x06\x00000317"
    header = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\x00"
    data = bytes(128) + b"DICM\x02\x00\x00\x00UL\x04\x00" + len(header).to_bytes(4, "little") + header + element
    rules = "".join(f"    - name: {name}\n      scramble-digits: yes\n" for name in ("PatientID", "StudyID"))
    deid_project.profile(f"dicom:\n  fields:\n{rules}").add("a.dcm", data)
    result = deid_project.run("--key-file", deid_project.key(SECRET.decode())).assert_ok()
    assert result.output("a.dcm") == data.replace(b"20417", scrambled("20417").encode()).replace(
        b"000317", scrambled("000317").encode()
    )
