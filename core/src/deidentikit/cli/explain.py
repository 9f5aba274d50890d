"""Saying what a profile does, for those who have to approve it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..errors import ExitCode, UsageError, shown
from .listening import installed_registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `explain` beside the profile's."""
    parser.add_argument(
        "--format", choices=("text", "markdown", "html"), default="text", help="what to write (default: text)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there and not to the terminal")


def explain(options: argparse.Namespace) -> int:
    """Say what a profile does to each file type, in plain words."""
    from ..explanation import FORMATS
    from ..explanation import explain as explained
    from ..plan import load_profile

    registry = installed_registry(options)
    profile = load_profile(options.profile, registry, key_file=options.key_file)
    text = FORMATS[options.format](explained(profile, keyed=True if options.key_file is not None else None))
    if options.output is None:
        print(text, end="")
        return ExitCode.DONE
    if options.output.exists() and os.path.samefile(options.output, options.profile):
        raise UsageError("--output names the profile itself")
    try:
        options.output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{shown(options.output)} cannot be written: {error.strerror}") from None
    return ExitCode.DONE
