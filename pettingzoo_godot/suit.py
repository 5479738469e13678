"""SuperSuit's vector environments over several engines, without what makes them hard to use.

SuperSuit copies one environment and never says which copy is which, so its copies share seeds or
have none that repeat. Here each engine has an environment of its own, made before SuperSuit sees
it. The classes below are SuperSuit's; each overrides only what docs/SUPERSUIT.md has in its table.
"""

from __future__ import annotations

import atexit
import contextlib
import copy
import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from gymnasium.vector.utils import create_empty_array, iterate
from pettingzoo.utils.wrappers import BaseParallelWrapper
from supersuit import pad_action_space_v0, pad_observations_v0
from supersuit.vector import ConcatVecEnv, MarkovVectorEnv, ProcConcatVec
from supersuit.vector.multiproc_vec import decompress_info

from pettingzoo_godot.env import AgentID, GodotParallelEnv
from pettingzoo_godot.errors import EngineDied, EnvironmentClosed, UsageError
from pettingzoo_godot.options import check_count, check_seed, spread_seed

Seeds = int | Sequence[int | None] | None
Options = Mapping[str, Any] | Sequence[Mapping[str, Any] | None] | None
_FAREWELL = 5.0  # seconds; an engine takes at most 2 to end


class DeathMask(BaseParallelWrapper):  # type: ignore[misc] # is Any to mypy
    """Keeps agents that are done in the episode until it is over, as `black_death_v3` does.

    Until then, an agent that is done observes zeros and earns nothing, and its actions are
    ignored. In the episode's last step every agent ends, each with the flags of its own end, and
    with the last observation that it made: what `terminal_observation` will be.

    Args:
        env: A PettingZoo `ParallelEnv`.
    """

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self.agents: list[AgentID] = []
        self._ends: dict[AgentID, tuple[Any, bool, bool]] = {}

    def reset(self, seed: int | None = None, options: Any = None) -> tuple[Any, Any]:
        """Begin an episode: as the environment inside does."""
        results: tuple[Any, Any] = self.env.reset(seed=seed, options=options)
        self.agents = list(self.env.agents)
        self._ends = {}
        return results

    def step(self, actions: Mapping[AgentID, Any]) -> tuple[Any, Any, Any, Any, Any]:
        """Let the agents act for one step; those of agents that are done may be left out."""
        living = list(self.env.agents)
        results: tuple[Any, Any, Any, Any, Any] = self.env.step(
            {agent: actions[agent] for agent in living if agent in actions}
        )
        observations, rewards, terminations, truncations, infos = results
        ended = [agent for agent in living if agent not in self.env.agents]
        for agent in ended:
            self._ends[agent] = observations[agent], terminations[agent], truncations[agent]
        is_over = not self.env.agents
        for agent in self.agents:
            observation, terminated, truncated = self._ends.get(agent, (None, False, False))
            terminations[agent] = is_over and terminated
            truncations[agent] = is_over and truncated
            if agent not in rewards:
                observations[agent] = observation if is_over else self._nothing(agent)
                rewards[agent] = 0.0
                infos[agent] = {"TimeLimit.truncated": is_over and truncated and not terminated}
        if is_over:
            self.agents = []
        return results

    def _nothing(self, agent: AgentID) -> Any:
        space = self.observation_space(agent)
        return next(iter(iterate(space, create_empty_array(space, 1, np.zeros))))


@dataclass(frozen=True)
class Question:
    """What an engine's environment is asked, from this process or another one.

    Args:
        name: An attribute.
        action: What is done with it: "get", "set" or "call".
        arguments: The value to set; the arguments of the call.
        named: The named arguments of the call.
    """

    name: str
    action: str = "get"
    arguments: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)

    def put_to(self, env: Any) -> Any:
        """Ask; an error is the answer, too: raised, it would end the process that is asked."""
        try:
            if self.action == "set":
                return setattr(env, self.name, *self.arguments)
            value = getattr(env, self.name)
            return value(*self.arguments, **self.named) if self.action == "call" else value
        except Exception as exc:
            return exc


class EnginesHere(ConcatVecEnv):  # type: ignore[misc] # is Any to mypy
    """SuperSuit's `ConcatVecEnv`: the engines of one process, which step one after another.

    Args:
        make_envs: Makes the vector environment of each engine.
        seed: The seed of the first `reset` that is given none.
    """

    def __init__(
        self, make_envs: Sequence[Callable[[], MarkovVectorEnv]], seed: int | None = None
    ) -> None:
        super().__init__(make_envs)
        self.num_engines = len(self.vec_envs)
        self._first_seed = seed

    def reset(self, seed: Seeds = None, options: Options = None) -> tuple[Any, list[Any]]:
        """Begin an episode in every engine.

        Args:
            seed: One from which each engine gets one of its own; or one for each engine.
            options: For all engines; or for each.

        Returns:
            Observations, and one info for each row.
        """
        seeds, self._first_seed = take_seeds(seed, self._first_seed, self.num_engines), None
        reset = [
            env.reset(seed=own_seed, options=own)
            for env, own_seed, own in zip(
                self.vec_envs, seeds, spread_options(options, self.num_engines), strict=True
            )
        ]
        infos = [info for _, infos in reset for info in infos]
        return self.concat_obs([observations for observations, _ in reset]), infos

    def ask(self, questions: Sequence[Question | None]) -> list[Any]:
        """Put one question to the environment of each engine, and return the answers."""
        return [
            None if question is None else question.put_to(env.par_env.unwrapped)
            for question, env in zip(questions, self.vec_envs, strict=True)
        ]

    def env_is_wrapped(self, wrapper_class: Any) -> list[Any]:
        """Whether each row is wrapped in that class: no.

        SuperSuit's worker passes on, under this name, whatever it is sent: so come questions.
        """
        if isinstance(wrapper_class, type):
            return [False] * self.num_envs
        return self.ask(wrapper_class)


class EnginesElsewhere(ProcConcatVec):  # type: ignore[misc] # is Any to mypy
    """SuperSuit's `ProcConcatVec`: the engines of several processes.

    Args:
        make_envs: Makes the vector environment of each engine.
        num_cpus: Number of processes, at most.
        example: An environment like theirs, for its spaces.
        seed: The seed of the first `reset` that is given none.
    """

    def __init__(
        self,
        make_envs: Sequence[Callable[[], MarkovVectorEnv]],
        num_cpus: int,
        example: MarkovVectorEnv,
        seed: int | None = None,
    ) -> None:
        self.pipes: list[Any] = []  # for close(), should the processes not start
        self.procs: list[Any] = []
        self._owner = os.getpid()
        self.num_engines = len(make_envs)
        self._first_seed = seed
        shares = np.array_split(np.arange(self.num_engines), num_cpus)
        self._first_of = [int(share[0]) for share in shares] + [self.num_engines]
        # Before Python waits for its processes at its end, which these would not notice.
        self._close_at_exit = partial(_close, weakref.ref(self))
        atexit.register(self._close_at_exit)
        super().__init__(
            [partial(EnginesHere, [make_envs[i] for i in share]) for share in shares],
            example.observation_space,
            example.action_space,
            self.num_engines * example.num_envs,
            example.metadata,
        )
        self.render_mode = example.render_mode

    def reset(self, seed: Seeds = None, options: Options = None) -> tuple[Any, list[Any]]:
        """Begin an episode in every engine: arguments and results as for `EnginesHere.reset`."""
        self._need_open()
        seeds, self._first_seed = take_seeds(seed, self._first_seed, self.num_engines), None
        all_options = spread_options(options, self.num_engines)
        for pipe, share in self._shares():
            pipe.send(("reset", (seeds[share], all_options[share])))
        infos = decompress_info(self.num_envs, self.idx_starts, self._receive_info())
        observations = copy.deepcopy(self.observations_buffers)
        return observations, [dict(info) for info in infos]

    def step_async(self, actions: Any) -> None:
        """Send the actions."""
        self._need_open()
        super().step_async(actions)

    def ask(self, questions: Sequence[Question | None]) -> list[Any]:
        """Put one question to the environment of each engine, and return the answers."""
        self._need_open()
        for pipe, share in self._shares():
            pipe.send(("env_is_wrapped", questions[share]))
        return [answer for answers in self._receive_info() for answer in answers]

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Whether each row is wrapped in that class: no."""
        return [False] * self.num_envs

    def render(self) -> Any:
        """A picture of the first engine's arena, as SuperSuit's other vector environment has it.

        Returns:
            (height, width, 3), uint8; None unless `render_mode="rgb_array"`.
        """
        others = [None] * (self.num_engines - 1)
        answer = self.ask([Question("render", "call"), *others])[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End the engines and their processes; may be called twice."""
        pipes, procs, self.pipes, self.procs = self.pipes, self.procs, [], []
        if self._owner != os.getpid():
            return  # a fork's copy: the processes are its parent's
        for pipe in pipes:
            with contextlib.suppress(OSError):  # the process has ended before
                pipe.send("close")
                pipe.send("terminate")
        for pipe, process in zip(pipes, procs, strict=True):
            process.join(_FAREWELL)
            if process.is_alive():
                process.kill()
                process.join()
            pipe.close()
        atexit.unregister(self._close_at_exit)

    def _receive_info(self) -> list[Any]:
        try:
            answers: list[Any] = super()._receive_info()
            return answers
        except (EOFError, ConnectionError) as exc:
            self.close()
            raise EngineDied(
                "expected an answer of every process that drives engines; one has ended, perhaps "
                "killed for its memory. Make another vector environment."
            ) from exc
        except BaseException:
            self.close()  # unread answers would be taken for those of the next step
            raise

    def _shares(self) -> list[tuple[Any, slice]]:
        """Each process's pipe, and which engines are its own."""
        bounds = zip(self._first_of, self._first_of[1:], strict=False)
        return [(pipe, slice(*bound)) for pipe, bound in zip(self.pipes, bounds, strict=True)]

    def _need_open(self) -> None:
        if not self.pipes:
            raise EnvironmentClosed


Engines = EnginesHere | EnginesElsewhere


def concat_engines(
    scene: str | os.PathLike[str],
    num_engines: int,
    num_cpus: int = 0,
    seed: int | None = None,
    **arguments: Any,
) -> Engines:
    """Make SuperSuit's vector environment of several engines with the same scene.

    Args:
        scene: As for `parallel_env`, but not the editor's.
        num_engines: Number of engines.
        num_cpus: Number of processes that drive them; 0 or 1: this one does.
        seed: Seed of the first `reset`.
        **arguments: Those of `GodotParallelEnv`.

    Raises:
        OptionError: If a number is out of range, or the seed.
        UsageError: If there is no scene.
    """
    check_count("num_engines", num_engines)
    check_count("num_cpus", num_cpus, least=0)
    if scene is None:
        raise UsageError(
            "expected a scene to start several times; got None: the editor's scene runs only once"
        )
    seed = check_seed(seed)
    env = _equal_rows(DeathMask(GodotParallelEnv(scene, **arguments)))
    make_envs = [partial(_copy, env) for _ in range(num_engines)]
    if min(num_cpus, num_engines) <= 1:
        return EnginesHere(make_envs, seed)
    return EnginesElsewhere(make_envs, min(num_cpus, num_engines), MarkovVectorEnv(env), seed)


def take_seeds(seed: Seeds, first: int | None, num_engines: int) -> list[int | None]:
    """Give each engine a seed of its own: of one for all, of its own, or of the first reset's."""
    if seed is None:
        seed = first
    if seed is None or isinstance(seed, Sequence):
        return [None] * num_engines if seed is None else list(seed)
    return list(spread_seed(check_seed(seed), num_engines))


def spread_options(options: Options, num_engines: int) -> list[Any]:
    """Give each engine its options: those for all, or its own."""
    return list(options) if isinstance(options, Sequence) else [options] * num_engines


def _equal_rows(env: DeathMask) -> Any:
    """Pad what agents observe and do, if they differ: rows of one array are equal."""
    agents = env.possible_agents
    for space, pad in (
        (env.observation_space, pad_observations_v0),
        (env.action_space, pad_action_space_v0),
    ):
        if any(space(agent) != space(agents[0]) for agent in agents):
            try:
                env = pad(env)
            except AssertionError as exc:
                raise UsageError(
                    "expected spaces that SuperSuit can pad to equal rows: all Box of as many "
                    f"dimensions and one dtype, or all Discrete; {exc}"
                ) from exc
    return env


def _copy(env: Any) -> MarkovVectorEnv:
    return MarkovVectorEnv(copy.deepcopy(env))


def _close(reference: weakref.ref[EnginesElsewhere]) -> None:
    engines = reference()
    if engines is not None:
        engines.close()
