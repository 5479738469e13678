"""The order of a step, as zoo_environment.gd tells it: the scene notes every hook and signal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from play import MakeEnv, closing_envs, sample

import pettingzoo_godot as pzg

pytestmark = pytest.mark.engine

# diary.gd: an event's number is its base plus the index of its node. Agent 1, a heuristic of the
# scene's own, stands between agents 0 and 2 of Python.
READY = 10
ENVIRONMENT_RESET = 20
AGENT_RESET = 30
EPISODE_STARTED = 40
STEP_STARTED = 50
ACT = 60
BODY_TICK = 70
BODY_ENTERED = 80
AFTER_STEP = 90
STEP_ENDED = 100
SENSOR = 110
OBSERVE = 120
STATE = 130
EPISODE_ENDED = 140
HEURISTIC = 150

FAR = -100.0  # px: the body does not reach the area
ACTS = [ACT, ACT + 1, ACT + 2]


@pytest.fixture(scope="module")
def env() -> Iterator[pzg.GodotParallelEnv]:
    with closing_envs() as make:
        it = make("order")
        it.reset(seed=1)
        yield it


def read(observations: dict[str, Any]) -> list[int]:
    """The diary since agent 2 observed before: its part of the observation, without padding."""
    entries = observations["diarist_2"][1:65].astype(int)
    return [int(entry) for entry in entries if entry]


def body_x(observations: dict[str, Any]) -> float:
    return float(observations["diarist_0"][-1])


def begin(env: pzg.GodotParallelEnv, **options: Any) -> dict[str, Any]:
    observations, _ = env.reset(seed=1, options={"start": FAR, **options})
    return observations


def without(diary: list[int], *events: int) -> list[int]:
    return [entry for entry in diary if entry not in events]


def test_a_step(env: pzg.GodotParallelEnv) -> None:
    begin(env)
    env.step(sample(env))
    observations, *_ = env.step(sample(env))
    diary = read(observations)
    # Where _state and the last sensor come is told by the tests below.
    assert without(diary, STATE, SENSOR, SENSOR + 2) == [
        STEP_STARTED,
        HEURISTIC + 1,
        *[*ACTS, BODY_TICK] * 3,
        AFTER_STEP,
        STEP_ENDED,
        OBSERVE,
        OBSERVE + 2,
    ]


def test_sensors_are_read_before_observe(env: pzg.GodotParallelEnv) -> None:
    begin(env)
    env.step(sample(env))
    observations, *_ = env.step(sample(env))
    diary = read(observations)
    assert diary[diary.index(STEP_ENDED) + 1 :] == [SENSOR, OBSERVE, SENSOR + 2, OBSERVE + 2]


def test_the_state_comes_last(env: pzg.GodotParallelEnv) -> None:
    begin(env)
    env.step(sample(env))
    observations, *_ = env.step(sample(env))
    # After agent 2 had read the diary of the first step.
    diary = without(read(observations), SENSOR + 2)
    assert diary[:2] == [STATE, STEP_STARTED]
    assert STATE not in diary[1:]


def test_agents_act_once_per_step_where_the_scene_says_so(env: pzg.GodotParallelEnv) -> None:
    begin(env, acts_once=True)
    for _ in range(3):
        observations, *_ = env.step(sample(env))
        diary = without(read(observations), STATE, SENSOR, SENSOR + 2)
        assert diary == [
            STEP_STARTED,
            HEURISTIC + 1,
            *ACTS,
            *[BODY_TICK] * 3,
            AFTER_STEP,
            STEP_ENDED,
            OBSERVE,
            OBSERVE + 2,
        ]


@pytest.mark.parametrize("settle_ticks", [1, 2, 5])
def test_an_episode(env: pzg.GodotParallelEnv, settle_ticks: int) -> None:
    begin(env, settle_ticks=settle_ticks)
    env.step(sample(env))
    # A second episode, in the middle of the first: which has not ended, and is not announced.
    observations = begin(env, settle_ticks=settle_ticks)
    assert without(read(observations), STATE, SENSOR, SENSOR + 2) == [
        READY,
        ENVIRONMENT_RESET,
        AGENT_RESET,
        AGENT_RESET + 1,
        AGENT_RESET + 2,
        EPISODE_STARTED,
        # The scripts of a new instance run from the next frame on; its bodies move at once.
        *[BODY_TICK] * (settle_ticks - 1),
        OBSERVE,
        OBSERVE + 2,
    ]
    assert body_x(observations) == FAR + settle_ticks


def test_the_first_episode_is_like_all_others(make_env: MakeEnv) -> None:
    env = make_env("order")
    first = begin(env)
    later = begin(env)
    # To say hello, the engine has begun an episode before; its entries come first.
    start = ENVIRONMENT_RESET
    diaries = [without(read(o), STATE, SENSOR + 2) for o in (first, later)]
    ends = [len(diary) - diary[::-1].index(start) for diary in diaries]
    assert diaries[0][ends[0] - 1 :] == diaries[1][ends[1] - 1 :]
    assert body_x(first) == body_x(later)


def test_an_episodes_end_is_announced_once_after_its_last_observation(
    env: pzg.GodotParallelEnv,
) -> None:
    begin(env, end_in_tick=6)
    diaries = []
    while env.agents:
        observations, *_ = env.step(sample(env))
        diaries += read(observations)
    assert EPISODE_ENDED not in diaries
    diary = read(begin(env))
    assert diary[: diary.index(READY)].count(EPISODE_ENDED) == 1


@pytest.mark.parametrize(("end_in_tick", "steps"), [(3, 1), (4, 2), (5, 2), (6, 2), (7, 3)])
def test_the_last_step_takes_all_its_ticks(
    env: pzg.GodotParallelEnv, end_in_tick: int, steps: int
) -> None:
    """Whenever everybody is done: or arenas side by side would depend on each other."""
    ticks = 3 * steps
    begin(env, end_in_tick=end_in_tick)
    diary = []
    for _ in range(steps):
        assert env.agents
        observations, _, terminations, _, infos = env.step(sample(env))
        diary += read(observations)
    assert env.agents == []
    assert terminations == {"diarist_0": True, "diarist_2": True}
    assert infos["diarist_0"]["tick"] == ticks
    assert diary.count(BODY_TICK) == ticks
    assert diary.count(AFTER_STEP) == steps


def test_an_observation_sees_where_the_last_tick_moved_a_body(env: pzg.GodotParallelEnv) -> None:
    start = body_x(begin(env))
    assert start == FAR + 1  # one settling tick; it flies a pixel per tick
    for step in range(1, 6):
        observations, *_ = env.step(sample(env))
        assert body_x(observations) == start + 3 * step
        assert env.state().tolist() == [start + 3 * step, 60.0]


def test_an_observation_sees_what_an_area_noticed_in_the_last_tick(
    env: pzg.GodotParallelEnv,
) -> None:
    ticks_before = {}
    for start in (-1.5, -2.5, -3.5, -4.5, -5.5, -6.5):
        begin(env, start=start)
        for step in range(4):
            observations, *_ = env.step(sample(env))
            diary = read(observations)
            if BODY_ENTERED in diary:
                seen = diary.index(BODY_ENTERED)
                assert seen < diary.index(AFTER_STEP)
                ticks_before[start] = 3 * step + diary[:seen].count(BODY_TICK)
                break
    # One tick later for each pixel; the third and the sixth are the last ones of their steps.
    assert list(ticks_before.values()) == [1, 2, 3, 4, 5, 6]


def test_ticks_are_counted(env: pzg.GodotParallelEnv) -> None:
    begin(env)
    for step in range(1, 1001):
        observations, _, _, _, infos = env.step(sample(env))
        assert read(observations).count(BODY_TICK) == 3
        assert {info["tick"] for info in infos.values()} == {3 * step}


def test_a_heuristic_agent_is_not_pythons(env: pzg.GodotParallelEnv) -> None:
    assert env.possible_agents == ["diarist_0", "diarist_2"]
    assert env.agent_groups == {"diarists": ["diarist_0", "diarist_2"]}
