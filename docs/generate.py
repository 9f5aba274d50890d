"""Write `reference/plugins.md` from what is installed: every file type, action, key and default.

usage: python docs/generate.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from deidentikit.fragment import Fragment, Validator
from deidentikit.registry import Registry

PAGE = Path(__file__).parent / "reference" / "plugins.md"


def takes(validator: Validator | None) -> str:
    """What a key takes, in words."""
    if validator is None:
        return "true, yes or on"
    return str(getattr(validator, "expected", "a block"))


def keys(title: str, fragment: Fragment) -> Iterator[str]:
    """A table of keys, or nothing."""
    if not fragment:
        return
    yield f"{title}\n"
    yield "| key | takes | default | what it does |"
    yield "|---|---|---|---|"
    for name, key in sorted(fragment.items()):
        default = f"`{key.default}`" if key.default else ""
        cells = (f"`{name}`", takes(key.validator), default, key.doc)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def page(registry: Registry) -> str:
    """The whole page."""
    lines = [
        "# File types and actions",
        "",
        "What the packages of this repository bring into a profile; written by `docs/generate.py` from the",
        "installed plugins. Each package's README shows it at work.",
        "",
        "## File types",
        "",
    ]
    packages = {plugin.name: plugin.distribution for plugin in registry.plugins}
    for name, file_type in sorted(registry.file_types.items()):
        lines += [f"### {name}", "", file_type.summary, ""]
        lines += [f"Package `{packages[name]}`.", ""]
        for section, preset in sorted(file_type.sections.items()):
            suffixes = ", ".join(f"`{suffix}`" for suffix in preset.suffixes) or "none"
            lines += [f"- section `{section}`: suffixes {suffixes}"]
        formats = file_type.formats
        lines += [f"- dates: `{formats.date}`, `{formats.datetime}`"]
        if file_type.default_subject:
            lines += [f"- subject: `{file_type.default_subject}`"]
        if file_type.default_name:
            lines += [f"- output name: `{file_type.default_name}`"]
        lines += [""]
        known = registry.type_keys(file_type)
        lines += keys("Keys of the section:", known.section)
        lines += keys("Keys of a rule:", known.rule)
    lines += ["## Actions", ""]
    for name, action in sorted({action.name: action for action in registry.actions.values()}.items()):
        known_action = registry.action_keys(action)
        lines += [f"### {name}", "", action.summary, ""]
        lines += [f"Package `{packages[name]}`."]
        if action.aliases:
            lines += [f"Also written {', '.join(f'`{alias}`' for alias in action.aliases)}."]
        lines += [f"Works on: {action.kind.value}. Takes: {takes(known_action.value)}.", ""]
        lines += keys("Keys beside it in a rule:", known_action.options)
        lines += keys("Keys of the section or the top level:", known_action.settings)
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the page is what it should be")
    options = parser.parse_args()
    text = page(Registry.from_installed())
    if options.check:
        return 0 if PAGE.is_file() and PAGE.read_text("utf-8") == text else 1
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
