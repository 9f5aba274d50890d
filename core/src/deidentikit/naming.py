"""Names of outputs and of their folders: templates over regex groups of the old names and over new field values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from .action import Verdict
from .errors import FieldError, FileError
from .kinds import Form, Formats, Kind, Moment, date_format, text_codec
from .kinds.clear import clear_moment
from .results import results_of

if TYPE_CHECKING:
    from .action import Action
    from .context import Context

MAX_NAME_BYTES: Final = 255
_PART: Final = re.compile(r"\{([^{}|]+)(?:\|([^{}]*))?\}")
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udc7f\udd00-\udfff]')
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@attrs.frozen
class Template:
    """Literal text and named parts; a part may bring a fallback: ``{Modality|NA}``."""

    text: str
    pieces: tuple[tuple[str, str | None, str | None], ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Raises ValueError for a brace without its partner."""
        pieces: list[tuple[str, str | None, str | None]] = []
        at = 0
        for found in _PART.finditer(text):
            pieces.append((text[at : found.start()], found[1].strip(), found[2]))
            at = found.end()
        pieces.append((text[at:], None, None))
        if any("{" in literal or "}" in literal for literal, _, _ in pieces):
            raise ValueError(f"a brace in {text!r} has no partner; parts are written {{name}}")
        return cls(text, tuple(pieces))

    def names(self) -> Iterator[str]:
        """The names of its parts."""
        for _, name, _ in self.pieces:
            if name is not None:
                yield name

    @property
    def bare(self) -> str:
        """The text without the fallbacks."""
        return "".join(literal + ("" if name is None else f"{{{name}}}") for literal, name, _ in self.pieces)

    @property
    def fallbacks(self) -> dict[str, str]:
        """What stands for parts that are empty, by their names."""
        return {name: fallback for _, name, fallback in self.pieces if name is not None and fallback}

    def fill(self, value: Callable[[str], str]) -> str | None:
        """The text with all parts filled in; None if a part is empty and has no fallback."""
        out: list[str] = []
        for literal, name, fallback in self.pieces:
            out.append(literal)
            if name is not None:
                text = value(name) or fallback
                if not text:
                    return None
                out.append(text)
        return "".join(out)


@attrs.frozen
class NamePattern:
    """One entry of `filenames` or `folders`, compiled."""

    input_regex: re.Pattern[str]
    template: Template
    groups: Mapping[str, Action]
    line: int = 0

    def fields(self) -> Iterator[tuple[str, int]]:
        """The parts of the template that are fields, not groups, with the entry's line."""
        yield from ((name, self.line) for name in self.template.names() if name not in self.input_regex.groupindex)


@attrs.frozen
class Naming:
    """How a section names its outputs.

    patterns : tried in order on the input's name; empty: `default`, then the input's own name
    folders : tried in order on the name of each folder of the input's path; empty: folders keep their names
    """

    patterns: tuple[NamePattern, ...]
    folders: tuple[NamePattern, ...]
    default: Template | None
    formats: Formats

    @property
    def all_patterns(self) -> tuple[NamePattern, ...]:
        """Those of names and those of folders."""
        return self.patterns + self.folders

    def fields(self) -> Iterator[tuple[str, int]]:
        """Every field whose new value a name may need, with the line that asks for it; 0: the default does."""
        for pattern in self.all_patterns:
            yield from pattern.fields()
        if not self.patterns and self.default is not None:
            yield from ((name, 0) for name in self.default.names())

    def path(self, given: str, current: Callable[[str], Sequence[str]], context: Context) -> str:
        """The output's path relative to the target.

        given : the input's path relative to its source, with ``/``
        current : a field's values as they will be written
        Raises FileError (``no-name``, ``bad-name``) where no safe name comes out.
        """
        *parents, name = given.split("/")
        if self.folders:
            parents = [self._matched(self.folders, "folders", parent, current, context) for parent in parents]
        return "/".join([*parents, self._name(name, current, context)])

    def _name(self, given: str, current: Callable[[str], Sequence[str]], context: Context) -> str:
        if self.patterns:
            return self._matched(self.patterns, "filenames", given, current, context)
        if self.default is None:
            return given
        made = self.default.fill(lambda part: _joined(current(part)))
        return given if made is None else safe_name(made)

    def _matched(
        self,
        patterns: Sequence[NamePattern],
        key: str,
        given: str,
        current: Callable[[str], Sequence[str]],
        context: Context,
    ) -> str:
        for pattern in patterns:
            if match := pattern.input_regex.match(given):
                return safe_name(self._fill(pattern, match, current, context))
        kind = "the input's name" if key == "filenames" else "a folder of the input's path"
        raise FileError("no-name", f"no entry of `{key}` matches {kind}; add one that does")

    def _fill(
        self,
        pattern: NamePattern,
        match: re.Match[str],
        current: Callable[[str], Sequence[str]],
        context: Context,
    ) -> str:
        def value(part: str) -> str:
            if part not in pattern.input_regex.groupindex:
                return _joined(current(part))
            text = match[part] or ""
            action = pattern.groups.get(part)
            if action is None or not text:
                return text
            return apply_to_name(action, text, self.formats, context)

        made = pattern.template.fill(value)
        if made is None:
            raise FileError("no-name", "a part of the output's name is empty in this file")
        return made


def apply_to_name(action: Action, text: str, formats: Formats, context: Context) -> str:
    """An action on a part of a name. A date may stand in any clear form; it is written in the section's."""
    form = action.form
    if form.kind not in (Kind.DATE, Kind.DATETIME):
        return context.apply_text(action, text)
    native = form.format or (formats.date if form.kind is Kind.DATE else formats.datetime)
    value = _clear_moment(text, form, formats)
    result = results_of(action, (value,), context, form.kind)
    if isinstance(result, Verdict):
        return text if result is Verdict.KEEP else ""
    moved = result[0] if len(result) == 1 else None
    if not isinstance(moved, Moment):
        raise FieldError("wrong-kind", "the action's result is no date")
    if native == "timestamp":
        return text_codec(form, formats).encode(moved, text)
    return date_format(native).spell(moved)


def _clear_moment(text: str, form: Form, formats: Formats) -> Moment:
    try:
        value = text_codec(form, formats).decode(text)
    except FieldError:
        try:
            return clear_moment(text)
        except ValueError:
            raise FieldError("wrong-kind", "a part of the input's name is no date in a clear form") from None
    if not isinstance(value, Moment):
        raise FieldError("wrong-kind", "a part of the input's name is no date")
    return value


def _joined(values: Sequence[str]) -> str:
    return "_".join(text for value in values if (text := value.strip("\0 ")))


def safe_name(text: str) -> str:
    """A name that every file system takes: what one refuses becomes ``_``.

    Raises FileError (``bad-name``) for an empty name or one of more than 255 bytes.
    """
    name = _FORBIDDEN.sub("_", text).strip().rstrip(". ")
    if not name:
        raise FileError("bad-name", "the output's name would be empty")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name.encode("utf-8", "surrogateescape")) > MAX_NAME_BYTES:
        raise FileError("bad-name", f"the output's name would be longer than {MAX_NAME_BYTES} bytes")
    return name
