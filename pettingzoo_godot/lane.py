"""One engine of a vector environment: several arenas that begin new episodes by themselves.

Rule: where an arena is over after a step, its next episode begins before the step is handed on. So
a step of a lane is one exchange with the engine, or two if an arena ended in it.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from pettingzoo_godot.errors import (
    EngineDied,
    LinkError,
    PettingZooGodotError,
    RemoteProtocolError,
    ResetNeeded,
)
from pettingzoo_godot.layout import Layout, Misfit, living, truncate_after, truncate_living
from pettingzoo_godot.messages import LIVE, Report, Reset, Step
from pettingzoo_godot.options import draw_seed
from pettingzoo_godot.pictures import black_pictures, take_pictures
from pettingzoo_godot.session import FailureQuota, Launch, Session, Timing
from pettingzoo_godot.spaces import Array

_PATIENCE = 1.0  # [s] for an answer that nobody wants any more; another engine starts faster


class _Running:
    """What belongs to one engine: it goes when the engine ends."""

    def __init__(self, launch: Launch) -> None:
        self.session = Session(launch)
        self.layout: Layout = self.session.layout
        if self.layout.arenas != launch.arenas:
            self.session.close()
            raise RemoteProtocolError(
                f"expected an engine with {launch.arenas} arenas; it has {self.layout.arenas}. Of "
                "the editor's scene, num_arenas has to be its own; of others, update the addon: "
                "pettingzoo-godot install-addon"
            )
        self.step: Step = self.layout.new_step()
        self.asked = ""  # for what an answer is due: "reset", "step", "restart"; "": for nothing
        self.resets: deque[Reset] = deque()  # to be sent, one after another's answer
        self.is_lost = False  # it failed in a picture: the next step makes up for that

    def is_ready(self) -> bool:
        """Whether a step may be sent, at least in vain."""
        return self.is_lost or self.session.is_usable()


class Lane:
    """One engine and its arenas.

    Args:
        launch: How to start it.
        restarts: Whether to start another engine when this one fails; episodes are truncated then.

    Attributes:
        heuristics: By arena, IDs of the agents that the scene's own heuristics decide for, from its
            next episode on; None: as the episodes say that `begin` was given.
        report: The last answer, once `receive` has returned True: to a step, or the beginning of
            the episodes that followed it.
        ending: The answer to the step, if arenas were over after it; else None.
        restarted: Which arenas began an episode after the step: (arenas,), bool.
        has_failed: Whether the engine failed in the step, and another one was started.
    """

    def __init__(self, launch: Launch, restarts: bool = False) -> None:
        self.ending: Report | None = None
        self.has_failed = False
        self._kept: Report  # the last report, while the next one is awaited
        self._restarts = restarts
        self._quota = FailureQuota()
        self.restarted = self._nowhere = np.zeros(launch.arenas, bool)
        self.heuristics: list[tuple[str, ...] | None] = [None] * launch.arenas
        self._launch = launch
        self._running: _Running | None = None
        self._generators: list[np.random.Generator] = []
        self._episodes = Reset((), ())

    def open(self) -> Layout:
        """Start the engine unless it runs; drop an answer that nobody has taken.

        Raises:
            PettingZooGodotError: If the engine does not start or the scene has a mistake.
        """
        running = self._running
        if running is not None and running.asked and running.session.is_usable():
            with contextlib.suppress(PettingZooGodotError):  # it failed: another engine is due
                running.session.receive(waited=max(0.0, self._launch.timeout - _PATIENCE))
            running.asked = ""
            running.resets.clear()
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

    def is_idle(self) -> bool:
        """Whether the next step may be sent."""
        running = self._running
        return running is not None and not running.asked and running.is_ready()

    def is_usable(self) -> bool:
        """Whether an engine runs."""
        return self._running is not None and self._running.session.is_usable()

    def is_asked(self) -> bool:
        """Whether an answer is due."""
        return self._running is not None and self._running.asked != ""

    def fileno(self) -> int:
        """File descriptor that can be read when the answer comes."""
        return self._need_running().session.fileno()

    def seed(self, seeds: Iterable[int | None]) -> None:
        """Give each arena its stream of seeds, the same that `reset(seed=...)` begins."""
        self._generators = [np.random.default_rng(seed) for seed in seeds]

    def begin(self, episodes: Reset) -> None:
        """Ask for a new episode in every arena, as this says; its arenas and seeds are ours."""
        self._episodes = episodes
        self._quota.renew()
        self.ending = None
        self.has_failed = False
        self.restarted = np.ones(self._launch.arenas, bool)
        self._ask_for_episodes("reset")

    def continue_with(self, episodes: Reset) -> None:
        """Let the next episode of each arena begin so."""
        self._episodes = episodes

    def configure(self, speedup: float) -> None:
        """Set the multiple of real time at which steps run, of this engine and of the next one."""
        self._launch = replace(self._launch, speedup=speedup)
        if self._running is not None and self._running.session.is_usable():
            self._running.session.configure(speedup)

    def send(self) -> None:
        """Let the agents act as `step` says; the engine works while we do something else."""
        running = self._need_running()
        self.ending = None
        self.has_failed = False
        self.restarted = self._nowhere
        running.asked = "step"
        try:
            running.session.send(running.step)
        except (EngineDied, LinkError) as exc:
            self._kept = running.session.keep(self.report)
            self._start_another(running, exc)
        else:  # while the engine works
            self._kept = running.session.keep(self.report)

    def receive(self, waited: float = 0.0) -> bool:
        """Take an answer; if arenas are over, ask for their next episodes.

        Args:
            waited: Seconds that have been waited for it already.

        Returns:
            Whether the step is complete; if not, another answer is due.
        """
        running = self._need_running()
        try:
            self.report = report = running.session.receive(waited)
        except (EngineDied, LinkError) as exc:
            self._start_another(running, exc)
            return False
        if running.resets:
            self._send_reset(running)
            return False
        asked, running.asked = running.asked, ""
        over = arenas_over(report, running.layout) if asked == "step" else None
        if over is None:
            return True
        self._quota.renew()
        self._kept = self.ending = running.session.keep(report)
        self.restarted = over
        self._ask_for_episodes("restart")
        return False

    def find_bad_action(self) -> Misfit | None:
        """Find an action of `step` out of its space's bounds, NaN included."""
        running = self._need_running()
        return running.layout.find_bad_action(running.step)

    def render(self, camera: str | None) -> Array:
        """Draw the arenas as they are: (arenas, height, width, 3), uint8; `take_pictures`.

        Where engines are replaced, the pictures of one that fails are black.
        """
        running = self._need_running()
        if running.asked:
            raise ResetNeeded("the last actions are still on their way: call recv() first")
        if not running.is_lost:
            try:
                return take_pictures(running.session, camera)
            except (EngineDied, LinkError) as exc:
                if not self._restarts:
                    raise
                self._quota.spend(exc)
                running.is_lost = True
        return black_pictures(running.session)

    def close(self) -> None:
        """End the engine; may be called twice."""
        if self._running is not None:
            self._running.session.close()

    def _ask_for_episodes(self, what: str) -> None:
        running = self._need_running()
        running.asked = what
        alike: dict[tuple[str, ...] | None, list[int]] = {}  # a reset is of the same heuristics
        for arena in np.flatnonzero(self.restarted).tolist():
            alike.setdefault(self.heuristics[arena], []).append(arena)
        for heuristics, arenas in alike.items():
            seeds = tuple(draw_seed(self._generators[arena]) for arena in arenas)
            reset = replace(self._episodes, arenas=tuple(arenas), seeds=seeds)
            if heuristics is not None:
                reset = replace(reset, heuristics=heuristics)
            running.resets.append(reset)
        self._send_reset(running)

    def _send_reset(self, running: _Running) -> None:
        try:
            running.session.send(running.resets.popleft())
        except (EngineDied, LinkError) as exc:
            self._start_another(running, exc)

    def _start_another(self, failed: _Running, exc: PettingZooGodotError) -> None:
        """Begin new episodes in another engine; those of this one are truncated."""
        asked, failed.asked = failed.asked, ""
        if not self._restarts:
            raise exc
        if not failed.is_lost:
            self._quota.spend(exc)
        if asked == "step":
            self.ending = truncate_after(self._kept)
        elif asked == "restart":  # those that had come to their end keep their rewards and flags
            self.ending = truncate_living(self._kept)
        self.has_failed = True
        self.restarted = np.ones(self._launch.arenas, bool)
        self.open()
        self._ask_for_episodes(asked if asked == "reset" else "restart")

    def _need_running(self) -> _Running:
        if self._running is None or not self._running.is_ready():
            raise ResetNeeded
        return self._running


def arenas_over(report: Report, layout: Layout) -> Array | None:
    """Find the arenas in which every agent is done.

    Returns:
        (arenas,), bool; or None if there is none, which is the usual case.
    """
    if report.flags.tobytes() == bytes([LIVE]) * layout.slots:
        return None
    lives = living(report)
    over: Array = np.ones(layout.arenas, bool)
    for group in layout.groups:
        part = lives[group.first_slot : group.first_slot + group.slots]
        over &= ~part.reshape(layout.arenas, -1).any(axis=1)
    return over if over.any() else None
