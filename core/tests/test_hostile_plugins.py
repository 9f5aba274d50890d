"""Plugins that are broken or mean ill: each ends in one clear error that names its distribution."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deidentikit import hookspecs
from deidentikit.errors import ExitCode
from deidentikit.testing import Project
from deidentikit.testing.project import Result

Install = Callable[..., None]

HEAD = """
from decimal import Decimal
import attrs
from deidentikit import Action, FileType, KEEP, Kind, Preset, Problem, hookimpl
from deidentikit.testing import LinesFile
"""
LINES = (
    HEAD
    + """
@hookimpl
def deidentikit_file_types():
    return [LinesFile]
"""
)
SHOUT = (
    HEAD
    + """
@attrs.frozen
class Shout(Action):
    name, kind, summary = "shout", Kind.TEXT, "Make capitals."
    def apply(self, value, context):
        return value.upper()

@hookimpl
def deidentikit_actions():
    return [Shout]
"""
)
GREEDY = (
    HEAD
    + """
class Greedy(LinesFile):
    name = "greedy"
    sections = {"greedy": Preset()}
    @classmethod
    def sniff(cls, head, name):
        return True

@hookimpl
def deidentikit_file_types():
    return [Greedy]
"""
)
PROFILE = "lines:\n  fields:\n    - name: name\n      shout: yes\n"


def shouting(body: str) -> str:
    """The action with another body of apply."""
    return SHOUT.replace("return value.upper()", body)


def shouting_whole(body: str, kind: str = "TEXT") -> str:
    """The action with apply_field in place of apply."""
    code = shouting(body).replace("apply(self, value, context)", "apply_field(self, values, context)")
    return code.replace("Kind.TEXT", f"Kind.{kind}")


def refused(project: Project, *parts: str, command: str = "plugins") -> Result:
    """The command ends with a plugin error of one line that has these parts."""
    result = project.command(command)
    assert result.exit_code == ExitCode.USAGE
    (line,) = result.stderr.splitlines()
    for part in parts:
        assert part in line
    return result


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("import no_such_library", ["failed to load", "ModuleNotFoundError", "no_such_library"]),
        ("raise SystemExit(0)", ["failed to load", "SystemExit"]),
        (SHOUT.replace("def deidentikit_actions", "def deidentikit_action"), ["Did you mean 'deidentikit_actions'?"]),
        (SHOUT.replace("deidentikit_actions()", "deidentikit_actions(registry)"), ["takes registry", "gives nothing"]),
        (SHOUT.replace("@hookimpl", ""), ["deidentikit_actions lacks the marker @hookimpl"]),
        (
            SHOUT.replace("return [Shout]", "raise LookupError('x')"),
            ["failed to answer deidentikit_actions", "LookupError"],
        ),
        (SHOUT.replace('"shout"', '"regex"'), ["Shout takes the rule key 'regex' of the core for its name"]),
        (GREEDY, ["Greedy claims every file", "look for a signature"]),
        (GREEDY.replace("return True", "return head[0] / 0"), ["failed to tell what files are of type 'greedy'"]),
        (GREEDY.replace("return True", "return 'no'"), ["Greedy.sniff has to answer True or False, not str"]),
        ("deidentikit_contract = 2\n" + SHOUT, ["version 2 of the plugin contract", "update deidentikit-core"]),
        ("deidentikit_contract = 0\n" + SHOUT, ["version 0 of the plugin contract", "keeps version 1; update it"]),
        ("deidentikit_contract = '1'\n" + SHOUT, ["deidentikit_contract has to be a whole number, not str"]),
    ],
)
def test_what_is_told_when_the_program_starts(
    install: Install, deid_project: Project, code: str, parts: list[str]
) -> None:
    install("acme-odd", code, "odd")
    refused(deid_project, "acme-odd 1.0", *parts)


def test_two_of_one_name(install: Install, deid_project: Project) -> None:
    install("acme-one", SHOUT, "one")
    install("acme-two", SHOUT, "two", "2.0")
    refused(deid_project, "'shout' is offered by both acme-one 1.0 and acme-two 2.0", "--without-plugin two")


@pytest.mark.parametrize(
    "code",
    [
        "from deidentikit import Telepathy",
        SHOUT + "\n@hookimpl\ndef deidentikit_pixels():\n    return []\n",
        SHOUT + "\n@hookimpl\ndef deidentikit_check(plan, pixels):\n    return []\n",
        "deidentikit_contract = 9\n" + SHOUT,
    ],
)
def test_a_plugin_for_a_newer_core_says_what_it_asks_for(install: Install, deid_project: Project, code: str) -> None:
    install("acme-new", code, "new", requires="deidentikit-core<10,>=9.1")
    refused(deid_project, "acme-new 1.0", "asks for deidentikit-core<10,>=9.1", "is installed")


def test_a_plugin_of_this_contract_is_taken(install: Install, deid_project: Project) -> None:
    install("acme-shout", f"deidentikit_contract = {hookspecs.CONTRACT}\n" + SHOUT, "shout")
    assert "acme-shout 1.0" in deid_project.command("plugins").assert_ok().stdout


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (shouting("raise RuntimeError(value)"), "RuntimeError"),
        (shouting("raise SystemExit(value)"), "SystemExit"),
        (shouting("import no_such_library"), "ModuleNotFoundError"),
        (shouting("return len(value)"), "the action 'shout' gives a value of type 'int' for a text"),
        (shouting("return None"), "the action 'shout' gives None for a text"),
        (shouting("return value.encode()"), "the action 'shout' gives a value of type 'bytes' for a text"),
        (
            shouting_whole("return [KEEP]"),
            "gives a verdict among a field's values",
        ),
        (
            shouting_whole("return 'JANE'", "NATIVE"),
            "the action 'shout' gives a value of type 'str' in place of a field's values",
        ),
        (
            shouting_whole("return [7]", "NATIVE"),
            "the action 'shout' gives a value of type 'int' for a native",
        ),
    ],
)
def test_an_action_that_fails_costs_the_file(install: Install, deid_project: Project, code: str, what: str) -> None:
    install("acme-lines", LINES, "lines")
    install("acme-shout", code, "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane Planted\n")
    deid_project.add("b.lines", "#lines\nother=x\n")
    result = deid_project.run().assert_outputs("b.lines").assert_silent_about("Jane", "Planted")
    assert result.exit_code == ExitCode.DEFECT
    assert "refused: a.lines: a defect of acme-shout 1.0: " in result.stderr
    assert what in result.stderr


def test_a_file_type_that_fails_costs_the_file(install: Install, deid_project: Project) -> None:
    code = LINES.replace(
        "@hookimpl",
        "class Worse(LinesFile):\n    def open(self, source, matcher):\n"
        "        raise LookupError(source.pread(50, 0))\n\n@hookimpl",
    )
    install("acme-lines", code.replace("[LinesFile]", "[Worse]"), "lines")
    deid_project.profile("lines:\n")
    deid_project.add("a.lines", "#lines\nname=Jane Planted\n")
    result = deid_project.run().assert_outputs().assert_silent_about("Jane", "Planted")
    assert "refused: a.lines: a defect of acme-lines 1.0: LookupError (defect)" in result.stderr


def test_a_file_that_two_types_claim_is_listed_as_neither(install: Install, deid_project: Project) -> None:
    install("acme-lines", LINES, "lines")
    other = LINES.replace("LinesFile]", "Other]").replace(
        "@hookimpl", "class Other(LinesFile):\n    name = 'other'\n    sections = {'other': Preset()}\n\n@hookimpl", 1
    )
    install("acme-other", other, "other")
    path = deid_project.add("IM_0001", "#lines\nname=Jane\n")
    result = deid_project.command("fields", path)
    assert result.exit_code == ExitCode.USAGE
    assert "can be read as lines and other; say which with --section" in result.stderr
    assert "name" in deid_project.command("fields", "--section", "other", path).assert_ok().stdout


@pytest.mark.parametrize("method", ["problems(self, keyed)", "remarks(self, keyed)", "reads(self)"])
def test_an_action_that_fails_before_any_file_is_read(install: Install, deid_project: Project, method: str) -> None:
    install("acme-lines", LINES, "lines")
    broken = SHOUT.replace("    def apply(", f"    def {method}:\n        return 1 / 0\n    def apply(")
    install("acme-shout", broken, "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane\n")
    result = deid_project.run().assert_outputs()
    assert result.exit_code == ExitCode.DEFECT
    assert "deidentikit: a defect of acme-shout 1.0: ZeroDivisionError" in result.stderr


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("raise RuntimeError('Planted')", "it failed to answer deidentikit_check: RuntimeError"),
        ("yield from [1 / 0]", "it failed to answer deidentikit_check: ZeroDivisionError"),
        ("return None", "it has to return problems, not NoneType"),
        ("return ['no']", "it has to return problems, not str"),
    ],
)
def test_a_check_that_fails_stops_the_run(install: Install, deid_project: Project, body: str, what: str) -> None:
    install("acme-lines", LINES, "lines")
    install("acme-check", f"{SHOUT}\n@hookimpl\ndef deidentikit_check(plan):\n    {body}\n", "check")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane\n")
    result = deid_project.run().assert_outputs().assert_silent_about("Planted")
    assert result.exit_code == ExitCode.USAGE
    assert "plugin 'check' of acme-check 1.0 cannot be used" in result.stderr
    assert what in result.stderr


def test_an_observer_that_fails_stops_the_run(install: Install, deid_project: Project) -> None:
    install("acme-lines", LINES, "lines")
    body = "raise RuntimeError(outcome.path)"
    install("acme-audit", f"{SHOUT}\n@hookimpl\ndef deidentikit_outcome(outcome):\n    {body}\n", "audit")
    deid_project.profile(PROFILE)
    deid_project.add("jane.lines", "#lines\nname=Jane\n")
    deid_project.add("kim.lines", "#lines\nname=Kim\n")
    result = deid_project.run().assert_outputs("jane.lines").assert_silent_about("jane", "kim")
    assert result.exit_code == ExitCode.USAGE
    assert "acme-audit 1.0 cannot be used: it failed to answer deidentikit_outcome: RuntimeError" in result.stderr


def test_a_hook_that_is_to_go_is_announced(
    install: Install, deid_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deidentikit_former(old: int, kept: int) -> None:
        """A hook of an earlier contract."""

    gone = DeprecationWarning("use deidentikit_check")
    marked = hookspecs.hookspec(warn_on_impl=gone, warn_on_impl_args={"old": DeprecationWarning("use kept")})
    monkeypatch.setattr(hookspecs, "deidentikit_former", marked(deidentikit_former), raising=False)
    install("acme-old", f"{SHOUT}\n@hookimpl\ndef deidentikit_former(old):\n    pass\n", "old")
    with pytest.warns(DeprecationWarning, match="use"):
        result = deid_project.command("plugins").assert_ok()
    assert result.stderr.splitlines() == [
        "warning: acme-old 1.0: deidentikit_former: use deidentikit_check",
        "warning: acme-old 1.0: deidentikit_former, argument old: use kept",
    ]
    assert "acme-old 1.0" in result.stdout
