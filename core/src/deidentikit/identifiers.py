"""What identifies a person: the categories of a regulation, and the fields that a standard lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from .filetype import Step

SAFE_HARBOR_SOURCE: Final = "HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(A) to (R)"
SAFE_HARBOR: Final[Mapping[str, str]] = {
    "A": "Names",
    "B": "Places smaller than a state: street, city, county, postal code",
    "C": "Dates of a person, but for the year; ages over 89",
    "D": "Telephone numbers",
    "E": "Fax numbers",
    "F": "E-mail addresses",
    "G": "Social security numbers",
    "H": "Medical record numbers",
    "I": "Health plan beneficiary numbers",
    "J": "Account numbers",
    "K": "Certificate and licence numbers",
    "L": "Vehicle identifiers, licence plates included",
    "M": "Device identifiers and serial numbers",
    "N": "Web addresses (URLs)",
    "O": "IP addresses",
    "P": "Biometric identifiers, finger and voice prints included",
    "Q": "Photographs of the full face and comparable images",
    "R": "Any other unique number, characteristic or code",
}
"""The categories by their letters, in short words."""


@attrs.frozen
class Identifier:
    """A field that can identify a person.

    name : as `FileType.reach` takes it; where a rule can name the field, what it would write
    title : what people call the field
    categories : letters of `SAFE_HARBOR`; none for a field that may hold anything, such as a comment
    code : what the list asks to do with it, one of `Catalogue.codes`
    place : where it stands in the format, such as a tag
    """

    name: str
    title: str
    categories: str = ""
    code: str = ""
    place: str = ""


@attrs.frozen
class Catalogue:
    """A list of the fields of a file type that can identify a person.

    title : what the list is called
    source : where it comes from, its edition, and what of it is this project's own judgement
    identifiers : in the order they are to be shown
    codes : what the list's codes mean, in the order they are to be shown
    """

    title: str
    source: str
    identifiers: tuple[Identifier, ...]
    codes: Mapping[str, str] = attrs.field(factory=dict, hash=False)


@attrs.frozen
class Reach:
    """What becomes of a field that is named in a `Catalogue`.

    step : the step that acts on it
    cause : where no step does, what takes it out, such as "the option remove-undefined"
    beyond : where neither does, as in "within sequences"; empty: they reach it everywhere
    """

    step: Step | None = None
    cause: str = ""
    beyond: str = ""

    @property
    def nowhere(self) -> bool:
        """Nothing acts on the field."""
        return self.step is None and not self.cause


UNREACHED: Final = Reach()
"""No rule and no option acts."""
