"""The action `replace-with` keeps the contract of actions."""

from deidentikit.testing import ActionConformance
from deidentikit_replace_with import ReplaceWith


class TestReplaceWith(ActionConformance):
    action = ReplaceWith
    rules = (
        "replace-with: ANON",
        "replace-with:",
        "replace-with:\n  - one\n  - two",
        "replace-with: 7\nreplace-with-insert: no",
    )
