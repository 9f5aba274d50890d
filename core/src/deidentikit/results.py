"""What actions give, held to what the plugin contract lets them give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Final

from .action import Action, Verdict
from .errors import BrokenContract, FieldError
from .kinds import Kind, Moment, Opaque, Span, Value

if TYPE_CHECKING:
    from .context import Context

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


def result_of(action: Action, value: Value, context: Context, kind: Kind) -> Value | Verdict:
    """What an action makes of one value. Raises BrokenContract, and FieldError that does not quote the value."""
    try:
        if type(action).apply_field is Action.apply_field:
            return one_result(action.apply(value, context), action, kind)
        return one_of_one(action.apply_field((value,), context), action, kind)
    except FieldError as error:
        raise _unquoted(error, action, (value,)) from None


def results_of(action: Action, values: Sequence[Value], context: Context, kind: Kind) -> Sequence[Value] | Verdict:
    """What an action makes of a field as a whole. Raises BrokenContract, and FieldError that quotes no value."""
    try:
        return field_results(action.apply_field(values, context), action, kind)
    except FieldError as error:
        raise _unquoted(error, action, values) from None


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


def many_results(result: object, count: int, action: Action, kind: Kind) -> Sequence[Value | None] | None:
    """A result of `Action.apply_many`. Raises BrokenContract for one that is no sequence of so many values or None."""
    if result is None:
        return None
    if not isinstance(result, Sequence) or isinstance(result, str | bytes) or len(result) != count:
        raise BrokenContract(
            type(action), f"the action {action.name!r} gives {_named(result)} in place of {count} values"
        )
    allowed = (NoneType, *VALUE_TYPES[kind])
    if not all(issubclass(found, allowed) for found in {*map(type, result)}):
        wrong = next(value for value in result if not isinstance(value, allowed))
        raise BrokenContract(type(action), f"the action {action.name!r} gives {_named(wrong)} for a {kind.value}")
    return result


def texts(answer: object, asked: type, method: str) -> tuple[str, ...]:
    """What a plugin's class answers where texts are asked of it. Raises BrokenContract for anything else."""
    if isinstance(answer, Iterable) and not isinstance(answer, str | bytes):
        found = tuple(answer)
        if all(isinstance(text, str) for text in found):
            return found
    raise BrokenContract(asked, f"{asked.__qualname__}.{method} gives something else than texts")


def one_text(answer: object, asked: type, method: str) -> str:
    """What a plugin's class answers where one text is asked of it. Raises BrokenContract for anything else."""
    if isinstance(answer, str):
        return answer
    raise BrokenContract(asked, f"{asked.__qualname__}.{method} gives something else than a text")


def _unquoted(error: FieldError, action: Action, values: Sequence[Value]) -> FieldError:
    """The error, with other words where its own hold one of these values as it stands."""
    spelled = [
        spelling
        for value in values
        for spelling in ((value.decode("latin-1"), repr(value)[2:-1]) if isinstance(value, bytes) else (str(value),))
    ]
    said = f"{error.message}\n{error.reason}"
    if not any(text.strip() and re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", said) for text in spelled):
        return error
    reason = "wrong-kind" if error.reason in spelled else error.reason
    return FieldError(reason, f"{action.name} cannot treat this value; why is not shown, as its words quote the value")


def _named(result: object) -> str:
    return "None" if result is None else f"a value of type {type(result).__name__!r}"
