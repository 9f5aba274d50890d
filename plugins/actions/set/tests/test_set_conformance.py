"""The action `set` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_set import Set


class TestSet(ActionConformance):
    action = Set
    rules = ("set: YES", "set:", "set:\n  - one\n  - two")
