"""The action `scramble-digits` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_scramble_digits import ScrambleDigits


class TestScrambleDigits(ActionConformance):
    action = ScrambleDigits
    rules = (
        "scramble-digits: yes",
        "scramble-digits: yes\nscramble-digits-keep-first: 2",
        "scramble-digits: yes\nscramble-digits-keep-first: 1\nscramble-digits-keep-last: 4",
    )
