"""The action `hash` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_hash import Hash


class TestHash(ActionConformance):
    action = Hash
    rules = ("hash: yes",)


class TestShortHash(ActionConformance):
    action = Hash
    rules = ("hash: yes",)
    settings = "hash-digits: 5"


class TestWholeHash(ActionConformance):
    action = Hash
    rules = ("hash: yes",)
    settings = "hash-digits: 0"
