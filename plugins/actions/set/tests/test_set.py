"""The action set: a value is there afterwards, whatever was before."""

from __future__ import annotations

import pytest
from deidentikit.context import Context, Keys
from deidentikit.kinds import Kind
from deidentikit.registry import Registry
from deidentikit_set import Set

CONTEXT = Context(Keys(None))


@pytest.mark.parametrize(
    ("value", "written"), [(("ANON",), ("ANON",)), (("A", "B"), ("A", "B")), (("",), ()), (("A", ""), ("A", ""))]
)
def test_writes_texts_of_the_profile(value: tuple[str, ...], written: tuple[str, ...]) -> None:
    action = Set.build(value, {}, {}, Registry.of(Set))
    assert action.apply_field((), CONTEXT) == written
    assert action.literals() == written


def test_makes_the_field_always() -> None:
    assert Set(("X",)).creates
    assert Set(("X",)).kind is Kind.NATIVE


def test_a_part_of_a_text_is_replaced() -> None:
    assert CONTEXT.apply_text(Set(("X",)), "Jane") == "X"
    assert CONTEXT.apply_text(Set(("",)), "Jane") == ""
