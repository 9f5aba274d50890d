"""What the author of a file type declares for its conformance suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

import pytest

from ..action import Action
from ..filetype import FileType, Named, Step
from ..kinds import Kind
from ..plan import Plan
from ..splice import BytesSource
from .driving import Done, deidentified, make_plan, walk


class DeclaredFileType:
    """The attributes that a subclass of `FileTypeConformance` sets.

    file_type : the class under test
    sample : a small valid file. What a selector names occurs nowhere else in it, and holds, where
        it is text, at least one value of four or more characters
    selectors : for each kind that fields of the type can offer, the name of a field that offers
        it, or several. A field holds values of that kind and is no element of a list; it has room for
        other ones, a UID of twelve characters among them
    section : the section's name; the first of the type's presets if absent
    options : options of the section, over the preset's
    name : a file name for the sample
    samples : more valid files, which have to pass through untouched as the sample does; their names may
        be all that tells their type
    insertable : for the capability ``insertion``, the name of a field that the sample lacks
    follows : names of fields that change with another, such as copies, lengths, and those that are counted
    lacks : of ``signature`` (the content does not tell the type), ``listing`` (fields cannot be listed)
    rules : for each kind, rules that need options: the lines that stand beside ``name``
    settings : lines of the section that these rules need, such as ``date-increment: 3``
    large : the bytes from which on memory is compared, where `make_large` is defined
    """

    file_type: ClassVar[type[FileType]]
    sample: ClassVar[bytes]
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]]
    section: ClassVar[str | None] = None
    options: ClassVar[Mapping[str, object]] = {}
    name: ClassVar[str | None] = None
    samples: ClassVar[Sequence[bytes]] = ()
    insertable: ClassVar[str | None] = None
    follows: ClassVar[frozenset[str] | set[str]] = frozenset()
    lacks: ClassVar[frozenset[str] | set[str]] = frozenset()
    rules: ClassVar[Mapping[Kind, Sequence[str]]] = {}
    settings: ClassVar[str] = ""
    large: ClassVar[int] = 1 << 20

    def make_large(self, size: int) -> Iterable[bytes]:
        """The pieces of a valid file of about `size` bytes that holds the fields of `selectors`.

        Types that stream define it, and types that promise not to hold big payloads in memory.
        """
        raise NotImplementedError

    def unpacked(self, data: bytes) -> bytes:
        """What of a file is searched for values: types that compress unpack it here."""
        return data

    @property
    def section_name(self) -> str:
        """The section under which the type is tested."""
        return self.section or next(iter(self.file_type.sections))

    @property
    def file_name(self) -> str:
        """The sample's name."""
        suffixes = self.file_type.sections[self.section_name].suffixes
        return self.name or f"sample{suffixes[0] if suffixes else ''}"

    @property
    def pairs(self) -> list[tuple[Kind, str]]:
        """Every kind with every field that was declared for it."""
        out: list[tuple[Kind, str]] = []
        for kind, names in self.selectors.items():
            out += [(kind, name) for name in ([names] if isinstance(names, str) else names)]
        return out

    @property
    def names(self) -> list[str]:
        """The declared fields, each once."""
        return list(dict.fromkeys(name for _, name in self.pairs))

    @property
    def removable(self) -> list[str]:
        """The declared fields that a rule can take out."""
        file_type = self.instance()
        limits = {name: file_type.limits(file_type.compile(Named(name=name))) for name in self.names}
        return [name for name, found in limits.items() if found is None or not found.required]

    @property
    def is_streaming(self) -> bool:
        return "streaming" in self.file_type.capabilities

    def instance(self) -> FileType:
        """The file type as a section sets it up."""
        defaults = self.file_type.sections[self.section_name].defaults
        return self.file_type({**defaults, **self.options}, self.section_name)

    def plan(self, *rules: tuple[str, Action]) -> Plan:
        """A plan with these rules."""
        return make_plan(self.instance(), self.section_name, rules)

    def run(self, *rules: tuple[str, Action], data: bytes | None = None) -> Done:
        """The sample, or other bytes, after these rules."""
        return deidentified(self.plan(*rules), self.sample if data is None else data, self.file_name)

    def untouched(self) -> bytes:
        """The output for the sample when no rule acts."""
        return self.run().data

    def originals(self, name: str, data: bytes | None = None) -> list[str]:
        """A field's values as text, read by way of `Batch.original`."""
        file_type = self.instance()
        out: list[str] = []
        matcher = file_type.bind((), [name])
        source = BytesSource(self.sample if data is None else data)
        walk(file_type, matcher, source, lambda batch: out.extend(batch.original(name)))
        return out

    def texts(self) -> list[str]:
        """The declared fields' values that are long enough to be searched for."""
        return [text for name in self.names for text in self.originals(name) if len(text.strip("\0 ")) >= 4]

    def step(self, name: str, action: Action) -> Step:
        """A step as the plan would make it."""
        selector = self.instance().compile(Named(name=name))
        return Step(selector, action, action.form, creates=action.creates and selector.insertable)

    def listing(self, data: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The names and values of all fields of a file; skips the test for types that cannot list them."""
        if "listing" in self.lacks:
            pytest.skip("the type lacks listing")
        for listed in self.instance().fields(BytesSource(data)):
            yield listed.name, tuple(listed.values())
