"""Which core an engine runs on.

Rule: all threads of an engine share one core. Godot's physics hands each tick of each arena to a
worker thread and waits for it; where another core is idle, the system wakes that one, which takes
longer than the work (docs/DECISIONS.md 11). So an engine is kept on one core, and moved when it has
to wait for it: something else wants the same one.
"""

from __future__ import annotations

import contextlib
import os
import time
import weakref
from collections import Counter
from pathlib import Path

_LOOK_EVERY = 1.0  # [s]
_WAITING = 0.2  # part of the time that an engine may wait for its core before it is moved
_IDLE = 0.3  # part of the time that a core has to be idle to be worth moving to

_placed: weakref.WeakSet[Placement] = weakref.WeakSet()


class Placement:
    """The core of one engine. Does nothing where the system does not let us choose.

    Make it before the engine starts: how busy the cores are until `settle` decides.

    Attributes:
        core: Where the engine is; None: anywhere.
    """

    def __init__(self) -> None:
        self.core: int | None = None
        self.next_look = float("inf")
        self._pid = 0
        self._allowed = _allowed_cores()
        self._idle = _idle_seconds()
        self._waited = 0.0
        self._looked = time.perf_counter()

    def settle(self, pid: int) -> None:
        """Keep this process on one core, the quietest."""
        if len(self._allowed) < 2:
            return
        self._pid = pid
        others = Counter(placement.core for placement in _placed)
        idle = self._idle_parts()
        # Those that start at the same moment see the same quiet: let them not all choose one.
        first = pid % len(self._allowed)
        cores = self._allowed[first:] + self._allowed[:first]
        self._move(min(cores, key=lambda core: (others[core], -round(idle.get(core, 0.0), 1))))

    def look(self) -> None:
        """Move the engine to a quieter core, if it has to wait for its own."""
        waited, passed = self._waited, time.perf_counter() - self._looked
        idle = self._idle_parts()
        self._waited = _waiting_seconds(self._pid)
        if self._waited - waited < _WAITING * passed:
            return
        others = Counter(placement.core for placement in _placed if placement is not self)
        quiet = [core for core in self._allowed if idle.get(core, 0.0) > _IDLE and not others[core]]
        if quiet:
            self._move(max(quiet, key=lambda core: idle[core]))

    def leave(self) -> None:
        """Leave the core to others: the engine has ended."""
        self.core = None
        self.next_look = float("inf")
        _placed.discard(self)

    def _move(self, core: int) -> None:
        with contextlib.suppress(OSError):  # ended, or not ours to place
            for thread in os.listdir(f"/proc/{self._pid}/task"):
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread), {core})
            self.core = core
            _placed.add(self)
            self.next_look = time.perf_counter() + _LOOK_EVERY

    def _idle_parts(self) -> dict[int, float]:
        """Part of the time since the last look that each core was idle."""
        now = time.perf_counter()
        passed = max(now - self._looked, 1e-3)
        before, self._idle = self._idle, _idle_seconds()
        self._looked, self.next_look = now, now + _LOOK_EVERY
        return {
            core: (seconds - before.get(core, seconds)) / passed
            for core, seconds in self._idle.items()
        }


def _allowed_cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _idle_seconds() -> dict[int, float]:
    """How long each core has been idle since the machine started; proc(5), /proc/stat."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
    except OSError:
        return {}
    tick = 1.0 / os.sysconf("SC_CLK_TCK")
    rows = [line.split() for line in lines if line.startswith("cpu") and line[3].isdigit()]
    return {int(row[0][3:]): int(row[4]) * tick for row in rows}


def _waiting_seconds(pid: int) -> float:
    """How long a process's main thread has waited for its core; proc(5), schedstat."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) * 1e-9
    except (OSError, IndexError):
        return 0.0
