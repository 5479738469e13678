"""Agents that a person plays while Python trains the others: `human_agents`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from play import MakeEnv, sample

from pettingzoo_godot.errors import OptionError, SceneError

pytestmark = pytest.mark.engine


@pytest.fixture(autouse=True)
def on_display(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)


def test_the_keys_decide_and_python_sees(make_env: MakeEnv, tmp_path: Path) -> None:
    # game.gd presses right and half down in each second step, left in each third one.
    log = tmp_path / "log"
    env = make_env(
        "game", render_mode="human", speedup=0, human_agents="steerer", log_path=log, max_steps=3
    )
    steered = [[0, 0], [1, 0.5], [-1, 0]]
    for people, acted in ((["steerer_0"], steered), ([], [[0.25, 0.25]] * 3)):
        env.human_agents = people
        env.reset(seed=1)
        log.write_text("")
        while "steerer_0" in env.agents:
            observations, *_ = env.step(sample(env) | {"steerer_0": np.full(2, 0.25, np.float32)})
            assert "steerer_0" in observations
        lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
        events = [json.loads(line) for line in lines]
        told = [event["actions"]["steerer_0"] for event in events if event["event"] == "step_ended"]
        assert [actions[0] for actions in told] == acted


def test_a_seeker_that_nobody_moves_stays(make_env: MakeEnv) -> None:
    env = make_env(
        "hide_and_seek",
        render_mode="human",
        speedup=0,
        human_agents=["seeker_0"],
        heuristic_agents=["hider"],
        parameters={"prep_fraction": 0.0},
    )
    starts = env.reset(seed=1)[0]
    for _ in range(20):
        seen = env.step(sample(env))[0]
    moved = {agent: np.abs(seen[agent][:3] - starts[agent][:3]).max() for agent in seen}
    assert moved["seeker_0"] < 0.01 < moved["seeker_1"]


def test_who_has_no_input_map_cannot_be_played(make_env: MakeEnv) -> None:
    env = make_env("shaped", render_mode="human", speedup=0, human_agents=["counter_1"])
    with pytest.raises(SceneError, match=r"'counter_1'.*a person cannot play it: it has no input"):
        env.reset(seed=1)


def test_nobody_is_played_twice(make_env: MakeEnv) -> None:
    env = make_env(
        "shaped", render_mode="human", human_agents="counter_1", heuristic_agents="counter"
    )
    with pytest.raises(OptionError, match=r"\['counter_1'\] in heuristic_agents or in human"):
        env.reset()
