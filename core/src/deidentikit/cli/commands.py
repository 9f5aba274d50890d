"""Each command calls one part of the library and prints what it gives."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from ..errors import ExitCode, FileError, ProfileError, UsageError, shown, to_look_for
from .explain import explain
from .listening import Listener, installed_registry
from .new import new
from .schema import schema

if TYPE_CHECKING:
    from ..filetype import FileType, Listed
    from ..profile import Profile
    from ..registry import Registry
    from ..report import Outcome
    from ..run import Run
    from ..splice import Source


def run(options: argparse.Namespace) -> int:
    """De-identify sources into a target."""
    work = _prepare(options, detailed=options.report is not None)

    def outcomes() -> Iterable[Outcome]:
        return work.execute(
            options.sources,
            options.target,
            overwrite=options.overwrite,
            report=options.report,
            report_paths=options.report_paths,
            workers=options.workers,
        )

    return _account(outcomes, work, options, "run")


def plan(options: argparse.Namespace) -> int:
    """Say what would become of each input."""
    work = _prepare(options, detailed=False)
    return _account(lambda: work.plan(options.sources), work, options, "plan")


def check(options: argparse.Namespace) -> int:
    """Say what is wrong with a profile, and with the key file if one is given."""
    from ..context import read_key

    read_key(None, options.key_file)
    try:
        profile = _load(options, installed_registry(options))
        problems, code = profile.remarks, ExitCode.DONE
    except ProfileError as error:
        problems, code = error.problems, error.exit_code
    if options.json:
        print(
            json.dumps(
                [
                    {
                        "line": problem.line,
                        "where": problem.where,
                        "message": problem.message,
                        "warning": problem.warning,
                    }
                    for problem in problems
                ]
            )
        )
        return code
    for problem in problems:
        print(f"{options.profile}: {problem}")
    errors = sum(not problem.warning for problem in problems)
    verdict = f"{errors} problem{'s' * (errors != 1)}" if errors else "this profile can be used"
    print(f"{options.profile}: {verdict}")
    return code


def fields(options: argparse.Namespace) -> int:
    """List the names that a profile can use for a file."""
    from ..splice import FileSource

    registry = installed_registry(options)
    with _open_file(options.file) as stream:
        source = FileSource(stream.fileno())
        with Listener() as listener:
            with listener.listening():
                file_type = _type_of(options, registry, source)
            listed: Listed | None = None
            for listed in listener.each(lambda: _fields(file_type, source, options.file)):
                columns = [listed.name, listed.type, listed.note]
                if options.values:
                    columns.append(" | ".join(listed.values()))
                print("\t".join(map(shown, columns)).rstrip("\t"))
            if listed is None:
                print(f"{shown(options.file)}: read as {file_type.name}, it has no field to name", file=sys.stderr)
    return ExitCode.DONE


def _fields(file_type: FileType, source: Source, path: Path) -> Iterator[Listed]:
    from ..blame import Asked

    try:
        with Asked(type(file_type)):
            yield from file_type.fields(source)
    except FileError as error:
        message = str(error).removesuffix(f" ({error.reason})")
        raise FileError(error.reason, f"{shown(path)}: {message}") from None


def _open_file(path: Path) -> IO[bytes]:
    """A file to list. Raises UsageError for what is no file or cannot be read."""
    try:
        stream = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb", buffering=0)
    except OSError as error:
        raise UsageError(f"{shown(path)} cannot be read: {error.strerror}{to_look_for(error)}") from None
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise UsageError(f"{shown(path)} is no file; name one")
    return stream


def plugins(options: argparse.Namespace) -> int:
    """List what is installed."""
    registry = installed_registry(options)
    for warning in registry.retiring:
        print(f"warning: {warning}", file=sys.stderr)
    found = sorted(registry.plugins, key=lambda plugin: (plugin.kind, plugin.name))
    if options.json:
        keys = ("name", "kind", "distribution", "version", "summary", "module")
        print(json.dumps([{key: getattr(plugin, key) for key in keys} for plugin in found]))
        return ExitCode.DONE
    width = max((len(plugin.name) for plugin in found), default=0)
    for plugin in found:
        print(
            f"{plugin.kind:9}  {plugin.name:{width}}  {plugin.distribution} {plugin.version}"
            f"  {plugin.module}  {shown(plugin.summary)}"
        )
    return ExitCode.DONE


def version(options: argparse.Namespace) -> int:
    """Print the version, or how to begin."""
    from ..release import own_version
    from .parser import build_parser

    if options.version:
        print(f"deidentikit {own_version()}")
        return ExitCode.DONE
    build_parser().print_help()
    return ExitCode.USAGE


COMMANDS: Final[Mapping[str | None, Callable[[argparse.Namespace], int]]] = {
    "run": run,
    "plan": plan,
    "check": check,
    "explain": explain,
    "fields": fields,
    "plugins": plugins,
    "new": new,
    "schema": schema,
    None: version,
}


def _load(options: argparse.Namespace, registry: Registry) -> Profile:
    from ..plan import load_profile

    return load_profile(options.profile, registry, key_file=options.key_file)


def _prepare(options: argparse.Namespace, *, detailed: bool) -> Run:
    from ..run import Run

    registry = installed_registry(options)
    profile = _load(options, registry)
    for remark in profile.remarks:
        print(f"{options.profile}: {remark}", file=sys.stderr)
    stderr = sys.stderr
    return Run(
        profile,
        registry,
        key_file=options.key_file,
        detailed=detailed,
        on_defect=lambda trace: print(f"a defect; where, without values:\n{trace}", file=stderr),
    )


def _account(outcomes: Callable[[], Iterable[Outcome]], work: Run, options: argparse.Namespace, command: str) -> int:
    """Print outcomes as they come, totals at the end, and give the exit code."""
    from ..journal import input_record
    from ..report import Totals

    totals = Totals()
    progress = sys.stderr.isatty() and not options.json
    with Listener() as listener:
        for outcome in listener.each(outcomes):
            totals = totals.add(outcome)
            if options.json:
                print(json.dumps(input_record(outcome, work.keys)))
            elif command == "plan":
                print(_plan_line(outcome))
            elif outcome.status == "refused":
                print(f"refused: {shown(outcome.path)}: {shown(outcome.message)} ({outcome.reason})", file=sys.stderr)
            if progress and totals.found % 50 == 0:
                print(f"\r{totals.found} files", end="\r", file=sys.stderr, flush=True)
    numbers = {"found": totals.found, "done": totals.done, "copied": totals.copied, "refused": totals.refused}
    if options.json:
        print(json.dumps({"record": "end", **numbers}))
    else:
        print(", ".join(f"{name} {number}" for name, number in numbers.items()))
    return totals.exit_code


def _plan_line(outcome: Outcome) -> str:
    path = shown(outcome.path)
    if outcome.status == "refused":
        return f"{path}: would be refused: {shown(outcome.message)} ({outcome.reason})"
    if outcome.status == "copied":
        return f"{path}: would be copied unchanged"
    rules = [f"line {rule.line} {rule.action} x{rule.count}" for rule in outcome.rules]
    rules += [f"{option} x{count}" for option, count in outcome.effects.items()]
    return f"{path}: {outcome.section}: {', '.join(rules) or 'no field is touched'}"


def _type_of(options: argparse.Namespace, registry: Registry, source: Source) -> FileType:
    from ..engine import HEAD

    if options.section is not None:
        file_type = registry.section(options.section)
        return file_type(file_type.sections[options.section].defaults, options.section)
    name = os.path.basename(options.file)
    head = source.pread(HEAD, 0)
    by_suffix = [
        (section, kind)
        for section, kind in registry.sections.items()
        if name.lower().endswith(kind.sections[section].suffixes or ("\0",))
    ]
    by_signature = [(section, kind) for section, kind in registry.sections.items() if kind.sniff(head, name)]
    claims = [
        [found for found in some if found[1].takes_the_rest is rest]
        for rest in (False, True)
        for some in (by_suffix, by_signature)
    ]
    first = next(filter(None, claims), [])
    if len({kind.name for _, kind in first}) > 1:
        known = " and ".join(section for section, _ in first)
        raise UsageError(f"{shown(options.file)} can be read as {known}; say which with --section")
    for section, kind in first:
        return kind(kind.sections[section].defaults, section)
    raise FileError("unmatched", f"no installed file type knows {shown(options.file)}; name one with --section")
