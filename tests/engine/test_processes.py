"""Copies, other processes and threads, and every way to say what to start."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest
from play import (
    SCENES,
    MakeEnv,
    bits,
    engine_of,
    first_steps,
    has_ended,
    play,
    python_environment,
    sample,
    scene,
    send_first_steps,
    wait_until,
)
from processes import engines

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import LinkTimeout, OptionError, SceneNotFound
from pettingzoo_godot.install import find_godot
from pettingzoo_godot.scene import bundled_project

pytestmark = pytest.mark.engine

Commands = list[list[str]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The command lines of the processes that this one starts from now on."""
    commands: Commands = []

    class Popen(subprocess.Popen[Any]):
        def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
            commands.append([str(argument) for argument in args])
            super().__init__(args, *rest, **options)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    return commands


# ------------------------------------------------------------------ copies


def test_nothing_starts_before_the_first_reset(started: Commands) -> None:
    with pzg.parallel_env("chase") as env:
        assert env.possible_agents  # its spec is kept from now on
    started.clear()
    env = pzg.parallel_env("chase")
    assert env.possible_agents == ["seeker_0", "hider_0"]
    assert env.observation_space("seeker_0").shape == (21,)
    assert env.action_space("hider_0").shape == (2,)
    assert env.state_space.shape is not None
    assert env.metadata["name"] == "chase"
    assert env.agents == []
    copy = cloudpickle.loads(cloudpickle.dumps(env))
    assert copy.possible_agents == env.possible_agents
    env.close()
    assert started == []
    with pzg.parallel_env("chase") as env:
        env.reset()
    assert len(started) == 1


def test_a_pickled_copy_before_reset(make_env: MakeEnv) -> None:
    env = make_env("chase", max_steps=7, parameters={"inner_wall": False}, speedup=0.0)
    copy = cloudpickle.loads(cloudpickle.dumps(env))
    assert copy._session is None
    assert (copy.max_steps, copy.parameters, copy.metadata) == (7, env.parameters, env.metadata)
    assert first_steps(copy) == first_steps(env)


def test_a_pickled_copy_of_a_live_environment(make_env: MakeEnv) -> None:
    env = make_env("chase")
    env.reset(seed=1)
    env.step(sample(env))
    copy = cloudpickle.loads(cloudpickle.dumps(env))
    assert engine_of(env) in engines()
    assert len(engines()) == 1  # a copy starts its own when it is reset
    assert copy.agents == []
    with copy:
        seen, _ = copy.reset(seed=5)
        assert engine_of(copy) != engine_of(env)
        env.step(sample(env))  # undisturbed
        expected, _ = env.reset(seed=5)
        assert bits(seen) == bits(expected)


def test_copies_draw_seeds_of_their_own(make_env: MakeEnv) -> None:
    env = make_env("chase")
    env.reset(seed=1)
    pickled = cloudpickle.dumps(env)
    starts = []
    for _ in range(2):
        with cloudpickle.loads(pickled) as copy:
            starts.append(repr(bits(copy.reset()[0])))
    starts.append(repr(bits(env.reset()[0])))
    assert len(set(starts)) == 3


def test_a_pickled_copy_of_a_closed_environment(make_env: MakeEnv) -> None:
    env = make_env("chase")
    env.reset(seed=1)
    env.close()
    copy = cloudpickle.loads(cloudpickle.dumps(env))
    assert first_steps(copy) == first_steps(make_env("chase"))


# ------------------------------------------------------------------ other processes and threads


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_another_process_beside_a_live_environment(make_env: MakeEnv, method: str) -> None:
    env = make_env("chase")
    env.reset(seed=1)
    context: Any = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process = context.Process(target=send_first_steps, args=(env, theirs))
    process.start()
    theirs.close()
    env.step(sample(env))
    assert ours.poll(30.0), "the other process said nothing"
    answer = ours.recv()
    ours.close()
    process.join(10.0)
    assert process.exitcode == 0, answer
    # Its end has not touched our engine.
    env.step(sample(env))
    assert len(engines()) == 1
    assert first_steps(env) == answer


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_does_not_keep_our_engine_alive(make_env: MakeEnv) -> None:
    # A child that lives on holds copies of our pipes; the engine must notice our end all the same.
    env = make_env("chase")
    env.reset(seed=1)
    engine = engine_of(env)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)  # until the parent lets go
        os._exit(0)
    os.close(reader)
    begun = time.monotonic()
    env.close()
    assert time.monotonic() - begun < 1.0
    assert has_ended(engine)
    os.close(writer)
    os.waitpid(child, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_that_exits_leaves_our_engine_alone(make_env: MakeEnv) -> None:
    env = make_env("chase")
    env.reset(seed=1)
    context: Any = multiprocessing.get_context("fork")
    process = context.Process(target=env.close)
    process.start()
    process.join(10.0)
    assert process.exitcode == 0
    env.step(sample(env))


def test_other_threads(make_env: MakeEnv) -> None:
    env = make_env("chase")
    expected = b"".join(play(make_env("chase"), 5, seed=42))
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as another:
        one.submit(env.reset).result()
        assert b"".join(another.submit(play, env, 5, 42).result()) == expected
        one.submit(env.close).result()
    assert not any(engine == env for engine in engines())


def test_many_threads_with_an_environment_each(make_env: MakeEnv) -> None:
    envs = [make_env("chase") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(first_steps, envs))
    assert len(answers) == 1


def test_inside_a_running_loop(make_env: MakeEnv) -> None:
    env = make_env("chase")

    async def main() -> bytes:
        await asyncio.sleep(0)
        return first_steps(env)

    assert asyncio.run(main()) == first_steps(make_env("chase"))


VECTOR = """
import sys
import numpy as np
import supersuit as ss
import pettingzoo_godot as pzg

def main():
    env = pzg.parallel_env("chase", max_steps=5)
    env.reset(seed=1)  # live, as in PettingZoo's tutorial
    vector = ss.pettingzoo_env_to_vec_env_v1(env)
    vector = ss.concat_vec_envs_v1(vector, 3, num_cpus=int(sys.argv[1]), base_class="gymnasium")
    observations, _ = vector.reset()
    assert observations.shape == (6, 21), observations.shape
    assert len({row.tobytes() for row in observations}) == 6, "copies with the same start"
    for step in range(12):
        observations, rewards, ends, cuts, infos = vector.step(np.zeros((6, 2), np.float32))
        assert cuts.all() == (step % 5 == 4), step
    vector.close()
    env.close()
    print("played")

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("num_cpus", [0, 2])
def test_supersuit(tmp_path: Path, num_cpus: int) -> None:
    program = tmp_path / "vector.py"
    program.write_text(VECTOR)
    done = subprocess.run(
        [sys.executable, str(program), str(num_cpus)],
        capture_output=True,
        text=True,
        env=python_environment(),
        timeout=60.0,
    )
    assert done.stdout == "played\n", done.stderr
    assert done.returncode == 0
    # ProcConcatVec never closes its environments: the engines see their workers' end.
    wait_until(lambda: not engines(), 2.0, "the engines' end")


def test_two_processes_start_the_same_unimported_project(project_copy: Path) -> None:
    shutil.rmtree(project_copy / ".godot", ignore_errors=True)
    program = (
        "import sys; import pettingzoo_godot as pzg; from play import first_steps;"
        "sys.stdout.buffer.write(first_steps(pzg.parallel_env(sys.argv[1])))"
    )
    command = [sys.executable, "-c", program, str(project_copy / "staggered" / "staggered.tscn")]
    pythons = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env=python_environment())
        for _ in range(2)
    ]
    answers = [python.communicate(timeout=60.0)[0] for python in pythons]
    assert answers[0] == answers[1]
    assert answers[0]


# ------------------------------------------------------------------ what is kept of a scene


def count_engines(commands: Commands) -> tuple[int, int]:
    """How many imports and how many engines were started."""
    imports = sum("--import" in command for command in commands)
    runs = sum(any(a.startswith("--zoo-url") for a in command) for command in commands)
    return imports, runs


def test_a_spec_is_kept_until_the_scene_changes(project_copy: Path, started: Commands) -> None:
    path = project_copy / "staggered" / "staggered.tscn"

    def ask() -> list[str]:
        return pzg.parallel_env(path).possible_agents

    runners = ["runner_0", "runner_1", "runner_2", "runner_3"]
    assert ask() == runners
    assert count_engines(started)[1] == 1
    started.clear()
    assert ask() == runners
    assert started == []
    path.write_text(path.read_text().replace('name="Runner3"', 'name="Runner9"'))
    assert ask() == [*runners[:3], "runner_9"]
    assert count_engines(started) == (1, 1)
    started.clear()
    script = project_copy / "staggered" / "runner.gd"
    script.write_text(script.read_text().replace("ZooBox.vector(1)", "ZooBox.vector(2)"))
    env = pzg.parallel_env(path)
    assert env.action_space("runner_9").shape == (2,)
    assert count_engines(started)[1] == 1


def test_scenes_of_one_project_are_imported_once(project_copy: Path, started: Commands) -> None:
    shutil.rmtree(project_copy / ".godot", ignore_errors=True)
    for name in ("staggered", "order", "staggered", "order"):
        with pzg.parallel_env(project_copy / name / f"{name}.tscn") as env:
            env.reset(seed=1)
    # Each scene is asked once for its spec and runs twice.
    assert count_engines(started) == (1, 6)


def test_a_start_from_a_warm_import_is_quick(make_env: MakeEnv) -> None:
    make_env("chase").reset()
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        make_env("chase").reset(seed=1)
        times.append(time.perf_counter() - begun)
    assert min(times) < 1.5


def test_a_scene_that_changed_under_an_environment(project_copy: Path) -> None:
    path = project_copy / "staggered" / "staggered.tscn"
    with pzg.parallel_env(path) as env:
        assert "runner_3" in env.possible_agents
        path.write_text(path.read_text().replace('name="Runner3"', 'name="Runner9"'))
        observations, _ = env.reset(seed=1)
        assert list(observations) == env.possible_agents == env.agents
        assert env.agents[-1] == "runner_9"
        env.step(sample(env))


# ------------------------------------------------------------------ what to start


@pytest.mark.parametrize("as_path", [str, Path])
def test_a_scene_file(make_env: MakeEnv, as_path: Callable[[str], Any]) -> None:
    with pzg.parallel_env(as_path(scene("staggered"))) as env:
        assert env.metadata["name"] == "staggered"
        assert first_steps(env) == first_steps(make_env("staggered"))


def test_a_relative_scene_file(make_env: MakeEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SCENES / "staggered")
    with pzg.parallel_env("staggered.tscn") as env:
        assert env.possible_agents[0] == "runner_0"
        # Where it was made is where it is, whatever the loop does to its folder later.
        monkeypatch.chdir("/")
        env.reset(seed=1)


def test_a_project_folder(make_env: MakeEnv) -> None:
    with pzg.parallel_env(SCENES) as env:
        assert env.metadata["name"] == "scenes"
        assert first_steps(env) == first_steps(make_env("spaces"))


def test_a_path_with_spaces_and_accents(tmp_path: Path) -> None:
    project = tmp_path / "un project été"
    shutil.copytree(SCENES, project)
    with pzg.parallel_env(project / "staggered" / "staggered.tscn") as env:
        env.reset(seed=1)


def test_bundled_scenes() -> None:
    listed = pzg.list_scenes()
    assert "chase" in listed
    for description in listed.values():
        assert description


@pytest.mark.parametrize("call", [pzg.parallel_env, pzg.env])
def test_bad_first_arguments(tmp_path: Path, call: Callable[[Any], Any]) -> None:
    (tmp_path / "loose.tscn").write_text("[gd_scene format=3]\n")
    (tmp_path / "text.txt").write_text("no program")
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "project.godot").write_text("config_version=5\n")
    bad = {
        "chasse": "chase",  # the names that there are
        "no/such/folder": "does not exist",
        str(tmp_path): "project.godot",
        str(tmp_path / "loose.tscn"): "inside a project",
        str(tmp_path / "missing.tscn"): "does not exist",
        str(tmp_path / "text.txt"): "no program",
        str(bare): "main scene",
        "": "expected",
    }
    for argument, message in bad.items():
        with pytest.raises(SceneNotFound, match=re.escape(message)) as caught:
            call(argument)
        assert isinstance(caught.value, FileNotFoundError)


def test_a_program_that_is_no_game() -> None:
    env = pzg.parallel_env(shutil.which("true"), start_timeout=10.0)
    with pytest.raises(Exception, match="exited with code 0") as caught:
        env.reset()
    assert type(caught.value).__name__ == "EngineStartError"


# ------------------------------------------------------------------ a scene from the editor


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, so that nobody else's scene finds this Python."""
    if sys.platform != "linux":
        pytest.skip("only on Linux can the data folder be chosen")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def press_play(data_home: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start the staggered scene as the editor does: without a word about Python."""
    games: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [
            str(find_godot().executable),
            "--headless",
            "--path",
            str(SCENES),
            "res://staggered/staggered.tscn",
        ]
        game = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        games.append(game)
        return game

    yield start
    for game in games:
        game.kill()
        game.communicate()


def test_python_waits_for_a_scene(
    data_home: Path, press_play: Callable[[], subprocess.Popen[str]]
) -> None:
    file = data_home / "pettingzoo_godot" / "connection.json"
    expected = first_steps(pzg.parallel_env(scene("staggered")))
    with pzg.parallel_env(None, start_timeout=30.0) as env, ThreadPoolExecutor(1) as pool:
        start = pool.submit(env.reset, 1)
        wait_until(file.exists, 10.0, "the connection file")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert json.loads(file.read_text())["url"].startswith("ws://127.0.0.1:")
        game = press_play()
        start.result(timeout=30.0)
        assert not file.exists()
        assert env.possible_agents == ["runner_0", "runner_1", "runner_2", "runner_3"]
        assert first_steps(env) == expected
        # Python's end is not the game's: it goes on for the person at the editor.
        with pytest.raises(subprocess.TimeoutExpired):
            game.wait(0.3)


def test_a_scene_waits_for_python(
    data_home: Path, press_play: Callable[[], subprocess.Popen[str]]
) -> None:
    game = press_play()
    assert game.stdout is not None
    assert "Godot Engine" in game.stdout.readline()
    for _ in range(2):  # and again, after Python's first program has ended
        with pzg.parallel_env(None, start_timeout=30.0) as env:
            assert env.possible_agents[0] == "runner_0"
            env.reset(seed=1)
            env.step(sample(env))
    assert game.poll() is None


def test_nobody_presses_play(data_home: Path) -> None:
    env = pzg.parallel_env(None, start_timeout=0.3)
    with pytest.raises(LinkTimeout, match=r"0\.3 s"):
        env.reset()
    assert not (data_home / "pettingzoo_godot" / "connection.json").exists()
    env.close()


# ------------------------------------------------------------------ an exported game

PRESET = """[preset.0]

name="Linux"
platform="Linux"
runnable=true
export_filter="all_resources"
export_path=""

[preset.0.options]

custom_template/release="{template}"
binary_format/architecture="x86_64"
binary_format/embed_pck=false
"""


def find_template() -> Path | None:
    """The release template: the engine's own, or one beside $GODOT's."""
    godot = find_godot()
    beside = godot.executable.with_name("godot-template-release")
    return godot.template or (beside if beside.exists() else None)


def export(source: Path, folder: Path) -> Path:
    """A project without its `.godot` folder, exported as a game for this machine."""
    template = find_template()
    if sys.platform != "linux" or template is None:
        pytest.skip("no release export template for this Godot is known")
    project = folder / "project"
    shutil.copytree(source, project, ignore=shutil.ignore_patterns("mistakes", ".godot"))
    (project / "export_presets.cfg").write_text(PRESET.format(template=template))
    godot = [str(find_godot().executable), "--headless", "--path", str(project)]
    built = folder / "zoo.x86_64"
    for arguments in (["--import"], ["--export-release", "Linux", str(built)]):
        done = subprocess.run(
            [*godot, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100.0,
        )
        assert done.returncode == 0, done.stdout
    assert built.exists()
    return built


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test project, exported; its main scene is `spaces`."""
    return export(SCENES, tmp_path_factory.mktemp("export"))


def test_an_exported_scene_keeps_what_its_inspector_set(tmp_path: Path, make_env: MakeEnv) -> None:
    # chase's columns and input map are in the scene file, which an export converts.
    with pzg.parallel_env(export(bundled_project(), tmp_path)) as env:
        env.reset(seed=1)
        assert first_steps(env) == first_steps(make_env("chase"))


def test_an_exported_game_plays_as_the_project(game: Path, make_env: MakeEnv) -> None:
    with pzg.parallel_env(game) as env:
        assert env.metadata["name"] == "zoo"
        env.reset(seed=1)
        assert Path(engine_of(env).cmdline()[0]) == game
        assert first_steps(env) == first_steps(make_env("spaces"))


def test_an_exported_games_spec_is_kept(game: Path, started: Commands) -> None:
    with pzg.parallel_env(game) as env:
        assert env.possible_agents
    started.clear()
    with pzg.parallel_env(str(game)) as env:
        assert len(env.possible_agents) == 14
        assert started == []
        with pytest.raises(OptionError):
            env.reset(options={"count": 99})
        assert started == []


def test_an_exported_game_needs_no_godot(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GODOT", "/nowhere/godot")
    with pzg.parallel_env(game) as env:
        env.reset(seed=1)
        env.step(sample(env))


def test_killing_python_ends_an_exported_game(game: Path) -> None:
    program = (
        "import sys; import pettingzoo_godot as pzg; from play import engine_of;"
        "env = pzg.parallel_env(sys.argv[1]); env.reset();"
        "print(engine_of(env).pid, flush=True); sys.stdin.read()"
    )
    python = subprocess.Popen(
        [sys.executable, "-c", program, str(game)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=python_environment(),
    )
    assert python.stdout is not None
    pid = int(python.stdout.readline())
    assert {engine.pid for engine in engines()} == {pid}
    python.kill()
    wait_until(lambda: not engines(), 2.0, "the game's end")
    python.communicate()


def test_threads_are_not_left() -> None:
    before = threading.active_count()
    with pzg.parallel_env("chase") as env:
        env.reset(seed=1)
        env.step({agent: np.zeros(2, np.float32) for agent in env.agents})
    assert threading.active_count() == before
