"""What is explained of plugins that say nothing of themselves, and of the core's own keys."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import attrs
import pytest
from deidentikit import Registry, explain, parse_profile
from deidentikit.action import Action
from deidentikit.explanation import FORMATS
from deidentikit.explanation.hints import looks_like
from deidentikit.explanation.model import SectionExplained
from deidentikit.kinds import Kind
from deidentikit.schema import Fragment, Key, Number, Text, Texts, Validator, YesNo
from deidentikit.testing import LinesFile


@attrs.frozen
class Veil(Action):
    """Says nothing of itself but its summary."""

    name: ClassVar[str] = "veil"
    summary: ClassVar[str] = "Veil a text."
    kind: ClassVar[Kind] = Kind.NATIVE

    value: tuple[str, ...]
    depth: Decimal = Decimal("1.5")
    thick: bool = False
    pepper: str = attrs.field(default="", repr=False)

    @property
    def creates(self) -> bool:
        return True

    @classmethod
    def value_schema(cls, registry: Registry) -> Validator:
        return Texts()

    @classmethod
    def options_schema(cls, registry: Registry) -> Fragment:
        return {
            "depth": Key(Number(), "How deep."),
            "thick": Key(YesNo(), "How thick."),
            "pepper": Key(Text(), "Kept secret."),
        }

    def apply_field(self, values: object, context: object) -> tuple[str, ...]:
        return self.value


def explained(text: str) -> SectionExplained:
    (section,) = explain(parse_profile(text, Registry.of(LinesFile, Veil))).sections
    return section


RULES = """
lines:
  on-error: empty
  fields:
    - name: patient_name
      veil: Jane
      thick: yes
      pepper: not to be seen
    - regex: .*
      veil: all
      on-error: refuse
"""


def test_an_action_that_says_nothing_is_described_by_its_options() -> None:
    named, pattern = explained(RULES).rules
    assert named.effect == "is treated by veil (Veil a text), with value “Jane”, depth 1.5, thick on"
    assert (named.creates, pattern.creates) == (True, False)
    assert (named.on_error, pattern.on_error != "") == ("", True)


@pytest.mark.parametrize("style", FORMATS)
def test_what_an_action_keeps_out_of_its_repr_is_not_shown(style: str) -> None:
    page = FORMATS[style](explain(parse_profile(RULES, Registry.of(LinesFile, Veil))))
    assert "Jane" in page
    assert "not to be seen" not in page


def test_a_type_that_says_nothing_keeps_what_no_rule_names() -> None:
    section = explained(RULES)
    assert section.rest == ("All that no rule names stays as it is, byte for byte.",)
    assert not section.listed
    texts = [spot.text for spot in section.weak_spots]
    assert any("emptied" in text and spot.lines == (5,) for text, spot in zip(texts, section.weak_spots, strict=True))


def test_names_of_files_and_folders_are_explained() -> None:
    section = explained(
        "lines:\n"
        "  file-filter:\n    - '*.txt'\n"
        "  enforce-file-filter: yes\n"
        "  subject: id\n"
        "  filenames:\n    - input-regex: (?P<who>\\w+)-(?P<rest>.*)\n      output: '{who}-{rest}'\n"
        "      groups:\n        - name: who\n          veil: X\n"
        "  folders:\n    - output: all\n"
    )
    assert section.files == "Files whose names fit *.txt, and no others."
    assert section.naming[0].startswith(
        "A file whose name begins with a match of “(?P<who>\\w+)-(?P<rest>.*)” is named"
    )
    assert "who is treated by veil" in section.naming[0]
    assert "rest stays as it is" in section.naming[0]
    assert "A folder is named “all”." in section.naming
    assert not [spot for spot in section.weak_spots if "keep their names" in spot.text]


def test_what_stands_for_an_empty_part_of_a_name_is_explained() -> None:
    class Named(LinesFile):
        default_name = "{id}.{site|north}.lines"

    profile = parse_profile("lines:\n", Registry.of(Named, Veil))
    assert explain(profile).sections[0].naming[0] == (
        "Files are named “{id}.{site}.lines” after the new values of these fields; “north” stands for an empty site;"
        " where id is empty, a file keeps its name."
    )
    (first, *_) = explained("lines:\n  filenames:\n    - output: '{site|north}.lines'\n").naming
    assert first == (
        "A file is named “{site}.lines”, where site is the field's new value; “north” stands for an empty site."
    )


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("PatientName", "A"),
        ("patient.birthTime.@value", "C"),
        (".*(date|_visit)$", "C"),
        ("PatientID", "H"),
        ("subject_id", "H"),
        ("tEXt:Author", "A"),
        ("e-mail", "F"),
        ("phoneNumber", "D"),
        ("BodySerialNumber", "M"),
        ("InstitutionName", "B"),
        (".*UID$", "R"),
        ("weight_kg", ""),
        ("page", ""),
        ("recipe", ""),
    ],
)
def test_names_give_hints_by_their_words(name: str, letter: str) -> None:
    assert looks_like(name) == letter
