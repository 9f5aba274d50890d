"""The action replace-with: a value of the profile takes the place of the field's."""

from __future__ import annotations

import pytest
from deidentikit.context import Context, Keys
from deidentikit.kinds import Kind
from deidentikit.registry import Registry
from deidentikit_replace_with import ReplaceWith

CONTEXT = Context(Keys(None))
REGISTRY = Registry.of(ReplaceWith)


@pytest.mark.parametrize(("value", "written"), [(("ANON",), ("ANON",)), (("A", "B"), ("A", "B")), (("",), ())])
def test_writes_texts_of_the_profile(value: tuple[str, ...], written: tuple[str, ...]) -> None:
    action = ReplaceWith.build(value, {}, {}, REGISTRY)
    assert action.kind is Kind.NATIVE
    assert action.apply_field((), CONTEXT) == written
    assert action.literals() == written


def test_absent_fields_are_made_unless_the_section_or_the_rule_says_no() -> None:
    def creates(options: dict[str, object], settings: dict[str, object]) -> bool:
        return ReplaceWith.build(("X",), options, settings, REGISTRY).creates

    assert creates({}, {})
    assert not creates({"replace-with-insert": False}, {})
    assert not creates({}, {"replace-with-insert": False})
    assert creates({"replace-with-insert": True}, {"replace-with-insert": False})


def test_a_part_of_a_text_is_replaced() -> None:
    assert CONTEXT.apply_text(ReplaceWith(("X",)), "Jane") == "X"
