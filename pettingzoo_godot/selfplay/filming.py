"""Self-play policies as what acts in an environment of one arena: for videos.

Only imported where it is used: needs the extra [train].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.vector.utils import concatenate, create_empty_array

from pettingzoo_godot.env import GodotParallelEnv
from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.options import check_choice
from pettingzoo_godot.record import POLICIES, Policy, random_policy
from pettingzoo_godot.selfplay.folder import parameters_of
from pettingzoo_godot.selfplay.players import Player, make_player

_RANDOM, _HEURISTIC = POLICIES


class Cast:
    """Who acts in a video: for each policy group `"random"`, `"heuristic"`, or policies.

    Args:
        names: By policy group: one of those, a self-play run, or one of its files of policies.
        others: The same, of groups that are not named.
        seed: Of what is left to chance: random actions, and those that policies draw.

    Attributes:
        parameters: Of the scene, with which those policies were trained.

    Raises:
        UsageError: If there are no such policies, or they were trained with different parameters.
    """

    def __init__(self, names: Mapping[str, str], others: str, seed: int | None = None) -> None:
        self._names = dict(names)
        self._others = others
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._random: Policy | None = None
        trained = [Path(name) for name in (others, *names.values()) if name not in POLICIES]
        for path in trained:
            if not path.exists():
                raise UsageError(
                    f"expected a policy: {', '.join(POLICIES)}, the folder of a run or one of its "
                    f"files of policies; got {str(path)!r}"
                )
        self.parameters = parameters_of(trained)

    def __call__(self, env: GodotParallelEnv) -> Policy:
        """Make what acts in the next episode of an environment.

        Raises:
            UsageError: If there is no such policy group, or policies do not fit it.
        """
        groups = env.agent_groups
        for group in self._names:
            check_choice("the policy's policy group", group, groups)
        names = {group: self._names.get(group, self._others) for group in groups}
        env.heuristic_agents = [group for group, name in names.items() if name == _HEURISTIC]
        if self._random is None:  # one for all episodes, which are not to be the same
            self._random = random_policy(env, self._seed)
        acting = [
            _Team(env, group, agents, names[group], self._rng)
            for group, agents in groups.items()
            if names[group] not in POLICIES
        ]
        at_random = self._random

        def act(observations: Mapping[str, Any]) -> Mapping[str, Any]:
            actions = dict(at_random(observations))
            for team in acting:
                actions |= team.act(observations)
            return actions

        return act


class _Team:
    """The agents of a policy group, and the policy that decides for them in an episode."""

    def __init__(
        self,
        env: GodotParallelEnv,
        group: str,
        agents: Sequence[str],
        name: str,
        rng: np.random.Generator,
    ) -> None:
        self._agents = agents
        self._space = env.observation_space(agents[0])
        self._player: Player = make_player(
            name,
            group,
            self._space,
            env.action_space(agents[0]),
            len(agents),
            rng,
            deterministic=False,
        )
        self._seen: dict[str, Any] = {}
        self._begins: Any = None

    def act(self, observations: Mapping[str, Any]) -> dict[str, Any]:
        """Decide for those that live; what the others saw last stays in their rows."""
        self._seen |= {
            agent: observations[agent] for agent in self._agents if agent in observations
        }
        rows = [self._seen[agent] for agent in self._agents]
        room: Any = create_empty_array(self._space, len(rows))
        batch = concatenate(self._space, rows, room)
        actions = self._player(batch, self._begins)
        self._begins = np.zeros(len(rows), bool)
        told = zip(self._agents, actions, strict=True)
        return {agent: action for agent, action in told if agent in observations}
