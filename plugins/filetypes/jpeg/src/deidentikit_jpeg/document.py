"""A JPEG file that is edited segment by segment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate

from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import Batch, Document, Field, Place, Step
from deidentikit.kinds import Form, Kind
from deidentikit.splice import Patch, Sink, Source, splice
from deidentikit_image_metadata.items import Item
from deidentikit_image_metadata.names import Key
from deidentikit_image_metadata.pictures import check_picture

from .layout import Image, read_layout
from .names import Matcher, NameSelector
from .options import Options
from .parts import Part
from .picture import Picture
from .places import NewDataSet, NewTag
from .residual import residual
from .segments import Holding
from .settling import Settling
from .tracking import Tracked

_TEXT = Form(Kind.TEXT)


class JpegDocument(Document, Batch):
    """A JPEG file: one batch, its metadata as fields, of every image that it lists."""

    def __init__(self, source: Source, matcher: Matcher, options: Options) -> None:
        """Raises FileError as `layout.read_layout` does."""
        self._source = source
        self._matcher = matcher
        self._options = options
        self._layout = read_layout(source, further=not options.first_image_only)
        self._settling = Settling(options)
        self._tracked: list[Tracked] = []
        self._images = [image for image in self._layout.images if not self._drops(image)]
        self._pictures = [Picture(source, image.tokens, at) for at, image in enumerate(self._images, 1)]
        self._opens = matcher.opens | options.opens
        for picture in self._pictures:
            picture.open(self._wants)
        self._drop_images()

    def _drops(self, image: Image) -> bool:
        """Whether an image is a copy of the first that `remove-thumbnail` takes out."""
        index = self._layout.index
        if not self._options.remove_thumbnail or image is self._layout.images[0] or index is None:
            return False
        return image.place is not None and index.entries[image.place].is_thumbnail

    def _wants(self, holding: Holding) -> bool:
        """Whether parts of a holding are looked into; what an option takes out only for names and subjects."""
        return holding in self._opens and (bool(self._matcher.reads) or not self._options.removing(holding))

    @property
    def _keeps_index(self) -> bool:
        """Whether the index is of use in the output."""
        if self._layout.broken_index:
            return self._options.keep_trailing or self._layout.end == self._source.size
        lost = self._options.first_image_only or len(self._images) < len(self._layout.images)
        return len(self._images) > 1 or not lost

    def _drop_images(self) -> None:
        """Note the images that options take out, and the index if it is of no use without them."""
        effects, index = self._settling.effects, self._layout.index
        if gone := len(self._layout.images) - len(self._images):
            effects["remove-thumbnail"] += gone
        if self._options.remove_extra_images and index is not None:
            effects["remove-extra-images"] += len(index.entries) - 1
        if self._keeps_index:
            return
        for part in self._pictures[0].parts:
            if part.holding is Holding.MPF:
                part.gone = True
                if self._layout.broken_index:
                    self._settling.dropped["mpf"] = None

    # fields

    def batches(self) -> Iterator[Batch]:
        yield self

    def matches(self) -> Iterator[tuple[Field, Step]]:
        for picture in self._pictures:
            for part, item in self._offered(picture):
                if not part.lost and (step := self._matcher.first(item)) is not None:
                    tracked = Tracked(item.field, picture.number)
                    self._tracked.append(tracked)
                    yield tracked, step

    def _offered(self, picture: Picture) -> Iterator[tuple[Part, Item]]:
        """The fields that no option takes out, each with the part it is in."""
        for part in picture.parts:
            if not any(self._options.removing(each.holding) for each in part.lineage()):
                yield from ((part, item) for item in part.items())

    def absent(self) -> Iterator[tuple[Place, Step]]:
        for picture in self._pictures:
            self._settling.resolve(picture)
        main = self._pictures[0]
        present: set[Key] = {key for _, item in self._offered(main) for key in item.keys}
        for selector, step in self._matcher.creating():
            if present.isdisjoint(selector.keys) and (place := self._place(main, selector)) is not None:
                yield place, step
                present.update(selector.keys)

    def _place(self, picture: Picture, selector: NameSelector) -> Place | None:
        """Where an absent field is made, or None where an option takes out what would hold it."""
        tag = selector.tag
        dataset = selector.dataset
        held = Holding.EXIF if tag is not None else Holding.COMMENT if dataset is None else Holding.IPTC
        around = Holding.PHOTOSHOP if held is Holding.IPTC else held
        kept = any(part.trouble and not part.lost for part in picture.parts if part.holding in (held, around))
        if kept or self._options.removing(held) or self._options.removing(around):
            return None
        if tag is not None:
            return NewTag(picture, tag)
        return picture.new_comment() if dataset is None else NewDataSet(picture, selector.text, dataset)

    def original(self, name: str) -> Sequence[str]:
        return self._texts(name, Part.items)

    def current(self, name: str) -> Sequence[str]:
        return self._texts(name, Part.edited_items)

    def _texts(self, name: str, items_of: Callable[[Part], Iterable[Item]]) -> list[str]:
        """The values that a name reaches in the first image, as text; of fields with equal values those of one."""
        keys = self._matcher.reads[name]
        found: dict[tuple[str, ...], None] = {}
        for part in self._pictures[0].parts:
            for item in items_of(part):
                if not keys.isdisjoint(item.keys):
                    with suppress(FieldError):
                        found[tuple(value for value in item.field.read(_TEXT) if isinstance(value, str))] = None
        return [text for texts in found for text in texts]

    # writing

    def settle(self) -> None:
        for picture in self._pictures:
            self._settling.settle(picture)
        if self._trailing:
            self._settling.dropped["trailing"] = None

    @property
    def _trailing(self) -> list[tuple[int, int]]:
        """The stretches between and behind images that are not carried over."""
        if self._options.keep_trailing:
            return []
        behind = (self._layout.end, self._source.size)
        return [*self._layout.gaps, *([behind] if behind[0] < behind[1] else [])]

    def _patches(self) -> list[Patch]:
        patches = [patch for picture in self._pictures for patch in picture.patches()]
        patches += [Patch(start, end, b"") for start, end in self._trailing]
        patches += [Patch(image.start, image.end, b"") for image in self._layout.images if image not in self._images]
        patches.sort(key=lambda patch: (patch.start, patch.end))
        index = self._layout.index
        if index is None or not self._keeps_index or not patches:
            return patches
        ends = {image.place: image.end for image in self._images if image.place is not None}
        dropped = {image.place for image in self._layout.images if image.place is not None} - set(ends)
        payload = index.rewritten(ends, dropped, _moving(patches))
        if payload != self._source.pread(index.token.size, index.token.body):
            patches.append(Patch(index.token.body, index.token.end, payload))
            patches.sort(key=lambda patch: (patch.start, patch.end))
        return patches

    def write(self, sink: Sink) -> None:
        splice(self._source, sink, self._patches())

    def check(self, written: Source) -> None:
        self._verify(written)
        if self._options.cross_check:
            check_picture(self._source, written, "JPEG", frames=False)

    def _verify(self, written: Source) -> None:
        """Read what was written with our own reader. Raises FileError (``verify``)."""
        patches = self._patches()
        size = self._source.size + sum(len(patch.data) - (patch.end - patch.start) for patch in patches)
        if written.size != size:
            raise FileError("verify", "the output is not as long as it was meant to be")
        try:
            images = read_layout(written, further=not self._options.first_image_only).images
            for part in (part for picture in self._pictures for part in picture.parts):
                part.check()
        except FileError as error:
            raise FileError("verify", f"the output cannot be read again: {error.reason}") from None
        if len(images) != len(self._pictures):
            raise FileError("verify", "the output does not hold the images that were meant")
        for image, picture in zip(images, self._pictures, strict=True):
            expected = list(picture.expected())
            if [(token.marker, token.size) for token in image.tokens] != [each[:2] for each in expected]:
                raise FileError("verify", "the output does not hold the segments that were meant")
            for token, (_, _, payload) in zip(image.tokens, expected, strict=True):
                if payload is not None and written.pread(token.size, token.body) != payload:
                    raise FileError("verify", "a segment of the output is not what was meant")

    def effects(self) -> Mapping[str, int]:
        return self._settling.effects

    def dropped(self) -> Sequence[str]:
        return tuple(self._settling.dropped)

    def residual(self) -> int:
        return residual(self._pictures, self._tracked)


def _moving(patches: Sequence[Patch]) -> Callable[[int], int]:
    """From positions in the source to positions in the output."""
    ends = [patch.end for patch in patches]
    shifts = [0, *accumulate(len(patch.data) - (patch.end - patch.start) for patch in patches)]
    return lambda position: position + shifts[bisect_right(ends, position)]
