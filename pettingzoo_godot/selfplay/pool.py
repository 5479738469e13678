"""Past selves of a policy group, kept as opponents for the others."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from pettingzoo_godot.selfplay.networks import Actor

_MEMORY = 0.98  # of a game's weight after the next one: opponents change, so old games count less


class Snapshot:
    """A past self.

    Args:
        number: The update after which it was taken.
        actor: Its network; never changed.

    Attributes:
        number: As given.
        actor: As given.
        games: How many it has played, recent ones weighing more.
        wins: How many of them it has won, in the same weights; a draw is half a win.
    """

    def __init__(self, number: int, actor: Actor) -> None:
        self.number = number
        self.actor = actor
        self.games = 0.0
        self.wins = 0.0

    @property
    def win_rate(self) -> float:
        """How often it wins; 0.5 while nothing is known, by one win and one loss to begin with."""
        return (self.wins + 1.0) / (self.games + 2.0)

    def record(self, score: float) -> None:
        """Count a game: 1 if it has won, 0 if not, 0.5 if nobody has."""
        self.games = _MEMORY * self.games + 1.0
        self.wins = _MEMORY * self.wins + score


class Pool:
    """The last snapshots of a policy group, and those that are in play.

    Args:
        window: How many are kept.
        opponents: How many are in play at the same time.
        sampling: `"uniform"`, or `"prioritised"`: by the square of their win rate (Vinyals 2019).

    Attributes:
        snapshots: The oldest first.
        in_play: Some of them.
    """

    def __init__(self, window: int, opponents: int, sampling: str) -> None:
        self.snapshots: list[Snapshot] = []
        self.in_play: list[Snapshot] = []
        self._window = window
        self._opponents = opponents
        self._is_prioritised = sampling == "prioritised"

    def add(self, number: int, actor: Actor) -> None:
        """Keep a copy of an actor."""
        copied = copy.deepcopy(actor).requires_grad_(False)
        self.snapshots = [*self.snapshots, Snapshot(number, copied)][-self._window :]
        self.in_play = [one for one in self.in_play if one in self.snapshots]

    def swap(self, rng: np.random.Generator) -> None:
        """Draw those that are in play."""
        count = min(self._opponents, len(self.snapshots))
        if not count:
            return
        weights = np.ones(len(self.snapshots))
        if self._is_prioritised:
            weights = np.array([one.win_rate**2 for one in self.snapshots])
        drawn = rng.choice(len(self.snapshots), count, replace=False, p=weights / weights.sum())
        self.in_play = [self.snapshots[index] for index in sorted(drawn.tolist())]

    # ------------------------------------------------------------------ to be kept

    def state(self) -> dict[str, Any]:
        """All that a checkpoint has to keep."""
        return {
            "snapshots": [
                {
                    "number": one.number,
                    "games": one.games,
                    "wins": one.wins,
                    "actor": one.actor.state_dict(),
                }
                for one in self.snapshots
            ],
            "in_play": [one.number for one in self.in_play],
        }

    def restore(self, state: dict[str, Any], like: Actor) -> None:
        """Go on from a `state`; the actors are built like this one."""
        self.snapshots = [_restored(one, like) for one in state["snapshots"]]
        self.in_play = [one for one in self.snapshots if one.number in state["in_play"]]


def _restored(state: dict[str, Any], like: Actor) -> Snapshot:
    actor = copy.deepcopy(like).requires_grad_(False)
    actor.load_state_dict(state["actor"])
    snapshot = Snapshot(state["number"], actor)
    snapshot.games, snapshot.wins = state["games"], state["wins"]
    return snapshot
