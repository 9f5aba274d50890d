"""How rules name data elements."""

from __future__ import annotations

import pytest
from deidentikit.filetype import Named, Rank
from deidentikit_dicom.dictionary import keyword_of
from deidentikit_dicom.selectors import DicomSelector, compile_selector
from hypothesis import given, settings
from hypothesis import strategies as st


def named(text: str) -> DicomSelector:
    return compile_selector(Named(text))


def regex(text: str) -> DicomSelector:
    return compile_selector(Named(regex=text))


@pytest.mark.parametrize(
    "text",
    [
        "PatientID",
        "patientid",
        "PATIENTID",
        "00100020",
        "0x00100020",
        "0X00100020",
        "(0010,0020)",
        "(0010, 0020)",
        "( 0010 ,0020 )",
        "0010,0020",
        "(0x0010, 0x0020)",
        " PatientID ",
    ],
)
def test_every_spelling_of_a_tag_is_one_name(text: str) -> None:
    selector = named(text)
    assert selector.last.tag == 0x00100020
    assert selector.identity == named("PatientID").identity
    assert (selector.rank, selector.insertable, selector.is_path) == (Rank.NAME, True, False)
    assert selector.text == text


@pytest.mark.parametrize("text", ["60xx0022", "(60XX,0022)", "(60xx, 0022)", "0x60XX0022", "OverlayDescription"])
def test_repeating_groups(text: str) -> None:
    selector = named(text)
    assert selector.identity == named("60xx0022").identity
    assert (selector.rank, selector.insertable, selector.last.tag) == (Rank.WILDCARD, False, None)
    assert selector.last.holds(0x60000022, None)
    assert selector.last.holds(0x601E0022, None)
    assert not selector.last.holds(0x60010022, None)
    assert not selector.last.holds(0x60000023, None)
    assert selector.last.vr == "LO"


@pytest.mark.parametrize(
    "text",
    [
        '(0029, "ACME 1.0", 01)',
        '(0029,"ACME 1.0",01)',
        "(0029, 'ACME 1.0', 01)",
        '( 0029 , "ACME 1.0" , xx01 )',
        '0029,"ACME 1.0",1',
        '(0x0029,"ACME 1.0",XX01)',
        '(0029," ACME 1.0 ",01)',
    ],
)
def test_private_elements_wherever_their_block_stands(text: str) -> None:
    selector = named(text)
    assert selector.identity == named('(0029,"ACME 1.0",01)').identity
    assert selector.rank is Rank.NAME
    assert not selector.insertable
    assert selector.last.tag is None
    assert selector.last.holds(0x00291001, "ACME 1.0")
    assert selector.last.holds(0x0029FE01, "ACME 1.0")
    assert not selector.last.holds(0x00290001, "ACME 1.0")
    assert not selector.last.holds(0x00291001, "ACME")
    assert not selector.last.holds(0x00291001, None)
    assert not selector.last.holds(0x00291002, "ACME 1.0")


def test_a_private_element_of_the_dictionary_can_be_made() -> None:
    selector = named('(0019, "GEMS_ACQU_01", 02)')
    assert (selector.insertable, selector.last.vr) == (True, "SL")
    assert str(selector.last) == '(0019,"GEMS_ACQU_01",02)'


def test_an_absolute_private_tag_is_a_name() -> None:
    selector = named("00091002")
    assert (selector.rank, selector.insertable, selector.last.tag) == (Rank.NAME, False, 0x00091002)
    assert selector.last.holds(0x00091002, "ANY")


def test_paths() -> None:
    exact = named("OtherPatientIDsSequence.0.PatientID")
    assert exact.identity == named("00101002.0.(0010,0020)").identity
    assert (exact.rank, exact.insertable, exact.indexes, exact.is_path) == (Rank.EXACT, True, (0,), True)
    every = named("otherpatientidssequence.*.00100020")
    assert (every.rank, every.insertable, every.indexes) == (Rank.WILDCARD, False, (None,))
    assert every.identity != exact.identity


def test_paths_through_private_sequences_with_dots_in_the_creator() -> None:
    selector = named('(0029,"A.B.1",10).12.RequestAttributesSequence.*.(0009,"C, D",01)')
    assert [str(part) for part in selector.parts] == [
        '(0029,"A.B.1",10)',
        "RequestAttributesSequence",
        '(0009,"C, D",01)',
    ]
    assert selector.indexes == (12, None)
    assert not selector.insertable


def test_a_repeating_group_in_a_path_is_a_wildcard() -> None:
    selector = named("ReferencedImageSequence.0.60xx0022")
    assert (selector.rank, selector.insertable) == (Rank.WILDCARD, False)


@pytest.mark.parametrize("text", ["00100000", "00000110", "PixelData", "12345678", "00091010.0.00100020"])
def test_what_cannot_be_made(text: str) -> None:
    assert not named(text).insertable


def test_file_meta_elements_are_names() -> None:
    selector = named("MediaStorageSOPInstanceUID")
    assert (selector.last.tag, selector.rank) == (0x00020003, Rank.NAME)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PatientIDD", "'PatientIDD' is no DICOM keyword. Did you mean 'PatientID'?"),
        ("OtherPatientIDsSequence.0.PatientIDD", "Did you mean 'PatientID'?"),
        ("Qwertyuiop", "no DICOM keyword"),
        ("", "names no DICOM element"),
        ("0010", "names no DICOM element"),
        ("001000200", "names no DICOM element"),
        ("(0010,0020", "names no DICOM element"),
        ('(0010,"ACME",01)', "even"),
        ('(0029,"",01)', "empty"),
        ("PatientName.0.PatientID", "no sequence"),
        ("OtherPatientIDsSequence.PatientID", "no path"),
        ("OtherPatientIDsSequence.0", "no path"),
        ("OtherPatientIDsSequence.-1.PatientID", "no path"),
        ("PatientID.", "no path"),
        ("PatientID and more", "no path"),
        ("xxxxxxxx", "every element"),
        ("FFFEE000", "delimiters"),
        ("(0010,00200)", "names no DICOM element"),
    ],
)
def test_what_cannot_be_a_name(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("?", r"\?").replace("(", r"\(")):
        named(text)


def test_regex_over_both_paths_from_their_start() -> None:
    date = regex(".*Date$")
    assert (date.rank, date.insertable, date.parts) == (Rank.REGEX, False, ())
    assert date.reaches("StudyDate", "00080020")
    assert date.reaches("RequestAttributesSequence.0.StudyDate", "00400275.0.00080020")
    assert not date.reaches("StudyDateTime", "0008002A")
    assert regex("0008").reaches("StudyDate", "00080020")
    assert regex("^0008103e$").reaches("SeriesDescription", "0008103E")
    assert regex("00081140\\.0\\.00081155$").reaches("x", "00081140.0.00081155")
    assert not regex("Date").reaches("StudyDate", "00080020")
    assert not regex("$").reaches("", "00091002")


def test_a_regex_that_does_not_compile_tells_where() -> None:
    with pytest.raises(ValueError, match="character 2"):
        regex("^(a")


@settings(max_examples=100)
@given(st.integers(0, 0xFFFDFFFF))
def test_any_tag_can_be_named_by_its_digits(tag: int) -> None:
    selector = named(f"{tag:08X}")
    assert selector.last.tag == tag
    assert selector.identity == named(f"({tag >> 16:04x}, {tag & 0xFFFF:04x})").identity
    assert selector.last.holds(tag, None)
    if keyword := keyword_of(tag):
        assert str(selector.last) == keyword


@settings(max_examples=150)
@given(st.text(alphabet="PatientID0129.*,()\"' xX", max_size=24))
def test_no_text_ends_in_anything_but_a_selector_or_a_message(text: str) -> None:
    try:
        selector = named(text)
    except ValueError:
        return
    assert len(selector.indexes) == len(selector.parts) - 1
    assert compile_selector(Named(f" {text} ")).identity == selector.identity
