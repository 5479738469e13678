"""PettingZoo's own tests on real scenes, and what they do not look at."""

from __future__ import annotations

import contextlib
import re
import types
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from pettingzoo.test import api_test, max_cycles_test, parallel_api_test, parallel_seed_test
from pettingzoo.test import seed_test as aec_seed_test
from pettingzoo.test.state_test import state_test
from pettingzoo.utils.conversions import parallel_to_aec
from play import MakeEnv, assert_same, bits, closing_envs, play, sample, seed_spaces

import pettingzoo_godot as pzg

pytestmark = pytest.mark.engine

SCENES = ["chase", "staggered", "spaces"]
every_scene = pytest.mark.parametrize("name", SCENES)

# What api_test and state_test warn of on scenes whose spaces are various on purpose. Any other
# warning is an error; for chase and staggered, these are as well.
VARIOUS = [
    # Every agent has a group of its own.
    "Observations are different shapes",
    "Observations have different number of dimensions",
    "Observations between agents are different classes",
    "The class of observation spaces is different between two agents",
    "Agents have different observation space sizes",
    # Neither Box nor Discrete: they are what the scene is for. For a Dict observation PettingZoo
    # has a list of its own environments that may have one; ours cannot be on it.
    "Observation space for each agent probably should be gymnasium.spaces.box or",
    "Action space for each agent probably should be gymnasium.spaces.box or",
    "Observation is not a NumPy array",
    # At the start, agents observe the neutral action.
    "Observation numpy array is all zeros.",
]


@contextlib.contextmanager
def no_warnings(name: str) -> Iterator[None]:
    """Make every warning an error, but those that a scene of various spaces cannot avoid."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for message in VARIOUS if name == "spaces" else []:
            warnings.filterwarnings("ignore", re.escape(message), UserWarning)
        yield


# ------------------------------------------------------------------ PettingZoo's


@every_scene
def test_parallel_api(make_env: MakeEnv, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel_api_test(make_env(name), num_cycles=1000)


@every_scene
def test_parallel_api_with_long_lives(make_env: MakeEnv, name: str) -> None:
    # The test above goes on with nobody left when an episode is over; here all 1000 are played.
    parameters = {"extra_steps": 1000} if name == "staggered" else {}
    env = make_env(name, parameters=parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel_api_test(env, num_cycles=1000)
    assert env.max_steps == 1000


@every_scene
def test_parallel_seed(make_env: MakeEnv, name: str) -> None:
    parallel_seed_test(lambda: make_env(name))


@every_scene
def test_api_of_aec(make_env: MakeEnv, name: str) -> None:
    with no_warnings(name):
        api_test(parallel_to_aec(make_env(name)), num_cycles=1000)


@every_scene
def test_seed_of_aec(make_env: MakeEnv, name: str) -> None:
    aec_seed_test(lambda: parallel_to_aec(make_env(name)), num_cycles=500)


@every_scene
def test_max_cycles(make_env: MakeEnv, name: str) -> None:
    # PettingZoo's test wants half of the agents alive after four steps: longer lives.
    parameters = {"extra_steps": 10} if name == "staggered" else {}

    def parallel(**arguments: Any) -> pzg.GodotParallelEnv:
        return make_env(name, parameters=parameters, **arguments)

    module = types.SimpleNamespace(
        parallel_env=parallel, env=lambda **arguments: parallel_to_aec(parallel(**arguments))
    )
    max_cycles_test(module)


@every_scene
def test_state(make_env: MakeEnv, name: str) -> None:
    parallel = make_env(name)
    with no_warnings(name):
        state_test(parallel_to_aec(make_env(name)), parallel, num_cycles=100)


def test_env_is_the_aec_form(make_env: MakeEnv) -> None:
    env = pzg.env("chase", max_steps=3)
    env.reset(seed=1)
    turns = []
    for agent in env.agent_iter():
        _, _, terminated, truncated, _ = env.last()
        turns.append(agent)
        env.step(None if terminated or truncated else env.action_space(agent).sample())
    env.close()
    assert turns[:6] == ["seeker_0", "hider_0"] * 3
    assert sorted(turns[6:]) == ["hider_0", "seeker_0"]


# ------------------------------------------------------------------ determinism


@every_scene
def test_two_engines_side_by_side_repeat_every_bit(make_env: MakeEnv, name: str) -> None:
    one, other = make_env(name), make_env(name)
    # In turns, so that the two are never in the same state of load.
    traces: list[list[bytes]] = [[], []]
    seed_spaces(one, 3)
    seed_spaces(other, 3)
    for env, trace in zip((one, other), traces, strict=True):
        trace.append(repr(bits(env.reset(seed=42))).encode())
    for _ in range(500):
        for env, trace in zip((one, other), traces, strict=True):
            result = env.step(sample(env)) if env.agents else env.reset()
            trace.append(repr(bits(result)).encode())
    assert traces[0] == traces[1]
    assert len(set(traces[0])) > 100  # not one frame again and again


@every_scene
def test_ten_other_episodes_before_change_nothing(make_env: MakeEnv, name: str) -> None:
    fresh, used = make_env(name), make_env(name)
    for seed in range(10):
        play(used, 20, seed=1000 + seed, actions_seed=seed)
    assert_same(play(fresh, 500, seed=42), play(used, 500, seed=42))


@every_scene
def test_another_seed_is_another_start(make_env: MakeEnv, name: str) -> None:
    env = make_env(name)
    starts = [repr(bits(env.reset(seed=seed)[0])) for seed in (0, 1, 2, 2**32 - 1, 0)]
    assert len(set(starts)) == 4
    assert starts[0] == starts[4]


@every_scene
def test_a_reset_without_a_seed_goes_on_with_the_stream(make_env: MakeEnv, name: str) -> None:
    one, other = make_env(name), make_env(name)
    one.reset(seed=7)
    other.reset(seed=7)
    streams = [[repr(bits(env.reset()[0])) for _ in range(4)] for env in (one, other)]
    assert streams[0] == streams[1]
    assert len(set(streams[0])) == 4


def test_unseeded_environments_differ(make_env: MakeEnv) -> None:
    starts = {repr(bits(make_env("chase").reset()[0])) for _ in range(3)}
    assert len(starts) == 3


# ------------------------------------------------------------------ agents that end


def test_the_last_step_of_an_agent_reports_everything(make_env: MakeEnv) -> None:
    env = make_env("staggered")
    assert env.possible_agents == ["runner_0", "runner_1", "runner_2", "runner_3"]
    _, infos = env.reset(seed=5)
    assert infos == {agent: {} for agent in env.possible_agents}
    ends = {1: ["runner_0"], 3: ["runner_1", "runner_2"], 7: ["runner_3"]}
    for step in range(1, 8):
        before = list(env.agents)
        # Another action for each agent and step, in another order than theirs.
        actions = {a: np.array([int(a[-1]) / 10 + step / 100], np.float32) for a in before}
        result = env.step(dict(reversed(actions.items())))
        observations, rewards, terminations, truncations, infos = result
        assert all(list(part) == before for part in result)
        for agent in before:
            index = int(agent[-1])
            ended = agent in ends.get(step, [])
            assert observations[agent][0] == index + 1
            assert observations[agent][1] == step
            assert observations[agent][2] == actions[agent][0]
            assert rewards[agent] == 10.0 * (index + 1) + step
            assert type(rewards[agent]) is float
            assert terminations[agent] is (ended and index != 2)
            assert truncations[agent] is (ended and index == 2)
            assert infos[agent] == {
                "number": 100.0 * step + index,
                "reward/number": 10.0 * (index + 1),
                "reward/step": float(step),
                "tick": step,
                "TimeLimit.truncated": ended and index == 2,
            }
        assert env.agents == [a for a in before if a not in ends.get(step, [])]
        assert env.possible_agents == ["runner_0", "runner_1", "runner_2", "runner_3"]


def test_a_step_with_nobody_left_is_five_empty_dicts(make_env: MakeEnv) -> None:
    env = make_env("staggered")
    env.reset(seed=5)
    while env.agents:
        env.step(sample(env))
    assert env._report is not None
    sent = env._report.tick
    for actions in ({}, {"runner_3": np.zeros(1, np.float32)}):
        assert env.step(actions) == ({}, {}, {}, {}, {})
    assert env._report.tick == sent  # the engine was not asked
    env.reset()
    assert len(env.agents) == 4


def test_actions_of_agents_that_are_done_are_ignored(make_env: MakeEnv) -> None:
    one, other = make_env("staggered"), make_env("staggered")
    for env in (one, other):
        env.reset(seed=5)
    for step in range(7):
        everybody = {a: np.full(1, step / 7, np.float32) for a in one.possible_agents}
        living = {agent: everybody[agent] for agent in other.agents}
        assert bits(one.step(everybody)) == bits(other.step(living))
    # Not even looked at: an adapter may send anything for them.
    one.reset(seed=5)
    one.step({agent: np.zeros(1, np.float32) for agent in one.agents})
    assert "runner_0" not in one.agents
    one.step({**{agent: np.zeros(1, np.float32) for agent in one.agents}, "runner_0": None})


def test_the_order_of_actions_does_not_matter(make_env: MakeEnv) -> None:
    one, other = make_env("spaces"), make_env("spaces")
    for env in (one, other):
        env.reset(seed=5)
        seed_spaces(env, 1)
    rng = np.random.default_rng(0)
    for _ in range(10):
        actions = sample(one)
        keys = list(actions)
        rng.shuffle(keys)
        assert bits(one.step(actions)) == bits(other.step({key: actions[key] for key in keys}))


@every_scene
def test_a_limit_truncates_who_lives(make_env: MakeEnv, name: str) -> None:
    parameters = {"extra_steps": 10} if name == "staggered" else {}
    env = make_env(name, max_steps=2, parameters=parameters)
    env.reset(seed=1)
    _, _, terminations, truncations, _ = env.step(sample(env))
    assert not any(truncations.values())
    _, _, terminations, truncations, infos = env.step(sample(env))
    assert env.agents == []
    for agent in env.possible_agents:
        assert truncations[agent] is True or terminations[agent] is True
        assert infos[agent]["TimeLimit.truncated"] is not terminations[agent]


# ------------------------------------------------------------------ every space


def test_spaces_are_those_of_the_scene(make_env: MakeEnv) -> None:
    env = make_env("spaces")
    choice = spaces.Discrete(5, start=-2)
    choices = spaces.MultiDiscrete([3, 4, 5])
    switches = spaces.MultiBinary(6)
    picture = spaces.Box(0, 255, (2, 3), np.uint8)
    low = np.array([-1, -2, 0.25, -10], np.float32)
    high = np.array([1, 2, 5, -5], np.float32)
    assert (
        env.possible_agents
        == (
            "vector_0 choice_0 mixed_0 vector_1 bytes_0 switches_0 choice_1 masked_0 choices_0 "
            "vector_2 mixed_1 switches_1 bytes_1 choices_1"
        ).split()
    )
    assert env.action_space("vector_1") == spaces.Box(low, high, dtype=np.float32)
    for agent, space in {
        "choice_0": choice,
        "choices_1": choices,
        "switches_0": switches,
        "bytes_0": picture,
    }.items():
        assert env.action_space(agent) == space
        assert env.observation_space(agent) == space
    mixed = env.action_space("mixed_0")
    assert isinstance(mixed, spaces.Dict)
    assert list(mixed.items()) == [
        ("wheel", spaces.Box(-3, 3, (2,), np.float32)),
        ("switches", switches),
        ("bytes", picture),
        ("choices", choices),
        ("choice", choice),
    ]
    masked = env.observation_space("masked_0")
    assert isinstance(masked, spaces.Dict)
    assert masked["action_mask"] == spaces.Box(0, 1, (4,), np.int8)
    assert masked["observation"] == spaces.Box(0, 4, (2,), np.float32)
    assert env.agent_groups["vectors"] == ["vector_0", "vector_1", "vector_2"]
    assert env.agent_groups["mixed"] == ["mixed_0", "mixed_1"]


@every_scene
def test_each_space_is_one_object(make_env: MakeEnv, name: str) -> None:
    env = make_env(name)
    before = [(env.observation_space(a), env.action_space(a)) for a in env.possible_agents]
    env.reset(seed=1)
    env.step(sample(env))
    env.reset()
    for agent, (observation_space, action_space) in zip(env.possible_agents, before, strict=True):
        assert env.observation_space(agent) is observation_space
        assert env.action_space(agent) is action_space
    # Not shared: each agent's actions are sampled from a stream of its own.
    assert len({id(env.action_space(agent)) for agent in env.possible_agents}) == len(before)


def test_each_agent_gets_its_own_action_and_sees_its_own_observation(make_env: MakeEnv) -> None:
    env = make_env("spaces")
    observations, _ = env.reset(seed=1)
    for agent in env.possible_agents:
        assert env.observation_space(agent).contains(observations[agent]), agent
    for _ in range(20):
        actions = sample(env)
        observations, _, _, _, infos = env.step(actions)
        for agent, action in actions.items():
            seen = observations[agent]
            assert env.observation_space(agent).contains(seen), agent
            if agent.startswith("vector"):
                assert seen[0] == int(agent[-1])
                assert infos[agent]["index"] == int(agent[-1])
                assert infos[agent]["reward/first"] == int(agent[-1])
                assert infos[agent]["reward/second"] == action[0]
                seen = seen[6:]
            if agent == "masked_0":
                assert seen["observation"][0] == action
                expected = [int(choice != action) for choice in range(4)]
                assert seen["action_mask"].tolist() == expected
            else:
                assert bits(seen) == bits(action), agent


@every_scene
def test_observations_and_infos_stay_what_they_were(make_env: MakeEnv, name: str) -> None:
    env = make_env(name)
    kept: list[tuple[Any, Any]] = []
    observations, infos = env.reset(seed=1)
    kept.append((observations, bits(observations)))
    for _ in range(5):
        result = env.step(sample(env)) if env.agents else env.reset()
        kept.append((result, bits(result)))
    for value, then in kept:
        assert bits(value) == then
    for info in infos.values():
        info["mine"] = 1  # SuperSuit writes into infos
    assert env.reset()[1] == {agent: {} for agent in env.possible_agents}


@every_scene
def test_infos_have_constant_keys_and_numbers(make_env: MakeEnv, name: str) -> None:
    env = make_env(name, max_steps=5)
    keys: dict[str, list[str]] = {}
    for _ in range(3):
        env.reset(seed=1)
        while env.agents:
            *_, infos = env.step(sample(env))
            for agent, info in infos.items():
                assert keys.setdefault(agent, list(info)) == list(info)
                assert all(type(value) in (bool, int, float) for value in info.values())


def test_reset_accepts_great_seeds_and_unknown_options(make_env: MakeEnv) -> None:
    env = make_env("chase")
    seeds: list[Any] = [0, 2**31, 2**32 - 1, np.int64(5), 2**63]
    for seed in seeds:
        env.reset(seed=seed, options={"unknown": 1})


def test_metadata_and_render_mode_need_no_engine() -> None:
    env = pzg.parallel_env("chase")
    assert env.render_mode is None
    assert env.metadata["name"] == "chase"
    assert "human" in env.metadata["render_modes"]
    assert str(env) == "chase"
    assert env.unwrapped is env
    assert env._session is None


def test_closing_envs_closes_them() -> None:
    with closing_envs() as make:
        env = make("chase")
        env.reset()
    assert env._session is not None
    assert not env._session.is_usable()
