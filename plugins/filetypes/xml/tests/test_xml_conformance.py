"""The XML file type keeps the contract of file types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deidentikit.kinds import Kind
from deidentikit.testing import FileTypeConformance
from deidentikit_xml import XmlFile

SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE Study [<!ELEMENT Study ANY>]>
<!-- exported by a console -->
<?render style="plain"?>
<Study xmlns="urn:study" xmlns:x="urn:extra">
  <Patient id="MRN &amp; 00123" sex='F'>
    <Name>Jane &quot;Q&quot; M\u00fcller</Name>
    <x:Birth>19700203</x:Birth>
    <Weight>61.50</Weight><Height unit="m">1.70</Height>
  </Patient>
  <Visit n="visit-1"><Seen>20200220101530.250</Seen><Ward>seven</Ward> <p>seen by <b>Dr. Ada</b> twice</p></Visit>
  <Visit n="visit-2"><Note><![CDATA[<raw> & cooked]]></Note></Visit>
  <UID>1.2.840.99.1234</UID>
</Study>
""".encode()


class TestXmlFile(FileTypeConformance):
    file_type = XmlFile
    sample = SAMPLE
    samples = (
        b"<a/>",
        b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<a b = "1&#10;2" >\r\n<c />x</a >\r\n',
        '<?xml version="1.0" encoding="UTF-16"?><a>\u0416 \U0001f600</a>'.encode("utf-16"),
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>M\u00fcller</a>'.encode("latin-1"),
    )
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: (
            "/Study/Patient/Name",
            "Study.Patient.@id",
            "//Visit[Seen]/@n",
            "//Note",
            "Study.Visit.0.Ward",
            "//comment()",
            "/Study/Visit[1]/p/b/text()",
        ),
        Kind.DATE: "//x:Birth",
        Kind.DATETIME: "Study.Visit.0.Seen",
        Kind.NUMBER: "Study.Patient.Weight",
        Kind.UID: "Study.UID",
    }
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = {
        Kind.TEXT: ("replace-with: ANON", "set:"),
        Kind.DATE: ("increment-date: yes",),
        Kind.DATETIME: ("increment-datetime: yes",),
    }
    settings = "date-increment: -17"
