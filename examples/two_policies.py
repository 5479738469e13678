"""Two simple policies play `chase` in a real engine: an ordinary PettingZoo loop.

Each step goes to Godot and back over the link. The end says who earned what, how fast it was, and
where the time went. Same seed, same returns.

    python examples/two_policies.py [--episodes 600] [--seed 0]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

import pettingzoo_godot as pzg

# Directions of an agent's nine rays against its heading [rad] (envs/chase/README.md).
ANGLES = np.pi * np.array([0.0, 0.10, -0.10, 0.21, -0.21, 0.33, -0.33, 0.45, -0.45])


def choose(
    agent: str, observation: NDArray[np.float32], generator: np.random.Generator
) -> NDArray[np.float32]:
    """Go to the opponent (seeker) or away from it (hider); if it is out of sight, wander."""
    heading, walls, opponent = observation[0] * np.pi, observation[1:10], observation[10:19]
    if opponent.min() < 1.0:
        angle = heading + ANGLES[opponent.argmin()]
        if agent.startswith("hider"):
            angle += np.pi
    else:
        angle = heading + ANGLES[(walls + generator.uniform(0.0, 0.5, 9)).argmax()]
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


def play(
    env: pzg.GodotParallelEnv, episodes: int, seed: int, console: Console
) -> tuple[dict[str, list[float]], int]:
    """Play some episodes, with a progress bar.

    Returns:
        Each agent's return per episode [the scene's reward units], and the steps of all episodes.
    """
    generator = np.random.default_rng(seed)
    returns: dict[str, list[float]] = {agent: [] for agent in env.possible_agents}
    steps = 0
    columns = (TextColumn("chase"), BarColumn(), MofNCompleteColumn(), TextColumn("episodes"))
    rest = (TextColumn("{task.fields[rate]} steps/s"), TimeRemainingColumn())
    with Progress(*columns, *rest, console=console) as progress:
        task = progress.add_task("", total=episodes, rate="")
        started = time.perf_counter()
        for episode in range(episodes):
            observations, _ = env.reset(seed=seed if episode == 0 else None)
            totals = dict.fromkeys(env.agents, 0.0)
            while env.agents:
                actions = {a: choose(a, observations[a], generator) for a in env.agents}
                observations, rewards, _, _, _ = env.step(actions)
                steps += 1
                for agent, reward in rewards.items():
                    totals[agent] += reward
            for agent, total in totals.items():
                returns[agent].append(total)
            rate = steps / (time.perf_counter() - started)
            progress.update(task, advance=1, rate=f"{rate:,.0f}")
    return returns, steps


def tell(
    env: pzg.GodotParallelEnv,
    returns: dict[str, list[float]],
    steps: int,
    seconds: float,
    console: Console,
) -> None:
    """Show who earned what, and where the time went."""
    earned = Table("agent")
    for column in ("mean return", "lowest", "highest"):
        earned.add_column(column, justify="right")
    for agent, totals in returns.items():
        earned.add_row(agent, f"{np.mean(totals):.2f}", f"{min(totals):.2f}", f"{max(totals):.2f}")

    spent = Table("time", "spent on")
    for column in ("µs per step", "share"):
        spent.add_column(column, justify="right")
    engine, link = env.timing.engine_seconds, env.timing.link_seconds
    for part, what, duration in (
        ("engine", "physics, sensors, episodes", engine),
        ("link", "packets there and back", link),
        ("Python", "policies, checks, dicts", seconds - engine - link),
    ):
        spent.add_row(part, what, f"{1e6 * duration / steps:.1f}", f"{duration / seconds:.0%}")
    spent.add_section()
    spent.add_row("all", "", f"{1e6 * seconds / steps:.1f}", "100%")

    episodes = len(next(iter(returns.values())))
    console.print(earned)
    console.print(spent)
    console.print(
        f"{len(returns)} agents, {episodes:,} episodes, {steps:,} steps in {seconds:.1f} s: "
        f"[bold]{steps / seconds:,.0f} steps per second[/bold]"
    )


def main() -> None:
    """Start the engine, play, tell."""
    parser = argparse.ArgumentParser(description="Two simple policies play `chase`.")
    parser.add_argument("--episodes", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    console = Console(highlight=False)
    with pzg.parallel_env("chase") as env:
        with console.status("Starting the engine"):
            env.reset()  # not part of what is timed
        started = time.perf_counter()
        returns, steps = play(env, arguments.episodes, arguments.seed, console)
        tell(env, returns, steps, time.perf_counter() - started, console)


if __name__ == "__main__":
    main()
