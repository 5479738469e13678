"""One engine of a vector environment: several arenas that begin new episodes by themselves.

Rule: where an arena is over after a step, its next episode begins before the step is handed on. So
a step of a lane is one exchange with the engine, or two if an arena ended in it.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from pettingzoo_godot.errors import (
    EngineDied,
    LinkError,
    PettingZooGodotError,
    RemoteProtocolError,
    ResetNeeded,
)
from pettingzoo_godot.layout import Layout, Misfit
from pettingzoo_godot.messages import (
    LIVE,
    MAX_SEED,
    TERMINATED,
    TRUNCATED,
    Report,
    Reset,
    Scalar,
    Step,
)
from pettingzoo_godot.session import Launch, Session, Timing
from pettingzoo_godot.spaces import Array

_FLAGS = LIVE | TERMINATED | TRUNCATED
_FAILURES_IN_A_ROW = 3  # of an engine, before one of its episodes has come to an end: a loop
_log = logging.getLogger("pettingzoo_godot")


@dataclass(frozen=True, slots=True)
class Episodes:
    """How episodes begin.

    Args:
        options: Every parameter of the scene with its value.
        max_steps: Limit of an episode [steps]; 0: none.
    """

    options: Mapping[str, Scalar]
    max_steps: int


class _Running:
    """What belongs to one engine: it goes when the engine ends."""

    def __init__(self, launch: Launch) -> None:
        self.session = Session(launch)
        self.layout: Layout = self.session.layout
        if self.layout.arenas != launch.arenas:
            self.session.close()
            raise RemoteProtocolError(
                f"expected an engine with {launch.arenas} arenas; it has {self.layout.arenas}. "
                "Update the scene's addon: pettingzoo-godot install-addon"
            )
        self.step: Step = self.layout.new_step()
        # A link has one buffer for all reports: what is needed longer is kept in this one.
        self.kept: Report = self.layout.new_report()
        self.in_step = False
        self.is_asked = False

    def keep(self, report: Report) -> None:
        """Copy a report out of the link's buffer."""
        self.kept.packet[:] = report.packet  # type: ignore[index] # ours is a bytearray


class Lane:
    """One engine and its arenas.

    Args:
        launch: How to start it.
        restarts: Whether to start another engine when this one fails; episodes are truncated then.

    Attributes:
        report: The last answer, once `receive` has returned True: to a step, or the beginning of
            the episodes that followed it.
        ending: The answer to the step, if arenas were over after it; else None.
        restarted: Which arenas began an episode after the step: (arenas,), bool.
        has_failed: Whether the engine failed in the step, and another one was started.
    """

    def __init__(self, launch: Launch, restarts: bool = False) -> None:
        self.ending: Report | None = None
        self.has_failed = False
        self._restarts = restarts
        self._failures = 0  # since an episode last came to its end
        self.restarted: Array = np.zeros(launch.arenas, bool)
        self._launch = launch
        self._running: _Running | None = None
        self._generators: list[np.random.Generator] = []
        self._episodes = Episodes({}, 0)

    def open(self) -> Layout:
        """Start the engine unless it runs; drop an answer that nobody has taken.

        Raises:
            PettingZooGodotError: If the engine does not start or the scene has a mistake.
        """
        running = self._running
        if running is not None and running.is_asked and running.session.is_usable():
            with contextlib.suppress(PettingZooGodotError):  # the engine failed: another one is due
                running.session.receive()
            running.is_asked = False
        if running is None or not running.session.is_usable():
            running = self._running = _Running(self._launch)
        return running.layout

    @property
    def step(self) -> Step:
        """To be filled with the actions of the next step."""
        return self._need_running().step

    @property
    def engine_pid(self) -> int | None:
        """Process ID of the engine; None while none runs."""
        return self._running.session.engine_pid if self.is_usable() and self._running else None

    @property
    def timing(self) -> Timing:
        """Where the time of the engine's requests went since it started."""
        return Timing() if self._running is None else self._running.session.timing

    def is_usable(self) -> bool:
        """Whether an engine runs."""
        return self._running is not None and self._running.session.is_usable()

    def is_asked(self) -> bool:
        """Whether an answer is due."""
        return self._running is not None and self._running.is_asked

    def fileno(self) -> int:
        """File descriptor that can be read when the answer comes."""
        return self._need_running().session.fileno()

    def seed(self, seeds: Iterable[int | None]) -> None:
        """Give each arena its stream of seeds, the same that `reset(seed=...)` begins."""
        self._generators = [np.random.default_rng(seed) for seed in seeds]

    def begin(self, episodes: Episodes) -> None:
        """Ask for a new episode in every arena."""
        self._episodes = episodes
        self.restarted[:] = True
        self._ask_for_episodes(self._need_running())
        self._need_running().in_step = False

    def continue_with(self, episodes: Episodes) -> None:
        """Let the next episode of each arena begin so."""
        self._episodes = episodes

    def send(self) -> None:
        """Let the agents act as `step` says; the engine works while we do something else."""
        running = self._need_running()
        running.keep(self.report)
        self.ending = None
        self.has_failed = False
        running.in_step = running.is_asked = True
        running.session.send(running.step)

    def receive(self) -> bool:
        """Take an answer; if arenas are over, ask for their next episodes.

        Returns:
            Whether the step is complete; if not, another answer is due.
        """
        running = self._need_running()
        try:
            self.report = report = running.session.receive()
        except (EngineDied, LinkError) as exc:
            self._start_another(running, exc)
            return False
        running.is_asked = False
        if not running.in_step:
            return True
        running.in_step = False
        over = arenas_over(report, running.layout)
        if over is None:
            return True
        running.keep(report)
        self._failures = 0
        self._restart(running, running.kept, over)
        return False

    def find_bad_action(self) -> Misfit | None:
        """Find an action of `step` out of its space's bounds, NaN included."""
        running = self._need_running()
        return running.layout.find_bad_action(running.step)

    def close(self) -> None:
        """End the engine; may be called twice."""
        if self._running is not None:
            self._running.session.close()

    def _restart(self, running: _Running, ending: Report, arenas: Array) -> None:
        self.ending = ending
        self.restarted = arenas
        self._ask_for_episodes(running)

    def _ask_for_episodes(self, running: _Running) -> None:
        arenas = tuple(np.flatnonzero(self.restarted).tolist())
        draw = self._generators
        seeds = tuple(int(draw[i].integers(MAX_SEED, endpoint=True)) for i in arenas)
        running.is_asked = True
        running.session.send(Reset(arenas, seeds, self._episodes.options, self._episodes.max_steps))

    def _start_another(self, failed: _Running, exc: PettingZooGodotError) -> None:
        """Truncate the episodes where the engine last reported them, and begin new ones."""
        self._failures += 1
        if not self._restarts or self._failures > _FAILURES_IN_A_ROW:
            raise exc
        _log.warning("an engine failed; its episodes are truncated, another one starts: %s", exc)
        ending = failed.kept
        lived = (ending.flags & _FLAGS) == LIVE
        if failed.in_step:  # what is kept is the report before
            ending.flags[...] = np.where(lived, LIVE | TRUNCATED, 0)
            ending.rewards[...] = 0.0
        else:
            ending.flags[lived] = LIVE | TRUNCATED
        self.has_failed = True
        self.open()
        self._restart(self._need_running(), ending, np.ones(failed.layout.arenas, bool))

    def _need_running(self) -> _Running:
        if self._running is None or not self._running.session.is_usable():
            raise ResetNeeded(
                "no episode is running: call reset() first, also after an engine failed"
            )
        return self._running


def arenas_over(report: Report, layout: Layout) -> Array | None:
    """Find the arenas in which every agent is done.

    Returns:
        (arenas,), bool; or None if there is none, which is the usual case.
    """
    lives = (report.flags & _FLAGS) == LIVE
    if lives.all():
        return None
    over: Array = np.ones(layout.arenas, bool)
    for group in layout.groups:
        part = lives[group.first_slot : group.first_slot + group.slots]
        over &= ~part.reshape(layout.arenas, -1).any(axis=1)
    return over if over.any() else None
