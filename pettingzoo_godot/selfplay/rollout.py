"""Plays: fills rollouts from a vector environment, so that engines work while Python thinks.

Rule: each engine has a random generator of its own and is asked for the same number of steps, and
no policy changes meanwhile. So it does not matter which engine is ready first: a seed repeats
everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pettingzoo_godot.selfplay.games import Game, Scorer
from pettingzoo_godot.selfplay.learner import Rollout
from pettingzoo_godot.selfplay.lineup import Lineup, Matchmaker, Players
from pettingzoo_godot.selfplay.memory import Memory
from pettingzoo_godot.selfplay.settings import Settings
from pettingzoo_godot.spaces import Array
from pettingzoo_godot.vector import GodotVectorEnv

# Steps that an engine may be ahead of the others. One that is not held back takes the core of a
# slower one, and at the end has nothing to do but to wait for it, and then for the update.
_LEAD = 4


class Played(NamedTuple):
    """A game that is over.

    Attributes:
        game: What it brought.
        players: Who played, by policy group.
    """

    game: Game
    players: Players


def state_size_of(env: GodotVectorEnv, settings: Settings) -> int:
    """Numbers per state that critics see; 0: none."""
    return int(env.state_space.shape[0]) if settings.critic == "state" else 0


class Collector:
    """Lets the policies play in all arenas of a vector environment.

    Args:
        env: With several policy groups, and a `batch_size` of one engine's rows.
        matchmaker: Draws who plays; its sides are in the order of the policy groups.
        settings: How long a rollout is, and what critics see.
    """

    def __init__(self, env: GodotVectorEnv, matchmaker: Matchmaker, settings: Settings) -> None:
        self._env = env
        self._sides = matchmaker.sides
        self._horizon = settings.horizon
        self._state_size = state_size_of(env, settings)
        engines, arenas = env.num_engines, env.num_arenas
        self._rows = {group: arenas * side.agents for group, side in self._sides.items()}
        agents = {group: side.agents for group, side in self._sides.items()}
        self._lineups = [Lineup(matchmaker, arenas) for _ in range(engines)]
        self._scorers = [Scorer(agents, arenas) for _ in range(engines)]
        self._memories = [
            {
                group: Memory(self._rows[group], side.actor.size, side.actor.stack)
                for group, side in self._sides.items()
            }
            for _ in range(engines)
        ]
        self._vectors: list[dict[str, Array]] = [{} for _ in range(engines)]
        self._states: list[Array | None] = [None] * engines  # None: nobody sees them
        self._steps = [0] * engines  # of this rollout
        self._env_ids = [
            {group: np.arange(rows) + engine * rows for group, rows in self._rows.items()}
            for engine in range(engines)
        ]

    @property
    def info_names(self) -> dict[str, list[str]]:
        """By policy group, the infos that games tell; known when the first rollout is."""
        return self._scorers[0].info_names

    def restart(self, seed: int, rngs: Sequence[np.random.Generator]) -> None:
        """Begin an episode in every arena.

        Args:
            seed: Of all episodes until the next `restart`.
            rngs: One for each engine: draw who plays.
        """
        arenas = range(self._env.num_arenas)
        for engine, rng in enumerate(rngs):
            self._prepare(engine, arenas, rng)
        self._env.async_reset(seed=seed)
        for _ in rngs:
            observations, _, _, _, infos = self._env.recv()
            self._observe(self._engine_of(infos), observations, None)
        for engine, rng in enumerate(rngs):
            self._scorers[engine].forget()
            self._begin(engine, arenas, rng)

    def collect(
        self, rngs: Sequence[np.random.Generator]
    ) -> tuple[dict[str, Rollout], list[Played]]:
        """Play for `horizon` steps of each row.

        Args:
            rngs: One for each engine: what is left to chance in actions and line-ups.

        Returns:
            By policy group, what happened; and the games that ended, engine by engine.
        """
        engines = range(self._env.num_engines)
        rollouts = {group: self._room(group) for group in self._sides}
        games: list[list[Played]] = [[] for _ in engines]
        self._steps = [0] * len(engines)
        ready = set(engines)  # those that have answered
        while min(self._steps) < self._horizon:
            most = min(self._horizon - 1, min(self._steps) + _LEAD)
            for engine in sorted(ready):
                if self._steps[engine] <= most:
                    self._act(engine, rollouts, rngs[engine])
                    ready.remove(engine)
            result = self._env.recv()
            engine = self._engine_of(result[4])
            games[engine] += self._take(engine, result, rollouts, rngs[engine])
            self._steps[engine] += 1
            ready.add(engine)
        for group, rollout in rollouts.items():
            rollout.finals.sort(key=lambda final: (final[0], final[1][0]))  # not by who was first
            for engine, vectors in enumerate(self._vectors):
                rollout.last[self._part(group, engine)] = self._with_states(
                    group, vectors[group], self._states[engine]
                )
        return rollouts, [game for part in games for game in part]

    # ------------------------------------------------------------------ one engine

    def _act(self, engine: int, rollouts: Mapping[str, Rollout], rng: np.random.Generator) -> None:
        step, lineup = self._steps[engine], self._lineups[engine]
        actions = {}
        for group, side in self._sides.items():
            vectors = self._vectors[engine][group]
            raw = lineup.act(group, vectors, rng)
            actions[group] = side.actor.to_env(raw, vectors)
            part = self._part(group, engine)
            rollouts[group].observations[step, part] = self._with_states(
                group, vectors, self._states[engine]
            )
            rollouts[group].raw[step, part] = raw
        self._env.send(actions, self._env_ids[engine])

    def _take(
        self,
        engine: int,
        result: Any,
        rollouts: Mapping[str, Rollout],
        rng: np.random.Generator,
    ) -> list[Played]:
        observations, rewards, terminated, truncated, infos = result
        step, lineup = self._steps[engine], self._lineups[engine]
        live = {group: infos[group]["live"] for group in self._sides}
        states = None
        if self._state_size and any(rows.any() for rows in truncated.values()):
            states = self._env.final_state()
        for group, rollout in rollouts.items():
            part = self._part(group, engine)
            rollout.rewards[step, part] = rewards[group]
            rollout.terminated[step, part] = terminated[group]
            rollout.truncated[step, part] = truncated[group]
            rollout.counts[step, part] = lineup.counts[group] & live[group]
            if truncated[group].any():
                rows = np.flatnonzero(truncated[group])
                vectors = self._sides[group].actor.from_env(infos[group]["final_obs"])
                finals = self._memories[engine][group].peek(vectors)
                finals = self._with_states(group, finals, states)[rows]
                rollout.finals.append((step, rows + part.start, finals))
        ends = {group: terminated[group] | truncated[group] for group in self._sides}
        self._observe(engine, observations, ends)
        games = self._scorers[engine].add(rewards, live, ends, infos)
        if not games:
            return []
        played = [Played(game, lineup.players(game.arena)) for game in games]
        self._begin(engine, [game.arena for game in games], rng)
        # What an engine that died has cut short says nothing about who plays well.
        return [] if any("engine_failed" in infos[group] for group in self._sides) else played

    def _begin(self, engine: int, arenas: Iterable[int], rng: np.random.Generator) -> None:
        self._lineups[engine].begin(arenas)
        self._prepare(engine, arenas, rng)

    def _prepare(self, engine: int, arenas: Iterable[int], rng: np.random.Generator) -> None:
        lineup = self._lineups[engine]
        lineup.prepare(arenas, rng)
        for arena in arenas:
            place = engine * self._env.num_arenas + arena
            self._env.set_heuristic_agents(lineup.scripted(arena), [place])

    def _observe(
        self, engine: int, observations: Mapping[str, Any], ends: Mapping[str, Array] | None
    ) -> None:
        for group, side in self._sides.items():
            vectors = side.actor.from_env(observations[group])
            begins = None if ends is None else ends[group]
            self._vectors[engine][group] = self._memories[engine][group].push(vectors, begins)
        if self._state_size:
            self._states[engine] = self._env.state()

    def _with_states(self, group: str, vectors: Array, states: Array | None) -> Array:
        """Vectors of rows, each followed by its arena's state."""
        if states is None:
            return vectors
        of_rows = np.repeat(states, self._sides[group].agents, axis=0)
        joined: Array = np.concatenate([vectors, of_rows], axis=1)
        return joined

    def _engine_of(self, infos: Mapping[str, Any]) -> int:
        group, rows = next(iter(self._rows.items()))
        ids = infos[group].get("env_id") if group in infos else None  # none of a single engine
        return 0 if ids is None else int(ids[0]) // rows

    def _part(self, group: str, engine: int) -> slice:
        rows = self._rows[group]
        return slice(engine * rows, (engine + 1) * rows)

    def _room(self, group: str) -> Rollout:
        actor = self._sides[group].actor
        rows = self._rows[group] * self._env.num_engines
        size = actor.inputs + self._state_size
        return Rollout.empty(self._horizon, rows, size, actor.head.entries)
