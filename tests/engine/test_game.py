"""Scenes without a trainer: games that run by themselves, and projects open in the editor."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from play import SCENES, MakeEnv
from watch import ROOT, complaints, run_engine

import pettingzoo_godot as pzg

pytestmark = pytest.mark.engine

GAME = SCENES / "game"
MAX_STEPS = 5
PLAY_TICKS = 4
SETTLE_TICKS = 3
LAST_OF_VICTIM = 2

# game.gd: in a first step no key is pressed, then right and half down, then left, and so on.
STEERED = [[0.0, 0.0], [1.0, 0.5], [-1.0, 0.0], [0.0, 0.0], [1.0, 0.5]]
CHOSEN = [6, 7, 5, 6, 7]


def play_game(tmp_path: Path, *user_arguments: str) -> tuple[list[dict[str, Any]], str]:
    """What game.gd tells of 300 frames, and all of the output."""
    options = ("--fixed-fps", "60", "--quit-after", "300", "res://game/game.tscn")
    output = run_engine(tmp_path, SCENES, *options, "--", *user_arguments)
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")], output


def episodes_of(events: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The events of each episode but the last one, which the end of the engine cut off."""
    starts = [i for i, event in enumerate(events) if event["event"] == "episode_started"]
    return [events[a:b] for a, b in itertools.pairwise(starts)]


def test_chase_is_a_game(tmp_path: Path) -> None:
    options = ("--fixed-fps", "60", "--quit-after", "5000", "--script", GAME / "watch_chase.gd")
    output = run_engine(tmp_path, ROOT / "envs", *options)
    assert complaints(output) == []
    # A round takes at most 60 steps of 6 ticks, and a pause of 90 ticks.
    (rounds,) = [line for line in output.splitlines() if line.startswith("rounds: ")]
    assert int(rounds.removeprefix("rounds: ")) >= 5000 // (60 * 6 + 90) - 1


def test_a_game(tmp_path: Path) -> None:
    events, output = play_game(tmp_path)
    assert complaints(output) == []
    episodes = episodes_of(events)
    assert len(episodes) >= 300 // (MAX_STEPS * PLAY_TICKS + SETTLE_TICKS) - 1
    assert len({events[0]["seed"] for events in episodes}) == len(episodes)
    for episode in episodes:
        expected = ["episode_started", *["step_ended"] * MAX_STEPS, "episode_ended"]
        assert [event["event"] for event in episode] == expected
        steps = episode[1:-1]
        actions = [step["actions"] for step in steps]
        assert [action["steerer_0"] for action in actions] == [[it] for it in STEERED]
        assert [action["chooser_0"] for action in actions] == [[it] for it in CHOSEN]
        bot = [action["bot_0"][0][0] for action in actions]
        assert bot == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])
        # Its body is freed after it acted, and nobody else minds.
        alive = [step["step"] for step in steps if "victim_0" in step["actions"]]
        assert alive == list(range(1, LAST_OF_VICTIM))
        truncated = [set(step["truncated"].values()) for step in steps]
        assert truncated == [{False}] * (MAX_STEPS - 1) + [{True}]


def test_people_see_steps_of_their_own_length(tmp_path: Path) -> None:
    events, _ = play_game(tmp_path)
    for episode in episodes_of(events):
        ticks = [event["tick"] for event in episode]
        first = SETTLE_TICKS + PLAY_TICKS
        gaps = [later - earlier for earlier, later in itertools.pairwise(ticks)]
        assert gaps == [first, *[PLAY_TICKS] * (MAX_STEPS - 1), 0]


def test_a_script_error_leaves_the_game_running(tmp_path: Path) -> None:
    events, output = play_game(tmp_path, "--err")
    errors = [line for line in output.splitlines() if line.startswith("SCRIPT ERROR")]
    episodes = episodes_of(events)
    assert len(errors) in (len(episodes), len(episodes) + 1)  # one in each episode
    assert len(episodes) >= 300 // (MAX_STEPS * PLAY_TICKS + SETTLE_TICKS) - 1
    for episode in episodes:
        actions = [event["actions"] for event in episode if event["event"] == "step_ended"]
        assert [len(action["bot_0"]) for action in actions] == [1, 0, 1, 1, 1]
        assert [action["steerer_0"] for action in actions] == [[it] for it in STEERED]


def test_a_person_plays_beside_a_trainer(make_env: MakeEnv) -> None:
    env: pzg.GodotParallelEnv = make_env("game")
    assert env.possible_agents == ["steerer_0", "victim_0"]
    for _ in range(2):
        env.reset(seed=1)
        chosen = []
        while env.agents:
            actions = {agent: env.action_space(agent).sample() for agent in env.agents}
            observations, *_ = env.step(actions)
            chosen.append(int(observations["steerer_0"][0]))
        assert chosen == CHOSEN


@pytest.mark.parametrize("project", ["godot_plugin", "envs", "tests/engine/scenes"])
def test_the_editor_complains_about_nothing(tmp_path: Path, project: str) -> None:
    # A copy: the editor writes into a project.
    copy = tmp_path / "project"
    shutil.copytree(ROOT / project, copy, ignore=shutil.ignore_patterns(".godot"))
    settings = copy / "project.godot"
    # Its own plugins off, ours on, and one that looks at the inspector where there is a scene.
    probes = project.endswith("scenes")
    plugins = ["res://addons/pettingzoo_godot/plugin.cfg"]
    if probes:
        (copy / "addons" / "probe").mkdir()
        config = (
            '[plugin]\nname="probe"\ndescription=""\nauthor=""\nversion=""\nscript="probe.gd"\n'
        )
        (copy / "addons" / "probe" / "plugin.cfg").write_text(config)
        shutil.copy(GAME / "probe.gd", copy / "addons" / "probe")
        plugins.append("res://addons/probe/plugin.cfg")
    text = settings.read_text().split("[editor_plugins]")[0]
    enabled = f"enabled=PackedStringArray({json.dumps(plugins)[1:-1]})"
    settings.write_text(f"{text}\n[editor_plugins]\n\n{enabled}\n")
    assert complaints(run_engine(tmp_path, copy, "--import")) == []
    scene = ["res://chase/chase.tscn"] if project == "envs" else []
    frames = "1000" if probes else "100"
    output = run_engine(tmp_path, copy, "--editor", "--quit-after", frames, *scene)
    assert complaints(output) == []
    if probes:
        for warning in (
            "Mistakes: Two agents are called runner_0: rename a node or set agent_id.",
            "Mistakes: play_ticks_per_step changes the game unless act_mode is FIRST_TICK.",
            "Runner: Set an action space: what _act receives. Or add actuators.",
            "Runner: Control mode HUMAN needs an input map.",
            "Runner0: Set an action space: what _act receives. Or add actuators.",
        ):
            assert warning in output.splitlines()
