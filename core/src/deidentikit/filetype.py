"""What a file type is: it opens a file as a document and shows its parts as fields."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from decimal import Decimal
from enum import IntEnum
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

import attrs

from .action import Action
from .identifiers import UNREACHED, Catalogue, Reach
from .kinds import Form, Formats, Kind, Value
from .regex import compile_regex
from .splice import Sink, Source

if TYPE_CHECKING:
    from .schema import Fragment


class Rank(IntEnum):
    """How exactly a selector names its fields; the lower wins."""

    EXACT = 0
    NAME = 1
    WILDCARD = 2
    REGEX = 3


@attrs.frozen
class Limits:
    """What a field can hold. None: not limited, or not known.

    max_length : characters of one value
    kinds : the kinds that can be read from it
    hex_digits : text of hex digits of any case fits it (False for DA, IS, UI ...)
    upper_only : letters have to be capitals
    low, high, step : range of a number; step 1 means whole numbers
    required : it may neither be removed nor left empty
    """

    max_length: int | None = None
    kinds: frozenset[Kind] | None = None
    hex_digits: bool = True
    upper_only: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    step: Decimal | None = None
    required: bool = False


UNLIMITED = Limits()
"""Nothing is limited, or nothing is known."""
TELLING = 5
"""Characters from which on an equal value in a field that no step reached counts in `Document.residual`."""


@attrs.frozen
class Named:
    """How a rule names its fields, as the profile has it: `name` or `regex`, and the type's own keys."""

    name: str | None = None
    regex: str | None = None
    keys: Mapping[str, object] = attrs.field(factory=dict, hash=False)


@attrs.frozen
class Selector:
    """A compiled way to name fields. File types subclass it.

    text : as written in the profile; may be logged
    identity : equal for two selectors that name the same fields
    insertable : an absent field of this name can be made
    """

    text: str
    rank: Rank
    identity: Hashable
    insertable: bool = False


@attrs.frozen
class RegexSelector(Selector):
    """A regular expression. What of a field it is matched with, from the start, is the file type's choice."""

    pattern: re.Pattern[str] = attrs.field(kw_only=True)

    @classmethod
    def of(cls, regex: str) -> Self:
        """The selector for a rule's `Named.regex`. Raises ValueError for one that cannot be used."""
        return cls(regex, Rank.REGEX, ("regex", regex), pattern=compile_regex(regex))


@attrs.frozen(eq=False)
class Step:
    """A rule of the plan: what a selector's fields get.

    line : the rule's line in the profile
    creates : make the field where it is absent (already False where the selector cannot)
    on_error : ``refuse`` the file, ``remove`` the field, or make it ``empty``
    """

    selector: Selector
    action: Action
    form: Form
    line: int = 0
    creates: bool = False
    on_error: str = "refuse"


@attrs.frozen
class Preset:
    """One section name of a file type, with the suffixes and option defaults it stands for."""

    suffixes: tuple[str, ...] = ()
    defaults: Mapping[str, object] = attrs.field(factory=dict, hash=False)


class Field(Protocol):
    """A data element, a leaf, a tag; in a table a column's slice of the batch."""

    @property
    def path(self) -> str:
        """Where it stands; may be logged. Its values never are."""

    @property
    def required(self) -> bool:
        """`remove` must leave it alone."""

    @property
    def limits(self) -> Limits:
        """What it can hold."""

    def read(self, form: Form) -> Sequence[Value | None]:
        """Its original values in the kind that the form asks for.

        Empty where the field is empty; None for an empty value among others. TEXT and UID may be
        `Opaque`. Raises FieldError (``wrong-kind``, ``undecodable``).
        """

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        """Put values in its place, in its own spelling; no values make it empty.

        Under `Kind.NATIVE` the values are texts of the profile. Values read and given back
        unchanged leave the bytes as they were. Raises FieldError (``too-long``, ``charset``,
        ``wrong-kind``, ``out-of-range``).
        """

    def remove(self) -> None:
        """Take the whole field out, containers with all they hold."""


class Column(Field, Protocol):
    """A field of a table: a column's slice of the batch, one cell per row.

    Cells are handled as they are spelled, quotes and all, so that equal cells are treated once.
    """

    def cells(self) -> Sequence[str]:
        """The original cells, row by row."""

    def decode(self, cell: str, form: Form) -> Value | None:
        """A cell's value in the kind that the form asks for; None for an empty cell.

        What it gives depends on cell and form alone. Raises FieldError (``wrong-kind``).
        """

    def encode(self, value: Value | None, cell: str, form: Form) -> str:
        """The cell that holds an action's result, spelled like the cell its original was read from.

        None makes it empty. Raises FieldError as `Field.write` does.
        """

    def encode_many(self, values: Sequence[Value], cells: Sequence[str], form: Form) -> Sequence[str]:
        """What `encode` makes of each value and its cell. Raises FieldError if it cannot be done for all."""

    def put(self, cells: Sequence[str]) -> None:
        """The new cells, row by row."""

    def place(self, row: int) -> str:
        """Where a cell stands; may be logged. Rows are counted from 0 in the batch."""


class Place(Protocol):
    """Where a step that creates found nothing."""

    @property
    def path(self) -> str:
        """Where the field will stand."""

    @property
    def limits(self) -> Limits:
        """What it will be able to hold."""

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        """Make the field with these values. Raises FieldError as `Field.write` does."""


class Batch(Protocol):
    """What is in memory at a time: a whole header, or some thousand rows."""

    def matches(self) -> Iterator[tuple[Field, Step]]:
        """Each field that a step reaches, once, with the first step in order that does."""

    def absent(self) -> Iterator[tuple[Place, Step]]:
        """Steps that create and found nothing. Asked after all matches are done."""

    def original(self, name: str) -> Sequence[str]:
        """The original values, as text, of a field named in `reads` when the plan was bound."""

    def current(self, name: str) -> Sequence[str]:
        """The same field's values as they will be written."""

    def rows(self) -> int | None:
        """For a table, whose fields are all `Column`: how many rows the batch has. None where there are no rows."""
        return None

    def subjects(self, name: str) -> Sequence[str]:
        """For a table: the original text of a column named in `reads`, row by row; nothing if it is absent."""
        return ()


class RecurringBatch(Batch, Protocol):
    """A batch that can redo what steps did to equal bytes of earlier files; for types with ``recurrence``.

    It is asked only where every step repeats: the same value under the same subject gives the same result.
    """

    def recall(self, memory: MutableMapping[Hashable, object], subject: str) -> Mapping[Step, int]:
        """Make the edits that are known, before `matches`, which then leaves those fields out.

        memory : what the batch noted in `remember`, for one plan and one run; bounded by the file type
        Returns how many fields of each step were covered.
        """

    def remember(self) -> None:
        """Note what the steps made of this file. Called after the last step, unless one fell back."""


class Document(ABC):
    """An open file. A context manager; closing it frees what it holds, never the source."""

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """One batch, or many for a stream."""

    def settle(self) -> None:
        """Carry out what the section's own options ask, after the last step and before names are asked."""

    @abstractmethod
    def write(self, sink: Sink) -> None:
        """Write the source with all edits made. Types that stream raise; they have `rewrite`."""

    def rewrite(self, sink: Sink, edit: Callable[[Batch], None]) -> None:
        """For types that stream: pull a batch, hand it to `edit`, write it, and so on."""
        raise NotImplementedError(f"{type(self).__name__} does not stream")

    @abstractmethod
    def check(self, written: Source) -> None:
        """Tokenize what was written again. Raises FileError (``verify``) if it is not what was meant."""

    def effects(self) -> Mapping[str, int]:
        """What the section's own options did: option name to count of fields."""
        return {}

    def dropped(self) -> Sequence[str]:
        """Parts of the source that are not carried over, such as ``preamble`` or ``trailing``."""
        return ()

    def residual(self) -> int | None:
        """How many fields that no step reached hold an equal value to one that was edited.

        Values of `TELLING` or more characters count. None where the type cannot tell.
        """
        return None

    def close(self) -> None:
        """Free what the document holds."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@attrs.frozen
class Listed:
    """A field as a profile can name it, for people who write profiles.

    name : what to write after ``name:``
    type : the field's native type, such as a value representation
    note : anything else worth knowing, such as the DICOM keyword's full name
    values : gives the values as text; called only where a person asked to see them
    """

    name: str
    type: str
    note: str
    values: Callable[[], Sequence[str]] = attrs.field(repr=False)


class FileType(ABC):
    """A file type as one section of a profile sets it up.

    Importing the module that holds a subclass imports no format library; `open` does.
    """

    name: ClassVar[str]
    summary: ClassVar[str] = ""
    sections: ClassVar[Mapping[str, Preset]]
    """Names this type goes by in a profile: csv, tsv and table are three presets of one type."""
    formats: ClassVar[Formats] = Formats()
    """Date formats where neither rule nor section names one."""
    capabilities: ClassVar[frozenset[str]] = frozenset()
    """Of ``streaming``, ``insertion``, ``recurrence`` (its batches are `RecurringBatch`), ``container``, ``raster``."""
    takes_the_rest: ClassVar[bool] = False
    """Its sections take a file only when no other section claims it; with a `file-filter`, only what fits that."""
    default_subject: ClassVar[str | None] = None
    """The field that identifies the patient where the profile names none."""
    default_name: ClassVar[str | None] = None
    """Template of output names over field values; None keeps the input's name."""

    def __init__(self, options: Mapping[str, object], section: str = "") -> None:
        """
        options : the section's own keys as `section_schema` made them, over the preset's defaults
        section : the name the section has in the profile
        Raises ValueError, with a message for the profile's author, for options that contradict.
        """
        self.options = options
        self.section = section

    @classmethod
    @abstractmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        """Whether a file is of this type, from its first 4096 bytes and its name. Never opens it."""

    @classmethod
    def section_schema(cls) -> Fragment:
        """The keys of its section, beside those of the core and of the actions."""
        return {}

    @classmethod
    def rule_schema(cls) -> Fragment:
        """The keys by which a rule can name fields, beside ``name`` and ``regex``."""
        return {}

    @abstractmethod
    def compile(self, named: Named) -> Selector:
        """The selector for a rule. Raises ValueError, with near names, for one that cannot be."""

    def limits(self, selector: Selector) -> Limits | None:
        """What the fields of a selector can hold, where that is known before a file is read."""
        return None

    def check_literal(self, selector: Selector, text: str) -> str | None:
        """Why a text of the profile cannot be written to these fields, or None."""
        return None

    @abstractmethod
    def bind(self, steps: Sequence[Step], reads: Iterable[str]) -> object:
        """All steps merged into one matcher, which `open` gets for each file.

        steps : in order of precedence; of those that reach a field the first wins
        reads : names of fields that `Batch.original` and `Batch.current` will be asked for
        Raises ValueError for a name in `reads` that cannot be.
        """

    @abstractmethod
    def open(self, source: Source, matcher: object) -> Document:
        """Tokenize a file. Raises FileError if it is not wholly understood."""

    def fields(self, source: Source) -> Iterator[Listed]:
        """The fields of a file, in its order. Raises FileError if the file is not understood."""
        raise NotImplementedError(f"{type(self).__name__} cannot list fields")

    @classmethod
    def catalogues(cls) -> Sequence[Catalogue]:
        """Lists of the fields that can identify a person. None where a file's author names its fields."""
        return ()

    def reach(self, matcher: object, name: str) -> Reach:
        """What becomes of a field of `catalogues` under the steps in a matcher and the section's options.

        matcher : made by `bind`
        """
        return UNREACHED

    def rest(self) -> Iterable[str]:
        """What becomes of all that no rule names, under the section's options: sentences for readers who
        do not program."""
        yield "All that no rule names stays as it is, byte for byte."

    def weak_spots(self) -> Iterable[str]:
        """What a reviewer should weigh about this type and the section's options: sentences, as in `rest`."""
        return ()
