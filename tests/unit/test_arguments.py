from pathlib import Path

import numpy as np
import pytest
from golden_scene import HELLO

from pettingzoo_godot import arguments
from pettingzoo_godot.arguments import (
    absolute_scene,
    make_launch,
    name_of,
    settle_episode,
    speedup_for,
)
from pettingzoo_godot.errors import OptionError, SceneNotFound, UsageError

DEFAULTS = {
    "render_mode": None,
    "speedup": None,
    "timeout": 60.0,
    "start_timeout": 60.0,
    "log_path": None,
}


@pytest.fixture
def game(tmp_path):
    path = tmp_path / "tag.x86_64"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("scene", [None, "", "chase"])
def test_what_is_no_path_stays(scene):
    assert absolute_scene(scene) == scene


def test_paths_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/of/somebody")
    assert absolute_scene("tag.tscn") == tmp_path / "tag.tscn"
    assert absolute_scene(Path("a/tag")) == tmp_path / "a" / "tag"
    assert absolute_scene("~/tag") == Path("/home/of/somebody/tag")
    assert absolute_scene("/tag") == Path("/tag")


@pytest.mark.parametrize(
    ("scene", "name"),
    [(None, "editor"), ("chase", "chase"), ("/a/tag.x86_64", "tag"), (Path("tag.tscn"), "tag")],
)
def test_name(scene, name):
    assert name_of(scene) == name


def test_launch_has_what_was_asked_for(game):
    launch = make_launch(
        game,
        render_mode="human",
        speedup=2,
        timeout=3,
        start_timeout=np.float32(4.5),
        log_path=Path("engine.log"),
        arenas=5,
    )
    assert launch.scene is not None
    assert launch.scene.game == game
    assert (launch.window, launch.speedup, launch.arenas) == (True, 2.0, 5)
    assert (launch.timeout, launch.start_timeout) == (3.0, 4.5)
    assert launch.log_path == Path("engine.log")
    assert type(launch.start_timeout) is float


def test_launch_of_the_editors_scene_and_defaults():
    launch = make_launch(None, **DEFAULTS)
    assert launch.scene is None
    assert (launch.window, launch.speedup, launch.arenas, launch.log_path) == (False, 0.0, 1, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"render_mode": "rgb_array"}, "render_mode None or human; got 'rgb_array'"),
        ({"render_mode": ""}, "render_mode None or human; got ''"),
        ({"speedup": -1}, "speedup"),
        ({"speedup": "fast"}, "speedup"),
        ({"timeout": 0}, "expected timeout"),
        ({"start_timeout": None}, "expected start_timeout"),
    ],
)
def test_wrong_arguments(game, changes, words):
    with pytest.raises(UsageError, match=words):
        make_launch(game, **(DEFAULTS | changes))


def test_a_scene_that_is_not_there(tmp_path):
    with pytest.raises(SceneNotFound):
        make_launch(tmp_path / "absent.tscn", **DEFAULTS)


@pytest.mark.parametrize(
    ("mode", "speedup", "expected"),
    [(None, None, 0.0), ("human", None, 1.0), ("human", 0, 0), (None, 2.5, 2.5)],
)
def test_a_window_shows_real_time_unless_told_otherwise(mode, speedup, expected):
    assert speedup_for(mode, speedup) == expected


def test_episode_has_every_parameter_and_the_limit():
    defaults = {"walls": 3, "wind": 0.5, "night": False, "map": "field"}
    assert settle_episode(HELLO, {}, (), None) == (defaults, 500)
    assert settle_episode(HELLO, {"walls": 1}, ["walls"], 0) == (defaults | {"walls": 1}, 0)
    assert settle_episode(HELLO, {"unknown": 1}, (), 7) == (defaults, 7)


@pytest.mark.parametrize(
    ("chosen", "required", "limit", "words"),
    [
        ({"walls": 9}, (), None, "'walls'"),
        ({}, ["gravity"], None, "got .'gravity'"),
        ({}, (), -1, "max_steps"),
    ],
)
def test_wrong_episodes(chosen, required, limit, words):
    with pytest.raises(OptionError, match=words):
        settle_episode(HELLO, chosen, required, limit)


def test_render_modes_are_a_constant():
    assert arguments.RENDER_MODES == ("human",)
