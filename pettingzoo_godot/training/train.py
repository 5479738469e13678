"""`pettingzoo-godot train`: a policy for a scene, in a folder from which it can go on.

Only imported where it is used: needs the extra [train].
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import configure
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from pettingzoo_godot.arguments import absolute_scene, name_of
from pettingzoo_godot.display import need_pictures
from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.options import check_count, check_mapping, check_seed
from pettingzoo_godot.sb3 import GodotSb3VecEnv
from pettingzoo_godot.training.hyperparameters import (
    Hyperparameters,
    check_hyperparameters,
    hyperparameters_for,
    model_arguments,
)
from pettingzoo_godot.training.interrupt import stop_on_signals
from pettingzoo_godot.training.policy import ALGORITHMS
from pettingzoo_godot.training.report import draw_learning_curve
from pettingzoo_godot.training.rows import (
    VECTORIZERS,
    device_for,
    load_normalization,
    make_rows,
    normalize,
    policy_for,
)
from pettingzoo_godot.training.run import LogRow, Run, RunConfig, check_is_free
from pettingzoo_godot.training.threads import one_thread
from pettingzoo_godot.training.videos import TrainingVideos
from pettingzoo_godot.video import find_ffmpeg

DEFAULTS: dict[str, Any] = {
    "algorithm": "ppo",
    "vectorizer": "sb3",
    "engines": 1,
    "arenas": 8,
    "seed": 0,
    "steps": 100_000,
}
_TABLES = ("parameters", "hyperparameters")
Watch = Callable[[LogRow, int], None]
Learn = Callable[[Run, OnPolicyAlgorithm, VecEnv], None]
_SEEDS = 2**32
_CHECKPOINT_STEPS = 20_000  # some ten seconds of work that a crash may cost
_LOG_STEPS = 500  # more rows than that are in no picture


def train(
    scene: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    algorithm: str | None = None,
    steps: int | None = None,
    engines: int | None = None,
    arenas: int | None = None,
    seed: int | None = None,
    vectorizer: str | None = None,
    parameters: Mapping[str, Scalar] | None = None,
    hyperparameters: Hyperparameters | None = None,
    resume: bool = False,
    video_every: int = 0,
    watch: Watch = lambda row, total: None,
) -> Run:
    """Train a policy, or go on with it. Ctrl-C saves a checkpoint and returns.

    What is None is `DEFAULTS`, or with `resume`, what the run has.

    Args:
        scene: As for `parallel_env`; with one policy group.
        folder: Of the run: new, or with `resume` an old one.
        algorithm: `"ppo"` or `"a2c"`.
        steps: Steps in all, those before a `resume` included; a step of one row counts as one.
        engines: Godot processes.
        arenas: Copies of the scene in each of them; 1 with SuperSuit.
        seed: Of everything random.
        vectorizer: `"sb3"`: `sb3_vec_env`; `"supersuit"`: `supersuit_vec_env`.
        parameters: Values for parameters that the scene declares.
        hyperparameters: Those that differ from the scene's own, see `hyperparameters.py`.
        resume: Go on from the run's last checkpoint.
        video_every: Episodes from video to video of how the policy acts, in `RUN/videos`; 0: none.
        watch: Is told how it goes, some times per second, and how many steps it takes in all.

    Returns:
        The run; if it was stopped, its last checkpoint has fewer steps than its config.

    Raises:
        UsageError: If arguments are wrong or contradict the run, or the folder is taken.
        PettingZooGodotError: If an engine ends, or the scene has a mistake; what was learned is in
            a checkpoint then.
    """
    asked: dict[str, Any] = {
        "scene": str(absolute_scene(scene)),
        "algorithm": algorithm,
        "vectorizer": vectorizer,
        "engines": engines,
        "arenas": arenas,
        "seed": seed,
        "steps": steps,
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    asked["parameters"] = check_mapping("parameters", parameters)
    asked["hyperparameters"] = check_mapping("hyperparameters", hyperparameters)
    if check_count("video_every", video_every, least=0):
        find_ffmpeg()
        need_pictures(name_of(scene))
    learn = partial(_learn, watch=watch, video_every=video_every)
    path = Path(folder)
    return _resume(Run.open(path), asked, learn) if resume else _begin(path, asked, learn)


def _begin(folder: Path, asked: dict[str, Any], learn: Learn) -> Run:
    if asked.get("vectorizer") == "supersuit":
        asked = {"arenas": 1, **asked}
    chosen = {**DEFAULTS, **asked}
    own = hyperparameters_for(name_of(chosen["scene"]), chosen["algorithm"])
    given, algorithm = chosen["hyperparameters"], chosen["algorithm"]
    check_hyperparameters(given, algorithm, ALGORITHMS[algorithm])
    config = RunConfig(**{**chosen, "hyperparameters": {**own, **given}})
    _check(config)
    check_is_free(folder)
    rows = make_rows(config)
    try:
        env = normalize(rows, config)
        model = ALGORITHMS[config.algorithm](
            policy_for(rows.observation_space),
            env,
            seed=config.seed,
            device=device_for(rows.observation_space),
            **model_arguments(config.hyperparameters, rows.num_envs),
        )
        run = Run.create(folder, config)
        try:
            learn(run, model, env)
        finally:
            if not run.checkpoints():  # it never began: the folder is as it was
                shutil.rmtree(folder)
    finally:
        rows.close()
    return run


def _resume(run: Run, asked: dict[str, Any], learn: Learn) -> Run:
    last = run.last_checkpoint()
    _check_agrees(run, asked)
    config = replace(run.config, steps=asked.get("steps", run.config.steps))
    _check(config)
    if last.steps >= config.steps:
        raise UsageError(
            f"expected more steps than the {last.steps} that {run.folder} has; got {config.steps}. "
            "Give it more: --steps"
        )
    run = Run(run.folder, config)
    rows = make_rows(config)
    try:
        env = load_normalization(rows, last.normalization_file, training=True)
        model = ALGORITHMS[config.algorithm].load(
            last.policy_file, env, device=device_for(rows.observation_space)
        )
        # Not the beginning's random numbers once more.
        words = np.random.SeedSequence([config.seed, last.steps]).generate_state(1)
        model.set_random_seed(int(words[0]))
        run.write_config()
        run.cut_log(last.steps)
        learn(run, model, env)
    finally:
        rows.close()
    return run


def _check(config: RunConfig) -> None:
    for name in ("steps", "engines", "arenas"):
        check_count(name, getattr(config, name))
    if (check_seed(config.seed) or 0) >= _SEEDS:
        raise OptionError(f"expected a seed below {_SEEDS}, as NumPy's; got {config.seed}")
    if config.vectorizer not in VECTORIZERS:
        raise UsageError(
            f"expected a vectorizer of {', '.join(VECTORIZERS)}; got {config.vectorizer!r}"
        )


def _check_agrees(run: Run, asked: dict[str, Any]) -> None:
    rest = {name: value for name, value in asked.items() if name not in (*_TABLES, "steps")}
    tables = [(asked[name], getattr(run.config, name)) for name in _TABLES]
    for given, had in [(rest, vars(run.config)), *tables]:
        for name, value in given.items():
            if name not in had or had[name] != value:
                was = repr(had[name]) if name in had else "to be left out"
                raise UsageError(
                    f"expected {name} {was}, as in the run {run.folder}; got {value!r}. "
                    "Leave it out to go on, or train in a new folder."
                )


def _learn(run: Run, model: OnPolicyAlgorithm, env: VecEnv, watch: Watch, video_every: int) -> None:
    """Learn until the run has its steps, or somebody stops it; then save and draw."""
    begun = model.num_timesteps
    model.set_logger(configure(str(run.tensorboard_folder), ["tensorboard"]))
    if isinstance(env.unwrapped, GodotSb3VecEnv):
        env.unwrapped.vector.start()  # not below, where Ctrl-C waits for the end of a step
    with one_thread(), stop_on_signals() as stop:
        watcher = _Watcher(run, env, watch, stop)
        videos = TrainingVideos(run, env, video_every, stop)
        try:
            model.learn(
                run.config.steps - begun,
                callback=[watcher, videos],
                reset_num_timesteps=begun == 0,
            )
        finally:
            videos.close()
            if model.num_timesteps > begun:
                watcher.save()
                draw_learning_curve(run)
            model.logger.close()


class _Watcher(BaseCallback):
    """Keeps the log and the checkpoints of a run, and ends it after its steps."""

    def __init__(self, run: Run, env: VecEnv, watch: Watch, stop: threading.Event) -> None:
        super().__init__()
        self._run = run
        self._env = env
        self._watch = watch
        self._stop = stop
        logged = run.read_log()
        self._logged_steps = logged[-1].steps if logged else 0
        self._begun = time.monotonic() - (logged[-1].seconds if logged else 0.0)
        self._ended: list[dict[str, Any]] = []  # infos of episodes, since the last row
        saved = run.checkpoints()
        self._saved_steps = saved[-1].steps if saved else 0

    def save(self) -> None:
        """Make a checkpoint and a row of the log."""
        self._log()
        self._save()

    def _on_step(self) -> bool:
        infos = self.locals["infos"]
        ended = (infos[row] for row in np.flatnonzero(self.locals["dones"]))
        self._ended += [info for info in ended if "episode" in info]
        return self.num_timesteps < self._run.config.steps and not self._stop.is_set()

    def _on_rollout_start(self) -> None:  # the policy has just been updated
        steps = self.model.num_timesteps
        if steps >= self._logged_steps + _LOG_STEPS:
            self._log()
        if steps >= self._saved_steps + _CHECKPOINT_STEPS:
            self._save()

    def _log(self) -> None:
        row = _summarize(self.model.num_timesteps, time.monotonic() - self._begun, self._ended)
        if row.steps > self._logged_steps:
            self._run.log(row)
            self._watch(row, self._run.config.steps)
        self._logged_steps = row.steps
        self._ended.clear()

    def _save(self) -> None:
        steps = self.model.num_timesteps
        if steps == self._saved_steps:
            return
        with self._run.new_checkpoint(steps) as checkpoint:
            self.model.save(checkpoint.policy_file)
            if isinstance(self._env, VecNormalize):
                self._env.save(str(checkpoint.normalization_file))
        self._saved_steps = steps


def _summarize(steps: int, seconds: float, infos: list[dict[str, Any]]) -> LogRow:
    row = LogRow(steps, round(seconds, 3), len(infos))
    if not infos:
        return row
    returns = [float(info["episode"]["r"]) for info in infos]
    successes = [float(info["is_success"]) for info in infos if "is_success" in info]
    return replace(
        row,
        return_mean=float(np.mean(returns)),
        return_min=min(returns),
        return_max=max(returns),
        length_mean=float(np.mean([info["episode"]["l"] for info in infos])),
        success_rate=float(np.mean(successes)) if successes else None,
    )
