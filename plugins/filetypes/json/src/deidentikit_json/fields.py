"""Values of a JSON document as fields that actions read and write."""

from __future__ import annotations

from collections.abc import Sequence

from deidentikit.errors import FieldError, printable
from deidentikit.filetype import UNLIMITED, Limits
from deidentikit.kinds import Form, Kind, Value

from .edits import Edits, Place
from .selectors import Hit
from .syntax import Json
from .values import checked, decode, emptied, encode, leaf_text, literal


class JsonField:
    """A value that a step reaches: a leaf, a list of leaves, or any container to be taken whole."""

    __slots__ = ("_edits", "_hit")

    def __init__(self, hit: Hit, edits: Edits) -> None:
        self._hit = hit
        self._edits = edits

    @property
    def path(self) -> str:
        return printable(self._hit.text)

    @property
    def required(self) -> bool:
        return False

    @property
    def limits(self) -> Limits:
        return UNLIMITED

    def read(self, form: Form) -> Sequence[Value | None]:
        value = self._hit.value
        if not isinstance(value, list):
            found = decode(value, form)
            return () if found is None else (found,)
        elements = self._elements(value)
        values = [decode(element, form) for element in elements]
        return () if all(found is None for found in values) else values

    def write(self, values: Sequence[Value | None], form: Form) -> None:
        value = self._hit.value
        if form.kind is Kind.NATIVE:
            self._replace(literal(values, value))
        elif not values:
            self._replace(emptied(value))
        elif isinstance(value, list):
            self._write_elements(value, values, form)
        elif len(values) != 1:
            raise FieldError("wrong-kind", "a single JSON value holds one result")
        else:
            self._replace(encode(values[0], value, form))

    def remove(self) -> None:
        self._edits.remove(self._hit.path, self._hit.value)

    def _replace(self, new: Json) -> None:
        self._edits.replace(self._hit.path, self._hit.value, new)

    def _elements(self, value: list[Json]) -> list[Json]:
        """The elements that are this field's own values."""
        if self._hit.stray:
            leaf_text(value)  # raises: a list of lists or objects has no values of its own
        return [value[index] for index in self._hit.own]

    def _write_elements(self, value: list[Json], values: Sequence[Value | None], form: Form) -> None:
        elements = self._elements(value)
        if len(values) != len(elements):
            raise FieldError("wrong-kind", "the results are not as many as the values of the list")
        for index, element, new in zip(self._hit.own, elements, values, strict=True):
            self._edits.replace((*self._hit.path, index), element, encode(new, element, form))


class NewField:
    """Where a value that is absent will be made."""

    __slots__ = ("_edits", "_place", "path")

    def __init__(self, name: str, place: Place, edits: Edits) -> None:
        self.path = printable(name)
        self._place = place
        self._edits = edits

    @property
    def limits(self) -> Limits:
        return UNLIMITED

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        texts = [checked(value) for value in values]
        self._edits.add(self._place, [*texts] if len(texts) > 1 else "".join(texts))
