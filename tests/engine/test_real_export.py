"""Exports made by a real Godot: they play as the project does, and report mistakes as it does."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from play import SCENES, assert_same, engine_of, play
from rich.console import Console
from typer.testing import CliRunner

import pettingzoo_godot as pzg
from pettingzoo_godot import cli
from pettingzoo_godot.errors import EngineDied, SceneError
from pettingzoo_godot.export import export_scene
from pettingzoo_godot.install import Progress, find_godot
from pettingzoo_godot.scene import find_scene

pytestmark = pytest.mark.engine

# One export for all mistakes: the game's file name says which scene it plays.
CHOOSER = """\
extends Node


func _ready() -> void:
	var scene: String = OS.get_executable_path().get_file()
	get_tree().change_scene_to_file.call_deferred("res://mistakes/%s.tscn" % scene)
"""
CHOOSER_SCENE = """\
[gd_scene format=3]

[ext_resource type="Script" path="res://chooser.gd" id="script"]

[node name="Chooser" type="Node"]
script = ExtResource("script")
"""
# What the addon itself checks, it checks in a release too.
MISTAKES = {
    "no_observe": ("bad_0", "Bad0", "observes nothing.*_observe"),
    "no_agent": ("", "Root", "ZooAgent"),
    "wrong_size": ("bad_0", "Bad0", "_observe: expected 2 .*got 3"),
    "nan": ("bad_0", "Bad0", "observation.*nan at element"),
    "nan_reward": ("bad_0", "Bad0", "reward.*nan"),
    "out_of_bounds": ("bad_0", "Bad0", r"observation in \[0.*1.*\].*1\.5 at element"),
    "undeclared_info": ("bad_0", "Bad0", "speed.*info_names"),
}


@pytest.fixture(scope="module", autouse=True)
def template() -> None:
    if find_godot().template is None:
        pytest.skip("this Godot has no export template: they are a large download")


@pytest.fixture(scope="module")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A game that plays the scene of mistakes for which its file is named."""
    folder = tmp_path_factory.mktemp("mistakes")
    project = folder / "project"
    shutil.copytree(SCENES / "mistakes", project / "mistakes")
    shutil.copytree(SCENES / "addons", project / "addons")
    shutil.copy(SCENES / "project.godot", project)
    (project / "chooser.gd").write_text(CHOOSER)
    (project / "chooser.tscn").write_text(CHOOSER_SCENE)
    silent = Progress(Console(quiet=True))
    return export_scene(project / "chooser.tscn", folder / "game", progress=silent)


def make_mistake(mistakes: Path, name: str, steps: int = 5) -> None:
    game = mistakes.with_name(name)
    os.link(mistakes, game)
    with pzg.parallel_env(game) as env:
        env.reset(seed=1)
        for _ in range(steps):
            env.step({agent: np.zeros(1, np.float32) for agent in env.agents})


def test_command_makes_a_game_that_plays_as_the_project_at_its_own_rate(tmp_path: Path) -> None:
    """All bits of two episodes, at 120 physics ticks per second; the game was moved."""
    project = tmp_path / "a project"
    shutil.copytree(find_scene("chase").project or "", project, ignore=lambda *_: {".godot"})
    with (project / "project.godot").open("a") as settings:
        settings.write("\n[physics]\n\ncommon/physics_ticks_per_second=120\n")
    before = {path for path in project.rglob("*") if path.name != ".godot"}
    source, out = project / "chase" / "chase.tscn", tmp_path / "build" / "a game.x86_64"
    result = CliRunner().invoke(cli.app, ["export", str(source), str(out)])
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{out}\n"
    assert "Exporting chase" in result.stderr
    assert "ERROR" not in result.stderr
    assert {path for path in project.rglob("*")} == before
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    game = out.rename(tmp_path / "moved")
    with pzg.parallel_env(game) as played, pzg.parallel_env(source) as expected:
        assert list(played.possible_agents) == list(expected.possible_agents)
        assert spaces(played) == spaces(expected)
        assert played.step_seconds == expected.step_seconds
        assert_same(play(played, 100, seed=7), play(expected, 100, seed=7))
        command = engine_of(played).cmdline()
        assert command[command.index("--fixed-fps") + 1] == "120"


def spaces(env: pzg.GodotParallelEnv) -> list[Any]:
    return [(env.observation_space(a), env.action_space(a)) for a in env.possible_agents]


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_of_a_scene_are_found_in_a_release(mistakes: Path, name: str) -> None:
    agent, node, message = MISTAKES[name]
    with pytest.raises(SceneError) as caught:
        make_mistake(mistakes, name)
    assert re.search(message, str(caught.value), re.DOTALL)
    assert caught.value.agent == agent
    assert caught.value.node.split("/")[-1] == node


def test_a_release_does_not_survive_a_script_error(mistakes: Path) -> None:
    """Godot checks calls in its editor's build only; docs/PYTHON.md says so."""
    with pytest.raises(EngineDied, match=r"was killed by .* during a step"):
        make_mistake(mistakes, "error_in_act")
