"""What stands in a header and what will: fields of fixed width, two of them with the subfields of EDF+."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
from deidentikit import FieldError, Moment

from .header import Header, Slot, is_marked
from .spelling import UNKNOWN, read_long, read_short, spell_long, spell_short
from .vocabulary import (
    BIRTHDATE,
    LABEL,
    LONG_START,
    PARTS,
    PATIENT,
    RECORDING,
    RESERVED,
    START_DATE,
    Sort,
    Spec,
)

STARTDATE_WORD: Final = "Startdate"


@attrs.define(eq=False)
class Cell:
    """One field that a profile can name.

    text : what stands there, without the spaces that fill it
    room : the most characters it takes in this file
    fixed : it says how the file is read
    new : what will stand there; None where nothing was written
    removed : what will stand there says that nothing is known
    named : a rule reaches it
    """

    path: str
    spec: Spec
    text: str = attrs.field(repr=False)
    room: int
    fixed: bool = False
    new: str | None = attrs.field(default=None, repr=False)
    removed: bool = False
    named: bool = False

    @property
    def now(self) -> str:
        """What will be written."""
        return self.text if self.new is None else self.new

    @property
    def is_changed(self) -> bool:
        return self.now != self.text

    def put(self, text: str) -> None:
        """Write a text; a blank one removes. Raises FieldError as `Spec.check` does."""
        text = text.strip(" ")
        if text == self.text:
            self.new, self.removed = None, False
            return
        if self.fixed:
            raise FieldError("required", "the field says how the file is to be read; leave it")
        if text:
            self.spec.check(text)
            if len(text) > self.room:
                raise FieldError("too-long", f"the field holds {self.room} characters")
            if self.spec is RESERVED and is_marked(text):
                raise FieldError("wrong-kind", "this text would say that the file is EDF+")
        elif self.spec.required:
            raise FieldError("required", "the file cannot be read without this field")
        self.new, self.removed = text or self.spec.blank, not text or text == UNKNOWN == self.spec.blank


class Identification:
    """The patient's or the recording's identification: one cell, or one for each subfield of EDF+.

    cells : the subfields; empty where the file is not EDF+ or the text has no such form
    whole : stands for all of it
    """

    def __init__(self, slot: Slot, mark: str) -> None:
        self.slot = slot
        specs = PARTS[slot.spec.name]
        found = _parts(slot) if mark else None
        self.cells = () if found is None else tuple(map(_part, specs, found))
        self.whole = Cell(slot.path, slot.spec, slot.text, slot.spec.width)

    @property
    def text(self) -> str:
        """All of it, as it is; nothing where no subfield is known."""
        if not self.cells:
            return self.whole.text
        return self.whole.text if any(is_known(cell.text) for cell in self.cells) else ""

    @property
    def now(self) -> str:
        """All of it, as it will be. Raises FieldError (``too-long``)."""
        if not self.cells:
            return self.whole.now
        words = [cell.now for cell in self.cells if cell.now]
        text = " ".join([STARTDATE_WORD, *words] if self.slot.spec is RECORDING else words)
        if len(text) > self.slot.spec.width:
            raise FieldError("too-long", f"all subfields together have {len(text)} characters", self.slot.path)
        return text

    @property
    def now_known(self) -> str:
        """`now`, or nothing where no subfield will be known."""
        return self.now if not self.cells or any(is_known(cell.now) for cell in self.cells) else ""

    def put(self, text: str) -> None:
        """Write all of it. Raises FieldError (``wrong-kind``) where EDF+ asks for subfields and there are none."""
        if not self.cells:
            self.whole.put(text)
            return
        if not text.strip(" "):
            for cell in self.cells:
                cell.put("")
            return
        words = split_parts(self.slot.spec, text)
        if words is None:
            raise FieldError("wrong-kind", f"in EDF+ {self.slot.path} has subfields; name {self.names} instead")
        for cell, word in zip(self.cells, words, strict=True):
            cell.put(word)

    @property
    def names(self) -> str:
        return ", ".join(cell.path for cell in self.cells)

    @property
    def is_changed(self) -> bool:
        return self.whole.is_changed or any(cell.is_changed for cell in self.cells)


def is_known(text: str) -> bool:
    """A subfield that says something."""
    return text not in ("", UNKNOWN)


def split_parts(spec: Spec, text: str) -> tuple[str, ...] | None:
    """The subfields that EDF+ asks for; None if the text does not have them.

    The last one is all that follows, which may be nothing.
    """
    words = text.split(" ")
    if spec is RECORDING and words.pop(0) != STARTDATE_WORD:
        return None
    if "" in words or len(words) < 4:
        return None
    return (*words[:4], " ".join(words[4:]))


def _parts(slot: Slot) -> tuple[str, ...] | None:
    """The subfields, where those of a fixed form have it: a person's name would seldom stand in their place."""
    words = split_parts(slot.spec, slot.raw.decode("latin-1").rstrip(" "))
    if words is None:
        return None
    for spec, word in zip(PARTS[slot.spec.name], words, strict=True):
        if spec.sort in (Sort.SEX, Sort.LONG_DATE):
            try:
                spec.check(word)
            except FieldError:
                return None
    return words


def _part(spec: Spec, text: str) -> Cell:
    return Cell(spec.name, spec, text, spec.width)


class Cells:
    """All fields of a header, with the edits made to them."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self._by_slot: dict[Slot, Cell | Identification] = {}
        for slot in header.slots:
            if slot.spec in (PATIENT, RECORDING):
                self._by_slot[slot] = Identification(slot, header.mark)
            else:
                self._by_slot[slot] = _cell(slot, header)
        self._start = self._by_slot[header.slot(START_DATE)]
        self.identifications = tuple(each for each in self._by_slot.values() if isinstance(each, Identification))
        self._long_start = next((cell for cell in self if cell.spec is LONG_START), None)

    def __iter__(self) -> Iterator[Cell]:
        """Every field, in the order of the file; subfields in place of what they are parts of."""
        for each in self._by_slot.values():
            if isinstance(each, Cell):
                yield each
            else:
                yield from each.cells or (each.whole,)

    def read_date(self, cell: Cell) -> Moment | None:
        """The day that a field names; None where it is not known. Raises FieldError (``wrong-kind``)."""
        if not is_known(cell.text):
            return None
        if cell.spec is not START_DATE:
            return read_long(cell.text)
        beside = self._long_start
        if beside is not None and not is_known(beside.text) and cell.text == START_DATE.blank:
            return None  # the two ways in which EDF+ says that the day is not known
        year = read_long(beside.text).year if beside is not None and is_known(beside.text) else None
        return read_short(cell.text, year)

    def spell_date(self, cell: Cell, day: Moment) -> str:
        """A day as a field spells it. Raises FieldError (``out-of-range``)."""
        return spell_long(day) if cell.spec in (BIRTHDATE, LONG_START) else spell_short(day, bool(self._long_start))

    def follow(self) -> None:
        """Where rules reach one of the two start dates alone, the other follows it.

        Raises FieldError (``out-of-range``) where it cannot say that day.
        """
        one, other = self._start, self._long_start
        if other is None or not isinstance(one, Cell) or one.named == other.named:
            return
        leader, follower = (one, other) if one.named else (other, one)
        if not leader.is_changed:
            return
        try:
            if leader.removed:
                follower.put("")
            else:
                read = read_short if leader is one else read_long
                follower.put(self.spell_date(follower, read(leader.now)))
        except FieldError as error:
            raise error.at(follower.path) from None

    def changes(self) -> Iterator[tuple[Slot, bytes]]:
        """The slots that change, in the order of the file, with their new bytes. Raises FieldError (``too-long``)."""
        for slot, each in self._by_slot.items():
            if each.is_changed:
                mark = self.header.mark if slot.spec is RESERVED else ""
                yield slot, (mark + each.now).ljust(slot.spec.width).encode("ascii")


def _cell(slot: Slot, header: Header) -> Cell:
    text, room = slot.text, slot.spec.width
    if slot.spec is RESERVED and header.mark:
        text, room = slot.raw.decode("latin-1")[len(header.mark) :].strip(" "), room - len(header.mark)
    fixed = slot.spec.sort is Sort.FIXED or (slot.spec is LABEL and slot.signal in header.annotations)
    return Cell(slot.path, slot.spec, text, room, fixed)
