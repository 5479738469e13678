import contextlib
import os
import select
import signal
import threading

import numpy as np
import psutil
import pytest
from peer import LONG, MS
from processes import engines, expect_none

from pettingzoo_godot import GodotVectorEnv
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
    UsageError,
)
from pettingzoo_godot.fleet import Fleet
from pettingzoo_godot.paths import CACHE_VARIABLE
from pettingzoo_godot.session import Launch

GROUPS = ["runner", "chaser"]
PATIENCE = 500 * MS  # of an environment whose engine will not answer
ERRORS = {
    "die_in_step": EngineDied,
    "die_in_reset": EngineDied,
    "hang_in_step": LinkTimeout,
    "hang_in_reset": LinkTimeout,
}


@pytest.fixture
def make_vec(game, cache_with_spec, monkeypatch):
    """Yield a function that makes environments; each engine gets the next of their faults."""
    monkeypatch.setenv(CACHE_VARIABLE, str(cache_with_spec))
    plain = Launch.environment
    faults = []

    def environment(launch, token):
        fault = faults.pop(0) if faults else ""
        name, _, step = fault.partition(" ")
        variables = {"FAKE_ENGINE_FAULT": name, "FAKE_ENGINE_FAULT_STEP": step or "1"}
        return plain(launch, token) | variables

    monkeypatch.setattr(Launch, "environment", environment)
    made = []

    def make(num_engines=1, num_arenas=1, *, fault=(), **arguments):
        faults[:] = fault
        patience = {"timeout": LONG, "start_timeout": LONG}
        made.append(GodotVectorEnv(game, num_engines, num_arenas, **(patience | arguments)))
        return made[-1]

    yield make
    for env in made:
        env.close()
    expect_none(engines())


def actions(rows, value=0.25):
    return {group: np.full((rows, 2), value, np.float32) for group in GROUPS}


def steps_of(observations):
    """The steps of each row's episode so far."""
    assert list(observations) == GROUPS
    runner, chaser = (observations[group][:, 4] * 10 for group in GROUPS)
    np.testing.assert_array_equal(runner, chaser)
    return np.round(runner).astype(int).tolist()


# ------------------------------------------------------------------ the loop


def test_rows_run_engine_by_engine_and_arena_by_arena(make_vec):
    env = make_vec(2, 3)
    first, infos = env.reset(seed=1)
    assert infos == {}
    assert first["runner"].shape == (6, 5)
    assert len(set(first["runner"][:, 2].tolist())) == 6  # every arena has another start
    sent = {group: np.linspace(-1, 1, 12, dtype=np.float32).reshape(6, 2) for group in GROUPS}
    observations, rewards, terminations, truncations, infos = env.step(sent)
    for group in GROUPS:
        np.testing.assert_array_equal(observations[group][:, :2], sent[group])
        np.testing.assert_array_equal(observations[group][:, 2:4], first[group][:, 2:4])
        np.testing.assert_allclose(rewards[group], sent[group].sum(axis=1), rtol=1e-6)
        assert rewards[group].dtype == np.float32
        assert terminations[group].tolist() == truncations[group].tolist() == [False] * 6
        assert infos[group]["steps"].tolist() == [1] * 6
    assert env.timing.requests == 4
    assert len(set(env.engine_pids)) == 2


def test_an_ended_arena_begins_anew_in_the_same_step(make_vec):
    env = make_vec(2, 2)
    env.reset(seed=1)
    for _ in range(9):
        *_, infos = env.step(actions(4))
        assert "final_obs" not in infos["runner"]
    observations, rewards, terminations, truncations, infos = env.step(actions(4))
    assert steps_of(observations) == [0] * 4
    for group in GROUPS:
        assert rewards[group].tolist() == [0.5] * 4
        assert terminations[group].all()
        assert not truncations[group].any()
        told = infos[group]
        np.testing.assert_allclose(told["final_obs"][:, 4], 1.0)
        assert told["final_info"]["steps"].tolist() == [10.0] * 4
        assert told["final_info"]["_steps"].tolist() == [True] * 4
        assert told["_steps"].tolist() == [False] * 4
        assert told["final_info"]["TimeLimit.truncated"].tolist() == [False] * 4
    assert steps_of(env.step(actions(4))[0]) == [1] * 4


def test_states_come_with_the_results(make_vec):
    env = make_vec(2, 2, max_steps=3)
    with pytest.raises(ResetNeeded):
        env.state()
    env.reset(seed=1)
    requests = env.timing.requests
    assert env.state().tolist() == env.final_state().tolist() == [[0.0]] * 4
    for steps in (1, 2):
        env.step(actions(4))
        assert env.state().tolist() == env.final_state().tolist() == [[steps]] * 4
    kept = env.state()
    env.step(actions(4))
    assert env.state().tolist() == [[0.0]] * 4
    assert env.final_state().tolist() == [[3.0]] * 4
    assert kept.tolist() == [[2.0]] * 4
    assert kept[0] in env.state_space
    assert env.timing.requests == requests + 2 * 4  # three steps and a reset of each engine
    env.send(actions(4))
    for call in (env.state, env.final_state):
        with pytest.raises(ResetNeeded, match="still on their way"):
            call()
    env.recv()
    assert env.state().tolist() == [[1.0]] * 4
    env.close()
    with pytest.raises(EnvironmentClosed):
        env.state()


def test_states_are_those_of_the_engines_that_were_received(make_vec):
    env = make_vec(2, 2, batch_size=4)
    env.async_reset(seed=1)
    steps = [0, 0]
    for _ in range(6):
        *_, infos = env.recv()
        engine = infos["runner"]["env_id"][0] // 2 if "runner" in infos else 0
        assert env.state().tolist() == [[steps[engine]]] * 2
        steps[engine] += 1
        env.send(actions(2))


def test_a_dead_agents_row_waits_for_its_arena(make_vec, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE_LIFETIMES", "2,4")
    env = make_vec(1, 2)
    env.reset(seed=1)
    seen = []
    for _ in range(5):
        _, rewards, terminations, _, infos = env.step(actions(2))
        told = infos["runner"]
        ends = told["_final_obs"].tolist() if "_final_obs" in told else [False] * 2
        seen.append((rewards["runner"][0], terminations["runner"][0], told["live"][0], ends[0]))
    assert seen == [
        (0.5, False, True, False),
        (0.5, True, True, True),
        (0.0, False, False, False),
        (0.0, True, False, True),  # its arena began anew
        (0.5, False, True, False),
    ]


def acted(observations):
    """By group, what each row's agent did last."""
    return {group: observations[group][:, 0].tolist() for group in GROUPS}


def test_heuristics_of_some_arenas(make_vec):
    env = make_vec(2, 2, max_steps=2)
    env.set_heuristic_agents(["runner"], [1, 2])
    env.reset(seed=1)
    assert acted(env.step(actions(4))[0]) == {
        "runner": [0.25, 0.5, 0.5, 0.25],
        "chaser": [0.25] * 4,
    }
    env.set_heuristic_agents(["chaser_0"], [1])  # from the next episode on
    env.set_heuristic_agents([], [2])
    *_, infos = env.step(actions(4))
    assert infos["runner"]["final_obs"][:, 0].tolist() == [0.25, 0.5, 0.5, 0.25]
    assert acted(env.step(actions(4))[0]) == {
        "runner": [0.25] * 4,
        "chaser": [0.25, 0.5, 0.25, 0.25],
    }
    env.heuristic_agents = ["chaser"]
    env.reset(seed=1)
    assert acted(env.step(actions(4))[0]) == {"runner": [0.25] * 4, "chaser": [0.5] * 4}


@pytest.mark.parametrize(
    ("names", "arenas", "words"),
    [
        (["walker"], [0], "heuristic_agents.*got 'walker'"),
        (["runner"], [4], "expected the arena to be an int from 0 to 3; got 4"),
        (["runner"], [-1], "expected the arena to be an int from 0 to 3; got -1"),
    ],
)
def test_heuristics_of_nobody_there(names, arenas, words, make_vec):
    with pytest.raises(OptionError, match=words):
        make_vec(2, 2).set_heuristic_agents(names, arenas)


def test_parameters_and_limit_reach_every_arena(make_vec):
    env = make_vec(2, 2, parameters={"offset": 0.25}, max_steps=3)
    env.reset(seed=1)
    for _ in range(3):
        _, rewards, _, truncations, infos = env.step(actions(4))
        assert rewards["runner"].tolist() == [0.75] * 4
    assert truncations["chaser"].all()
    assert infos["chaser"]["final_info"]["TimeLimit.truncated"].all()
    env.parameters = {"offset": -0.25}
    rewards = [env.step(actions(4))[1]["runner"][0] for _ in range(4)]
    assert rewards == [0.75, 0.75, 0.75, 0.25]
    env.reset(options={"offset": 0.0})
    assert env.step(actions(4))[1]["runner"].tolist() == [0.5] * 4
    assert env.parameters == {"offset": -0.25}


# ------------------------------------------------------------------ engines that fail


@pytest.mark.parametrize("fault", ["die_in_step", "hang_in_step"])
@pytest.mark.parametrize("broken", [0, 1])
def test_a_failure_is_raised_and_the_next_reset_is_clean(make_vec, fault, broken):
    faults = ["", ""]
    faults[broken] = f"{fault} 3"
    env = make_vec(2, 2, fault=faults, timeout=PATIENCE)
    first, _ = env.reset(seed=1)
    env.step(actions(4, 0.5))
    env.step(actions(4, 0.5))
    with pytest.raises(ERRORS[fault]):
        env.step(actions(4, -1.0))
    pids = env.engine_pids
    assert pids[broken] is None
    assert pids[1 - broken] is not None
    for call in (lambda: env.step(actions(4)), lambda: env.send(actions(4))):
        with pytest.raises(ResetNeeded):
            call()
    observations, _ = env.reset(seed=1)
    assert env.engine_pids[1 - broken] == pids[1 - broken]
    np.testing.assert_array_equal(observations["runner"][:, 2:], first["runner"][:, 2:])
    # No answer to the step that failed: its actions would be seen.
    observations, *_ = env.step(actions(4, 0.125))
    assert (observations["runner"][:, :2] == 0.125).all()
    assert steps_of(observations) == [1] * 4


def test_after_a_failure_there_is_nothing_to_receive(make_vec):
    env = make_vec(2, 1, fault=["die_in_step"], timeout=PATIENCE)
    env.reset(seed=1)
    with pytest.raises(EngineDied):
        env.step(actions(2))
    with pytest.raises(ResetNeeded):
        env.recv()


@pytest.mark.parametrize("fault", ["die_in_reset", "hang_in_reset"])
def test_a_failure_in_a_reset_is_raised(make_vec, fault):
    env = make_vec(2, 1, fault=["", fault], timeout=PATIENCE)
    with pytest.raises(ERRORS[fault]):
        env.reset()
    with pytest.raises(ResetNeeded):
        env.step(actions(2))
    assert steps_of(env.reset()[0]) == [0, 0]
    assert steps_of(env.step(actions(2))[0]) == [1, 1]


def test_an_engine_that_does_not_start_is_raised(make_vec):
    env = make_vec(2, 1, fault=["", "exit_before_connect"], on_crash="restart")
    with pytest.raises(EngineStartError):
        env.reset()
    with pytest.raises(ResetNeeded):
        env.step(actions(2))
    assert steps_of(env.reset()[0]) == [0, 0]


def test_a_scenes_mistake_is_raised_also_where_engines_are_replaced(make_vec):
    env = make_vec(2, 1, fault=["", "nan_reward"], on_crash="restart")
    env.reset()
    with pytest.raises(SceneError, match="nan"):
        env.step(actions(2))
    assert steps_of(env.reset()[0]) == [0, 0]


@pytest.mark.parametrize("fault", ["die_in_step 3", "hang_in_step 3"])
def test_an_engine_that_fails_in_a_step_is_replaced(make_vec, fault, caplog):
    env = make_vec(2, 2, fault=["", fault], on_crash="restart", timeout=PATIENCE)
    env.reset(seed=1)
    for _ in range(2):
        *_, infos = env.step(actions(4, 0.5))
        assert "engine_failed" not in infos["runner"]
    observations, rewards, terminations, truncations, infos = env.step(actions(4, 0.125))
    assert "Its episodes are truncated where they were" in caplog.text
    assert steps_of(observations) == [3, 3, 0, 0]
    for group in GROUPS:
        told = infos[group]
        assert rewards[group].tolist() == [0.25, 0.25, 0.0, 0.0]
        assert truncations[group].tolist() == [False, False, True, True]
        assert not terminations[group].any()
        assert told["engine_failed"].tolist() == [False, False, True, True]
        assert told["live"].all()
        assert told["_final_obs"].tolist() == [False, False, True, True]
        # Where they were last seen.
        np.testing.assert_allclose(told["final_obs"][2:, 4], 0.2)
        np.testing.assert_allclose(told["final_obs"][2:, :2], 0.5)
        assert told["final_info"]["TimeLimit.truncated"].tolist() == [False, False, True, True]
    observations, *_, infos = env.step(actions(4))
    assert "engine_failed" not in infos["runner"]
    assert steps_of(observations) == [4, 4, 1, 1]


@pytest.mark.parametrize("fault", ["die_in_reset", "hang_in_reset"])
def test_an_engine_that_fails_in_the_first_reset_is_replaced(make_vec, fault):
    env = make_vec(2, 1, fault=[fault], on_crash="restart", timeout=PATIENCE)
    assert steps_of(env.reset(seed=1)[0]) == [0, 0]
    observations, _, _, truncations, infos = env.step(actions(2))
    assert steps_of(observations) == [1, 1]
    assert not truncations["runner"].any()
    assert "engine_failed" not in infos["runner"]


def test_an_engine_killed_between_steps_is_replaced(make_vec):
    env = make_vec(2, 1, on_crash="restart")
    env.reset(seed=1)
    env.step(actions(2))
    process = psutil.Process(env.engine_pids[0])
    process.kill()
    psutil.wait_procs([process], LONG)
    observations, _, _, truncations, _ = env.step(actions(2))
    assert steps_of(observations) == [0, 2]
    assert truncations["chaser"].tolist() == [True, False]


def test_a_replacement_that_fails_as_well_changes_nothing_about_the_end(make_vec):
    env = make_vec(1, 1, fault=["die_in_step 2", "die_in_reset", ""], on_crash="restart")
    env.reset(seed=1)
    env.step(actions(1, 0.5))
    _, _, terminations, truncations, infos = env.step(actions(1))
    assert (terminations["runner"][0], truncations["runner"][0]) == (False, True)
    assert infos["runner"]["live"][0]
    np.testing.assert_allclose(infos["runner"]["final_obs"][0][:2], 0.5)


def test_the_third_failure_in_a_row_is_raised(make_vec):
    env = make_vec(1, 1, fault=["die_in_step"] * 3, on_crash="restart")
    env.reset(seed=1)
    env.step(actions(1))
    env.step(actions(1))
    with pytest.raises(EngineDied):
        env.step(actions(1))


def test_failures_without_end_are_raised(make_vec):
    env = make_vec(1, 1, fault=["die_in_step"] * 9, on_crash="restart")
    env.reset(seed=1)
    with pytest.raises(EngineDied):
        for _ in range(9):
            env.step(actions(1))
    assert not engines()


def test_failures_with_episodes_between_them_are_no_loop(make_vec, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE_LIFETIMES", "1,1")
    env = make_vec(1, 1, fault=["die_in_step 2"] * 6, on_crash="restart")
    env.reset(seed=1)
    failed = 0
    for _ in range(12):
        *_, infos = env.step(actions(1))
        failed += bool(infos["runner"].get("engine_failed", [False])[0])
    assert failed == 6


# ------------------------------------------------------------------ send and recv


def test_sending_twice_or_receiving_nothing_is_an_error(make_vec):
    env = make_vec(2, 1)
    for call in (env.recv, lambda: env.send(actions(2)), lambda: env.step(actions(2))):
        with pytest.raises(ResetNeeded, match=r"reset\(\)"):
            call()
    env.reset()
    with pytest.raises(ResetNeeded, match="counted in engines; got 0"):
        env.recv()
    env.send(actions(2))
    for call in (lambda: env.send(actions(2)), lambda: env.step(actions(2))):
        with pytest.raises(ResetNeeded, match=r"call recv\(\) first"):
            call()
    assert steps_of(env.recv()[0]) == [1, 1]


def test_refused_actions_are_not_sent(make_vec):
    env = make_vec(2, 1)
    env.reset()
    wrong = actions(2)
    wrong["chaser"][1, 0] = 2.0
    with pytest.raises(SpaceError, match=r"'chaser_0' in arena 0 of engine 1: .* got 2\.0"):
        env.step(wrong)
    for bad in (actions(3), actions(1), {"runner": wrong["runner"]}, wrong["runner"], None):
        with pytest.raises(SpaceError, match="expected actions as"):
            env.step(bad)
    assert steps_of(env.step(actions(2))[0]) == [1, 1]


@pytest.mark.parametrize("size", [1, 3, 6, 0, -2, 2.0, True])
def test_wrong_batch_sizes(make_vec, size):
    with pytest.raises(OptionError, match="batch_size"):
        make_vec(2, 1, batch_size=size)


def test_the_slow_engine_is_not_waited_for(make_vec):
    env = make_vec(2, 1, fault=["slow_step 1"], batch_size=2)
    env.reset(seed=1)
    env.send(actions(2))
    observations, *_, infos = env.recv()
    assert infos["runner"]["env_id"].tolist() == infos["chaser"]["env_id"].tolist() == [1]
    assert infos["runner"]["_env_id"].all()
    assert steps_of(observations) == [1]
    env.send(actions(1, 0.5))  # for the rows that came last
    seen = {}
    for _ in range(2):
        observations, *_, infos = env.recv()
        seen[int(infos["runner"]["env_id"][0])] = steps_of(observations)
    assert seen == {0: [1], 1: [2]}
    with pytest.raises(ResetNeeded, match="counted in engines; got 0"):
        env.recv()


@pytest.mark.parametrize("others", ["pending", "ready"])
def test_reset_drops_answers_that_nobody_took(make_vec, others):
    env = make_vec(3, 1, batch_size=2)
    env.reset(seed=1)
    env.send(actions(3, 0.5))
    if others == "ready":
        env.recv()
    first, _ = env.reset(seed=1)
    assert steps_of(first) == [0, 0, 0]
    env.send(actions(3, -0.5))
    for _ in range(3):
        observations, *_ = env.recv()
        assert steps_of(observations) == [1]
        assert (observations["runner"][:, :2] == -0.5).all()


def test_async_reset_is_received_in_parts(make_vec):
    env = make_vec(2, 2, batch_size=4)
    env.async_reset(seed=3)
    parts = {}
    for _ in range(2):
        observations, rewards, terminations, truncations, infos = env.recv()
        rows = infos["runner"]["env_id"].tolist()
        parts[rows[0]] = observations["runner"]
        assert not rewards["runner"].any()
        assert not terminations["runner"].any()
        assert not truncations["runner"].any()
    expected, _ = env.reset(seed=3)
    np.testing.assert_array_equal(np.concatenate([parts[0], parts[2]]), expected["runner"])


def test_async_reset_after_an_end_tells_of_no_end(make_vec):
    env = make_vec(1, 1, max_steps=1)
    env.reset(seed=1)
    assert env.step(actions(1))[3]["runner"].all()
    env.async_reset()
    _, rewards, _, truncations, infos = env.recv()
    assert rewards["runner"].tolist() == [0.0]
    assert not truncations["runner"].any()
    assert "final_obs" not in infos["runner"]


def ids(*rows):
    return {group: np.array(rows, np.int64) for group in GROUPS}


def test_actions_for_chosen_engines(make_vec):
    env = make_vec(3, 2, batch_size=4)
    env.reset(seed=1)
    sent = actions(4)
    sent["runner"][:2] = 0.5
    env.send(sent, ids(4, 5, 0, 1))
    seen = {}
    for _ in range(2):
        observations, *_, infos = env.recv()
        seen[int(infos["runner"]["env_id"][0])] = observations["runner"][0, 0]
    assert seen == {4: 0.5, 0: 0.25}


def test_rows_that_are_no_engines(make_vec):
    env = make_vec(3, 2)
    env.reset(seed=1)
    for rows in [(0,), (1, 0), (0, 2), (0, 1, 2), (1, 2)]:
        with pytest.raises(SpaceError, match="expected env_ids to be all rows of one engine"):
            env.send(actions(len(rows)), ids(*rows))
    env.step(actions(6))


@pytest.mark.parametrize(
    "rows",
    [
        (6, 7),  # no such engine
        (-2, -1),  # not the last one
        (0, 1, 0, 1),  # not twice
        (),
    ],
)
def test_rows_that_do_not_exist(make_vec, rows):
    env = make_vec(3, 2)
    env.reset(seed=1)
    with pytest.raises(SpaceError, match="expected env_ids to be all rows of one engine"):
        env.send(actions(len(rows)), ids(*rows))
    env.step(actions(6))


def test_rows_must_be_the_same_in_each_group(make_vec):
    env = make_vec(3, 2)
    env.reset(seed=1)
    with pytest.raises(SpaceError, match="env_ids"):
        env.send(actions(2), {"runner": np.arange(2), "chaser": np.arange(2, 4)})


def test_receiving_more_than_was_sent_is_an_error(make_vec):
    env = make_vec(2, 1, timeout=PATIENCE)
    env.reset(seed=1)
    env.send(actions(1), ids(0))
    with pytest.raises(ResetNeeded):
        env.recv()


# ------------------------------------------------------------------ Ctrl-C, close, fork


class AtWait:
    """Press Ctrl-C when `recv` waits: in a read, or for the first of several engines."""

    def __init__(self, monkeypatch, owner, name):
        self._thread = threading.Thread(target=self._press)
        self._waits = threading.Event()
        plain = getattr(owner, name)

        def wait(*arguments):
            self._waits.set()
            return plain(*arguments)

        monkeypatch.setattr(owner, name, wait)

    def _press(self):
        if self._waits.wait(LONG):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._thread.join()


@pytest.mark.parametrize("batch_size", [None, 2])
def test_ctrl_c_in_recv_leaves_no_stale_answer(make_vec, monkeypatch, batch_size):
    faults = ["hang_in_step 2", "slow_step 2"]
    env = make_vec(2, 1, fault=faults, batch_size=batch_size, timeout=2 * PATIENCE)
    env.reset(seed=1)
    env.send(actions(2))
    for _ in range(2 if batch_size else 1):
        env.recv()
    env.send(actions(2, 0.5), ids(0, 1))
    with monkeypatch.context() as patch:
        owner, name = (Fleet, "_wait") if batch_size else _session_receive()
        with pytest.raises(KeyboardInterrupt), AtWait(patch, owner, name):
            env.recv()
            env.recv()
    first, _ = env.reset(seed=1)
    assert steps_of(first) == [0, 0]
    env.send(actions(2, -0.5))
    observations, *_ = env.recv()
    assert (observations["runner"][:, :2] == -0.5).all()


def _session_receive():
    from pettingzoo_godot.link import Link

    return Link, "_fill"


@pytest.mark.parametrize("state", ["new", "pending", "ready", "stepped", "failed"])
def test_close_in_any_state(make_vec, state):
    env = make_vec(3, 1, fault=["die_in_step"] if state == "failed" else (), batch_size=2)
    if state != "new":
        env.reset()
        env.send(actions(3))
    if state == "stepped":
        for _ in range(3):
            env.recv()
    if state == "ready":
        env.recv()
    if state == "failed":
        with pytest.raises(EngineDied):
            for _ in range(3):
                env.recv()
    env.close()
    env.close()
    assert not engines()
    assert env.closed
    assert env.engine_pids == [None] * 3
    for call in (env.reset, env.async_reset, lambda: env.send(actions(3))):
        with pytest.raises(EnvironmentClosed, match="make another one"):
            call()
    with pytest.raises(EnvironmentClosed, match="make another one"):
        env.step(actions(3))


@pytest.mark.parametrize("pending", [True, False])
def test_nothing_is_received_after_close(make_vec, pending):
    env = make_vec(2, 1, batch_size=2)
    env.reset()
    if pending:
        env.send(actions(2))
        for lane in env._lanes:
            assert select.select([lane], [], [], LONG)[0]
        env.recv()  # the answer of one of them; the other's is there as well
    env.close()
    with pytest.raises(EnvironmentClosed):
        env.recv()


def test_engines_that_hang_do_not_outlive_close(make_vec):
    env = make_vec(2, 1, fault=["hang_in_step", "ignore_end_of_file"])
    env.reset()
    env.send(actions(2))
    env.close()
    assert not engines()


@pytest.mark.parametrize("pending", [False, True])
def test_forked_child_leaves_the_parents_engines_alone(make_vec, pending):
    env = make_vec(2, 1)
    env.reset(seed=1)
    if pending:
        env.send(actions(2))
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            code = use_in_child(env, pending)
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    if not pending:
        env.send(actions(2))
    assert steps_of(env.recv()[0]) == [1, 1]


def use_in_child(env, pending):
    """Return the exit code."""
    for call in (lambda: env.step(actions(2)), *([env.recv] if pending else [])):
        with pytest.raises(ResetNeeded):
            call()
    parents = env.engine_pids
    env.reset(seed=1)
    is_own = not set(parents) & set(env.engine_pids)
    right = steps_of(env.step(actions(2))[0]) == [1, 1]
    env.close()
    return 0 if is_own and right else 2


def test_an_engine_with_another_number_of_arenas_is_refused(make_vec, monkeypatch):
    monkeypatch.setattr(
        Launch, "command", _with_arenas(Launch.command, 1)
    )  # as an addon that does not know the option
    env = make_vec(1, 2)
    with pytest.raises(PettingZooGodotError, match="expected an engine with 2 arenas; it has 1"):
        env.reset()
    assert not engines()


def _with_arenas(plain, arenas):
    def command(launch, url):
        return [
            f"--zoo-arenas={arenas}" if argument.startswith("--zoo-arenas") else argument
            for argument in plain(launch, url)
        ]

    return command


# ------------------------------------------------------------------ pictures


def test_one_picture_of_all_arenas(make_vec, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":fake")
    env = make_vec(2, 3, render_mode="rgb_array", camera_name="Far")
    with pytest.raises(ResetNeeded):
        env.render()
    env.reset()
    assert [picture[0, 0].tolist() for picture in env.draw_arenas()] == 2 * [
        [0, arena, 3] for arena in range(3)
    ]
    picture = env.render()
    assert picture.shape == (2 * 6, 3 * 8, 3)  # two rows of three, of 8 x 6 pixels each
    assert (picture[:6, 8:16] == [0, 1, 3]).all()
    actions = env.action_space.sample()
    env.send(actions)
    with pytest.raises(ResetNeeded, match="recv"):
        env.render()
    env.recv()
    env.camera_name = None
    assert (env.render()[6:, 16:] == [1, 2, 0]).all()
    assert env.metadata["render_fps"] == 15
    env.close()
    with pytest.raises(EnvironmentClosed):
        env.render()


def test_no_picture_of_arenas_in_other_render_modes(make_vec):
    env = make_vec()
    env.reset()
    with pytest.warns(UserWarning, match="without specifying any render mode"):
        assert env.render() is None
    with pytest.raises(UsageError, match="rgb_array"):
        env.draw_arenas()


def test_an_engine_that_dies_drawing(make_vec, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":fake")
    env = make_vec(2, 1, render_mode="rgb_array", fault=["", "die_in_picture"])
    env.reset()
    with pytest.raises(EngineDied, match="during a picture"):
        env.render()
    env.reset()
    assert env.render().shape == (6, 16, 3)


def test_an_engine_that_dies_drawing_is_replaced(make_vec, monkeypatch, caplog):
    monkeypatch.setenv("DISPLAY", ":fake")
    faults = ["", "die_in_picture"]
    env = make_vec(2, 1, render_mode="rgb_array", fault=faults, on_crash="restart")
    env.reset(seed=1)
    env.step(actions(2))
    for _ in range(2):
        first, second = env.draw_arenas()
        assert (first == [1, 0, 0]).all()
        assert not second.any()
    observations, _, _, truncations, infos = env.step(actions(2))
    assert steps_of(observations) == [2, 0]
    assert truncations["runner"].tolist() == [False, True]
    assert infos["runner"]["engine_failed"].tolist() == [False, True]
    assert len(caplog.records) == 1
    assert (env.draw_arenas()[1] == 0).all()
    env.step(actions(2))
    assert (env.draw_arenas()[1] == [1, 0, 0]).all()
