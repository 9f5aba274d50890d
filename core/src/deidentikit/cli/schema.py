"""The command `schema`: the profile's language as a JSON Schema, for editors."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..errors import ExitCode, UsageError, shown
from .listening import installed_registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments beside those that leave out plugins."""
    parser.add_argument("--format", choices=["json"], default="json", help="json: JSON Schema, draft 2020-12")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there in place of the terminal")


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of profiles as composed from what is installed, or write it to a file."""
    from ..json_schema import profile_schema

    text = json.dumps(profile_schema(installed_registry(options)), indent=2)
    if options.output is None:
        print(text)
        return ExitCode.DONE
    try:
        options.output.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        raise UsageError(f"{shown(options.output)} cannot be written: {error.strerror}") from None
    return ExitCode.DONE
