"""Edits over a source give what the same edits give on bytes in memory."""

from __future__ import annotations

import pytest
from deidentikit.splice import CHUNK, BytesSink, BytesSource
from deidentikit_image_metadata.overlay import Overlay
from hypothesis import given
from hypothesis import strategies as st


@given(st.binary(max_size=60), st.data())
def test_overlay_agrees_with_bytes_in_memory(source: bytes, data: st.DataObject) -> None:
    overlay, model = Overlay(BytesSource(source)), bytearray(source)
    for _ in range(data.draw(st.integers(0, 8))):
        start = data.draw(st.integers(0, len(model)))
        end = data.draw(st.integers(start, len(model)))
        match data.draw(st.sampled_from(["write", "zero", "append"])):
            case "write":
                piece = data.draw(st.binary(min_size=end - start, max_size=end - start))
                overlay.pwrite(piece, start)
                model[start:end] = piece
            case "zero":
                overlay.zero(start, end)
                model[start:end] = bytes(end - start)
            case _:
                model += bytes(-len(model) % 4)
                assert overlay.append(b"tail!", 4) == len(model)
                model += b"tail!"
    sink = BytesSink()
    overlay.write(sink)
    assert sink.data == model == overlay.to_bytes()
    start, count = data.draw(st.integers(0, 80)), data.draw(st.integers(0, 80))
    assert overlay.pread(count, start) == model[start : start + count]


def test_a_long_range_of_zeros_is_written_in_pieces() -> None:
    source = b"x" * (3 * CHUNK)
    overlay = Overlay(BytesSource(source))
    overlay.zero(10, len(source) - 10)
    assert max(len(patch.data) for patch in overlay.patches()) <= CHUNK
    sink = BytesSink()
    overlay.write(sink)
    assert sink.data == b"x" * 10 + bytes(len(source) - 20) + b"x" * 10


def test_writing_past_the_end_is_an_error() -> None:
    overlay = Overlay(BytesSource(b"12345"))
    with pytest.raises(ValueError, match="within 5 bytes"):
        overlay.pwrite(b"xx", 4)
    assert not overlay.changed
