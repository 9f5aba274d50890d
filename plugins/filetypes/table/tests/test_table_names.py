"""Names of outputs that hold a table's values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deidentikit.errors import FileError
from deidentikit.testing.driving import Done

Clean = Callable[..., Done]

NAMED = """fields:
  - name: n
    hash: yes
filenames:
  - input-regex: table
    output: '{site}.csv'"""


@pytest.mark.parametrize(
    "table",
    [
        b'n,site\n"' + b"line\n" * 500_000 + b'",Ward\n',
        b"n,site\n" + b"# remark\n" * 300_000 + b"x,Ward\n",
    ],
    ids=["a long cell", "comments"],
)
def test_name_comes_from_the_first_row_however_far_behind(clean: Clean, table: bytes) -> None:
    assert clean("comment: '#'\n" + NAMED, table).outcome.output == "Ward.csv"


def test_first_row_that_cannot_be_read_is_what_the_refusal_names(clean: Clean) -> None:
    with pytest.raises(FileError) as caught:
        clean(NAMED, b"n,site\nx,W\xe4rd\n")
    assert caught.value.reason == "undecodable"
    assert "row 2" in caught.value.message
