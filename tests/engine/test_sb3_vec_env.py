"""A real engine's arenas as a Stable-Baselines3 `VecEnv`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from play import bits, scene, wait_until
from processes import engines

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import EngineDied, OptionError, SpaceError, UsageError

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from stable_baselines3 import A2C, PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecFrameStack, VecMonitor, VecNormalize

pytestmark = pytest.mark.engine

MakeVec = Callable[..., Any]


@pytest.fixture
def make_vec() -> Iterator[MakeVec]:
    made: list[Any] = []

    def make(name: str, *arguments: Any, **options: Any) -> Any:
        address = name if name in ("cart_pole", "arena_bench") else scene(name)
        made.append(pzg.sb3_vec_env(address, *arguments, **options))
        return made[-1]

    yield make
    for vec_env in made:
        vec_env.close()
        vec_env.close()
    wait_until(lambda: not engines(), 3.0, "the engines' end")


def test_rows_are_those_of_the_vector_environment(make_vec: MakeVec) -> None:
    vec_env = make_vec("cart_pole", 2, 3)
    vec_env.action_space.seed(0)
    vec_env.seed(5)
    ended = 0
    with pzg.vector_env("cart_pole", 2, 3) as vector:
        assert bits(vec_env.reset()) == bits(vector.reset(seed=5)[0])
        for _ in range(120):
            actions = np.array([vec_env.action_space.sample() for _ in range(6)])
            observations, rewards, dones, infos = vec_env.step(actions)
            expected = vector.step(actions)
            assert bits((observations, rewards)) == bits(expected[:2])
            assert dones.tolist() == (expected[2] | expected[3]).tolist()
            for row in range(6):
                if not dones[row]:
                    assert infos[row] == {}
                    continue
                ended += 1
                last = infos[row].pop("terminal_observation")
                assert bits(last) == bits(expected[4]["final_obs"][row])
                assert infos[row] == {"TimeLimit.truncated": False, "is_success": 0.0}
    assert ended > 10


def test_truncation_is_told(make_vec: MakeVec) -> None:
    vec_env = make_vec("arena_bench", 1, 2, max_steps=3)
    vec_env.reset()
    for step in range(1, 7):
        _, _, dones, infos = vec_env.step(np.zeros((8, 2), np.float32))
        assert dones.tolist() == [step % 3 == 0] * 8
    assert [info["TimeLimit.truncated"] for info in infos] == [True] * 8


def test_agents_that_are_done_before_their_arena(make_vec: MakeVec) -> None:
    vec_env = make_vec("staggered", 1, 2)
    vec_env.reset()
    lives: list[list[bool]] = [[] for _ in range(8)]
    for _ in range(30):
        _, rewards, dones, infos = vec_env.step(np.zeros((8, 1), np.float32))
        for row, info in enumerate(infos):
            lives[row].append(info.get("live", True))
            assert ("terminal_observation" in info) == dones[row]
            if not lives[row][-1]:
                assert rewards[row] == 0.0
    assert not all(map(all, lives))


def test_one_seed_makes_the_training(make_vec: MakeVec) -> None:
    trained = []
    for seed in (0, 0, 1):
        vec_env = make_vec("cart_pole", 1, 4)
        model = PPO("MlpPolicy", vec_env, n_steps=32, batch_size=64, seed=seed, device="cpu")
        model.learn(256)
        trained.append(model.policy.state_dict()["action_net.weight"].numpy().tobytes())
        vec_env.close()
    assert trained[0] == trained[1] != trained[2]


def test_wrappers_and_what_stable_baselines3_logs(make_vec: MakeVec) -> None:
    rows = VecMonitor(make_vec("cart_pole", 1, 4, max_steps=20))
    env = VecFrameStack(VecNormalize(rows), 2)
    model = A2C("MlpPolicy", env, seed=0, device="cpu").learn(400)
    assert 0 < len(model.ep_info_buffer) == len(model.ep_success_buffer)
    assert max(episode["l"] for episode in model.ep_info_buffer) <= 20
    mean, _ = evaluate_policy(model, env, n_eval_episodes=4)
    assert np.isfinite(mean)


def test_continuous_actions(make_vec: MakeVec) -> None:
    vec_env = make_vec("arena_bench", 1, 2)
    PPO("MlpPolicy", vec_env, n_steps=16, batch_size=64, device="cpu").learn(128)


def test_spaces_of_other_kinds(project_copy: Path, make_vec: MakeVec) -> None:
    folder = project_copy / "spaces"
    head, root, *agents = re.split(
        r"(?=^\[node )", (folder / "spaces.tscn").read_text(), flags=re.M
    )
    for kind in ("Switches0", "Choices0", "Masked0", "Choice0"):
        alone = folder / f"{kind}.tscn"
        alone.write_text(head + root + next(agent for agent in agents if f'"{kind}"' in agent))
    for kind in ("Switches0", "Choices0", "Masked0"):
        vec_env = pzg.sb3_vec_env(folder / f"{kind}.tscn", 1, 2)
        policy = "MultiInputPolicy" if kind == "Masked0" else "MlpPolicy"
        PPO(policy, vec_env, n_steps=8, batch_size=16, device="cpu").learn(16)
        vec_env.close()
    masks = vec_env.env_method("action_masks")
    assert [mask.shape for mask in masks] == [(4,)] * 2
    assert masks[0].any()
    with pytest.raises(UsageError, match=r"Discrete\(5, start=-2\)"):
        pzg.sb3_vec_env(folder / "Choice0.tscn")


def test_parameters_for_a_curriculum(make_vec: MakeVec) -> None:
    vec_env = make_vec("cart_pole", 1, 2)
    vec_env.set_options({"start_noise": 0.0})
    assert not vec_env.reset().any()
    vec_env.set_attr("parameters", {"start_noise": 0.3})
    assert vec_env.get_attr("parameters") == [{"start_noise": 0.3}] * 2
    vec_env.reset()
    with pytest.raises(OptionError, match="start_noise"):
        vec_env.set_attr("parameters", {"start_noise": 5.0})


def test_an_action_that_does_not_fit(make_vec: MakeVec) -> None:
    vec_env = make_vec("cart_pole", 1, 2)
    vec_env.reset()
    with pytest.raises(SpaceError, match="2"):
        vec_env.step(np.array([0, 2]))
    vec_env.step(np.array([0, 1]))


def test_an_engine_that_dies(make_vec: MakeVec) -> None:
    for on_crash in ("raise", "restart"):
        vec_env = make_vec("cart_pole", 2, 2, on_crash=on_crash)
        vec_env.reset()
        psutil.Process(vec_env.vector.engine_pids[1]).kill()
        if on_crash == "raise":
            with pytest.raises(EngineDied):
                vec_env.step(np.zeros(4, int))
            vec_env.reset()
        else:
            _, _, dones, infos = vec_env.step(np.zeros(4, int))
            assert dones.tolist() == [False, False, True, True]
            assert [info.get("engine_failed") for info in infos] == [None, None, True, True]
            assert infos[2]["TimeLimit.truncated"]
        vec_env.step(np.zeros(4, int))
        vec_env.close()


def test_several_groups_are_refused() -> None:
    with pytest.raises(UsageError, match="'chase' has 2: seeker, hider"):
        pzg.sb3_vec_env("chase")
    assert not engines()
