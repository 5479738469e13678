"""What every benchmark needs: a table, a JSON file, a busy core, the machine in words."""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table


def median_us(seconds: Sequence[float]) -> float:
    """Median of durations, in microseconds."""
    return float(np.median(seconds) * 1e6)


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


def show(title: str, rows: Mapping[str, float | str], json_file: Path | None) -> None:
    """Print one table; write the same as JSON if a file is given."""
    table = Table(title=title, caption=machine())
    table.add_column("field")
    table.add_column("value", justify="right")
    for name, value in rows.items():
        table.add_row(name, f"{value:,.2f}" if isinstance(value, float) else str(value))
    Console().print(table)
    if json_file is not None:
        json_file.write_text(json.dumps({**rows, "machine": machine()}, indent=2) + "\n")


def stay_on_one_core() -> None:
    """Keep this process, and all that it starts, on one core, where Linux can.

    Otherwise the scheduler puts one pair of processes on one core and another across two, by turns
    of its own, and what is compared is that: a wake-up of another core costs more than a packet.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


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
