"""`deidentikit new`: write the package of a plugin to start from."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ExitCode, shown

if TYPE_CHECKING:
    from ..scaffold import PackageNames


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = "Write a complete package that offers an action or a file type: a working one, to be changed."
    parser.add_argument("kind", choices=("action", "filetype"), help="what the plugin is to offer")
    parser.add_argument("name", metavar="NAME", help="its name in profiles: lower case words joined by '-'")
    folder = "the package's own folder, absent or empty; ./deidentikit-NAME if not given"
    parser.add_argument("--output", type=Path, metavar="DIR", help=folder)
    parser.add_argument("--author", metavar="WHO", help="who holds the copyright; git's user.name if not given")


def new(options: argparse.Namespace) -> int:
    """Write the package and say how to go on."""
    from ..registry import Registry
    from ..scaffold import choose_names, contents_of, holder, write_package

    names = choose_names(options.kind, options.name, Registry.from_installed(options.without_plugin))
    author = holder(options.author, names)
    folder = options.output or Path(names.distribution)
    contents = contents_of(names, author)
    write_package(contents, folder)
    print(f"The {names.what} {names.name!r} is in {shown(folder)}: {len(contents)} files, copyright {author}.")
    print(_next_steps(names, folder))
    return ExitCode.DONE


def _next_steps(names: PackageNames, folder: Path) -> str:
    return f"""
Next, in an environment of its own:

  cd {shlex.quote(shown(folder))}
  python -m venv .venv && . .venv/bin/activate
  python -m pip install --upgrade pip
  python -m pip install --editable . --group dev
  python -m pytest                  it passes at once
  deidentikit plugins               lists {names.name}
  python -m nox                     style, types and tests

Then make it yours: src/{names.package}/__init__.py, its tests, README.md."""
