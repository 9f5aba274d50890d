"""The command line: parse, call the library, print, give an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence

from ..errors import BrokenContract, DeidError, ExitCode, shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code; raises nothing but what argparse does for bad usage."""
    options: argparse.Namespace | None = None
    try:
        from .commands import COMMANDS
        from .parser import build_parser

        options = build_parser().parse_args(arguments)
        code = int(COMMANDS[options.command](options))
        sys.stdout.flush()
        return code
    except BrokenContract as error:
        from ..blame import blame

        print(f"deidentikit: {blame(error)}", file=sys.stderr)
        return int(error.exit_code)
    except DeidError as error:
        print("\n".join(map(shown, f"deidentikit: {error}".splitlines())), file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("deidentikit: interrupted; what has its final name in the target is complete", file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:  # who read our output has gone; what Python flushes at exit goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.REFUSED)
    except BaseException as error:  # a defect, or a plugin that ends the program; its message could quote a value
        if options is None and isinstance(error, SystemExit):
            raise
        from ..blame import blame, scrubbed

        print(f"deidentikit: {blame(error)}\n{scrubbed(error)}", file=sys.stderr)
        return int(ExitCode.DEFECT)


def entry() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # a library's warning could quote a value
    sys.exit(main())
