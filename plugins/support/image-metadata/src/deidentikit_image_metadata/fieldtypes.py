"""The field types of IFD entries (TIFF 6.0 section 2; BigTIFF; EXIF 3.0 for UTF-8)."""

from __future__ import annotations

from typing import Final

BYTE: Final = 1
ASCII: Final = 2
SHORT: Final = 3
LONG: Final = 4
RATIONAL: Final = 5
SBYTE: Final = 6
UNDEFINED: Final = 7
SSHORT: Final = 8
SLONG: Final = 9
SRATIONAL: Final = 10
FLOAT: Final = 11
DOUBLE: Final = 12
IFD: Final = 13
LONG8: Final = 16
SLONG8: Final = 17
IFD8: Final = 18
UTF8: Final = 129

_NAMES: Final = {
    BYTE: "BYTE",
    ASCII: "ASCII",
    SHORT: "SHORT",
    LONG: "LONG",
    RATIONAL: "RATIONAL",
    SBYTE: "SBYTE",
    UNDEFINED: "UNDEFINED",
    SSHORT: "SSHORT",
    SLONG: "SLONG",
    SRATIONAL: "SRATIONAL",
    FLOAT: "FLOAT",
    DOUBLE: "DOUBLE",
    IFD: "IFD",
    LONG8: "LONG8",
    SLONG8: "SLONG8",
    IFD8: "IFD8",
    UTF8: "UTF-8",
}
_BY_WIDTH: Final = {
    1: (BYTE, ASCII, SBYTE, UNDEFINED, UTF8),
    2: (SHORT, SSHORT),
    4: (LONG, SLONG, FLOAT, IFD),
    8: (RATIONAL, SRATIONAL, DOUBLE, LONG8, SLONG8, IFD8),
}
WIDTHS: Final = {type: width for width, types in _BY_WIDTH.items() for type in types}
"""Bytes of one value of each type."""
OFFSET_CODES: Final = {SHORT: "H", LONG: "I", IFD: "I", LONG8: "Q", IFD8: "Q"}
"""The types that offsets and lengths have, as `struct` has them."""


def type_name(number: int) -> str:
    """What the specifications call a field type; its number where they have none."""
    return _NAMES.get(number, str(number))
