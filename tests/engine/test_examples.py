"""The examples run, and stay short enough to be read."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pettingzoo_godot.display import find_display, find_virtual_display

pytestmark = pytest.mark.engine

EXAMPLES = Path(__file__).parents[2] / "examples"
LEARNING = {
    "independent_ppo.py": ["--updates", "1"],
    "vector_ppo.py": ["--updates", "10", "--arenas", "4"],
}


@pytest.mark.parametrize("name", LEARNING)
def test_example_learns_for_a_moment(name):
    pytest.importorskip("torch")
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *LEARNING[name]]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, timeout=100) for _ in range(2)
    )
    assert first.returncode == 0, first.stderr
    lines = first.stdout.splitlines()
    assert lines
    assert all(re.match(r"update +\d+  caught +\d+%  [\d,]+ (agent-)?steps/s$", x) for x in lines)
    # The same seed learns the same; only the time differs.
    assert [x.rsplit("  ", 1)[0] for x in lines] == [
        x.rsplit("  ", 1)[0] for x in second.stdout.splitlines()
    ]


def run_demo(name: str, *arguments: str | Path) -> str:
    pytest.importorskip("torch")
    command = [sys.executable, "-W", "error", EXAMPLES / name, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100, env=os.environ | {"COLUMNS": "80"}
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_demo_learns_cart_pole(tmp_path):
    (tmp_path / "config.json").touch()  # as of the last demo
    said = run_demo("demo.py", "--steps", "2048", "--out", tmp_path)
    assert re.search(r"^ *steps +episodes +mean return *$", said, re.M)
    assert "250 is the most" in said
    assert {"learning_curve.png", "evaluation.png"} <= {file.name for file in tmp_path.iterdir()}


def test_demo_of_self_play_tells_who_catches_whom(tmp_path, monkeypatch, capsys):
    run = tmp_path / "chase"
    said = run_demo("demo_self_play.py", "--steps", "4096", "--episodes", "4", "--out", run)
    for seeker in ("random", "scripted", "trained"):
        assert re.search(rf"^{seeker} seeker( +\d+% \(\d+% to \d+%\)){{3}}$", said, re.M)
    assert (run / "evaluation/ratings.png").is_file()
    assert (run / "evaluation/report.md").is_file()
    can_film = find_display() or find_virtual_display()
    filmed = {file.name for file in run.glob("chase.*")}
    assert filmed == ({"chase.mp4", "chase.gif"} if can_film else set())
    assert ("No video" in said) == (not can_film)

    # Where nothing can be filmed, a line says why.
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "PATH"):
        monkeypatch.setenv(name, "")
    show_film = runpy.run_path(str(EXAMPLES / "demo_self_play.py"))["show_film"]
    show_film(Console(), run, 1)
    assert re.fullmatch(r"No video: .* no Xvfb is on PATH\. Install .*\n", capsys.readouterr().out)


@pytest.mark.parametrize("name", [*LEARNING, "demo.py", "demo_self_play.py"])
def test_example_fits_on_a_few_pages(name):
    assert len((EXAMPLES / name).read_text().splitlines()) <= 150
