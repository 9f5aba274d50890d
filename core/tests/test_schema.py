"""The validators that plugins name in their fragments."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
import strictyaml
from deidentikit.schema import Block, Key, ListOf, Number, OneOf, RegexText, Scalar, Text, Texts, Whole, Yes, YesNo
from deidentikit.schema.tree import INVALID, Node, Report, read_value
from deidentikit.schema.yamltext import parse
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("validator", "text", "value"),
    [
        (Yes(), "on", True),
        (YesNo(), "Off", False),
        (YesNo(), "yes", True),
        (Text(), "", ""),
        (Whole(), "-12", -12),
        (Whole(0, 4), "4", 4),
        (Number(), "1.50", Decimal("1.50")),
        (Number(), "-.5e2", Decimal("-50")),
        (OneOf("a", "b"), "b", "b"),
        (RegexText(), "a+", re.compile("a+")),
    ],
)
def test_what_scalars_read(validator: Scalar, text: str, value: object) -> None:
    assert validator.parse(text) == value


@pytest.mark.parametrize(
    ("validator", "text"),
    [
        (Yes(), "no"),
        (Yes(), "1"),
        (YesNo(), "maybe"),
        (Text(blank=False), ""),
        (Whole(), "1.0"),
        (Whole(), "1_000"),
        (Whole(), "٣"),
        (Whole(1), "0"),
        (Whole(high=3), "4"),
        (Number(), "nan"),
        (Number(), "inf"),
        (Number(), "1,5"),
        (Number(), "1_0"),
        (OneOf("a", "b"), "A"),
        (RegexText(), "(?P<a"),
        (RegexText(), "a{99999999999999999999}"),
    ],
)
def test_what_scalars_refuse(validator: Scalar, text: str) -> None:
    with pytest.raises(ValueError, match=r"\A"):
        validator.parse(text)


def test_validators_work_within_those_of_strictyaml() -> None:
    schema = strictyaml.Map({"a": Whole(1, 5), "b": Texts()})
    assert strictyaml.load("a: 3\nb: x", schema).data == {"a": 3, "b": ("x",)}
    with pytest.raises(strictyaml.YAMLValidationError, match="a whole number from 1 to 5"):
        strictyaml.load("a: 9\nb: x", schema)


def test_validators_of_strictyaml_work_here() -> None:
    schema = ListOf(Block({"n": Key(strictyaml.Seq(strictyaml.Int()), ""), "w": Key(strictyaml.Bool(), "")}))
    report = Report()
    root = parse("a:\n  - n:\n      - 1\n      - 2\n  - w: perhaps\n", report)
    assert root is not None
    ((_, _, node),) = root.items()
    assert read_value(schema, node) is INVALID
    assert [(p.line, p.where) for p in report.problems] == [(5, "a[1].w")]


def test_a_list_of_texts() -> None:
    def read(text: str, blank: bool = False) -> object:
        root = parse(text, Report())
        assert root is not None
        ((_, _, node),) = root.items()
        return read_value(Texts(blank), node)

    assert read("a: x\n") == ("x",)
    assert read("a:\n  - x\n  - y\n") == ("x", "y")
    assert read("a:\n", blank=True) == ("",)
    assert read("a:\n") is INVALID


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab:-'\"#[]{}&*!|>%@`?,~< \n\t\\"), max_size=40))
def test_any_text_parses_or_is_one_problem(text: str) -> None:
    report = Report()
    root = parse(text, report)
    assert (root is None) == (len(report.problems) == 1)
    assert all(0 <= problem.line <= text.count("\n") + 1 for problem in report.problems)
    if root is not None:
        assert all(1 <= line <= text.count("\n") + 1 for line in _lines(root))


def _lines(node: Node) -> list[int]:
    out = [node.line]
    for _, line, child in node.items():
        out += [line, *_lines(child)]
    for child in node.entries():
        out += _lines(child)
    return out
