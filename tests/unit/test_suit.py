import copy
import sys

import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary
from pettingzoo import ParallelEnv
from pettingzoo.test import parallel_api_test

from pettingzoo_godot import supersuit_vec_env
from pettingzoo_godot.errors import OptionError, SceneNotFound, UsageError
from pettingzoo_godot.suit import (
    DeathMask,
    EnginesHere,
    Question,
    _equal_rows,
    concat_engines,
    spread_options,
    take_seeds,
)

BOX = Box(-9.0, 9.0, (2,), np.float32)
CHOICE = Discrete(2)


class Steps(ParallelEnv):
    """Agent number i ends in step i + 1; the second one by truncation."""

    metadata = {"name": "steps", "render_modes": []}  # noqa: RUF012
    render_mode = None

    def __init__(self, space=BOX):
        self.space = space
        self.possible_agents = ["runner_0", "runner_1", "runner_2"]

    def observation_space(self, agent):
        return self.space

    def action_space(self, agent):
        return CHOICE

    def reset(self, seed=None, options=None):
        self.given = (seed, options)
        self.time = 0
        self.agents = self.possible_agents[:]
        return {a: self.see() for a in self.agents}, {a: {} for a in self.agents}

    def see(self):
        self.space.seed(self.time)
        return self.space.sample() if self.space is not BOX else np.full(2, self.time, np.float32)

    def step(self, actions):
        assert set(actions) == set(self.agents)
        self.time += 1
        lived = list(self.agents)
        ends = {a: self.time > self.possible_agents.index(a) for a in lived}
        for agent in lived:
            if ends[agent]:
                self.agents.remove(agent)  # in place, as environments of others do
        return (
            {a: self.see() for a in lived},
            dict.fromkeys(lived, 1.0),
            {a: ends[a] and a != "runner_1" for a in lived},
            {a: ends[a] and a == "runner_1" for a in lived},
            {a: {"TimeLimit.truncated": ends[a] and a == "runner_1"} for a in lived},
        )


ACTIONS = dict.fromkeys(["runner_0", "runner_1", "runner_2"], 0)


# ------------------------------------------------------------------ deaths


def test_mask_keeps_agents_that_are_done_until_the_episodes_end():
    env = DeathMask(Steps())
    env.reset(seed=3, options={"a": 1})
    assert env.unwrapped.given == (3, {"a": 1})
    seen, rewards, terminations, truncations, _ = env.step(ACTIONS)
    assert seen["runner_0"].tolist() == [1, 1]  # its last observation
    assert rewards["runner_0"] == 1.0
    assert not any((terminations | truncations).values())
    assert env.agents == env.possible_agents
    seen, rewards, terminations, truncations, infos = env.step(ACTIONS)
    assert seen["runner_0"].tolist() == [0, 0]
    assert seen["runner_0"].dtype == np.float32
    assert rewards == {"runner_0": 0.0, "runner_1": 1.0, "runner_2": 1.0}
    assert not any(terminations.values())
    assert not any(truncations.values())
    assert infos["runner_0"] == {"TimeLimit.truncated": False}


def test_mask_ends_everybody_with_their_own_ends():
    env = DeathMask(Steps())
    for _ in range(2):  # a second episode is as the first
        env.reset()
        for _ in range(3):
            seen, rewards, terminations, truncations, infos = env.step(ACTIONS)
        assert terminations == {"runner_0": True, "runner_1": False, "runner_2": True}
        assert truncations == {"runner_0": False, "runner_1": True, "runner_2": False}
        assert [seen[agent][0] for agent in env.possible_agents] == [1, 2, 3]
        assert [info["TimeLimit.truncated"] for _, info in sorted(infos.items())] == [0, 1, 0]
        assert rewards == {"runner_0": 0.0, "runner_1": 0.0, "runner_2": 1.0}
        assert env.agents == []


def test_mask_passes_pettingzoos_test():
    parallel_api_test(DeathMask(Steps()), num_cycles=20)


@pytest.mark.parametrize(
    "space", [Dict({"a": BOX, "b": MultiBinary(3)}), Discrete(3), MultiBinary(2)]
)
def test_mask_of_other_spaces(space):
    env = DeathMask(Steps(space))
    env.reset()
    env.step(ACTIONS)
    seen = env.step(ACTIONS)[0]["runner_0"]
    parts = seen.values() if isinstance(seen, dict) else [seen]
    assert not any(np.any(part) for part in parts)
    assert seen in space


# ------------------------------------------------------------------ seeds and options


def test_each_engine_gets_a_seed_of_its_own():
    seeds = take_seeds(7, None, 4)
    assert len(set(seeds)) == 4
    assert take_seeds(7, None, 2) == seeds[:2]
    assert take_seeds(np.int64(7), None, 4) == seeds
    assert not set(take_seeds(8, None, 4)) & set(seeds)
    assert take_seeds(None, 7, 4) == seeds
    assert take_seeds(8, 7, 4) == take_seeds(8, None, 4)
    assert take_seeds(None, None, 2) == [None, None]
    assert take_seeds([3, None], 7, 2) == [3, None]
    with pytest.raises(OptionError, match="seed"):
        take_seeds(-1, None, 2)


def test_options_are_for_all_or_for_each():
    assert spread_options({"a": 1}, 2) == [{"a": 1}, {"a": 1}]
    assert spread_options([{"a": 1}, None], 2) == [{"a": 1}, None]
    assert spread_options(None, 2) == [None, None]


# ------------------------------------------------------------------ several environments


def engines_of(*envs, seed=None):
    from supersuit.vector import MarkovVectorEnv

    return EnginesHere([lambda env=env: MarkovVectorEnv(DeathMask(env)) for env in envs], seed)


def test_reset_gives_seeds_and_options():
    envs = [Steps(), Steps()]
    engines = engines_of(*envs, seed=7)
    observations, infos = engines.reset(options={"a": 1})
    assert observations.shape == (6, 2)
    assert infos == [{}] * 6
    assert [env.given for env in envs] == [(seed, {"a": 1}) for seed in take_seeds(7, None, 2)]
    engines.reset()
    assert [env.given for env in envs] == [(None, None)] * 2
    engines.reset(seed=[5, 6], options=[{"a": 1}, None])
    assert [env.given for env in envs] == [(5, {"a": 1}), (6, None)]


def test_rows_at_an_episodes_end():
    engines = engines_of(Steps(), Steps())
    engines.reset()
    for _ in range(3):
        observations, _, terminations, truncations, infos = engines.step(np.zeros(6, np.int64))
    assert terminations.tolist() == [1, 0, 1] * 2
    assert truncations.tolist() == [0, 1, 0] * 2
    assert (observations == 0).all()  # the next episode's first
    assert [info["terminal_observation"][0] for info in infos] == [1, 2, 3] * 2


def test_questions_reach_the_environment_itself():
    engines = engines_of(Steps(), Steps())
    assert engines.ask([Question("render_mode"), Question("space")]) == [None, BOX]
    question = Question("action_space", "call", ("runner_0",))
    assert engines.ask([None, question]) == [None, Discrete(2)]
    engines.ask([Question("render_mode", "set", ("human",)), None])
    assert engines.ask([Question("render_mode")] * 2) == ["human", None]
    # Under this name SuperSuit's worker passes on what it is sent.
    assert engines.env_is_wrapped([Question("render_mode")] * 2) == ["human", None]
    assert engines.env_is_wrapped(DeathMask) == [False] * 6


def test_an_error_is_an_answer():
    assert isinstance(Question("height").put_to(Steps()), AttributeError)


# ------------------------------------------------------------------ arguments


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"num_engines": 0}, "num_engines to be an int from 1 on; got 0"),
        ({"num_engines": 1.5}, "num_engines to be an int from 1 on; got 1.5"),
        ({"num_cpus": -1}, "num_cpus to be an int from 0 on; got -1"),
        ({"seed": -1}, "a seed to be an int from 0 on"),
        ({"scene": None}, "runs only once"),
    ],
)
def test_bad_arguments(arguments, expected):
    with pytest.raises(UsageError, match=expected):
        concat_engines(**({"scene": "chase", "num_engines": 2} | arguments))


def test_misspelt_scene():
    with pytest.raises(SceneNotFound, match="got 'chess'"):
        supersuit_vec_env("chess", base_class="gymnasium")


def test_bad_base_class():
    with pytest.raises(UsageError, match=r"'stable_baselines3'; got 'tianshou'"):
        supersuit_vec_env("chase", base_class="tianshou")


def test_unequal_rows_are_padded():
    env = Steps()
    small = Box(-9.0, 9.0, (1,), np.float32)
    few = Discrete(1)
    env.observation_space = lambda agent: small if agent == "runner_0" else BOX
    env.action_space = lambda agent: few if agent == "runner_0" else CHOICE
    env.see = lambda: np.zeros(2, np.float32)
    padded = _equal_rows(DeathMask(env))
    assert [padded.observation_space(agent).shape for agent in env.possible_agents] == [(2,)] * 3
    assert [padded.action_space(agent).n for agent in env.possible_agents] == [2] * 3
    assert padded.unwrapped is env
    same = DeathMask(Steps())
    assert _equal_rows(same) is same


def test_missing_stable_baselines3(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("stable_baselines3")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "stable_baselines3", None)
    monkeypatch.delitem(sys.modules, "pettingzoo_godot.suit_sb3", raising=False)
    with pytest.raises(UsageError, match=r"pip install '.\[train\]'"):
        supersuit_vec_env("chase")


def test_mask_copies():
    env = DeathMask(Steps())
    env.reset()
    assert copy.deepcopy(env).possible_agents == env.possible_agents
