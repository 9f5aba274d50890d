"""Damaged files end in an output that reads back, or in a refusal."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.testing.corpus import corpus_dir

_FOLDER = corpus_dir()
_FILES = sorted(p for p in (_FOLDER / "dicom").rglob("*") if p.is_file()) if _FOLDER else []
_SMALL = [path for path in _FILES if path.stat().st_size < 20_000]
_SECTIONS = (
    """
remove-private-tags: yes
date-increment: -3
patient-age-from-birthdate: yes
fields:
  - name: PatientName
    remove: yes
  - regex: .*Date$
    increment-date: yes
    on-error: remove
  - name: OtherPatientIDsSequence.0.PatientID
    replace-with: NEW
""",
    """
remove-undefined: yes
fields:
  - regex: .*(UID|Sequence)$
    keep: yes
  - name: PatientName
    replace-with: Doe^X
  - name: 60xx0022
    replace-with: Y
""",
    """
on-error: empty
fields:
  - regex: .*
    hash: yes
    on-error: remove
  - name: (0029,"ACME 1.0",01)
    replace-with: Z
""",
)


def mutate(draw: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4))):
        if not out:
            break
        at = draw.randrange(min(len(out), 4000))
        kind = draw.randrange(6)
        if kind == 0:
            out[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            out[at] = draw.choice((0, 1, 0x7F, 0xFE, 0xFF))
        elif kind == 2:
            del out[at : at + draw.choice((1, 2, 8, 100))]
        elif kind == 3:
            out[at:at] = draw.randbytes(draw.choice((1, 2, 8)))
        elif kind == 4:
            del out[draw.randrange(len(out)) :]
        else:
            out[at : at + 4] = draw.choice((b"\xff\xff\xff\xff", b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"UN\0\0"))
    return bytes(out)


@pytest.mark.corpus
@pytest.mark.skipif(not _SMALL, reason="the corpus is not present")
def test_seeded_mutations(make_deidentify: Any) -> None:
    runs = [make_deidentify(section) for section in _SECTIONS]
    ends: Counter[str] = Counter()
    for seed in range(600):
        draw = random.Random(seed)
        data = mutate(draw, draw.choice(_SMALL).read_bytes())
        try:
            draw.choice(runs)(data)
            ends["done"] += 1
        except FileError as error:
            ends[error.reason] += 1
    assert ends["verify"] == 0
    assert ends["done"] > 50
