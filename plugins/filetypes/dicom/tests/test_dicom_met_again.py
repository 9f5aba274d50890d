"""Bytes that were met in an earlier file and mean something else in the next: each file is done as if alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit_dicom.layout import deflate
from deidentikit_dicom.replay import Replay

UNDEFINED: Final = 0xFFFFFFFF
KEY: Final = b"k" * 32
OPTIONS: Final = (
    "remove-private-tags: yes",
    "remove-undefined: yes",
    "patient-age-from-birthdate: yes",
    "recurse-sequence: no",
    "keep-trailing: yes",
)
RULES: Final = (
    "- name: PatientID\n    hash: yes",
    "- name: PatientName\n    replace-with: Müller",
    "- name: SpecificCharacterSet\n    replace-with: ISO_IR 192",
    "- name: OtherPatientIDsSequence.0.SpecificCharacterSet\n    remove: yes",
    "- name: ReferencedImageSequence\n    remove: yes",
    "- name: ReferencedImageSequence.*.PatientID\n    replace-with: B2",
    "- name: OtherPatientIDsSequence.1.PatientID\n    set: X",
    '- name: (0029,"CREATOR A",08)\n    hash: yes',
    '- name: (0029,"CREATOR A",10).0.PatientID\n    replace-with: Y',
    '- name: OtherPatientIDsSequence.*.(0029,"CREATOR B",08)\n    remove: yes',
    "- name: (0029,0010)\n    remove: yes",
    "- name: AccessionNumber\n    set: NEW",
    "- name: PatientWeight\n    jitter: yes\n    jitter-range: 3",
    "- name: PatientAge\n    keep: yes",
    "- name: PixelData\n    remove: yes",
    "- name: OtherPatientIDsSequence\n    replace-with:",
    "- regex: .*Date$\n    increment-date: yes",
    "- regex: .*InstanceUID$\n    hashuid: yes",
    "- regex: .*Description$\n    hash: yes",
    "- regex: 0029.*\n    remove: yes",
    """- name: SeriesDescription
    regex-sub:
      - input-regex: "(?P<a>.)(?P<b>.*)"
        output: "{b}-{a}-{StudyDate}"
        groups:
          - name: StudyDate
            increment-date: yes""",
)
TEXTS: Final[dict[int, tuple[str, tuple[bytes, ...]]]] = {
    0x00080005: ("CS", (b"ISO_IR 100", b"ISO_IR 192", b"", b"\\ISO 2022 IR 87", b"GB18030 ")),
    0x00080018: ("UI", (b"1.2.3.4\0", b"1.2.3.44", b"1.2.3.555\0")),
    0x00080020: ("DA", (b"20200229", b"2020.02.29", b"202002", b"20200101-20200301", b"garbage ", b"")),
    0x0008002A: ("DT", (b"20200229101112.5+0100 ", b"2020", b"20200229101112")),
    0x00080050: ("SH", (b"A1B2C3", b"ACC1")),
    0x00081030: ("LO", (b"Sch\xe4del ", b"Sch\xc3\xa4del", b"\x1b$B;3ED\x1b(B ", b"plain ")),
    0x0008103E: ("LO", (b"head", b"a\\bc", b"A1B2C3")),
    0x00100010: ("PN", (b"Doe^Jane", b"Jos\xe9", b"")),
    0x00100020: ("LO", (b"A1B2C3", b"B22 ", b"", b"A1\\B2 ")),
    0x00100030: ("DA", (b"19700101", b"19700102")),
    0x00101010: ("AS", (b"050Y", b"5Y")),
    0x00101030: ("DS", (b"71.5", b"71.50 ", b"1\\2 ")),
    0x00290010: ("LO", (b"CREATOR A ", b"CREATOR B ")),
    0x00290011: ("LO", (b"CREATOR B ", b"CREATOR A ")),
    0x00291008: ("LO", (b"A1B2C3", b"20200229")),
    0x00291108: ("LO", (b"A1B2C3", b"zz")),
}


def _facts(run: Callable[[bytes], Any], data: bytes) -> tuple[object, ...]:
    try:
        done = run(data)
    except (FieldError, FileError) as error:
        return (error.reason,)
    outcome = done.outcome
    return done.data, outcome.rules, outcome.effects, outcome.dropped, outcome.fallbacks, outcome.residual


def _check(make: Any, body: str, files: list[bytes]) -> list[tuple[object, ...]]:
    """Check that each file becomes the same behind those before it as alone."""
    series = make(body, key=KEY)
    together = [_facts(series, data) for data in files]
    for number, data in enumerate(files):
        assert together[number] == _facts(make(body, key=KEY), data), f"file {number}"
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
    assert [bool(facts[1]) for facts in _check(make_deidentify, body, files)] == [True, False, False, True, False]


@pytest.mark.parametrize("follows", [b"LO", b"ZZ"])
def test_an_element_of_unknown_vr_is_told_by_what_follows_it(
    follows: bytes, explicit: Any, make_deidentify: Any
) -> None:
    def element(tag: int, vr: bytes, value: bytes) -> bytes:
        header: bytes = explicit.pack("HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value))
        return header + value

    files = [
        explicit.file(
            explicit.element(0x00080018, "UI", b"1.2.3.%d\0" % number),
            *_filler(explicit),
            element(0x00191001, b"ZZ", b"A1"),
            element(0x00191002, b"LO" if number < 4 else follows, b"N%d" % number),
            element(0x00201041, b"DS", b"1.5 "),
        )
        for number in range(6)
    ]
    ends = _check(make_deidentify, "fields:\n  - regex: 0018.*\n    remove: yes", files)
    assert (len(ends[4]) > 1) == (follows == b"LO")


class Study:
    """Random files that share most of their bytes, and differ in what tells how these are read."""

    def __init__(self, raw: Any, chance: random.Random) -> None:
        self.raw = raw
        self.chance = chance
        tags = {tag: [self._element(tag, vr, text) for text in texts] for tag, (vr, texts) in TEXTS.items()}
        for tag in (0x00081140, 0x00101002, 0x00291010, 0x00291110):
            tags[tag] = [self._sequence(tag) for _ in range(3)]
        tags[0x00291210] = [self._element(0x00291210, "UN", b"A1B2C3"), self._sequence(0x00291210, vr="UN")]
        tags[0x7FE00010] = [self._element(0x7FE00010, "OW", data) for data in (b"\0\1\2\3", b"\3\2\1\0")]
        if chance.random() < 0.2:
            tags[0x00100000] = [self._element(0x00100000, "UL", raw.pack("L", size)) for size in (40, 60)]
        filler = _filler(raw) + _filler(raw, 0x0021)
        for number, element in enumerate(filler):
            tags[(0x0018 if number < 30 else 0x0021) << 16 | 0x9000 + number] = [element]
        order = sorted(tags)
        if chance.random() < 0.2:
            chance.shuffle(order)
        self.elements = [(tags[tag], chance.choice((0, 0, 0, 0.03, 0.2))) for tag in order]

    def file(self) -> bytes:
        """The next file."""
        raw, chance = self.raw, self.chance
        elements = [
            variants[chance.randrange(len(variants)) if chance.random() < varies else 0]
            for variants, varies in self.elements
            if chance.random() < 0.998
        ]
        if raw.explicit and raw.little and chance.random() < 0.1:
            head: bytes = raw.file(uid=b"1.2.840.10008.1.2.1.99")
            return head + deflate(b"".join(elements))
        data: bytes = raw.file(*elements)
        if chance.random() < 0.1:
            at = chance.randrange(132, len(data))
            data = data[:at] + chance.choice((b"0", b"A", b"\0", b"\x1b", b"\xe4")) + data[at + 1 :]
        return data + (bytes(6) if chance.random() < 0.1 else b"")

    def _element(self, tag: int, vr: str, value: bytes) -> bytes:
        element: bytes = self.raw.element(tag, vr, value)
        return element

    def _sequence(self, tag: int, depth: int = 0, vr: str = "SQ") -> bytes:
        items = [self._item(depth) for _ in range(self.chance.randint(0, 2))]
        sequence: bytes = self.raw.sequence(tag, *items, undefined=self.chance.random() < 0.5, vr=vr)
        return sequence

    def _item(self, depth: int) -> bytes:
        chance = self.chance
        texts = (0x00080005, 0x00081030, 0x00080018, 0x00100020, 0x00290010, 0x00291008)
        elements = [self._element(tag, TEXTS[tag][0], chance.choice(TEXTS[tag][1])) for tag in texts]
        if depth < 2:
            elements += [self._sequence(tag, depth + 1) for tag in (0x0040A730, 0x00291010)]
        kept = [element for element in elements if chance.random() < 0.5]
        item: bytes = self.raw.item(*kept, undefined=chance.random() < 0.5)
        return item


@pytest.mark.parametrize("start", range(0, 40, 10))
def test_random_series(start: int, raw: Any, make_deidentify: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recalled = []
    recall = Replay.recall

    def counting(self: Replay, *args: Any) -> Any:
        counts = recall(self, *args)
        recalled.append(len(self.skipped))
        return counts

    monkeypatch.setattr(Replay, "recall", counting)
    done = 0
    for seed in range(start, start + 10):
        chance = random.Random(seed)
        days = chance.choice(("per-subject", "-17"))
        lines = [
            "on-error: remove",
            f"date-increment: {days}",
            *(option for option in OPTIONS if chance.random() < 0.25),
        ]
        lines += ["fields:", *(f"  {rule}" for rule in chance.sample(RULES, chance.randint(1, 8)))]
        study = Study(raw, chance)
        files = [study.file() for _ in range(12)]
        done += sum(len(facts) > 1 for facts in _check(make_deidentify, "\n".join(lines), files))
    assert done > 60
    assert sum(recalled) > 10
