"""States of arenas: what a scene declares as its state, or else what its agents observe.

Rule: the state is in every report, so reading it asks the engine for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from gymnasium import spaces

from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import Report
from pettingzoo_godot.spaces import Array, Space


def state_space(layout: Layout) -> spaces.Box:
    """Space of one arena's state: float32, one-dimensional."""
    size = layout.hello.state_size
    if size:
        return spaces.Box(-np.inf, np.inf, (size,), np.float32)
    boxes = [
        box
        for agent in layout.hello.agents
        if isinstance(box := spaces.flatten_space(agent.observation_space), spaces.Box)
    ]
    low, high = (
        np.concatenate([getattr(box, side) for box in boxes]).astype(np.float32)
        for side in ("low", "high")
    )
    return spaces.Box(low, high, dtype=np.float32)


def read_states(layout: Layout, reports: Sequence[Report]) -> Array:
    """Copy the states of all arenas out of reports.

    Args:
        layout: Of each of them.
        reports: Of engines, one after another.

    Returns:
        (arenas of all, size), float32: what the scene declares; if it declares none, what its
        agents observe, flattened and joined in the scene's order.
    """
    if layout.hello.state_size:
        return np.concatenate([report.states for report in reports])
    return np.concatenate([_join_observations(layout, report) for report in reports])


def _join_observations(layout: Layout, report: Report) -> Array:
    parts = []
    for agent in layout.hello.agents:
        index, position = layout.places[agent.id]
        space = agent.observation_space
        members = space.spaces.values() if isinstance(space, spaces.Dict) else [space]
        for member, block in zip(members, report.observations[index], strict=True):
            ours = block.reshape(layout.arenas, -1, *block.shape[1:])[:, position]
            parts.append(_flat(member, ours))
    return np.concatenate(parts, axis=1)


def _flat(space: Space, values: Array) -> Array:
    """Values of all arenas, (arenas, ...), each as `gymnasium.spaces.flatten` makes it."""
    if isinstance(space, spaces.Discrete):
        return _one_hot(values - space.start, int(space.n))
    if isinstance(space, spaces.MultiDiscrete):
        columns = zip(values.T, space.nvec.tolist(), strict=True)
        return np.concatenate([_one_hot(column, n) for column, n in columns], axis=1)
    return values.reshape(len(values), -1).astype(np.float32)


def _one_hot(choices: Array, n: int) -> Array:
    hot: Array = (choices[:, None] == np.arange(n)).astype(np.float32)
    return hot
