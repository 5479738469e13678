"""How self-play learns: one flat table of numbers, and what differs from it by scene.

Names of the opponents' part are those of Unity's ML-Agents. A *step* is that of one agent in one
arena, as everywhere in this package.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pettingzoo_godot.errors import OptionError
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.options import check_choice

SAMPLINGS = ("uniform", "prioritised")
WINNERS = ("return", "last_reward")
CRITICS = ("own", "state")


@dataclass(frozen=True)
class Settings:
    """Numbers of PPO, of the pool of opponents, and of checkpoints.

    Attributes:
        horizon: Steps of each row between two updates.
        epochs: Times that each update goes through them.
        minibatch: Transitions per gradient step.
        learning_rate: Of Adam.
        gamma: Discount per step.
        gae_lambda: Of the advantages.
        clip_range: Of the policy's ratio.
        entropy: Weight of the entropy bonus.
        value_weight: Weight of the critic's loss.
        max_gradient: Norm to which gradients are clipped.
        target_kl: Distance from the old policy above which an update ends early; 0: never.
        averaging: Part of the updates so far whose weights are averaged in policies that are kept
            for evaluations, videos and past selves; 0: the latest weights.
        hidden: Width of the two hidden layers.
        stack: Observations that a policy sees: this one and those before it.
        critic: What the critic sees: its agent's `"own"` observations, or the arena's `"state"` as
            well.
        save_steps: Steps of training between two snapshots for the pool.
        window: Snapshots in the pool; the oldest one goes.
        play_against_latest_model_ratio: Probability that opponents play with their latest policy.
        scripted_opponents: Probability that an opponent of a group that learns is the scene's own
            heuristic instead of a policy.
        swap_steps: Steps after which other past selves are drawn from the pool.
        opponents: Past selves of each policy group that are in play at the same time.
        sampling: `"uniform"`, or `"prioritised"`: whoever wins more is drawn more often.
        team_change: Steps after which another policy group learns; 0: all learn at once.
        winner: Who wins an episode: the policy group with the greater `"return"`, or with the
            greater `"last_reward"`, as in ML-Agents.
        checkpoint_updates: Updates between two checkpoints.
        pose: By policy group, the indices of its observed heading / pi, x and y: it sees and acts
            in its body's frame then, see `pose.py`. Only a program can set it.
        shown: By policy group, an info of the scene that says how it goes: on the terminal, and
            in evaluations. Only a program can set it.
        parameters: Parameters of the scene that it is learned with, if others are not given:
            such as `GROUP_heuristic`, who plays a policy group when it is scripted. Only a program
            can set it.
        groups: What differs for a policy group, by `GROUP.NAME`.
    """

    horizon: int = 128
    epochs: int = 4
    minibatch: int = 1024
    learning_rate: float = 5e-4
    gamma: float = 0.99
    gae_lambda: float = 0.95
    clip_range: float = 0.2
    entropy: float = 0.0
    value_weight: float = 0.5
    max_gradient: float = 0.5
    target_kl: float = 0.03
    averaging: float = 0.1
    hidden: int = 64
    stack: int = 1
    critic: str = "own"
    save_steps: int = 100_000
    window: int = 10
    play_against_latest_model_ratio: float = 0.5
    scripted_opponents: float = 0.0
    swap_steps: int = 50_000
    opponents: int = 3
    sampling: str = "uniform"
    team_change: int = 0
    winner: str = "return"
    checkpoint_updates: int = 20
    pose: Mapping[str, Sequence[int]] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    groups: Mapping[str, Any] = field(default_factory=dict)

    def of(self, group: str) -> Settings:
        """Those of a policy group."""
        own = {path.removeprefix(f"{group}."): value for path, value in self.groups.items()}
        return replace(self, **{name: own[name] for name in _OF_A_GROUP if name in own})


#: What differs, by scene; the reasons are in docs/SELF_PLAY.md. `chase`: minus one per step until
#: the catch, so returns name no winner. `hide_and_seek`: nobody learns from a heuristic that always
#: wins, as its default ones do.
SCENES: dict[str, dict[str, Any]] = {
    "chase": {
        "winner": "last_reward",
        "pose": {"seeker": [0, 19, 20], "hider": [0, 19, 20]},
        "horizon": 64,
        "minibatch": 512,
        "entropy": 0.005,
        "averaging": 0.2,
        "hidden": 256,
        "scripted_opponents": 0.8,
        "groups": {
            "seeker.learning_rate": 3e-4,
            "seeker.entropy": 0.01,
            "seeker.scripted_opponents": 0.9,
        },
    },
    "hide_and_seek": {
        "shown": {"hider": "hidden_fraction"},
        "parameters": {"actions": "box", "hider_heuristic": "flee", "seeker_heuristic": "patrol"},
        "horizon": 240,
        "minibatch": 512,
        "epochs": 5,
        "learning_rate": 8e-4,
        "gamma": 0.995,
        "averaging": 0.2,
        "hidden": 256,
        "critic": "state",
        "save_steps": 300_000,
        "window": 16,
        "play_against_latest_model_ratio": 0.4,
        "scripted_opponents": 0.4,
        "checkpoint_updates": 10,
        "groups": {"seeker.scripted_opponents": 0.5},
    },
}

_MAY_BE_ZERO = (
    *("entropy", "target_kl", "team_change", "gae_lambda", "averaging"),
    *("value_weight", "play_against_latest_model_ratio", "scripted_opponents", "swap_steps"),
)
_UP_TO_ONE = (
    *("gamma", "gae_lambda", "averaging"),
    *("play_against_latest_model_ratio", "scripted_opponents"),
)
_OF_A_GROUP = (
    *("epochs", "minibatch", "learning_rate", "gae_lambda", "clip_range", "entropy"),
    *("value_weight", "max_gradient", "target_kl", "averaging", "hidden", "stack"),
    "scripted_opponents",
)
_CHOICES = {"sampling": SAMPLINGS, "winner": WINNERS, "critic": CRITICS}


def settings_for(scene: str, chosen: Mapping[str, Any] | None = None) -> Settings:
    """Say how self-play learns a scene.

    Args:
        scene: Name of a bundled one, or a path: somebody's own, whatever its name.
        chosen: Values that differ from the scene's own, by name; by `GROUP.NAME`, those of one
            policy group.

    Raises:
        OptionError: If there is no such name, or the value cannot be one.
    """
    settings = replace(Settings(), **SCENES.get(scene, {}))
    known = asdict(settings)
    groups = dict(settings.groups)
    chosen = dict(chosen or {})
    if isinstance(chosen.get("groups"), Mapping):
        chosen |= chosen.pop("groups")
    # What is said of all goes before what is said of one.
    for path, value in sorted(chosen.items(), key=lambda item: "." in item[0]):
        group, _, name = path.rpartition(".")
        there_are, whose = (_OF_A_GROUP, "a policy group") if group else (known, "self-play")
        if name not in there_are:
            raise OptionError(
                f"expected a hyperparameter of {whose}: {', '.join(there_are)}; got {path!r}"
            )
        _check(path, value, known[name])
        exact = type(known[name])(value)
        if group:
            groups[path] = exact
        else:
            settings = replace(settings, **{name: exact})
            groups = {one: kept for one, kept in groups.items() if not one.endswith(f".{name}")}
    return replace(settings, groups=groups)


def _check(path: str, value: Any, default: Any) -> None:
    name = path.rpartition(".")[2]
    if name in _CHOICES:
        check_choice(name, value, _CHOICES[name])
        return
    if isinstance(default, dict):
        if not isinstance(value, Mapping):
            raise OptionError(f"expected hyperparameter {path} to be a dict; got {value!r}")
        return
    kinds = (int,) if isinstance(default, int) else (int, float)
    is_number = isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value)
    most = 1.0 if name in _UP_TO_ONE else math.inf
    if not is_number or not 0 <= value <= most or (value == 0 and name not in _MAY_BE_ZERO):
        least = "from 0" if name in _MAY_BE_ZERO else "above 0"
        bounds = least + ("" if most == math.inf else f" to {most:g}")
        kind = "an int" if isinstance(default, int) else "a number"
        raise OptionError(f"expected hyperparameter {path} to be {kind} {bounds}; got {value!r}")
