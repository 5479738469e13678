"""The same scene and engines through every way to step several of them.

By turns, in one run, in agent-steps per second: this library's `vector_env` and `sb3_vec_env`,
with many arenas in each engine and with one; SuperSuit's `concat_vec_envs_v1` as PettingZoo's
tutorials have it, and `supersuit_vec_env`, with 0 and 2 processes; a plain loop over
`parallel_env`s. `--same-agents` adds SuperSuit with as many engines as there are arenas.

Each turn starts its engines anew, so nothing else lives while one is measured. Starts and first
resets are not counted, resets that become due are. Actions are drawn beforehand. Processes are
placed by the system.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import supersuit
from common import by_turns, draw_actions, paired_ratio, show_rows

import pettingzoo_godot as pzg

COLUMNS = {
    "name": "",
    "engines": "engines",
    "arenas": "arenas each",
    "slots": "agents",
    "agent_steps_per_s": "agent-steps/s",
    "per_supersuit": "/ SuperSuit, as many engines",
    "per_supersuit_same_agents": "/ SuperSuit, as many agents",
}
SUPERSUIT = "SuperSuit, {cpus} processes"
CPUS = (0, 2)
FAREWELL = 5.0  # seconds; SuperSuit ends its processes, and then their engines notice


class Way:
    """One way to step engines.

    Args:
        engines: Godot processes.
        arenas: Copies of the scene in each of them.
        steps: Per turn.
        make: Makes the environments: something with `reset`, `step` and `close`.
        actions: Draws actions for it.

    Attributes:
        slots: Agents that act in each step.
    """

    def __init__(
        self,
        engines: int,
        arenas: int,
        steps: int,
        make: Callable[[], Any],
        actions: Callable[[Any], list[Any]],
    ) -> None:
        self.engines = engines
        self.arenas = arenas
        self.slots = 0
        self._steps = steps
        self._make = make
        self._actions = actions

    def measure(self) -> float:
        """Agent-steps per second."""
        env = self._make()
        try:
            actions = self._actions(env)
            self.slots = env.num_envs
            env.reset()
            started = time.perf_counter()
            for step in range(self._steps):
                env.step(actions[step % len(actions)])
            seconds = time.perf_counter() - started
        finally:
            running = psutil.Process().children(recursive=True)
            env.close()
            psutil.wait_procs(running, timeout=FAREWELL)
        return self.slots * self._steps / seconds


class ParallelEnvLoop:
    """Several `parallel_env`s, one after another, each as PettingZoo's documentation steps it."""

    def __init__(self, scene: str, engines: int) -> None:
        self.envs = [pzg.parallel_env(scene) for _ in range(engines)]
        self.num_envs = engines * len(self.envs[0].possible_agents)

    def reset(self) -> None:
        """Begin an episode in each."""
        for index, env in enumerate(self.envs):
            env.reset(seed=index)

    def step(self, actions: dict[str, Any]) -> None:
        """Step each with these actions, and begin the next episode where one is over."""
        for env in self.envs:
            env.step({agent: actions[agent] for agent in env.agents})
            if not env.agents:
                env.reset()

    def close(self) -> None:
        """End all engines."""
        for env in self.envs:
            env.close()

    def draw_actions(self) -> list[dict[str, Any]]:
        """Random actions for many steps, drawn beforehand."""
        env = self.envs[0]
        drawn = {agent: draw_actions(env.action_space(agent)) for agent in env.possible_agents}
        return [
            dict(zip(drawn, together, strict=True))
            for together in zip(*drawn.values(), strict=True)
        ]


def draw_rows(env: Any) -> list[Any]:
    """Random actions where the action space is that of one row."""
    drawn = draw_actions(env.action_space)
    return [
        np.stack([drawn[(step + row) % len(drawn)] for row in range(env.num_envs)])
        for step in range(len(drawn))
    ]


def concat_vec_envs(scene: str, engines: int, cpus: int, dying: bool) -> Any:
    """SuperSuit as PettingZoo's tutorials use it."""
    env: Any = pzg.parallel_env(scene)
    if dying:
        env = supersuit.black_death_v3(env)
    env = supersuit.pettingzoo_env_to_vec_env_v1(env)
    return supersuit.concat_vec_envs_v1(env, engines, num_cpus=cpus, base_class="gymnasium")


def list_ways(args: argparse.Namespace) -> dict[str, Way]:
    """What to measure, by name."""
    scene, engines, arenas, steps = args.scene, args.engines, args.arenas, args.steps

    def ours(engines: int, arenas: int) -> Way:
        make = lambda: pzg.vector_env(scene, engines, arenas)  # noqa: E731
        return Way(engines, arenas, steps, make, lambda env: draw_actions(env.action_space))

    def suit(engines: int, make: Callable[..., Any], *arguments: Any) -> Way:
        return Way(engines, 1, steps, lambda: make(scene, engines, *arguments), draw_rows)

    ways = {
        "vector_env": ours(engines, arenas),
        "vector_env, one arena each": ours(engines, 1),
    }
    has_one_policy = len(pzg.vector_env(scene).policy_groups) == 1
    if has_one_policy and importlib.util.find_spec("stable_baselines3") is not None:
        ways["sb3_vec_env"] = Way(
            engines, arenas, steps, lambda: pzg.sb3_vec_env(scene, engines, arenas), draw_rows
        )
    for cpus in CPUS:
        name = SUPERSUIT.format(cpus=cpus)
        ways[name] = suit(engines, concat_vec_envs, cpus, args.dying)
        ways[f"supersuit_vec_env, {cpus} processes"] = suit(
            engines, pzg.supersuit_vec_env, cpus, "gymnasium"
        )
        if args.same_agents:
            many = engines * arenas
            ways[f"{name}, as many agents"] = suit(many, concat_vec_envs, cpus, args.dying)
    ways["loop over parallel_env"] = Way(
        engines,
        1,
        steps,
        lambda: ParallelEnvLoop(scene, engines),
        lambda env: env.draw_actions(),
    )
    if args.same_agents:
        ways["vector_env, as many engines"] = ours(engines * arenas, 1)
    return ways


def fastest(rates: dict[str, list[float]], ending: str) -> Sequence[float]:
    """The rates of SuperSuit with the number of processes that suits it best."""
    found = [rates[SUPERSUIT.format(cpus=cpus) + ending] for cpus in CPUS]
    return max(found, key=np.median)


def main() -> None:
    """Measure by turns and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="arena_bench", help="default: %(default)s")
    parser.add_argument("--engines", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--arenas", type=int, default=16, help="in each (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=500, help="per turn (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=5, help="of each way (default: %(default)s)")
    parser.add_argument(
        "--same-agents",
        action="store_true",
        help="SuperSuit with engines x arenas engines, too; each takes about 140 MB",
    )
    parser.add_argument(
        "--dying",
        action="store_true",
        help="agents end at different times: SuperSuit then needs its black_death_v3",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    args = parser.parse_args()

    ways = list_ways(args)
    rates = by_turns({name: way.measure for name, way in ways.items()}, args.turns)
    rows = []
    for name, way in ways.items():
        row: dict[str, float | int | str] = {
            "name": name,
            "scene": args.scene,
            "engines": way.engines,
            "arenas": way.arenas,
            "slots": way.slots,
            "steps": args.steps,
            "turns": args.turns,
            "agent_steps_per_s": float(np.median(rates[name])),
            "per_supersuit": paired_ratio(rates[name], fastest(rates, "")),
        }
        if args.same_agents:
            same = fastest(rates, ", as many agents")
            row["per_supersuit_same_agents"] = paired_ratio(rates[name], same)
        rows.append(row)
    show_rows(f"{args.scene}: agent-steps per second", rows, COLUMNS, args.json)


if __name__ == "__main__":
    main()
