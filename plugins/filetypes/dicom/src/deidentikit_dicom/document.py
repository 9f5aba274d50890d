"""A DICOM file as a document: one batch, its edits, and how it is written."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property

from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import TELLING, Document, Step
from deidentikit.splice import Sink, Source

from . import writing
from .additions import Additions
from .codec import Codec
from .creators import Creators
from .editing import Editing, Result, Splice
from .fields import REQUIRED_META, DicomField, DicomPlace
from .layout import PREAMBLE, Layout
from .matcher import Hits, Matcher
from .replay import Replay
from .selectors import DicomSelector
from .settling import Settling
from .tags import CHARACTER_SET, ITEM, MEDIA_SOP_INSTANCE, SOP_INSTANCE, is_private_creator
from .values import Encoding, texts

_TEXT_VRS = frozenset("LO LT PN SH ST UC UN UT".split())
_MAX_TEXT_READ = 1 << 20
"""Longer text is taken to go beyond ASCII."""
_WATCHED_VRS = _TEXT_VRS | frozenset("AE AS CS DA DS DT IS TM UI UR".split())


class DicomDocument(Document):
    """An open DICOM file. Raises FileError where it is not wholly understood."""

    def __init__(self, source: Source, matcher: Matcher) -> None:
        self.matcher = matcher
        self.layout = Layout(source, matcher.read)
        self.editing = Editing(self.layout)
        self.hits: Hits = self._without_links(matcher.find(self.layout))
        self.additions = Additions(self)
        self.replay = Replay(self)
        self.visited: list[tuple[int, int]] = []
        self._settling = Settling(self)
        self._result: Result | None = None
        self._dropped: list[str] = []
        self._character_set_needed: dict[int, bool] = {}

    def batches(self) -> Iterator[DicomBatch]:
        yield DicomBatch(self)

    def _without_links(self, hits: Hits) -> Hits:
        """Leave a linked copy to its original, where there is one, unless a rule names the copy itself."""
        layout, matcher = self.layout, self.matcher
        copies = {index for index in range(layout.meta_count) if layout.tags[index] == MEDIA_SOP_INSTANCE}
        if not copies or self.index_in(-1, SOP_INSTANCE) is None:
            return hits
        left = {
            index for index, order in hits.fields if index in copies and not matcher.names(order, MEDIA_SOP_INSTANCE)
        }
        return Hits([hit for hit in hits.fields if hit[0] not in left], hits.private) if left else hits

    def drop_private(self) -> None:
        """Remove what `remove-private-tags` takes, before rules are asked what to do within it."""
        self._settling.drop_private()

    def settle(self) -> None:
        self._settling.settle()

    def write(self, sink: Sink) -> None:
        """Raises FieldError for a value that does not fit where it goes, FileError if nothing is left."""
        layout = self.layout
        self._result = self.editing.result([*self.replay.redone()])
        if not self._result.tags:
            raise FileError("nothing-left", "the rules take every element out of the file")
        self._result.patches[:0] = self._preamble_patch()
        self._result.patches.extend(self._trailing_patch())
        writing.write(layout, self._result, sink)

    def close(self) -> None:
        """Let go of the file's bytes and tokens at once: what refers to each other waits for the collector."""
        self.__dict__.clear()

    def check(self, written: Source) -> None:
        if self._result is None:
            raise RuntimeError("check comes after write")
        again = writing.check(self.layout, self._result, written, self.matcher.written)
        if self.matcher.options.cross_check:
            from .crosscheck import cross_check

            cross_check(again, written)

    def effects(self) -> Mapping[str, int]:
        return self._settling.effects

    def dropped(self) -> Sequence[str]:
        return (*self._dropped, *self._settling.dropped)

    def residual(self) -> int:
        """Text elements that no step reached whose bytes equal an original value that was edited or removed."""
        layout, editing = self.layout, self.editing
        reached = {index for index, _ in self.hits.fields}
        old: set[bytes] = set()
        for index in reached:
            if (index in editing.values or not editing.alive(index)) and self._is_text(index):
                old.update(_parts(layout.raw(index)))
        if not old:
            return 0
        return sum(
            1
            for index in range(len(layout.tokens))
            if index not in reached
            and self._is_text(index)
            and not old.isdisjoint(_parts(layout.raw(index)))
            and index not in editing.values
            and editing.alive(index)
        )

    def _is_text(self, index: int) -> bool:
        token = self.layout.tokens[index]
        size = token[3] - token[2]
        return TELLING <= size < 1 << 16 and token[0] != ITEM and self.vr(index) in _WATCHED_VRS

    @cached_property
    def creators(self) -> Creators:
        """The private blocks."""
        return Creators(self.layout, self.hits.private or None)

    @cached_property
    def _encodings(self) -> dict[int, Encoding]:
        """The character sets that data sets declare, by their containers (-1: the main data set)."""
        layout = self.layout
        found: dict[int, Encoding] = {-1: Encoding.of(None)}
        at = -1
        for _ in range(layout.tags.count(CHARACTER_SET)):
            at = layout.tags.index(CHARACTER_SET, at + 1)
            found[layout.tokens[at][4]] = Encoding.of(layout.raw(at))
        return found

    def vr(self, index: int) -> str:
        """The VR in which an element's value is read and written."""
        tag, _, _, _, parent = self.layout.tokens[index]
        return self.layout.vr(index, self.creators.of(parent, tag) if tag & 0x10000 else None)

    def codec(self, index: int) -> Codec:
        """What reads and writes the value of an element."""
        little = self.layout.element_syntax(index).little
        if len(self._encodings) == 1 and little:
            return self._main_codec
        return self.matcher.codec(self.encoding_within(self.layout.tokens[index][4]), little)

    @cached_property
    def _main_codec(self) -> Codec:
        return self.matcher.codec(self._encodings[-1], True)

    def encoding_within(self, container: int) -> Encoding:
        """The character sets of what a container holds: its own, or those around it (PS3.3 C.12.1.1.2)."""
        encodings = self._encodings
        if len(encodings) > 1:
            while container not in encodings:
                container = self.layout.tokens[container][4]
        else:
            container = -1
        return encodings[container]

    def index_in(self, container: int, tag: int) -> int | None:
        """The first element with this tag that stands directly in a container."""
        layout = self.layout
        if tag not in layout.tag_set:
            return None
        if container >= 0:
            return next((index for index in layout.children(container) if layout.tags[index] == tag), None)
        at = layout.tags.index(tag)
        if layout.tokens[at][4] < 0:
            return at
        return next((index for index in layout.children(-1) if layout.tags[index] == tag), None)

    def required(self, index: int) -> bool:
        """Whether an element must stay because others cannot be read without it."""
        tag, _, _, _, parent = self.layout.tokens[index]
        if tag == CHARACTER_SET:
            return self.needs_character_set(parent)
        if is_private_creator(tag):
            return self._settling.private.block_in_use(parent, tag)
        return tag in REQUIRED_META and parent < 0

    def needs_character_set(self, container: int) -> bool:
        """Whether text beyond ASCII is kept or written in the scope of a container's Specific Character Set.

        Asked once all other text is settled; `look_anew` forgets the answers.
        """
        needed = self._character_set_needed.get(container)
        if needed is None:
            needed = self._character_set_needed[container] = self._holds_beyond_ascii(container)
        return needed

    def look_anew(self) -> None:
        """Forget which character sets are needed and which private blocks are in use, after edits."""
        self._character_set_needed.clear()
        self._settling.private.look_anew()

    def _holds_beyond_ascii(self, container: int) -> bool:
        layout, editing = self.layout, self.editing
        start, stop = (0, len(layout.tokens)) if container < 0 else (container + 1, layout.after(container))
        for other in range(start, stop):
            tag, _, begin, end, _ = layout.tokens[other]
            if tag in (ITEM, CHARACTER_SET) or layout.holds_items(other) or self.vr(other) not in _TEXT_VRS:
                continue
            if end - begin > _MAX_TEXT_READ and editing.alive(other) and other not in editing.values:
                return True
            if (raw := editing.value(other)) and _beyond_ascii(raw):
                return True
        return any(
            _beyond_ascii(element.value)
            for elements in editing.elements.values()
            for element in elements.values()
            if element.vr in _TEXT_VRS
        ) or any(bool(items) for items in editing.items.values())

    def current_texts(self, index: int) -> list[str]:
        """The texts of an element as it will be written."""
        raw = self.editing.value(index)
        return [] if raw is None else self._texts(index, raw)

    def original_texts(self, index: int) -> list[str]:
        """The texts of an element as it stands."""
        return self._texts(index, self.layout.raw(index))

    def _texts(self, index: int, raw: bytes) -> list[str]:
        try:
            codec = self.codec(index)
            return texts(self.vr(index), raw, codec.encoding, codec.little)
        except FieldError as error:
            if error.reason != "undecodable":
                raise error.at(self.layout.keyword_path(index)) from None
            return [raw.strip(b" \0").decode("utf-8", "surrogateescape")]

    def _preamble_patch(self) -> list[Splice]:
        if not self.layout.has_preamble or self.matcher.options.keep_preamble:
            return []
        if not self.layout.slice(0, PREAMBLE).strip(b"\0"):
            return []
        self._dropped.append("preamble")
        return [(0, PREAMBLE, bytes(PREAMBLE))]

    def _trailing_patch(self) -> list[Splice]:
        layout = self.layout
        if layout.trailing == layout.source.size or self.matcher.options.keep_trailing:
            return []
        self._dropped.append("trailing")
        return [(layout.trailing, layout.source.size, b"")]


class DicomBatch:
    """The whole file: its header with all its elements, at all depths."""

    def __init__(self, document: DicomDocument) -> None:
        self._document = document

    def matches(self) -> Iterator[tuple[DicomField, Step]]:
        """What other elements depend on comes last: private creators, then character sets.

        Elements within a container that a step removed, or that go as private, are not visited.
        """
        document = self._document
        document.drop_private()
        layout, steps = document.layout, document.matcher.steps
        removed = document.editing.removed
        last: list[tuple[int, int]] = []
        skipped, visited = document.replay.skipped, document.visited
        for index, order in document.hits.fields:
            if index in skipped:
                continue
            tag, _, _, _, parent = layout.tokens[index]
            if tag == CHARACTER_SET or is_private_creator(tag):
                last.append((index, order))
            elif parent < 0 or not removed or document.editing.alive(index):
                visited.append((index, order))
                yield DicomField(document, index), steps[order]
        last.sort(key=lambda hit: layout.tags[hit[0]] == CHARACTER_SET)
        for index, order in last:
            if document.editing.alive(index):
                yield DicomField(document, index), steps[order]

    def recall(self, memory: MutableMapping[Hashable, object], subject: str) -> Mapping[Step, int]:
        return self._document.replay.recall(memory, subject)

    def remember(self) -> None:
        self._document.replay.remember()

    def absent(self) -> Iterator[tuple[DicomPlace, Step]]:
        document = self._document
        for _, step in document.matcher.creating:
            selector = step.selector
            if isinstance(selector, DicomSelector) and document.additions.possible(selector):
                yield DicomPlace(document, selector), step

    def original(self, name: str) -> Sequence[str]:
        """The values of the first element of this name; of a plain name in the main data set only."""
        index = self._locate(name)
        return () if index is None else self._document.original_texts(index)

    def current(self, name: str) -> Sequence[str]:
        index = self._locate(name)
        if index is not None:
            return self._document.current_texts(index)
        return self._document.additions.texts(self._document.matcher.reads[name])

    def rows(self) -> None:
        return None

    def subjects(self, name: str) -> Sequence[str]:
        return ()

    def _locate(self, name: str) -> int | None:
        document = self._document
        selector = document.matcher.reads[name]
        if not selector.is_path and selector.last.tag is not None:
            return document.index_in(-1, selector.last.tag)
        return next(document.matcher.locate(document.layout, selector, document.creators), None)


def _beyond_ascii(raw: bytes) -> bool:
    return not raw.isascii() or b"\x1b" in raw


def _parts(raw: bytes) -> list[bytes]:
    """The values of a text element, without padding, as far as they are long enough to tell."""
    parts = (part.strip(b" \0") for part in raw.split(b"\\"))
    return [part for part in parts if len(part) >= TELLING]
