import pickle
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
from golden_scene import LAYOUT
from gymnasium.spaces import Box, flatten_space
from pettingzoo import ParallelEnv

from pettingzoo_godot import GodotParallelEnv
from pettingzoo_godot.errors import (
    EnvironmentClosed,
    OptionError,
    ResetNeeded,
    SceneNotFound,
    UnknownAgent,
    UsageError,
)
from pettingzoo_godot.paths import CACHE_VARIABLE
from pettingzoo_godot.scene import find_scene

pytestmark = pytest.mark.usefixtures("no_engine")

AGENTS = ["runner_0", "chaser_0", "runner_1"]


@pytest.fixture
def env(game):
    return GodotParallelEnv(game)


# ------------------------------------------------------------------ the constructor


def test_constructor_only_stores_its_arguments(tmp_path):
    env = GodotParallelEnv(
        tmp_path / "absent.x86_64",
        "human",
        7,
        {"walls": 1},
        speedup=2.0,
        strict_options=True,
        timeout=3.0,
        start_timeout=4.0,
        log_path="engine.log",
    )
    assert env.scene == tmp_path / "absent.x86_64"
    assert (env.render_mode, env.max_steps, env.parameters) == ("human", 7, {"walls": 1})
    assert (env.speedup, env.strict_options, env.timeout) == (2.0, True, 3.0)
    assert (env.start_timeout, env.log_path) == (4.0, Path("engine.log").absolute())
    assert (env.agents, env.engine_pid) == ([], None)
    assert isinstance(env, ParallelEnv)
    assert env.unwrapped is env


def test_parameters_are_a_copy():
    parameters = {"walls": 1}
    env = GodotParallelEnv("chase", parameters=parameters)
    parameters["walls"] = 2
    assert env.parameters == {"walls": 1}


def test_path_stays_the_same_when_the_folder_changes(game, tmp_path, monkeypatch):
    monkeypatch.chdir(game.parent)
    env = GodotParallelEnv(game.name)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert env.possible_agents == AGENTS
    assert GodotParallelEnv("chase").scene == "chase"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert GodotParallelEnv(f"~/{game.name}").possible_agents == AGENTS


@pytest.mark.parametrize(
    ("scene", "name"),
    [("chase", "chase"), (None, "editor"), ("a/tag.x86_64", "tag"), (Path("a/b.tscn"), "b")],
)
def test_metadata_is_the_environments_own(scene, name):
    env = GodotParallelEnv(scene)
    modes = ["human", "rgb_array"]
    assert env.metadata == {"name": name, "render_modes": modes, "is_parallelizable": True}
    assert GodotParallelEnv.metadata["name"] == "godot"
    assert env.render_mode is None


def test_max_cycles_is_another_name_for_max_steps():
    env = GodotParallelEnv("chase", max_cycles=5)
    assert (env.max_steps, env.max_cycles) == (5, 5)
    env.max_cycles = 6
    assert env.max_steps == 6
    env.max_steps = None
    assert env.max_cycles is None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, 0.0),
        ({"render_mode": "human"}, 1.0),
        ({"render_mode": "human", "speedup": 0.0}, 0.0),
        ({"speedup": 4.0}, 4.0),
    ],
)
def test_speedup_follows_the_window_unless_given(arguments, expected):
    env = GodotParallelEnv("chase", **arguments)
    assert env.speedup == expected
    env.speedup = 8.0
    assert env.speedup == 8.0


# ------------------------------------------------------------------ what the scene is made of


def test_agents_and_groups_are_in_the_scenes_order_and_new_each_time(env):
    assert env.possible_agents == AGENTS
    groups = {"runner": ["runner_0", "runner_1"], "chaser": ["chaser_0"]}
    assert env.agent_groups == groups
    env.possible_agents.clear()
    env.agent_groups["runner"].clear()
    assert (env.possible_agents, env.agent_groups) == (AGENTS, groups)


def test_spaces_are_the_same_object_each_time(env):
    for agent in AGENTS:
        assert env.observation_space(agent) is env.observation_space(agent)
        assert env.action_space(agent) is env.action_space(agent)
    group = LAYOUT.groups[1]
    assert env.action_space("chaser_0") == group.action_space
    assert env.observation_space("chaser_0") == group.observation_space


def test_agents_of_one_group_draw_actions_of_their_own(env):
    one, other = env.action_space("runner_0"), env.action_space("runner_1")
    assert one == other
    one.seed(1)
    expected = [one.sample() for _ in range(20)]
    one.seed(1)
    other.seed(2)
    assert [(one.sample(), other.sample())[0] for _ in range(20)] == expected


def test_spaces_of_two_environments_are_two(game):
    one, other = GodotParallelEnv(game), GodotParallelEnv(game)
    assert one.action_space("runner_0") is not other.action_space("runner_0")


@pytest.mark.parametrize("agent", ["nobody", "runner", 0, None])
def test_spaces_of_unknown_agents_are_an_error(env, agent):
    for space in (env.observation_space, env.action_space):
        with pytest.raises(UnknownAgent, match=r"'runner_0', 'chaser_0', 'runner_1'"):
            space(agent)


def test_state_space_is_what_the_scene_declares(env):
    assert env.state_space == Box(-np.inf, np.inf, (2,), np.float32)
    assert env.state_space is env.state_space


def test_state_space_without_a_declared_state_joins_the_observations(game):
    env = GodotParallelEnv(game)
    spec = find_scene(game).spec_file
    spec.write_text(spec.read_text().replace('"state_size":2', '"state_size":0'))
    parts = [flatten_space(env.observation_space(agent)) for agent in AGENTS]
    assert env.state_space.dtype == np.float32
    np.testing.assert_array_equal(env.state_space.low, np.concatenate([p.low for p in parts]))
    np.testing.assert_array_equal(env.state_space.high, np.concatenate([p.high for p in parts]))


def test_declared_parameters_and_duration_of_a_step(env):
    assert list(env.declared_parameters) == ["walls", "wind", "night", "map", "teams"]
    assert env.declared_parameters["wind"].maximum == 2.0
    assert env.step_seconds == pytest.approx(4 / 60)


def test_unknown_scene_is_an_error_of_the_first_question(tmp_path):
    with pytest.raises(SceneNotFound, match="does not exist"):
        GodotParallelEnv(tmp_path / "absent").possible_agents  # noqa: B018


# ------------------------------------------------------------------ errors before the engine


@pytest.mark.parametrize("mode", ["ansi", "Human", ""])
def test_unknown_render_mode_is_an_error(game, mode):
    env = GodotParallelEnv(game, render_mode=mode)
    with pytest.raises(UsageError, match=f"render_mode None or human or rgb_array; got {mode!r}"):
        env.reset()


def test_render_without_a_render_mode_only_warns(env):
    with pytest.warns(UserWarning, match="without specifying any render mode"):
        assert env.render() is None


def test_loop_before_reset_is_an_error(env):
    for call in (lambda: env.step({}), lambda: env.step({"runner_0": 0}), env.state):
        with pytest.raises(ResetNeeded, match=r"call reset\(\) first"):
            call()


def test_loop_after_close_is_an_error(env):
    env.close()
    env.close()
    for call in (lambda: env.step({}), env.state, env.reset):
        with pytest.raises(EnvironmentClosed, match="was closed; make another one"):
            call()
    assert env.possible_agents == AGENTS
    with pytest.raises(EnvironmentClosed), env:
        env.reset()


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ({"parameters": {"walls": 9}}, None, r"'walls'.*in \[0, 8\]; got 9"),
        ({"parameters": {"gravity": 9}}, None, r"'walls', 'wind', 'night', 'map'.*got .'gravity'"),
        ({}, {"walls": 0.5}, "'walls'.*got 0.5"),
        ({}, {"night": 1}, "'night'.*type bool; got 1"),
        ({"strict_options": True}, {"gravity": 9}, "got .'gravity'"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_starts(game, arguments, options, words):
    env = GodotParallelEnv(game, **arguments)
    with pytest.raises(OptionError, match=words):
        env.reset(options=options)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1", [1]])
def test_wrong_seeds_are_refused_before_anything_starts(env, seed):
    with pytest.raises(OptionError, match="seed"):
        env.reset(seed=seed)


@pytest.mark.parametrize("limit", [-1, 1.5, True, "1"])
def test_wrong_limits_are_refused_before_anything_starts(game, limit):
    with pytest.raises(OptionError, match="max_steps"):
        GodotParallelEnv(game, max_steps=limit).reset()


@pytest.mark.parametrize("speedup", [-1.0, float("nan"), float("inf"), "fast"])
def test_wrong_speedups_are_refused_before_anything_starts(game, speedup):
    with pytest.raises(UsageError, match="speedup"):
        GodotParallelEnv(game, speedup=speedup).reset()


# ------------------------------------------------------------------ copies


@pytest.mark.parametrize("library", [pickle, cloudpickle])
@pytest.mark.parametrize("is_read", [False, True])
def test_copy_has_the_arguments_and_the_spec(game, library, is_read, monkeypatch):
    env = GodotParallelEnv(game, max_steps=7, parameters={"walls": 1}, speedup=2.0)
    if is_read:
        assert env.state_space.shape == (2,)
        assert env.action_space("runner_0").n == 4
    env.close()
    copy = library.loads(library.dumps(env))
    assert (copy.scene, copy.max_steps, copy.parameters, copy.speedup) == (game, 7, {"walls": 1}, 2)
    assert copy.metadata == env.metadata
    if is_read:
        game.unlink()  # it needs neither the game nor the cache
        monkeypatch.setenv(CACHE_VARIABLE, "/nowhere")
    assert copy.possible_agents == AGENTS
    assert copy.action_space("runner_0") is not env.action_space("runner_0")
    with pytest.raises(ResetNeeded):  # open again
        copy.step({})
