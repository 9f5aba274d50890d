"""The steps of a section merged by the keys of what they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic

from deidentikit.filetype import RegexSelector, Step
from deidentikit.kinds import Kind

from .items import Item
from .names import Key, S


class KeyMatcher(Generic[S]):
    """The steps of one section merged.

    named : the keys that steps name
    reads : the keys of names that are read beside the steps
    """

    def __init__(
        self, kind_of_selector: type[S], by_name: Callable[[str], S], steps: Sequence[Step], reads: Iterable[str]
    ) -> None:
        """
        by_name : makes the selector of a name in `reads`
        Raises ValueError for a name that cannot be.
        """
        self.reads = {name: frozenset(by_name(name).keys) for name in reads}
        self._steps = steps
        self._kind_of_selector = kind_of_selector
        self._by_key: dict[Key, int] = {}
        self._regexes: list[tuple[int, re.Pattern[str]]] = []
        for index, step in enumerate(steps):
            selector = step.selector
            if isinstance(selector, kind_of_selector):
                for key in selector.keys:
                    self._by_key.setdefault(key, index)
            elif isinstance(selector, RegexSelector):
                self._regexes.append((index, selector.pattern))
        self.named = self._by_key.keys()

    @property
    def has_regexes(self) -> bool:
        """Whether any step is for a regex."""
        return bool(self._regexes)

    def first(self, item: Item) -> Step | None:
        """The first step in order that reaches a field."""
        return self.step(item.keys, item.texts, valued=item.valued)

    def step(self, keys: Sequence[Key], texts: Sequence[str], *, valued: bool = True) -> Step | None:
        """The first step in order that reaches a field with these keys and texts; see `Item`."""
        best = min((self._by_key[key] for key in keys if key in self._by_key), default=None)
        for index, pattern in self._regexes:
            if best is not None and index > best:
                break
            if not valued and self._steps[index].form.kind is not Kind.NATIVE:
                continue
            if any(pattern.match(text) for text in texts):
                best = index
                break
        return None if best is None else self._steps[best]

    def creating(self) -> Iterator[tuple[S, Step]]:
        """The steps that make a field where it is absent."""
        for step in self._steps:
            selector = step.selector
            if step.creates and isinstance(selector, self._kind_of_selector) and selector.insertable:
                yield selector, step
