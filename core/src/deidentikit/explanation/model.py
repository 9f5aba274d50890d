"""An explanation as frozen values, of which every renderer shows the same."""

from __future__ import annotations

from enum import Enum

import attrs

from ..identifiers import Identifier
from ..registry import PluginInfo


class State(Enum):
    """How far the rules of a section go for one category of identifiers."""

    TREATED = "treated"
    PARTLY = "in part"
    UNTREATED = "not treated"
    NO_FIELD = "no field listed"
    NAMED = "named by a rule"
    NOTHING_SEEN = "no rule seen"


@attrs.frozen(order=True)
class WeakSpot:
    """Something a reviewer should weigh, with the lines of the profile it concerns."""

    text: str
    lines: tuple[int, ...] = ()


@attrs.frozen
class RuleExplained:
    """One rule.

    line : in the profile
    names : how the profile names the fields
    manner : what kind of name that is: of a place, a name, a name with a wildcard, a pattern
    effect : what becomes of them, in words that follow their name
    creates : they are made where they are absent
    on_error : what a value leads to that the action cannot treat, where the rule itself says so
    reaches : titles of the listed fields on which this rule acts
    never : the line of a rule that always acts in its place; 0 where there is none
    """

    line: int
    names: str
    manner: str
    effect: str
    creates: bool = False
    on_error: str = ""
    reaches: tuple[str, ...] = ()
    never: int = 0


@attrs.frozen
class Left:
    """Fields of a catalogue that nothing acts on and for which it asks the same.

    code, meaning : what the catalogue asks to do with them; empty where it asks nothing in particular
    """

    code: str
    meaning: str
    identifiers: tuple[Identifier, ...]


@attrs.frozen
class CatalogueExplained:
    """What becomes of the fields of one list.

    treated : on which a rule acts and changes something
    removed : what else takes fields out, and how many
    kept : which a rule keeps on purpose
    partly : which a rule or option reaches in some places only, with the others
    left : which nothing reaches
    """

    title: str
    source: str
    total: int
    treated: int
    removed: tuple[tuple[str, int], ...] = ()
    kept: tuple[Identifier, ...] = ()
    partly: tuple[tuple[Identifier, str], ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def untouched(self) -> int:
        """How many fields nothing reaches."""
        return sum(len(group.identifiers) for group in self.left)


@attrs.frozen
class CategoryExplained:
    """One category of HIPAA Safe Harbor in one section.

    treated : how many listed fields of it are changed or removed
    kept, untouched : titles of those that a rule keeps, and of those nothing reaches everywhere
    hints : for types without a list, names in rules that look like it
    """

    letter: str
    title: str
    state: State
    treated: int = 0
    kept: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@attrs.frozen
class SectionExplained:
    """One section of the profile.

    files : which files it takes
    naming : what their outputs are called
    subject : how a file's patient is recognised; empty where no rule asks
    on_error : what a value leads to that an action cannot treat
    rules : in order of precedence
    rest : what becomes of all that no rule names
    listed : the type lists the fields that can identify a person; else their names are free
    """

    name: str
    line: int
    type: str
    summary: str
    files: str
    naming: tuple[str, ...]
    subject: str
    on_error: str
    rules: tuple[RuleExplained, ...]
    rest: tuple[str, ...]
    listed: bool
    categories: tuple[CategoryExplained, ...]
    catalogues: tuple[CatalogueExplained, ...]
    weak_spots: tuple[WeakSpot, ...]


@attrs.frozen
class Explanation:
    """What a profile does to which files, with what it leaves.

    source : the name of the profile's file, without its folder
    sha256 : of the profile's bytes
    keyed : it is explained as used with a key
    version : of the core
    plugins : the file types and actions that the profile uses
    weak_spots : of the profile as a whole; each section has its own
    """

    name: str
    description: str
    source: str
    sha256: str
    keyed: bool
    version: str
    unmatched: str
    plugins: tuple[PluginInfo, ...]
    sections: tuple[SectionExplained, ...]
    weak_spots: tuple[WeakSpot, ...] = ()
