"""The parts of a section as frozen values: its filters, its rules, its names."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import Final

import attrs

from .action import Action
from .filetype import FileType, Named
from .kinds import Formats
from .regex import compile_regex

REGEX_MARK: Final = "r!"
"""Before a file filter that is a regular expression."""


@attrs.frozen
class SubjectRule:
    """Where a file's patient is read: a field, or the input's path.

    field : name of the field
    path : a regular expression searched in the input's path relative to its source, with ``/``
        between folders; its group ``subject`` is the subject
    """

    field: str | None = None
    path: re.Pattern[str] | None = None
    line: int = attrs.field(default=0, eq=False)


@attrs.frozen
class FileFilter:
    """One entry of ``file-filter``: a glob over the file's name, or ``r!`` and a regex of the whole name."""

    text: str
    pattern: re.Pattern[str] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.text.startswith(REGEX_MARK):
            pattern = compile_regex(self.text.removeprefix(REGEX_MARK))
        else:
            pattern = compile_regex(fnmatch.translate(self.text))
        object.__setattr__(self, "pattern", pattern)

    def matches(self, name: str) -> bool:
        """Whether a file of this name, without its folders, passes. Case counts."""
        return self.pattern.fullmatch(name) is not None


@attrs.frozen
class Rule:
    """One entry of ``fields``.

    on_error : ``refuse``, ``remove`` or ``empty``; None where the rule leaves it to its section
    where : its place in the profile, such as ``dicom.fields[3]``, for messages
    """

    named: Named
    action: Action
    line: int
    on_error: str | None = None
    where: str = attrs.field(default="", eq=False)


@attrs.frozen
class NameRule:
    """One entry of ``filenames`` or ``folders``.

    input_regex : matched on the input's name, or on the name of a folder of its path
    output : template of the new name, as written
    groups : actions on named groups of the regex, and on fields in the template
    where : its place in the profile, such as ``dicom.filenames[0]``, for messages
    """

    input_regex: re.Pattern[str]
    output: str
    groups: Mapping[str, Action] = attrs.field(factory=dict, hash=False)
    line: int = 0
    where: str = attrs.field(default="", eq=False)


@attrs.frozen
class Section:
    """What a profile says about the files of one type.

    name : as in the profile, such as ``csv``
    file_type : set up with the section's own options
    file_filter : which names it takes; empty: not by name
    enforce_file_filter : it takes files by name only, never by signature
    filenames, folders : tried in order; empty where the section says nothing of names
    on_error : what a value that an action cannot treat leads to: ``refuse``, ``remove`` or ``empty``
    formats : of dates, where a rule names none
    """

    name: str
    line: int
    file_type: FileType = attrs.field(eq=False)
    rules: tuple[Rule, ...] = ()
    file_filter: tuple[FileFilter, ...] = ()
    enforce_file_filter: bool = False
    filenames: tuple[NameRule, ...] = ()
    folders: tuple[NameRule, ...] = ()
    subject: SubjectRule | None = None
    on_error: str = "refuse"
    formats: Formats = attrs.field(factory=Formats)

    def claims_name(self, name: str) -> bool | None:
        """Whether one of its filters matches a file's name, without its folders; None: it has no filter."""
        return any(entry.matches(name) for entry in self.file_filter) if self.file_filter else None

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of names, in lower case, that the section's name stands for."""
        return tuple(suffix.lower() for suffix in type(self.file_type).sections[self.name].suffixes)
