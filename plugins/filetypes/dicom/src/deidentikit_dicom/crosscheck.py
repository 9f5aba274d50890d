"""A second reader: pydicom reads what was written, and has to find in it what our own reader finds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from deidentikit.crosscheck import OPTION, reading, silenced
from deidentikit.errors import FileError
from deidentikit.splice import Source
from deidentikit.stream import SourceStream

from .layout import Layout

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.dataelem import DataElement, RawDataElement

_DEFERRED: Final = 1 << 16
"""Longer values, pixel data above all, are compared by place and length; they are not read."""
_BUFFER: Final = 1 << 18
_OPEN: Final = 0xFFFFFFFF


def cross_check(layout: Layout, written: Source) -> None:
    """Compare what two readers make of a file: its elements at all depths, and their values' bytes.

    layout : what ours made of it

    Raises FileError (``cross-check``).
    """
    from pydicom import config, dcmread

    with silenced("pydicom"), config.disable_value_validation(), reading("pydicom", "output"):
        stream = io.BufferedReader(SourceStream(written), _BUFFER)
        main = dcmread(stream, force=True, defer_size=_DEFERRED)
        top = layout.children(-1)
        comparison = _Comparison(layout)
        comparison.data_set([index for index in top if index < layout.meta_count], main.file_meta)
        comparison.data_set([index for index in top if index >= layout.meta_count], main)


class _Comparison:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def data_set(self, ours: Sequence[int], theirs: Dataset) -> None:
        """Compare the elements that stand directly in a data set."""
        layout = self._layout
        by_tag = {layout.tokens[index][0]: index for index in ours}
        if len(by_tag) != len(ours) or by_tag.keys() != set(map(int, theirs.keys())):
            raise FileError(OPTION, "pydicom does not find the same elements in the output")
        for tag, index in by_tag.items():
            if not self._same(index, theirs, tag):
                raise FileError(
                    OPTION, f"pydicom does not find the same value in the output: {layout.keyword_path(index)}"
                )

    def _same(self, index: int, data_set: Dataset, tag: int) -> bool:
        """Whether both have read one element alike; raises for what differs further within."""
        from pydicom.dataelem import RawDataElement

        found = data_set.get_item(tag, keep_deferred=True)
        if found is None:
            return False
        if isinstance(found, RawDataElement):
            if self._layout.holds_items(index) and found.VR in ("SQ", None) and data_set[tag].VR == "SQ":
                return self._sequence(index, data_set[tag])
            return self._same_bytes(index, found)
        if found.VR == "SQ":
            return self._sequence(index, found)
        return self._same_text(index, found)

    def _sequence(self, index: int, sequence: DataElement) -> bool:
        ours = self._layout.children(index) if self._layout.holds_items(index) else []
        if len(ours) != len(sequence.value):
            return False
        for item, data_set in zip(ours, sequence.value, strict=True):
            self.data_set(self._layout.children(item), data_set)
        return True

    def _same_bytes(self, index: int, raw: RawDataElement) -> bool:
        _, _, start, stop, _ = self._layout.tokens[index]
        if raw.value is None and raw.length:
            return raw.length in (_OPEN, stop - start)
        value = raw.value or b""  # for an empty text it is an empty str
        ours = self._layout.source.pread(stop - start, start)
        return ours.startswith(value) if raw.length == _OPEN else ours == value

    def _same_text(self, index: int, element: DataElement) -> bool:
        """The same for elements that pydicom has decoded on its way, such as character sets."""
        value = element.value
        if isinstance(value, bytes):
            return self._layout.raw(index).strip(b"\0 ") == value.strip(b"\0 ")
        values = [] if value in (None, "") else [value] if isinstance(value, str | int) else list(value)
        raw = self._layout.raw(index)
        if element.VR in ("US", "UL"):
            size = 2 if element.VR == "US" else 4
            little = self._layout.element_syntax(index).little
            parts = (raw[at : at + size] for at in range(0, len(raw), size))
            return values == [int.from_bytes(part, "little" if little else "big") for part in parts]
        return [str(each).strip() for each in values] == [
            part.strip() for part in raw.strip(b"\0 ").decode("latin-1").split("\\") if raw.strip(b"\0 ")
        ]
