"""What a section's options ask, and what follows from edits by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from deidentikit.errors import FileError

from .blocks import Block, ExifBlock, is_plain
from .options import Options
from .parts import Part
from .picture import Picture
from .segments import Holding

_JFXX_CODE = 5
_JFXX_JPEG = 0x10
_JFIF_THUMBNAIL = 12


class Settling:
    """Carries options out, image by image.

    effects : what was done or kept, by option or by what it is, with counts
    dropped : what is not carried over although no option asks for it
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self.effects: Counter[str] = Counter()
        self.dropped: dict[str, None] = {}

    def resolve(self, picture: Picture) -> None:
        """Decide on parts that cannot be read. Raises FileError (``unparsed-region``)."""
        for part in picture.parts:
            if part.trouble is None or part.lost or self._options.removing(part.holding):
                continue
            if self._options.unreadable == "remove":
                part.gone = True
                self.dropped[f"unreadable-{part.holding.name.lower()}"] = None
            elif self._options.unreadable == "refuse":
                raise FileError(
                    "unparsed-region",
                    f"the file's {part.holding.value} cannot be read ({part.trouble.reason});"
                    " `unreadable: remove` takes such metadata out, `unreadable: keep` leaves them as they are",
                )

    def settle(self, picture: Picture) -> None:
        """All that is to be done to an image after the rules."""
        self.resolve(picture)
        self._follow_rules(picture)
        self._remove(picture)
        if any(part.gone or (part.block is not None and part.block.changed) for part in picture.parts):
            self._drop_unclean_thumbnails(picture)
        for block in picture.blocks():
            if isinstance(block, ExifBlock) and block.changed and block.zero_orphans():
                self.dropped["exif-slack"] = None
        picture.commit()
        self._report_kept(picture)

    def _follow_rules(self, picture: Picture) -> None:
        """The thumbnail goes with any edit of the EXIF around it."""
        if self._options.keep_thumbnail:
            return
        for block in picture.blocks():
            if isinstance(block, ExifBlock) and block.changed and block.remove_thumbnails():
                self.dropped["thumbnail"] = None

    def _remove(self, picture: Picture) -> None:
        options = self._options
        for part in picture.parts:
            option = options.removing(part.holding)
            if option is not None and not part.lost:
                part.gone = True
                self.effects[option] += 1
        if options.remove_gps:
            self._count("remove-gps", (block.remove_gps() for block in picture.blocks()))
        if options.remove_thumbnail:
            self._count("remove-thumbnail", (block.remove_thumbnails() for block in picture.blocks()))
        if options.remove_thumbnail or options.remove_metadata:
            name = "remove-thumbnail" if options.remove_thumbnail else "remove-metadata"
            parts = _thumbnail_parts(picture)
            for part in parts:
                part.gone = True
            self._count(name, [len(parts), _remove_jfif_thumbnail(picture)])

    def _count(self, option: str, counts: Iterable[int]) -> None:
        if count := sum(counts):
            self.effects[option] += count

    def _drop_unclean_thumbnails(self, picture: Picture) -> None:
        """Thumbnails with metadata of their own, which no rule reaches."""
        if self._options.keep_thumbnail:
            return
        picture.open(lambda holding: holding is Holding.EXIF)
        for block in picture.blocks():
            if not all(map(is_plain, block.thumbnails())) and block.remove_thumbnails():
                self.dropped["thumbnail"] = None
        for part in _thumbnail_parts(picture):
            data = part.load()
            if data[_JFXX_CODE : _JFXX_CODE + 1] == bytes([_JFXX_JPEG]) and not is_plain(data[_JFXX_CODE + 1 :]):
                part.gone = True
                self.dropped["thumbnail"] = None

    def _report_kept(self, picture: Picture) -> None:
        unknown = sum(part.holding is Holding.OTHER and not part.lost for part in picture.parts)
        notes = sum(_has_maker_note(part.live) for part in picture.parts)
        for name, count in (("kept-unknown-segments", unknown), ("kept-maker-note", notes)):
            if count:
                self.effects[name] += count


def _has_maker_note(block: Block | None) -> bool:
    return isinstance(block, ExifBlock) and block.maker_note


def _thumbnail_parts(picture: Picture) -> list[Part]:
    return [part for part in picture.parts if part.holding is Holding.JFXX and not part.lost]


def _remove_jfif_thumbnail(picture: Picture) -> int:
    """Take the pixels out of JFIF segments; they stand at their end (JFIF 1.02)."""
    found = 0
    for part in picture.parts:
        if part.holding is Holding.JFIF:
            data = part.load()
            if any(data[_JFIF_THUMBNAIL : _JFIF_THUMBNAIL + 2]) or len(data) > _JFIF_THUMBNAIL + 2:
                part.put(data[:_JFIF_THUMBNAIL].ljust(_JFIF_THUMBNAIL, b"\0") + b"\0\0")
                found += 1
    return found
