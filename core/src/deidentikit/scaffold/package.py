"""The files of a new plugin's package, made from templates."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Final

from ..errors import UsageError, shown
from ..hookspecs import CONTRACT
from ..release import own_version
from .names import PackageNames

_PYTHON: Final = "3.11"
_DESCRIPTIONS: Final = {
    "action": "The action `{}` for deidentikit: overwrite a text with X, but for its end.",
    "filetype": "Files of the type `{}` for deidentikit: lines of name=value.",
}


def holder(author: str | None, names: PackageNames) -> str:
    """Who holds the copyright: the author named, else who git says is at work, else nobody in particular.

    Raises UsageError for an author's name that is empty or does not go on a line.
    """
    if author is not None:
        if not author.strip() or not author.isprintable():
            raise UsageError("--author: expected a name of printable characters")
        return author.strip()
    try:
        done = subprocess.run(["git", "config", "--get", "user.name"], capture_output=True, text=True, check=False)
    except (OSError, UnicodeDecodeError):
        return f"The {names.distribution} authors"
    found = done.stdout.strip()
    return found if found and found.isprintable() else f"The {names.distribution} authors"


def contents_of(names: PackageNames, author: str, core: str | None = None) -> Mapping[str, str]:
    """The text of each file, by its path within the package's folder.

    core : the version of the core it is written for; the installed one if absent
    """
    words = {
        "name": names.name,
        "attribute": names.attribute,
        "distribution": names.distribution,
        "package": names.package,
        "class_name": names.class_name,
        "document_name": names.document_name,
        "description": _DESCRIPTIONS[names.kind].format(names.name),
        "author": author,
        "author_toml": json.dumps(author, ensure_ascii=False),
        "year": str(date.today().year),
        "core": compatible_with(own_version() if core is None else core),
        "contract": str(CONTRACT),
        "python": _PYTHON,
    }
    root = files(__package__).joinpath("templates")
    out: dict[str, str] = {}
    for part in ("common", names.kind):
        for path, text in _templates(root.joinpath(part)):
            out[path.replace("__package__", names.package)] = Template(text).substitute(words)
    return dict(sorted(out.items()))


def compatible_with(version: str) -> str:
    """The versions of the core that keep the contract of this one, as a requirement spells them."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None:
        raise UsageError(f"the version of the core is not known ({version}); install deidentikit-core")
    first, second = int(found[1]), int(found[2])
    return f">=0.{second},<0.{second + 1}" if first == 0 else f">={first}.{second},<{first + 1}"


def write_package(contents: Mapping[str, str], folder: Path) -> None:
    """Write files into a folder, which is made if absent.

    Raises UsageError if there is anything in the folder, or if it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{shown(folder)} is not empty; name a folder that is absent or empty with --output")
        for name, text in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
    except OSError as error:
        raise UsageError(f"{shown(folder)} cannot be written: {os.strerror(error.errno or 0)}") from None


def _templates(folder: Traversable, within: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        name = within + re.sub("^dot_", ".", entry.name.removesuffix(".template"))
        if entry.is_dir():
            yield from _templates(entry, f"{name}/")
        elif entry.name.endswith(".template"):
            yield name, entry.read_text("utf-8")
