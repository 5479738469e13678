"""The heuristics of hide_and_seek do what their names say; as a game, it plays by them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hideout import HALF, Floats, Truth, truth, truth_of
from play import MakeEnv, sample, seed_spaces
from watch import watch_game

import pettingzoo_godot as pzg
from pettingzoo_godot.install import find_godot

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
STEPS = 240
PREPARATION = 96
EMPTY = {"n_boxes": 0, "n_ramps": 0}


def scripted(make_env: MakeEnv, hiders: str, seekers: str, **parameters: Any) -> Any:
    """The scene with heuristics for both sides."""
    return make_env(
        "hide_and_seek",
        parameters={"hider_heuristic": hiders, "seeker_heuristic": seekers, **parameters},
        heuristic_agents=["hider", "seeker"],
    )


def watch(env: pzg.GodotParallelEnv, seed: int, steps: int = STEPS) -> tuple[list[Truth], float]:
    """Play an episode, and return all its states and the part of it in which all were hidden."""
    env.reset(seed=seed)
    states = [truth(env)]
    infos: dict[str, Any] = {}
    for _ in range(steps):
        infos = env.step(sample(env))[4]
        states.append(truth(env))
    return states, infos["hider_0"]["hidden_fraction"]


def path_of(states: list[Truth], player: int) -> Floats:
    """Where a player was, step by step: x, z."""
    return np.array([state.players[player, [0, 2]] for state in states])


def test_static_hiders_stay(make_env: MakeEnv) -> None:
    states, _ = watch(scripted(make_env, "static", "patrol"), seed=1, steps=PREPARATION)
    for hider in (0, 1):
        assert np.ptp(path_of(states, hider), axis=0).max() < 0.01


@pytest.mark.parametrize("layout", ["open", "random_rooms"])
def test_fleeing_hiders_run_to_the_farthest_corner(make_env: MakeEnv, layout: str) -> None:
    env = scripted(make_env, "flee", "patrol", layout=layout, n_boxes=0, n_ramps=0)
    for seed in range(3):
        now = watch(env, seed, steps=PREPARATION)[0][-1]
        seekers = now.seekers[:, [0, 2]]

        def safety(place: Floats, seekers: Floats = seekers) -> float:
            return float(np.linalg.norm(seekers - place, axis=1).min())

        reach = HALF - 0.6
        corners = [np.array([x, z]) for x in (-reach, reach) for z in (-reach, reach)]
        for hider in now.hiders:
            assert safety(hider[[0, 2]]) > max(map(safety, corners)) - 2.0


def test_barricading_hiders_close_the_doors_and_lock_them(make_env: MakeEnv) -> None:
    env = scripted(make_env, "barricade", "patrol")
    closed, locked, moved, hidden = [], [], [], []
    for seed in range(8):
        states, fraction = watch(env, seed)
        before, after = states[0], states[PREPARATION]
        closed.append(bool(after.doors[:, 4].all()))
        locked.append((after.things[:2, 11] == 1.0).sum() >= len(before.doors))
        moved.append(np.linalg.norm(after.things[:2, :3] - before.things[:2, :3], axis=1).max())
        hidden.append(fraction == 1.0)
    assert np.mean(closed) >= 0.8
    assert np.mean(locked) >= 0.7
    assert np.mean(hidden) >= 0.8
    assert np.median(moved) > 0.5


def test_nobody_is_seen_behind_closed_doors() -> None:
    seen = 0
    behind: list[int] = []
    parameters = {"hider_heuristic": "barricade", "seeker_heuristic": "chase"}
    with pzg.vector_env(
        "hide_and_seek", 1, 16, parameters=parameters, heuristic_agents=["hider", "seeker"]
    ) as envs:
        envs.reset(seed=3)
        envs.action_space.seed(3)
        for step in range(STEPS):
            envs.step(envs.action_space.sample())
            states = [truth_of(state, 4, 2, 1) for state in envs.state()]
            if step == PREPARATION:
                behind = [i for i, now in enumerate(states) if is_closed(now)]
            elif PREPARATION < step < STEPS - 1:
                seen += sum(states[i].is_seen for i in behind)
    assert len(behind) >= 10
    assert seen == 0


def is_closed(now: Truth) -> bool:
    """Whether a box is locked in front of each door, and the hiders are in the room."""
    locked = now.things[: now.num_boxes][now.things[: now.num_boxes, 11] == 1.0]
    for door in now.doors:
        inside = (now.hiders[:, [0, 2]] - door[:2]) @ door[2:4] > 0.0
        away = np.linalg.norm(locked[:, [0, 2]] - door[:2], axis=1) if len(locked) else [np.inf]
        if not (inside.all() and door[4] and np.min(away) < 1.0):
            return False
    return True


def test_who_barricades_is_hidden_longer_than_who_stands_still(make_env: MakeEnv) -> None:
    fractions = {
        hiders: np.mean([watch(env, seed)[1] for seed in range(5)])
        for hiders in ("static", "barricade")
        for env in [scripted(make_env, hiders, "patrol")]
    }
    assert fractions["barricade"] > 1.5 * fractions["static"]


def test_patrolling_seekers_pass_all_doors(make_env: MakeEnv) -> None:
    env = scripted(make_env, "static", "patrol", **EMPTY, layout="random_rooms", prep_fraction=0.0)
    env.max_steps = 2 * STEPS
    for seed in range(3):
        states, _ = watch(env, seed, steps=2 * STEPS)
        paths = np.concatenate([path_of(states, player) for player in (2, 3)])
        for door in states[0].doors:
            assert np.linalg.norm(paths - door[:2], axis=1).min() < 0.5, seed


def test_chasing_seekers_come_near_whom_they_see(make_env: MakeEnv) -> None:
    env = scripted(make_env, "static", "chase", layout="open", n_boxes=0, n_ramps=0)
    for seed in range(3):
        states, fraction = watch(env, seed)
        last = states[-1]
        gaps = last.seekers[:, None, [0, 2]] - last.hiders[None, :, [0, 2]]
        assert (np.linalg.norm(gaps, axis=2).min(axis=1) < 1.6).all()
        assert fraction < 0.2


def test_chasing_seekers_know_only_what_they_see(make_env: MakeEnv) -> None:
    # While they have not seen anybody, they do what patrolling ones do, wherever hiders are.
    chase, patrol = (scripted(make_env, "barricade", name) for name in ("chase", "patrol"))
    compared = 0
    for seed in range(4):
        one, other = (watch(env, seed)[0] for env in (chase, patrol))
        unseen = next((i for i, now in enumerate(one) if now.is_seen), len(one))
        compared += max(0, unseen - PREPARATION)
        for player in (2, 3):
            paths = [path_of(states[:unseen], player) for states in (one, other)]
            assert paths[0].tobytes() == paths[1].tobytes()
    assert compared > STEPS - PREPARATION


def test_chasing_seekers_see_more_than_random_ones(make_env: MakeEnv) -> None:
    arguments: dict[str, Any] = {"parameters": {"hider_heuristic": "flee"}}
    hidden = {}
    for name, heuristics in {"random": ["hider"], "chase": ["hider", "seeker"]}.items():
        env = make_env("hide_and_seek", heuristic_agents=heuristics, **arguments)
        seed_spaces(env, 1)
        hidden[name] = np.mean([watch(env, seed)[1] for seed in range(4)])
    assert 1.0 - hidden["chase"] > 1.5 * (1.0 - hidden["random"])


# ------------------------------------------------------------------ a game


def test_without_a_trainer_the_heuristics_play(tmp_path: Path) -> None:
    episodes = watch_game(tmp_path, "hide_and_seek", 2 * (4 * STEPS + 1) + 10)
    assert [episode["steps"] for episode in episodes] == [STEPS, STEPS]
    for episode in episodes:
        returns = episode["returns"]
        assert returns["hider_0"] == returns["hider_1"] == -returns["seeker_0"]
        assert abs(returns["hider_0"]) <= STEPS - PREPARATION


def play_as(agent: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Start the game for a person who plays this agent, for some ticks."""
    scene = "res://hide_and_seek/hide_and_seek.tscn"
    return subprocess.run(
        [
            *(find_godot().executable, "--path", ROOT / "envs", "--headless", "--fixed-fps", "60"),
            *("--quit-after", "100", scene, "--", f"--zoo-player={agent}"),
        ],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60.0,
        stdin=subprocess.DEVNULL,
    )


def test_a_person_plays_the_agent_that_was_named(tmp_path: Path) -> None:
    done = play_as("seeker_0", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stdout + done.stderr
    done = play_as("finder_0", tmp_path)
    assert done.returncode == 2
    assert "finder_0 is none of hider_0, hider_1, seeker_0, seeker_1" in done.stderr
