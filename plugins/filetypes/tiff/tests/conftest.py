"""TIFF files made by tifffile, and runs of a profile over bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from deidentikit.errors import FileError
from deidentikit.plan import Plan, parse_profile
from deidentikit.testing.driving import Done, deidentified


@cache
def plan(section: str) -> Plan:
    body = "".join(f"  {line}\n" for line in section.splitlines())
    return parse_profile(f"tiff:\n{body}", keyed=False).plans[0]


@pytest.fixture
def run() -> Callable[..., Done]:
    """The output of a section, given by its lines, for some bytes."""

    def go(section: str, data: bytes, name: str = "scan.tif") -> Done:
        return deidentified(plan(section), data, name)

    return go


@pytest.fixture
def refused(run: Callable[..., Done]) -> Callable[..., str]:
    """The reason for which a file is refused."""

    def go(section: str, data: bytes, name: str = "scan.tif") -> str:
        with pytest.raises(FileError) as caught:
            run(section, data, name)
        return caught.value.reason

    return go


@pytest.fixture
def written() -> Callable[..., bytes]:
    """What tifffile writes: pages of 16x16 grey values, each given as keyword arguments."""
    import numpy as np
    import tifffile

    def go(*pages: dict[str, Any], shape: tuple[int, ...] = (16, 16), **options: Any) -> bytes:
        stream = io.BytesIO()
        with tifffile.TiffWriter(stream, **options) as writer:
            for number, page in enumerate(pages or ({},)):
                data = (np.arange(np.prod(shape)) + number).astype("uint8").reshape(shape)
                given = {"photometric": "minisblack", "metadata": None, **page}
                writer.write(given.pop("data", data), **given)
        return stream.getvalue()

    return go


@pytest.fixture
def seen() -> Callable[[bytes], list[dict[str, Any]]]:
    """What tifffile reads of every page: its tags by name, and under ``pixels`` its stored segments."""
    import tifffile

    def go(data: bytes) -> list[dict[str, Any]]:
        out = []
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            stack: list[Any] = list(file.pages)
            while stack:
                page = stack.pop(0)
                tags: dict[str, Any] = {tag.name: tag.value for tag in page.tags if "Offsets" not in tag.name}
                spans = zip(page.dataoffsets, page.databytecounts, strict=True)
                tags["pixels"] = [data[offset : offset + count] for offset, count in spans]
                out.append(tags)
                if page.subifds:
                    stack = [*page.pages, *stack]
        return out

    return go
