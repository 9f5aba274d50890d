"""Character sets, with pydicom as referee."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from deidentikit.errors import FieldError
from deidentikit.testing.corpus import corpus_dir
from deidentikit_dicom.charsets import Encoding
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.data import get_charset_files
from pydicom.multival import MultiValue

SINGLE = ("LT", "ST", "UT")
JAPANESE = b"ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159"
KOREAN = b"\\ISO 2022 IR 149"
CHINESE = b"\\ISO 2022 IR 58"
EAST_ASIAN = b"\\ISO 2022 IR 87\\ISO 2022 IR 149"
EUROPEAN = b"ISO 2022 IR 100\\ISO 2022 IR 126\\ISO 2022 IR 144"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        (None, "ascii"),
        (b"", "ascii"),
        (b"ISO_IR 6", "ascii"),
        (b"ISO_IR 100", "latin_1"),
        (b"ISO_IR 100 ", "latin_1"),
        (b"ISO IR 100", "latin_1"),
        (b"ISO_IR_100", "latin_1"),
        (b"ISO-IR 100", "latin_1"),
        (b"iso_ir 100\0", "latin_1"),
        (b"ISO-8859-1", "iso8859_1"),
        (b"latin1", "latin_1"),
        (b"windows-1252", "cp1252"),
        (b"ISO_IR 192", "utf_8"),
        (b"ISO IR 192", "utf_8"),
        (b"UTF8", "utf_8"),
        (b"UTF-8", "utf_8"),
        (b"GB18030", "gb18030"),
        (b"GBK", "gbk"),
        (b"ISO_IR 192\\ISO 2022 IR 87", "utf_8"),
        (b"ISO_IR 13", "shift_jis"),
        (b"ISO_IR 999", "ascii"),
        (b"no such set", "ascii"),
        (b"\xff\xfe", "ascii"),
    ],
)
def test_declared_sets_and_their_misspellings(declared: bytes | None, codec: str) -> None:
    encoding = Encoding.of(declared)
    assert (encoding.codec, encoding.extends) == (codec, b"2022" in (declared or b"") and codec != "utf_8")


def _texts(dataset: pydicom.Dataset, inherited: str) -> Iterator[tuple[Encoding, list[str], str, bytes, list[str]]]:
    """Each text element: encoding, declared sets, VR, raw value, pydicom's values."""
    found = dataset.get("SpecificCharacterSet", inherited)
    declared = "\\".join(found) if isinstance(found, MultiValue) else str(found or "")
    encoding = Encoding.of(declared.encode("latin-1"))
    for tag in list(dataset.keys()):
        raw = dataset.get_item(tag)
        value = getattr(raw, "value", None)
        element = dataset[tag]
        if element.VR == "SQ":
            for item in element.value:
                yield from _texts(item, declared)
        elif isinstance(value, bytes) and element.VR in ("PN", "LO", "SH", "UC", *SINGLE):
            values = element.value if isinstance(element.value, MultiValue) else [element.value]
            yield encoding, declared.split("\\"), element.VR, value, [str(one or "") for one in values]


def _referee(path: Path) -> int:
    """How many values beyond ASCII agree with pydicom's reading, and are read by it when written again."""
    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path, force=True)
        for encoding, declared, vr, raw, expected in _texts(dataset, ""):
            pieces = [raw] if vr in SINGLE else encoding.split(raw)
            texts = [encoding.decode(piece, vr == "PN") for piece in pieces]
            assert [(text or "").rstrip("\0 =") for text in texts] == expected
            for piece, text in zip(pieces, texts, strict=True):
                if text is not None and (not piece.isascii() or b"\x1b" in piece):
                    again = encoding.encode(text, vr == "PN")
                    assert encoding.decode(again, vr == "PN") == text
                    resets = {0x3D, 0x5E} if vr == "PN" else {0x0A, 0x0C, 0x0D, 0x09}
                    assert decode_bytes(again, convert_encodings(declared), resets) == text
                    count += 1
    return count


def test_pydicoms_own_charset_files_read_the_same() -> None:
    assert sum(_referee(Path(path)) for path in get_charset_files("*.dcm")) > 20


@pytest.mark.corpus
def test_the_corpus_charset_files_read_the_same() -> None:
    folder = corpus_dir()
    if folder is None:
        pytest.skip("the corpus is not present")
    files = sorted((folder / "dicom").glob("chr*.dcm"))
    assert files
    for path in files:
        assert _referee(path), path.name


@pytest.mark.parametrize(
    ("declared", "raw", "pieces"),
    [
        (b"GB18030", "牛\\猫".encode("gb18030"), 2),
        (b"GB18030", b"\x81\x5c\\A\\", 3),
        (b"GB18030", b"\x81\x30\x81\x30\\B", 2),
        (b"GBK", b"\x81\x5c\x81\x5c", 1),
        (b"ISO_IR 13", "表\\ソ".encode("shift_jis"), 2),
        (JAPANESE, b"\x1b$B!\\\x1b(J\\B", 2),
        (JAPANESE, b"\x1b$(D\\\\\x1b(B", 1),
        (None, b"A\\\\B", 3),
        (b"ISO_IR 100", b"\xe9\\\xe8", 2),
    ],
)
def test_a_backslash_byte_within_a_character_divides_nothing(declared: bytes | None, raw: bytes, pieces: int) -> None:
    found = Encoding.of(declared).split(raw)
    assert (len(found), b"\\".join(found)) == (pieces, raw)


@pytest.mark.parametrize(
    ("declared", "raw"),
    [
        (None, b"M\xfcller"),
        (b"ISO_IR 999", b"M\xfcller"),
        (b"ISO_IR 192", b"M\xfcller"),
        (b"GB18030", b"\xff\xff"),
        (b"ISO_IR 100", b"\x1b$B\x3b\x33"),
        (JAPANESE, b"\x1b$B\x3b"),
        (JAPANESE, b"\x1b$X\x3b\x33"),
        (JAPANESE, b"\x1b%G\xc3\xa9"),
        (KOREAN, b"\x1b$)C\xfb\xf3^\xd1\xce"),
        (b"ISO_IR 126", b"\xff"),
    ],
)
def test_what_the_declared_set_does_not_explain_is_no_text(declared: bytes | None, raw: bytes) -> None:
    assert Encoding.of(declared).decode(raw, name=True) is None


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        (None, "é"),
        (b"ISO_IR 100", "山"),
        (b"ISO_IR 192", "\ud800"),
        (b"ISO_IR 192", "\x1b$B"),
        (KOREAN, "ü"),
        (EUROPEAN, "山"),
        (b"GBK", "\U0001f600"),
        (b"ISO_IR 13", "¥"),
    ],
)
def test_what_the_declared_set_does_not_hold_is_refused(declared: bytes | None, text: str) -> None:
    with pytest.raises(FieldError) as caught:
        Encoding.of(declared).encode(text)
    assert caught.value.reason == "charset"
    assert text not in str(caught.value)


@settings(max_examples=60)
@given(
    st.sampled_from(
        [
            (JAPANESE, "ﾔﾏ山田太郎やまだ丂丄 A^=~1"),
            (KOREAN, "김희중洪吉洞 A^=1"),
            (CHINESE, "王小东 A^=1"),
            (EUROPEAN, "ÄöΔιЛюкce A^=1"),
            (EAST_ASIAN, "山郎김희 A^=1"),
            (b"ISO_IR 192", "Äö山😀 A^=1"),
            (b"GB18030", "Äö山😀牛 A^=1"),
        ]
    ).flatmap(lambda pair: st.tuples(st.just(pair[0]), st.text(alphabet=pair[1], max_size=12))),
    st.booleans(),
)
@example((JAPANESE, "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"), True)
@example((EAST_ASIAN, "김郎희"), False)
def test_what_is_written_is_read_again(case: tuple[bytes, str], name: bool) -> None:
    declared, text = case
    encoding = Encoding.of(declared)
    raw = encoding.encode(text, name)
    assert encoding.decode(raw, name) == text
    assert encoding.split(raw) == [raw]
    resets = {0x3D, 0x5E} if name else {0x0A, 0x0C, 0x0D, 0x09}
    if declared != CHINESE:  # pydicom leaves the escape sequence of ISO 2022 IR 58 in the text
        assert decode_bytes(raw, convert_encodings(declared.decode().split("\\")), resets) == text


@settings(max_examples=200)
@given(
    st.sampled_from([None, b"ISO_IR 100", b"ISO_IR 192", b"GB18030", b"GBK", b"ISO_IR 13", JAPANESE, KOREAN]),
    st.binary(max_size=16) | st.text(alphabet="\x1b$B()IJC-A\\山é", max_size=12).map(lambda text: text.encode()),
)
def test_no_bytes_end_in_an_error(declared: bytes | None, raw: bytes) -> None:
    encoding = Encoding.of(declared)
    pieces = encoding.split(raw)
    assert b"\\".join(pieces) == raw
    for piece in pieces:
        text = encoding.decode(piece)
        assert text is None or isinstance(text, str)
