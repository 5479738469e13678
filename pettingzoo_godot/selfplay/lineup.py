"""Who plays whom: a policy for each policy group in each arena.

Rule: an arena's line-up is drawn an episode ahead, because its next episode begins before Python
sees the end of this one, and stays for the episode. Inference is grouped by policy: one pass
through each network that is in play, however many arenas it plays in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import torch

from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.pool import Pool, Snapshot
from pettingzoo_godot.spaces import Array

#: What a policy group may do in a training.
ROLES = ("train", "frozen", "deterministic", "scripted")
SCRIPTED: Final = "scripted"

#: Who plays a policy group in an episode: a past self, the scene's own heuristic, or None: its
#: latest policy, or what else its role says.
Opponent: TypeAlias = Snapshot | Literal["scripted"] | None
Players: TypeAlias = dict[str, Opponent]


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
        latest_ratio: Probability that an opponent plays with its latest policy, if it is none that
            is scripted.
        scripted: By policy group that learns, the probability that its opponent is the scene's own
            heuristic, if that one may learn as well.
    """

    def __init__(
        self, sides: Mapping[str, Side], latest_ratio: float, scripted: Mapping[str, float]
    ) -> None:
        self.sides = dict(sides)
        self._latest_ratio = latest_ratio
        self._scripted = dict(scripted)

    def draw(self, rng: np.random.Generator) -> Players:
        """Draw who plays: one of the groups that learn, with its latest policy, and opponents."""
        learning = [group for group, side in self.sides.items() if side.learns]
        hero = learning[rng.integers(len(learning))] if learning else ""
        scripted = self._scripted.get(hero, 0.0)
        return {
            group: None if group == hero else self._opponent(side, scripted, rng)
            for group, side in self.sides.items()
        }

    def _opponent(self, side: Side, scripted: float, rng: np.random.Generator) -> Opponent:
        if side.role != "train":
            return None
        if scripted and rng.random() < scripted:
            return SCRIPTED
        pool = side.pool
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
        self._players: list[Players] = [dict.fromkeys(self._sides) for _ in range(arenas)]
        self._next: list[Players] = list(self._players)
        self.counts: dict[str, Array] = {}
        self._parts: dict[str, list[tuple[Actor, Any]]] = {}

    def prepare(self, arenas: Iterable[int], rng: np.random.Generator) -> None:
        """Draw for the next episodes of some arenas."""
        for arena in arenas:
            self._next[arena] = self._matchmaker.draw(rng)

    def begin(self, arenas: Iterable[int]) -> None:
        """Let those play who were drawn for the episodes that have begun in some arenas."""
        for arena in arenas:
            self._players[arena] = self._next[arena]
        for group, side in self._sides.items():
            self._regroup(group, side)

    def players(self, arena: int) -> Players:
        """Who plays in an arena, by policy group."""
        return self._players[arena]

    def scripted(self, arena: int) -> list[str]:
        """Which policy groups heuristics are to play in an arena's next episode."""
        players = self._next[arena]
        return [
            group for group, side in self._sides.items() if SCRIPTED in (side.role, players[group])
        ]

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
            if len(parts) == 1 and len(parts[0][1]) == len(vectors):
                actor, _ = parts[0]
                return actor.head.sample(actor(observed), noise).numpy()
            raw = torch.zeros(len(vectors), head.entries)
            for actor, rows in parts:
                raw[rows] = actor.head.sample(actor(observed[rows]), noise[rows])
            return raw.numpy()

    def _regroup(self, group: str, side: Side) -> None:
        rows_of: dict[Actor, list[int]] = {}
        counts = np.zeros((len(self._players), side.agents), bool)
        for arena, players in enumerate(self._players):
            player = players[group]
            counts[arena] = player is None
            if player == SCRIPTED:
                continue
            actor = side.actor if player is None else player.actor
            first = arena * side.agents
            rows_of.setdefault(actor, []).extend(range(first, first + side.agents))
        self.counts[group] = counts.ravel()
        self._parts[group] = [(actor, torch.tensor(rows)) for actor, rows in rows_of.items()]
