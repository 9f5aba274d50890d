"""The plugins that are known to exist, installed or not, and the packages they come with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def known_packages() -> Mapping[str, Mapping[str, str]]:
    """Distributions by the names they bring: under ``actions`` and under ``sections``."""
    text = files(__package__).joinpath("known_plugins.json").read_text("utf-8")
    packages: dict[str, dict[str, str]] = json.loads(text)
    return packages
