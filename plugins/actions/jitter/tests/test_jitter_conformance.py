"""The action `jitter` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_jitter import Jitter


class TestJitter(ActionConformance):
    action = Jitter
    rules = (
        "jitter: yes",
        "jitter: yes\njitter-type: int\njitter-range: 10",
        "jitter: yes\njitter-range: 0.5\njitter-min: -3\njitter-max: 99.5",
    )
