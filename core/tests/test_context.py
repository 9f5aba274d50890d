"""Keys, derived digests, draws and shifts, and actions on parts of a text."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from deidentikit.action import KEEP, REMOVE, Action, Verdict
from deidentikit.context import Context, Keys, join, read_key, subject_text
from deidentikit.errors import FieldError, UsageError
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Kind, Moment, Value

SECRET = b"0123456789abcdef" * 4


def mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def label_key(label: str) -> bytes:
    """HKDF of RFC 5869, its one-block expansion, spelled out once more."""
    return mac(mac(b"deidentikit/1", SECRET), label.encode() + b"\x01")


@pytest.fixture
def keys() -> Keys:
    return Keys(SECRET)


class TestKeys:
    @pytest.mark.parametrize("label", ["hash", "uid", "shift", "jitter", "jitter-date", "path"])
    def test_each_label_has_its_own_hkdf_key(self, keys: Keys, label: str) -> None:
        assert keys.mac(label, b"data") == mac(label_key(label), b"data")

    def test_ids_come_from_the_path_key(self, keys: Keys) -> None:
        assert keys.key_id == mac(label_key("path"), b"key-id").hex()[:16]
        assert keys.path_id("a/b.dcm") == mac(label_key("path"), b"a/b.dcm").hex()[:16]

    def test_paths_that_differ_in_composition_only_have_two_ids(self, keys: Keys) -> None:
        assert keys.path_id("é") != keys.path_id("e\u0301")

    def test_without_a_key_only_jitter_and_path_ids_work(self) -> None:
        run = Keys(None)
        assert run.key_id is None
        assert not run.keyed
        for label in ("jitter", "jitter-date", "path"):
            assert len(run.mac(label, b"x")) == 32
        for label in ("hash", "uid", "shift", "an-action-of-a-plugin"):
            with pytest.raises(FieldError) as caught:
                run.mac(label, b"x")
            assert caught.value.reason == "no-key"

    def test_an_action_of_a_plugin_has_a_key_of_its_own(self, keys: Keys) -> None:
        assert keys.mac("scramble", b"data") == mac(label_key("scramble"), b"data")
        assert keys.mac("scramble", b"data") == keys.mac("scramble", b"data")
        assert Context(keys).mac("scramble", b"data") != Context(keys).mac("hash", b"data")

    def test_the_secret_of_a_run_is_random_and_can_be_shared(self) -> None:
        run = Keys(None)
        assert run.mac("path", b"x") != Keys(None).mac("path", b"x")
        assert run.mac("path", b"x") == Keys(None, run.run_secret).mac("path", b"x")

    def test_no_secret_shows(self, keys: Keys) -> None:
        assert SECRET.decode() not in repr(keys)
        assert keys.run_secret == b""

    def test_parts_cannot_run_into_each_other(self) -> None:
        assert join("ab", "c") == b"\0\0\0\2ab\0\0\0\1c"
        assert join("ab", "c") != join("a", "bc")


class TestReadKey:
    def test_white_space_at_the_end_does_not_count(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_bytes(b" " + SECRET + b" \r\n\n")
        assert read_key("file:key", None, tmp_path) == b" " + SECRET

    def test_bytes_that_are_no_text_are_a_key(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_bytes(bytes(range(128, 192)))
        assert read_key(None, tmp_path / "key") == bytes(range(128, 192))

    def test_the_key_file_wins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STUDY_KEY", "e" * 40)
        (tmp_path / "key").write_bytes(SECRET)
        assert read_key("env:STUDY_KEY", tmp_path / "key") == SECRET
        assert read_key("env:STUDY_KEY", None) == b"e" * 40

    def test_no_reference_is_no_key(self) -> None:
        assert read_key(None, None) is None

    def test_a_short_key_is_refused_without_being_shown(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_bytes(b"tooshort" * 3 + b"       \n")
        with pytest.raises(UsageError, match="24 bytes") as caught:
            read_key(None, tmp_path / "key")
        assert "tooshort" not in str(caught.value)

    def test_missing_keys_are_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NO_SUCH_KEY", raising=False)
        with pytest.raises(UsageError, match="NO_SUCH_KEY"):
            read_key("env:NO_SUCH_KEY", None)
        with pytest.raises(UsageError, match="absent"):
            read_key("file:absent", None, tmp_path)

    def test_a_key_written_in_place_of_a_reference_is_not_shown(self) -> None:
        with pytest.raises(UsageError) as caught:
            read_key(SECRET.decode(), None)
        assert SECRET.decode() not in str(caught.value)


class TestDraws:
    def test_uniform_is_the_first_eight_bytes_over_two_to_the_63(self, keys: Keys) -> None:
        number = int.from_bytes(mac(label_key("jitter"), join("s", "70.5"))[:8], "big")
        drawn = Context(keys).uniform("jitter", "s", "70.5")
        assert -1 <= drawn < 1
        assert abs(drawn - Decimal(number - 2**63) / 2**63) < Decimal("1e-27")

    def test_draws_of_many_rows_are_those_of_each(self, keys: Keys) -> None:
        context = Context(keys)
        whose, texts = ["s", "", "Mu\u00f1oz", "\ud800", "s" * 300], ["70.5", "1", "", "2", "3"]
        rows = [*zip(whose, texts, strict=True)]
        assert context.uniforms("jitter", whose, texts) == [context.uniform("jitter", *row) for row in rows]
        assert context.wholes("jitter", 3, whose, texts) == [context.whole("jitter", 3, *row) for row in rows]
        assert context.macs("hash", [b"a", b""]) == [context.mac("hash", b"a"), context.mac("hash", b"")]
        assert context.uniforms("jitter", [], []) == []

    def test_whole_is_uniform_over_all_but_zero(self, keys: Keys) -> None:
        context = Context(keys)
        drawn = [context.whole("jitter", 3, "s", str(number)) for number in range(600)]
        assert set(drawn) == {-3, -2, -1, 1, 2, 3}
        assert min(drawn.count(number) for number in set(drawn)) > 60

    def test_shift_follows_the_subject(self, keys: Keys) -> None:
        number = int.from_bytes(mac(label_key("shift"), b"S1"), "big")
        assert Context(keys, subject="S1").shift(365) == -(1 + number % 365)
        assert Context(keys, subject="S1").shift(1) == -1

    def test_no_subject_is_refused_where_one_is_needed(self, keys: Keys) -> None:
        context = Context(keys)
        with pytest.raises(FieldError) as caught:
            context.shift(365)
        assert caught.value.reason == "no-subject"
        assert context.subject_or_row == ""

    def test_rows_without_subject_are_known_by_number(self, keys: Keys) -> None:
        rows = Context(keys).rows(["A", None, "A"])
        assert [row.subject_or_row for row in rows] == ["A", "2", "A"]
        assert rows[0] is rows[2]


class TestSubject:
    def test_canonical_text_of_the_one_value(self) -> None:
        assert subject_text([" MRN1\0"]) == "MRN1"
        assert subject_text(["MRN1", "MRN1 ", ""]) == "MRN1"

    @pytest.mark.parametrize("values", [[], [""], ["  "], ["A", "B"]])
    def test_none_or_several_are_no_subject(self, values: list[str]) -> None:
        assert subject_text(values) is None


@attrs.frozen
class Upper(Action):
    name: ClassVar[str] = "upper"
    kind: ClassVar[Kind] = Kind.TEXT
    result: Value | Verdict | None = None

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        assert isinstance(value, str)
        assert context.limits is None or context.limits.max_length is None
        return value.upper() if self.result is None else self.result


@attrs.frozen
class Literal(Action):
    name: ClassVar[str] = "literal"
    kind: ClassVar[Kind] = Kind.NATIVE
    texts: tuple[str, ...] = ("X",)

    def apply_field(self, values: Sequence[Value], context: Context) -> Sequence[Value]:
        return self.texts


@attrs.frozen
class NewYear(Action):
    name: ClassVar[str] = "new-year"
    kind: ClassVar[Kind] = Kind.DATE
    format: str | None = None

    @property
    def form(self) -> Form:
        return Form(self.kind, self.format)

    def apply(self, value: Value, context: Context) -> Value:
        assert isinstance(value, Moment)
        return Moment(value.year, 1, 1)


class TestApplyText:
    def test_text_goes_in_and_comes_out(self, keys: Keys) -> None:
        assert Context(keys).apply_text(Upper(), "ab") == "AB"
        assert Context(keys).apply_text(Upper(KEEP), "ab") == "ab"
        assert Context(keys).apply_text(Upper(REMOVE), "ab") == ""
        assert Context(keys).apply_text(Literal(), "ab") == "X"
        assert Context(keys).apply_text(Literal(()), "ab") == ""

    def test_dates_keep_their_spelling(self, keys: Keys) -> None:
        assert Context(keys).apply_text(NewYear(), "20200220") == "20200101"
        assert Context(keys).apply_text(NewYear("%d/%m/%Y"), "20/02/2020") == "01/01/2020"
        with pytest.raises(FieldError):
            Context(keys).apply_text(NewYear(), "a name")

    def test_a_blank_part_stays_but_for_profile_texts(self, keys: Keys) -> None:
        assert Context(keys).apply_text(NewYear(), "") == ""
        assert Context(keys).apply_text(Literal(), "") == "X"

    def test_several_values_do_not_fit_a_part(self, keys: Keys) -> None:
        with pytest.raises(FieldError):
            Context(keys).apply_text(Literal(("A", "B")), "x")

    def test_the_fields_length_is_not_the_parts(self, keys: Keys) -> None:
        limits = Limits(max_length=4, upper_only=True)
        context = Context(keys, limits=limits)
        assert context.apply_text(Upper(), "ab") == "AB"
        assert context.limits is limits


def test_other_fields_have_to_be_bound(keys: Keys) -> None:
    context = Context(keys)
    with pytest.raises(FieldError):
        context.original("PatientID")
    context.bind({"PatientID": ["A"]}.__getitem__)
    assert context.original("PatientID") == ["A"]
