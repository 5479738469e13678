"""Trained policies as what acts in an environment of one arena: for videos.

Only imported where it is used: needs the extra [train].
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecNormalize

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.record import Policy
from pettingzoo_godot.training.run import Run
from pettingzoo_godot.training.threads import one_thread

ALGORITHMS: dict[str, type[OnPolicyAlgorithm]] = {"ppo": PPO, "a2c": A2C}


def load_policy(run: Run) -> Policy:
    """Load the last policy of a run.

    Raises:
        UsageError: If the run has no checkpoint.
    """
    checkpoint = run.last_checkpoint()
    model = ALGORITHMS[run.config.algorithm].load(checkpoint.policy_file, device="cpu")
    normalization = None
    if checkpoint.normalization_file.exists():
        with checkpoint.normalization_file.open("rb") as file:
            normalization = pickle.load(file)  # as VecNormalize.load, which wants rows
    return make_policy(model, normalization)


def make_policy(model: OnPolicyAlgorithm, normalization: VecNormalize | None) -> Policy:
    """Let a model act for all agents, without chance in its choices.

    Args:
        model: Of one policy group, which is all of the scene's.
        normalization: Of its observations.
    """

    def act(observations: Mapping[str, Any]) -> dict[str, Any]:
        batch = _stack(list(observations.values()))
        try:
            if normalization is not None:
                batch = normalization.normalize_obs(batch)
            with one_thread():
                actions, _ = model.predict(batch, deterministic=True)
        except ValueError as exc:
            raise UsageError(
                f"expected a scene like that of the training, with observations of "
                f"{model.observation_space}; {exc}"
            ) from exc
        return dict(zip(observations, actions, strict=True))

    return act


def _stack(observations: list[Any]) -> Any:
    first = observations[0]
    if isinstance(first, Mapping):
        return {key: np.stack([seen[key] for seen in observations]) for key in first}
    return np.stack(observations)
