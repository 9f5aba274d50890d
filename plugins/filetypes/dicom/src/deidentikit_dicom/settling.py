"""What a section's options and the standard ask for after the rules: private elements, undefined
elements, the patient's age, linked copies, signatures, padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .age import patient_age
from .fields import REQUIRED_META
from .insertion import NewElement
from .tags import ITEM, MEDIA_SOP_INSTANCE, SOP_INSTANCE, block_of, is_group_length, tells_of_others

if TYPE_CHECKING:
    from .document import DicomDocument

_STUDY_DATE: Final = 0x00080020
_BIRTH_DATE: Final = 0x00100030
_AGE: Final = 0x00101010
_SIGNATURES: Final = frozenset({0xFFFAFFFA, 0x4FFE0001})
_TRAILING_PADDING: Final = 0xFFFCFFFC
_MAX_PADDING_READ: Final = 1 << 22


class Settling:
    """Works on one document after its rules.

    effects : what options did, by their names in the profile
    dropped : parts that are left out because an edit voids them, or because nothing can say what they hold
    """

    def __init__(self, document: DicomDocument) -> None:
        self._document = document
        self._layout = document.layout
        self._editing = document.editing
        self._options = document.matcher.options
        self._reached = {index for index, _ in document.hits.fields}
        self._blocks: set[tuple[int, int]] | None = None
        self.effects: dict[str, int] = {}
        self.dropped: list[str] = []

    def settle(self) -> None:
        """Raises FileError where the file cannot be left as the options ask."""
        options = self._options
        self._editing.mark()
        if options.patient_age_from_birthdate:
            self._write_age()
        if options.remove_private_tags:
            self._remove_private()
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
        if not self._options.remove_private_tags:
            return
        tags, reached = self._layout.tags, self._reached
        gone = {index for index in self._document.hits.private if tags[index] & 0xFF00 and index not in reached}
        if self._document.matcher.through_private:
            gone = {index for index in gone if not self._layout.holds_items(index)}
        if gone:
            self._editing.removed |= gone
            self.effects["remove-private-tags"] = len(gone)

    def block_in_use(self, parent: int, creator_tag: int) -> bool:
        """Whether an element stays, or comes, in the block that a private creator element reserves.

        Asked for creators alone, which come after all other fields: the answer is worked out once.
        """
        if self._blocks is None:
            self._blocks = self._blocks_in_use()
        return (parent, creator_tag) in self._blocks

    def _blocks_in_use(self) -> set[tuple[int, int]]:
        """The containers and creator tags of private blocks that hold something."""
        layout, editing = self._layout, self._editing
        private = self._document.hits.private or [i for i, tag in enumerate(layout.tags) if tag & 0x10000]
        found = set()
        removed = editing.removed
        for index in [index for index in private if index not in removed]:
            tag, _, _, _, parent = layout.tokens[index]
            if tag & 0xFF00 and (parent < 0 or editing.alive(parent)):
                found.add((parent, block_of(tag)))
        for parent, elements in editing.elements.items():
            found.update((parent, block_of(tag)) for tag in elements if tag & 0xFF00)
        return found

    def _remove(self, index: int, option: str) -> None:
        self._editing.remove(index)
        self._editing.values.pop(index, None)
        self.effects[option] = self.effects.get(option, 0) + 1

    def _shielded(self) -> set[int]:
        """Reached private elements that stay, and what holds reached elements on the paths that rules name."""
        tags, tokens, paths = self._layout.tags, self._layout.tokens, self._document.matcher.paths
        shielded: set[int] = set()
        for index, order in self._document.hits.fields:
            if not (tags[index] & 0x10000 or order in paths) or not self._editing.alive(index):
                continue
            shielded.add(index)
            if order in paths:
                while (index := tokens[index][4]) >= 0:
                    shielded.add(index)
        return shielded

    def _remove_private(self) -> None:
        """Take out private elements that no rule names; creators and group lengths of what is left stay."""
        layout, editing = self._layout, self._editing
        shielded = self._shielded()
        for sequence in (*editing.elements, *editing.items):
            while sequence >= 0:
                shielded.add(sequence)
                sequence = layout.tokens[sequence][4]
        tags, private, removed = layout.tags, self._document.hits.private, editing.removed
        frame = [index for index in private if not tags[index] & 0xFF00]
        groups: set[tuple[int, int]] = set()
        for index in [index for index in private if index not in removed]:
            if not tags[index] & 0xFF00 or not editing.alive(index):
                continue
            if index in shielded:
                groups.add((layout.tokens[index][4], tags[index] >> 16))
            else:
                self._remove(index, "remove-private-tags")
        blocks = self._blocks_in_use()
        for index in frame:
            tag, _, _, _, parent = layout.tokens[index]
            if index in self._reached or not editing.alive(index):
                continue
            used = (parent, tag >> 16) in groups if tag & 0xFFFF < 0x10 else (parent, tag) in blocks
            if not used:
                self._remove(index, "remove-private-tags")

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
                self._remove(index, "remove-undefined")
                until = stop
        self._blocks = None
        for index in reversed(later):
            if self._document.required(index) or self._group_in_use(index):
                continue
            self._remove(index, "remove-undefined")

    def _group_in_use(self, index: int) -> bool:
        """Of a group length: whether other elements of its group stay beside it."""
        layout = self._layout
        tag, _, _, _, parent = layout.tokens[index]
        if not is_group_length(tag):
            return False
        if any(new >> 16 == tag >> 16 for new in self._editing.elements.get(parent, ())):
            return True
        return any(
            other != index and layout.tags[other] >> 16 == tag >> 16 and self._editing.alive(other)
            for other in layout.children(parent)
        )

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
