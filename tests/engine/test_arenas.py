"""Arenas side by side: the same bits as one by one, whatever happens beside them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil
import pytest
from gymnasium.spaces import Box
from gymnasium.wrappers.vector import (
    DictInfoToList,
    FlattenObservation,
    NormalizeObservation,
    RecordEpisodeStatistics,
)
from play import SCENES, bits, python_environment, scene, wait_until
from processes import engines

import pettingzoo_godot as pzg
from pettingzoo_godot import GodotVectorEnv
from pettingzoo_godot.install import find_godot

pytestmark = pytest.mark.engine

MakeVec = Callable[..., GodotVectorEnv]
Act = Callable[[int], Any]
# Steps: three episodes or more of each arena.
LENGTHS = {"staggered": 22, "arenas/uneven": 40, "arenas/pausable": 40, "cart_pole": 150}


class Row(NamedTuple):
    """What one slot was told by `reset` or `step`, as bits."""

    observation: Any
    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False
    live: bool = True
    infos: Any = None
    final: Any = None


def address(name: str) -> str:
    """A scene of the tests, or a bundled one."""
    return name if name in ("cart_pole", "arena_bench", "hide_and_seek") else scene(name)


@pytest.fixture
def make_vec() -> Iterator[MakeVec]:
    with contextlib.ExitStack() as closing:

        def make(name: str, engines: int, arenas: int, **arguments: Any) -> GodotVectorEnv:
            vec = pzg.vector_env(address(name), engines, arenas, **arguments)
            closing.callback(vec.close)
            return vec

        yield make


def by_group(vec: GodotVectorEnv, batch: Any) -> dict[str, Any]:
    """The batches of all groups, also where there is one group alone."""
    return batch if len(vec.policy_groups) > 1 else {vec.policy_groups[0]: batch}


def pick(batch: Any, row: int) -> Any:
    if isinstance(batch, dict):
        return {key: pick(part, row) for key, part in batch.items()}
    return batch[row]


def chosen(infos: dict[str, Any], row: int) -> dict[str, Any]:
    """What infos hold for a row, but for the end, which has its own keys."""
    return {
        name: infos[name][row]
        for name in infos
        if f"_{name}" in infos and not name.startswith("final_") and infos[f"_{name}"][row]
    }


def read_rows(vec: GodotVectorEnv, result: Any) -> dict[tuple[int, int, str], Row]:
    """By engine, arena and agent, what a `reset` or a `step` returned."""
    rows = {}
    grouped = [by_group(vec, part) for part in result]
    for group, slots in vec.slots.items():
        parts = [part.get(group, {}) for part in grouped]
        for index, slot in enumerate(slots):
            observation = bits(pick(parts[0], index))
            if len(parts) == 2:
                rows[tuple(slot)] = Row(observation)
                continue
            _, rewards, terminations, truncations, infos = parts
            final = None
            if infos.get("_final_obs", np.zeros(len(slots), bool))[index]:
                final = bits(pick(infos["final_obs"], index)), chosen(infos["final_info"], index)
            rows[tuple(slot)] = Row(
                observation,
                float(rewards[index]),
                bool(terminations[index]),
                bool(truncations[index]),
                bool(infos["live"][index]),
                chosen(infos, index),
                final,
            )
    return rows


def run(
    vec: GodotVectorEnv, steps: int, seed: int | None, act: Act | None = None
) -> tuple[list[dict[tuple[int, int, str], Row]], list[Any]]:
    """Play that many steps; return each one's rows, those of `reset` first, and the actions."""
    trace = [read_rows(vec, vec.reset(seed=seed))]
    taken = []
    for step in range(steps):
        taken.append(act(step) if act is not None else draw(vec, step))
        trace.append(read_rows(vec, vec.step(taken[-1])))
    return trace, taken


def draw(vec: GodotVectorEnv, seed: int) -> Any:
    vec.action_space.seed(seed)
    return vec.action_space.sample()


def check_step(
    row: Row, agent: str, was_living: bool, result: tuple[Any, ...], is_over: bool
) -> None:
    """Compare a row with what `ParallelEnv.step` said about the same agent."""
    if not was_living:
        # Its last step is told; the row is marked once more when its arena begins anew.
        assert (row.reward, row.terminated, row.truncated) == (0.0, is_over, False)
        assert not row.live
        return
    observations, rewards, terminations, truncations, infos = result
    assert row.live
    assert row.reward == np.float32(rewards[agent])
    assert (row.terminated, row.truncated) == (terminations[agent], truncations[agent])
    ends = row.terminated or row.truncated
    assert (row.final is not None) == ends
    expected = {name: value for name, value in infos[agent].items() if name != "tick"}
    observation, told = row.observation, row.infos
    if ends:
        observation, told = row.final
        assert set(row.infos) == {"live"}
    else:
        told = {name: value for name, value in told.items() if name != "live"}
        del expected["TimeLimit.truncated"]  # told at the end
    expected = {name: np.float32(value) for name, value in expected.items()}
    assert {name: np.float32(value) for name, value in told.items()} == expected
    assert observation == bits(observations[agent])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("staggered", {}),
        ("chase", {"parameters": {"inner_wall": False}, "max_steps": 20}),
        ("spaces", {"max_steps": 4}),
        ("physics", {"max_steps": 12}),
        ("arenas/uneven", {}),
        ("arenas/pausable", {}),
        ("cart_pole", {}),
        ("arena_bench", {"max_steps": 10}),
    ],
)
def test_arenas_side_by_side_are_those_one_by_one(
    make_vec: MakeVec, name: str, arguments: dict[str, Any]
) -> None:
    engines, arenas = 2, 3
    vec = make_vec(name, engines, arenas, **arguments)
    limit = arguments.get("max_steps")
    steps = 3 * limit + 3 if limit else LENGTHS[name]
    trace, taken = run(vec, steps, seed=5)
    deaths = 0
    with pzg.parallel_env(address(name), **arguments) as env:
        for engine in range(engines):
            for arena in range(arenas):
                seed = vec.arena_seeds[engine * arenas + arena]
                episodes = 0
                observations, _ = env.reset(seed=seed)
                place = {
                    slot.agent: (group, index)
                    for group, slots in vec.slots.items()
                    for index, slot in enumerate(slots)
                    if (slot.engine, slot.arena) == (engine, arena)
                }
                assert list(place) == [a for g in vec.slots for a in env.agent_groups[g]]
                for agent in place:
                    row = trace[0][engine, arena, agent]
                    assert row.observation == bits(observations[agent])
                for rows, batch in zip(trace[1:], taken, strict=True):
                    living = list(env.agents)
                    actions = {
                        agent: pick(by_group(vec, batch)[place[agent][0]], place[agent][1])
                        for agent in living
                    }
                    result = env.step(actions)
                    is_over = not env.agents
                    deaths += len(living) - len(env.agents)
                    if is_over:
                        episodes += 1
                        observations, _ = env.reset()
                    for agent in place:
                        row = rows[engine, arena, agent]
                        check_step(row, agent, agent in living, result, is_over)
                        if is_over:
                            assert row.observation == bits(observations[agent])
                assert episodes >= 3
    assert deaths >= 3 * vec.num_envs


@pytest.mark.parametrize("name", ["hide_and_seek", "chase", "spaces"])  # one has a state of its own
def test_states_of_arenas_are_those_one_by_one(make_vec: MakeVec, name: str) -> None:
    vec = make_vec(name, 1, 2, max_steps=3)
    _, taken = vec.reset(seed=5), [draw(vec, step) for step in range(4)]
    begun = vec.state()
    told = [(vec.step(batch), vec.final_state(), vec.state())[1:] for batch in taken]
    with pzg.parallel_env(address(name), max_steps=3) as env:
        for arena, seed in enumerate(vec.arena_seeds):
            env.reset(seed=seed)
            assert bits(env.state()) == bits(begun[arena])
            for batch, (final, state) in zip(taken, told, strict=True):
                actions = {
                    slot.agent: pick(by_group(vec, batch)[group], index)
                    for group, slots in vec.slots.items()
                    for index, slot in enumerate(slots)
                    if slot.arena == arena
                }
                env.step(actions)
                assert bits(env.state()) == bits(final[arena])
                if not env.agents:
                    env.reset()
                assert bits(env.state()) == bits(state[arena])


# ------------------------------------------------------------------ nothing touches its neighbour


def of_arenas(trace: list[dict[Any, Row]], arenas: tuple[int, ...]) -> list[dict[Any, Row]]:
    return [{key: row for key, row in rows.items() if key[1] in arenas} for rows in trace]


def ends_in(trace: list[dict[Any, Row]], arena: int) -> list[int]:
    """In which steps the first agent of an arena of the first engine came to its end."""
    return [
        step
        for step, rows in enumerate(trace)
        if any(row.final is not None and key[:2] == (0, arena) for key, row in rows.items())
    ]


@pytest.mark.parametrize(("name", "steps"), [("arenas/uneven", 40), ("cart_pole", 120)])
def test_actions_of_one_arena_change_no_bit_of_the_others(
    make_vec: MakeVec, name: str, steps: int
) -> None:
    vec = make_vec(name, 1, 4)
    trace, taken = run(vec, steps, seed=3)

    def act(step: int) -> Any:
        batch, other = by_group(vec, taken[step]), by_group(vec, draw(vec, 10_000 + step))
        mixed = {}
        for group, slots in vec.slots.items():
            mixed[group] = batch[group].copy()
            rows = [index for index, slot in enumerate(slots) if slot.arena == 1]
            mixed[group][rows] = other[group][rows]
        return mixed if len(mixed) > 1 else mixed[vec.policy_groups[0]]

    changed, _ = run(vec, steps, seed=3, act=act)
    assert of_arenas(changed, (1,)) != of_arenas(trace, (1,))
    assert of_arenas(changed, (0, 2, 3)) == of_arenas(trace, (0, 2, 3))
    # Arenas ended at different times, also of the one whose actions differed.
    assert len(ends_in(trace, 0)) >= 3
    assert ends_in(trace, 1) != ends_in(changed, 1)
    assert ends_in(trace, 0) != ends_in(trace, 1)


def test_a_run_repeats_from_its_seed_and_arenas_differ(make_vec: MakeVec) -> None:
    vec = make_vec("arenas/uneven", 2, 2)
    trace, taken = run(vec, 30, seed=7)
    seeds = vec.arena_seeds
    assert len(set(seeds)) == 4
    firsts = {str(row.observation) for key, row in trace[0].items() if key[2] == "car_0"}
    assert len(firsts) == 4
    again, _ = run(make_vec("arenas/uneven", 2, 2), 30, seed=7)
    assert again == trace
    # However the arenas are spread over engines.
    spread, _ = run(make_vec("arenas/uneven", 1, 4), 30, seed=7)
    assert [[row for _, row in sorted(rows.items())] for rows in spread] == [
        [row for _, row in sorted(rows.items())] for rows in trace
    ]
    # Without a seed, the streams go on; with it, all begins anew.
    continued, _ = run(vec, 10, None, lambda step: taken[step])
    assert continued[0] != trace[0]
    assert vec.arena_seeds == seeds
    restarted, _ = run(vec, 10, 7, lambda step: taken[step])
    assert restarted == trace[:11]
    assert run(vec, 1, seed=8)[0][0] != trace[0]


def test_without_a_seed_no_two_runs_are_alike(make_vec: MakeVec) -> None:
    starts = []
    for _ in range(2):
        vec = make_vec("staggered", 1, 2)
        starts.append(run(vec, 0, None)[0][0])
        starts.append(run(vec, 0, None)[0][0])
    assert len({str(start) for start in starts}) == 4


# ------------------------------------------------------------------ parts of the whole


def test_parts_that_are_ready_first_are_the_same_as_all_at_once(make_vec: MakeVec) -> None:
    name, rows_of_engine, steps = "arenas/uneven", 2, 20

    def action(engine: int, step: int) -> dict[str, Any]:
        spaces = make_spaces()
        for i, space in enumerate(spaces.values()):
            space.seed(1000 * engine + 10 * step + i)
        return {group: space.sample() for group, space in spaces.items()}

    def make_spaces() -> dict[str, Box]:
        return {group: Box(-1.0, 1.0, (rows_of_engine, 2), np.float32) for group in groups}

    whole = make_vec(name, 3, rows_of_engine)
    groups = whole.policy_groups
    parts = make_vec(name, 3, rows_of_engine, batch_size=2 * rows_of_engine * len(groups))

    def act(step: int) -> dict[str, Any]:
        each = [action(engine, step) for engine in range(3)]
        return {group: np.concatenate([part[group] for part in each]) for group in groups}

    trace, _ = run(whole, steps, 5, act)
    parts.async_reset(seed=5)
    done = dict.fromkeys(range(3), -1)  # steps that each engine has taken; -1: not even begun
    while min(done.values()) < steps:
        observations, rewards, terminations, truncations, infos = parts.recv()
        ids = infos[groups[0]]["env_id"]
        ready = [int(row) // rows_of_engine for row in ids[::rows_of_engine]]
        assert len(set(ready)) == 2
        for group in groups:
            np.testing.assert_array_equal(infos[group]["env_id"], ids)
        for engine in ready:
            done[engine] += 1
            expected = trace[done[engine]] if done[engine] <= steps else None
            for group in groups:
                for i, row in enumerate(ids):
                    slot = parts.slots[group][row]
                    if slot.engine != engine or expected is None:
                        continue
                    one = expected[tuple(slot)]
                    assert bits(observations[group][i]) == one.observation
                    assert float(rewards[group][i]) == one.reward
                    assert bool(terminations[group][i]) == one.terminated
                    assert bool(truncations[group][i]) == one.truncated
                    assert bool(infos[group]["live"][i]) == one.live
        sent = [action(engine, done[engine]) for engine in ready]
        batch = {group: np.concatenate([part[group] for part in sent]) for group in groups}
        if done[ready[0]] % 2:
            parts.send(batch)
        else:  # as if somebody had shuffled them
            shuffled = {g: np.concatenate([a[g] for a in reversed(sent)]) for g in groups}
            rows = np.concatenate([np.split(ids, 2)[1], np.split(ids, 2)[0]])
            parts.send(shuffled, dict.fromkeys(groups, rows))


def test_parameters_hold_from_each_arenas_next_episode(make_vec: MakeVec) -> None:
    vec = make_vec("staggered", 1, 2)
    vec.reset(seed=1)
    lengths: list[int] = []
    length = 0
    for step in range(40):
        if step == 2:
            vec.parameters = {"extra_steps": 4}
        if step == 10:
            vec.parameters = {"extra_steps": 1}
        *_, infos = vec.step(draw(vec, step))
        length += 1
        if infos["_final_obs"].all() if "final_obs" in infos else False:
            lengths.append(length)
            length = 0
    # Runner3 lives for 7 steps more than the parameter.
    assert lengths == [7, 11, 8, 8]
    assert vec.parameters == {"extra_steps": 1}
    with pytest.raises(pzg.errors.OptionError, match="extra_steps"):
        vec.parameters = {"extra_steps": -1}
    assert vec.parameters == {"extra_steps": 1}
    vec.reset(options={"extra_steps": 0})
    for step in range(7):
        *_, infos = vec.step(draw(vec, step))
    assert infos["_final_obs"].all()


# ------------------------------------------------------------------ a scene of arenas


def test_a_scene_of_arenas_is_a_scene_for_python(make_vec: MakeVec) -> None:
    seed = 11
    plain, _ = run(make_vec("arenas/uneven", 1, 2), 20, seed)
    walled, _ = run(make_vec("arenas/arenas", 1, 2), 20, seed)
    assert walled == plain
    with pzg.parallel_env(scene("arenas/arenas")) as env:
        observations, _ = env.reset(seed=5)
        assert env.agents == ["car_0", "disc_0"]
        with pzg.parallel_env(scene("arenas/uneven")) as other:
            assert bits(other.reset(seed=5)[0]) == bits(observations)
            actions = {agent: env.action_space(agent).sample() for agent in env.agents}
            assert bits(env.step(actions)) == bits(other.step(actions))


def test_a_scene_of_arenas_is_a_game(tmp_path: Path) -> None:
    """Without a trainer: frames go on, and each arena begins anew when it is over."""
    script = SCENES / "arenas" / "watch_arenas.gd"
    options = ("--headless", "--fixed-fps", "60", "--quit-after", "300", "--script", script)
    done = subprocess.run(
        [find_godot().executable, "--path", SCENES, *options],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60.0,
        stdin=subprocess.DEVNULL,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "ERROR" not in output, output
    assert "WARNING" not in output, output
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    ticks = {arena: [e["tick"] for e in events if e["arena"] == arena] for arena in range(3)}
    lengths = {event["steps"] for event in events}
    assert len(lengths) > 3
    assert lengths <= set(range(2, 13))
    for arena, ends in ticks.items():
        # Of two ticks per step, and one or a few between two episodes.
        assert len(ends) >= 300 // (12 * 2 + 3) - 1, f"arena {arena}: {ends}"
    assert len({tuple(ends) for ends in ticks.values()}) == 3


# ------------------------------------------------------------------ windows and what is left


@pytest.mark.parametrize("name", ["chase", "cart_pole"])
def test_a_window_shows_all_arenas_and_changes_nothing(
    make_vec: MakeVec, name: str, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, taken = run(make_vec(name, 1, 4), 12, seed=2)
    monkeypatch.setenv("DISPLAY", display)
    vec = make_vec(name, 1, 4, render_mode="human", speedup=0)
    trace, _ = run(vec, 12, 2, lambda step: taken[step])
    assert trace == expected
    assert "--headless" not in psutil.Process(vec.engine_pids[0]).cmdline()


def test_pictures_of_arenas_have_the_shape_of_the_window(display: str) -> None:
    script = SCENES / "arenas" / "measure_pictures.gd"
    done = subprocess.run(
        [find_godot().executable, "--path", SCENES, "--script", script],
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=60.0,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shown = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [len(wall["pictures"]) for wall in shown] == [2, 3, 5]
    for wall in shown:
        width, height = wall["window"]
        assert width != height
        columns = 3 if len(wall["pictures"]) == 5 else 2
        for picture in wall["pictures"]:
            # But for whole pixels, and some between pictures.
            assert picture == pytest.approx([width / columns, height / columns], abs=4)


def test_no_engine_is_left_by_an_error(make_vec: MakeVec) -> None:
    vec = make_vec("mistakes/nan", 2, 2)
    vec.reset()
    vec.step(draw(vec, 0))
    with pytest.raises(pzg.errors.SceneError, match=r"'bad_0' of arena 0: .* got nan"):
        vec.step(draw(vec, 1))
    assert vec.engine_pids[0] is None
    vec.close()
    assert not engines()


PROGRAM = """
import sys, time
import pettingzoo_godot as pzg
vec = pzg.vector_env(sys.argv[1], 2, 2)
vec.reset(seed=1)
vec.action_space.seed(1)
print("ready", flush=True)
{end}
"""


@pytest.mark.parametrize(
    ("end", "sent"),
    [
        ("raise ValueError", None),
        ("sys.exit()", None),
        ("vec.send(vec.action_space.sample()); sys.exit()", None),
        ("while True: vec.step(vec.action_space.sample())", signal.SIGKILL),
        ("time.sleep(60)", signal.SIGKILL),
        ("while True: vec.step(vec.action_space.sample())", signal.SIGINT),
    ],
)
def test_no_engine_outlives_python(end: str, sent: signal.Signals | None) -> None:
    python = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(end=end), address("staggered")],
        env=python_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with python:
        assert python.stdout is not None
        assert python.stdout.readline() == "ready\n"
        if sent is not None:
            assert len(engines()) == 2
            os.kill(python.pid, sent)
    wait_until(lambda: not engines(), 5.0, "the end of both engines")


# ------------------------------------------------------------------ Gymnasium's wrappers


def test_gymnasiums_episode_statistics_and_lists_of_infos(make_vec: MakeVec) -> None:
    vec = make_vec("cart_pole", 2, 2)
    env = DictInfoToList(RecordEpisodeStatistics(vec))
    env.reset(seed=1)
    returns, lengths = np.zeros(4), np.zeros(4, int)
    episodes = 0
    for step in range(80):
        _, rewards, terminations, truncations, infos = env.step(draw(vec, step))
        returns += rewards
        lengths += 1
        for row, ends in enumerate(terminations | truncations):
            assert ("episode" in infos[row]) == ends == ("final_obs" in infos[row])
            if not ends:
                continue
            episodes += 1
            assert infos[row]["episode"]["r"] == pytest.approx(returns[row])
            assert infos[row]["episode"]["l"] == lengths[row]
            assert infos[row]["final_obs"].shape == (4,)
            assert not infos[row]["final_info"]["TimeLimit.truncated"]
            returns[row] = lengths[row] = 0
    assert episodes >= 8


@pytest.mark.parametrize("wrapper", [NormalizeObservation, FlattenObservation])
def test_gymnasiums_wrappers_of_observations_refuse_same_step_resets(
    make_vec: MakeVec, wrapper: Any
) -> None:
    with pytest.raises(ValueError, match="SAME_STEP"):
        wrapper(make_vec("cart_pole", 1, 1)).reset()
