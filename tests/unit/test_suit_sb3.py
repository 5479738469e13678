import numpy as np
import pytest
from gymnasium.spaces import Discrete
from test_suit import BOX, Steps, engines_of

from pettingzoo_godot.suit import take_seeds

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from pettingzoo_godot.suit_sb3 import SuperSuitVecEnv


@pytest.fixture
def envs():
    return [Steps(), Steps()]


@pytest.fixture
def vec_env(envs):
    return SuperSuitVecEnv(engines_of(*envs, seed=7))


def test_what_it_is(vec_env):
    assert (vec_env.num_envs, vec_env.render_mode) == (6, None)
    assert (vec_env.observation_space, vec_env.action_space) == (BOX, Discrete(2))
    assert vec_env.env_is_wrapped(object) == [False] * 6
    assert vec_env.env_is_wrapped(object, indices=[0, 1]) == [False] * 2


def test_seeds(vec_env, envs):
    vec_env.reset()
    assert [env.given[0] for env in envs] == take_seeds(7, None, 2)
    vec_env.reset()
    assert [env.given[0] for env in envs] == [None, None]
    seeds = vec_env.seed(8)
    assert seeds == [seed for seed in take_seeds(8, None, 2) for _ in range(3)]
    vec_env.reset()
    assert [env.given[0] for env in envs] == take_seeds(8, None, 2)
    assert len(set(vec_env.seed())) == 2


def test_options(vec_env, envs):
    vec_env.set_options({"a": 1})
    vec_env.reset()
    assert [env.given[1] for env in envs] == [{"a": 1}, {"a": 1}]
    vec_env.reset()
    assert [env.given[1] for env in envs] == [{}, {}]


def test_steps(vec_env):
    assert vec_env.reset().shape == (6, 2)
    assert vec_env.reset_infos == [{}] * 6
    for step in range(3):
        observations, rewards, dones, infos = vec_env.step(np.zeros(6, np.int64))
        assert dones.dtype == bool
        assert dones.tolist() == [step == 2] * 6
    assert rewards.tolist() == [0, 0, 1] * 2
    assert [info["TimeLimit.truncated"] for info in infos] == [False, True, False] * 2
    assert [info["terminal_observation"][0] for info in infos] == [1, 2, 3] * 2
    assert observations.shape == (6, 2)


def test_what_rows_are_asked(vec_env, envs):
    vec_env.set_attr("height", 5, indices=[3])
    assert not hasattr(envs[0], "height")
    assert vec_env.get_attr("height", indices=[4, 5]) == [5, 5]
    assert vec_env.get_attr("height", indices=3) == [5]
    with pytest.raises(AttributeError, match="height"):
        vec_env.get_attr("height")
    assert not vec_env.has_attr("height")
    assert vec_env.env_method("action_space", "runner_0", indices=[0]) == [Discrete(2)]


def test_a_method_is_called_once_for_each_engine(vec_env, envs):
    calls = []
    for env in envs:
        env.count = lambda: calls.append(1) or len(calls)
    assert vec_env.env_method("count") == [1, 1, 1, 2, 2, 2]
