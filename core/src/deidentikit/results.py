"""What actions give, held to what the plugin contract lets them give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from .action import Action, Verdict
from .errors import BrokenContract, FieldError
from .kinds import Kind, Moment, Opaque, Span, Value

VALUE_TYPES: Final[Mapping[Kind, tuple[type, ...]]] = {
    Kind.TEXT: (str, Opaque),
    Kind.UID: (str, Opaque),
    Kind.NUMBER: (Decimal,),
    Kind.DATE: (Moment, Span),
    Kind.DATETIME: (Moment, Span),
    Kind.BYTES: (bytes,),
    Kind.NATIVE: (str,),
}
"""What values of each kind are."""


def one_result(result: object, action: Action, kind: Kind) -> Value | Verdict:
    """A result of `Action.apply`. Raises BrokenContract for one that is no value of the kind and no verdict."""
    if isinstance(result, (Verdict, *VALUE_TYPES[kind])):
        return result  # type: ignore[return-value]
    raise BrokenContract(type(action), f"the action {action.name!r} gives {_named(result)} for a {kind.value}")


def field_results(result: object, action: Action, kind: Kind) -> Sequence[Value] | Verdict:
    """A result of `Action.apply_field`. Raises BrokenContract for one that is no sequence of values and no verdict."""
    if isinstance(result, Verdict):
        return result
    if not isinstance(result, Sequence) or isinstance(result, str | bytes):
        raise BrokenContract(
            type(action), f"the action {action.name!r} gives {_named(result)} in place of a field's values"
        )
    for value in result:
        if isinstance(one_result(value, action, kind), Verdict):
            raise BrokenContract(type(action), f"the action {action.name!r} gives a verdict among a field's values")
    return result


def one_of_one(result: object, action: Action, kind: Kind) -> Value | Verdict:
    """What `Action.apply_field` makes of a single value. Raises BrokenContract, and FieldError for several values."""
    found = field_results(result, action, kind)
    if isinstance(found, Verdict):
        return found
    if len(found) != 1:
        raise FieldError("wrong-kind", f"{action.name} does not make one value of one")
    return found[0]


def _named(result: object) -> str:
    return "None" if result is None else f"a value of type {type(result).__name__!r}"
