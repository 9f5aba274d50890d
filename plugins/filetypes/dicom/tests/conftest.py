"""DICOM files made byte by byte, and the engine run on them in memory."""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Callable
from datetime import datetime

import attrs
import pytest
from deidentikit.context import Keys
from deidentikit.engine import Engine
from deidentikit.plan import parse_profile
from deidentikit.registry import Registry
from deidentikit.report import Outcome
from deidentikit.splice import BytesSource

LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
UNDEFINED = 0xFFFFFFFF
EXPLICIT_UID = b"1.2.840.10008.1.2.1\0"
SOP_CLASS = b"1.2.840.10008.5.1.4.1.1.7\0"
SOP_INSTANCE = b"1.2.826.0.1.9999.77.1234"


@attrs.frozen
class Raw:
    """Writes elements in one transfer syntax."""

    explicit: bool = True
    little: bool = True

    @property
    def uid(self) -> bytes:
        if not self.explicit:
            return b"1.2.840.10008.1.2\0"
        return EXPLICIT_UID if self.little else b"1.2.840.10008.1.2.2\0"

    def pack(self, codes: str, *values: object) -> bytes:
        return struct.pack(("<" if self.little else ">") + codes, *values)

    def element(self, tag: int, vr: str, value: bytes = b"", length: int | None = None) -> bytes:
        """An element; `length` in place of the true one."""
        size = len(value) if length is None else length
        head = self.pack("HH", tag >> 16, tag & 0xFFFF)
        if not self.explicit:
            return head + self.pack("L", size) + value
        name = vr.encode()
        if name in LONG:
            return head + name + b"\0\0" + self.pack("L", size) + value
        return head + name + self.pack("H", size) + value

    def item(self, *elements: bytes, undefined: bool = False) -> bytes:
        content = b"".join(elements)
        if undefined:
            return self.pack("HHL", 0xFFFE, 0xE000, UNDEFINED) + content + self.pack("HHL", 0xFFFE, 0xE00D, 0)
        return self.pack("HHL", 0xFFFE, 0xE000, len(content)) + content

    def sequence(self, tag: int, *items: bytes, undefined: bool = False, vr: str = "SQ") -> bytes:
        content = b"".join(items)
        if undefined:
            end = self.pack("HHL", 0xFFFE, 0xE0DD, 0)
            return self.element(tag, vr, content + end, UNDEFINED)
        return self.element(tag, vr, content)

    def file(self, *elements: bytes, uid: bytes | None = None, preamble: bytes = bytes(128)) -> bytes:
        """A whole file with file meta information."""
        meta = Raw()
        body = b"".join(
            (
                meta.element(0x00020001, "OB", b"\0\1"),
                meta.element(0x00020002, "UI", SOP_CLASS),
                meta.element(0x00020003, "UI", SOP_INSTANCE),
                meta.element(0x00020010, "UI", uid or self.uid),
                meta.element(0x00020012, "UI", b"1.2.3.4\0"),
            )
        )
        length = meta.element(0x00020000, "UL", struct.pack("<L", len(body)))
        return preamble + b"DICM" + length + body + b"".join(elements)


class _Memory:
    def __init__(self) -> None:
        self.name = ""
        self._fd = os.memfd_create("output") if hasattr(os, "memfd_create") else _unnamed_file()

    def claim(self, name: str) -> str:
        self.name = name
        return name

    def stage(self) -> int:
        return self._fd

    def publish(self) -> None:
        return None

    def take(self) -> bytes:
        data = os.pread(self._fd, os.fstat(self._fd).st_size, 0)
        os.close(self._fd)
        return data


def _unnamed_file() -> int:
    fd, path = tempfile.mkstemp()
    os.unlink(path)
    return fd


@attrs.frozen
class Done:
    """What came out, under which name, and what was said about it."""

    data: bytes
    name: str
    outcome: Outcome


Deidentify = Callable[..., Done]
_REGISTRY: list[Registry] = []
_ANY_NAME = "  filenames:\n    - input-regex: .*\n      output: out.dcm\n"


@pytest.fixture(scope="session")
def make_deidentify() -> Callable[..., Callable[[bytes], Done]]:
    """From the body of a DICOM section, without its indentation, a function over files, as one run does them."""

    def make(body: str, *, any_name: bool = True, key: bytes | None = None) -> Callable[[bytes], Done]:
        if not _REGISTRY:
            _REGISTRY.append(Registry.from_installed())
        lines = "".join(f"  {line}\n" for line in body.strip().splitlines())
        text = "dicom:\n" + (_ANY_NAME if any_name else "") + lines
        profile = parse_profile(text, _REGISTRY[0], keyed=key is not None)
        (plan,) = profile.plans
        engine = Engine(Keys(key, bytes(32)), datetime(2026, 1, 2), detailed=True)

        def run(data: bytes) -> Done:
            memory = _Memory()
            try:
                outcome = engine.process(plan, BytesSource(data), "in.dcm", memory)
            finally:
                out = memory.take()
            return Done(out, memory.name, outcome)

        return run

    return make


@pytest.fixture(scope="session")
def deidentify(make_deidentify: Callable[..., Callable[[bytes], Done]]) -> Deidentify:
    """De-identify bytes by the body of a DICOM section."""

    def run(data: bytes, body: str, *, any_name: bool = True) -> Done:
        return make_deidentify(body, any_name=any_name)(data)

    return run


@pytest.fixture(params=["explicit", "implicit", "big-endian"])
def raw(request: pytest.FixtureRequest) -> Raw:
    """Each transfer syntax in turn."""
    return {"explicit": Raw(), "implicit": Raw(explicit=False), "big-endian": Raw(little=False)}[request.param]


@pytest.fixture
def explicit() -> Raw:
    """Explicit VR little endian."""
    return Raw()
