"""How long an environment takes to be ready, and what its engine costs while it waits.

From construction to the first observation, with the scene imported and its spec known; then the
processor time of an engine whose trainer is busy elsewhere.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import psutil
from common import show

import pettingzoo_godot as pzg

LINES = {
    "start_s_p50": "start, median [s]",
    "start_s_max": "slowest [s]",
    "waiting_engine_cpu_percent": "a waiting engine [% of a core]",
    "engine_memory_mb": "its memory [MB]",
}


def time_start(scene: str) -> float:
    """Seconds from construction to the first observation."""
    started = time.perf_counter()
    with pzg.parallel_env(scene) as env:
        env.reset(seed=0)
        return time.perf_counter() - started


def waiting_cost(scene: str, seconds: float) -> tuple[float, float]:
    """Share of a core that a waiting engine uses [%], and its memory [MB]."""
    with pzg.parallel_env(scene) as env:
        env.reset(seed=0)
        process = psutil.Process(env.engine_pid)
        before = process.cpu_times()
        time.sleep(seconds)
        after = process.cpu_times()
        used = after.user - before.user + after.system - before.system
        return 100 * used / seconds, process.memory_info().rss / 1e6


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="chase", help="scene to start (default: %(default)s)")
    parser.add_argument("--starts", type=int, default=9, help="how often (default: %(default)s)")
    parser.add_argument("--wait", type=float, default=5.0, help="seconds (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    args = parser.parse_args()

    first = time_start(args.scene)  # may import the scene and read its spec
    starts = sorted(time_start(args.scene) for _ in range(args.starts))
    percent, megabytes = waiting_cost(args.scene, args.wait)
    rows: dict[str, float | str] = {
        "scene": args.scene,
        "first_start_s": first,
        "start_s_p50": starts[len(starts) // 2],
        "start_s_max": starts[-1],
        "waiting_engine_cpu_percent": percent,
        "engine_memory_mb": megabytes,
    }
    show(f"Starting {args.scene}", rows, LINES, args.json)


if __name__ == "__main__":
    main()
