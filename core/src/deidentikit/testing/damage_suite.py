"""Conformance checks of what a file type does with files that are not what they should be."""

from __future__ import annotations

import logging
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import pytest

from ..action import Action
from ..errors import FileError
from ..splice import BytesSource
from ..target import Target
from .declared import DeclaredFileType
from .driving import MemoryOutput, change, new_engine, no_open_files_left, take

_CUTS: Final = 160
_FLIPS: Final = 240
_WATCH_SECONDS: Final = 60


class DamageChecks(DeclaredFileType):
    """Malformed input ends in a refusal or in an output that was verified."""

    def test_cut_input(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """Fail closed: a file cut off anywhere raises FileError or gives a verified output, without a hang."""
        step = max(1, len(self.sample) // _CUTS)
        cuts = [self.sample[:length] for length in range(0, len(self.sample), step)]
        self._survive(cuts, tmp_path, caplog)

    def test_changed_bytes(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """Fail closed: a file with wrong bytes raises FileError or gives a verified output, without a hang."""
        draw = random.Random(20260102)
        changed: list[bytes] = []
        for _ in range(_FLIPS):
            data = bytearray(self.sample)
            for _ in range(draw.choice((1, 1, 2, 8))):
                data[draw.randrange(len(data))] = draw.choice((0, 0xFF, draw.randrange(256)))
            changed.append(bytes(data))
        self._survive(changed, tmp_path, caplog)

    def test_foreign_input(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """Fail closed: nothing, blanks, noise and the file twice over raise FileError or pass verified."""
        noise = random.Random(7).randbytes(2000)
        self._survive([b"", b" ", b"\n", b"\0" * 600, b"\xff" * 600, noise, self.sample * 2], tmp_path, caplog)

    def test_added_bytes_are_not_carried_over_silently(self, tmp_path: Path) -> None:
        """What cannot be read cannot be promised: bytes after the file's end are refused, dropped or read."""
        planted = b"\0ZQXJ-planted-behind\0"
        try:
            done = self.run(*((name, take()) for name in self.removable), data=self.sample + planted)
        except FileError:
            return
        assert planted not in done.data or done.outcome.dropped == (), "trailing bytes are named as dropped but stay"
        if planted in done.data:
            listed = [text for _, values in self.listing(done.data) for text in values]
            assert any("ZQXJ-planted" in text for text in listed), "bytes that no field shows came through"

    def _survive(self, cases: list[bytes], folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        plans = [self.plan(*rules) for rules in self._rules()]
        bare = self.plan()
        engine = new_engine()
        texts = self.texts()
        for number, data in enumerate(cases):
            for plan in plans:
                target = Target(folder)
                try:
                    with watched(number), no_open_files_left(), target.output() as output:
                        engine.process(plan, BytesSource(data), self.file_name, output)
                except FileError as error:
                    assert not [*folder.iterdir()], f"case {number}: a refused input left something behind"
                    self._assert_silent(error, texts, number)
                    continue
                (path,) = folder.iterdir()
                written = path.read_bytes()
                path.unlink()
                with MemoryOutput() as again:  # raises if the output cannot be read
                    engine.process(bare, BytesSource(written), self.file_name, again)
        assert not [text for text in texts if text in caplog.text], "a value was logged"

    def _assert_silent(self, error: BaseException, texts: list[str], number: int) -> None:
        link: BaseException | None = error
        while link is not None:
            said = f"{link} {link!r} {link.args!r} {getattr(link, '__notes__', '')}"
            assert not any(text in said for text in texts), f"case {number}: a message holds a value"
            link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)

    def _rules(self) -> Iterator[list[tuple[str, Action]]]:
        """Rules that write every declared field, and rules that take all out."""
        yield [(name, change(kind)) for kind, name in self.pairs]
        yield [(name, take()) for name in self.removable]


@contextmanager
def watched(number: int) -> Iterator[None]:
    """Turn a hang into a failure, where the system has alarms and this is the main thread."""

    def ring(signum: int, frame: FrameType | None) -> None:
        raise AssertionError(f"case {number} hangs")

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before: Callable[[int, FrameType | None], object] | int | None = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, _WATCH_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
