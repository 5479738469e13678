"""SuperSuit: PettingZoo's tutorials as they are, our own way, and what docs/SUPERSUIT.md says."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import psutil
import pytest
import supersuit as ss
from play import bits, engine_of, python_environment, scene, wait_until
from processes import engines

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import EngineDied, EnvironmentClosed, UsageError
from pettingzoo_godot.suit import DeathMask, take_seeds

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
WITH_SB3 = ["gymnasium", "stable_baselines3"]

MakeVector = Callable[..., Any]


@pytest.fixture
def make_vector() -> Iterator[MakeVector]:
    """Our vector environments by name of scene, all closed at the end."""
    made: list[Any] = []

    def make(name: str, *args: Any, **arguments: Any) -> Any:
        vector = pzg.supersuit_vec_env(scene(name), *args, **arguments)
        made.append(vector)
        return vector

    yield make
    for vector in made:
        vector.close()


def need(base_class: str) -> None:
    if base_class == "stable_baselines3":
        pytest.importorskip("stable_baselines3")


def no_engine_is_left() -> None:
    wait_until(lambda: not engines(), 3.0, "the engines' end")


def actions(vector: Any) -> Any:
    return np.stack([vector.action_space.sample() for _ in range(vector.num_envs)])


# ------------------------------------------------------------------ the tutorials' calls


@pytest.mark.parametrize("base_class", WITH_SB3)
@pytest.mark.parametrize("num_cpus", [0, 1, 2])
def test_the_tutorials_calls(num_cpus: int, base_class: str) -> None:
    need(base_class)
    for is_live in (False, True):
        env = ss.black_death_v3(pzg.parallel_env("chase", max_steps=5))
        if is_live:
            env.reset(seed=1)
        env = ss.pettingzoo_env_to_vec_env_v1(env)
        vector = ss.concat_vec_envs_v1(env, 2, num_cpus=num_cpus, base_class=base_class)
        del env
        observations = vector.reset()
        rows = observations[0] if base_class == "gymnasium" else observations
        assert len({row.tobytes() for row in rows}) == 4, "copies with the same start"
        gc.collect()
        assert len(engines()) == 2  # none of the original, none of an example
        for _ in range(7):
            vector.step(actions(vector))
        vector.close()
        no_engine_is_left()


@pytest.mark.parametrize("num_cpus", [0, 2])
def test_deaths_and_pads_the_tutorials_way(num_cpus: int) -> None:
    env = ss.black_death_v3(pzg.parallel_env(scene("staggered")))
    env = ss.pad_action_space_v0(ss.pad_observations_v0(env))
    env = ss.concat_vec_envs_v1(ss.pettingzoo_env_to_vec_env_v1(env), 2, num_cpus=num_cpus)
    env.reset()
    for step in range(1, 9):
        *_, terminations, _, infos = env.step(actions(env))
        # The longest life has 7 steps; black_death_v3 is one late, and forgets how it ended.
        assert terminations.tolist() == [step == 8] * 8
    for info in infos:
        assert "TimeLimit.truncated" not in info
        assert not info["terminal_observation"].any()
    env.close()
    no_engine_is_left()


PROGRAM = """
import sys
import numpy as np
import supersuit as ss
import pettingzoo_godot as pzg

def tutorial(num_cpus):
    env = ss.pettingzoo_env_to_vec_env_v1(pzg.parallel_env("chase"))
    return ss.concat_vec_envs_v1(env, 2, num_cpus=num_cpus, base_class="gymnasium")

def ours(num_cpus):
    return pzg.supersuit_vec_env("chase", 2, num_cpus, base_class="gymnasium")

def play(make, num_cpus):
    vector = make(num_cpus)
    vector.reset()
    vector.step(np.zeros((4, 2), np.float32))
    return vector

"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + program],
        capture_output=True,
        text=True,
        env=python_environment(),
        timeout=60.0,
    )
    no_engine_is_left()
    return done


@pytest.mark.parametrize("make", ["tutorial", "ours"])
def test_programs_that_never_close(make: str) -> None:
    done = run(f"play({make}, 0)\nplay({make}, 2)\nkept = play({make}, 0)\nprint('played')")
    assert (done.returncode, done.stdout) == (0, "played\n"), done.stderr


def test_processes_that_are_never_closed_do_not_keep_python_from_ending() -> None:
    # With SuperSuit's own it waits for ever: docs/SUPERSUIT.md.
    done = run("kept = play(ours, 2)\nprint('played')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "played\n", "")


def test_a_killed_program() -> None:
    command = [sys.executable, "-c", PROGRAM + "kept = play(ours, 2)\nprint('played')\ninput()"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=python_environment(),
    ) as python:
        assert python.stdout is not None
        assert python.stdout.readline() == b"played\n"
        assert len(engines()) == 2
        python.kill()
    no_engine_is_left()


# ------------------------------------------------------------------ our way


@pytest.mark.parametrize("num_cpus", [0, 2])
def test_one_seed_makes_the_run(make_vector: MakeVector, num_cpus: int) -> None:
    runs = []
    for _ in range(2):
        vector = make_vector("chase", 3, num_cpus, "gymnasium", seed=7, max_steps=3)
        vector.action_space.seed(0)
        seen = [vector.reset()[0]]
        assert len({row.tobytes() for row in seen[0]}) == 6
        seen += [vector.step(actions(vector))[0] for _ in range(7)]
        runs.append(bits(tuple(seen)))
        assert bits(vector.reset(seed=7)[0]) == runs[-1][0]
        assert bits(vector.reset(seed=8)[0]) != runs[-1][0]
        vector.close()
    assert runs[0] == runs[1]
    with pzg.parallel_env("chase") as env:
        first = env.reset(seed=take_seeds(7, None, 3)[2])[0]
    assert bits(seen[0][4:]) == bits(np.stack(list(first.values())))


@pytest.mark.parametrize("num_cpus", [0, 2])
def test_deaths(make_vector: MakeVector, num_cpus: int) -> None:
    vector = make_vector("staggered", 2, num_cpus, "gymnasium")
    vector.reset(seed=1, options={"extra_steps": 1})
    for step in range(1, 9):
        observations, rewards, terminations, truncations, infos = vector.step(actions(vector))
        if step < 8:
            assert not terminations.any()
            assert not truncations.any()
        if 2 < step < 8:
            assert not observations[0].any()
            assert rewards[0] == 0.0
    assert terminations.tolist() == [1, 1, 0, 1] * 2
    assert truncations.tolist() == [0, 0, 1, 0] * 2
    assert [info["TimeLimit.truncated"] for info in infos] == [False, False, True, False] * 2
    # index + 1, and the last step of each: two steps longer than the scene's lifetimes less one
    last = [info["terminal_observation"][:2].tolist() for info in infos]
    assert last == [[1, 2], [2, 4], [3, 4], [4, 8]] * 2
    assert (observations[:, 1] == 0).all()  # the next episode's first
    assert (observations[:, 0] == [1, 2, 3, 4] * 2).all()


@pytest.mark.parametrize("num_cpus", [0, 2])
def test_stable_baselines3(make_vector: MakeVector, num_cpus: int) -> None:
    sb3 = pytest.importorskip("stable_baselines3")
    from stable_baselines3.common.vec_env import VecMonitor

    vector = make_vector("chase", 2, num_cpus, max_steps=5)
    assert vector.get_attr("render_mode") == [None] * 4
    assert vector.get_attr("max_steps", indices=[1, 2]) == [5, 5]
    assert not vector.has_attr("altitude")
    vector.set_attr("speedup", 100.0, indices=[0])
    assert vector.get_attr("speedup") == [100.0, 100.0, 0.0, 0.0]
    spaces = vector.env_method("observation_space", "hider_0")
    assert [space.shape for space in spaces] == [(21,)] * 4
    assert vector.env_is_wrapped(VecMonitor) == [False] * 4
    trained = []
    for _ in range(2):
        model = sb3.PPO(
            "MlpPolicy", VecMonitor(vector), n_steps=8, batch_size=16, seed=0, device="cpu"
        )
        model.learn(64)
        assert all(episode["l"] == 5 for episode in model.ep_info_buffer)
        trained.append(model.policy.state_dict()["action_net.weight"].numpy().tobytes())
    assert trained[0] == trained[1]
    vector.close()
    vector.close()
    no_engine_is_left()


def test_closed(make_vector: MakeVector) -> None:
    for num_cpus in (0, 2):
        vector = make_vector("chase", 2, num_cpus, "gymnasium")
        vector.reset()
        vector.close()
        no_engine_is_left()
        with pytest.raises(EnvironmentClosed):
            vector.reset()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_leaves_our_engines_alone(make_vector: MakeVector) -> None:
    vector = make_vector("chase", 2, 2, "gymnasium")
    vector.reset()
    process = multiprocessing.get_context("fork").Process(target=vector.close)
    process.start()
    process.join(10.0)
    assert process.exitcode == 0
    vector.step(actions(vector))


def test_an_example_in_this_process_has_no_engine(make_vector: MakeVector) -> None:
    vector = make_vector("chase", 2, 2, "gymnasium")
    vector.reset()
    ours = psutil.Process()
    assert len(engines()) == 2
    assert not engines() & set(ours.children())


def test_unequal_spaces_are_padded(make_vector: MakeVector) -> None:
    vector = make_vector("physics", 2, 2, "gymnasium")
    observations, _ = vector.reset(seed=1)
    assert observations.shape == (4, 63)  # a car with many sensors, and a disc with few
    assert not observations[1, 3:].any()
    vector.step(actions(vector))


def test_unequal_spaces_that_cannot_be_padded() -> None:
    with pytest.raises(UsageError, match="spaces that SuperSuit can pad"):
        pzg.supersuit_vec_env(scene("spaces"), base_class="gymnasium")


# ------------------------------------------------------------------ failures


def test_an_engine_that_dies_here_is_replaced(make_vector: MakeVector) -> None:
    vector = make_vector("chase", 2, 0, "gymnasium", seed=1)
    first, _ = vector.reset(seed=1)
    engine_of(vector.vec_envs[1].par_env.unwrapped).kill()
    with pytest.raises(EngineDied):
        vector.step(actions(vector))
    assert bits(vector.reset(seed=1)[0]) == bits(first)
    vector.step(actions(vector))


def test_an_engine_that_dies_elsewhere_ends_them_all(make_vector: MakeVector) -> None:
    vector = make_vector("chase", 2, 2, "gymnasium")
    vector.reset()
    min(engines(), key=lambda process: process.pid).kill()
    with pytest.raises(EngineDied):
        vector.step(actions(vector))
    with pytest.raises(EnvironmentClosed, match="make another one"):
        vector.step(actions(vector))
    no_engine_is_left()


def test_a_process_that_is_killed(make_vector: MakeVector) -> None:
    vector = make_vector("chase", 2, 2, "gymnasium")
    vector.reset()
    os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)
    with pytest.raises(EngineDied, match="one has ended"):
        vector.step(actions(vector))
    no_engine_is_left()


# ------------------------------------------------------------------ what the page says of SuperSuit


def test_plain_vec_env_has_no_seed_and_no_get_attr() -> None:
    need("stable_baselines3")
    env = ss.pettingzoo_env_to_vec_env_v1(pzg.parallel_env("chase"))
    vector = ss.concat_vec_envs_v1(env, 2, base_class="stable_baselines3")
    for call in (lambda: vector.seed(0), lambda: vector.get_attr("render_mode")):
        with pytest.raises(AttributeError):
            call()
    vector.close()


def test_plain_processes_have_seeds_that_overlap() -> None:
    env = ss.pettingzoo_env_to_vec_env_v1(pzg.parallel_env("chase"))
    vector = ss.concat_vec_envs_v1(env, 4, num_cpus=2)
    observations, infos = vector.reset(seed=7)
    assert len({row.tobytes() for row in observations}) == 6  # of 8
    assert len(infos) == 2
    vector.close()
    no_engine_is_left()


def test_mask_in_the_place_of_black_death() -> None:
    env = ss.pettingzoo_env_to_vec_env_v1(DeathMask(pzg.parallel_env(scene("staggered"))))
    vector = ss.concat_vec_envs_v1(env, 2, num_cpus=2)
    vector.reset()
    for step in range(1, 9):
        *_, terminations, truncations, infos = vector.step(actions(vector))
        assert (terminations | truncations).tolist() == [step == 7] * 8
        if step == 7:
            last = [info["terminal_observation"][1] for info in infos]
            assert last == [1, 3, 3, 7] * 2
    vector.close()
    no_engine_is_left()
