"""The action `keep` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_keep import Keep


class TestKeep(ActionConformance):
    action = Keep
    rules = ("keep: yes", "identity: yes")
