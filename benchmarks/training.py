"""How fast Stable-Baselines3's PPO learns, and where the time goes: engine, link, policy, update.

Of each rollout and the update after it: `engine` is what the engines report to have worked, the
mean over them, since they work at the same time; `link` is the rest of the time inside the vector
environment's step: packets, arrays, waiting for the slower engine; `policy` is the rest of the
rollout: choosing actions and keeping what came of them; `update` is `train()`. The first rollout is
not counted. Processes and PyTorch's threads are placed by the system.
"""

from __future__ import annotations

import argparse
import itertools
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from common import show_rows
from rich.progress import track
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnvWrapper

import pettingzoo_godot as pzg

COLUMNS = {
    "scene": "scene",
    "engines": "engines",
    "arenas": "arenas each",
    "slots": "agents",
    "agent_steps_per_s": "agent-steps/s",
    "engine_share": "engine",
    "link_share": "link",
    "policy_share": "policy",
    "update_share": "update",
}
PARTS = ("engine", "link", "policy", "update")


class TimedVecEnv(VecEnvWrapper):
    """Sums the seconds spent in steps; VecEnv.step is `step_async`, then `step_wait`.

    Attributes:
        seconds: So far.
    """

    def __init__(self, venv: Any) -> None:
        super().__init__(venv)
        self.seconds = 0.0

    def reset(self) -> Any:
        """As the environment inside does."""
        return self.venv.reset()

    def step_async(self, actions: Any) -> None:
        """As the environment inside does."""
        started = time.perf_counter()
        self.venv.step_async(actions)
        self.seconds += time.perf_counter() - started

    def step_wait(self) -> Any:
        """As the environment inside does."""
        started = time.perf_counter()
        results = self.venv.step_wait()
        self.seconds += time.perf_counter() - started
        return results


@dataclass(frozen=True)
class Clock:
    """Seconds so far.

    Args:
        rollouts: In `collect_rollouts`.
        steps: Inside the vector environment's steps, which are a part of it.
        engine: That the engines worked, the mean over them.
        update: In `train`.
    """

    rollouts: float
    steps: float
    engine: float
    update: float

    def parts_since(self, before: Clock) -> dict[str, float]:
        """Seconds of each part since then."""
        engine = self.engine - before.engine
        steps = self.steps - before.steps
        rollouts = self.rollouts - before.rollouts
        seconds = (engine, steps - engine, rollouts - steps, self.update - before.update)
        return dict(zip(PARTS, seconds, strict=True))


class TimedPPO(PPO):
    """Notes the clock after each update.

    Attributes:
        clocks: One per rollout with its update.
    """

    def __init__(self, env: TimedVecEnv, num_engines: int, **arguments: Any) -> None:
        self._timed = env
        self._num_engines = num_engines
        self._rollout_seconds = 0.0
        self._update_seconds = 0.0
        self.clocks: list[Clock] = []
        super().__init__("MlpPolicy", env, **arguments)

    def collect_rollouts(self, *args: Any, **arguments: Any) -> bool:
        """As PPO does."""
        started = time.perf_counter()
        goes_on: bool = super().collect_rollouts(*args, **arguments)
        self._rollout_seconds += time.perf_counter() - started
        return goes_on

    def train(self) -> None:
        """As PPO does."""
        started = time.perf_counter()
        super().train()
        self._update_seconds += time.perf_counter() - started
        worked = self._timed.get_attr("timing", 0)[0].engine_seconds / self._num_engines
        clock = Clock(self._rollout_seconds, self._timed.seconds, worked, self._update_seconds)
        self.clocks.append(clock)


def measure(scene: str, args: argparse.Namespace) -> dict[str, float | int | str]:
    """Train for some rollouts; return the medians over them."""
    with closing(pzg.sb3_vec_env(scene, args.engines, args.arenas)) as vector:
        rows = vector.num_envs
        batch = rows * args.steps
        model = TimedPPO(
            TimedVecEnv(vector),
            args.engines,
            n_steps=args.steps,
            batch_size=min(args.batch_size, batch),
            seed=0,
            device="cpu",
        )
        model.learn(total_timesteps=batch * (args.rollouts + 1))
        clocks = model.clocks
    parts = [after.parts_since(before) for before, after in itertools.pairwise(clocks)]
    totals = [sum(of_one.values()) for of_one in parts]
    row: dict[str, float | int | str] = {
        "scene": scene,
        "engines": args.engines,
        "arenas": args.arenas,
        "slots": rows,
        "rollouts": len(parts),
        "steps_per_rollout": args.steps,
        "batch_size": min(args.batch_size, batch),
        "epochs": model.n_epochs,
        "agent_steps_per_s": float(np.median(np.divide(batch, totals))),
    }
    for part in PARTS:
        row[f"{part}_share"] = sum(of_one[part] for of_one in parts) / sum(totals)
    return row


def main() -> None:
    """Measure each scene and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--scenes", nargs="+", default=["cart_pole", "arena_bench"], help="default: %(default)s"
    )
    parser.add_argument("--engines", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--arenas", type=int, default=16, help="in each (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=128, help="per rollout (default: %(default)s)")
    parser.add_argument("--batch-size", type=int, default=256, help="default: %(default)s")
    parser.add_argument("--rollouts", type=int, default=8, help="default: %(default)s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    args = parser.parse_args()

    rows = [measure(scene, args) for scene in track(args.scenes, "scenes")]
    show_rows("PPO of Stable-Baselines3: shares of the time", rows, COLUMNS, args.json)


if __name__ == "__main__":
    main()
