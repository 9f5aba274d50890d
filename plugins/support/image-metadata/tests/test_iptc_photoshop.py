"""IPTC data sets and the Photoshop resources around them are edited one by one."""

from __future__ import annotations

import struct
from contextlib import suppress
from hashlib import md5

import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit.kinds import Form, Kind, Moment
from deidentikit_image_metadata import photoshop
from deidentikit_image_metadata.iptc import DataSet, Iptc, IptcField, lookup
from deidentikit_image_metadata.photoshop import Resource, Resources
from hypothesis import given
from hypothesis import strategies as st

TEXT = Form(Kind.TEXT)
NATIVE = Form(Kind.NATIVE)


def dataset(name: str, data: bytes) -> bytes:
    return DataSet(*lookup(name), data, 0, 0).to_bytes()


LONG = b"\x1c\x02\x78\x80\x04" + struct.pack(">I", 40_000) + b"L" * 40_000
BLOCK = b"".join(
    [
        dataset("ApplicationRecordVersion", b"\0\4"),
        dataset("Byline", b"Jane Doe"),
        dataset("Keywords", b"ward"),
        dataset("DateCreated", b"20200102"),
        dataset("Keywords", b"bed 7"),
        dataset("City", "Köln".encode("latin-1")),
        LONG,
    ]
)


def field(block: Iptc, name: str) -> IptcField:
    return IptcField(block, lookup(name))


def texts(data: bytes) -> dict[str, list[object]]:
    return {each.path: list(each.read(TEXT)) for each in Iptc(data).fields}


def test_data_sets_go_by_number_and_by_name() -> None:
    assert lookup("By-line") == lookup("byline") == lookup("2:80") == (2, 80)
    with pytest.raises(ValueError, match="Did you mean 'Keywords'"):
        lookup("Keyword")
    for text in ("2:256", "2:\N{SUPERSCRIPT TWO}", "2:"):
        with pytest.raises(ValueError, match="is no IPTC data set"):
            lookup(text)


def test_no_edit_changes_no_byte() -> None:
    block = Iptc(BLOCK)
    for each in block.fields:
        each.write(each.read(TEXT), TEXT)
    assert not block.changed
    assert block.to_bytes() == BLOCK


def test_repeated_data_sets_are_the_values_of_one_field() -> None:
    found = texts(BLOCK)
    assert found["IPTC.Keywords"] == ["ward", "bed 7"]
    assert found["IPTC.City"] == ["Köln"]
    assert found["IPTC.Byline"] == ["Jane Doe"]


@pytest.mark.parametrize("values", [["X"], ["X", "Y"], ["X", "Y", "Z"]])
def test_values_are_replaced_where_they_stand(values: list[str]) -> None:
    block = Iptc(BLOCK)
    field(block, "Keywords").write(values, NATIVE)
    out = block.to_bytes()
    assert texts(out) == texts(BLOCK) | {"IPTC.Keywords": values}
    assert b"bed 7" not in out
    assert out.index(b"X") == BLOCK.index(b"ward")


def test_one_of_several_values_changes_alone() -> None:
    block = Iptc(BLOCK)
    field(block, "Keywords").write([None, "Z"], TEXT)
    assert texts(block.to_bytes())["IPTC.Keywords"] == ["ward", "Z"]


def test_removal_takes_every_repetition() -> None:
    block = Iptc(BLOCK)
    for each in block.fields:
        each.remove()
    assert block.to_bytes() == b""


def test_a_data_set_can_be_inserted() -> None:
    block = Iptc(BLOCK)
    field(block, "Credit").insert(["Nobody"], NATIVE)
    assert texts(block.to_bytes()) == texts(BLOCK) | {"IPTC.Credit": ["Nobody"]}


def test_dates_are_spelled_as_iptc_does() -> None:
    block = Iptc(BLOCK)
    created = field(block, "DateCreated")
    assert created.read(Form(Kind.DATE, "%Y:%m:%d")) == [Moment(2020, 1, 2)]
    created.write([Moment(2019, 12, 16)], Form(Kind.DATE, "%Y:%m:%d"))
    assert texts(block.to_bytes())["IPTC.DateCreated"] == ["20191216"]


def test_text_is_written_in_the_character_set_of_the_block() -> None:
    utf8 = dataset("CodedCharacterSet", b"\x1b%G") + dataset("City", "Köln".encode())
    for data, encoding in ((BLOCK, "latin-1"), (utf8, "utf-8"), (dataset("City", "Köln".encode()), "utf-8")):
        block = Iptc(data)
        field(block, "City").write(["Münster"], NATIVE)
        assert "Münster".encode(encoding) in block.to_bytes()
    with pytest.raises(FieldError, match="charset"):
        field(Iptc(BLOCK), "City").write(["日本"], NATIVE)
    with pytest.raises(FieldError, match="too-long"):
        field(Iptc(BLOCK), "City").write(["x" * 40_000], NATIVE)


@pytest.mark.parametrize("data", [BLOCK[:-1], BLOCK + b"Jane", b"\x1c", LONG[:7]])
def test_blocks_that_data_sets_do_not_fill_are_refused(data: bytes) -> None:
    with pytest.raises(FileError) as caught:
        Iptc(data)
    assert caught.value.reason == "iptc-malformed"


def test_zeros_may_follow() -> None:
    assert texts(BLOCK + bytes(3)) == texts(BLOCK)


def resource(id: int, data: bytes, name: bytes = b"") -> bytes:
    return Resource(b"8BIM", id, name, data, 0, 0).to_bytes()


THUMBNAIL = next(iter(photoshop.THUMBNAILS))
BLOCKS = [
    resource(photoshop.IPTC, BLOCK),
    resource(photoshop.IPTC_DIGEST, md5(BLOCK).digest()),
    resource(0x03ED, b"x" * 15, b"odd"),
    resource(THUMBNAIL, b"small picture"),
    resource(0x0BB8, b"anything"),
]
RESOURCES = b"".join(BLOCKS)


def test_resources_are_read_and_stay_as_they_are() -> None:
    found = Resources(RESOURCES)
    assert [each.title for each in found.resources][:3] == ["IPTC", "IPTCDigest", "ResolutionInfo"]
    assert found.resources[2].name == b"odd"
    assert found.resources[-1].title == "0x0BB8"
    assert found.to_bytes() == RESOURCES


def test_removed_resources_are_gone_and_the_digest_goes_with_the_iptc_data() -> None:
    found = Resources(RESOURCES)
    for id in (photoshop.IPTC, THUMBNAIL):
        for each in found.find(id):
            found.remove(each)
    out = found.to_bytes()
    assert out == BLOCKS[2] + BLOCKS[4]
    assert [each.id for each in found.left] == [0x03ED, 0x0BB8]


def test_the_digest_follows_edited_iptc_data() -> None:
    found = Resources(RESOURCES)
    block = Iptc(found.find(photoshop.IPTC)[0].data)
    field(block, "Byline").remove()
    found.replace(found.find(photoshop.IPTC)[0], block.to_bytes())
    again = Resources(found.to_bytes())
    assert b"Jane" not in again.find(photoshop.IPTC)[0].data
    assert again.find(photoshop.IPTC_DIGEST)[0].data == md5(block.to_bytes()).digest()
    assert found.to_bytes().endswith(b"".join(BLOCKS[2:]))


@pytest.mark.parametrize("data", [RESOURCES[:-3], RESOURCES + b"Jane", b"8BIM", b"8BIM\0\0\xff"])
def test_resources_that_do_not_fill_their_block_are_refused(data: bytes) -> None:
    with pytest.raises(FileError) as caught:
        Resources(data)
    assert caught.value.reason == "photoshop-malformed"


@given(st.binary(max_size=10), st.integers(0, 120), st.integers(0, 10))
def test_damaged_blocks_are_read_or_refused(piece: bytes, at: int, length: int) -> None:
    small = RESOURCES.replace(LONG, b"")
    for kind, data in ((Iptc, BLOCK[: -len(LONG)]), (Resources, small)):
        damaged = data[:at] + piece + data[at + length :]
        with suppress(FileError):
            assert kind(damaged).to_bytes() == damaged
