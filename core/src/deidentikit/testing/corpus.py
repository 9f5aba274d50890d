"""Where the public test files lie, if they are present."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "DEIDENTIKIT_CORPUS"


def corpus_dir() -> Path | None:
    """The folder of public test files, one folder per file type, or None.

    The environment variable ``DEIDENTIKIT_CORPUS`` names it; otherwise it is looked for as
    ``shared/corpus`` beside a checkout that holds the current folder.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    for parent in Path.cwd().resolve().parents:
        if (found := parent / "shared" / "corpus").is_dir():
            return found
    return None
