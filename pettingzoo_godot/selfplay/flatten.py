"""Observations of any kind as one vector of numbers per row, which is what the networks take."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.spaces import Array


class Flattener:
    """Makes vectors of a policy group's observations.

    A `Box` of float32 is read element by element, `MultiBinary` as 0 and 1, `Discrete` as one
    number per choice, of which one is 1. A `Dict` is its members in their order.

    Args:
        space: What one agent observes.
        group: Name of the policy group, for messages.

    Attributes:
        size: Numbers per row.

    Raises:
        UsageError: If the space holds something else, such as pictures.
    """

    def __init__(self, space: spaces.Space[Any], group: str) -> None:
        members = space.spaces if isinstance(space, spaces.Dict) else {"": space}
        for key, member in members.items():
            if not _is_flat(member):
                where = f", key {key!r}" if key else ""
                raise UsageError(
                    f"policy group {group!r}{where}: expected observations as a Box of float32, "
                    f"MultiBinary, Discrete, or a Dict of these; got {member}. Self-play trains "
                    "plain networks: leave pictures out, or train in a loop of your own."
                )
        self._members = members
        self._is_dict = isinstance(space, spaces.Dict)
        self.size = sum(_width(member) for member in members.values())

    def __call__(self, observations: Any) -> Array:
        """Make vectors of a batch.

        Args:
            observations: As the vector environment returns them: (rows, ...), or a dict of these.

        Returns:
            (rows, size), float32.
        """
        if not self._is_dict:
            return _flat(self._members[""], observations)
        parts = [_flat(member, observations[key]) for key, member in self._members.items()]
        joined: Array = np.concatenate(parts, axis=1)
        return joined


def _is_flat(space: spaces.Space[Any]) -> bool:
    if isinstance(space, spaces.Box):
        return space.dtype == np.float32
    return isinstance(space, spaces.MultiBinary | spaces.Discrete)


def _width(space: spaces.Space[Any]) -> int:
    if isinstance(space, spaces.Discrete):
        return int(space.n)
    return int(np.prod(space.shape or ()))


def _flat(space: spaces.Space[Any], values: Array) -> Array:
    if isinstance(space, spaces.Discrete):
        choices: Array = np.arange(space.n) + space.start
        flat: Array = (values[:, None] == choices).astype(np.float32)
        return flat
    flat = values.reshape(len(values), -1).astype(np.float32, copy=False)
    return flat
