"""The keys of a DICOM section that are no actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    cross_check: bool = False

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Options:
        """From a section's keys; keys of others are left aside."""
        known = {field.name for field in attrs.fields(cls)}
        named = {key.replace("-", "_"): value for key, value in options.items()}
        return cls(**{name: value for name, value in named.items() if name in known})  # type: ignore[arg-type]


def rest(options: Options) -> Iterator[str]:
    """What becomes of all that no rule names, for readers who do not program."""
    if options.remove_undefined:
        yield (
            "Every element that no rule reaches is removed, at every depth. Only what is needed to read the file stays:"
            " the heads of the file meta information and, where texts need it, the name of the character set."
        )
    else:
        yield "Every element that no rule reaches stays as it is, byte for byte, at every depth."
    if options.remove_private_tags:
        yield "Private elements are removed at every depth, except those that a rule names."
    elif not options.remove_undefined:
        yield "Private elements stay, with all they hold."
    if not (options.remove_undefined or options.patient_age_from_birthdate):
        yield "No element is recomputed: an age stays although the birth date changes."
    if options.patient_age_from_birthdate:
        yield "Unless a rule acts on it, the patient's age is written anew, from the original birth and study dates."
    yield "Media Storage SOP Instance UID gets the value that SOP Instance UID gets."
    yield "Digital signatures are removed from every file that is edited: the edit voids them."
    yield f"The 128 bytes in front of the file are {'kept' if options.keep_preamble else 'cleared'}."
    yield f"Bytes behind the data set are {'kept' if options.keep_trailing else 'left out'}."
    if options.cross_check:
        yield "Each output is read by pydicom as well; a file in which it finds other elements or values is refused."


def weak_spots(options: Options) -> Iterator[str]:
    """What a reviewer should weigh."""
    if not options.remove_private_tags and not options.remove_undefined:
        yield (
            "Private elements are kept. Makers of devices put names, numbers and dates into them, and no standard"
            " says where. The option remove-private-tags takes them out."
        )
    if not options.recurse_sequence:
        yield "Plain names do not reach into sequences (recurse-sequence: no): copies of the same field in them stay."
    if options.keep_preamble:
        yield "The 128 bytes in front of the file are kept unseen (keep-preamble)."
    if options.keep_trailing:
        yield "Bytes behind the data set are kept unseen (keep-trailing)."
    if options.patient_age_from_birthdate:
        yield "The patient's age is written from the real dates; ages over 89 are not grouped."
    yield (
        "Pixels are not looked at. Text burned into the image stays (frequent in ultrasound, screenshots and scanned"
        " papers), and a face can be rebuilt from the slices of a head."
    )


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
        "cross-check": Key(
            YesNo(), "Read each output with pydicom too, and refuse the file unless both find the same elements.", "no"
        ),
    }
