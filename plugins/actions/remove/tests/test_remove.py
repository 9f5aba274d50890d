"""The action remove: the field goes."""

from __future__ import annotations

from deidentikit.action import REMOVE
from deidentikit.context import Context, Keys
from deidentikit.kinds import Kind
from deidentikit_remove import Remove


def test_takes_the_field_out_unseen() -> None:
    assert Remove.kind is Kind.NATIVE
    assert Remove().apply_field((), Context(Keys(None))) is REMOVE
    assert Remove().removes
    assert not Remove().creates


def test_a_part_of_a_text_becomes_empty() -> None:
    assert Context(Keys(None)).apply_text(Remove(), "Jane") == ""
