"""A TIFF file that is edited in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from deidentikit.errors import FileError
from deidentikit.filetype import Batch, Document, Field, Place, RegexSelector, Step
from deidentikit.splice import CHUNK, Sink, Source
from deidentikit_image_metadata.edit import LOCATED, Editor
from deidentikit_image_metadata.fields import TagField, TagPlace
from deidentikit_image_metadata.ifd import IMAGES, Entry, Ifd
from deidentikit_image_metadata.tags import tag_of

from . import imagej
from .carriers import KINDS, Opened, open_entry
from .fields import ImageJField, PartField, entry_texts
from .matcher import Matcher
from .options import Options
from .parts import Part
from .planes import check_appended, check_reachable, check_whole, doubtful, further_planes
from .private import remove_private
from .residual import residual
from .selectors import PartSelector, TagSelector
from .slides import drop_pages

UNREFERENCED: Final = "bytes that no directory refers to"
_CLASSIC_END: Final = 1 << 32


def open_editor(source: Source) -> Editor:
    """The directories of a TIFF file.

    Raises FileError as `walk` does, and ``dicom``, ``too-large``, ``image-truncated``.
    """
    if source.pread(4, 128) == b"DICM":
        raise FileError("dicom", "the file is a DICOM file as well, which a section for DICOM has to treat")
    editor = Editor(source)
    if not editor.layout.big and source.size > _CLASSIC_END:
        raise FileError("too-large", "the file is larger than the 4 GiB that its offsets can reach")
    check_whole(editor)
    return editor


class TiffDocument(Document, Batch):
    """A TIFF file: one batch, its tags as fields."""

    def __init__(self, source: Source, matcher: Matcher, options: Options) -> None:
        """Raises FileError as `open_editor` and `slides.drop_pages` do."""
        self._source = source
        self._matcher = matcher
        self._options = options
        self._editor = open_editor(source)
        self._found = {ifd: ifd.offset for ifd in self._editor.structure}
        self._planes = further_planes(self._editor)
        if self._planes is not None:
            self._editor.reserve(self._planes)
        self._effects: dict[str, int] = {}
        self._dropped: tuple[str, ...] = ()
        if pages := drop_pages(self._editor, options.remove_pages):
            self._effects["remove-pages"] = pages
        self._entries = [(ifd, entry) for ifd in self._editor.structure for entry in ifd.entries]
        self._opened: dict[Entry, Opened | None] = {}
        self._reached: set[Entry] = set()
        self._reached_parts: set[Part] = set()

    def batches(self) -> Iterator[Batch]:
        yield self

    # what rules reach

    def matches(self) -> Iterator[tuple[Field, Step]]:
        editor = self._editor
        for ifd, entry in self._entries:
            step = self._matcher.entry(ifd, entry)
            if step is not None:
                self._reached.add(entry)
                if editor.has(ifd, entry):
                    field = TagField(editor, ifd, entry)
                    yield (ImageJField(field) if entry.tag in (imagej.COUNTS, imagej.METADATA) else field), step
        for ifd, entry in self._entries:
            if entry.tag in KINDS and ifd.kind in IMAGES:
                yield from self._parts(ifd, entry)

    def _parts(self, ifd: Ifd, entry: Entry) -> Iterator[tuple[Field, Step]]:
        """What rules reach within a value, unless a rule on the value itself has changed it."""
        regexes = entry not in self._reached
        if not any(self._matcher.wants(kind, regexes=regexes) for kind in KINDS[entry.tag]):
            return
        if entry.broken or self._editor.edited(entry) or not self._editor.has(ifd, entry):
            return
        opened = self._open(ifd, entry)
        for kind, part in () if opened is None else opened.parts:
            step = self._matcher.part(ifd, kind, part, regexes=regexes)
            if step is None or (part.field.required and isinstance(step.selector, RegexSelector)):
                continue
            self._reached_parts.add(part)
            yield PartField(part.field, f"{ifd.path}.{kind}:{part.shown}"), step

    def _open(self, ifd: Ifd, entry: Entry) -> Opened | None:
        if entry not in self._opened:
            self._opened[entry] = open_entry(self._editor, ifd, entry)
        return self._opened[entry]

    def absent(self) -> Iterator[tuple[Place, Step]]:
        made: set[tuple[Ifd, int]] = set()
        for step in self._matcher.steps:
            selector = step.selector
            if not step.creates or not isinstance(selector, TagSelector) or any(self._hits(selector)):
                continue
            tag = selector.tags[0]
            image = self._image(selector.scope.prefix)
            if image is not None and (image, tag.number) not in made:
                made.add((image, tag.number))
                yield TagPlace(self._editor, image, tag), step

    def _image(self, prefix: tuple[str, ...]) -> Ifd | None:
        """The page, or the image under it, into which a tag is put."""
        if not prefix:
            return self._editor.structure.top[0]
        path = ".".join(prefix)
        return next((ifd for ifd in self._editor.structure if ifd.path == path and ifd.kind in IMAGES), None)

    def _hits(self, selector: TagSelector) -> Iterator[tuple[Ifd, Entry]]:
        return ((ifd, entry) for ifd, entry in self._entries if _names(selector, ifd, entry))

    # values that others ask for

    def original(self, name: str) -> Sequence[str]:
        selector = self._matcher.reads[name]
        if isinstance(selector, PartSelector):
            held = self._holders(selector)
            return [text for ifd, entry in held for text in _part_texts(selector, self._open(ifd, entry))]
        hits = self._hits(selector) if isinstance(selector, TagSelector) else ()
        return [text for ifd, entry in hits for text in entry_texts(ifd, entry, self._editor.original)]

    def current(self, name: str) -> Sequence[str]:
        self._save()
        editor = self._editor
        selector = self._matcher.reads[name]
        if isinstance(selector, PartSelector):
            held = [(ifd, entry) for ifd, entry in self._holders(selector) if editor.has(ifd, entry)]
            now = (open_entry(editor, ifd, entry, now=True) for ifd, entry in held)
            return [text for opened in now for text in _part_texts(selector, opened)]
        found = ((ifd, entry) for ifd in editor.structure for entry in ifd.entries)
        hits = (hit for hit in found if isinstance(selector, TagSelector) and _names(selector, *hit))
        return [text for ifd, entry in hits for text in entry_texts(ifd, entry, editor.value)]

    def _holders(self, selector: PartSelector) -> Iterator[tuple[Ifd, Entry]]:
        """The values that can hold what a selector names."""
        for ifd, entry in self._entries:
            if selector.carrier in KINDS.get(entry.tag, ()) and ifd.kind in IMAGES and selector.scope.covers(ifd):
                yield ifd, entry

    # the whole

    def _save(self) -> None:
        """Put edited metadata back into the values that hold it."""
        for opened in self._opened.values():
            if opened is not None and opened.changed:
                opened.save(self._editor)

    def settle(self) -> None:
        self._save()
        self._remove_counts()
        if self._options.remove_private_tags:
            before = {entry for _, entry in self._entries}
            made = {entry for ifd in self._editor.structure for entry in ifd.entries} - before
            if removed := remove_private(self._editor, self._reached | made):
                self._effects["remove-private-tags"] = removed
        if self._planes is not None:
            check_reachable(self._editor, self._planes)
        check_appended(self._editor)
        if self._options.remove_orphans is not False:
            self._zero_orphans()

    def _remove_counts(self) -> None:
        """ImageJ's list of lengths goes with what it lists."""
        for ifd, entry in self._entries:
            gone = entry.tag == imagej.METADATA and not self._editor.has(ifd, entry)
            if gone and (counts := ifd.find(imagej.COUNTS)) is not None and self._editor.has(ifd, counts):
                self._editor.remove(ifd, counts)

    def _zero_orphans(self) -> None:
        orphans = self._editor.orphans()
        if self._options.remove_orphans is None and doubtful(self._editor, orphans):
            raise FileError(
                "unlisted-data",
                "after an image lies as much data again that no directory lists: further planes, or leftovers;"
                " `remove-orphans: yes` fills it with zeros, `no` keeps it",
            )
        if self._editor.zero_orphans():
            self._dropped = (UNREFERENCED,)

    def write(self, sink: Sink) -> None:
        self._editor.overlay.write(sink)

    def check(self, written: Source) -> None:
        self._verify(written)
        if self._options.cross_check:
            from .crosscheck import cross_check

            left = set(self._editor.structure)
            gone = {offset for ifd, offset in self._found.items() if ifd not in left}
            cross_check(self._source, written, gone, len(self._editor.structure.top), self._planes)

    def _verify(self, written: Source) -> None:
        """Read what was written with our own reader. Raises FileError (``verify``)."""
        overlay = self._editor.overlay
        if written.size != overlay.size:
            raise FileError("verify", "the output is not as long as was meant")
        self._editor.check(written)
        for ifd in self._editor.structure:
            for entry in ifd.entries:
                if entry.tag in LOCATED and ifd.kind in IMAGES and not (entry.inline or entry.broken):
                    _compare(self._source, written, ifd.value_at(entry), entry.size)
        for start, end, _ in overlay.patches():
            _compare(overlay, written, start, end - start)

    def effects(self) -> Mapping[str, int]:
        return self._effects

    def dropped(self) -> Sequence[str]:
        return self._dropped

    def residual(self) -> int:
        return residual(self._editor, self._entries, self._opened, self._reached, self._reached_parts)


def _names(selector: TagSelector, ifd: Ifd, entry: Entry) -> bool:
    space = tag_of(ifd.kind, entry.tag).space
    named = any(tag.number == entry.tag and tag.space is space for tag in selector.tags)
    return named and selector.scope.covers(ifd)


def _part_texts(selector: PartSelector, opened: Opened | None) -> list[str]:
    parts = () if opened is None else opened.parts
    return [
        text for kind, part in parts if kind == selector.carrier and selector.name in part.keys for text in part.texts
    ]


def _compare(expected: Source, written: Source, start: int, length: int) -> None:
    for at in range(start, start + length, CHUNK):
        count = min(CHUNK, start + length - at)
        if expected.pread(count, at) != written.pread(count, at):
            raise FileError("verify", "the output does not hold what was meant")
