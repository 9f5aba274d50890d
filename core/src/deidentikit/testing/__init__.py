"""What plugin authors test with: conformance suites, a project fixture, sample files.

A plugin's test file is a subclass of `FileTypeConformance` or `ActionConformance` with a few
attributes. The fixture `deid_project` runs the whole program on made-up files; it is there in
every pytest run once the core is installed. Attributes are imported when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .action_suite import ActionConformance
    from .file_type_suite import FileTypeConformance
    from .lines import LinesFile
    from .project import Project, Result

_HOMES = {
    "ActionConformance": "action_suite",
    "FileTypeConformance": "file_type_suite",
    "LinesFile": "lines",
    "Project": "project",
    "Result": "project",
}

__all__ = ["ActionConformance", "FileTypeConformance", "LinesFile", "Project", "Result"]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f".{home}", __name__), name)
    except ModuleNotFoundError as error:
        if error.name not in ("hypothesis", "pytest"):
            raise
        raise ImportError(f"{name} needs {error.name}: pip install 'deidentikit-core[testing]'") from None
