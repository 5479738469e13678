"""The bundled scene arena_bench: what it is made of, and that it can be learned and repeated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gymnasium import spaces
from numpy.typing import NDArray
from play import MakeEnv, check_contract, check_same_seed, sample, seed_spaces
from watch import watch_game

import pettingzoo_godot as pzg

pytestmark = pytest.mark.engine

WALKERS = [f"walker_{i}" for i in range(4)]
RAYS = 16
MAX_STEPS = 200
HALF = 6.0  # m
REACH = 8.0  # m, of a ray
RADIUS = 0.4  # m, of a walker


@pytest.fixture
def env() -> Iterator[pzg.GodotParallelEnv]:
    with pzg.parallel_env("arena_bench") as env:
        yield env


def walk(
    env: pzg.GodotParallelEnv, x: float, z: float
) -> tuple[dict[str, NDArray[np.float32]], dict[str, float]]:
    """All walkers go the same way for a step: what they see then, and what they earn."""
    action = np.array([x, z], np.float32)
    observations, rewards, terminations, _, _ = env.step(dict.fromkeys(env.agents, action))
    assert not any(terminations.values())
    return observations, rewards


def test_spaces_and_names(env: pzg.GodotParallelEnv) -> None:
    assert env.possible_agents == WALKERS
    assert env.agent_groups == {"walker": WALKERS}
    high = np.array([1.0] * RAYS + [np.inf] * 4, np.float32)
    low = np.array([0.0] * RAYS + [-np.inf] * 4, np.float32)
    for agent in WALKERS:
        assert env.observation_space(agent) == spaces.Box(low, high, dtype=np.float32)
        assert env.action_space(agent) == spaces.Box(-1.0, 1.0, (2,), np.float32)
    assert env.step_seconds == pytest.approx(1 / 60)


def test_contract(make_env: MakeEnv) -> None:
    check_contract(make_env, "arena_bench")


def test_same_seed_same_bits(make_env: MakeEnv) -> None:
    check_same_seed(make_env, "arena_bench")


def test_everybody_lives_until_the_limit(env: pzg.GodotParallelEnv) -> None:
    seed_spaces(env, 5)
    env.reset(seed=5)
    steps = 0
    while env.agents:
        assert env.agents == WALKERS
        *_, terminations, truncations, _ = env.step(sample(env))
        steps += 1
    assert steps == MAX_STEPS
    assert terminations == dict.fromkeys(WALKERS, False)
    assert truncations == dict.fromkeys(WALKERS, True)


def test_starts_are_apart_and_free(env: pzg.GodotParallelEnv) -> None:
    for seed in range(20):
        observations, _ = env.reset(seed=seed)
        places = np.array([observations[agent][RAYS : RAYS + 2] for agent in WALKERS]) * HALF
        radii = np.hypot(*places.T)
        assert (radii > 4.29).all()
        assert (radii < 5.01).all()
        gaps = np.linalg.norm(places[:, None] - places[None], axis=-1)[~np.eye(4, dtype=bool)]
        assert gaps.min() > 4 * RADIUS
        # Nothing touches a walker: a ray starts at its centre, in its body.
        seen = np.array([observations[agent][:RAYS] for agent in WALKERS])
        assert ((1.0 - seen) * REACH).min() > RADIUS


def test_a_walker_goes_where_it_wants_to_until_a_wall(env: pzg.GodotParallelEnv) -> None:
    observations, _ = env.reset(seed=1)
    before = {agent: observations[agent][RAYS:] for agent in WALKERS}
    observations, _ = walk(env, 0.0, 0.5)
    for agent in WALKERS:
        x, z, speed_x, speed_z = observations[agent][RAYS:]
        assert (speed_x, speed_z) == pytest.approx((0.0, 0.5))
        assert x == pytest.approx(before[agent][0])
        assert (z - before[agent][1]) * HALF == pytest.approx(0.5 * 6.0 / 60, abs=1e-5)
    for _ in range(MAX_STEPS - 1):
        observations, rewards = walk(env, 0.0, 1.0)
    for agent in WALKERS:
        assert observations[agent][RAYS + 1] * HALF <= HALF - RADIUS + 1e-3
        assert abs(rewards[agent]) <= 1.0 + 1e-6


def test_reward_is_the_way_around(env: pzg.GodotParallelEnv) -> None:
    observations, _ = env.reset(seed=2)
    places = {agent: observations[agent][RAYS : RAYS + 2] for agent in WALKERS}
    around = {a: np.array([z, -x]) / np.hypot(x, z) for a, (x, z) in places.items()}
    for share in (1.0, -0.5):
        actions = {agent: (share * around[agent]).astype(np.float32) for agent in WALKERS}
        _, rewards, *_ = env.step(actions)
        assert list(rewards.values()) == pytest.approx([share] * 4, abs=0.02)


def test_random_walkers_earn_nothing(env: pzg.GodotParallelEnv) -> None:
    seed_spaces(env, 1)
    totals: list[float] = []
    for seed in range(3):
        env.reset(seed=seed)
        total = dict.fromkeys(WALKERS, 0.0)
        while env.agents:
            for agent, reward in env.step(sample(env))[1].items():
                total[agent] += reward
        totals.extend(total.values())
    assert abs(float(np.mean(totals))) < 0.1 * MAX_STEPS


def test_without_a_trainer_they_run_their_laps(tmp_path: Path) -> None:
    episodes = watch_game(tmp_path, "arena_bench", 3 * (MAX_STEPS + 1) + 10)
    assert [episode["steps"] for episode in episodes] == [MAX_STEPS] * 3
    for episode in episodes:
        assert list(episode["returns"]) == WALKERS
        assert min(episode["returns"].values()) > 0.8 * MAX_STEPS
