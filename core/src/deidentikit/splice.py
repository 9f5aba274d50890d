"""Writing an edited file: patches over the source, everything else copied as ranges."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

CHUNK: Final = 1 << 20
"""Bytes that are in memory at a time where bytes are copied through it."""


class Source(Protocol):
    """Bytes to read from, at any offset."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    def pread(self, count: int, offset: int) -> bytes:
        """Exactly `count` bytes from `offset`, fewer only at the end."""


class Sink(Protocol):
    """Where an output goes, front to back."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes."""

    def copy(self, source: Source, start: int, count: int) -> None:
        """Append `count` bytes of `source` from `start` without holding them in memory."""

    def tell(self) -> int:
        """How many bytes have been appended."""


class Patch(NamedTuple):
    """Replace ``source[start:end]`` by `data`; `start == end` inserts."""

    start: int
    end: int
    data: bytes


class FileSource:
    """A source over an open file descriptor, which it does not own."""

    __slots__ = ("fd", "size")

    def __init__(self, fd: int, size: int | None = None) -> None:
        self.fd = fd
        self.size = os.fstat(fd).st_size if size is None else size

    def pread(self, count: int, offset: int) -> bytes:
        if offset >= self.size:
            return b""
        data = os.pread(self.fd, min(count, self.size - offset), offset)
        if len(data) == count or offset + len(data) >= self.size or not data:
            return data
        parts = [data]
        got = len(data)
        while got < count and (data := os.pread(self.fd, count - got, offset + got)):
            parts.append(data)
            got += len(data)
        return b"".join(parts)


class BytesSource:
    """A source over bytes in memory."""

    __slots__ = ("data", "size")

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self.data = data
        self.size = len(data)

    def pread(self, count: int, offset: int) -> bytes:
        return bytes(self.data[offset : offset + count])


_kept = threading.local()


class FileSink:
    """A sink over an open file descriptor, which it does not own.

    Ranges of a `FileSource` are copied by the kernel where it can.
    """

    __slots__ = ("_at", "fd")

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._at = 0

    def tell(self) -> int:
        return self._at

    def write(self, data: bytes | bytearray | memoryview) -> None:
        left = memoryview(data).cast("B")
        while left:
            done = os.write(self.fd, left)
            left = left[done:]
            self._at += done

    def copy(self, source: Source, start: int, count: int) -> None:
        if isinstance(source, FileSource):
            if count <= CHUNK and hasattr(os, "preadv"):
                start, count = self._copy_at_once(source, start, count)
            else:
                start, count = self._copy_in_kernel(source, start, count)
        while count > 0:
            data = source.pread(min(CHUNK, count), start)
            if not data:
                raise EOFError("the source is shorter than it was when it was opened")
            self.write(data)
            start += len(data)
            count -= len(data)

    def _copy_at_once(self, source: FileSource, start: int, count: int) -> tuple[int, int]:
        """What is left to copy after one read into memory that is kept for this: cheaper than the kernel's copy."""
        try:
            buffer: memoryview = _kept.buffer
        except AttributeError:
            buffer = _kept.buffer = memoryview(bytearray(CHUNK))
        done = os.preadv(source.fd, [buffer[: max(0, min(count, source.size - start))]], start)
        self.write(buffer[:done])
        return start + done, count - done

    def _copy_in_kernel(self, source: FileSource, start: int, count: int) -> tuple[int, int]:
        """What is left to copy after the kernel did its part."""
        copy_file_range = getattr(os, "copy_file_range", None)
        if copy_file_range is None:
            return start, count
        while count > 0:
            try:
                done = copy_file_range(source.fd, self.fd, count, start)
            except OSError:
                break  # another file system, or a kernel without it: the caller copies through memory
            if not done:
                break
            start += done
            count -= done
            self._at += done
        return start, count


class BytesSink:
    """A sink in memory."""

    __slots__ = ("data",)

    def __init__(self) -> None:
        self.data = bytearray()

    def tell(self) -> int:
        return len(self.data)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.data += data

    def copy(self, source: Source, start: int, count: int) -> None:
        end = start + count
        while start < end:
            data = source.pread(min(CHUNK, end - start), start)
            if not data:
                raise EOFError("the source is shorter than it was when it was opened")
            self.data += data
            start += len(data)


def splice(source: Source, sink: Sink, patches: Iterable[Patch]) -> int:
    """Write `source` with `patches` to `sink` in one pass; how many bytes that makes.

    patches : sorted by start, not overlapping; may be an iterator

    Raises ValueError if patches overlap, run backwards or pass the end of the source.
    """
    at = 0
    size = source.size
    for start, end, data in patches:
        if start < at or end < start or end > source.size:
            raise ValueError(f"patch {start}:{end} does not follow {at} within {source.size} bytes")
        if start > at:
            sink.copy(source, at, start - at)
        if data:
            sink.write(data)
        size += len(data) - (end - start)
        at = end
    if at < source.size:
        sink.copy(source, at, source.size - at)
    return size
