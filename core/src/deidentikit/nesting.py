"""Actions with those within them: what holds of a part holds of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .action import Action


def with_nested(actions: Iterable[Action]) -> Iterator[Action]:
    """Each action, followed by those within it, at all depths."""
    for action in actions:
        yield action
        yield from with_nested(action.nested().values())


def reads_of(action: Action) -> Iterator[str]:
    """Names of the other fields that an action asks for, itself or through those within it; may repeat."""
    for part in with_nested([action]):
        yield from part.reads()


def is_deterministic(action: Action) -> bool:
    """Whether equal values and subjects, and equal fields that it reads, give equal results."""
    return all(part.deterministic for part in with_nested([action]))


def is_by_subject(action: Action) -> bool:
    """Whether a result depends on the subject."""
    return any(part.by_subject for part in with_nested([action]))
