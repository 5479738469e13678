"""One step on Python's side, function by function, with few arenas and with many.

Two measurements of `GodotVectorEnv.step` in steps in which no episode ends. The bytecode
instructions that Python executes are counted exactly: what is the same number for 1 and for 64
arenas has no loop over slots, in no function. Then each function is timed, without those inside it
that are listed as well; what grows there is array work and the packet itself. Times include some
tenths of a microsecond per call for the timer.

`Link.receive` waits for the engine: its time is mostly the engine's. After a long wait the caches
of the core are cold, which the other functions pay for. All processes stay on one core, unless
`--any-core` is given.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from common import draw_actions, show_rows, stay_on_one_core
from rich.progress import track

from pettingzoo_godot.batch import Batch
from pettingzoo_godot.fleet import Fleet
from pettingzoo_godot.lane import Lane
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.link import Link
from pettingzoo_godot.protocol import Protocol
from pettingzoo_godot.session import Session
from pettingzoo_godot.vector import GodotVectorEnv

# What a step goes through, outermost first: (class, method).
TIMED: tuple[tuple[type, str], ...] = (
    (GodotVectorEnv, "step"),
    (GodotVectorEnv, "_send"),
    (Batch, "write_actions"),
    (Lane, "find_bad_action"),
    (Lane, "send"),
    (Session, "send"),
    (Protocol, "send"),
    (Link, "send"),
    (Fleet, "finish"),
    (Lane, "receive"),
    (Session, "receive"),
    (Link, "receive"),
    (Protocol, "receive"),
    (Layout, "find_bad_report"),
    (GodotVectorEnv, "_results"),
    (Batch, "outcome"),
    (Batch, "first_observations"),
)
WAITING = "Link.receive"
WARM_UP = 20  # steps
COUNTED = 20  # steps; the median is not moved by one in which an arena ends
COLUMNS = {
    "function": "function",
    "few_instructions": "instructions, {few_arenas} arenas",
    "many_instructions": "{many_arenas} arenas",
    "few_us": "µs, {few_arenas} arenas",
    "many_us": "{many_arenas} arenas",
}


class Timer:
    """Times functions, each without those timed inside it.

    Attributes:
        own: Nanoseconds by name, of one step.
    """

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self._inner: list[int] = []  # nanoseconds of the functions inside each that runs

    def install(self, owner: type, method: str) -> Callable[[], None]:
        """Time a method from now on; returns what ends that."""
        plain = getattr(owner, method)
        name = f"{owner.__name__}.{method}"

        @wraps(plain)
        def timed(*args: Any, **arguments: Any) -> Any:
            self._inner.append(0)
            started = time.perf_counter_ns()
            try:
                return plain(*args, **arguments)
            finally:
                spent = time.perf_counter_ns() - started
                self.own[name] += spent - self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent

        setattr(owner, method, timed)
        return lambda: setattr(owner, method, plain)


def count_instructions(step: Callable[[Any], Any], actions: Any) -> Counter[str]:
    """Bytecode instructions that one step executes, by function.

    NumPy's own, and those of other packages, count for the function of ours that called them.
    """
    counts: Counter[str] = Counter()
    inside: list[str] = []

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if event == "call":
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
            code = frame.f_code
            ours = "pettingzoo_godot" in Path(code.co_filename).parts
            inside.append(_short(code.co_qualname) if ours else inside[-1])
        elif event == "opcode":
            counts[inside[-1]] += 1
        elif event == "return":
            inside.pop()
        return trace

    sys.settrace(trace)
    try:
        step(actions)
    finally:
        sys.settrace(None)
    return counts


def _short(qualname: str) -> str:
    """A function with its comprehensions and lambdas."""
    return qualname.partition(".<locals>")[0].replace("GodotVectorEnv", "VectorEnv")


def measure(scene: str, arenas: int, steps: int) -> tuple[dict[str, float], dict[str, int]]:
    """Medians of the time per step by function [µs], and of the instructions."""
    with closing(GodotVectorEnv(scene, 1, arenas, max_steps=0)) as env:
        actions = draw_actions(env.action_space)
        env.reset(seed=0)
        for step in range(WARM_UP):
            env.step(actions[step])
        counts = [count_instructions(env.step, actions[step]) for step in range(COUNTED)]
        timer = Timer()
        undo = [timer.install(*place) for place in TIMED]
        spent: list[Counter[str]] = []
        try:
            for step in range(steps):
                timer.own = Counter()
                env.step(actions[step % len(actions)])
                spent.append(timer.own)
        finally:
            for end in undo:
                end()
    return _medians(spent, 1e-3), {name: int(n) for name, n in _medians(counts, 1).items()}


def _medians(samples: Sequence[Counter[str]], scale: float) -> dict[str, float]:
    names = dict.fromkeys(name for sample in samples for name in sample)
    return {
        _short(name): float(np.median([sample[name] for sample in samples])) * scale
        for name in names
    }


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="arena_bench", help="default: %(default)s")
    parser.add_argument("--arenas", type=int, nargs=2, default=(1, 64), help="default: %(default)s")
    parser.add_argument("--steps", type=int, default=1000, help="timed (default: %(default)s)")
    parser.add_argument(
        "--any-core", action="store_true", help="let the system place the processes"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    args = parser.parse_args()

    if not args.any_core:
        stay_on_one_core()
    few, many = args.arenas
    results = {
        arenas: measure(args.scene, arenas, args.steps) for arenas in track((few, many), "arenas")
    }
    (few_us, few_counts), (many_us, many_counts) = results[few], results[many]
    names = dict.fromkeys([*many_us, *many_counts, *few_counts])
    rows: list[dict[str, float | int | str]] = [
        _row(name, few_us, many_us, few_counts, many_counts) for name in names
    ]
    rows.sort(key=lambda row: float(row.get("few_us", 0.0)), reverse=True)
    rows.append(_total("all but waiting", [row for row in rows if row["function"] != WAITING]))
    for row in rows:
        row |= {"scene": args.scene, "few_arenas": few, "many_arenas": many}
    show_rows(f"One step of {args.scene} in Python", rows, COLUMNS, args.json)


def _row(
    name: str,
    few_us: dict[str, float],
    many_us: dict[str, float],
    few_counts: dict[str, int],
    many_counts: dict[str, int],
) -> dict[str, float | int | str]:
    row: dict[str, float | int | str] = {
        "function": name,
        "few_instructions": few_counts.get(name, 0),
        "many_instructions": many_counts.get(name, 0),
    }
    if name in few_us:
        row |= {"few_us": few_us[name], "many_us": many_us[name]}
    return row


def _total(name: str, rows: Sequence[dict[str, float | int | str]]) -> dict[str, float | int | str]:
    total: dict[str, float | int | str] = {"function": name}
    for field in ("few_instructions", "many_instructions"):
        total[field] = sum(int(row[field]) for row in rows)
    for field in ("few_us", "many_us"):
        total[field] = sum(float(row.get(field, 0.0)) for row in rows)
    return total


if __name__ == "__main__":
    main()
