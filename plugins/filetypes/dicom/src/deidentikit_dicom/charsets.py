"""Specific Character Set (0008,0005): text from bytes and back (PS3.3 C.12.1.1.2, PS3.5 6.1).

Decoding is strict: what a character set does not explain is not guessed at.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import attrs
from deidentikit.errors import FieldError

ESC: Final = b"\x1b"
_JIS_X0208: Final = b"\x1b$B"
_JIS_X0212: Final = b"\x1b$(D"

# ISO registration number -> Python codec, and the escape sequence that puts it into G1 (PS3.3 C.12-3, C.12-4)
_HIGH_SETS: Final = {
    100: ("latin_1", b"\x1b-A"),
    101: ("iso8859_2", b"\x1b-B"),
    109: ("iso8859_3", b"\x1b-C"),
    110: ("iso8859_4", b"\x1b-D"),
    126: ("iso8859_7", b"\x1b-F"),
    127: ("iso8859_6", b"\x1b-G"),
    138: ("iso8859_8", b"\x1b-H"),
    144: ("iso8859_5", b"\x1b-L"),
    148: ("iso8859_9", b"\x1b-M"),
    166: ("tis_620", b"\x1b-T"),
    203: ("iso8859_15", b"\x1b-b"),
    13: ("shift_jis", b"\x1b)I"),
    149: ("euc_kr", b"\x1b$)C"),
    58: ("gb2312", b"\x1b$)A"),
}
_CODEC_OF_ESCAPE: Final = {escape: codec for codec, escape in _HIGH_SETS.values()}
_ESCAPE_OF_CODEC: Final = dict(_HIGH_SETS.values())
_TWO_BYTE_SETS: Final = {87: _JIS_X0208, 159: _JIS_X0212}
_ALONE: Final = {
    "GB18030": "gb18030",
    "GBK": "gbk",
    "ISO 2022 GBK": "gbk",
    "UTF8": "utf_8",
    "UTF 8": "utf_8",
    "SHIFT JIS": "shift_jis",
    "SJIS": "shift_jis",
    "LATIN1": "latin_1",
    "LATIN 1": "latin_1",
    "EUC KR": "euc_kr",
}
_REGISTERED: Final = re.compile(r"ISO ?(?P<extends>2022 ?)?(?:IR ?)?(?P<number>\d{1,3})")
_BY_PART: Final = re.compile(r"ISO ?8859 ?(?P<part>[1-9]|1[013-6])|(?:WINDOWS|CP) ?(?P<page>125[0-8])")

_ESCAPES: Final = re.compile(rb"(\x1b(?:\$[()][A-D]|\$[@-B]|[-()][A-Za-z]))")
_TWO_BYTE_RUN: Final = re.compile(rb"((?:[\x21-\x7e]{2})+)|([\x80-\xff]+)|([\x00-\x20]+)")
_BACKSLASHES: Final = {
    "gb18030": re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]|[\x81-\xfe][\x40-\xfe]|(\\)", re.DOTALL),
    "gbk": re.compile(rb"[\x81-\xfe][\x40-\xfe]|(\\)", re.DOTALL),
    "shift_jis": re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\xfc]|(\\)", re.DOTALL),
    "iso2022": re.compile(rb"\x1b\$(?:B|\(D)(?:[\x21-\x7e]{2})*|(\\)", re.DOTALL),
}
_NOT_HELD: Final = "the file's Specific Character Set cannot hold the new value"
_TEXT_RESETS: Final = re.compile(rb"([\t\n\f\r]+)")
_NAME_RESETS: Final = re.compile(rb"([\t\n\f\r^=]+)")


@attrs.frozen
class Encoding:
    """The character sets that a data set declares for its text.

    codec : the Python codec of the first; ``ascii`` for the default repertoire or an unknown set
    switches : the sets that escape sequences may call, as (escape sequence, codec); the codec is
        empty for the two-byte sets of G0
    extends : code extensions (ISO 2022) are in use
    """

    codec: str = "ascii"
    switches: tuple[tuple[bytes, str], ...] = ()
    extends: bool = False

    @staticmethod
    def of(raw: bytes | None) -> Encoding:
        """From the raw value of Specific Character Set, with its common misspellings.

        A set that is not known explains nothing beyond ASCII.
        """
        return _encoding(raw or b"")

    def split(self, raw: bytes) -> list[bytes]:
        """The values of a multi-valued element. A backslash byte within a character divides nothing."""
        pattern = _BACKSLASHES.get("iso2022" if self.extends else self.codec)
        if pattern is None or (raw.isascii() and ESC not in raw):
            return raw.split(b"\\")
        pieces = []
        start = 0
        for match in pattern.finditer(raw):
            if match[1]:
                pieces.append(raw[start : match.start()])
                start = match.end()
        return [*pieces, raw[start:]]

    def decode(self, raw: bytes, name: bool = False) -> str | None:
        """The text of one value, or None where the declared sets do not explain the bytes.

        name : a person name, in which ``^`` and ``=`` bring back the first set
        """
        try:
            if ESC not in raw:
                return raw.decode(self.codec)
            return self._decode_switched(raw, _NAME_RESETS if name else _TEXT_RESETS) if self.extends else None
        except UnicodeDecodeError:
            return None

    def _decode_switched(self, raw: bytes, resets: re.Pattern[bytes]) -> str | None:
        out: list[str] = []
        high, double = self.codec, b""
        for at, piece in enumerate(_ESCAPES.split(raw)):
            if at % 2:
                if piece in (b"\x1b(B", b"\x1b(J"):
                    double = b""
                elif piece in (_JIS_X0208, _JIS_X0212):
                    double = piece
                elif piece in _CODEC_OF_ESCAPE:
                    high = _CODEC_OF_ESCAPE[piece]
                else:
                    return None
            elif ESC in piece:
                return None
            elif double:
                text = _decode_double(piece, double, high)
                if text is None:
                    return None
                out.append(text)
            else:
                for turn, run in enumerate(resets.split(piece)):
                    if turn % 2:
                        high = self.codec
                    out.append(run.decode(high))
        return "".join(out)

    def encode(self, text: str, name: bool = False) -> bytes:
        """One value as bytes. Raises FieldError (``charset``) for what the declared sets do not hold."""
        try:
            if text.isascii() and "\x1b" not in text:
                return text.encode("ascii")
            if "\x1b" not in text:
                if not self.extends:
                    raw = text.encode(self.codec)
                    if raw.decode(self.codec) == text:  # a yen sign in Shift JIS would come back as a backslash
                        return raw
                    raise FieldError("charset", _NOT_HELD)
                pattern = r"([\t\n\f\r^=\\]+)" if name else r"([\t\n\f\r\\]+)"
                return b"".join(self._encode_switched(run) for run in re.split(pattern, text))
        except UnicodeEncodeError:
            pass
        raise FieldError("charset", _NOT_HELD)

    def _encode_switched(self, text: str) -> bytes:
        """A run of text with escape sequences before what the first set does not hold, and back to it at the end.

        Readers disagree on whether G1 outlasts a visit to a two-byte set of G0, so its set is then called again.
        """
        out = bytearray()
        high, double = self.codec, b""
        called = high
        single = b"\x1b(J" if self.codec == "shift_jis" else b"\x1b(B"
        for char in text:
            data, escape, codec = self._encode_char(char, high)
            if double and double != escape:
                out += single
                double = b""
                called = high if high == self.codec else ""
            if escape in (_JIS_X0208, _JIS_X0212):
                out += b"" if double else escape
                double = escape
            elif escape and codec != called:
                out += escape
                high = called = codec
            out += data
        if double:
            out += single
        if high != self.codec and self.codec in _ESCAPE_OF_CODEC:
            out += _ESCAPE_OF_CODEC[self.codec]
        return bytes(out)

    def _encode_char(self, char: str, high: str) -> tuple[bytes, bytes, str]:
        """A character's bytes, the escape sequence of its set, and the codec that is then in G1."""
        if char.isascii():
            return char.encode(), b"", high
        for escape, codec in ((_ESCAPE_OF_CODEC.get(high, b""), high), *self.switches):
            if codec and (data := _encode_high(char, codec)):
                return data, escape, codec
            if not codec and (data := _encode_double(char, escape)):
                return data, escape, high
        raise UnicodeEncodeError(self.codec, char, 0, 1, "in none of the declared sets")


def _encode_high(char: str, codec: str) -> bytes:
    """A character of a G1 set; nothing if the set does not have it."""
    try:
        data = char.encode(codec)
    except UnicodeEncodeError:
        return b""
    kana_only = codec == "shift_jis" and len(data) > 1
    return b"" if kana_only or min(data) < 0x80 else data


def _encode_double(char: str, escape: bytes) -> bytes:
    """A character of a two-byte G0 set in seven bits; nothing if the set does not have it."""
    try:
        data = char.encode("euc_jp")
    except UnicodeEncodeError:
        return b""
    if escape == _JIS_X0212:
        data = data[1:] if len(data) == 3 and data[0] == 0x8F else b""
    return bytes(byte & 0x7F for byte in data) if len(data) == 2 and data[0] >= 0xA1 else b""


def _decode_double(piece: bytes, double: bytes, high: str) -> str | None:
    out: list[str] = []
    at = 0
    while at < len(piece):
        run = _TWO_BYTE_RUN.match(piece, at)
        if run is None:
            return None
        if run[1]:
            eight = bytes(byte | 0x80 for byte in run[1])
            if double == _JIS_X0212:
                eight = b"".join(b"\x8f" + eight[i : i + 2] for i in range(0, len(eight), 2))
            out.append(eight.decode("euc_jp"))
        elif run[2]:
            out.append(run[2].decode(high))
        else:
            out.append(run[3].decode("ascii"))
        at = run.end()
    return "".join(out)


@lru_cache(maxsize=256)
def _encoding(raw: bytes) -> Encoding:
    terms = [_term(term) for term in raw.decode("latin_1").split("\\")]
    first = terms[0]
    if first in _ALONE:
        return Encoding(_ALONE[first])
    if part := _BY_PART.fullmatch(first):
        return Encoding(f"cp{part['page']}" if part["page"] else f"iso8859_{part['part']}")
    match = _REGISTERED.fullmatch(first)
    if match and int(match["number"]) == 192:
        return Encoding("utf_8")
    numbers = [int(found["number"]) for term in terms if (found := _REGISTERED.fullmatch(term))]
    switches: list[tuple[bytes, str]] = []
    for number in numbers:
        if number in _HIGH_SETS:
            switches.append(_HIGH_SETS[number][::-1])
        elif number in _TWO_BYTE_SETS:
            switches.append((_TWO_BYTE_SETS[number], ""))
    codec = _HIGH_SETS.get(int(match["number"]), ("ascii",))[0] if match else "ascii"
    extends = len(terms) > 1 or bool(match and match["extends"])
    return Encoding(codec, tuple(switches) if extends else (), extends)


def _term(term: str) -> str:
    return re.sub(r"[\s_\-]+", " ", term.strip("\0 ").upper())
