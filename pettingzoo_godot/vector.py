"""Many arenas in several engines as one Gymnasium `VectorEnv`: the fast path.

Rule: all actions are sent before the first report is awaited, so engines work at the same time,
and while Python thinks.
"""

from __future__ import annotations

import os
import selectors
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from pettingzoo_godot.arguments import (
    RENDER_MODES,
    absolute_scene,
    make_launch,
    name_of,
    settle_episode,
)
from pettingzoo_godot.batch import Batch
from pettingzoo_godot.errors import (
    EnvironmentClosed,
    OptionError,
    ResetNeeded,
    SpaceError,
)
from pettingzoo_godot.lane import Episodes, Lane
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import Hello, Scalar
from pettingzoo_godot.options import (
    check_choice,
    check_count,
    check_mapping,
    check_seed,
    check_speedup,
)
from pettingzoo_godot.session import Launch, Timing
from pettingzoo_godot.spec import load_layout

StepResult = tuple[Any, Any, Any, Any, dict[str, Any]]


class Slot(NamedTuple):
    """Whose row of a batch this is.

    Attributes:
        engine: Index of the engine.
        arena: Index of the arena in its engine.
        agent: ID of the agent.
    """

    engine: int
    arena: int
    agent: str


class GodotVectorEnv(VectorEnv[Any, Any, Any]):
    """A Godot scene in many arenas of several engines, as a Gymnasium `VectorEnv`.

    A row is a slot: one agent in one arena of one engine; rows come engine by engine, arena by
    arena, agent by agent. For a scene with one policy group, observations, actions and results are
    arrays over its rows. For a scene with several, each is a dict of them by group, and `num_envs`
    counts all rows.

    An arena whose agents are all done begins its next episode in the same step
    (`AutoresetMode.SAME_STEP`): the observations returned are then the next episode's first ones,
    `infos["final_obs"]` and `infos["final_info"]` are those of the end. An agent that is done
    before its arena keeps its last observation with reward 0 until then; `infos["live"]` tells
    which rows took part in a step. The row is marked as terminated once more when its arena begins
    anew.

    Args:
        scene: As for `parallel_env`.
        num_engines: Godot processes.
        num_arenas: Copies of the scene in each of them.
        batch_size: Rows that `recv` waits for: those of the engines that are ready first. A
            multiple of one engine's rows; None: all rows.
        render_mode: None: no window. `"human"`: a window per engine, which shows all its arenas.
        max_steps: Steps after which living agents are truncated; 0: no limit; None: the scene's
            own limit.
        parameters: Values for parameters that the scene declares.
        speedup: Multiple of real time at which steps run; 0: as fast as possible; None: 1 with a
            window, 0 without.
        on_crash: What to do when an engine dies or hangs. `"raise"`: raise the error. `"restart"`:
            start another one; its episodes are truncated where they were last seen, and
            `infos["engine_failed"]` marks their rows. Three failures in a row are raised.
        timeout: Seconds to wait for each answer of an engine.
        start_timeout: Seconds to wait for an engine's start.
        log_path: File that the engines' output is appended to.

    Attributes:
        policy_groups: Names of the scene's policy groups.
        slots: By group, the slot of each row.
        arena_seeds: The seed of each arena, engine by engine: `parallel_env(...).reset(seed=...)`
            with it plays the same episodes. Empty before the first `reset`.

    Raises:
        SceneNotFound: If there is no such scene.
        OptionError: If a number or a parameter is wrong.
    """

    def __init__(
        self,
        scene: str | os.PathLike[str] | None,
        num_engines: int = 1,
        num_arenas: int = 1,
        *,
        batch_size: int | None = None,
        render_mode: str | None = None,
        max_steps: int | None = None,
        parameters: Mapping[str, Scalar] | None = None,
        speedup: float | None = None,
        on_crash: str = "raise",
        timeout: float = 60.0,
        start_timeout: float = 60.0,
        log_path: str | os.PathLike[str] | None = None,
    ) -> None:
        self.scene = absolute_scene(scene)
        self.num_engines = check_count("num_engines", num_engines)
        self.num_arenas = check_count("num_arenas", num_arenas)
        self.render_mode = render_mode
        self.metadata = {
            "name": name_of(self.scene),
            "render_modes": list(RENDER_MODES),
            "autoreset_mode": AutoresetMode.SAME_STEP,
        }
        launch = make_launch(
            self.scene,
            render_mode=render_mode,
            speedup=speedup,
            timeout=timeout,
            start_timeout=start_timeout,
            log_path=None if log_path is None else Path(log_path).absolute(),
            arenas=self.num_arenas,
        )
        self._timeout = launch.timeout
        self._speedup = launch.speedup
        self._max_steps = max_steps
        restarts = check_choice("on_crash", on_crash, ("raise", "restart")) == "restart"
        self._lanes = [Lane(launch, restarts) for _ in range(self.num_engines)]
        self._layout = self._read_layout(launch)
        self._parameters = check_mapping("parameters", parameters)
        self._settle()
        self._batches = [Batch(group, i) for i, group in enumerate(self._layout.groups)]
        self.policy_groups = [group.name for group in self._layout.groups]
        self.slots = {batch.group.name: self._slots_of(batch) for batch in self._batches}
        self._make_spaces()
        self._rows_per_engine = self.num_envs // self.num_engines
        self._batch_lanes = self._check_batch_size(batch_size)
        self.arena_seeds: list[int] = []
        self._last: list[int] = []  # engines whose results were returned last: `send` is for them
        self._ready: list[Lane] = []  # whose results nobody has taken yet

    # ------------------------------------------------------------------ what it is made of

    def _read_layout(self, launch: Launch) -> Layout:
        """Learn how one engine's packets are laid out."""
        if launch.scene is None:
            return self._lanes[0].open()
        _, layout = load_layout(replace(launch, arenas=1))
        return Layout(replace(layout.hello, arenas=launch.arenas))

    def _slots_of(self, batch: Batch) -> list[Slot]:
        return [
            Slot(engine, arena, agent)
            for engine in range(self.num_engines)
            for arena in range(self.num_arenas)
            for agent in batch.group.agents
        ]

    def _make_spaces(self) -> None:
        rows = {name: len(slots) for name, slots in self.slots.items()}
        self.num_envs = sum(rows.values())
        groups = {group.name: group for group in self._layout.groups}
        observed = {name: group.observation_space for name, group in groups.items()}
        acted = {name: group.action_space for name, group in groups.items()}
        self.single_observation_space = self._pack_space(observed)
        self.single_action_space = self._pack_space(acted)
        self.observation_space = self._pack_space(
            {name: batch_space(space, rows[name]) for name, space in observed.items()}
        )
        self.action_space = self._pack_space(
            {name: batch_space(space, rows[name]) for name, space in acted.items()}
        )

    def _pack_space(self, by_group: dict[str, Any]) -> Any:
        return spaces.Dict(by_group) if len(by_group) > 1 else next(iter(by_group.values()))

    def _pack(self, by_group: Sequence[Any]) -> Any:
        """One group's arrays as they are; several groups' in a dict."""
        if len(by_group) == 1:
            return by_group[0]
        return dict(zip(self.policy_groups, by_group, strict=True))

    def _check_batch_size(self, batch_size: int | None) -> int:
        """How many engines `recv` waits for."""
        if batch_size is None:
            return self.num_engines
        lanes, rest = divmod(check_count("batch_size", batch_size), self._rows_per_engine)
        if rest or lanes > self.num_engines:
            raise OptionError(
                f"expected batch_size to be a multiple of {self._rows_per_engine}, one engine's "
                f"rows, up to {self.num_envs}; got {batch_size}"
            )
        return lanes

    @property
    def engine_pids(self) -> list[int | None]:
        """Process ID of each engine; None where none runs."""
        return [lane.engine_pid for lane in self._lanes]

    @property
    def speedup(self) -> float:
        """Multiple of real time at which steps run; 0: as fast as possible.

        May be set between `recv` and `send`.
        """
        return self._speedup

    @speedup.setter
    def speedup(self, multiple: float) -> None:
        multiple = check_speedup(multiple)
        if any(lane.is_asked() for lane in self._lanes):
            raise ResetNeeded("the last actions are still on their way: call recv() first")
        self._speedup = multiple
        for lane in self._lanes:
            lane.configure(multiple)

    @property
    def timing(self) -> Timing:
        """Where the engines' time went since they started, summed over them."""
        timings = [lane.timing for lane in self._lanes]
        return Timing(*(sum(column) for column in zip(*map(astuple, timings), strict=True)))

    @property
    def parameters(self) -> dict[str, Scalar]:
        """Values for parameters that the scene declares; what is set holds from the next episode
        of each arena on."""  # noqa: D205, D209
        return dict(self._parameters)

    @parameters.setter
    def parameters(self, values: Mapping[str, Scalar]) -> None:
        before, self._parameters = self._parameters, check_mapping("parameters", values)
        try:
            self._settle()
        except OptionError:
            self._parameters = before
            raise
        for lane in self._lanes:
            lane.continue_with(self._episodes)

    def _settle(self, options: Mapping[str, Any] | None = None) -> None:
        chosen = {**self._parameters, **check_mapping("options", options)}
        self._episodes = Episodes(
            *settle_episode(self._layout.hello, chosen, self._parameters, self._max_steps)
        )

    # ------------------------------------------------------------------ the loop

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode in every arena; starts the engines that do not run.

        Args:
            seed: Any int from 0 on: every arena gets a seed of its own from it, by
                `numpy.random.SeedSequence`. None: each goes on with its stream of seeds.
            options: Values for the scene's declared parameters, until the next `reset`.

        Returns:
            First observations, and empty infos.

        Raises:
            EnvironmentClosed: After `close`.
            OptionError: If an option has the wrong type or is out of range.
            PettingZooGodotError: If an engine does not start or the scene has a mistake.
        """
        self.async_reset(seed=seed, options=options)
        lanes = self._collect(self.num_engines)
        return self._pack([batch.first_observations(lanes) for batch in self._batches]), {}

    def async_reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> None:
        """Ask for a new episode in every arena, without waiting: `recv` returns the observations.

        Args:
            seed: As for `reset`.
            options: As for `reset`.
        """
        if self.closed:
            raise EnvironmentClosed("this environment was closed; make another one")
        super().reset(seed=check_seed(seed))
        self._settle(options)
        self._ready.clear()
        for lane in self._lanes:
            self._check_same(lane.open())
        if seed is not None or not self.arena_seeds:
            self._seed(seed)
        for lane in self._lanes:
            lane.begin(self._episodes)

    def step(self, actions: Any) -> StepResult:
        """Let all agents act for one step: `send`, then `recv` of all rows.

        Args:
            actions: (num_envs, ...), as `action_space` says; with several policy groups, a dict of
                such arrays by group. Those of agents that are done are ignored.

        Returns:
            Observations, rewards (float32), terminations, truncations (bool) and infos.

        Raises:
            EnvironmentClosed: After `close`.
            ResetNeeded: Before the first `reset`, or when an engine failed.
            SpaceError: If an action does not fit its space. Nothing was sent then: step again.
            PettingZooGodotError: If an engine ends or the scene has a mistake.
        """
        self.send(actions)
        return self._results(self._collect(len(self._last)))

    def send(self, actions: Any, env_ids: Any = None) -> None:
        """Let agents act, without waiting for what comes of it.

        Args:
            actions: One per row that the last `recv` (or `reset`) returned, in that order.
            env_ids: Instead of those, the rows that the actions are for: all of one engine or of
                several, as `infos["env_id"]` had them.

        Raises:
            As `step` does.
        """
        indices = self._last if env_ids is None else self._engines_of(env_ids)
        lanes = [self._lanes[index] for index in indices]
        self._check_turn(lanes)
        for batch, part in zip(self._batches, self._unpack(actions), strict=True):
            batch.write_actions(part, lanes)
        for index, lane in zip(indices, lanes, strict=True):
            misfit = lane.find_bad_action()
            if misfit is not None:
                raise SpaceError(
                    f"agent {misfit.agent!r} in arena {misfit.arena} of engine {index}: "
                    f"{misfit.problem}; clip it, or widen the space"
                )
        for lane in lanes:
            lane.send()

    def recv(self) -> StepResult:
        """Wait for the engines that are ready first, `batch_size` rows in all.

        Returns:
            As `step` does, for these rows; `infos["env_id"]` tells which they are.

        Raises:
            ResetNeeded: If nothing was sent.
            PettingZooGodotError: If an engine ends or the scene has a mistake.
        """
        return self._results(self._collect(self._batch_lanes))

    def render(self) -> None:
        """Does nothing: with `render_mode="human"`, the engines' windows show every step."""

    def close_extras(self, **_: Any) -> None:
        """End the engines; `close` may be called twice, in any state."""
        for lane in self._lanes:
            lane.close()

    def __enter__(self) -> GodotVectorEnv:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ inside

    def _seed(self, seed: int | None) -> None:
        arenas = self.num_engines * self.num_arenas
        words = np.random.SeedSequence(seed).generate_state(arenas, np.uint64)
        self.arena_seeds = [int(word) for word in words]
        for index, lane in enumerate(self._lanes):
            first = index * self.num_arenas
            lane.seed(self.arena_seeds[first : first + self.num_arenas])

    def _check_same(self, layout: Layout) -> None:
        if _interface(layout.hello) != _interface(self._layout.hello):
            self.close()
            raise EnvironmentClosed(
                f"the scene {self.metadata['name']} has changed since this environment was made; "
                "make another one"
            )

    def _check_turn(self, lanes: Sequence[Lane]) -> None:
        if self.closed:
            raise EnvironmentClosed("this environment was closed; make another one")
        if not lanes or not all(lane.is_usable() for lane in self._lanes):
            raise ResetNeeded(
                "no episode is running: call reset() first, also after an engine failed"
            )
        if any(lane.is_asked() or lane in self._ready for lane in lanes):
            raise ResetNeeded("the last actions are still on their way: call recv() first")

    def _unpack(self, actions: Any) -> list[Any]:
        if len(self._batches) == 1:
            return [actions]
        if not isinstance(actions, Mapping) or set(actions) != set(self.policy_groups):
            got = list(actions) if isinstance(actions, Mapping) else repr(actions)[:200]
            raise SpaceError(
                f"expected actions as a dict by policy group, {self.policy_groups}; got {got}"
            )
        return [actions[name] for name in self.policy_groups]

    def _engines_of(self, env_ids: Any) -> list[int]:
        """Which engines have these rows."""
        batch = self._batches[0]
        rows = np.asarray(env_ids if len(self._batches) == 1 else env_ids[batch.group.name])
        engines = rows[:: batch.slots] // batch.slots
        if not np.array_equal(rows, self._rows(batch, engines)):
            raise SpaceError(
                "expected env_ids to be all rows of one engine or of several, as infos['env_id'] "
                f"had them; got {rows}"
            )
        return [int(engine) for engine in engines]

    def _rows(self, batch: Batch, engines: Any) -> Any:
        firsts = np.asarray(engines, np.int64)[:, None] * batch.slots
        return (firsts + np.arange(batch.slots)).ravel()

    def _collect(self, count: int) -> list[Lane]:
        """Wait until so many engines are ready; in order if it is all of them."""
        asked = [lane for lane in self._lanes if lane.is_asked()]
        if not asked and len(self._ready) < count:
            raise ResetNeeded("nothing was sent: call reset() or send() first")
        while len(self._ready) < count:
            takes_all = len(self._ready) + len(asked) == count
            for lane in asked if takes_all else self._wait(asked):
                if lane.receive():
                    self._ready.append(lane)
            asked = [lane for lane in asked if lane.is_asked()]
        taken, self._ready = self._ready[:count], self._ready[count:]
        if count == self.num_engines:
            taken = self._lanes
        self._last = [self._lanes.index(lane) for lane in taken]
        return taken

    def _wait(self, lanes: Sequence[Lane]) -> list[Lane]:
        """Wait until one of these engines has answered, or a few have."""
        with selectors.DefaultSelector() as selector:
            for lane in lanes:
                selector.register(lane.fileno(), selectors.EVENT_READ, lane)
            answered = selector.select(self._timeout)
        # Nobody: then one of them says what is wrong, when it is waited for in vain.
        return [key.data for key, _ in answered] or [lanes[0]]

    def _results(self, lanes: list[Lane]) -> StepResult:
        outcomes = [batch.outcome(lanes) for batch in self._batches]
        if self._batch_lanes < self.num_engines:
            for batch, outcome in zip(self._batches, outcomes, strict=True):
                outcome.infos["env_id"] = self._rows(batch, self._last)
                outcome.infos["_env_id"] = outcome.infos["_live"]
        observations, rewards, terminations, truncations, infos = map(
            self._pack, zip(*outcomes, strict=True)
        )
        return observations, rewards, terminations, truncations, infos


def make_vec(num_envs: int, scene: str, num_engines: int = 1, **arguments: Any) -> GodotVectorEnv:
    """Make what `gymnasium.make_vec` asks for, of a scene with one agent.

    Args:
        num_envs: Rows: arenas of all engines.
        scene: As for `parallel_env`.
        num_engines: Godot processes.
        **arguments: Those of `GodotVectorEnv`.

    Raises:
        OptionError: If `num_envs` is no multiple of `num_engines`.
    """
    if num_envs % check_count("num_engines", num_engines):
        raise OptionError(f"expected num_envs to be a multiple of {num_engines}; got {num_envs}")
    return GodotVectorEnv(scene, num_engines, num_envs // num_engines, **arguments)


def _interface(hello: Hello) -> tuple[Any, ...]:
    """What must be the same in every engine; paths of nodes are those of their arenas."""
    return tuple(replace(agent, node="") for agent in hello.agents), hello.parameters
