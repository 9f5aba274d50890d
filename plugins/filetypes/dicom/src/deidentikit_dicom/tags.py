"""Tags that have a part of their own in a file, and which elements others are read by."""

from __future__ import annotations

from typing import Final

ITEM: Final = 0xFFFEE000
PIXEL_DATA: Final = 0x7FE00010
CHARACTER_SET: Final = 0x00080005
SOP_INSTANCE: Final = 0x00080018
MEDIA_SOP_INSTANCE: Final = 0x00020003
"""Media Storage SOP Instance UID, the copy of SOP Instance UID in the file meta (PS3.10 table 7.1-1)."""


def is_group_length(tag: int) -> bool:
    """Whether the element counts the bytes of its group (PS3.5 section 7.2)."""
    return not tag & 0xFFFF


def is_private_creator(tag: int) -> bool:
    """Whether the element reserves a block of private elements (PS3.5 section 7.8.1)."""
    return tag & 0x10000 != 0 and 0x10 <= tag & 0xFFFF <= 0xFF


def block_of(tag: int) -> int:
    """The tag of the private creator in whose block a private element stands (PS3.5 section 7.8.1)."""
    return tag & 0xFFFF0000 | tag >> 8 & 0xFF


def tells_of_others(tag: int) -> bool:
    """Whether other elements of the data set are read or counted by this one."""
    return is_group_length(tag) or tag == CHARACTER_SET or is_private_creator(tag)
