"""Many files: find them, choose their sections, work on each, account for all."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol

from .blame import blame, scrubbed
from .choice import Sections
from .collector import rarely_collecting
from .context import Keys, read_key
from .engine import Engine, Output, Unchanging, copy_unchanged
from .errors import FieldError, FileError, ProfileError, UsageError, system_message
from .fragment import well_named
from .inputs import Input, check_folders, find_inputs
from .journal import Journal, check_journal, journal_stream
from .kinds import utc_today
from .plan import Plan, compile_plans, load_profile
from .profile import Profile
from .registry import Registry
from .release import own_version
from .report import Outcome, Report, Totals
from .splice import FileSource, Source
from .target import DryOutput, Target

if TYPE_CHECKING:
    from .workers import Lost, Made

_REASONS: Final = {
    "link": "links are not followed; name the file it points to as a source",
    "not-a-file": "this is no regular file",
    "unreadable": "this cannot be read; check its permissions",
}


class _ClosingOutput(Output, AbstractContextManager[Output], Protocol):
    """An output that drops what was not published when it is left."""


class Run:
    """One run of a profile: its plans, its keys, its engine. Services keep one and call it for each file.

    registry : the plugins to use, if not those the profile was read with
    key_file : its content wins over the profile's `key`
    detailed : count residuals and digest outputs, as the journal needs
    on_defect : gets the scrubbed traceback of an error of ours, which costs only the file at hand

    Raises UsageError for a key that cannot be read, ProfileError for a profile that cannot be compiled.
    """

    def __init__(
        self,
        profile: Profile,
        registry: Registry | None = None,
        *,
        key_file: str | os.PathLike[str] | None = None,
        detailed: bool = False,
        on_defect: Callable[[str], None] | None = None,
    ) -> None:
        secret = read_key(profile.key, key_file, Path(profile.source or ".").parent)
        self.profile = profile
        self.keys = Keys(secret)
        self.today = utc_today()
        self.registry, plans = _compiled(profile, registry, self.keys.keyed)
        self.sections = Sections(plans)
        self._engine = Engine(self.keys, self.today, detailed=detailed)
        self._detailed = detailed
        self._on_defect = on_defect

    def execute(
        self,
        sources: Sequence[Path],
        target: Path,
        *,
        overwrite: bool = False,
        report: Path | None = None,
        report_paths: bool = False,
        workers: int = 1,
    ) -> Iterator[Outcome]:
        """De-identify every input, giving the outcome of each as it is known; nothing begins before the first is asked.

        report : a folder for the journal
        report_paths : let the journal hold paths, which can be PHI
        workers : how many processes work side by side; the outcomes and their order do not depend on it.
            More than one are forked, so a program with threads of its own had better keep to one

        Raises UsageError, before anything is written, for folders that do not go together, for outputs
        or a journal that exist, and for a number of workers that cannot be had.
        """
        if workers != 1:
            from .workers import check_workers

            check_workers(workers)
        check_folders(sources, target, report)
        inputs = list(find_inputs(sources))
        if not overwrite and report is not None:
            check_journal(report)
        if not overwrite and _has_entries(target):
            self._check_existing(inputs, target)
        return self._work(inputs, target, overwrite, report, report_paths, workers)

    def _work(
        self,
        inputs: Sequence[Input],
        target: Path,
        overwrite: bool,
        report: Path | None,
        report_paths: bool,
        workers: int,
    ) -> Iterator[Outcome]:
        identities = {found.identity for found in inputs if found.identity is not None}
        place = Target(target, overwrite=overwrite, sources=identities)
        with (
            rarely_collecting(),
            nullcontext() if report is None else journal_stream(report, overwrite=overwrite) as stream,
            closing(self._outcomes(inputs, place, workers)) as outcomes,
        ):
            journal = None if stream is None else Journal(stream, self.keys, report_paths)
            if journal is not None:
                self._begin(journal)
            totals = Totals()
            for outcome in outcomes:
                totals = totals.add(outcome)
                if journal is not None:
                    journal.add(outcome)
                self.registry.observe(outcome)
                yield outcome
            if journal is not None:
                journal.end(totals)

    def _outcomes(self, inputs: Sequence[Input], place: Target, workers: int) -> Generator[Outcome]:
        """The outcome of each input in turn, whoever works on it."""
        if workers == 1:
            for found in inputs:
                yield self._account(found, place.output, self._on_defect)
            return

        from .workers import made_in_order

        def work(number: int) -> Made:
            return self._make(inputs[number], place)

        try:
            with closing(made_in_order(len(inputs), work, workers)) as all_made:
                for found, made in zip(inputs, all_made, strict=True):
                    yield self._settle(found, made, place)
        finally:
            place.clear()

    def _make(self, found: Input, place: Target) -> Made:
        """A worker's share of an input: all but the claim on its output's name, and the name itself."""
        from .workers import Made

        output = place.unsettled()
        traces: list[str] = []
        outcome = self._account(found, lambda: output, traces.append)
        passing = None if output.passing is None else str(output.passing)
        return Made(outcome, output.name, output.fd, passing, tuple(traces))

    def _settle(self, found: Input, made: Made | Lost, place: Target) -> Outcome:
        """What remains of an input that a worker has been at: what comes of it is what would have without workers."""
        from .workers import Lost

        if isinstance(made, Lost):
            return _refusal(found, None, None, "worker-lost", _lost(made.exit_code))
        outcome = made.outcome
        with place.output() as output:
            output.take_over(made.fd, None if made.passing is None else Path(made.passing))
            try:
                if made.name is not None:
                    output.claim(made.name)
                for trace in made.traces:
                    if self._on_defect is not None:
                        self._on_defect(trace)
                if outcome.status != "refused":
                    output.publish()
            except FileError as error:
                return _refusal(found, outcome.section, outcome.bytes_in, error.reason, _message(error))
        return outcome

    def plan(self, sources: Sequence[Path]) -> Iterator[Outcome]:
        """What `execute` would do with every input, worked out in full and written nowhere."""
        claimed: set[str] = set()
        for found in find_inputs(sources):
            yield self._account(found, lambda: DryOutput(claimed), self._on_defect)

    def _begin(self, journal: Journal) -> None:
        journal.begin(
            version=own_version(),
            profile_sha256=self.profile.sha256,
            plugins=self.registry.plugins,
            date=self.today.date().isoformat(),
        )

    def _account(
        self, found: Input, output: Callable[[], _ClosingOutput], on_defect: Callable[[str], None] | None
    ) -> Outcome:
        """The one outcome of an input, whatever happens to it."""
        if found.trouble is not None:
            return Outcome(path=found.path, status="refused", reason=found.trouble, message=_REASONS[found.trouble])
        section: str | None = None
        at_work: type | None = None
        size: int | None = None
        try:
            stream = _open_input(found.location)
        except OSError as error:
            return _refusal(found, None, None, "unreadable", f"this cannot be opened: {error.strerror}")
        try:
            with stream, output() as place:
                source = Unchanging(stream.fileno())
                size = source.size
                plan = self.sections.choose(found.location.name, source)
                if plan is None:
                    return self._unclaimed(source, found, place)
                section, at_work = plan.section.name, type(plan.file_type)
                return self._engine.process(plan, source, found.path, place)
        except FileError as error:
            if not well_named(error.reason):
                return _refusal(found, section, size, "defect", blame(error, at_work))
            return _refusal(found, section, size, error.reason, _message(error))
        except OSError as error:
            return _refusal(found, section, size, "input-output", f"reading or writing failed: {system_message(error)}")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a defect must cost one file, not its neighbours, and leak nothing
            if on_defect is not None:
                on_defect(scrubbed(error))
            return _refusal(found, section, size, "defect", blame(error, at_work))

    def _unclaimed(self, source: Source, found: Input, place: Output) -> Outcome:
        if self.profile.unmatched == "copy":
            return copy_unchanged(source, found.path, place, detailed=self._detailed)
        raise FileError(
            "unmatched", "no section of the profile claims this file; add one, or `unmatched: copy` to copy such files"
        )

    def _check_existing(self, inputs: Sequence[Input], target: Path) -> None:
        """Work out every name, and raise UsageError if the target holds one of them."""
        for found in inputs:
            if found.trouble is not None:
                continue
            name = self._name(found)
            if name is not None and os.path.lexists(target / name):
                raise UsageError(
                    f"the target {target} holds a file of the name that {found.path} would get;"
                    " use --overwrite to replace such files, or an empty folder"
                )

    def _name(self, found: Input) -> str | None:
        try:
            with _open_input(found.location) as stream:
                source = FileSource(stream.fileno())
                plan = self.sections.choose(found.location.name, source)
                if plan is not None:
                    return self._engine.name(plan, source, found.path)
                return found.path if self.profile.unmatched == "copy" else None
        except KeyboardInterrupt:
            raise
        except BaseException:  # whatever it is, it is met again and accounted for when the input's turn comes
            return None


def _compiled(profile: Profile, registry: Registry | None, keyed: bool) -> tuple[Registry, tuple[Plan, ...]]:
    if profile.registry is not None and registry in (None, profile.registry):
        return profile.registry, profile.plans
    registry = registry or Registry.from_installed()
    plans, problems = compile_plans(profile, registry, keyed=keyed)
    if any(not problem.warning for problem in problems):
        raise ProfileError(problems, profile.source)
    return registry, plans


def _open_input(location: Path) -> IO[bytes]:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(location, flags), "rb", buffering=0)


def _refusal(found: Input, section: str | None, size: int | None, reason: str, message: str) -> Outcome:
    return Outcome(path=found.path, status="refused", reason=reason, message=message, section=section, bytes_in=size)


def _lost(exit_code: int) -> str:
    how = f"by signal {-exit_code}" if exit_code < 0 else f"with exit code {exit_code}"
    return f"the process at work on this ended {how}, perhaps for want of memory; try it alone, or with fewer workers"


def _message(error: FileError) -> str:
    path = error.path if isinstance(error, FieldError) else ""
    return f"{path}: {error.message}" if path else str(error.message)


def _has_entries(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def deidentify(
    source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    target: str | os.PathLike[str],
    *,
    profile: Profile | str | os.PathLike[str],
    key_file: str | os.PathLike[str] | None = None,
    report: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    report_paths: bool = False,
    registry: Registry | None = None,
    workers: int = 1,
) -> Report:
    """De-identify files and folders.

    source : one file or folder, or several; never modified
    target : a folder, made if absent
    profile : what `load_profile` gave, or the path of a profile
    key_file : a file whose content is the key; it wins over the profile's `key`
    report : a folder for the journal
    overwrite : replace files of the same name in the target
    report_paths : let the journal hold paths, which can be PHI
    registry : the plugins to use, if not those the profile was read with, else all that are installed
    workers : how many processes work side by side; see `Run.execute`

    Returns every input's outcome; nothing is raised for an input that is refused. Raises ProfileError,
    PluginError or UsageError before anything is written.
    """
    if not isinstance(profile, Profile):
        profile = load_profile(profile, registry, key_file=key_file)
    paths = [Path(source)] if isinstance(source, str | os.PathLike) else [Path(each) for each in source]
    run = Run(profile, registry, key_file=key_file, detailed=report is not None)
    folder = None if report is None else Path(report)
    outcomes = tuple(
        run.execute(paths, Path(target), overwrite=overwrite, report=folder, report_paths=report_paths, workers=workers)
    )
    totals = Totals()
    for outcome in outcomes:
        totals = totals.add(outcome)
    return Report(totals, outcomes)


__all__ = ["Run", "deidentify"]
