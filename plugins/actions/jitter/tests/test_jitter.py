"""The action jitter: amounts that the key decides, within their range and bounds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from deidentikit.context import Context, Keys
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.kinds import Kind, parse_number, spell_number
from deidentikit.registry import Registry
from deidentikit_jitter import Jitter
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = Keys(b"0123456789abcdef" * 4)
REGISTRY = Registry.of(Jitter)
WHOLE = Limits(low=Decimal(0), high=Decimal(65535), step=Decimal(1))
NUMBERS = st.decimals(-(10**6), 10**6, places=4)


def make(**options: object) -> Jitter:
    given = {
        key.replace("_", "-"): found if isinstance(found, str) and found in ("int", "float") else Decimal(str(found))
        for key, found in options.items()
    }
    return Jitter.build(True, given, {}, REGISTRY)


def jitter(action: Jitter, number: str, limits: Limits | None = None, subject: str | None = "MRN00123") -> Decimal:
    result = action.apply(parse_number(number), Context(KEYS, subject=subject, limits=limits))
    assert isinstance(result, Decimal)
    return result


class TestVectors:
    def test_float(self) -> None:
        assert spell_number(jitter(make(jitter_range=5), "70.5")) == "68.0975092592116"
        assert jitter(make(jitter_range=5), "70.50") == jitter(make(jitter_range=5), "70.5")

    def test_int(self) -> None:
        assert spell_number(jitter(make(jitter_range=3, jitter_type="int"), "4")) == "5"

    def test_a_row_stands_for_the_subject(self) -> None:
        rows = Context(KEYS).rows([None])
        result = make().apply(Decimal("70.5"), rows[0])
        assert isinstance(result, Decimal)
        assert spell_number(result) == "72.1954579044252"


class TestFloat:
    @settings(max_examples=100)
    @given(NUMBERS, st.decimals(Decimal("0.001"), 100, places=3))
    def test_within_the_range_and_never_the_same(self, number: Decimal, spread: Decimal) -> None:
        result = jitter(make(jitter_range=spread), str(number))
        assert result != number
        assert abs(result - number) <= spread
        assert len(result.as_tuple().digits) <= 15

    @settings(max_examples=100)
    @given(NUMBERS)
    def test_fits_the_length_of_a_decimal_string(self, number: Decimal) -> None:
        assert len(spell_number(jitter(make(), str(number), Limits(max_length=16)))) <= 16

    def test_bounds_hold(self) -> None:
        results = [
            jitter(make(jitter_range=0.5, jitter_min=1.5, jitter_max=1.6), "1.55", subject=str(number))
            for number in range(40)
        ]
        assert {Decimal("1.5"), Decimal("1.6")} < set(results)
        assert all(Decimal("1.5") <= result <= Decimal("1.6") for result in results)

    def test_a_range_that_changes_nothing_is_refused(self) -> None:
        with pytest.raises(FieldError) as caught:
            jitter(make(jitter_range="0.0000000000001"), "123456789")
        assert caught.value.reason == "out-of-range"

    def test_no_room_for_the_result_is_refused(self) -> None:
        with pytest.raises(FieldError) as caught:
            jitter(make(), "123456", Limits(max_length=2))
        assert caught.value.reason == "too-long"


class TestWhole:
    @settings(max_examples=60)
    @given(st.integers(-(10**20), 10**20), st.integers(1, 50))
    def test_int_adds_whole_amounts(self, number: int, spread: int) -> None:
        result = jitter(make(jitter_range=spread, jitter_type="int"), str(number))
        assert result == result.to_integral_value()
        assert 1 <= abs(result - number) <= spread

    def test_float_is_cut_on_a_whole_field(self) -> None:
        results = {jitter(make(), "12", WHOLE, str(number)) for number in range(60)}
        assert results == {Decimal(11), Decimal(13)}
        wide = {jitter(make(jitter_range=3.5), "12", WHOLE, str(number)) for number in range(200)}
        assert wide == {Decimal(number) for number in (9, 10, 11, 13, 14, 15)}

    def test_bounds_are_whole_too(self) -> None:
        action = make(jitter_type="int", jitter_min=3.5, jitter_max=4.5)
        assert {jitter(action, "4", WHOLE, str(number)) for number in range(30)} == {Decimal(4)}

    def test_a_range_below_one_cannot_move_a_whole_number(self) -> None:
        action = make(jitter_range=0.5)
        assert list(action.check(WHOLE, keyed=True))
        with pytest.raises(FieldError):
            jitter(action, "12", WHOLE)

    def test_more_digits_than_can_be_added_exactly(self) -> None:
        with pytest.raises(FieldError) as caught:
            jitter(make(jitter_type="int"), "1E100")
        assert caught.value.reason == "out-of-range"


SETTINGS = st.fixed_dictionaries(
    {"jitter_range": st.sampled_from([1, 2, 50, 10**15])},
    optional={
        "jitter_type": st.just("int"),
        "jitter_min": st.integers(-100, 0),
        "jitter_max": st.sampled_from([1, 70, Decimal("70.5")]),
    },
)
SPELLED = st.one_of(
    NUMBERS.map(str),
    st.integers(-(10**70), 10**70).map(str),
    st.sampled_from(["0", "-0.0", "007", "+1.50", "1e5", "1E-300", "1E+300", "70.5", "70.50", ".5", "5."]),
)


class TestMany:
    @settings(max_examples=300)
    @given(SETTINGS, st.lists(st.tuples(SPELLED, st.sampled_from(["MRN00123", "Mu\u00f1oz", "7"])), max_size=8))
    def test_gives_what_each_number_alone_gets(self, options: dict[str, object], rows: list[tuple[str, str]]) -> None:
        action = make(**options)
        numbers, subjects = [parse_number(text) for text, _ in rows], [subject for _, subject in rows]
        many = action.apply_many(numbers, subjects, Context(KEYS))
        if many is None:
            assert action.whole_steps
            assert any(len(spell_number(number)) > 50 or abs(number.adjusted()) > 50 for number in numbers)
            return
        for result, (text, subject) in zip(many, rows, strict=True):
            if result is None:
                with pytest.raises(FieldError):
                    jitter(action, text, subject=subject)
            else:
                assert isinstance(result, Decimal)
                assert result.as_tuple() == jitter(action, text, subject=subject).as_tuple()

    def test_leaves_fields_with_limits_to_one_by_one(self) -> None:
        for limits in (WHOLE, Limits(max_length=16)):
            assert make().apply_many([Decimal(5)], ["a"], Context(KEYS, limits=limits)) is None


class TestKeys:
    def test_equal_values_of_a_subject_agree_and_others_do_not(self) -> None:
        assert jitter(make(), "70.5") == jitter(make(), "70.5")
        assert jitter(make(), "70.5") != jitter(make(), "70.5", subject="other")
        assert jitter(make(), "70.5") - Decimal("70.5") != jitter(make(), "71.5") - Decimal("71.5")

    def test_works_without_key_and_subject(self) -> None:
        context = Context(Keys(None))
        assert make().apply(Decimal(5), context) == make().apply(Decimal(5), context) != 5


@pytest.mark.parametrize(
    "options",
    [
        {"jitter_range": 0},
        {"jitter_range": -1},
        {"jitter_range": 0.5, "jitter_type": "int"},
        {"jitter_min": 2, "jitter_max": 1},
        {"jitter_min": 1.2, "jitter_max": 1.8, "jitter_type": "int"},
    ],
)
def test_options_that_contradict_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="jitter"):
        make(**options)


def test_rules_win_over_sections() -> None:
    settings_ = {"jitter-range": Decimal(7), "jitter-type": "int"}
    assert Jitter.build(True, {}, settings_, REGISTRY).jitter_range == 7
    assert Jitter.build(True, {"jitter-range": Decimal(3)}, settings_, REGISTRY).jitter_range == 3


@pytest.mark.parametrize("value", ["70.5", Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_refused(value: str | Decimal) -> None:
    with pytest.raises(FieldError) as caught:
        make().apply(value, Context(KEYS))
    assert caught.value.reason == "wrong-kind"


def test_fields_without_numbers_are_a_problem() -> None:
    assert list(make().check(Limits(kinds=frozenset({Kind.TEXT})), keyed=True))
    assert not list(make().check(Limits(kinds=frozenset({Kind.TEXT, Kind.NUMBER})), keyed=True))
