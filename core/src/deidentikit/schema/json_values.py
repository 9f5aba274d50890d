"""What an editor may have made of a profile's texts, as JSON Schema.

In a profile every value is text. An editor reads the same lines as YAML has it, so ``yes`` reaches
its JSON Schema as a boolean or a text, ``17`` as a number, ``~`` and nothing as null; in quotes all
are texts. These functions give schemas that take each of them where the text is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

JsonSchema = dict[str, object]
"""A JSON Schema (draft 2020-12), made of what `json.dumps` writes."""

_BOOLEANS: Final = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}
_WHOLE: Final = re.compile(r"[+-]?\d{1,15}", re.ASCII)


def scalar(*, blank: bool = True) -> JsonSchema:
    """Any one value.

    blank : also an empty one
    """
    types = ["string", "number", "boolean"]
    return {"type": [*types, "null"]} if blank else {"type": types, "minLength": 1}


def words(choices: Iterable[str]) -> JsonSchema:
    """One of some texts, spelled exactly so."""
    values: list[object] = []
    for choice in choices:
        values.append(choice)
        if choice in _BOOLEANS:
            values.append(_BOOLEANS[choice])
        elif _WHOLE.fullmatch(choice):
            values.append(int(choice))
    return {"enum": _distinct(values)}


def switch(*states: bool) -> JsonSchema:
    """The words for true or false, in capitals too; both if no state is named."""
    wanted = states or (True, False)
    spelled = [word for word, state in _BOOLEANS.items() if state in wanted]
    values = [state for state in (True, False) if state in wanted]
    any_case = "|".join("".join(f"[{char.upper()}{char}]" for char in word) for word in spelled)
    return {
        "anyOf": [
            {"enum": [*values, *(word for word in spelled if word not in ("true", "false"))]},
            {"type": "string", "pattern": f"^({any_case})$"},
        ]
    }


def number(
    *, pattern: str, whole: bool = False, low: int | None = None, high: int | None = None, also: Iterable[str] = ()
) -> JsonSchema:
    """A number, or a text that spells one.

    pattern : of such a text, as a regular expression that JavaScript knows too
    low, high : bounds that are allowed themselves; texts are not held to them
    also : words that may stand instead
    """
    bounds = {"minimum": low, "maximum": high}
    as_number: JsonSchema = {"type": "integer" if whole else "number"}
    as_number.update({key: bound for key, bound in bounds.items() if bound is not None})
    kinds: list[JsonSchema] = [as_number, {"type": "string", "pattern": f"^({pattern})$"}]
    return {"anyOf": [*kinds, {"enum": [*also]}] if also else kinds}


def explained(schema: JsonSchema, message: str) -> JsonSchema:
    """The schema with what editors show where it does not match.

    ``errorMessage`` is no keyword of JSON Schema, but one that the servers behind editors know.
    """
    branches = schema.get("anyOf")
    if isinstance(branches, list):
        return {**schema, "anyOf": [explained(branch, message) for branch in branches]}
    return {**schema, "errorMessage": message}


def _distinct(values: Iterable[object]) -> list[object]:
    """Each value once; 1 and true, which Python holds equal, are two."""
    return list({(type(value), value): value for value in values}.values())
