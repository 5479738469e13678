"""How much of the engines' speed a self-play training keeps, and where the rest of the time goes.

By turns, on the same engines: `rollout` steps them with random actions that were drawn beforehand,
each engine as soon as it has answered, as a training does; `training` is `train --self-play`, all
of it: the beginning of the episodes, updates, the log, a checkpoint at the end. Shares of a
training's time: `engine` is waiting for engines, or for a core; `link` is the vector environment's
own work: packets and arrays; `policy` is the rest of playing: networks, line-ups, keeping what
came; `update` is learning. `busy` is the part of the time that an engine works. `longest wait` is
how long an engine had nothing to do, at the longest, in longest updates.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from common import Row, by_turns, draw_actions, paired_ratio, show_rows

import pettingzoo_godot as pzg
from pettingzoo_godot.selfplay.folder import Config, Folder
from pettingzoo_godot.selfplay.settings import settings_for
from pettingzoo_godot.selfplay.trainer import Trainer
from pettingzoo_godot.training.threads import one_thread

COLUMNS = {
    "scene": "scene",
    "engines": "engines",
    "arenas": "arenas each",
    "slots": "agents",
    "rollout_agent_steps_per_s": "rollout: agent-steps/s",
    "training_agent_steps_per_s": "training: agent-steps/s",
    "training_per_rollout": "training / rollout",
    "engine_share": "engine",
    "link_share": "link",
    "policy_share": "policy",
    "update_share": "update",
    "busy_share": "busy",
    "longest_wait_in_updates": "longest wait",
}
PARTS = ("engine", "link", "policy", "update")
_ENDLESS = 10**12  # steps, and updates until a checkpoint: a turn ends by its number of updates


class TimedVectorEnv(pzg.GodotVectorEnv):
    """Sums the seconds inside of it.

    Attributes:
        seconds: So far.
        cpu_seconds: In which this thread ran; in the rest it waited for an engine, or for a core.
        longest_wait: Of an engine, from its answer until it was asked again [s].
    """

    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args, **arguments)
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.forget_waits()

    def forget_waits(self) -> None:
        """Begin anew: nobody has been asked, nobody has waited."""
        self.longest_wait = 0.0
        self._asked: dict[int, tuple[float, float]] = {}  # when, and how long it had worked by then

    def async_reset(self, **arguments: Any) -> None:
        """As the environment does."""
        with self._timed():
            super().async_reset(**arguments)

    def send(self, actions: Any, env_ids: Any = None) -> None:
        """As the environment does."""
        with self._timed():
            super().send(actions, env_ids)
            for engine in self._last:
                self._note(engine)

    def recv(self) -> Any:
        """As the environment does."""
        with self._timed():
            return super().recv()

    def _note(self, engine: int) -> None:
        now, worked = time.perf_counter(), self._lanes[engine].timing.engine_seconds
        if engine in self._asked:
            asked, had_worked = self._asked[engine]
            self.longest_wait = max(self.longest_wait, now - asked - (worked - had_worked))
        self._asked[engine] = now, worked

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started, ran = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - started
            self.cpu_seconds += time.thread_time() - ran


@dataclass(frozen=True)
class Split:
    """Where the time of a turn of training went [s].

    Args:
        wall: All of it.
        parts: By name, as in `PARTS`.
        busy: That an engine worked, the mean over them.
        longest_wait: Of an engine.
        longest_update: The same of the updates.
    """

    wall: float
    parts: dict[str, float]
    busy: float
    longest_wait: float
    longest_update: float


class Contest:
    """The two that are measured.

    Args:
        env: What they have in common.
        folder: For the training's files.
        config: Of the training.
        updates: In each turn.
    """

    def __init__(self, env: TimedVectorEnv, folder: Path, config: Config, updates: int) -> None:
        self._env = env
        self._updates = updates
        self._steps = config.settings["horizon"] * updates  # of each row, in a turn
        self._trainer = Trainer(Folder.create(folder, config), env)
        self.splits: list[Split] = []
        rows = {group: len(slots) // env.num_engines for group, slots in env.slots.items()}
        self._ids = [
            {group: np.arange(n) + engine * n for group, n in rows.items()}
            for engine in range(env.num_engines)
        ]
        self._actions = [
            [{group: batch[group][ids[group]] for group in ids} for batch in self._drawn()]
            for ids in self._ids
        ]

    def _drawn(self) -> list[Any]:
        return draw_actions(self._env.action_space)

    def warm_up(self) -> None:
        """Train for an update that is not counted."""
        self._train(1)

    def rollout(self) -> float:
        """Agent-steps per second of a turn with random actions."""
        env, engines = self._env, range(self._env.num_engines)
        turns = [itertools.cycle(actions) for actions in self._actions]
        left = [self._steps] * len(engines)
        group, ids = next(iter(self._ids[0].items()))
        started = time.perf_counter()
        env.async_reset(seed=0)
        for _ in range(len(engines) * (1 + self._steps)):
            *_, infos = env.recv()
            told = infos[group].get("env_id") if group in infos else None  # none of a single engine
            engine = 0 if told is None else int(told[0]) // len(ids)
            if left[engine]:
                left[engine] -= 1
                env.send(next(turns[engine]), self._ids[engine])
        return self._steps * env.num_envs / (time.perf_counter() - started)

    def training(self) -> float:
        """Agent-steps per second of a turn of training."""
        env = self._env
        env.forget_waits()
        inside, ran, worked = env.seconds, env.cpu_seconds, env.timing.engine_seconds
        started = time.perf_counter()
        updates = self._train(self._updates)
        wall = time.perf_counter() - started
        inside, ran = env.seconds - inside, env.cpu_seconds - ran
        seconds = (inside - ran, ran, wall - inside - sum(updates), sum(updates))
        parts = dict(zip(PARTS, seconds, strict=True))
        busy = (env.timing.engine_seconds - worked) / env.num_engines
        self.splits.append(Split(wall, parts, busy, env.longest_wait, max(updates)))
        return self._steps * env.num_envs / wall

    def _train(self, updates: int) -> list[float]:
        """Seconds of each update."""
        stop = threading.Event()
        seconds: list[float] = []

        def watch(row: Any, _done: float) -> None:
            seconds.append(row["learning_seconds"])
            if len(seconds) == updates:
                stop.set()

        self._trainer.run(stop, watch)
        return seconds


def measure(scene: str, args: argparse.Namespace) -> Row:
    """Measure a scene by turns; return the medians over them."""
    with pzg.vector_env(scene, 1, args.arenas) as one:  # only to ask
        rows = one.num_envs
    chosen = {"checkpoint_updates": _ENDLESS} | ({"horizon": args.horizon} if args.horizon else {})
    settings = settings_for(scene, chosen)
    parameters = settings.parameters
    config = Config(
        *(scene, args.engines, args.arenas, 0, _ENDLESS, None, asdict(settings)),
        parameters=dict(parameters),
    )
    with (
        tempfile.TemporaryDirectory() as place,
        TimedVectorEnv(
            scene, args.engines, args.arenas, batch_size=rows, parameters=parameters
        ) as env,
        one_thread(),
    ):
        contest = Contest(env, Path(place) / "run", config, args.updates)
        contest.warm_up()
        turns = {"rollout": contest.rollout, "training": contest.training}
        rates = by_turns(turns, args.turns, scene)
        splits = contest.splits
    wall = sum(split.wall for split in splits)
    row: dict[str, float | int | str] = {
        "scene": scene,
        "engines": args.engines,
        "arenas": args.arenas,
        "slots": rows * args.engines,
        "horizon": settings.horizon,
        "updates": args.updates,
        "turns": args.turns,
        "rollout_agent_steps_per_s": float(np.median(rates["rollout"])),
        "training_agent_steps_per_s": float(np.median(rates["training"])),
        "training_per_rollout": paired_ratio(rates["training"], rates["rollout"]),
        "busy_share": sum(split.busy for split in splits) / wall,
        "longest_wait_s": max(split.longest_wait for split in splits),
        "longest_update_s": max(split.longest_update for split in splits),
        "longest_wait_in_updates": max(
            split.longest_wait / max(split.longest_update, 1e-9) for split in splits
        ),
    }
    for part in PARTS:
        row[f"{part}_share"] = sum(split.parts[part] for split in splits) / wall
    return row


def main() -> None:
    """Measure each scene and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--scenes", nargs="+", default=["hide_and_seek"], help="default: %(default)s"
    )
    parser.add_argument("--engines", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--arenas", type=int, default=16, help="in each (default: %(default)s)")
    parser.add_argument("--horizon", type=int, default=0, help="0: the scene's (default)")
    parser.add_argument("--updates", type=int, default=6, help="per turn (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    args = parser.parse_args()

    rows = [measure(scene, args) for scene in args.scenes]
    show_rows("Self-play: rollout against training", rows, COLUMNS, args.json)


if __name__ == "__main__":
    main()
