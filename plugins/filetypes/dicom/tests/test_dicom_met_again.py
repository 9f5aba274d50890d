"""Bytes that were met in an earlier file and mean something else in the next: each file is done as if alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from deidentikit.errors import FileError


def _facts(run: Callable[[bytes], Any], data: bytes) -> tuple[object, ...]:
    try:
        done = run(data)
    except FileError as error:
        return (error.reason,)
    return done.data, done.outcome.rules, done.outcome.effects, done.outcome.dropped, done.outcome.residual


def _check(make: Any, body: str, files: list[bytes]) -> list[tuple[object, ...]]:
    """Check that each file becomes the same behind those before it as alone."""
    series = make(body)
    together = [_facts(series, data) for data in files]
    assert together == [_facts(make(body), data) for data in files]
    return together


def _filler(raw: Any, group: int = 0x0018) -> list[bytes]:
    """So many equal elements that it is worth while to remember them."""
    return [raw.element(group << 16 | 0x9000 + number, "LO", b"same") for number in range(30)]


def test_a_path_through_a_private_block_is_told_by_the_creator_of_each_file(raw: Any, make_deidentify: Any) -> None:
    held = raw.sequence(0x00291010, raw.item(raw.element(0x00100020, "LO", b"A1")))
    files = [
        raw.file(
            raw.element(0x00080018, "UI", b"1.2.3.%d\0" % number),
            *_filler(raw),
            raw.element(0x00290010, "LO", creator),
            raw.element(0x00290011, "LO", b"NUMBER %d" % number),
            held,
            *_filler(raw, 0x0040),
        )
        for number, creator in enumerate([b"EXAMPLE A ", b"EXAMPLE B ", b"EXAMPLE B ", b"EXAMPLE A ", b"EXAMPLE B "])
    ]
    body = 'fields:\n  - name: (0029,"EXAMPLE A",10).0.PatientID\n    replace-with: B2'
    counts = [len(facts[1]) for facts in _check(make_deidentify, body, files)]  # type: ignore[arg-type]
    assert counts == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("follows", [b"LO", b"ZZ"])
def test_an_element_of_unknown_vr_is_told_by_what_follows_it(
    follows: bytes, explicit: Any, make_deidentify: Any
) -> None:
    def element(tag: int, vr: bytes, value: bytes) -> bytes:
        return explicit.pack("HH", tag >> 16, tag & 0xFFFF) + vr + explicit.pack("H", len(value)) + value

    files = [
        explicit.file(
            explicit.element(0x00080018, "UI", b"1.2.3.%d\0" % number),
            *_filler(explicit),
            element(0x00191001, b"ZZ", b"A1"),
            element(0x00191002, b"LO" if number < 4 else follows, b"N%d" % number),
            element(0x00201041, b"XX" if number == 4 else b"DS", b"1.5 "),
        )
        for number in range(6)
    ]
    _check(make_deidentify, "fields:\n  - regex: 0018.*\n    remove: yes", files)
