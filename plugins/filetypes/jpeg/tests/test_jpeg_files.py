"""Whole files: as libraries and cameras write them, damaged ones, and the bounds of memory and time."""

from __future__ import annotations

import io
import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.filetype import Named
from deidentikit.kinds import Kind
from deidentikit.splice import BytesSource
from deidentikit.testing.corpus import corpus_dir
from deidentikit.testing.driving import change, put, take
from deidentikit_jpeg.markers import SCAN, walk
from hypothesis import given, settings
from hypothesis import strategies as st

_REFUSED = {
    "pil_junk_jpeg_header.jpg": "junk",
    "pil_photoshop-200dpi-broken.jpg": "junk",
    "pil_sugarshack_no_data.mpo": "mpf-image",
    "pil_ultrahdr.jpg": "truncated",
    "syn_truncated.jpg": "truncated",
}
_DROPPED = {
    "et_AFCP.jpg": ("trailing",),
    "et_FotoStation.jpg": ("trailing",),
    "et_PhotoMechanic.jpg": ("trailing",),
    "ex_olympus-d320l.jpg": ("trailing",),
    "pil_sugarshack_bad_mpo_header.jpg": ("mpf", "trailing"),
    "syn_trailer_phi.jpg": ("trailing",),
}


def corpus() -> list[Path]:
    folder = corpus_dir()
    return [] if folder is None else sorted((folder / "jpeg").iterdir())


def scans(data: bytes) -> Iterator[bytes]:
    for token in walk(BytesSource(data)):
        if token.marker == SCAN:
            yield data[token.start : token.end]


def decoded(data: bytes) -> Any:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about broken metadata, which the corpus has on purpose
        image = Image.open(io.BytesIO(data))
    with image:
        image.load()
        return image.size, image.mode, image.tobytes(), image.info.get("icc_profile"), getattr(image, "n_frames", 1)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"progressive": True},
        {"mode": "L"},
        {"mode": "CMYK"},
        {"optimize": True, "subsampling": 2},
        {"restart_marker_blocks": 1},
        {"icc_profile": bytes(100_000), "comment": "Jane Doe"},
    ],
)
def test_pictures_are_the_same_after_edits(edit: Any, jpeg: Any, options: dict[str, Any]) -> None:
    data = jpeg.saved(exif=b"Exif\0\0" + jpeg.tiff({0x013B: (2, b"Jane Doe\0")}), **options)
    rules = (("Artist", put("somebody else altogether")), ("COM", put("made", makes=True)), ("IPTC.City", take()))
    for done in (edit(data, *rules), edit(data, remove_metadata=True), edit(data, ("Artist", take()))):
        assert decoded(done.data) == decoded(data)
        assert b"Jane" not in done.data or done.data.count(b"Jane") < data.count(b"Jane")


def test_a_library_reads_what_was_made(edit: Any, jpeg: Any) -> None:
    from PIL import Image

    rules = (
        ("Artist", "made"),
        ("LensModel", "lens"),
        ("GPSMapDatum", "WGS-84"),
        ("Orientation", "3"),
        ("COM", "words"),
    )
    done = edit(jpeg.saved(), *((name, put(text, makes=True)) for name, text in rules))
    with Image.open(io.BytesIO(done.data)) as image:
        exif = image.getexif()
        assert (exif[0x013B], exif[0x0112]) == ("made", 3)
        assert exif.get_ifd(0x8769)[0xA434] == "lens"
        assert exif.get_ifd(0x8825)[0x0012] == "WGS-84"
        assert image.info["comment"] == b"words"


@pytest.mark.corpus
@pytest.mark.skipif(not corpus(), reason="the corpus is not present")
class TestCorpus:
    @pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
    def test_untouched_files_stay_or_say_what_goes(self, edit: Any, path: Path) -> None:
        data = path.read_bytes()
        if path.name in _REFUSED:
            with pytest.raises(FileError) as refused:
                edit(data)
            assert refused.value.reason == _REFUSED[path.name]
            return
        done = edit(data)
        assert done.outcome.dropped == _DROPPED.get(path.name, ())
        assert (done.data == data) is (path.name not in _DROPPED)
        assert data.startswith(done.data) or path.name == "pil_sugarshack_bad_mpo_header.jpg"

    @pytest.mark.parametrize("path", [p for p in corpus() if p.name not in _REFUSED], ids=lambda path: path.name)
    def test_edits_leave_scans_profiles_and_maker_notes(self, edit: Any, texts: Any, path: Path) -> None:
        data = path.read_bytes()
        rules = [
            *((name, take()) for name in ("Artist", "DateTimeOriginal", "dc:creator", "IPTC.Byline", "GPSDateStamp")),
            *((name, put("made", makes=True)) for name in ("Software", "CameraOwnerName", "COM")),
            ("Make", put("a maker of another, longer name")),
        ]
        done = edit(data, *rules, unreadable="keep")
        assert [*scans(done.data)] == [*scans(data)]
        assert not {"IFD0.Artist", "Exif.DateTimeOriginal", "dc:creator", "IPTC.Byline"} & set(texts(done.data))
        assert _note(done.data) == _note(data)
        try:
            before = decoded(data)
        except OSError:
            return
        after = decoded(done.data)
        assert after[:4] == before[:4]
        assert after[4] == before[4] or "mpf" in done.outcome.dropped


def _note(data: bytes) -> tuple[int, bytes] | None:
    """Where the maker note stands in its EXIF block, and its bytes."""
    from deidentikit_image_metadata.ifd import walk as walk_ifds

    at = data.find(b"Exif\0\0")
    if at < 0:
        return None
    block = data[at + 6 : at - 2 + int.from_bytes(data[at - 2 : at], "big")]
    try:
        structure = walk_ifds(BytesSource(block), exif=True)
    except FileError:
        return None
    for ifd in structure:
        if (entry := ifd.find(0x927C)) is not None and not entry.broken:
            start = ifd.value_at(entry)
            return start, block[start : start + entry.size]
    return None


def test_damaged_files_end_in_a_refusal_or_a_verified_output(edit: Any, jpeg: Any) -> None:
    tiff = jpeg.tiff(
        {0x010F: (2, b"ACME\0"), 0x013B: (2, b"Jane Doe\0")},
        {0x9003: (2, b"2020:02:20 10:15:30\0"), 0x927C: (7, bytes(range(30)))},
        {0x001D: (2, b"2020:02:20\0")},
        thumbnail=jpeg.file(),
    )
    resources = jpeg.photoshop(jpeg.resource(0x0404, jpeg.dataset(80, b"Jane Doe")), jpeg.resource(0x0422, tiff))
    packet = jpeg.packet("<dc:creator><rdf:Seq><rdf:li>Jane</rdf:li></rdf:Seq></dc:creator>")
    first = [jpeg.jfif(), jpeg.exif(tiff), jpeg.xmp(packet), resources, jpeg.comment(b"Jane")]
    sample = jpeg.several(first, [(2, jpeg.file(jpeg.exif(tiff)))])
    end = sample.index(b"\xff\xdb") + 40
    ways: list[tuple[list[Any], dict[str, Any]]] = [
        ([(Named(regex=".*"), take())], {}),
        ([("Artist", change(Kind.TEXT)), ("DateTimeOriginal", take()), ("LensModel", put("x", makes=True))], {}),
        ([("dc:creator", put("y" * 99)), ("IPTC.City", put("z", makes=True))], {"unreadable": "remove"}),
        ([], {"remove_gps": True, "remove_thumbnail": True, "unreadable": "keep"}),
    ]
    draw = random.Random(20260102)
    refused = 0
    said: list[str] = []
    for number in range(120):
        damaged = bytearray(sample)
        for _ in range(draw.choice((1, 1, 2, 5))):
            damaged[draw.randrange(end)] = draw.choice((0, 1, 4, 0xFF, draw.randrange(256)))
        if number % 10 == 0:
            del damaged[draw.randrange(len(damaged)) :]
        for rules, options in ways:
            try:
                done = edit(bytes(damaged), *rules, **options)
            except FileError as error:
                refused += 1
                said.append(str(error))
                continue
            assert edit(done.data).data == done.data
    assert "Jane" not in " ".join(said)
    assert 0 < refused < 120 * len(ways)


@st.composite
def _files(draw: st.DrawFn) -> bytes:
    segments = draw(
        st.lists(
            st.tuples(
                st.sampled_from([0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xE6, 0xFE, 0xDB, 0xC4]),
                st.sampled_from(
                    [b"", b"JFIF\0", b"Exif\0\0", b"MPF\0", b"Photoshop 3.0\0", b"ICC_PROFILE\0", b"JFXX\0"]
                ),
                st.binary(max_size=30),
                st.integers(0, 3),
            ),
            max_size=8,
        )
    )
    head = b"".join(
        b"\xff" * fill + bytes((0xFF, marker)) + (len(name + rest) + 2).to_bytes(2, "big") + name + rest
        for marker, name, rest, fill in segments
    )
    coded = draw(st.binary(max_size=40)).replace(b"\xff", b"\xff\0")
    return b"\xff\xd8" + head + b"\xff\xda\0\2" + coded + b"\xff\xd9"


@settings(max_examples=150, deadline=None)
@given(data=_files(), behind=st.binary(max_size=5))
def test_tokens_tile_every_file(data: bytes, behind: bytes) -> None:
    tokens = walk(BytesSource(data + behind))
    assert [token.start for token in tokens[1:]] == [token.end for token in tokens[:-1]]
    assert (tokens[0].start, tokens[-1].end) == (0, len(data))


@settings(max_examples=100, deadline=None)
@given(data=_files())
def test_needed_segments_and_scans_survive_any_removal(edit: Any, data: bytes) -> None:
    done = edit(data, remove_metadata=True)
    assert [*scans(done.data)] == [*scans(data)]
    kept = [token.marker for token in walk(BytesSource(done.data))]
    assert not set(kept) & {0xE1, 0xED, 0xE6, 0xFE}
    assert edit(done.data, remove_metadata=True).data == done.data


def test_markers_are_found_across_the_borders_of_what_is_read_at_once() -> None:
    head = b"\xff\xd8\xff\xda\0\2"
    for border in range((1 << 20) - 3, (1 << 20) + 4):
        data = head + bytes(border) + b"\xff\0\xff\xd9"
        assert walk(BytesSource(data))[-1].end == len(data)
