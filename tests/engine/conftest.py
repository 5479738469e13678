from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from play import SCENES, MakeEnv, closing_envs, scene
from processes import displays, engines, expect_none

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import EngineNotFound


@pytest.fixture(scope="session", autouse=True)
def imported_scenes() -> None:
    """Import the projects once, before any test measures a time."""
    try:
        for name in ("chase", "staggered"):
            pzg.GodotParallelEnv(scene(name)).possible_agents  # noqa: B018 - asks an engine
    except EngineNotFound:
        return  # every test is skipped, or fails, for that reason


@pytest.fixture(autouse=True)
def no_new_engine_is_left() -> Iterator[None]:
    """A leak is the fault of one test; it does not spoil the next one."""
    # This is torn down after the test's own environments. Those that a module shares are started
    # by their fixtures, which are set up before this.
    before = engines() | displays()
    yield
    expect_none((engines() | displays()) - before)


@pytest.fixture
def make_env() -> Iterator[MakeEnv]:
    with closing_envs() as make:
        yield make


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A copy of the test project, to be changed: its import and its spec are its own."""
    copy = tmp_path / "project"
    shutil.copytree(SCENES, copy)
    return copy


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """A display to show windows on: the one there is, or a virtual one."""
    if os.environ.get("DISPLAY"):
        yield os.environ["DISPLAY"]
        return
    if shutil.which("Xvfb") is None:
        pytest.skip("no DISPLAY and no Xvfb: a window cannot be shown here")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        stderr=subprocess.DEVNULL,
        pass_fds=[writer],
    )
    os.close(writer)
    with os.fdopen(reader) as pipe:
        number = pipe.readline().strip()  # waits until it listens; empty if it has ended
    assert number, "Xvfb ended before it listened"
    yield f":{number}"
    server.terminate()
    server.wait()
