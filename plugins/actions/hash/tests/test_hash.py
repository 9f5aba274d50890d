"""The action hash: digests with a key, with a salt, and with neither."""

from __future__ import annotations

import hashlib

import pytest
from deidentikit.action import KEEP
from deidentikit.context import Context, Keys
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Kind, Numeral, Opaque, PersonName
from deidentikit.registry import Registry
from deidentikit_hash import Hash

PLAIN = Context(Keys(None))
KEYED = Context(Keys(b"0123456789abcdef" * 4))
REGISTRY = Registry.of(Hash)


def make(**settings: object) -> Hash:
    return Hash.build(True, {}, {key.replace("_", "-"): found for key, found in settings.items()}, REGISTRY)


class TestWithoutKey:
    @pytest.mark.parametrize(
        ("settings", "value", "digest"),
        [
            ({}, "MRN00123", "1412b73369553e04"),
            ({}, PersonName("Doe^Jane"), "ff37cfdaa95116a3"),
            ({"salt": "pepper", "hash_digits": 8}, "MRN00123", "c3e69b2d"),
            ({"salt": "z"}, "MRN00123", "ed4996deef150680"),
            ({"salt": "z"}, "74", "9b4b3adb6166506a"),
            ({"hash_digits": 10}, "MRN00123", "1412b73369"),
        ],
    )
    def test_the_dialects_results(self, settings: dict[str, object], value: str, digest: str) -> None:
        assert make(**settings).apply(value, PLAIN) == digest

    @pytest.mark.parametrize(
        ("spelled", "read"),
        [("1.10", "1.1"), ("1e5", "100000.0"), ("1e22", "1e+22"), ("0.00001", "1e-05"), ("7", "7"), ("1E999", "1E999")],
    )
    def test_a_number_is_hashed_as_the_dialects_toolkit_reads_it(self, spelled: str, read: str) -> None:
        digest = hashlib.sha256(read.encode()).hexdigest()[:16]
        assert make().apply(Numeral(spelled), PLAIN) == digest
        assert make().apply(Numeral(spelled), KEYED) == make().apply(spelled, KEYED)

    def test_zero_digits_are_all(self) -> None:
        assert make(hash_digits=0).apply("MRN00123", PLAIN) == hashlib.sha256(b"MRN00123").hexdigest()

    def test_bytes_that_are_no_text(self) -> None:
        assert make(salt="s").apply(Opaque(b"\xff\xfe"), PLAIN) == hashlib.sha256(b"s\xff\xfe").hexdigest()[:16]


class TestWithKey:
    def test_canonical_text_decides(self) -> None:
        assert make(hash_digits=0).apply("MRN00123", KEYED) == (
            "ce09b92d611a841f91e2c8ba6bf7dc7ccbfa38a47a05c6adb5f1730badd62a42"
        )
        assert make().apply(" MRN00123 \0", KEYED) == make().apply("MRN00123", KEYED)
        assert make().apply("Mun\u0303oz", KEYED) == make().apply("Muñoz", KEYED) == "ff166ed01b88acb1"
        assert make().apply(PersonName("Doe^Jane^^^"), KEYED) == make().apply("Doe^Jane", KEYED)

    def test_what_differs_stays_apart(self) -> None:
        results = {make().apply(value, KEYED) for value in ("7", "007", "mrn", "MRN", Opaque(b"MRN"), "a b", "a  b")}
        assert len(results) == 7

    def test_another_key_gives_another_hash(self) -> None:
        assert make().apply("A", KEYED) != make().apply("A", Context(Keys(b"x" * 32)))


@pytest.mark.parametrize("context", [PLAIN, KEYED])
@pytest.mark.parametrize("value", ["", "   ", "\0", " \0", Opaque(b"")])
def test_empty_stays_empty(value: str | bytes, context: Context) -> None:
    assert make().apply(value, context) is KEEP


class TestLimits:
    @pytest.mark.parametrize(
        ("limits", "reason"), [(Limits(max_length=15), "too-long"), (Limits(hex_digits=False), "wrong-kind")]
    )
    def test_a_field_that_cannot_hold_it(self, limits: Limits, reason: str) -> None:
        assert len(list(make().check(limits, keyed=False))) == 1
        with pytest.raises(FieldError) as caught:
            make().apply("secret value", Context(Keys(None), limits=limits))
        assert caught.value.reason == reason
        assert "secret" not in str(caught.value)

    def test_a_field_that_can(self) -> None:
        assert not list(make().check(Limits(max_length=16), keyed=False))
        assert not list(make(hash_digits=64).check(Limits(), keyed=True))
        assert list(make(hash_digits=0).check(Limits(max_length=63), keyed=True))
        assert list(make().check(Limits(kinds=frozenset({Kind.DATE})), keyed=True))

    def test_capitals_where_only_they_fit(self) -> None:
        assert make().apply("MRN00123", Context(Keys(None), limits=Limits(upper_only=True))) == "1412B73369553E04"


def test_salt_and_key_exclude_each_other_and_no_salt_shows() -> None:
    salted = make(salt="pepper")
    assert list(salted.problems(keyed=True))
    assert not list(salted.problems(keyed=False))
    assert not list(salted.remarks(keyed=False)), "the profile's reader remarks on any salt"
    assert not list(make().remarks(keyed=True))
    assert "pepper" not in repr(salted)
