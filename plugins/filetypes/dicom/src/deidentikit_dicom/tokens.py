"""Where each element of a DICOM file stands: a walk over the headers at all depths.

Nothing is decoded and no value is read; a file whose tokens do not tile it is refused.
"""

from __future__ import annotations

import struct
from typing import Final

from deidentikit.errors import FileError
from deidentikit.splice import Source

from .dictionary import vr_of
from .recurrence import Recurrence, Stretch
from .syntax import (
    EXPLICIT,
    FRAGMENT_VRS,
    IMPLICIT,
    LONG_VRS,
    PUBLIC_SEQUENCES,
    SEQUENCE_TAGS,
    SHORT_VRS,
    UNDEFINED,
    Syntax,
)
from .tags import ITEM, PIXEL_DATA
from .window import HEAD_MAX, Window

Token = tuple[int, int, int, int, int]
"""Tag, where its header starts, where its value starts, where it all ends (with a delimiter), index of
the token that holds it (-1: the main data set or the file meta). Items are tokens too."""

_MAX_DEPTH: Final = 64
_MAX_TOKENS: Final = 3_000_000
_MAX_FAILED: Final = 2_000
_MAX_DISCARDED: Final = 1_000_000
_LAST_TAGS: Final = frozenset({0x7FE00008, 0x7FE00009, PIXEL_DATA, 0xFFFCFFFC})
_ITEM_MARKS: Final = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")


class Walker(Window):
    """Walks a source and gathers its tokens in `tokens`, in the order of the file.

    content : for containers whose content is in another syntax than what holds them, that syntax
    opaque : tokens that should be sequences but do not parse as such, and why
    surmised : tokens that other readings were tried of, which may have gone by bytes around them
    trailing : where bytes begin that belong to no element; the source's size where there are none
    stretches : those met again, by their first tokens
    """

    def __init__(self, source: Source, head: bytes, recurrence: Recurrence | None = None) -> None:
        super().__init__(source, head)
        self.tokens: list[Token] = []
        self.content: dict[int, Syntax] = {}
        self.opaque: dict[int, FileError] = {}
        self.surmised: list[int] = []
        self.trailing = self.size
        self.stretches: list[tuple[int, Stretch]] = []
        self._recurrence = recurrence
        self._known: dict[bytes, Stretch] = {}
        self._failed = 0
        self._discarded = 0

    def meta(self, pos: int) -> int:
        """Walk the file meta information (PS3.10 section 7.1) from `pos`; returns where it ends."""
        start = pos
        while pos + 8 <= self.size:
            header = self.peek(pos, 12)
            group, element, vr, size = EXPLICIT.header.unpack_from(header)
            if group != 2:
                break
            value = pos + 8
            if vr in LONG_VRS:
                value = pos + 12
                size = int.from_bytes(header[8:12], "little")
            elif vr not in SHORT_VRS:
                raise FileError("unparsed-region", "the file meta information is not in explicit VR little endian")
            if value + size > self.size:
                raise FileError("truncated", "the file ends within its meta information")
            if value + size - start > HEAD_MAX:
                raise FileError("unparsed-region", "the file meta information is too long to be one")
            self.tokens.append((group << 16 | element, pos, value, value + size, -1))
            pos = value + size
        return pos

    def main(self, pos: int, syntax: Syntax) -> None:
        """Walk the main data set from `pos` to the end of the source."""
        if self._recurrence is not None:
            self._known = self._recurrence.stretches(syntax)
        walk = self._explicit if syntax.explicit else self._implicit
        walk(pos, self.size, -1, False, syntax, 0)

    def _met_again(self, pos: int) -> int:
        """Where the stretch ends that begins at `pos`; 0 where none does."""
        data = self._data
        stretch = self._known.get(data[pos : pos + 4])
        if self._base or stretch is None or not data.startswith(stretch.data, pos):
            return 0
        index = len(self.tokens)
        self.stretches.append((index, stretch))
        self.tokens += stretch.placed(pos, index)
        return pos + len(stretch.data)

    def _fill(self, pos: int) -> bool:
        if len(self.tokens) > _MAX_TOKENS:
            raise FileError("too-many-elements", f"the file has more than {_MAX_TOKENS} elements and items")
        return super()._fill(pos)

    def _explicit(self, pos: int, end: int, parent: int, delimited: bool, syntax: Syntax, depth: int) -> int:
        """Walk a data set with explicit VRs; returns where it ends, its delimiter included."""
        append = self.tokens.append
        data, base = self._data, self._base
        header = syntax.header.unpack_from
        u32 = syntax.u32.unpack_from
        short, long = SHORT_VRS, LONG_VRS
        sequences = PUBLIC_SEQUENCES
        known = self._known if parent < 0 else None
        while pos < end:
            if known and (stop := self._met_again(pos)):
                pos = stop
                continue
            try:
                group, element, vr, size = header(data, pos - base)
                if vr in short:
                    value = pos + 8
                elif vr in long:
                    value = pos + 12
                    (size,) = u32(data, pos + 8 - base)
                    tag = group << 16 | element
                    if size == 0xFFFFFFFF or vr == b"SQ" or vr == b"UN" or sequences[tag]:
                        pos = self._container(tag, pos, value, size, end, parent, syntax, depth, vr)
                        data, base = self._data, self._base
                        continue
                else:
                    if group == 0xFFFE and delimited and element == 0xE00D:
                        return self._delimiter(pos, end)
                    value, size = self._unknown_vr(pos, end, group, vr, syntax)
                    if not value:
                        return self._leftover(pos, end, parent)
            except struct.error:
                if not self._fill(pos):
                    return self._overrun(pos, end, parent)
                data, base = self._data, self._base
                continue
            stop = value + size
            if stop > end:
                return self._overrun(pos, end, parent)
            append((group << 16 | element, pos, value, stop, parent))
            pos = stop
        if delimited:
            raise FileError("unterminated", "an item of undefined length has no delimiter")
        return pos

    def _implicit(self, pos: int, end: int, parent: int, delimited: bool, syntax: Syntax, depth: int) -> int:
        """Walk a data set with implicit VRs; returns where it ends, its delimiter included."""
        append = self.tokens.append
        data, base = self._data, self._base
        header = syntax.header.unpack_from
        sequences = SEQUENCE_TAGS
        known = self._known if parent < 0 else None
        while pos < end:
            if known and (stop := self._met_again(pos)):
                pos = stop
                continue
            try:
                group, element, size = header(data, pos - base)
            except struct.error:
                if not self._fill(pos):
                    return self._overrun(pos, end, parent)
                data, base = self._data, self._base
                continue
            value = pos + 8
            tag = group << 16 | element
            if group & 1 or group == 0xFFFE or not group or size == 0xFFFFFFFF or sequences[tag]:
                if group == 0xFFFE or not group:
                    if element == 0xE00D and delimited and group == 0xFFFE:
                        return self._delimiter(pos, end)
                    return self._leftover(pos, end, parent)
                if size == 0xFFFFFFFF or size >= 8:
                    if value + size > end and size != 0xFFFFFFFF:
                        return self._overrun(pos, end, parent)
                    vr = b"UN" if group & 1 else b"OW" if tag == PIXEL_DATA else vr_of(tag).encode()
                    if vr != b"UN" or size == 0xFFFFFFFF or self.peek(value, 4) in _ITEM_MARKS:
                        pos = self._container(tag, pos, value, size, end, parent, syntax, depth, vr)
                        data, base = self._data, self._base
                        continue
            stop = value + size
            if stop > end:
                return self._overrun(pos, end, parent)
            append((tag, pos, value, stop, parent))
            pos = stop
        if delimited:
            raise FileError("unterminated", "an item of undefined length has no delimiter")
        return pos

    def _container(
        self, tag: int, pos: int, value: int, size: int, end: int, parent: int, syntax: Syntax, depth: int, vr: bytes
    ) -> int:
        """Walk what may hold items: SQ, whatever its VR, UN, or anything of undefined length; returns where it ends."""
        tokens = self.tokens
        index = len(tokens)
        undefined = size == UNDEFINED
        stop = end if undefined else value + size
        if stop > end:
            return self._overrun(pos, end, parent)
        tokens.append((tag, pos, value, stop, parent))
        if undefined and tag == PIXEL_DATA:
            stop = self._fragments(value, end)
        elif undefined and vr in FRAGMENT_VRS:
            stop = self._items_or_fragments(value, end, index, syntax, depth)
        elif vr == b"SQ" or undefined or (size >= 8 and self.peek(value, 4) in _ITEM_MARKS):
            stop = self._items(value, stop, index, undefined, syntax, depth, vr)
        tokens[index] = (tag, pos, value, stop, parent)
        return stop

    def _items(self, pos: int, end: int, index: int, undefined: bool, syntax: Syntax, depth: int, vr: bytes) -> int:
        """Walk a value as a sequence in the first syntax in which it is one.

        A value of unknown VR is implicit (PS3.5 6.2.2 note 2), but some writers left it as it was.
        One of defined length that is a sequence in none stays opaque.
        """
        content = IMPLICIT if vr == b"UN" else syntax
        try:
            stop = self._sequence(pos, end, index, undefined, content, depth)
        except FileError as error:
            return self._items_in_other_syntax(pos, end, index, undefined, syntax, depth, vr, error)
        if content is not syntax:
            self.content[index] = content
        return stop

    def _items_or_fragments(self, pos: int, end: int, index: int, syntax: Syntax, depth: int) -> int:
        """Walk a value of undefined length that says it holds bytes and may be a sequence with a wrong VR."""
        try:
            return self._items(pos, end, index, True, syntax, depth, b"SQ")
        except FileError as error:
            if error.reason in ("too-deep", "too-many-elements"):
                raise
        self._discard(index + 1, pos)
        return self._fragments(pos, end)

    def _items_in_other_syntax(
        self,
        pos: int,
        end: int,
        index: int,
        undefined: bool,
        syntax: Syntax,
        depth: int,
        vr: bytes,
        trouble: FileError,
    ) -> int:
        first = IMPLICIT if vr == b"UN" else syntax
        for content in dict.fromkeys((syntax, IMPLICIT, EXPLICIT)):
            if content is first:
                continue
            if trouble.reason in ("too-deep", "too-many-elements"):
                raise trouble
            self._discard(index + 1, pos)
            try:
                stop = self._sequence(pos, end, index, undefined, content, depth)
            except FileError as error:
                if error.reason in ("too-deep", "too-many-elements"):
                    raise
                continue
            if content is not syntax:
                self.content[index] = content
            return stop
        self._discard(index + 1, pos)
        if undefined:
            raise trouble
        self.opaque[index] = trouble
        return end

    def _discard(self, index: int, pos: int) -> None:
        """Forget the tokens from `index` on and go back to `pos`, within bounds for the whole file."""
        self._failed += 1
        self._discarded += len(self.tokens) - index
        self.surmised.append(index - 1)
        if self._failed > _MAX_FAILED or self._discarded > _MAX_DISCARDED:
            raise FileError("too-many-elements", "too many values begin like sequences and are none")
        del self.tokens[index:]
        known: dict[int, Syntax] | dict[int, FileError]
        for known in (self.content, self.opaque):
            while known and next(reversed(known)) >= index:  # what was noted since then came in last
                known.popitem()
        self._go_back(pos)

    def _sequence(self, pos: int, end: int, parent: int, delimited: bool, syntax: Syntax, depth: int) -> int:
        """Walk the items of a sequence; returns where it ends, its delimiter included."""
        if depth >= _MAX_DEPTH:
            raise FileError("too-deep", f"sequences are nested more than {_MAX_DEPTH} deep")
        tokens = self.tokens
        unpack = syntax.item.unpack_from
        walk = self._explicit if syntax.explicit else self._implicit
        while pos < end:
            try:
                group, element, size = unpack(self._data, pos - self._base)
            except struct.error:
                if not self._fill(pos):
                    raise FileError("truncated", "the file ends within a sequence") from None
                continue
            value = pos + 8
            if group != 0xFFFE:
                raise FileError("unparsed-region", "something other than an item stands in a sequence")
            if element == 0xE000:
                index = len(tokens)
                tokens.append((ITEM, pos, value, end, parent))
                open_end = size == UNDEFINED
                stop = end if open_end else value + size
                if stop > end:
                    raise FileError("overrun", "an item is longer than the sequence that holds it")
                stop = walk(value, stop, index, open_end, syntax, depth + 1)
                tokens[index] = (ITEM, pos, value, stop, parent)
                pos = stop
            elif element == 0xE0DD and delimited and not size:
                if value > end:
                    raise FileError("overrun", "the delimiter of a sequence passes the end of the item that holds it")
                return value
            else:
                raise FileError("unparsed-region", "a misplaced delimiter stands in a sequence")
        if delimited:
            raise FileError("unterminated", "a sequence of undefined length has no delimiter")
        return pos

    def _fragments(self, pos: int, end: int) -> int:
        """Step over the fragments of encapsulated pixel data (PS3.5 annex A.4); returns where they end."""
        unpack = IMPLICIT.item.unpack_from
        data, base = self._data, self._base
        while pos + 8 <= end:
            try:
                group, element, size = unpack(data, pos - base)
            except struct.error:
                group, element, size = unpack(self.source.pread(8, pos))
            if group == 0xFFFE and element == 0xE000 and size != UNDEFINED:
                pos += 8 + size
            elif group == 0xFFFE and element == 0xE0DD:
                return pos + 8
            else:
                raise FileError("unparsed-region", "the fragments of encapsulated pixel data do not follow each other")
        if pos > end:
            raise FileError("truncated", "the file ends within a fragment of encapsulated pixel data")
        raise FileError("unterminated", "encapsulated pixel data have no delimiter")

    def _delimiter(self, pos: int, end: int) -> int:
        at = pos - self._base + 4
        if pos + 8 > end or self._data[at : at + 4] != b"\0\0\0\0":
            raise FileError("unparsed-region", "the delimiter of an item has a length")
        return pos + 8

    def _unknown_vr(self, pos: int, end: int, group: int, vr: bytes, syntax: Syntax) -> tuple[int, int]:
        """Value start and length of an element whose VR is not known; zeros if this is no element.

        PS3.5 7.1.2 gives unknown VRs 32-bit lengths, but those met in damaged files have 16 bits;
        what follows decides. Raises where both or neither can be.
        """
        if not vr.isalpha() or not vr.isupper() or group in (0, 0xFFFE, 0xFFFF):
            return 0, 0
        header = self.peek(pos, 12)
        (size,) = syntax.u16.unpack_from(header, 6)
        self.surmised.append(len(self.tokens))
        readings = [(pos + 8, size)]
        if len(header) == 12 and not size:
            readings.append((pos + 12, *syntax.u32.unpack_from(header, 8)))
        fits = [reading for reading in readings if self._element_at(sum(reading), end)]
        if len(fits) != 1:
            raise FileError("unparsed-region", "an element has a value representation that DICOM does not define")
        return fits[0]

    def _element_at(self, pos: int, end: int) -> bool:
        """Whether a data set can go on at `pos` with a known VR or a delimiter, or can end there."""
        if pos >= end:
            return pos == end
        header = self.peek(pos, 8)
        return header[4:6] in SHORT_VRS or header[4:6] in LONG_VRS or header[:2] in (b"\xfe\xff", b"\xff\xfe")

    def _overrun(self, pos: int, end: int, parent: int) -> int:
        if parent >= 0:
            raise FileError("overrun", "an element is longer than the item that holds it")
        if self._leftover_possible(pos):
            return self._leftover(pos, end, parent)
        raise FileError("truncated", "an element is longer than what is left of the file")

    def _leftover_possible(self, pos: int) -> bool:
        """Whether bytes after the data set may begin at `pos`: after pixel data, or if all are zero."""
        last = next((token for token in reversed(self.tokens) if token[4] < 0), None)
        return (last is not None and last[0] in _LAST_TAGS) or self._zeros_from(pos)

    def _leftover(self, pos: int, end: int, parent: int) -> int:
        """Note where the data set ends before the file does, or refuse what stands there."""
        if parent >= 0:
            raise FileError("unparsed-region", "an item holds bytes that are no element")
        if not self._leftover_possible(pos):
            raise FileError("unparsed-region", "the data set holds bytes that are no element")
        self.trailing = pos
        return end
