"""One file in, one outcome out: read, compute, name, write, verify, rename."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable, MutableMapping, Sequence
from datetime import datetime
from typing import Final, Protocol, cast

from .action import Action, Verdict
from .columns import Columns
from .context import Context, Keys, subject_text
from .errors import BrokenContract, FieldError, FileError
from .filetype import Batch, Column, Document, Field, Place, RecurringBatch, Step
from .kinds import Form, Kind, Value
from .memo import Memos, check_readable
from .plan import Plan
from .report import Outcome, RuleCount
from .results import results_of
from .splice import FileSink, FileSource, Sink, Source

HEAD: Final = 4096
_NATIVE_FORM: Final = Form(Kind.NATIVE)


Memory = MutableMapping[Hashable, object]
"""What batches of one plan remember of earlier files of the run."""
_CHANGED: Final = "the input changed while it was read; run again when it is complete"


class Output(Protocol):
    """Where one input's output goes; see `target.Target`."""

    def claim(self, relative: str) -> str:
        """Reserve a path relative to the target, and give it back. Raises FileError."""

    def stage(self) -> int:
        """A descriptor of an unnamed file, open for reading and writing."""

    def publish(self) -> None:
        """Give the staged file its name."""


class Unchanging(FileSource):
    """A source that is noticed if it changes while it is read."""

    __slots__ = ("_before",)

    def __init__(self, fd: int) -> None:
        self._before = os.fstat(fd)
        super().__init__(fd, self._before.st_size)

    def verify(self) -> None:
        """Raise FileError (``source-changed``) if the file is not what it was."""
        now = os.fstat(self.fd)
        if (now.st_size, now.st_mtime_ns) != (self.size, self._before.st_mtime_ns):
            raise FileError("source-changed", _CHANGED)


class _Edit:
    """The work on one input: what its plan's actions make of its fields."""

    __slots__ = ("_columns", "_memory", "_memos", "context", "counts", "fallbacks", "plan")

    def __init__(self, plan: Plan, context: Context, memos: Memos, memory: Memory | None) -> None:
        self.plan = plan
        self.context = context
        self.counts: dict[Step, int] = {}
        self.fallbacks = 0
        self._memos = memos
        self._memory = memory
        self._columns: Columns | None = None

    def batch(self, batch: Batch) -> None:
        """Every step on every field it reaches, then the fields that are to be made."""
        counts = self.counts
        context = self.context
        context.bind(batch.original)
        rows = batch.rows()
        counted = rows is None or self._columns is None  # a column is one field in all its batches
        if counted:
            self._read_subject(batch)
        if rows is not None:
            self._columns = self._columns or Columns(self.plan, context)
            self._columns.open(batch, rows)
        if self._memory is not None:
            for step, count in cast(RecurringBatch, batch).recall(self._memory, context.subject_or_row).items():
                counts[step] = count
        for field, step in batch.matches():
            if counted:
                counts[step] = counts.get(step, 0) + 1
            context.limits = field.limits
            try:
                self._field(field, step)
            except FieldError as error:
                if step.on_error == "refuse":
                    raise error.at(field.path) from None
                self._fall_back(field, step, error)
        for place, step in batch.absent():
            context.limits = place.limits
            try:
                self._make(place, step)
            except FieldError as error:
                raise error.at(place.path) from None
        if self._memory is not None and not self.fallbacks:
            cast(RecurringBatch, batch).remember()

    def _read_subject(self, batch: Batch) -> None:
        """Who the file's subject is, where a field says so."""
        subject = self.plan.subject
        if self.plan.needs_subject and subject is not None and subject.field is not None:
            self.context.set_subject(
                subject_text(batch.original(subject.field)),
                f"the field {subject.field!r} that names the subject is absent, empty or holds several values",
            )

    def _field(self, field: Field, step: Step) -> None:
        action = step.action
        if step.form.kind is Kind.NATIVE:
            result = results_of(action, (), self.context, Kind.NATIVE)
            if result is Verdict.REMOVE:
                if not field.required:
                    field.remove()
            elif not isinstance(result, Verdict):
                field.write(result, step.form)
            return
        if self._columns is not None:
            self.fallbacks += self._columns.apply(cast(Column, field), step)
            return
        values = field.read(step.form)
        if not values:
            if values is None:
                raise BrokenContract(type(self.plan.file_type), "a field's read gives None in place of its values")
            return
        new = self._values(values, step)
        if new is None:
            if not field.required:
                field.remove()
        elif new is not values:
            field.write(new, step.form)

    def _make(self, place: Place, step: Step) -> None:
        """A field where there was none. What cannot be made there is left out, or made empty, as `on-error` says."""
        try:
            values = results_of(step.action, (), self.context, Kind.NATIVE)
            if isinstance(values, Verdict):
                return
            place.insert(values, step.form)
        except FieldError:
            if step.on_error == "refuse":
                raise
            self.fallbacks += 1
            if step.on_error == "remove":
                return
            place.insert((), _NATIVE_FORM)
        self.counts[step] = self.counts.get(step, 0) + 1

    def _values(self, values: Sequence[Value | None], step: Step) -> Sequence[Value | None] | None:
        """The new values; the same object where nothing changes; None where the field goes."""
        action = step.action
        if type(action).apply_field is not Action.apply_field:
            return self._field_values(values, step)
        memo = self._memos.get(step, self.context.limits)
        out: list[Value | None] = []
        kept = removed = 0
        for value in values:
            result = Verdict.KEEP if value is None else memo.get(value, self.context)
            if result is Verdict.REMOVE:
                removed += 1
            elif result is Verdict.KEEP:
                kept += 1
                out.append(value)
            else:
                out.append(result)
        if kept == len(values):
            return values
        return None if removed and not any(value is not None for value in out) else out

    def _field_values(self, values: Sequence[Value | None], step: Step) -> Sequence[Value | None] | None:
        """What an action makes of a field as a whole."""
        action = step.action
        present = tuple(value for value in values if value is not None)
        for value in present:
            check_readable(value, action)
        result = results_of(action, present, self.context, step.form.kind)
        if isinstance(result, Verdict):
            return values if result is Verdict.KEEP else None
        if len(present) == len(values):
            return result
        if len(result) != len(present):
            raise FieldError("wrong-kind", f"{action.name} cannot treat a field with empty values among others")
        left = iter(result)
        return [None if value is None else next(left) for value in values]

    def _fall_back(self, field: Field, step: Step, error: FieldError) -> None:
        """What `on-error` asks where an action cannot treat a field."""
        if field.required:
            raise error.at(field.path) from None
        if step.on_error == "remove":
            field.remove()
        else:
            try:
                field.write((), _NATIVE_FORM)
            except FieldError as second:
                raise second.at(field.path) from None
        self.fallbacks += 1


class Engine:
    """Applies plans to files. One engine serves one run; it keeps results that may be remembered."""

    def __init__(self, keys: Keys, today: datetime, *, detailed: bool = False) -> None:
        """detailed : count residuals and digest outputs, as a journal needs it"""
        self.keys = keys
        self.today = today
        self.detailed = detailed
        self._memos = Memos()
        self._memories: dict[Plan, Memory] = {}
        self._counted: tuple[dict[Step, int], tuple[RuleCount, ...]] = ({}, ())

    def process(self, plan: Plan, source: Source, path: str, output: Output) -> Outcome:
        """De-identify one input.

        path : relative to its source, with ``/``; names and subjects may come from it
        Raises FileError where the input is refused; then nothing of it was published.
        """
        try:
            outcome = self._stage(plan, source, path, output)
        except EOFError:
            raise FileError("source-changed", _CHANGED) from None
        output.publish()
        return outcome

    def _stage(self, plan: Plan, source: Source, path: str, output: Output) -> Outcome:
        """All but the output's name."""
        edit = self._edit(plan, path)
        with plan.file_type.open(source, plan.matcher) as document:
            if "streaming" in plan.file_type.capabilities:
                staged, fd, name = self._stream(document, edit, path, output)
            else:
                staged, fd, name = self._whole(document, edit, path, output)
            if isinstance(source, Unchanging):
                source.verify()
            try:
                document.check(FileSource(fd, staged))
            except FieldError as error:
                raise FileError("verify", error.message) from None
            return Outcome(
                path=path,
                status="done",
                section=plan.section.name,
                rules=self._rules(edit.counts),
                effects=dict(document.effects()),
                dropped=tuple(document.dropped()),
                fallbacks=edit.fallbacks,
                residual=document.residual() if self.detailed else None,
                output=name,
                bytes_in=source.size,
                bytes_out=staged,
                sha256=_digest(fd) if self.detailed else None,
            )

    def _rules(self, counts: dict[Step, int]) -> tuple[RuleCount, ...]:
        """Counts as the outcome lists them; most files of a study have those of the file before."""
        before, rules = self._counted
        if before != counts:
            by_line = sorted(counts, key=lambda step: step.line)
            rules = tuple(RuleCount(step.line, step.action.name, counts[step]) for step in by_line)
            self._counted = counts, rules
        return rules

    def name(self, plan: Plan, source: Source, path: str) -> str:
        """The path, relative to the target, that `process` would give the output. Writes nothing."""
        edit = self._edit(plan, path)
        with plan.file_type.open(source, plan.matcher) as document:
            for batch in document.batches():
                edit.batch(batch)
                if batch.rows() == 0:
                    continue
                if "streaming" not in plan.file_type.capabilities:
                    document.settle()
                return self._name(plan, edit, path, batch)
        return plan.naming.path(path, _no_fields, edit.context)

    def _edit(self, plan: Plan, path: str) -> _Edit:
        memory: Memory | None = None
        if plan.repeats and "recurrence" in plan.file_type.capabilities:
            memory = self._memories.setdefault(plan, {})
        return _Edit(plan, self._context(plan, path), self._memos, memory)

    def _context(self, plan: Plan, path: str) -> Context:
        context = Context(self.keys, formats=plan.section.formats, today=self.today)
        subject = plan.subject
        if plan.needs_subject and subject is not None and subject.path is not None:
            match = subject.path.search(path)
            context.set_subject(
                None if match is None else subject_text((match["subject"] or "",)),
                "the input's path does not hold the subject where the profile looks for it",
            )
        return context

    def _whole(self, document: Document, edit: _Edit, path: str, output: Output) -> tuple[int, int, str]:
        (batch,) = document.batches()
        edit.batch(batch)
        document.settle()
        name = output.claim(self._name(edit.plan, edit, path, batch))
        fd = output.stage()
        sink = FileSink(fd)
        document.write(sink)
        return sink.tell(), fd, name

    def _stream(self, document: Document, edit: _Edit, path: str, output: Output) -> tuple[int, int, str]:
        """Names may use the values of the first batch with rows, so they are asked for while it is at hand."""
        names: list[str] = []

        def each(batch: Batch) -> None:
            edit.batch(batch)
            if not names and batch.rows() != 0:
                names.append(output.claim(self._name(edit.plan, edit, path, batch)))

        fd = output.stage()
        sink = FileSink(fd)
        document.rewrite(sink, each)
        document.settle()
        if not names:
            names.append(output.claim(edit.plan.naming.path(path, _no_fields, edit.context)))
        return sink.tell(), fd, names[0]

    def _name(self, plan: Plan, edit: _Edit, path: str, batch: Batch) -> str:
        return plan.naming.path(path, batch.current, edit.context)


def _no_fields(name: str) -> Sequence[str]:
    return ()


def _digest(fd: int) -> str:
    os.lseek(fd, 0, os.SEEK_SET)
    with os.fdopen(os.dup(fd), "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copy_unchanged(source: Source, path: str, output: Output, *, detailed: bool) -> Outcome:
    """Copy an input that no section claims, byte for byte, where the profile says so."""
    name = output.claim(path)
    fd = output.stage()
    sink: Sink = FileSink(fd)
    try:
        sink.copy(source, 0, source.size)
    except EOFError:
        raise FileError("source-changed", _CHANGED) from None
    if isinstance(source, Unchanging):
        source.verify()
    outcome = Outcome(
        path=path,
        status="copied",
        output=name,
        bytes_in=source.size,
        bytes_out=sink.tell(),
        sha256=_digest(fd) if detailed else None,
    )
    output.publish()
    return outcome
