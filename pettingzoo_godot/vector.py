"""Many arenas in several engines as one Gymnasium `VectorEnv`: the fast path.

Rule: all actions are sent before the first report is awaited, so engines work at the same time,
and while Python thinks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gymnasium.vector import AutoresetMode, VectorEnv

from pettingzoo_godot.arguments import (
    RENDER_MODES,
    absolute_scene,
    find_agents,
    make_launch,
    name_of,
    settle_episode,
)
from pettingzoo_godot.batch import Batches, StepResult
from pettingzoo_godot.errors import (
    EnvironmentClosed,
    OptionError,
    ResetNeeded,
    SpaceError,
    UsageError,
)
from pettingzoo_godot.fleet import Fleet
from pettingzoo_godot.lane import Lane
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.options import (
    check_choice,
    check_count,
    check_mapping,
    check_names,
    check_seed,
    check_speedup,
    spread_seed,
)
from pettingzoo_godot.pictures import frames_per_second, settle_size, tile, warn_of_no_pictures
from pettingzoo_godot.session import Timing
from pettingzoo_godot.slots import check_columns, interface, list_slots, make_spaces
from pettingzoo_godot.spaces import Array
from pettingzoo_godot.spec import fix_parameters, load_layout
from pettingzoo_godot.states import read_states, state_space

_MOST_ENGINES = 1024  # a slip of the keyboard must not fill the machine: each takes 140 MB


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
            `"rgb_array"`: pictures by `render`, drawn only when asked; docs/RENDERING.md.
        width: Of each arena's picture [pixels]; None: of the project's window.
        height: The same.
        camera_name: Who looks at each arena, as for `parallel_env`. May be set any time.
        max_steps: Steps after which living agents are truncated; 0: no limit; None: the scene's
            own limit.
        parameters: Values for parameters that the scene declares.
        heuristic_agents: IDs or policy groups of agents that the scene's own heuristics decide
            for; their actions are ignored.
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
        state_space: Of one arena's `state()`: float32, one-dimensional.
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
        width: int | None = None,
        height: int | None = None,
        camera_name: str | None = None,
        max_steps: int | None = None,
        parameters: Mapping[str, Scalar] | None = None,
        heuristic_agents: Iterable[str] = (),
        speedup: float | None = None,
        on_crash: str = "raise",
        timeout: float = 60.0,
        start_timeout: float = 60.0,
        log_path: str | os.PathLike[str] | None = None,
    ) -> None:
        self.scene = absolute_scene(scene)
        self.num_engines = check_count("num_engines", num_engines, most=_MOST_ENGINES)
        self.num_arenas = check_count("num_arenas", num_arenas)
        self.render_mode = render_mode
        self.camera_name = camera_name
        self.metadata = {
            "name": name_of(self.scene),
            "render_modes": list(RENDER_MODES),
            "autoreset_mode": AutoresetMode.SAME_STEP,
        }
        launch = make_launch(
            scene,  # as it was given: messages quote it
            render_mode=render_mode,
            speedup=speedup,
            timeout=timeout,
            start_timeout=start_timeout,
            log_path=None if log_path is None else Path(log_path).absolute(),
            width=width,
            height=height,
            arenas=self.num_arenas,
        )
        self._speedup = launch.speedup
        self._max_steps = max_steps
        restarts = check_choice("on_crash", on_crash, ("raise", "restart")) == "restart"
        self._parameters = check_mapping("parameters", parameters)
        self._heuristic_agents = check_names("heuristic_agents", heuristic_agents)
        layout = None
        if launch.scene is not None:
            _, layout = load_layout(replace(launch, arenas=1), self._parameters)
            launch = settle_size(fix_parameters(launch, layout), layout.hello)
            layout = Layout(replace(layout.hello, arenas=launch.arenas))
        self._fleet = Fleet(launch, self.num_engines, restarts)
        self._lanes = self._fleet.lanes
        self._layout = layout or self._lanes[0].open()
        self.metadata["render_fps"] = frames_per_second(self._layout.hello)
        self._settle()
        check_columns(self._layout.groups)
        self._batches = Batches(self._layout.groups)
        self.policy_groups = list(self._batches.names)
        self.slots = {
            group.name: list_slots(group, self.num_engines, self.num_arenas)
            for group in self._layout.groups
        }
        rows = [len(slots) for slots in self.slots.values()]
        self.num_envs = sum(rows)
        made = make_spaces(self._layout.groups, rows)
        self.single_observation_space, self.single_action_space = made[:2]
        self.observation_space, self.action_space = made[2:]
        self.state_space = state_space(self._layout)
        self._rows_per_engine = self.num_envs // self.num_engines
        self._batch_lanes = self._check_batch_size(batch_size)
        self.arena_seeds: list[int] = []
        self._last: list[int] = []  # engines whose results were returned last: `send` is for them

    # ------------------------------------------------------------------ what it is made of

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
        return self._fleet.timing

    @property
    def parameters(self) -> dict[str, Scalar]:
        """Values for parameters that the scene declares; what is set holds from the next episode
        of each arena on."""  # noqa: D205, D209
        return dict(self._parameters)

    @parameters.setter
    def parameters(self, values: Mapping[str, Scalar]) -> None:
        self._continue_with("_parameters", check_mapping("parameters", values))

    @property
    def heuristic_agents(self) -> Iterable[str]:
        """IDs or policy groups of agents that the scene's own heuristics decide for; what is set
        holds from the next episode of each arena on."""  # noqa: D205, D209
        return self._heuristic_agents

    @heuristic_agents.setter
    def heuristic_agents(self, names: Iterable[str]) -> None:
        self._continue_with("_heuristic_agents", check_names("heuristic_agents", names))
        for lane in self._lanes:
            lane.heuristics[:] = [None] * self.num_arenas

    def set_heuristic_agents(self, names: Iterable[str], arenas: Iterable[int]) -> None:
        """Set `heuristic_agents` for some arenas, from the next episode of each on.

        It holds until it is set anew, here or for all arenas.

        Args:
            names: IDs or policy groups of agents.
            arenas: Indices, engine by engine, as in `arena_seeds`.

        Raises:
            OptionError: If there is no such agent or arena.
        """
        agents = find_agents(self._layout, names)
        for arena in arenas:
            check_count("the arena", arena, least=0, most=self.num_engines * self.num_arenas - 1)
            engine, index = divmod(arena, self.num_arenas)
            self._lanes[engine].heuristics[index] = agents

    def _continue_with(self, name: str, value: Any) -> None:
        """Set what the next episodes begin with, if it is right."""
        before = getattr(self, name)
        setattr(self, name, value)
        try:
            self._settle()
        except OptionError:
            setattr(self, name, before)
            raise
        for lane in self._lanes:
            lane.continue_with(self._episodes)

    def _settle(self, options: Mapping[str, Any] | None = None) -> None:
        chosen = {**self._parameters, **check_mapping("options", options)}
        self._episodes = settle_episode(
            self._layout, chosen, self._parameters, self._max_steps, self._heuristic_agents
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
        lanes = self._fleet.take(self.num_engines)
        self._last = list(range(self.num_engines))
        return self._batches.first_observations(lanes), {}

    def async_reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> None:
        """Ask for a new episode in every arena, without waiting: `recv` returns the observations.

        Args:
            seed: As for `reset`.
            options: As for `reset`.
        """
        seed = check_seed(seed)
        self._settle(options)
        self._fleet.forget()
        self.start()
        super().reset(seed=seed)
        if seed is not None or not self.arena_seeds:
            self._seed(seed)
        for lane in self._lanes:
            lane.begin(self._episodes)

    def start(self) -> None:
        """Start the engines that do not run; the first `reset` does so, too."""
        if self.closed:
            raise EnvironmentClosed()
        for lane in self._lanes:
            self._check_same(lane.open())

    def step(self, actions: Any) -> StepResult:
        """Let the agents act for one step: `send`, and then `recv` of the same rows.

        Args:
            actions: (num_envs, ...), as `action_space` says; with several policy groups, a dict of
                such arrays by group. Those of agents that are done are ignored. After a `recv` of
                fewer rows, so many.

        Returns:
            Observations, rewards (float32), terminations, truncations (bool) and infos.

        Raises:
            EnvironmentClosed: After `close`.
            ResetNeeded: Before the first `reset`, or when an engine failed.
            SpaceError: If an action does not fit its space. Nothing was sent then: step again.
            PettingZooGodotError: If an engine ends or the scene has a mistake.
        """
        lanes = self._send(actions, self._last)
        self._fleet.finish(lanes)
        return self._results(lanes)

    def send(self, actions: Any, env_ids: Any = None) -> None:
        """Let agents act, without waiting for what comes of it.

        Args:
            actions: One per row that the last `recv` (or `reset`) returned, in that order.
            env_ids: Instead of those, the rows that the actions are for: all of one engine or of
                several, as `infos["env_id"]` had them.

        Raises:
            As `step` does.
        """
        if env_ids is not None:
            self._last = self._batches.engines_of(env_ids, self.num_engines)
        self._send(actions, self._last)

    def recv(self) -> StepResult:
        """Wait for the engines that are ready first, `batch_size` rows in all.

        Returns:
            As `step` does, for these rows; `infos["env_id"]` tells which they are.

        Raises:
            ResetNeeded: If nothing was sent.
            PettingZooGodotError: If an engine ends or the scene has a mistake.
        """
        if self.closed:
            raise EnvironmentClosed()
        lanes = self._fleet.take(self._batch_lanes)
        self._last = [self._lanes.index(lane) for lane in lanes]
        return self._results(lanes)

    def state(self) -> Array:
        """The state of each arena: what the scene declares, or all its agents' observations.

        It came with the results of the last `reset`, `step` or `recv`, and is of their arenas.

        Returns:
            (arenas, size), float32, as `state_space` says; engine by engine, arena by arena.

        Raises:
            ResetNeeded: Before the first `reset`, and between `send` and `recv`.
        """
        return read_states(self._layout, [lane.report for lane in self._told_lanes()])

    def final_state(self) -> Array:
        """The same, but where an arena began anew in the last step: that of its end."""
        return read_states(
            self._layout, [lane.ending or lane.report for lane in self._told_lanes()]
        )

    def render(self) -> Any:
        """Draw all arenas as they are.

        Returns:
            With `render_mode="rgb_array"`, `tile(draw_arenas())`, one picture; else None.
        """
        if self.render_mode != "rgb_array":
            warn_of_no_pictures(self.render_mode)
            return None
        return tile(self.draw_arenas())

    def draw_arenas(self) -> list[Array]:
        """Draw each arena as it is, with `render_mode="rgb_array"`.

        Returns:
            Engine by engine, arena by arena: (height, width, 3), uint8. Where an episode ended in
            the last step, the next one's beginning; black where an engine failed that is replaced.

        Raises:
            UsageError: In another render mode.
            EnvironmentClosed: After `close`.
            ResetNeeded: Before the first `reset`, when an engine failed, and between `send` and
                `recv`.
            OptionError: If there is no camera named `camera_name`.
            PettingZooGodotError: If an engine ends or the scene has a mistake.
        """
        if self.render_mode != "rgb_array":
            raise UsageError(f"expected render_mode 'rgb_array'; got {self.render_mode!r}")
        if self.closed:
            raise EnvironmentClosed()
        return [picture for lane in self._lanes for picture in lane.render(self.camera_name)]

    def close_extras(self, **_: Any) -> None:
        """End the engines; `close` may be called twice, in any state."""
        self._fleet.close()

    def __enter__(self) -> GodotVectorEnv:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ inside

    def _seed(self, seed: int | None) -> None:
        self.arena_seeds = spread_seed(seed, self.num_engines * self.num_arenas)
        for index, lane in enumerate(self._lanes):
            first = index * self.num_arenas
            lane.seed(self.arena_seeds[first : first + self.num_arenas])

    def _check_same(self, layout: Layout) -> None:
        if interface(layout.hello) != interface(self._layout.hello):
            self.close()
            raise EnvironmentClosed(
                f"the scene {self.metadata['name']} has changed since this environment was made; "
                "make another one"
            )

    def _send(self, actions: Any, indices: Sequence[int]) -> list[Lane]:
        """Send actions to these engines, when all are checked."""
        lanes = [self._lanes[index] for index in indices]
        for lane in lanes:
            if not self._fleet.awaits_actions(lane):
                raise self._why_not_now(lanes)
        if self.closed or not lanes:
            raise self._why_not_now(lanes)
        self._batches.write_actions(actions, lanes)
        for index, lane in zip(indices, lanes, strict=True):
            misfit = lane.find_bad_action()
            if misfit is not None:
                raise SpaceError(
                    f"agent {misfit.agent!r} in arena {misfit.arena} of engine {index}: "
                    f"{misfit.problem}"
                )
        for lane in lanes:
            lane.send()
        return lanes

    def _told_lanes(self) -> list[Lane]:
        """Those whose results were returned last."""
        lanes = [self._lanes[index] for index in self._last]
        if self.closed or not lanes or not all(lane.is_idle() for lane in lanes):
            raise self._why_not_now(lanes)
        return lanes

    def _why_not_now(self, lanes: Sequence[Lane]) -> UsageError:
        if self.closed:
            return EnvironmentClosed()
        if lanes and all(lane.is_usable() for lane in self._lanes):
            return ResetNeeded("the last actions are still on their way: call recv() first")
        return ResetNeeded()

    def _results(self, lanes: Sequence[Lane]) -> StepResult:
        return self._batches.results(
            lanes, self._last if self._batch_lanes < self.num_engines else None
        )
