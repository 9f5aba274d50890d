"""ImageJ's own metadata, tags 50838 and 50839 (ImageJ, `ij.io.TiffEncoder`)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import attrs
from deidentikit.errors import FieldError, FileError
from deidentikit_image_metadata.plaintext import Spelling
from deidentikit_image_metadata.values import FORMATS

from .parts import Part, TextPart

COUNTS: Final = 50838
METADATA: Final = 50839
NAMES: Final = {
    b"info": "Info",
    b"labl": "Labels",
    b"rang": "Ranges",
    b"luts": "LUTs",
    b"plot": "Plot",
    b"roi ": "ROI",
    b"over": "Overlays",
    b"prop": "Properties",
}
_MAGIC: Final = b"IJIJ"
_TEXTS: Final = frozenset({b"info", b"labl", b"prop"})
_SPELLING: Final = Spelling(FORMATS, lenient=True)


@attrs.define(eq=False)
class _Block:
    """All values of one type."""

    type: bytes
    values: list[bytes]


class ImageJCarrier:
    """The metadata that ImageJ keeps beside an image, open for editing."""

    kind: Final = "imagej"

    def __init__(self, data: bytes, counts: Sequence[int], order: str) -> None:
        """
        counts : the lengths that the tag beside it lists, that of the header first
        Raises FileError (``imagej-malformed``).
        """
        self._order = order
        self._blocks = _read(data, counts, order)
        self._original = data
        self._counts = tuple(counts)
        self.changed = False

    def parts(self) -> Sequence[Part]:
        """One part for each type of metadata."""
        return [self._part(block) for block in self._blocks]

    def _part(self, block: _Block) -> Part:
        shown = NAMES.get(block.type, block.type.decode("latin-1").strip() or "unknown")
        textual = block.type in _TEXTS
        texts = tuple(self._decode(value) for value in block.values) if textual else ()

        def put(new: Sequence[str]) -> None:
            if not textual:
                raise FieldError("wrong-kind", "this is no text; remove it instead")
            block.values = [self._encode(text) for text in new]
            self.changed = True

        def cut() -> None:
            block.values = []
            self.changed = True

        field = TextPart(f"imagej:{shown}", texts, _SPELLING, put, cut, several=len(texts) > 1)
        return Part((shown.casefold(),), shown, field, texts)

    @property
    def _codec(self) -> str:
        return "utf-16-le" if self._order == "<" else "utf-16-be"

    def _decode(self, value: bytes) -> str:
        return value.decode(self._codec, "surrogatepass")

    def _encode(self, text: str) -> bytes:
        return text.encode(self._codec, "surrogatepass")

    def _left(self) -> list[_Block]:
        return [block for block in self._blocks if block.values]

    def counts(self) -> tuple[int, ...]:
        """The lengths for the tag beside it; none where nothing is left."""
        left = self._left()
        if not self.changed or not left:
            return self._counts if not self.changed else ()
        return (4 + 8 * len(left), *(len(value) for block in left for value in block.values))

    def to_bytes(self) -> bytes:
        """The edited value; empty where nothing is left."""
        if not self.changed:
            return self._original
        left = self._left()
        if not left:
            return b""
        head = [self._spelled(_MAGIC)]
        head += [self._spelled(block.type) + struct.pack(f"{self._order}I", len(block.values)) for block in left]
        return b"".join([*head, *(value for block in left for value in block.values)])

    def _spelled(self, code: bytes) -> bytes:
        return code if self._order == ">" else code[::-1]


def _read(data: bytes, counts: Sequence[int], order: str) -> list[_Block]:
    """The blocks of a value. They have to fill it."""
    trouble = FileError("imagej-malformed", "the metadata of ImageJ does not fit the lengths beside it; remove the tag")
    if not counts or counts[0] > len(data) or counts[0] < 12 or counts[0] % 8 != 4:
        raise trouble
    step = 1 if order == ">" else -1
    if data[:4][::step] != _MAGIC or len(data) != sum(counts):
        raise trouble
    blocks: list[_Block] = []
    at, taken = counts[0], 1
    for start in range(4, counts[0], 8):
        (number,) = struct.unpack_from(f"{order}I", data, start + 4)
        if number > len(counts) - taken:
            raise trouble
        block = _Block(data[start : start + 4][::step], [])
        for count in counts[taken : taken + number]:
            block.values.append(data[at : at + count])
            at += count
        taken += number
        blocks.append(block)
    if taken != len(counts) or any(len(v) % 2 for block in blocks if block.type in _TEXTS for v in block.values):
        raise trouble
    return blocks
