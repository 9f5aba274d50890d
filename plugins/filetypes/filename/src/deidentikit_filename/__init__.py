"""Files that are renamed and copied: their content is opaque and stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

import attrs
from deidentikit.errors import FileError
from deidentikit.filetype import Batch, Document, Field, FileType, Listed, Named, Place, Preset, Selector, Step
from deidentikit.hookspecs import hookimpl
from deidentikit.splice import Sink, Source

_NO_FIELDS = "a file that is only renamed has no fields; name parts of its name as groups of an input-regex"


@attrs.frozen
class _NoFields:
    """The batch of a file whose content is not looked at."""

    def matches(self) -> Iterator[tuple[Field, Step]]:
        return iter(())

    def absent(self) -> Iterator[tuple[Place, Step]]:
        return iter(())

    def original(self, name: str) -> Sequence[str]:
        return ()

    def current(self, name: str) -> Sequence[str]:
        return ()

    def rows(self) -> int | None:
        return None

    def subjects(self, name: str) -> Sequence[str]:
        return ()


class _Copied(Document):
    def __init__(self, source: Source) -> None:
        self._source = source

    def batches(self) -> Iterator[Batch]:
        yield _NoFields()

    def write(self, sink: Sink) -> None:
        sink.copy(self._source, 0, self._source.size)

    def check(self, written: Source) -> None:
        if written.size != self._source.size:
            raise FileError("verify", "the copy is not as long as the input")

    def residual(self) -> int | None:
        return 0


class RenamedFile(FileType):
    """The `filename` section: takes what no other section claims, names it anew and copies the bytes."""

    name = "filename"
    summary = "Files that are renamed and copied; their content is not looked at."
    sections: ClassVar[Mapping[str, Preset]] = {"filename": Preset()}
    takes_the_rest = True

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return True

    def compile(self, named: Named) -> Selector:
        raise ValueError(_NO_FIELDS)

    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> object:
        if steps or any(True for _ in reads):
            raise ValueError(_NO_FIELDS)
        return None

    def open(self, source: Source, matcher: object) -> Document:
        return _Copied(source)

    def rest(self) -> Iterator[str]:
        yield "What is in these files is not looked at: they are copied as they are, byte for byte."

    def weak_spots(self) -> Iterator[str]:
        yield "Whatever these files hold stays: names, dates and numbers within them included."

    def fields(self, source: Source) -> Iterator[Listed]:
        return iter(())


@hookimpl
def deidentikit_file_types() -> Iterable[type[FileType]]:
    """Offer the file type."""
    return [RenamedFile]
