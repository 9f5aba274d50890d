"""The columns of a table for people who write profiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from deidentikit.filetype import Listed
from deidentikit.splice import Source

from .cells import Spelling
from .dialect import Dialect
from .reading import Block, BlockReader
from .selectors import check_headers, listed_names


def listed(source: Source, dialect: Dialect) -> Iterator[Listed]:
    """The columns that can be named, with the distinct texts of the first few thousand rows on request.

    Raises FileError as reading does.
    """
    reader = BlockReader(source, dialect)
    block = next(reader.blocks())
    spelling = Spelling(reader.dialect, reader.text.encoding)
    headers = [spelling.text(cell) for cell in reader.head.cells] if dialect.header else None
    if headers is not None:
        check_headers(headers, reader.head.number)
    for at, name in listed_names(headers, reader.width):
        yield Listed(name, "text", f"column {at + 1}", partial(_texts, block, reader.width, at, spelling))


def _texts(block: Block, width: int, at: int, spelling: Spelling) -> Sequence[str]:
    cells = dict.fromkeys(block.cells[at :: width + 1])
    return [text for text in dict.fromkeys(map(spelling.text, cells)) if text]
