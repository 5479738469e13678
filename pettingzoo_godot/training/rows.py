"""The vector environments of a training, with what keeps count of returns and normalises.

Only imported where it is used: needs the extra [train].
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.preprocessing import is_image_space
from stable_baselines3.common.vec_env import VecEnv, VecMonitor, VecNormalize

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.factory import sb3_vec_env, supersuit_vec_env
from pettingzoo_godot.training.run import RunConfig


def _make_sb3(config: RunConfig) -> VecEnv:
    # A training of hours goes on without the episodes of an engine that failed.
    return sb3_vec_env(
        config.scene,
        config.engines,
        config.arenas,
        parameters=config.parameters,
        on_crash="restart",
    )


def _make_supersuit(config: RunConfig) -> VecEnv:
    if config.arenas != 1:
        raise UsageError(
            f"expected one arena per engine, as SuperSuit needs; got {config.arenas}. "
            "Give it more engines, or train without --vectorizer supersuit."
        )
    made: VecEnv = supersuit_vec_env(config.scene, config.engines, parameters=config.parameters)
    return made


VECTORIZERS: dict[str, Callable[[RunConfig], VecEnv]] = {
    "sb3": _make_sb3,
    "supersuit": _make_supersuit,
}


class LiveMonitor(VecMonitor):
    """Counts the episodes of agents, and not the time until the others are done."""

    def step_wait(self) -> Any:
        """Step; the infos of rows that ended have `episode`: return `r`, length `l`, time `t`."""
        observations, rewards, dones, infos = super().step_wait()
        for row in np.flatnonzero(dones):
            if infos[row].get("live") is False:
                del infos[row]["episode"]
        return observations, rewards, dones, infos


def make_rows(config: RunConfig) -> LiveMonitor:
    """Make the rows of a run; starts no engine.

    Raises:
        UsageError: If the scene is not for one policy, or arguments are wrong.
    """
    return LiveMonitor(VECTORIZERS[config.vectorizer](config))


def normalize(rows: VecEnv, config: RunConfig) -> VecEnv:
    """Normalise observations and rewards by their running mean and variance, if a run wants it."""
    chosen = config.hyperparameters
    keys = _normal_keys(rows.observation_space)
    observations = chosen["normalize_observations"] and keys is not None
    if not observations and not chosen["normalize_rewards"]:
        return rows
    return VecNormalize(
        rows,
        norm_obs=observations,
        norm_reward=chosen["normalize_rewards"],
        gamma=chosen["gamma"],
        norm_obs_keys=keys or None,
    )


def load_normalization(rows: VecEnv, file: Path, training: bool) -> VecEnv:
    """Normalise as in a run until now.

    Args:
        rows: What is normalised.
        file: Statistics, as saved with a checkpoint; without them, nothing is normalised.
        training: Whether they change; otherwise, rewards are left as they are.
    """
    if not file.exists():
        return rows
    loaded: VecNormalize = VecNormalize.load(str(file), rows)
    loaded.training = training
    loaded.norm_reward = loaded.norm_reward and training
    return loaded


def _normal_keys(space: spaces.Space[Any]) -> list[str] | None:
    """Which members can be normalised: [] for the whole space, None for nothing."""
    if isinstance(space, spaces.Dict):
        return [key for key, part in space.spaces.items() if _is_normal(part)] or None
    return [] if _is_normal(space) else None


def _is_normal(space: spaces.Space[Any]) -> bool:
    # No choices, no masks, no pictures: the policy scales these itself.
    return isinstance(space, spaces.Box) and space.dtype == np.float32


def policy_for(space: spaces.Space[Any]) -> str:
    """Which policy of Stable-Baselines3 takes these observations."""
    if isinstance(space, spaces.Dict):
        return "MultiInputPolicy"
    return "CnnPolicy" if is_image_space(space) else "MlpPolicy"


def device_for(space: spaces.Space[Any]) -> str:
    """Where the policy is computed: small networks are faster on a processor than on a GPU."""
    return "cpu" if policy_for(space) == "MlpPolicy" else "auto"
