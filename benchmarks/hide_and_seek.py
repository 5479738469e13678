"""How the heuristics of `hide_and_seek` do against each other, and against random players.

Each pair plays the same episodes: of the same seeds, in the same arenas. `hidden` is the part of
the steps after the preparation in which no seeker sees a hider, the mean over the episodes with its
95 % interval; `never seen` is the part of the episodes in which that is all of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from common import Row, show_rows
from numpy.typing import NDArray
from rich.progress import track

import pettingzoo_godot as pzg

HIDERS = ("random", "static", "flee", "barricade")
SEEKERS = ("random", "patrol", "chase")
ENGINES = 2
ARENAS = 10  # in each engine
COLUMNS = {
    "layout": "layout",
    "hiders": "hiders",
    "seekers": "seekers",
    "hidden": "hidden [%]",
    "interval": "95 % interval",
    "never_seen": "never seen [%]",
    "box_move_prep": "boxes moved [m]",
    "locks_prep": "locks",
    "doors_blocked": "doors blocked",
    "episodes": "episodes",
}
STATISTICS = ("hidden_fraction", "box_move_prep", "locks_prep", "doors_blocked")

Statistics = dict[str, NDArray[np.float64]]


def play(layout: str, hiders: str, seekers: str, rounds: int) -> Statistics:
    """Let a pair play; return what each episode was like in the end."""
    heuristics = {"hider": hiders, "seeker": seekers}
    parameters: dict[str, str] = {"layout": layout}
    parameters |= {
        f"{side}_heuristic": name for side, name in heuristics.items() if name != "random"
    }
    with pzg.vector_env(
        "hide_and_seek",
        num_engines=ENGINES,
        num_arenas=ARENAS,
        parameters=parameters,
        heuristic_agents=[side for side, name in heuristics.items() if name != "random"],
    ) as envs:
        ends = [end for _, end in zip(range(rounds), episodes(envs), strict=False)]
    return {name: np.concatenate([end[name] for end in ends]) for name in STATISTICS}


def episodes(envs: pzg.GodotVectorEnv) -> Iterator[Statistics]:
    """Play on and on with random actions, which heuristics ignore; yield the ends of episodes."""
    envs.reset(seed=0)
    envs.action_space.seed(0)
    while True:
        *_, infos = envs.step(envs.action_space.sample())
        if "final_info" in infos["hider"]:
            final = infos["hider"]["final_info"]
            arenas = slice(None, None, len(final["hidden_fraction"]) // (ENGINES * ARENAS))
            yield {name: np.asarray(final[name][arenas], np.float64) for name in STATISTICS}


def row_of(layout: str, hiders: str, seekers: str, statistics: Statistics) -> Row:
    """One line of the table."""
    hidden = 100.0 * statistics["hidden_fraction"]
    mean = float(hidden.mean())
    reach = 1.96 * float(hidden.std(ddof=1)) / len(hidden) ** 0.5
    low, high = max(0.0, mean - reach), min(100.0, mean + reach)
    others = {name: float(statistics[name].mean()) for name in STATISTICS[1:]}
    return {
        "layout": layout,
        "hiders": hiders,
        "seekers": seekers,
        "hidden": mean,
        "low": low,
        "high": high,
        "interval": f"{low:.1f} to {high:.1f}",
        "never_seen": 100.0 * float((hidden == 100.0).mean()),
        "episodes": len(hidden),
        **others,
    }


def main() -> None:
    """Play and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layouts", nargs="+", default=["quadrant"], help="(default: quadrant)")
    parser.add_argument("--hiders", nargs="+", default=HIDERS, choices=HIDERS)
    parser.add_argument("--seekers", nargs="+", default=SEEKERS, choices=SEEKERS)
    parser.add_argument(
        "--rounds",
        type=int,
        default=10,
        help=f"of {ENGINES * ARENAS} episodes for each pair (default: %(default)s)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    args = parser.parse_args()
    pairs = [(la, hi, se) for la in args.layouts for se in args.seekers for hi in args.hiders]
    rows = [row_of(*pair, play(*pair, args.rounds)) for pair in track(pairs, "pairs")]
    show_rows("hide_and_seek: heuristics against each other", rows, COLUMNS, args.json)


if __name__ == "__main__":
    main()
