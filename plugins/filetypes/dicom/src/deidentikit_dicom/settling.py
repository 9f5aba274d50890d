"""What a section's options and the standard ask for after the rules: undefined elements, the patient's age,
linked copies, signatures, padding; private elements have a module of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .age import patient_age
from .fields import REQUIRED_META
from .insertion import NewElement
from .private_elements import PrivateElements
from .tags import CHARACTER_SET, ITEM, MEDIA_SOP_INSTANCE, SOP_INSTANCE, is_group_length, tells_of_others

if TYPE_CHECKING:
    from .document import DicomDocument

_PRIVATE: Final = "remove-private-tags"
_STUDY_DATE: Final = 0x00080020
_BIRTH_DATE: Final = 0x00100030
_AGE: Final = 0x00101010
_SIGNATURES: Final = frozenset({0xFFFAFFFA, 0x4FFE0001})
_TRAILING_PADDING: Final = 0xFFFCFFFC
_MAX_PADDING_READ: Final = 1 << 22


class Settling:
    """Works on one document after its rules.

    private : what is asked of private elements
    effects : what options did, by their names in the profile
    dropped : parts that are left out because an edit voids them, or because nothing can say what they hold
    """

    def __init__(self, document: DicomDocument) -> None:
        self._document = document
        self._layout = document.layout
        self._editing = document.editing
        self._options = document.matcher.options
        self._reached = {index for index, _ in document.hits.fields}
        self.private = PrivateElements(document, self._reached)
        self.effects: dict[str, int] = {}
        self.dropped: list[str] = []

    def settle(self) -> None:
        """Raises FileError where the file cannot be left as the options ask."""
        options = self._options
        self._editing.mark()
        if options.patient_age_from_birthdate:
            self._write_age()
        if options.remove_private_tags:
            self._count(_PRIVATE, self.private.remove())
        if options.remove_undefined:
            self._remove_undefined()
        self._link_media_storage()
        self._refuse_opaque()
        if self._editing:
            self._drop_signatures()
            if not options.keep_trailing:
                self._drop_padding()

    def drop_private(self) -> None:
        """Remove unnamed private elements before rules are asked what to do within them."""
        if self._options.remove_private_tags:
            self._count(_PRIVATE, self.private.drop())

    def _count(self, option: str, elements: int) -> None:
        if elements:
            self.effects[option] = self.effects.get(option, 0) + elements

    def _remove_undefined(self) -> None:
        """Take out every element that no rule reaches and that is not needed to read the others."""
        layout, editing = self._layout, self._editing
        keep: set[int] = set()
        whole: set[int] = set()
        for index, _ in self._document.hits.fields:
            if editing.alive(index):
                whole.add(index)
                self._keep_with_holders(index, keep)
        for container in (*editing.elements, *editing.items):
            if container >= 0:
                self._keep_with_holders(container, keep)
        age = self._document.index_in(-1, _AGE)
        if age is not None and age in editing.values:
            keep.add(age)
        later: list[int] = []
        gone = 0
        until = 0
        for index, (tag, start, _, stop, parent) in enumerate(layout.tokens):
            if start < until or tag == ITEM:
                continue
            if index in keep or index in editing.removed:
                if index in whole or index in editing.removed:
                    until = stop
            elif tells_of_others(tag):
                later.append(index)
            elif parent >= 0 or tag not in REQUIRED_META:
                editing.take_out(index)
                gone += 1
                until = stop
        self._document.look_anew()
        for index in sorted(later, key=lambda index: layout.tags[index] == CHARACTER_SET):
            if not is_group_length(layout.tags[index]) and not self._document.required(index):
                editing.take_out(index)
                gone += 1
        groups = self._groups_in_use()
        for index in later:
            tag, _, _, _, parent = layout.tokens[index]
            if is_group_length(tag) and (parent, tag >> 16) not in groups and not self._document.required(index):
                editing.take_out(index)
                gone += 1
        self._count("remove-undefined", gone)

    def _groups_in_use(self) -> set[tuple[int, int]]:
        """Containers and numbers of the groups of which something stays, or comes, beside their length."""
        editing = self._editing
        found = {
            (parent, tag >> 16)
            for index, (tag, _, _, _, parent) in enumerate(self._layout.tokens)
            if not is_group_length(tag) and index not in editing.removed
        }
        for parent, elements in editing.elements.items():
            found.update((parent, tag >> 16) for tag in elements)
        return found

    def _keep_with_holders(self, index: int, keep: set[int]) -> None:
        while index >= 0 and index not in keep:
            keep.add(index)
            index = self._layout.tokens[index][4]

    def _write_age(self) -> None:
        """Write PatientAge from the original dates, unless a rule acts on it."""
        document = self._document
        there = document.index_in(-1, _AGE)
        if there is not None and there in self._reached:
            return
        dates = [document.index_in(-1, tag) for tag in (_BIRTH_DATE, _STUDY_DATE)]
        if dates[0] is None or dates[1] is None:
            return
        age = patient_age(self._layout.raw(dates[0]), self._layout.raw(dates[1]), self._options.patient_age_units)
        if age is None:
            return
        if there is not None:
            self._editing.replace(there, age)
        elif _AGE not in self._editing.elements.get(-1, ()):
            self._editing.elements.setdefault(-1, {})[_AGE] = NewElement("AS", age)
        self.effects["patient-age-from-birthdate"] = 1

    def _link_media_storage(self) -> None:
        """Let Media Storage SOP Instance UID follow SOP Instance UID (PS3.10 table 7.1-1)."""
        layout, editing = self._layout, self._editing
        original = self._document.index_in(-1, SOP_INSTANCE)
        new: bytes | None = None
        if original is None:
            made = editing.elements.get(-1, {}).get(SOP_INSTANCE)
            new = None if made is None else made.value
        elif not editing.alive(original):
            new = b""
        else:
            new = editing.values.get(original)
        for copy in range(layout.meta_count):
            if layout.tags[copy] != MEDIA_SOP_INSTANCE or not editing.alive(copy):
                continue
            if copy not in self._reached:
                value = b"" if original is None and new is None and self._options.remove_undefined else new
            elif original is None and self._meant_to_go(copy):
                value = b""
            else:
                continue
            if value is not None:
                editing.replace(copy, value)

    def _meant_to_go(self, index: int) -> bool:
        """Whether a step removes the element, be it that it cannot go."""
        steps = self._document.matcher.steps
        return any(steps[order].action.removes for at, order in self._document.hits.fields if at == index)

    def _refuse_opaque(self) -> None:
        """Refuse what should hold elements, cannot be read, and is neither removed nor kept by a rule."""
        for index, trouble in self._layout.opaque.items():
            if index not in self._reached and self._editing.alive(index):
                raise trouble

    def _drop_signatures(self) -> None:
        """Take out digital signatures and what they were made with (PS3.15 annex C): the edits void them."""
        if _SIGNATURES.isdisjoint(self._layout.tag_set):
            return
        for index, tag in enumerate(self._layout.tags):
            if tag in _SIGNATURES and index not in self._reached and self._editing.alive(index):
                self._editing.remove(index)
                if "digital-signatures" not in self.dropped:
                    self.dropped.append("digital-signatures")

    def _drop_padding(self) -> None:
        """Take out Data Set Trailing Padding that is not all zero (PS3.10 section 7.2)."""
        index = self._document.index_in(-1, _TRAILING_PADDING)
        if index is None or index in self._reached or not self._editing.alive(index):
            return
        token = self._layout.tokens[index]
        if token[3] - token[2] > _MAX_PADDING_READ or self._layout.raw(index).strip(b"\0"):
            self._editing.remove(index)
            self.dropped.append("trailing-padding")
