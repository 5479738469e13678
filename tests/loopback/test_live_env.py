import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import cloudpickle
import numpy as np
import psutil
import pytest
from fake_engine import FAULTS
from peer import LONG, MS, SHORT
from processes import engines

from pettingzoo_godot import GodotParallelEnv, env, parallel_env
from pettingzoo_godot.engine import Engine
from pettingzoo_godot.errors import (
    EngineDied,
    EngineError,
    EngineStartError,
    EnvironmentClosed,
    LinkClosed,
    LinkTimeout,
    OptionError,
    PettingZooGodotError,
    RemoteProtocolError,
    ResetNeeded,
    SceneError,
    SpaceError,
    UnknownAgent,
    VersionMismatch,
)
from pettingzoo_godot.link import Link
from pettingzoo_godot.paths import CACHE_VARIABLE

AGENTS = ["runner_0", "chaser_0"]
PATIENCE = 500 * MS  # of an environment whose engine will not answer


def actions(runner=(0.25, 0.5), chaser=(-0.5, 0.0)):
    return {
        "runner_0": np.array(runner, np.float32),
        "chaser_0": np.array(chaser, np.float32),
    }


def play(env, seed, steps=3):
    """Play the start of an episode; return all that came of it."""
    outcome = [env.reset(seed=seed)]
    outcome += [env.step(actions(runner=(step / 10, 0.0))) for step in range(steps)]
    return outcome


def wait_until(condition):
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, "this took too long"


def kill_engine(env):
    """Kill it without taking its exit code away from the environment."""
    process = psutil.Process(env.engine_pid)
    process.kill()
    wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE)


def assert_same(one, other):
    np.testing.assert_equal(one, other)


# ------------------------------------------------------------------ the loop


def test_reset_starts_an_episode(make_env):
    env = make_env()
    observations, infos = env.reset(seed=1)
    assert env.agents == list(observations) == AGENTS
    assert infos == {"runner_0": {}, "chaser_0": {}}
    assert infos["runner_0"] is not infos["chaser_0"]
    for agent in AGENTS:
        assert env.observation_space(agent).contains(observations[agent])
        assert observations[agent].dtype == np.float32
        assert observations[agent][[0, 1, 4]].tolist() == [0, 0, 0]
    assert_same(env.reset(seed=1)[0], observations)
    assert env.reset(seed=2)[0]["runner_0"][2] != observations["runner_0"][2]


def test_step_returns_what_the_engine_says(make_env):
    env = make_env()
    start = env.reset(seed=1)[0]["runner_0"][2:4].tolist()
    result = env.step(actions())
    observations, rewards, terminations, truncations, infos = result
    assert [list(part) for part in result] == [AGENTS] * 5
    assert observations["runner_0"].tolist() == [0.25, 0.5, *start, np.float32(0.1)]
    assert observations["chaser_0"].tolist() == [-0.5, 0.0, *start, np.float32(0.1)]
    assert rewards == {"runner_0": 0.75, "chaser_0": -0.5}
    assert {type(reward) for reward in rewards.values()} == {float}
    assert terminations == truncations == dict.fromkeys(AGENTS, False)
    assert {type(flag) for part in (terminations, truncations) for flag in part.values()} == {bool}
    expected = {"steps": 1.0, "tick": 4, "TimeLimit.truncated": False}
    assert infos == {"runner_0": expected, "chaser_0": expected}
    assert env.agents == AGENTS


def test_order_of_keys_does_not_matter(make_env):
    env = make_env()
    env.reset()
    rewards = env.step(dict(reversed(actions().items())))[1]
    assert rewards == {"runner_0": 0.75, "chaser_0": -0.5}


def test_observations_are_the_users_own(make_env):
    env = make_env()
    first, _ = env.reset(seed=1)
    second = env.step(actions())[0]
    copies = [{agent: part[agent].copy() for agent in AGENTS} for part in (first, second)]
    third = env.step(actions(runner=(1, 1), chaser=(1, 1)))[0]
    assert_same([first, second], copies)
    third["runner_0"][:] = 7  # writable, and nobody else's
    state = env.state()
    state[:] = 7
    assert env.state().tolist() == [2]
    fourth = env.step(actions())[0]
    assert fourth["runner_0"][:2].tolist() == [0.25, 0.5]
    assert third["runner_0"].tolist() == [7] * 5
    assert third["chaser_0"][:2].tolist() == [1, 1]


def test_infos_are_fresh_dicts_with_constant_numeric_keys(make_env):
    env = make_env()
    env.reset()
    every = [env.step(actions())[4] for _ in range(3)]
    dicts = [infos[agent] for infos in every for agent in AGENTS]
    assert len({id(info) for info in dicts}) == len(dicts)
    assert {tuple(info) for info in dicts} == {("steps", "tick", "TimeLimit.truncated")}
    assert all(isinstance(value, int | float) for info in dicts for value in info.values())
    assert [infos["chaser_0"]["steps"] for infos in every] == [1, 2, 3]
    assert [infos["chaser_0"]["tick"] for infos in every] == [4, 8, 12]


def test_tick_counts_from_the_start_of_the_episode(make_env):
    env = make_env()
    for _ in range(2):
        env.reset()
        assert env.step(actions())[4]["runner_0"]["tick"] == 4


def test_state_is_what_the_scene_declares(make_env):
    env = make_env()
    env.reset()
    env.step(actions())
    state = env.state()
    assert (state.tolist(), state.dtype, state.shape) == ([1], np.float32, env.state_space.shape)


def test_rewards_follow_the_parameters_and_options(make_env):
    env = make_env(parameters={"offset": 0.5})
    env.reset()
    assert env.step(actions())[1]["runner_0"] == 1.25
    env.reset(options={"offset": -0.25, "unknown": 1})
    assert env.step(actions())[1]["runner_0"] == 0.5
    env.reset()
    assert env.step(actions())[1]["runner_0"] == 1.25


def test_timing_counts_requests(make_env):
    env = make_env()
    assert env.timing.requests == 0
    play(env, seed=1)
    assert env.timing.requests == 4
    assert env.timing.engine_seconds == pytest.approx(4 * 7e-6)
    assert 0 < env.timing.link_seconds < LONG
    env.close()
    assert env.timing.requests == 4


def test_speedup_can_be_set_in_the_middle_of_an_episode(make_env):
    env = make_env(speedup=8.0)
    env.reset()
    env.speedup = 2.5
    assert env.speedup == 2.5
    assert env.step(actions())[1]["runner_0"] == 0.75


def test_same_seed_is_the_same_episode_in_two_engines(make_env):
    one, other = make_env(), make_env()
    assert_same(play(one, seed=3), play(other, seed=3))
    assert one.engine_pid != other.engine_pid
    # Without a seed, the stream goes on, and differs from one episode to the next.
    assert_same(play(one, seed=None), play(other, seed=None))
    assert one.reset()[0]["runner_0"][2] != one.reset()[0]["runner_0"][2]


@pytest.mark.parametrize("seed", [0, 2**32 - 1, 2**70, np.int64(3)])
def test_seeds_of_any_size_are_taken(make_env, seed):
    env = make_env()
    assert_same(env.reset(seed=seed), env.reset(seed=int(seed)))


# ------------------------------------------------------------------ ends of episodes


def test_all_agents_end_together(make_env):
    env = make_env()
    env.reset()
    for _ in range(9):
        assert not any(env.step(actions())[2].values())
    observations, rewards, terminations, truncations, infos = env.step(actions())
    assert terminations == dict.fromkeys(AGENTS, True)
    assert truncations == dict.fromkeys(AGENTS, False)
    assert rewards["runner_0"] == 0.75
    assert observations["runner_0"][4] == 1
    assert infos["runner_0"] == {"steps": 10.0, "tick": 40, "TimeLimit.truncated": False}
    assert env.agents == []
    assert env.state().tolist() == [10]


def test_agent_that_dies_leaves_in_that_step(make_env, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE_LIFETIMES", "4,2")
    env = make_env()
    env.reset()
    env.step(actions())
    result = env.step(actions())
    assert [list(part) for part in result] == [AGENTS] * 5
    assert result[2] == {"runner_0": False, "chaser_0": True}
    assert result[1]["chaser_0"] == -0.5
    assert result[0]["chaser_0"][4] == np.float32(0.2)
    assert env.agents == ["runner_0"]
    assert env.possible_agents == AGENTS
    # With an action for the dead one, whatever it is, and without.
    for chosen in (actions() | {"chaser_0": "nonsense"}, {"runner_0": actions()["runner_0"]}):
        result = env.step(chosen)
        assert [list(part) for part in result] == [["runner_0"]] * 5
        assert result[1] == {"runner_0": 0.75}
    assert result[2] == {"runner_0": True}
    assert env.agents == []
    env.reset()
    assert env.agents == AGENTS


@pytest.mark.parametrize("name", ["max_steps", "max_cycles"])
def test_limit_truncates(make_env, name):
    env = make_env(**{name: 2})
    env.reset()
    assert env.step(actions())[3] == dict.fromkeys(AGENTS, False)
    _, _, terminations, truncations, infos = env.step(actions())
    assert terminations == dict.fromkeys(AGENTS, False)
    assert truncations == dict.fromkeys(AGENTS, True)
    assert infos["chaser_0"]["TimeLimit.truncated"] is True
    assert env.agents == []


def test_limit_can_be_changed_between_episodes(make_env):
    env = make_env(max_steps=1)
    env.reset()
    assert env.step(actions())[3]["runner_0"]
    env.max_cycles = 0
    env.reset()
    for _ in range(10):
        result = env.step(actions())
    assert result[3]["runner_0"] is False
    assert result[2]["runner_0"] is True


def test_terminated_and_truncated_at_once_is_no_time_limit(make_env):
    env = make_env(max_steps=10)
    env.reset()
    for _ in range(10):
        _, _, terminations, truncations, infos = env.step(actions())
    assert terminations["runner_0"] and truncations["runner_0"]
    assert infos["runner_0"]["TimeLimit.truncated"] is False


def test_step_with_nobody_left_needs_no_engine(make_env):
    env = make_env(max_steps=1)
    env.reset()
    env.step(actions())
    kill_engine(env)
    for chosen in ({}, actions()):
        assert env.step(chosen) == ({}, {}, {}, {}, {})


# ------------------------------------------------------------------ wrong use


@pytest.mark.parametrize(
    ("chosen", "error", "words"),
    [
        ({}, UnknownAgent, r"none for \['runner_0', 'chaser_0'\]"),
        ({"runner_0": [0, 0]}, UnknownAgent, r"none for \['chaser_0'\]"),
        (actions() | {"nobody": [0, 0]}, UnknownAgent, "nobody"),
        (actions(chaser=(0, 0, 0)), SpaceError, r"'chaser_0'.*shape \(2,\).*got shape \(3,\)"),
        (actions(chaser=(0, 1.5)), SpaceError, r"'chaser_0'.*got 1\.5"),
        (actions(chaser=(0, np.nan)), SpaceError, "'chaser_0'.*got nan"),
        (actions() | {"chaser_0": [0, np.inf]}, SpaceError, "'chaser_0'.*got inf"),
        (actions() | {"chaser_0": [0, 1e300]}, SpaceError, "'chaser_0'"),
        (actions() | {"chaser_0": "left"}, SpaceError, "'chaser_0'.*not numeric"),
        (actions() | {"chaser_0": None}, SpaceError, "'chaser_0'.*not numeric"),
        (actions() | {"chaser_0": {"x": 1}}, SpaceError, "'chaser_0'.*not numeric"),
    ],
)
def test_wrong_actions_are_refused_and_the_episode_goes_on(make_env, chosen, error, words):
    env = make_env()
    env.reset()
    requests = env.timing.requests
    with pytest.raises(error, match=words):
        env.step(chosen)
    assert env.timing.requests == requests
    observations, rewards, *_ = env.step(actions())
    assert rewards == {"runner_0": 0.75, "chaser_0": -0.5}
    assert observations["chaser_0"][4] == np.float32(0.1)


@pytest.mark.parametrize(
    "action",
    [
        [0.25, 0.5],
        (0.25, 0.5),
        np.array([0.25, 0.5]),
        np.array([0.25, 0.5], np.float16),
        np.array([[0.25, 0.5], [0, 0]], np.float32)[0],
        np.array([0.25, 9, 0.5], np.float32)[::2],
        np.array([0.25, 0.5], ">f4"),
    ],
)
def test_what_clients_send_is_taken(make_env, action):
    env = make_env()
    env.reset()
    assert env.step(actions() | {"runner_0": action})[1]["runner_0"] == 0.75


def test_wrong_options_are_refused_and_the_episode_goes_on(make_env):
    env = make_env(strict_options=True)
    env.reset()
    for options, words in [({"offset": "x"}, "offset"), ({"gravity": 1}, "gravity")]:
        with pytest.raises(OptionError, match=words):
            env.reset(options=options)
        assert env.step(actions())[1]["runner_0"] == 0.75


def test_heuristic_agents_of_a_generator_stay(make_env):
    env = make_env(heuristic_agents=(name for name in ["runner"]))
    for expected in ("runner", "chaser"):
        for _ in range(2):
            env.reset()
            assert env.heuristic_agents == (expected,)
        env.heuristic_agents = (name for name in ["chaser"])


def test_people_need_a_window(make_env):
    with pytest.raises(OptionError, match=r"'human' with human_agents.*got render_mode None"):
        make_env(human_agents=["runner"])
    env = make_env()
    env.human_agents = ["runner_0"]
    with pytest.raises(OptionError, match="got render_mode None"):
        env.reset()


def test_step_before_reset_starts_nothing(make_env):
    env = make_env()
    for call in (lambda: env.step(actions()), lambda: env.step({}), env.state):
        with pytest.raises(ResetNeeded, match=r"reset\(\)"):
            call()
    assert env.engine_pid is None
    assert not engines()


# ------------------------------------------------------------------ faults

# What the engine does wrong, what is raised, and what its message has to say.
START_FAULTS = [
    ("exit_before_connect", EngineStartError, r"exited with code 3 before it said hello"),
    ("silent_before_connect", EngineStartError, r"within 0\.5 s.*start_timeout"),
    ("exit_before_hello", EngineStartError, r"exited with code 3"),
    ("silent", (EngineStartError, LinkTimeout), r"within 0\.5 s.*its start"),
    ("wrong_subprotocol", VersionMismatch, r"version 1.*speaks 2"),
    ("wrong_version", VersionMismatch, r"version 1.*speaks 2"),
    ("garbage_hello", RemoteProtocolError, "expected JSON"),
    ("fault_before_hello", SceneError, "runner_0/Agent: expected 5 values; got 4"),
]
RUN_FAULTS = [
    ("die_in_reset", EngineDied, "exited with code 7 during a reset"),
    ("hang_in_reset", LinkTimeout, r"within 0\.5 s during a reset.*endless loop"),
    ("die_in_step", EngineDied, "exited with code 7 during a step"),
    ("hang_in_step", LinkTimeout, r"within 0\.5 s during a step.*endless loop"),
    ("close_in_step", EngineDied, "exited with code 0 during a step"),
    ("garbage_report", RemoteProtocolError, r"a report of 78 bytes.*got 78 bytes.*255 255"),
    ("garbage_text", RemoteProtocolError, r"expected JSON; got '\{\]'"),
    ("wrong_size_report", RemoteProtocolError, r"a report of 78 bytes.*got 77 bytes"),
    ("oversize_report", LinkClosed, "1009.*at most 78 bytes of binary; got 79"),
    ("oversize_text", LinkClosed, "1009"),
    ("stale_sequence", RemoteProtocolError, "expected sequence 2; got 0"),
    ("hello_in_step", RemoteProtocolError, "expected report.*got configure"),
    ("nan_observation", SceneError, r"'chaser_0': chaser_0/Agent: .*got nan at element \(3,\)"),
    ("out_of_bounds", SceneError, r"'chaser_0': chaser_0/Agent: .*got 1\.5 at element \(3,\)"),
    ("nan_reward", SceneError, r"'runner_0': runner_0/Agent: .*reward.*got nan"),
    ("fault_in_step", SceneError, "'runner_0': runner_0/Agent: expected 5 values; got 4"),
    ("fault_then_die", SceneError, "'runner_0': runner_0/Agent: expected 5 values; got 4"),
    ("protocol_fault_in_step", RemoteProtocolError, "expected 5 values; got 4"),
]
PICTURE_FAULTS = [
    ("die_in_picture", EngineDied, "exited with code 7 during a picture"),
    ("hang_in_picture", LinkTimeout, r"within 0\.5 s during a picture"),
    ("fault_in_picture", SceneError, "runner_0/Agent: expected 5 values; got 4"),
    ("small_picture", RemoteProtocolError, r"expected 1 pictures of 8 x 6 pixels.*1, 6, 7, 3"),
]
NO_ERRORS = {"slow_step", "noisy", "ignore_close", "ignore_end_of_file"}  # have tests of their own
WITH_LOG = (EngineError, LinkTimeout, SceneError)


def assert_recovers(env, monkeypatch, error, fault):
    """After an error there is no engine and no episode; reset() makes new ones."""
    assert not engines()
    assert env.engine_pid is None
    with pytest.raises(ResetNeeded):
        env.step(actions())
    if isinstance(error, WITH_LOG):
        assert error.log_tail[0] == f"fake engine: fault {fault!r}"
        assert f"| {error.log_tail[0]}" in str(error)
    copy = type(error)(str(error))  # as worker processes raise it again
    assert isinstance(copy, PettingZooGodotError)
    assert str(cloudpickle.loads(cloudpickle.dumps(error))) == str(error)
    monkeypatch.setenv("FAKE_ENGINE_FAULT", "")
    env.reset(seed=1)
    observations, rewards, *_ = env.step(actions())
    assert rewards == {"runner_0": 0.75, "chaser_0": -0.5}
    assert observations["runner_0"][4] == np.float32(0.1)


def test_every_fault_has_its_test():
    tried = START_FAULTS + RUN_FAULTS + PICTURE_FAULTS
    assert {fault for fault, *_ in tried} | NO_ERRORS == set(FAULTS)


# ------------------------------------------------------------------ pictures


@pytest.fixture
def make_camera(make_env, monkeypatch):
    """Yield a function that makes environments with pictures; the fake engine shows no window."""
    monkeypatch.setenv("DISPLAY", ":fake")
    return lambda *fault, **arguments: make_env(*fault, render_mode="rgb_array", **arguments)


def test_a_picture_shows_the_state_after_the_last_step(make_camera):
    env = make_camera()
    env.reset(seed=1)
    assert env.render().shape == (6, 8, 3)  # the project's window
    assert env.render().dtype == np.uint8
    for step in range(1, 4):
        env.step(actions())
        assert (env.render() == [step, 0, 0]).all()
    env.reset()
    assert (env.render() == 0).all()


def test_pictures_change_nothing(make_camera):
    env = make_camera(width=64, height=64)  # larger than a report, whose buffer they must not touch
    seen = []
    for draws in (False, True):
        seen.append([env.reset(seed=1)])
        for step in range(10):
            if draws:
                env.render()
            seen[-1] += [env.state(), env.step(actions(runner=(step / 10, 0.0)))]
    assert_same(*seen)


def test_size_of_pictures(make_camera):
    for sides, shape in [
        ({"width": 20}, (6, 20, 3)),
        ({"height": 20}, (20, 8, 3)),
        ({"width": 2, "height": 2}, (2, 2, 3)),
    ]:
        env = make_camera(**sides)
        env.reset()
        assert env.render().shape == shape
        env.close()


@pytest.mark.parametrize("sides", [{"width": 1}, {"height": -5}, {"width": 2.5}, {"width": 9999}])
def test_bad_sizes(make_camera, sides):
    env = make_camera(**sides)
    with pytest.raises(OptionError, match=r"width|height"):
        env.reset()


def test_cameras(make_camera):
    env = make_camera(camera_name="Far")
    env.reset()
    assert (env.render() == [0, 0, 3]).all()
    env.camera_name = "chaser_0"
    assert (env.render() == [0, 0, 8]).all()
    env.camera_name = "Fra"
    with pytest.raises(OptionError, match=r"'Near', 'Far'.*'runner_0', 'chaser_0'.*got 'Fra'"):
        env.render()
    env.camera_name = None
    env.step(actions())
    assert (env.render() == [1, 0, 0]).all()


def test_no_picture_without_an_episode(make_camera):
    env = make_camera()
    with pytest.raises(ResetNeeded):
        env.render()
    env.reset()
    while env.agents:
        env.step(actions())
    assert (env.render() == [10, 0, 0]).all()  # the end is still there to be seen
    env.close()
    with pytest.raises(EnvironmentClosed):
        env.render()


def test_no_picture_in_other_render_modes(make_env):
    env = make_env()
    env.reset()
    with pytest.warns(UserWarning, match="without specifying any render mode"):
        assert env.render() is None


def test_pictures_know_the_speed_of_a_video(make_camera):
    env = make_camera()
    assert env.possible_agents == AGENTS
    assert env.metadata["render_fps"] == 15
    assert "rgb_array" in env.metadata["render_modes"]


@pytest.mark.parametrize(("fault", "kind", "words"), PICTURE_FAULTS)
def test_fault_in_a_picture(make_camera, monkeypatch, fault, kind, words):
    env = make_camera(fault, timeout=PATIENCE)
    env.reset()
    with pytest.raises(kind, match=f"(?s){words}") as caught:
        env.render()
    assert env.agents == []
    with pytest.raises(ResetNeeded):
        env.render()
    assert_recovers(env, monkeypatch, caught.value, fault)


# ------------------------------------------------------------------ on_crash


def test_a_crash_leaves_a_black_picture(make_camera, monkeypatch):
    env = make_camera("die_in_step", on_crash="restart")
    env.reset(seed=1)
    env.step(actions())
    assert env.agents == []
    picture = env.render()
    assert picture.shape == (6, 8, 3)
    assert not picture.any()
    monkeypatch.setenv("FAKE_ENGINE_FAULT", "")
    env.reset()
    env.step(actions())
    assert (env.render() == [1, 0, 0]).all()


def test_a_crash_in_a_picture_truncates_the_episode(make_camera, monkeypatch, caplog):
    env = make_camera("die_in_picture", on_crash="restart")
    env.reset(seed=1)
    assert not env.render().any()
    assert not env.render().any()
    assert caplog.text.count("Its episodes are truncated where they were") == 1
    *_, truncations, infos = env.step(actions())
    assert all(truncations.values())
    assert infos["runner_0"]["engine_failed"] is True
    assert len(caplog.records) == 1
    monkeypatch.setenv("FAKE_ENGINE_FAULT", "")
    env.reset()
    assert "engine_failed" not in env.step(actions())[-1]["runner_0"]


@pytest.mark.parametrize("fault", ["die_in_step", "hang_in_step", "close_in_step"])
def test_a_crash_truncates_the_episode_where_it_was(make_env, monkeypatch, caplog, fault):
    env = make_env(fault, timeout=PATIENCE, on_crash="restart")
    first, _ = env.reset(seed=1)
    observations, rewards, terminations, truncations, infos = env.step(actions())
    assert env.agents == []
    assert repr(observations) == repr(first)
    assert set(rewards.values()) == {0.0}
    assert not any(terminations.values())
    assert all(truncations.values())
    for info in infos.values():
        assert info["engine_failed"] is True
        assert info["TimeLimit.truncated"] is True
    assert "Its episodes are truncated where they were" in caplog.text
    assert env.state() in env.state_space
    assert env.step({}) == ({}, {}, {}, {}, {})
    monkeypatch.setenv("FAKE_ENGINE_FAULT", "")
    env.reset()
    *_, infos = env.step(actions())
    assert not any("engine_failed" in info for info in infos.values())


def test_the_third_crash_in_a_row_is_raised(make_env):
    env = make_env("die_in_step", on_crash="restart")
    for _ in range(2):
        env.reset()
        env.step(actions())
    env.reset()
    with pytest.raises(EngineDied):
        env.step(actions())
    assert env.agents == []


def test_a_mistake_of_the_scene_is_no_crash(make_env):
    env = make_env("fault_in_step", on_crash="restart")
    env.reset()
    with pytest.raises(SceneError):
        env.step(actions())


def test_on_crash_is_one_of_two_words(make_env):
    with pytest.raises(OptionError, match="expected on_crash to be raise or restart; got 'no'"):
        make_env(on_crash="no")


@pytest.mark.parametrize(("fault", "kind", "words"), START_FAULTS)
def test_fault_at_the_start_is_an_error_of_reset(make_env, monkeypatch, fault, kind, words):
    env = make_env(fault)
    if fault.startswith("silent"):
        env.start_timeout = PATIENCE
    started = time.monotonic()
    with pytest.raises(kind, match=f"(?s){words}") as caught:
        env.reset()
    assert time.monotonic() - started < LONG
    env.start_timeout = LONG
    assert_recovers(env, monkeypatch, caught.value, fault)


@pytest.mark.parametrize(("fault", "kind", "words"), RUN_FAULTS)
def test_fault_in_the_loop_is_an_error_within_its_deadline(
    make_env, monkeypatch, fault, kind, words
):
    env = make_env(fault, timeout=PATIENCE)
    if not fault.endswith("in_reset"):
        env.reset()
    started = time.monotonic()
    with pytest.raises(kind, match=f"(?s){words}") as caught:
        env.reset() if fault.endswith("in_reset") else env.step(actions())
    assert time.monotonic() - started < LONG
    assert_recovers(env, monkeypatch, caught.value, fault)


def test_scene_error_names_node_and_agent_and_has_the_log(make_env):
    env = make_env("fault_in_step")
    env.reset()
    with pytest.raises(SceneError) as caught:
        env.step(actions())
    assert (caught.value.node, caught.value.agent) == ("runner_0/Agent", "runner_0")
    assert caught.value.log_tail == ("fake engine: fault 'fault_in_step'",)


def test_fault_at_the_start_without_a_spec_is_an_error_of_the_first_question(
    make_env, monkeypatch, tmp_path
):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    env = make_env("exit_before_connect")
    with pytest.raises(EngineStartError, match="exited with code 3"):
        env.possible_agents  # noqa: B018
    assert not list(tmp_path.rglob("*.json"))
    monkeypatch.setenv("FAKE_ENGINE_FAULT", "")
    assert env.possible_agents == AGENTS
    assert not engines()
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_slow_step_is_waited_for(make_env):
    env = make_env("slow_step")
    env.reset()
    assert env.step(actions())[1]["runner_0"] == 0.75


def test_noisy_engine_does_not_fill_a_pipe_nor_our_output(make_env, tmp_path, capfd):
    log = tmp_path / "engine.log"
    env = make_env("noisy", log_path=log)
    env.reset()
    env.step(actions())
    env.close()
    assert log.read_text().count("a line of the log\n") == 10_000
    assert capfd.readouterr() == ("", "")


def test_log_of_a_second_engine_is_appended(make_env, tmp_path):
    log = tmp_path / "engine.log"
    for _ in range(2):
        env = make_env(log_path=str(log))
        env.reset()
        env.close()
    assert log.read_text() == "fake engine: fault ''\n" * 2


def test_killed_engine_is_an_error_within_a_second(make_env):
    env = make_env("hang_in_step", timeout=60.0)
    env.reset()
    killer = AtRead(lambda: os.kill(pid, signal.SIGKILL))
    pid = env.engine_pid
    with killer, pytest.raises(EngineDied, match="was killed by SIGKILL during a step") as caught:
        env.step(actions())
    assert time.monotonic() - killer.fired < 1.0
    assert caught.value.log_tail == ("fake engine: fault 'hang_in_step'",)


def test_engine_killed_between_steps_is_an_error_of_the_next(make_env):
    env = make_env()
    env.reset()
    kill_engine(env)
    with pytest.raises(EngineDied, match="SIGKILL during a step"):
        env.step(actions())
    env.reset()
    assert env.step(actions())[1]["runner_0"] == 0.75


def test_failure_in_a_step_leaves_no_living_agents(make_env):
    env = make_env("die_in_step")
    env.reset()
    with pytest.raises(EngineDied):
        env.step(actions())
    assert env.agents == []  # or `while env.agents` would go on


# ------------------------------------------------------------------ interrupts


class AtRead:
    """Do something from another thread as soon as the main one sleeps in a read."""

    def __init__(self, action):
        self._action = action
        self._reading = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.fired = 0.0

    def _run(self):
        if self._reading.wait(LONG):
            # A signal before the system call would be noticed only after it.
            sleeps = Path(f"/proc/self/task/{threading.main_thread().native_id}/wchan")
            wait_until(
                lambda: sleeps.read_text() not in ("0", "") and "futex" not in sleeps.read_text()
            )
            self.fired = time.monotonic()
            self._action()

    def __enter__(self):
        plain = self._plain = Link._fill

        def fill(link, *times):
            self._reading.set()
            return plain(link, *times)

        Link._fill = fill
        self._thread.start()
        return self

    def __exit__(self, *_):
        Link._fill = self._plain
        self._thread.join()


def ctrl_c():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


@pytest.mark.parametrize("fault", ["hang_in_step", "slow_step", "ignore_end_of_file"])
def test_ctrl_c_in_a_step_leaves_no_stale_answer(make_env, monkeypatch, fault):
    monkeypatch.setenv("FAKE_ENGINE_FAULT_STEP", "2")
    env = make_env("hang_in_step" if fault == "ignore_end_of_file" else fault, timeout=60.0)
    env.reset(seed=1)
    env.step(actions())
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt) as caught, AtRead(ctrl_c):
        env.step(actions(runner=(1, 1)))
    assert time.monotonic() - started < 2.0
    assert caught.value.__cause__ is None
    assert not engines()
    with pytest.raises(ResetNeeded):
        env.step(actions())
    assert_same(play(env, seed=1, steps=1)[1][0]["runner_0"][:2], np.zeros(2, np.float32))


def test_ctrl_c_in_a_reset_leaves_no_engine(make_env, monkeypatch):
    env = make_env("hang_in_reset", timeout=60.0)
    # Its first read by this way is that of the reset's answer.
    with pytest.raises(KeyboardInterrupt), AtRead(ctrl_c):
        env.reset()
    assert not engines()
    monkeypatch.setenv("FAKE_ENGINE_FAULT", "")
    env.reset()
    assert env.agents == AGENTS


def test_ctrl_c_at_the_start_leaves_no_engine(make_env, monkeypatch):
    env = make_env("silent_before_connect", start_timeout=60.0)
    check = Engine.check_start
    monkeypatch.setattr(Engine, "check_start", lambda engine: (check(engine), ctrl_c()))
    with pytest.raises(KeyboardInterrupt):
        env.reset()
    assert not engines()


# ------------------------------------------------------------------ closing


@pytest.mark.parametrize("fault", ["", "ignore_close", "ignore_end_of_file"])
def test_close_ends_the_engine_within_two_seconds(make_env, fault):
    env = make_env(fault)
    env.reset()
    process = psutil.Process(env.engine_pid)
    started = time.monotonic()
    env.close()
    assert time.monotonic() - started < 2.0
    assert not process.is_running()
    env.close()
    for call in (env.reset, lambda: env.step({}), lambda: env.step(actions()), env.state):
        with pytest.raises(EnvironmentClosed):
            call()
    assert env.possible_agents == AGENTS
    assert env.agents == []
    assert env.engine_pid is None


def test_close_before_reset_and_after_a_fault(make_env):
    env = make_env()
    env.close()
    env.close()
    with pytest.raises(EnvironmentClosed):
        env.reset()
    other = make_env("die_in_step")
    other.reset()
    with pytest.raises(EngineDied):
        other.step(actions())
    other.close()
    other.close()
    with pytest.raises(EnvironmentClosed):
        other.step(actions())


def test_with_closes(make_env):
    with make_env() as env:
        env.reset()
        assert len(engines()) == 1
    assert not engines()
    with pytest.raises(EnvironmentClosed):
        env.reset()


def test_environment_that_is_forgotten_takes_its_engine_along(game, monkeypatch, make_env):
    env = GodotParallelEnv(game, timeout=LONG)
    env.reset()
    process = psutil.Process(env.engine_pid)
    del env
    process.wait(LONG)
    assert not engines()


# ------------------------------------------------------------------ copies, forks, threads


def test_copies_start_engines_of_their_own(make_env):
    env = make_env(parameters={"offset": 0.5}, max_steps=5)
    early = cloudpickle.loads(cloudpickle.dumps(env))
    env.reset(seed=1)
    env.step(actions())
    late = cloudpickle.loads(cloudpickle.dumps(env))
    with early, late:
        for copy in (early, late):
            assert (copy.agents, copy.engine_pid) == ([], None)
            assert (copy.max_steps, copy.parameters) == (5, {"offset": 0.5})
            assert copy.possible_agents == AGENTS
        assert len(engines()) == 1
        assert_same(play(early, seed=1), play(late, seed=1))
        assert len({env.engine_pid, early.engine_pid, late.engine_pid}) == 3
    # The original goes on where it was.
    assert env.step(actions())[4]["runner_0"]["steps"] == 2


def test_copy_of_a_closed_environment_is_open(make_env):
    env = make_env()
    env.reset()
    env.close()
    with cloudpickle.loads(cloudpickle.dumps(env)) as copy:
        copy.reset()
        assert copy.step(actions())[1]["runner_0"] == 0.75


def test_spec_in_the_cache_starts_nothing(make_env, monkeypatch):
    def start(*_, **__):
        pytest.fail("an engine was started")

    monkeypatch.setattr(Engine, "__init__", start)
    env = make_env()
    assert env.possible_agents == AGENTS
    assert env.agent_groups == {"runner": ["runner_0"], "chaser": ["chaser_0"]}
    assert env.observation_space("runner_0") is env.observation_space("runner_0")
    assert env.action_space("runner_0").shape == (2,)
    assert env.state_space.shape == (1,)
    assert env.declared_parameters["offset"].maximum == 1
    assert env.step_seconds == pytest.approx(4 / 60)
    copy = cloudpickle.loads(cloudpickle.dumps(env))
    monkeypatch.setenv(CACHE_VARIABLE, "/nowhere")  # the spec travels with the copy
    assert copy.possible_agents == AGENTS


def test_broken_spec_is_asked_for_again(make_env, monkeypatch, tmp_path):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert make_env().possible_agents == AGENTS
    (spec,) = tmp_path.rglob("*.json")
    good = spec.read_text()
    for content in (b"", b'{"type":"close"}', b"\xff", b'{"type":"hello","protocol":0}'):
        spec.write_bytes(content)
        assert make_env().possible_agents == AGENTS
        assert spec.read_text() == good


@pytest.mark.parametrize("use", ["nothing", "close", "reset"])
def test_forked_child_leaves_the_parents_engine_alone(make_env, use):
    env = make_env()
    env.reset()
    env.step(actions())
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            code = use_in_child(env, use)
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert env.step(actions())[4]["runner_0"]["steps"] == 2
    # The child's copies of socket and pipe do not keep the engine alive.
    process = psutil.Process(env.engine_pid)
    env.close()
    assert not process.is_running()


def use_in_child(env, use):
    """Return the exit code."""
    if use == "nothing":
        try:
            env.step(actions())
        except ResetNeeded:
            return 0
    if use == "close":
        env.close()
        return 0
    if use == "reset":
        parents = env.engine_pid
        env.reset()
        is_own = env.engine_pid not in (parents, None)
        right = env.step(actions())[4]["runner_0"]["steps"] == 1
        env.close()
        return 0 if is_own and right else 2
    return 3


def test_engine_ends_with_the_parent_though_a_child_lives_on(make_env):
    env = make_env()
    env.reset()
    process = psutil.Process(env.engine_pid)
    wait, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.read(wait, 1)  # until the parent says so
        os._exit(0)
    try:
        started = time.monotonic()
        env.close()
        assert time.monotonic() - started < 1.0  # by itself, not by force
        assert not process.is_running()
    finally:
        os.close(go)
        os.close(wait)
        os.waitpid(child, 0)


def test_environment_can_be_used_from_another_thread(make_env):
    env = make_env()
    env.reset()
    results = []
    thread = threading.Thread(target=lambda: results.append(env.step(actions())))
    thread.start()
    thread.join(LONG)
    assert results[0][1]["runner_0"] == 0.75
    assert env.step(actions())[4]["runner_0"]["steps"] == 2


def test_scene_that_has_changed_since_its_spec_was_read(make_env, cache_with_spec, monkeypatch):
    env = make_env()
    assert env.action_space("runner_0").shape == (2,)
    space = env.action_space("runner_0")
    env._spec = env._spec.replace('"ticks_per_step":4', '"ticks_per_step":5')
    env.reset()
    assert env.step_seconds == pytest.approx(4 / 60)
    assert env.action_space("runner_0") is not space
    unchanged = env.action_space("runner_0")
    env.close()
    assert env.action_space("runner_0") is unchanged


# ------------------------------------------------------------------ the other interfaces


def test_parallel_env_and_env_of_an_exported_game(make_env, game):
    make_env()
    with parallel_env(game, timeout=LONG) as parallel:
        assert parallel.reset()[0].keys() == set(AGENTS)
    aec = env(game, timeout=LONG)
    aec.reset(seed=1)
    assert aec.agent_selection == "runner_0"
    for agent in AGENTS:
        assert aec.agent_selection == agent
        aec.step(actions()[agent])
    assert aec.rewards == {"runner_0": 0.75, "chaser_0": -0.5}
    aec.close()


def test_timeout_of_a_step_is_the_environments(make_env):
    env = make_env("hang_in_step", timeout=60.0)
    env.timeout = PATIENCE  # of the next session
    env.reset()
    started = time.monotonic()
    with pytest.raises(LinkTimeout, match=r"within 0\.5 s"):
        env.step(actions())
    assert PATIENCE - SHORT < time.monotonic() - started < LONG
