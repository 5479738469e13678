"""A vector environment to train on without an engine: say which of two numbers is positive."""

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from stable_baselines3.common.vec_env import DummyVecEnv

LENGTH = 10  # steps of an episode


class Toy(gymnasium.Env):
    observation_space = Box(-1.0, 1.0, (2,), np.float32)
    action_space = Discrete(2)

    def _see(self):
        sign = self.np_random.choice([-1.0, 1.0])
        self.right = int(sign > 0)
        return np.array([-sign, sign], np.float32) * self.np_random.uniform(0.1, 1.0)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = self.earned = 0
        return self._see().astype(np.float32), {}

    def step(self, action):
        self.time += 1
        reward = float(action == self.right)
        self.earned += reward
        is_over = self.time == LENGTH
        infos = {"is_success": float(self.earned == LENGTH)} if is_over else {}
        return self._see().astype(np.float32), reward, False, is_over, infos


class ToyRows(DummyVecEnv):
    """Rows that know whether they were closed, and may fail."""

    made = []  # noqa: RUF012 - of a test, which clears it

    def __init__(self, config):
        super().__init__([Toy] * (config.engines * config.arenas))
        self.is_closed = False
        self.steps_left = float("inf")
        ToyRows.made.append(self)

    def step_wait(self):
        self.steps_left -= 1
        if self.steps_left < 0:
            raise RuntimeError("the engine died")
        return super().step_wait()

    def close(self):
        self.is_closed = True
        super().close()
