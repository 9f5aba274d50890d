"""The action `remove` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_remove import Remove


class TestRemove(ActionConformance):
    action = Remove
    rules = ("remove: yes",)
