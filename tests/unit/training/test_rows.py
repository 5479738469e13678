from dataclasses import replace

import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary

from pettingzoo_godot.training.run import RunConfig

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from stable_baselines3.common.vec_env import DummyVecEnv, VecEnvWrapper, VecNormalize
from toy import Toy

from pettingzoo_godot.training import rows
from pettingzoo_godot.training.rows import (
    VECTORIZERS,
    LiveMonitor,
    _normal_keys,
    device_for,
    load_normalization,
    make_rows,
    normalize,
    policy_for,
)

VECTOR = Box(-1.0, 1.0, (3,), np.float32)
IMAGE = Box(0, 255, (36, 36, 3), np.uint8)
MASK = Box(0, 1, (3,), np.int8)


def config(observations=True, rewards=True):
    chosen = {"normalize_observations": observations, "normalize_rewards": rewards, "gamma": 0.9}
    return RunConfig("cart_pole", "ppo", "sb3", 1, 2, 0, 100, chosen)


@pytest.mark.parametrize(
    ("space", "keys"),
    [
        (VECTOR, []),
        (IMAGE, None),
        (Discrete(3), None),
        (MultiBinary(3), None),
        (Dict({"a": VECTOR, "action_mask": MASK, "camera": IMAGE}), ["a"]),
        (Dict({"camera": IMAGE}), None),
    ],
)
def test_what_is_normalised(space, keys):
    assert _normal_keys(space) == keys


@pytest.mark.parametrize("vectorizer", VECTORIZERS)
def test_rows_have_the_runs_parameters(vectorizer, monkeypatch):
    given = {}
    for name in ("sb3_vec_env", "supersuit_vec_env"):
        monkeypatch.setattr(rows, name, lambda *_, **arguments: given.update(arguments))
    chosen = replace(config(), arenas=1, parameters={"wind": 2.0})
    VECTORIZERS[vectorizer](chosen)
    assert given["parameters"] == {"wind": 2.0}


def test_policies():
    spaces = [VECTOR, IMAGE, Discrete(2), Dict({"a": VECTOR})]
    policies = ["MlpPolicy", "CnnPolicy", "MlpPolicy", "MultiInputPolicy"]
    assert [policy_for(space) for space in spaces] == policies
    assert [device_for(space) for space in spaces] == ["cpu", "auto", "cpu", "auto"]


def test_normalisation_is_saved_and_loaded(toy, tmp_path):
    env = normalize(make_rows(config()), config())
    assert isinstance(env, VecNormalize)
    env.reset()
    for _ in range(30):
        env.step(np.zeros(2, int))
    env.save(str(tmp_path / "normalization.pkl"))
    for training in (True, False):
        loaded = load_normalization(make_rows(config()), tmp_path / "normalization.pkl", training)
        assert (loaded.training, loaded.norm_reward) == (training, training)
        assert np.array_equal(loaded.obs_rms.var, env.obs_rms.var)


def test_nothing_to_normalise(toy, tmp_path):
    env = make_rows(config())
    assert normalize(env, config(False, False)) is env
    assert load_normalization(env, tmp_path / "nothing.pkl", training=True) is env
    assert normalize(env, config(False, True)).norm_obs is False


class Dead(VecEnvWrapper):
    """A row whose agent is done before the others."""

    def reset(self):
        return self.venv.reset()

    def step_wait(self):
        observations, rewards, dones, infos = self.venv.step_wait()
        dones[:] = True
        infos[1] = {"live": False}
        return observations, rewards, dones, infos


def test_time_without_an_agent_is_no_episode():
    env = LiveMonitor(Dead(DummyVecEnv([Toy, Toy])))
    env.reset()
    _, _, _, infos = env.step(np.zeros(2, int))
    assert infos[0]["episode"]["l"] == 1
    assert infos[1] == {"live": False}
