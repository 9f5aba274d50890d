"""A DICOM file laid open: preamble, file meta information, data set (PS3.10 section 7)."""

from __future__ import annotations

import zlib
from bisect import bisect_left
from typing import Final

from deidentikit.errors import FieldError, FileError
from deidentikit.splice import BytesSource, Source

from .dictionary import keyword_of, vr_of
from .recurrence import Recurrence
from .syntax import (
    DEFLATED_UIDS,
    DICOMDIR_CLASS,
    EXPLICIT,
    KNOWN_VRS,
    UNDEFINED,
    Syntax,
    data_set_syntax,
)
from .tags import ITEM, PIXEL_DATA, is_group_length
from .tokens import Token, Walker
from .window import FIRST_READ

PREAMBLE: Final = 128
_MAX_INFLATED: Final = 1 << 27
_MAX_VALUE: Final = 1 << 26
_VR_TEXTS: Final = {vr: vr.decode("ascii") for vr in KNOWN_VRS if vr != b"UN"}
_EXPECTED_SIZE_TAGS: Final = (0x00280010, 0x00280011, 0x00280002, 0x00280100)


class Layout:
    """Where everything stands in one file.

    source : what the positions count in: the file, or its meta information and its inflated data set
    deflated_at : where the deflated stream begins, in the file; None where there is none
    tokens, tags : all elements and items in the order of the file, and their tags
    tag_set : the tags without order
    uniform : the whole data set is in one syntax
    special : containers in another syntax, what should be one and is not, and what was surmised, in order
    stretches : what `recurrence` knew, by the first tokens
    data_start : where the data set begins
    trailing : where bytes after the data set begin; the source's size where there are none
    """

    def __init__(self, source: Source, recurrence: Recurrence | None = None) -> None:
        """
        recurrence : what earlier files held; it learns from this one

        Raises FileError where the file is not wholly understood.
        """
        head = source.pread(FIRST_READ, 0)
        self.file = source
        self.has_preamble = head[PREAMBLE : PREAMBLE + 4] == b"DICM"
        walker = Walker(source, head, recurrence)
        start = walker.meta(PREAMBLE + 4 if self.has_preamble else 0)
        meta_count = len(walker.tokens)
        declared = _meta_text(walker, 0x00020010)
        if _meta_text(walker, 0x00020002) == DICOMDIR_CLASS:
            raise FileError("dicomdir", "a DICOMDIR lists other files; its record offsets would go stale")
        self.deflated_at: int | None = None
        if declared in DEFLATED_UIDS:
            self.deflated_at = start
            source = BytesSource(inflate(source, start))
            tokens = walker.tokens
            walker = Walker(source, source.pread(FIRST_READ, 0), recurrence)
            walker.tokens += tokens
        self.syntax = EXPLICIT
        if start < source.size:
            first = walker.peek(start, 12)
            if len(first) < 8:
                raise FileError("truncated", "the file ends within the header of an element")
            self.syntax = data_set_syntax(first, declared)
            walker.main(start, self.syntax)
        if not walker.tokens:
            raise FileError("not-dicom", "the file holds no data elements")
        self.source = source
        self.head = walker.head
        self.tokens: list[Token] = walker.tokens
        self.stretches = walker.stretches
        self.tags = self._tags()
        self.tag_set = frozenset(self.tags)
        self.meta_count = meta_count
        self.data_start = start
        self.trailing = walker.trailing
        self.opaque = walker.opaque
        self.special = sorted({*walker.content, *walker.opaque, *walker.surmised})
        self._content = walker.content
        self.uniform = not walker.content
        self._ordinals: dict[int, int] | None = None
        if 0x00041220 in self.tag_set:
            raise FileError("dicomdir", "a DICOMDIR lists other files; its record offsets would go stale")
        if self.trailing < source.size:
            self._check_trailing()
        if recurrence is not None:
            recurrence.note(self)

    def _tags(self) -> list[int]:
        tags: list[int] = []
        for first, stretch in self.stretches:
            tags += [token[0] for token in self.tokens[len(tags) : first]]
            tags += stretch.tags
        tags += [token[0] for token in self.tokens[len(tags) :]]
        return tags

    def group_lengths(self) -> list[int]:
        """The tokens of group lengths, at all depths."""
        found: list[int] = []
        at = 0
        for first, stretch in self.stretches:
            found += [index for index in range(at, first) if is_group_length(self.tags[index])]
            found += [first + index for index in stretch.lengths]
            at = first + len(stretch.tags)
        found += [index for index in range(at, len(self.tags)) if is_group_length(self.tags[index])]
        return found

    def slice(self, start: int, stop: int) -> bytes:
        """The source's bytes from `start` to `stop`. Raises FieldError (``too-large``)."""
        if stop <= len(self.head):
            return self.head[start:stop]
        if stop - start > _MAX_VALUE:
            raise FieldError("too-large", "a value is too large to be worked on; it can be removed or kept")
        return self.source.pread(stop - start, start)

    def raw(self, index: int) -> bytes:
        """The value of an element as it stands."""
        token = self.tokens[index]
        return self.slice(token[2], token[3])

    def syntax_of(self, parent: int) -> Syntax:
        """How the elements are written that `parent` holds; -1 for the main data set."""
        while parent >= 0 and self._content:
            if parent in self._content:
                return self._content[parent]
            parent = self.tokens[parent][4]
        return self.syntax

    def element_syntax(self, index: int) -> Syntax:
        """How the element is written."""
        if index < self.meta_count:
            return EXPLICIT
        return self.syntax_of(self.tokens[index][4]) if self._content else self.syntax

    def vr(self, index: int, creator: str | None = None) -> str:
        """The VR of an element: its own, or the dictionary's where it has none that is known."""
        token = self.tokens[index]
        if self.element_syntax(index).explicit:
            vr = _VR_TEXTS.get(self.slice(token[1] + 4, token[1] + 6))
            if vr is not None:
                return vr
        return vr_of(token[0], creator)

    def holds_items(self, index: int) -> bool:
        """Whether the element is a sequence with at least one item."""
        return index + 1 < len(self.tokens) and self.tokens[index + 1][4] == index

    def undefined(self, index: int) -> bool:
        """Whether the length is left open and a delimiter ends the element or item."""
        tag, start, begin, _, _ = self.tokens[index]
        if self.slice(begin - 4, begin) != b"\xff\xff\xff\xff":
            return False
        return begin - start != 8 or tag == ITEM or not self.element_syntax(index).explicit

    def content_end(self, index: int) -> int:
        """Where the content of a container ends, before its delimiter; of -1 the main data set."""
        if index < 0:
            return self.trailing
        return self.tokens[index][3] - (8 if self.undefined(index) else 0)

    def next_from(self, pos: int) -> int:
        """The index of the first token that begins at `pos` or after it."""
        return bisect_left(self.tokens, pos, key=lambda token: token[1])

    def after(self, index: int) -> int:
        """The index of the first token that the element or item does not hold."""
        tokens = self.tokens
        if index + 1 < len(tokens) and tokens[index + 1][4] == index:
            return self.next_from(tokens[index][3])
        return index + 1

    def children(self, parent: int) -> list[int]:
        """What stands directly in an item or a sequence, or in the main data set (-1) with the file meta."""
        if parent < 0:
            return [index for index, token in enumerate(self.tokens) if token[4] < 0]
        found = []
        index = parent + 1
        stop = self.tokens[parent][3]
        while index < len(self.tokens) and self.tokens[index][1] < stop:
            if self.tokens[index][4] == parent:
                found.append(index)
            index += 1
        return found

    def ordinal(self, item: int) -> int:
        """The number of an item in its sequence, from 0."""
        if self._ordinals is None:
            counts: dict[int, int] = {}
            self._ordinals = {}
            for index, token in enumerate(self.tokens):
                if token[0] == ITEM:
                    number = self._ordinals[index] = counts.get(token[4], 0)
                    counts[token[4]] = number + 1
        return self._ordinals[item]

    def hex_path(self, index: int) -> str:
        """The path of an element in tags and item numbers, such as ``00081140.0.00081155``."""
        tag, _, _, _, parent = self.tokens[index]
        if tag == ITEM:
            return f"{self.hex_path(parent)}.{self.ordinal(index)}"
        return f"{self.hex_path(parent)}.{tag:08X}" if parent >= 0 else f"{tag:08X}"

    def keyword_path(self, index: int) -> str:
        """The same in keywords, and tags where there is no keyword."""
        tag, _, _, _, parent = self.tokens[index]
        if tag == ITEM:
            return f"{self.keyword_path(parent)}.{self.ordinal(index)}"
        word = keyword_of(tag) or f"{tag:08X}"
        return f"{self.keyword_path(parent)}.{word}" if parent >= 0 else word

    def _check_trailing(self) -> None:
        """Refuse bytes after native pixel data that may be the rest of it."""
        last = next((index for index in reversed(range(len(self.tokens))) if self.tokens[index][4] < 0), None)
        if last is None or self.tokens[last][0] != PIXEL_DATA or self.undefined(last):
            return
        numbers = [self._number(tag) for tag in _EXPECTED_SIZE_TAGS]
        frames = self._frames()
        size = self.tokens[last][3] - self.tokens[last][2]
        expected = frames
        for number in numbers:
            expected *= number
        if not 0 <= size - expected // 8 <= 1:
            raise FileError("unparsed-region", "bytes follow pixel data whose length does not fit the image's size")

    def _number(self, tag: int) -> int:
        """The value of an element with VR US of the main data set; 0 where it is absent."""
        if tag not in self.tags:
            return 0
        return int.from_bytes(self.raw(self.tags.index(tag))[:2], "little" if self.syntax.little else "big")

    def _frames(self) -> int:
        if 0x00280008 not in self.tags:
            return 1
        text = self.raw(self.tags.index(0x00280008)).strip(b" \0")
        return int(text) if text.isdigit() and len(text) < 10 else 0


def _meta_text(walker: Walker, tag: int) -> str:
    for found, _, value, stop, _ in walker.tokens:
        if found == tag:
            return walker.peek(value, stop - value).strip(b"\0 ").decode("latin-1")
    return ""


def inflate(source: Source, start: int) -> bytearray:
    """The bytes of a file up to `start`, then its data set inflated (PS3.5 annex A.5).

    Raises FileError (``bad-deflate``, ``inflated-size``).
    """
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    out = bytearray(source.pread(start, 0))
    pos = start
    try:
        while pos < source.size and not machine.eof:
            chunk = source.pread(min(1 << 18, source.size - pos), pos)
            if not chunk:
                break
            pos += len(chunk)
            while chunk and not machine.eof:
                out += machine.decompress(chunk, 1 << 20)
                if len(out) - start > _MAX_INFLATED:
                    limit = _MAX_INFLATED >> 20
                    raise FileError("inflated-size", f"the deflated data set is larger than {limit} MiB")
                chunk = machine.unconsumed_tail
    except zlib.error:
        raise FileError("bad-deflate", "the deflated data set does not inflate") from None
    rest = machine.unused_data + source.pread(min(16, source.size - pos), pos)
    if not machine.eof or source.size - pos > 16 or not _checksum_only(rest, memoryview(out)[start:]):
        raise FileError("bad-deflate", "the deflated data set does not end where the file does")
    return out


def _checksum_only(rest: bytes, data: memoryview) -> bool:
    """Whether what follows a deflated stream is padding, or the checksum that gzip or zlib put there."""
    gzip = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    adler = zlib.adler32(data).to_bytes(4, "big")
    return rest.removeprefix(gzip if rest.startswith(gzip) else adler).strip(b"\0") == b""


def deflate(data: bytes | memoryview) -> bytes:
    """A data set deflated, padded with a zero byte to an even length (PS3.5 annex A.5)."""
    machine = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    out = machine.compress(data) + machine.flush()
    return out + b"\0" if len(out) & 1 else out


__all__ = ["PREAMBLE", "UNDEFINED", "Layout", "deflate", "inflate"]
