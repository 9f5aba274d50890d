"""Write what the reference says of the code: `reference/plugins.md`, and the options in `reference/command-line.md`.

usage: python docs/generate.py [--check]
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from deidentikit.cli.parser import build_parser
from deidentikit.fragment import Fragment, Validator
from deidentikit.registry import Registry

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
OPTIONS = re.compile(r"(<!-- options of (\w+) -->\n).*?(<!-- end of options -->)", re.DOTALL)


def takes(validator: Validator | None) -> str:
    """What a key takes, in words."""
    if validator is None:
        return "true, yes or on"
    return str(getattr(validator, "expected", "a block"))


def row(*cells: str) -> str:
    """A line of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def keys(title: str, fragment: Fragment) -> Iterator[str]:
    """A table of keys, or nothing."""
    if not fragment:
        return
    yield f"{title}\n"
    yield "| key | takes | default | what it does |"
    yield "|---|---|---|---|"
    for name, key in sorted(fragment.items()):
        yield row(f"`{name}`", takes(key.validator), f"`{key.default}`" if key.default else "", key.doc)
    yield ""


def package(distribution: str) -> str:
    """The name of a package, with a link to its README."""
    folder = next(ROOT.glob(f"plugins/*/{distribution.removeprefix('deidentikit-')}"))
    return f"[`{distribution}`](../../{folder.relative_to(ROOT).as_posix()}/README.md)"


def plugins(registry: Registry) -> str:
    """The page of file types and actions."""
    lines = [
        "# File types and actions",
        "",
        "What the packages of this repository bring into a profile; written by `docs/generate.py` from the",
        "installed plugins. Each package has a page of its own, with examples: for a file type how its fields",
        "are named, what follows by itself, and why a file is refused.",
        "",
        "## File types",
        "",
    ]
    packages = {plugin.name: plugin.distribution for plugin in registry.plugins}
    for name, file_type in sorted(registry.file_types.items()):
        lines += [f"### {name}", "", file_type.summary, ""]
        lines += [f"Package {package(packages[name])}.", ""]
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
        lines += [f"Package {package(packages[name])}."]
        if action.aliases:
            lines += [f"Also written {', '.join(f'`{alias}`' for alias in action.aliases)}."]
        lines += [f"Works on: {action.kind.value}. Takes: {takes(known_action.value)}.", ""]
        lines += keys("Keys beside it in a rule:", known_action.options)
        lines += keys("Keys of the section or the top level:", known_action.settings)
    return "\n".join(lines).rstrip() + "\n"


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    subparsers = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(subparsers.choices)


def options(parser: argparse.ArgumentParser) -> str:
    """A table of what a command takes."""
    lines = ["| argument | what it is |", "|---|---|"]
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        word = action.metavar if isinstance(action.metavar, str) else ""
        if action.choices is not None:
            word = "{" + ",".join(map(str, action.choices)) + "}"
        several = "..." if action.nargs == "+" else ""
        shown = " ".join(filter(None, (", ".join(action.option_strings), word))) + several
        needed = "; always needed" if action.option_strings and action.required else ""
        lines.append(row(f"`{shown}`", f"{action.help or ''}{needed}"))
    return "\n".join(lines)


def command_line(page: str) -> str:
    """The page of the command line, with the options as they are. Raises SystemExit if a command is missing."""
    known = commands()
    if missing := set(known) - {name for _, name, _ in OPTIONS.findall(page)}:
        raise SystemExit(f"command-line.md has no place for the options of {', '.join(sorted(missing))}")
    return OPTIONS.sub(lambda found: f"{found[1]}\n{options(known[found[2]])}\n\n{found[3]}", page)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the pages are what they should be")
    given = parser.parse_args()
    with_options = REFERENCE / "command-line.md"
    pages = {
        REFERENCE / "plugins.md": plugins(Registry.from_installed()),
        with_options: command_line(with_options.read_text("utf-8")),
    }
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
    if given.check:
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
