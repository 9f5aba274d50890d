"""The keys of a PNG section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs

from .types import IMAGE, PUBLIC, RENDERING, TEXTS, is_critical

if TYPE_CHECKING:
    from deidentikit.schema import Fragment

MAX_INFLATED_MIB: Final = 64
REMOVE_PRIVATE: Final = "remove-private-chunks"
REMOVE_TEXT: Final = "remove-text"
REMOVE_METADATA: Final = "remove-metadata"


def section_schema() -> Fragment:
    """The keys of the section."""
    from deidentikit.schema import Key, Whole, YesNo

    return {
        REMOVE_PRIVATE: Key(YesNo(), "Remove all chunks that are not registered public types.", "no"),
        REMOVE_TEXT: Key(YesNo(), "Remove all text chunks, XMP included.", "no"),
        REMOVE_METADATA: Key(YesNo(), "Remove all chunks but the image's and those needed to show it.", "no"),
        "keep-trailing": Key(YesNo(), "Keep bytes after the end of the image.", "no"),
        "max-inflated": Key(
            Whole(1, 1 << 12), "Refuse files whose compressed chunks hold more, in MiB.", str(MAX_INFLATED_MIB)
        ),
        "cross-check": Key(
            YesNo(),
            "Read input and output with Pillow too, and refuse the file unless both show the same picture.",
            "no",
        ),
    }


@attrs.frozen
class Options:
    """A section's options.

    max_inflated : bytes
    """

    remove_private: bool = False
    remove_text: bool = False
    remove_metadata: bool = False
    keep_trailing: bool = False
    max_inflated: int = MAX_INFLATED_MIB << 20
    cross_check: bool = False

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Options:
        """The options that a section names."""
        inflated = options.get("max-inflated", MAX_INFLATED_MIB)
        return cls(
            remove_private=options.get(REMOVE_PRIVATE) is True,
            remove_text=options.get(REMOVE_TEXT) is True,
            remove_metadata=options.get(REMOVE_METADATA) is True,
            keep_trailing=options.get("keep-trailing") is True,
            max_inflated=(inflated if isinstance(inflated, int) else MAX_INFLATED_MIB) << 20,
            cross_check=options.get("cross-check") is True,
        )

    def doubts(self, kind: str) -> bool:
        """Whether an option would take out chunks of a type that the image cannot be shown without."""
        return (self.remove_private or self.remove_metadata) and is_critical(kind) and kind not in IMAGE

    def removing(self, kind: str) -> str | None:
        """The option that takes out chunks of a type, or None where they stay."""
        if kind in IMAGE or is_critical(kind):
            return None
        if self.remove_private and kind not in PUBLIC:
            return REMOVE_PRIVATE
        if self.remove_text and kind in TEXTS:
            return REMOVE_TEXT
        if self.remove_metadata and kind not in RENDERING:
            return REMOVE_METADATA
        return None
