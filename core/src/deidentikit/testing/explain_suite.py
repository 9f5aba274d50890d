"""The checks of what a file type tells a reviewing committee."""

from __future__ import annotations

import pytest

from ..filetype import Named
from ..identifiers import SAFE_HARBOR
from .declared import DeclaredFileType
from .driving import take


class ExplainChecks(DeclaredFileType):
    """What `explain` asks of a file type."""

    def test_says_in_sentences_what_stays(self) -> None:
        """Explaining: what no rule names, and weak spots, are sentences, each on one line."""
        file_type = self.instance()
        rest = [*file_type.rest()]
        assert rest
        assert all(text.endswith(".") and "\n" not in text for text in (*rest, *file_type.weak_spots()))

    def test_lists_of_identifiers_are_sound(self) -> None:
        """Explaining: names in a list are distinct; categories and codes are known."""
        for catalogue in self.file_type.catalogues():
            names = [identifier.name for identifier in catalogue.identifiers]
            assert len(set(names)) == len(names)
            assert all(identifier.title for identifier in catalogue.identifiers)
            assert {letter for each in catalogue.identifiers for letter in each.categories} <= SAFE_HARBOR.keys()
            assert {each.code for each in catalogue.identifiers if each.code} <= catalogue.codes.keys()

    def test_tells_which_rule_reaches_a_listed_field(self) -> None:
        """Explaining: a field of a list is reached by the rule that names it, by no rule if there is none."""
        file_type = self.instance()
        names = [identifier.name for catalogue in file_type.catalogues() for identifier in catalogue.identifiers]
        if not names:
            pytest.skip("the type lists no fields")
        bare = file_type.bind((), ())
        for name in names:
            assert file_type.reach(bare, name).step is None, name
            try:
                file_type.compile(Named(name=name))
            except ValueError:
                continue
            step = self.step(name, take())
            assert file_type.reach(file_type.bind([step], ()), name).step is step, name
