"""What every benchmark needs: turns, a table, a JSON file, a core, the machine in words."""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pettingzoo_godot.install import find_godot
from pettingzoo_godot.placement import Placement
from pettingzoo_godot.scene import Scene, find_scene

Row = Mapping[str, float | int | str]

_ROOT = Path(__file__).resolve().parents[1]
_ACTIONS = 64  # batches drawn beforehand, as many as the engine-only driver draws
_placements: WeakKeyDictionary[subprocess.Popen[str], Placement] = WeakKeyDictionary()
_TIMEOUT = 1800.0  # seconds for one run of an engine alone


def median_us(seconds: Sequence[float]) -> float:
    """Median of durations, in microseconds."""
    return float(np.median(seconds) * 1e6)


def paired_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """Median over the turns of the ratio of two measurements of the same turn."""
    return float(np.median(np.divide(numerators, denominators)))


def by_turns(
    contestants: Mapping[str, Callable[[], float]], turns: int, what: str = "turns"
) -> dict[str, list[float]]:
    """Measure each contestant once per turn: A B C, A B C, ...; return their values by name."""
    values: dict[str, list[float]] = {name: [] for name in contestants}
    with Progress() as progress:
        task = progress.add_task(what, total=turns * len(contestants))
        for _ in range(turns):
            for name, measure in contestants.items():
                values[name].append(measure())
                progress.advance(task)
    return values


def draw_actions(space: Any) -> list[Any]:
    """Random actions for many steps, drawn beforehand: drawing them is no part of a step."""
    space.seed(0)
    return [space.sample() for _ in range(_ACTIONS)]


def start_engine_only(scene: Scene, steps: int, arenas: int = 1) -> subprocess.Popen[str]:
    """Start an engine that drives a scene by itself; `read_engine_only` has its measurements."""
    command = [
        *scene.command(),
        "--headless",
        "--fixed-fps",
        str(scene.ticks_per_second()),
        "--",
        f"--zoo-engine-only={steps}",
        f"--zoo-arenas={arenas}",
    ]
    placement = Placement()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    placement.settle(process.pid)  # as the library does with its engines
    _placements[process] = placement
    return process


def read_engine_only(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for such an engine and return what it measured."""
    try:
        output, _ = process.communicate(timeout=_TIMEOUT)
    except BaseException:
        process.kill()
        process.wait()
        raise
    lines = [line for line in output.splitlines() if line.startswith('{"engine_only_usec"')]
    if process.returncode or not lines:
        raise RuntimeError(f"expected measurements of an engine alone; it wrote {output!r}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def engine_only(scene: str, steps: int) -> dict[str, Any]:
    """Let one engine drive a scene with one arena by itself; return what it measured."""
    return read_engine_only(start_engine_only(find_scene(scene), steps))


def machine() -> str:
    """This machine in one line."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(
            (line.split(": ")[1] for line in lines if line.startswith("model name")), model
        )
    return (
        f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}"
    )


def commit() -> str:
    """The checkout's commit; `+` if tracked files have changed since."""
    git = ["git", "-C", str(_ROOT)]
    try:
        head = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True
        )
        changes = subprocess.run([*git, "diff", "--quiet", "HEAD"], capture_output=True)
    except OSError:
        return "unknown"
    return head.stdout.strip() + "+" * (changes.returncode == 1) or "unknown"


def command() -> str:
    """How this benchmark was started, without the file that its results go to."""
    arguments = sys.argv[1:]
    if "--json" in arguments:
        place = arguments.index("--json")
        del arguments[place : place + 2]
    return shlex.join(["benchmarks/" + Path(sys.argv[0]).name, *arguments])


def show(
    title: str,
    row: Row,
    lines: Mapping[str, str],
    json_file: Path | None,
    prefixes: Mapping[str, str] = MappingProxyType({"": ""}),
) -> None:
    """Print one row as a table, a line for each field; write it as JSON if a file is given.

    Args:
        title: Above the table.
        row: What was measured.
        lines: For the README: fields with what a line says of each.
        json_file: Where to write it.
        prefixes: For the README: beginnings of those fields' names, each with a heading.
    """
    table = Table(title=title, caption=machine())
    table.add_column("field")
    table.add_column("value", justify="right")
    for name, value in row.items():
        table.add_row(name, shown(value))
    Console().print(table)
    write_json([row], {"lines": dict(lines), "prefixes": dict(prefixes)}, json_file)


def show_rows(
    title: str, rows: Sequence[Row], columns: Mapping[str, str], json_file: Path | None
) -> None:
    """Print columns, a heading for each field, of many rows; write all fields as JSON."""
    table = Table(title=title, caption=machine())
    kept = headings(columns, rows)
    for heading in kept.values():
        table.add_column(heading, justify="right", overflow="fold")
    for row in rows:
        table.add_row(*(shown(row.get(name, "")) for name in kept))
    Console().print(table)
    write_json(rows, {"columns": dict(columns)}, json_file)


def headings(columns: Mapping[str, str], rows: Sequence[Row]) -> dict[str, str]:
    """The headings of the fields that rows have; `{FIELD}` in one is a field of the first row."""
    return {
        name: heading.format_map(rows[0])
        for name, heading in columns.items()
        if any(name in row for row in rows)
    }


def write_json(rows: Sequence[Row], table: Mapping[str, Any], json_file: Path | None) -> None:
    """Write rows with all that is needed to measure them again, and what `tables.py` needs."""
    if json_file is None:
        return
    content = {
        "benchmark": Path(sys.argv[0]).stem,
        "command": command(),
        "commit": commit(),
        "machine": machine(),
        "godot": str(find_godot().version),
        "table": table,
        "rows": rows,
    }
    json_file.parent.mkdir(parents=True, exist_ok=True)
    json_file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def shown(value: float | int | str) -> str:
    """A value as it stands in a table."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"
    return str(value)


def stay_on_one_core() -> None:
    """Keep this process, and all that it starts, on one core, where Linux can.

    Otherwise the scheduler puts one pair of processes on one core and another across two, by turns
    of its own, and what is compared is that: a wake-up of another core costs more than a packet.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def free_engines() -> None:
    """Let the system place engines, which the library would otherwise keep on a core each."""
    Placement.settle = lambda self, pid: None  # type: ignore[method-assign]


def _spin() -> None:
    if hasattr(os, "sched_setaffinity"):
        mine = os.sched_getaffinity(0)
        others = set(range(os.cpu_count() or 1)) - mine
        os.sched_setaffinity(0, others if len(mine) == 1 and others else mine)
    while True:
        pass


@contextmanager
def busy_core(is_busy: bool) -> Iterator[None]:
    """Keep one core busy, as a trainer's optimiser would."""
    if not is_busy:
        yield
        return
    process = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()
