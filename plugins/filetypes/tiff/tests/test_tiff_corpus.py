"""Real TIFF files, with tifffile as the judge, and damaged ones."""

from __future__ import annotations

import io
import logging
import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tifffile
from deidentikit.errors import FileError
from deidentikit.testing.corpus import corpus_dir

pytestmark = pytest.mark.corpus
Run = Callable[..., Any]
REASONS = {
    "pil_crash-0c7e0e8e11ce787078f00b5b0ca409a167f070e0.tif": "image-truncated",
    "pil_crash-0e16d3bfb83be87356d026d66919deaefca44dac.tif": "image-truncated",
    "pil_crash-1185209cf7655b5aed8ae5e77784dfdd18ab59e9.tif": "image-truncated",
    "pil_crash-338516dbd2f0e83caddb8ce256c22db3bd6dc40f.tif": "image-truncated",
    "pil_crash-63b1dffefc8c075ddc606c0a2f5fdc15ece78863.tif": "ifd-pointer",
    "pil_crash-86214e58da443d2b80820cff9677a38a33dcbbca.tif": "image-truncated",
    "pil_multipage_multiple_frame_loop.tiff": "ifd-loop",
    "pil_multipage_single_frame_loop.tiff": "ifd-loop",
    "pil_seek_too_large.tif": "ifd-truncated",
}
COMMON = (
    "ImageDescription Make Model Software DateTime Artist HostComputer Copyright DocumentName PageName XMP IPTC"
    " PhotoshopSettings ExifIFD GPSIFD ImageJMetadata"
).split()
REMOVE = "fields:\n" + "".join(f"- name: {name}\n  remove: yes\n" for name in COMMON)
REPLACE = "fields:\n" + "".join(
    f"- name: {name}\n  replace-with: a text that is longer than most of those it takes the place of\n"
    for name in ("ImageDescription", "Make", "Model", "Software", "Artist")
)


@cache
def corpus() -> dict[str, bytes]:
    folder = corpus_dir()
    if folder is None:
        return {}
    return {path.name: path.read_bytes() for path in sorted((folder / "tiff").iterdir())}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    if not corpus():
        pytest.skip("the corpus is not present")
    return corpus()


@contextmanager
def quiet() -> Iterator[None]:
    """tifffile logs and warns about what is odd in a file."""
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


def segments(data: bytes) -> list[list[bytes]]:
    """The stored strips and tiles of all pages, sub-images included."""
    out = []
    with quiet(), tifffile.TiffFile(io.BytesIO(data)) as file:
        stack: list[Any] = list(file.pages)
        while stack:
            page = stack.pop(0)
            spans = zip(page.dataoffsets, page.databytecounts, strict=True)
            out.append([data[offset : offset + count] for offset, count in spans])
            if page.subifds:
                stack = [*page.pages, *stack]
    return out


def others(data: bytes, gone: set[str]) -> list[dict[str, Any]]:
    """All tags of all pages but some, and but offsets."""
    with quiet(), tifffile.TiffFile(io.BytesIO(data)) as file:
        return [
            {tag.name: repr(tag.value) for tag in page.tags if tag.name not in gone and "Offset" not in tag.name}
            for page in file.pages
        ]


def test_without_rules_files_are_the_same_or_say_why_not(run: Run, files: dict[str, bytes]) -> None:
    reasons = {}
    for name, data in files.items():
        try:
            done = run("", data, name)
        except FileError as error:
            reasons[name] = error.reason
            continue
        assert done.data == data or done.outcome.dropped, name
        assert run("remove-orphans: no", data, name).data == data, name
    assert reasons == REASONS


@pytest.mark.parametrize("section", [REMOVE, REPLACE, "remove-private-tags: yes"], ids=["remove", "replace", "private"])
def test_edits_leave_the_images(run: Run, files: dict[str, bytes], section: str) -> None:
    for name, data in files.items():
        if name not in REASONS:
            done = run(section, data, name)
            assert segments(done.data) == segments(data), name


def test_edits_leave_all_other_tags(run: Run, files: dict[str, bytes]) -> None:
    gone = {
        *COMMON,
        *("ExifTag", "GPSTag", "IPTCNAA", "IJMetadata", "IJMetadataByteCounts", "ImageResources", "SubIFDs"),
    }
    for name, data in files.items():
        if name not in REASONS:
            done = run(REMOVE, data, name)
            assert others(done.data, gone) == others(data, gone), name
            with quiet(), tifffile.TiffFile(io.BytesIO(done.data)) as file:
                left = {tag.name for page in file.pages for tag in page.tags}
            assert not left & (gone - {"SubIFDs"}), name


def test_removed_texts_are_gone(run: Run, files: dict[str, bytes]) -> None:
    searched = 0
    for name, data in files.items():
        if name in REASONS:
            continue
        with quiet(), tifffile.TiffFile(io.BytesIO(data)) as file:
            texts = {
                tag.value.encode()
                for page in file.pages
                for tag in page.tags
                if tag.name in COMMON and isinstance(tag.value, str) and len(tag.value) > 8
            }
        done = run(REMOVE, data, name)
        assert not [text for text in texts if text in done.data], name
        searched += len(texts)
    assert searched > 30


def test_damaged_files_end_in_an_output_or_a_refusal(run: Run, files: dict[str, bytes]) -> None:
    draw = random.Random(20260131)
    small = [data for data in files.values() if len(data) < 12_000]
    section = (
        "remove-private-tags: yes\nremove-pages: label, macro\nfields:\n- name: Artist\n"
        "  replace-with: a text that is longer than the one before it\n- name: CameraOwnerName\n  set: X\n"
        "- regex: (xmp|iptc|xml|imagej|aperio):.*\n  remove: yes\n- name: ImageDescription\n  hash: yes\n"
    )
    done = 0
    for _ in range(250):
        data = bytearray(draw.choice(small))
        for _ in range(draw.choice((1, 1, 2, 4))):
            data[draw.randrange(len(data))] = draw.choice((0, 1, 255, draw.randrange(256)))
        if draw.random() < 0.1:
            del data[draw.randrange(len(data)) :]
        try:
            output = run(section, bytes(data)).data
        except FileError:
            continue
        run("remove-orphans: no", output)
        done += 1
    assert done > 80


def test_profiles_of_the_dialect(files: dict[str, bytes], deid_project: Any) -> None:
    """The published examples of profiles, where they are present beside the corpus."""
    folder = corpus_dir()
    assert folder is not None
    case = folder.parent / "flywheel-profiles" / "cases" / "tiff-better-pages"
    if not case.is_dir():
        pytest.skip("the example profiles are not present")
    deid_project.add("scan.tif", Path(case / "scan.tif").read_bytes())
    deid_project.profile((case / "profile.yml").read_text())
    output = deid_project.run().assert_ok().output("scan.tif")
    with tifffile.TiffFile(io.BytesIO(output)) as file:
        assert len(file.pages) == 3
        assert not [page for page in file.pages if "Artist" in page.tags]
