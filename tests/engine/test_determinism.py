"""Same seed and actions, same bits: whatever the window, the speed and the pace of the loop."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest
from play import MakeEnv, assert_same, closing_envs, engine_of, play, sample, scene, seed_spaces

import pettingzoo_godot as pzg

pytestmark = pytest.mark.engine

STEPS = 500
moving_scenes = pytest.mark.parametrize("name", ["chase", "physics"])


@cache
def reference(name: str) -> list[bytes]:
    """What a headless engine does with seed 42 as fast as it can."""
    with closing_envs() as make:
        trace = play(make(name), STEPS, seed=42)
    assert len(set(trace)) > STEPS / 2  # it moves
    return trace


# ------------------------------------------------------------------ what must not matter


@moving_scenes
def test_another_engine(make_env: MakeEnv, name: str) -> None:
    assert_same(play(make_env(name), STEPS, seed=42), reference(name))


def test_other_actions_and_other_seeds_are_seen(make_env: MakeEnv) -> None:
    # Else every test here would pass with a scene that stands still.
    env = make_env("physics")
    assert play(env, STEPS, seed=42, actions_seed=1)[1:] != reference("physics")[1:]
    assert play(env, STEPS, seed=43)[0] != reference("physics")[0]
    assert_same(play(env, STEPS, seed=42), reference("physics"))


@moving_scenes
def test_ten_episodes_before(make_env: MakeEnv, name: str) -> None:
    env = make_env(name)
    for seed in range(10):
        play(env, 30, seed=seed, actions_seed=seed)
    assert_same(play(env, STEPS, seed=42), reference(name))


@moving_scenes
@pytest.mark.parametrize("lengths", [[0], [7], [1, STEPS]], ids=str)
def test_episodes_of_the_same_seed_before(make_env: MakeEnv, name: str, lengths: list[int]) -> None:
    # What a physics engine keeps between episodes depends on how many bodies came and went.
    env = make_env(name)
    for length in lengths:
        play(env, length, seed=42)
    assert_same(play(env, STEPS, seed=42), reference(name))


@moving_scenes
def test_a_window(
    make_env: MakeEnv, name: str, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    env = make_env(name, render_mode="human", speedup=0)
    assert_same(play(env, STEPS, seed=42), reference(name))
    assert "--headless" not in engine_of(env).cmdline()


@pytest.mark.parametrize(
    ("name", "speedup", "steps"),
    [("physics", 1.0, 150), ("physics", 8.0, STEPS), ("chase", 30.0, STEPS)],
)
def test_a_speedup(make_env: MakeEnv, name: str, speedup: float, steps: int) -> None:
    env = make_env(name, speedup=speedup)
    env.reset(seed=1)
    started = time.perf_counter()
    trace = play(env, steps, seed=42)
    took = time.perf_counter() - started
    assert_same(trace, reference(name)[: len(trace)])
    assert took > 0.95 * steps * env.step_seconds / speedup  # it was slowed down at all


def test_a_speedup_set_in_the_middle(make_env: MakeEnv) -> None:
    env = make_env("physics")

    def change(step: int) -> None:
        if step % 100 == 0:
            env.speedup = [0.0, 16.0, 0.0, 60.0, 0.0][step // 100]

    assert_same(play(env, STEPS, seed=42, between=change), reference("physics"))


@moving_scenes
def test_a_pause_of_the_loop(make_env: MakeEnv, name: str) -> None:
    def pause(step: int) -> None:
        if step == STEPS // 2:
            time.sleep(1.0)  # not for something to happen: nothing may

    trace = play(make_env(name), STEPS, seed=42, between=pause)
    assert_same(trace, reference(name))


def test_jolt(make_env: MakeEnv, project_copy: Path) -> None:
    settings = project_copy / "project.godot"
    settings.write_text(settings.read_text() + '\n[physics]\n\n3d/physics_engine="Jolt Physics"\n')
    traces = []
    for _ in range(2):
        env = pzg.parallel_env(project_copy / "physics" / "physics.tscn")
        with env:
            play(env, 20, seed=1)
            traces.append(play(env, STEPS, seed=42))
    assert_same(traces[0], traces[1])
    assert traces[0] != reference("physics")  # it was another physics engine


# ------------------------------------------------------------------ ticks


@pytest.mark.parametrize(
    ("name", "ticks_per_step"), [("chase", 1), ("order", 3), ("physics", 2), ("spaces", 1)]
)
def test_every_step_has_its_ticks(make_env: MakeEnv, name: str, ticks_per_step: int) -> None:
    env = make_env(name, max_steps=100)
    seed_spaces(env, 1)
    assert env.step_seconds == pytest.approx(ticks_per_step / 60)
    env.reset(seed=1)
    assert env._report is not None
    tick, in_episode = env._report.tick, 0
    for _ in range(1000):
        if not env.agents:
            env.reset()
            tick, in_episode = env._report.tick, 0
        *_, infos = env.step(sample(env))
        in_episode += ticks_per_step
        tick += ticks_per_step
        assert env._report.tick == tick
        assert {info["tick"] for info in infos.values()} == {in_episode}


@pytest.mark.parametrize("speedup", [0.0, 30.0])
def test_ticks_do_not_depend_on_the_loop(make_env: MakeEnv, speedup: float) -> None:
    env = make_env("order", speedup=speedup)
    env.reset(seed=1)
    assert env._report is not None
    first = env._report.tick
    for step in range(1, 31):
        env.step(sample(env))
        if step % 10 == 0:
            time.sleep(0.1)  # not for something to happen: nothing may
        assert env._report.tick - first == 3 * step


def test_scene_paths_are_not_part_of_it(make_env: MakeEnv, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere"
    link.symlink_to(Path(scene("physics")).parents[1])
    with pzg.parallel_env(link / "physics" / "physics.tscn") as env:
        assert_same(play(env, STEPS, seed=42), reference("physics"))
