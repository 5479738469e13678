"""`pettingzoo-godot train --self-play`: begins a self-play training, or goes on with one.

Only imported where it is used: needs the extra [train].
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pettingzoo_godot.arguments import absolute_scene
from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.options import check_choice, check_count, check_mapping, check_seed
from pettingzoo_godot.selfplay.folder import Config, Folder
from pettingzoo_godot.selfplay.lineup import ROLES
from pettingzoo_godot.selfplay.scoreboard import Watch
from pettingzoo_godot.selfplay.settings import settings_for
from pettingzoo_godot.selfplay.trainer import Trainer
from pettingzoo_godot.training.interrupt import stop_on_signals
from pettingzoo_godot.training.run import check_is_free
from pettingzoo_godot.training.threads import one_thread
from pettingzoo_godot.vector import GodotVectorEnv

_MINUTES = 10.0  # if nobody says how long
_CHANGEABLE = ("steps", "minutes", "roles")  # by a --resume


def train(
    scene: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    minutes: float | None = None,
    steps: int | None = None,
    engines: int | None = None,
    arenas: int | None = None,
    seed: int | None = None,
    roles: Mapping[str, str] | None = None,
    policies: Mapping[str, str | os.PathLike[str]] | None = None,
    parameters: Mapping[str, Scalar] | None = None,
    settings: Mapping[str, Any] | None = None,
    resume: bool = False,
    watch: Watch = lambda row, done: None,
) -> Folder:
    """Train the policy groups of a scene against each other.

    Ctrl-C saves, and returns; before the first update, it leaves nothing behind and is raised.

    What is None is the default, or with `resume`, what the run has: it may have other `minutes`,
    `steps` and `roles` from then on.

    Args:
        scene: As for `parallel_env`; with several policy groups.
        folder: Of the run: new, or with `resume` an old one.
        minutes: Of training in all [min], those before a `resume` included; 10 if there are no
            `steps` either.
        steps: Steps in all; a step of one row counts as one. The first limit reached ends it.
        engines: Godot processes; 2.
        arenas: Copies of the scene in each of them; 32.
        seed: Of everything random; 0.
        roles: By policy group, `"train"`, `"frozen"`, `"deterministic"` or `"scripted"`; those
            that are not named learn.
        policies: By policy group, a self-play run or one of its files of policies, whose weights
            it begins with.
        parameters: Values for parameters that the scene declares.
        settings: Numbers that differ from the scene's own, see `settings.py`.
        resume: Go on from the run's last checkpoint.
        watch: Is told of each update, and which part of the training is done.

    Returns:
        The run's folder.

    Raises:
        UsageError: If arguments are wrong or contradict the run, or the folder is taken.
        PettingZooGodotError: If an engine ends, or the scene has a mistake; what was learned is in
            a checkpoint then.
    """
    given = {
        "engines": engines,
        "arenas": arenas,
        "seed": seed,
        "steps": steps,
        "minutes": minutes,
        "roles": roles,
        "policies": policies,
        "parameters": parameters,
        "settings": settings,
    }
    asked: dict[str, Any] = {"scene": str(absolute_scene(scene))}
    asked |= {name: _CHECKS[name](value) for name, value in given.items() if value is not None}
    path = Path(folder)
    return _resume(Folder.open(path), asked, watch) if resume else _begin(path, asked, watch)


def _begin(path: Path, asked: dict[str, Any], watch: Watch) -> Folder:
    chosen = {"engines": 2, "arenas": 32, "seed": 0, "steps": None, "minutes": None, **asked}
    if chosen["steps"] is None and chosen["minutes"] is None:
        chosen["minutes"] = _MINUTES
    own = settings_for(chosen["scene"], chosen.get("settings"))
    config = Config(**{**chosen, "settings": asdict(own)})
    config = replace(config, parameters={**own.parameters, **config.parameters})
    check_is_free(path)
    was_there = path.exists()
    with _make_env(config) as env:
        trainer = None
        try:
            folder = Folder.create(path, config)
            with folder.reserved():
                trainer = Trainer(folder, env)
                _train(trainer, env, watch)
        finally:
            if trainer is None or trainer.update == 0:  # it never began: the folder is as it was
                _clear(path, was_there)
    return folder


def _clear(path: Path, stays: bool) -> None:
    for part in path.glob("*"):
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
    if not stays:
        with contextlib.suppress(OSError):
            path.rmdir()


def _resume(folder: Folder, asked: dict[str, Any], watch: Watch) -> Folder:
    _check_agrees(folder, asked)
    changes = {name: asked[name] for name in _CHANGEABLE if name in asked}
    folder = Folder(folder.path, replace(folder.config, **changes))
    with folder.reserved(), _make_env(folder.config) as env:
        trainer = Trainer(folder, env, resumed=True)
        _check_is_unfinished(trainer, folder)
        folder.write_config()
        _train(trainer, env, watch)
    return folder


def _check_is_unfinished(trainer: Trainer, folder: Folder) -> None:
    had = {"minutes": trainer.seconds / 60.0, "steps": trainer.steps}
    limits = {name: getattr(folder.config, name) for name in had}
    reached = [
        f"--{name} {limit}" for name, limit in limits.items() if limit and had[name] >= limit
    ]
    if reached:
        raise UsageError(
            f"expected a training to go on with; {folder.path} has had {had['minutes']:.1f} "
            f"minutes and {had['steps']} steps, which is all of {' and '.join(reached)}. Give it "
            "more of that."
        )


def _train(trainer: Trainer, env: GodotVectorEnv, watch: Watch) -> None:
    env.start()  # not below, where Ctrl-C waits for the end of an update
    with one_thread(), stop_on_signals() as stop:
        trainer.run(stop, watch)
        if trainer.update == 0:  # there is nothing to save, and nothing to go on from
            raise KeyboardInterrupt


def _make_env(config: Config) -> GodotVectorEnv:
    """Make the arenas of a run, for a batch of one engine after another; starts nothing."""
    scripted = [group for group, role in config.roles.items() if role == "scripted"]
    with GodotVectorEnv(
        config.scene, 1, config.arenas, parameters=config.parameters
    ) as engine:  # only to ask
        _check_roles(config.roles, engine.policy_groups)
        for group in config.policies:
            check_choice("the policy's policy group", group, engine.policy_groups)
        rows = engine.num_envs
    return GodotVectorEnv(
        config.scene,
        config.engines,
        config.arenas,
        batch_size=rows,
        parameters=config.parameters,
        heuristic_agents=scripted,
        on_crash="restart",  # a training of hours goes on without an engine that failed
    )


def _check_minutes(minutes: Any) -> float:
    is_number = isinstance(minutes, int | float | np.floating) and not isinstance(minutes, bool)
    if not is_number or not 0 < minutes < math.inf:
        raise OptionError(f"expected minutes to be a number above 0; got {minutes!r}")
    return float(minutes)


def _check_policies(policies: Any) -> dict[str, str]:
    given = check_mapping("policies", policies)
    return {group: str(Path(path).absolute()) for group, path in given.items()}


def _check_parameters(parameters: Any) -> dict[str, Scalar]:
    given = check_mapping("parameters", parameters)
    # As config.json has them; what they may be, the scene says.
    return {n: v.item() if isinstance(v, np.generic) else v for n, v in given.items()}


#: What is asked of a training, and how it is kept.
_CHECKS: dict[str, Callable[[Any], Any]] = {
    "engines": partial(check_count, "engines"),
    "arenas": partial(check_count, "arenas"),
    "seed": check_seed,
    "steps": partial(check_count, "steps"),
    "minutes": _check_minutes,
    "roles": partial(check_mapping, "roles"),
    "policies": _check_policies,
    "parameters": _check_parameters,
    "settings": partial(check_mapping, "settings"),
}


def _check_roles(roles: Mapping[str, str], groups: list[str]) -> None:
    if len(groups) < 2:
        raise UsageError(
            f"expected a scene with several policy groups, which play against each other; got "
            f"{', '.join(groups)} alone. Train it without --self-play."
        )
    for group, role in roles.items():
        check_choice("the role's policy group", group, groups)
        check_choice(f"the role of {group}", role, ROLES)
    if all(roles.get(group, "train") != "train" for group in groups):
        raise OptionError(f"expected a policy group whose role is train; got {dict(roles)}")


def _check_agrees(folder: Folder, asked: dict[str, Any]) -> None:
    """Make sure that what is asked of a resumed run is what it is."""
    had = asdict(folder.config)
    for name, value in asked.items():
        if name in _CHANGEABLE:
            continue
        known = had
        parts: dict[str, Any] = {name: value}
        if isinstance(value, Mapping):
            known, parts = had[name], dict(value)
        if name == "settings":
            known, parts = _flat(known), _flat(parts)
        for key, part in parts.items():
            if key not in known or known[key] != part:
                was = repr(known[key]) if key in known else "to be left out"
                raise UsageError(
                    f"expected {key} {was}, as in the run {folder.path}; got {part!r}. "
                    "Leave it out to go on, or train in a new folder."
                )


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with those of policy groups beside the others, as they are asked for."""
    return {**values, **values.get("groups", {})}
