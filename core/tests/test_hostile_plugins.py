"""Plugins that are broken or mean ill: each ends in one clear error that names its distribution."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from deidentikit import hookspecs
from deidentikit.errors import ExitCode
from deidentikit.testing import Project
from deidentikit.testing.lines import LineField
from deidentikit.testing.project import Result

Install = Callable[..., None]

HEAD = """
from decimal import Decimal
import attrs
from deidentikit import Action, FieldError, FileError, FileType, KEEP, Kind, Preset, Problem, hookimpl
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
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")
PROFILE = "lines:\n  fields:\n    - name: name\n      shout: yes\n"


def shouting(body: str) -> str:
    """The action with another body of apply."""
    return SHOUT.replace("return value.upper()", body)


def shouting_whole(body: str, kind: str = "TEXT") -> str:
    """The action with apply_field in place of apply."""
    code = shouting(body).replace("apply(self, value, context)", "apply_field(self, values, context)")
    return code.replace("Kind.TEXT", f"Kind.{kind}")


def of_class(code: str, *lines: str) -> str:
    """The plugin with more in the body of its class, before its first method."""
    head, mark, rest = code.partition("    @classmethod\n    def sniff" if "def sniff" in code else "    def apply")
    return head + "".join(f"    {line}\n" for line in lines) + mark + rest


def of_lines(*lines: str) -> str:
    """The file type of lines as a class of the plugin's own, with more in its body."""
    body = "".join(f"    {line}\n" for line in lines)
    return LINES.replace("[LinesFile]", "[Own]").replace("@hookimpl", f"class Own(LinesFile):\n{body}\n@hookimpl", 1)


def of_document(*lines: str) -> str:
    """The file type of lines with more in the body of its document."""
    code = of_lines("def open(self, source, matcher):", "    return Page(source, matcher, False)")
    page = "".join(f"    {line}\n" for line in lines)
    return code.replace(
        "class Own",
        f"from deidentikit.testing.lines import LinesDocument\nclass Page(LinesDocument):\n{page}\nclass Own",
    )


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
        ("class Odd(BaseException): pass\nraise Odd('x')", ["failed to load", "Odd: x"]),
        ("def __getattr__(name): raise LookupError(name)", ["failed to say what it offers", "LookupError"]),
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
        (
            GREEDY.replace("Preset()", "Preset(('',))"),
            ["Greedy has suffixes in the section 'greedy'", "a character or more"],
        ),
        (GREEDY.replace("Preset()", "Preset('.x')"), ["Greedy has suffixes in the section 'greedy'"]),
        (of_class(GREEDY, "formats = 3"), ["Greedy needs `formats` to be Formats, not int"]),
        (of_class(GREEDY, "summary = None"), ["Greedy needs `summary` to be a text, not NoneType"]),
        (
            of_class(GREEDY, "capabilities = {'telepathy'}"),
            ["Greedy needs `capabilities` to be a frozenset of some of"],
        ),
        (of_class(GREEDY, "default_name = 3"), ["Greedy needs `default_name` to be a text or None, not int"]),
        (of_class(GREEDY, "takes_the_rest = 'no'"), ["Greedy needs `takes_the_rest` to be True or False, not str"]),
        (of_class(SHOUT, "deterministic = 'no'"), ["Shout needs `deterministic` to be True or False, not str"]),
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
    refused(
        deid_project,
        "'shout' is offered by both acme-one 1.0 and acme-two 2.0",
        "--without-plugin one or --without-plugin two",
    )


def test_what_one_offers_twice(install: Install, deid_project: Project) -> None:
    install("acme-one", SHOUT.replace("[Shout]", "[Shout, Shout]"), "one")
    refused(deid_project, "'shout' is offered by acme-one 1.0 twice; it has to offer it once")


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
        (shouting("raise type('Odd', (BaseException,), {})(value)"), "Odd"),
        (shouting("return self.apply(value, context)"), "RecursionError"),
        (shouting("raise FieldError('Odd reason', 'x')"), "FieldError"),
        (shouting_whole("values.append('x'); return values"), "AttributeError"),
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


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (of_lines("def open(self, source, matcher): return None"), "TypeError"),
        (of_document("def matches(self): return None"), "TypeError"),
        (of_document("def batches(self): return []"), "ValueError"),
        (of_document("def dropped(self): return None"), "TypeError"),
        (of_document("def rewrite(self, sink, edit): raise SystemExit(0)", "check = rewrite"), "TypeError"),
        (of_document("def check(self, written): raise SystemExit(0)"), "SystemExit"),
    ],
)
def test_an_answer_that_fails_in_our_hands_names_who_gave_it(
    install: Install, deid_project: Project, code: str, what: str
) -> None:
    install("acme-lines", code, "lines")
    install("acme-shout", SHOUT, "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane Planted\n")
    result = deid_project.run().assert_outputs().assert_silent_about("Jane", "Planted")
    assert result.exit_code == ExitCode.DEFECT
    assert "refused: a.lines: a defect of acme-lines 1.0" in result.stderr
    assert f"{what} (defect)" in result.stderr


def test_a_field_that_gives_nothing_to_act_on_is_no_field_without_values(
    install: Install, deid_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LineField, "read", LineField.read)
    blind = of_document(
        "def matches(self):",
        "    for field, step in LinesDocument.matches(self):",
        "        type(field).read = lambda self, form: None",
        "        yield field, step",
    )
    install("acme-lines", blind, "lines")
    install("acme-shout", SHOUT, "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane Planted\n")
    result = deid_project.run().assert_outputs()
    assert result.exit_code == ExitCode.DEFECT
    assert "a defect of acme-lines 1.0: a field's read gives None in place of its values" in result.stderr


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("raise FieldError('odd-value', f'cannot take {value!r}')", "(odd-value)"),
        ("raise FieldError('odd-value', value)", "(odd-value)"),
        ("raise OSError(5, value)", "(input-output)"),
        ("raise OSError(value)", "reading or writing failed: OSError (input-output)"),
    ],
)
def test_words_that_quote_the_value_are_not_shown(
    install: Install, deid_project: Project, body: str, what: str
) -> None:
    install("acme-lines", LINES, "lines")
    install("acme-shout", shouting(body), "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane Planted\n")
    result = deid_project.run().assert_outputs().assert_silent_about("Jane", "Planted")
    assert result.exit_code == ExitCode.REFUSED
    assert what in result.stderr


def test_words_that_quote_a_part_of_a_text_are_not_shown(install: Install, deid_project: Project) -> None:
    install("acme-lines", LINES, "lines")
    install("acme-shout", shouting("raise FieldError('odd-value', f'cannot take {value!r}')"), "shout")
    groups = "      groups:\n        - name: who\n          shout: yes\n"
    name = f"    - output: '{{who}}'\n      input-regex: (?P<who>.*)\n{groups}"
    deid_project.profile(f"lines:\n  filenames:\n{name}")
    deid_project.add("planted.lines", "#lines\n")
    result = deid_project.run().assert_outputs()
    assert result.exit_code == ExitCode.REFUSED
    assert "shout cannot treat this value" in result.stderr
    assert "cannot take" not in result.stderr


def test_a_message_stays_on_its_line(install: Install, deid_project: Project) -> None:
    install("acme-lines", LINES, "lines")
    install("acme-shout", shouting("raise FieldError('odd-value', 'no\\nfound 1, done 1')"), "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane\n")
    assert deid_project.run().stderr == "refused: a.lines: name@2: no\\nfound 1, done 1 (odd-value)\n"


def test_a_traceback_without_end_is_cut(install: Install, deid_project: Project) -> None:
    install("acme-lines", LINES, "lines")
    install("acme-shout", shouting("return self.apply(value, context)"), "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane\n")
    stderr = deid_project.run().stderr
    assert " calls more\n" in stderr
    assert len(stderr.splitlines()) < 70


@pytest.mark.parametrize("command", ["run", "plan"])
def test_what_plugins_print_is_not_shown(install: Install, deid_project: Project, command: str) -> None:
    install("acme-lines", LINES, "lines")
    told = "import logging, sys; print(value); print(value, file=sys.stderr); logging.getLogger('x').error(value)"
    install("acme-shout", shouting(f"{told}; return value.upper()"), "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane Planted\n")
    target = [deid_project.target] if command == "run" else []
    result = deid_project.command(command, "--profile", deid_project.profile_path, deid_project.source, *target)
    result.assert_ok().assert_silent_about("Jane", "Planted")
    assert result.stderr.splitlines() == [
        "warning: acme-shout 1.0 prints while files are open; it is not shown, as it could be a field's value"
    ]


def test_what_plugins_print_while_fields_are_listed_is_not_shown(install: Install, deid_project: Project) -> None:
    install(
        "acme-lines", of_lines("def fields(self, source):", "    print(source.pread(50, 0))", "    return []"), "lines"
    )
    path = deid_project.add("a.lines", "#lines\nname=Jane Planted\n")
    result = deid_project.command("fields", path).assert_ok().assert_silent_about("Jane")
    assert "warning: acme-lines 1.0 prints" in result.stderr


def test_streams_that_a_plugin_replaces_are_put_back(install: Install, deid_project: Project) -> None:
    steal = "import io, sys; sys.stdout = io.StringIO(); sys.stderr = None"
    install("acme-lines", f"{steal}\n{LINES}", "lines")
    install("acme-shout", shouting(f"{steal}; return value.upper()"), "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane\n")
    assert deid_project.run().assert_ok().stdout == "found 1, done 1, copied 0, refused 0\n"


def test_what_an_import_prints_is_no_output(install: Install, deid_project: Project) -> None:
    install("acme-shout", f"print('hello')\n{SHOUT}", "shout")
    result = deid_project.command("schema").assert_ok()
    assert result.stdout.startswith("{")
    assert result.stderr == "hello\n"


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (of_class(SHOUT, "def problems(self, keyed): raise SystemExit(0)"), ": SystemExit"),
        (of_class(SHOUT, "def problems(self, keyed): return None"), ": Shout.problems gives something else than texts"),
        (of_class(SHOUT, "def problems(self, keyed): return [3]"), ": Shout.problems gives something else than texts"),
        (of_class(SHOUT, "def reads(self): return 'name'"), ": Shout.reads gives something else than texts"),
        (of_class(SHOUT, "def literals(self): return None"), ": Shout.literals gives something else than texts"),
        (of_class(SHOUT, "def nested(self): return [3]"), " or of deidentikit: AttributeError"),
        (of_class(SHOUT, "form = 3"), ": the action 'shout' has int for its form"),
        (of_class(SHOUT, "build = classmethod(lambda *_: 3)"), ": Shout.build gives int, not an action"),
    ],
)
def test_an_action_that_answers_wrongly_before_any_file_is_read(
    install: Install, deid_project: Project, code: str, what: str
) -> None:
    install("acme-lines", LINES, "lines")
    install("acme-shout", code, "shout")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane\n")
    for result in (deid_project.run().assert_outputs(), deid_project.command("check", deid_project.profile_path)):
        assert result.exit_code == (ExitCode.USAGE if "gives" in what or "has" in what else ExitCode.DEFECT)
        assert result.stderr.startswith(f"deidentikit: a defect of acme-shout 1.0{what}\n")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("def compile(self, named): return None", ": compile gives NoneType, not a Selector"),
        ("def limits(self, selector): return 3", ": limits gives int, not Limits or None"),
        ("def bind(self, steps, reads): raise SystemExit(0)", ": SystemExit"),
        ("def __init__(self): pass", " or of deidentikit: TypeError"),
        ("default_name = '{x'", " or of deidentikit: ValueError"),
    ],
)
def test_a_file_type_that_answers_wrongly_before_any_file_is_read(
    install: Install, deid_project: Project, line: str, what: str
) -> None:
    install("acme-lines", of_lines(line), "lines")
    install("acme-shout", SHOUT, "shout")
    deid_project.profile(PROFILE)
    result = deid_project.command("check", deid_project.profile_path)
    assert result.exit_code == (ExitCode.USAGE if "gives" in what else ExitCode.DEFECT)
    assert result.stderr.startswith(f"deidentikit: a defect of acme-lines 1.0{what}\n")


@pytest.mark.parametrize("body", ["raise LookupError(text)", "raise SystemExit(0)"])
def test_a_validator_that_fails_ends_in_a_defect(install: Install, deid_project: Project, body: str) -> None:
    odd = f"from deidentikit.schema import Key, Scalar\nclass Odd(Scalar):\n    def parse(self, text): {body}\n"
    code = of_lines("section_schema = classmethod(lambda cls: {'odd': Key(Odd(), 'Odd.')})")
    install("acme-lines", code.replace("class Own", f"{odd}\nclass Own"), "lines")
    deid_project.profile("lines:\n  odd: 17\n")
    result = deid_project.command("check", deid_project.profile_path)
    assert result.exit_code == ExitCode.DEFECT
    assert "deidentikit: a defect of acme-lines 1.0: " in result.stderr


def test_a_long_message_is_cut(install: Install, deid_project: Project) -> None:
    install("acme-odd", "raise ValueError('so\\nlong ' * 900)", "odd")
    result = refused(deid_project, ": ValueError: so long so long")
    assert len(result.stderr) < 600


def test_an_entry_point_that_names_no_module(install: Install, deid_project: Project, tmp_path: Path) -> None:
    install("acme-odd", SHOUT, "odd")
    (points,) = tmp_path.glob("acme_odd-1.0.dist-info/entry_points.txt")
    points.write_text("[deidentikit]\nodd = not a module!\n")
    refused(deid_project, "acme-odd 1.0: its entry point 'odd' names no module: 'not a module!'")


def test_of_two_plugins_in_one_namespace_the_right_one_is_named(
    install: Install, deid_project: Project, tmp_path: Path
) -> None:
    install("acme-lines", LINES, "lines")
    for name, code in (("calm", HEAD), ("wild", shouting("raise LookupError(value)"))):
        folder = tmp_path / f"acme_{tmp_path.name.replace('-', '_')}" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(
            code if name == "wild" else code + "@hookimpl\ndef deidentikit_actions():\n    return []\n"
        )
        install(f"acme-{name}", "", name)
        (points,) = tmp_path.glob(f"acme_{name}-1.0.dist-info/entry_points.txt")
        points.write_text(f"[deidentikit]\n{name} = {folder.parent.name}.{name}\n")
    deid_project.profile(PROFILE)
    deid_project.add("a.lines", "#lines\nname=Jane\n")
    assert "a defect of acme-wild 1.0: LookupError" in deid_project.run().stderr


@pytest.mark.parametrize(
    ("lines", "shout", "what"),
    [
        (LINES, of_class(SHOUT, "def describe(self, keyed): return None"), "acme-shout 1.0: Shout.describe gives"),
        (LINES, of_class(SHOUT, "def weak_spots(self, keyed): return 'x'"), "acme-shout 1.0: Shout.weak_spots gives"),
        (LINES, of_class(SHOUT, "def describe(self, keyed): raise LookupError"), "acme-shout 1.0: LookupError"),
        (of_lines("def rest(self): return 'x'"), SHOUT, "acme-lines 1.0: Own.rest gives"),
        (of_lines("catalogues = classmethod(lambda cls: [3])"), SHOUT, "acme-lines 1.0 or of deidentikit: Attribute"),
    ],
)
def test_words_for_reviewers_that_are_none(
    install: Install, deid_project: Project, lines: str, shout: str, what: str
) -> None:
    install("acme-lines", lines, "lines")
    install("acme-shout", shout, "shout")
    deid_project.profile(PROFILE)
    result = deid_project.command("explain", deid_project.profile_path)
    assert result.exit_code == (ExitCode.USAGE if "gives" in what else ExitCode.DEFECT)
    assert result.stderr.startswith(f"deidentikit: a defect of {what}")
    assert result.stdout == ""


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=needs_fork)])
def test_a_log_handler_made_at_import_is_heard_and_not_shown(
    install: Install, deid_project: Project, workers: str
) -> None:
    begin = "import logging\nlogger = logging.getLogger('acme')\nlogger.addHandler(logging.StreamHandler())\n"
    begin += "logger.error('hello')\n"
    install("acme-lines", LINES, "lines")
    install("acme-shout", begin + shouting("logger.error(value); return value.upper()"), "shout")
    deid_project.profile(PROFILE)
    for name in ("a.lines", "b.lines"):
        deid_project.add(name, "#lines\nname=Jane Planted\n")
    result = deid_project.run("--workers", workers).assert_ok().assert_silent_about("Jane", "Planted")
    assert "hello" in result.stderr, "what is said while plugins are imported is no value"
    assert "acme-shout 1.0 prints while files are open" in result.stderr
