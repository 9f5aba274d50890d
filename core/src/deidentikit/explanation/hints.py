"""Which category of identifiers a name in a profile looks like. A hint for readers, no finding."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LOOKS: Final = tuple(
    (letter, re.compile(rf"\b(?:{words})\b"))
    for letter, words in (
        ("F", r"e ?mails?"),
        ("E", r"fax"),
        ("D", r"(?:tele)?phones?|telecom|mobile"),
        ("G", r"ssn|social security"),
        ("I", r"insur\w*|health plan|beneficiary"),
        ("K", r"licen[cs]e|certificate"),
        ("L", r"vehicle|vin"),
        ("N", r"urls?|uri|href|website"),
        ("O", r"ip|ip address"),
        ("P", r"biometric\w*|finger\w*|voice\w*|retina|iris"),
        ("Q", r"photo\w*|face|portrait"),
        ("M", r"serial|device|station|scanner"),
        ("J", r"accounts?|admission"),
        ("C", r"dates?|datetimes?|birth|dob|age|day|visit|recorded on|effective time"),
        ("B", r"addr\w*|city|street|zip|postal|postcode|county|institution|hospital|site|gps|latitude|longitude"),
        ("H", r"mrn|patient(?: \w+)? id|medical record|participants?|subjects?|chart"),
        ("A", r"names?|surname|physicians?|doctor|operators?|authors?|artist|owner|performers?"),
        ("R", r"uids?|guid|uuid|ids?|identifiers?|accession|numbers?|codes?|barcode"),
    )
)


def looks_like(name: str) -> str:
    """The letter of the category, the most telling first; empty where nothing is recognised."""
    words = " ".join(word.lower() for word in _WORD.findall(name))
    return next((letter for letter, pattern in _LOOKS if pattern.search(words)), "")
