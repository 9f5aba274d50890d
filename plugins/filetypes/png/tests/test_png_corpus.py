"""Real files: untouched they stay as they are, edited they keep every pixel, damaged they end in a refusal."""

from __future__ import annotations

import io
import random
import struct
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.testing.corpus import corpus_dir
from deidentikit_png.chunks import SIGNATURE
from PIL import Image, ImageSequence

_FOLDER = corpus_dir()
_FILES = sorted((_FOLDER / "png").glob("*.png")) if _FOLDER else []
_REFUSED = {"pil_broken_data_stream.png", "pil_truncated_end_chunk.png"}
needs_corpus = pytest.mark.skipif(not _FILES, reason="the corpus is not present")

EDITS = """
date-increment: -17
remove-private-chunks: yes
fields:
  - name: tEXt:comment
    hash: yes
  - name: tEXt:Made here
    set: a text
  - regex: tEXt:date:.*
    increment-datetime: yes
  - name: zTXt
    remove: yes
  - name: tIME
    increment-datetime: yes
  - name: Artist
    replace-with: X
  - name: dc:creator
    remove: yes
"""
MUTATED = (
    EDITS,
    "fields:\n  - regex: .*\n    hash: yes\n    on-error: remove\n",
    "remove-metadata: yes\nfields:\n  - regex: .*Date\n    replace-with: X\n    on-error: empty\n",
)


def frames(data: bytes) -> list[tuple[str, bytes, Any]] | None:
    """Mode, pixels and duration of every frame; None where Pillow cannot read them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # Pillow warns of odd animations
            with Image.open(io.BytesIO(data)) as image:
                sequence = ImageSequence.Iterator(image)
                return [(frame.mode, frame.tobytes(), frame.info.get("duration")) for frame in sequence]
    except (OSError, SyntaxError, ValueError):
        return None


@needs_corpus
@pytest.mark.corpus
def test_untouched_files_stay_as_they_are(make_deidentify: Any) -> None:
    run = make_deidentify("fields:\n  - name: tEXt:none of this name\n    remove: yes\n")
    for path in _FILES:
        data = path.read_bytes()
        if path.name in _REFUSED:
            with pytest.raises(FileError) as refused:
                run(data)
            assert refused.value.reason in ("truncated", "chunk-malformed")
        else:
            done = run(data)
            assert done.data == data or (data.startswith(done.data) and done.outcome.dropped == ("trailing",))


@needs_corpus
@pytest.mark.corpus
def test_pixels_survive_all_edits(make_deidentify: Any) -> None:
    run = make_deidentify(EDITS)
    compared = 0
    for path in _FILES:
        if path.name in _REFUSED:
            continue
        data = path.read_bytes()
        done = run(data)
        if (pixels := frames(data)) is not None:
            assert frames(done.data) == pixels, path.name
            compared += 1
        assert b"Made here\0a text" in done.data
        assert b"date:create\x002014-09-04" not in done.data
    assert compared >= 50


@needs_corpus
@pytest.mark.corpus
def test_metadata_is_gone_and_pixels_stay(make_deidentify: Any, png: Any) -> None:
    run = make_deidentify("remove-metadata: yes")
    compared = 0
    for path in _FILES:
        if path.name in _REFUSED:
            continue
        data = path.read_bytes()
        out = run(data).data
        assert not {"tEXt", "zTXt", "iTXt", "eXIf", "tIME", "prVt", "vpAg"} & set(png.types(out))
        if (pixels := frames(data)) is not None:
            assert frames(out) == pixels, path.name
            compared += 1
    assert compared >= 50


def mutate(draw: random.Random, data: bytes) -> bytes:
    """Wrong bytes, missing and added ones, wrong lengths, chunks of other types."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4))):
        if len(out) < 16:
            break
        at = draw.choice((draw.randrange(min(len(out), 600)), draw.randrange(len(out))))
        kind = draw.randrange(7)
        if kind == 0:
            out[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            out[at] = draw.choice((0, 1, 0x7F, 0xFF))
        elif kind == 2:
            del out[at : at + draw.choice((1, 2, 8, 100))]
        elif kind == 3:
            out[at:at] = draw.randbytes(draw.choice((1, 2, 8)))
        elif kind == 4:
            del out[draw.randrange(len(out)) :]
        else:
            old = draw.choice((b"gAMA", b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"IDAT", b"pHYs"))
            found = out.find(old)
            if found >= 0:
                new = draw.choice((b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"IDAT", b"CgBI", b"prVt", b"iCCP"))
                out[found : found + 4] = new
    return bytes(out)


def repaired(png: Any, data: bytes) -> bytes:
    """The same chunks with right checksums, so that damage within them is read."""
    try:
        return SIGNATURE + b"".join(png.chunk(kind.encode(), body) for kind, body, _ in png.chunks(data))
    except (struct.error, UnicodeError):
        return data


def survive(
    png: Any, files: list[bytes], runs: list[Callable[[bytes], Any]], again: Callable[[bytes], Any], count: int
) -> Counter[str]:
    """How so many mutated files end; every output has to read again."""
    ends: Counter[str] = Counter()
    for seed in range(count):
        draw = random.Random(seed)
        data = mutate(draw, draw.choice(files))
        if draw.random() < 0.6:
            data = repaired(png, data)
        try:
            out = draw.choice(runs)(data).data
        except FileError as error:
            ends[error.reason] += 1
            continue
        ends["done"] += 1
        assert out.startswith(SIGNATURE)
        assert again(out).data == out
    return ends


@needs_corpus
@pytest.mark.corpus
def test_seeded_mutations(make_deidentify: Any, png: Any) -> None:
    files = [path.read_bytes() for path in _FILES if path.stat().st_size < 20_000]
    runs = [make_deidentify(body) for body in MUTATED]
    ends = survive(png, files, runs, make_deidentify("remove-text: no"), 400)
    assert ends["verify"] == 0
    assert ends["done"] > 50
    assert {"truncated", "chunk-malformed"} <= set(ends)
