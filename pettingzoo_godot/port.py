"""Where the agents' actions go into a step, and what each sees and earns comes out of a report.

Rule: this runs for every agent in every step. The functions are chosen once, when the session
opens; what is left per step is one comparison and one copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from gymnasium.spaces import Dict, Discrete

from pettingzoo_godot.errors import SpaceError, UnknownAgent
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import TERMINATED, TRUNCATED, Report, Step
from pettingzoo_godot.spaces import Array, Space, check_action

StepResult: TypeAlias = tuple[
    dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]
]

# One tuple per value of a slot's flags: (terminated, truncated) as Python bools, which PettingZoo's
# api_test demands, and whether the time limit alone ended the episode.
FLAGS = [
    (bool(f & TERMINATED), bool(f & TRUNCATED), f & (TERMINATED | TRUNCATED) == TRUNCATED)
    for f in range(256)
]


class Port:
    """One agent's places in the packets of a session: takes its action, reads what it saw."""

    __slots__ = ("act", "agent", "info", "observe", "slot")

    def __init__(self, layout: Layout, agent: str, step: Step, action_space: Space) -> None:
        index, position = layout.places[agent]
        group = layout.groups[index]
        self.agent = agent
        self.slot = group.first_slot + position  # in rewards and flags, of arena 0
        self.act = _writer(action_space, agent, step.actions[index], position)
        self.observe = _reader(group.observation_space, index, position)
        self.info = _info_reader(group.info, index, position)


class Ports:
    """The places of all agents in the packets of a session.

    Args:
        layout: Of the packets.
        step: To be filled with the actions.
        action_spaces: By agent.
    """

    def __init__(self, layout: Layout, step: Step, action_spaces: Mapping[str, Space]) -> None:
        self._layout = layout
        self._step = step
        self._port_of = {
            agent.id: Port(layout, agent.id, step, action_spaces[agent.id])
            for agent in layout.hello.agents
        }

    def write(self, actions: Mapping[str, Any], agents: Sequence[str]) -> None:
        """Put the actions of these agents, those that live, into the step.

        Raises:
            UnknownAgent: If one of them has no action, or there is an action of no agent.
            SpaceError: If an action does not fit its space.
        """
        if type(actions) is not dict and not isinstance(actions, Mapping):
            raise SpaceError(f"expected actions as a dict by agent; got {actions!r}")
        port_of = self._port_of
        try:
            for agent in agents:
                port_of[agent].act(actions[agent])
        except KeyError:
            missing = [agent for agent in agents if agent not in actions]
            raise UnknownAgent(
                f"expected an action for every living agent, {agents}; got none for "
                f"{missing}, and got actions for {list(actions)}"
            ) from None
        if len(actions) != len(agents):
            for agent in actions:
                if agent not in port_of:
                    raise unknown_agent(agent, port_of)
        misfit = self._layout.find_bad_action(self._step)
        if misfit is not None:
            raise SpaceError(f"agent {misfit.agent!r}: {misfit.problem}")

    def observe(self, report: Report) -> dict[str, Any]:
        """Copy what every agent sees."""
        return {agent: port.observe(report) for agent, port in self._port_of.items()}

    def read(self, report: Report, agents: Sequence[str], tick: int) -> StepResult:
        """Copy what came of a step for the agents that lived before it."""
        observations: dict[str, Any] = {}
        rewards: dict[str, float] = {}
        terminations: dict[str, bool] = {}
        truncations: dict[str, bool] = {}
        infos: dict[str, dict[str, Any]] = {}
        reward_list: list[float] = report.rewards.tolist()
        flag_list: list[int] = report.flags.tolist()
        for agent in agents:
            port = self._port_of[agent]
            observations[agent] = port.observe(report)
            rewards[agent] = reward_list[port.slot]
            terminations[agent], truncations[agent], by_limit = FLAGS[flag_list[port.slot]]
            info = port.info(report)
            info["tick"] = tick
            info["TimeLimit.truncated"] = by_limit
            infos[agent] = info
        return observations, rewards, terminations, truncations, infos


def unknown_agent(agent: Any, agents: Iterable[str]) -> UnknownAgent:
    """The error for an agent that the scene does not have."""
    return UnknownAgent(f"expected one of the agents {list(agents)}; got {agent!r}")


def _writer(
    space: Space, agent: str, blocks: tuple[Array, ...], position: int
) -> Callable[[Any], None]:
    """The function that puts an action into the step; bounds are checked later, for all at once."""
    if isinstance(space, Dict):
        keys = list(space.spaces)

        def write_members(action: Any) -> None:
            checked = check_action(space, action, agent)
            for key, block in zip(keys, blocks, strict=True):
                block[position] = checked[key]

        return write_members
    block = blocks[0]
    if isinstance(space, Discrete):
        first, last = int(space.start), int(space.start + space.n - 1)

        def write_choice(action: Any) -> None:
            kind = type(action)
            if (kind is int or kind is np.int64) and first <= action <= last:
                block[position] = action
            else:
                block[position] = check_action(space, action, agent)

        return write_choice
    target: Array = block[position, ...]
    shape, dtype = target.shape, target.dtype

    def write_array(action: Any) -> None:
        if type(action) is np.ndarray and action.dtype == dtype and action.shape == shape:
            target[...] = action
        else:
            target[...] = check_action(space, action, agent)

    return write_array


def _reader(space: Space, index: int, position: int) -> Callable[[Report], Any]:
    """The function that copies an observation out of the report, whose buffer is used again."""
    if isinstance(space, Dict):
        keys = list(space.spaces)
        places = [_place(member, position) for member in space.spaces.values()]

        def read_members(report: Report) -> dict[str, Any]:
            blocks = report.observations[index]
            pairs = zip(keys, places, blocks, strict=True)
            return {key: block[place].copy() for key, place, block in pairs}

        return read_members

    place = _place(space, position)

    def read(report: Report) -> Any:
        return report.observations[index][0][place].copy()

    return read


def _place(space: Space, position: int) -> Any:
    """What to index a block with: a Discrete is a scalar, a Box an array even without axes."""
    return position if isinstance(space, Discrete) else (position, ...)


def _info_reader(
    columns: tuple[str, ...], index: int, position: int
) -> Callable[[Report], dict[str, Any]]:
    if not columns:
        return lambda report: {}
    if len(columns) == 1:  # a usual case, at a quarter of the time
        return lambda report: {columns[0]: report.info[index].item(position)}
    return lambda report: dict(zip(columns, report.info[index][position].tolist(), strict=True))
