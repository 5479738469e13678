import sys

import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete

from pettingzoo_godot import sb3_vec_env
from pettingzoo_godot.errors import OptionError, UsageError

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from stable_baselines3.common.vec_env import VecFrameStack, VecMonitor, VecNormalize

from pettingzoo_godot.sb3 import GodotSb3VecEnv

BOX = Box(-9.0, 9.0, (2,), np.float32)
MASKED = Dict({"observation": BOX, "action_mask": Box(0, 1, (3,), np.int8)})
ROWS = 4


class Vector:
    """A vector environment of 4 rows, in which rows 1 and 2 end in step 2, all others live on.

    Row 3 is that of an agent that is done before its arena: from step 3 on, until step 4.
    """

    metadata = {"name": "fake"}  # noqa: RUF012
    render_mode: str | None = None
    num_arenas = 2
    num_envs = ROWS
    policy_groups = ("runner",)
    slots = {"runner": list("abcd")}  # noqa: RUF012
    single_action_space = Discrete(3)

    def __init__(self, space=BOX):
        self.single_observation_space = space
        self.parameters = {}
        self.given = []
        self.closed = 0

    def see(self, offset=0.0):
        observation = np.full((ROWS, 2), self.time + offset, np.float32)
        if self.single_observation_space is BOX:
            return observation
        mask = np.eye(3, dtype=np.int8)[(np.arange(ROWS) + self.time) % 3]
        return {"observation": observation, "action_mask": mask}

    def reset(self, *, seed=None, options=None):
        self.given.append((seed, options))
        self.time = 0
        return self.see(), {}

    def send(self, actions):
        self.actions = actions

    def recv(self):
        self.time += 1
        rows = np.arange(ROWS)
        terminated = (self.time == 2) & (rows == 1) | (self.time in (3, 4)) & (rows == 3)
        truncated = (self.time == 2) & (rows == 2)
        live = ~((self.time == 4) & (rows == 3))
        infos = {"live": live, "_live": np.ones(ROWS, bool), "speed": rows + 0.5, "_speed": live}
        ends = terminated | truncated
        if ends.any():
            final = {
                "TimeLimit.truncated": truncated,
                "_TimeLimit.truncated": ends,
                "is_success": rows.astype(np.float32),
                "_is_success": ends & live,
            }
            infos |= {"final_obs": self.see(0.5), "_final_obs": ends}
            infos |= {"final_info": final, "_final_info": ends}
        return self.see(), np.ones(ROWS, np.float32), terminated, truncated, infos

    def close(self):
        self.closed += 1

    def add(self, a, b=1):
        self.given.append((a, b))
        return a + b


@pytest.fixture
def vector():
    return Vector()


@pytest.fixture
def vec_env(vector):
    return GodotSb3VecEnv(vector)


def test_what_it_is(vec_env):
    assert (vec_env.num_envs, vec_env.render_mode) == (4, None)
    assert (vec_env.observation_space, vec_env.action_space) == (BOX, Discrete(3))
    assert vec_env.slots == ["a", "b", "c", "d"]
    assert vec_env.env_is_wrapped(object) == [False] * 4
    assert vec_env.env_is_wrapped(object, indices=2) == [False]
    assert vec_env.get_images() == [None] * 4
    assert vec_env.render() is None
    assert vec_env.render("human") is None


def test_steps(vec_env, vector):
    assert (vec_env.reset() == 0).all()
    actions = np.array([0, 1, 2, 0])
    observations, rewards, dones, infos = vec_env.step(actions)
    assert vector.actions is actions
    assert (observations == 1).all()
    assert (rewards.dtype, rewards.tolist()) == (np.float32, [1, 1, 1, 1])
    assert (dones.dtype, dones.tolist()) == (bool, [False] * 4)
    assert infos == [{}] * 4
    assert len({id(info) for info in infos}) == 4
    assert vec_env.infos["speed"].tolist() == [0.5, 1.5, 2.5, 3.5]


def test_ends(vec_env):
    vec_env.reset()
    vec_env.step(np.zeros(4, int))
    observations, _, dones, infos = vec_env.step(np.zeros(4, int))
    assert dones.tolist() == [False, True, True, False]
    assert (infos[0], infos[3]) == ({}, {})
    last = [info.pop("terminal_observation") for info in infos[1:3]]
    assert np.array_equal(last, [[2.5, 2.5]] * 2)
    assert infos[1:3] == [
        {"TimeLimit.truncated": False, "is_success": 1.0},
        {"TimeLimit.truncated": True, "is_success": 2.0},
    ]
    assert type(infos[2]["TimeLimit.truncated"]) is bool
    assert type(infos[2]["is_success"]) is float
    assert (observations == 2).all()


def test_agents_that_are_done_before_their_arena(vec_env):
    vec_env.reset()
    for _ in range(4):
        _, _, dones, infos = vec_env.step(np.zeros(4, int))
    assert dones.tolist() == [False, False, False, True]
    assert infos[3].pop("terminal_observation").tolist() == [4.5, 4.5]
    assert infos[3] == {"live": False, "TimeLimit.truncated": False}
    assert infos[:3] == [{}] * 3


def test_seeds_and_options_are_for_the_next_reset(vec_env, vector):
    assert vec_env.seed(7) == [7] * 4
    vec_env.set_options({"a": 1})
    vec_env.reset()
    vec_env.reset()
    assert vector.given == [(7, {"a": 1}), (None, {})]
    drawn = vec_env.seed()
    assert len(set(drawn)) == 1
    assert drawn != vec_env.seed()


def test_options_of_rows_are_the_same(vec_env):
    vec_env.set_options([{"a": 1}] * 4)
    vec_env.reset()
    vec_env.set_options([{"a": 1}] * 3 + [{}])
    with pytest.raises(OptionError, match="same options for all rows"):
        vec_env.reset()


def test_attributes(vec_env, vector):
    assert vec_env.get_attr("parameters") == [{}] * 4
    assert vec_env.get_attr("parameters", indices=[0, 3]) == [{}] * 2
    vec_env.set_attr("parameters", {"speed": 2})
    assert vector.parameters == {"speed": 2}
    vec_env.set_attr("parameters", {}, indices=range(4))
    assert vec_env.has_attr("parameters")
    assert not vec_env.has_attr("heights")
    with pytest.raises(AttributeError, match="heights"):
        vec_env.set_attr("heights", {})
    with pytest.raises(UsageError, match="rows share engines"):
        vec_env.set_attr("parameters", {}, indices=[0])


def test_methods_are_called_once(vec_env, vector):
    assert vec_env.env_method("add", 2, b=3) == [5] * 4
    assert vector.given == [(2, 3)]
    with pytest.raises(UsageError, match="cannot call 'add' for some rows"):
        vec_env.env_method("add", 2, indices=[1, 2])
    with pytest.raises(AttributeError):
        vec_env.env_method("subtract", 2)


def test_no_masks(vec_env):
    vec_env.reset()
    assert not vec_env.has_attr("action_masks")
    with pytest.raises(UsageError, match="with an action_mask"):
        vec_env.action_masks()
    with pytest.raises(AttributeError):
        vec_env.env_method("action_masks")


def test_masks():
    env = VecMonitor(GodotSb3VecEnv(Vector(MASKED)))
    assert env.has_attr("action_masks")
    env.reset()
    assert np.array_equal(np.stack(env.env_method("action_masks")), np.eye(3)[[0, 1, 2, 0]] == 1)
    _, _, _, infos = env.step(np.zeros(4, int))
    masks = env.env_method("action_masks")
    assert masks[0].dtype == bool
    assert np.array_equal(np.stack(masks), np.eye(3)[[1, 2, 0, 1]] == 1)
    assert np.array_equal(env.env_method("action_masks", indices=[2]), [[True, False, False]])
    _, _, _, infos = env.step(np.zeros(4, int))
    last = infos[1]["terminal_observation"]
    assert {key: part.tolist() for key, part in last.items()} == {
        "observation": [2.5, 2.5],
        "action_mask": [1, 0, 0],
    }


def test_wrappers(vector):
    env = VecFrameStack(VecNormalize(VecMonitor(GodotSb3VecEnv(vector))), 3)
    assert env.reset().shape == (4, 6)
    for _ in range(4):
        observations, _, _, infos = env.step(np.zeros(4, int))
    assert observations.shape == (4, 6)
    assert infos[3]["terminal_observation"].shape == (6,)
    assert infos[3]["episode"]["l"] == 1
    assert env.slots == ["a", "b", "c", "d"]
    env.seed(3)
    env.close()


def test_several_groups(vector):
    vector.policy_groups = ["seeker", "hider"]
    with pytest.raises(UsageError, match=r"'fake' has 2: seeker, hider.*pzg.vector_env"):
        GodotSb3VecEnv(vector)
    assert vector.closed


@pytest.mark.parametrize("name", ["single_observation_space", "single_action_space"])
@pytest.mark.parametrize("make", [lambda part: part, lambda part: Dict({"a": BOX, "b": part})])
def test_choices_that_do_not_begin_at_0(vector, name, make):
    setattr(vector, name, make(Discrete(3, start=0)))
    GodotSb3VecEnv(vector)
    setattr(vector, name, make(Discrete(3, start=-1)))
    with pytest.raises(UsageError, match=r"'fake' has Discrete\(3, start=-1\)"):
        GodotSb3VecEnv(vector)
    assert vector.closed


def test_close_is_that_of_the_vector(vec_env, vector):
    vec_env.close()
    vec_env.close()
    assert vector.closed == 2


@pytest.mark.parametrize("name", ["batch_size", "policy_group"])
def test_arguments_that_make_no_sense(name):
    with pytest.raises(UsageError, match=rf"expected no {name}.*pzg.vector_env"):
        sb3_vec_env("cart_pole", **{name: 1})


def test_without_stable_baselines3(monkeypatch):
    for name in ("stable_baselines3", "stable_baselines3.common.vec_env"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "pettingzoo_godot.sb3")
    with pytest.raises(UsageError, match=r"sb3_vec_env needs.*pip install .*\[train\]"):
        sb3_vec_env("cart_pole")


def test_engines_that_failed(vec_env, vector):
    vec_env.reset()
    recv = vector.recv

    def fail():
        *results, infos = recv()
        return *results, {**infos, "engine_failed": np.array([True, True, False, False])}

    vector.recv = fail
    _, _, _, infos = vec_env.step(np.zeros(4, int))
    assert infos == [{"engine_failed": True}] * 2 + [{}] * 2
