"""`cross-check`: Pillow as a second reader of what was written."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from deidentikit.errors import FileError
from deidentikit.splice import BytesSink, Sink
from deidentikit.testing.corpus import corpus_dir
from deidentikit_png.document import PngDocument
from deidentikit_png.output import Output
from PIL import ImageFile

ASKED = "cross-check: yes\n"
RULES = """
remove-private-chunks: yes
remove-text: yes
fields:
  - name: tEXt:Made here
    set: a text
  - name: eXIf
    remove: yes
  - name: iCCP
    remove: yes
"""
UNREAD = {
    *("pil_apng_chunk_no_fctl.png", "pil_apng_chunk_repeat_fctl.png", "pil_apng_sequence_fdat_fctl.png"),
    *("pil_apng_sequence_reorder.png", "pil_apng_sequence_repeat.png", "pil_apng_sequence_start.png"),
    *("pil_apng_syntax_num_frames_zero.png", "pil_png_decompression_dos.png", "pil_unknown_compression_method.png"),
}
"""Broken animations, and metadata that Pillow will not inflate."""


@pytest.mark.corpus
@pytest.mark.skipif(corpus_dir() is None, reason="the corpus is not present")
def test_both_readers_agree_on_edited_files(make_deidentify: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    without, asked = make_deidentify(RULES), make_deidentify(ASKED + RULES)
    agreed, unread = 0, {}
    folder = corpus_dir()
    assert folder is not None
    for path in sorted((folder / "png").glob("*.png")):
        data = path.read_bytes()
        try:
            wanted = without(data).data
        except FileError:
            continue
        try:
            assert asked(data).data == wanted, path.name
            agreed += 1
        except FileError as error:
            unread[path.name] = error.message
    assert unread.keys() <= UNREAD
    assert all(message.startswith("Pillow cannot read the source: ") for message in unread.values())
    assert agreed > 50
    assert not [record for record in caplog.records if record.name.startswith("PIL")]


def sabotage(monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]) -> None:
    """Let the writer change what it writes, and our own reader not see it."""
    real = PngDocument.write

    def write(self: PngDocument, sink: Sink) -> None:
        caught = BytesSink()
        real(self, caught)
        sink.write(change(bytes(caught.data)))

    monkeypatch.setattr(PngDocument, "write", write)
    monkeypatch.setattr(Output, "check", lambda self, written: None)


def picture(mode: str = "RGB", **options: Any) -> bytes:
    stream = io.BytesIO()
    PIL.Image.effect_noise((40, 24), 60).convert(mode).save(stream, "PNG", **options)
    return stream.getvalue()


def replaced(png: Any, data: bytes, kind: str, change: Callable[[bytes], bytes]) -> bytes:
    """A file in which one chunk has other data, with the right checksum."""
    chunks = [(each, change(body) if each == kind else body) for each, body, _ in png.chunks(data)]
    return b"".join([png.SIGNATURE, *(png.chunk(each.encode(), body) for each, body in chunks)])


def other_pixel(body: bytes) -> bytes:
    rows = bytearray(zlib.decompress(body))
    rows[-1] ^= 1
    return zlib.compress(bytes(rows))


def flipped(body: bytes) -> bytes:
    return bytes([body[0] ^ 1]) + body[1:]


@pytest.mark.parametrize(
    ("kind", "change", "mode", "options", "said"),
    [
        ("IDAT", other_pixel, "RGB", {}, "same pixels of frame 1"),
        ("IDAT", lambda body: body[:-8], "RGB", {}, "cannot read the output: "),
        ("IHDR", lambda body: body[:4] + bytes([0, 0, 0, 23]) + body[8:], "RGB", {}, "same size"),
        ("PLTE", flipped, "P", {}, "same palette"),
        ("tRNS", flipped, "P", {"transparency": b"\x80\x40"}, "same (palette|transparency)"),
        ("iCCP", lambda body: b"p\0\0" + zlib.compress(b"another"), "RGB", {"icc_profile": b"one"}, "same colour"),
    ],
)
def test_a_picture_that_is_not_the_same_is_refused(
    make_deidentify: Any,
    png: Any,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    change: Callable[[bytes], bytes],
    mode: str,
    options: dict[str, Any],
    said: str,
) -> None:
    data = picture(mode, **options)
    assert kind in png.types(data)
    rules = "fields:\n  - name: tEXt:Note\n    set: made"
    make_deidentify(ASKED + rules)(data)
    sabotage(monkeypatch, lambda out: replaced(png, out, kind, change))
    make_deidentify(rules)(data)
    with pytest.raises(FileError, match=said) as refused:
        make_deidentify(ASKED + rules)(data)
    assert refused.value.reason == "cross-check"


def test_every_frame_is_compared(make_deidentify: Any, png: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    more = [PIL.Image.effect_noise((40, 24), 60 + number) for number in range(2)]
    stream = io.BytesIO()
    PIL.Image.effect_noise((40, 24), 60).save(stream, "PNG", save_all=True, append_images=more)
    run = make_deidentify(ASKED + "fields:\n  - name: tEXt:Note\n    set: made")
    run(stream.getvalue())
    last = png.found(stream.getvalue(), "fdAT")[-1]

    def change(body: bytes) -> bytes:
        return body[:4] + other_pixel(body[4:]) if body == last else body

    sabotage(monkeypatch, lambda out: replaced(png, out, "fdAT", change))
    with pytest.raises(FileError, match="pixels of frame 3"):
        run(stream.getvalue())


def test_nothing_is_written_or_told(deid_project: Any, png: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    deid_project.profile("png:\n  cross-check: yes\n  fields:\n    - name: tEXt:Author\n      remove: yes\n")
    deid_project.add("a.png", picture())
    deid_project.add("b.png", png.file(png.compressed("PLANTEDKEY", b"PLANTEDTEXT" * (1 << 18))))
    sabotage(monkeypatch, lambda out: replaced(png, out, "IDAT", other_pixel))
    result = deid_project.run()
    result.assert_refused("cross-check", 2)
    result.assert_outputs()
    result.assert_silent_about("PLANTED")


def test_bombs_and_gaps_are_refused_whatever_the_program_told_pillow(
    make_deidentify: Any, png: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_deidentify(ASKED + "remove-text: yes")
    cut = replaced(png, picture(), "IDAT", lambda body: zlib.compress(zlib.decompress(body)[:500]))
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(FileError, match="Pillow cannot read the source: OSError") as refused:
        run(cut)
    assert refused.value.reason == "cross-check"
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 400)
    with pytest.raises(FileError, match="DecompressionBombError"):
        run(picture())


def test_what_pillow_says_is_not_passed_on(
    make_deidentify: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("PIL.PngImagePlugin")
    caplog.set_level(logging.DEBUG, logger.name)

    def stumbles(*_: object, **__: object) -> None:
        warnings.warn("Planted", stacklevel=1)
        logger.error("Planted")
        raise KeyError("Planted")

    monkeypatch.setattr(PIL.Image, "open", stumbles)
    with pytest.raises(FileError, match="Pillow cannot read the source: KeyError") as refused:
        make_deidentify(ASKED + "remove-text: yes")(picture())
    assert "Planted" not in str(refused.value)
    assert not caplog.records
    assert logger.level == logging.DEBUG
    assert logging.getLogger("PIL").level == logging.NOTSET


def test_pillow_is_imported_only_where_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    code = (
        "import sys, deidentikit\nfolder = sys.argv[1]\n"
        "profile = deidentikit.parse_profile('png:\\n  cross-check: ' + sys.argv[2])\n"
        "report = deidentikit.deidentify(folder + '/a.png', folder + '/' + sys.argv[2], profile=profile)\n"
        "print(report.totals.done, 'PIL' in sys.modules)"
    )
    for asked, said in (("no", "1 False"), ("yes", "1 True")):
        words = [sys.executable, "-c", code, str(tmp_path), asked]
        assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == said
