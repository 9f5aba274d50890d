"""The list of identifying attributes, and what a section's options do to it."""

from __future__ import annotations

import pytest
from deidentikit.identifiers import Identifier, Reach
from deidentikit_dicom import DicomFile
from deidentikit_dicom.dictionary import keyword_of
from pydicom._dicom_dict import DicomDictionary

LISTED = {identifier.name: identifier for identifier in DicomFile.catalogues()[0].identifiers}


def reach(name: str, **options: bool) -> Reach:
    file_type = DicomFile({key.replace("_", "-"): value for key, value in options.items()}, "dicom")
    return file_type.reach(file_type.bind((), ()), name)


def test_the_list_is_table_e_1_1() -> None:
    assert len(LISTED) == 657
    assert DicomFile.catalogues()[0].source.startswith("DICOM PS3.15 2026d")
    assert LISTED["PatientName"] == Identifier("PatientName", "Patient's Name", "A", "Z", "(0010,0010)")
    assert LISTED["60xx3000"].title == "Overlay Data"
    assert LISTED["private"].code == "X"


def test_titles_are_those_of_the_dictionary() -> None:
    by_name = {keyword_of(tag): entry[2] for tag, entry in DicomDictionary.items() if keyword_of(tag)}
    known = [identifier for name, identifier in LISTED.items() if name in by_name]
    same = [each for each in known if each.title.split(" (")[0] == by_name[each.name].split(" (")[0]]
    assert len(known) > 620
    assert len(same) > 0.97 * len(known)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("OtherPatientNames", "A"),
        ("PatientAddress", "B"),
        ("StudyDate", "C"),
        ("PatientAge", "C"),
        ("PatientTelephoneNumbers", "D"),
        ("OtherPatientIDs", "GH"),
        ("PatientID", "H"),
        ("DeviceSerialNumber", "M"),
        ("DeviceUID", "MR"),
        ("IconImageSequence", "Q"),
        ("AccessionNumber", "R"),
        ("StudyDescription", ""),
    ],
)
def test_categories_are_what_the_attribute_means(name: str, letters: str) -> None:
    assert LISTED[name].categories == letters


def test_options_take_out_what_no_rule_names() -> None:
    assert reach("PatientName") == reach("private") == Reach()
    assert reach("PatientName", remove_undefined=True).cause == "the option remove-undefined"
    assert reach("private", remove_undefined=True).cause == "the option remove-undefined"
    assert reach("private", remove_private_tags=True).cause == "the option remove-private-tags"
    assert reach("PatientName", remove_private_tags=True).nowhere
    assert reach("MediaStorageSOPInstanceUID", remove_undefined=True).nowhere


def test_options_change_what_is_told_of_the_rest() -> None:
    def told(**options: bool) -> str:
        file_type = DicomFile({key.replace("_", "-"): value for key, value in options.items()}, "dicom")
        return " ".join((*file_type.rest(), *file_type.weak_spots()))

    assert "Private elements are kept" in told()
    assert "Private elements are kept" not in told(remove_private_tags=True)
    assert "Every element that no rule reaches is removed" in told(remove_undefined=True)
    assert "do not reach into sequences" in told(recurse_sequence=False)
    assert "kept unseen (keep-trailing)" in told(keep_trailing=True)
    assert "kept unseen (keep-preamble)" in told(keep_preamble=True)
    assert "ages over 89 are not grouped" in told(patient_age_from_birthdate=True)
