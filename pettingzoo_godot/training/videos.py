"""Videos of a training: how the policy that is being learned acts.

Only imported where it is used: needs the extra [train].
"""

from __future__ import annotations

import logging
import threading

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from pettingzoo_godot.env import GodotParallelEnv
from pettingzoo_godot.errors import PettingZooGodotError
from pettingzoo_godot.factory import parallel_env
from pettingzoo_godot.record import record_episode
from pettingzoo_godot.training.policy import make_policy
from pettingzoo_godot.training.run import Run

_log = logging.getLogger("pettingzoo_godot")
_SIZE = {"width": 480, "height": 360}  # the training waits while they are drawn


class TrainingVideos(BaseCallback):
    """Records an episode after every so many: `RUN/videos/STEPS.mp4`.

    An engine of its own renders, from the first video on: those of the training go on as they were,
    and the same policies are learned. Each video begins with the same seed.

    Args:
        run: Which.
        env: What it is trained on.
        every: Episodes from video to video; 0: no videos.
        stop: Set when somebody ends the training: then a video ends as well, and is removed.
    """

    def __init__(self, run: Run, env: VecEnv, every: int, stop: threading.Event) -> None:
        super().__init__()
        self._run = run
        self._normalization = env if isinstance(env, VecNormalize) else None
        self._every = every
        self._stop = stop
        self._episodes = 0  # since the last video
        self._seed = int(np.random.SeedSequence([run.config.seed, 2]).generate_state(1)[0])
        self._env: GodotParallelEnv | None = None

    def close(self) -> None:
        """End the engine."""
        if self._env is not None:
            self._env.close()

    def _on_step(self) -> bool:
        self._episodes += sum("episode" in info for info in self.locals["infos"])
        return True

    def _on_rollout_start(self) -> None:  # the policy has just been updated
        if self._every and self._episodes >= self._every and not self._stop.is_set():
            self._episodes %= self._every
            self._record()

    def _on_training_end(self) -> None:
        self._on_rollout_start()

    def _record(self) -> None:
        if self._env is None:
            config = self._run.config
            self._env = parallel_env(
                config.scene, render_mode="rgb_array", parameters=config.parameters, **_SIZE
            )
        steps = self.model.num_timesteps
        policy = make_policy(self.model, self._normalization)  # type: ignore[arg-type] # on-policy
        try:
            record_episode(
                self._env,
                policy,
                self._run.videos_folder / f"{steps:09d}.mp4",
                seed=self._seed,
                watch=self._check,
            )
        except _Stopped:
            return
        except PettingZooGodotError as exc:  # a training of hours is worth more than its videos
            _log.warning("No video of the policy after %d steps: %s", steps, exc)

    def _check(self, _steps: int) -> None:
        if self._stop.is_set():
            raise _Stopped


class _Stopped(Exception):
    """Somebody has ended the training."""
