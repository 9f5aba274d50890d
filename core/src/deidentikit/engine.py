"""One file in, one outcome out: read, compute, name, write, verify, rename."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from .action import Action, Verdict
from .context import Context, Keys, subject_text
from .errors import FieldError, FileError
from .filetype import Batch, Document, Field, Limits, Step
from .kinds import Form, Kind, Value
from .plan import Plan
from .report import Outcome, RuleCount
from .splice import FileSink, FileSource, Sink, Source

HEAD: Final = 4096
_MEMO_SIZE: Final = 1 << 16
_NATIVE_FORM: Final = Form(Kind.NATIVE)


class Output(Protocol):
    """Where one input's output goes; see `target.Target`."""

    def claim(self, name: str) -> str:
        """Reserve the output's name; gives its path relative to the target. Raises FileError."""

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
            raise FileError("source-changed", "the input changed while it was read; run again when it is complete")


class _Edit:
    """The work on one input: what its plan's actions make of its fields."""

    __slots__ = ("_memos", "_row", "_rows", "context", "counts", "fallbacks", "plan", "subject_path")

    def __init__(self, plan: Plan, context: Context, memos: dict[tuple[int, int], _Memo]) -> None:
        self.plan = plan
        self.context = context
        self.counts: dict[Step, int] = {}
        self.fallbacks = 0
        self._memos = memos
        self._rows: list[Context] | None = None
        self._row = 1

    def batch(self, batch: Batch) -> None:
        """Every step on every field it reaches, then the fields that are to be made."""
        counts = self.counts
        context = self.context
        self._open_batch(batch)
        for field, step in batch.matches():
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
                values = step.action.apply_field((), context)
                if not isinstance(values, Verdict):
                    place.insert(values, step.form)
                    counts[step] = counts.get(step, 0) + 1
            except FieldError as error:
                raise error.at(place.path) from None

    def _open_batch(self, batch: Batch) -> None:
        context = self.context
        context.bind(batch.original)
        subject = self.plan.subject
        if not self.plan.needs_subject or (subject is not None and subject.path is not None):
            return
        field = None if subject is None else subject.field
        rows = batch.rows()
        if rows is not None:
            subjects = [None] * rows if field is None else [subject_text((text,)) for text in batch.subjects(field)]
            self._rows = context.rows(subjects, self._row)
            self._row += rows
        elif field is not None:
            context.set_subject(
                subject_text(batch.original(field)),
                f"the field {field!r} that names the subject is absent, empty or holds several values",
            )

    def _field(self, field: Field, step: Step) -> None:
        action = step.action
        if step.form.kind is Kind.NATIVE:
            result = action.apply_field((), self.context)
            if result is Verdict.REMOVE:
                if not field.required:
                    field.remove()
            elif not isinstance(result, Verdict):
                field.write(result, step.form)
            return
        values = field.read(step.form)
        if not values:
            return
        new = self._values(values, step)
        if new is None:
            if not field.required:
                field.remove()
        elif new is not values:
            field.write(new, step.form)

    def _values(self, values: Sequence[Value | None], step: Step) -> Sequence[Value | None] | None:
        """The new values; the same object where nothing changes; None where the field goes."""
        action = step.action
        if type(action).apply_field is not Action.apply_field:
            present = [value for value in values if value is not None]
            result = action.apply_field(present, self.context)
            if isinstance(result, Verdict):
                return values if result is Verdict.KEEP else None
            if len(present) == len(values):
                return result
            if len(result) != len(present):
                raise FieldError("wrong-kind", f"{action.name} cannot treat a field with empty values among others")
            left = iter(result)
            return [None if value is None else next(left) for value in values]
        rows = self._rows if action.per_subject else None
        if rows is not None:
            return self._row_values(values, step, rows)
        memo = self._memo(step)
        out: list[Value | None] = []
        removed = False
        for value in values:
            result_one = None if value is None else memo.get(value, self.context)
            if result_one is Verdict.REMOVE:
                removed = True
            elif result_one is Verdict.KEEP:
                out.append(value)
            else:
                out.append(result_one)  # type: ignore[arg-type]
        return None if removed and not out else out

    def _row_values(
        self, values: Sequence[Value | None], step: Step, rows: Sequence[Context]
    ) -> Sequence[Value | None]:
        """A column whose rows have subjects of their own; a removed cell is empty."""
        memo = self._memo(step)
        out: list[Value | None] = []
        for value, context in zip(values, rows, strict=True):
            if value is None:
                out.append(None)
                continue
            context.limits = self.context.limits
            result = memo.get(value, context)
            out.append(None if result is Verdict.REMOVE else value if result is Verdict.KEEP else result)
        return out

    def _memo(self, step: Step) -> _Memo:
        limits = self.context.limits
        key = (id(step), id(limits))
        memo = self._memos.get(key)
        if memo is None or memo.limits is not limits:
            if len(self._memos) >= _MEMO_SIZE:
                self._memos.clear()
            memo = self._memos[key] = _Memo(step.action, limits)
        return memo

    def _fall_back(self, field: Field, step: Step, error: FieldError) -> None:
        """What `on-error` asks where an action cannot treat a field."""
        if field.required:
            raise error.at(field.path) from None
        if step.on_error == "remove":
            field.remove()
        else:
            field.write((), _NATIVE_FORM)
        self.fallbacks += 1


class _Memo:
    """Results of one action, by value and, where they depend on it, by subject."""

    __slots__ = ("_accepts_opaque", "_action", "_known", "_per_subject", "_remembers", "limits")

    def __init__(self, action: Action, limits: Limits | None) -> None:
        self.limits = limits
        self._action = action
        self._accepts_opaque = action.accepts_opaque
        self._remembers = action.deterministic and not any(True for _ in action.reads())
        self._per_subject = action.per_subject
        self._known: dict[object, Value | Verdict] = {}

    def get(self, value: Value, context: Context) -> Value | Verdict:
        if isinstance(value, bytes) and self._action.kind is not Kind.BYTES and not self._accepts_opaque:
            raise FieldError("undecodable", f"{self._action.name} needs text, and these bytes are none")
        if not self._remembers:
            return self._action.apply(value, context)
        key: object = value if type(value) is str else (type(value), value)
        if self._per_subject:
            key = (key, context.subject_or_row)
        known = self._known
        result = known.get(key)
        if result is None:
            result = self._action.apply(value, context)
            if len(known) >= _MEMO_SIZE:
                known.clear()
            known[key] = result
        return result


class Engine:
    """Applies plans to files. One engine serves one run; it keeps results that may be remembered."""

    def __init__(self, keys: Keys, today: datetime, *, detailed: bool = False) -> None:
        """detailed : count residuals and digest outputs, as a journal needs it"""
        self.keys = keys
        self.today = today
        self.detailed = detailed
        self._memos: dict[tuple[int, int], _Memo] = {}

    def process(self, plan: Plan, source: Source, path: str, output: Output) -> Outcome:
        """De-identify one input.

        path : relative to its source, with ``/``; names and subjects may come from it
        Raises FileError where the input is refused; then nothing of it was published.
        """
        edit = _Edit(plan, self._context(plan, path), self._memos)
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
            outcome = Outcome(
                path=path,
                status="done",
                section=plan.section.name,
                rules=tuple(
                    RuleCount(step.line, step.action.name, edit.counts[step])
                    for step in sorted(edit.counts, key=lambda step: step.line)
                ),
                effects=document.effects(),
                dropped=tuple(document.dropped()),
                fallbacks=edit.fallbacks,
                residual=document.residual() if self.detailed else None,
                output=name,
                bytes_in=source.size,
                bytes_out=staged,
                sha256=_digest(fd) if self.detailed else None,
            )
        output.publish()
        return outcome

    def name(self, plan: Plan, source: Source, path: str) -> str:
        """The name that `process` would give the output; for types that do not stream. Writes nothing."""
        edit = _Edit(plan, self._context(plan, path), self._memos)
        with plan.file_type.open(source, plan.matcher) as document:
            for batch in document.batches():
                edit.batch(batch)
                document.settle()
                return self._name(plan, edit, path, batch)
        return plan.naming.name(path.rpartition("/")[2], _no_fields, edit.context)

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
        """Names may use the values of the first batch, so they are asked for while it is at hand."""
        names: list[str] = []

        def each(batch: Batch) -> None:
            edit.batch(batch)
            if not names:
                names.append(output.claim(self._name(edit.plan, edit, path, batch)))

        fd = output.stage()
        sink = FileSink(fd)
        document.rewrite(sink, each)
        document.settle()
        if not names:
            given = path.rpartition("/")[2]
            names.append(output.claim(edit.plan.naming.name(given, _no_fields, edit.context)))
        return sink.tell(), fd, names[0]

    def _name(self, plan: Plan, edit: _Edit, path: str, batch: Batch) -> str:
        return plan.naming.name(path.rpartition("/")[2], batch.current, edit.context)


def _no_fields(name: str) -> Sequence[str]:
    return ()


def _digest(fd: int) -> str:
    os.lseek(fd, 0, os.SEEK_SET)
    with os.fdopen(os.dup(fd), "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copy_unchanged(source: Source, path: str, output: Output, *, detailed: bool) -> Outcome:
    """Copy an input that no section claims, byte for byte, where the profile says so."""
    name = output.claim(path.rpartition("/")[2])
    fd = output.stage()
    sink: Sink = FileSink(fd)
    sink.copy(source, 0, source.size)
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
