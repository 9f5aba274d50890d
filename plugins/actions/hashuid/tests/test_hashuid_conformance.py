"""The action `hashuid` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_hashuid import HashUid


class TestHashUid(ActionConformance):
    action = HashUid
    rules = ("hashuid: yes",)


class TestHashUidUnderARoot(ActionConformance):
    action = HashUid
    rules = ("hashuid: yes",)
    settings = "uid-prefix-fields: 2\nuid-suffix-fields: 0\nuid-numeric-name: 1.2.826.0.1"
