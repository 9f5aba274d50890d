"""Options that take something out, or keep it, and what a reviewer is told of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from deidentikit import FileType, Registry
from deidentikit.schema import YesNo


def switches() -> Iterator[tuple[str, str]]:
    """Each section, and its options that say what goes or stays."""
    registry = Registry.from_installed()
    for section, file_type in registry.sections.items():
        for option, key in file_type.section_schema().items():
            if option.startswith(("remove-", "keep-")) and isinstance(key.validator, YesNo):
                yield section, option


def told(file_type: type[FileType], section: str, options: dict[str, object]) -> tuple[str, ...]:
    made = file_type({**file_type.sections[section].defaults, **options}, section)
    return (*made.rest(), *made.weak_spots())


@pytest.mark.parametrize(("section", "option"), list(switches()))
def test_reviewers_are_told(section: str, option: str) -> None:
    file_type = Registry.from_installed().sections[section]
    assert told(file_type, section, {option: True}) != told(file_type, section, {option: False})
