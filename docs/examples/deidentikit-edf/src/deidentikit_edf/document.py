"""An EDF file that is edited in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs
from deidentikit import Document, Field, FieldError, FileError, Selector, Step
from deidentikit.filetype import TELLING, Batch, Place
from deidentikit.splice import Patch, Sink, Source, splice

from .annotations import MAX_BYTES, Area, areas, texts, with_texts, without_texts
from .cells import Cell, Cells, Identification, is_known
from .dropping import without_signals
from .fields import AnnotationsField, HeaderField, WholeField, known_text
from .header import Header, read_header
from .selectors import EdfSelector, Matcher
from .vocabulary import ANNOTATIONS, PARTS


@attrs.frozen
class Options:
    """What a section asks for beside its rules.

    remove_annotations : take all texts of annotations out; what says when records begin stays
    remove_annotation_signals : take the annotation signals out, which makes plain EDF of EDF+
    """

    remove_annotations: bool = False
    remove_annotation_signals: bool = False


class EdfDocument(Document, Batch):
    """The header in memory, as one batch; samples are only copied, annotations read record by record."""

    def __init__(self, source: Source, matcher: Matcher, options: Options) -> None:
        """Raises FileError as `read_header` does, and ``no-subfields``."""
        self._source = source
        self._matcher = matcher
        self._options = options
        self._header = read_header(source)
        self._cells = Cells(self._header)
        self._annotations = AnnotationsField(different_texts(source, self._header))
        self._annotations_named = False
        self._areas_changed = 0
        for identification in self._cells.identifications:
            _check_reachable(identification, matcher)

    def batches(self) -> Iterator[Batch]:
        yield self

    def matches(self) -> Iterator[tuple[Field, Step]]:
        whole = {cell: each for each in self._cells.identifications for cell in each.cells}
        done: set[Identification] = set()
        for cell in self._cells:
            identification = whole.get(cell)
            paths = [cell.path] if identification is None else [cell.path, identification.slot.path]
            step = self._matcher.find(*paths)
            if step is None or identification in done:
                continue
            cell.named = True
            if identification is not None and self._acts_on_all(identification, step):
                done.add(identification)
                for part in identification.cells:
                    part.named = True
                yield WholeField(identification), step
            else:
                yield HeaderField(cell, self._cells), step
        step = self._matcher.find(ANNOTATIONS)
        if step is not None and self._header.annotations:
            self._annotations_named = True
            yield self._annotations, step

    def _acts_on_all(self, identification: Identification, step: Step) -> bool:
        """The step names the whole, and no other step takes a part of it."""
        whole = identification.slot.path
        paths = [cell.path for cell in identification.cells]
        return not any(map(_selector(step.selector).reaches, paths)) and all(
            self._matcher.find(path, whole) is step for path in paths
        )

    def absent(self) -> Iterator[tuple[Place, Step]]:
        return iter(())

    def original(self, name: str) -> Sequence[str]:
        return self._values(name, now=False)

    def current(self, name: str) -> Sequence[str]:
        return self._values(name, now=True)

    def _values(self, name: str, now: bool) -> Sequence[str]:
        selector = self._matcher.reads[name]
        out: list[str] = []
        for each in self._cells.identifications:
            if each.cells and selector.reaches(each.slot.path):
                out.append(each.now_known if now else each.text)
        for cell in self._cells:
            if selector.reaches(cell.path):
                out.append(_now_known(cell) if now else known_text(cell))
        if selector.reaches(ANNOTATIONS):
            found = self._annotations.texts_now if now else self._annotations.texts
            out += (text.decode("utf-8", "replace") for text in found)
        return [text for text in out if text]

    def settle(self) -> None:
        self._cells.follow()
        if self._options.remove_annotations and not self._annotations_named:
            self._annotations.remove()
        for identification in self._cells.identifications:
            identification.now  # noqa: B018  raises where the subfields together are too long
        if self._drops_signals:
            if not self._header.is_continuous:
                raise FileError("discontinuous", "the recording has gaps, which only its annotation signals tell")
            if len(self._header.annotations) == len(self._header.widths):
                raise FileError("nothing-left", "the file has no signals but those of annotations")

    @property
    def _drops_signals(self) -> bool:
        return self._options.remove_annotation_signals and bool(self._header.annotations)

    def residual(self) -> int:
        changed = [cell for cell in self._cells if cell.is_changed]
        old = {cell.text for cell in changed if len(cell.text) >= TELLING}
        found = sum(not cell.named and not cell.is_changed and cell.text in old for cell in self._cells)
        if old and not (self._annotations_named or self._annotations.gone or self._drops_signals):
            found += any(text.decode("utf-8", "replace") in old for text in self._annotations.texts)
        return found

    def effects(self) -> Mapping[str, int]:
        if self._drops_signals:
            return {"remove-annotation-signals": len(self._header.annotations)}
        if self._options.remove_annotations and not self._annotations_named and self._areas_changed:
            return {"remove-annotations": self._areas_changed}
        return {}

    def write(self, sink: Sink) -> None:
        splice(self._source, sink, self._patches())

    def _patches(self) -> Iterator[Patch]:
        changes = list(self._cells.changes())
        if self._drops_signals:
            yield Patch(0, self._header.size, without_signals(self._header, dict(changes)))
            yield from (Patch(area.start, area.end, b"") for area in areas(self._source, self._header))
            return
        yield from (Patch(slot.start, slot.start + len(slot.raw), data) for slot, data in changes)
        self._areas_changed = 0
        for area, data in self._changed_areas():
            self._areas_changed += 1
            yield Patch(area.start, area.end, data)

    def _changed_areas(self) -> Iterator[tuple[Area, bytes]]:
        if not self._annotations.is_changed:
            return
        for area in areas(self._source, self._header):
            data = self._new_annotations(area)
            if data != area.data:
                yield area, data

    def _new_annotations(self, area: Area) -> bytes:
        if self._annotations.gone:
            return without_texts(area)
        try:
            return with_texts(area, self._annotations.new or {})
        except FieldError as error:
            raise error.at(ANNOTATIONS) from None

    def check(self, written: Source) -> None:
        try:
            found = read_header(written)
        except FileError:
            raise FileError("verify", "the output is no EDF file") from None
        changes = dict(self._cells.changes())
        if self._drops_signals:
            meant = without_signals(self._header, changes)
        else:
            meant = b"".join(changes.get(slot, slot.raw) for slot in self._header.slots)
        if written.pread(found.size, 0) != meant or found.records != self._header.records:
            raise FileError("verify", "the output's header is not what was meant")
        if not self._drops_signals and any(
            written.pread(len(data), area.start) != data for area, data in self._changed_areas()
        ):
            raise FileError("verify", "the output's annotations are not what was meant")


def different_texts(source: Source, header: Header) -> Iterator[bytes]:
    """The texts of all annotations, each once. Raises FileError (``unparsed-region``, ``too-large``)."""
    seen: set[bytes] = set()
    room = MAX_BYTES
    for area in areas(source, header):
        for text in texts(area):
            if text not in seen:
                seen.add(text)
                room -= len(text)
                if room < 0:
                    raise FileError("too-large", f"the annotations have more than {MAX_BYTES} bytes of text")
                yield text


def _check_reachable(identification: Identification, matcher: Matcher) -> None:
    """Where rules name subfields alone, an identification without subfields would come through whole."""
    path = identification.slot.path
    if identification.cells or not identification.text or matcher.find(path) is not None:
        return
    if matcher.find(*(spec.name for spec in PARTS[path])) is not None:
        raise FileError("no-subfields", f"{path} has no subfields as EDF+ has them; add a rule for {path}")


def _selector(selector: Selector) -> EdfSelector:
    if not isinstance(selector, EdfSelector):
        raise TypeError("the selector is not of this file type")
    return selector


def _now_known(cell: Cell) -> str:
    return cell.now if not cell.spec.word or is_known(cell.now) else ""
