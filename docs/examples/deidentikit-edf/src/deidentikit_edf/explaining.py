"""What of a recording can identify a person, and what becomes of it, for readers who do not program."""

from __future__ import annotations

from typing import Final

from deidentikit.identifiers import UNREACHED, Catalogue, Identifier, Reach

from .document import Options
from .selectors import Matcher
from .vocabulary import ANNOTATIONS, OF_SIGNAL, PARTS, SINGLE

_CATEGORIES: Final = {
    "patient.code": "H",
    "patient.birthdate": "C",
    "patient.name": "A",
    "patient.additional": "",
    "recording.startdate": "C",
    "recording.admincode": "R",
    "recording.technician": "A",
    "recording.equipment": "M",
    "recording.additional": "",
    "startdate": "C",
    "reserved": "",
}
_LAST_SIGNAL: Final = "9998"

CATALOGUE: Final = Catalogue(
    title="Identifying fields of EDF and EDF+",
    source="EDF+ specification (Kemp and Olivan 2003), section 2.1.3; the categories are this package's own judgement",
    identifiers=(
        *(Identifier(name, SINGLE[name].title.capitalize(), letters) for name, letters in _CATEGORIES.items()),
        Identifier("signals.*.transducer", OF_SIGNAL["transducer"].title.capitalize(), "M"),
        Identifier("signals.*.reserved", "Reserved field of a signal"),
        Identifier(ANNOTATIONS, "Texts of annotations"),
    ),
)


def reach(matcher: Matcher, options: Options, name: str) -> Reach:
    """What becomes of a field of the catalogue."""
    if name.startswith("signals."):
        return _reach_signals(matcher, name)
    whole = next((path for path, parts in PARTS.items() if any(part.name == name for part in parts)), name)
    step = matcher.find(name, whole)
    if step is not None:
        return Reach(step)
    if name == ANNOTATIONS and options.remove_annotation_signals:
        return Reach(cause="the option remove-annotation-signals")
    if name == ANNOTATIONS and options.remove_annotations:
        return Reach(cause="the option remove-annotations")
    other = {"startdate": "recording.startdate", "recording.startdate": "startdate"}.get(name)
    step = None if other is None else matcher.find(other, other.partition(".")[0])
    return UNREACHED if step is None or step.action.keeps else Reach(cause=f"the rule for {other}, which it follows")


def _reach_signals(matcher: Matcher, name: str) -> Reach:
    """A rule may name one signal and leave the others."""
    step = matcher.find(name.replace("*", _LAST_SIGNAL))
    if step is not None:
        return Reach(step)
    spec = OF_SIGNAL[name.rpartition(".")[2]]
    step = next((step for selector, step in matcher.steps if spec in selector.specs), None)
    return UNREACHED if step is None else Reach(step, beyond="in other signals than those that rules name")
