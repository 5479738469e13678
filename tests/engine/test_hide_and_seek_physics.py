"""Bodies of hide_and_seek: they respect walls, locks hold, grabs let go, ramps can be climbed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hideout import HALF, HEIGHT, RADIUS, THICKNESS, Floats, drive, truth
from numpy.typing import NDArray

import pettingzoo_godot as pzg
from pettingzoo_godot.install import find_godot

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
WATCHER = Path(__file__).with_name("scenes") / "game" / "watch_bodies.gd"
CROWD = {"n_hiders": 3, "n_seekers": 3, "n_boxes": 4, "n_ramps": 2, "prep_fraction": 0.0}
IDLE = np.zeros(5, np.float32)


def watch_bodies(steps: int, arenas: int, **parameters: Any) -> dict[str, float]:
    """Let random players play in many arenas, and say what happened to all bodies, tick by tick."""
    done = subprocess.run(
        [
            *(find_godot().executable, "--path", ROOT / "envs", "--headless"),
            *("--fixed-fps", "60", "--script", WATCHER, "--"),
            *(f"--zoo-engine-only={steps}", f"--zoo-arenas={arenas}"),
            f"--zoo-parameters={json.dumps(parameters)}",
        ],
        capture_output=True,
        text=True,
        timeout=3600.0,
        stdin=subprocess.DEVNULL,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "ERROR" not in output, output
    lines = [line for line in output.splitlines() if line.startswith('{"crossed"')]
    found: dict[str, float] = json.loads(lines[-1])
    assert found["looks"] >= 4 * steps * arenas
    assert found["not_finite"] == found["outside"] == found["crossed"] == 0, found
    assert found["deepest"] < 0.1, found
    return found


@pytest.mark.parametrize("layout", ["quadrant", "random_rooms"])
def test_no_body_goes_through_a_wall(layout: str) -> None:
    watch_bodies(60, 16, layout=layout, **CROWD)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_body_goes_through_a_wall_in_10000_steps() -> None:
    found = watch_bodies(10_000, 16, layout="random_rooms", prep_fraction=0.0)
    assert found["episodes"] >= 16 * (10_000 // 240)


# ------------------------------------------------------------------ one hider, one box


@pytest.fixture
def env() -> Iterator[pzg.GodotParallelEnv]:
    parameters = {
        **{"layout": "open", "actions": "box", "n_hiders": 1, "n_seekers": 1},
        **{"n_boxes": 1, "n_ramps": 0, "prep_fraction": 0.0},
    }
    with pzg.parallel_env("hide_and_seek", parameters=parameters, max_steps=1000) as env:
        env.reset(seed=3)
        yield env


def act(env: pzg.GodotParallelEnv, **actions: NDArray[np.float32]) -> None:
    """Let some agents act, while the others do nothing."""
    env.step({agent: actions.get(agent, IDLE) for agent in env.agents})


def box_of(env: pzg.GodotParallelEnv) -> Floats:
    """The only box."""
    box: Floats = truth(env).things[0]
    return box


def approach(env: pzg.GodotParallelEnv, agent: str, lock: float = -1.0) -> None:
    """Drive one agent to the box, until it touches it."""
    for _ in range(200):
        now = truth(env)
        player = now.players[env.possible_agents.index(agent)]
        box = now.things[0]
        act(env, **{agent: drive(player, box[[0, 2]], lock=lock)})
        if np.linalg.norm(player[[0, 2]] - box[[0, 2]]) < 0.6 + RADIUS + 0.1:
            return
    raise AssertionError(f"{agent} did not get to the box")


def push(
    env: pzg.GodotParallelEnv, agent: str, steps: int, lock: float, grab: float = -1.0
) -> float:
    """Let one agent drive into the box; return how far the box moved [m]."""
    before = box_of(env)
    for _ in range(steps):
        now = truth(env)
        player = now.players[env.possible_agents.index(agent)]
        act(env, **{agent: drive(player, now.things[0][[0, 2]], grab=grab, lock=lock)})
    return float(np.linalg.norm(box_of(env)[:3] - before[:3]))


def test_a_box_moves_until_it_is_locked(env: pzg.GodotParallelEnv) -> None:
    approach(env, "hider_0")
    assert push(env, "hider_0", 10, lock=-1.0) > 0.3
    push(env, "hider_0", 2, lock=1.0)
    assert box_of(env)[11] == 1.0
    assert push(env, "hider_0", 60, lock=1.0) < 0.01
    assert push(env, "hider_0", 5, lock=1.0, grab=1.0) < 0.01
    assert truth(env).hiders[0, 10] == 0.0  # what is locked cannot be grabbed


def test_only_the_own_side_unlocks(env: pzg.GodotParallelEnv) -> None:
    approach(env, "hider_0")
    push(env, "hider_0", 2, lock=1.0)
    for _ in range(25):  # away, still locking
        player = truth(env).hiders[0]
        away = 2 * player[[0, 2]] - box_of(env)[[0, 2]]
        act(env, hider_0=drive(player, np.clip(away, -4, 4), lock=1.0))
    assert box_of(env)[11] == 1.0
    approach(env, "seeker_0", lock=-1.0)
    assert push(env, "seeker_0", 40, lock=-1.0) < 0.01
    assert box_of(env)[11] == 1.0
    approach(env, "hider_0", lock=1.0)
    push(env, "hider_0", 2, lock=-1.0)
    assert box_of(env)[11] == 0.0


def test_what_is_grabbed_comes_along_until_it_is_released(env: pzg.GodotParallelEnv) -> None:
    approach(env, "hider_0")
    push(env, "hider_0", 2, lock=-1.0, grab=1.0)
    assert truth(env).hiders[0, 10] == box_of(env)[12] == 1.0
    before = box_of(env)
    middle = -np.sign(before[[0, 2]]) * 3.0
    for _ in range(30):
        now = truth(env)
        act(env, hider_0=drive(now.hiders[0], middle, look=now.things[0][[0, 2]], grab=1.0))
    now = truth(env)
    assert np.linalg.norm(now.things[0][:3] - before[:3]) > 1.0
    assert np.linalg.norm(now.things[0][[0, 2]] - now.hiders[0, [0, 2]]) < 1.4
    act(env, hider_0=IDLE)
    assert truth(env).hiders[0, 10] == box_of(env)[12] == 0.0
    for _ in range(20):
        act(env, hider_0=IDLE)
    left = box_of(env)
    for _ in range(20):
        player = truth(env).hiders[0]
        act(env, hider_0=drive(player, 2 * player[[0, 2]] - left[[0, 2]]))
    assert np.linalg.norm(box_of(env)[:3] - left[:3]) < 0.02


# ------------------------------------------------------------------ ramps


def climb(now: Any) -> NDArray[np.float32]:
    """What a hider does to drive up the ramp, or first to its low end."""
    hider, ramp = now.hiders[0], now.things[0]
    here, middle = hider[[0, 2]], ramp[[0, 2]]
    up = -ramp[3:5]
    side = np.array([-up[1], up[0]])
    along, aside = (here - middle) @ up, (here - middle) @ side
    if hider[1] > RADIUS + 0.05 or (along > -1.6 and abs(aside) < 0.15):
        return drive(hider, here + 2.0 * up - 2.0 * aside * side)
    if along > -1.2:  # past it, not into it
        return drive(hider, middle - 1.6 * up + 1.2 * side * np.sign(aside))
    return drive(hider, middle - 1.4 * up)


def test_a_ramp_leads_over_a_wall_and_leaving_costs() -> None:
    parameters = {
        **{"layout": "open", "actions": "box", "n_hiders": 1, "n_seekers": 1},
        **{"n_boxes": 0, "n_ramps": 1, "prep_fraction": 0.0},
    }
    outside = 0
    with pzg.parallel_env("hide_and_seek", parameters=parameters, max_steps=200) as env:
        for seed in range(4):
            env.reset(seed=seed)
            highest = 0.0
            while env.agents:
                now = truth(env)
                highest = max(highest, now.hiders[0, 1])
                _, rewards, *_, infos = env.step({"hider_0": climb(now), "seeker_0": IDLE})
                if np.abs(truth(env).hiders[0, [0, 2]]).max() > HALF:
                    break
            hidden = 2 * infos["hider_0"]["hidden"] - 1
            if np.abs(truth(env).hiders[0, [0, 2]]).max() > HALF + THICKNESS:
                assert highest > HEIGHT
            if np.abs(truth(env).hiders[0, [0, 2]]).max() > HALF:
                outside += 1
                assert rewards == {"hider_0": hidden - 10.0, "seeker_0": 10.0 - hidden}
                assert infos["hider_0"]["reward/outside"] == -10.0
                assert env.agents == env.possible_agents  # it ends nothing
    assert outside >= 2
