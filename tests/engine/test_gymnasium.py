"""Scenes with one agent as Gymnasium's environments: checks, makers, several at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from play import bits, wait_until
from processes import engines

import pettingzoo_godot as pzg
from pettingzoo_godot import registry
from pettingzoo_godot.addon import create_project
from pettingzoo_godot.errors import ResetNeeded, UsageError
from pettingzoo_godot.single import GodotEnv

pytestmark = [
    pytest.mark.engine,
    # What Gymnasium's checks recommend for observations, and the starter's has not.
    pytest.mark.filterwarnings("ignore:.*A Box observation space m..imum value is -?infinity"),
]


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as `pettingzoo-godot new` makes it: one agent."""
    project = tmp_path_factory.mktemp("gymnasium") / "game"
    create_project(project)
    return project


@pytest.fixture
def starter_id(starter: Path) -> Iterator[str]:
    """The starter under a name for `gymnasium.make`, for this test."""
    name = "godot-test/starter-v0"
    arguments = {"scene": starter, "max_steps": 20}
    gymnasium.register(name, "pettingzoo_godot.single:GodotEnv", kwargs=arguments)
    yield name
    del gymnasium.registry[name]


def trace(env: Any, steps: int = 30) -> list[Any]:
    """The bits of some steps of random actions, in episodes that begin with seed 3."""
    env.action_space.seed(3)
    seen = [bits(env.reset(seed=3))]
    for _ in range(steps):
        step = env.step(env.action_space.sample())
        seen.append(bits(step))
        if step[2] or step[3]:
            seen.append(bits(env.reset()))
    return seen


# ------------------------------------------------------------------ the environment


def test_steps_are_those_of_the_parallel_environment(starter: Path) -> None:
    with pzg.gymnasium_env(starter, max_steps=3) as env, pzg.parallel_env(starter) as expected:
        expected.max_steps = 3
        for seed in (5, None):
            observation, info = env.reset(seed=seed)
            observations, _ = expected.reset(seed=seed)
            assert info == {}
            assert bits(observation) == bits(observations[env.agent])
            for step in range(3):
                action = env.action_space.sample()
                ours, theirs = env.step(action), expected.step({env.agent: action})
                assert bits(ours) == bits(tuple(part[env.agent] for part in theirs))
                assert [type(part) for part in ours] == [np.ndarray, float, bool, bool, dict]
                assert ours[3] is (step == 2)


def test_step_after_an_episodes_end(starter: Path) -> None:
    with pzg.gymnasium_env(starter, max_steps=1) as env:
        env.reset(seed=1)
        env.step(env.action_space.sample())
        with pytest.raises(ResetNeeded, match="episode is over"):
            env.step(env.action_space.sample())
        env.reset()
        env.step(env.action_space.sample())


def test_a_pickled_copy_of_a_live_environment(starter: Path) -> None:
    with pzg.gymnasium_env(starter) as env:
        env.reset(seed=1)
        with cloudpickle.loads(cloudpickle.dumps(env)) as copy:
            assert trace(copy) == trace(env)
            assert not np.array_equal(copy.reset(seed=None)[0], env.reset(seed=4)[0])


def test_more_than_one_agent() -> None:
    with pytest.raises(UsageError, match=r"'chase' has 2: seeker_0, hider_0\. .*vector_env"):
        pzg.gymnasium_env("chase")


# ------------------------------------------------------------------ checks


def test_gymnasiums_check(starter_id: str, display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)  # it makes one of each render mode
    with gymnasium.make(starter_id) as env:
        check_env(env.unwrapped)


def test_stable_baselines3s_check(starter: Path) -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with pzg.gymnasium_env(starter) as env:
        checker.check_env(env, skip_render_check=True)


# ------------------------------------------------------------------ several of them


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_gymnasiums_vector_environments(starter_id: str, mode: str) -> None:
    vector = gymnasium.make_vec(starter_id, num_envs=2, vectorization_mode=mode)
    observations, _ = vector.reset(seed=1)
    with gymnasium.make(starter_id) as env:
        assert bits(observations[1]) == bits(env.reset(seed=2)[0])
    for _ in range(25):
        vector.step(vector.action_space.sample())
    assert len(engines()) == 2
    vector.close()
    wait_until(lambda: not engines(), 3.0, "the engines' end")


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*render_mode='rgb_array' that is not in the possible")
@pytest.mark.parametrize("kind", ["DummyVecEnv", "SubprocVecEnv"])
def test_stable_baselines3s_vector_environments(kind: str) -> None:
    sb3 = pytest.importorskip("stable_baselines3")
    from stable_baselines3.common import env_util, vec_env

    # With the module's name: processes that begin anew have not imported it.
    name = "pettingzoo_godot:godot/cart_pole-v0"
    made = env_util.make_vec_env(name, 2, seed=1, vec_env_cls=getattr(vec_env, kind))
    sb3.PPO("MlpPolicy", made, n_steps=16, batch_size=16, seed=0, device="cpu").learn(64)
    made.close()
    wait_until(lambda: not engines(), 3.0, "the engines' end")


# ------------------------------------------------------------------ the registries


def test_the_table_of_bundled_scenes() -> None:
    counted = {name: len(pzg.parallel_env(name).possible_agents) for name in pzg.list_scenes()}
    assert counted == registry.BUNDLED


def test_a_bundled_scene_by_its_name() -> None:
    # The module before the colon is imported by Gymnasium: for programs that do not do it.
    with gymnasium.make("pettingzoo_godot:godot/cart_pole-v0") as env:
        assert isinstance(env.unwrapped, GodotEnv)
        assert env.action_space == gymnasium.spaces.Discrete(2)
        with pzg.gymnasium_env("cart_pole") as same:
            assert trace(env) == trace(same)


def test_the_bundled_scene_passes_the_checks() -> None:
    with gymnasium.make("godot/cart_pole-v0") as env:
        check_env(env.unwrapped, skip_render_check=True)  # see above for a window
        checker = pytest.importorskip("stable_baselines3.common.env_checker")
        checker.check_env(env.unwrapped, skip_render_check=True)
