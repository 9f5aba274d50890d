"""The conformance suites pass what keeps the contract and fail what breaks it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from deidentikit.action import Action, Verdict
from deidentikit.context import Context
from deidentikit.errors import FieldError, FileError
from deidentikit.filetype import Document, Listed, Named, Preset, Selector
from deidentikit.kinds import Kind, Value
from deidentikit.splice import BytesSink, BytesSource, Sink, Source
from deidentikit.testing import ActionConformance, FileTypeConformance, LinesFile
from deidentikit.testing.lines import LinesDocument
from hypothesis import strategies as st
from hypothesis.errors import Flaky

SAMPLE = b"""#lines
name=Jane Q. Doe
birth=1970-02-03
seen=1999-12-31 23:59:01

weight= 61.50
uid=1.2.840.99.1234
blob=\xff\xfe\x01\x02|x
other=something|else||more
empty=
"""


class TestLinesFile(FileTypeConformance):
    file_type = LinesFile
    sample = SAMPLE
    samples = (b"#lines\n", b"#lines\n\n\na=\n")
    selectors: ClassVar[Mapping[Kind, str | Sequence[str]]] = {
        Kind.TEXT: ("name", "other@9"),
        Kind.DATE: "birth",
        Kind.DATETIME: "seen",
        Kind.NUMBER: "weight",
        Kind.UID: "uid",
        Kind.BYTES: "blob",
    }
    insertable = "added"


def _unpacked(data: bytes, reason: str = "unparsed-region") -> bytes:
    engine = zlib.decompressobj()
    try:
        plain = engine.decompress(data)
    except zlib.error:
        raise FileError(reason, "the compressed data are damaged") from None
    if not engine.eof or engine.unused_data:
        raise FileError(reason, "the compressed data do not end where the file does")
    return plain


class PackedDocument(LinesDocument):
    """Lines that are compressed again as they are written."""

    def write(self, sink: Sink) -> None:
        plain = BytesSink()
        super().write(plain)
        sink.write(zlib.compress(bytes(plain.data)))

    def check(self, written: Source) -> None:
        super().check(BytesSource(_unpacked(written.pread(written.size, 0), "verify")))


class PackedFile(LinesFile):
    """A file of lines, compressed."""

    name: ClassVar[str] = "packed"
    sections: ClassVar[Mapping[str, Preset]] = {"packed": Preset(suffixes=(".packed",))}

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return head.startswith(b"x\x9c")

    def open(self, source: Source, matcher: object) -> Document:
        document = super().open(BytesSource(_unpacked(source.pread(source.size, 0))), matcher)
        document.__class__ = PackedDocument
        return document

    def fields(self, source: Source) -> Iterator[Listed]:
        return super().fields(BytesSource(_unpacked(source.pread(source.size, 0))))


class TestPackedFile(TestLinesFile):
    """A type that compresses says how its files are searched for values."""

    file_type = PackedFile
    sample = zlib.compress(SAMPLE)
    samples = (zlib.compress(b"#lines\n"),)

    def unpacked(self, data: bytes) -> bytes:
        return _unpacked(data)


@attrs.frozen
class Upper(Action):
    name: ClassVar[str] = "upper"
    summary: ClassVar[str] = "Make capitals of all letters."
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        if not isinstance(value, str):
            raise FieldError("wrong-kind", "the value is no text")
        return value.upper()


class TestUpper(ActionConformance):
    action = Upper
    rules = ("upper: yes",)


class LeavesACopy(LinesFile):
    """Writes what was removed behind the last line."""

    kept: ClassVar[slice] = slice(None)

    def open(self, source: Source, matcher: object) -> Document:
        document = super().open(source, matcher)
        assert isinstance(document, LinesDocument)
        kept = self.kept

        class Leaky(type(document)):  # type: ignore[misc]
            def write(self, sink: Sink) -> None:
                super().write(sink)
                if self._edits:
                    sink.write(b"copy=" + next(iter(self._edits)).value[kept] + b"\n")

            def check(self, written: Source) -> None:
                return

        document.__class__ = Leaky
        return document


class LeavesAnEnd(LeavesACopy):
    """Leaves the end of a value that was longer than the new one."""

    kept = slice(5, None)


class Quotes(LinesFile):
    """Puts a value into a message."""

    def open(self, source: Source, matcher: object) -> Document:
        try:
            return super().open(source, matcher)
        except FieldError:
            raise
        except Exception as error:
            data = source.pread(source.size, 0).decode("utf-8", "replace")
            raise FieldError("unparsed-region", data) from error


class Crashes(LinesFile):
    """Trips over damage."""

    def open(self, source: Source, matcher: object) -> Document:
        if source.size and source.pread(source.size, 0)[-1:] != b"\n":
            raise IndexError("no line end")
        return super().open(source, matcher)


class Normalizes(LinesFile):
    """Re-encodes what it was not asked to touch."""

    def open(self, source: Source, matcher: object) -> Document:
        document = super().open(source, matcher)

        class Neat(type(document)):  # type: ignore[misc]
            def write(self, sink: Sink) -> None:
                class Shim:
                    def write(self, data: bytes) -> None:
                        sink.write(data.replace(b" 61.50", b"61.5"))

                    def copy(self, source: Source, start: int, count: int) -> None:
                        self.write(source.pread(count, start))

                    def tell(self) -> int:
                        return sink.tell()

                super().write(Shim())

            def check(self, written: Source) -> None:
                return

        document.__class__ = Neat
        return document


class ShowsValues(LinesFile):
    """Lists fields with their values in the note."""

    def fields(self, source: Source) -> Iterator[Listed]:
        for listed in super().fields(source):
            yield Listed(listed.name, listed.type, "|".join(listed.values()), listed.values)


class OddErrors(LinesFile):
    """Raises what it likes for names that it does not know."""

    def compile(self, named: Named) -> Selector:
        if named.name is not None and not named.name:
            raise KeyError(named.name)
        return super().compile(named)


def _checks(broken: type[LinesFile]) -> FileTypeConformance:
    suite = TestLinesFile()
    suite.file_type = broken  # type: ignore[misc]
    return suite


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (LeavesACopy, lambda suite, _: suite.test_removed_value_is_nowhere_in_the_output()),
        (LeavesAnEnd, lambda suite, _: suite.test_replaced_value_is_nowhere_in_the_output()),
        (Normalizes, lambda suite, _: suite.test_untouched_input_is_the_same_or_says_what_is_dropped()),
        (ShowsValues, lambda suite, _: suite.test_lists_the_declared_fields_without_their_values()),
    ],
)
def test_broken_file_type_fails(
    broken: type[LinesFile], check: Callable[[FileTypeConformance, Path], None], tmp_path: Path
) -> None:
    with pytest.raises(AssertionError):
        check(_checks(broken), tmp_path)


@pytest.mark.parametrize(("broken", "error"), [(Quotes, AssertionError), (Crashes, IndexError)])
def test_file_type_that_is_careless_with_damage_fails(
    broken: type[LinesFile], error: type[Exception], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(error):
        _checks(broken).test_cut_input(tmp_path, caplog)


def test_file_type_with_odd_errors_fails() -> None:
    with pytest.raises(KeyError):
        _checks(OddErrors).test_compile_takes_any_name()


@attrs.frozen
class Counting(Action):
    """Keeps state, uses the subject unasked, and tells what it saw."""

    name: ClassVar[str] = "counting"
    summary: ClassVar[str] = "Count."
    kind: ClassVar[Kind] = Kind.TEXT
    calls: list[Value] = attrs.field(factory=list)

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        self.calls.append(value)
        if str(value).startswith("Planted"):
            raise FieldError("odd", f"cannot treat {value!r}")
        return f"{context.subject_or_row}{len(self.calls)}"


class CountingSuite(ActionConformance):
    __test__ = False
    action = Counting
    rules = ("counting: yes",)


@pytest.mark.parametrize(
    "check",
    [
        "test_is_pure",
        "test_subject_matters_only_where_it_is_said",
        "test_no_value_in_a_message",
        "test_empty_stays_empty",
    ],
)
def test_broken_action_fails(check: str) -> None:
    with pytest.raises((AssertionError, Flaky)):
        getattr(CountingSuite(), check)()


@attrs.frozen
class LastDigit(Action):
    name: ClassVar[str] = "last-digit"
    summary: ClassVar[str] = "Take the last digit off a code."
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}-[0-9]{5}", value):
            raise FieldError("wrong-kind", "the value is no code")
        return value[:-1]


class BlindSuite(ActionConformance):
    __test__ = False
    action = LastDigit
    rules = ("last-digit: yes",)


class TestLastDigit(BlindSuite):
    __test__ = True
    values = st.from_regex(r"[A-Z]{3}-[0-9]{5}", fullmatch=True)


def test_suite_that_sees_refusals_alone_says_so() -> None:
    with pytest.raises(AssertionError, match="give a strategy of values"):
        BlindSuite().test_treats_values()


def test_effects_tell_what_an_option_took_out() -> None:
    class Bare(TestLinesFile):
        options: ClassVar[Mapping[str, object]] = {"remove-others": True}

    assert Bare().untouched() != SAMPLE
    Bare().test_untouched_input_is_the_same_or_says_what_is_dropped()


def test_suite_that_cannot_see_into_compressed_files_says_so() -> None:
    class Blind(TestPackedFile):
        def unpacked(self, data: bytes) -> bytes:
            return data

    with pytest.raises(AssertionError, match="define `unpacked`"):
        Blind().test_sample_holds_values_to_search_for()


def test_suite_checks_are_documented() -> None:
    suites: Iterable[type] = (FileTypeConformance, ActionConformance)
    checks = [getattr(suite, name) for suite in suites for name in dir(suite) if name.startswith("test_")]
    assert len(checks) > 40
    assert not [check.__name__ for check in checks if not check.__doc__]
