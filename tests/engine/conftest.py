"""Real engines for the tests: each environment is closed, each engine is gone, after its test."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import pettingzoo_godot as pzg
from tests.conftest import engines, why_no_engine

SCENES = Path(__file__).with_name("scenes")


def scene(name: str) -> str:
    """The first argument of `parallel_env` for a scene of this folder, or a bundled one."""
    if name == "chase":
        return name
    folder, _, file = name.partition("/")
    return str(SCENES / folder / f"{file or folder}.tscn")


def wait_until(condition: Callable[[], Any], seconds: float, what: str = "") -> float:
    """Wait for a condition and return the seconds that it took; fail after `seconds`."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            pytest.fail(f"{what or 'the condition'} did not come true within {seconds} s")
        time.sleep(0.005)  # between two looks; the deadline decides
    return time.monotonic() - started


def engine_of(env: pzg.GodotParallelEnv) -> psutil.Process:
    """The process that runs an environment's scene."""
    session = env._session
    assert session is not None
    assert session.engine_pid is not None
    return psutil.Process(session.engine_pid)


def sample_actions(env: pzg.GodotParallelEnv) -> dict[str, Any]:
    """An action of each living agent, from its own action space's generator."""
    return {agent: env.action_space(agent).sample() for agent in env.agents}


MakeEnv = Callable[..., pzg.GodotParallelEnv]


@contextlib.contextmanager
def closing_envs() -> Iterator[MakeEnv]:
    """A function that makes environments, all closed at the end."""
    made: list[pzg.GodotParallelEnv] = []

    def make(name: str | os.PathLike[str] | None, **arguments: Any) -> pzg.GodotParallelEnv:
        known = isinstance(name, str) and not Path(name).exists()
        env = pzg.parallel_env(scene(name) if known else name, **arguments)
        made.append(env)
        return env

    try:
        yield make
    finally:
        for env in made:
            env.close()


@pytest.fixture
def make_env() -> Iterator[MakeEnv]:
    with closing_envs() as make:
        yield make


@pytest.fixture(scope="module")
def make_shared_env() -> Iterator[MakeEnv]:
    """As make_env, for environments that the tests of a module share."""
    with closing_envs() as make:
        yield make


@pytest.fixture(autouse=True)
def no_new_engine_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A leak is the fault of one test, and does not spoil the next one's."""
    if why_no_engine():
        yield
        return
    # Set up before and so torn down after the test's own environments; not after shared ones.
    before = engines()
    yield
    left = engines() - before - _shared(request)
    described = [f"{process.pid}: {' '.join(process.cmdline())}" for process in left]
    for process in left:
        process.kill()
    assert not described, f"the test left these engines behind: {described}"


def _shared(request: pytest.FixtureRequest) -> set[psutil.Process]:
    """Engines of shared environments that this test happened to start."""
    shared = set()
    for name in request.fixturenames:
        value = request.node.funcargs.get(name)
        if isinstance(value, pzg.GodotParallelEnv) and value._session is not None:
            if value._session.engine_pid is not None and value._session.is_usable():
                shared.add(psutil.Process(value._session.engine_pid))
    return shared


@pytest.fixture(scope="session", autouse=True)
def imported_scenes() -> None:
    """Import the test project once, before any test measures a time."""
    if not why_no_engine():
        pzg.GodotParallelEnv(scene("staggered")).possible_agents  # noqa: B018 - asks the engine


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A copy of the test project, with an addon and an import of its own, to be changed."""
    copy = tmp_path / "project"
    shutil.copytree(SCENES, copy)
    return copy
