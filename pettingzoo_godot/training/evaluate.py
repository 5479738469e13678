"""`pettingzoo-godot evaluate`: what a run's policy earns, over a fixed number of episodes.

Only imported where it is used: needs the extra [train].

Rule: the episodes counted are the first ones of each row. Those that happen to end first would be
the short ones.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from pettingzoo_godot.options import check_count, check_seed
from pettingzoo_godot.training.policy import ALGORITHMS
from pettingzoo_godot.training.report import draw_evaluation
from pettingzoo_godot.training.rows import (
    device_for,
    load_normalization,
    make_rows,
)
from pettingzoo_godot.training.run import Run
from pettingzoo_godot.training.statistics import Evaluation
from pettingzoo_godot.training.threads import one_thread


def evaluate(
    folder: str | os.PathLike[str],
    episodes: int = 100,
    *,
    seed: int | None = None,
    watch: Callable[[int], None] = lambda count: None,
) -> Evaluation:
    """Let the last policy of a run play, without chance in its choices.

    Writes evaluation.json and evaluation.png to the folder.

    Args:
        folder: Of the run.
        episodes: How many; an episode is that of one agent. Each row of the run plays as many,
            the first rows one more if there is a rest.
        seed: Of the episodes. None: one made of the run's, which is not that of the training.
        watch: Is told how many episodes are counted, after each that is.

    Raises:
        UsageError: If the folder is no run, or arguments are wrong.
        PettingZooGodotError: If an engine ends, or the scene has a mistake.
    """
    episodes = check_count("episodes", episodes)
    run = Run.open(Path(folder))
    checkpoint = run.last_checkpoint()
    seed = check_seed(seed)
    if seed is None:
        seed = int(np.random.SeedSequence([run.config.seed, 1]).generate_state(1)[0])
    rows = make_rows(run.config)
    try:
        env = load_normalization(rows, checkpoint.normalization_file, training=False)
        model = ALGORITHMS[run.config.algorithm].load(
            checkpoint.policy_file, device=device_for(rows.observation_space)
        )
        rows.seed(seed)
        with one_thread():
            infos = _play(env, model, episodes, watch)
    finally:
        rows.close()
    successes = [float(info["is_success"]) for info in infos if "is_success" in info]
    evaluation = Evaluation(
        steps=checkpoint.steps,
        seed=seed,
        returns=[float(info["episode"]["r"]) for info in infos],
        lengths=[int(info["episode"]["l"]) for info in infos],
        successes=successes if len(successes) == len(infos) else None,
    )
    content = {"scene": run.config.scene, **evaluation.summary(), **asdict(evaluation)}
    run.evaluation_file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draw_evaluation(run, evaluation)
    return evaluation


def _play(
    env: Any, model: Any, episodes: int, watch: Callable[[int], None]
) -> list[dict[str, Any]]:
    """Play until each row has its share, and return the infos of their ends, row by row."""
    share, rest = divmod(episodes, env.num_envs)
    shares = [share + (row < rest) for row in range(env.num_envs)]
    played: list[list[dict[str, Any]]] = [[] for _ in shares]
    observations = env.reset()
    count = 0
    while count < episodes:
        actions, _ = model.predict(observations, deterministic=True)
        observations, _, dones, infos = env.step(actions)
        for row in np.flatnonzero(dones):
            if "episode" in infos[row] and len(played[row]) < shares[row]:
                played[row].append(infos[row])
                count += 1
                watch(count)
    return [info for row in played for info in row]
