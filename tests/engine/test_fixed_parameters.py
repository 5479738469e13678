"""Parameters that shape agents and spaces, and agents that the scene's heuristics decide for."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from play import scene

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import OptionError

pytestmark = pytest.mark.engine

SHAPED = scene("shaped")


def test_fixed_parameters_shape_agents_and_spaces(make_env):
    env = make_env("shaped", parameters={"count": 3, "width": 5, "offset": 2.5})
    ids = ["counter_0", "counter_1", "counter_2"]
    assert env.possible_agents == ids
    assert env.observation_space("counter_0").shape == (5,)
    assert env.declared_parameters["count"].default == 3
    observations, _ = env.reset(seed=1)
    assert list(observations) == ids
    observations, *_ = env.step({"counter_0": 1, "counter_1": 2, "counter_2": 3})
    assert observations["counter_1"].tolist() == [2.5, 2, 2, 2, 2]
    env.reset(options={"count": 3, "offset": 1.0})  # as it is: nothing to change
    with pytest.raises(OptionError, match=r"'count': expected 3, with which.*got 4"):
        env.reset(options={"count": 4})
    env.step(dict.fromkeys(ids, 1))  # nothing was lost


def test_defaults_and_other_values_live_side_by_side(make_env):
    shaped = [make_env("shaped", parameters={"count": count}) for count in (1, 2, 4, 1)]
    assert [env.max_num_agents for env in shaped] == [1, 2, 4, 1]
    copy = pickle.loads(pickle.dumps(shaped[2]))
    try:
        observations, _ = copy.reset(seed=1)
        assert len(observations) == 4
    finally:
        copy.close()


@pytest.mark.parametrize("value", [0, 5, 1.5, "two", True])
def test_wrong_values_are_found_before_an_engine_starts(make_env, value):
    env = make_env("shaped", parameters={"count": value})
    with pytest.raises(OptionError, match=r"'count': expected a value of type int in \[1, 4\]"):
        env.reset()
    assert env.engine_pid is None


def test_vector_environment_has_the_same(make_env):
    with pzg.vector_env(SHAPED, 2, 3, parameters={"count": 4, "width": 2}) as env:
        observations, _ = env.reset(seed=1)
        assert observations.shape == (2 * 3 * 4, 2)
        observations, *_ = env.step(np.arange(24) % 10)
        np.testing.assert_array_equal(observations[:, 1], np.arange(24) % 10)
        with pytest.raises(OptionError, match="'width': expected 2"):
            env.parameters = {"count": 4, "width": 3}
        assert env.parameters == {"count": 4, "width": 2}


def test_heuristics_decide_for_agents_that_python_sees(make_env):
    env = make_env("shaped", parameters={"count": 3}, heuristic_agents=["counter_1"])
    env.reset(seed=1)
    actions = {"counter_0": 1, "counter_1": 2, "counter_2": 3}
    observations, *_ = env.step(actions)
    assert [int(seen[1]) for seen in observations.values()] == [1, 7, 3]
    env.heuristic_agents = "counter"  # the policy group, from the next episode on
    observations, *_ = env.step(actions)
    assert [int(seen[1]) for seen in observations.values()] == [1, 7, 3]
    env.reset()
    observations, *_ = env.step(actions)
    assert [int(seen[1]) for seen in observations.values()] == [7, 7, 7]
    env.heuristic_agents = ["nobody"]
    with pytest.raises(OptionError, match=r"'counter_0'.*policy groups.*'counter'.*got 'nobody'"):
        env.reset()


def test_heuristics_in_a_vector_environment():
    with pzg.vector_env(SHAPED, 1, 2, max_steps=2, heuristic_agents=["counter_0"]) as env:
        env.reset(seed=1)
        seen = [env.step(np.full(4, 5))[0][:, 1].tolist()]
        env.heuristic_agents = []
        seen += [env.step(np.full(4, 5))[0][:, 1].tolist() for _ in range(2)]
        # The second step ended the episode: its observations are the next one's first.
        assert seen == [[7, 5, 7, 5], [0, 0, 0, 0], [5, 5, 5, 5]]
        with pytest.raises(OptionError, match="heuristic_agents"):
            env.heuristic_agents = ["nobody"]
        assert list(env.heuristic_agents) == []
