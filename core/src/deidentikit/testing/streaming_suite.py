"""Conformance checks of a file type's use of memory."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from ..filetype import Batch
from ..splice import BytesSink, FileSource
from ..target import Target
from .declared import DeclaredFileType
from .driving import change_unseen, new_engine, work_on


class StreamingChecks(DeclaredFileType):
    """Bounded: memory does not grow with the file's size."""

    def test_streaming_writer_streams(self, tmp_path: Path) -> None:
        """Capability ``streaming``: batches are pulled one by one, and written before the next is pulled."""
        if not self.is_streaming:
            pytest.skip("the type has no capability for streaming")
        path = self._write_large(tmp_path, self.large)
        file_type = self.instance()
        steps = [self.step(name, change_unseen(kind)) for kind, name in self.pairs[:1]]
        sink = BytesSink()
        written: list[int] = []

        def each(batch: Batch) -> None:
            written.append(sink.tell())
            for _ in work_on(batch):
                continue

        with path.open("rb") as stream:
            source = FileSource(stream.fileno())
            with file_type.open(source, file_type.bind(steps, ())) as document:
                document.rewrite(sink, each)
        assert len(written) > 1, "a file of this size came as one batch"
        assert written == sorted(set(written)), "a batch was pulled before the one before it was written"

    def test_memory_does_not_grow_with_the_file(self, tmp_path: Path) -> None:
        """Bounded: a file four times as large takes hardly more memory, from opening to the output's name."""
        if not self.is_streaming and type(self).make_large is DeclaredFileType.make_large:
            pytest.skip("the type promises no bound, or `make_large` is not defined")
        plan = self.plan(*((name, change_unseen(kind)) for kind, name in self.pairs[:1]))
        peaks: list[int] = []
        for size in (self.large // 8, self.large, 4 * self.large):  # the first only warms caches up
            path = self._write_large(tmp_path, size)
            engine = new_engine()
            with path.open("rb") as stream, Target(tmp_path / f"out-{size}").output() as output:
                source = FileSource(os.dup(stream.fileno()))
                tracemalloc.start()
                try:
                    engine.process(plan, source, self.file_name, output)
                    peaks.append(tracemalloc.get_traced_memory()[1])
                finally:
                    tracemalloc.stop()
                    os.close(source.fd)
        growth = peaks[2] - peaks[1]
        assert growth < self.large, f"{3 * self.large} more bytes of input took {growth} more bytes of memory"

    def _write_large(self, folder: Path, size: int) -> Path:
        path = folder / f"{size}-{self.file_name}"
        with path.open("wb") as stream:
            for piece in self.make_large(size):
                stream.write(piece)
        assert path.stat().st_size >= size // 2, "`make_large` gives a file that is too small"
        return path
