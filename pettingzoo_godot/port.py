"""Where one agent's action goes into a step, and its observation and infos come out of a report.

Rule: this runs for every agent in every step. The functions are chosen once, when the session
opens; what is left per step is one comparison and one copy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.spaces import Dict, Discrete

from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import TERMINATED, TRUNCATED, Report, Step
from pettingzoo_godot.spaces import Array, Space, check_action

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
