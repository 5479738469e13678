"""Rewards that only training sees: for getting nearer, where the scene's own are rare.

By potential differences (Ng 1999), which do not change what the best policy is: the sum over an
episode depends on its ends alone. The first and the last step of an episode have none, because the
scene's infos do not tell what was before the one and are another episode's after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.games import names_of
from pettingzoo_godot.spaces import Array


class Shaping:
    """What rows of a policy group earn beside their rewards.

    Args:
        rows: How many rows.
        info: Name of one of the scene's infos.
        factor: By which it is multiplied to be a potential.
        gamma: Discount per step.
    """

    def __init__(self, rows: int, info: str, factor: float, gamma: float) -> None:
        self._info = info
        self._factor = factor
        self._gamma = gamma
        self._potential = np.full(rows, np.nan)

    def forget(self) -> None:
        """Begin anew in every row."""
        self._potential[:] = np.nan

    def after(self, infos: Mapping[str, Any], ends: Array) -> Array:
        """Take a step in.

        Args:
            infos: Of the policy group.
            ends: (rows,), bool: terminated or truncated.

        Returns:
            (rows,): what is earned beside the rewards; 0 in the first and last step of an episode.

        Raises:
            UsageError: If the scene has no such info.
        """
        if self._info not in infos:
            raise UsageError(
                f"expected infos with {self._info!r}, for shaping; got {names_of(infos)}"
            )
        potential = np.where(ends, np.nan, self._factor * infos[self._info])
        earned: Array = np.nan_to_num(self._gamma * potential - self._potential)
        self._potential = potential
        return earned
