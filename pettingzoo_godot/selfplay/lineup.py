"""Who plays whom: a policy for each policy group in each arena.

Rule: an arena's line-up is drawn when its episode begins and stays for the episode. Inference is
grouped by policy: one pass through each network that is in play, however many arenas it plays in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.pool import Pool, Snapshot
from pettingzoo_godot.spaces import Array

#: What a policy group may do in a training.
ROLES = ("train", "frozen", "deterministic", "scripted")


@dataclass
class Side:
    """A policy group as a player.

    Attributes:
        role: One of `ROLES`: it learns; keeps its weights; keeps them and takes its most probable
            actions; or the scene's own heuristic decides, and what is sent for it is ignored.
        actor: Its latest policy.
        pool: Its past selves; empty unless it learns.
        agents: Agents of each arena.
        learns: Whether what it does now is learned from.
    """

    role: str
    actor: Actor
    pool: Pool
    agents: int
    learns: bool = False


class Matchmaker:
    """Draws line-ups.

    Args:
        sides: By policy group.
        latest_ratio: Probability that an opponent plays with its latest policy.
    """

    def __init__(self, sides: Mapping[str, Side], latest_ratio: float) -> None:
        self.sides = dict(sides)
        self._latest_ratio = latest_ratio

    def draw(self, rng: np.random.Generator) -> dict[str, Snapshot | None]:
        """Draw who plays: one of the groups that learn, with its latest policy, and opponents.

        Returns:
            By policy group, a past self; None: the latest policy.
        """
        learning = [group for group, side in self.sides.items() if side.learns]
        hero = learning[rng.integers(len(learning))] if learning else None
        return {
            group: None if group == hero else self._opponent(side.pool, rng)
            for group, side in self.sides.items()
        }

    def _opponent(self, pool: Pool, rng: np.random.Generator) -> Snapshot | None:
        if not pool.in_play or rng.random() < self._latest_ratio:
            return None
        return pool.in_play[rng.integers(len(pool.in_play))]


class Lineup:
    """Who plays in the arenas of one engine.

    Args:
        matchmaker: Draws them.
        arenas: How many.

    Attributes:
        counts: By policy group, (rows,), bool: whether a row is played by a latest policy.
    """

    def __init__(self, matchmaker: Matchmaker, arenas: int) -> None:
        self._matchmaker = matchmaker
        self._sides = matchmaker.sides
        self._players: list[dict[str, Snapshot | None]] = [
            dict.fromkeys(self._sides) for _ in range(arenas)
        ]
        self.counts: dict[str, Array] = {}
        self._parts: dict[str, list[tuple[Actor, Any]]] = {}

    def redraw(self, arenas: Iterable[int], rng: np.random.Generator) -> None:
        """Draw anew for arenas that begin an episode."""
        for arena in arenas:
            self._players[arena] = self._matchmaker.draw(rng)
        for group, side in self._sides.items():
            self._regroup(group, side)

    def players(self, arena: int) -> dict[str, Snapshot | None]:
        """Who plays in an arena: by policy group, a past self; None: the latest policy."""
        return self._players[arena]

    def act(self, group: str, vectors: Array, rng: np.random.Generator) -> Array:
        """Decide for all rows of a policy group.

        Args:
            group: Its name.
            vectors: (rows, size), float32: what they observe.
            rng: For what is left to chance; as much is drawn whoever plays.

        Returns:
            Raw actions, (rows, entries), float32.
        """
        side = self._sides[group]
        head = side.actor.head
        if side.role == "scripted":
            return np.zeros((len(vectors), head.entries), np.float32)
        with torch.inference_mode():
            observed = torch.from_numpy(vectors)
            if side.role == "deterministic":
                return head.mode(side.actor(observed)).numpy()
            noise = head.noise(rng, len(vectors))
            parts = self._parts[group]
            if len(parts) == 1:
                actor, _ = parts[0]
                return actor.head.sample(actor(observed), noise).numpy()
            raw = torch.empty(len(vectors), head.entries)
            for actor, rows in parts:
                raw[rows] = actor.head.sample(actor(observed[rows]), noise[rows])
            return raw.numpy()

    def _regroup(self, group: str, side: Side) -> None:
        rows_of: dict[Actor, list[int]] = {}
        counts = np.zeros((len(self._players), side.agents), bool)
        for arena, players in enumerate(self._players):
            snapshot = players[group]
            actor = side.actor if snapshot is None else snapshot.actor
            first = arena * side.agents
            rows_of.setdefault(actor, []).extend(range(first, first + side.agents))
            counts[arena] = snapshot is None
        self.counts[group] = counts.ravel()
        self._parts[group] = [(actor, torch.tensor(rows)) for actor, rows in rows_of.items()]
