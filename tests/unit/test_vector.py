"""The vector environment before any engine starts; with engines: tests/loopback."""

from dataclasses import replace

import numpy as np
import pytest
from golden_scene import CHASER, HELLO, RUNNER
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from pettingzoo_godot import GodotVectorEnv, vector_env
from pettingzoo_godot.errors import (
    EnvironmentClosed,
    OptionError,
    ResetNeeded,
    SceneNotFound,
    UsageError,
)
from pettingzoo_godot.factory import make_vec
from pettingzoo_godot.session import Timing
from pettingzoo_godot.slots import Slot

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture
def single(make_game):
    """The same game with the runners alone: one policy group."""
    agents = tuple(agent for agent in HELLO.agents if agent.policy_group == "runner")
    return make_game(replace(HELLO, agents=agents))


def test_rows_of_several_groups(game):
    env = vector_env(game, 2, 3)
    assert isinstance(env, GodotVectorEnv)
    assert isinstance(env, VectorEnv)
    assert (env.num_engines, env.num_arenas, env.num_envs) == (2, 3, 18)
    assert env.policy_groups == list(env.slots) == ["runner", "chaser"]
    assert env.slots["runner"][:3] == [
        Slot(0, 0, "runner_0"),
        Slot(0, 0, "runner_1"),
        Slot(0, 1, "runner_0"),
    ]
    assert env.slots["runner"][-1] == (1, 2, "runner_1")
    assert env.slots["chaser"] == [(e, a, "chaser_0") for e in range(2) for a in range(3)]
    assert env.single_action_space["chaser"] == CHASER["action_space"]
    assert env.single_observation_space["runner"] == RUNNER["observation_space"]
    assert env.action_space["runner"] == spaces.MultiDiscrete([4] * 12)
    assert env.observation_space["chaser"]["gear"].shape == (6, 2)
    sample = env.action_space.sample()
    assert sample["chaser"]["steer"].shape == (6, 2)
    assert (env.engine_pids, env.arena_seeds) == ([None, None], [])
    assert env.timing == Timing()


def test_rows_of_one_group_have_no_dict_around_them(single):
    env = GodotVectorEnv(single, 2, 2)
    assert env.num_envs == 8
    assert env.single_action_space == RUNNER["action_space"]
    assert env.action_space == batch_space(RUNNER["action_space"], 8)
    assert env.observation_space["rays"].shape == (8, 3)
    assert env.action_space.contains(env.action_space.sample())


def test_what_it_says_about_itself(game):
    env = GodotVectorEnv(game)
    assert env.metadata == {
        "name": "tag",
        "render_modes": ["human", "rgb_array"],
        "render_fps": 15,
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }
    assert env.render_mode is None
    assert not env.closed
    assert env.unwrapped is env
    assert VectorEnv.metadata != env.metadata


@pytest.mark.parametrize("name", ["num_engines", "num_arenas", "batch_size"])
@pytest.mark.parametrize("value", [0, -1, 1.0, True, "2", [1]])
def test_wrong_numbers(game, name, value):
    with pytest.raises(OptionError, match=f"expected {name} to be an int from 1 (on|to 1024); got"):
        GodotVectorEnv(game, **{name: value})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"batch_size": 5}, "multiple of 6, one engine's rows, up to 12; got 5"),
        ({"batch_size": 18}, "multiple of 6, one engine's rows, up to 12; got 18"),
        ({"on_crash": "ignore"}, "expected on_crash to be raise or restart; got 'ignore'"),
        ({"on_crash": None}, "expected on_crash to be raise or restart; got None"),
        ({"max_steps": -1}, "max_steps"),
        ({"parameters": {"walls": 9}}, "'walls'"),
        ({"parameters": {"gravity": 9}}, "'gravity'"),
        ({"parameters": [1]}, "expected parameters to be a dict"),
        ({"speedup": -1}, "speedup"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_wrong_arguments(game, arguments, words):
    with pytest.raises(OptionError, match=words):
        GodotVectorEnv(game, 2, 2, **arguments)


def test_wrong_render_mode_and_scene(game, tmp_path):
    with pytest.raises(UsageError, match="render_mode None or human or rgb_array; got 'ansi'"):
        GodotVectorEnv(game, render_mode="ansi")
    with pytest.raises(SceneNotFound):
        GodotVectorEnv(tmp_path / "absent")


@pytest.mark.parametrize("size", [6, 12])
def test_right_batch_sizes(game, size):
    assert GodotVectorEnv(game, 2, 2, batch_size=size)._batch_lanes == size // 6


def test_loop_before_reset(game):
    env = GodotVectorEnv(game)
    for call in (lambda: env.step(env.action_space.sample()), env.recv):
        with pytest.raises(ResetNeeded, match=r"reset\(\)"):
            call()


def test_loop_after_close(game):
    env = GodotVectorEnv(game)
    env.close()
    env.close()
    for call in (env.reset, env.async_reset, lambda: env.step(env.action_space.sample())):
        with pytest.raises(EnvironmentClosed, match="was closed; make another one"):
            call()


def test_it_closes_at_the_end_of_a_block(game):
    with GodotVectorEnv(game) as env:
        assert not env.closed
    assert env.closed


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1", [1]])
def test_wrong_seeds(game, seed):
    with pytest.raises(OptionError, match="seed"):
        GodotVectorEnv(game).reset(seed=seed)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"walls": 9}, "'walls'"), ([1], "options to be a dict"), ({"night": 1}, "'night'")],
)
def test_wrong_options(game, options, words):
    with pytest.raises(OptionError, match=words):
        GodotVectorEnv(game).reset(options=options)


def test_parameters_are_checked_and_a_copy(game):
    given = {"walls": 1}
    env = GodotVectorEnv(game, parameters=given)
    given["walls"] = 2
    env.parameters["walls"] = 3
    assert env.parameters == {"walls": 1}
    env.parameters = {"night": True}
    assert env.parameters == {"night": True}
    for wrong in ({"walls": 9}, {"gravity": 1}):
        with pytest.raises(OptionError):
            env.parameters = wrong
    assert env.parameters == {"night": True}


def test_parameters_that_are_no_dict_change_nothing(game):
    env = GodotVectorEnv(game, parameters={"walls": 1})
    with pytest.raises(OptionError):
        env.parameters = [1]
    assert env.parameters == {"walls": 1}


def test_seeds_of_arenas_come_from_one(game):
    env = GodotVectorEnv(game, 2, 3)
    env._seed(5)
    expected = np.random.SeedSequence(5).generate_state(6, np.uint64)
    assert env.arena_seeds == [int(word) for word in expected]
    assert all(type(seed) is int for seed in env.arena_seeds)
    env._seed(2**70)
    assert len(set(env.arena_seeds)) == 6


def test_make_vec_is_for_one_agent(single):
    with pytest.raises(UsageError, match=r"expected a scene with one agent; .* has 2"):
        make_vec(6, str(single))
    with pytest.raises(OptionError, match="expected num_envs to be a multiple of 4; got 6"):
        make_vec(6, str(single), num_engines=4)
    for wrong in (0, "2"):
        with pytest.raises(OptionError):
            make_vec(6, str(single), num_engines=wrong)
