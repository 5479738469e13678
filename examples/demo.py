"""The main job in a minute: PPO learns to balance `cart_pole` in a real engine.

Shows the return rising while it learns, lets the trained policy play, and draws the learning curve.

    python examples/demo.py [--steps 100000] [--seed 0] [--out build/demo/cart_pole]
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from pettingzoo_godot.training.bar import show_training
from pettingzoo_godot.training.evaluate import evaluate
from pettingzoo_godot.training.report import tabulate
from pettingzoo_godot.training.run import LogRow
from pettingzoo_godot.training.train import train

PARTS = 20  # of the training, one row of the table each
BAR = 40  # characters of a return of LIMIT
LIMIT = 250  # steps of an episode, with a reward of 1 each


def tabulate_learning(rows: list[LogRow]) -> Table:
    """The mean return of each part of the training, as numbers and as bars."""
    table = Table("steps", "episodes", "mean return", box=None, pad_edge=False)
    for column in table.columns:
        column.justify = "right"
    table.add_column("")
    last = rows[-1].steps
    for part in range(PARTS):
        low, high = part * last / PARTS, (part + 1) * last / PARTS
        ended = [row for row in rows if low < row.steps <= high and row.return_mean is not None]
        if not ended:
            continue
        episodes = [row.episodes for row in ended]
        mean = float(np.average([row.return_mean for row in ended], weights=episodes))
        bar = "█" * round(BAR * mean / LIMIT)
        table.add_row(
            f"{ended[-1].steps:,}", f"{sum(episodes):,}", f"{mean:.1f}", f"[green]{bar}[/]"
        )
    return table


def main() -> None:
    """Train, tell, evaluate."""
    parser = argparse.ArgumentParser(description="PPO learns to balance `cart_pole`.")
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/demo/cart_pole"))
    arguments = parser.parse_args()

    console = Console(highlight=False)
    if (arguments.out / "config.json").exists():  # of the last demo
        shutil.rmtree(arguments.out)
    console.print("PPO learns to balance [bold]cart_pole[/], eight arenas in one engine:")
    with show_training(console) as watch:
        run = train(
            "cart_pole", arguments.out, steps=arguments.steps, seed=arguments.seed, watch=watch
        )
    rows = run.read_log()
    console.print(tabulate_learning(rows))
    speed = rows[-1].steps / rows[-1].seconds
    console.print(
        f"{rows[-1].steps:,} steps in {rows[-1].seconds:.0f} s: "
        f"[bold]{speed:,.0f} steps per second[/], learning included.\n"
    )
    with console.status("The trained policy plays"):
        evaluation = evaluate(arguments.out, episodes=40)
    console.print("The trained policy, by itself (250 is the most that there is):")
    console.print(tabulate(evaluation))
    console.print(
        f"Pictures: [bold]{run.learning_curve_file}[/], [bold]{run.evaluation_picture}[/]\n"
        f"More: [bold]tensorboard --logdir {arguments.out}[/]"
    )


if __name__ == "__main__":
    main()
