"""deidentikit removes protected health information from medical images and the files beside them.

`load_profile` reads a profile, `deidentify` applies it. Plugin authors start at `hookspecs`,
`action.Action` and `filetype.FileType`. Attributes are imported when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .action import KEEP, REMOVE, Action
    from .context import Context, Keys
    from .errors import DeidError, FieldError, FileError, PluginError, Problem, ProfileError, UsageError
    from .explanation import Explanation, explain
    from .filetype import Document, Field, FileType, Limits, Listed, Named, Preset, Rank, Selector, Step
    from .hookspecs import hookimpl
    from .json_schema import profile_schema
    from .kinds import Form, Formats, Kind, Moment, Opaque, Span
    from .plan import load_profile, parse_profile
    from .profile import Profile
    from .registry import Registry
    from .report import Outcome, Report, Totals
    from .run import Run, deidentify

_HOMES = {
    "action": ("KEEP", "REMOVE", "Action"),
    "context": ("Context", "Keys"),
    "errors": ("DeidError", "FieldError", "FileError", "PluginError", "Problem", "ProfileError", "UsageError"),
    "explanation": ("Explanation", "explain"),
    "filetype": (
        "Document",
        "Field",
        "FileType",
        "Limits",
        "Listed",
        "Named",
        "Preset",
        "Rank",
        "Selector",
        "Step",
    ),
    "hookspecs": ("hookimpl",),
    "json_schema": ("profile_schema",),
    "kinds": ("Form", "Formats", "Kind", "Moment", "Opaque", "Span"),
    "plan": ("load_profile", "parse_profile"),
    "profile": ("Profile",),
    "registry": ("Registry",),
    "report": ("Outcome", "Report", "Totals"),
    "run": ("Run", "deidentify"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "KEEP",
    "REMOVE",
    "Action",
    "Context",
    "DeidError",
    "Document",
    "Explanation",
    "Field",
    "FieldError",
    "FileError",
    "FileType",
    "Form",
    "Formats",
    "Keys",
    "Kind",
    "Limits",
    "Listed",
    "Moment",
    "Named",
    "Opaque",
    "Outcome",
    "PluginError",
    "Preset",
    "Problem",
    "Profile",
    "ProfileError",
    "Rank",
    "Registry",
    "Report",
    "Run",
    "Selector",
    "Span",
    "Step",
    "Totals",
    "UsageError",
    "deidentify",
    "explain",
    "hookimpl",
    "load_profile",
    "parse_profile",
    "profile_schema",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
