"""The keys of a TIFF section that are no actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from .slides import PAGES

if TYPE_CHECKING:
    from deidentikit.schema import Fragment


@attrs.frozen
class Options:
    """What a section asks for beside its rules.

    remove_orphans : zero what nothing refers to; None: unless it may be image data
    """

    remove_private_tags: bool = False
    remove_pages: tuple[str, ...] = ()
    remove_orphans: bool | None = None
    cross_check: bool = False

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Options:
        """From a section's keys. Raises ValueError for pages that cannot be named."""
        orphans = options.get("remove-orphans")
        return cls(
            remove_private_tags=options.get("remove-private-tags") is True,
            remove_pages=_pages(options.get("remove-pages", ())),
            remove_orphans=orphans if isinstance(orphans, bool) else None,
            cross_check=options.get("cross-check") is True,
        )


def section_schema() -> Fragment:
    """The keys with their validators."""
    from deidentikit.schema import Key, Texts, YesNo

    return {
        "remove-private-tags": Key(YesNo(), "Remove tags from 32768 up that no rule names.", "no"),
        "remove-pages": Key(Texts(), "Pages of a slide to take out: label, macro, thumbnail.", "none"),
        "remove-orphans": Key(
            YesNo(), "Fill with zeros what no directory refers to.", "yes, unless it may be image data"
        ),
        "cross-check": Key(
            YesNo(),
            "Read input and output with tifffile too, and refuse the file unless both hold the same images.",
            "no",
        ),
    }


def _pages(given: object) -> tuple[str, ...]:
    """The pages to remove, one word each, whether they came as a list or behind commas."""
    texts = given if isinstance(given, tuple) else ()
    words = tuple(word.strip().lower() for text in texts for word in str(text).split(","))
    for word in words:
        if word not in PAGES:
            raise ValueError(f"remove-pages: {word!r} is none of {', '.join(PAGES)}")
    return words
