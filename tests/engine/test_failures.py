"""What goes wrong in a scene, in an engine or in a loop: the right error, and nothing left over."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from play import (
    MakeEnv,
    bits,
    closing_envs,
    engine_of,
    has_ended,
    python_environment,
    sample,
    wait_until,
)
from processes import engines

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import (
    EngineDied,
    EngineStartError,
    EnvironmentClosed,
    LinkTimeout,
    OptionError,
    PettingZooGodotError,
    ResetNeeded,
    SceneError,
    SpaceError,
    UnknownAgent,
)

pytestmark = pytest.mark.engine


def still(env: pzg.GodotParallelEnv) -> dict[str, Any]:
    """An action of zeros for each living agent of a scene of mistakes."""
    return {agent: np.zeros(1, np.float32) for agent in env.agents}


# ------------------------------------------------------------------ mistakes of a scene

AT_START = {
    "no_observe": ("bad_0", "Bad0", "observes nothing.*_observe"),
    "error_in_reset": ("bad_0", "Bad0", r"script error.*mistaken_agent\.gd:\d+.*null value"),
    "no_action_space": ("bad_0", "Bad0", "action_space"),
    "duplicate_ids": ("twin_1", "Other", "twin_1.*/Twin1.*agent_id"),
    "different_spaces": ("like_1", "Like1", "like_0.*policy_group|policy group.*like_0"),
    "no_agent": ("", "Root", "ZooAgent"),
    "sensor_outside": ("", "Stray", "place it below a ZooAgent"),
    "sensor_without_floats": ("bad_0", "Bad0", "sensor Rays: has no floats.*counts"),
    "sensor_without_group": ("bad_0", "Bad0", "sensor Boxes: group: set one"),
    "reward_without_target": ("bad_0", "Bad0", "reward Reach: no target: set a target"),
    "grab_without_group": ("bad_0", "Bad0", "actuator Grab: group: set one"),
    "picture_too_small": ("bad_0", "Bad0", "sensor Eye: width, height: expected 2 to 8192.*1 x 9"),
    "two_environments": ("", "Root", "one ZooEnvironment"),
}
AT_RESET = {
    "error_in_later_reset": ("bad_0", "Bad0", r"script error.*mistaken_agent\.gd:\d+"),
}
AT_STEP = {
    "wrong_size": ("bad_0", "Bad0", "_observe: expected 2 .*got 3"),
    "wrong_type": ("bad_0", "Bad0", "_observe: expected 2 .*got two floats"),
    "nan": ("bad_0", "Bad0", "observation.*nan at element"),
    "nan_reward": ("bad_0", "Bad0", "reward.*nan"),
    "out_of_bounds": ("bad_0", "Bad0", r"observation in \[0.*1.*\].*1\.5 at element"),
    "error_in_act": ("bad_0", "Bad0", r"script error.*mistaken_agent\.gd:\d+"),
    "error_in_observe": ("bad_0", "Bad0", r"script error.*mistaken_agent\.gd:\d+"),
    "undeclared_component": ("bad_0", "Bad0", "bonus.*reward_components"),
    "undeclared_info": ("bad_0", "Bad0", "speed.*info_names"),
}


def check(caught: pytest.ExceptionInfo[SceneError], agent: str, node: str) -> None:
    """Make sure that an error names who made the mistake, and survives a worker process."""
    error = caught.value
    assert error.agent == agent
    assert error.node.split("/")[-1] == node
    assert node in str(error)
    assert agent in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.args, again.node) == (SceneError, error.args, error.node)


@pytest.mark.parametrize("mistake", AT_START)
def test_a_mistake_at_the_start(make_env: MakeEnv, mistake: str) -> None:
    agent, node, message = AT_START[mistake]
    env = make_env(f"mistakes/{mistake}")
    with pytest.raises(SceneError, match=message) as caught:
        env.reset(seed=1)
    check(caught, agent, node)
    assert not engines()
    with pytest.raises(SceneError, match=message):  # and so the second time
        env.reset()
    with pytest.raises(ResetNeeded):
        env.step({})


@pytest.mark.parametrize("mistake", AT_RESET)
def test_a_mistake_at_a_reset(make_env: MakeEnv, mistake: str) -> None:
    agent, node, message = AT_RESET[mistake]
    env = make_env(f"mistakes/{mistake}")
    assert env.possible_agents == ["good_0", "bad_0"]
    for _ in range(2):
        with pytest.raises(SceneError, match=message) as caught:
            env.reset(seed=1)
        check(caught, agent, node)
        wait_until(lambda: not engines(), 1.0, "the engine's end")
        with pytest.raises(ResetNeeded):
            env.step({})


@pytest.mark.parametrize("mistake", AT_STEP)
def test_a_mistake_in_a_step(make_env: MakeEnv, mistake: str) -> None:
    agent, node, message = AT_STEP[mistake]
    env = make_env(f"mistakes/{mistake}")
    for _ in range(2):
        env.reset(seed=1)  # after the error as well: with a new engine
        with pytest.raises(SceneError, match=message) as caught:
            for _ in range(3):
                env.step(still(env))
        check(caught, agent, node)
        wait_until(lambda: not engines(), 1.0, "the engine's end")
        with pytest.raises(ResetNeeded):
            env.step(still(env))


def test_no_environment_in_the_scene(make_env: MakeEnv) -> None:
    env = make_env("mistakes/no_environment", start_timeout=2.0)
    with pytest.raises((EngineStartError, LinkTimeout), match="ZooEnvironment"):
        env.reset()
    assert not engines()


@pytest.mark.parametrize("mistake", ["endless_reset", "endless_act"])
def test_an_endless_loop(make_env: MakeEnv, mistake: str) -> None:
    env = make_env(f"mistakes/{mistake}", timeout=0.5)
    assert env.possible_agents == ["good_0", "bad_0"]
    for _ in range(2):
        started = time.monotonic()
        with pytest.raises(LinkTimeout, match=r"0\.5 s.*endless loop") as caught:
            env.reset(seed=1)
            started = time.monotonic()
            env.step(still(env))
        # The deadline, and then the engine's second to end by itself.
        assert time.monotonic() - started < 3.5
        assert "the loop has begun" in caught.value.log_tail
        assert not engines()
        with pytest.raises(ResetNeeded):
            env.step({})


# ------------------------------------------------------------------ an engine that ends


def test_an_engine_killed_inside_a_step(make_env: MakeEnv) -> None:
    env = make_env("mistakes/endless_act")
    env.reset(seed=1)
    engine = engine_of(env)
    killed: list[float] = []

    def kill() -> None:
        # It spins in the step's loop: so the step has arrived.
        before = engine.cpu_times().user
        wait_until(lambda: engine.cpu_times().user > before + 0.1, 10.0, "the loop")
        killed.append(time.monotonic())
        engine.kill()

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(EngineDied, match="SIGKILL") as caught:
        env.step(still(env))
    took = time.monotonic() - killed[0]
    thread.join()
    assert took < 1.0
    assert any("Godot Engine" in line for line in caught.value.log_tail)
    assert "the loop has begun" in caught.value.log_tail
    assert "the loop has begun" in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), again.args) == (EngineDied, caught.value.args)
    env.reset(seed=1)
    assert engine_of(env) != engine


def test_an_engine_killed_between_two_steps(make_env: MakeEnv) -> None:
    env = make_env("chase")
    first, _ = env.reset(seed=1)
    env.step(sample(env))
    engine_of(env).kill()
    with pytest.raises(EngineDied, match="SIGKILL"):
        env.step(sample(env))
    with pytest.raises(ResetNeeded):
        env.step({})
    again, _ = env.reset(seed=1)
    assert bits(again) == bits(first)
    env.step(sample(env))


def test_an_engine_killed_before_a_reset(make_env: MakeEnv) -> None:
    env = make_env("chase")
    env.reset(seed=1)
    engine_of(env).kill()
    with pytest.raises(EngineDied, match="SIGKILL"):
        env.reset()
    env.reset()


# ------------------------------------------------------------------ a Python that ends

LOOP = """
import sys
import numpy as np
import pettingzoo_godot as pzg
from play import engine_of, sample, scene
env = pzg.parallel_env(scene(sys.argv[1]))
env.reset(seed=1)
print(engine_of(env).pid, flush=True)
while True:
    if not env.agents:
        env.reset()
    env.step({agent: np.zeros_like(action) for agent, action in sample(env).items()})
"""


def start_loop(name: str) -> tuple[subprocess.Popen[str], psutil.Process]:
    """Start a Python that plays without end, and return it with its engine."""
    python = subprocess.Popen(
        [sys.executable, "-c", LOOP, name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=python_environment(),
    )
    assert python.stdout is not None
    return python, psutil.Process(int(python.stdout.readline()))


@pytest.mark.parametrize("name", ["chase", "mistakes/endless_act"])
def test_killing_python_leaves_no_engine(name: str) -> None:
    python, engine = start_loop(name)
    busy = engine.cpu_times().user
    wait_until(lambda: engine.cpu_times().user > busy + 0.1, 10.0, "a step")
    python.kill()
    wait_until(lambda: has_ended(engine), 2.0, "the engine's end")
    python.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("name", ["chase", "mistakes/endless_act"])
def test_terminating_python_leaves_no_engine(name: str) -> None:
    python, engine = start_loop(name)
    busy = engine.cpu_times().user
    wait_until(lambda: engine.cpu_times().user > busy + 0.1, 10.0, "a step")
    python.terminate()  # as PufferLib ends its workers
    wait_until(lambda: has_ended(engine), 2.0, "the engine's end")
    python.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console")
@pytest.mark.parametrize("name", ["chase", "mistakes/endless_act"])
def test_an_interrupt_is_only_a_keyboard_interrupt(name: str) -> None:
    python, engine = start_loop(name)
    busy = engine.cpu_times().user
    wait_until(lambda: engine.cpu_times().user > busy + 0.1, 10.0, "a step")
    python.send_signal(signal.SIGINT)
    _, errors = python.communicate(timeout=5.0)
    assert has_ended(engine)
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
    assert errors.count("Traceback") == 1
    assert "During handling" not in errors
    assert "The above exception" not in errors
    assert python.returncode == -signal.SIGINT


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_an_interrupt_leaves_no_stale_answer(make_env: MakeEnv) -> None:
    env, other = make_env("chase"), make_env("chase")
    for _ in range(5):
        env.reset(seed=1)
        timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            while True:
                if not env.agents:
                    env.reset()
                env.step(sample(env))
        timer.join()
        # Either the episode is lost, or it goes on; but no answer belongs to another step.
        start, _ = env.reset(seed=7)
        expected, _ = other.reset(seed=7)
        assert bits(start) == bits(expected)
        for step in range(3):
            actions = {agent: np.full(2, step / 10, np.float32) for agent in env.agents}
            assert bits(env.step(actions)) == bits(other.step(actions))


# ------------------------------------------------------------------ closing


def test_closing_a_hung_engine_takes_two_seconds(make_env: MakeEnv) -> None:
    env = make_env("mistakes/endless_act", timeout=60.0)
    env.reset(seed=1)
    engine = engine_of(env)
    # It is asked, and nobody waits for its answer: as when another thread was interrupted.
    assert env._session is not None
    assert env._step is not None
    session = env._session
    session._need_link().send(session._protocol.send(env._step))
    before = engine.cpu_times().user
    wait_until(lambda: engine.cpu_times().user > before + 0.1, 10.0, "the loop")
    started = time.monotonic()
    env.close()
    assert time.monotonic() - started < 2.0
    assert has_ended(engine)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_closing_a_stopped_engine_takes_two_seconds(make_env: MakeEnv) -> None:
    env = make_env("chase")
    env.reset(seed=1)
    engine = engine_of(env)
    engine.suspend()
    started = time.monotonic()
    env.close()
    assert time.monotonic() - started < 2.0
    assert has_ended(engine)


def test_closing_a_healthy_engine_is_quick(make_env: MakeEnv) -> None:
    env = make_env("chase")
    env.reset(seed=1)
    engine = engine_of(env)
    started = time.monotonic()
    env.close()
    assert time.monotonic() - started < 1.0  # it need not be killed
    assert has_ended(engine)


def test_closing_twice_in_any_state(make_env: MakeEnv) -> None:
    fresh, asked, running, over, failed = (
        make_env(name) for name in ("chase", "chase", "chase", "staggered", "mistakes/error_in_act")
    )
    assert asked.possible_agents
    running.reset(seed=1)
    over.reset(seed=1)
    while over.agents:
        over.step(sample(over))
    failed.reset(seed=1)
    with pytest.raises(SceneError):
        failed.step(still(failed))
    for env in (fresh, asked, running, over, failed):
        env.close()
        env.close()
        assert env.agents == []
        with pytest.raises(EnvironmentClosed):
            env.reset()
        with pytest.raises(EnvironmentClosed):
            env.step({})
    assert not engines()


def test_a_context_closes(make_env: MakeEnv) -> None:
    with make_env("chase") as env:
        env.reset()
        engine = engine_of(env)
    assert has_ended(engine)


def test_an_environment_that_nobody_holds_leaves_no_engine() -> None:
    env = pzg.parallel_env("chase")
    env.reset()
    engine = engine_of(env)
    del env
    wait_until(lambda: has_ended(engine), 2.0, "the engine's end")


def test_a_python_that_ends_without_close_leaves_no_engine() -> None:
    program = LOOP.partition("while True")[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, "chase"],
        capture_output=True,
        text=True,
        env=python_environment(),
        check=True,
    )
    assert done.stderr == ""
    assert not psutil.pid_exists(int(done.stdout))


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with closing_envs() as make:
        env = make("chase", max_steps=3)
        env.reset(seed=1)
        while env.agents:
            env.step(sample(env))
        bad = make("mistakes/error_in_act")
        bad.reset(seed=1)
        with pytest.raises(SceneError):
            bad.step(still(bad))
    assert capfd.readouterr() == ("", "")


def test_the_engines_log_goes_to_the_file_that_was_asked_for(
    make_env: MakeEnv, tmp_path: Path
) -> None:
    log = tmp_path / "engine.log"
    env = make_env("mistakes/error_in_act", log_path=log)
    env.reset(seed=1)
    with pytest.raises(SceneError):
        env.step(still(env))
    text = log.read_text()
    assert "Godot Engine" in text
    assert "SCRIPT ERROR" in text


@pytest.mark.parametrize("name", ["chase", "staggered", "spaces", "order", "physics"])
def test_the_engine_complains_about_nothing(make_env: MakeEnv, tmp_path: Path, name: str) -> None:
    log = tmp_path / "engine.log"
    env = make_env(name, log_path=log, max_steps=5)
    for _ in range(3):
        env.reset(seed=1)
        while env.agents:
            env.step(sample(env))
    env.close()
    text = log.read_text()
    assert "Godot Engine" in text
    assert [line for line in text.splitlines() if "ERROR" in line or "WARNING" in line] == []


# ------------------------------------------------------------------ steps that cannot be


def test_a_step_before_reset(make_env: MakeEnv) -> None:
    env = make_env("chase")
    for call in (lambda: env.step({}), env.state):
        with pytest.raises(ResetNeeded, match=r"reset\(\)"):
            call()
    assert not engines()


@pytest.fixture(scope="module")
def spaces_env() -> Iterator[pzg.GodotParallelEnv]:
    with closing_envs() as make:
        env = make("spaces", max_steps=0)
        env.reset(seed=1)
        yield env


NAN = float("nan")
MIXED = {
    "wheel": np.zeros(2, np.float32),
    "switches": np.zeros(6, np.int8),
    "bytes": np.zeros((2, 3), np.uint8),
    "choices": np.zeros(3, np.int64),
    "choice": 0,
}
BAD_ACTIONS: list[tuple[str, Any]] = [
    ("vector_1", [0.0, 0.0, 1.0]),
    ("vector_1", np.array([[0.0, 0.0, 1.0, -6.0]])),
    ("vector_1", [0.0, 0.0, 1.0, NAN]),
    ("vector_1", np.array([0.0, 0.0, 1.0, NAN], np.float32)),
    ("vector_1", np.array([0.0, 0.0, np.inf, -6.0], np.float32)),
    ("vector_1", np.array([0.0, 2.5, 1.0, -6.0], np.float32)),
    ("vector_1", np.array([0.0, 0.0, 0.0, -6.0], np.float32)),
    ("vector_1", np.array([0.0, 0.0, 1.0, -4.0])),
    ("vector_1", [0.0, 0.0, 1e300, -6.0]),
    ("vector_1", ["0", "0", "1", "-6"]),
    ("vector_1", "left"),
    ("vector_1", None),
    ("vector_1", {"wheel": 0.0}),
    ("vector_1", [[0.0], [0.0, 1.0]]),
    ("vector_1", 0.0),
    ("bytes_1", np.full((2, 3), 256)),
    ("bytes_1", np.full((2, 3), -1)),
    ("bytes_1", np.full((2, 3), 0.5)),
    ("bytes_1", np.zeros((3, 2), np.uint8)),
    ("bytes_1", np.zeros(6, np.uint8)),
    ("choice_1", 3),
    ("choice_1", -3),
    ("choice_1", np.int64(3)),
    ("choice_1", np.int32(-3)),
    ("choice_1", 0.5),
    ("choice_1", NAN),
    ("choice_1", 2**70),
    ("choice_1", "0"),
    ("choice_1", None),
    ("choice_1", [0, 1]),
    ("choices_1", [0, 0]),
    ("choices_1", [3, 0, 0]),
    ("choices_1", np.array([0, 0, -1])),
    ("choices_1", [0.5, 0, 0]),
    ("choices_1", [NAN, 0, 0]),
    ("choices_1", 0),
    ("switches_1", [0, 0, 0, 0, 0, 2]),
    ("switches_1", np.full(6, -1, np.int8)),
    ("switches_1", [0, 0, 0, 0, 0]),
    ("switches_1", [0.5] * 6),
    ("switches_1", "000000"),
    ("mixed_1", np.zeros(2, np.float32)),
    ("mixed_1", {key: value for key, value in MIXED.items() if key != "choice"}),
    ("mixed_1", {**MIXED, "horn": 1}),
    ("mixed_1", {**MIXED, "wheel": [0.0, NAN]}),
    ("mixed_1", {**MIXED, "wheel": [0.0, 3.5]}),
    ("mixed_1", {**MIXED, "choice": 9}),
    ("mixed_1", {**MIXED, "choices": [0, 0]}),
    ("mixed_1", {**MIXED, "bytes": np.full((2, 3), 300)}),
    ("mixed_1", {**MIXED, "switches": None}),
]


@pytest.mark.parametrize(("agent", "action"), BAD_ACTIONS)
def test_a_bad_action_changes_nothing(
    spaces_env: pzg.GodotParallelEnv, agent: str, action: Any
) -> None:
    env = spaces_env
    env.reset(seed=3)
    assert env._report is not None
    good, tick = sample(env), env._report.tick
    with pytest.raises(SpaceError, match=f"'{agent}'") as caught:
        env.step({**good, agent: action})
    assert isinstance(caught.value, ValueError)
    assert "expected" in str(caught.value)
    assert env._report.tick == tick  # nothing was sent
    assert env.agents == env.possible_agents
    # The next step is the one that would have been: nothing of the bad action is left in it.
    after, *_ = env.step(good)
    for name, value in good.items():
        if not name.startswith(("vector", "masked")):
            assert bits(after[name]) == bits(value), name
    assert bits(after["vector_1"][6:]) == bits(good["vector_1"])


GOOD_ACTIONS: list[tuple[str, Any, Any]] = [
    ("vector_1", [0, 0, 1, -6], np.array([0, 0, 1, -6], np.float32)),
    ("vector_1", (0.5, 0, 1, -6), np.array([0.5, 0, 1, -6], np.float32)),
    ("vector_1", np.array([0.1, 0, 1, -6]), np.array([0.1, 0, 1, -6], np.float32)),
    ("vector_1", np.array([1, 2, 5, -5]), np.array([1, 2, 5, -5], np.float32)),
    ("vector_1", np.array([1, 2, 1, -6], np.float16), np.array([1, 2, 1, -6], np.float32)),
    ("bytes_1", [[0, 1, 2], [253, 254, 255]], np.array([[0, 1, 2], [253, 254, 255]], np.uint8)),
    ("bytes_1", np.full((2, 3), 7), np.full((2, 3), 7, np.uint8)),
    ("choice_1", -2, np.int64(-2)),
    ("choice_1", np.int32(2), np.int64(2)),
    ("choice_1", np.int64(1), np.int64(1)),
    ("choice_1", np.array(1), np.int64(1)),
    ("choice_1", np.array(1, np.int32), np.int64(1)),
    ("choice_1", 1.0, np.int64(1)),
    ("choices_1", [2, 3, 4], np.array([2, 3, 4])),
    ("choices_1", np.array([2, 3, 4], np.int32), np.array([2, 3, 4])),
    ("switches_1", [1, 0, 1, 0, 1, 0], np.array([1, 0, 1, 0, 1, 0], np.int8)),
    ("switches_1", np.array([True, False] * 3), np.array([1, 0] * 3, np.int8)),
    ("switches_1", np.array([1, 0] * 3, np.int64), np.array([1, 0] * 3, np.int8)),
]


@pytest.mark.parametrize(("agent", "action", "expected"), GOOD_ACTIONS)
def test_what_clients_send_is_accepted(
    spaces_env: pzg.GodotParallelEnv, agent: str, action: Any, expected: Any
) -> None:
    env = spaces_env
    env.reset(seed=3)
    observations, *_ = env.step({**sample(env), agent: action})
    seen = observations[agent]
    assert bits(seen[6:] if agent == "vector_1" else seen) == bits(expected)


def test_a_dict_action_may_have_its_keys_in_any_order(spaces_env: pzg.GodotParallelEnv) -> None:
    env = spaces_env
    env.reset(seed=3)
    action = env.action_space("mixed_1").sample()
    observations, *_ = env.step({**sample(env), "mixed_1": dict(reversed(action.items()))})
    assert bits(observations["mixed_1"]) == bits(action)


def test_a_scalar_for_a_box_of_one_element(make_env: MakeEnv) -> None:
    env = make_env("staggered")
    for scalar in (0.25, np.float32(0.25), np.array(0.25), np.array([0.25])):
        env.reset(seed=1)
        observations, *_ = env.step(dict.fromkeys(env.agents, scalar))
        assert [seen[2] for seen in observations.values()] == [0.25] * 4


def test_agents_that_are_missing_or_unknown(spaces_env: pzg.GodotParallelEnv) -> None:
    env = spaces_env
    env.reset(seed=3)
    assert env._report is not None
    good, tick = sample(env), env._report.tick
    missing = {agent: action for agent, action in good.items() if agent != "vector_2"}
    with pytest.raises(UnknownAgent, match="vector_2"):
        env.step(missing)
    with pytest.raises(UnknownAgent, match="vector_2"):
        env.step({})
    with pytest.raises(UnknownAgent, match="nobody_7"):
        env.step({**good, "nobody_7": 0})
    with pytest.raises(UnknownAgent, match=r"vector_2|nobody_7"):
        env.step({**missing, "nobody_7": 0})
    for ask in (env.observation_space, env.action_space):
        with pytest.raises(UnknownAgent, match="nobody_7"):
            ask("nobody_7")
    assert env._report.tick == tick
    env.step(good)


def test_an_observation_that_a_user_changes_changes_nothing_else(make_env: MakeEnv) -> None:
    env, other = make_env("chase"), make_env("chase")
    observations, _ = env.reset(seed=3)
    other.reset(seed=3)
    state = env.state()
    for observation in observations.values():
        if observation.flags.writeable:
            observation[...] = 0
    assert bits(other.state()) == bits(state)
    actions = sample(env)
    assert bits(env.step(actions)) == bits(other.step(actions))


# ------------------------------------------------------------------ options


def start_of(env: pzg.GodotParallelEnv, **options: Any) -> list[float]:
    """What the parameters made of the world, as vector_0 sees it."""
    observations, _ = env.reset(seed=1, options=options)
    return [float(x) for x in observations["vector_0"][1:5]]


def test_options_change_the_world_for_one_episode(spaces_env: pzg.GodotParallelEnv) -> None:
    env = spaces_env
    assert start_of(env) == [0.0, 1.0, 1.5, 3.0]
    assert start_of(env, flag=True, count=-5, gain=0.75, word="a café") == [1.0, -5.0, 0.75, 6.0]
    assert start_of(env) == [0.0, 1.0, 1.5, 3.0]
    assert start_of(env, flag=np.True_, count=np.int64(5), gain=2, word="") == [1.0, 5.0, 2.0, 0.0]
    assert start_of(env, gain=np.float32(0.5))[2] == 0.5


def test_parameters_hold_for_all_episodes(make_env: MakeEnv) -> None:
    env = make_env("spaces", parameters={"count": 4, "gain": 2.0})
    assert start_of(env) == [0.0, 4.0, 2.0, 3.0]
    assert start_of(env, gain=1.0) == [0.0, 4.0, 1.0, 3.0]
    assert start_of(env) == [0.0, 4.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("flag", 1),
        ("flag", "yes"),
        ("flag", None),
        ("count", 1.5),
        ("count", True),
        ("count", "1"),
        ("count", 6),
        ("count", -6),
        ("gain", 0.4),
        ("gain", 2.5),
        ("gain", NAN),
        ("gain", True),
        ("gain", "1.0"),
        ("gain", [1.0]),
        ("word", 3),
        ("word", b"zoo"),
        ("word", None),
    ],
)
def test_a_bad_option_is_named(
    spaces_env: pzg.GodotParallelEnv, make_env: MakeEnv, name: str, value: Any
) -> None:
    env = spaces_env
    env.reset(seed=1)
    with pytest.raises(OptionError, match=f"'{name}'.*expected") as caught:
        env.reset(options={name: value})
    assert isinstance(caught.value, ValueError)
    with pytest.raises(OptionError, match=f"'{name}'.*expected"):
        make_env("spaces", parameters={name: value}).reset()
    env.reset()


def test_unknown_options(make_env: MakeEnv) -> None:
    env = make_env("spaces")
    assert start_of(env, nonsense=1, count=2)[1] == 2.0
    strict = make_env("spaces", strict_options=True)
    with pytest.raises(OptionError, match="nonsense"):
        strict.reset(options={"nonsense": 1})
    strict.reset(options={"count": 1})
    # A parameter given for all episodes is meant: a wrong name is an error in any case.
    with pytest.raises(OptionError, match="nonsense"):
        make_env("spaces", parameters={"nonsense": 1}).reset()


def test_declared_parameters(spaces_env: pzg.GodotParallelEnv) -> None:
    declared = spaces_env.declared_parameters
    assert {name: parameter.type for name, parameter in declared.items()} == {
        "flag": "bool",
        "count": "int",
        "gain": "float",
        "word": "string",
    }
    assert (declared["count"].minimum, declared["count"].maximum) == (-5, 5)
    assert (declared["gain"].default, declared["word"].default) == (1.5, "zoo")
    assert declared["word"].minimum is None
    assert declared["gain"].description == "A number."


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True])
def test_a_bad_seed(spaces_env: pzg.GodotParallelEnv, seed: Any) -> None:
    with pytest.raises(OptionError, match="seed"):
        spaces_env.reset(seed=seed)


@pytest.mark.parametrize("limit", [-1, 1.5, True, "5"])
def test_a_bad_limit(make_env: MakeEnv, limit: Any) -> None:
    with pytest.raises(OptionError, match="max_steps"):
        make_env("spaces", max_steps=limit).reset()


def test_a_bad_render_mode(make_env: MakeEnv) -> None:
    with pytest.raises(PettingZooGodotError, match="render_mode"):
        make_env("spaces", render_mode="holographic").reset()
