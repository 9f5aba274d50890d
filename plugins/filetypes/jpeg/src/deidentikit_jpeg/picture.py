"""One image of a file with its metadata: what is in it, what is added, and what it is written as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from deidentikit.kinds import Form, Kind
from deidentikit.splice import Patch, Source
from deidentikit_image_metadata import extension, photoshop

from .blocks import Block, CommentBlock, ExifBlock, IptcBlock, XmpBlock
from .fields import CommentField
from .markers import APP0, COM, Token, segment
from .parts import Part
from .segments import Group, Holding, content, grouped, guid, holding, marker_of, name_of, packed, title

_TEXT: Final = Form(Kind.TEXT)
_EMPTY_EXIF: Final = b"II*\0\x08\0\0\0\0\0\0\0\0\0"
_EMPTY_IPTC: Final = photoshop.Resource(b"8BIM", photoshop.IPTC, b"", b"", 0, 0).to_bytes()
Segment = tuple[int, bytes]
"""A marker and a payload."""


class Picture:
    """One image: its tokens, its bodies of metadata, and what becomes of them."""

    def __init__(self, source: Source, tokens: list[Token], number: int) -> None:
        """number : which of the file's images it is, counted from 1"""
        self._source = source
        self.tokens = tokens
        self.number = number
        self._written: dict[Token, list[bytes]] = {}
        self._inserted: dict[int, list[Segment]] = {}
        groups = sorted(grouped(tokens), key=lambda group: group.holding is Holding.EXTENSION)
        self.parts = [self._part(group) for group in groups]

    def _part(self, group: Group) -> Part:
        token = group.tokens[0]

        def load() -> bytes:
            return content(group, self._source)

        def raw() -> Iterable[bytes]:
            return group.payloads(self._source)

        def put(data: bytes) -> None:
            self.replace(group.tokens, packed(group.holding, data, spread=len(group.tokens) > 1))

        def drop() -> None:
            self.replace(group.tokens, [])

        part = Part(group.holding, load, raw, put, drop, app=name_of(token), title=title(token))
        if group.holding is Holding.EXTENSION:
            part.put, part.drop = self._of_extension(token, put, drop)
        return part

    def replace(self, tokens: list[Token], payloads: list[bytes]) -> None:
        """Give segments other payloads: one each, the rest to the last; segments left over go."""
        for token, payload in zip(tokens, [[each] for each in payloads], strict=False):
            self._written[token] = payload
        for token in tokens[len(payloads) :]:
            self._written[token] = []
        if len(payloads) > len(tokens):
            self._written[tokens[-1]] += payloads[len(tokens) :]

    # XMP in two places

    def _of_extension(
        self, token: Token, put: Callable[[bytes], None], drop: Callable[[], None]
    ) -> tuple[Callable[[bytes], None], Callable[[], None]]:
        """Writers that keep the packet's pointer to its extension right."""
        old = guid(token)

        def put_both(data: bytes) -> None:
            payloads = packed(Holding.EXTENSION, data)
            self._point(old, payloads[0])
            put(data)

        def drop_both() -> None:
            self._point(old, None)
            drop()

        return put_both, drop_both

    def _point(self, old: str, payload: bytes | None) -> None:
        """Let packets that name an extension name it by its new GUID, or not at all."""
        for block in self.blocks():
            pointer = block.pointer if isinstance(block, XmpBlock) else None
            if pointer is None or pointer.texts != [old]:
                continue
            if payload is None:
                pointer.remove()
            else:
                pointer.write([extension.read_part(payload).guid.decode()], _TEXT)

    # reading

    def open(self, wanted: Callable[[Holding], bool]) -> None:
        """Look into the parts of the holdings that are wanted, and into those nested in them."""
        left = self.parts[::-1]
        self.parts = []
        while left:
            part = left.pop()
            self.parts.append(part)
            if wanted(part.holding):
                left += part.open()[::-1]

    def blocks(self) -> Iterator[Block]:
        """All that is open and stays."""
        yield from (part.live for part in self.parts if part.live is not None)

    # making

    def new_exif(self) -> ExifBlock:
        """The EXIF that gets new tags; made where there is none."""
        for block in self.blocks():
            if isinstance(block, ExifBlock):
                return block
        made = self._make(Holding.EXIF, _EMPTY_EXIF, self._behind_jfif())
        assert isinstance(made.block, ExifBlock)
        return made.block

    def new_comment(self) -> CommentField:
        """A new comment."""
        made = self._make(Holding.COMMENT, b"", self._before_tables())
        assert isinstance(made.block, CommentBlock)
        return made.block.field

    def new_iptc(self) -> IptcBlock:
        """The IPTC data that get new data sets; made where there are none."""
        for block in self.blocks():
            if isinstance(block, IptcBlock):
                return block
        last = [token.end for token in self.tokens if holding(token) is Holding.PHOTOSHOP]
        self._make(Holding.PHOTOSHOP, _EMPTY_IPTC, last[-1] if last else self._before_tables())
        return next(block for block in self.blocks() if isinstance(block, IptcBlock))

    def _make(self, held: Holding, data: bytes, position: int) -> Part:
        """A new part, written at `position` if anything is put into it."""

        def put(edited: bytes) -> None:
            segments = [(marker_of(held), payload) for payload in packed(held, edited)]
            self._inserted.setdefault(position, []).extend(segments)

        def load() -> bytes:
            return data

        part = Part(held, load, lambda: (data,), put, lambda: None)
        self.parts.append(part)
        nested = part.open()
        for each in nested:
            each.open()
        self.parts += nested
        return part

    def _behind_jfif(self) -> int:
        at = 1
        while self.tokens[at].marker == APP0:
            at += 1
        return self.tokens[at - 1].end

    def _before_tables(self) -> int:
        return next(token.start for token in self.tokens[1:] if not token.is_app and token.marker != COM)

    # writing

    def commit(self) -> None:
        """Put all edits back into segments. Raises FieldError (``too-long``)."""
        for part in reversed(self.parts):
            part.commit()

    def patches(self) -> Iterator[Patch]:
        """What is written other than it stands, sorted."""
        for token in self.tokens:
            if token.start in self._inserted:
                data = b"".join(segment(*each) for each in self._inserted[token.start])
                yield Patch(token.start, token.start, data)
            if token in self._written:
                data = b"".join(segment(token.marker, payload) for payload in self._written[token])
                yield Patch(token.start, token.end, data)

    def expected(self) -> Iterator[tuple[int, int, bytes | None]]:
        """Marker, length and, where it was edited, payload of every token that is meant to be written."""
        for token in self.tokens:
            for marker, payload in self._inserted.get(token.start, ()):
                yield marker, len(payload), payload
            if token in self._written:
                yield from ((token.marker, len(payload), payload) for payload in self._written[token])
            else:
                yield token.marker, token.size, None
