import copy
import dataclasses
import pickle

import cloudpickle
import gymnasium
import pytest
from golden_scene import HELLO

from pettingzoo_godot import gymnasium_env
from pettingzoo_godot.errors import (
    EnvironmentClosed,
    OptionError,
    RenderModeError,
    ResetNeeded,
    SceneNotFound,
    UsageError,
)
from pettingzoo_godot.single import GodotEnv

pytestmark = pytest.mark.usefixtures("no_engine")
MODES = ["human", "rgb_array"]
ONE_AGENT = dataclasses.replace(HELLO, agents=HELLO.agents[:1])
TWO_AGENTS = dataclasses.replace(HELLO, agents=HELLO.agents[:2])


@pytest.fixture
def env(make_game):
    return gymnasium_env(make_game(ONE_AGENT))


def test_what_is_known_before_the_first_reset(env):
    assert isinstance(env, gymnasium.Env)
    assert env.unwrapped is env
    assert env.agent == "runner_0"
    assert env.observation_space is env.parallel.observation_space("runner_0")
    assert env.action_space is env.action_space == gymnasium.spaces.Discrete(4)
    assert env.metadata == {"name": "tag", "render_modes": MODES, "render_fps": 15}
    assert GodotEnv.metadata == {"render_modes": MODES}
    assert (env.render_mode, env.spec) == (None, None)


def test_arguments_are_those_of_the_parallel_environment(make_game):
    env = GodotEnv(make_game(ONE_AGENT), render_mode="human", max_steps=7, parameters={"walls": 1})
    assert (env.render_mode, env.parallel.max_steps) == ("human", 7)
    with pytest.raises(TypeError, match="colour"):
        GodotEnv("chase", colour="red")


def test_the_camera_may_be_changed(make_game):
    env = GodotEnv(make_game(ONE_AGENT), camera_name="FromAbove", width=64, height=48)
    assert env.camera_name == env.parallel.camera_name == "FromAbove"
    env.camera_name = None
    assert env.parallel.camera_name is None


def test_more_than_one_agent(make_game):
    with pytest.raises(
        UsageError, match=r"one agent; 'tag' has 2: runner_0, chaser_0\. .*parallel_env.*vector_env"
    ):
        gymnasium_env(make_game(TWO_AGENTS))


def test_misspelt_scene():
    with pytest.raises(SceneNotFound, match="got 'chess'"):
        gymnasium_env("chess")


def test_render_mode_that_there_is_not(make_game):
    # Stable-Baselines3's make_vec_env goes on after a TypeError alone.
    with pytest.raises(TypeError, match=r"None or human or rgb_array; got 'ansi'") as caught:
        gymnasium_env(make_game(ONE_AGENT), render_mode="ansi")
    assert isinstance(caught.value, UsageError)
    assert type(pickle.loads(pickle.dumps(caught.value))) is RenderModeError


def test_step_before_reset(env):
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(0)


def test_closed(env):
    env.close()
    env.close()
    with pytest.raises(EnvironmentClosed):
        env.reset()
    with pytest.raises(EnvironmentClosed):
        env.step(0)


@pytest.mark.parametrize("seed", [-1, 0.5, "7"])
def test_bad_seed(env, seed):
    with pytest.raises(OptionError, match="seed"):
        env.reset(seed=seed)


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, *(lambda e, p=p: p.loads(p.dumps(e)) for p in (pickle, cloudpickle))]
)
def test_copies_know_the_scene_and_have_seeds_of_their_own(env, clone):
    state = env.np_random.bit_generator.state
    copied = clone(env)
    assert (copied.agent, copied.metadata) == (env.agent, env.metadata)
    assert copied.observation_space == env.observation_space
    assert copied.np_random.bit_generator.state != state
    assert env.np_random.bit_generator.state == state
