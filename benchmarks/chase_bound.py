"""How well a player that knows everything does in `chase` against the scene's scripted players.

For each of many walls, such a player makes a plan (`chase_plan.py`), and plays by it in the game
itself (`chase_game.py`). So what it reaches can be reached, and maybe more.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import chase_game as game
import numpy as np
from chase_game import Flags, Floats, Walls
from chase_plan import Grid, HiderPlan, SeekerPlan
from common import Row, show_rows
from numpy.random import Generator
from numpy.typing import NDArray
from rich.progress import track

COLUMNS = {
    "seeker": "seeker",
    "hider": "hider",
    "caught": "caught [%]",
    "caught_interval": "95 % interval",
    "steps": "steps",
    "steps_interval": "95 % interval",
    "table_steps": "by the table",
    "distance": "distance [px]",
    "nearest": "nearest [px]",
    "hidden": "out of sight [%]",
    "turns": "times around the wall",
}

Pair = tuple[str, str]  # of players: the seeker, the hider
Means = dict[str, float]
#: From the places of the seeker and the hider, and the scripted one's displacement, to one's own.
Player = Callable[[Floats, Floats, Floats], Floats]


@dataclass(frozen=True)
class Games:
    """Episodes around one wall.

    Attributes:
        seeker: Where it was, before the first step and after each: shape (61, episodes, 2).
        hider: The same.
        steps: Until the end, of each episode.
        caught: Whether that was the catch.
    """

    seeker: Floats
    hider: Floats
    steps: NDArray[np.int64]
    caught: Flags

    def means(self, walls: Walls) -> Means:
        """What the episodes were like; each counts as much as the others."""
        live = np.arange(game.MAX_STEPS)[:, None] < self.steps
        distance = game.norm(self.seeker - self.hider)[:-1]
        sees = game.is_clear(walls, self.seeker, self.hider, 0.0)[:-1]
        around = (self.hider - 0.5 * (walls.start + walls.end)) @ np.array([1.0, 1.0j])
        turn = np.angle(around[1:] / around[:-1])
        means = {
            "distance": (distance * live).sum(0) / self.steps,
            "hidden": 100.0 * (~sees & live).sum(0) / self.steps,
            "turns": np.abs((turn * live).sum(0)) / (2.0 * np.pi) * game.MAX_STEPS / self.steps,
            "nearest": np.where(live, distance, np.inf).min(0),
            "caught": 100.0 * self.caught,
            "steps": self.steps,
        }
        return {name: float(values.mean()) for name, values in means.items()}


def play(
    walls: Walls, starts: tuple[Floats, Floats], group: str, player: Player, rng: Generator
) -> Games:
    """Let a player play one group's side, and the scripted one the other."""
    seeker, hider = starts
    scripted = game.Seeker(walls, seeker, rng)
    paths = [(seeker, hider)]
    for _ in range(game.MAX_STEPS):
        if group == "hider":
            seeks = scripted(seeker, hider)
            flees = player(seeker, hider, seeks)
        else:
            flees = game.flee(walls, hider, seeker)
            seeks = player(seeker, hider, flees)
        seeker, hider = game.step(walls, seeker, hider, seeks, flees)
        paths.append((seeker, hider))
    seekers, hiders = (np.stack(path) for path in zip(*paths, strict=True))
    ends = game.is_caught(seekers, hiders)[1:]
    caught: Flags = np.any(ends, axis=0)
    return Games(seekers, hiders, np.where(caught, ends.argmax(0) + 1, game.MAX_STEPS), caught)


def anywhere(length: float, rng: Generator) -> Player:
    """A player that moves at random."""
    return lambda seeker, *_: rng.uniform(-length, length, seeker.shape)


def players(walls: Walls, grid: Grid, rng: Generator) -> Iterator[tuple[str, str, Player]]:
    """Who plays which group's side, by name."""
    yield "hider", "scripted", lambda seeker, hider, _: game.flee(walls, hider, seeker)
    yield "hider", "random", anywhere(game.HIDER_STEP, rng)
    yield "hider", "planned", HiderPlan(walls, grid)
    yield "seeker", "random", anywhere(game.SEEKER_STEP, rng)
    yield "seeker", "planned", SeekerPlan(walls, grid)


def measure(walls: Walls, grid: Grid, starts: int, rng: Generator) -> dict[Pair, Means]:
    """Episodes around one wall: means for each pair of a seeker and a hider."""
    many = Walls(*(np.repeat(end[None], starts, 0) for end in (walls.start, walls.end)))
    places = game.draw_starts(rng, many)
    rows: dict[Pair, Means] = {}
    for group, name, player in players(walls, grid, rng):
        row = play(walls, places, group, player, rng).means(walls)
        if isinstance(player, HiderPlan | SeekerPlan):
            row["table_steps"] = float(player.steps_left(*places).mean())
        rows[(name, "scripted") if group == "seeker" else ("scripted", name)] = row
    return rows


def summary(pair: Pair, rows: Sequence[Means]) -> Row:
    """One line of the table; a wall's episodes are alike, so intervals are those of the walls."""
    line: dict[str, float | int | str] = {"seeker": pair[0], "hider": pair[1], "walls": len(rows)}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        mean, reach = values.mean(), 1.96 * values.std(ddof=1) / len(values) ** 0.5
        line[name] = float(mean)
        line[f"{name}_reach"] = float(reach)
        line[f"{name}_interval"] = f"{mean - reach:.1f} to {mean + reach:.1f}"
    return line


def main() -> None:
    """Plan, play, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default, what in (
        ("walls", 40, "inner walls, at least 2"),
        ("starts", 20, "episodes around each wall"),
        ("side", 31, "points per axis of the tables' grid"),
        ("seed", 0, "of walls, starts and random players"),
    ):
        text = f"{what} (default: {default})"
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N", help=text)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    grid = Grid(args.side)
    drawn = game.draw_walls(rng, args.walls)
    walls = [Walls(*ends) for ends in zip(drawn.start, drawn.end, strict=True)]
    found = [measure(wall, grid, args.starts, rng) for wall in track(walls, "walls")]
    rows = [summary(pair, [rows[pair] for rows in found]) for pair in found[0]]
    show_rows("chase: what can be reached against scripted players", rows, COLUMNS, args.json)


if __name__ == "__main__":
    main()
