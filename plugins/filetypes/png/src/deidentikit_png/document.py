"""A PNG file that is edited in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import TELLING, Batch, Document, Field, Place, Rank, Step
from deidentikit.kinds import Kind
from deidentikit.splice import BytesSink, BytesSource, Sink, Source, splice
from deidentikit_image_metadata.fields import TagPlace
from deidentikit_image_metadata.items import Item
from deidentikit_image_metadata.pictures import check_picture

from .chunks import walk
from .contents import Contents
from .fields import TextPlace, TimePlace, field_texts
from .inflating import Budget
from .names import ChunkSelector, Matcher
from .options import Options
from .output import Output
from .regions import Region, new_exif_region
from .slots import Slot, read_slots
from .types import COMPRESSED, SIGNATURES

_NAME_ROOM: Final = 81


class PngDocument(Document, Batch):
    """A PNG file: one batch, its chunks and what they hold as fields. Image data is never in memory."""

    def __init__(self, source: Source, matcher: Matcher, options: Options) -> None:
        """Raises FileError as `walk` does."""
        self._source = source
        self._matcher = matcher
        self._options = options
        layout = walk(source)
        self._contents = Contents(source, Budget(options.max_inflated))
        self._output = Output(layout, self._contents, options.keep_trailing)
        self._slots = list(read_slots(layout, self._contents))
        self._made: Region | None = None
        self._effects: dict[str, int] = {}
        self._voided = False

    # fields

    def batches(self) -> Iterator[Batch]:
        yield self

    def matches(self) -> Iterator[tuple[Field, Step]]:
        for slot in self._slots:
            step = self._matcher.first(slot.item)
            if step is not None and not self._divided(slot, step):
                yield slot.item.field, step
            elif step is None and slot.malformed and self._matcher.needs_keyword(slot.chunk.type):
                raise FileError(
                    "unparsed-region",
                    f"a chunk {slot.chunk.type} has no readable keyword, so it cannot be told whether a rule names it;"
                    f" name {slot.chunk.type} itself",
                )
            for item in self._inner(slot):
                if (step := self._matcher.first(item)) is not None:
                    yield item.field, step

    def _divided(self, slot: Slot, step: Step) -> bool:
        """Whether a regex for values that reaches a body of metadata reaches everything in it by itself."""
        if slot.region is None or step.form.kind is Kind.NATIVE or step.selector.rank is not Rank.REGEX:
            return False
        return all(self._matcher.first(item) is not None for item in slot.region.open() if item.texts)

    def _inner(self, slot: Slot) -> Sequence[Item]:
        """What stands in a chunk's body of metadata, as far as rules ask for it."""
        region = slot.region
        if region is None or not self._asked(region) or slot.chunk.start in self._contents.changed:
            return ()
        return region.open()

    def _asked(self, region: Region) -> bool:
        matcher = self._matcher
        exif, xmp = "exif" in region.holds, "xmp" in region.holds
        return (exif and (matcher.opens_exif or matcher.opens_xmp)) or (xmp and matcher.opens_xmp)

    def absent(self) -> Iterator[tuple[Place, Step]]:
        steps = list(self._matcher.creating())
        if not steps:
            return
        present = self._present()
        for selector, step in steps:
            if present.isdisjoint(selector.keys) and (place := self._place(selector)) is not None:
                present.update(selector.keys)
                yield place, step

    def _present(self) -> set[tuple[object, ...]]:
        """The keys of everything that the file has."""
        keys = {key for slot in self._slots for key in slot.item.keys}
        for slot in self._slots:
            if slot.region is not None:
                keys.update(key for item in slot.region.items for key in item.keys)
        return keys

    def _place(self, selector: ChunkSelector) -> Place | None:
        if selector.tag is not None:
            region = self._exif()
            if region is None or region.exif is None:
                return None
            editor = region.exif.editor
            return TagPlace(editor, editor.structure.top[0], selector.tag)
        if selector.type == "tIME":
            return TimePlace(self._contents)
        if selector.type is not None and selector.keyword is not None:
            return TextPlace(self._contents, selector.type, selector.keyword)
        return None

    def _exif(self) -> Region | None:
        """The EXIF block that gets a new tag; none where a rule takes the block out."""
        found = [slot for slot in self._slots if slot.region is not None and slot.region.exif is not None]
        if found:
            return next((slot.region for slot in found if slot.chunk.start not in self._contents.changed), None)
        if any(slot.chunk.type == "eXIf" for slot in self._slots):
            return None
        if self._made is None:
            self._made = new_exif_region(self._contents)
            self._made.open()
        return self._made

    # reads

    def original(self, name: str) -> Sequence[str]:
        keys = self._matcher.reads[name]
        named = (item.field for item in self._named(keys) if not keys.isdisjoint(item.keys))
        return [text for field in named for text in field_texts(field)]

    def _named(self, keys: frozenset[tuple[object, ...]]) -> Iterator[Item]:
        within = any(key[0] in ("tag", "xmp") for key in keys)
        for slot in self._slots:
            yield slot.item
            if within and slot.region is not None:
                yield from slot.region.open()

    def current(self, name: str) -> Sequence[str]:
        return self._edited().original(name)

    def _edited(self) -> PngDocument:
        """The file as it will be written, without its image data."""
        self._flush()
        sink = BytesSink()
        splice(self._source, sink, self._output.patches(image=False))
        return PngDocument(BytesSource(sink.data), self._matcher, self._options)

    # writing

    def settle(self) -> None:
        self._flush()
        for slot in self._slots:
            if self._matcher.first(slot.item) is None and not self._gone(slot):
                self._apply_options(slot)
        if self._contents.edited:
            self._void_signatures()
        for slot in self._slots:
            self._measure(slot)

    def _gone(self, slot: Slot) -> bool:
        """Whether the chunk is to go already."""
        return self._contents.changed.get(slot.chunk.start, b"") is None

    def _apply_options(self, slot: Slot) -> None:
        """Take out what the section's options ask for, of chunks that no rule names."""
        kind = slot.chunk.type
        if self._options.doubts(kind):
            raise FileError(
                "critical-chunk",
                f"the image needs a chunk {kind} of unknown meaning, which can be neither removed nor trusted;"
                " a rule may keep it",
            )
        option = self._options.removing(kind)
        if option is not None:
            slot.item.field.remove()
            self._effects[option] = self._effects.get(option, 0) + 1

    def _flush(self) -> None:
        for slot in self._slots:
            region = slot.region
            if region is not None and region.changed and slot.chunk.start not in self._contents.changed:
                region.flush()
        if self._made is not None and self._made.changed:
            self._made.flush()
            self._made = None

    def _void_signatures(self) -> None:
        for slot in self._slots:
            if slot.chunk.type in SIGNATURES and not self._gone(slot):
                self._contents.remove(slot.chunk)
                self._voided = True

    def _measure(self, slot: Slot) -> None:
        """See that what stays compressed does not inflate beyond the limit."""
        chunk = slot.chunk
        if chunk.type not in COMPRESSED or chunk.start in self._contents.changed:
            return
        try:
            if chunk.type == "iCCP":
                name, nul, _ = self._source.pread(min(_NAME_ROOM, chunk.length), chunk.data_start).partition(b"\0")
                if nul:
                    self._contents.measure(chunk, len(name) + 2)
                return
            head = self._contents.text_head(chunk)
            if head is not None and head.compressed:
                self._contents.measure(chunk, head.body)
        except FieldError as error:
            raise FileError(error.reason, f"{slot.item.field.path}: {error.message}") from None

    def write(self, sink: Sink) -> None:
        splice(self._source, sink, self._output.patches())

    # afterwards

    def check(self, written: Source) -> None:
        self._output.check(written)
        if self._options.cross_check:
            check_picture(self._source, written, "PNG", frames=True)

    def effects(self) -> Mapping[str, int]:
        return self._effects

    def dropped(self) -> Sequence[str]:
        parts = [("trailing", self._output.drops_trailing), ("signature", self._voided)]
        exifs = [slot.region.exif for slot in self._slots if slot.region is not None and slot.region.exif is not None]
        parts.append(("thumbnail", any(exif.thumbnail_dropped for exif in exifs)))
        return [part for part, gone in parts if gone]

    def residual(self) -> int | None:
        try:
            before = Counter(self._values())
            after = list(self._edited()._values())
        except FileError:
            return None
        old = {text for _, text, _ in before - Counter(after)}
        return sum(text in old and not reached for _, text, reached in after)

    def _values(self) -> Iterator[tuple[str, str, bool]]:
        """Name and text of everything long enough to tell, and whether a rule reaches it."""
        for slot in self._slots:
            inner = slot.region.open() if slot.region is not None else ()
            for item in (slot.item, *inner):
                reached = self._matcher.first(item) is not None
                for text in field_texts(item.field):
                    if len(text) >= TELLING:
                        yield item.name, text, reached
