"""Self-play in a minute: seeker and hider of `chase` learn from each other; who catches whom?

Trains both, lets some of their checkpoints play against fixed opponents and each other, draws the
ratings, and films the last ones.

    python examples/demo_self_play.py [--steps 600000] [--minutes 2] [--seed 1] [--out DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import PettingZooGodotError
from pettingzoo_godot.selfplay.filming import Cast
from pettingzoo_godot.selfplay.program import show_evaluation
from pettingzoo_godot.selfplay.scoreboard import show_self_play
from pettingzoo_godot.selfplay.start import train
from pettingzoo_godot.video import Video, make_gif

FILMED = 3  # episodes in the video
FPS = 12  # pictures per second of it, one per step: slower than the game, whose steps are short
PAUSE = 12  # pictures for which the end of an episode stays
PIXELS = 400  # of its sides
OUT = Path("build/demo/chase")


def learn(console: Console, arguments: argparse.Namespace) -> None:
    """Train both sides against each other and their past selves; tell how fast."""
    with show_self_play(console, {}) as watch:
        run = train(
            "chase",
            arguments.out,
            steps=arguments.steps,
            minutes=arguments.minutes,
            seed=arguments.seed,
            watch=watch,
        )
    steps, seconds = (run.progress()[-1][name] or 0 for name in ("steps", "seconds"))
    console.print(
        f"{steps:,} steps in {seconds:.0f} s: "
        f"[bold]{steps / seconds:,.0f} steps per second[/], learning included.\n"
    )


def tabulate_catches(file: Path) -> Table:
    """How often each seeker catches each hider, from the JSON of an evaluation."""
    found = json.loads(file.read_text(encoding="utf-8"))
    (run,) = found["runs"].values()
    names = {"random": "random", "scripted": "scripted", run["checkpoints"][-1]["name"]: "trained"}
    matches = {tuple(match["players"].values()): match for match in found["matches"]}
    table = Table("", *(f"{name} hider" for name in names.values()), box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for seeker, name in names.items():
        cells = []
        for hider in names:
            part, low, high = (f"{x:.0%}" for x in matches[seeker, hider]["wins"]["seeker"])
            cells.append(f"[bold]{part}[/] ({low} to {high})")
        table.add_row(f"{name} seeker", *cells)
    return table


def film(run: Path, seed: int) -> Path:
    """Film a few episodes of a run's last policies; returns the GIF, which is beside the mp4."""
    cast = Cast({}, str(run), seed=seed)
    with (
        pzg.parallel_env("chase", render_mode="rgb_array", width=PIXELS, height=PIXELS) as env,
        Video(run / "chase.mp4", FPS) as video,
    ):
        for episode in range(FILMED):
            act = cast(env)
            observations, _ = env.reset(seed=seed + episode)
            video.add(np.asarray(env.render()))
            while env.agents:
                observations, *_ = env.step(act(observations))
                picture = np.asarray(env.render())
                video.add(picture)
            for _ in range(PAUSE):
                video.add(picture)
    return make_gif(video.file, FPS)


def show_film(console: Console, run: Path, seed: int) -> None:
    """Film a run, or say what is missing for it."""
    try:
        with console.status("The trained policies are filmed"):
            gif = film(run, seed)
    except PettingZooGodotError as exc:  # no display and no Xvfb, most likely
        console.print(f"No video: {exc}", markup=False, soft_wrap=True)
    else:
        console.print(f"Video: [bold]{gif.with_suffix('.mp4')}[/], [bold]{gif}[/]")


def main() -> None:
    """Train, compare, film."""
    parser = argparse.ArgumentParser(description="Seeker and hider of `chase` learn by self-play.")
    parser.add_argument("--steps", type=int, default=600_000)
    parser.add_argument("--minutes", type=float, default=2.0, help="of training, at most")
    parser.add_argument("--episodes", type=int, default=100, help="of each match")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    episodes, out = arguments.episodes, arguments.out

    console = Console(highlight=False)
    if out == OUT:  # that of the last demo
        shutil.rmtree(out, ignore_errors=True)
    console.print("Seeker and hider of [bold]chase[/] learn from each other, by self-play:")
    learn(console, arguments)
    numbers = {"episodes": episodes, "cross_episodes": max(1, episodes // 4), "checkpoints": 5}
    report = show_evaluation(console, [out], numbers)
    console.print(f"\nEpisodes in which the hider is caught, of {episodes} each:")
    console.print(tabulate_catches(report.with_name("evaluation.json")))
    show_film(console, out, arguments.seed)
    console.print(
        f"Ratings: [bold]{report.with_name('ratings.png')}[/]\n"
        f"Report: [bold]{report}[/]\n"
        f"More: [bold]tensorboard --logdir {out}[/]"
    )


if __name__ == "__main__":
    try:
        main()
    except PettingZooGodotError as exc:
        raise SystemExit(f"error: {exc}") from None
