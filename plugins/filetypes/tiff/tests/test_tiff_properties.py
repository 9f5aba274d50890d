"""Descriptions and ImageJ's metadata, whatever they hold."""

from __future__ import annotations

import struct

from deidentikit.kinds import Form, Kind
from deidentikit_tiff.description import open_pairs
from deidentikit_tiff.imagej import ImageJCarrier
from deidentikit_tiff.xmltext import XmlCarrier
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = st.text("abc DX", min_size=1, max_size=6).map(str.strip).filter(bool)
VALUES = st.text("xyz0189 -:/\u00e4", max_size=12).map(str.strip)


@settings(max_examples=80, deadline=None)
@given(data=st.one_of(st.binary(max_size=60), st.text("|=\n\r ab\0", max_size=40).map(str.encode)))
def test_descriptions_are_taken_apart_and_kept(data: bytes) -> None:
    for head in (b"Aperio ", b"ImageJ="):
        pairs = open_pairs(head + data)
        assert pairs is not None
        parts = pairs.parts()
        assert pairs.to_bytes() == head + data
        for part in parts:
            part.field.remove()
        left = open_pairs(pairs.to_bytes())
        assert left is None or not left.parts()


@settings(max_examples=60, deadline=None)
@given(
    entries=st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=5, unique_by=lambda pair: pair[0]), data=st.data()
)
def test_one_entry_of_a_description_changes(entries: list[tuple[str, str]], data: st.DataObject) -> None:
    text = "Aperio x" + "".join(f"|{key} = {value}" for key, value in entries)
    pairs = open_pairs(text.encode())
    assert pairs is not None
    at = data.draw(st.integers(0, len(entries) - 1))
    new = data.draw(VALUES.filter(bool))
    pairs.parts()[at].field.write([new], Form(Kind.NATIVE))
    again = open_pairs(pairs.to_bytes())
    assert again is not None
    expected = [(key, new if number == at else value) for number, (key, value) in enumerate(entries)]
    assert [(part.shown, part.texts[0] if part.texts else "") for part in again.parts()] == expected


@settings(max_examples=60, deadline=None)
@given(
    info=st.text(max_size=20),
    labels=st.lists(st.text(max_size=8), min_size=1, max_size=4),
    roi=st.binary(min_size=1, max_size=20),
    order=st.sampled_from("<>"),
    gone=st.sets(st.sampled_from(["Info", "Labels", "ROI"])),
)
def test_imagej_metadata_is_built_again(info: str, labels: list[str], roi: bytes, order: str, gone: set[str]) -> None:
    codec = "utf-16-le" if order == "<" else "utf-16-be"
    values = [[info.encode(codec)], [label.encode(codec) for label in labels], [roi]]
    codes = [b"info", b"labl", b"roi "]
    step = 1 if order == ">" else -1
    head = b"IJIJ"[::step]
    head += b"".join(
        code[::step] + struct.pack(f"{order}I", len(each)) for code, each in zip(codes, values, strict=True)
    )
    body = b"".join(value for each in values for value in each)
    counts = (len(head), *(len(value) for each in values for value in each))
    carrier = ImageJCarrier(head + body, counts, order)
    assert carrier.to_bytes() == head + body
    assert carrier.parts()[1].texts == tuple(labels)
    for part in carrier.parts():
        if part.shown in gone:
            part.field.remove()
    if gone == {"Info", "Labels", "ROI"}:
        assert (carrier.to_bytes(), carrier.counts()) == (b"", ())
        return
    again = ImageJCarrier(carrier.to_bytes(), carrier.counts(), order)
    assert {part.shown: part.texts for part in again.parts()} == {
        part.shown: part.texts for part in ImageJCarrier(head + body, counts, order).parts() if part.shown not in gone
    }


@settings(max_examples=60, deadline=None)
@given(new=st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=20))
def test_text_is_escaped_in_xml(new: str) -> None:
    carrier = XmlCarrier(b"<OME><a b='1' c=\"2\"/><d>x</d></OME>")
    for part in carrier.parts():
        if part.texts:
            part.field.write([new], Form(Kind.NATIVE))
    again = XmlCarrier(carrier.to_bytes())
    assert [part.texts for part in again.parts() if part.texts] == [(new,)] * (3 if new.strip() else 2)
