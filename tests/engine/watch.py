"""Engines without a trainer: games whose players are heuristics, scripts, the editor."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from pettingzoo_godot.install import find_godot

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("scenes") / "game" / "watch_episodes.gd"
TIMEOUT = 100.0  # seconds for one start of an engine; most take less than 5
OUR_FAULTS = "ERROR: pettingzoo_godot: "  # how the addon shows a fault


def run_engine(home: Path, project: Path, *arguments: str | Path) -> str:
    """Run an engine without a display until it quits by itself; another exit code than 0 fails.

    Args:
        home: Its home folder, where it finds no trainer.
        project: The folder of its project.
        *arguments: What it is to do.

    Returns:
        All that it prints: standard output, then standard error.
    """
    done = subprocess.run(
        [find_godot().executable, "--headless", "--path", project, *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        stdin=subprocess.DEVNULL,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


def complaints(output: str, expected: str | None = None) -> list[str]:
    """The lines of an engine's output with an error or a warning, but those that begin so."""
    lines = [line for line in output.splitlines() if "ERROR" in line or "WARNING" in line]
    return [line for line in lines if expected is None or not line.startswith(expected)]


def watch_game(home: Path, name: str, ticks: int) -> list[dict[str, Any]]:
    """Let a bundled scene play that many ticks; an engine that complains fails the test.

    Args:
        home: An empty folder, where the engine finds no trainer.
        name: The scene.
        ticks: Physics ticks after which the engine quits.

    Returns:
        For each episode that ended, its number of `steps` and the `returns` by agent.
    """
    options = ("--fixed-fps", "60", "--quit-after", str(ticks), "--script", SCRIPT)
    output = run_engine(home, ROOT / "envs", *options, "--", f"res://{name}/{name}.tscn")
    assert complaints(output) == [], output
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]
