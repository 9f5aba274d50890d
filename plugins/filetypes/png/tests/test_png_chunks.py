"""Whole chunks, options, what an image needs, and files that are not what they claim."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deidentikit.errors import FileError, ProfileError
from deidentikit.splice import FileSource
from deidentikit.testing.driving import deidentified, make_plan, take
from deidentikit_png import PngFile

Rule = Callable[..., bytes]
TIME = struct.pack(">H5B", 2020, 2, 20, 10, 15, 30)
FRAME = struct.pack(">IIIIIHHBB", 0, 2, 2, 0, 0, 1, 10, 0, 0)


def test_chunks_are_named_by_type(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"gAMA", bytes(4)), png.chunk(b"prVt", b"a"), png.chunk(b"prVT", b"b"))
    assert png.types(rule(data, ("GAMA", "remove: yes"))) == ["IHDR", "prVt", "prVT", "IDAT", "IEND"]
    assert png.types(rule(data, ("prVt", "remove: yes"))) == ["IHDR", "gAMA", "prVT", "IDAT", "IEND"]
    assert rule(data, ("prvt", "remove: yes")) == data


def test_unknown_chunks_hold_what_may_be_text(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"prVt", b"MRN00123"), png.chunk(b"blOb", b"\xff\0\1"))
    out = rule(data, ("prVt", "replace-with: X"), ("blOb", "hash: yes"))
    assert png.found(out, "prVt") == [b"X"]
    assert len(png.found(out, "blOb")[0]) == 16


@pytest.mark.parametrize("name", ["IHDR", "plte", "IDAT", "IEND", "tRNS", "acTL", "fcTL", "fdAT", "CgBI"])
def test_what_the_image_needs_cannot_be_removed(png: Any, rule: Rule, name: str) -> None:
    for action in ("remove: yes", "replace-with: X", "hash: yes"):
        with pytest.raises(ProfileError):
            rule(png.file(), (name, action))
    with pytest.raises(FileError) as refused:
        rule(png.file(), ("IHDR", "set: ''"))
    assert refused.value.reason == "wrong-kind"


def test_what_the_image_needs_stays_under_a_regex(png: Any, rule: Rule) -> None:
    animation = (
        png.chunk(b"PLTE", bytes(3)),
        png.chunk(b"tRNS", bytes(2)),
        png.chunk(b"acTL", struct.pack(">II", 1, 0)),
        png.chunk(b"fcTL", FRAME),
        png.chunk(b"CgBI", bytes(4)),
    )
    after = png.chunk(b"fcTL", FRAME) + png.chunk(b"fdAT", bytes(9)) + png.text("a", "b")
    data = png.file(*animation, png.text("a", "b"), after=after)
    out = rule(data, ("re:.*", "remove: yes"))
    assert out == png.file(*animation, after=after.removesuffix(png.text("a", "b")))


def test_the_colours_stay_under_a_regex_unless_named(png: Any, rule: Rule) -> None:
    profile = png.chunk(b"iCCP", b"scanner 7\0\0" + zlib.compress(b"curves"))
    gamma = png.chunk(b"gAMA", bytes(4))
    data = png.file(profile, gamma, png.chunk(b"pHYs", bytes(9)), png.text("a", "b"))
    assert rule(data, ("re:.*", "remove: yes")) == png.file(profile, gamma)
    assert rule(data, ("re:iCC", "remove: yes")) == data
    assert rule(data, ("re:.*", "remove: yes"), ("iCCP", "remove: yes")) == png.file(gamma)


def test_chunks_without_values_are_none_of_a_hash(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"gAMA", bytes(4)), png.chunk(b"iCCP", b"x\0\0broken"), png.text("a", "b"))
    with pytest.raises(ProfileError):
        rule(data, ("gAMA", "hash: yes"))
    out = rule(data, ("re:.*", "hash: yes"))
    assert png.types(out) == png.types(data)
    assert png.found(out, "tEXt") != png.found(data, "tEXt")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("increment-date: yes", struct.pack(">H5B", 2020, 2, 3, 10, 15, 30)),
        ("increment-datetime: yes", struct.pack(">H5B", 2020, 2, 3, 10, 15, 30)),
        ("replace-with: 1999-12-31T23:59:58Z", struct.pack(">H5B", 1999, 12, 31, 23, 59, 58)),
        ("replace-with: '2001-02-03'", struct.pack(">H5B", 2001, 2, 3, 0, 0, 0)),
        ("set: ''", bytes(7)),
    ],
)
def test_time_of_the_last_change(png: Any, rule: Rule, action: str, expected: bytes) -> None:
    data = png.file(png.chunk(b"tIME", TIME))
    assert png.found(rule(data, ("tIME", action), settings="date-increment: -17"), "tIME") == [expected]


def test_time_is_made_and_checked(png: Any, rule: Rule) -> None:
    assert png.found(rule(png.file(), ("time", "set: '2001-02-03 04:05:06'")), "tIME") == [
        struct.pack(">H5B", 2001, 2, 3, 4, 5, 6)
    ]
    for action in ("replace-with: yesterday", "hash: yes", "set: 2001-02-03T04:05:06+02:00"):
        with pytest.raises(ProfileError):
            rule(png.file(), ("tIME", action))


@pytest.mark.parametrize("time", [b"short", struct.pack(">H5B", 2020, 13, 1, 0, 0, 0)])
def test_impossible_times_are_refused(png: Any, rule: Rule, time: bytes) -> None:
    data = png.file(png.chunk(b"tIME", time))
    with pytest.raises(FileError) as refused:
        rule(data, ("tIME", "increment-datetime: yes"), settings="date-increment: 1")
    assert refused.value.reason == "wrong-kind"
    assert rule(data, ("tIME", "remove: yes")) == png.file()


def test_unset_time_stays(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"tIME", bytes(7)))
    assert rule(data, ("tIME", "increment-datetime: yes"), settings="date-increment: 1") == data


EVERYTHING = (
    (b"gAMA", bytes(4)),
    (b"tEXt", b"Title\0Knee"),
    (b"zTXt", b"Note\0\0" + zlib.compress(b"n")),
    (b"tIME", TIME),
    (b"gIFx", b"app data"),
    (b"prVt", b"secret"),
    (b"iDOT", b"unregistered"),
    (b"acTL", struct.pack(">II", 1, 0)),
    (b"fcTL", FRAME),
)


@pytest.mark.parametrize(
    ("option", "left"),
    [
        ("remove-private-chunks", "IHDR gAMA tEXt zTXt tIME gIFx acTL fcTL IDAT IEND"),
        ("remove-text", "IHDR gAMA tIME gIFx prVt iDOT acTL fcTL IDAT IEND"),
        ("remove-metadata", "IHDR gAMA acTL fcTL IDAT IEND"),
    ],
)
def test_options_remove_by_keep_lists(png: Any, deidentify: Any, option: str, left: str) -> None:
    data = png.file(*(png.chunk(*each) for each in EVERYTHING))
    done = deidentify(data, f"{option}: yes")
    assert png.types(done.data) == left.split()
    assert done.outcome.effects == {option: len(EVERYTHING) + 3 - len(left.split())}
    assert deidentify(data, f"{option}: no").data == data


def test_a_rule_shields_from_options(png: Any, rule: Rule) -> None:
    data = png.file(png.chunk(b"prVt", b"secret"), png.text("Title", "Knee"), png.text("Author", "Jane"))
    out = rule(
        data,
        ("prVt", "keep: yes"),
        ("tEXt:Title", "keep: yes"),
        ("tEXt:Author", "hash: yes"),
        settings="remove-metadata: yes\nremove-private-chunks: yes",
    )
    assert png.types(out) == ["IHDR", "prVt", "tEXt", "tEXt", "IDAT", "IEND"]
    assert b"Jane" not in out


def test_critical_chunks_of_unknown_meaning(png: Any, rule: Rule, deidentify: Any) -> None:
    data = png.file(png.chunk(b"CgBI", bytes(4)))
    assert deidentify(data, "remove-text: yes").data == data
    with pytest.raises(FileError) as refused:
        deidentify(data, "remove-private-chunks: yes")
    assert refused.value.reason == "critical-chunk"
    assert rule(data, ("CgBI", "keep: yes"), settings="remove-private-chunks: yes") == data


def test_bytes_after_the_end(png: Any, deidentify: Any) -> None:
    data = png.file() + b"Jane Doe" + png.file()
    done = deidentify(data, "remove-text: yes")
    assert done.data == png.file()
    assert done.outcome.dropped == ("trailing",)
    kept = deidentify(data, "keep-trailing: yes")
    assert kept.data == data
    assert kept.outcome.dropped == ()


def test_signatures_are_void_after_an_edit(png: Any, rule: Rule, deidentify: Any) -> None:
    data = png.file(png.chunk(b"dSIG", b"signed"), png.text("a", "b"))
    assert rule(data, ("tEXt:c", "remove: yes")) == data
    done = deidentify(data, "fields:\n  - name: tEXt\n    remove: yes")
    assert png.types(done.data) == ["IHDR", "IDAT", "IEND"]
    assert done.outcome.dropped == ("signature",)


@pytest.mark.parametrize("kind", ["zTXt", "iTXt", "iCCP"])
@pytest.mark.parametrize("body", ["remove-private-chunks: yes", "fields:\n  - name: tEXt\n    remove: yes"])
def test_bombs_are_refused(png: Any, deidentify: Any, kind: str, body: str) -> None:
    data = png.file(bomb(png, kind))
    with pytest.raises(FileError) as refused:
        deidentify(data, f"max-inflated: 4\n{body}")
    assert refused.value.reason == "inflated-size"
    assert deidentify(data, f"max-inflated: 6\n{body}").data == data
    gone = deidentify(data, f"max-inflated: 4\nfields:\n  - name: {kind}\n    remove: yes")
    assert gone.data == png.file()


def test_bombs_are_refused_by_actions_on_their_text(png: Any, rule: Rule) -> None:
    data = png.file(bomb(png, "zTXt"), png.compressed("small", b"text"))
    with pytest.raises(FileError) as refused:
        rule(data, ("zTXt", "hash: yes"), settings="max-inflated: 4")
    assert refused.value.reason == "inflated-size"
    out = rule(data, ("zTXt", "hash: yes\non-error: remove"), settings="max-inflated: 4")
    assert len(out) < len(data)


def test_many_small_bombs_count_together(png: Any, deidentify: Any) -> None:
    data = png.file(*[png.compressed("k", bytes(1 << 20))] * 5)
    with pytest.raises(FileError) as refused:
        deidentify(data, "max-inflated: 4")
    assert refused.value.reason == "inflated-size"


def bomb(png: Any, kind: str) -> bytes:
    packed = zlib.compress(b"a" * (5 << 20), 9)
    head = {"zTXt": b"k\0\0", "iTXt": b"k\0\1\0\0\0", "iCCP": b"profile\0\0"}[kind]
    made: bytes = png.chunk(kind.encode(), head + packed)
    return made


def test_files_that_are_not_png(png: Any, deidentify: Any) -> None:
    whole = png.file(png.text("Author", "Jane Doe"))
    cases = {
        b"\xff\xd8\xff\xe0JFIF": "not-png",
        b"": "truncated",
        b"\x89PNG": "truncated",
        b"Jane Doe": "not-png",
        whole.replace(b"\r\n", b"\n"): "not-png",
        whole[:-1]: "truncated",
        whole[:-12]: "truncated",
        whole[:40]: "truncated",
        png.SIGNATURE + png.chunk(b"IEND"): "chunk-malformed",
        png.SIGNATURE + png.chunk(b"IHDR", bytes(12)) + png.chunk(b"IEND"): "chunk-malformed",
        png.file(png.chunk(b"IHDR", bytes(13))): "chunk-malformed",
        png.file()[:-12] + png.chunk(b"IEND", b"Jane Doe"): "chunk-malformed",
        png.file(png.chunk(b"te t", b"")): "chunk-malformed",
        png.file(b"junk between chunks"): "chunk-malformed",
        png.file(b"junkbetweenchunks"): "truncated",
    }
    for data, reason in cases.items():
        with pytest.raises(FileError) as refused:
            deidentify(data, "remove-text: yes")
        assert refused.value.reason == reason
        assert "Jane" not in str(refused.value)


def test_text_between_image_data(png: Any, rule: Rule) -> None:
    """Some writers put chunks where none may stand; when they go the image data closes up."""
    data = png.file(png.chunk(b"IDAT", b"1"), png.text("a", "b"), png.chunk(b"IDAT", b"2"))
    out = rule(data, ("tEXt", "remove: yes"))
    assert out == png.file(png.chunk(b"IDAT", b"1"), png.chunk(b"IDAT", b"2"))


@pytest.mark.parametrize("shape", [{"depth": 16}, {"interlace": 1}])
def test_any_shape_of_image(png: Any, rule: Rule, shape: dict[str, int]) -> None:
    data = png.file(png.text("a", "b"), **shape)
    assert rule(data, ("tEXt", "remove: yes")) == png.file(**shape)


def test_image_data_is_not_held_in_memory(png: Any, tmp_path: Path) -> None:
    """Chunk heads are read one by one, image data is copied as ranges."""
    path = tmp_path / "big.png"
    piece = png.chunk(b"IDAT", bytes(1 << 20))
    with path.open("wb") as stream:
        stream.write(png.file(png.text("Author", "Jane Doe"))[:-12])
        for _ in range(16):
            stream.write(piece)
        stream.write(png.chunk(b"IEND"))

    class Watched(FileSource):
        largest = 0

        def pread(self, count: int, offset: int) -> bytes:
            self.largest = max(self.largest, count)
            return super().pread(count, offset)

    with path.open("rb") as stream:
        source = Watched(stream.fileno())
        done = deidentified(make_plan(PngFile({}), "png", [("tEXt:Author", take())]), source, "big.png")
    assert source.largest <= 4096
    assert len(done.data) == path.stat().st_size - len(png.text("Author", "Jane Doe"))


def test_the_program_reports_and_stays_silent(deid_project: Any, png: Any) -> None:
    deid_project.profile("png:\n  fields:\n    - name: tEXt:Author\n      hash: yes\n")
    deid_project.add("a.png", png.file(png.text("Author", "Jane Doe")))
    deid_project.add("b.png", b"\xff\xd8\xffJane Doe")
    deid_project.add("c.apng", png.file(png.chunk(b"tEXt", b"Author\0Jane Doe", crc=1)))
    done = deid_project.run()
    done.assert_silent_about("Jane", "Doe")
    done.assert_outputs("a.png")
    assert done.exit_code == 1
    assert "(not-png)" in done.stderr
    assert "tEXt:Author" in done.stderr
    listed = deid_project.command("fields", deid_project.source / "a.png")
    assert "tEXt:Author" in listed.stdout
    listed.assert_silent_about("Jane")
