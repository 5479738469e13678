"""A Godot scene as a PettingZoo `ParallelEnv`.

Rule: the constructor only stores its arguments. Spaces are read from the scene's spec, an engine
starts at the first `reset`; so an environment can be copied, pickled and sent to other processes
(SuperSuit clones the one it is given), and each copy starts an engine of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from pettingzoo import ParallelEnv

from pettingzoo_godot.arguments import (
    RENDER_MODES,
    absolute_scene,
    check_people,
    make_launch,
    name_of,
    settle_episode,
    speedup_for,
)
from pettingzoo_godot.errors import (
    EngineDied,
    EnvironmentClosed,
    LinkError,
    RemoteProtocolError,
    ResetNeeded,
    UsageError,
)
from pettingzoo_godot.layout import Layout, truncate_after
from pettingzoo_godot.messages import LIVE, Parameter, Report, Reset, Scalar, Step
from pettingzoo_godot.options import (
    check_choice,
    check_mapping,
    check_names,
    check_seed,
    check_speedup,
    draw_seed,
)
from pettingzoo_godot.pictures import (
    black_pictures,
    frames_per_second,
    settle_size,
    take_pictures,
    warn_of_no_pictures,
)
from pettingzoo_godot.port import Ports, StepResult, unknown_agent
from pettingzoo_godot.session import FailureQuota, Launch, Session, Timing
from pettingzoo_godot.spaces import Array, Space
from pettingzoo_godot.spec import fix_parameters, load_layout, read_layout
from pettingzoo_godot.states import read_states, state_space

AgentID = str
# What belongs to a session, or is made of it: not pickled.
_SPACES = ("_layout", "_action_spaces", "state_space")
_LIVE = {
    "agents",
    "_closed",
    "_session",
    "_report",
    "_first_tick",
    "_generator",
    "_ports",
    "_quota",
    "_step",
    *_SPACES,
}


class GodotParallelEnv(ParallelEnv[AgentID, Any, Any]):  # type: ignore[misc] # is Any to mypy
    """A Godot scene with named agents as a PettingZoo `ParallelEnv`.

    Args:
        scene: Name of a bundled scene (`list_scenes()`), a project folder, a `.tscn` file inside
            one, an exported game, or None: wait for a scene that somebody starts from the editor.
        render_mode: None: no window, as fast as possible. `"human"`: a window, in real time.
            `"rgb_array"`: pictures by `render`, drawn only when asked; docs/RENDERING.md.
        max_steps: Steps after which living agents are truncated; 0: no limit; None: the scene's
            own limit. `max_cycles` is another name for it.
        parameters: Values for parameters that the scene declares, for all episodes.
        speedup: Multiple of real time at which steps run; 0: as fast as possible; None: 1 with a
            window, 0 without. Observations do not depend on it.
        width: Of pictures [pixels]; None: of the project's window.
        height: The same.
        camera_name: Who looks: None: the scene's own camera; the name of a camera in the scene; or
            the ID of an agent: from behind it. May be set any time.
        heuristic_agents: IDs or policy groups of agents that the scene's own heuristics decide
            for, from the next `reset` on; their actions are ignored.
        human_agents: IDs or policy groups of agents that a person plays in the window by the
            scene's input map, from the next `reset` on; with `render_mode="human"`. Their actions
            are ignored, too.
        strict_options: Refuse unknown options of `reset` instead of ignoring them.
        on_crash: What to do when the engine dies or hangs in a step. `"raise"`: raise the error.
            `"restart"`: truncate the episode where it was last seen, with `engine_failed` in its
            infos; the next `reset` starts another engine. Three failures in a row are raised.
        timeout: Seconds to wait for each answer of the engine.
        start_timeout: Seconds to wait for the engine's start; for the editor, for Play.
        log_path: File that the engine's output is appended to; None: only its end is kept, for
            error messages.

    Attributes:
        possible_agents: All agents of the scene, in its order (depth first through its tree).
        agents: Those that live.
        metadata: `name`, `render_modes`, `is_parallelizable`; once the scene is known,
            `render_fps`: steps per second of simulated time.
        render_mode: As given.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 - PettingZoo reads it from the class as well
        "name": "godot",
        "render_modes": list(RENDER_MODES),
        "is_parallelizable": True,
    }

    def __init__(
        self,
        scene: str | os.PathLike[str] | None,
        render_mode: str | None = None,
        max_steps: int | None = None,
        parameters: Mapping[str, Scalar] | None = None,
        *,
        max_cycles: int | None = None,
        speedup: float | None = None,
        width: int | None = None,
        height: int | None = None,
        camera_name: str | None = None,
        heuristic_agents: Iterable[str] = (),
        human_agents: Iterable[str] = (),
        strict_options: bool = False,
        on_crash: str = "raise",
        timeout: float = 60.0,
        start_timeout: float = 60.0,
        log_path: str | os.PathLike[str] | None = None,
    ) -> None:
        self.scene = absolute_scene(scene)
        self.render_mode = render_mode
        self.max_steps = max_steps if max_cycles is None else max_cycles
        self.parameters = check_mapping("parameters", parameters)
        self.width = width
        self.height = height
        self.camera_name = camera_name
        self.heuristic_agents: Iterable[str] = check_names("heuristic_agents", heuristic_agents)
        self.human_agents: Iterable[str] = check_people(human_agents, render_mode)
        self.strict_options = strict_options
        self.on_crash = check_choice("on_crash", on_crash, ("raise", "restart"))
        self.timeout = timeout
        self.start_timeout = start_timeout
        self.log_path = None if log_path is None else Path(log_path).absolute()
        self.metadata = {**type(self).metadata, "name": name_of(self.scene)}
        self._speedup = speedup
        self._spec: str | None = None  # the hello, as text: it travels with a pickled environment
        self._forget()

    def _forget(self) -> None:
        """Start, or start over, without session and episode."""
        self.agents: list[AgentID] = []
        self._closed = False
        self._session: Session | None = None
        self._report: Report | None = None  # of the running episode's last step
        self._first_tick = 0
        self._generator: np.random.Generator | None = None
        self._ports: Ports | None = None
        self._quota = FailureQuota()
        self._step: Step | None = None

    def __getstate__(self) -> dict[str, Any]:
        # Arguments and spec only: a copy starts its own engine, and draws seeds of its own.
        return {name: value for name, value in vars(self).items() if name not in _LIVE}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()

    # ------------------------------------------------------------------ what the scene is made of

    @property
    def possible_agents(self) -> list[AgentID]:
        """All agents of the scene, in its order; a new list."""
        return [agent.id for agent in self._layout.hello.agents]

    @property
    def agent_groups(self) -> dict[str, list[AgentID]]:
        """The agents of each policy group: `{"seeker": ["seeker_0"], ...}`; a new dict."""
        return {group.name: list(group.agents) for group in self._layout.groups}

    @property
    def declared_parameters(self) -> dict[str, Parameter]:
        """What the scene lets `parameters` and the options of `reset` set, by name."""
        return {parameter.name: parameter for parameter in self._layout.hello.parameters}

    @property
    def step_seconds(self) -> float:
        """Simulated time of one step [s]."""
        return self._layout.hello.tick_seconds * self._layout.hello.ticks_per_step

    def observation_space(self, agent: AgentID) -> Space:
        """The agent's observation space: the same object each time.

        Raises:
            UnknownAgent: If the scene has no such agent.
        """
        return self._layout.groups[self._place(agent)[0]].observation_space

    def action_space(self, agent: AgentID) -> Space:
        """The agent's action space: the same object each time.

        Raises:
            UnknownAgent: If the scene has no such agent.
        """
        return self._action_spaces[self._known(agent)]

    @cached_property
    def state_space(self) -> Box:
        """Space of `state()`: float32, one-dimensional."""
        return state_space(self._layout)

    @property
    def engine_pid(self) -> int | None:
        """Process ID of the engine; None while none runs, and for a scene from the editor."""
        session = self._session
        return session.engine_pid if session is not None and session.is_usable() else None

    @property
    def max_cycles(self) -> int | None:
        """Another name for `max_steps`, which PettingZoo's own tests set."""
        return self.max_steps

    @max_cycles.setter
    def max_cycles(self, steps: int | None) -> None:
        self.max_steps = steps

    @property
    def speedup(self) -> float:
        """Multiple of real time at which steps run; 0: as fast as possible. May be set any time."""
        return speedup_for(self.render_mode, self._speedup)

    @speedup.setter
    def speedup(self, multiple: float) -> None:
        self._speedup = check_speedup(multiple)
        if self._session is not None and self._session.is_usable():
            self._session.configure(self._speedup)

    @property
    def timing(self) -> Timing:
        """Where the time went since the engine started, up to now or to `close()`."""
        return Timing() if self._session is None else self._session.timing

    # ------------------------------------------------------------------ the loop

    def reset(
        self, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[dict[AgentID, Any], dict[AgentID, dict[str, Any]]]:
        """Begin an episode; starts the engine if none runs.

        Args:
            seed: Any int from 0 on: same seed, same actions, same bits. None: go on with the
                stream of the last seed, or with a new one.
            options: Values for the scene's declared parameters, for this episode.

        Returns:
            Observations and infos of all agents; infos are empty.

        Raises:
            EnvironmentClosed: After `close`.
            OptionError: If an option has the wrong type or is out of range; or is unknown, with
                `strict_options`.
            PettingZooGodotError: If the engine does not start or the scene has a mistake.
        """
        if self._closed:
            raise EnvironmentClosed()
        chosen = {**self.parameters, **check_mapping("options", options)}
        episode = self._settle(chosen)
        seed = check_seed(seed)
        known = self._spec
        session = self._open_session()
        if self._spec != known:  # the scene has changed since: its parameters may have, too
            episode = self._settle(chosen)
        if seed is not None or self._generator is None:
            self._generator = np.random.default_rng(seed)
        request = replace(episode, arenas=(0,), seeds=(draw_seed(self._generator),))
        self.agents = []  # if the engine fails now, there is no episode
        self._report = None
        report = session.reset(request)
        if (report.flags != LIVE).any():
            session.close()
            raise RemoteProtocolError(
                "expected every agent to live at the start of an episode (docs/PROTOCOL.md 4.6); "
                f"got flags {report.flags.tolist()}"
            )
        self._report = report
        self._first_tick = report.tick
        self.agents = self.possible_agents
        return self._need_ports().observe(report), {agent: {} for agent in self.agents}

    def step(self, actions: Mapping[AgentID, Any]) -> StepResult:
        """Let the agents act for one step.

        Args:
            actions: One action per living agent, in any order; those of agents that are done are
                ignored.

        Returns:
            Observations, rewards, terminations, truncations and infos of the agents that lived
            before this step: five new dicts, all empty if nobody lived.

        Raises:
            EnvironmentClosed: After `close`.
            ResetNeeded: Before the first `reset`, or when the episode was lost.
            UnknownAgent: If a living agent has no action, or there is no such agent.
            SpaceError: If an action does not fit its space. Nothing was sent then: step again.
            PettingZooGodotError: If the engine ends or the scene has a mistake.
        """
        if self._report is None:
            raise self._why_no_step()
        agents = self.agents
        if not agents:
            return {}, {}, {}, {}, {}
        session, step, ports = self._session, self._step, self._ports
        if session is None or step is None or ports is None or not self._may_step(session):
            raise self._why_no_step()
        is_lost = not session.is_usable()  # it failed in a picture, and that was told
        ports.write(actions, agents)
        kept = session.keep(self._report) if self.on_crash == "restart" else None
        self._report = None  # if the engine fails now, the episode is lost
        try:
            report = session.step(step)
        except BaseException as exc:
            self.agents = []
            if kept is None or not isinstance(exc, EngineDied | LinkError):
                raise
            if not is_lost:
                self._quota.spend(exc)
            report = truncate_after(kept)
        self._report = report
        results = ports.read(report, agents, (report.tick - self._first_tick) % 2**32)
        _, _, terminations, truncations, infos = results
        if report is kept:
            for info in infos.values():
                info["engine_failed"] = True
        elif True in terminations.values() or True in truncations.values():
            self.agents = [a for a in agents if not (terminations[a] or truncations[a])]
            if not self.agents:
                self._quota.renew()
        return results

    def state(self) -> Array:
        """The state of the whole scene: what it declares, or all observations joined.

        Returns:
            ndarray of shape `state_space.shape`, float32.

        Raises:
            ResetNeeded: Before the first `reset`.
        """
        report = self._report
        if report is None:
            raise self._why_no_step()
        state: Array = read_states(self._layout, [report])[0]
        return state

    def render(self) -> Array | None:
        """Draw the scene as it is.

        Returns:
            (height, width, 3), uint8, with `render_mode="rgb_array"`; else None: a window shows
            every step. Black when the engine failed, with `on_crash="restart"`.

        Raises:
            EnvironmentClosed: After `close`.
            ResetNeeded: Before the first `reset`, or when the episode was lost.
            OptionError: If there is no camera named `camera_name`.
            PettingZooGodotError: If the engine ends or the scene has a mistake.
        """
        if self.render_mode != "rgb_array":
            warn_of_no_pictures(self.render_mode)
            return None
        session = self._session
        if self._report is None or session is None or not self._may_step(session):
            raise self._why_no_step()
        pictures = black_pictures(session)
        if session.is_usable():
            try:
                pictures = take_pictures(session, self.camera_name)
            except BaseException as exc:
                if self.on_crash != "restart" or not isinstance(exc, EngineDied | LinkError):
                    if not session.is_usable():
                        self.agents, self._report = [], None
                    raise
                self._quota.spend(exc)
        picture: Array = pictures[0]
        return picture

    def close(self) -> None:
        """End the engine; may be called twice, in any state; takes at most 2 seconds."""
        self._closed = True
        self.agents = []
        self._report = None
        if self._session is not None:
            self._session.close()

    def __enter__(self) -> GodotParallelEnv:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------------ inside

    @cached_property
    def _layout(self) -> Layout:
        if self._spec is not None:
            layout = read_layout(self._spec)
        elif self.scene is None:
            layout = self._open_session().layout
        else:
            self._spec, layout = load_layout(self._launch(), self.parameters)
        self.metadata["render_fps"] = frames_per_second(layout.hello)
        return layout

    @cached_property
    def _action_spaces(self) -> dict[AgentID, Space]:
        # One object per agent: agents that shared one would draw from one generator, and
        # PettingZoo's tests seed each agent's space.
        return {agent.id: agent.action_space for agent in self._layout.hello.agents}

    def _launch(self) -> Launch:
        return make_launch(
            self.scene,
            render_mode=self.render_mode,
            speedup=self._speedup,
            timeout=self.timeout,
            start_timeout=self.start_timeout,
            log_path=self.log_path,
            width=self.width,
            height=self.height,
        )

    def _open_session(self) -> Session:
        if self._session is not None and self._session.is_usable():
            return self._session
        launch = self._launch()
        if self.scene is not None:
            launch = settle_size(fix_parameters(launch, self._layout), self._layout.hello)
        session = Session(launch)
        self._session = session
        known = self._spec
        self._spec = session.packet_of_hello
        if known != self._spec:
            # The scene has changed since its spec was read: spaces are those of the running one.
            for name in _SPACES:
                self.__dict__.pop(name, None)
        layout = self._layout
        self._step = session.layout.new_step()
        # Not the session's own layout: misfits are looked for in the step's, which is the same.
        self._ports = Ports(layout, self._step, self._action_spaces)
        return session

    def _settle(self, chosen: Mapping[str, Any]) -> Reset:
        """How an episode begins, in the scene as it is known now."""
        required = chosen if self.strict_options else self.parameters
        # Kept: a generator has its names once.
        names = self.heuristic_agents = check_names("heuristic_agents", self.heuristic_agents)
        people = self.human_agents = check_people(self.human_agents, self.render_mode)
        return settle_episode(self._layout, chosen, required, self.max_steps, names, people)

    def _need_ports(self) -> Ports:
        if self._ports is None:
            raise self._why_no_step()
        return self._ports

    def _may_step(self, session: Session) -> bool:
        """Whether there is an engine, or its failure will be made up for."""
        return session.is_usable() or self.on_crash == "restart"

    def _why_no_step(self) -> UsageError:
        if self._closed:
            return EnvironmentClosed()
        return ResetNeeded()

    def _place(self, agent: AgentID) -> tuple[int, int]:
        return self._layout.places[self._known(agent)]

    def _known(self, agent: AgentID) -> AgentID:
        if agent in self._layout.places:
            return agent
        raise unknown_agent(agent, self.possible_agents)
