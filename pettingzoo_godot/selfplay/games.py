"""Games: episodes as contests of policy groups, counted while they are played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pettingzoo_godot.batch import TRUNCATED_BY_LIMIT
from pettingzoo_godot.slots import OWN_COLUMNS
from pettingzoo_godot.spaces import Array

_NOT_TOLD = OWN_COLUMNS | {TRUNCATED_BY_LIMIT}
_REWARDS = "reward/"  # parts of the last step's reward, which say nothing about the episode


def names_of(infos: Mapping[str, Any]) -> list[str]:
    """Names of a scene's own infos, among all columns of a policy group's infos."""
    return [
        name
        for name in infos
        if f"_{name}" in infos and name not in _NOT_TOLD and not name.startswith(_REWARDS)
    ]


@dataclass(frozen=True)
class Game:
    """One episode of one arena.

    Attributes:
        arena: Index of the arena among those of its engine.
        length: Steps.
        returns: By policy group, the sum of rewards, as a mean over its agents.
        last_rewards: By policy group, the reward of each agent's last step, as a mean.
        infos: By policy group and name, the scene's infos at each agent's end, as a mean.
    """

    arena: int
    length: int
    returns: dict[str, float]
    last_rewards: dict[str, float]
    infos: dict[str, dict[str, float]] = field(default_factory=dict)

    def winner(self, by: str) -> str | None:
        """Say which policy group has won; None if several have as much.

        Args:
            by: `"return"` or `"last_reward"`: whose greatest value wins.
        """
        values = self.returns if by == "return" else self.last_rewards
        most = max(values.values())
        winners = [group for group, value in values.items() if value == most]
        return winners[0] if len(winners) == 1 else None

    def score(self, group: str, by: str) -> float:
        """1 if the group has won, 0 if another one has, 0.5 if nobody has."""
        winner = self.winner(by)
        return 0.5 if winner is None else float(winner == group)


class Scorer:
    """Keeps the score in the arenas of one engine.

    Args:
        agents: By policy group, the agents of each arena.
        arenas: How many.

    Attributes:
        info_names: By policy group, the infos that its games tell; known from the first step on.
    """

    def __init__(self, agents: Mapping[str, int], arenas: int) -> None:
        shapes = {group: (arenas, count) for group, count in agents.items()}
        self.info_names: dict[str, list[str]] = {}
        self._infos: dict[str, dict[str, Array]] = {}
        self._returns = {group: np.zeros(shape) for group, shape in shapes.items()}
        self._last = {group: np.zeros(shape) for group, shape in shapes.items()}
        self._lengths = np.zeros(arenas, np.int64)

    def forget(self) -> None:
        """Begin anew in every arena."""
        for values in (*self._returns.values(), *self._last.values()):
            values[:] = 0.0
        self._lengths[:] = 0

    def add(
        self,
        rewards: Mapping[str, Array],
        live: Mapping[str, Array],
        ends: Mapping[str, Array],
        infos: Mapping[str, Mapping[str, Any]],
    ) -> list[Game]:
        """Take a step in.

        Args:
            rewards: By policy group, (rows,).
            live: By policy group, (rows,), bool: who took part in it.
            ends: By policy group, (rows,), bool: terminated or truncated.
            infos: By policy group, as the vector environment returns them.

        Returns:
            The games that are over, arena by arena: those in which everybody's row has ended.
        """
        if not self.info_names:
            self._name_infos(infos)
        self._lengths += 1
        over = np.ones(len(self._lengths), bool)
        for group, returns in self._returns.items():
            earned = rewards[group].reshape(returns.shape)
            returns += earned
            alive = live[group]
            if alive.all():
                self._last[group][:] = earned
            else:
                np.copyto(self._last[group], earned, where=alive.reshape(returns.shape))
            over &= ends[group].reshape(returns.shape).all(axis=1)
            if "final_info" in infos[group]:
                self._keep_infos(group, infos[group]["final_info"])
        return [self._finish(arena) for arena in np.flatnonzero(over).tolist()]

    def _name_infos(self, infos: Mapping[str, Mapping[str, Any]]) -> None:
        for group, shape in ((group, values.shape) for group, values in self._returns.items()):
            names = names_of(infos[group])
            self.info_names[group] = names
            self._infos[group] = {name: np.zeros(shape) for name in names}

    def _keep_infos(self, group: str, final: Mapping[str, Any]) -> None:
        """Keep what infos are at the end of rows; an agent that is done may wait for others."""
        for name, kept in self._infos[group].items():
            if name in final:
                values, ended = (final[key].reshape(kept.shape) for key in (name, f"_{name}"))
                np.copyto(kept, values, where=ended)

    def _finish(self, arena: int) -> Game:
        game = Game(
            arena,
            int(self._lengths[arena]),
            {group: float(values[arena].mean()) for group, values in self._returns.items()},
            {group: float(values[arena].mean()) for group, values in self._last.items()},
            {
                group: {name: float(values[arena].mean()) for name, values in kept.items()}
                for group, kept in self._infos.items()
            },
        )
        self._lengths[arena] = 0
        for values in (*self._returns.values(), *self._last.values()):
            values[arena] = 0.0
        return game
