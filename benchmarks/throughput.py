"""How many agents act per second: through the link, and in the engine alone.

By turns, in one run: the scene stepped by `GodotVectorEnv.step`, with two engines or more also by
`send` and `recv` of the engine that is ready first, and the same scene driven inside as many
engines at the same time, with random actions, observations gathered, nothing sent.

Both sides do the same work: as many steps of as many arenas, and every reset that becomes due in
them; the first one, and the engine's start, are not counted on either side. Each turn starts its
engines anew, so nothing else lives while one is measured.

Engines are kept on a core each, on both sides alike, as the library does; `--free` leaves them
to the system.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from common import (
    Row,
    by_turns,
    draw_actions,
    free_engines,
    paired_ratio,
    read_engine_only,
    show_rows,
    start_engine_only,
    stay_on_one_core,
)

from pettingzoo_godot.export import export_scene
from pettingzoo_godot.scene import find_scene
from pettingzoo_godot.vector import GodotVectorEnv

SWEEP_ENGINES = (1, 2)
SWEEP_ARENAS = (1, 4, 16, 64)
ARENA_STEPS = 4000  # of each engine per turn, shared by its arenas, ...
LEAST_STEPS = 250  # ... but so many steps: an episode of arena_bench has 200, so each turn resets
COLUMNS = {
    "binary": "binary",
    "engines": "engines",
    "arenas": "arenas each",
    "link_agent_steps_per_s": "step",
    "async_agent_steps_per_s": "send, recv",
    "engine_only_agent_steps_per_s": "engine only",
    "link_per_engine_only": "step / engine only",
    "per_one_engine": "/ one engine",
    "per_editor": "/ editor",
    "engine_memory_mb": "memory [MB]",
    "memory_mb_per_extra_arena": "per extra arena [MB]",
    "engine_cpu_s_per_s": "engine CPU",
    "python_cpu_s_per_s": "Python CPU",
}


@dataclass
class Cell:
    """One combination of binary, engines and arenas, with what was measured of it.

    Args:
        binary: "editor" or "release".
        source: What `GodotVectorEnv` takes: a scene's name or an exported game.
        engines: Godot processes.
        arenas: Copies of the scene in each of them.
        steps: Per turn.

    Attributes:
        engine_cpu: Processor time of each engine, by turn [s per s].
        python_cpu: Processor time of this process, by turn [s per s].
        memory: Mean resident memory of the engines, by turn [MB].
        slots: Rows of all engines.
    """

    binary: str
    source: str
    engines: int
    arenas: int
    steps: int
    slots: int = 0
    engine_cpu: list[float] = field(default_factory=list)
    python_cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def contestants(self) -> dict[str, Callable[[], float]]:
        """What to measure, by name."""
        found: dict[str, Callable[[], float]] = {
            f"{self.name} link": self.link,
            f"{self.name} engine_only": self.engine_only,
        }
        if self.engines > 1:
            found[f"{self.name} async"] = self.send_and_recv
        return found

    @property
    def name(self) -> str:
        """What the cell is called among others."""
        return f"{self.binary} {self.engines} {self.arenas}"

    def link(self) -> float:
        """Agent-steps per second of `step`; memory and processor time besides."""
        with closing(GodotVectorEnv(self.source, self.engines, self.arenas)) as env:
            self.slots = env.num_envs
            actions = draw_actions(env.action_space)
            env.reset(seed=0)
            processes = [psutil.Process(pid) for pid in env.engine_pids if pid is not None]
            here = psutil.Process()
            cpu = _cpu_seconds([here]), _cpu_seconds(processes)
            started = time.perf_counter()
            for step in range(self.steps):
                env.step(actions[step % len(actions)])
            seconds = time.perf_counter() - started
            self.python_cpu.append((_cpu_seconds([here]) - cpu[0]) / seconds)
            self.engine_cpu.append((_cpu_seconds(processes) - cpu[1]) / seconds / self.engines)
            self.memory.append(float(np.mean([p.memory_info().rss / 1e6 for p in processes])))
        return self.slots * self.steps / seconds

    def send_and_recv(self) -> float:
        """Agent-steps per second where each engine goes on as soon as it is ready."""
        # Never started: what one engine's rows and actions are.
        one = GodotVectorEnv(self.source, 1, self.arenas)
        rows, actions = one.num_envs, draw_actions(one.action_space)
        vector = GodotVectorEnv(self.source, self.engines, self.arenas, batch_size=rows)
        with closing(vector) as env:
            together = draw_actions(env.action_space)
            env.reset(seed=0)
            # Steps in all, of all engines: which of them takes how many, their speed decides.
            due = self.engines * self.steps
            started = time.perf_counter()
            env.send(together[0])
            for step in range(due - self.engines):
                env.recv()
                env.send(actions[step % len(actions)])
            for _ in range(self.engines):
                env.recv()
            seconds = time.perf_counter() - started
        return rows * due / seconds

    def engine_only(self) -> float:
        """Agent-steps per second of as many engines alone, all at the same time."""
        scene = find_scene(self.source)
        running = [start_engine_only(scene, self.steps, self.arenas) for _ in range(self.engines)]
        found = [read_engine_only(process) for process in running]
        usec = max(float(one["run_usec"]) for one in found)
        slots = sum(int(one["slots"]) for one in found)
        return slots * self.steps / usec * 1e6


def _cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)  # user and system


def measure(cells: Sequence[Cell], turns: int) -> list[dict[str, float | int | str]]:
    """Measure cells with the same number of arenas by turns; return a row for each."""
    contestants = {name: measure for cell in cells for name, measure in cell.contestants().items()}
    rates = by_turns(contestants, turns, f"{cells[0].arenas} arenas")
    rows = []
    for cell in cells:
        link, alone = rates[f"{cell.name} link"], rates[f"{cell.name} engine_only"]
        row: dict[str, float | int | str] = {
            "binary": cell.binary,
            "engines": cell.engines,
            "arenas": cell.arenas,
            "slots": cell.slots,
            "steps": cell.steps,
            "turns": turns,
            "link_agent_steps_per_s": float(np.median(link)),
            "engine_only_agent_steps_per_s": float(np.median(alone)),
            "link_per_engine_only": paired_ratio(link, alone),
            "engine_memory_mb": float(np.median(cell.memory)),
            "engine_cpu_s_per_s": float(np.median(cell.engine_cpu)),
            "python_cpu_s_per_s": float(np.median(cell.python_cpu)),
        }
        sent = rates.get(f"{cell.name} async")
        if sent is not None:
            row["async_agent_steps_per_s"] = float(np.median(sent))
            row["async_per_engine_only"] = paired_ratio(sent, alone)
        for other in cells:
            their = rates[f"{other.name} link"]
            if other.engines == 1 < cell.engines and other.binary == cell.binary:
                row["per_one_engine"] = paired_ratio(link, their)
            if other.binary == "editor" != cell.binary and other.engines == cell.engines:
                row["per_editor"] = paired_ratio(link, their)
        rows.append(row)
    return rows


def add_memory_per_arena(rows: Sequence[dict[str, float | int | str]]) -> None:
    """Say how much memory an arena adds, against the same engines with the fewest arenas."""
    for row in rows:
        same = [r for r in rows if (r["binary"], r["engines"]) == (row["binary"], row["engines"])]
        first = min(same, key=lambda other: other["arenas"])
        extra = int(row["arenas"]) - int(first["arenas"])
        if extra > 0:
            gained = float(row["engine_memory_mb"]) - float(first["engine_memory_mb"])
            row["memory_mb_per_extra_arena"] = gained / extra


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="arena_bench", help="default: %(default)s")
    parser.add_argument(
        "--engines", type=int, nargs="+", default=SWEEP_ENGINES, help="default: %(default)s"
    )
    parser.add_argument(
        "--arenas", type=int, nargs="+", default=SWEEP_ARENAS, help="default: %(default)s"
    )
    parser.add_argument("--export", action="store_true", help="measure a release export as well")
    parser.add_argument("--game", type=Path, help="measure this release export of it as well")
    parser.add_argument(
        "--steps",
        type=int,
        help=f"per turn (default: {ARENA_STEPS} / arenas, at least {LEAST_STEPS})",
    )
    parser.add_argument("--turns", type=int, default=5, help="of each kind (default: %(default)s)")
    placement = parser.add_mutually_exclusive_group()
    placement.add_argument(
        "--free", action="store_true", help="let the system place the engines, not the library"
    )
    placement.add_argument("--one-core", action="store_true", help="keep all processes on one core")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    return parser.parse_args()


def main() -> None:
    """Measure by turns and print one table."""
    args = read_arguments()
    if args.one_core:
        stay_on_one_core()
    if args.free:
        free_engines()
    rows: list[dict[str, float | int | str]] = []
    with ExitStack() as stack:
        sources = {"editor": args.scene}
        if args.export and args.game is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            args.game = export_scene(args.scene, Path(folder, Path(args.scene).stem))
        if args.game is not None:
            sources["release"] = str(args.game)
        for arenas in args.arenas:
            steps = args.steps or max(LEAST_STEPS, ARENA_STEPS // arenas)
            pairs = itertools.product(sources.items(), args.engines)
            cells = [
                Cell(binary, source, engines, arenas, steps) for (binary, source), engines in pairs
            ]
            rows += measure(cells, args.turns)
    add_memory_per_arena(rows)
    placed = "a core for each engine"
    if args.one_core or args.free:
        placed = "all on one core" if args.one_core else "engines placed by the system"
    rows = [{"scene": args.scene, "placement": placed, **row} for row in rows]
    shown: list[Row] = sorted(rows, key=lambda row: (row["binary"], row["engines"]))
    show_rows(f"{args.scene}: agent-steps per second, {placed}", shown, COLUMNS, args.json)


if __name__ == "__main__":
    main()
