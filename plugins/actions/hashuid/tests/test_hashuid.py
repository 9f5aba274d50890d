"""The action hashuid: the dialect's UIDs, keyed UIDs, and those that stay."""

from __future__ import annotations

import re
import uuid

import pytest
from deidentikit.action import KEEP
from deidentikit.context import Context, Keys
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Opaque
from deidentikit.registry import Registry
from deidentikit_hashuid import HashUid
from hypothesis import given, settings
from hypothesis import strategies as st

PLAIN = Context(Keys(None))
KEYED = Context(Keys(b"0123456789abcdef" * 4))
REGISTRY = Registry.of(HashUid)
STUDY = "1.2.840.113619.6.283.4.983142589.7316.1300473420.841"
SERIES = "1.2.840.113619.2.283.4120.7575399.14591.1282217593.727"
INSTANCE = "1.2.840.113619.2.408.5282380.5220731"
ROOT = "2.16.840.1.114570.2.2"
VALID = re.compile(r"[012](\.(0|[1-9]\d*))+")
UIDS = st.lists(st.integers(0, 10**12), min_size=1, max_size=5).map(lambda nodes: f"1.3.{'.'.join(map(str, nodes))}")


def make(**given: object) -> HashUid:
    return HashUid.build(True, {}, {key.replace("_", "-"): found for key, found in given.items()}, REGISTRY)


class TestWithoutKey:
    @pytest.mark.parametrize(
        ("options", "old", "new"),
        [
            ({}, STUDY, "1.2.840.113619.551726.420312.177022.222461.230571.501817.841"),
            ({}, SERIES, "1.2.840.113619.791011.201711.817312.213716.423723.111524.727"),
            ({}, INSTANCE, "1.2.840.113619.184118.661581.731777.622211.916522.793244.220731"),
            (
                {"salt": "site-7"},
                "1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322",
                "1.3.6.1.989053.252156.516517.122624.139481.737514.12322",
            ),
            (
                {"uid_suffix_fields": 3},
                STUDY,
                "1.2.840.113619.551726.420312.177022.222461.230571.501817.731.841",
            ),
            (
                {"uid_suffix_fields": 3},
                SERIES,
                "1.2.840.113619.791011.201711.817312.213716.423723.111524.145.727",
            ),
            (
                {"uid_numeric_name": ROOT, "uid_prefix_fields": 7},
                STUDY,
                f"{ROOT}.551726.420312.177022.222461.230571.501.841",
            ),
            (
                {"uid_numeric_name": ROOT, "uid_prefix_fields": 7},
                SERIES,
                f"{ROOT}.791011.201711.817312.213716.423723.111.727",
            ),
            (
                {"uid_numeric_name": "1.2.826.0.1.3680043.10.1234", "uid_prefix_fields": 8},
                "1.2.840.113619.2.408.52823801234.5220731987.12",
                "1.2.826.0.1.3680043.10.1234.136125.224239.241225.172702.32101.12",
            ),
        ],
    )
    def test_the_dialects_results(self, options: dict[str, object], old: str, new: str) -> None:
        assert make(**options).apply(old, PLAIN) == new

    def test_salt_and_key_exclude_each_other_and_no_salt_shows(self) -> None:
        assert list(make(salt="pepper").problems(keyed=True))
        assert not list(make(salt="pepper").problems(keyed=False))
        assert "pepper" not in repr(make(salt="pepper"))

    def test_padding_does_not_count(self) -> None:
        assert make().apply(STUDY + "\0", PLAIN) == make().apply(STUDY, PLAIN)

    def test_few_nodes_keep_fewer_in_front(self) -> None:
        assert re.fullmatch(r"1\.2(\.[1-9]\d{5}){6}\.3", str(make().apply("1.2.3", PLAIN)))
        assert re.fullmatch(r"1(\.[1-9]\d{5}){6}\.2", str(make().apply("1.2", PLAIN)))

    @pytest.mark.parametrize("value", ["Jane Doe", "MRN.1.2", "1.2.x", "12345678", "1..2", Opaque(b"\xff")])
    def test_what_is_no_uid_would_pass_in_parts_and_is_refused(self, value: str | bytes) -> None:
        with pytest.raises(FieldError) as caught:
            make().apply(value, PLAIN)
        assert caught.value.reason == "wrong-kind"
        assert not isinstance(value, str) or value not in str(caught.value)

    def test_no_room_for_a_digest_is_refused(self) -> None:
        with pytest.raises(FieldError) as caught:
            make(uid_prefix_fields=9).apply(f"1.2.3.{'4' * 50}.5.6.7.8.9.10", PLAIN)
        assert caught.value.reason == "too-long"

    @settings(max_examples=100)
    @given(UIDS, st.integers(0, 4), st.integers(0, 3))
    def test_never_too_long_and_never_the_same(self, old: str, prefix: int, suffix: int) -> None:
        new = str(HashUid(uid_prefix_fields=prefix, uid_suffix_fields=suffix).apply(old, PLAIN))
        assert len(new) <= 64
        assert new != old
        assert re.fullmatch(r"\d+(\.\d+)+", new)


class TestWithKey:
    def test_a_uuid_of_version_8(self) -> None:
        new = str(make().apply(INSTANCE, KEYED))
        assert new == "2.25.127745406373881213893846271053755684168"
        made = uuid.UUID(int=int(new.removeprefix("2.25.")))
        assert made.version == 8
        assert made.variant == uuid.RFC_4122

    def test_a_root_of_ones_own(self) -> None:
        assert make(uid_numeric_name=ROOT).apply(INSTANCE, KEYED) == f"{ROOT}.127745406373881213893846271053755684168"

    def test_nothing_of_the_old_is_kept(self) -> None:
        kept = make(uid_prefix_fields=7, uid_suffix_fields=3)
        assert kept.apply(INSTANCE + "\0", KEYED) == make().apply(INSTANCE, KEYED)
        (remark,) = kept.remarks(keyed=True)
        assert "uid-prefix-fields and uid-suffix-fields" in remark
        assert not list(kept.remarks(keyed=False))
        assert not list(make().remarks(keyed=True))

    @settings(max_examples=50)
    @given(st.text(min_size=1).filter(lambda text: bool(text.strip("\0 "))) | st.binary(min_size=1).map(Opaque))
    def test_any_value_becomes_a_valid_uid(self, value: str | bytes) -> None:
        new = make(uid_numeric_name="1.2.3456789012.3456789.0").apply(value, KEYED)
        if new is not KEEP:
            assert len(str(new)) <= 64
            assert VALID.fullmatch(str(new))


@pytest.mark.parametrize("context", [PLAIN, KEYED])
class TestStays:
    @pytest.mark.parametrize(
        "uid",
        [
            "1.2.840.10008.1.2.1",
            "1.2.840.10008.5.1.4.1.1.2",
            "1.2.840.10008.5.1.4.1.1.77.1.1.1",
            "1.2.840.10008.1.2.4.100.1",
            "1.2.840.10008.15.0.4.8\0",
        ],
    )
    def test_registered(self, uid: str, context: Context) -> None:
        assert make().apply(uid, context) is KEEP

    def test_all_that_the_dictionary_lists(self, context: Context) -> None:
        uids = pytest.importorskip("pydicom.uid").UID_dictionary
        assert len(uids) > 400
        assert [uid for uid in uids if make().apply(uid, context) is not KEEP] == []

    @pytest.mark.parametrize(
        "uid",
        ["1.2.840.10008.5.1.4.1.1.2.20200220.1", "1.2.840.100081.1.2", "1.2.840.10008.1.1.1.1.1.1.1.1.1.1"],
    )
    def test_made_up_under_the_root_of_dicom_does_not(self, uid: str, context: Context) -> None:
        assert make().apply(uid, context) is not KEEP

    @pytest.mark.parametrize("value", ["", "  ", "\0", Opaque(b"")])
    def test_empty(self, value: str | bytes, context: Context) -> None:
        assert make().apply(value, context) is KEEP


@pytest.mark.parametrize("name", ["1.2.x", "1", "1.2.", "1.02.3", "3.1.2", "1.2." + "3" * 40])
def test_a_root_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="uid-numeric-name"):
        make(uid_numeric_name=name)


def test_a_long_root_leaves_room_without_a_key_only() -> None:
    action = make(uid_numeric_name="1.2." + "3" * 39)
    assert not list(action.problems(keyed=False))
    assert "at most 24" in "".join(action.problems(keyed=True))
    assert len(str(action.apply(SERIES, PLAIN))) == 64


@pytest.mark.parametrize(("name", "longest"), [(None, 44), ("1.2.826.0.1.3680043.8.49", 64), ("1.2", 43)])
def test_a_field_that_is_too_short_is_found_before_a_file_is_read(name: str | None, longest: int) -> None:
    action = HashUid(uid_numeric_name=name)
    assert not list(action.check(Limits(max_length=longest), keyed=True))
    assert not list(action.check(Limits(max_length=longest - 1), keyed=False))
    (said,) = action.check(Limits(max_length=longest - 1), keyed=True)
    assert f"up to {longest} characters" in said


def test_the_longest_number_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context(Keys(b"k" * 32))
    monkeypatch.setattr(Context, "mac", lambda *_: b"\xff" * 32)
    result = HashUid().apply("1.2.3", context)
    assert isinstance(result, str)
    assert len(result) == 44
