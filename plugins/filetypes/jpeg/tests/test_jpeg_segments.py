"""XMP, IPTC, image resources, comments, further images and what lies behind the image."""

from __future__ import annotations

import struct
from hashlib import md5
from typing import Any

import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import Named
from deidentikit.kinds import Kind
from deidentikit.splice import BytesSource
from deidentikit.testing.driving import change, put, take
from deidentikit_jpeg import JpegFile

ARTIST = {0x013B: (2, b"Jane Doe\0")}
CREATOR = "<dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li></rdf:Seq></dc:creator>"
POSITION = "<exif:GPSLatitude>48,8.5N</exif:GPSLatitude>"


class TestXmp:
    def test_properties_are_edited(self, edit: Any, texts: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.xmp(jpeg.packet(CREATOR + "<dc:date>1999-12-31</dc:date>")))
        done = edit(data, ("dc:creator", put("X")), ("XMP.DC:date", change(Kind.DATE)))
        assert len(done.data) == len(data)
        assert texts(done.data)["dc:creator"] == ["X"]
        assert texts(done.data)["dc:date"] == ["1998-11-26"]
        assert b"Jane" not in done.data

    @pytest.mark.parametrize("how", [{"remove_xmp": True}, {"name": "XMP"}])
    def test_goes_as_a_whole_wherever_it_stands(self, edit: Any, jpeg: Any, how: dict[str, Any]) -> None:
        packet = jpeg.packet(CREATOR)
        tiff = jpeg.tiff({0x010F: (2, b"ACME\0"), 700: (1, packet)})
        resources = jpeg.photoshop(jpeg.resource(0x0424, packet), jpeg.resource(0x040B, b"example.org"))
        data = jpeg.file(jpeg.exif(tiff), jpeg.xmp(packet), resources)
        name = how.pop("name", None)
        done = edit(data, *([(name, take())] if name else []), **how)
        assert b"Jane" not in done.data
        assert b"rdf" not in done.data
        assert b"ACME" in done.data
        assert b"example.org" in done.data

    def test_properties_are_edited_wherever_they_stand(self, edit: Any, jpeg: Any) -> None:
        packet = jpeg.packet(CREATOR)
        tiff = jpeg.tiff({0x010F: (2, b"ACME\0"), 700: (1, packet)})
        data = jpeg.file(jpeg.exif(tiff), jpeg.xmp(packet), jpeg.photoshop(jpeg.resource(0x0424, packet)))
        done = edit(data, ("dc:creator", put("a name that is much longer than the padding of the packet" * 2)))
        assert b"Jane" not in done.data
        assert done.data.count(b"much longer") == 6
        assert b"ACME" in done.data

    def test_extension_is_edited_under_a_new_name(self, edit: Any, texts: Any, jpeg: Any) -> None:
        data = self._extended(jpeg)
        done = edit(data, ("dc:creator", put("X")))
        assert b"Jane" not in done.data
        assert texts(done.data)["dc:creator"] == ["X"]
        guid = md5(self._joined(done.data)).hexdigest().upper().encode()
        assert done.data.count(b'HasExtendedXMP="' + guid) == 1
        assert done.data.count(b"http://ns.adobe.com/xmp/extension/\0" + guid) == 2
        assert texts(done.data)["dc:source"] == texts(data)["dc:source"]

    def test_extension_goes_with_its_packet(self, edit: Any, jpeg: Any) -> None:
        done = edit(self._extended(jpeg), remove_xmp=True)
        assert done.data == jpeg.file()
        assert done.outcome.effects == {"remove-xmp": 2}
        assert edit(self._extended(jpeg), ("XMP", take())).data == jpeg.file()

    def test_parts_that_miss_are_refused(self, edit: Any, jpeg: Any) -> None:
        data = self._extended(jpeg)
        end = data.rindex(b"\xff\xe1", 0, data.index(b"\xff\xdb"))
        broken = data[:end] + data[data.index(b"\xff\xdb", end) :]
        assert edit(broken).data == broken
        tag = jpeg.exif(jpeg.tiff(ARTIST))
        done = edit(broken[:2] + tag + broken[2:], ("Artist", take()))
        assert done.data == broken
        assert done.outcome.residual == 1
        with pytest.raises(FileError) as refused:
            edit(broken, ("dc:creator", take()))
        assert refused.value.reason == "unparsed-region"
        assert edit(broken, remove_xmp=True).data == jpeg.file()

    def _extended(self, jpeg: Any) -> bytes:
        extension = jpeg.packet(CREATOR + f"<dc:source>{'s' * 70_000}</dc:source>")
        guid = md5(extension).hexdigest().upper().encode()
        name = b"http://ns.adobe.com/xmp/extension/\0" + guid
        parts = [
            jpeg.segment(0xE1, name + struct.pack(">II", len(extension), at) + extension[at : at + 60_000])
            for at in (0, 60_000)
        ]
        main = jpeg.packet("").replace(b' xmlns:dc="', b' xmpNote:HasExtendedXMP="' + guid + b'" xmlns:dc="')
        return bytes(jpeg.file(jpeg.xmp(main), *parts))

    def _joined(self, data: bytes) -> bytes:
        name = b"http://ns.adobe.com/xmp/extension/\0"
        out = b""
        at = data.find(name)
        while at >= 0:
            (length,) = struct.unpack(">H", data[at - 2 : at])
            out += data[at + len(name) + 40 : at - 2 + length]
            at = data.find(name, at + 1)
        return out

    def test_positions_go_from_exif_and_xmp(self, edit: Any, texts: Any, jpeg: Any) -> None:
        tiff = jpeg.tiff(ARTIST, gps={0x001D: (2, b"2020:02:20\0")})
        done = edit(jpeg.file(jpeg.exif(tiff), jpeg.xmp(jpeg.packet(CREATOR + POSITION))), remove_gps=True)
        assert done.outcome.effects == {"remove-gps": 2}
        assert sorted(texts(done.data)) == ["IFD0.Artist", "dc:creator"]

    def test_an_entity_bomb_is_refused(self, edit: Any, jpeg: Any) -> None:
        bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
        with pytest.raises(FileError) as refused:
            edit(jpeg.file(jpeg.xmp(bomb)), ("dc:creator", take()))
        assert refused.value.reason == "unparsed-region"


class TestPhotoshop:
    def test_what_goes_with_its_surroundings_is_not_treated_first(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.photoshop(jpeg.resource(0x0404, jpeg.dataset(55, b"no date"))))
        assert edit(data, ("Photoshop", take()), ("IPTC.DateCreated", change(Kind.DATE))).data == jpeg.file()

    def test_datasets_are_edited(self, edit: Any, texts: Any, jpeg: Any) -> None:
        sets = jpeg.dataset(80, b"Jane Doe") + jpeg.dataset(25, b"knee") + jpeg.dataset(25, b"left")
        resources = jpeg.resource(0x0404, sets) + jpeg.resource(0x0425, md5(sets).digest())
        data = jpeg.file(jpeg.photoshop(resources))
        done = edit(data, ("IPTC.By-line", put("X")), ("iptc.keywords", change(Kind.TEXT)))
        assert texts(done.data) == {"IPTC.Byline": ["X"], "IPTC.Keywords": ["ZQXJ", "ZQXJ"]}
        assert md5(sets).digest() not in done.data

    @pytest.mark.parametrize("how", [{"remove_iptc": True}, {"name": "IPTC"}])
    def test_iptc_goes_as_a_whole_wherever_it_stands(self, edit: Any, jpeg: Any, how: dict[str, Any]) -> None:
        sets = jpeg.dataset(80, b"Jane Doe")
        resources = jpeg.photoshop(jpeg.resource(0x0404, sets), jpeg.resource(0x040B, b"example.org"))
        data = jpeg.file(jpeg.exif(jpeg.tiff({0x010F: (2, b"ACME\0"), 33723: (7, sets)})), resources)
        name = how.pop("name", None)
        done = edit(data, *([(name, take())] if name else []), **how)
        assert b"Jane" not in done.data
        assert b"example.org" in done.data
        assert b"ACME" in done.data

    def test_iptc_within_exif_keeps_its_field_type(self, edit: Any, texts: Any, jpeg: Any) -> None:
        sets = jpeg.dataset(80, b"Jane Doe")
        tiff = jpeg.tiff({0x010F: (2, b"ACME\0"), 33723: (4, sets + bytes(-len(sets) % 4))})
        done = edit(jpeg.file(jpeg.exif(tiff)), ("IPTC.By-line", put("X")))
        assert texts(done.data)["IPTC.Byline"] == ["X"]
        assert b"\x83\xbb\x00\x04" in done.data or b"\xbb\x83\x04\x00" in done.data

    def test_the_last_resource_takes_the_segment_along(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.photoshop(jpeg.resource(0x0404, jpeg.dataset(80, b"Jane Doe"))))
        assert edit(data, ("IPTC.Byline", take())).data == jpeg.file()

    def test_exif_in_resources_is_edited_like_any_other(self, edit: Any, texts: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.photoshop(jpeg.resource(0x0422, jpeg.tiff(ARTIST)), jpeg.resource(0x040B, b"a.b")))
        assert texts(edit(data, ("Artist", put("X"))).data)["IFD0.Artist"] == ["X"]
        assert texts(edit(data, remove_exif=True).data) == {"Photoshop.URL": ["a.b"]}

    def test_resources_of_several_segments_are_one(self, edit: Any, texts: Any, jpeg: Any) -> None:
        whole = jpeg.resource(0x0404, jpeg.dataset(80, b"Jane Doe")) + jpeg.resource(0x0BB8, bytes(70_000))
        whole += jpeg.resource(0x040B, b"example.org")
        segments = [jpeg.photoshop(whole[:65_000]), jpeg.comment(b"between"), jpeg.photoshop(whole[65_000:])]
        data = jpeg.file(*segments)
        done = edit(data, ("IPTC.Byline", put("Y" * 900)), ("Photoshop.url", take()))
        assert texts(done.data)["IPTC.Byline"] == ["Y" * 900]
        assert "Photoshop.URL" not in texts(done.data)
        assert b"between" in done.data
        assert edit(data, ("Photoshop", take())).data == jpeg.file(jpeg.comment(b"between"))

    def test_a_dataset_is_made(self, edit: Any, texts: Any, jpeg: Any) -> None:
        made = ("IPTC.City", put("Ulm", makes=True))
        assert texts(edit(jpeg.file(jpeg.jfif()), made).data) == {"IPTC.City": ["Ulm"]}
        url = jpeg.photoshop(jpeg.resource(0x040B, b"example.org"))
        assert texts(edit(jpeg.file(url), made).data) == {"IPTC.City": ["Ulm"], "Photoshop.URL": ["example.org"]}
        byline = jpeg.photoshop(jpeg.resource(0x0404, jpeg.dataset(80, b"Jane")))
        assert texts(edit(jpeg.file(byline), made).data) == {"IPTC.Byline": ["Jane"], "IPTC.City": ["Ulm"]}

    def test_what_cannot_be_read_is_refused(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.photoshop(b"8BIM\x04\x04\0\0\0\0\xff\xff short"))
        assert edit(data).data == data
        with pytest.raises(FileError) as refused:
            edit(data, ("IPTC.City", take()))
        assert refused.value.reason == "unparsed-region"
        assert edit(data, ("IPTC.City", take()), unreadable="remove").data == jpeg.file()


class TestComments:
    def test_each_is_edited(self, edit: Any, texts: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.comment(b"Jane Doe"), jpeg.comment("Köln".encode()))
        done = edit(data, ("comment", change(Kind.TEXT)))
        assert texts(done.data) == {"COM": ["ZQXJ", "ZQXJ"]}
        assert edit(data, ("COM", take())).data == edit(data, remove_comments=True).data == jpeg.file()

    def test_one_is_made_before_the_tables(self, edit: Any, jpeg: Any) -> None:
        done = edit(jpeg.file(jpeg.jfif()), ("COM", put("made", makes=True)))
        assert done.data == jpeg.file(jpeg.jfif(), jpeg.comment(b"made"))

    def test_too_long_a_comment_is_refused(self, edit: Any, jpeg: Any) -> None:
        with pytest.raises(FieldError) as refused:
            edit(jpeg.file(jpeg.comment(b"x")), ("COM", put("x" * 65_534)))
        assert refused.value.reason == "too-long"

    def test_metadata_between_scans_are_reached(self, edit: Any, jpeg: Any) -> None:
        late = jpeg.comment(b"Jane Doe") + jpeg.exif(jpeg.tiff(ARTIST))
        scan = jpeg.segment(0xDA, b"\1\1\0\0\x3f\0") + jpeg.CODED
        data = jpeg.file()[:-2] + late + scan + jpeg.comment(b"Jane Doe") + b"\xff\xd9"
        done = edit(data, ("COM", take()), ("Artist", take()))
        assert done.data == jpeg.file()[:-2] + scan + b"\xff\xd9"


class TestStructures:
    HISTORY = (
        '<xmpNote:History><rdf:Seq><rdf:li rdf:parseType="Resource"><dc:date>Jane Doe</dc:date></rdf:li></rdf:Seq>'
        '</xmpNote:History><xmpNote:From rdf:parseType="Resource"><dc:source>Jane Doe</dc:source></xmpNote:From>'
    )

    def test_a_regex_for_values_reaches_their_fields(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.xmp(jpeg.packet(self.HISTORY)))
        done = edit(data, (Named(regex=".*"), change(Kind.TEXT)))
        assert b"Jane" not in done.data
        assert b"xmpNote:History" in done.data

    def test_a_rule_for_values_that_names_one_refuses_the_file(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.xmp(jpeg.packet(self.HISTORY)))
        for name in ("xmpNote:History", "xmpNote:From"):
            with pytest.raises(FileError) as refused:
                edit(data, (name, change(Kind.TEXT)))
            assert refused.value.reason == "wrong-kind"
            assert b"Jane" in edit(data, (name, take())).data


class TestUnknown:
    def test_stays_and_is_reported(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.segment(0xE6, b"GoPro\0owner"), jpeg.comment(b"x"), jpeg.segment(0xEC, b"anything"))
        done = edit(data, remove_comments=True)
        assert done.data == jpeg.file(jpeg.segment(0xE6, b"GoPro\0owner"), jpeg.segment(0xEC, b"anything"))
        assert done.outcome.effects == {"remove-comments": 1, "kept-unknown-segments": 2}
        assert edit(data, ("app6", take()), ("APP12", take())).data == jpeg.file(jpeg.comment(b"x"))
        assert edit(data, (Named(regex="APP"), take())).data == jpeg.file(jpeg.comment(b"x"))

    def test_only_what_is_needed_stays_by_option(self, edit: Any, jpeg: Any) -> None:
        profile = jpeg.segment(0xE2, b"ICC_PROFILE\0\1\1profile")
        adobe = jpeg.segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
        rest = [
            jpeg.exif(jpeg.tiff(ARTIST)),
            jpeg.xmp(jpeg.packet(CREATOR)),
            jpeg.photoshop(jpeg.resource(0x0404, jpeg.dataset(80, b"Jane Doe"))),
            jpeg.comment(b"Jane Doe"),
            jpeg.segment(0xE6, b"Jane Doe"),
            jpeg.segment(0xE2, b"FPXR\0Jane Doe"),
            jpeg.segment(0xF3, b"Jane Doe"),
            jpeg.exif(b"unreadable Jane Doe"),
        ]
        done = edit(jpeg.file(jpeg.jfif(b"\1\1abc"), *rest, profile, adobe) + b"Jane Doe", remove_metadata=True)
        assert done.data == jpeg.file(jpeg.jfif(), profile, adobe)
        assert done.outcome.effects == {"remove-metadata": 8}
        assert done.outcome.dropped == ("trailing",)

    def test_the_colour_profile_stays_unless_named(self, edit: Any, jpeg: Any) -> None:
        profile = jpeg.segment(0xE2, b"ICC_PROFILE\0\1\1profile")
        data = jpeg.file(jpeg.jfif(), profile)
        assert edit(data, (Named(regex=".*"), take()), ("APP0", take())).data == data
        assert edit(data, ("ICC", take())).data == jpeg.file(jpeg.jfif())

    def test_so_do_its_copies(self, edit: Any, jpeg: Any) -> None:
        resource = jpeg.photoshop(jpeg.resource(0x040F, b"curves"))
        data = jpeg.file(jpeg.exif(jpeg.tiff({0x8773: (7, b"curves")})), resource)
        assert edit(data, (Named(regex=".*[Pp]rofile"), take())).data == data
        assert edit(data, ("InterColorProfile", take()), ("Photoshop.ICCProfile", take())).data == jpeg.file()


class TestFurtherImages:
    def test_each_is_edited_and_found_again(self, edit: Any, texts: Any, jpeg: Any) -> None:
        other = jpeg.file(jpeg.exif(jpeg.tiff({0x013B: (2, b"Jane Doe the second\0")})), coded=b"second")
        third = jpeg.file(jpeg.comment(b"Jane"), coded=b"third")
        data = jpeg.several([jpeg.exif(jpeg.tiff(ARTIST))], [(2, other), (2, third)], gap=b"\0\0\0")
        assert edit(data).data == data
        done = edit(data, ("Artist", put("not her name but a longer one")), ("COM", take()))
        assert texts(done.data)["IFD0.Artist"] == ["not her name but a longer one"] * 2
        assert b"Jane" not in done.data
        images = self._listed(done.data)
        assert [image[-8:].rstrip(b"\xff\xd9") != b"" and image[:2] for image in images] == [b"\xff\xd8"] * 3
        assert b"second\xff\xd9" in images[1]
        assert images[2] == jpeg.file(coded=b"third")
        assert done.data.endswith(b"\0\0\0" + images[2])

    def test_all_but_the_first_go_by_option(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.several([jpeg.jfif()], [(2, jpeg.file(coded=b"second"))])
        done = edit(data, remove_extra_images=True)
        assert done.data == jpeg.file(jpeg.jfif())
        assert done.outcome.effects == {"remove-extra-images": 1}

    def test_smaller_copies_go_with_thumbnails(self, edit: Any, jpeg: Any) -> None:
        second = jpeg.file(coded=b"another view")
        copy = jpeg.file(coded=b"small copy")
        done = edit(jpeg.several([], [(0x010001, copy), (0x020002, second)]), remove_thumbnail=True)
        assert b"small copy" not in done.data
        assert [image[-14:-2] for image in self._listed(done.data)][1:] == [b"another view"]
        alone = edit(jpeg.several([], [(0x010001, copy)]), remove_thumbnail=True)
        assert alone.data == jpeg.file()
        assert alone.outcome.effects == {"remove-thumbnail": 1}

    def test_one_that_is_not_there_is_refused(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.several([], [(2, jpeg.file(coded=b"second"))])
        for broken in (data[:-9], data[: -len(jpeg.file(coded=b"second"))]):
            with pytest.raises(FileError) as refused:
                edit(broken)
            assert refused.value.reason == "mpf-image"
            assert edit(broken, remove_extra_images=True).data == jpeg.file()

    def test_an_index_that_cannot_be_read_goes_with_what_follows(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.several([], [(2, jpeg.file(coded=b"second"))]).replace(b"MPF\0MM\0*", b"MPF\0XX\0*")
        done = edit(data)
        assert done.data == jpeg.file()
        assert done.outcome.dropped == ("mpf", "trailing")
        assert edit(data, keep_trailing=True).data == data

    def test_bytes_between_images_go(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.several([], [(2, jpeg.file(coded=b"second"))], gap=b"Jane")
        done = edit(data)
        assert b"Jane" not in done.data
        assert done.outcome.dropped == ("trailing",)
        assert len(self._listed(done.data)) == 2
        assert edit(data, keep_trailing=True).data == data

    def _listed(self, data: bytes) -> list[bytes]:
        base = data.index(b"MPF\0") + 4
        (count,) = struct.unpack(">I", data[base + 8 + 2 + 12 + 8 :][:4])
        records = [struct.unpack(">IIIHH", data[base + 50 + 16 * at :][:16]) for at in range(count)]
        starts = [base + record[2] if record[2] else 0 for record in records]
        return [data[start : start + record[1]] for start, record in zip(starts, records, strict=True)]


class TestBehindTheImage:
    def test_bytes_are_dropped_and_reported(self, edit: Any, jpeg: Any) -> None:
        done = edit(jpeg.file() + b"Jane Doe")
        assert done.data == jpeg.file()
        assert done.outcome.dropped == ("trailing",)

    def test_bytes_are_kept_by_option(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.comment(b"x")) + b"Jane Doe"
        assert edit(data, keep_trailing=True).data == data
        assert edit(data, ("COM", take()), keep_trailing=True).data == jpeg.file() + b"Jane Doe"


class TestStructure:
    @pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC9, 0xCA, 0xCB, 0xCF])
    def test_every_process_passes(self, edit: Any, jpeg: Any, frame: int) -> None:
        dac = jpeg.segment(0xCC, b"\0\1") + jpeg.segment(0xDD, b"\0\4")
        data = jpeg.file(jpeg.comment(b"x"), dac, frame=frame)
        assert edit(data, ("COM", take())).data == jpeg.file(dac, frame=frame)

    def test_jpeg_ls_stuffs_bits_not_bytes(self, edit: Any, jpeg: Any) -> None:
        coded = b"\x12\xff\x7f\xff\x01\xff\x0034"
        data = jpeg.file(jpeg.comment(b"x"), jpeg.segment(0xF8, b"\1" + bytes(10)), frame=0xF7, coded=coded)
        assert edit(data, ("COM", take())).data.endswith(coded + b"\xff\xd9")

    def test_fill_bytes_stay_or_go_with_their_marker(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(b"\xff\xff\xff", jpeg.comment(b"x"), b"\xff" * 300)
        assert edit(data).data == data
        assert edit(data, ("COM", take())).data == jpeg.file(b"\xff" * 300)

    @pytest.mark.parametrize(
        ("make", "reason"),
        [
            (lambda jpeg: b"\x89PNG\r\n\x1a\n" + bytes(50), "not-jpeg"),
            (lambda jpeg: b"", "not-jpeg"),
            (lambda jpeg: jpeg.file(b"junk"), "junk"),
            (lambda jpeg: jpeg.file(b"\xff\xd8"), "junk"),
            (lambda jpeg: jpeg.file(b"\xff\xd3"), "junk"),
            (lambda jpeg: jpeg.file(b"\xff\xe1\0\1"), "junk"),
            (lambda jpeg: jpeg.file(b"\xff" * 70_000), "junk"),
            (lambda jpeg: jpeg.file(b"\xff\x02\0\2"), "unknown-marker"),
            (lambda jpeg: jpeg.file()[:-2], "truncated"),
            (lambda jpeg: jpeg.file()[:-1], "truncated"),
            (lambda jpeg: jpeg.file()[:40], "truncated"),
            (lambda jpeg: jpeg.file()[:2], "truncated"),
            (lambda jpeg: b"\xff\xd8" + jpeg.comment(b"x") + b"\xff\xd9", "no-scan"),
            (lambda jpeg: jpeg.file(jpeg.comment(b"") * 20_000), "too-many-segments"),
        ],
    )
    def test_what_is_no_jpeg_is_refused(self, edit: Any, jpeg: Any, make: Any, reason: str) -> None:
        with pytest.raises(FileError) as refused:
            edit(make(jpeg))
        assert refused.value.reason == reason

    def test_an_output_that_is_not_as_meant_is_refused(self, jpeg: Any) -> None:
        data = jpeg.file(jpeg.comment(b"x"))
        file_type = JpegFile({"remove-comments": True}, "jpg")
        with file_type.open(BytesSource(data), file_type.bind((), ())) as document:
            list(document.batches())
            document.settle()
            document.check(BytesSource(jpeg.file()))
            for wrong in (data, jpeg.file()[:-1] + b"\xd8", jpeg.file(frame=0xC1)):
                with pytest.raises(FileError) as refused:
                    document.check(BytesSource(wrong))
                assert refused.value.reason == "verify"

    @pytest.mark.parametrize(
        "options",
        [
            {"keep-thumbnail": True, "remove-thumbnail": True},
            {"keep-trailing": True, "remove-metadata": True},
            {"keep-trailing": True, "remove-extra-images": True},
        ],
    )
    def test_options_that_contradict_are_refused(self, options: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="contradict"):
            JpegFile(options, "jpg")
