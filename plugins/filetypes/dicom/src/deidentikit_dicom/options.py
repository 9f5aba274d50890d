"""The keys of a DICOM section that are no actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from deidentikit.schema import Fragment


@attrs.frozen
class Options:
    """What a section asks for beside its rules.

    patient_age_units : ``Y``, ``M`` or ``D`` to be tried first; None tries days, months, years
    """

    remove_private_tags: bool = False
    remove_undefined: bool = False
    patient_age_from_birthdate: bool = False
    patient_age_units: str | None = None
    recurse_sequence: bool = True
    keep_preamble: bool = False
    keep_trailing: bool = False

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Options:
        """From a section's keys; keys of others are left aside."""
        known = {field.name for field in attrs.fields(cls)}
        named = {key.replace("-", "_"): value for key, value in options.items()}
        return cls(**{name: value for name, value in named.items() if name in known})  # type: ignore[arg-type]


def section_schema() -> Fragment:
    """The keys with their validators."""
    from deidentikit.schema import Key, OneOf, YesNo

    return {
        "remove-private-tags": Key(
            YesNo(),
            "Remove private elements at every depth, except those that a rule names, with their creators.",
            "no",
        ),
        "remove-undefined": Key(
            YesNo(), "Remove every element that no rule reaches, except what is needed to read the file.", "no"
        ),
        "patient-age-from-birthdate": Key(
            YesNo(), "Write PatientAge from the original PatientBirthDate and StudyDate.", "no"
        ),
        "patient-age-units": Key(
            OneOf("Y", "M", "D"), "The unit of PatientAge, if three digits hold the number; else the next larger."
        ),
        "recurse-sequence": Key(YesNo(), "Let a plain name reach every nesting level.", "yes"),
        "decode": Key(YesNo(), "Accepted for older profiles; values are decoded wherever a rule needs them.", "yes"),
        "keep-preamble": Key(YesNo(), "Keep the 128 bytes before the file meta information.", "no"),
        "keep-trailing": Key(YesNo(), "Keep Data Set Trailing Padding and bytes after the data set.", "no"),
    }
