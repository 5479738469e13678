"""Pictures of scenes: what is in them, that they change nothing, and what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import psutil
import pytest
from play import (
    MakeEnv,
    assert_same,
    closing_envs,
    engine_of,
    play,
    python_environment,
    sample,
    scene,
    wait_until,
)
from processes import displays, engines

import pettingzoo_godot as pzg
from pettingzoo_godot.display import find_virtual_display
from pettingzoo_godot.errors import EngineDied, OptionError, ResetNeeded

pytestmark = pytest.mark.engine

Picture = np.ndarray[Any, np.dtype[np.uint8]]

Share = Callable[[str], pzg.GodotParallelEnv]

SMALL: dict[str, Any] = {"width": 64, "height": 48}
SHARED: dict[str, dict[str, Any]] = {
    "picture": {},
    "picture/flat": {},
    "chase": SMALL,
    "cart_pole": SMALL,
}
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
STEPS = 100
STAY, GO = [0.0], [1.0]


@pytest.fixture(scope="module", autouse=True)
def no_display() -> Iterator[None]:
    """Every engine has a virtual display of its own, as on a machine without any."""
    if find_virtual_display() is None:
        pytest.skip("no Xvfb: pictures cannot be drawn without a display here")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DISPLAY", raising=False)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield


@pytest.fixture(scope="module")
def started(no_display: None) -> Iterator[dict[str, pzg.GodotParallelEnv]]:
    """Environments that the tests of this module share: starting them takes a second each."""
    with closing_envs() as make:
        made = {}
        for name, size in SHARED.items():
            made[name] = make(name, render_mode="rgb_array", **size)
            made[name].reset()
        yield made


@pytest.fixture
def share(started: dict[str, pzg.GodotParallelEnv]) -> Share:
    """A function that resets an environment that is shared."""

    def share(name: str) -> pzg.GodotParallelEnv:
        started[name].reset(seed=1)
        return started[name]

    return share


def render(env: pzg.GodotParallelEnv, camera: str | None = None) -> Picture:
    env.camera_name = camera
    picture = env.render()
    assert picture is not None
    assert picture.dtype == np.uint8
    return picture


def where(picture: Picture, color: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """The rows and columns, first and last, in which a colour is; that must be a full rectangle."""
    rows, columns = np.nonzero((picture == color).all(axis=2))
    assert rows.size, f"there is no {color}"
    box = [int(rows.min()), int(rows.max())], [int(columns.min()), int(columns.max())]
    assert rows.size == (box[0][1] - box[0][0] + 1) * (box[1][1] - box[1][0] + 1)
    return box


def count(picture: Picture, color: tuple[int, ...]) -> int:
    return int((picture == color).all(axis=2).sum())


# ------------------------------------------------------------------ what is in them


@pytest.mark.parametrize("name", ["chase", "cart_pole", "arena_bench"])
def test_bundled_scenes(make_env: MakeEnv, name: str) -> None:
    env = make_env(name, render_mode="rgb_array")
    env.reset(seed=1)
    env.step(sample(env))
    picture = render(env)
    assert picture.shape == (720, 720, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 30
    assert render(env).tobytes() == picture.tobytes()
    behind = render(env, env.possible_agents[0])
    assert 0.1 < (behind != picture).any(axis=2).mean()
    assert render(env).tobytes() == picture.tobytes()  # the scene's own camera again


def test_a_red_agent_in_front_of_the_camera(share: Share) -> None:
    env = share("picture")
    rows, columns = where(render(env), RED)
    # A cube of 1 m at 4.5 m in a picture of 240 rows and 60 degrees: 46 pixels, in the middle.
    assert rows == [240 // 2 - 23, 240 // 2 + 22]
    assert columns == [320 // 2 - 23, 320 // 2 + 22]
    env.step({"red_0": GO, "green_0": STAY})
    assert where_is(render(env), RED)[1] > columns[1]
    for _ in range(20):
        env.step({"red_0": GO, "green_0": STAY})
    assert count(render(env), RED) == 0


def test_a_picture_shows_the_state_after_the_last_step(
    share: Share,
) -> None:
    env = share("picture")
    assert count(render(env), WHITE) == 0
    for step in range(1, 5):
        env.step({"red_0": STAY, "green_0": STAY})
        assert where(render(env), WHITE) == ([200, 219], [0, 10 * step - 1])


@pytest.mark.parametrize(
    ("size", "mark"),
    [
        ((640, 480), 80),
        ((640, 240), 40),  # more to the sides, and nothing is stretched
        ((160, 480), 20),
        ((100, 100), 12.5),
    ],
)
def test_sizes(make_env: MakeEnv, size: tuple[int, int], mark: float) -> None:
    env = make_env("picture", render_mode="rgb_array", width=size[0], height=size[1])
    env.reset()
    picture = render(env)
    assert picture.shape == (size[1], size[0], 3)
    rows, columns = where(picture, BLUE)  # the mark in the right upper corner
    assert rows[0] == 0
    assert columns[1] == size[0] - 1
    assert rows[1] + 1 == pytest.approx(mark, abs=1)
    assert columns[1] - columns[0] + 1 == pytest.approx(mark, abs=1)
    # The window's sides are all there, as many times larger as the mark.
    rows, columns = where(picture, RED)
    assert rows[1] - rows[0] == pytest.approx(46 * mark / 40, abs=2)
    assert columns[1] - columns[0] == pytest.approx(46 * mark / 40, abs=2)


def test_cameras(share: Share) -> None:
    env = share("picture")
    own = render(env)
    above = render(env, "FromAbove")
    assert count(above, RED) > 0
    assert where(above, RED)[0][0] > 120 > where(above, GREEN)[0][1]  # green is further north
    behind_green = render(env, "green_0")
    assert count(behind_green, GREEN) > 500 > count(behind_green, RED) == 0
    behind_red = render(env, "red_0")
    assert count(behind_red, RED) > 500
    assert 0 < count(behind_red, GREEN) < count(behind_red, RED)
    env.step({"red_0": GO, "green_0": STAY})
    assert render(env, "red_0").tobytes() != behind_red.tobytes()
    np.testing.assert_allclose(  # it follows
        where_is(render(env, "red_0"), RED), where_is(behind_red, RED), atol=1.0
    )
    env.reset(seed=1)
    assert render(env).tobytes() == own.tobytes()
    with pytest.raises(OptionError, match=r"'Camera3D', 'FromAbove'.*'red_0', 'green_0'.*'Red'"):
        render(env, "Red")
    env.step({"red_0": STAY, "green_0": STAY})


def where_is(picture: Picture, color: tuple[int, ...]) -> Any:
    """The middle of a colour: row and column."""
    return np.mean(np.nonzero((picture == color).all(axis=2)), axis=1)


def test_cameras_in_2d(share: Share) -> None:
    env = share("picture/flat")
    assert where(render(env), RED) == ([110, 129], [250, 269])  # (100, 0) from the middle, 20 px
    # From behind: in the middle, twice as large.
    assert where(render(env, "red_0"), RED) == ([100, 139], [140, 179])
    env.step({"red_0": GO})
    assert where(render(env, "red_0"), RED) == ([100, 139], [140, 179])
    env.step({"red_0": [-1.0]})
    # Turned a quarter to the right, half as large, 100 px further down: so it is at the left.
    assert where(render(env, "Turned"), RED) == ([115, 124], [105, 114])
    assert where(render(env), RED) == ([110, 129], [250, 269])


# ------------------------------------------------------------------ what they change


@pytest.mark.parametrize("name", ["chase", "cart_pole", "arena_bench"])
def test_pictures_change_no_bit(make_env: MakeEnv, name: str) -> None:
    env = make_env(name, render_mode="rgb_array", **SMALL)
    expected = play(make_env(name), STEPS, seed=42)  # headless
    assert_same(play(env, STEPS, seed=42), expected)
    cameras = [None, *env.possible_agents]

    def draw(step: int) -> None:
        if step % 3 == 0:
            render(env, cameras[step % len(cameras)])

    assert_same(play(env, STEPS, seed=42, between=draw), expected)


def test_spaces_stay_the_same_objects(make_env: MakeEnv) -> None:
    # An engine that draws puts its scene elsewhere in the tree; nobody is to notice.
    env = make_env("chase", render_mode="rgb_array", **SMALL)
    space = env.observation_space("seeker_0")
    env.reset(seed=1)
    assert env.observation_space("seeker_0") is space


def test_same_seed_same_pictures(share: Share, make_env: MakeEnv) -> None:
    def film(env: pzg.GodotParallelEnv) -> list[bytes]:
        pictures: list[bytes] = []
        play(env, 20, 5, between=lambda _: pictures.append(render(env).tobytes()))
        return pictures

    for name in ("chase", "cart_pole"):
        env = share(name)
        first = film(env)
        assert len(set(first)) > 10
        assert film(env) == first  # after other episodes, too
        assert film(make_env(name, render_mode="rgb_array", **SMALL)) == first


def test_no_picture_before_the_first_reset(make_env: MakeEnv) -> None:
    env = make_env("picture", render_mode="rgb_array")
    with pytest.raises(ResetNeeded):
        env.render()
    assert env.engine_pid is None


# ------------------------------------------------------------------ many arenas


def test_arenas_in_one_picture(make_env: MakeEnv) -> None:
    single = make_env("picture", render_mode="rgb_array", **SMALL)
    with pzg.vector_env(scene("picture"), 2, 3, render_mode="rgb_array", **SMALL) as vec:
        vec.reset(seed=1)
        moves = np.linspace(-1.0, 1.0, 6, dtype=np.float32)[:, None]
        vec.step({"red": moves, "green": np.zeros_like(moves)})
        pictures = vec.draw_arenas()
        for move, picture in zip(moves, pictures, strict=True):
            single.reset(seed=1)
            single.step({"red_0": move, "green_0": STAY})
            assert render(single).tobytes() == picture.tobytes()
        tiled = vec.render()
        assert tiled.shape == (2 * 48, 3 * 64, 3)
        assert tiled[48:, 64:128].tobytes() == pictures[4].tobytes()
        vec.camera_name = "FromAbove"
        assert (vec.render()[:48, :64] != pictures[0]).any()


def test_each_arena_has_its_camera_from_the_first_episode_on(share: Share) -> None:
    expected = render(share("picture/flat")).tobytes()
    with pzg.vector_env(scene("picture/flat"), 1, 3, render_mode="rgb_array") as vec:
        for _ in range(2):
            vec.reset(seed=1)
            assert [picture.tobytes() == expected for picture in vec.draw_arenas()] == [True] * 3


# ------------------------------------------------------------------ other ways to the same


def test_the_apis_of_others(share: Share) -> None:
    chase, cart_pole = render(share("chase")), render(share("cart_pole"))
    aec = pzg.env("chase", render_mode="rgb_array", **SMALL)
    aec.reset(seed=1)
    assert aec.render().tobytes() == chase.tobytes()
    aec.close()
    with pzg.gymnasium_env("cart_pole", render_mode="rgb_array", **SMALL) as env:
        env.reset(seed=1)
        picture = env.render()
        assert picture is not None
        assert picture.tobytes() == cart_pole.tobytes()
    made = gymnasium.make(
        "pettingzoo_godot:godot/cart_pole-v0", render_mode="rgb_array", camera_name=None, **SMALL
    )
    with gymnasium.wrappers.AddRenderObservation(made) as env:
        assert env.reset(seed=1)[0].tobytes() == cart_pole.tobytes()


def test_stable_baselines3(share: Share) -> None:
    pytest.importorskip("stable_baselines3")
    vec = pzg.sb3_vec_env(scene("picture/flat"), 1, 2, render_mode="rgb_array")
    vec.seed(1)
    vec.reset()
    picture = render(share("picture/flat"))
    assert [image.tobytes() for image in vec.get_images() if image is not None] == 2 * [
        picture.tobytes()
    ]
    tiled = vec.render("rgb_array")
    assert tiled is not None
    assert tiled.shape == (240, 640, 3)
    assert (vec.render_mode, vec.metadata["render_fps"]) == ("rgb_array", 60)
    vec.close()


@pytest.mark.parametrize("num_cpus", [0, 2])
def test_supersuit(num_cpus: int) -> None:
    pytest.importorskip("stable_baselines3")
    before = displays()
    vec = pzg.supersuit_vec_env("chase", 2, num_cpus, render_mode="rgb_array", **SMALL)
    vec.reset()
    picture = vec.render()
    assert picture.shape == (48, 128, 3)
    assert vec.engines.render().tobytes() == picture[:, :64].tobytes()
    vec.close()
    wait_until(lambda: displays() == before, 3.0, "the displays' end")


# ------------------------------------------------------------------ what they leave behind


def test_a_display_ends_with_its_engine(make_env: MakeEnv) -> None:
    before = displays()
    env = make_env("picture", render_mode="rgb_array")
    assert env.possible_agents == ["red_0", "green_0"]
    assert displays() == before  # spaces need none
    env.reset()
    assert displays() > before
    folders = [os.path.dirname(one.cmdline()[-1]) for one in displays() - before]
    env.close()
    assert displays() == before
    assert not any(map(os.path.exists, folders))
    env = make_env("picture", render_mode="rgb_array")
    env.reset()
    engine_of(env).kill()
    with pytest.raises(EngineDied, match="during a picture"):
        env.render()
    assert displays() == before
    env.reset()
    assert render(env).any()


def test_a_scene_that_does_not_start_leaves_no_display(make_env: MakeEnv) -> None:
    before = displays()
    env = make_env("picture", render_mode="rgb_array", start_timeout=0.01)
    with pytest.raises(pzg.errors.EngineStartError):
        env.reset()
    assert displays() == before


PROGRAM = """
import sys, time
import pettingzoo_godot as pzg
env = pzg.parallel_env(sys.argv[1], render_mode="rgb_array")
env.reset(seed=1)
env.render()
print("ready", flush=True)
{end}
"""


@pytest.mark.parametrize(
    ("end", "sent"),
    [
        ("raise ValueError", None),
        ("time.sleep(60)", signal.SIGKILL),
        ("while True: env.render()", signal.SIGKILL),
        ("while True: env.render()", signal.SIGINT),
    ],
)
def test_no_display_outlives_python(end: str, sent: signal.Signals | None) -> None:
    before, started = displays(), engines()
    python = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(end=end), scene("picture")],
        env=python_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with python:
        assert python.stdout is not None
        assert python.stdout.readline() == "ready\n"
        if sent is not None:
            assert displays() > before
            os.kill(python.pid, sent)
    wait_until(lambda: displays() == before, 5.0, "the display's end")
    wait_until(lambda: engines() == started, 5.0, "the engine's end")


def test_a_display_ends_with_a_python_that_dies_while_it_starts() -> None:
    before = displays()
    python = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import time; from pettingzoo_godot import display as d; "
            "d._read_line = lambda *_: time.sleep(60); d.VirtualDisplay()",
        ],
        env=python_environment(),
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: displays() > before, 10.0, "a display")
    python.kill()
    python.wait()
    wait_until(lambda: displays() == before, 5.0, "the display's end")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_does_not_keep_our_display_alive(make_env: MakeEnv) -> None:
    before = displays()
    env = make_env("picture", render_mode="rgb_array")
    env.reset()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)  # until the parent lets go
        os._exit(0)
    os.close(reader)
    assert render(env).any()
    env.close()
    assert displays() == before
    os.close(writer)
    os.waitpid(child, 0)


# ------------------------------------------------------------------ a display that there is


def test_the_display_there_is(
    make_env: MakeEnv,
    share: Share,
    display: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = render(share("picture"))
    before = displays()
    monkeypatch.setenv("DISPLAY", display)
    env = make_env("picture", render_mode="rgb_array")
    env.reset()
    assert displays() == before
    assert "--zoo-wait=poll" in psutil.Process(env.engine_pid).cmdline()
    assert render(env).tobytes() == expected.tobytes()
    env.step({"red_0": STAY, "green_0": STAY})
    assert where(render(env), WHITE) == ([200, 219], [0, 9])


def test_a_scene_without_a_camera_says_so_once(
    make_env: MakeEnv, no_display: None, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    env = make_env("picture/no_camera", render_mode="rgb_array", log_path=log, width=64, height=48)
    env.reset(seed=1)
    pictures = [render(env) for _ in range(2)]
    assert all((picture == picture[0, 0]).all() for picture in pictures)  # grey
    assert log.read_text().count("the scene has no Camera3D") == 1
    assert (render(env, env.possible_agents[0]) != pictures[0]).any()
