"""Remembering what actions made of values, so that a column costs its distinct values."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from .action import Action, Verdict
from .context import Context
from .errors import FieldError
from .filetype import Limits, Step
from .kinds import Opaque, Spelled, Value
from .nesting import is_by_subject, is_deterministic, reads_of
from .results import result_of

_ROOM: Final = 1 << 16
"""Results remembered at a time, over all rules."""
_FIELDS: Final = 1 << 12
"""Pairs of a rule and a field's limits that are told apart at a time."""
_LENGTH: Final = 256
"""Longer values are worked out each time."""


def check_readable(value: Value, action: Action) -> None:
    """Raise FieldError for bytes that were to be text, unless the action takes them."""
    if isinstance(value, Opaque) and not action.accepts_opaque:
        raise FieldError("undecodable", f"{action.name} needs text, and these bytes are none")


class Memos:
    """Results of actions that may be remembered, for a run; forgotten as a whole when there is no more room."""

    __slots__ = ("_by_step", "_room")

    def __init__(self) -> None:
        self._by_step: dict[tuple[int, int], Memo] = {}
        self._room = _ROOM

    def get(self, step: Step, limits: Limits | None) -> Memo:
        """The memo of a step on fields of these limits. It holds both, so their ids stay theirs."""
        key = (id(step), id(limits))
        memo = self._by_step.get(key)
        if memo is None:
            if len(self._by_step) >= _FIELDS:
                self._forget()
                self._by_step.clear()
            memo = self._by_step[key] = Memo(self, step, limits)
        return memo

    def spend(self) -> None:
        """Take room for one more result."""
        if not self._room:
            self._forget()
        self._room -= 1

    def _forget(self) -> None:
        for memo in self._by_step.values():
            memo.known.clear()
        self._room = _ROOM


class Memo:
    """Results of one action, by value and, where they depend on it, by subject."""

    __slots__ = ("_action", "_by_subject", "_limits", "_memos", "_remembers", "_step", "known")

    def __init__(self, memos: Memos, step: Step, limits: Limits | None) -> None:
        action = step.action
        self._memos = memos
        self._step = step
        self._limits = limits
        self._action = action
        self._remembers = is_deterministic(action) and not any(True for _ in reads_of(action))
        self._by_subject = is_by_subject(action)
        self.known: dict[object, Value | Verdict] = {}

    def get(self, value: Value, context: Context) -> Value | Verdict:
        """The action's result for one value."""
        if isinstance(value, bytes):
            check_readable(value, self._action)
        if not self._remembers or (isinstance(value, str | bytes) and len(value) > _LENGTH):
            return self._result(value, context)
        key: object = value if type(value) is str else _key(value)
        if self._by_subject:
            key = (key, context.row, context.subject_or_row)
        known = self.known.get(key)
        if known is None:
            known = self._result(value, context)
            self._memos.spend()
            self.known[key] = known
        return known

    def _result(self, value: Value, context: Context) -> Value | Verdict:
        return result_of(self._action, value, context, self._step.form.kind)


def _key(value: Value) -> object:
    """Numbers that are equal and spelled in two ways are two."""
    if isinstance(value, Decimal):
        return Decimal, value.spelling if isinstance(value, Spelled) else str(value)
    return type(value), value
