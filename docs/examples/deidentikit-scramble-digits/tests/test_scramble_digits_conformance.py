"""The action `scramble-digits` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_scramble_digits import ScrambleDigits


class TestScrambleDigits(ActionConformance):
    action = ScrambleDigits
    rules = (
        "scramble-digits: yes",
        "scramble-digits: yes\nkeep-first: 2",
        "scramble-digits: yes\nkeep-first: 1\nkeep-last: 4",
    )
