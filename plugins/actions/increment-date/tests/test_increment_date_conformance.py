"""The action `increment-date` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_increment_date import IncrementDate


class TestIncrementDate(ActionConformance):
    action = IncrementDate
    rules = (
        "increment-date: yes",
        "increment-date: yes\ndate-increment-override: 3.75\ndate-format: '%d.%m.%Y'",
        "increment-date: yes\ndate-increment-override: per-subject",
        "increment-date: yes\njitter-date: yes\njitter-range: 4\njitter-unit: weeks",
        "increment-date: yes\ndatetime-min: -80years\ndatetime-max: '20300101'",
    )
    settings = "date-increment: -17\ndate-increment-range: 100"
