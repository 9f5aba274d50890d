"""The chunk types that are known, and what they mean to this package.

Sources: W3C Portable Network Graphics, third edition (2025), section 11; Extensions to the PNG
specification (register of public chunks), version 1.5.0.
"""

from __future__ import annotations

from typing import Final

TEXTS: Final = frozenset({"tEXt", "zTXt", "iTXt"})
"""Chunks that hold a keyword and a text."""
COMPRESSED: Final = frozenset({"zTXt", "iTXt", "iCCP"})
"""Chunks that hold a compressed stream, or can."""
IMAGE_DATA: Final = frozenset({"IDAT", "fdAT"})
IMAGE: Final = frozenset({"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "acTL", "fcTL", "fdAT"})
"""Chunks without which the image, or one of its frames, is not what it was."""
COLOUR: Final = frozenset("cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI".split())
"""Chunks that say which colours the image has (section 11.3.2); no regex reaches them."""
RENDERING: Final = COLOUR | frozenset("bKGD hIST pHYs sPLT oFFs pCAL sCAL sTER".split())
"""Chunks that say how the image is to be shown or measured."""
PUBLIC: Final = IMAGE | RENDERING | TEXTS | frozenset("eXIf tIME dSIG fRAc gIFg gIFt gIFx".split())
"""All registered types, and those of animations."""
SIGNATURES: Final = frozenset({"dSIG"})
"""Digital signatures, which any edit voids."""

BY_FOLD: Final = {kind.casefold(): kind for kind in PUBLIC}


def is_critical(kind: str) -> bool:
    """A reader that does not know the type cannot show the image."""
    return kind[0].isupper()


def is_required(kind: str) -> bool:
    """Chunks of this type can be neither removed nor changed."""
    return kind in IMAGE or is_critical(kind)


def holds_value(kind: str) -> bool:
    """Chunks of this type hold something that actions on values may treat: text, a time, tags, unknown bytes."""
    return kind in TEXTS or kind in ("tIME", "eXIf") or kind not in PUBLIC
