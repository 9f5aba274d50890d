"""The dictionary built ahead against pydicom's own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from deidentikit_dicom.dictionary import Mask, keyword_of, mask_of, near_keywords, tag_of, vr_of
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._private_dict import private_dictionaries

SETTLED = {
    "US or SS": "US",
    "OB or OW": "OW",
    "OB_OW": "OW",
    "US or OW": "OW",
    "US or SS or OW": "OW",
}


def test_every_public_element_is_as_pydicom_has_it() -> None:
    known = {tag: entry for tag, entry in DicomDictionary.items() if tag >> 16 != 0xFFFE}
    assert {tag: vr_of(tag) for tag in known} == {tag: SETTLED.get(vr, vr) for tag, (vr, *_) in known.items()}
    assert {tag: keyword_of(tag) for tag in known} == {tag: entry[4] for tag, entry in known.items()}
    named = {entry[4]: tag for tag, entry in known.items() if entry[4]}
    assert {word: tag_of(word) for word in named} == named
    assert {word: tag_of(word.upper()) for word in named} == named


def test_every_repeating_group_is_as_pydicom_has_it() -> None:
    for digits, (vr, _, _, _, keyword) in RepeatersDictionary.items():
        tag = int(digits.replace("x", "2"), 16)
        assert (vr_of(tag), keyword_of(tag)) == (SETTLED.get(vr, vr), keyword)
        assert mask_of(keyword.lower()) == Mask.of(digits)
        assert str(Mask.of(digits)) == digits


def test_every_private_element_is_as_pydicom_has_it() -> None:
    for creator, entries in private_dictionaries.items():
        for key, (vr, *_) in entries.items():
            group = key[:4].replace("xx", "03")
            if key[4:6] == "xx" and int(group, 16) % 2:
                tag = int(group + "10" + key[6:], 16)
                assert vr_of(tag, creator) == SETTLED.get(vr, vr)
                assert vr_of(tag | 0xF000, f"{creator} ") == SETTLED.get(vr, vr)


@pytest.mark.parametrize(
    ("tag", "creator", "vr"),
    [
        (0x00100000, None, "UL"),
        (0x00090000, None, "UL"),
        (0x00090010, None, "LO"),
        (0x000900FF, None, "LO"),
        (0x00091002, None, "UN"),
        (0x00091002, "GEMS_IDEN_01", "SH"),
        (0x00191002, "GEMS_ACQU_01", "SL"),
        (0x00191002, "nobody", "UN"),
        (0x00191002, "", "UN"),
        (0x00191002, "GEMS\tACQU", "UN"),
        (0x60020022, None, "LO"),
        (0x60011122, None, "UN"),
        (0x12345678, None, "UN"),
        (0xFFFEE000, None, "UN"),
    ],
)
def test_vr_of_the_rarer_tags(tag: int, creator: str | None, vr: str) -> None:
    assert vr_of(tag, creator) == vr


def test_near_keywords_come_best_first() -> None:
    assert near_keywords("patientidd")[0] == "PatientID"
    assert near_keywords("OverlayDescriptionn")[0] == "OverlayDescription"
    assert not near_keywords("qqqqqqqqqq")


def test_unknown_words_and_tags_are_no_error() -> None:
    assert tag_of("Nothing") is None
    assert tag_of("OverlayDescription") is None
    assert mask_of("PatientID") is None
    assert keyword_of(0x00091002) == ""
    assert keyword_of(0x00080202) == ""


def test_the_modules_load_no_format_library() -> None:
    code = (
        "import sys; from deidentikit_dicom import selectors, values, dictionary;"
        "dictionary.vr_of(0x00100010); assert not {'pydicom', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
