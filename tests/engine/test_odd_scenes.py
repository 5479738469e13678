"""Scenes that do what a scene may do at an odd moment: end early, pause the tree, change."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import EngineStartError, SceneError
from pettingzoo_godot.install import find_godot
from pettingzoo_godot.scene import bundled_project

pytestmark = pytest.mark.engine

PROJECT = 'config_version=5\n\n[application]\n\nrun/main_scene="res://odd.tscn"\n'
SCENE = """[gd_scene format=3]

[ext_resource type="Script" path="res://odd.gd" id="odd"]
[ext_resource type="Script" path="res://agent.gd" id="agent"]

[node name="Odd" type="Node2D"]

[node name="ZooEnvironment" type="Node" parent="."]
script = ExtResource("odd")
max_steps = 50

[node name="Runner" type="Node2D" parent="."]

[node name="ZooAgent" type="Node" parent="Runner"]
script = ExtResource("agent")
"""
AGENT = """extends ZooAgent

var ticks: int = 0


func _init() -> void:
	action_space = ZooDiscrete.choices(2)
	info_names = ["COLUMN"]


func _physics_process(_delta: float) -> void:
	ticks += 1


func _observe() -> Variant:
	return PackedFloat32Array([ticks])
"""

MakeProject = Callable[..., Path]


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    """A function that makes a project of one agent and the environment's script."""

    def make(environment: str = "", column: str = "number") -> Path:
        # A copy: importing a project writes into its addons, and they are other projects' too.
        shutil.copytree(bundled_project() / "addons", tmp_path / "addons")
        (tmp_path / "project.godot").write_text(PROJECT)
        (tmp_path / "odd.tscn").write_text(SCENE)
        (tmp_path / "odd.gd").write_text(f"extends ZooEnvironment\n\n\n{environment}")
        (tmp_path / "agent.gd").write_text(AGENT.replace("COLUMN", column))
        return tmp_path

    return make


@pytest.mark.parametrize("call", ["terminate()", "terminate.call_deferred()"])
def test_an_early_end_is_reported_after_the_first_step(make_project: MakeProject, call: str):
    project = make_project(f"func _reset(_options: Dictionary) -> void:\n\t{call}\n")
    with pzg.parallel_env(project) as env:
        for _ in range(2):
            env.reset(seed=1)
            assert env.agents == ["runner_0"]
            _, _, terminations, truncations, _ = env.step({"runner_0": 0})
            assert terminations == {"runner_0": True}
            assert truncations == {"runner_0": False}
            assert env.agents == []


def test_a_scene_that_pauses_the_tree_goes_on(make_project: MakeProject) -> None:
    project = make_project("func _after_step() -> void:\n\tget_tree().paused = true\n")
    with pzg.parallel_env(project) as env:
        for _ in range(2):
            observations, _ = env.reset(seed=1)
            first = float(observations["runner_0"][0])
            for step in range(1, 6):
                observations, *_ = env.step({"runner_0": 0})
                assert float(observations["runner_0"][0]) == first + step


@pytest.mark.parametrize("column", ["tick", "TimeLimit.truncated"])
def test_a_column_that_is_taken_is_a_mistake(make_project: MakeProject, column: str) -> None:
    with pzg.parallel_env(make_project(column=column)) as env:
        with pytest.raises(SceneError, match=f"'runner_0'.*{column} is taken"):
            env.reset()


def test_the_first_episode_after_a_change_has_the_new_limit(make_project: MakeProject) -> None:
    project = make_project()
    with pzg.parallel_env(project) as env:
        assert env.possible_agents == ["runner_0"]
        (project / "odd.tscn").write_text(SCENE.replace("max_steps = 50", "max_steps = 7"))
        env.reset(seed=1)
        steps = 0
        while env.agents:
            env.step({"runner_0": 0})
            steps += 1
        assert steps == 7


def test_a_project_that_cannot_be_imported_says_why(make_project: MakeProject) -> None:
    project = make_project()
    (project / ".godot").write_text("a file where Godot wants a folder")
    with pzg.parallel_env(project) as env, pytest.raises(EngineStartError, match="to import"):
        env.reset()


def test_a_stale_connection_file_is_tried_once(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project()
    godot = [str(find_godot().executable), "--headless", "--path", str(project)]
    subprocess.run([*godot, "--import"], capture_output=True, timeout=60.0, check=True)
    data = tmp_path / "data" / "pettingzoo_godot"
    data.mkdir(parents=True)
    # Port 9 of the loopback: nobody listens, as after `kill -9` of a Python that waited.
    (data / "connection.json").write_text('{"url": "ws://127.0.0.1:9", "token": "x"}')
    done = subprocess.run(
        [*godot, "--fixed-fps", "60", "--quit-after", "3000"],
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=60.0,
    )
    assert done.returncode == 0
    assert (done.stdout + done.stderr).count("no link to ws://127.0.0.1:9") == 1
