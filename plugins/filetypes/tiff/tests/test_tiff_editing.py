"""Tags of TIFF files, edited in place."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
WORDS = "#Doe^Jane#"
LAYOUTS: dict[str, dict[str, Any]] = {
    "classic": {},
    "bigtiff": {"bigtiff": True},
    "big endian": {"byteorder": ">"},
    "big endian bigtiff": {"byteorder": ">", "bigtiff": True},
}


def page(**more: Any) -> dict[str, Any]:
    return {
        "description": f"a scan of {WORDS}",
        "software": "Writer 1",
        "datetime": "2020:02:20 10:15:30",
        "extratags": [(315, 2, None, WORDS, True), (65000, 2, None, "private words", True)],
        **more,
    }


@pytest.mark.parametrize("options", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("kind", [{}, {"tile": (16, 16)}, {"rowsperstrip": 3}], ids=["strip", "tile", "strips"])
def test_values_change_and_all_else_stays(
    run: Run, written: Run, seen: Run, options: dict[str, Any], kind: dict[str, Any]
) -> None:
    data = written(page(**kind), page(**kind), **options)
    section = (
        "date-increment: -20\nfields:\n- name: artist\n  replace-with: a name much longer than the one before it\n"
        "- name: IMAGEDESCRIPTION\n  remove: yes\n- name: '65000'\n  replace-with: x\n"
        "- name: DateTime\n  increment-datetime: yes\n"
    )
    done = run(section, data)
    before, after = seen(data), seen(done.data)
    for old, new in zip(before, after, strict=True):
        assert new["pixels"] == old["pixels"]
        assert new["Artist"] == "a name much longer than the one before it"
        assert new["DateTime"] == "2020:01:31 10:15:30"
        assert new["65000"] == "x"
        changed = {"Artist", "ImageDescription", "65000", "DateTime"}
        assert {k: v for k, v in new.items() if k not in changed} == {k: v for k, v in old.items() if k not in changed}
    for gone in (WORDS, "private words", "2020:02:20"):
        assert gone.encode() not in done.data


def test_without_rules_the_bytes_are_the_same(run: Run, written: Run) -> None:
    data = written(page(), page(tile=(16, 16)), bigtiff=True)
    assert run("", data).data == data
    assert run("fields:\n- name: Artist\n", data).data == data


@pytest.mark.parametrize("name", ["65000", "0xFDE8", "0xfde8", "OwnerName", "page.0.65000", "PAGE.0.0xfde8"])
def test_a_number_names_a_tag(run: Run, written: Run, seen: Run, name: str) -> None:
    done = run(f"fields:\n- name: {name}\n  remove: yes\n", written(page()))
    assert "65000" not in seen(done.data)[0]


def test_a_page_limits_a_name(run: Run, written: Run, seen: Run) -> None:
    data = written(page(), page(), page())
    assert [tags["Artist"] for tags in seen(run("fields:\n- name: page.1.Artist\n  replace-with: X\n", data).data)] == [
        WORDS,
        "X",
        WORDS,
    ]


def test_the_more_exact_name_wins(run: Run, written: Run, seen: Run) -> None:
    data = written(page(), page(), page())
    section = (
        "fields:\n- regex: Artist\n  replace-with: R\n- name: page.*.Artist\n  replace-with: W\n"
        "- name: page.2.Artist\n  keep: yes\n- name: page.*.Software\n  remove: yes\n"
    )
    found = seen(run(section, data).data)
    assert [tags["Artist"] for tags in found] == ["W", "W", WORDS]
    assert not any("Software" in tags for tags in found)


def test_a_regex_matches_names_and_paths(run: Run, written: Run, seen: Run) -> None:
    data = written(page(), page())
    section = (
        "fields:\n- regex: Art|Soft\n  replace-with: one\n- regex: page\\.1\\.Image(Desc.*)\n  replace-with: two\n"
    )
    first, second = seen(run(section, data).data)
    assert (first["Artist"], first["Software"], first["ImageDescription"]) == ("one", "one", f"a scan of {WORDS}")
    assert second["ImageDescription"] == "two"


def test_the_colour_profile_stays_under_a_regex_unless_named(run: Run, written: Run, seen: Run) -> None:
    data = written(page(iccprofile=b"curves"))
    (tags,) = seen(run("fields:\n- regex: .*\n  remove: yes\n", data).data)
    assert tags["InterColorProfile"] == b"curves"
    assert "Artist" not in tags
    (tags,) = seen(run("fields:\n- name: ICCProfile\n  remove: yes\n", data).data)
    assert "InterColorProfile" not in tags


def test_what_the_image_needs_stays_under_a_regex(run: Run, written: Run, seen: Run) -> None:
    data = written(page(compression="zlib", tile=(16, 16)))
    done = run("fields:\n- regex: .*\n  remove: yes\n", data)
    import tifffile

    with tifffile.TiffFile(io.BytesIO(done.data)) as file, tifffile.TiffFile(io.BytesIO(data)) as source:
        assert (file.asarray() == source.asarray()).all()
        assert not {"Artist", "ImageDescription", "65000", "Software"} & {tag.name for tag in file.pages[0].tags}
    assert WORDS.encode() not in done.data


@pytest.mark.parametrize("tag", ["StripOffsets", "ImageWidth", "Compression", "273", "page.0.TileByteCounts"])
def test_removing_what_the_image_needs_is_an_error_of_the_profile(deid_project: Any, tag: str) -> None:
    deid_project.profile(f"tiff:\n  fields:\n    - name: {tag}\n      remove: yes\n")
    result = deid_project.command("check", deid_project.profile_path)
    assert result.exit_code == 2
    assert "cannot be removed" in result.said


@pytest.mark.parametrize("rule", ["ImageWidth: 5", "SubIFDs: 5", "ExifIFD: x", "Artits: x", "page.x.Artist: y"])
def test_unfit_rules_are_errors_of_the_profile(deid_project: Any, rule: str) -> None:
    name, _, text = rule.partition(": ")
    deid_project.profile(f"tiff:\n  fields:\n    - name: {name}\n      replace-with: {text}\n")
    result = deid_project.command("check", deid_project.profile_path)
    assert result.exit_code == 2
    if name == "Artits":
        assert "'Artist'" in result.said


def test_every_sub_image_is_reached(run: Run, written: Run, seen: Run) -> None:
    sub = {**page(), "subfiletype": 1}
    data = written({**page(), "subifds": 2}, sub, sub)
    assert len(seen(data)) == 3
    done = run("fields:\n- name: Artist\n  replace-with: X\n- name: page.0.sub.1.Software\n  remove: yes\n", data)
    found = seen(done.data)
    assert [tags["Artist"] for tags in found] == ["X"] * 3
    assert ["Software" in tags for tags in found] == [True, True, False]
    assert [tags["pixels"] for tags in found] == [tags["pixels"] for tags in seen(data)]


def test_sub_images_go_by_name(run: Run, written: Run, seen: Run) -> None:
    data = written({**page(), "subifds": 1}, {**page(), "subfiletype": 1})
    done = run("fields:\n- name: SubIFDs\n  remove: yes\n- name: Artist\n  remove: yes\n", data)
    assert len(seen(done.data)) == 1
    assert WORDS.encode() not in done.data.replace(f"a scan of {WORDS}".encode(), b"")


@pytest.mark.parametrize(
    ("text", "action", "moved"),
    [
        ("2020:02:20", "increment-date: yes", "2020:01:31"),
        ("20200220", "increment-date: yes", "20200131"),
        ("2020:02:20 10:15:30", "increment-date: yes", "2020:01:31 10:15:30"),
        ("2020:02:20 10:15", "increment-datetime: yes", "2020:01:31 10:15"),
        ("0000:00:00 00:00:00", "increment-datetime: yes", "0000:00:00 00:00:00"),
        ("20.2.2020", "increment-date: yes\n  date-format: '%d.%m.%Y'", "31.01.2020"),
        ("1582243200", "increment-datetime: yes\n  datetime-format: timestamp", "1580515200"),
    ],
)
def test_dates_are_read_as_they_stand(run: Run, written: Run, seen: Run, text: str, action: str, moved: str) -> None:
    data = written({"extratags": [(269, 2, None, text, True)]})
    done = run(f"date-increment: -20\nfields:\n- name: DocumentName\n  {action}\n", data)
    assert seen(done.data)[0]["DocumentName"] == moved


class TestInsertion:
    def test_into_the_first_page(self, run: Run, written: Run, seen: Run) -> None:
        data = written({}, {}, bigtiff=True)
        first, second = seen(run("fields:\n- name: model\n  replace-with: M1\n", data).data)
        assert first["Model"] == "M1"
        assert "Model" not in second
        assert [first["pixels"], second["pixels"]] == [tags["pixels"] for tags in seen(data)]

    def test_not_where_any_page_has_it(self, run: Run, written: Run, seen: Run) -> None:
        data = written({}, page())
        found = seen(run("fields:\n- name: Artist\n  set: X\n", data).data)
        assert [tags.get("Artist") for tags in found] == [None, "X"]

    def test_into_the_page_that_is_named(self, run: Run, written: Run, seen: Run) -> None:
        section = "fields:\n- name: page.1.Copyright\n  set: X\n- name: page.7.Copyright\n  set: X\n"
        assert [tags.get("Copyright") for tags in seen(run(section, written({}, {}, {})).data)] == [None, "X", None]

    def test_into_a_directory_that_is_made(self, run: Run, written: Run, seen: Run) -> None:
        section = "fields:\n- name: CameraOwnerName\n  set: X\n- name: GPSMapDatum\n  set: WGS-84\n"
        (tags,) = seen(run(section, written({})).data)
        assert tags["ExifTag"] == {"CameraOwnerName": "X"}
        assert tags["GPSTag"] == {"GPSMapDatum": "WGS-84"}

    def test_only_where_the_rule_may(self, run: Run, written: Run) -> None:
        data = written({})
        for section in (
            "fields:\n- name: Artist\n  hash: yes\n",
            "fields:\n- name: page.*.Artist\n  set: X\n",
            "fields:\n- regex: Artist\n  set: X\n",
            "replace-with-insert: no\nfields:\n- name: Artist\n  replace-with: X\n",
        ):
            assert run(section, data).data == data

    def test_numbers_are_written_as_numbers(self, run: Run, written: Run, seen: Run) -> None:
        section = "fields:\n- name: XPosition\n  set: 1/3\n- name: 0xFE00\n  set: words\n"
        (tags,) = seen(run(section, written({})).data)
        assert tags["XPosition"] == (1, 3)
        assert tags["65024"] == "words"


class TestPrivateTags:
    EXTRA = (
        (33432, 2, None, "the copyright", True),
        (50838, 4, 2, (12, 4), True),
        (65000, 2, None, "one private text", True),
        (65001, 12, 2, (1.5, 2.5), True),
    )

    def test_tags_from_32768_up_go(self, run: Run, written: Run, seen: Run) -> None:
        data = written({"extratags": self.EXTRA}, {"extratags": self.EXTRA, "compression": "zlib"})
        done = run("remove-private-tags: yes", data)
        for old, new in zip(seen(data), seen(done.data), strict=True):
            assert {
                k: v for k, v in old.items() if k not in ("Copyright", "65000", "65001", "IJMetadataByteCounts")
            } == new
        assert done.outcome.effects == {"remove-private-tags": 8}
        assert b"private text" not in done.data

    def test_tags_that_a_rule_names_stay(self, run: Run, written: Run, seen: Run) -> None:
        section = "remove-private-tags: yes\nfields:\n- name: Copyright\n  keep: yes\n- name: 65000\n  hash: yes\n"
        section += "- name: 0xFF00\n  set: made\n"
        (tags,) = seen(run(section, written({"extratags": self.EXTRA})).data)
        assert tags["Copyright"] == "the copyright"
        assert len(tags["65000"]) == 16
        assert tags["65280"] == "made"
        assert "65001" not in tags

    def test_exif_goes_but_for_what_a_rule_names(self, run: Run, written: Run, seen: Run) -> None:
        made = "fields:\n- name: CameraOwnerName\n  set: Jane Doe\n- name: LensModel\n  set: the lens\n"
        made += "- name: GPSMapDatum\n  set: WGS-84\n"
        data = run(made, written({})).data
        gone = run("remove-private-tags: yes", data)
        assert not {"ExifTag", "GPSTag"} & set(seen(gone.data)[0])
        assert not [word for word in (b"Jane Doe", b"the lens", b"WGS-84") if word in gone.data]
        kept = run("remove-private-tags: yes\nfields:\n- name: LensModel\n  keep: yes\n", data)
        assert seen(kept.data)[0]["ExifTag"] == {"LensModel": "the lens"}
        assert b"Jane Doe" not in kept.data


class TestOrphans:
    def test_they_are_filled_with_zeros_and_reported(self, run: Run, written: Run) -> None:
        data = written({})
        done = run("", data + b"leftover of an editor")
        assert done.data == data + bytes(21)
        assert done.outcome.dropped == ("bytes that no directory refers to",)

    def test_they_stay_where_the_profile_says_so(self, run: Run, written: Run) -> None:
        data = written({}) + b"leftover of an editor"
        assert run("remove-orphans: no", data).data == data

    def test_as_much_again_as_an_image_is_doubtful(self, run: Run, refused: Run, written: Run) -> None:
        data = written({})
        data += b"x" * 300 if data.endswith(bytes(range(256))) else b""
        assert refused("", data) == "unlisted-data"
        assert run("remove-orphans: yes", data).data == data[:-300] + bytes(300)
        assert run("remove-orphans: no", data).data == data

    @pytest.mark.parametrize("kind", [{"imagej": True}, {}], ids=["imagej", "shaped"])
    def test_planes_of_a_stack_with_one_directory_stay(self, run: Run, refused: Run, kind: dict[str, Any]) -> None:
        import numpy as np
        import tifffile

        stack = np.random.default_rng(3).integers(1, 255, (5, 16, 16)).astype("uint8")
        stream = io.BytesIO()
        with tifffile.TiffWriter(stream, **kind) as writer:
            writer.write(stack, photometric="minisblack", truncate=True, extratags=[(315, 2, None, WORDS, True)])
        data = stream.getvalue()
        assert run("", data).data == data
        done = run("fields:\n- name: Artist\n  set: a rather longer name than it was\n", data)
        with tifffile.TiffFile(io.BytesIO(done.data)) as file:
            assert (file.asarray() == stack).all()
        assert refused("fields:\n- name: ImageDescription\n  remove: yes\n", data) == "planes-lost"


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "not-tiff"),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "not-tiff"),
            (b"II*\0", "not-tiff"),
            (b"II*\0\0\0\0\0", "ifd-truncated"),
            (b"II*\0\xff\0\0\0", "ifd-truncated"),
            (b"II*\0" + bytes(124) + b"DICM" + bytes(40), "dicom"),
        ],
    )
    def test_what_is_no_tiff(self, refused: Run, data: bytes, reason: str) -> None:
        assert refused("", data) == reason

    def test_a_truncated_image(self, refused: Run, written: Run) -> None:
        data = written({})
        assert data.endswith(bytes(range(256)))
        assert refused("", data[:-1]) == "image-truncated"

    def test_a_loop(self, refused: Run, written: Run) -> None:
        data = bytearray(written({}, {}))
        (first,) = struct.unpack_from("<I", data, 4)
        (count,) = struct.unpack_from("<H", data, first)
        struct.pack_into("<I", data, first + 2 + 12 * count, first)
        assert refused("", bytes(data)) == "ifd-loop"

    def test_no_value_is_told(self, deid_project: Any, written: Run) -> None:
        deid_project.add("scan.tif", written(page()))
        deid_project.profile("tiff:\n  fields:\n    - name: Artist\n      increment-date: yes\n  date-increment: 3\n")
        deid_project.run().assert_refused("wrong-kind").assert_silent_about(WORDS, "Jane").assert_outputs()


def test_a_private_tag_beyond_the_end_can_be_removed_or_replaced(
    run: Run, refused: Run, written: Run, seen: Run
) -> None:
    data = bytearray(written({"extratags": [(65000, 2, None, "private words", True)]}))
    record = data.index(struct.pack("<HH", 65000, 2))
    struct.pack_into("<I", data, record + 8, len(data) + 5)
    assert run("remove-orphans: no", bytes(data)).data == bytes(data)
    assert refused("fields:\n- name: 65000\n  hash: yes\n", bytes(data)) == "undecodable"
    assert refused("fields:\n- name: Artist\n  set: a new name\n", bytes(data)) == "value-truncated"
    assert "65000" not in seen(run("fields:\n- name: 65000\n  remove: yes\n", bytes(data)).data)[0]
    assert seen(run("fields:\n- name: 65000\n  set: new\n", bytes(data)).data)[0]["65000"] == "new"


def test_names_of_outputs_use_new_values(deid_project: Any, written: Run) -> None:
    deid_project.add("scan.tif", written(page()))
    deid_project.profile(
        "tiff:\n  filenames:\n    - output: '{Artist}-{page.0.Software}.tif'\n"
        "  fields:\n    - name: Artist\n      replace-with: anon\n"
    )
    deid_project.run().assert_ok().assert_outputs("anon-Writer 1.tif")


def test_residuals_are_counted(run: Run, written: Run) -> None:
    data = written(page(extratags=[(315, 2, None, WORDS, True), (65000, 2, None, WORDS, True)]), page())
    done = run("fields:\n- name: page.0.Artist\n  remove: yes\n", data)
    assert done.outcome.residual == 2
    assert run("fields:\n- name: Software\n  replace-with: X\n", data).outcome.residual == 0


def test_fields_are_listed_once(deid_project: Any, written: Run) -> None:
    path = deid_project.add("scan.tif", written(page(), page()))
    result = deid_project.command("fields", path)
    assert result.exit_code == 0
    assert sum(line.startswith("Artist") for line in result.stdout.splitlines()) == 1
    result.assert_silent_about(WORDS)
    assert WORDS in deid_project.command("fields", "--values", path).stdout


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Exif.LensModel", {"Exif": {"BodySerialNumber"}, "GPS": {"GPSMapDatum"}}),
        ("page.0.Exif.0xA434", {"Exif": {"BodySerialNumber"}, "GPS": {"GPSMapDatum"}}),
        ("GPS.0x0012", {"Exif": {"LensModel", "BodySerialNumber"}, "GPS": set()}),
        ("gps.gpsmapdatum", {"Exif": {"LensModel", "BodySerialNumber"}, "GPS": set()}),
        ("GPS", {"Exif": {"LensModel", "BodySerialNumber"}, "GPS": set()}),
        ("EXIF", {"Exif": set(), "GPS": {"GPSMapDatum"}}),
        ("ExifIFD", {"Exif": set(), "GPS": {"GPSMapDatum"}}),
        ("page.1.LensModel", {"Exif": {"LensModel", "BodySerialNumber"}, "GPS": {"GPSMapDatum"}}),
    ],
)
def test_directories_limit_a_name(run: Run, written: Run, seen: Run, name: str, left: dict[str, set[str]]) -> None:
    made = "".join(f"- name: {tag}\n  set: {tag.lower()}\n" for tag in ("LensModel", "BodySerialNumber", "GPSMapDatum"))
    data = run(f"fields:\n{made}", written({}, {})).data
    done = run(f"fields:\n- name: {name}\n  remove: yes\n", data)
    tags = seen(done.data)[0]
    assert {"Exif": set(tags.get("ExifTag", ())), "GPS": set(tags.get("GPSTag", ()))} == left
    for tag in {"LensModel", "BodySerialNumber", "GPSMapDatum"} - left["Exif"] - left["GPS"]:
        assert tag.lower().encode() not in done.data
