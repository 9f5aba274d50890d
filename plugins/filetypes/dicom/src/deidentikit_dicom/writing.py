"""Writing an edited DICOM file, and reading back what was written."""

from __future__ import annotations

from collections.abc import Sequence

from deidentikit.errors import FileError
from deidentikit.splice import BytesSink, Patch, Sink, Source, splice

from .editing import Result, Splice
from .layout import Layout, deflate
from .recurrence import Recurrence

_VERIFY = "verify"


def write(layout: Layout, result: Result, sink: Sink) -> None:
    """Write the file with its edits.

    What was read at the start of the file is put together in memory and written at once; the rest,
    pixel data above all, is copied as ranges. A deflated data set that has patches is deflated anew.
    """
    patches = result.patches
    deflated_at = layout.deflated_at
    if deflated_at is None:
        _write_spliced(layout.source, layout.head, patches, sink)
        return
    if all(end <= deflated_at and start < deflated_at for start, end, _ in patches):
        splice(layout.file, sink, map(Patch._make, patches))
        return
    whole = BytesSink()
    splice(layout.source, whole, map(Patch._make, patches))
    data_start = deflated_at + result.meta_growth
    sink.write(memoryview(whole.data)[:data_start])
    sink.write(deflate(memoryview(whole.data)[data_start:]))


def _write_spliced(source: Source, head: bytes, patches: Sequence[Splice], sink: Sink) -> None:
    parts: list[bytes] = []
    at = 0
    limit = len(head)
    for start, end, data in patches:
        if at < start:
            if start <= limit:
                parts.append(head[at:start])
            else:
                if at < limit:
                    parts.append(head[at:])
                    at = limit
                if parts:
                    sink.write(b"".join(parts))
                    parts.clear()
                sink.copy(source, at, start - at)
        if data:
            parts.append(data)
        at = end
    if parts and at < limit:
        parts.append(head[at:])
        at = limit
    if parts:
        sink.write(b"".join(parts))
    if at < source.size:
        sink.copy(source, at, source.size - at)


def check(layout: Layout, result: Result, written: Source, recurrence: Recurrence) -> Layout:
    """Tokenize what was written; gives its layout. Raises FileError (``verify``) if it is not what was meant.

    recurrence : what earlier outputs held
    """
    try:
        again = Layout(written, recurrence)
    except FileError as error:
        raise FileError(_VERIFY, f"the edited file cannot be read back: {error.reason}") from None
    if layout.deflated_at is None:
        grown = sum(len(data) - (end - start) for start, end, data in result.patches)
        if written.size != layout.source.size + grown:
            raise FileError(_VERIFY, "the edited file has not the size that it should have")
    if again.tags != result.tags:
        raise FileError(_VERIFY, "the edited file does not hold the elements that it should")
    grown = 0
    for start, end, data in result.patches:
        at = start + grown
        if data and again.slice(at, at + len(data)) != data:
            raise FileError(_VERIFY, "an edited element does not hold its new value")
        grown += len(data) - (end - start)
    return again
