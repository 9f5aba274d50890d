"""The bodies of metadata of one image: where each stands, what it holds, and how it goes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs
from deidentikit.errors import FileError
from deidentikit.splice import BytesSource
from deidentikit_image_metadata.items import Item
from deidentikit_image_metadata.names import Key

from .blocks import BLOCKS, Block, ExifBlock, Nest
from .fields import WholeField
from .names import part_key
from .segments import Holding

_WHOLE_NAMES: Final = {
    Holding.EXIF: ("EXIF",),
    Holding.XMP: ("XMP",),
    Holding.EXTENSION: ("XMP",),
    Holding.IPTC: ("IPTC",),
    Holding.PHOTOSHOP: ("Photoshop",),
    Holding.ICC: ("ICC",),
    Holding.JFXX: ("JFXX", "Thumbnail"),
}
_REQUIRED: Final = frozenset({Holding.JFIF, Holding.ADOBE, Holding.MPF})


@attrs.define(eq=False)
class Part:
    """A body of metadata and where it goes back.

    load : its bytes, without the names at the beginning of its segments
    raw : the bytes of its segments, one by one, as they stand
    app : the application segment it stands in, such as ``APP1``; nothing where it stands within another part
    title : what it is called in a listing
    trouble : why it cannot be read
    gone : it is to be taken out
    """

    holding: Holding
    load: Callable[[], bytes]
    raw: Callable[[], Iterable[bytes]]
    put: Callable[[bytes], None]
    drop: Callable[[], None]
    parent: Part | None = None
    app: str = ""
    title: str = ""
    block: Block | None = None
    trouble: FileError | None = None
    gone: bool = False
    _items: list[Item] | None = None

    def open(self) -> list[Part]:
        """Look into it, if it is not looked into yet; gives the parts nested in it, which are not open."""
        if self.block is not None or self.trouble is not None or self.holding not in BLOCKS:
            return []
        try:
            self.block = BLOCKS[self.holding](self.load())
        except FileError as error:
            self.trouble = error
            return []
        self._items = None
        nests = self.block.nests()
        return [self._nested(nest) for nest in nests]

    def _nested(self, nest: Nest) -> Part:
        def load() -> bytes:
            return nest.data

        return Part(nest.holding, load, lambda: (nest.data,), nest.put, nest.drop, self)

    def lineage(self) -> Iterator[Part]:
        """The part and those around it."""
        part: Part | None = self
        while part is not None:
            yield part
            part = part.parent

    @property
    def lost(self) -> bool:
        """Whether it goes, by itself or with the part around it."""
        return any(part.gone for part in self.lineage())

    @property
    def live(self) -> Block | None:
        """What it holds, as long as it stays."""
        return None if self.lost else self.block

    def items(self) -> list[Item]:
        """The part as a whole, then its fields, as they were before any edit."""
        if self._items is None:
            self._items = [] if self.holding is Holding.COMMENT else [self._whole()]
            self._items += self.block.items() if self.block is not None else ()
        return self._items

    def edited_items(self) -> Iterator[Item]:
        """Its fields as they will be written; none where nothing of it is left."""
        block = self.live
        if block is None or not block.changed:
            yield from block.items() if block is not None else ()
        elif data := block.to_bytes():
            yield from BLOCKS[self.holding](data).items()

    def check(self) -> None:
        """Read again what was edited. Raises FileError."""
        block = self.live
        data = block.to_bytes() if block is not None and block.changed else b""
        if data and isinstance(block, ExifBlock):
            block.editor.check(BytesSource(data))
        elif data:
            BLOCKS[self.holding](data)

    def _whole(self) -> Item:
        names = _WHOLE_NAMES.get(self.holding, ())
        keys: tuple[Key, ...] = tuple(part_key(name) for name in (*names, self.app) if name)
        reached = (self.app,) if self.holding in (Holding.OTHER, Holding.JFXX) else ()
        return Item(PartField(self), names[0] if names else self.app, keys, reached, "segment", self.title)

    def commit(self) -> None:
        """Put what was edited back where it stands. Nested parts go first. Raises FieldError (``too-long``)."""
        if self.parent is not None and self.parent.lost:
            return
        if self.gone:
            self.drop()
        elif self.block is not None and self.block.changed:
            data = self.block.to_bytes()
            if data:
                self.put(data)
            else:
                self.drop()


@attrs.frozen(eq=False)
class PartField(WholeField):
    """A whole part as a field."""

    part: Part

    @property
    def path(self) -> str:
        return self.part.app if self.part.holding is Holding.OTHER else self.part.holding.value

    @property
    def required(self) -> bool:
        return self.part.holding in _REQUIRED

    def remove(self) -> None:
        self.part.gone = True
