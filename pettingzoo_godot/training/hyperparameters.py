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
import inspect
import math
from collections.abc import Callable
from typing import Any

from pettingzoo_godot.errors import OptionError, UsageError

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

#: Arguments of Stable-Baselines3's constructors that nobody can set here: `train` does, itself or
#: from others.
_NOT_FREE = (
    *("policy", "env", "seed", "device", "n_steps", "batch_size"),
    *("verbose", "tensorboard_log", "stats_window_size", "_init_setup_model"),
    *("rollout_buffer_class", "rollout_buffer_kwargs"),
)

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


def check_hyperparameters(
    chosen: Hyperparameters, algorithm: str, constructor: Callable[..., Any]
) -> None:
    """Make sure that an algorithm has them, and that each is of its kind.

    Args:
        chosen: Those that a user has set.
        algorithm: `"ppo"` or `"a2c"`.
        constructor: Its class in Stable-Baselines3.

    Raises:
        OptionError: If there is no such hyperparameter, or the value cannot be one.
    """
    arguments = inspect.signature(constructor).parameters.values()
    known = {item.name: item.default for item in arguments if item.name not in _NOT_FREE}
    known |= GENERAL[algorithm]
    for name, value in chosen.items():
        if name not in known:
            raise OptionError(
                f"expected a hyperparameter of {algorithm}: {', '.join(sorted(known))}; "
                f"got {name!r}"
            )
        expected = _expect(value, known[name])
        if expected:
            raise OptionError(f"expected hyperparameter {name} to be {expected}; got {value!r}")


def _expect(value: Any, default: Any) -> str:
    """Say what a hyperparameter has to be, by its default; empty if the value is that."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, bool):
        return "" if isinstance(value, bool) else "true or false"
    if isinstance(default, int):
        least = min(1, default)  # -1 says "never" in Stable-Baselines3
        is_right = is_number and isinstance(value, int) and value >= least
        return "" if is_right else f"an int from {least} on"
    if isinstance(default, float) or (default is None and value is not None):
        return "" if is_number and math.isfinite(value) and value >= 0 else "a number from 0 on"
    if default is None or isinstance(value, type(default)):
        return ""
    return f"a {type(default).__name__}, which only a program can give"


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
