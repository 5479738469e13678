from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from videos import read_video

from pettingzoo_godot import record as module
from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.record import Recording, random_policy, record, record_episode

STEPS = 5  # of runner_1; runner_0 is done after 2


class FakeEnv:
    """Two agents without an engine; the picture gets brighter."""

    def __init__(self, scene: str = "fake", **arguments: Any) -> None:
        self.arguments = arguments
        self.render_mode = arguments.get("render_mode")
        self.metadata = {"name": scene}
        self.step_seconds = 0.1
        self.possible_agents = ["runner_0", "runner_1"]
        self.heuristic_agents: list[str] = []
        self.seeds: list[int | None] = []
        self.actions: list[dict[str, Any]] = []
        self._spaces = {agent: Discrete(1000) for agent in self.possible_agents}

    def __enter__(self) -> FakeEnv:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def action_space(self, agent: str) -> Discrete:
        return self._spaces[agent]

    def reset(self, seed: int | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        self.seeds.append(seed)
        self.time = 0
        self.agents = self.possible_agents
        return dict.fromkeys(self.agents, 0.0), {}

    def step(self, actions: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        self.actions.append(actions)
        self.time += 1
        acted, last = self.agents, {"runner_0": 2, "runner_1": STEPS}
        self.agents = [agent for agent in acted if self.time < last[agent]]
        ends = {agent: agent not in self.agents for agent in acted}
        return dict.fromkeys(acted, 0.0), dict.fromkeys(acted, 0.5), ends, {}, {}

    def render(self) -> np.ndarray:
        return np.full((16, 16, 3), 40 * self.time, np.uint8)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[FakeEnv]:
    """The environments that `record` has made."""
    envs: list[FakeEnv] = []

    def make(scene: str, **arguments: Any) -> FakeEnv:
        envs.append(FakeEnv(scene, **arguments))
        return envs[-1]

    monkeypatch.setattr(module, "parallel_env", make)
    return envs


def test_a_video_has_a_picture_per_step_and_of_the_start(tmp_path: Path) -> None:
    env = FakeEnv(render_mode="rgb_array")
    watched: list[int] = []
    file = tmp_path / "it.mp4"
    done = record_episode(env, random_policy(env, 1), file, seed=7, gif=True, watch=watched.append)
    assert done == Recording(file, STEPS, {"runner_0": 1.0, "runner_1": 2.5})
    assert env.seeds == [7]
    assert watched == [1, 2, 3, 4, 5]
    assert [list(actions) for actions in env.actions] == 2 * [env.possible_agents] + 3 * [
        ["runner_1"]
    ]
    assert read_video(file.with_suffix(".gif")).fps == read_video(file).fps == 10.0
    brightness = read_video(file).pictures.mean((1, 2, 3))
    assert brightness == pytest.approx([0, 40, 80, 120, 160, 200], abs=3)


def test_pictures_per_second_may_be_others(tmp_path: Path) -> None:
    env = FakeEnv(render_mode="rgb_array")
    record_episode(env, random_policy(env), tmp_path / "it.mp4", fps=3)
    assert read_video(tmp_path / "it.mp4").fps == 3.0
    with pytest.raises(OptionError, match="expected fps above 0 and at most 1000; got 0"):
        record_episode(env, random_policy(env), tmp_path / "it.mp4", fps=0)


def test_an_environment_has_to_render(tmp_path: Path) -> None:
    env = FakeEnv(render_mode="human")
    with pytest.raises(UsageError, match=r"expected render_mode 'rgb_array'.*got 'human'"):
        record_episode(env, random_policy(env), tmp_path / "it.mp4")


def test_episodes_are_numbered(made: list[FakeEnv], tmp_path: Path) -> None:
    watched: list[tuple[int, int]] = []
    done = record(
        "fake", tmp_path, episodes=2, seed=7, width=32, watch=lambda *at: watched.append(at)
    )
    assert [item.file.name for item in done] == ["fake_000.mp4", "fake_001.mp4"]
    assert all(item.file.exists() for item in done)
    assert made[0].arguments == {"render_mode": "rgb_array", "width": 32}
    assert made[0].seeds == [7, None]  # the second one goes on with the first one's stream
    assert made[0].heuristic_agents == []
    assert watched[STEPS - 1 : STEPS + 1] == [(0, STEPS), (1, 1)]


def test_random_actions_repeat(made: list[FakeEnv], tmp_path: Path) -> None:
    for seed in (7, 7, 8):
        record("fake", tmp_path, seed=seed)
    assert made[0].actions == made[1].actions != made[2].actions
    assert made[0].actions[0]["runner_0"] != made[0].actions[0]["runner_1"]


def test_heuristics_decide_for_all(made: list[FakeEnv], tmp_path: Path) -> None:
    record("fake", tmp_path, policy="heuristic")
    assert made[0].heuristic_agents == ["runner_0", "runner_1"]


def test_a_policy_may_be_a_function(made: list[FakeEnv], tmp_path: Path) -> None:
    record("fake", tmp_path, policy=lambda seen: dict.fromkeys(seen, 3))
    assert made[0].actions[-1] == {"runner_1": 3}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"policy": "clever"}, "expected policy to be random or heuristic; got 'clever'"),
        ({"episodes": 0}, "expected episodes"),
        ({"seed": -1}, "expected seed|expected a seed"),
    ],
)
def test_mistakes(
    made: list[FakeEnv], arguments: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match=message):
        record("fake", tmp_path, **arguments)
    assert list(tmp_path.iterdir()) == []


def test_random_actions_are_those_that_the_mask_allows() -> None:
    env = FakeEnv()
    mask = np.zeros(1000, np.int8)
    mask[[3, 77]] = 1
    seen = {"runner_0": {"observation": np.zeros(2), "action_mask": mask}}
    act = random_policy(env, 1)
    assert {act(seen)["runner_0"] for _ in range(50)} == {3, 77}


def test_a_random_action_of_a_box() -> None:
    env = FakeEnv()
    env._spaces["runner_0"] = Box(2.0, 3.0, (4,))
    action = random_policy(env, 1)({"runner_0": 0.0})["runner_0"]
    assert action.shape == (4,)
    assert ((action >= 2.0) & (action <= 3.0)).all()


def test_a_policy_for_each_episode(made: list[FakeEnv], tmp_path: Path) -> None:
    policies = []

    def make(env: FakeEnv) -> Any:
        policies.append(env)
        return lambda seen: dict.fromkeys(seen, len(policies))

    record("fake", tmp_path, episodes=2, make_policy=make)
    assert policies == [made[0], made[0]]
    assert made[0].actions[0]["runner_1"] == 1
    assert made[0].actions[-1]["runner_1"] == 2
