"""Bundled scenes that run as games, without a trainer: who plays is their heuristic."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from pettingzoo_godot.install import find_godot

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("scenes") / "game" / "watch_episodes.gd"
TIMEOUT = 60.0  # seconds; a game of a few thousand ticks takes less than 5


def watch_game(home: Path, name: str, ticks: int) -> list[dict[str, Any]]:
    """Let a bundled scene play that many ticks; an engine that complains fails the test.

    Args:
        home: An empty folder, where the engine finds no trainer.
        name: The scene.
        ticks: Physics ticks after which the engine quits.

    Returns:
        For each episode that ended, its number of `steps` and the `returns` by agent.
    """
    options = ("--headless", "--fixed-fps", "60", "--quit-after", str(ticks))
    done = subprocess.run(
        [
            *(find_godot().executable, "--path", ROOT / "envs", *options),
            *("--script", SCRIPT, "--", f"res://{name}/{name}.tscn"),
        ],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        stdin=subprocess.DEVNULL,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "ERROR" not in output, output
    assert "WARNING" not in output, output
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]
