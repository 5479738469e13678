"""What the program shows of self-play: a training, and an evaluation.

Only imported where it is used: needs the extra [train].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from pettingzoo_godot.selfplay.evaluation import evaluate
from pettingzoo_godot.selfplay.policies import load_policies
from pettingzoo_godot.selfplay.scoreboard import show_matches, show_self_play
from pettingzoo_godot.selfplay.settings import settings_for
from pettingzoo_godot.selfplay.start import train


def show_training(console: Console, scene: str, out: Path, asked: Mapping[str, Any]) -> bool:
    """Train by self-play, and say how it goes and what to do next.

    Args:
        console: To be told on.
        scene: As for `train`.
        out: The run's folder.
        asked: Other arguments of `train`.

    Returns:
        Whether it was trained to its end.

    Raises:
        PettingZooGodotError: As `train` does.
    """
    done = 0.0
    with show_self_play(console, settings_for(scene).shown) as show:

        def watch(row: Any, part: float) -> None:
            nonlocal done
            done = part
            show(row, part)

        train(scene, out, watch=watch, **asked)
    folder, learned = escape(str(out)), load_policies(out)
    if done < 1.0:
        console.print(
            f"Stopped after {learned.update} updates, {learned.steps} steps. To go on:\n  [bold]"
            f"pettingzoo-godot train {escape(scene)} --self-play --out {folder} --resume[/]"
        )
        return False
    console.print(
        f"[green]✓[/] {learned.update} updates, {learned.steps} steps. See\n"
        f"  [bold]pettingzoo-godot evaluate {folder}[/]\n"
        f"  [bold]pettingzoo-godot record {escape(scene)} --policy {folder}[/]\n"
        f"  [bold]tensorboard --logdir {folder}[/]"
    )
    return True


def show_evaluation(console: Console, runs: Sequence[Path], asked: Mapping[str, Any]) -> Path:
    """Evaluate self-play runs, and say how far it is.

    Args:
        console: To be told on.
        runs: Their folders.
        asked: Other arguments of `evaluate`.

    Returns:
        The report.

    Raises:
        PettingZooGodotError: As `evaluate` does.
    """
    with show_matches(console) as watch:
        return evaluate(runs, watch=watch, **asked)
