"""Protocols in braces whose end cannot be found are refused, for what they hold cannot be told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deidentikit.errors import FileError
from deidentikit.testing.driving import Done

Edit = Callable[..., Done]
REMOVE = "fields:\n  - name: tPatientName\n    remove: yes"
WHOLE = '<XProtocol>\n{\n  <ParamString."tPatientName"> { "Doe^Jane" }\n}\n'


def test_whole_block(edit: Edit) -> None:
    assert edit(WHOLE, REMOVE, "protocol.txt").data.count(b"Doe") == 0


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace("}\n", "", 1),
        WHOLE.removesuffix("}\n"),
        WHOLE.replace('{ "Doe^Jane" }', '{ "Doe^Jane }'),
        WHOLE.replace('{ "Doe^Jane" }', "} { Doe^Jane }"),
        WHOLE.removesuffix("\n") + " tail of Doe^Jane\n",
        "<XProtocol>\n" + "{\n" * 2000 + "}\n" * 2000,
    ],
)
def test_broken_blocks(edit: Edit, text: str) -> None:
    with pytest.raises(FileError) as refused:
        edit(text, REMOVE, "protocol.txt")
    assert refused.value.reason == "unparsed-region"
    assert "Doe" not in str(refused.value)
