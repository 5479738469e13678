import io
from pathlib import Path

import pytest
from rich.console import Console

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.selfplay import program as module
from pettingzoo_godot.selfplay.program import show_evaluation, show_training

ROW = {"update": 3, "steps_per_second": 2000.0, "return/seeker": 1.0, "wins/seeker": 0.25}


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=120)


@pytest.mark.parametrize("done", [0.5, 1.0])
def test_training(done, console, make_run, monkeypatch):
    asked = {}

    def pretend(scene, out, watch, **arguments):
        asked.update(scene=scene, out=out, **arguments)
        watch(ROW, done)

    monkeypatch.setattr(module, "train", pretend)
    run = make_run("a")
    assert show_training(console, "duel", run, {"seed": 3}) == (done == 1.0)
    assert asked == {"scene": "duel", "out": run, "seed": 3}
    told = console.file.getvalue()
    assert "update 3" in told
    assert ("evaluate" in told, "To go on" in told) == (done == 1.0, done < 1.0)
    assert "20 updates, 2000 steps" in told


def test_evaluation(console, monkeypatch):
    def pretend(runs, watch, **arguments):
        watch(7, 12)
        return Path(runs[0], f"{arguments['seed']}.md")

    monkeypatch.setattr(module, "evaluate", pretend)
    assert show_evaluation(console, [Path("run")], {"seed": 3}) == Path("run/3.md")
    assert "7/12" in console.file.getvalue()
