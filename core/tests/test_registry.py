"""The registry: discovery, clashes, broken plugins, and what a plugin may bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import ClassVar

import attrs
import pytest
from deidentikit.action import Action
from deidentikit.errors import NameTaken, PluginError, Problem, UnknownPlugin
from deidentikit.filetype import Document, FileType, Named, Preset, Rank, Selector, Step
from deidentikit.fragment import Fragment, Key
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind
from deidentikit.registry import Registry
from deidentikit.schema import OneOf, Text, Whole
from deidentikit.splice import Source


@attrs.frozen
class Upper(Action):
    name: ClassVar[str] = "upper"
    aliases: ClassVar[tuple[str, ...]] = ("capitals",)
    summary: ClassVar[str] = "Make capitals."
    kind: ClassVar[Kind] = Kind.TEXT

    def apply(self, value, context):  # type: ignore[no-untyped-def]
        return value.upper()


class Lines(FileType):
    name: ClassVar[str] = "lines"
    sections: ClassVar[Mapping[str, Preset]] = {"lines": Preset((".txt",)), "log": Preset((".log",))}

    @classmethod
    def sniff(cls, head: bytes, name: str) -> bool:
        return False

    def compile(self, named: Named) -> Selector:
        return Selector(named.name or "", Rank.NAME, named.name)

    def bind(self, steps: Iterable[Step], reads: Iterable[str]) -> object:
        return tuple(steps)

    def open(self, source: Source, matcher: object) -> Document:
        raise NotImplementedError


def action(label: str, *others: str, default: bool = False, **schemas: Fragment) -> type[Action]:
    """An action class with these names and fragments."""

    class Made(Upper):
        name = label
        aliases = others

        @classmethod
        def options_schema(cls, registry: Registry) -> Fragment:
            return schemas.get("options", {})

        @classmethod
        def settings_schema(cls, registry: Registry) -> Fragment:
            return schemas.get("settings", {})

    Made.default = default
    return Made


def file_type(
    label: str, section: Fragment | None = None, rule: Fragment | None = None, **presets: Preset
) -> type[FileType]:
    """A file type class with these presets and fragments."""

    class Made(Lines):
        name = label
        sections = presets or {label: Preset()}

        @classmethod
        def section_schema(cls) -> Fragment:
            return section or {}

        @classmethod
        def rule_schema(cls) -> Fragment:
            return rule or {}

    return Made


Install = Callable[..., None]


GOOD = """
from deidentikit.action import Action
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind

class Shout(Action):
    name = "shout"
    summary = "Make capitals."
    kind = Kind.TEXT
    def apply(self, value, context):
        return value.upper()

@hookimpl
def deidentikit_actions():
    return [Shout]
"""


def test_exactly_what_is_handed_over() -> None:
    registry = Registry.of(Upper, Lines)
    assert dict(registry.file_types) == {"lines": Lines}
    assert dict(registry.sections) == {"lines": Lines, "log": Lines}
    assert dict(registry.actions) == {"upper": Upper, "capitals": Upper}
    assert [(info.kind, info.name, info.summary) for info in registry.plugins] == [
        ("file type", "lines", ""),
        ("action", "upper", "Make capitals."),
    ]


def test_a_module_is_asked_through_its_hooks() -> None:
    @hookimpl
    def deidentikit_actions() -> Iterable[type[Action]]:
        return [Upper]

    registry = Registry.of(SimpleNamespace(deidentikit_actions=deidentikit_actions))
    assert registry.action("capitals") is Upper


def test_mappings_cannot_be_changed() -> None:
    registry = Registry.of(Upper)
    with pytest.raises(TypeError):
        registry.actions["other"] = Upper  # type: ignore[index]


def test_discovery_finds_entry_points(install: Install) -> None:
    install("acme-shout", GOOD, "shout", "2.5")
    (info,) = Registry.from_installed().plugins
    assert (info.name, info.kind, info.distribution, info.version) == ("shout", "action", "acme-shout", "2.5")


def test_one_entry_point_name_in_two_distributions(install: Install) -> None:
    install("one", "raise RuntimeError('loaded')", "same", "1.0")
    install("two", "raise RuntimeError('loaded')", "same", "2.0")
    with pytest.raises(NameTaken) as caught:
        Registry.from_installed()
    assert "one 1.0 and two 2.0" in str(caught.value)
    assert "--without-plugin same" in str(caught.value)


def test_one_action_name_in_two_distributions(install: Install) -> None:
    install("one", GOOD, "one-shout")
    install("two", GOOD, "two-shout")
    with pytest.raises(NameTaken) as caught:
        Registry.from_installed()
    assert "'shout' is offered by both one 1.0 and two 1.0" in str(caught.value)
    assert "--without-plugin" in str(caught.value)
    assert Registry.from_installed(without=["two-shout"]).plugins[0].distribution == "one"


def test_every_broken_plugin_is_named_with_its_cause(install: Install) -> None:
    install("good", GOOD)
    install("broken", "import no_such_library_here")
    install("faulty", "1 / 0")
    with pytest.raises(PluginError) as caught:
        Registry.from_installed()
    message = str(caught.value)
    assert "broken 1.0" in message
    assert "no_such_library_here" in message
    assert "faulty 1.0" in message
    assert "ZeroDivisionError" in message
    assert "good 1.0" not in message
    assert isinstance(caught.value.__cause__, ExceptionGroup)


def test_one_broken_plugin_chains_its_own_error(install: Install) -> None:
    install("broken", "import no_such_library_here")
    with pytest.raises(PluginError) as caught:
        Registry.from_installed()
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_a_blocked_plugin_is_not_loaded(install: Install) -> None:
    install("good", GOOD)
    install("broken", "1 / 0")
    assert [info.name for info in Registry.from_installed(without=["broken"]).plugins] == ["shout"]


def test_blocking_what_is_not_installed(install: Install) -> None:
    install("good", GOOD)
    with pytest.raises(UnknownPlugin, match=r"--without-plugin goood: .*'good'"):
        Registry.from_installed(without=["goood"])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            GOOD.replace("def deidentikit_actions", "def deidentikit_action"),
            "no hook 'deidentikit_action'.*deidentikit_actions",
        ),
        (GOOD.replace("deidentikit_actions():", "deidentikit_actions(registry):"), "registry"),
        (GOOD.replace("@hookimpl", ""), "deidentikit_actions lacks the marker @hookimpl"),
        ("x = 1", "no function is marked with @hookimpl"),
        (GOOD.replace("return [Shout]", "return [Shout()]"), "has to return classes, not Shout"),
        (GOOD.replace("return [Shout]", "return None"), "failed to answer deidentikit_actions"),
        (GOOD.replace("return [Shout]", "return [int]"), "int has to be a subclass of Action"),
        (
            GOOD.replace("@hookimpl", "@hookimpl(wrapper=True)").replace("return [Shout]", "yield"),
            "cannot be a wrapper",
        ),
    ],
)
def test_hooks_that_are_not_right(install: Install, code: str, message: str) -> None:
    install("odd-one", code)
    with pytest.raises(PluginError, match=rf"(?s)odd-one 1\.0.*{message}"):
        Registry.from_installed()


class Nameless(Upper):
    name = "Not A Name"


class Kindless(Upper):
    name = "kindless"
    kind = "text"  # type: ignore[assignment]


@attrs.frozen
class Idle(Action):
    name: ClassVar[str] = "idle"
    kind: ClassVar[Kind] = Kind.TEXT


class Sectionless(Lines):
    sections: ClassVar[Mapping[str, Preset]] = {}


class Unfinished(FileType):
    name = "unfinished"
    sections: ClassVar[Mapping[str, Preset]] = {"unfinished": Preset()}


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (Nameless, "Nameless needs a class variable `name`"),
        (Kindless, "Kindless needs a class variable `kind`"),
        (Idle, "Idle has to define apply or apply_field"),
        (Sectionless, "Sectionless needs a class variable `sections`"),
        (Unfinished, "Unfinished has to define bind, compile, open, sniff"),
        (action("upper", "Odd Alias"), "needs `aliases`"),
        (file_type("odd", Odd=Preset()), "has the section 'Odd'"),
    ],
)
def test_classes_that_are_not_right(cls: type, message: str) -> None:
    with pytest.raises(PluginError) as caught:
        Registry.of(cls)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "offered",
    [
        (action("twice"), action("twice")),
        (action("one", "alias"), action("alias")),
        (file_type("one", same=Preset()), file_type("two", same=Preset())),
        (file_type("same"), file_type("same")),
        (action("one", default=True), action("two", default=True)),
        (
            action("one", settings={"salt": Key(Text(), "One.")}),
            action("two", settings={"salt": Key(Whole(), "Another.")}),
        ),
        (
            action("one", settings={"digits": Key(Whole(), "One.", "16")}),
            action("two", settings={"digits": Key(Whole(), "One.", "8")}),
        ),
        (action("one", settings={"salt": Key(Text(), "")}), file_type("two", section={"salt": Key(Whole(), "")})),
        (action("one", options={"path": Key(Text(), "")}), file_type("two", rule={"path": Key(Text(), "")})),
    ],
)
def test_two_claims_on_one_name(offered: tuple[type, ...]) -> None:
    with pytest.raises(NameTaken, match=r"both|another"):
        Registry.of(*offered)


@pytest.mark.parametrize(
    ("offered", "message"),
    [
        ((action("one", settings={"file-filter": Key(Text(), "")}),), "takes the key 'file-filter' of the core"),
        ((action("one", settings={"version": Key(Text(), "")}),), "takes the key 'version' of the core"),
        ((action("one", options={"on-error": Key(Text(), "")}),), "takes the rule key 'on-error' of the core"),
        ((action("one", options={"two": Key(Text(), "")}), action("two")), "takes the rule key 'two' of the action"),
        ((file_type("one", section={"fields": Key(Text(), "")}),), "takes the section key 'fields' of the core"),
        ((file_type("one", rule={"regex": Key(Text(), "")}),), "takes the rule key 'regex' of the core"),
        ((file_type("one", rule={"two": Key(Text(), "")}), action("two")), "takes the rule key 'two' of the action"),
        ((file_type("key"),), "section name 'key' is a key of the core"),
        ((file_type("salt"), action("one", settings={"salt": Key(Text(), "")})), "'salt' is a section of module"),
        ((file_type("one", one=Preset(defaults={"absent": 1})),), "sets 'absent', which is no key"),
        ((action("one", options={"Not_A_Key": Key(Text(), "")}),), "has the key 'Not_A_Key'"),
        ((action("one", settings={"plain": Text()}),), "has to give a Key"),
    ],
)
def test_keys_that_may_not_be_taken(offered: tuple[type, ...], message: str) -> None:
    with pytest.raises(PluginError) as caught:
        Registry.of(*offered)
    assert message in str(caught.value)


def test_two_actions_may_share_a_setting_that_means_the_same() -> None:
    registry = Registry.of(
        action("one", settings={"unit": Key(OneOf("days", "weeks"), "First wording.", "days")}),
        action("two", settings={"unit": Key(OneOf("days", "weeks"), "Other wording.", "days")}),
    )
    assert list(registry.settings) == ["unit"]


def test_all_failures_are_told_at_once() -> None:
    with pytest.raises(PluginError) as caught:
        Registry.of(Nameless, Kindless, Sectionless)
    assert len(str(caught.value).splitlines()) == 3


def test_three_answers_for_a_name_that_is_not_there(install: Install) -> None:
    with pytest.raises(UnknownPlugin, match="Did you mean 'upper'"):
        Registry.of(Upper).action("uper")
    with pytest.raises(UnknownPlugin, match="pip install deidentikit-table"):
        Registry.of(Upper).section("tsv")
    install("deidentikit-remove", GOOD, "remove")
    with pytest.raises(UnknownPlugin, match="--without-plugin leaves out"):
        Registry.from_installed(without=["remove"]).action("remove")


def test_checks_and_observers_are_called() -> None:
    seen: list[object] = []

    @hookimpl
    def deidentikit_check(plan: object) -> Iterable[Problem]:
        return [Problem(3, "lines", f"no {plan}")]

    @hookimpl
    def deidentikit_outcome(outcome: object) -> None:
        seen.append(outcome)

    registry = Registry.of(
        SimpleNamespace(deidentikit_check=deidentikit_check, deidentikit_outcome=deidentikit_outcome)
    )
    assert registry.check("plan") == [Problem(3, "lines", "no plan")]  # type: ignore[arg-type]
    registry.observe("outcome")  # type: ignore[arg-type]
    assert seen == ["outcome"]
    assert [info.kind for info in registry.plugins] == ["hooks"]


def test_a_check_that_returns_something_else() -> None:
    @hookimpl
    def deidentikit_check(plan: object) -> Iterable[str]:
        return ["no"]

    registry = Registry.of(SimpleNamespace(deidentikit_check=deidentikit_check))
    with pytest.raises(PluginError, match="return problems, not str"):
        registry.check("plan")  # type: ignore[arg-type]
