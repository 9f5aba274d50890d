"""Reading JSON text (RFC 8259) strictly: what is refused here is never edited."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Any, Final, NoReturn

import attrs
from deidentikit.errors import FileError

MAX_DEPTH: Final = 500
"""Levels of arrays and objects; deeper files are refused."""

BOM: Final = b"\xef\xbb\xbf"
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_DEPTH_CHANGE: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class Number(str):
    """A JSON number as it is spelled. Equal to the same spelling of a number, never to a string."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other


Json = str | bool | None | list["Json"] | dict[str, "Json"]
"""A parsed value; numbers are `Number`, which is a `str`."""

Path = tuple[str | int, ...]
"""Keys and list indexes from the top; the empty path is the whole document."""


def value_at(root: Json, path: Path) -> Json:
    """The value that stands at a path, which has to be there."""
    found: Any = root
    for key in path:
        found = found[key]
    value: Json = found
    return value


@attrs.frozen
class Parsed:
    """A JSON file in memory.

    text : the file's characters behind a byte order mark
    lead : bytes of the byte order mark, 0 or 3
    value : what the text means, numbers as spelled
    """

    text: str = attrs.field(repr=False)
    lead: int
    value: Json = attrs.field(repr=False)


def parse(data: bytes) -> Parsed:
    """The value of a JSON file together with its text.

    Raises FileError: ``not-utf-8``, ``too-deep``, ``not-json``, ``duplicate-key``, ``not-finite``
    (NaN, Infinity), ``lone-surrogate``.
    """
    lead = len(BOM) if data.startswith(BOM) else 0
    text = _decode(data, lead)
    if _depth(data) > MAX_DEPTH:
        raise _too_deep()
    value = _load(text)
    if "\\u" in text and _SURROGATE.search(text) and not _encodable(value):
        raise FileError("lone-surrogate", "a string or key holds half a surrogate pair, which is no character")
    return Parsed(text, lead, value)


def _decode(data: bytes, lead: int) -> str:
    text = None
    if json.detect_encoding(data[:4]).startswith("utf-8"):
        try:
            text = data[lead:].decode("utf-8")
        except UnicodeDecodeError:
            text = None
    if text is None:
        raise FileError("not-utf-8", "the file is not UTF-8; convert it first")
    return text


def _depth(data: bytes) -> int:
    """The deepest nesting, at the speed of C: strings are cut out, brackets counted.

    Exact for well-formed JSON; for anything else the parser refuses.
    """
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return 0
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = b"".join(data.split(b'"')[::2]).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_DEPTH_CHANGE.__getitem__, brackets)), default=0)


@contextmanager
def shallow() -> Iterator[None]:
    """Make a refusal (``too-deep``) of nesting that the interpreter's stack cannot follow."""
    deep = False
    try:
        yield
    except RecursionError:
        deep = True
    if deep:
        raise _too_deep()


def _too_deep() -> FileError:
    return FileError("too-deep", f"arrays and objects are nested more than {MAX_DEPTH} levels deep")


def _load(text: str) -> Json:
    with shallow():
        try:
            value: Json = _DECODER.decode(text)
            return value
        except ValueError:
            pass
    # Raised out here so that the parser's error, which holds the whole text, is not chained.
    raise FileError("not-json", "the file is no JSON text as RFC 8259 has it")


def _object(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FileError("duplicate-key", "an object has one key twice, so readers disagree on its value")
    return found


def _constant(name: str) -> NoReturn:
    raise FileError("not-finite", "NaN and Infinity are no JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_constant
)


def _encodable(value: Json) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def dump(value: Json, ascii_only: bool, colon: str = ": ", comma: str = ", ", indent: str | None = None) -> str:
    """JSON text of a value; numbers as they are spelled.

    indent : one level's indentation for text of several lines, whose commas end a line
    """
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list | dict):
        return _dump_container(value, ascii_only, colon, comma, indent)
    return json.dumps(value, ensure_ascii=ascii_only)


def _dump_container(
    value: list[Json] | dict[str, Json], ascii_only: bool, colon: str, comma: str, indent: str | None
) -> str:
    opened, closed = "[]" if isinstance(value, list) else "{}"
    if not value:
        return opened + closed
    items = [
        (f"{json.dumps(key, ensure_ascii=ascii_only)}{colon}" if isinstance(key, str) else "")
        + dump(child, ascii_only, colon, comma, indent)
        for key, child in (value.items() if isinstance(value, dict) else enumerate(value))
    ]
    if indent is None:
        return opened + comma.join(items) + closed
    inner = ",\n".join(items).replace("\n", "\n" + indent)
    return f"{opened}\n{indent}{inner}\n{closed}"
