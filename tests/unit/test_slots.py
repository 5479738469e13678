"""Rows of a vector environment; the environment around them: test_vector.py."""

from dataclasses import replace

import pytest
from golden_scene import HELLO, LAYOUT, RUNNER
from gymnasium import spaces

from pettingzoo_godot.errors import SceneError
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.slots import Slot, check_columns, interface, list_slots, make_spaces

RUNNERS, CHASERS = LAYOUT.groups


def test_rows_come_engine_by_engine_and_arena_by_arena():
    assert list_slots(RUNNERS, 2, 1) == [
        *(Slot(0, 0, "runner_0"), Slot(0, 0, "runner_1")),
        *(Slot(1, 0, "runner_0"), Slot(1, 0, "runner_1")),
    ]
    assert list_slots(CHASERS, 1, 2) == [(0, 0, "chaser_0"), (0, 1, "chaser_0")]


def test_spaces_of_several_groups_are_dicts_of_theirs():
    made = make_spaces([RUNNERS, CHASERS], [4, 2])
    assert made.single_observation["runner"] == RUNNER["observation_space"]
    assert list(made.single_action) == ["chaser", "runner"]
    assert made.action["runner"] == spaces.MultiDiscrete([4] * 4)
    assert made.observation["chaser"]["keys"].shape == (2, 3)


def test_spaces_of_one_group_are_its_own():
    made = make_spaces([RUNNERS], [4])
    assert made.single_observation == RUNNER["observation_space"]
    assert made.action == spaces.MultiDiscrete([4] * 4)


def test_columns_of_ours_are_taken():
    check_columns(LAYOUT.groups)
    agents = tuple(replace(agent, info=("live",)) for agent in HELLO.agents)
    with pytest.raises(SceneError, match=r"'runner': infos .* a 'live' of their own; rename"):
        check_columns(Layout(replace(HELLO, agents=agents)).groups)


def test_engines_differ_by_more_than_paths():
    agents = tuple(replace(agent, node="Arena7/" + agent.node) for agent in HELLO.agents)
    assert interface(replace(HELLO, agents=agents)) == interface(HELLO)
    assert interface(replace(HELLO, agents=agents[:2])) != interface(HELLO)
    assert interface(replace(HELLO, parameters=())) != interface(HELLO)
