"""Write the package's list of identifying attributes from DICOM PS3.15 Table E.1-1.

    python scripts/build_identifiers.py TABLE.csv EDITION

The table has a row for each attribute with the columns `name`, `pattern` (eight digits with ``x``
for any, or ``private``) and `basic_profile` (the action code). The standard does not say to which
categories of HIPAA Safe Harbor an attribute belongs: `CATEGORIES` is this project's own judgement.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from deidentikit_dicom.dictionary import Mask, keyword_of, vr_of

TARGET = Path(__file__).parents[1] / "src" / "deidentikit_dicom" / "data" / "identifiers.txt"
PRIVATE = "private"
CATEGORIES = {
    "A": r"CameraOwnerName|(?i:NameToUse$|PersonNamesToUse)"
    r"|.*(HumanPerformers|AuthorObserver|VerifyingObserver|Participant)"
    r"|.*(Physician|Physicians\w*|Operator|Observer|ContentCreator|Person|VerbalSource|Results)Identif"
    r"|InterpretationApprover|ROICreator|ROIInterpreter|ReferencedPatientAlias|ResultsDistributionList|TopicAuthor"
    r"|CertificateOfSigner",
    "B": r".*(Address|Residence|GeographicLocation|Organization(?!UID))|GPS|PatientState|Institution"
    r"|CurrentPatientLocation|(Performed|Scheduled|Requested|OrderEnterer)\w*Location$|ClinicalTrial(Site|CoordinatingCenter)",
    "C": r".*(DateTime|DateStamp)|PatientAge",
    "D": r".*(Telephone|PhoneNumber|Telecom)",
    "E": r".*Telecom",
    "F": r".*Telecom",
    "G": r"OtherPatientIDs",
    "H": r"PatientID$|OtherPatientIDs|IssuerOfPatientID|MedicalRecordLocator|ReferencedPatientSequence",
    "I": r".*Insurance",
    "J": r"(IssuerOf)?(AdmissionID|ServiceEpisodeID)",
    "K": r"CertificateOfSigner",
    "M": r".*(SerialNumber|DeviceID|DeviceUID|DeviceIdentifier|DeviceAlternate|StationName|AETitle|SlotID)"
    r"|(Detector|Gantry|Generator|Cassette|Plate|XRaySource|XRayDetector)(ID|Label)$|UDISequence|UniqueDevice"
    r"|DeviceLabel|TreatmentMachineName|TransducerIdentification|ModifyingSystem",
    "N": r".*(URI|URL)$",
    "Q": r".*PatientPhoto|IconImageSequence",
}
OF_VR = {"PN": "A", "DA": "C", "DT": "C", "AS": "C", "AE": "M", "UR": "N", "UI": "R"}
NUMBER = re.compile(r".*(ID|IDs|IDsSequence|Identifier|Number\w*|BarcodeValue)$")
"""What ends like this and is in no other category is a number or code of its own."""


def categories(keyword: str, vr: str) -> str:
    """The letters of an attribute, ``-`` for none."""
    found = {letter for letter, pattern in CATEGORIES.items() if re.match(pattern, keyword)}
    found.update(OF_VR.get(vr, ""))
    if not found and NUMBER.match(keyword):
        found = {"R"}
    return "".join(sorted(found)) or "-"


def line(row: dict[str, str]) -> str:
    """Tag, action code, categories and name of an attribute."""
    pattern, name = row["pattern"], row["name"]
    if pattern == PRIVATE:
        return f"{PRIVATE} {row['basic_profile']} - {name}"
    tag = Mask.of(pattern).value
    keyword = keyword_of(tag) or re.sub(r"\W", "", name)
    return f"{pattern} {row['basic_profile']} {categories(keyword, vr_of(tag))} {name}"


def main(table: str, edition: str) -> None:
    """Write the list, sorted by name as the standard has it."""
    with open(table, encoding="utf-8", newline="") as stream:
        lines = [line(row) for row in csv.DictReader(stream)]
    head = f"# DICOM PS3.15 {edition}, by scripts/build_identifiers.py; the third column is not of Table E.1-1.\n"
    TARGET.write_text(head + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
