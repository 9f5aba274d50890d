"""The arguments of each command."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import ExitCode, shown
from . import explain, new, schema


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        self.exit(int(ExitCode.USAGE), f"{self.prog}: {shown(message)}\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = _Parser(
        prog="deidentikit",
        description="Remove protected health information from medical images and the files beside them.",
        epilog="Exit codes: 0 all done; 1 something was refused; 2 usage, profile or plugin error;"
        " 3 a defect of deidentikit; 130 interrupted.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    run = commands.add_parser("run", help="de-identify files and folders")
    _profile(run, as_option=True)
    run.add_argument(
        "--workers", type=int, default=1, metavar="N", help="work on N files at once; the outputs are the same"
    )
    run.add_argument("--report", type=Path, metavar="DIR", help="write journal.jsonl there; it holds no values")
    run.add_argument("--report-paths", action="store_true", help="let the journal hold paths, which can be PHI")
    run.add_argument("--overwrite", action="store_true", help="replace files of the same name in the target")
    run.add_argument("--json", action="store_true", help="print one JSON object per input, with ids for paths")
    run.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="a file or a folder")
    run.add_argument("target", type=Path, metavar="TARGET", help="a folder, made if absent")

    check = commands.add_parser("check", help="find what is wrong with a profile")
    _profile(check, as_option=False)
    check.add_argument("--json", action="store_true", help="print the problems as JSON")

    for_reviewers = commands.add_parser("explain", help="say what a profile does, for a reviewing committee")
    _profile(for_reviewers, as_option=False)
    explain.add_arguments(for_reviewers)

    plan = commands.add_parser("plan", help="say what would become of each file; write nothing")
    _profile(plan, as_option=True)
    plan.add_argument("--json", action="store_true", help="print one JSON object per input, with ids for paths")
    plan.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="a file or a folder")

    fields = commands.add_parser("fields", help="list the names a profile can use for a file")
    fields.add_argument("--values", action="store_true", help="show the values too: this prints PHI")
    fields.add_argument("--section", metavar="NAME", help="read the file as this section's type")
    fields.add_argument("file", type=Path, metavar="FILE")
    _without(fields)

    plugins = commands.add_parser("plugins", help="list the installed file types and actions")
    plugins.add_argument("--json", action="store_true", help="print them as JSON")
    _without(plugins)

    start = commands.add_parser("new", help="write a package to start a plugin from")
    new.add_arguments(start)
    _without(start)

    for_editors = commands.add_parser("schema", help="print a JSON Schema of profiles, for editors")
    schema.add_arguments(for_editors)
    _without(for_editors)
    return parser


def _profile(parser: argparse.ArgumentParser, *, as_option: bool) -> None:
    if as_option:
        parser.add_argument("--profile", required=True, type=Path, metavar="P", help="the profile, a YAML file")
    else:
        parser.add_argument("profile", type=Path, metavar="P", help="the profile, a YAML file")
    parser.add_argument(
        "--key-file", type=Path, metavar="F", help="a file whose content is the key; wins over the profile's `key`"
    )
    _without(parser)


def _without(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--without-plugin",
        action="append",
        default=[],
        metavar="NAME",
        help="leave out the plugin of this entry-point name; may be given several times",
    )
