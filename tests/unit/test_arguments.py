from pathlib import Path

import numpy as np
import pytest
from golden_scene import LAYOUT

from pettingzoo_godot import arguments, display
from pettingzoo_godot.arguments import (
    absolute_scene,
    make_launch,
    name_of,
    settle_episode,
    speedup_for,
)
from pettingzoo_godot.errors import OptionError, RenderModeError, SceneNotFound, UsageError
from pettingzoo_godot.messages import Reset

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
        ({"render_mode": "ansi"}, "render_mode None or human or rgb_array; got 'ansi'"),
        ({"render_mode": ""}, "render_mode None or human or rgb_array; got ''"),
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
    defaults = {"walls": 3, "wind": 0.5, "night": False, "map": "field", "teams": 2}
    assert settle_episode(LAYOUT, {}, (), None, ()) == Reset((), (), defaults, 500)
    fewer = Reset((), (), defaults | {"walls": 1}, 0)
    assert settle_episode(LAYOUT, {"walls": 1}, ["walls"], 0, ()) == fewer
    assert settle_episode(LAYOUT, {"unknown": 1}, (), 7, ()).options == defaults


@pytest.mark.parametrize(
    ("names", "agents"),
    [
        ([], ()),
        (["runner_1"], ("runner_1",)),
        ("chaser", ("chaser_0",)),
        (["runner_0", "runner", "chaser_0"], ("runner_0", "chaser_0", "runner_1")),
    ],
)
def test_heuristics_decide_for_agents_and_whole_groups(names, agents):
    assert settle_episode(LAYOUT, {}, (), None, names).heuristics == agents


@pytest.mark.parametrize(
    ("chosen", "required", "limit", "heuristic_agents", "words"),
    [
        ({"walls": 9}, (), None, (), "'walls'"),
        ({}, ["gravity"], None, (), "got .'gravity'"),
        ({}, (), -1, (), "max_steps"),
        ({"map": "moon"}, (), None, (), "'map': expected 'field' or 'café'; got 'moon'"),
        ({"teams": 3}, (), None, (), "'teams': expected 2, with which this environment was made"),
        ({}, (), None, ["walker"], "heuristic_agents.*'runner_0'.*'chaser'.*got 'walker'"),
    ],
)
def test_wrong_episodes(chosen, required, limit, heuristic_agents, words):
    with pytest.raises(OptionError, match=words):
        settle_episode(LAYOUT, chosen, required, limit, heuristic_agents)


def test_a_person_plays_agents_and_whole_groups():
    episode = settle_episode(LAYOUT, {}, (), None, ["chaser"], ["runner"])
    assert (episode.heuristics, episode.people) == (("chaser_0",), ("runner_0", "runner_1"))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["walker"], "human_agents to be among.*got 'walker'"),
        (["runner_1", "chaser"], r"\['runner_1'\] in heuristic_agents or in human_agents"),
    ],
)
def test_wrong_people(names, words):
    with pytest.raises(OptionError, match=words):
        settle_episode(LAYOUT, {}, (), None, ["runner"], names)


@pytest.mark.parametrize("render_mode", [None, "rgb_array"])
def test_people_need_a_window(render_mode):
    assert arguments.check_people([], render_mode) == ()
    assert arguments.check_people("runner", "human") == ("runner",)
    with pytest.raises(OptionError, match=f"'human' with human_agents.*{render_mode!r}"):
        arguments.check_people(["runner"], render_mode)


def test_render_modes_are_a_constant():
    assert arguments.RENDER_MODES == ("human", "rgb_array")


def test_sides_of_pictures_that_nobody_chose_are_zero(game, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":7")
    pictures = DEFAULTS | {"render_mode": "rgb_array"}
    assert make_launch(game, **DEFAULTS).picture is None
    assert make_launch(game, **pictures).picture == (0, 0)
    assert make_launch(game, **pictures, width=640).picture == (640, 0)
    launch = make_launch(game, **pictures, width=np.int64(640), height=360)
    assert (launch.picture, launch.window, launch.speedup) == ((640, 360), False, 0.0)
    for wrong in (0, -1, 1, 2.5, "640", True):
        with pytest.raises(OptionError, match="expected height to be an int from 2 on"):
            make_launch(game, **pictures, height=wrong)


def test_pictures_need_a_scene_of_ours_and_a_display(game, monkeypatch):
    pictures = DEFAULTS | {"render_mode": "rgb_array"}
    with pytest.raises(RenderModeError, match="from the editor shows itself"):
        make_launch(None, **pictures)
    monkeypatch.setattr(display, "find_display", lambda: None)
    monkeypatch.setattr(display, "find_virtual_display", lambda: None)
    with pytest.raises(RenderModeError, match=r"Xvfb for pictures of tag;.*apt-get install xvfb"):
        make_launch(game, **pictures)
