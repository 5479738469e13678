"""How algorithms learn: numbers, by algorithm and scene.

Names are those of Stable-Baselines3's constructors, with these exceptions, by which a number means
the same for any number of rows:

- `rollout`: transitions of all rows together between two updates; `n_steps` is made of it.
- `minibatches`: parts of a rollout for one gradient step each; `batch_size` is made of it.
- `linear_decay`: arguments that fall linearly to 0 at the end of the training.
- `normalize_observations`, `normalize_rewards`: by running mean and variance, `VecNormalize`.
"""

from __future__ import annotations

import copy
from typing import Any

from pettingzoo_godot.errors import UsageError

Hyperparameters = dict[str, Any]

#: What holds for scenes that are not in the table below.
_ALL: Hyperparameters = {
    "linear_decay": ["learning_rate"],
    "gamma": 0.99,
    "gae_lambda": 0.95,
    "ent_coef": 0.0,
    "policy_kwargs": {"net_arch": [64, 64]},
    "normalize_observations": True,
    "normalize_rewards": True,
}
GENERAL: dict[str, Hyperparameters] = {
    "ppo": {
        **_ALL,
        "rollout": 2048,
        "minibatches": 8,
        "n_epochs": 10,
        "learning_rate": 3e-4,
        "clip_range": 0.2,
    },
    "a2c": {**_ALL, "rollout": 64, "learning_rate": 7e-4},
}

#: What differs from it, by scene and algorithm.
SCENES: dict[str, dict[str, Hyperparameters]] = {
    "cart_pole": {
        "ppo": {
            "rollout": 512,
            "minibatches": 2,
            "learning_rate": 1e-3,
        },
    },
}


def hyperparameters_for(scene: str, algorithm: str) -> Hyperparameters:
    """Say how an algorithm learns a scene.

    Args:
        scene: Name of a scene.
        algorithm: `"ppo"` or `"a2c"`.

    Raises:
        UsageError: If there is no such algorithm.
    """
    if algorithm not in GENERAL:
        raise UsageError(f"expected an algorithm of {', '.join(GENERAL)}; got {algorithm!r}")
    return {**GENERAL[algorithm], **SCENES.get(scene, {}).get(algorithm, {})}


def model_arguments(hyperparameters: Hyperparameters, rows: int) -> dict[str, Any]:
    """Translate into arguments of a constructor of Stable-Baselines3.

    Args:
        hyperparameters: By the names of this module.
        rows: Rows of the vector environment.
    """
    given = copy.deepcopy(hyperparameters)  # A2C adds to its policy_kwargs
    for name in ("normalize_observations", "normalize_rewards"):
        given.pop(name, None)
    steps = max(1, round(given.pop("rollout") / rows))
    given["n_steps"] = steps
    if "minibatches" in given:
        # At least 2, for which advantages can be normalised.
        given["batch_size"] = max(2, -(-steps * rows // given.pop("minibatches")))
    for name in given.pop("linear_decay", []):
        given[name] = LinearDecay(given[name])
    return given


class LinearDecay:
    """A schedule of Stable-Baselines3 that falls linearly to 0 at the end of the training.

    Args:
        start: Value at its beginning.
    """

    def __init__(self, start: float) -> None:
        self.start = start

    def __call__(self, remaining: float) -> float:
        """The value when this part of the training, 1 to 0, is still to come."""
        return self.start * remaining
