"""The action keep: nothing changes."""

from __future__ import annotations

from deidentikit.action import KEEP
from deidentikit.context import Context, Keys
from deidentikit.kinds import Kind
from deidentikit.registry import Registry
from deidentikit_keep import Keep


def test_keeps_whatever_the_field_holds() -> None:
    assert Keep.kind is Kind.NATIVE
    assert Keep().apply_field((), Context(Keys(None))) is KEEP
    assert Context(Keys(None)).apply_text(Keep(), " as it is ") == " as it is "
    assert not Keep().creates
    assert not Keep().removes


def test_a_rule_without_action_keeps() -> None:
    registry = Registry.of(Keep)
    assert registry.default_action is Keep
    assert registry.actions["keep"] is registry.actions["identity"] is Keep
