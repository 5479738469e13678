"""Who may be asked to play in a match, made into functions from observations to actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces

from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.selfplay.heads import Head, head_for
from pettingzoo_godot.selfplay.lineup import SCRIPTED
from pettingzoo_godot.selfplay.memory import Memory
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.policies import load_actor
from pettingzoo_godot.spaces import Array

RANDOM = "random"
_BOT = f"{SCRIPTED}:"

#: From a batch of observations, and which rows begin an episode with them (None: all), to a batch
#: of actions.
Player = Callable[[Any, Array | None], Array]


def is_scripted(name: str) -> bool:
    """Whether a player is the scene's heuristic."""
    return name == SCRIPTED or name.startswith(_BOT)


def parameters_for(players: Mapping[str, str]) -> dict[str, str]:
    """Say which parameters of the scene choose its heuristics, if they are named.

    Args:
        players: By policy group, their names.
    """
    return {
        heuristic_parameter(group): name.removeprefix(_BOT)
        for group, name in players.items()
        if name.startswith(_BOT)
    }


def heuristic_parameter(group: str) -> str:
    """Name of the parameter that says which of several heuristics a policy group has."""
    return f"{group}_heuristic"


def game_parameters(parameters: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Parameters without those that name heuristics: the game is the same, whoever plays it."""
    suffix = heuristic_parameter("")
    return {name: value for name, value in parameters.items() if not name.endswith(suffix)}


def bot(name: str) -> str:
    """The player for a heuristic of this name."""
    return _BOT + name


def make_player(
    name: str,
    group: str,
    observation_space: spaces.Space[Any],
    action_space: spaces.Space[Any],
    rows: int,
    rng: np.random.Generator,
    deterministic: bool,
) -> Player:
    """Make a player for a policy group.

    Args:
        name: `"random"`; `"scripted"` or `"scripted:NAME"`: does nothing, because the scene's
            heuristic decides; a self-play run's folder, or one of its files of policies.
        group: Name of the policy group.
        observation_space: Of one agent.
        action_space: Of one agent.
        rows: How many rows it decides for.
        rng: For what it leaves to chance.
        deterministic: Whether a policy takes its most probable actions.

    Raises:
        UsageError: If there are no such policies, or they are for something else.
    """
    if name == RANDOM:
        return _random(head_for(action_space), rows, rng)
    if is_scripted(name):
        return _idle(head_for(action_space), rows)
    actor = load_actor(Path(name), group, Actor(observation_space, action_space, [], group))
    return _policy(actor, rows, None if deterministic else rng)


def _random(head: Head, rows: int, rng: np.random.Generator) -> Player:
    return lambda _observations, _begins: head.to_env(head.random(rng, rows))


def _idle(head: Head, rows: int) -> Player:
    nothing = head.to_env(np.zeros((rows, head.entries), np.float32))
    return lambda _observations, _begins: nothing


def _policy(actor: Actor, rows: int, rng: np.random.Generator | None) -> Player:
    memory = Memory(rows, actor.size, actor.stack)

    @torch.inference_mode()
    def decide(observations: Any, begins: Array | None) -> Array:
        vectors = memory.push(actor.from_env(observations), begins)
        outputs = actor(torch.from_numpy(vectors))
        if rng is None:
            raw = actor.head.mode(outputs)
        else:
            raw = actor.head.sample(outputs, actor.head.noise(rng, rows))
        return actor.to_env(raw.numpy(), vectors)

    return decide
