"""The command line: parse, call the library, print, give an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..errors import DeidError, ExitCode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code; raises nothing but what argparse does for bad usage."""
    from .commands import COMMANDS
    from .parser import build_parser

    options = build_parser().parse_args(arguments)
    try:
        return int(COMMANDS[options.command](options))
    except DeidError as error:
        print(f"deidentikit: {error}", file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("deidentikit: interrupted; what has its final name in the target is complete", file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        return int(ExitCode.REFUSED)
    except Exception as error:  # our defect; its message could quote a value
        from ..run import scrubbed

        print(f"deidentikit: a defect of deidentikit\n{scrubbed(error)}", file=sys.stderr)
        return int(ExitCode.DEFECT)


def entry() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    sys.exit(main())
