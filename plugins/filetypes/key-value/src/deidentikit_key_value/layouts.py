"""Which format a text is in, and its tokens."""

from __future__ import annotations

import re
from typing import Final

import attrs
from deidentikit.errors import FileError

from . import jcamp, plain
from .delimiters import Split, split_colon, split_either, split_nrrd
from .encoding import DOS_END
from .header import Header
from .tokens import Token

NRRD_FIELDS: Final = frozenset(
    {
        "dimension", "type", "block size", "blocksize", "encoding", "endian", "content", "min", "max", "old min",
        "oldmin", "old max", "oldmax", "data file", "datafile", "line skip", "lineskip", "byte skip", "byteskip",
        "number", "sample units", "sampleunits", "sizes", "spacings", "thicknesses", "axis mins", "axismins",
        "axis maxs", "axismaxs", "centers", "centerings", "labels", "units", "kinds", "space", "space dimension",
        "space units", "space origin", "space directions", "measurement frame",
    }
)  # fmt: skip
"""Fields of the NRRD format, which are written ``field: value``; all else is ``key:=value``."""

_NRRD_NEEDS: Final = frozenset(
    "type,dimension,sizes,encoding,endian,block size,blocksize,line skip,lineskip,byte skip,byteskip".split(",")
)
_METAIO: Final = re.compile(r"^[ \t]*ElementDataFile[ \t]*[=:]", re.MULTILINE)
_METAIO_DATA: Final = "ElementDataFile"
_METAIO_NEEDS: Final = frozenset(
    "ObjectType NDims DimSize ElementType ElementNumberOfChannels ElementByteOrderMSB BinaryDataByteOrderMSB BinaryData"
    " CompressedData CompressedDataSize HeaderSize ElementSizeByte ElementNBits".split()
)
_NRRD: Final = re.compile(r"NRRD[0-9]{4}\s*$", re.MULTILINE)
_PAR: Final = re.compile(r"^#\s*=+ DATA DESCRIPTION FILE =+\s*$", re.MULTILINE)
_HEAD: Final = 4096
_OTHER_FORMAT: Final = re.compile(r"\s*(?:\{\s*\"|\[\s*\{|<\?xml\b|<!DOCTYPE\b|<html\b)", re.IGNORECASE)


@attrs.frozen
class Layout:
    """A text with its format and its tokens.

    dialect : how its lines are read; None for JCAMP-DX, which has no lines of its own
    nrrd : it is an NRRD header
    """

    text: str = attrs.field(repr=False)
    tokens: tuple[Token, ...] = attrs.field(repr=False)
    dialect: plain.Dialect | None
    nrrd: bool


def read_layout(header: Header, delimiter: Split | None, passing: bool) -> Layout:
    """The tokens of a text, after the format that its content shows.

    delimiter : how the profile has lines divided; JCAMP-DX and NRRD have delimiters of their own
    passing : lines that are not understood stay as they are

    Raises FileError (``not-key-value``, ``bad-line``, ``unparsed-region``).
    """
    text = header.decoded.text.rstrip(DOS_END)
    if _OTHER_FORMAT.match(text):
        raise FileError("not-key-value", "the file is JSON, XML or HTML, whose lines have no keys and values")
    nrrd = _NRRD.match(text) is not None
    if not nrrd and jcamp.is_jcamp(text):
        if header.local:
            raise FileError("unparsed-region", "records of JCAMP-DX stand in front of what seems to be data of MetaIO")
        return Layout(text, tuple(jcamp.tokenize(text, passing)), None, False)
    dialect = attrs.evolve(_dialect(text, nrrd, header.local, delimiter), passing=passing)
    return Layout(text, tuple(plain.tokenize(text, dialect)), dialect, nrrd)


def _dialect(text: str, nrrd: bool, local: bool, delimiter: Split | None) -> plain.Dialect:
    if nrrd:
        return plain.Dialect(
            split_nrrd,
            magic=True,
            folded=False,
            sections=False,
            required=_NRRD_NEEDS,
            lists=frozenset({"data file", "datafile"}),
        )
    if _PAR.search(text, 0, _HEAD):
        return plain.Dialect(delimiter or split_colon, rows=True, folded=False, sections=False)
    if _METAIO.search(text):
        data = frozenset({_METAIO_DATA})
        return plain.Dialect(
            delimiter or split_either,
            sections=False,
            required=_METAIO_NEEDS | data if local else _METAIO_NEEDS,
            lists=data,
            closing=data if local else frozenset(),
        )
    return plain.Dialect(delimiter or split_either)
