"""Makes a CT study of invented content: some 300 elements a slice, at several depths, private ones among them."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

ROOT_UID = "1.2.826.0.1.3680043.10.1"
SIDE = 512

TEXTS = {
    "Manufacturer": "Example Imaging",
    "ManufacturerModelName": "Tomo 64",
    "StudyDescription": "CT thorax",
    "SeriesDescription": "Thorax 1.0 B31f",
    "ProtocolName": "Thorax routine",
    "SoftwareVersions": "VA44A",
    "BodyPartExamined": "CHEST",
    "ScanOptions": "SPIRAL",
    "FilterType": "WEDGE",
    "ConvolutionKernel": "B31f",
    "PatientPosition": "HFS",
    "PositionReferenceIndicator": "SN",
    "PatientName": "Example^Person^Q",
    "PatientID": "MRN0012345",
    "IssuerOfPatientID": "HOSPITAL",
    "AccessionNumber": "ACC20210615",
    "StudyID": "S4711",
    "ReferringPhysicianName": "Referrer^Some",
    "PerformingPhysicianName": "Performer^Some",
    "OperatorsName": "Operator^Some",
    "NameOfPhysiciansReadingStudy": "Reader^Some",
    "PhysiciansOfRecord": "Record^Some",
    "RequestingPhysician": "Requester^Some",
    "InstitutionName": "Example Hospital",
    "InstitutionAddress": "1 Example Road, Example Town",
    "InstitutionalDepartmentName": "Radiology",
    "StationName": "CT01",
    "DeviceSerialNumber": "70815",
    "PatientSex": "F",
    "PatientAge": "053Y",
    "PatientAddress": "2 Example Road, Example Town",
    "PatientTelephoneNumbers": "5550100",
    "OtherPatientNames": "Former^Person",
    "EthnicGroup": "unknown",
    "Occupation": "teacher",
    "AdditionalPatientHistory": "cough",
    "PatientComments": "none",
    "ImageComments": "first look",
    "RequestedProcedureDescription": "CT thorax",
    "PerformedProcedureStepID": "PPS1",
    "RequestedProcedureID": "RP1",
}
DATES = (
    "StudyDate",
    "SeriesDate",
    "AcquisitionDate",
    "ContentDate",
    "InstanceCreationDate",
    "PerformedProcedureStepStartDate",
)
TIMES = (
    "StudyTime",
    "SeriesTime",
    "AcquisitionTime",
    "ContentTime",
    "InstanceCreationTime",
    "PerformedProcedureStepStartTime",
)
NUMBERS = (
    "PatientWeight",
    "PatientSize",
    "SliceThickness",
    "KVP",
    "DataCollectionDiameter",
    "ReconstructionDiameter",
    "DistanceSourceToDetector",
    "DistanceSourceToPatient",
    "GantryDetectorTilt",
    "TableHeight",
    "FocalSpots",
    "SpacingBetweenSlices",
)


def code(value: str, meaning: str) -> Dataset:
    """One coded concept."""
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = "99EX"
    item.CodeMeaning = meaning
    return item


def reference(number: int) -> Dataset:
    """A reference to another image, with a purpose."""
    item = Dataset()
    item.ReferencedSOPClassUID = CTImageStorage
    item.ReferencedSOPInstanceUID = f"{ROOT_UID}.9.{number}"
    item.PurposeOfReferenceCodeSequence = Sequence([code("121311", "Localizer")])
    return item


def request() -> Dataset:
    """What was asked for."""
    item = Dataset()
    item.RequestedProcedureID = "RP1"
    item.RequestedProcedureDescription = "CT thorax"
    item.ScheduledProcedureStepID = "SPS1"
    item.ScheduledProcedureStepDescription = "CT thorax"
    item.RequestedProcedureCodeSequence = Sequence([code("CTTHX", "CT thorax")])
    item.ScheduledProtocolCodeSequence = Sequence([code("P1", "routine"), code("P2", "low dose")])
    return item


def header(chance: random.Random) -> Dataset:
    """What all slices share."""
    slice_ = Dataset()
    slice_.SpecificCharacterSet = "ISO_IR 100"
    slice_.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    slice_.SOPClassUID = CTImageStorage
    slice_.Modality = "CT"
    slice_.StudyInstanceUID = f"{ROOT_UID}.1"
    slice_.SeriesInstanceUID = f"{ROOT_UID}.2"
    slice_.FrameOfReferenceUID = f"{ROOT_UID}.3"
    slice_.PatientBirthDate = "19680311"
    slice_.AcquisitionDateTime = "20210615100612.250000"
    for keyword, text in TEXTS.items():
        setattr(slice_, keyword, text)
    for keyword in DATES:
        setattr(slice_, keyword, "20210615")
    for keyword in TIMES:
        setattr(slice_, keyword, "100612.250000")
    for keyword in NUMBERS:
        setattr(slice_, keyword, f"{chance.uniform(1, 500):.3f}")
    slice_.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    slice_.PixelSpacing = [0.703125, 0.703125]
    slice_.ReferencedImageSequence = Sequence([reference(number) for number in range(4)])
    slice_.SourceImageSequence = Sequence([reference(number) for number in range(4, 8)])
    slice_.RequestAttributesSequence = Sequence([request(), request()])
    slice_.ProcedureCodeSequence = Sequence([code("CTTHX", "CT thorax")])
    slice_.PerformedProtocolCodeSequence = Sequence([code("P1", "routine"), code("P2", "low dose")])
    slice_.AnatomicRegionSequence = Sequence([code("T-D3000", "Chest")])
    for group, creator in ((0x0019, "EXAMPLE CT HEADER"), (0x0021, "EXAMPLE CT RECON"), (0x0029, "EXAMPLE CSA")):
        block = slice_.private_block(group, creator, create=True)
        for number in range(30):
            block.add_new(number, "LO", f"private {chance.randrange(10**6)}")
        for number in range(30, 36):
            block.add_new(number, "DS", f"{chance.uniform(-100, 100):.4f}")
        block.add_new(40, "SQ", Sequence([code("X", "private concept")]))
        block.add_new(41, "OB", chance.randbytes(2048))
    slice_.SamplesPerPixel = 1
    slice_.PhotometricInterpretation = "MONOCHROME2"
    slice_.Rows = slice_.Columns = SIDE
    slice_.BitsAllocated = 16
    slice_.BitsStored = 12
    slice_.HighBit = 11
    slice_.PixelRepresentation = 0
    slice_.WindowCenter = [40, -600]
    slice_.WindowWidth = [400, 1200]
    slice_.RescaleIntercept = "-1024"
    slice_.RescaleSlope = "1"
    slice_.file_meta = FileMetaDataset()
    slice_.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    slice_.file_meta.MediaStorageSOPClassUID = CTImageStorage
    return slice_


def make(folder: Path, count: int, seed: int = 1) -> int:
    """Write `count` slices into a folder. How many elements one has, items' elements included."""
    chance = random.Random(seed)
    slice_ = header(chance)
    folder.mkdir(parents=True)
    for number in range(count):
        uid = UID(f"{ROOT_UID}.4.{number + 1}")
        slice_.SOPInstanceUID = slice_.file_meta.MediaStorageSOPInstanceUID = uid
        slice_.InstanceNumber = number + 1
        slice_.AcquisitionNumber = 1
        slice_.SliceLocation = f"{number:.1f}"
        slice_.ImagePositionPatient = [-180, -180, number]
        slice_.PixelData = chance.randbytes(SIDE) * (SIDE * 2)
        slice_.save_as(folder / f"IM{number + 1:05d}.dcm", enforce_file_format=True)
    return sum(1 for _ in slice_.iterall())


if __name__ == "__main__":
    print(make(Path(sys.argv[1]), int(sys.argv[2])))
