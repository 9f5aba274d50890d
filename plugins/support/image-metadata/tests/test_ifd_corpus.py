"""Real TIFF files and EXIF blocks: twelve tags removed everywhere, and judged by other readers."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit.kinds import Form, Kind
from deidentikit.splice import BytesSource
from deidentikit.testing.corpus import corpus_dir
from deidentikit_image_metadata.coverage import Extent, payloads, value_extent
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.fields import TagField, TagPlace
from deidentikit_image_metadata.ifd import Ifd, IfdKind
from deidentikit_image_metadata.tags import lookup

pytestmark = pytest.mark.corpus
COMMON = (270, 271, 272, 305, 306, 315, 316, 33432, 700, 33723, 34853, 36867, 36868, 37510, 42032, 42033)
LOOPS = {"pil_multipage_multiple_frame_loop.tiff", "pil_multipage_single_frame_loop.tiff"}
NATIVE = Form(Kind.NATIVE)


def files(folder: str) -> list[Path]:
    corpus = corpus_dir()
    return sorted((corpus / folder).iterdir()) if corpus is not None else []


def exif_blocks(data: bytes) -> Iterator[bytes]:
    """The EXIF blocks of a JPEG file, or of the chunks of a PNG file."""
    at = data.find(b"eXIf") if data.startswith(b"\x89PNG") else -1
    if at >= 0:
        yield data[at + 4 : at + 4 + int.from_bytes(data[at - 4 : at], "big")]
    at = 2
    while data.startswith(b"\xff\xd8") and data[at : at + 1] == b"\xff" and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            yield data[at + 10 : at + 2 + length]
        at += 2 + length


@cache
def structures() -> dict[str, tuple[bytes, bool]]:
    """Every structure of the corpus that can be read, and whether it is an EXIF block."""
    found = {}
    for path in files("tiff"):
        found[path.name] = (path.read_bytes(), False)
    for path in files("jpeg") + files("png"):
        for at, block in enumerate(exif_blocks(path.read_bytes())):
            found[f"{path.name}-{at}"] = (block, True)
    return found


def readable(names: dict[str, tuple[bytes, bool]]) -> Iterator[tuple[str, bytes, bool]]:
    for name, (data, exif) in names.items():
        try:
            Editor(BytesSource(data), exif=exif)
        except FileError:
            continue
        yield name, data, exif


@pytest.fixture(autouse=True)
def corpus_present() -> None:
    if corpus_dir() is None:
        pytest.skip("the corpus is not present")


def test_few_structures_are_refused_and_loops_are_among_them() -> None:
    refused = set(structures()) - {name for name, _, _ in readable(structures())}
    assert refused >= LOOPS
    assert len(refused) <= 8
    assert len(structures()) - len(refused) >= 110


def kept_values(editor: Editor) -> list[Extent]:
    """Where the values of tags that stay are."""
    found = []
    for ifd in editor.structure:
        for entry in ifd.entries:
            extent = value_extent(ifd, entry)
            if extent is not None and entry.tag not in COMMON and ifd.kind is not IfdKind.GPS:
                found.append(extent)
    return sorted(found)


def doomed(editor: Editor) -> Iterator[tuple[Ifd, Any]]:
    for ifd in list(editor.structure):
        for entry in list(ifd.entries):
            if entry.tag in COMMON and ifd.kind not in (IfdKind.GPS, IfdKind.INTEROP):
                yield ifd, entry


def test_common_tags_go_without_a_trace_and_nothing_else_changes() -> None:
    for name, data, exif in readable(structures()):
        editor = Editor(BytesSource(data), exif=exif)
        stay = kept_values(editor)
        tables = [(ifd.offset, ifd.end) for ifd in editor.structure]
        gone = [extent for ifd, entry in doomed(editor) if (extent := value_extent(ifd, entry)) is not None]
        for ifd, entry in doomed(editor):
            TagField(editor, ifd, entry).remove()
        out = editor.overlay.to_bytes()
        editor.check(BytesSource(out))
        assert len(out) == len(data), name
        again = Editor(BytesSource(out), exif=exif)
        assert not list(doomed(again)), name
        for start, end in gone:
            if end <= len(data) and not any(low < end and high > start for low, high in stay + tables):
                assert out[start:end] == bytes(end - start), name
        for low, high in stay:
            if not any(start < high and end > low for start, end in gone):
                assert out[low:high] == data[low:high], name


def test_pixels_are_the_same_to_tifffile() -> None:
    import tifffile

    compared = 0
    for name, data, exif in readable(structures()):
        if exif:
            continue
        editor = Editor(BytesSource(data))
        for ifd, entry in doomed(editor):
            TagField(editor, ifd, entry).remove()
        before, after = (segments(tifffile, each) for each in (data, editor.overlay.to_bytes()))
        assert before == after, name
        compared += before is not None
    assert compared >= 50


def segments(tifffile: Any, data: bytes) -> list[bytes] | None:
    """The strips and tiles that tifffile finds, or None where it reads nothing."""
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as tif:
            pages = [sub for page in tif.pages for sub in (page, *(page.pages or []))]
            spots = [spot for page in pages for spot in zip(page.dataoffsets, page.databytecounts, strict=False)]
    except (tifffile.TiffFileError, struct.error, ValueError, TypeError, IndexError):
        return None
    return [data[start : start + length] for start, length in spots]


def test_edited_exif_blocks_are_read_by_pillow() -> None:
    from PIL import Image

    compared = 0
    for name, data, exif in readable(structures()):
        if not exif:
            continue
        editor = Editor(BytesSource(data), exif=True)
        first = editor.structure.top[0]
        description = first.find(270)
        if description is not None:
            TagField(editor, first, description).write(["A text that is longer than what was here"], NATIVE)
        else:
            TagPlace(editor, first, lookup("ImageDescription")[0]).insert(["Something new"], NATIVE)
        TagPlace(editor, first, lookup("Photographer")[0]).insert(["Nobody"], NATIVE)
        found = Image.Exif()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found.load(b"Exif\0\0" + editor.overlay.to_bytes())
            assert str(found[270]).startswith(("A text", "Something")), name
            assert found.get_ifd(0x8769)[0xA437] == "Nobody", name
        note = maker_note(data)
        assert maker_note(editor.overlay.to_bytes()) == note, name
        compared += 1
    assert compared >= 55


def maker_note(data: bytes) -> tuple[int, bytes] | None:
    """Where a maker note stands, and what it holds."""
    editor = Editor(BytesSource(data), exif=True)
    for ifd in editor.structure:
        entry = ifd.find(37500)
        if entry is not None and not entry.inline:
            return ifd.value_at(entry), editor.value(entry).data
    return None


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.NUMBER, Kind.DATETIME, Kind.BYTES])
def test_values_given_back_leave_every_structure_as_it_was(kind: Kind) -> None:
    read = 0
    for name, data, exif in readable(structures()):
        editor = Editor(BytesSource(data), exif=exif)
        for ifd in list(editor.structure):
            for entry in list(ifd.entries):
                field = TagField(editor, ifd, entry)
                if field.required or ifd.kind is IfdKind.THUMBNAIL:
                    continue
                with suppress(FieldError):  # the field holds no value of this kind
                    values = field.read(Form(kind))
                    if any(value is not None for value in values):
                        field.write(values, Form(kind))
                        read += 1
        assert editor.overlay.to_bytes() == data, name
    assert read > 40


def slide() -> bytes:
    """A file with the pages of a whole-slide image: the slide, a thumbnail, label and macro."""
    import numpy as np
    import tifffile

    file = io.BytesIO()
    with tifffile.TiffWriter(file) as tif:
        for size, word in ((96, "Aperio"), (48, "thumbnail"), (32, "label 387x463"), (40, "macro 1280x431")):
            pixels = np.random.default_rng(size).integers(1, 255, (size, size, 3), "uint8")
            tif.write(pixels, photometric="rgb", tile=(32, 32) if size == 96 else None, description=word, metadata=None)
    return file.getvalue()


@pytest.mark.parametrize("words", [(b"label",), (b"macro",), (b"label", b"macro"), (b"thumbnail", b"label", b"macro")])
def test_pages_of_a_slide_are_dropped_with_their_pixels(words: tuple[bytes, ...]) -> None:
    data = slide()
    editor = Editor(BytesSource(data))
    labels = [ifd for ifd in editor.structure.top if any(_describes(editor, ifd, word) for word in words)]
    strips = [extent for ifd in labels for extent in _payload(editor, ifd)]
    assert len(strips) == len(labels) == len(words)
    editor.drop(labels)
    out = editor.overlay.to_bytes()
    editor.check(BytesSource(out))
    assert not any(out[start:end].strip(b"\0") for start, end in strips)
    assert not any(word in out for word in words)
    kept = [extent for ifd in editor.structure.top for extent in _payload(editor, ifd)]
    assert all(out[start:end] == data[start:end] for start, end in kept)
    assert len(Editor(BytesSource(out)).structure.top) == 4 - len(words)
    assert not editor.orphans()


def _describes(editor: Editor, ifd: Ifd, word: bytes) -> bool:
    entry = ifd.find(270)
    return entry is not None and word in editor.value(entry).data


def _payload(editor: Editor, ifd: Ifd) -> list[Extent]:
    return [(start, start + length) for start, length in payloads(ifd, editor.overlay.source)]
