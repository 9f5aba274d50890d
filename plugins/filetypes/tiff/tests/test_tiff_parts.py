"""Metadata within the values of TIFF tags: XMP, IPTC, OME-XML, ImageJ's, descriptions of slides."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import pytest
import tifffile
from deidentikit_image_metadata.iptc import DataSet, Iptc
from deidentikit_image_metadata.photoshop import Resource, Resources
from deidentikit_tiff.imagej import ImageJCarrier

Run = Callable[..., Any]
XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2011-12-13T14:15:16+01:00">
 <dc:creator><rdf:Seq><rdf:li>Doe, Jane</rdf:li></rdf:Seq></dc:creator><dc:source>the archive</dc:source>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
OME = """<?xml version="1.0" encoding="UTF-8"?>
<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">
 <Experimenter ID="Experimenter:0" FirstName="Jane" LastName="Doe"/>
 <Image ID="Image:0" Name="biopsy of Doe"><AcquisitionDate>2021-03-04T05:06:07</AcquisitionDate>
  <Description>for \u00d8ystein &amp; others</Description>
  <Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" SizeX="16" SizeY="16" SizeZ="1" SizeC="1" SizeT="1">
   <Channel ID="Channel:0:0" SamplesPerPixel="1"/><TiffData IFD="0" PlaneCount="1"/></Pixels></Image></OME>"""
APERIO = (
    "Aperio Image Library v11.2.1 \r\n46000x32914 [0,100 46000x32814] (256x256) JPEG/RGB Q=30|AppMag = 20|"
    "ScanScope ID = CPAPERIOCS|Filename = CMU-1|Date = 12/29/09|Time = 09:59:15|User = b414003d|MPP = 0.4990"
)


def blob(tag: int, data: bytes, type: int = 1) -> dict[str, Any]:
    return {"extratags": [(tag, type, len(data), data, True)]}


def packet(data: bytes) -> bytes:
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        value = file.pages[0].tags[700].value
        assert isinstance(value, bytes)
        return value


class TestXmp:
    @pytest.mark.parametrize(
        "name", ["xmp:dc:creator", "dc:creator", "XMP:DC:Creator", "XMP.dc:creator", "page.0.xmp:creator"]
    )
    def test_a_property_is_named(self, run: Run, written: Run, seen: Run, name: str) -> None:
        data = written(blob(700, XMP))
        done = run(f"fields:\n- name: {name}\n  replace-with: X\n", data)
        assert b"<rdf:li>X</rdf:li>" in packet(done.data)
        assert len(packet(done.data)) == len(XMP)
        assert b"Doe, Jane" not in done.data
        assert b"the archive" in done.data
        assert seen(done.data)[0]["pixels"] == seen(data)[0]["pixels"]

    def test_dates_move(self, run: Run, written: Run) -> None:
        section = "date-increment: -13\nfields:\n- name: xmp:CreateDate\n  increment-datetime: yes\n"
        assert b'"2011-11-30T14:15:16+01:00"' in packet(run(section, written(blob(700, XMP))).data)

    def test_a_regex_reaches_in_unless_a_rule_holds_the_packet(self, run: Run, written: Run) -> None:
        data = written(blob(700, XMP))
        section = "fields:\n- regex: dc:creator\n  remove: yes\n"
        assert b"Doe" not in run(section, data).data
        assert run(section + "- name: XMP\n  keep: yes\n", data).data == data

    def test_the_packet_goes_whole(self, run: Run, written: Run, seen: Run) -> None:
        section = "fields:\n- name: XMP\n  remove: yes\n- name: dc:creator\n  replace-with: X\n"
        done = run(section, written(blob(700, XMP)))
        assert "XMP" not in seen(done.data)[0]
        assert b"archive" not in done.data

    def test_what_cannot_be_read_is_refused_where_a_rule_may_reach_it(
        self, run: Run, refused: Run, written: Run
    ) -> None:
        data = written(blob(700, XMP[:-90]))
        assert refused("fields:\n- name: dc:creator\n  remove: yes\n", data) == "xmp-malformed"
        assert refused("fields:\n- regex: .*creator\n  remove: yes\n", data) == "xmp-malformed"
        assert run("fields:\n- name: Artist\n  remove: yes\n", data).data == data
        gone = run("fields:\n- name: XMP\n  remove: yes\n- regex: .*creator\n  remove: yes\n", data)
        assert b"archive" not in gone.data

    def test_names_of_outputs_and_rules_read_properties(self, deid_project: Any, written: Run) -> None:
        deid_project.add("scan.tif", written(blob(700, XMP)))
        deid_project.profile(
            "tiff:\n  filenames:\n    - output: '{dc:source}.tif'\n"
            "  fields:\n    - name: dc:source\n      replace-with: anon\n"
        )
        deid_project.run().assert_ok().assert_outputs("anon.tif")


class TestIptc:
    BLOCK = b"".join(
        DataSet(2, number, text, 0, 0).to_bytes()
        for number, text in ((80, b"Jane Doe"), (55, b"20200131"), (25, b"one"), (25, b"two"))
    )

    @pytest.mark.parametrize("name", ["iptc:Byline", "IPTC.By-line", "iptc:2:80", "2:80"])
    @pytest.mark.parametrize("type", [1, 7])
    def test_a_data_set_is_named(self, run: Run, written: Run, name: str, type: int) -> None:
        section = f"date-increment: 1\nfields:\n- name: {name}\n  hash: yes\n"
        section += "- name: iptc:DateCreated\n  increment-date: yes\n"
        done = run(section, written(blob(33723, self.BLOCK, type)))
        assert b"Jane Doe" not in done.data
        with tifffile.TiffFile(io.BytesIO(done.data)) as file:
            block = Iptc(bytes(file.pages[0].tags[33723].value))
        assert block.original((2, 55)) == [b"20200201"]
        assert block.original((2, 25)) == [b"one", b"two"]
        assert len(block.original((2, 80))[0]) == 16

    def test_the_copy_in_photoshop_resources_follows(self, run: Run, written: Run) -> None:
        resources = Resource(b"8BIM", 0x0404, b"", self.BLOCK, 0, 0).to_bytes()
        resources += Resource(b"8BIM", 0x0424, b"", XMP, 0, 0).to_bytes()
        done = run(
            "fields:\n- name: iptc:Byline\n  remove: yes\n- name: dc:creator\n  remove: yes\n",
            written(blob(34377, resources)),
        )
        assert b"Doe" not in done.data
        with tifffile.TiffFile(io.BytesIO(done.data)) as file:
            block = Resources(bytes(file.pages[0].tags[34377].value))
        assert Iptc(block.find(0x0404)[0].data).original((2, 25)) == [b"one", b"two"]

    def test_the_tag_goes_with_the_last_data_set(self, run: Run, written: Run, seen: Run) -> None:
        data = written(blob(33723, self.BLOCK))
        done = run("fields:\n- regex: iptc:.*\n  remove: yes\n", data)
        assert "IPTCNAA" not in seen(done.data)[0]
        assert seen(done.data)[0]["pixels"] == seen(data)[0]["pixels"]


class TestOme:
    def test_attributes_and_elements_are_named(self, run: Run, written: Run) -> None:
        data = written({"description": OME.encode()})
        done = run(
            'date-increment: -1\nfields:\n- name: ome:Experimenter.@LastName\n  replace-with: <X> & "Y"\n'
            "- name: ome:@FirstName\n  remove: yes\n- name: ome:Image.@Name\n  hash: yes\n"
            "- name: ome:OME.Image.AcquisitionDate\n  increment-datetime: yes\n"
            "- name: page.0.ome:Description\n  remove: yes\n",
            data,
        )
        assert not [word for word in ("Jane", "biopsy", "\u00d8ystein", "2021-03-04") if word.encode() in done.data]
        with tifffile.TiffFile(io.BytesIO(done.data)) as file:
            assert file.is_ome
            assert file.series[0].axes == "YX"
            text = file.ome_metadata or ""
        assert 'LastName="&lt;X&gt; &amp; &quot;Y&quot;"' in text
        assert "<AcquisitionDate>2021-03-03T05:06:07</AcquisitionDate>" in text
        assert 'SizeX="16"' in text

    def test_what_the_image_needs_stays_under_a_regex(self, run: Run, refused: Run, written: Run) -> None:
        data = written({"description": OME.encode()})
        done = run("fields:\n- regex: xml:.*\n  remove: yes\n", data)
        with tifffile.TiffFile(io.BytesIO(done.data)) as file:
            assert file.series[0].axes == "YX"
        assert b"Doe" not in done.data
        assert refused("fields:\n- name: ome:Pixels.@SizeX\n  replace-with: 7\n", data) == "required"

    def test_the_whole_text_is_a_value(self, run: Run, written: Run, seen: Run) -> None:
        section = (
            "fields:\n- name: ImageDescription\n  regex-sub:\n  - input-regex: (?s)(?P<a>.*)Doe(?P<b>.*)Doe(?P<c>.*)\n"
        )
        section += "    output: '{a}X{b}X{c}'\n"
        assert seen(run(section, written({"description": OME.encode()})).data)[0]["ImageDescription"] == OME.replace(
            "Doe", "X"
        )

    @pytest.mark.parametrize("text", ["<OME><a></OME>", '<!DOCTYPE a [<!ENTITY x "y">]><OME a="&x;"/>', "<" * 9])
    def test_xml_that_cannot_be_read(self, run: Run, refused: Run, written: Run, text: str) -> None:
        data = written({"description": text})
        assert refused("fields:\n- name: ome:@a\n  remove: yes\n", data) == "xml-malformed"
        assert run("fields:\n- name: Artist\n  remove: yes\n", data).data == data


class TestAperio:
    def test_entries_are_named(self, run: Run, written: Run, seen: Run) -> None:
        section = (
            "date-increment: 3\nfields:\n- name: aperio:User\n  remove: yes\n- name: aperio:Filename\n  hash: yes\n"
            "- name: aperio:Date\n  increment-date: yes\n- name: aperio:ScanScope ID\n  replace-with: S\n"
        )
        data = written({"description": APERIO}, {"description": APERIO})
        for tags in seen(run(section, data).data):
            assert tags["ImageDescription"] == APERIO.replace("|User = b414003d", "").replace(
                "CPAPERIOCS", "S"
            ).replace("12/29/09", "01/01/10").replace(
                "CMU-1", tags["ImageDescription"].partition("Filename = ")[2][:16]
            )

    def test_a_result_cannot_make_entries(self, refused: Run, written: Run) -> None:
        data = written({"description": APERIO})
        assert refused("fields:\n- name: aperio:User\n  replace-with: a|b = c\n", data) == "charset"


class TestImageJ:
    @pytest.fixture
    def data(self) -> bytes:
        import numpy as np

        stream = io.BytesIO()
        with tifffile.TiffWriter(stream, imagej=True) as writer:
            metadata = {"Info": "of Jane Doe", "Labels": ["one", "two Doe"], "ROI": b"Iout\0\xe3Doe", "unit": "um"}
            writer.write(np.ones((2, 16, 16), "uint8"), metadata=metadata)
        return stream.getvalue()

    def test_parts_are_named(self, run: Run, seen: Run, data: bytes) -> None:
        section = "fields:\n- name: imagej:Info\n  replace-with: X\n- name: imagej:ROI\n  remove: yes\n"
        section += "- name: imagej:labels\n  hash: yes\n- name: imagej:unit\n  replace-with: mm\n"
        done = run(section, data)
        with tifffile.TiffFile(io.BytesIO(done.data)) as file:
            found = file.imagej_metadata
        assert found is not None
        assert (found["Info"], found["unit"], "ROI" in found) == ("X", "mm", False)
        assert [len(label) for label in found["Labels"]] == [16, 16]
        assert not [text for text in ("Doe", "Jane") if text.encode("utf-16-le") in done.data]
        assert b"Doe" not in done.data
        assert [tags["pixels"] for tags in seen(done.data)] == [tags["pixels"] for tags in seen(data)]

    def test_the_tags_go_together(self, run: Run, seen: Run, data: bytes) -> None:
        tags = seen(run("fields:\n- name: IJMetadata\n  remove: yes\n", data).data)[0]
        assert not {"IJMetadata", "IJMetadataByteCounts"} & set(tags)
        tags = seen(run("fields:\n- regex: imagej:(Info|Labels|ROI)\n  remove: yes\n", data).data)[0]
        assert not {"IJMetadata", "IJMetadataByteCounts"} & set(tags)

    def test_text_in_its_place_is_refused(self, refused: Run, data: bytes) -> None:
        assert refused("fields:\n- name: 50839\n  replace-with: X\n", data) == "wrong-kind"
        assert refused("fields:\n- name: imagej:ROI\n  replace-with: X\n", data) == "wrong-kind"

    @pytest.mark.parametrize("order", ["<", ">"])
    def test_lengths_have_to_fit(self, order: str) -> None:
        from deidentikit.errors import FileError

        codes = b"IJIJ" + b"info" if order == ">" else b"JIJI" + b"ofni"
        good = codes + struct.pack(f"{order}I", 1) + "ab".encode("utf-16-be" if order == ">" else "utf-16-le")
        assert ImageJCarrier(good, (12, 4), order).parts()[0].texts == ("ab",)
        for data, counts in ((good, (12, 5)), (good[:-1], (12, 3)), (good, (4, 12)), (good, ()), (b"", (12, 4))):
            with pytest.raises(FileError) as caught:
                ImageJCarrier(data, counts, order)
            assert caught.value.reason == "imagej-malformed"


class TestExifInResources:
    """Photoshop keeps a copy of EXIF among its image resources."""

    @staticmethod
    def exif(*tags: tuple[int, bytes]) -> bytes:
        """An EXIF block of texts."""
        at = 8 + 2 + 12 * len(tags) + 4
        table, values = struct.pack("<H", len(tags)), b""
        for number, text in tags:
            table += struct.pack("<HHII", number, 2, len(text) + 1, at + len(values))
            values += text + b"\0"
        return b"II*\0\x08\0\0\0" + table + bytes(4) + values

    @staticmethod
    def resources(data: bytes, number: int = 0x0422) -> dict[str, Any]:
        url = Resource(b"8BIM", 0x040B, b"", b"example.org", 0, 0).to_bytes()
        return blob(34377, Resource(b"8BIM", number, b"", data, 0, 0).to_bytes() + url)

    @pytest.mark.parametrize("number", [0x0422, 0x0423])
    @pytest.mark.parametrize("rule", ["name: Artist", "name: page.0.Artist", "name: 315", "regex: .*Artist"])
    def test_names_of_tags_reach_in(self, run: Run, seen: Run, written: Run, number: int, rule: str) -> None:
        held = self.resources(self.exif((0x010F, b"ACME Corporation"), (0x013B, b"Jane Doe")), number)
        data = written({"extratags": [(315, "s", 0, "Jane Doe", True), *held["extratags"]]})
        done = run(f"fields:\n- {rule}\n  remove: yes\n", data)
        assert b"Jane" not in done.data
        assert b"ACME Corporation" in done.data
        assert b"example.org" in done.data
        assert seen(done.data)[0]["pixels"] == seen(data)[0]["pixels"]

    def test_a_name_of_another_place_does_not(self, run: Run, written: Run) -> None:
        data = written(self.resources(self.exif((0x013B, b"Jane Doe"))))
        for rule in ("name: Exif.Artist", "name: page.1.Artist", "regex: Exif.*"):
            assert run(f"fields:\n- {rule}\n  remove: yes\n", data).data == data

    def test_values_are_replaced(self, run: Run, written: Run) -> None:
        data = written(self.resources(self.exif((0x0132, b"2020:01:31 10:00:00"), (0x013B, b"Jane Doe"))))
        section = "date-increment: -1\nfields:\n- name: DateTime\n  increment-datetime: yes\n"
        done = run(section + "- name: Artist\n  replace-with: somebody of a longer name\n", data)
        assert b"2020:01:30 10:00:00" in done.data
        assert b"somebody of a longer name" in done.data
        assert b"Jane" not in done.data

    def test_the_last_tag_takes_the_block_along(self, run: Run, seen: Run, written: Run) -> None:
        data = written(self.resources(self.exif((0x013B, b"Jane Doe"))))
        left = seen(run("fields:\n- name: Artist\n  remove: yes\n", data).data)[0]["ImageResources"]
        assert left == Resource(b"8BIM", 0x040B, b"", b"example.org", 0, 0).to_bytes()

    def test_a_rule_on_the_whole_comes_first(self, run: Run, refused: Run, written: Run) -> None:
        data = written(self.resources(b"no TIFF header"))
        artist = "- name: Artist\n  remove: yes\n"
        assert refused(f"fields:\n{artist}", data) == "photoshop-malformed"
        assert run(f"fields:\n- name: PhotoshopSettings\n  keep: yes\n{artist}", data).data == data
        assert b"no TIFF" not in run(f"fields:\n- name: PhotoshopSettings\n  remove: yes\n{artist}", data).data

    def test_copies_that_no_rule_reaches_are_counted(self, run: Run, written: Run) -> None:
        held = self.resources(self.exif((0x010E, b"of Jane Doe")))
        data = written({"extratags": [(315, "s", 0, "of Jane Doe", True), *held["extratags"]]})
        assert run("fields:\n- name: Artist\n  remove: yes\n", data).outcome.residual == 1


def test_parts_are_listed(deid_project: Any, written: Run) -> None:
    path = deid_project.add("slide.svs", written({"description": APERIO, **blob(700, XMP)}))
    shown = deid_project.command("fields", path).assert_silent_about("b414003d", "Doe").stdout
    assert "page.0.aperio:User" in shown
    assert "page.0.xmp:dc:creator" in shown
