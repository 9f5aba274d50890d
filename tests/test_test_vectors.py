"""The published test vectors are what the program computes."""

from __future__ import annotations

import hmac
import re
from decimal import Decimal
from pathlib import Path

import pytest
from deidentikit.action import KEEP
from deidentikit.context import Context, Keys
from deidentikit.filetype import Limits
from deidentikit.kinds import Opaque, PersonName, parse_number, spell_number
from deidentikit.registry import Registry
from deidentikit_hash import Hash
from deidentikit_hashuid import HashUid
from deidentikit_jitter import Jitter

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "test-vectors.md").read_text("utf-8")
SECRET = b"0123456789abcdef" * 4
KEYS = Keys(SECRET)
REGISTRY = Registry.of(Hash, HashUid, Jitter)


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, as the texts of their cells."""
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match is not None
    lines = [line for line in match[1].splitlines() if line.startswith("|")][2:]
    assert lines
    return [[cell.strip().removeprefix("`").removesuffix("`") for cell in line.split("|")[1:-1]] for line in lines]


def test_the_page_names_the_key() -> None:
    assert f"    {SECRET.decode()}\n" in PAGE


@pytest.mark.parametrize(("label", "key"), rows("Derived keys"))
def test_derived_keys(label: str, key: str) -> None:
    prk = hmac.digest(b"deidentikit/1", SECRET, "sha256")
    if label == "PRK":
        assert key == prk.hex()
    else:
        assert key == hmac.digest(prk, label.encode() + b"\x01", "sha256").hex()
        assert KEYS.mac(label, b"x") == hmac.digest(bytes.fromhex(key), b"x", "sha256")


@pytest.mark.parametrize(("value", "kind", "digits"), rows("hash"))
def test_hash(value: str, kind: str, digits: str) -> None:
    typed: str | bytes = value
    if kind == "person name":
        typed = PersonName(value)
    elif kind == "bytes":
        typed = Opaque(bytes.fromhex(value))
    context = Context(KEYS)
    assert Hash(hash_digits=0).apply(typed, context) == digits
    assert Hash().apply(typed, context) == digits[:16]
    assert Hash().apply(typed, Context(KEYS, limits=Limits(upper_only=True))) == digits[:16].upper()


@pytest.mark.parametrize(("old", "name", "new"), rows("hashuid"))
def test_hashuid(old: str, name: str, new: str) -> None:
    result = HashUid(uid_numeric_name=name or None).apply(old, Context(KEYS))
    assert (old if result is KEEP else result) == new


@pytest.mark.parametrize(("subject", "days", "shift"), rows("Shift of a subject"))
def test_shift(subject: str, days: str, shift: str) -> None:
    assert Context(KEYS, subject=subject).shift(int(days)) == int(shift)


@pytest.mark.parametrize(("subject", "number", "type_", "spread", "moved"), rows("jitter"))
def test_jitter(subject: str, number: str, type_: str, spread: str, moved: str) -> None:
    options: dict[str, object] = {"jitter-type": type_, "jitter-range": Decimal(spread)}
    result = Jitter.build(True, options, {}, REGISTRY).apply(parse_number(number), Context(KEYS, subject=subject))
    assert isinstance(result, Decimal)
    assert spell_number(result) == moved


@pytest.mark.parametrize(("subject", "unit", "spread", "amount"), rows("jitter-date"))
def test_jitter_date(subject: str, unit: str, spread: str, amount: str) -> None:
    assert Context(KEYS).whole("jitter-date", int(spread), subject, unit, spread) == int(amount)


@pytest.mark.parametrize(("what", "id_"), rows("Ids"))
def test_ids(what: str, id_: str) -> None:
    assert (KEYS.key_id if what == "the key" else KEYS.path_id(what)) == id_
