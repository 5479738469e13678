"""The bundled scene cart_pole: its numbers, its physics, its endings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gymnasium import spaces
from numpy.typing import NDArray
from play import MakeEnv, check_contract, check_same_seed
from watch import watch_game

import pettingzoo_godot as pzg

pytestmark = pytest.mark.engine

AGENT = "cart_0"
MAX_ANGLE = math.pi / 8
TRACK = 40.0
SUCCESS_STEPS = 245
MAX_STEPS = 250

# What GymGodot's CartPole, with Godot 3 and Bullet, tells of five pushes to the same side: the
# cart's position [m] and the pole's angle [rad], printed to three and four digits. Its first line
# is the state before the first push, so these are the first four steps here.
REFERENCE = [(-0.088, 0.0110), (-0.295, 0.0366), (-0.618, 0.0769), (-1.059, 0.1321)]
# Another physics engine, with another integrator and joint: a sanity band. Godot's own stays within
# 0.6 % of each number, of which 0.5 % may be the digits that were not printed; a mass, a length or
# an impulse that is 10 % off leaves the band. Gravity hardly shows while the pole is upright: it
# has a test of its own.
BAND = 0.01

GAINS = np.array([0.004, 0.06, 1.0, 8.0])  # the heuristic's, for what Python sees


@pytest.fixture
def env() -> Iterator[pzg.GodotParallelEnv]:
    with pzg.parallel_env("cart_pole") as env:
        yield env


def push(env: pzg.GodotParallelEnv, action: int) -> tuple[NDArray[np.float32], dict[str, float]]:
    """One step: what was seen then, and the infos."""
    observations, rewards, terminations, truncations, infos = env.step({AGENT: action})
    assert rewards[AGENT] == 1.0
    ended = terminations[AGENT] or truncations[AGENT]
    assert ended is (not env.agents)
    return observations[AGENT], infos[AGENT]


def balance(env: pzg.GodotParallelEnv, seed: int, gains: NDArray[np.float64]) -> int:
    """Play an episode with a linear policy and return its steps; checks success on the way."""
    observations, _ = env.reset(seed=seed)
    seen = observations[AGENT]
    steps = 0
    while env.agents:
        seen, info = push(env, int(seen @ gains > 0.0))
        steps += 1
        assert info["is_success"] == float(steps >= SUCCESS_STEPS)
    return steps


# ------------------------------------------------------------------ the contract


def test_spaces_and_names(env: pzg.GodotParallelEnv) -> None:
    assert env.possible_agents == [AGENT]
    assert env.agent_groups == {"cart": [AGENT]}
    assert env.action_space(AGENT) == spaces.Discrete(2)
    high = np.array([2 * TRACK, np.inf, 2 * MAX_ANGLE, np.inf], np.float32)
    assert env.observation_space(AGENT) == spaces.Box(-high, high, dtype=np.float32)
    assert env.step_seconds == pytest.approx(2 / 60)


def test_contract(make_env: MakeEnv) -> None:
    check_contract(make_env, "cart_pole")


def test_same_seed_same_bits(make_env: MakeEnv) -> None:
    check_same_seed(make_env, "cart_pole")


# ------------------------------------------------------------------ the physics


@pytest.mark.parametrize("side", [0, 1])
def test_five_pushes_are_those_of_gymgodot(env: pzg.GodotParallelEnv, side: int) -> None:
    env.reset(seed=1, options={"start_noise": 0.0})
    sign = 1.0 if side == 0 else -1.0
    before = np.zeros(4, np.float32)
    for position, angle in REFERENCE:
        seen, _ = push(env, side)
        assert seen[0] == pytest.approx(sign * position, rel=BAND)
        assert seen[2] == pytest.approx(sign * angle, rel=BAND)
        # The others are what changed since the last observation.
        assert seen[[1, 3]] == pytest.approx(seen[[0, 2]] - before[[0, 2]], abs=1e-6)
        before = seen
    push(env, side)
    assert env.agents == [AGENT]


def fall(env: pzg.GodotParallelEnv, seed: int, steps: int) -> NDArray[np.float32]:
    """The pole's angle in an episode with pushes by turns."""
    observations, _ = env.reset(seed=seed, options={"start_noise": 0.03})
    return np.array([observations[AGENT][2], *(push(env, k % 2)[0][2] for k in range(steps))])


def test_the_pole_falls_as_fast_as_it_should(env: pzg.GodotParallelEnv) -> None:
    cart, pole, arm, gravity = 1.0, 0.5, 6.0, 51.8  # kg, kg, m, m/s^2
    spin = pole / 12 * (2.0**2 + 12.0**2)  # kg m^2, the pole's inertia about its middle
    swing = pole * arm**2 - (pole * arm) ** 2 / (cart + pole)  # of its middle; the cart gives way
    damping = (0.5 * spin + 0.1 * swing) / (spin + swing)  # 1/s, of turning and of moving
    stiffness = -pole * gravity * arm / (spin + swing)  # 1/s^2
    fast, slow = np.sort(np.roots([1.0, damping, stiffness]))

    def growth(seconds: float) -> float:
        """Of a lean that starts at rest."""
        ways = fast * math.exp(slow * seconds) - slow * math.exp(fast * seconds)
        return float(ways / (fast - slow))

    steps, settled = 20, 1 / 60
    one, other = fall(env, 2, steps), fall(env, 3, steps)
    # What the pushes do is the same for both: the difference falls freely.
    measured = (other[-1] - one[-1]) / (other[0] - one[0])
    expected = growth(steps / 30 + settled) / growth(settled)
    # 1 % off; with 10 % more gravity, 10 %.
    assert measured == pytest.approx(expected, rel=0.04)


def test_starts(env: pzg.GodotParallelEnv) -> None:
    upright = {env.reset(seed=i, options={"start_noise": 0.0})[0][AGENT].tobytes() for i in (1, 2)}
    assert upright == {np.zeros(4, np.float32).tobytes()}
    starts = np.array([env.reset(seed=seed)[0][AGENT] for seed in range(20)])
    assert not starts[:, [1, 3]].any()
    # While a scene settles for a tick, the pole falls by a hair and nudges the cart.
    assert np.abs(starts[:, 0]).max() < 0.001
    assert np.abs(starts[:, 2]).max() < 0.051
    assert starts[:, 2].min() < -0.02
    assert starts[:, 2].max() > 0.02


# ------------------------------------------------------------------ endings


def test_the_pole_falls(env: pzg.GodotParallelEnv) -> None:
    observations, _ = env.reset(seed=3)
    seen = observations[AGENT]
    while env.agents:
        assert abs(seen[2]) <= MAX_ANGLE
        observations, _, terminations, truncations, _ = env.step({AGENT: 1})
        seen = observations[AGENT]
    assert seen[2] < -MAX_ANGLE
    assert env.observation_space(AGENT).contains(seen)
    assert (terminations, truncations) == ({AGENT: True}, {AGENT: False})


def test_the_rail_ends(env: pzg.GodotParallelEnv) -> None:
    # A policy that balances, but drives away.
    observations, _ = env.reset(seed=3)
    seen = observations[AGENT]
    while env.agents:
        assert abs(seen[0]) <= TRACK
        aim = np.array([0.0, 0.0, 1.0, 8.0]) @ seen
        observations, _, terminations, truncations, infos = env.step({AGENT: int(aim > 0.06)})
        seen = observations[AGENT]
    assert abs(seen[0]) > TRACK
    assert abs(seen[2]) < MAX_ANGLE
    assert env.observation_space(AGENT).contains(seen)
    assert (terminations, truncations) == ({AGENT: True}, {AGENT: False})
    assert infos[AGENT]["TimeLimit.truncated"] is False


def test_a_linear_policy_reaches_the_limit(env: pzg.GodotParallelEnv) -> None:
    assert {balance(env, seed, GAINS) for seed in range(5)} == {MAX_STEPS}


def test_the_limit_is_a_truncation_and_a_success(env: pzg.GodotParallelEnv) -> None:
    observations, _ = env.reset(seed=0)
    while env.agents:
        action = int(observations[AGENT] @ GAINS > 0.0)
        observations, _, terminations, truncations, infos = env.step({AGENT: action})
    assert (terminations, truncations) == ({AGENT: False}, {AGENT: True})
    assert infos[AGENT]["is_success"] == 1.0
    assert infos[AGENT]["TimeLimit.truncated"] is True
    # The next episode knows nothing of it.
    env.reset()
    assert push(env, 0)[1]["is_success"] == 0.0


def test_random_pushes_do_not_balance(env: pzg.GodotParallelEnv) -> None:
    draw = np.random.default_rng(0)
    lengths = []
    for seed in range(50):
        env.reset(seed=seed)
        steps = 0
        while env.agents:
            push(env, int(draw.integers(2)))
            steps += 1
        lengths.append(steps)
    # There is something to learn, and time to learn it from.
    assert 10 < np.mean(lengths) < 40


# ------------------------------------------------------------------ a game


def test_without_a_trainer_it_balances_by_itself(tmp_path: Path) -> None:
    # 60 ticks of pause and 250 steps of 2 ticks: three episodes.
    episodes = watch_game(tmp_path, "cart_pole", 3 * 560 + 60)
    assert episodes == [{"steps": MAX_STEPS, "returns": {AGENT: float(MAX_STEPS)}}] * 3
