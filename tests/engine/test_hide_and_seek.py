"""The bundled scene hide_and_seek: its contract, its rules, its starts, its reproducibility."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hideout import HALF, RADIUS, Truth, agents_by_side, outer_walls, truth
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test
from pettingzoo.test.state_test import state_test
from pettingzoo.utils.conversions import parallel_to_aec
from play import MakeEnv, assert_same, bits, play, sample, seed_spaces

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import UsageError

pytestmark = pytest.mark.engine

STEPS = 240
PREPARATION = 96
LAYOUTS = ["open", "quadrant", "random_rooms"]
CROWD = {"n_hiders": 3, "n_seekers": 3, "n_boxes": 4, "n_ramps": 2}
VARIANTS: dict[str, dict[str, Any]] = {
    "open": {"layout": "open"},
    "quadrant": {},
    "random_rooms": {"layout": "random_rooms"},
    "1v1": {"n_hiders": 1, "n_seekers": 1},
    "2v1, no things": {"n_seekers": 1, "n_boxes": 0, "n_ramps": 0},
    "3v3": CROWD,
    "dict": {"observations": "dict"},
    "1v1, dict, box": {"n_hiders": 1, "n_seekers": 1, "observations": "dict", "actions": "box"},
    "box": {"actions": "box"},
}
# Places, speeds and sizes have no bounds, and choices are what actions are made of; PettingZoo's
# tests have a list of their own environments that may have these.
UNUSUAL = [
    r"(Agent's|Environment's) (minimum|maximum) (observation|state) space value is -?infinity",
    "Action space for each agent probably should be gymnasium.spaces.box or",
]
every_variant = pytest.mark.parametrize("variant", VARIANTS)
every_layout = pytest.mark.parametrize("layout", LAYOUTS)


@pytest.fixture
def env() -> Iterator[pzg.GodotParallelEnv]:
    with pzg.parallel_env("hide_and_seek") as env:
        yield env


@pytest.fixture
def make(make_env: MakeEnv) -> MakeEnv:
    """Make the scene's environment from the name of a variant, or from parameters."""

    def parallel(variant: str = "quadrant", **arguments: Any) -> pzg.GodotParallelEnv:
        arguments.setdefault("parameters", VARIANTS[variant])
        return make_env("hide_and_seek", **arguments)

    return parallel


# ------------------------------------------------------------------ PettingZoo's


@every_variant
def test_parallel_api(make: MakeEnv, variant: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel_api_test(make(variant, max_steps=50), num_cycles=60)


@pytest.mark.parametrize("variant", ["quadrant", "box"])
def test_the_other_forms(make: MakeEnv, variant: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for message in UNUSUAL:
            warnings.filterwarnings("ignore", message, UserWarning)
        api_test(parallel_to_aec(make(variant, max_steps=50)), num_cycles=200)
        state_test(parallel_to_aec(make(variant)), make(variant), num_cycles=20)


def test_parallel_seed(make: MakeEnv) -> None:
    parallel_seed_test(make, num_cycles=60)


def test_spaces_and_names(make: MakeEnv) -> None:
    env = make("3v3")
    hiders, seekers = [[f"{side}_{i}" for i in range(3)] for side in ("hider", "seeker")]
    assert env.possible_agents == hiders + seekers
    assert env.agent_groups == {"hider": hiders, "seeker": seekers}
    action_space = spaces.MultiDiscrete([11, 11, 11, 2, 2])
    for agent in env.possible_agents:
        assert env.action_space(agent) == action_space
        assert env.observation_space(agent).shape == (13 + 30 + 5 * 10 + 4 * 13 + 2 * 11,)
    assert make("box").action_space("hider_0") == spaces.Box(-1, 1, (5,), np.float32)


def test_the_dict_has_the_same_numbers(make: MakeEnv) -> None:
    flat, entities = make(), make("dict")
    space = entities.observation_space("seeker_0")
    assert isinstance(space, spaces.Dict)
    assert {key: part.shape for key, part in space.items()} == {
        "own": (13,),
        "lidar": (30,),
        "others": (3, 10),
        "boxes": (2, 13),
        "ramps": (1, 11),
    }
    for env in (flat, entities):
        seed_spaces(env, 1)
        env.reset(seed=1)
    for _ in range(PREPARATION + 10):
        one, other = (env.step(sample(env))[0] for env in (flat, entities))
        for agent, observation in other.items():
            joined = np.concatenate([part.ravel() for part in observation.values()])
            assert joined.tobytes() == one[agent].tobytes()


# ------------------------------------------------------------------ rules


@pytest.mark.parametrize("variant", ["quadrant", "2v1, no things", "3v3"])
def test_rewards_are_zero_sum_and_start_after_the_preparation(make: MakeEnv, variant: str) -> None:
    env = make(variant)
    hiders, seekers = agents_by_side(env)
    seed_spaces(env, 2)
    seen = 0
    for seed in range(2):
        env.reset(seed=seed)
        for step in range(1, STEPS + 1):
            _, rewards, terminations, truncations, infos = env.step(sample(env))
            gain = rewards[hiders[0]]
            assert {rewards[agent] for agent in hiders} == {gain}
            assert {rewards[agent] for agent in seekers} == {-gain}
            expected = 0.0 if step <= PREPARATION else 2.0 * infos[hiders[0]]["hidden"] - 1.0
            assert gain == expected  # nobody gets out of the arena by chance
            seen += gain < 0
            assert not any(terminations.values())
            assert set(truncations.values()) == {step == STEPS}
    assert seen > 0


def test_seekers_wait_blind_for_the_end_of_the_preparation(make: MakeEnv) -> None:
    env = make("dict", parameters={"observations": "dict", "layout": "open"})
    env.reset(seed=3)
    before = truth(env).seekers
    ahead = np.array([5, 10, 5, 0, 0])
    idle = np.array([5, 5, 5, 0, 0])
    for step in range(1, PREPARATION + 3):
        actions = {agent: ahead if "seeker" in agent else idle for agent in env.agents}
        observations = env.step(actions)[0]
        for agent in ("seeker_0", "seeker_1"):
            parts = observations[agent]
            is_blind = not any(parts[key].any() for key in ("lidar", "others", "boxes", "ramps"))
            assert is_blind == (step < PREPARATION)
        if step == PREPARATION:
            assert np.allclose(truth(env).seekers[:, :3], before[:, :3], atol=0.01)
    assert (np.linalg.norm(truth(env).seekers[:, 5:8], axis=1) > 1.0).all()


def test_horizon_and_preparation_can_be_set(make: MakeEnv) -> None:
    env = make(max_steps=50, parameters={"prep_fraction": 0.2})
    env.reset(seed=1)
    for step in range(1, 51):
        rewards = env.step(sample(env))[1]
        assert (rewards["hider_0"] != 0.0) == (step > 10)
    assert env.agents == []


def test_what_is_not_fixed_can_be_set_for_one_episode(env: pzg.GodotParallelEnv) -> None:
    walls = {"open": 0, "quadrant": 3, "random_rooms": 4}
    for layout, least in walls.items():
        env.reset(seed=1, options={"layout": layout})
        assert len(truth(env).walls) >= least
    with pytest.raises(UsageError, match="quadrant"):
        env.reset(options={"layout": "maze"})
    with pytest.raises(UsageError, match="n_hiders"):
        env.reset(options={"n_hiders": 1})


def test_statistics_tell_of_the_episode(make: MakeEnv) -> None:
    env = make()
    seed_spaces(env, 4)
    env.reset(seed=4)
    hidden = []
    while env.agents:
        _, rewards, _, _, infos = env.step(sample(env))
        hidden.append(rewards["hider_0"] > 0)
        assert all(
            info
            == infos["hider_0"] | {key: info[key] for key in ("reward/hidden", "reward/outside")}
            for info in infos.values()
        )
    hidden = hidden[PREPARATION:]
    info = infos["seeker_1"]
    assert info["hidden_fraction"] == pytest.approx(np.mean(hidden))
    assert info["first_seen"] == [*hidden, False].index(False)
    assert info["locks_prep"] == int(info["locks_prep"])
    assert 0 <= info["doors_blocked"] <= 2


# ------------------------------------------------------------------ starts


def gaps(now: Truth) -> list[float]:
    """How far apart everything is that must not overlap [m]; things count as circles."""
    spots = np.concatenate([now.players[:, [0, 2]], now.things[:, [0, 2]]])
    reach = np.concatenate(
        [np.full(len(now.players), RADIUS), np.hypot(*now.things[:, 9:11].T) / 2]
    )
    found = [
        float(np.linalg.norm(spots[i] - spots[j]) - reach[i] - reach[j])
        for i in range(len(spots))
        for j in range(i)
    ]
    for spot, radius in zip(spots, reach, strict=True):
        for wall in (*now.walls, *outer_walls()):
            nearest = np.clip(spot, wall[:2], wall[:2] + wall[2:])
            found.append(float(np.linalg.norm(spot - nearest) - radius))
    return found


@every_layout
def test_nothing_overlaps_at_the_start(make: MakeEnv, layout: str) -> None:
    env = make(parameters={**CROWD, "layout": layout})
    starts = set()
    for seed in range(40):
        env.reset(seed=seed)
        now = truth(env)
        starts.add(now.players.tobytes())
        assert (np.abs(now.players[:, [0, 2]]) < HALF).all()
        assert min(gaps(now)) > -0.01, seed
    assert len(starts) == 40


def test_the_quadrant_is_as_in_the_paper(env: pzg.GodotParallelEnv) -> None:
    corners, doors = set(), []
    for seed in range(40):
        env.reset(seed=seed)
        now = truth(env)
        doors.append(len(now.doors))
        # The room is on that side of all doors to which their normals point.
        inward = now.doors[0, 2:4]
        for box in now.things[:2]:
            assert (box[[0, 2]] - now.doors[0, :2]) @ inward > 0
        for seeker in now.seekers:
            in_room = [(seeker[[0, 2]] - door[:2]) @ door[2:4] > 0 for door in now.doors]
            assert len(now.doors) == 1 or not all(in_room)
        box = now.things[0, [0, 2]]
        corners.add((box[0] > 0, box[1] > 0))
    assert len(corners) == 4
    assert set(doors) == {1, 2}


# ------------------------------------------------------------------ reproducibility


@pytest.mark.parametrize("variant", ["quadrant", "random_rooms", "3v3"])
def test_same_seed_same_bits(make: MakeEnv, variant: str) -> None:
    env = make(variant)
    trace = play(env, 60, seed=42)
    play(env, 20, seed=7)
    assert_same(play(env, 60, seed=42), trace)
    assert_same(play(make(variant), 60, seed=42), trace)


def test_heuristics_repeat_every_bit(make: MakeEnv) -> None:
    traces = [play(make(heuristic_agents=["hider", "seeker"]), STEPS + 1, seed=5) for _ in range(2)]
    assert_same(*traces)


def test_one_of_16_arenas_is_the_arena_alone(make: MakeEnv) -> None:
    which = 11
    with pzg.vector_env("hide_and_seek", num_engines=1, num_arenas=16) as envs:
        envs.action_space.seed(1)
        seen = [envs.reset(seed=9)[0]]
        seed = envs.arena_seeds[which]
        actions = [envs.action_space.sample() for _ in range(40)]
        seen += [envs.step(action)[0] for action in actions]
    env = make()
    rows = {agent: 2 * which + int(agent[-1]) for agent in env.possible_agents}
    observations, _ = env.reset(seed=seed)
    for step, batch in enumerate(seen):
        for agent, row in rows.items():
            assert bits(observations[agent]) == bits(batch[agent[:-2]][row]), (step, agent)
        if step < len(actions):
            chosen = {agent: actions[step][agent[:-2]][row] for agent, row in rows.items()}
            observations = env.step(chosen)[0]
