"""The action `regex-sub` keeps the contract of actions, with actions within it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs
from deidentikit.action import Action
from deidentikit.context import Context
from deidentikit.errors import FieldError
from deidentikit.kinds import Kind, Value
from deidentikit.testing import ActionConformance
from deidentikit_regex_sub import RegexSub


@attrs.frozen
class Reverse(Action):
    """Stands for any other action, since a plugin knows none."""

    name: ClassVar[str] = "reverse"
    summary: ClassVar[str] = "Turn a text round."
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value: Value, context: Context) -> Value:
        if not isinstance(value, str):
            raise FieldError("wrong-kind", "the value is no text")
        return value[::-1]


class TestRegexSub(ActionConformance):
    action = RegexSub
    others: ClassVar[Sequence[type[Action]]] = (Reverse,)
    rules = (
        "regex-sub:\n  - input-regex: '(?P<first>[^ \\0])(?P<rest>.*)'\n    output: '{rest}-{first}'",
        "regex-sub:\n"
        "  - input-regex: '(?P<head>[a-z]+)\\d'\n"
        "    output: 'x{head}'\n"
        "    groups:\n"
        "      - name: head\n"
        "        reverse: yes\n"
        "  - input-regex: '(?P<all>[^ \\0]+)'\n"
        "    output: '{all}{Other}'\n"
        "    groups:\n"
        "      - name: Other\n"
        "        reverse: yes",
    )
