"""The key/value file type keeps the contract of file types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from deidentikit.kinds import Kind
from deidentikit.testing import FileTypeConformance
from deidentikit_key_value import KeyValueFile

METAIO = b"""ObjectType = Image
NDims = 3
# scanned by Ada Lovelace
PatientName = Doe^Jane
PatientID=MRN00123
StudyDate = 20200220
Stamp: 20190118101530.500000
UID = 1.2.840.113619.6.283.4.983142589
Weight = 70.52
DimSize = 4 4 2
ElementType = MET_SHORT
ElementDataFile = """

JCAMP = b"""##TITLE=Parameter List
##JCAMPDX=4.24 $$ by hand
$$ Wed Mar 17 10:11:12 2021
##OWNER= Doe, Jane
   of the second line
##DATE= 20210317
##LONG DATE= 20190118101112.5
##$SUBJECT_name=( 64 )
<Syntheticus^Perpetua>
##$UIDs=( 2, 64 )
<1.2.840.99.12> <1.2.840.99.13>
##$Weight=70.52
##END=
"""

RULES: Mapping[Kind, Sequence[str]] = {
    Kind.TEXT: ("replace-with: ANON", "set: other"),
    Kind.DATE: ("increment-date: yes",),
    Kind.DATETIME: ("increment-datetime: yes",),
}


class TestKeyValueFile(FileTypeConformance):
    file_type = KeyValueFile
    sample = METAIO + b"knee.raw\n"
    samples = (
        b"",
        JCAMP,
        b"; by Ada\r\n[Patient]\r\nName = Doe\r\n\r\n[Scan]\r\nName : x\r\n  more of it",
        b"\xef\xbb\xbfa=1\rb=2\r",
        b"NRRD0004\ntype: short\n# note\nkey:=value\n\n\x00\x01\xff\n\n",
        METAIO + b"LOCAL\n\x00\xff\r\n = \xfe",
        b'<ParamMap."DICOM"> {\n  <ParamString."Name"> { "Doe" }\n}\n### ASCCONV BEGIN ###\na.b\t=\t""x""\n',
    )
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("PatientName", "PatientID", "#.0"),
        Kind.DATE: "StudyDate",
        Kind.DATETIME: "Stamp",
        Kind.NUMBER: "Weight",
        Kind.UID: "UID",
    }
    insertable = "Added"
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = RULES
    settings = "date-increment: -17"

    def make_large(self, size: int) -> Iterator[bytes]:
        yield METAIO + b"LOCAL\n"
        for _ in range(size >> 16):
            yield bytes(range(256)) * 256


class TestParameters(FileTypeConformance):
    file_type = KeyValueFile
    section = "key-value"
    name = "method"
    sample = JCAMP
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("OWNER", "$SUBJECT_name", "$$.0", "$$.1", "TITLE"),
        Kind.DATE: "DATE",
        Kind.DATETIME: "LONG DATE",
        Kind.NUMBER: "$Weight",
        Kind.UID: "$UIDs",
    }
    insertable = "$Added"
    follows: ClassVar[set[str]] = {"$$.1"}
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = RULES
    settings = "date-increment: -17"


class TestSections(FileTypeConformance):
    file_type = KeyValueFile
    name = "scan.ini"
    sample = """; operator Ada
[Patient]
Name = Jürgen Müller
ID = "MRN0123"

[Scan]
Name = Schädel
Day : 20210317
Time : 20190118101112.5
Weight = 70.52
UID = 1.2.840.99.12
Note = line one
   line two
""".encode("utf-16-le")
    options: ClassVar[Mapping[str, object]] = {"encoding": "utf-16-le"}
    lacks: ClassVar[set[str]] = {"signature"}
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("Patient.Name", "ID", "Note", ";", "Name.1"),
        Kind.DATE: "Day",
        Kind.DATETIME: "Scan.Time",
        Kind.NUMBER: "Weight",
        Kind.UID: "UID",
    }
    insertable = "Patient.Added"


class TestBlocks(FileTypeConformance):
    file_type = KeyValueFile
    name = "protocol.txt"
    sample = b"""<XProtocol>
{
  <Name> "PhoenixMetaProtocol"
  <ParamMap."DICOM">
  {
    <ParamString."tPatientName"> { "Doe^Jane" }
    <ParamString."Empty"> { }
    <ParamLong."Weight">  { <Default> 3 7052  }
    <ParamArray."UIDs">
    {
      <Default> <ParamString.""> { }
      { "1.2.840.99.12" } { "1.2.840.99.13" }
    }
    <ParamString."Day"> { "20210317" }
    <ParamString."Time"> { "20190118101112.5" }
  }
}
### ASCCONV BEGIN ###
tProtocolName = ""Head first""
lScans = 0x10
### ASCCONV END ###
"""
    lacks: ClassVar[set[str]] = {"signature"}
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("DICOM.tPatientName", "tProtocolName"),
        Kind.DATE: "Day",
        Kind.DATETIME: "DICOM.Time",
        Kind.NUMBER: "Weight",
        Kind.UID: "UIDs",
    }
    insertable = "tAdded"
    follows: ClassVar[set[str]] = {"DICOM.Weight.Default"}
