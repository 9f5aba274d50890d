"""The core knows no format and no plugin, and importing it is cheap."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import deidentikit
import deidentikit.testing
import pytest
from deidentikit.testing.driving import FORMAT_LIBRARIES

SOURCE = Path(deidentikit.__file__).parent
DATA = SOURCE / "known_plugins.json"


def loaded_by(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def roots(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def test_importing_the_package_loads_next_to_nothing() -> None:
    loaded = loaded_by("import deidentikit")
    assert not roots(loaded) & (FORMAT_LIBRARIES | {"strictyaml", "pluggy", "attrs", "attr"})
    assert not {name for name in loaded if name.startswith("deidentikit.")}


def test_whole_core_loads_no_format_library_and_no_plugin() -> None:
    loaded = loaded_by("import deidentikit\nfor name in deidentikit.__all__: getattr(deidentikit, name)")
    assert "deidentikit.run" in loaded
    assert not roots(loaded) & FORMAT_LIBRARIES
    assert not {name for name in roots(loaded) if name.startswith("deidentikit_")}


def test_installed_plugins_load_no_format_library() -> None:
    loaded = loaded_by("from deidentikit.registry import Registry\nRegistry.from_installed()")
    assert not roots(loaded) & FORMAT_LIBRARIES


def test_fixtures_are_light() -> None:
    """Loaded in every pytest run, so that coverage and other tests see a program that is not there yet."""
    loaded = loaded_by("import deidentikit.testing.fixtures")
    assert not {name for name in loaded if name.startswith("deidentikit.")} - {
        "deidentikit.testing",
        "deidentikit.testing.fixtures",
    }
    assert "hypothesis" not in loaded


def test_suites_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("deidentikit.testing.action_suite")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ImportError, match=r"ActionConformance needs hypothesis: pip install .*\[testing\]"):
        deidentikit.testing.ActionConformance  # noqa: B018


def test_every_public_name_is_there() -> None:
    for name in deidentikit.__all__:
        assert getattr(deidentikit, name) is not None
        assert name in dir(deidentikit)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        deidentikit.nothing_of_the_kind  # noqa: B018


def plugin_names() -> set[str]:
    """The names of plugins that are installed, or known to exist, as profiles spell them."""
    known = json.loads(DATA.read_text("utf-8"))
    return {
        *(point.name for point in entry_points(group="deidentikit")),
        *(name for kind in known.values() for name in kind),
    }


COMMON_WORDS = frozenset(("remove", "set", "keep", "hash", "table", "filename", "identity", "jitter", "json"))
"""Words of the language, of prose, of options and of key labels that are names of plugins as well."""
HOOKS = "file_types|actions|check|outcome|contract"


def test_core_names_no_plugin() -> None:
    """No module of a plugin is named anywhere, and no plugin's name stands as a string of its own."""
    names = "|".join(map(re.escape, sorted(plugin_names() - COMMON_WORDS)))
    naming = re.compile(rf"""(?P<quote>["'])(?:{names})(?P=quote)|\bdeidentikit_(?!(?:{HOOKS})\b)[a-z]""")
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in sorted(SOURCE.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if naming.search(line)
    ]
    assert not found
