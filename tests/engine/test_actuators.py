"""Actuators and reward nodes: the spaces they make, what they do to a box, the same bits again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, MultiDiscrete
from play import MakeEnv, assert_same, play, scene

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import SceneError

pytestmark = pytest.mark.engine

# The same scene with choices, with values, and with characters instead of rigid bodies.
each_scene = pytest.mark.parametrize("name", ["actuators", "values", "characters"])

ELEMENTS = ("strafe", "forward", "turn", "grab", "lock")
BOX = slice(3, 6)  # of an observation: where the box is [m]
LOCKED_BY, HOLDS = 6, 7
NOBODY, HIDER, SEEKER = 0.0, 1.0, 2.0  # who locked it
STEPS = 150
IDLE: dict[str, float] = {}


def make(make_env: MakeEnv, name: str) -> pzg.GodotParallelEnv:
    return make_env(f"actuators/{name}")


def action(space: Any, wanted: dict[str, float]) -> Any:
    """An action of elements from -1 to 1; those that are not named do nothing."""
    values = np.array([wanted.get(element, 0.0) for element in ELEMENTS])
    if isinstance(space, MultiDiscrete):
        values[3:] = 2 * values[3:] - 1  # of two choices, none is in the middle
        return np.rint((values + 1) / 2 * (space.nvec - 1)).astype(np.int64)
    return values.astype(np.float32)


def do(
    env: pzg.GodotParallelEnv, steps: int, hider: dict[str, float], seeker: dict[str, float] = IDLE
) -> tuple[Any, ...]:
    """Let both agents do the same for some steps; return the last result."""
    wanted = {"hider_0": hider, "seeker_0": seeker}
    actions = {agent: action(env.action_space(agent), wanted[agent]) for agent in wanted}
    for _ in range(steps):
        result = env.step(actions)
    return result


def seen(result: tuple[Any, ...], agent: str = "hider_0") -> Any:
    return result[0][agent]


def distance(observation: Any) -> float:
    """From the agent to the box [m]."""
    return float(np.linalg.norm(observation[:3] - observation[BOX]))


# ------------------------------------------------------------------ spaces


def test_spaces_of_actuators(make_env: MakeEnv) -> None:
    chosen = make(make_env, "actuators")
    assert chosen.action_space("hider_0") == MultiDiscrete([5, 5, 5, 2, 2])
    for name in ("values", "characters"):
        env = make(make_env, name)
        assert env.action_space("seeker_0") == Box(-1.0, 1.0, (5,), np.float32)


def test_actuators_of_both_kinds(make_env: MakeEnv) -> None:
    with pytest.raises(SceneError, match=r"hider_0.*set choices on all, or on none"):
        _ = make(make_env, "mixed").possible_agents


# ------------------------------------------------------------------ grab


@each_scene
def test_a_box_comes_along_while_it_is_held(make_env: MakeEnv, name: str) -> None:
    env = make(make_env, name)
    env.reset(seed=1)
    start = seen(do(env, 5, IDLE))[BOX]
    held = seen(do(env, 25, {"forward": -1.0, "grab": 1.0}))
    assert held[HOLDS] == 1.0
    assert held[BOX][2] - start[2] > 1.0
    assert distance(held) == pytest.approx(1.6, abs=0.1)
    assert held[BOX][1] == pytest.approx(0.5, abs=0.05)  # on the floor
    do(env, 10, IDLE)
    alone = seen(do(env, 20, {"forward": -1.0}))
    later = seen(do(env, 20, {"strafe": 1.0}))
    assert alone[HOLDS] == 0.0
    np.testing.assert_allclose(later[BOX], alone[BOX], atol=0.01)


@each_scene
def test_what_is_held_does_not_pass_a_wall(make_env: MakeEnv, name: str) -> None:
    env = make(make_env, name)
    env.reset(seed=1)
    for _ in range(6):
        places = [seen(do(env, 20, {"forward": 1.0, "grab": 1.0}, {"strafe": 1.0}))]
        places.append(seen(do(env, 20, {"turn": 1.0, "grab": 1.0, "forward": -1.0})))
        for place in places:
            assert np.isfinite(place).all()
            assert np.abs(place[BOX][[0, 2]]).max() < 9.9 - 0.5 + 0.05
            assert 0.3 < place[BOX][1] < 1.5


# ------------------------------------------------------------------ lock


@each_scene
def test_a_locked_box_stays_and_is_its_sides_own(make_env: MakeEnv, name: str) -> None:
    env = make(make_env, name)
    env.reset(seed=1)
    do(env, 5, IDLE)
    locked = seen(do(env, 1, {"lock": 1.0}))
    assert locked[LOCKED_BY] == HIDER
    for seeker in ({"forward": 1.0}, {"forward": 1.0, "lock": 1.0}, {"forward": 1.0, "grab": 1.0}):
        result = do(env, 70, {"lock": 1.0}, seeker)
        assert seen(result)[LOCKED_BY] == HIDER
        assert seen(result, "seeker_0")[HOLDS] == 0.0
        np.testing.assert_allclose(seen(result)[BOX], locked[BOX], atol=0.01)
    assert seen(do(env, 1, IDLE))[LOCKED_BY] == NOBODY
    assert seen(do(env, 1, IDLE, {"lock": 1.0}))[LOCKED_BY] == SEEKER


def test_an_unlocked_box_moves_when_it_is_pushed(make_env: MakeEnv) -> None:
    # Else the test above would pass with a box that nobody can move.
    env = make(make_env, "actuators")
    env.reset(seed=1)
    start = seen(do(env, 5, IDLE))[BOX]
    pushed = seen(do(env, 70, {"strafe": 1.0}, {"forward": 1.0}))[BOX]
    assert pushed[2] - start[2] > 1.0


# ------------------------------------------------------------------ rewards


def test_rewards_by_component(make_env: MakeEnv) -> None:
    env = make(make_env, "actuators")
    env.reset(seed=1)
    *_, infos = do(env, 1, IDLE)
    keys = {"reward/near", "reward/touch", "tick", "TimeLimit.truncated"}
    assert set(infos["hider_0"]) == keys
    earned = {"reward/near": 0.0, "reward/touch": 0.0}
    for _ in range(20):
        _, rewards, _, _, infos = do(env, 1, {"forward": 1.0})
        parts = {name: infos["hider_0"][name] for name in earned}
        assert rewards["hider_0"] == sum(parts.values())
        for name, part in parts.items():
            earned[name] += part
    assert earned["reward/near"] == 1.0  # once
    assert earned["reward/touch"] >= 2.0 * 5  # in every step
    assert earned["reward/touch"] % 2.0 == 0.0


# ------------------------------------------------------------------ the same again


@each_scene
def test_the_same_bits_after_other_episodes(make_env: MakeEnv, name: str) -> None:
    env = make(make_env, name)
    first = play(env, STEPS, seed=42)
    assert len(set(first)) > STEPS / 2
    for seed in range(3):
        play(env, 40, seed=seed, actions_seed=seed)
    assert_same(play(env, STEPS, seed=42), first)
    assert_same(play(make(make_env, name), STEPS, seed=42), first)


def test_the_same_bits_with_jolt(project_copy: Path) -> None:
    settings = project_copy / "project.godot"
    settings.write_text(settings.read_text() + '\n[physics]\n\n3d/physics_engine="Jolt Physics"\n')
    with pzg.parallel_env(project_copy / "actuators" / "actuators.tscn") as env:
        first = play(env, STEPS, seed=42)
        play(env, 40, seed=1)
        assert_same(play(env, STEPS, seed=42), first)
        env.reset(seed=1)
        start = seen(do(env, 5, IDLE))[BOX]
        held = seen(do(env, 25, {"forward": -1.0, "grab": 1.0}))
    assert held[HOLDS] == 1.0
    assert held[BOX][2] - start[2] > 1.0
    assert distance(held) == pytest.approx(1.6, abs=0.1)


@each_scene
def test_the_same_bits_in_one_of_four_arenas(make_env: MakeEnv, name: str) -> None:
    env = make(make_env, name)
    with pzg.vector_env(scene(f"actuators/{name}"), 1, 4, max_steps=60) as vec:
        batch, _ = vec.reset(seed=5)
        trace, taken = [batch], []
        for step in range(130):  # into the third episode
            vec.action_space.seed(step)
            taken.append(vec.action_space.sample())
            batch, *_ = vec.step(taken[-1])
            trace.append(batch)
        for arena, seed in enumerate(vec.arena_seeds):
            row = {
                group: next(i for i, slot in enumerate(slots) if slot.arena == arena)
                for group, slots in vec.slots.items()
            }
            observations, _ = env.reset(seed=seed)
            for step in range(59):
                for group in row:
                    expected = observations[f"{group}_0"]
                    assert trace[step][group][row[group]].tobytes() == expected.tobytes()
                observations, *_ = env.step(
                    {f"{group}_0": taken[step][group][row[group]] for group in row}
                )
