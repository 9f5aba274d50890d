"""EXIF tags of JPEG files: named, edited, made and removed; thumbnails and maker notes."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import Named
from deidentikit.kinds import Kind
from deidentikit.testing.driving import change, put, take
from deidentikit_jpeg import JpegFile

NOTE = b"Nikon\0\2\x10\0\0MM\0*" + bytes(range(40))
IFD0 = {0x010F: (2, b"ACME\0"), 0x0112: (3, b"\0\6"), 0x013B: (2, b"Jane Doe of ward 7\0")}
EXIF = {0x9003: (2, b"2020:02:20 10:15:30\0"), 0x927C: (7, NOTE), 0xA430: (2, b"Jane Doe\0")}
GPS = {0x0002: (5, struct.pack(">IIIIII", 48, 1, 8, 1, 30, 1)), 0x001D: (2, b"2020:02:20\0")}


@pytest.fixture
def photo(jpeg: Any) -> bytes:
    return bytes(jpeg.file(jpeg.jfif(), jpeg.exif(jpeg.tiff(IFD0, EXIF, GPS, {1: (2, b"R98\0")}))))


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("artist", "IFD0.Artist"),
        ("0x013b", "IFD0.Artist"),
        ("315", "IFD0.Artist"),
        ("ifd0.ARTIST", "IFD0.Artist"),
        ("0th.Artist", "IFD0.Artist"),
        ("DateTimeOriginal", "Exif.DateTimeOriginal"),
        ("Exif.0x9003", "Exif.DateTimeOriginal"),
        ("GPSDateStamp", "GPS.GPSDateStamp"),
        ("GPS.0x1d", "GPS.GPSDateStamp"),
        ("Interop.InteroperabilityIndex", "Interop.InteroperabilityIndex"),
        ("MakerNote", "Exif.MakerNote"),
    ],
)
def test_names_reach_tags_in_their_blocks(edit: Any, texts: Any, photo: bytes, name: str, gone: str) -> None:
    before = texts(photo)
    after = texts(edit(photo, (name, take())).data)
    assert gone in before
    structural = {"Exif.InteroperabilityIFD"} if gone.startswith("Interop") else set()
    assert set(before) - set(after) == {gone} | structural


@pytest.mark.parametrize("name", ["Exif.Artist", "IFD1.Artist"])
def test_a_block_limits_a_name(edit: Any, photo: bytes, name: str) -> None:
    assert edit(photo, (name, take())).data == photo


@pytest.mark.parametrize(
    ("name", "near"),
    [("Artsit", "Artist"), ("GPS.Artist", "no tag of GPS"), ("IPTC.Cty", "City"), ("0x10000", "65535")],
)
def test_unknown_names_are_refused_with_near_ones(name: str, near: str) -> None:
    with pytest.raises(ValueError, match=near):
        JpegFile({}, "jpg").compile(Named(name=name))


def test_a_plain_name_reaches_every_block_that_has_it(edit: Any, texts: Any, jpeg: Any) -> None:
    data = jpeg.file(jpeg.exif(jpeg.tiff({0x9003: (2, b"2020:02:20 10:15:30\0")}, EXIF)))
    after = texts(edit(data, ("DateTimeOriginal", change(Kind.DATETIME))).data)
    assert after["IFD0.DateTimeOriginal"] == after["Exif.DateTimeOriginal"] == ["2019:01:16 10:15:30"]
    after = texts(edit(data, ("Exif.DateTimeOriginal", take())).data)
    assert "IFD0.DateTimeOriginal" in after
    assert "Exif.DateTimeOriginal" not in after


@pytest.mark.parametrize("regex", ["GPS\\..*", "GPS.*"])
def test_a_regex_reaches_names_with_and_without_blocks(edit: Any, texts: Any, photo: bytes, regex: str) -> None:
    after = texts(edit(photo, (Named(regex=regex), take())).data)
    assert not [name for name in after if "GPS" in name]
    assert "IFD0.Artist" in after


def test_a_regex_leaves_offsets_alone(edit: Any, texts: Any, photo: bytes) -> None:
    probe = take()
    after = edit(photo, (Named(regex=".*IFD$"), probe)).data
    assert after == photo
    assert not probe.seen


@pytest.mark.parametrize("name", ["GPS", "GPSIFD", "GPSInfo"])
def test_a_block_is_removed_by_its_pointer(edit: Any, texts: Any, photo: bytes, name: str) -> None:
    data = edit(photo, (name, take())).data
    assert not [name for name in texts(data) if "GPS" in name]
    assert b"2020:02:20\0" not in data


def test_maker_notes_and_other_values_never_move(edit: Any, photo: bytes) -> None:
    base = photo.index(b"MM\0*")
    rules = [("Artist", put("A name that is longer than it was, by far")), ("CameraOwnerName", take())]
    data = edit(photo, *rules, ("ImageDescription", put("made", makes=True)), ("GPSDateStamp", take())).data
    assert data.index(NOTE) - data.index(b"MM\0*") == photo.index(NOTE) - base
    assert data.index(b"R98\0") - data.index(b"MM\0*") == photo.index(b"R98\0") - base
    assert b"Jane Doe" not in data


def test_all_exif_segments_are_edited(edit: Any, jpeg: Any) -> None:
    segment = jpeg.exif(jpeg.tiff(IFD0, EXIF))
    data = edit(jpeg.file(segment, jpeg.comment(b"between"), segment), ("Artist", take())).data
    assert data.count(b"Exif\0\0") == 2
    assert b"Jane Doe of" not in data


def test_exif_goes_on_in_a_second_segment(edit: Any, texts: Any, jpeg: Any) -> None:
    tiff = jpeg.tiff({0x010E: (2, b"x" * 70_000 + b"\0"), 0x013B: (2, b"Jane Doe\0")})
    data = jpeg.file(jpeg.exif(tiff[:65_000]), jpeg.exif(tiff[65_000:]))
    assert texts(data)["IFD0.Artist"] == ["Jane Doe"]
    written = edit(data, ("Artist", put("nobody at all, as long as it takes"))).data
    assert texts(written)["IFD0.Artist"] == ["nobody at all, as long as it takes"]
    assert texts(written)["IFD0.ImageDescription"] == ["x" * 70_000]
    assert b"Jane Doe" not in written
    shorter = edit(data, ("ImageDescription", put("short")), ("Artist", take())).data
    assert texts(shorter) == {"IFD0.ImageDescription": ["short"]}


def test_exif_without_tags_goes_as_a_whole(edit: Any, jpeg: Any) -> None:
    data = jpeg.file(jpeg.jfif(), jpeg.exif(jpeg.tiff({0x013B: (2, b"Jane Doe\0")})))
    assert edit(data, ("Artist", take())).data == jpeg.file(jpeg.jfif())


def test_too_much_for_a_segment_is_refused(edit: Any, photo: bytes) -> None:
    with pytest.raises(FieldError) as refused:
        edit(photo, ("Artist", put("x" * 66_000)))
    assert refused.value.reason == "too-long"


def test_slack_of_earlier_editors_is_zeroed(edit: Any, jpeg: Any) -> None:
    tiff = bytearray(jpeg.tiff({0x010F: (2, b"ACME of somewhere\0"), 0x013B: (2, b"Jane Doe\0")}))
    data = jpeg.file(jpeg.exif(bytes(tiff) + b"Old Owner's Name"))
    assert edit(data).data == data
    done = edit(data, ("Artist", put("X")))
    assert b"Old Owner" not in done.data
    assert done.outcome.dropped == ("exif-slack",)


class TestMaking:
    def test_a_tag_is_made_where_it_belongs(self, edit: Any, texts: Any, photo: bytes) -> None:
        rules = ("Software", "LensModel", "GPSMapDatum", "IFD0.UserComment")
        after = texts(edit(photo, *((name, put("made", makes=True)) for name in rules)).data)
        for name in ("IFD0.Software", "Exif.LensModel", "GPS.GPSMapDatum", "IFD0.UserComment"):
            assert after[name] == ["made"]
        kept = {name: found for name, found in texts(photo).items() if "IFD" not in name[4:]}
        assert kept.items() <= after.items()

    def test_exif_is_made_behind_jfif(self, edit: Any, texts: Any, jpeg: Any) -> None:
        done = edit(
            jpeg.file(jpeg.jfif()), ("Artist", put("made", makes=True)), ("GPSDateStamp", put("2020:01:02", makes=True))
        )
        assert texts(done.data)["IFD0.Artist"] == ["made"]
        assert texts(done.data)["GPS.GPSDateStamp"] == ["2020:01:02"]
        assert done.data.index(b"Exif\0\0") == 2 + len(jpeg.jfif()) + 4

    def test_one_tag_under_two_names_is_made_once(self, edit: Any, texts: Any, photo: bytes) -> None:
        rules = (("Software", put("one", makes=True)), ("0x0131", put("two", makes=True)))
        assert texts(edit(photo, *rules).data)["IFD0.Software"] == ["one"]

    def test_what_is_removed_is_not_made_again(self, edit: Any, texts: Any, photo: bytes) -> None:
        rules = (("IFD0.Artist", take()), ("Artist", put("made", makes=True)))
        assert "IFD0.Artist" not in texts(edit(photo, *rules).data)

    def test_nothing_is_made_in_what_an_option_removes(self, edit: Any, jpeg: Any, photo: bytes) -> None:
        done = edit(photo, ("Artist", put("made", makes=True)), remove_exif=True)
        assert done.data == jpeg.file(jpeg.jfif())


class TestThumbnail:
    def test_goes_with_a_change_of_the_exif(self, edit: Any, jpeg: Any) -> None:
        thumbnail = jpeg.file(coded=b"small copy")
        data = jpeg.file(jpeg.exif(jpeg.tiff(IFD0, EXIF, thumbnail=thumbnail)), jpeg.comment(b"words"))
        done = edit(data, ("Artist", take()))
        assert b"small copy" not in done.data
        assert done.outcome.dropped == ("thumbnail",)
        assert b"small copy" in edit(data, ("Artist", take()), keep_thumbnail=True).data
        assert b"small copy" not in edit(data, ("LensModel", put("made", makes=True))).data

    def test_stays_where_nothing_touches_it(self, edit: Any, jpeg: Any) -> None:
        thumbnail = jpeg.file(coded=b"small copy")
        data = jpeg.file(jpeg.exif(jpeg.tiff(IFD0, thumbnail=thumbnail)), jpeg.comment(b"words"))
        assert edit(data, ("Artist", put("Jane Doe of ward 7"))).data == data
        assert b"small copy" in edit(data, remove_comments=True).data

    def test_goes_if_it_has_metadata_of_its_own_and_others_are_edited(self, edit: Any, jpeg: Any) -> None:
        thumbnail = jpeg.file(jpeg.comment(b"words"), coded=b"small copy")
        data = jpeg.file(jpeg.exif(jpeg.tiff(IFD0, thumbnail=thumbnail)), jpeg.comment(b"words"))
        assert edit(data).data == data
        done = edit(data, remove_comments=True)
        assert b"words" not in done.data
        assert done.outcome.dropped == ("thumbnail",)

    @pytest.mark.parametrize("how", [{"remove_thumbnail": True}, {"name": "Thumbnail"}])
    def test_goes_where_it_is_named(self, edit: Any, texts: Any, jpeg: Any, how: dict[str, Any]) -> None:
        small = jpeg.file(coded=b"small copy")
        resources = jpeg.photoshop(jpeg.resource(0x040C, bytes(28) + small), jpeg.resource(0x040B, b"example.org"))
        jfxx = jpeg.segment(0xE0, b"JFXX\0\x10" + small)
        data = jpeg.file(jpeg.jfif(), jfxx, jpeg.exif(jpeg.tiff(IFD0, thumbnail=small)), resources)
        name = how.pop("name", None)
        done = edit(data, *([(name, take())] if name else []), **how)
        assert b"small copy" not in done.data
        assert "IFD0.Artist" in texts(done.data)
        assert texts(done.data)["Photoshop.URL"] == ["example.org"]

    def test_of_jfif_goes_by_option(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.jfif(b"\1\2" + b"pixels"))
        assert edit(data, remove_thumbnail=True).data == jpeg.file(jpeg.jfif())
        assert edit(data).data == data


class TestUnreadable:
    BROKEN = b"MM\0*\0\0\0\x08\0\3" + b"\xff" * 20 + b"Jane Doe"

    def test_is_no_concern_of_rules_for_others(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.exif(self.BROKEN), jpeg.comment(b"words"))
        assert edit(data).data == data
        assert edit(data, ("COM", take())).data == jpeg.file(jpeg.exif(self.BROKEN))

    def test_is_refused_removed_or_kept(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.exif(self.BROKEN))
        with pytest.raises(FileError) as refused:
            edit(data, ("Artist", take()))
        assert refused.value.reason == "unparsed-region"
        assert "Jane" not in str(refused.value)
        done = edit(data, ("Artist", take()), unreadable="remove")
        assert done.data == jpeg.file()
        assert done.outcome.dropped == ("unreadable-exif",)
        assert edit(data, ("Artist", take()), unreadable="keep").data == data

    def test_can_be_removed_as_a_whole(self, edit: Any, jpeg: Any) -> None:
        data = jpeg.file(jpeg.exif(self.BROKEN))
        assert edit(data, ("EXIF", take())).data == jpeg.file()
        assert edit(data, remove_exif=True).data == jpeg.file()


def test_options_count_what_they_do(edit: Any, photo: bytes) -> None:
    assert edit(photo, remove_gps=True).outcome.effects == {"remove-gps": 1, "kept-maker-note": 1}
    assert edit(photo, remove_exif=True).outcome.effects == {"remove-exif": 1}


def test_old_values_in_maker_notes_are_counted(edit: Any, jpeg: Any) -> None:
    exif = {0x927C: (7, b"\1\2\3owner=Jane Doe;\xff\xfe"), 0xA430: (2, b"Jane Doe\0"), 0xA433: (2, b"Jane Doe\0")}
    data = jpeg.file(jpeg.exif(jpeg.tiff(None, exif)), jpeg.segment(0xE6, b"GoPro\0Jane Doe"))
    assert edit(data, ("CameraOwnerName", take())).outcome.residual == 3
    assert edit(data, (Named(regex=".*"), take())).outcome.residual == 0
