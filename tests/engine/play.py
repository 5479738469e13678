"""What the tests with a real engine share: scenes, waiting, playing."""

from __future__ import annotations

import ast
import contextlib
import os
import time
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test

import pettingzoo_godot as pzg
from pettingzoo_godot.scene import is_bundled

SCENES = Path(__file__).with_name("scenes")

MakeEnv = Callable[..., pzg.GodotParallelEnv]


def scene(name: str) -> str:
    """The first argument of `parallel_env`: a bundled scene, or `FOLDER` or `FOLDER/FILE` here."""
    if is_bundled(name):
        return name
    folder, _, file = name.partition("/")
    return str(SCENES / folder / f"{file or folder}.tscn")


@contextlib.contextmanager
def closing_envs() -> Iterator[MakeEnv]:
    """A function that makes environments by name of scene, all closed at the end."""
    made: list[pzg.GodotParallelEnv] = []

    def make(name: str, **arguments: Any) -> pzg.GodotParallelEnv:
        env = pzg.parallel_env(scene(name), **arguments)
        made.append(env)
        return env

    try:
        yield make
    finally:
        for env in made:
            env.close()


def wait_until(condition: Callable[[], Any], seconds: float, what: str = "the condition") -> float:
    """Wait for a condition and return the seconds that it took; fail after `seconds`."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            pytest.fail(f"{what} did not come true within {seconds} s")
        time.sleep(0.002)  # between two looks; the condition or the deadline decides
    return time.monotonic() - started


def engine_of(env: pzg.GodotParallelEnv) -> psutil.Process:
    """The process that runs an environment's scene."""
    session = env._session
    assert session is not None
    assert session.engine_pid is not None
    return psutil.Process(session.engine_pid)


def has_ended(process: psutil.Process) -> bool:
    """Whether a process is gone, or only waits for its parent to read its exit code."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def seed_spaces(env: pzg.GodotParallelEnv, seed: int) -> None:
    """Let each agent's action space draw from a stream of its own."""
    for i, agent in enumerate(env.possible_agents):
        env.action_space(agent).seed(seed + i)


def sample(env: pzg.GodotParallelEnv) -> dict[str, Any]:
    """A random action of each living agent."""
    return {agent: env.action_space(agent).sample() for agent in env.agents}


def bits(value: Any) -> Any:
    """What equals the same of another value only if every bit, dtype and key is the same."""
    if isinstance(value, dict):
        return [(key, bits(member)) for key, member in value.items()]
    if isinstance(value, tuple):
        return [bits(member) for member in value]
    array = np.asarray(value)
    return (type(value).__name__, array.dtype.str, array.shape, array.tobytes())


def play(
    env: pzg.GodotParallelEnv,
    steps: int,
    seed: int | None,
    actions_seed: int = 0,
    between: Callable[[int], None] = lambda step: None,
) -> list[bytes]:
    """Play that many steps, in as many episodes as they need, and return the bits of each.

    Each entry is all that reset or step returned.
    """
    seed_spaces(env, actions_seed)
    trace = [repr(bits(env.reset(seed=seed))).encode()]
    for step in range(steps):
        between(step)
        if not env.agents:
            trace.append(repr(bits(env.reset())).encode())
        trace.append(repr(bits(env.step(sample(env)))).encode())
    return trace


def assert_same(trace: list[bytes], expected: list[bytes]) -> None:
    """Fail unless two traces are the same to the bit, and say where they part."""
    __tracebackhide__ = True
    assert len(trace) == len(expected)
    for index, (one, other) in enumerate(zip(trace, expected, strict=True)):
        if one == other:
            continue
        parts = zip(ast.literal_eval(one.decode()), ast.literal_eval(other.decode()), strict=True)
        names = ("observations", "rewards", "terminations", "truncations", "infos")
        which = [name for name, (a, b) in zip(names, parts, strict=False) if a != b]
        pytest.fail(f"entry {index} of {len(trace)} differs in {which} (entry 0 is the reset)")


def check_contract(make_env: MakeEnv, name: str) -> None:
    """PettingZoo's tests of a bundled scene, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel_api_test(make_env(name), num_cycles=500)
        parallel_seed_test(lambda: make_env(name), num_cycles=100)


def check_same_seed(make_env: MakeEnv, name: str) -> None:
    """Episodes of one seed are the same to the bit: again, and in another engine."""
    env = make_env(name)
    trace = play(env, 500, seed=42)
    play(env, 30, seed=7)
    assert_same(play(env, 500, seed=42), trace)
    assert_same(play(make_env(name), 500, seed=42), trace)
    assert play(env, 500, seed=43)[0] != trace[0]


def python_environment() -> dict[str, str]:
    """The environment for a Python of a test's own, which can import this file."""
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "PYTHONUNBUFFERED": "1"}


def first_steps(env: pzg.GodotParallelEnv) -> bytes:
    """The bits of a short episode, which is the same in every process; closes the environment."""
    with env:
        return b"".join(play(env, 5, seed=42))


def send_first_steps(env: pzg.GodotParallelEnv, pipe: Connection) -> None:
    """Do first_steps in a process of its own, and send how it went."""
    try:
        pipe.send(first_steps(env))
    except BaseException as exc:
        pipe.send(repr(exc))
        raise
