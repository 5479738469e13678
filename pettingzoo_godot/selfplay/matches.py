"""Matches: policies play each other for a fixed number of episodes, for an evaluation to count.

Only imported where it is used: needs the extra [train].

Rule: the episodes counted are the first ones of each arena, whose seeds follow from the match's
seed alone. Those that happen to end first would be the short ones; and so all pairs of players meet
in the same episodes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np
from gymnasium import spaces

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.options import check_choice, check_count, check_seed
from pettingzoo_godot.selfplay.games import Game, Scorer
from pettingzoo_godot.selfplay.players import (
    Player,
    game_parameters,
    is_scripted,
    make_player,
    parameters_for,
)
from pettingzoo_godot.selfplay.settings import WINNERS, settings_for
from pettingzoo_godot.spaces import Array
from pettingzoo_godot.vector import GodotVectorEnv

_PATIENCE = 100_000  # steps in which an episode has to end: no game is meant to be as long


@dataclass(frozen=True)
class Episode:
    """What came of an episode.

    Attributes:
        arena: In which arena, and so with which stream of seeds.
        length: Steps.
        returns: By policy group, the sum of rewards, as a mean over its agents.
        winner: The policy group that has won; None: nobody.
        infos: By policy group and name, the scene's infos at the end, as a mean over its agents.
    """

    arena: int
    length: int
    returns: dict[str, float]
    winner: str | None
    infos: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Match:
    """Episodes of the same players.

    Attributes:
        players: By policy group, who played: `"random"`, `"scripted"`, `"scripted:NAME"`, or the
            path of policies.
        episodes: Arena by arena, in each in the order they were played.
    """

    players: dict[str, str]
    episodes: list[Episode]

    def first(self, episodes: int) -> Match:
        """The match that so many episodes would have been: those that were begun first."""
        left = _share(episodes, len({episode.arena for episode in self.episodes}))
        kept = []
        for episode in self.episodes:
            if left[episode.arena]:
                left[episode.arena] -= 1
                kept.append(episode)
        return Match(self.players, kept)

    def summary(self) -> dict[str, Any]:
        """Numbers about all episodes, by name."""
        winners = [episode.winner for episode in self.episodes]
        return {
            "episodes": len(self.episodes),
            "length": float(np.mean([episode.length for episode in self.episodes])),
            "returns": {
                group: float(np.mean([episode.returns[group] for episode in self.episodes]))
                for group in self.players
            },
            "wins": {group: winners.count(group) / len(winners) for group in self.players},
            "infos": {
                group: {
                    name: float(np.mean([episode.infos[group][name] for episode in self.episodes]))
                    for name in self.episodes[0].infos[group]
                }
                for group in self.players
            },
        }

    def to_json(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {**asdict(self), "summary": self.summary()}


class Stadium:
    """A scene in which players meet; starts its engine at the first match.

    Args:
        scene: As for `parallel_env`; with several policy groups.
        arenas: Copies of the scene in its engine.
        parameters: Values for parameters that the scene declares; None: as in trainings of the
            scene.
        winner: Who wins, as in `Settings`; None: as in trainings of the scene.

    Raises:
        UsageError: If the scene is not for several policies.
    """

    def __init__(
        self,
        scene: str | os.PathLike[str],
        arenas: int = 16,
        *,
        parameters: Mapping[str, Scalar] | None = None,
        winner: str | None = None,
    ) -> None:
        usual = settings_for(os.fspath(scene))
        if winner is not None:
            check_choice("winner", winner, WINNERS)
        if parameters is None:
            parameters = game_parameters(usual.parameters)
        self._parameters = dict(parameters)
        self._env = GodotVectorEnv(scene, 1, arenas, parameters=self._parameters)
        self._groups = list(self._env.policy_groups)
        if len(self._groups) < 2:
            self._env.close()
            raise UsageError(
                "expected a scene with several policy groups, which play against each other; got "
                f"{', '.join(self._groups)} alone"
            )
        self._winner = usual.winner if winner is None else winner

    def __enter__(self) -> Stadium:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the engine; may be called twice."""
        self._env.close()

    def play(
        self,
        players: Mapping[str, str | os.PathLike[str]],
        episodes: int,
        *,
        seed: int = 0,
        deterministic: bool = False,
        watch: Callable[[], None] = lambda: None,
        check: Callable[[], None] = lambda: None,
    ) -> Match:
        """Let players meet for exactly so many episodes; the same every time.

        Args:
            players: By policy group, who plays: `"random"`; `"scripted"`, the scene's own
                heuristic; `"scripted:NAME"`, that one of several, by the scene's parameter
                `GROUP_heuristic`; a self-play run's folder, or one of its files of policies.
            episodes: How many. Each arena plays as many, the first ones one more if there is a
                rest.
            seed: Of the episodes, and of what players leave to chance.
            deterministic: Whether policies take their most probable actions, instead of drawing
                them as they do in training.
            watch: Is called after each episode that counts.
            check: Is called before each step; raises to end the match.

        Raises:
            UsageError: If the players are not one for each policy group, or do not fit, or
                episodes do not end.
            PettingZooGodotError: If the engine ends, or the scene has a mistake.
        """
        episodes = check_count("episodes", episodes)
        names = {group: os.fspath(player) for group, player in players.items()}
        if set(names) != set(self._groups):
            raise UsageError(f"expected a player for each of {self._groups}; got {names}")
        seed = check_seed(seed) or 0
        acting = {
            group: make_player(
                names[group],
                group,
                cast(spaces.Dict, self._env.single_observation_space)[group],
                cast(spaces.Dict, self._env.single_action_space)[group],
                len(self._env.slots[group]),
                np.random.default_rng(np.random.SeedSequence([seed, index])),
                deterministic,
            )
            for index, group in enumerate(self._groups)
        }
        self._env.heuristic_agents = [g for g in self._groups if is_scripted(names[g])]
        self._env.parameters = {**self._parameters, **parameters_for(names)}
        observations, _ = self._env.reset(seed=seed)
        games = self._count(acting, observations, episodes, watch, check)
        told = [
            Episode(g.arena, g.length, g.returns, g.winner(self._winner), g.infos) for g in games
        ]
        return Match(names, told)

    def _count(
        self,
        acting: Mapping[str, Player],
        observations: Mapping[str, Any],
        episodes: int,
        watch: Callable[[], None],
        check: Callable[[], None],
    ) -> list[Game]:
        arenas = self._env.num_arenas
        shares = _share(episodes, arenas)
        agents = {group: len(slots) // arenas for group, slots in self._env.slots.items()}
        scorer = Scorer(agents, arenas)
        games: list[list[Game]] = [[] for _ in shares]
        missing, steps = episodes, 0
        ends: dict[str, Array | None] = dict.fromkeys(self._groups)
        while missing:
            check()
            if steps == _PATIENCE:
                raise UsageError(
                    f"expected episodes that end; none has in {steps} steps. Give the scene's "
                    "ZooEnvironment `max_steps`, after which an episode is truncated."
                )
            actions = {
                group: player(observations[group], ends[group]) for group, player in acting.items()
            }
            observations, rewards, terminated, truncated, infos = self._env.step(actions)
            live = {group: infos[group]["live"] for group in self._groups}
            over = {group: terminated[group] | truncated[group] for group in self._groups}
            ends.update(over)
            steps += 1
            for game in scorer.add(rewards, live, over, infos):
                steps = 0
                if len(games[game.arena]) < shares[game.arena]:
                    games[game.arena].append(game)
                    missing -= 1
                    watch()
        return [game for part in games for game in part]


def _share(episodes: int, arenas: int) -> list[int]:
    """How many of the episodes each arena plays; the first ones one more if there is a rest."""
    share, rest = divmod(episodes, arenas)
    return [share + (arena < rest) for arena in range(arenas)]
