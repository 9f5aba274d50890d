"""Processes that work on a run's inputs side by side. What they made comes back in the order of the inputs.

A worker reads, computes, writes and verifies; names are claimed and given by the process that asked, so that a run
with many workers ends as a run with one does. Workers are forked: they have the plans and the keys without being
sent them, and nothing of a file passes between processes but its outcome and the descriptor of its output.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import recv_handle, send_handle
from types import FrameType
from typing import Final

import attrs

from .errors import UsageError
from .report import Outcome

_PORTION: Final = 4
"""Inputs a worker is given at a time: neighbours, which are often alike."""
_AHEAD: Final = 64
"""Inputs for each worker that may be done before their turn; each holds a descriptor until then."""
_MOST: Final = 32
_DESCRIPTORS: Final = 4
"""Descriptors for each worker: the connection, two of its process, an output that waits for its turn."""
_OTHERS: Final = 12
"""Descriptors for the target, the journal and what is opened for a moment."""


@attrs.frozen
class Made:
    """What a worker made of one input.

    name : the output's name that it would have, also where it was refused later on; None if it came to none
    fd : the written output, or -1
    passing : the name it has for the time being, where the system has no unnamed files
    traces : scrubbed tracebacks of defects
    """

    outcome: Outcome
    name: str | None
    fd: int = -1
    passing: str | None = None
    traces: tuple[str, ...] = ()

    def drop(self) -> None:
        """Let go of an output that is not wanted."""
        if self.fd >= 0:
            os.close(self.fd)
        if self.passing is not None:
            with suppress(FileNotFoundError):
                os.unlink(self.passing)


@attrs.frozen
class Lost:
    """A worker ended while it was at work on an input.

    exit_code : its exit code, or minus the number of the signal that ended it
    """

    exit_code: int


def check_workers(workers: int) -> None:
    """Raise UsageError for a number of workers that cannot be had."""
    if not 1 <= workers <= _MOST:
        raise UsageError(f"the number of workers is from 1 to {_MOST}, not {workers}")
    if workers > 1 and "fork" not in multiprocessing.get_all_start_methods():
        raise UsageError("this system cannot fork, which workers need; run with one")
    if workers > 1 and _spare_descriptors() < _DESCRIPTORS * workers + _OTHERS:
        raise UsageError(
            f"{workers} workers need more open files than this system allows;"
            " raise the limit, as with `ulimit -n`, or run with fewer"
        )


def _spare_descriptors() -> int:
    """How many files can still be opened, near enough: the lowest free number tells how many are open."""
    import resource

    try:
        free = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return 0
    os.close(free)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return (sys.maxsize if limit == resource.RLIM_INFINITY else limit) - free


def made_in_order(count: int, work: Callable[[int], Made], workers: int) -> Generator[Made | Lost]:
    """What `work` makes of each number from 0, in their order; whoever takes it owns its output.

    workers : how many processes work on them at once

    Raises UsageError where no process can be had any more.
    """
    crew = _Crew(count, work)
    ready: dict[int, Made | Lost] = {}
    try:
        for _ in range(min(workers, -(-count // _PORTION))):
            crew.hire()
        ahead = max(1, min(_AHEAD * workers, _spare_descriptors() // 2))
        for turn in range(count):
            while turn not in ready:
                crew.hand_out(turn + ahead)
                ready.update(crew.collect())
            yield ready.pop(turn)
    finally:
        crew.dismiss()
        for left in ready.values():
            if isinstance(left, Made):
                left.drop()


@attrs.define(eq=False)
class _Worker:
    """One process, the connection to it, and the inputs it has still to do."""

    process: BaseProcess
    connection: Connection
    inputs: deque[int] = attrs.field(factory=deque)


class _Crew:
    """The processes, and the inputs that none of them has been given."""

    def __init__(self, count: int, work: Callable[[int], Made]) -> None:
        self._count = count
        self._work = work
        self._next = 0
        self._again: deque[int] = deque()
        self._workers: list[_Worker] = []

    def hire(self) -> None:
        """Start a worker, if the system lets us. Raises UsageError if it does not and there is no other."""
        try:
            self._start()
        except OSError as error:
            if not self._workers:
                raise UsageError(f"no worker can be started: {error.strerror}; run with one") from None

    def _start(self) -> None:
        ours, theirs = multiprocessing.Pipe()
        inherited = [ours, *(worker.connection for worker in self._workers)]
        process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(theirs, inherited, self._work), daemon=True
        )
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until the worker leaves it to us
        try:
            process.start()
            self._workers.append(_Worker(process, ours))
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)

    def hand_out(self, before: int) -> None:
        """Give every worker that will soon be idle a portion of the inputs that come before a number."""
        for worker in self._workers:
            if len(worker.inputs) >= _PORTION:
                continue
            portion = self._portion(before)
            if not portion:
                return
            try:
                worker.connection.send(portion)
            except ConnectionError:  # its loss is noticed when its answers are waited for
                self._again.extend(portion)
            else:
                worker.inputs.extend(portion)

    def _portion(self, before: int) -> list[int]:
        if self._again:
            return [self._again.popleft()]
        start, self._next = self._next, max(self._next, min(self._next + _PORTION, before, self._count))
        return list(range(start, self._next))

    def collect(self) -> Iterator[tuple[int, Made | Lost]]:
        """Wait until a worker says something, and give what each has to say."""
        said = wait([worker.connection for worker in self._workers])
        for worker in [worker for worker in self._workers if worker.connection in said]:
            try:
                made = _receive(worker.connection)
            except (EOFError, OSError):  # it has ended, perhaps within what it said
                yield from self._replace(worker)
            else:
                yield worker.inputs.popleft(), made

    def _replace(self, worker: _Worker) -> Iterator[tuple[int, Lost]]:
        """Account for the input that a lost worker was at; others do the rest."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        if worker.inputs:
            yield worker.inputs.popleft(), Lost(worker.process.exitcode or 0)
            self._again.extend(worker.inputs)
        self.hire()

    def dismiss(self) -> None:
        """End all workers, whatever they are at."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()


def _receive(connection: Connection) -> Made:
    made: Made = connection.recv()
    return attrs.evolve(made, fd=recv_handle(connection)) if made.fd >= 0 else made


def _serve(connection: Connection, inherited: list[Connection], work: Callable[[int], Made]) -> None:
    """The life of a worker: until nobody asks any more. An error ends it without a word, as it could quote a value."""
    code = 1
    try:
        signal.signal(signal.SIGINT, _leave_to_asker)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for other in inherited:  # held open here, they would hide from other workers that nobody asks any more
            other.close()
        threading.Thread(target=_end_with_asker, args=(connection.fileno(),), daemon=True).start()
        asker = os.getppid()
        while True:
            for number in connection.recv():
                made = work(number)
                connection.send(made)
                if made.fd >= 0:
                    send_handle(connection, made.fd, asker)
                    os.close(made.fd)
    except (EOFError, ConnectionError):
        code = 0
    finally:
        os._exit(code)


def _leave_to_asker(signum: int, frame: FrameType | None) -> None:
    """Go on; whoever asks ends this process. A signal that is ignored would be so in programs that plugins start."""


def _end_with_asker(descriptor: int) -> None:
    """Wait until nobody can ask any more, and end this process, whatever it is at."""
    hung_up = select.poll()
    hung_up.register(descriptor, 0)
    hung_up.poll()
    os._exit(1)


__all__ = ["Lost", "Made", "check_workers", "made_in_order"]
