"""What the command line hears of plugins that print."""

from __future__ import annotations

import multiprocessing
from importlib.metadata import EntryPoint

import pytest
from deidentikit.cli.listening import Listener


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="nothing can be forked")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")  # the test runner has threads
@pytest.mark.parametrize("speaks", [True, False])
def test_processes_that_a_plugin_leaves_behind_are_not_waited_for(
    capsys: pytest.CaptureFixture[str], speaks: bool
) -> None:
    context = multiprocessing.get_context("fork")
    over = context.Event()
    with Listener() as listener:
        left_behind = context.Process(target=over.wait, args=(60,))
        left_behind.start()
        with listener.listening():
            if speaks:
                print("Jane")
    assert left_behind.is_alive()
    over.set()
    left_behind.join()
    said = capsys.readouterr()
    assert said.out == ""
    assert ("prints while files are open" in said.err) is speaks
    assert "Jane" not in said.err


def test_plugins_are_looked_up_once_for_all_that_one_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def none(group: str) -> list[EntryPoint]:
        asked.append(group)
        return []

    monkeypatch.setattr("deidentikit.blame.entry_points", none)
    with Listener() as listener:
        for _ in range(30):
            with listener.listening():
                print("Jane")
    assert len(asked) == 1
