"""What an action is: a pure function from value to value, with its options as attributes."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Self

import attrs

from .kinds import Form, Kind, Value

if TYPE_CHECKING:
    from .context import Context
    from .filetype import Limits
    from .registry import Registry
    from .schema import Fragment, Validator


class Verdict(Enum):
    """What an action may return in place of a value."""

    REMOVE = "remove"
    KEEP = "keep"


REMOVE = Verdict.REMOVE
"""Returned by `Action.apply`: take the value out; the field goes with its last one."""
KEEP = Verdict.KEEP
"""Returned by `Action.apply`: leave the value as it is."""


@attrs.frozen
class Action(ABC):
    """One rule's action. Subclasses are ``attrs.frozen``; their attributes are the options.

    An attribute takes the option or the section setting of the same name with ``-`` for
    ``_``; an option of the rule wins over a setting of the section. `value`, where a subclass
    has it, takes what stands after the action's own name in the rule. Defaults live in the
    attributes, not in the schema.

    An action reads no file, keeps no state, and puts no value into a message.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str] = ""
    kind: ClassVar[Kind]
    default: ClassVar[bool] = False
    """What a rule that names no action gets. At most one action can be that."""
    deterministic: ClassVar[bool] = True
    """The same value and subject give the same result, so results may be remembered."""
    per_subject: ClassVar[bool] = False
    """The result may depend on the subject; see `by_subject`."""
    accepts_opaque: ClassVar[bool] = False
    """`apply` takes `Opaque` bytes where a text does not decode; otherwise such a file is refused."""

    @classmethod
    def value_schema(cls, registry: Registry) -> Validator | None:
        """What may stand after the action's name in a rule. None: only ``true``, ``yes``, ``on``."""
        return None

    @classmethod
    def options_schema(cls, registry: Registry) -> Fragment:
        """Keys that may stand beside the action in a rule."""
        return {}

    @classmethod
    def settings_schema(cls, registry: Registry) -> Fragment:
        """Keys of a section (and of the top level) that set defaults for this action."""
        return {}

    @classmethod
    def build(
        cls, value: object, options: Mapping[str, object], settings: Mapping[str, object], registry: Registry
    ) -> Self:
        """The action of one rule.

        value : what stands after the action's name, as its schema made it (True where it has none)
        options, settings : validated keys of the rule and of its section, as spelled in the profile
        Raises ValueError, with a message for the profile's author, for options that contradict.
        """
        known = {field.name for field in attrs.fields(cls)}
        arguments: dict[str, object] = {}
        for source in (settings, options):
            for key, found in source.items():
                name = key.replace("-", "_")
                if name in known:
                    arguments[name] = found
        if "value" in known:
            arguments["value"] = value
        return cls(**arguments)

    @property
    def form(self) -> Form:
        """The kind this action works on, with the date format that the rule or section names."""
        return Form(self.kind)

    @property
    def creates(self) -> bool:
        """Makes the field where it is absent."""
        return False

    @property
    def removes(self) -> bool:
        """Takes the field out of the file."""
        return False

    @property
    def keeps(self) -> bool:
        """Leaves every value as it is."""
        return False

    @property
    def by_subject(self) -> bool:
        """With these options the result depends on the subject; otherwise one result serves all subjects."""
        return self.per_subject

    def reads(self) -> Iterable[str]:
        """Names of other fields whose original values `apply` asks the context for."""
        return ()

    def literals(self) -> Sequence[str]:
        """Texts of the profile that this action writes as they are, so that a file type can check them."""
        return ()

    def nested(self) -> Mapping[str, Action]:
        """Actions within this one, by the name of the part each works on."""
        return {}

    def check(self, limits: Limits, keyed: bool) -> Iterable[str]:
        """What stands against this action on a field with these limits, found before any file is read."""
        if self.kind is not Kind.NATIVE and limits.kinds is not None and self.kind not in limits.kinds:
            yield f"{self.name} works on a {self.kind.value}, which this field cannot hold; choose another action"

    def remarks(self, keyed: bool) -> Iterable[str]:
        """What a reader of the profile should know about these options, such as a weak choice."""
        return ()

    def describe(self, keyed: bool) -> str:
        """What becomes of a field, for readers who do not program: words that follow its name.

        keyed : the run will have a key

        It shows texts of the profile, never a secret: the default leaves out options whose attribute
        is declared with ``repr=False``.
        """
        shown = ((field.name, _plain(getattr(self, field.name))) for field in attrs.fields(type(self)) if field.repr)
        options = ", ".join(f"{name.replace('_', '-')} {text}" for name, text in shown if text)
        summary = f" ({self.summary.strip().rstrip('.')})" if self.summary else ""
        return f"is treated by {self.name}{summary}{', with ' if options else ''}{options}"

    def guessable(self, keyed: bool) -> bool:
        """Whether who has the profile can find an original by trying all likely values."""
        return False

    def weak_spots(self, keyed: bool) -> Iterable[str]:
        """What a reviewer should weigh about these options beside `remarks`: a choice that may be meant.

        Nested actions are asked themselves, here and in `guessable`.
        """
        return ()

    def problems(self, keyed: bool) -> Iterable[str]:
        """What makes these options unusable in this profile, such as a missing key."""
        return ()

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        """The new value for one value. Called for each value of a field that has several.

        Raises FieldError where the value cannot be treated.
        """
        raise NotImplementedError(f"{type(self).__name__} defines neither apply nor apply_field")

    def days(self, context: Context) -> int | None:
        """For an action that does nothing but move dates: by how many days it moves a date without time.

        It lets a table's columns of dates be moved as a whole. None for any other action. Raises
        FieldError as `apply` does.
        """
        return None

    def apply_many(
        self, values: Sequence[Value], subjects: Sequence[str], context: Context
    ) -> Sequence[Value | None] | None:
        """The new values for cells of a table's column, where there is a faster way than one by one.

        values : of this action's kind
        subjects : whose each value is, as `Context.subject_or_row` tells; empty texts where `by_subject` is False
        context : for its key and the field's limits; it stands for no subject and no row

        What it gives is what `apply` gives: None for a value that `apply` is to be asked about, None in
        place of all by an action that knows no faster way. What raises FieldError is asked one by one.
        """
        return None

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value] | Verdict:
        """The new values of a whole field.

        values : the field's values; always empty for `Kind.NATIVE`, whose actions see no value and
            return texts of the profile, which the file type writes in the field's own type
        """
        out: list[Value] = []
        for value in values:
            result = self.apply(value, context)
            if isinstance(result, Verdict):
                if result is KEEP:
                    out.append(value)
            else:
                out.append(result)
        return out if out or not values else REMOVE


def _plain(option: object) -> str:
    """An option's value for readers; empty where it has no plain form."""
    match option:
        case bool():
            return "on" if option else "off"
        case str():
            return f"“{option}”"
        case int() | float() | Decimal():
            return str(option)
        case tuple():
            return ", ".join(filter(None, map(_plain, option)))
    return ""
