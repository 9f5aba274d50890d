"""The action `increment-datetime` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_increment_datetime import IncrementDateTime


class TestIncrementDateTime(ActionConformance):
    action = IncrementDateTime
    rules = (
        "increment-datetime: yes",
        "increment-datetime: yes\ndate-increment-override: -0.125\ndatetime-format: '%Y-%m-%dT%H:%M:%S'",
        "increment-datetime: yes\ndate-increment-override: per-subject",
        "increment-datetime: yes\njitter-date: yes\njitter-unit: seconds",
        "increment-datetime: yes\ndatetime-min: '19500101000000'\ndatetime-max: +10days",
    )
    settings = "date-increment: 1000"
